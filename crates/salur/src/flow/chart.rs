//! `salur flow chart`: a log as a picture.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum};
use jiff::tz::TimeZone;
use salur_core::Lang;
use salur_flow::chart::fan::FanFrom;
use salur_flow::chart::of_log::OfLog;
use salur_flow::chart::{
    Chart as Picture, Fan, Look, Measured, Setting, ages, cumulative, fan, histogram, map, scatter, weekly,
};
use salur_flow::forecast::{DRAWS, EXITS_MIN, TooLittle, WEEKS_MIN, back_test, weeks_of};
use salur_flow::log::EventLog;

use super::Columns;
use super::table::say;

/// A log as a picture
#[derive(Debug, Args)]
pub(crate) struct Chart {
    /// Which picture
    #[arg(value_enum)]
    name: Name,
    /// An event log: XES or CSV, gzipped or not
    #[arg(long, value_name = "FILE")]
    log: PathBuf,
    /// Where the picture is written, as SVG
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// An activity that ends cases, as often as needed (otherwise those that most of their cases end with)
    #[arg(long = "end", value_name = "NAME")]
    ends: Vec<String>,
    /// For the forecast: how many cases are to be done
    #[arg(long, value_name = "N", required_if_eq("name", "forecast"))]
    count: Option<u32>,
    /// For the forecast: the seed of the draws
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// For the process map: ways that are less than this share of all are left out
    #[arg(long, value_name = "SHARE", default_value_t = 0.01)]
    rare: f64,
    #[command(flatten)]
    columns: Columns,
}

/// The pictures that a log of another system can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Name {
    /// How many have reached each activity, as bands
    Cumulative,
    /// How old what is open is at the log's end
    Ages,
    /// When each case finished, and how long it took
    Scatter,
    /// How long cases take
    Histogram,
    /// How many finish each week
    Throughput,
    /// How often one activity follows another
    ProcessMap,
    /// What will be left of so many cases, week by week
    Forecast,
}

impl Chart {
    /// Writes the picture; what it says is what is printed.
    pub(super) fn run(self, json: bool, lang: Lang) -> Result<String> {
        let log = self.columns.read(&self.log, lang)?;
        let of = match OfLog::new(&log, &self.ends) {
            Ok(of) => of,
            Err(name) => bail!(say(
                lang,
                format!("tidak ada aktivitas bernama {name:?}"),
                format!("no activity is called {name:?}"),
            )),
        };
        let look = Look { lang, setting: Setting::File, measured: Measured::Cases };
        let picture = match self.name {
            Name::Cumulative => {
                cumulative::cumulative(&of.cumulative(say(lang, "selesai", "finished")), look)
            }
            Name::Ages => ages::ages(&of.ages(), look),
            Name::Scatter => scatter::scatter(&of.scatter(), look),
            Name::Histogram => histogram::histogram(&of.histogram(), look),
            Name::Throughput => weekly::weekly(&of.weekly(), look),
            Name::ProcessMap => map::process_map(&of.process_map(self.rare), look),
            Name::Forecast => self.forecast(&log, look)?,
        };
        std::fs::write(&self.out, &picture.svg)
            .with_context(|| format!("failed to write {}", self.out.display()))?;
        if json {
            return Ok(serde_json::to_string(&picture)? + "\n");
        }
        let ends = of.ends().join(", ");
        let ends = say(lang, format!("Akhir kasus: {ends}"), format!("Cases end with: {ends}"));
        // The forecast and the map look at every last event, whatever it is.
        let ends =
            if matches!(self.name, Name::Forecast | Name::ProcessMap) { String::new() } else { ends + "\n" };
        let harmless = |letter: char| if letter.is_control() && letter != '\n' { ' ' } else { letter };
        Ok(format!("{}\n{ends}", picture.reading).chars().map(harmless).collect())
    }

    fn forecast(&self, log: &EventLog, look: Look) -> Result<Picture> {
        let end = log.events.iter().map(|event| event.at).max().unwrap_or_default();
        let weeks = weeks_of(log, end);
        let given = FanFrom {
            weeks: &weeks,
            ahead: &[],
            from: end.to_zoned_datetime(TimeZone::UTC).date(),
            left: self.count.unwrap_or(0),
            target: None,
            seed: self.seed,
            draws: DRAWS,
        };
        let mut drawn = match Fan::of(given) {
            Ok(drawn) => drawn,
            Err(TooLittle::Weeks { found }) => bail!(say(
                look.lang,
                format!("{found} minggu terlalu sedikit untuk perkiraan; perlu {WEEKS_MIN}"),
                format!("{found} weeks are too few to forecast from; {WEEKS_MIN} are needed"),
            )),
            Err(TooLittle::Exits { found }) => bail!(say(
                look.lang,
                format!("{found} kasus selesai terlalu sedikit untuk perkiraan; perlu {EXITS_MIN}"),
                format!("{found} cases done are too few to forecast from; {EXITS_MIN} are needed"),
            )),
        };
        let test = back_test(log, self.seed);
        drawn.held = (test.held.n > 0).then_some((test.held.hits, test.held.n));
        Ok(fan::fan(&drawn, look))
    }
}
