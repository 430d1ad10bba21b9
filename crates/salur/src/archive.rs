//! `salur archive`: moves the events of a closed year out of PostgreSQL, into a file that `salur verify` reads.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use salur_api::Clock;
use salur_store::Store;

use crate::config::Configured;

/// Move the events of a closed year out of PostgreSQL, into a file that `verify` reads beside the database.
#[derive(Debug, Args)]
pub(crate) struct Archive {
    /// The database, as `postgres://USER@HOST/NAME`; its servers may go on running.
    #[arg(long, env = "SALUR_DATABASE")]
    database: String,
    /// The year: over, and no request with events in it still open.
    #[arg(long)]
    year: i16,
    /// The file to make.
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    #[command(flatten)]
    configured: Configured,
}

impl Archive {
    #[tokio::main]
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let store = Store::open(&self.database, self.configured.office()?).await?;
        let archived = store.archive(self.year, &self.to, Clock::System.now()).await;
        store.close().await;
        let archived = archived?;
        println!(
            "{} events of {}, positions {} to {}, are in {}; their digest, noted in the chain, is {}.\n\
             Once the file is kept elsewhere too: drop table archived_event_{};",
            archived.events,
            archived.year,
            archived.first,
            archived.last,
            self.to.display(),
            archived.digest,
            archived.year,
        );
        Ok(ExitCode::SUCCESS)
    }
}
