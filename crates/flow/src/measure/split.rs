//! What a visit waited for, after Lashkevich and others (2023, doi 10.1007/978-3-031-34560-9_11).

use std::iter::Sum;

use jiff::Timestamp;
use serde::Serialize;

use super::{Lens, taken};
use crate::time::{OfficeTime, calendar_days};
use crate::visit::{Batch, Visit};

/// Where the time of visits went, in working days; what lies outside of office hours in days by the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Split {
    /// Worked on.
    pub touch: f64,
    /// Set aside, or with somebody who does not serve the stage.
    pub hold: f64,
    /// Waited for the list to fill: until the last of the same list had come.
    pub batching: f64,
    /// Waited while those who serve worked on what had come before.
    pub contention: f64,
    /// Waited while they worked on what had come later.
    pub overtaking: f64,
    /// Waited for none of these: the session, a decision, something outside.
    pub outside: f64,
    /// Nights, weekends and holidays in between, in days by the calendar.
    pub closed_calendar: f64,
}

impl Split {
    /// The wait within office hours, whatever for.
    #[must_use]
    pub fn wait(&self) -> f64 {
        self.batching + self.contention + self.overtaking + self.outside
    }

    /// Work as a share of work and wait.
    #[must_use]
    pub fn efficiency(&self) -> Option<f64> {
        let all = self.touch + self.wait();
        (all > 0.0).then(|| self.touch / all)
    }
}

impl Sum for Split {
    fn sum<I: Iterator<Item = Split>>(splits: I) -> Split {
        splits.fold(Split::default(), |all, one| Split {
            touch: all.touch + one.touch,
            hold: all.hold + one.hold,
            batching: all.batching + one.batching,
            contention: all.contention + one.contention,
            overtaking: all.overtaking + one.overtaking,
            outside: all.outside + one.outside,
            closed_calendar: all.closed_calendar + one.closed_calendar,
        })
    }
}

/// The split of each visit that has ended, with its end.
///
/// A request's own wait is its stage time less touch and holds. Of that, what passed until the last of its list had come
/// is batching. Of the rest, the work that those who serve did meanwhile on others, divided among them, is contention
/// (what had come before) or overtaking (what came later), as far as the wait goes; the rest is outside. Where no
/// sessions were noted down, work is what the definition says a request takes, done just before it left.
#[must_use]
pub fn splits(visits: &[&Visit], lens: &Lens<'_>) -> Vec<(Timestamp, Split)> {
    let ended: Vec<(&Visit, Timestamp)> = visits
        .iter()
        .filter_map(|visit| Some((*visit, visit.exit.filter(|exit| *exit <= lens.to)?)))
        .collect();
    let full = full_at(&ended);
    let touches: Vec<f64> = ended.iter().map(|(visit, exit)| touch(visit, *exit, lens)).collect();
    let (before, later) = others(&ended, &touches);
    let servers = f64::from(lens.servers.max(1));
    ended
        .iter()
        .enumerate()
        .map(|(place, (visit, exit))| {
            let (whole, _) = taken(visit, &lens.time, *exit);
            let hold = held(visit, &lens.time, *exit);
            let touch = touches.get(place).copied().unwrap_or(0.0).min((whole - hold).max(0.0));
            let wait = (whole - hold - touch).max(0.0);
            let filled = visit.batch.and_then(|batch| {
                let found = full.binary_search_by_key(&batch, |(one, _)| *one).ok();
                found.and_then(|place| full.get(place))
            });
            let batching = filled.map_or(0.0, |(_, full)| lens.time.days(visit.enabled, *full)).min(wait);
            let of = |work: &[f64]| work.get(place).copied().unwrap_or(0.0).max(0.0) / servers;
            // A whole list is one act: nobody on it waited for the others on it.
            let contention = if visit.batch.is_some() { 0.0 } else { of(&before).min(wait - batching) };
            let overtaking =
                if visit.batch.is_some() { 0.0 } else { of(&later).min(wait - batching - contention) };
            let outside = wait - batching - contention - overtaking;
            let closed_calendar =
                (calendar_days(visit.enabled, *exit) - whole * lens.time.day() / 86_400.0).max(0.0);
            (*exit, Split { touch, hold, batching, contention, overtaking, outside, closed_calendar })
        })
        .collect()
}

