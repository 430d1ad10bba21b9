//! One decree over 17,000 requests on PostgreSQL, against hand-written multi-row writes in one transaction.

use std::path::Path;
use std::time::Instant;

use anyhow::{Result, bail};

use super::{drop_database, fresh, open, raw, server, settle};
use crate::bulk::{REQUESTS, prepare, sign};
use crate::{cpu, fixture, median};

/// Prints the figures of one decree.
pub(crate) async fn measure(folder: &Path, rounds: usize) -> Result<()> {
    let server = server()?;
    println!("\n## One decree over {REQUESTS} requests, one transaction, PostgreSQL");
    let (address, store) = super::found(&server, "bench_bulk", folder).await?;
    fixture::enter(&store, 0, REQUESTS).await?;
    let decree = prepare(&store).await?;
    store.close().await;
    settle(&address)?;
    let (mut walls, mut cpus, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let run = fresh(&server, "bench_run", "bench_bulk")?;
        let store = open(&run, folder).await?;
        let (started, before) = (Instant::now(), cpu());
        sign(&store, decree).await?;
        let (wall, used) = (started.elapsed().as_secs_f64(), cpu().saturating_sub(before).as_secs_f64());
        store.close().await;
        let rows = raw::rows(&run, REQUESTS).await?;
        if u64::try_from(rows.len())? < REQUESTS {
            bail!("only {} rows to compare with", rows.len());
        }
        let by_hand = fresh(&server, "bench_raw", "bench_bulk")?;
        let written = raw::write(&by_hand, &rows, rows.len()).await?;
        walls.push(wall);
        cpus.push(used);
        ratios.push(wall / written.wall.as_secs_f64());
    }
    for name in ["bench_run", "bench_raw", "bench_bulk"] {
        drop_database(&server, name)?;
    }
    println!(
        "signed in {:.2} s (CPU of the server {:.2} s); against hand-written writes: **{:.2}** in time",
        median(walls),
        median(cpus),
        median(ratios)
    );
    Ok(())
}
