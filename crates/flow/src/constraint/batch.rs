//! Lists: exits in lumps, out of arrivals that were spread over the time between two of them.

use super::Utilisation;
use super::stay::Stay;
use crate::number::{float, percentile, sorted};

/// How far exits of one session may lie apart, in seconds.
const APART: [f64; 5] = [1.0, 60.0, 600.0, 3_600.0, 14_400.0];

/// The sessions of a stage.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sessions {
    /// Seconds from one to the next, at the median.
    pub(super) period: f64,
    /// The largest list.
    pub(super) largest: usize,
    /// The mean list.
    mean: f64,
    count: usize,
    /// The share of sessions that left somebody behind who had been there.
    left_behind: f64,
}

impl Sessions {
    /// Lists as large as they ever were, all of them, would be a utilisation of 1.
    pub(super) fn utilisation(&self) -> Utilisation {
        let share = self.mean / float(self.largest.max(1));
        let noise = 1.96 * share / float(self.count.max(1)).sqrt() * 0.5;
        Utilisation { share, low: (share - noise).max(0.0), high: (share + noise).min(1.0) }
    }

    /// The share of the wait that one more session a week saves: with lists that take all, what half of a period is
    /// shorter by; with lists that leave some behind, nearly all.
    pub(super) fn gain(&self) -> f64 {
        let weekly = 604_800.0 / self.period.max(1.0);
        if self.left_behind > 0.3 { 0.9 } else { 1.0 / (weekly + 1.0) }
    }
}

/// The sessions, if the stage has any.
pub(super) fn sessions(stays: &[Stay]) -> Option<Sessions> {
    let mut ended: Vec<(f64, f64)> = stays.iter().filter_map(|stay| Some((stay.done?, stay.came))).collect();
    ended.sort_by(|one, other| one.0.total_cmp(&other.0));
    APART.iter().find_map(|apart| clustered(&ended, stays, *apart))
}

fn clustered(ended: &[(f64, f64)], stays: &[Stay], apart: f64) -> Option<Sessions> {
    let lists: Vec<&[(f64, f64)]> = ended.chunk_by(|one, next| next.0 - one.0 <= apart).collect();
    if lists.len() < 5 || ended.len() < lists.len() * 3 {
        return None;
    }
    let ends = |list: &&[(f64, f64)]| Some((list.first()?.0, list.last()?.0));
    let spans: Vec<(f64, f64)> = lists.iter().filter_map(ends).collect();
    let pairs = || spans.windows(2).filter_map(|pair| Some((pair.first()?, pair.get(1)?)));
    let median = |values: Vec<f64>| percentile(&sorted(values), 0.5).unwrap_or(0.0);
    let gap = median(pairs().map(|(one, next)| next.0 - one.1).collect());
    let length = median(spans.iter().map(|(from, to)| to - from).collect());
    let period = median(pairs().map(|(one, next)| next.0 - one.0).collect());
    // Who leaves together came one after the other: else it is the lump of the stage before that goes on.
    let spread = median(
        lists
            .iter()
            .filter(|list| list.len() > 1)
            .map(|list| {
                let came = list.iter().map(|(_, came)| *came);
                let (first, last) =
                    (came.clone().fold(f64::INFINITY, f64::min), came.fold(f64::MIN, f64::max));
                last - first
            })
            .collect(),
    );
    if gap < 8.0 * apart.min(length.max(1.0)).max(length) || spread < 0.3 * period || spread <= 8.0 * length {
        return None;
    }
    let behind = spans.iter().filter(|(from, to)| {
        let there = stays.partition_point(|stay| stay.came < *from);
        there > ended.partition_point(|(done, _)| done <= to)
    });
    let left_behind = float(behind.count()) / float(spans.len());
    let largest = lists.iter().map(|list| list.len()).max().unwrap_or(0);
    let mean = float(ended.len()) / float(lists.len());
    // A session takes all who wait, or as many as a list holds. Bursts of work that leave most waiting are no lists.
    if left_behind > 0.3 && mean < 0.7 * float(largest) {
        return None;
    }
    Some(Sessions { period, largest, mean, count: lists.len(), left_behind })
}
