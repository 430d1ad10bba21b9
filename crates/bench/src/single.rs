//! Single commands through the store, all rules on, against hand-written batched writes of the same rows at the
//! same batch size.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use salur_core::command::Command;
use salur_store::Store;
use salur_store::job::{Act, Job, Key};

use crate::figures::{Each, Round, Row};
use crate::fixture::{self, CLERK, ask, request_id};
use crate::{cpu, raw};

/// Commands that are written with a transaction each: enough for a mean.
const EACH: usize = 4_000;

/// One measurement at a number of callers.
pub(crate) struct Run {
    pub(crate) rate: f64,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
    pub(crate) cpu_micros: f64,
    pub(crate) batch: f64,
}

/// Measures 1, 32 and 256 callers on SQLite.
pub(crate) async fn measure(folder: &Path, rounds: usize) -> Result<Vec<Row>> {
    let base = folder.join("single.db");
    let store = fixture::found(&base).await?;
    let most = 24_000;
    fixture::enter(&store, 0, most).await?;
    store.close().await;
    let mut rows = Vec::new();
    for (callers, commands) in [(1, 2_000), (32, 16_000), (256, most)] {
        let mut measured = Vec::new();
        for _ in 0..rounds {
            measured.push(round(folder, &base, callers, commands).await?);
        }
        rows.push(Row::new("SQLite", callers, measured));
    }
    Ok(rows)
}

async fn round(folder: &Path, base: &Path, callers: u64, commands: u64) -> Result<Round> {
    let copy = folder.join("run.db");
    fixture::copy(base, &copy)?;
    let store = fixture::open(&copy).await?;
    let run = drive(&store, callers, commands).await?;
    store.close().await;
    let rows = raw::rows(&copy, commands)?;
    let again = folder.join("raw.db");
    let by_hand = |rows: &[raw::Row], batch| {
        fixture::copy(base, &again)?;
        raw::write(&again, rows, batch)
    };
    // SQLite has one writer at a time: as many clients as there are wait for one another, so one stands for all.
    let few = rows.get(..rows.len().min(EACH)).unwrap_or(&rows);
    let each = by_hand(few, 1)?;
    let batched = if callers == 1 { by_hand(&rows, 1)? } else { by_hand(&rows, raw::batch_of(run.batch))? };
    let each = Each { per_second: each.rate, latency: 1e3 / each.rate };
    Ok(Round { run, batched, each })
}

pub(crate) async fn drive(store: &Store, callers: u64, commands: u64) -> Result<Run> {
    drive_all(std::slice::from_ref(store), callers, commands).await
}

/// Drives several servers of one database, their callers shared out among them.
pub(crate) async fn drive_all(stores: &[Store], callers: u64, commands: u64) -> Result<Run> {
    let commits = || stores.iter().map(Store::commits).sum::<u64>();
    let (started, cpu_before, commits_before) = (Instant::now(), cpu(), commits());
    let mut tasks = Vec::new();
    for (caller, store) in (0..callers).zip(stores.iter().cycle()) {
        let store = store.clone();
        tasks.push(tokio::spawn(async move {
            let mut waits = Vec::new();
            let mut n = caller;
            while n < commands {
                let before = Instant::now();
                store.execute(ask(CLERK, Some(key(n)), Job::Act(Box::new(submit(n))))).await?;
                waits.push(before.elapsed());
                n += callers;
            }
            Ok::<_, salur_store::ExecuteError>(waits)
        }));
    }
    let mut waits = Vec::new();
    for task in tasks {
        waits.extend(task.await??);
    }
    let wall = started.elapsed().as_secs_f64();
    waits.sort_unstable();
    #[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "counts far below 2^52")]
    let (done, batches) = (commands as f64, (commits() - commits_before) as f64);
    Ok(Run {
        rate: done / wall,
        p50: waits[waits.len() / 2],
        p99: waits[waits.len() * 99 / 100],
        cpu_micros: cpu().saturating_sub(cpu_before).as_secs_f64() * 1e6 / done,
        batch: done / batches,
    })
}

fn key(n: u64) -> Key {
    Key { text: format!("bench-{n}"), fingerprint: salur_core::Digest([3; 32]) }
}

fn submit(n: u64) -> Act {
    Act {
        request: request_id(n),
        command: Command::named("submit".into(), None, std::collections::BTreeMap::new()),
        seen: None,
        note: None,
        facts: None,
        subject_key: None,
    }
}
