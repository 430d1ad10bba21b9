//! `salur flow stages`: the constraint of a log, and its activities in figures.

use anyhow::Result;
use salur_core::Lang;
use salur_flow::StageRow;
use salur_flow::constraint::{Congestion, Constraint, Kind};

use super::table::{Table, days, say, share, span};

/// The constraint, its stages, and the activities with the time until the next one.
pub(super) fn json(found: &Constraint, rows: &[StageRow]) -> Result<String> {
    let mut told = serde_json::to_value(found)?;
    if let Some(told) = told.as_object_mut() {
        told.insert("activities".to_owned(), serde_json::to_value(rows)?);
    }
    Ok(told.to_string() + "\n")
}

pub(super) fn text(found: &Constraint, rows: &[StageRow], lang: Lang) -> String {
    let congestion = of_congestion(&found.stages, lang);
    format!("{}\n\n{congestion}\n{}", found.reading.text(lang), of_activities(rows, lang))
}

/// Before each activity: how congested, the one first that more capacity would help most.
fn of_congestion(stages: &[Congestion], lang: Lang) -> String {
    let mut table = Table::new(&match lang {
        Lang::Id => [
            "tahap sebelum",
            "jenis",
            ">terpakai",
            ">rendah",
            ">tinggi",
            ">pelayan",
            ">tumbuh/minggu",
            ">menunggu/minggu",
            ">hemat/minggu",
        ],
        Lang::En => [
            "stage before",
            "kind",
            ">in use",
            ">low",
            ">high",
            ">servers",
            ">growth/week",
            ">waited/week",
            ">gain/week",
        ],
    });
    let dash = || "-".to_owned();
    for stage in stages {
        let used = |of: fn(salur_flow::constraint::Utilisation) -> f64| {
            stage.utilisation.map_or_else(dash, |used| share(of(used), lang))
        };
        table.row([
            stage.activity.clone(),
            kind(stage.kind, lang).to_owned(),
            used(|used| used.share),
            used(|used| used.low),
            used(|used| used.high),
            stage.servers.map_or_else(dash, |servers| servers.to_string()),
            days(stage.drift_week, lang),
            days(stage.waited_days_week, lang),
            days(stage.gain_days_week, lang),
        ]);
    }
    table.text()
}

fn kind(kind: Kind, lang: Lang) -> &'static str {
    match kind {
        Kind::Queue => say(lang, "antrean", "queue"),
        Kind::Batch => say(lang, "sekaligus", "batch"),
        Kind::Delay => say(lang, "tunda", "delay"),
        Kind::Outside => say(lang, "di luar", "outside"),
        Kind::Entry => say(lang, "awal", "entry"),
        Kind::Unclear => say(lang, "terlalu sedikit", "too few"),
    }
}

/// After each activity: how long until the next one.
fn of_activities(rows: &[StageRow], lang: Lang) -> String {
    let mut table = Table::new(&match lang {
        Lang::Id => ["aktivitas", ">kali", ">kasus", ">terakhir", ">50 %", ">85 %", ">95 %", ">total hari"],
        Lang::En => ["activity", ">events", ">cases", ">last", ">50 %", ">85 %", ">95 %", ">days in all"],
    });
    let until = |seconds: Option<f64>| seconds.map_or_else(|| "-".to_owned(), |seconds| span(seconds, lang));
    for row in rows {
        table.row([
            row.activity.clone(),
            row.events.to_string(),
            row.cases.to_string(),
            row.waiting.to_string(),
            until(row.p50_seconds),
            until(row.p85_seconds),
            until(row.p95_seconds),
            days(row.days_total, lang),
        ]);
    }
    table.text()
}
