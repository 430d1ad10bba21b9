//! The yardstick: PostgreSQL itself, one transaction per command, by the same number of clients, through pgbench.
//!
//! Its script does less than a command does: no lock of `head`, so that its transactions run side by side; no chain, no
//! counters, no rule. R32 and R1 are its rates with 32 clients and with one.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::figures::Each;

/// Threads of pgbench: the cores of the machines this is measured on.
const THREADS: u64 = 2;

/// One command by hand: the guarded update, the event, the outbox row, the answer under its key.
const SCRIPT: &str = "\\set n random(0, 23999)
begin;
update request set version = version + 1, entered_at = now(), stage = 'verification'
    where id = ('01990000-0000-7000-8000-' || lpad(to_hex(cast(:n as bigint)), 12, '0'))::uuid and version >= 1;
insert into event (year, pos, at, actor, subject_kind, subject_id, seq, kind, data, prev_hash, hash)
    select 2026, p, now(), '00000000-0000-0000-0000-000000000001', 'request', gen_random_uuid(), 2, 'advanced', repeat('x', 250),
        decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex') from (select nextval('bench_pos') as p) as n;
insert into outbox (pos, topic, subject_id, due_at)
    values (currval('bench_pos'), 'advanced', '01990000-0000-7000-8000-000000000000', now());
insert into command (principal, key, fingerprint, at, outcome)
    values ('00000000-0000-0000-0000-000000000001', 'bench-' || currval('bench_pos'), decode(repeat('00', 32), 'hex'), now(),
        repeat('x', 80));
commit;
";

/// Runs the script for some seconds on a database of the office's tables.
pub(super) fn run(address: &str, folder: &Path, clients: u64, seconds: u64) -> Result<Each> {
    let script = folder.join("command.sql");
    std::fs::write(&script, SCRIPT)?;
    salur_testbed::home::run(address, "create sequence if not exists bench_pos start 1000000000")?;
    let done = Command::new(salur_testbed::program("pgbench")?)
        .args(["--no-vacuum", "--protocol=prepared", "--file"])
        .arg(&script)
        .args(["--client", &clients.to_string(), "--jobs", &THREADS.min(clients).to_string()])
        .args(["--time", &seconds.to_string(), address])
        .output()
        .context("failed to start pgbench")?;
    let told = String::from_utf8_lossy(&done.stdout);
    ensure!(done.status.success(), "pgbench: {}", String::from_utf8_lossy(&done.stderr));
    let number = |before: &str| {
        let line = told.lines().find(|line| line.starts_with(before));
        line.and_then(|line| line.trim_start_matches(before).split_whitespace().next()?.parse::<f64>().ok())
    };
    let per_second = number("tps = ").with_context(|| format!("pgbench said {told}"))?;
    Ok(Each { per_second, latency: number("latency average = ").unwrap_or(f64::NAN) })
}
