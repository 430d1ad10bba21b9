//! `salur flow`: event logs read and measured on this machine, without a server.

mod chart;
mod conformance;
mod export;
mod stages;
mod table;

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use jiff::tz::TimeZone;
use salur_client::FlowOf;
use salur_core::Lang;
use salur_flow::constraint::constraint;
use salur_flow::forecast::{
    DRAWS, EXITS_MIN, Outlook, TooLittle, WEEKS_MIN, back_test, date_after, weeks_of,
};
use salur_flow::log::{EventLog, LogOptions};
use salur_flow::{Summary, VariantRow, summary, variants};

use self::table::{Table, days, say, share, span};
use crate::check::print;

/// Where time goes, out of an event log
#[derive(Debug, Subcommand)]
pub(crate) enum FlowCommand {
    /// A log in figures: cases, events, variants, how long cases take
    Log(Log),
    /// Which stage holds everything up: of the office, or of a log with --log
    Stages(Stages),
    /// Targets of the office against what was served, with the odds of reaching them
    Targets(Targets),
    /// What to do: what holds the office up most, and which single change helps most
    Advice(Advice),
    /// The ways cases go, the most frequent first
    Variants(Variants),
    /// When so many more cases will be done, from the weeks that were, and how such forecasts did in the past
    Forecast(Forecast),
    /// A log against a workflow definition: which cases go its way, and where the others deviate
    Conformance(conformance::Conform),
    /// A log as a picture: cumulative flow, ages, lead times, throughput, the process map, a forecast
    Chart(chart::Chart),
    /// The office's whole history as an event log, or with --log a log in another form
    Export(export::Export),
}

/// A log in figures
#[derive(Debug, Args)]
pub(crate) struct Log {
    /// An event log: XES or CSV, gzipped or not
    file: PathBuf,
    #[command(flatten)]
    columns: Columns,
}

/// Each activity of a log, or each stage of the office
#[derive(Debug, Args)]
pub(crate) struct Stages {
    /// An event log: XES or CSV, gzipped or not; without one, the server is asked where its office's time goes
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Of the office: this scheme only
    #[arg(long, conflicts_with = "log")]
    scheme: Option<String>,
    /// Of the office: this region only, by its code
    #[arg(long, conflicts_with = "log")]
    region: Option<String>,
    /// Of the office: over so many weeks
    #[arg(long, conflicts_with = "log")]
    weeks: Option<u32>,
    #[command(flatten)]
    columns: Columns,
}

/// Targets of the office against what was served
#[derive(Debug, Args)]
pub(crate) struct Targets {
    /// Of this scheme
    #[arg(long)]
    scheme: Option<String>,
    /// Of this fiscal year
    #[arg(long)]
    year: Option<i16>,
}

/// What to do: what holds the office up most, and which single change helps most
#[derive(Debug, Args)]
pub(crate) struct Advice {
    /// Of this scheme
    #[arg(long)]
    scheme: String,
    /// By this day; the end of the year unless said otherwise
    #[arg(long, value_name = "DATE")]
    by: Option<String>,
    /// The odds of so many being paid by then, too
    #[arg(long, value_name = "N")]
    count: Option<u32>,
}

/// The ways cases go
#[derive(Debug, Args)]
pub(crate) struct Variants {
    /// An event log: XES or CSV, gzipped or not
    #[arg(long, value_name = "FILE")]
    log: PathBuf,
    /// Show no more than this many
    #[arg(long, value_name = "N")]
    top: Option<usize>,
    #[command(flatten)]
    columns: Columns,
}

/// When so many more cases will be done
#[derive(Debug, Args)]
pub(crate) struct Forecast {
    /// An event log: XES or CSV, gzipped or not
    #[arg(long, value_name = "FILE")]
    log: PathBuf,
    /// How many cases are to be done
    #[arg(long, value_name = "N")]
    count: u32,
    /// The seed of the draws: the same seed is the same forecast
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    columns: Columns,
}

/// How the log names things. What is not said is found out.
#[derive(Debug, Clone, Args)]
pub(crate) struct Columns {
    /// The column or key that names the case
    #[arg(long = "case", value_name = "NAME")]
    case: Option<String>,
    /// The column or key that names the activity
    #[arg(long, value_name = "NAME")]
    activity: Option<String>,
    /// The column or key of the time
    #[arg(long, value_name = "NAME")]
    time: Option<String>,
    /// The column or key of who did it
    #[arg(long, value_name = "NAME")]
    resource: Option<String>,
    /// The column or key that tells beginnings from ends (start, complete)
    #[arg(long, value_name = "NAME")]
    lifecycle: Option<String>,
    /// The column of the time at which the work of a row began
    #[arg(long, value_name = "NAME")]
    began: Option<String>,
    /// How times are written where not as in ISO 8601, e.g. "%d/%m/%Y %H:%M"
    #[arg(long, value_name = "FORM")]
    time_format: Option<String>,
    /// The zone of times that name none (UTC unless said otherwise), e.g. Asia/Makassar
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
}

