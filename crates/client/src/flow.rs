//! `salur flow` of a server: where time goes, targets, what to do, the whole history as an event log.

use std::path::PathBuf;

use serde::Deserialize;

use crate::client::Call;
use crate::desk::{Desk, Ending};
use crate::error::ClientError;
use crate::filter::{Pairs, add};
use crate::screen::{Grid, say};

/// What is asked of a server's flow.
#[derive(Debug, Clone)]
pub enum FlowOf {
    /// Where time went, by scheme and stage.
    Stages {
        /// Of this scheme.
        scheme: Option<String>,
        /// In this region.
        region: Option<String>,
        /// Over so many weeks.
        weeks: Option<u32>,
    },
    /// Targets against what was served.
    Targets {
        /// Of this scheme.
        scheme: Option<String>,
        /// Of this fiscal year.
        year: Option<i16>,
    },
    /// What to do: the constraint, and what single changes gain.
    Advice {
        /// Of this scheme.
        scheme: String,
        /// By this day.
        by: Option<String>,
        /// The odds of so many being paid.
        count: Option<u32>,
    },
    /// The whole history as an event log.
    Log {
        /// `xes`, `ocel` or `csv`.
        format: String,
        /// Of this scheme.
        scheme: Option<String>,
        /// The file it goes to.
        out: PathBuf,
    },
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Told {
    schemes: Vec<Scheme>,
    is_current: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Scheme {
    title: String,
    stages: Vec<OfStage>,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(default)]
struct Spread {
    p50: Option<f64>,
    p85: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct OfStage {
    title: String,
    open: u64,
    stage_time: Spread,
    age: Spread,
    on_time: Option<f64>,
    arrivals: f64,
    arrivals_again: f64,
    throughput: f64,
    utilisation: Option<f64>,
    waited_per_week: f64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Targets {
    data: Vec<Target>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Target {
    title: String,
    reading: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Advice {
    reading: String,
    impossible: Vec<String>,
    changes: Vec<Change>,
    assumed: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Change {
    text: String,
    days_gained: Option<f64>,
    odds_before: f64,
    odds_after: f64,
}

pub(crate) fn flow(desk: &mut Desk<'_, '_>, asked: FlowOf) -> Result<Ending, ClientError> {
    match asked {
        FlowOf::Stages { scheme, region, weeks } => {
            let mut query = Pairs::new();
            add(&mut query, "scheme", scheme.as_deref());
            add(&mut query, "region", region.as_deref());
            query.extend(weeks.map(|weeks| ("weeks", weeks.to_string())));
            stages(desk, query)
        }
        FlowOf::Targets { scheme, year } => {
            let mut query = Pairs::new();
            add(&mut query, "scheme", scheme.as_deref());
            query.extend(year.map(|year| ("year", year.to_string())));
            targets(desk, query)
        }
        FlowOf::Advice { scheme, by, count } => {
            let mut query: Pairs = vec![("scheme", scheme)];
            add(&mut query, "by", by.as_deref());
            query.extend(count.map(|count| ("count", count.to_string())));
            advice(desk, query)
        }
        FlowOf::Log { format, scheme, out } => {
            let mut query: Pairs = vec![("format", format)];
            add(&mut query, "scheme", scheme.as_deref());
            let bytes = desk.client.save(&Call::get(&["flow", "log"]).query(query), &out)?;
            let out = out.display();
            desk.screen.note(&say!(
                desk.lang,
                "{bytes} byte ditulis ke {out}",
                "{bytes} bytes written to {out}"
            ))?;
            Ok(Ending::Done)
        }
    }
}

fn stages(desk: &mut Desk<'_, '_>, query: Pairs) -> Result<Ending, ClientError> {
    let answer = desk.get(&["flow", "stages"], query)?;
    if desk.printed(&answer)? {
        return Ok(Ending::Done);
    }
    let told: Told = answer.parse()?;
    for scheme in &told.schemes {
        desk.screen.line(&scheme.title)?;
        let mut grid = Grid::new(&[
            desk.pick("tahap", "stage"),
            desk.pick(">menunggu", ">waiting"),
            desk.pick(">umur 50/85%", ">age 50/85%"),
            desk.pick(">lama 50/85%", ">time 50/85%"),
            desk.pick(">tepat waktu", ">on time"),
            desk.pick(">masuk", ">in"),
            desk.pick(">keluar", ">out"),
            desk.pick(">beban", ">load"),
            desk.pick(">hari tunggu/minggu", ">days waited/week"),
        ]);
        for stage in &scheme.stages {
            grid.row([
                stage.title.clone(),
                stage.open.to_string(),
                spread(stage.age),
                spread(stage.stage_time),
                share(stage.on_time),
                format!("{:.1}", stage.arrivals + stage.arrivals_again),
                format!("{:.1}", stage.throughput),
                share(stage.utilisation),
                format!("{:.0}", stage.waited_per_week),
            ]);
        }
        desk.screen.table(&grid)?;
    }
    if !told.is_current {
        desk.screen.note(&say!(
            desk.lang,
            "kejadian beberapa saat terakhir belum terhitung",
            "events of the last moments are not counted in yet"
        ))?;
    }
    Ok(Ending::Done)
}

fn targets(desk: &mut Desk<'_, '_>, query: Pairs) -> Result<Ending, ClientError> {
    let answer = desk.get(&["flow", "targets"], query)?;
    if desk.printed(&answer)? {
        return Ok(Ending::Done);
    }
    let told: Targets = answer.parse()?;
    if told.data.is_empty() {
        return desk.nothing();
    }
    for target in &told.data {
        desk.screen.line(&format!("{}: {}", target.title, target.reading))?;
    }
    Ok(Ending::Done)
}

fn advice(desk: &mut Desk<'_, '_>, query: Pairs) -> Result<Ending, ClientError> {
    let answer = desk.get(&["flow", "advice"], query)?;
    if desk.printed(&answer)? {
        return Ok(Ending::Done);
    }
    let told: Advice = answer.parse()?;
    desk.screen.line(&told.reading)?;
    for sentence in &told.impossible {
        desk.screen.line(sentence)?;
    }
    let mut grid = Grid::new(&[
        desk.pick("perubahan", "change"),
        desk.pick(">hari lebih cepat", ">days sooner"),
        desk.pick(">peluang kini", ">odds now"),
        desk.pick(">sesudahnya", ">afterwards"),
    ]);
    for change in &told.changes {
        grid.row([
            change.text.clone(),
            change.days_gained.map_or_else(|| "-".to_owned(), |days| format!("{days:.1}")),
            share(Some(change.odds_before)),
            share(Some(change.odds_after)),
        ]);
    }
    desk.screen.table(&grid)?;
    for sentence in &told.assumed {
        desk.screen.note(sentence)?;
    }
    Ok(Ending::Done)
}

fn spread(spread: Spread) -> String {
    match (spread.p50, spread.p85) {
        (Some(half), Some(most)) => format!("{half:.1} / {most:.1}"),
        _ => "-".to_owned(),
    }
}

fn share(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |share| format!("{:.0}%", share * 100.0))
}
