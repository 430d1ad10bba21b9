//! `salur verify`: the invariants, recomputed from the stored bytes, without trusting the server.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::Args;

/// Recompute the invariants from the stored bytes.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The database, as `sqlite://FILE`.
    #[arg(long)]
    database: String,
}

impl Verify {
    #[tokio::main(flavor = "current_thread")]
    pub(crate) async fn run(self, json: bool) -> Result<ExitCode> {
        let path = self.database.strip_prefix("sqlite://").with_context(|| {
            format!("`{}` is no database address this program knows; write sqlite://FILE", self.database)
        })?;
        if !Path::new(path).exists() {
            bail!("there is no database {path}");
        }
        let report = salur_store::verify(Path::new(path)).await?;
        if json {
            println!("{}", serde_json::to_string(&report)?);
        } else {
            println!(
                "{} events, {} requests, last position {}",
                report.events, report.requests, report.position
            );
            match &report.broken {
                None => println!("all invariants hold; head {}", report.head),
                Some(broken) => println!("BROKEN {} at {}: {}", broken.invariant, broken.place, broken.found),
            }
        }
        Ok(if report.broken.is_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
