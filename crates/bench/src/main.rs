//! Measures Salur against the raw database in the same run, rounds alternating, medians printed.
//!
//! The machine's load moves absolute figures by a factor of two; ratios within a run count.

mod bulk;
mod core;
mod figures;
mod fixture;
mod flow;
mod pages;
mod pg;
mod raw;
mod server;
mod single;

use std::time::Duration;

use anyhow::Result;

#[tokio::main]
async fn main() -> Result<()> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let wants = |name: &str| wanted.is_empty() || wanted.iter().any(|word| word == name);
    let rounds = std::env::var("SALUR_BENCH_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(5);
    let folder = tempfile::tempdir()?;
    println!("# Salur's figures, {rounds} alternating rounds, medians");
    if wants("core") {
        core::measure(rounds)?;
    }
    if wants("flow") {
        flow::measure(folder.path())?;
        flow::simulate();
    }
    if wants("single") || wants("pg-single") {
        let mut rows = Vec::new();
        if wants("single") {
            rows.extend(single::measure(folder.path(), rounds).await?);
        }
        rows.extend(pg::single::measure(folder.path(), rounds).await?);
        figures::print(&rows);
        pg::single::two_servers(folder.path(), rounds).await?;
    }
    if wants("bulk") {
        bulk::measure(folder.path(), rounds).await?;
    }
    if wants("bulk") || wants("pg-bulk") {
        pg::bulk::measure(folder.path(), rounds).await?;
    }
    if wants("pages") {
        pages::measure(folder.path()).await?;
    }
    if wants("pages") || wants("pg-pages") {
        pg::pages::measure(folder.path()).await?;
    }
    if wants("http") {
        server::over_http(folder.path()).await?;
        pg::over_http(folder.path()).await?;
    }
    if wants("import") {
        server::import(folder.path()).await?;
    }
    if wants("memory") {
        server::memory(folder.path()).await?;
    }
    Ok(())
}

/// CPU time of this process so far, all threads.
pub(crate) fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: u64 = [11, 12].iter().filter_map(|place| fields.get(*place)?.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// The middle one.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
