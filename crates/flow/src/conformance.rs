//! Conformance: whether the cases of a log go the way that a definition allows, and where they do not.
//!
//! Each case is replayed on the definition as a machine with one active stage. Only the order of actions is asked about:
//! guards, duties, roles and targets are not, because a log does not tell what they need. After a step that was not
//! allowed the case is taken to be where that step leads, as the log says that it happened; an end is left by nothing.
//!
//! Fitness is that of token replay as `PM4Py` defines it, on the net of the same stages and actions: a step that is not
//! enabled is taken all the same and its token counted as missing, and what is left over counts as remaining.

mod map;
mod net;
mod reading;
mod replay;

use std::collections::{BTreeMap, BTreeSet};

use salur_core::workflow::Workflow;
use salur_core::{ActionName, Label, SchemeId, StageName};
use serde::Serialize;

use self::net::{Deed, Net};
use self::replay::{Found, Replay, Tokens, replay};
use crate::constraint::Reading;
use crate::log::{EventLog, Moment};
use crate::number::{float, sum};

pub use map::{ActivityMap, MAP_MAX, MapError, MapFault, Meaning};

/// The most cases that are named as examples.
pub const EXAMPLES: usize = 5;

/// How a case deviates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviationKind {
    /// The activity is nothing that the definition has a word for.
    UnknownActivity,
    /// The definition has the action, but not at the stage where the case is.
    NotAllowedHere,
    /// The action would be allowed after steps forward that the log does not tell.
    Skipped,
    /// The case does not reach an end.
    Unfinished,
    /// Something is done after the end.
    AfterEnd,
}

impl DeviationKind {
    /// Every kind.
    pub const ALL: [DeviationKind; 5] = [
        DeviationKind::UnknownActivity,
        DeviationKind::NotAllowedHere,
        DeviationKind::Skipped,
        DeviationKind::Unfinished,
        DeviationKind::AfterEnd,
    ];
}

/// Everything of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deviation {
    /// The kind.
    pub kind: DeviationKind,
    /// How often.
    pub count: usize,
    /// In how many cases.
    pub cases: usize,
    /// Some of those cases, the first ones of the log.
    pub examples: Vec<String>,
}

/// One deviation, as often as it is the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Its kind.
    pub kind: DeviationKind,
    /// The activity; none for a case that does not reach an end.
    pub activity: Option<String>,
    /// The stage the case was at; none where that is not certain.
    pub at: Option<StageName>,
    /// The actions that were skipped.
    pub missing: Vec<ActionName>,
    /// How often.
    pub count: usize,
    /// Some of the cases, the first ones of the log.
    pub examples: Vec<String>,
}

/// How an activity of the log is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActivityRow {
    /// Its name in the log.
    pub activity: String,
    /// How many events.
    pub events: usize,
    /// What it is taken for.
    pub meaning: Meaning,
    /// True if no map says so: it was found by its name.
    pub guessed: bool,
}

/// A log against a definition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Conformance {
    /// The definition's scheme.
    pub scheme: SchemeId,
    /// The definition's version.
    pub version: u32,
    /// The cases of the log.
    pub cases: usize,
    /// The cases without any deviation.
    pub fitting: usize,
    /// The cases that only do not reach an end.
    pub only_unfinished: usize,
    /// The fitness of all cases together, from 0 to 1.
    pub fitness: Option<f64>,
    /// The mean of each case's fitness.
    pub fitness_mean: Option<f64>,
    /// Events around the workflow, which move nothing by an action: being taken on, set aside, listed, begun.
    pub around: usize,
    /// How each activity is read, in the order of the log.
    pub activities: Vec<ActivityRow>,
    /// By kind, all five of them.
    pub deviations: Vec<Deviation>,
    /// What deviates, the most frequent first.
    pub findings: Vec<Finding>,
    /// The reading.
    pub reading: Reading,
    /// What was not asked about.
    pub limits: Reading,
}

/// Replays a log on a definition.
#[must_use]
pub fn conformance(log: &EventLog, workflow: &Workflow, map: &ActivityMap) -> Conformance {
    let net = Net::of(workflow);
    let (activities, deeds) = read_activities(log, workflow, map, &net);
    let (ways, around) = ways(log, &deeds);
    let mut tally = Tally::default();
    for (way, cases) in &ways {
        let steps = way.iter().filter_map(|activity| deed(&deeds, *activity));
        tally.add(way, cases, &replay(&net, steps));
    }
    let (deviations, findings) = (tally.deviations(log), tally.findings(log, &net));
    let cases: usize = ways.values().map(Vec::len).sum();
    let reading = reading::of(&workflow.title, workflow.version, cases, &tally, &deviations);
    Conformance {
        scheme: workflow.scheme.clone(),
        version: workflow.version,
        cases,
        fitting: tally.fitting,
        only_unfinished: tally.only_unfinished,
        fitness: (cases > 0).then(|| tally.tokens.fitness()),
        fitness_mean: (cases > 0).then(|| sum(&tally.fitness) / float(cases)),
        around,
        activities,
        deviations,
        findings,
        reading,
        limits: reading::limits(),
    }
}

