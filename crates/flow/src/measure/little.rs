//! Little's law (1961): the mean number there is the rate times the mean time. Exact for the time spent inside a window;
//! where the times of those who *left* say something else, averages mislead.

use serde::Serialize;

use super::Lens;
use crate::number::{float, mean};
use crate::visit::Visit;

/// From this deviation on averages mislead: our threshold.
const MISLEADS: f64 = 0.15;

/// Whether the averages of a window can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Little {
    /// The mean number there, in working time.
    pub wip_mean: f64,
    /// Time spent inside the window per working day of it: the same number, by the law, and a check on ourselves.
    pub inside: f64,
    /// Exits per working day times the mean time of those who left.
    pub expected: Option<f64>,
    /// The mean number there divided by what is expected.
    pub ratio: Option<f64>,
    /// True if averages mislead: the queue grows, or old requests lie parked.
    pub misleads: bool,
}

/// Compares the mean number there with what exits and times say.
#[must_use]
pub fn little(visits: &[&Visit], lens: &Lens<'_>) -> Little {
    let time = &lens.time;
    let days = time.days(lens.from, lens.to);
    if days <= 0.0 {
        return Little { wip_mean: 0.0, inside: 0.0, expected: None, ratio: None, misleads: false };
    }
    let inside =
        visits.iter().map(|visit| time.days(visit.enabled.max(lens.from), visit.until(lens.to).min(lens.to)));
    let inside: f64 = inside.sum::<f64>() / days;
    let left =
        visits.iter().filter(|visit| visit.exit.is_some_and(|exit| lens.from <= exit && exit < lens.to));
    let times: Vec<f64> = left.map(|visit| time.days(visit.enabled, visit.until(lens.to))).collect();
    let expected = mean(&times).map(|mean| float(times.len()) / days * mean);
    let wip_mean = wip_mean(visits, lens) / days;
    let ratio = expected.filter(|expected| *expected > 0.0).map(|expected| wip_mean / expected);
    let misleads = ratio.map_or(wip_mean > 0.0, |ratio| (ratio - 1.0).abs() > MISLEADS);
    Little { wip_mean, inside, expected, ratio, misleads }
}

/// The number there, added up over the window by walking through what comes and goes.
fn wip_mean(visits: &[&Visit], lens: &Lens<'_>) -> f64 {
    let clock = |at: jiff::Timestamp| lens.time.until(at.clamp(lens.from, lens.to)) / lens.time.day();
    let mut changes: Vec<(f64, bool)> = Vec::with_capacity(visits.len() * 2);
    for visit in visits.iter().filter(|visit| visit.enabled < lens.to) {
        changes.push((clock(visit.enabled), true));
        changes.push((clock(visit.until(lens.to)), false));
    }
    changes.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (mut there, mut area, mut last) = (0.0, 0.0, clock(lens.from));
    for (at, comes) in changes {
        area += there * (at - last);
        last = at;
        there += if comes { 1.0 } else { -1.0 };
    }
    area + there * (clock(lens.to) - last)
}
