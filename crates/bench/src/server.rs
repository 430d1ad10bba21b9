//! The server as users start it: its rate over HTTP, its CPU for an import, its memory with a million requests.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::fixture::{self, CLERK, SCHEME, YEAR, request_id, token};

const CALLERS: u64 = 32;
/// Acts over HTTP.
pub(crate) const OVER_HTTP: u64 = 16_000;

/// A running server.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(database: &Path) -> Result<Server> {
        Server::start_at(&format!("sqlite://{}", database.display()), None)
    }

    /// Starts on either database; PostgreSQL has no place beside it for the office's key.
    fn start_at(database: &str, key: Option<&Path>) -> Result<Server> {
        let key = key.map(std::fs::read_to_string).transpose()?;
        let binary: PathBuf = std::env::current_exe()?.with_file_name("salur");
        let mut child = Command::new(&binary)
            .args(["serve", "--listen", "127.0.0.1:0", "--no-second-factor", "--database", database])
            .envs(key.map(|key| ("SALUR_KEY", key.trim().to_owned())))
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("failed to start {}; cargo xtask bench builds it", binary.display()))?;
        let out = child.stdout.take().context("no output")?;
        for line in BufReader::new(out).lines() {
            if let Some(address) = line?.strip_prefix("listening on ") {
                return Ok(Server { child, address: address.to_owned() });
            }
        }
        bail!("the server did not start")
    }

    fn status(&self, name: &str) -> Result<u64> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = text.lines().find(|line| line.starts_with(name)).context("no such line")?;
        Ok(line.split_whitespace().nth(1).context("no number")?.parse()?)
    }

    /// CPU time of the server and the processes it has waited for.
    fn cpu(&self) -> Result<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks: u64 =
            [11, 12, 13, 14].iter().filter_map(|place| fields.get(*place)?.parse::<u64>().ok()).sum();
        Ok(Duration::from_millis(ticks * 10))
    }

    fn caller(&self) -> Caller {
        let config =
            ureq::Agent::config_builder().http_status_as_error(false).max_idle_connections(64).build();
        Caller { agent: config.into(), address: self.address.clone(), token: token(CLERK) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[derive(Clone)]
struct Caller {
    agent: ureq::Agent,
    address: String,
    token: String,
}

impl Caller {
    fn get(&self, path: &str) -> Result<Value> {
        let request = self.agent.get(format!("{}{path}", self.address));
        let mut response = request.header("authorization", format!("Bearer {}", self.token)).call()?;
        Ok(serde_json::from_str(&response.body_mut().read_to_string()?)?)
    }

    fn post(&self, path: &str, kind: &str, key: &str, body: &str) -> Result<(u16, Value)> {
        let request = self.agent.post(format!("{}{path}", self.address));
        let mut response = request
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", kind)
            .header("if-match", "*")
            .header("idempotency-key", key)
            .send(body)?;
        let status = response.status().as_u16();
        Ok((status, serde_json::from_str(&response.body_mut().read_to_string()?).unwrap_or_default()))
    }
}

/// Prints the rate of acts over HTTP, sign-in and audit on.
pub(crate) async fn over_http(folder: &Path) -> Result<()> {
    let path = folder.join("http.db");
    let store = fixture::found(&path).await?;
    fixture::enter(&store, 0, OVER_HTTP).await?;
    store.close().await;
    rate_of(&Server::start(&path)?, "SQLite")
}

/// Prints the rate of acts over HTTP of a server on a database that has the requests.
pub(crate) fn over_http_at(database: &str, key: &Path) -> Result<()> {
    rate_of(&Server::start_at(database, Some(key))?, "PostgreSQL")
}

fn rate_of(server: &Server, name: &str) -> Result<()> {
    let commands = OVER_HTTP;
    let started = Instant::now();
    let mut waits = submit_all(server, 0, commands)?;
    let wall = started.elapsed().as_secs_f64();
    waits.sort_unstable();
    #[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "counts far below 2^52")]
    let rate = commands as f64 / wall;
    println!("\n## Over HTTP on loopback, {name}, {CALLERS} callers, sign-in, audit and idempotency on");
    println!(
        "{rate:.0} acts/s, p50 {:.1} ms, p99 {:.1} ms; server CPU {:.0} us an act (the callers share its cores)",
        waits[waits.len() / 2].as_secs_f64() * 1e3,
        waits[waits.len() * 99 / 100].as_secs_f64() * 1e3,
        server.cpu()?.as_secs_f64() * 1e6 / f64::from(u32::try_from(commands)?),
    );
    Ok(())
}

fn submit_all(server: &Server, from: u64, to: u64) -> Result<Vec<Duration>> {
    std::thread::scope(|threads| {
        let mut handles = Vec::new();
        for place in 0..CALLERS {
            let caller = server.caller();
            handles.push(threads.spawn(move || {
                let mut waits = Vec::new();
                let mut n = from + place;
                while n < to {
                    let before = Instant::now();
                    let path = format!("/api/v1/requests/{}/actions", request_id(n));
                    let (status, body) = caller.post(
                        &path,
                        "application/json",
                        &format!("bench-{n}"),
                        r#"{"action":"submit"}"#,
                    )?;
                    if status != 200 {
                        bail!("{status} {body}");
                    }
                    waits.push(before.elapsed());
                    n += CALLERS;
                }
                Ok(waits)
            }));
        }
        let mut waits = Vec::new();
        for handle in handles {
            waits.extend(handle.join().map_err(|_| anyhow::anyhow!("a caller panicked"))??);
        }
        Ok(waits)
    })
}

/// Prints the CPU that a list of 17,000 takes from its bytes to stored requests.
pub(crate) async fn import(folder: &Path) -> Result<()> {
    let path = folder.join("import.db");
    fixture::found(&path).await?.close().await;
    let server = Server::start(&path)?;
    let caller = server.caller();
    let (started, before) = (Instant::now(), server.cpu()?);
    let target = format!("/api/v1/imports?scheme={SCHEME}&year={YEAR}");
    let (status, import) = caller.post(&target, "text/csv", "bench-import", &list(17_000)?)?;
    if status != 202 {
        bail!("{status} {import}");
    }
    let id = import["id"].as_str().context("no id")?.to_owned();
    wait(&caller, &id, "ready")?;
    let judged = (started.elapsed(), server.cpu()?.saturating_sub(before));
    caller.post(&format!("/api/v1/imports/{id}/accept"), "application/json", "bench-accept", "")?;
    let done = wait(&caller, &id, "done")?;
    println!("\n## A list of 17,000 rows over HTTP");
    println!(
        "judged in {:.2} s (CPU {:.2} s), judged and stored in {:.2} s (CPU **{:.2} s**), {} accepted; peak memory {} MB",
        judged.0.as_secs_f64(),
        judged.1.as_secs_f64(),
        started.elapsed().as_secs_f64(),
        server.cpu()?.saturating_sub(before).as_secs_f64(),
        done["accepted"],
        server.status("VmHWM")? / 1024,
    );
    Ok(())
}

fn wait(caller: &Caller, id: &str, state: &str) -> Result<Value> {
    loop {
        let import = caller.get(&format!("/api/v1/imports/{id}?limit=1"))?;
        if import["state"] == state {
            return Ok(import);
        }
        if import["state"] == "failed" {
            bail!("{import}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Prints the server's memory with a million requests under load.
pub(crate) async fn memory(folder: &Path) -> Result<()> {
    let path = folder.join("memory.db");
    let size = 1_000_000;
    let store = fixture::found(&path).await?;
    fixture::enter(&store, 0, size).await?;
    store.close().await;
    let server = Server::start(&path)?;
    let reader = server.caller();
    for n in 0..50 {
        let scheme =
            format!("/api/v1/requests?scheme={SCHEME}&stage=input&region=64.0{}&limit=50", n % 3 + 1);
        reader.get(&scheme)?;
        reader.get("/api/v1/stages")?;
    }
    submit_all(&server, 0, 30_000)?;
    println!("\n## Memory of the server, {size} requests, {CALLERS} callers");
    println!("resident {} MB, peak {} MB", server.status("VmRSS")? / 1024, server.status("VmHWM")? / 1024);
    Ok(())
}

/// A list of invented victims; no NIK is anybody's, since none begins with 99.
fn list(count: u32) -> Result<String> {
    let mut text = String::from(
        "No;NIK;No KK;Nama Lengkap;L/P;Tgl Lahir;Kode Wilayah;Kabupaten/Kota;Kejadian;Tgl Kejadian;Dalam Panti;\
         Jumlah Bantuan;Bank;No Rekening;Nama Rekening\n",
    );
    for n in 0..count {
        let (sub, day, serial) = (10 + n / 9_000, n % 28 + 1, n % 9_000 + 1);
        writeln!(
            text,
            "{n};9972{sub:02}{day:02}0180{serial:04};9972{sub:02}{day:02}0199{serial:04};Rekaan Kesatu Dua;L;\
             {day:02}/01/1980;64.72;Kota Samarinda;banjir;01/10/2026;Y;Rp 2.000.000;BRI;12345{n:05};Rekaan Kesatu Dua"
        )?;
    }
    Ok(text)
}
