//! PostgreSQL's own client.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::{Error, Result, program};

/// Runs statements one after another until one fails. Answers with the rows, columns separated by `|`.
pub(crate) fn run(command: &mut Command, url: &str, sql: &str) -> Result<String> {
    let mut client = command
        .args(["-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-d", url])
        .env("PGCONNECT_TIMEOUT", "10")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(Error::doing("start psql"))?;
    let input = client.stdin.take();
    let done = std::thread::scope(|scope| {
        // Apart: with much to say and much to hear, each would wait for the other.
        scope.spawn(move || input.map(|mut input| input.write_all(sql.as_bytes())));
        client.wait_with_output()
    });
    let done = done.map_err(Error::doing("wait for psql"))?;
    if done.status.success() {
        Ok(String::from_utf8_lossy(&done.stdout).trim_end().to_owned())
    } else {
        Err(Error::new(String::from_utf8_lossy(&done.stderr).trim_end()))
    }
}

/// As whoever this process is.
pub(crate) fn plain(url: &str, sql: &str) -> Result<String> {
    run(&mut Command::new(program("psql")?), url, sql)
}
