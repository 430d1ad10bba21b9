//! One table for both databases: each figure of the engine beside what the database does without it.

use std::time::Duration;

use crate::median;
use crate::single::Run;

/// What one round measured.
pub(crate) struct Round {
    pub(crate) run: Run,
    pub(crate) batched: Written,
    pub(crate) each: Each,
}

/// The same rows written by hand, in batches of the engine's mean.
pub(crate) struct Written {
    pub(crate) rate: f64,
    pub(crate) wall: Duration,
    pub(crate) p50: Duration,
    pub(crate) cpu_micros: f64,
}

/// One transaction for each command.
#[derive(Clone, Copy)]
pub(crate) struct Each {
    pub(crate) per_second: f64,
    /// Mean latency in milliseconds.
    pub(crate) latency: f64,
}

/// A row of the table: a database at a number of callers.
pub(crate) struct Row {
    database: &'static str,
    callers: u64,
    rounds: Vec<Round>,
}

impl Row {
    pub(crate) fn new(database: &'static str, callers: u64, rounds: Vec<Round>) -> Row {
        Row { database, callers, rounds }
    }

    fn of(&self, pick: impl Fn(&Round) -> f64) -> f64 {
        median(self.rounds.iter().map(pick).collect())
    }
}

/// Prints the table; its last column is the rate in units of PostgreSQL's own with 32 clients, where that was measured.
pub(crate) fn print(rows: &[Row]) {
    println!("\n## Single commands (submit with an idempotency key), durable before they are answered");
    println!(
        "| database | callers | engine /s | p50 ms | p99 ms | batch | CPU us | raw batched /s | ratio | CPU ratio | \
         one transaction each /s | ratio | in R32 |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
    let r32 = rows.iter().find(|row| row.database == "PostgreSQL" && row.callers == 32);
    let r32 = r32.map(|row| row.of(|round| round.each.per_second));
    for row in rows {
        let in_r32 =
            r32.map(|r32| format!("**{:.2}**", row.of(|round| round.run.rate) / r32)).unwrap_or_default();
        println!(
            "| {} | {} | {:.0} | {:.2} | {:.2} | {:.1} | {:.0} | {:.0} | **{:.2}** | {:.2} | {:.0} | **{:.2}** | {in_r32} |",
            row.database,
            row.callers,
            row.of(|round| round.run.rate),
            row.of(|round| round.run.p50.as_secs_f64() * 1e3),
            row.of(|round| round.run.p99.as_secs_f64() * 1e3),
            row.of(|round| round.run.batch),
            row.of(|round| round.run.cpu_micros),
            row.of(|round| round.batched.rate),
            row.of(|round| round.run.rate / round.batched.rate),
            row.of(|round| round.run.cpu_micros / round.batched.cpu_micros),
            row.of(|round| round.each.per_second),
            row.of(|round| round.run.rate / round.each.per_second),
        );
    }
    println!();
    for row in rows.iter().filter(|row| row.callers == 1) {
        println!(
            "{}, one caller: p50 **{:.2}** of a hand-written transaction of the same rows, {:.2} of the mean of one \
             transaction each",
            row.database,
            row.of(|round| round.run.p50.as_secs_f64() / round.batched.p50.as_secs_f64()),
            row.of(|round| round.run.p50.as_secs_f64() * 1e3 / round.each.latency),
        );
    }
    if let Some(r32) = r32 {
        println!("R32 {r32:.0}/s: PostgreSQL, 32 clients of pgbench, one transaction each");
    }
}