/// What each activity of the log is taken for, and what it does on the net.
fn read_activities(
    log: &EventLog,
    workflow: &Workflow,
    map: &ActivityMap,
    net: &Net,
) -> (Vec<ActivityRow>, Vec<Deed>) {
    let mut events = vec![0_usize; log.activities.len()];
    for event in &log.events {
        if let Some(count) = place(event.activity).and_then(|place| events.get_mut(place)) {
            *count += 1;
        }
    }
    let names = map::guesses(workflow);
    let rows = log.activities.iter().zip(events).map(|(activity, events)| {
        let said = map.meaning(activity);
        let guessed = said.is_none();
        let known = || names.get(&map::folded(activity)).cloned();
        let meaning = said.cloned().or_else(known).unwrap_or(Meaning::Unknown);
        let deed = net.deed(&meaning, guessed, activity);
        (ActivityRow { activity: activity.to_owned(), events, meaning, guessed }, deed)
    });
    rows.unzip()
}

fn place(number: u32) -> Option<usize> {
    usize::try_from(number).ok()
}

fn deed(deeds: &[Deed], activity: u32) -> Option<&Deed> {
    place(activity).and_then(|place| deeds.get(place))
}

/// The cases by what was done in them, each way once, and how many events are around the workflow. What only began, or
/// was assigned or set aside, is around it.
fn ways(log: &EventLog, deeds: &[Deed]) -> (BTreeMap<Vec<u32>, Vec<u32>>, usize) {
    let mut ways: BTreeMap<Vec<u32>, Vec<u32>> = BTreeMap::new();
    let mut around = 0;
    for trace in log.traces() {
        let mut way = Vec::with_capacity(trace.len());
        for event in trace {
            let deed = deed(deeds, event.activity).filter(|_| event.moment == Moment::Done);
            around += usize::from(deed.is_none_or(Deed::is_around));
            if deed.is_some_and(|deed| !matches!(deed, Deed::Nothing)) {
                way.push(event.activity);
            }
        }
        if let Some(first) = trace.first() {
            ways.entry(way).or_default().push(first.case);
        }
    }
    (ways, around)
}

/// What deviates, as it is counted: the kind, the activity, the stage and the actions skipped.
type Key = (DeviationKind, Option<u32>, Option<usize>, Vec<usize>);

/// How often, in how many cases, and the first of them.
#[derive(Debug, Default)]
struct Count {
    times: usize,
    cases: usize,
    first: BTreeSet<u32>,
}

impl Count {
    fn add(&mut self, times: usize, cases: &[u32]) {
        self.times += times * cases.len();
        self.cases += cases.len();
        // The cases of a way stand in the order of the log.
        self.first.extend(cases.iter().take(EXAMPLES));
        while self.first.len() > EXAMPLES {
            self.first.pop_last();
        }
    }

    fn examples(&self, log: &EventLog) -> Vec<String> {
        self.first.iter().map(|case| log.cases.name(*case).to_owned()).collect()
    }
}

/// All cases together.
#[derive(Debug, Default)]
struct Tally {
    fitting: usize,
    only_unfinished: usize,
    tokens: Tokens,
    /// By way, the fitness of its cases together.
    fitness: Vec<f64>,
    kinds: BTreeMap<DeviationKind, Count>,
    found: BTreeMap<Key, Count>,
}

impl Tally {
    fn add(&mut self, way: &[u32], cases: &[u32], replay: &Replay) {
        self.fitting += if replay.found.is_empty() { cases.len() } else { 0 };
        let only_unfinished =
            matches!(replay.found.as_slice(), [Found { kind: DeviationKind::Unfinished, .. }]);
        self.only_unfinished += if only_unfinished { cases.len() } else { 0 };
        self.tokens.add(&replay.tokens, cases.len());
        self.fitness.push(replay.tokens.fitness() * float(cases.len()));
        let (mut kinds, mut keys) = (BTreeMap::new(), BTreeMap::new());
        for found in &replay.found {
            let activity = found.step.and_then(|step| way.get(step).copied());
            *kinds.entry(found.kind).or_insert(0) += 1;
            *keys.entry((found.kind, activity, found.at, found.missing.clone())).or_insert(0) += 1;
        }
        for (kind, times) in kinds {
            self.kinds.entry(kind).or_default().add(times, cases);
        }
        for (key, times) in keys {
            self.found.entry(key).or_default().add(times, cases);
        }
    }

    fn deviations(&self, log: &EventLog) -> Vec<Deviation> {
        let of = |kind| match self.kinds.get(&kind) {
            Some(count) => {
                Deviation { kind, count: count.times, cases: count.cases, examples: count.examples(log) }
            }
            None => Deviation { kind, count: 0, cases: 0, examples: Vec::new() },
        };
        DeviationKind::ALL.map(of).into()
    }

    fn findings(&self, log: &EventLog, net: &Net) -> Vec<Finding> {
        let mut findings: Vec<_> = self
            .found
            .iter()
            .map(|((kind, activity, at, missing), count)| Finding {
                kind: *kind,
                activity: activity.map(|activity| log.activities.name(activity).to_owned()),
                at: at.and_then(|at| net.stage(at)).cloned(),
                missing: missing.iter().filter_map(|act| net.act(*act)).map(|act| act.name.clone()).collect(),
                count: count.times,
                examples: count.examples(log),
            })
            .collect();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.count));
        findings
    }
}

/// A definition's title in both languages, as it stands in sentences.
fn titled(title: &Label, version: u32) -> Reading {
    Reading {
        id: format!("“{}” (versi {version})", title.id),
        en: format!("“{}” (version {version})", title.en),
    }
}

#[cfg(test)]
mod tests;