/// The working days a visit was worked on: its sessions, or what the definition says.
fn touch(visit: &Visit, exit: Timestamp, lens: &Lens<'_>) -> f64 {
    if visit.touched.is_empty() {
        return lens.touch;
    }
    visit
        .touched
        .iter()
        .map(|session| lens.time.days(session.from, session.to.unwrap_or(exit).min(exit)))
        .sum()
}

fn held(visit: &Visit, time: &OfficeTime<'_>, exit: Timestamp) -> f64 {
    visit
        .pauses
        .iter()
        .map(|pause| time.days(pause.period.from, pause.period.to.unwrap_or(exit).min(exit)))
        .sum()
}

/// When the last of each list had come.
fn full_at(ended: &[(&Visit, Timestamp)]) -> Vec<(Batch, Timestamp)> {
    let mut all: Vec<(Batch, Timestamp)> =
        ended.iter().filter_map(|(visit, _)| Some((visit.batch?, visit.enabled))).collect();
    // The latest of each list comes first, and is the one that stays.
    all.sort_unstable_by(|one, other| one.0.cmp(&other.0).then(other.1.cmp(&one.1)));
    all.dedup_by_key(|(batch, _)| *batch);
    all
}

/// For each visit, the work that ended while it waited: on what had come before it, and on what came later.
///
/// Visits are taken by when they came; a Fenwick tree over the order of exits holds the work on those before.
fn others(ended: &[(&Visit, Timestamp)], touches: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let mut exits: Vec<(Timestamp, usize)> =
        ended.iter().enumerate().map(|(place, (_, exit))| (*exit, place)).collect();
    exits.sort_unstable();
    let mut rank = vec![0; ended.len()];
    let mut through = vec![0.0; ended.len() + 1];
    for (at, (_, place)) in exits.iter().enumerate() {
        if let Some(rank) = rank.get_mut(*place) {
            *rank = at;
        }
        let work = touches.get(*place).copied().unwrap_or(0.0);
        if let Some([before, after]) = through.get_mut(at..at + 2) {
            *after = *before + work;
        }
    }
    let total = |rank: usize| through.get(rank).copied().unwrap_or(0.0);
    let mut by_coming: Vec<usize> = (0..ended.len()).collect();
    by_coming.sort_by_key(|place| ended.get(*place).map(|(visit, _)| visit.enabled));
    let mut tree = Tree::new(ended.len());
    let (mut before, mut later) = (vec![0.0; ended.len()], vec![0.0; ended.len()]);
    for place in by_coming {
        let (Some((visit, _)), Some(end)) = (ended.get(place), rank.get(place)) else { continue };
        let start = exits.partition_point(|(exit, _)| *exit <= visit.enabled);
        let first = tree.until(*end) - tree.until(start.min(*end));
        let all = total(*end) - total(start.min(*end));
        if let (Some(before), Some(later)) = (before.get_mut(place), later.get_mut(place)) {
            (*before, *later) = (first, all - first);
        }
        tree.add(*end, touches.get(place).copied().unwrap_or(0.0));
    }
    (before, later)
}

/// Sums over the beginning of a list that changes (Fenwick 1994).
struct Tree(Vec<f64>);

impl Tree {
    fn new(len: usize) -> Tree {
        Tree(vec![0.0; len + 1])
    }

    fn add(&mut self, place: usize, value: f64) {
        let mut at = place + 1;
        while let Some(sum) = self.0.get_mut(at) {
            *sum += value;
            at += at & at.wrapping_neg();
        }
    }

    /// The sum of the first `count`.
    fn until(&self, count: usize) -> f64 {
        let (mut at, mut sum) = (count, 0.0);
        while at > 0 {
            sum += self.0.get(at).copied().unwrap_or(0.0);
            at &= at - 1;
        }
        sum
    }
}
