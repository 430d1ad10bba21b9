//! Whom PostgreSQL runs as, and how its processes die.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::{Error, Result};

/// A user and a group.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Account {
    pub(crate) user: u32,
    pub(crate) group: u32,
}

/// PostgreSQL refuses to run as root: whom to be instead.
pub(crate) fn unprivileged() -> Result<Account> {
    let users = std::fs::read_to_string("/etc/passwd").map_err(Error::doing("read /etc/passwd"))?;
    ["postgres", "nobody"].iter().find_map(|name| account(&users, name)).ok_or_else(|| {
        Error::new("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")
    })
}

fn account(users: &str, name: &str) -> Option<Account> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let found = fields.next() == Some(name);
        let (user, group) = (fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?);
        found.then_some(Account { user, group })
    })
}

/// Asks until it is so, or the time is over.
pub(crate) fn until(limit: Duration, mut so: impl FnMut() -> Result<bool>) -> Result<bool> {
    let end = Instant::now() + limit;
    loop {
        if so()? {
            return Ok(true);
        }
        if Instant::now() > end {
            return Ok(false);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

const LIMIT: Duration = Duration::from_secs(20);

/// SIGKILL to a process and to all its children at once, as far as one can see; waits until none is left.
pub(crate) fn kill_with_children(parent: &mut Child) -> Result<()> {
    // Stopped first: it must neither start another child nor tidy up.
    signal("STOP", &[parent.id()])?;
    if !until(LIMIT, || Ok(state(parent.id()).is_none_or(|(state, _)| state == "T")))? {
        return Err(Error::new("PostgreSQL did not stop at SIGSTOP"));
    }
    let children = children(parent.id());
    parent.kill().map_err(Error::doing("kill PostgreSQL"))?;
    // A child may see its parent's death and end before its own signal comes, which then finds nobody.
    let _ = signal("KILL", &children);
    parent.wait().map_err(Error::doing("wait for PostgreSQL's end"))?;
    let gone = until(LIMIT, || Ok(children.iter().all(|id| state(*id).is_none())))?;
    if gone { Ok(()) } else { Err(Error::new("PostgreSQL's processes outlived SIGKILL")) }
}

fn signal(name: &str, processes: &[u32]) -> Result<()> {
    let words = processes.iter().map(u32::to_string);
    let script = format!("kill -s {name} \"$@\"");
    let done = Command::new("sh")
        .args(["-c", &script, "sh"])
        .args(words)
        .stderr(Stdio::null())
        .status()
        .map_err(Error::doing("start sh"))?;
    if done.success() { Ok(()) } else { Err(Error::new(format!("failed to send {name} to {processes:?}"))) }
}

fn children(parent: u32) -> Vec<u32> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let ids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    ids.filter(|id| state(*id).is_some_and(|(_, of)| of == parent)).collect()
}

/// The state and the parent of a process that is alive. One that waits to be reaped is dead.
fn state(id: u32) -> Option<(String, u32)> {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name before it stands in brackets, and may hold anything.
    let mut fields = text.rsplit_once(')')?.1.split_whitespace();
    let (state, parent) = (fields.next()?, fields.next()?.parse().ok()?);
    (!matches!(state, "Z" | "X")).then(|| (state.to_owned(), parent))
}

/// Frees the shared memory of a server that was killed; the kernel keeps it otherwise.
pub(crate) fn free_memory(data: &Path) {
    let Ok(text) = std::fs::read_to_string(data.join("postmaster.pid")) else { return };
    // The seventh line: the key and the number of the segment.
    if let Some(number) = text.lines().nth(6).and_then(|line| line.split_whitespace().nth(1)) {
        let _ =
            Command::new("ipcrm").args(["-m", number]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}

/// Stops the cluster and removes its folder should this process be killed before it can.
pub(crate) struct Watcher(Child);

/// Reading ends when this process does, however that happens.
const WATCH: &str = r#"trap '' INT TERM HUP
read _
[ -d "$1" ] || exit 0
kill -s QUIT "$(head -n 1 "$1/data/postmaster.pid")"
sleep 1
rm -rf "$1""#;

impl Watcher {
    pub(crate) fn start(folder: &Path) -> Result<Watcher> {
        Command::new("sh")
            .args(["-c", WATCH, "sh"])
            .arg(folder)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map(Watcher)
            .map_err(Error::doing("start sh"))
    }
}

/// To be dropped after the folder.
impl Drop for Watcher {
    fn drop(&mut self) {
        // `wait` closes its standard input first.
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn finds_a_user() {
        let users = "root:x:0:0:root:/root:/bin/sh\npostgres:x:101:104:PostgreSQL,,,:/var/lib:/bin/bash\n";
        let found = account(users, "postgres").unwrap();
        assert_eq!((found.user, found.group), (101, 104));
        assert!(account(users, "nobody").is_none());
    }

    #[test]
    fn kills_the_children_too() {
        let mut parent = Command::new("sh").args(["-c", "sleep 600 & wait"]).spawn().unwrap();
        let mut found = Vec::new();
        assert!(
            until(Duration::from_secs(10), || {
                found = children(parent.id());
                Ok(!found.is_empty())
            })
            .unwrap()
        );
        kill_with_children(&mut parent).unwrap();
        assert!(found.iter().all(|id| state(*id).is_none()));
    }
}
