//! Single commands on PostgreSQL: against hand-written batched writes of the same rows at the same batch size, against
//! one transaction per command by as many clients, and two servers against one.

use std::path::Path;

use anyhow::Result;
use salur_testbed::Server;

use super::{drop_database, fresh, open, pgbench, raw, server, settle};
use crate::figures::{Round, Row};
use crate::single::{drive, drive_all};
use crate::{fixture, median};

const REQUESTS: u64 = 24_000;
/// How long pgbench runs in each round.
const SECONDS: u64 = 3;

/// Measures 1, 32 and 256 callers on PostgreSQL.
pub(crate) async fn measure(folder: &Path, rounds: usize) -> Result<Vec<Row>> {
    let server = server()?;
    let (address, store) = super::found(&server, "bench_single", folder).await?;
    fixture::enter(&store, 0, REQUESTS).await?;
    store.close().await;
    settle(&address)?;
    let mut rows = Vec::new();
    for (callers, commands) in [(1, 1_000), (32, 16_000), (256, REQUESTS)] {
        let mut measured = Vec::new();
        for _ in 0..rounds {
            measured.push(round(&server, folder, callers, commands).await?);
        }
        rows.push(Row::new("PostgreSQL", callers, measured));
    }
    Ok(rows)
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
    let batched = raw::write(&by_hand, &rows, batch).await?;
    let yardstick = fresh(server, "bench_pgbench", "bench_single")?;
    let each = pgbench::run(&yardstick, folder, callers, SECONDS)?;
    for name in ["bench_run", "bench_raw", "bench_pgbench"] {
        drop_database(server, name)?;
    }
    Ok(Round { run, batched, each })
}

/// Prints what the same 256 callers reach on two servers of one database, against one. Leaves nothing behind.
pub(crate) async fn two_servers(folder: &Path, rounds: usize) -> Result<()> {
    let server = &server()?;
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
    drop_database(server, "bench_single")?;
    println!("PostgreSQL, two servers against one, 256 callers in all: **{:.2}**", median(ratios));
    Ok(())
}
