//! `salur verify`: the invariants, recomputed from the stored bytes, without trusting the server.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

/// Recompute the invariants from the stored bytes.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The database, as `sqlite://FILE` or `postgres://USER@HOST/NAME`; a standby will do.
    #[arg(long, env = "SALUR_DATABASE")]
    database: String,
    /// The archive of a closed year; may be given again.
    #[arg(long, value_name = "FILE")]
    archive: Vec<PathBuf>,
    /// The file of the office's key, where it is not in its usual place; without the key, facts are not compared.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

impl Verify {
    #[tokio::main(flavor = "current_thread")]
    pub(crate) async fn run(self, json: bool) -> Result<ExitCode> {
        let report = salur_store::verify(&self.database, self.key_file.as_deref(), &self.archive).await?;
        if json {
            println!("{}", serde_json::to_string(&report)?);
        } else {
            println!(
                "{} events, {} requests, last position {}",
                report.events, report.requests, report.position
            );
            if !report.facts_compared {
                println!("without the office's key, facts were not compared (--key-file, SALUR_KEY)");
            }
            match &report.broken {
                None => println!("all invariants hold; head {}", report.head),
                Some(broken) => println!("BROKEN {} at {}: {}", broken.invariant, broken.place, broken.found),
            }
        }
        Ok(if report.broken.is_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
