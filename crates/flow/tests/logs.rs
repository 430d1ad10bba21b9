//! The figures of real logs against those that `PM4Py` computed from the same files (`expected_stats.json` beside them).
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use salur_flow::log::{EventLog, LogOptions, read};
use salur_flow::{follows, summary, variants};
use serde_json::{Value, json};

/// The folder of logs, which stands beside the project and is not part of it.
fn logs() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/event-logs");
    assert!(folder.is_dir(), "the event logs are missing: {} is no folder", folder.display());
    folder
}

fn log(name: &str) -> EventLog {
    let file = File::open(logs().join(name)).unwrap();
    read(BufReader::new(file), &LogOptions::default()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn expected() -> Value {
    let text = std::fs::read_to_string(logs().join("expected_stats.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

const KEYS: [&str; 9] = [
    "cases",
    "events",
    "activities",
    "variants",
    "start",
    "end",
    "dfg_edges",
    "self_loops",
    "throughput_seconds",
];

/// Every key, to the last digit. The expected list of ends may be cut after the most frequent ones.
#[test]
fn the_figures_are_those_that_pm4py_finds() {
    let expected = expected();
    let known = expected["logs"].as_object().unwrap();
    assert!(known.len() >= 5, "fewer logs than there should be");
    for (name, expected) in known {
        let log = log(name);
        let found = json!(summary(&log));
        for key in KEYS {
            let (found, expected) = (&found[key], &expected[key]);
            if key == "start" || key == "end" {
                for (activity, count) in expected.as_object().unwrap() {
                    assert_eq!(&found[activity], count, "{name}: {key} {activity}");
                }
                let all: u64 = found.as_object().unwrap().values().filter_map(Value::as_u64).sum();
                assert_eq!(all, expected_cases(&log), "{name}: {key}");
            } else {
                assert_eq!(found, expected, "{name}: {key}");
            }
        }
        edges_and_variants(name, &log, expected);
    }
}

fn expected_cases(log: &EventLog) -> u64 {
    u64::try_from(log.traces().count()).unwrap()
}

fn edges_and_variants(name: &str, log: &EventLog, expected: &Value) {
    let edges = follows(log);
    let counts = edges
        .iter()
        .map(|((from, to), count)| json!([log.activities.name(*from), log.activities.name(*to), count]));
    let counts: Vec<Value> = counts.collect();
    for edge in expected["dfg_top20"].as_array().unwrap() {
        assert!(counts.contains(edge), "{name}: {edge} is not among the edges");
    }
    assert_eq!(json!(edges.values().sum::<usize>()), expected["pm4py_dfg_total"], "{name}");
    let rows = variants(log);
    let top = rows.first().unwrap();
    assert_eq!(json!(top.cases), expected["top_variant_cases"], "{name}");
    let ways: Vec<Value> =
        rows.iter().filter(|row| row.cases == top.cases).map(|row| json!(row.activities)).collect();
    assert!(ways.contains(&expected["top_variant"]), "{name}: {ways:?}");
    assert_eq!(rows.iter().map(|row| row.cases).sum::<usize>(), log.traces().count());
}

/// The same events as a table and as XES are the same figures.
#[test]
fn a_table_of_the_same_events_has_the_same_figures() {
    let (table, xes) = (log("receipt.csv"), log("08_receipt.xes.gz"));
    assert_eq!(summary(&table), summary(&xes));
    assert_eq!(variants(&table), variants(&xes));
    assert_eq!(table.resources.len(), xes.resources.len());
}

/// Forecasts at 85 % hold about 85 times in 100, on every log that is long enough to tell. Nothing here was fitted.
#[test]
fn forecasts_of_the_past_hold_as_often_as_they_say() {
    let (mut hits, mut n) = (0, 0);
    for name in ["08_receipt.xes.gz", "RequestForPayment.xes.gz", "PrepaidTravelCost.xes.gz"] {
        let test = salur_flow::forecast::back_test(&log(name), 20_261_124);
        println!("{name}: {:?}, Brier {:.3}", test.held, test.brier);
        (hits, n) = (hits + test.held.hits, n + test.held.n);
    }
    let all = salur_flow::odds::Odds::of(hits, n);
    println!("together: {all:?}");
    assert!(all.covers(0.85), "{all:?}");
}

/// Real logs have no known constraint; what is said of them must at least hold together, and name a stage there is.
#[test]
fn what_is_said_of_real_logs_holds_together() {
    for name in ["08_receipt.xes.gz", "RequestForPayment.xes.gz", "PrepaidTravelCost.xes.gz"] {
        let log = log(name);
        let found = salur_flow::constraint::constraint(&log);
        println!("{name}: {}", found.reading.en);
        for stage in &found.stages {
            println!(
                "  {} {:?} {:?} {:.1}",
                stage.activity, stage.kind, stage.utilisation, stage.gain_days_week
            );
            assert!(stage.gain_days_week <= stage.waited_days_week + 1e-9, "{name}: {stage:?}");
            assert!(stage.waited_days_week <= stage.spent_days_week * 1.001 + 1e-9, "{name}: {stage:?}");
            assert!(stage.exits + stage.open == stage.arrivals, "{name}: {stage:?}");
        }
        assert_eq!(found.stages.len(), log.activities.len(), "{name}");
        let named = found.constraint.as_deref();
        assert!(named.is_none_or(|named| found.stages.iter().any(|stage| stage.activity == named)), "{name}");
    }
}
