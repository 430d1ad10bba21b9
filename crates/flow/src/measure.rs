//! Measures over stage visits, in working time and in calendar time. Which visits are measured together (a stage, a
//! holder, a region, a scheme, a period) is the caller's choice: group them first, with [`group_by`].

mod lens;
mod little;
mod split;

use std::collections::BTreeMap;

use jiff::Timestamp;
use salur_core::RequestId;
use serde::Serialize;

use crate::number::{float, mean, percentile, sorted, sum};
use crate::survival::{Stay, Survival, incidence};
use crate::time::{OfficeTime, calendar_days};
use crate::visit::{Batch, Holder, OutcomeKind, Visit};

pub use lens::Lens;
pub use little::{Little, little};
pub use split::{Split, splits};

/// The percentiles that are shown, of so many values.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Spread {
    /// How many values.
    pub n: usize,
    /// Their mean.
    pub mean: Option<f64>,
    /// Half are no larger.
    pub p50: Option<f64>,
    /// 85 % are no larger.
    pub p85: Option<f64>,
    /// 95 % are no larger.
    pub p95: Option<f64>,
}

impl Spread {
    /// The spread of some values.
    #[must_use]
    pub fn of(values: Vec<f64>) -> Spread {
        let values = sorted(values);
        let at = |q| percentile(&values, q);
        Spread { n: values.len(), mean: mean(&values), p50: at(0.5), p85: at(0.85), p95: at(0.95) }
    }
}

/// What is promised, and what is kept.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Promise {
    /// The time promised, in working days.
    pub target: f64,
    /// The share that keeps it (Kaplan-Meier, so what is still open counts).
    pub share: f64,
    /// That share, low and high at 95 %.
    pub band: (f64, f64),
    /// By how many working days those miss it that do, on average.
    pub late_mean: Option<f64>,
}

/// The figures of some visits. Times are in working days unless they say otherwise.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// Visits that ended in the time looked at.
    pub ended: usize,
    /// Visits that are open at its end.
    pub open: usize,
    /// How long ended visits took.
    pub stage: Spread,
    /// The same without the time the office is not to blame for.
    pub stage_net: Spread,
    /// The same in days by the calendar.
    pub stage_calendar: Spread,
    /// How old the open ones are.
    pub age: Spread,
    /// The working days that ended visits were worked on, and waited, by what they waited for.
    pub split: Split,
    /// Work as a share of work and wait: a ratio of sums.
    pub efficiency: Option<f64>,
    /// First visits that began, per working day.
    pub arrivals: f64,
    /// Further visits that began, per working day.
    pub arrivals_again: f64,
    /// Visits that ended, per working day.
    pub exits: f64,
    /// By how many the queue grows, per working day.
    pub drift: f64,
    /// Returns as a share of decisions.
    pub rework: Option<f64>,
    /// What goes on at once, as a share of decisions on first visits.
    pub first_pass: Option<f64>,
    /// Visits per request that has left.
    pub visits_mean: Option<f64>,
    /// Working days spent in second and further visits.
    pub again_days: f64,
    /// Work that comes in as a share of what can be done: from 1 on, the queue grows for ever.
    pub utilisation: Option<f64>,
    /// What is promised, and what is kept.
    pub promise: Option<Promise>,
    /// By outcome, the share that has ended so in the end (Aalen-Johansen).
    pub outcomes: BTreeMap<OutcomeKind, f64>,
    /// Whether averages can be trusted.
    pub little: Little,
}

/// Puts visits together that agree in something.
#[must_use]
pub fn group_by<'v, K: Ord>(
    visits: impl IntoIterator<Item = &'v Visit>,
    key: impl Fn(&Visit) -> K,
) -> BTreeMap<K, Vec<&'v Visit>> {
    let mut groups: BTreeMap<K, Vec<&Visit>> = BTreeMap::new();
    for visit in visits {
        groups.entry(key(visit)).or_default().push(visit);
    }
    groups
}

/// The working days of a visit until a moment, and those of them in which it was set aside without blame.
fn taken(visit: &Visit, time: &OfficeTime<'_>, now: Timestamp) -> (f64, f64) {
    let until = visit.until(now);
    let aside = visit.pauses.iter().filter(|pause| pause.blameless).map(|pause| {
        let to = pause.period.to.unwrap_or(until).min(until);
        time.days(pause.period.from, to)
    });
    (time.days(visit.enabled, until), aside.sum())
}

