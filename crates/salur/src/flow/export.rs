//! `salur flow export`: a log of one form written in another.

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use salur_core::Lang;
use salur_flow::export::{log_csv, log_xes};

use super::Columns;
use super::table::say;

/// A log in another form
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// An event log: XES or CSV, gzipped or not
    #[arg(long, value_name = "FILE")]
    log: PathBuf,
    /// The form it is written in
    #[arg(long, value_enum)]
    to: Form,
    /// Where it is written
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    columns: Columns,
}

/// The forms a log is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// XES (IEEE 1849)
    Xes,
    /// A table, in which no cell begins as a formula does
    Csv,
}

impl Export {
    pub(super) fn run(self, json: bool, lang: Lang) -> Result<String> {
        let log = self.columns.read(&self.log, lang)?;
        let failed = || format!("failed to write {}", self.out.display());
        let out = BufWriter::new(File::create(&self.out).with_context(failed)?);
        match self.to {
            Form::Xes => log_xes(out, &log),
            Form::Csv => log_csv(out, &log),
        }
        .with_context(failed)?;
        let (cases, events) = (log.traces().count(), log.events.len());
        if json {
            return Ok(serde_json::json!({ "cases": cases, "events": events }).to_string() + "\n");
        }
        let told = say(
            lang,
            format!(
                "{cases} kasus dengan {events} kejadian ditulis. Hanya kasus, aktivitas, waktu, dan pelaku."
            ),
            format!("{cases} cases with {events} events written: case, activity, time and resource alone."),
        );
        Ok(told + "\n")
    }
}
