//! A server of an invented office, and somebody who calls it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

pub(crate) const SALUR: &str = env!("CARGO_BIN_EXE_salur");

/// An office set up in a folder of its own.
pub(crate) struct Office {
    folder: tempfile::TempDir,
    pub(crate) database: String,
    tokens: Value,
}

impl Office {
    pub(crate) fn new() -> Office {
        let folder = tempfile::tempdir().unwrap();
        let database = database(folder.path());
        Office::on(folder, database)
    }

    /// In a database that is there already, and empty.
    pub(crate) fn on(folder: tempfile::TempDir, database: String) -> Office {
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/office.example.toml");
        let tokens = folder.path().join("tokens.json");
        let done = salur(folder.path())
            .args(["setup", "--database", &database, "--office"])
            .arg(example)
            .arg("--tokens")
            .arg(&tokens)
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let tokens = serde_json::from_str(&std::fs::read_to_string(tokens).unwrap()).unwrap();
        Office { folder, database, tokens }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn token(&self, key: &str) -> String {
        self.tokens[key].as_str().unwrap_or_else(|| panic!("no token {key}")).to_owned()
    }

    pub(crate) fn serve(&self) -> Server {
        self.serve_with(&[])
    }

    pub(crate) fn serve_with(&self, more: &[&str]) -> Server {
        let args = [
            "serve",
            "--database",
            &self.database,
            "--listen",
            "127.0.0.1:0",
            "--plain-http",
            "--no-second-factor",
        ];
        Server::start(salur(self.folder.path()).args(args).args(more))
    }

    /// A server that asks for second factors, as offices of real people have it.
    pub(crate) fn serve_with_factors(&self) -> Server {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (listen, origin) = (format!("127.0.0.1:{port}"), format!("http://localhost:{port}"));
        let args = ["serve", "--database", &self.database, "--plain-http"];
        let more = ["--listen", &listen, "--origin", &origin];
        let mut server = Server::start(salur(self.folder.path()).args(args).args(more));
        server.address = origin;
        server
    }

    /// The path of a one-time link for somebody, made by whoever runs the machine.
    pub(crate) fn link_for(&self, staff_no: &str) -> String {
        let args = ["admin-link", "--database", &self.database, "--person", staff_no];
        let done = salur(self.folder.path()).args(args).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let text = String::from_utf8(done.stdout).unwrap();
        text.lines().find(|line| line.starts_with("/links/")).unwrap().to_owned()
    }

    /// All invariants hold.
    pub(crate) fn verify(&self) -> Value {
        self.verify_at(&self.database)
    }

    /// All invariants hold in a database that is a copy of the office's.
    pub(crate) fn verify_at(&self, database: &str) -> Value {
        let args = ["verify", "--json", "--database", database];
        let done = salur(self.folder.path()).args(args).output().unwrap();
        let report: Value = serde_json::from_slice(&done.stdout).unwrap_or_else(|_| {
            panic!("verify said {}", String::from_utf8_lossy(&done.stderr));
        });
        assert!(done.status.success(), "{report}");
        report
    }
}

/// The day by the office's own clock, as a decree that is signed now is dated.
pub(crate) fn today() -> String {
    let told = Command::new("date").arg("+%F").env("TZ", "Asia/Makassar").output().unwrap();
    String::from_utf8(told.stdout).unwrap().trim().to_owned()
}

/// The database that belongs to a folder.
pub(crate) fn database(folder: &Path) -> String {
    salur_testbed::home::address(folder, "office").unwrap()
}

/// The program, at work in a folder: with PostgreSQL its key is there.
fn salur(folder: &Path) -> Command {
    let mut command = Command::new(SALUR);
    command.current_dir(folder);
    command
}

/// Sends a signal to a process that a test has started.
pub(crate) fn signal(name: &str, process: impl std::fmt::Display) {
    let done = Command::new("kill").args(["-s", name, &process.to_string()]).status().unwrap();
    assert!(done.success(), "{name} to {process}");
}

/// A running server.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
}

impl Server {
    pub(crate) fn start(command: &mut Command) -> Server {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        for line in lines {
            if let Some(address) = line.unwrap().strip_prefix("listening on ") {
                return Server { address: address.to_owned(), child };
            }
        }
        let _ = child.wait();
        panic!("the server did not say where it listens");
    }

    /// SIGKILL: no chance to finish anything.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGKILL, while others still hold on to it.
    pub(crate) fn end(&self) {
        signal("KILL", self.child.id());
    }

    /// SIGSTOP: it does nothing until it is told to go on.
    pub(crate) fn pause(&self) {
        signal("STOP", self.child.id());
    }

    pub(crate) fn go_on(&self) {
        signal("CONT", self.child.id());
    }

    /// Calls as the holder of a token.
    pub(crate) fn as_(&self, token: &str) -> Caller {
        Caller::new(&self.address, token)
    }

