//! What a log says as it is: how many, in which order, how long. Calendar time throughout, since a foreign log knows no
//! office calendar.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use crate::log::{EventLog, LogEvent};
use crate::number::{float, mean, percentile, seconds, sorted};

/// How long cases take, first event to last, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Throughput {
    /// The mean.
    pub mean: f64,
    /// Half of the cases take no longer.
    pub p50: f64,
    /// 85 % take no longer.
    pub p85: f64,
    /// 95 % take no longer.
    pub p95: f64,
    /// The longest.
    pub max: f64,
}

/// A log in figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// Cases with at least one event.
    pub cases: usize,
    /// Events, of whatever lifecycle.
    pub events: usize,
    /// Different activities.
    pub activities: usize,
    /// Different sequences of activities.
    pub variants: usize,
    /// How many cases begin with which activity.
    pub start: BTreeMap<String, usize>,
    /// How many cases end with which activity.
    pub end: BTreeMap<String, usize>,
    /// Different pairs of activities of which one directly follows the other.
    pub dfg_edges: usize,
    /// How often an activity directly follows itself.
    pub self_loops: usize,
    /// How long cases take.
    pub throughput_seconds: Throughput,
}

/// The figures of a log.
#[must_use]
pub fn summary(log: &EventLog) -> Summary {
    let mut starts = vec![0_usize; log.activities.len()];
    let mut ends = starts.clone();
    let mut spans = Vec::with_capacity(log.cases.len());
    for trace in log.traces() {
        if let (Some(first), Some(last)) = (trace.first(), trace.last()) {
            add(&mut starts, first.activity);
            add(&mut ends, last.activity);
            spans.push(seconds(last.at.duration_since(first.at)));
        }
    }
    let edges = follows(log);
    Summary {
        cases: spans.len(),
        events: log.events.len(),
        activities: log.activities.len(),
        variants: sequences(log).len(),
        start: named(log, &starts),
        end: named(log, &ends),
        dfg_edges: edges.len(),
        self_loops: edges.iter().filter(|((from, to), _)| from == to).map(|(_, count)| count).sum(),
        throughput_seconds: throughput(spans),
    }
}

fn throughput(spans: Vec<f64>) -> Throughput {
    let mean = mean(&spans).unwrap_or(0.0);
    let spans = sorted(spans);
    let at = |q| percentile(&spans, q).unwrap_or(0.0);
    Throughput { mean, p50: at(0.5), p85: at(0.85), p95: at(0.95), max: spans.last().copied().unwrap_or(0.0) }
}

fn add(counts: &mut [usize], place: u32) {
    if let Some(count) = usize::try_from(place).ok().and_then(|place| counts.get_mut(place)) {
        *count += 1;
    }
}

fn named(log: &EventLog, counts: &[usize]) -> BTreeMap<String, usize> {
    let named = log.activities.iter().zip(counts).filter(|(_, count)| **count > 0);
    named.map(|(name, count)| (name.to_owned(), *count)).collect()
}

/// How often an activity directly follows another in a case.
#[must_use]
pub fn follows(log: &EventLog) -> HashMap<(u32, u32), usize> {
    let mut edges = HashMap::new();
    for trace in log.traces() {
        for pair in trace.windows(2) {
            if let [from, to] = pair {
                *edges.entry((from.activity, to.activity)).or_default() += 1;
            }
        }
    }
    edges
}

/// The different sequences of activities, each with one trace that shows it and its cases.
fn sequences(log: &EventLog) -> HashMap<Vec<u32>, Vec<&[LogEvent]>> {
    let mut found: HashMap<Vec<u32>, Vec<&[LogEvent]>> = HashMap::new();
    let mut sequence = Vec::new();
    for trace in log.traces() {
        sequence.clear();
        sequence.extend(trace.iter().map(|event| event.activity));
        match found.get_mut(&sequence) {
            Some(traces) => traces.push(trace),
            None => drop(found.insert(sequence.clone(), vec![trace])),
        }
    }
    found
}

/// A sequence of activities.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VariantRow {
    /// The activities, in order.
    pub activities: Vec<String>,
    /// The cases that went this way.
    pub cases: usize,
    /// Their share of all cases.
    pub share: f64,
    /// How long half of them take at most, in seconds.
    pub p50_seconds: f64,
    /// How long 85 % of them take at most, in seconds.
    pub p85_seconds: f64,
}

/// The sequences of activities, the most frequent first.
#[must_use]
pub fn variants(log: &EventLog) -> Vec<VariantRow> {
    let cases = float(log.traces().count());
    let mut rows: Vec<VariantRow> = sequences(log)
        .into_iter()
        .map(|(activities, traces)| {
            let spans = traces.iter().filter_map(|trace| {
                let (first, last) = (trace.first()?, trace.last()?);
                Some(seconds(last.at.duration_since(first.at)))
            });
            let took = throughput(spans.collect());
            VariantRow {
                activities: activities.iter().map(|place| log.activities.name(*place).to_owned()).collect(),
                cases: traces.len(),
                share: float(traces.len()) / cases,
                p50_seconds: took.p50,
                p85_seconds: took.p85,
            }
        })
        .collect();
    rows.sort_by(|one, other| {
        other.cases.cmp(&one.cases).then_with(|| one.activities.cmp(&other.activities))
    });
    rows
}

/// An activity, and what it takes until the next one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StageRow {
    /// The activity.
    pub activity: String,
    /// Its events.
    pub events: usize,
    /// The cases it occurs in.
    pub cases: usize,
    /// The cases in which nothing has followed it: it is the end, or they wait here.
    pub waiting: usize,
    /// How long half of the others wait at most until the next event, in seconds; nothing where nothing ever followed.
    pub p50_seconds: Option<f64>,
    /// How long 85 % wait at most.
    pub p85_seconds: Option<f64>,
    /// How long 95 % wait at most.
    pub p95_seconds: Option<f64>,
    /// The time that all of them together waited here, in days: where time goes.
    pub days_total: f64,
}

/// Each activity with the time until the next one, where most time goes first.
#[must_use]
pub fn stages(log: &EventLog) -> Vec<StageRow> {
    #[derive(Clone, Default)]
    struct Tally {
        events: usize,
        cases: usize,
        waiting: usize,
        seen_in: Option<u32>,
        waits: Vec<f64>,
    }
    let mut tallies = vec![Tally::default(); log.activities.len()];
    for trace in log.traces() {
        for (place, event) in trace.iter().enumerate() {
            let Some(tally) = usize::try_from(event.activity).ok().and_then(|place| tallies.get_mut(place))
            else {
                continue;
            };
            tally.events += 1;
            if tally.seen_in.replace(event.case) != Some(event.case) {
                tally.cases += 1;
            }
            match trace.get(place + 1) {
                Some(next) => tally.waits.push(seconds(next.at.duration_since(event.at))),
                None => tally.waiting += 1,
            }
        }
    }
    let mut rows: Vec<StageRow> = log
        .activities
        .iter()
        .zip(tallies)
        .map(|(name, tally)| {
            let waits = sorted(tally.waits);
            StageRow {
                activity: name.to_owned(),
                events: tally.events,
                cases: tally.cases,
                waiting: tally.waiting,
                p50_seconds: percentile(&waits, 0.5),
                p85_seconds: percentile(&waits, 0.85),
                p95_seconds: percentile(&waits, 0.95),
                days_total: crate::number::sum(&waits) / 86_400.0,
            }
        })
        .collect();
    rows.sort_by(|one, other| other.days_total.total_cmp(&one.days_total));
    rows
}