/// The figures of some visits, all of them at one place that is served together.
#[must_use]
pub fn figures(visits: &[&Visit], lens: &Lens<'_>) -> Figures {
    let (time, now) = (&lens.time, lens.to);
    let inside = |at: Timestamp| lens.from <= at && at < lens.to;
    let ended: Vec<&Visit> = visits.iter().copied().filter(|visit| visit.exit.is_some_and(inside)).collect();
    let open: Vec<&Visit> = visits.iter().copied().filter(|visit| visit.is_open_at(now)).collect();
    let days = time.days(lens.from, lens.to).max(f64::MIN_POSITIVE);
    let came = |again: bool| {
        let came = visits.iter().filter(|visit| inside(visit.enabled) && (visit.number > 1) == again);
        float(came.count()) / days
    };
    let times: Vec<(f64, f64)> = ended.iter().map(|visit| taken(visit, time, now)).collect();
    let split: Split =
        splits(visits, lens).into_iter().filter(|(exit, _)| inside(*exit)).map(|(_, split)| split).sum();
    let (arrivals, arrivals_again) = (came(false), came(true));
    let exits = float(ended.len()) / days;
    let stays = stays(visits, time, lens.from, now);
    Figures {
        ended: ended.len(),
        open: open.len(),
        stage: Spread::of(times.iter().map(|(whole, _)| *whole).collect()),
        stage_net: Spread::of(times.iter().map(|(whole, aside)| whole - aside).collect()),
        stage_calendar: Spread::of(
            ended.iter().map(|visit| calendar_days(visit.enabled, visit.until(now))).collect(),
        ),
        age: Spread::of(open.iter().map(|visit| time.days(visit.enabled, now)).collect()),
        efficiency: split.efficiency(),
        split,
        arrivals,
        arrivals_again,
        exits,
        drift: arrivals + arrivals_again - exits,
        rework: share(&ended, |visit| kind(visit) == Some(OutcomeKind::Returned)),
        first_pass: share(
            &ended.iter().copied().filter(|visit| visit.number == 1).collect::<Vec<_>>(),
            |visit| kind(visit) != Some(OutcomeKind::Returned),
        ),
        visits_mean: visits_mean(&ended),
        again_days: sum(&ended
            .iter()
            .filter(|visit| visit.number > 1)
            .map(|visit| taken(visit, time, now).0)
            .collect::<Vec<_>>()),
        utilisation: utilisation(arrivals + arrivals_again, lens),
        promise: lens.target.map(|target| promise(target, &stays)),
        outcomes: incidence(&stays)
            .into_iter()
            .filter_map(|(kind, curve)| Some((kind, curve.last()?.1)))
            .collect(),
        little: little(visits, lens),
    }
}

fn kind(visit: &Visit) -> Option<OutcomeKind> {
    visit.outcome.as_ref().map(|outcome| outcome.kind)
}

/// The share of decisions that something holds for. What was put elsewhere by a repair or a new version is no decision.
fn share(ended: &[&Visit], holds: impl Fn(&Visit) -> bool) -> Option<f64> {
    let decided = ended.iter().filter(|visit| kind(visit).is_some_and(|kind| kind != OutcomeKind::Moved));
    let (all, some) = decided.fold((0, 0), |(all, some), visit| (all + 1, some + usize::from(holds(visit))));
    (all > 0).then(|| float(some) / float(all))
}

fn visits_mean(ended: &[&Visit]) -> Option<f64> {
    let mut requests: Vec<RequestId> = ended.iter().map(|visit| visit.request).collect();
    requests.sort_unstable();
    requests.dedup();
    (!requests.is_empty()).then(|| float(ended.len()) / float(requests.len()))
}

fn utilisation(arrivals: f64, lens: &Lens<'_>) -> Option<f64> {
    let room = match lens.lists {
        Some((most, sessions)) => f64::from(most) * sessions,
        None if lens.touch > 0.0 => f64::from(lens.servers) / lens.touch,
        None => return None,
    };
    (room > 0.0).then(|| arrivals / room)
}