impl Columns {
    /// Reads a log, and says beside the output what was taken for granted.
    fn read(&self, file: &Path, lang: Lang) -> Result<EventLog> {
        let zone = match &self.zone {
            None => None,
            Some(name) => Some(TimeZone::get(name).with_context(|| format!("unknown time zone {name:?}"))?),
        };
        let zoned = zone.is_some();
        let options = LogOptions {
            case: self.case.clone(),
            activity: self.activity.clone(),
            time: self.time.clone(),
            resource: self.resource.clone(),
            lifecycle: self.lifecycle.clone(),
            began: self.began.clone(),
            time_format: self.time_format.clone(),
            zone,
        };
        let bytes = File::open(file).with_context(|| format!("failed to open {}", file.display()))?;
        let log = match salur_flow::log::read(BufReader::with_capacity(64 * 1024, bytes), &options) {
            Ok(log) => log,
            Err(error) => bail!("{}: {}", file.display(), error.text(lang)),
        };
        if log.without_zone > 0 && !zoned {
            let count = log.without_zone;
            eprintln!(
                "{}",
                say(
                    lang,
                    format!("{count} waktu tanpa zona dibaca sebagai UTC; sebut zonanya dengan --zone"),
                    format!("{count} times without a zone were read as UTC; name their zone with --zone"),
                )
            );
        }
        Ok(log)
    }
}

impl FlowCommand {
    /// What is asked of a server; nothing where it is about a file.
    pub(crate) fn of_server(&self) -> Option<FlowOf> {
        match self {
            FlowCommand::Stages(Stages { log: None, scheme, region, weeks, .. }) => {
                Some(FlowOf::Stages { scheme: scheme.clone(), region: region.clone(), weeks: *weeks })
            }
            FlowCommand::Targets(Targets { scheme, year }) => {
                Some(FlowOf::Targets { scheme: scheme.clone(), year: *year })
            }
            FlowCommand::Advice(Advice { scheme, by, count }) => {
                Some(FlowOf::Advice { scheme: scheme.clone(), by: by.clone(), count: *count })
            }
            FlowCommand::Export(export) => export.of_server(),
            FlowCommand::Log(_)
            | FlowCommand::Stages(_)
            | FlowCommand::Variants(_)
            | FlowCommand::Forecast(_)
            | FlowCommand::Conformance(_)
            | FlowCommand::Chart(_) => None,
        }
    }

