//! `salur flow export`: a log of one form written in another.

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum};
use salur_client::FlowOf;
use salur_core::Lang;
use salur_flow::export::{log_csv, log_xes};

use super::Columns;
use super::table::say;

/// The office's history, or a log in another form
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// An event log: XES or CSV, gzipped or not; without one, the server is asked for its office's history
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Of the office: this scheme only
    #[arg(long, conflicts_with = "log")]
    scheme: Option<String>,
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
    /// OCEL 2.0 in JSON, of the office's history only
    Ocel,
    /// A table, in which no cell begins as a formula does
    Csv,
}

impl Export {
    /// What is asked of a server; nothing where it is about a file.
    pub(super) fn of_server(&self) -> Option<FlowOf> {
        if self.log.is_some() {
            return None;
        }
        let format = match self.to {
            Form::Xes => "xes",
            Form::Ocel => "ocel",
            Form::Csv => "csv",
        };
        Some(FlowOf::Log { format: format.to_owned(), scheme: self.scheme.clone(), out: self.out.clone() })
    }

    pub(super) fn run(self, json: bool, lang: Lang) -> Result<String> {
        if self.to == Form::Ocel {
            bail!(
                "{}",
                say(
                    lang,
                    "log asing hanya ditulis sebagai xes atau csv".to_owned(),
                    "a foreign log is written as xes or csv only".to_owned()
                )
            );
        }
        let log = self.columns.read(&self.log.unwrap_or_default(), lang)?;
        let failed = || format!("failed to write {}", self.out.display());
        let out = BufWriter::new(File::create(&self.out).with_context(failed)?);
        match self.to {
            Form::Xes => log_xes(out, &log),
            Form::Ocel | Form::Csv => log_csv(out, &log),
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
