//! Single commands on PostgreSQL: against hand-written batched writes of the same rows at the same batch size, against
//! one transaction per command by as many clients, and two servers against one.

use std::path::Path;

use anyhow::Result;
use salur_testbed::Server;

use super::{drop_database, fresh, open, pgbench, raw, server, settle};
use crate::single::{Run, drive, drive_all};
use crate::{fixture, median};

const REQUESTS: u64 = 24_000;
/// How long pgbench runs in each round.
const SECONDS: u64 = 3;

/// What one round measured.
struct Round {
    run: Run,
    hand: raw::Written,
    bench: pgbench::Rate,
}

/// Prints a row for 1, 32 and 256 callers, and what a second server adds.
pub(crate) async fn measure(folder: &Path, rounds: usize) -> Result<()> {
    let server = server()?;
    let (address, store) = super::found(&server, "bench_single", folder).await?;
    fixture::enter(&store, 0, REQUESTS).await?;
    store.close().await;
    settle(&address)?;
    println!("\n## Single commands (submit with an idempotency key), PostgreSQL, synchronous_commit on");
    println!(
        "| callers | engine /s | p50 ms | p99 ms | batch | CPU us | raw batched /s | ratio | CPU ratio | pgbench /s, \
         one transaction each | ratio |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    let (mut r32, mut best) = (f64::NAN, 0.0);
    for (callers, commands) in [(1, 1_000), (32, 16_000), (256, REQUESTS)] {
        let mut measured = Vec::new();
        for _ in 0..rounds {
            measured.push(round(&server, folder, callers, commands).await?);
        }
        let of = |pick: &dyn Fn(&Round) -> f64| median(measured.iter().map(pick).collect());
        println!(
            "| {callers} | {:.0} | {:.2} | {:.2} | {:.1} | {:.0} | {:.0} | **{:.2}** | {:.2} | {:.0} | **{:.2}** |",
            of(&|round| round.run.rate),
            of(&|round| round.run.p50.as_secs_f64() * 1e3),
            of(&|round| round.run.p99.as_secs_f64() * 1e3),
            of(&|round| round.run.batch),
            of(&|round| round.run.cpu_micros),
            of(&|round| round.hand.rate),
            of(&|round| round.run.rate / round.hand.rate),
            of(&|round| round.run.cpu_micros / round.hand.cpu_micros),
            of(&|round| round.bench.per_second),
            of(&|round| round.run.rate / round.bench.per_second),
        );
        if callers == 1 {
            println!(
                "\none caller, p50 against a hand-written transaction: **{:.2}**; against pgbench's mean of one client: {:.2}\n",
                of(&|round| round.run.p50.as_secs_f64() / round.hand.p50.as_secs_f64()),
                of(&|round| round.run.p50.as_secs_f64() * 1e3 / round.bench.latency),
            );
        }
        if callers == 32 {
            r32 = of(&|round| round.bench.per_second);
        }
        best = f64::max(best, of(&|round| round.run.rate));
    }
    println!("\nR32 {r32:.0}/s; the best of the engine is **{:.1}** R32", best / r32);
    two_servers(&server, folder, rounds).await?;
    drop_database(&server, "bench_single")
}

async fn round(server: &Server, folder: &Path, callers: u64, commands: u64) -> Result<Round> {
    let address = fresh(server, "bench_run", "bench_single")?;
    let store = open(&address, folder).await?;
    let run = drive(&store, callers, commands).await?;
    store.close().await;
    let rows = raw::rows(&address, commands).await?;
    anyhow::ensure!(u64::try_from(rows.len())? == commands, "{} rows to compare with", rows.len());
    let by_hand = fresh(server, "bench_raw", "bench_single")?;
    let batch = if callers == 1 { 1 } else { crate::raw::batch_of(run.batch) };
    let hand = raw::write(&by_hand, &rows, batch).await?;
    let yardstick = fresh(server, "bench_pgbench", "bench_single")?;
    let bench = pgbench::run(&yardstick, folder, callers, SECONDS)?;
    for name in ["bench_run", "bench_raw", "bench_pgbench"] {
        drop_database(server, name)?;
    }
    Ok(Round { run, hand, bench })
}

/// The same 256 callers on one server, and shared out between two on the same database.
async fn two_servers(server: &Server, folder: &Path, rounds: usize) -> Result<()> {
    let mut ratios = Vec::new();
    for _ in 0..rounds {
        let mut rates = Vec::new();
        for servers in [1, 2] {
            let address = fresh(server, "bench_run", "bench_single")?;
            let mut stores = Vec::new();
            for _ in 0..servers {
                stores.push(open(&address, folder).await?);
            }
            rates.push(drive_all(&stores, 256, REQUESTS).await?.rate);
            for store in stores {
                store.close().await;
            }
        }
        ratios.push(rates[1] / rates[0]);
    }
    drop_database(server, "bench_run")?;
    println!("two servers against one, 256 callers in all: **{:.2}**", median(ratios));
    Ok(())
}