    pub(crate) fn run(self, json: bool, lang: Lang) -> Result<ExitCode> {
        let told = match self {
            FlowCommand::Log(Log { file, columns }) => {
                let figures = summary(&columns.read(&file, lang)?);
                if json { serde_json::to_string(&figures)? + "\n" } else { of_log(&figures, lang) }
            }
            FlowCommand::Stages(Stages { log, columns, .. }) => {
                let log = columns.read(&log.unwrap_or_default(), lang)?;
                let (found, rows) = (constraint(&log), salur_flow::stages(&log));
                if json { stages::json(&found, &rows)? } else { stages::text(&found, &rows, lang) }
            }
            FlowCommand::Variants(Variants { log, top, columns }) => {
                let mut rows = variants(&columns.read(&log, lang)?);
                rows.truncate(top.unwrap_or(if json { usize::MAX } else { 20 }));
                if json { serde_json::to_string(&rows)? + "\n" } else { of_variants(&rows, lang) }
            }
            FlowCommand::Forecast(Forecast { log, count, seed, columns }) => {
                forecast(&columns.read(&log, lang)?, count, seed, json, lang)?
            }
            FlowCommand::Targets(_) | FlowCommand::Advice(_) => bail!("this is asked of a server"),
            FlowCommand::Conformance(asked) => asked.run(json, lang)?,
            FlowCommand::Chart(chart) => chart.run(json, lang)?,
            FlowCommand::Export(export) => export.run(json, lang)?,
        };
        print(&told)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The forecast from the end of the log, and the back-test beside it. Too little data is an answer of its own.
fn forecast(log: &EventLog, count: u32, seed: u64, json: bool, lang: Lang) -> Result<String> {
    let end = log.events.iter().map(|event| event.at).max().unwrap_or_default();
    let from = end.to_zoned_datetime(TimeZone::UTC).date();
    let outlook = match Outlook::of(&weeks_of(log, end), &[], count, seed, DRAWS) {
        Ok(outlook) => outlook,
        Err(TooLittle::Weeks { found }) => bail!(say(
            lang,
            format!("{found} minggu terlalu sedikit untuk perkiraan; perlu {WEEKS_MIN}"),
            format!("{found} weeks are too few to forecast from; {WEEKS_MIN} are needed"),
        )),
        Err(TooLittle::Exits { found }) => bail!(say(
            lang,
            format!("{found} kasus selesai terlalu sedikit untuk perkiraan; perlu {EXITS_MIN}"),
            format!("{found} cases done are too few to forecast from; {EXITS_MIN} are needed"),
        )),
    };
    let test = back_test(log, seed);
    if json {
        return Ok(
            serde_json::json!({ "from": from, "outlook": outlook, "back_test": test }).to_string() + "\n"
        );
    }
    let mut table = Table::new(&[
        say(lang, "peluang", "odds"),
        say(lang, ">minggu", ">weeks"),
        say(lang, "selesai", "done by"),
    ]);
    for (odds, weeks) in
        [("50 %", outlook.p50_weeks), ("85 %", outlook.p85_weeks), ("95 %", outlook.p95_weeks)]
    {
        let date = date_after(from, weeks).map_or_else(|| "-".to_owned(), |date| date.to_string());
        table.row([odds.to_owned(), days(weeks, lang), date]);
    }
    let (hits, n) = (test.held.hits, test.held.n);
    let (low, high) = (share(test.held.low, lang), share(test.held.high, lang));
    let drawn = outlook.weeks;
    let beside = say(
        lang,
        format!(
            "Dari {drawn} minggu terakhir, benih {seed}. Perkiraan 85 % di masa lalu terpenuhi {hits} dari {n} kali ({low} sampai {high} pada 95 %)."
        ),
        format!(
            "From the last {drawn} weeks, seed {seed}. Past forecasts at 85 % held {hits} of {n} times ({low} to {high} at 95 %)."
        ),
    );
    Ok(format!("{}{beside}\n", table.text()))
}

fn of_log(figures: &Summary, lang: Lang) -> String {
    let took = &figures.throughput_seconds;
    let mut table = Table::new(&["", ">"]);
    for (id, en, value) in [
        ("kasus", "cases", figures.cases.to_string()),
        ("kejadian", "events", figures.events.to_string()),
        ("aktivitas", "activities", figures.activities.to_string()),
        ("varian", "variants", figures.variants.to_string()),
        ("pasangan berurutan", "directly-follows pairs", figures.dfg_edges.to_string()),
        ("langsung berulang", "self loops", figures.self_loops.to_string()),
        ("lama, rata-rata", "time, mean", span(took.mean, lang)),
        ("lama, 50 %", "time, 50 %", span(took.p50, lang)),
        ("lama, 85 %", "time, 85 %", span(took.p85, lang)),
        ("lama, 95 %", "time, 95 %", span(took.p95, lang)),
        ("lama, terpanjang", "time, longest", span(took.max, lang)),
    ] {
        table.row([say(lang, id, en).to_owned(), value]);
    }
    let mut told = table.text();
    for (id, en, counts) in [("awal", "begins with", &figures.start), ("akhir", "ends with", &figures.end)] {
        let mut counts: Vec<_> = counts.iter().collect();
        counts.sort_by(|one, other| other.1.cmp(one.1));
        let mut table = Table::new(&[say(lang, id, en), say(lang, ">kasus", ">cases")]);
        for (activity, count) in counts {
            table.row([activity.clone(), count.to_string()]);
        }
        told += "\n";
        told += &table.text();
    }
    told
}

fn of_variants(rows: &[VariantRow], lang: Lang) -> String {
    let mut table = Table::new(&match lang {
        Lang::Id => [">kasus", ">bagian", ">50 %", ">85 %", "jalan"],
        Lang::En => [">cases", ">share", ">50 %", ">85 %", "way"],
    });
    for row in rows {
        table.row([
            row.cases.to_string(),
            share(row.share, lang),
            span(row.p50_seconds, lang),
            span(row.p85_seconds, lang),
            row.activities.join(" → "),
        ]);
    }
    table.text()
}

#[cfg(test)]
mod tests;