    /// Runs a client command.
    pub(crate) fn cli(&self, token: &str, args: &[&str]) -> Output {
        Command::new(SALUR)
            .args(args)
            .args(["--server", &self.address])
            .env("SALUR_TOKEN", token)
            .output()
            .unwrap()
    }

    /// Runs a client command that must succeed, and reads what it tells programs.
    pub(crate) fn told(&self, token: &str, args: &[&str]) -> Value {
        let done = self.cli(token, &[args, &["--json"]].concat());
        assert!(
            done.status.success(),
            "{args:?}: {} {}",
            String::from_utf8_lossy(&done.stdout),
            String::from_utf8_lossy(&done.stderr)
        );
        let text = String::from_utf8(done.stdout).unwrap();
        let last = text.lines().rfind(|line| !line.is_empty()).unwrap_or_default();
        serde_json::from_str(last).unwrap_or(Value::Null)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Somebody who calls the API.
#[derive(Clone)]
pub(crate) struct Caller {
    agent: ureq::Agent,
    address: String,
    token: String,
}

impl Caller {
    pub(crate) fn new(address: &str, token: &str) -> Caller {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(std::time::Duration::from_mins(1)))
            .build();
        Caller { agent: config.into(), address: address.to_owned(), token: token.to_owned() }
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        let (status, body) = self.try_get(path).unwrap();
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// A page: its status, its headers, its text. Redirects are not followed.
    pub(crate) fn page(&self, path: &str) -> (u16, ureq::http::HeaderMap, String) {
        let agent: ureq::Agent =
            ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
        let mut response = agent
            .get(format!("{}{path}", self.address))
            .header("authorization", format!("Bearer {}", self.token))
            .header("accept", "text/html")
            .call()
            .unwrap();
        let text = response.body_mut().read_to_string().unwrap();
        (response.status().as_u16(), response.headers().clone(), text)
    }

    /// Sends a form as a page of this office does. Redirects are not followed.
    pub(crate) fn form(&self, path: &str, pairs: &[(&str, &str)]) -> (u16, ureq::http::HeaderMap, String) {
        self.form_with(path, pairs, "same-origin")
    }

    /// Sends a CSV file as a form with a file does. Redirects are not followed.
    pub(crate) fn upload(&self, path: &str, csv: &str) -> (u16, ureq::http::HeaderMap, String) {
        let agent: ureq::Agent =
            ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
        let body = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"r.csv\"\r\n\
             Content-Type: text/csv\r\n\r\n{csv}\r\n--edge--\r\n"
        );
        let mut response = agent
            .post(format!("{}{path}", self.address))
            .header("authorization", format!("Bearer {}", self.token))
            .header("accept", "text/html")
            .header("content-type", "multipart/form-data; boundary=edge")
            .send(body)
            .unwrap();
        let text = response.body_mut().read_to_string().unwrap();
        (response.status().as_u16(), response.headers().clone(), text)
    }

    /// Sends a form from a page of some site.
    pub(crate) fn form_with(
        &self,
        path: &str,
        pairs: &[(&str, &str)],
        site: &str,
    ) -> (u16, ureq::http::HeaderMap, String) {
        let agent: ureq::Agent =
            ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
        let mut response = agent
            .post(format!("{}{path}", self.address))
            .header("authorization", format!("Bearer {}", self.token))
            .header("accept", "text/html")
            .header("sec-fetch-site", site)
            .send_form(pairs.iter().copied())
            .unwrap();
        let text = response.body_mut().read_to_string().unwrap();
        (response.status().as_u16(), response.headers().clone(), text)
    }

    pub(crate) fn try_get(&self, path: &str) -> Result<(u16, Value), ureq::Error> {
        let mut response = self
            .agent
            .get(format!("{}{path}", self.address))
            .header("authorization", format!("Bearer {}", self.token))
            .call()?;
        let text = response.body_mut().read_to_string()?;
        Ok((response.status().as_u16(), serde_json::from_str(&text).unwrap_or(Value::String(text))))
    }

    /// An answer that goes on, line by line.
    pub(crate) fn lines(&self, path: &str) -> impl Iterator<Item = String> + use<> {
        let request = self.agent.get(format!("{}{path}", self.address));
        let response = request.header("authorization", format!("Bearer {}", self.token)).call().unwrap();
        assert_eq!(response.status(), 200, "{path}");
        BufReader::new(response.into_body().into_reader()).lines().map_while(Result::ok)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        let (status, answer) = self.try_post(path, body, &[]).unwrap();
        assert!((200..300).contains(&status), "{path}: {status} {answer}");
        answer
    }

    pub(crate) fn try_post(
        &self,
        path: &str,
        body: &Value,
        headers: &[(&str, &str)],
    ) -> Result<(u16, Value), ureq::Error> {
        let mut request = self
            .agent
            .post(format!("{}{path}", self.address))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = request.send(body.to_string())?;
        let text = response.body_mut().read_to_string()?;
        Ok((response.status().as_u16(), serde_json::from_str(&text).unwrap_or(Value::String(text))))
    }
}
