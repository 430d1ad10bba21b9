//! Single commands through the store, all rules on, against hand-written batched writes of the same rows at the
//! same batch size.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use salur_core::command::Command;
use salur_store::Store;
use salur_store::job::{Act, Job, Key};

use crate::fixture::{self, CLERK, ask, request_id};
use crate::{cpu, median, raw};

/// One measurement at a number of callers.
pub(crate) struct Run {
    pub(crate) rate: f64,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
    pub(crate) cpu_micros: f64,
    pub(crate) batch: f64,
}

/// Prints a row for 1, 32 and 256 callers.
pub(crate) async fn measure(folder: &Path, rounds: usize) -> Result<()> {
    println!("\n## Single commands (submit with an idempotency key), SQLite, WAL, synchronous FULL");
    println!(
        "| callers | engine /s | p50 ms | p99 ms | batch | CPU us | raw /s | raw CPU us | rate ratio | CPU ratio |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let base = folder.join("single.db");
    let store = fixture::found(&base).await?;
    let most = 24_000;
    fixture::enter(&store, 0, most).await?;
    store.close().await;
    for (callers, commands) in [(1, 2_000), (32, 16_000), (256, 24_000)] {
        let (mut engine, mut hand, mut hand_p50) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..rounds {
            let copy = folder.join("run.db");
            fixture::copy(&base, &copy)?;
            let store = fixture::open(&copy).await?;
            let run = drive(&store, callers, commands).await?;
            store.close().await;
            let rows = raw::rows(&copy, commands)?;
            let again = folder.join("raw.db");
            fixture::copy(&base, &again)?;
            let batch = if callers == 1 { 1 } else { raw::batch_of(run.batch) };
            let written = raw::write(&again, &rows, batch)?;
            engine.push(run);
            hand.push((written.rate, written.cpu_micros));
            hand_p50.push(written.p50.as_secs_f64());
        }
        let of = |pick: fn(&Run) -> f64| median(engine.iter().map(pick).collect());
        let (raw_rate, raw_cpu) = (
            median(hand.iter().map(|pair| pair.0).collect()),
            median(hand.iter().map(|pair| pair.1).collect()),
        );
        let ratio = median(engine.iter().zip(&hand).map(|(run, hand)| run.rate / hand.0).collect());
        let cpu_ratio = median(engine.iter().zip(&hand).map(|(run, hand)| run.cpu_micros / hand.1).collect());
        println!(
            "| {callers} | {:.0} | {:.2} | {:.2} | {:.1} | {:.0} | {raw_rate:.0} | {raw_cpu:.0} | **{ratio:.2}** | {cpu_ratio:.2} |",
            of(|run| run.rate),
            of(|run| run.p50.as_secs_f64() * 1e3),
            of(|run| run.p99.as_secs_f64() * 1e3),
            of(|run| run.batch),
            of(|run| run.cpu_micros),
        );
        if callers == 1 {
            let p50 = median(engine.iter().map(|run| run.p50.as_secs_f64()).collect());
            println!(
                "\none caller, p50 against a hand-written transaction: **{:.2}**\n",
                p50 / median(hand_p50)
            );
        }
    }
    Ok(())
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
