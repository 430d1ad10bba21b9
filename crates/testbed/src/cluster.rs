//! A throw-away PostgreSQL cluster.

use std::ffi::OsStr;
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use crate::folder::Folder;
use crate::process::{Account, Watcher, free_memory, kill_with_children, unprivileged, until};
use crate::{Error, Result, bin, lock, psql};

/// The superuser, who needs no password.
pub const USER: &str = "salur";

const START_LIMIT: Duration = Duration::from_mins(1);

/// What the configuration says; the last word on a name counts. Durability is on: it is what gets tested.
#[derive(Debug, Clone)]
pub struct Settings(Vec<(String, String)>);

impl Default for Settings {
    fn default() -> Settings {
        Settings(Vec::new())
            .with("shared_buffers", "256MB")
            .with("max_connections", "200")
            .with("max_wal_size", "2GB")
            .with("wal_level", "replica")
            .with("max_wal_senders", "10")
            // Standbys follow without a slot, which would hold on to the log after they are gone.
            .with("wal_keep_size", "256MB")
            .with("hot_standby", "on")
            .with("logging_collector", "off")
            .with("timezone", "UTC")
            .with("log_timezone", "UTC")
    }
}

impl Settings {
    /// The same with one more setting.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Settings {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    fn text(&self) -> String {
        let lines: Vec<String> =
            self.0.iter().map(|(name, value)| format!("{name} = {}", quoted(value))).collect();
        format!("{}\n", lines.join("\n"))
    }
}

/// A PostgreSQL cluster with a folder and a port of its own. Stopped and removed when dropped.
pub struct Cluster {
    server: Mutex<Option<Child>>,
    port: u16,
    pub(crate) bin: PathBuf,
    account: Option<Account>,
    // In this order: the watcher has nothing left to do once the folder is gone.
    folder: Folder,
    _watcher: Watcher,
}

impl Cluster {
    /// Makes an empty cluster and starts it.
    pub fn start(settings: &Settings) -> Result<Cluster> {
        let mut cluster = Cluster::unmade()?;
        let data = cluster.data();
        let args = ["--username", USER, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"];
        cluster.finish(cluster.command("initdb").args(args).arg(&data))?;
        append(&data.join("postgresql.conf"), &settings.text())?;
        cluster.start_anywhere()?;
        Ok(cluster)
    }

    /// A folder without data.
    pub(crate) fn unmade() -> Result<Cluster> {
        let bin = bin()?;
        let folder = Folder::new()?;
        let account = if folder.owner()? == 0 { Some(unprivileged()?) } else { None };
        if let Some(Account { user, group }) = account {
            chown(folder.path(), Some(user), Some(group)).map_err(Error::doing("give a folder away"))?;
        }
        let watcher = Watcher::start(folder.path())?;
        Ok(Cluster { server: Mutex::new(None), port: 0, bin, account, folder, _watcher: watcher })
    }

    /// Starts on any free port.
    pub(crate) fn start_anywhere(&mut self) -> Result<()> {
        let mut attempts = 5;
        loop {
            self.port = free_port()?;
            attempts -= 1;
            match self.resume() {
                // Somebody else was quicker.
                Err(error) if attempts > 0 && error.to_string().contains("Address already in use") => {}
                done => return done,
            }
        }
    }

    /// Starts a server that was stopped or killed: same data, same port.
    pub fn resume(&self) -> Result<()> {
        let mut server = lock(&self.server);
        if server.is_some() {
            return Err(Error::new("the server has not been stopped"));
        }
        let log = File::options().create(true).append(true).open(self.log());
        let log = log.map_err(Error::doing("open the server's log"))?;
        let mut child = self
            .command("postgres")
            .arg("-D")
            .arg(self.data())
            .args(["-c", "listen_addresses=127.0.0.1", "-c", &format!("port={}", self.port)])
            .args(["-c", &format!("unix_socket_directories={}", self.folder.path().display())])
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(Error::doing("start postgres"))?;
        let mut ended = false;
        let answers = until(START_LIMIT, || {
            ended = child.try_wait().map_err(Error::doing("look at postgres"))?.is_some();
            Ok(ended || self.psql("postgres", "select 1").is_ok())
        });
        if matches!(answers, Ok(true)) && !ended {
            *server = Some(child);
            return Ok(());
        }
        let _ = child.kill();
        let _ = child.wait();
        let what = if ended { "ended" } else { "did not answer" };
        Err(Error::new(format!("PostgreSQL {what} when started; its log ends with\n{}", self.log_tail())))
    }

    /// Stops the server in good order.
    pub fn stop(&self) -> Result<()> {
        self.stop_how("fast")
    }

    /// Stops the server without a checkpoint: the next start recovers from the log.
    pub fn stop_immediate(&self) -> Result<()> {
        self.stop_how("immediate")
    }

    fn stop_how(&self, how: &str) -> Result<()> {
        let mut server = lock(&self.server);
        let Some(child) = server.as_mut() else { return Ok(()) };
        self.finish(self.command("pg_ctl").args(["stop", "-w", "-m", how, "-D"]).arg(self.data()))?;
        child.wait().map_err(Error::doing("wait for PostgreSQL's end"))?;
        *server = None;
        Ok(())
    }

    /// SIGKILL to all its processes: no chance to finish anything. The kernel still writes what it was given,
    /// which it would not if the power failed.
    pub fn kill(&self) -> Result<()> {
        let mut server = lock(&self.server);
        let Some(child) = server.as_mut() else { return Ok(()) };
        kill_with_children(child)?;
        // Its lock files stay: PostgreSQL knows them for stale, and frees the shared memory they name.
        *server = None;
        Ok(())
    }

    /// Stops in good order and starts again, which some settings need.
    pub fn restart(&self) -> Result<()> {
        self.stop()?;
        self.resume()
    }

    /// Where a client finds a database.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@{}/{database}", self.address())
    }