/// The visits as stays of the office's own time, seen from `from` until `now`: what the office is not to blame for is left
/// out, what is open then is censored, and what had begun before comes under observation at the age it had reached.
#[must_use]
pub fn stays(
    visits: &[&Visit],
    time: &OfficeTime<'_>,
    from: Timestamp,
    now: Timestamp,
) -> Vec<Stay<OutcomeKind>> {
    let own = |visit: &Visit, at: Timestamp| {
        let (whole, aside) = taken(visit, time, at);
        (whole - aside).max(0.0)
    };
    let seen =
        visits.iter().filter(|visit| visit.enabled <= now && visit.exit.is_none_or(|exit| exit >= from));
    seen.map(|visit| {
        let until = visit.exit.filter(|exit| *exit <= now);
        let since = if visit.enabled < from { own(&until_then(visit, from), from) } else { 0.0 };
        let age = own(visit, now.min(visit.until(now)));
        Stay { since: since.min(age), age, outcome: until.and_then(|_| kind(visit)) }
    })
    .collect()
}

/// A visit as if it had lasted until a moment within it.
fn until_then(visit: &Visit, at: Timestamp) -> Visit {
    let mut before = visit.clone();
    before.exit = None;
    before.pauses.retain(|pause| pause.period.from < at);
    for pause in &mut before.pauses {
        pause.period.to = pause.period.to.filter(|to| *to < at);
    }
    before
}

fn promise(target: f64, stays: &[Stay<OutcomeKind>]) -> Promise {
    let curve = Survival::of(stays);
    let (low, high) = curve.band(target);
    let late: Vec<f64> = stays
        .iter()
        .filter(|stay| stay.outcome.is_some() && stay.age > target)
        .map(|stay| stay.age - target)
        .collect();
    Promise {
        target,
        share: 1.0 - curve.after(target),
        band: (1.0 - high, 1.0 - low),
        late_mean: mean(&late),
    }
}

/// How long requests took from their first visit to their end.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Lead {
    /// In working days, times in which they were set aside included.
    pub gross: Spread,
    /// Without the time the office is not to blame for.
    pub net: Spread,
    /// In days by the calendar.
    pub calendar: Spread,
}

/// The lead times of the requests that ended from `from` until before `to`.
#[must_use]
pub fn lead(visits: &[&Visit], time: &OfficeTime<'_>, from: Timestamp, to: Timestamp) -> Lead {
    let (mut gross, mut net, mut calendar) = (Vec::new(), Vec::new(), Vec::new());
    for of_one in group_by(visits.iter().copied(), |visit| visit.request).values() {
        let first = of_one.iter().map(|visit| visit.enabled).min();
        let last = of_one.iter().filter(|visit| visit.last).filter_map(|visit| visit.exit).max();
        let (Some(first), Some(last)) = (first, last) else { continue };
        if from <= last && last < to {
            let aside: f64 = of_one.iter().map(|visit| taken(visit, time, last).1).sum();
            gross.push(time.days(first, last));
            net.push(time.days(first, last) - aside);
            calendar.push(calendar_days(first, last));
        }
    }
    Lead { gross: Spread::of(gross), net: Spread::of(net), calendar: Spread::of(calendar) }
}

/// Where the working days of some visits went, by who had the requests: the governor's desk, the initials, the recipient
/// and the rest are told apart. The shares add up to the whole.
#[must_use]
pub fn by_holder(
    visits: &[&Visit],
    time: &OfficeTime<'_>,
    from: Timestamp,
    to: Timestamp,
) -> BTreeMap<Holder, f64> {
    let mut days: BTreeMap<Holder, f64> = BTreeMap::new();
    for visit in visits {
        let within = |start: Timestamp, end: Timestamp| time.days(start.max(from), end.min(to));
        let until = visit.until(to);
        let mut left = within(visit.enabled, until);
        for pause in &visit.pauses {
            let aside = within(pause.period.from, pause.period.to.unwrap_or(until).min(until));
            *days.entry(pause.holder.clone()).or_default() += aside;
            left -= aside;
        }
        *days.entry(visit.holder.clone()).or_default() += left.max(0.0);
    }
    days.retain(|_, days| *days > 0.0);
    days
}

/// How many lists ended visits, and how many each: the number of independent observations where things end in lists.
#[must_use]
pub fn lists(visits: &[&Visit]) -> BTreeMap<Batch, usize> {
    let mut sizes = BTreeMap::new();
    for batch in visits.iter().filter_map(|visit| visit.batch) {
        *sizes.entry(batch).or_default() += 1;
    }
    sizes
}

#[cfg(test)]
mod tests;
