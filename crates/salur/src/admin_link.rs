//! `salur admin-link`: a one-time link for the first administrator, by whoever runs the machine.

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Args;
use salur_api::Clock;
use salur_api::access::operator_link;
use salur_store::Store;

use crate::config::Configured;

/// Print a one-time link by which an administrator sets a password; it works once, within 24 hours. Where the database is
/// an SQLite file, stop its server first.
#[derive(Debug, Args)]
pub(crate) struct AdminLink {
    /// The database, as `sqlite://FILE` or `postgres://USER@HOST/NAME`; a password belongs into PGPASSWORD or .pgpass.
    #[arg(long, env = "SALUR_DATABASE")]
    database: String,
    /// The staff number of whom it is for; the first administrator's if it is not said.
    #[arg(long, value_name = "STAFF_NO")]
    person: Option<String>,
    #[command(flatten)]
    configured: Configured,
}

impl AdminLink {
    #[tokio::main]
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let store = Store::open(&self.database, self.configured.office()?).await?;
        let made = self.make(&store).await;
        store.close().await;
        let (name, made) = made?;
        println!("for {name}, who signs in as {}, until {}:", made.login, made.expires_at);
        println!("/links/{}", made.token);
        Ok(ExitCode::SUCCESS)
    }

    async fn make(&self, store: &Store) -> Result<(String, salur_api::access::MadeLink)> {
        let world = store.world();
        let person = world.roster.people().find(|person| match &self.person {
            Some(staff_no) => person.active && person.staff_no == *staff_no,
            None => world.runs_accounts(person),
        });
        let person = person.context("nobody of the office is that; `salur setup` sets an office up")?;
        Ok((person.name.clone(), operator_link(store, person, Clock::System.now()).await?))
    }
}