    /// Its port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// Runs statements one after another until one fails. Answers with the rows, columns separated by `|`.
    pub fn psql(&self, database: &str, sql: &str) -> Result<String> {
        psql::run(&mut self.command("psql"), &self.url(database), sql)
    }

    /// Changes a setting for good, without a restart. Sessions from now on see it.
    pub fn set(&self, name: &str, value: &str) -> Result<()> {
        let loaded = || self.psql("postgres", "select pg_conf_load_time()");
        let before = loaded()?;
        let sql = format!("alter system set {name} = {}; select pg_reload_conf()", quoted(value));
        self.psql("postgres", &sql)?;
        if until(START_LIMIT, || Ok(loaded()? != before))? {
            Ok(())
        } else {
            Err(Error::new(format!("PostgreSQL did not take note of {name}")))
        }
    }

    /// The end of the server's log.
    #[must_use]
    pub fn log_tail(&self) -> String {
        let bytes = std::fs::read(self.log()).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// One of PostgreSQL's programs, as the cluster's user, whatever the environment says to its clients.
    pub(crate) fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.bin.join(name));
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"PG")) {
            command.env_remove(name);
        }
        command.env("LC_ALL", "C");
        if let Some(Account { user, group }) = self.account {
            command.uid(user).gid(group);
        }
        command
    }

    /// Runs a program to its end.
    pub(crate) fn finish(&self, command: &mut Command) -> Result<()> {
        let name = Path::new(command.get_program()).file_name().map(OsStr::to_owned).unwrap_or_default();
        let name = name.to_string_lossy();
        let done = command.output().map_err(Error::doing(format!("start {name}")))?;
        if done.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&done.stderr);
        Err(Error::new(format!("{name} failed: {}\n{}", said.trim_end(), self.log_tail())))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.stop_immediate().is_err() {
            let _ = self.kill();
        }
        // A server that was stopped has removed the file that this reads.
        free_memory(&self.data());
    }
}

/// A string of SQL, and of the configuration.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

pub(crate) fn append(file: &Path, text: &str) -> Result<()> {
    let open = File::options().append(true).open(file);
    open.and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()))
        .map_err(Error::doing(format!("write {}", file.display())))
}

/// Below the ports that systems give to outgoing connections: a stopped server finds its own still free.
fn free_port() -> Result<u16> {
    const FIRST: u16 = 20_000;
    const COUNT: u16 = 12_000;
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Processes that run side by side start far apart.
    let start = std::process::id().wrapping_mul(131) % u32::from(COUNT);
    let start = u16::try_from(start).unwrap_or_default();
    for _ in 0..COUNT {
        let step = NEXT.fetch_add(1, Ordering::Relaxed) % COUNT;
        let port = FIRST + (start + step) % COUNT;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    Err(Error::new("no port is free on 127.0.0.1 between 20000 and 32000"))
}
