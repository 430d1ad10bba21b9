//! Stays at the stages of a foreign log, and the hours in which anything happens there.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::log::{EventLog, LogEvent, Moment};
use crate::number::{float, floor, seconds};

/// One stay, in seconds since 1970.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stay {
    /// When the activity before was done.
    pub(super) came: f64,
    /// When work began, where the log says so.
    pub(super) began: Option<f64>,
    /// When it was done; nothing while it seems to last.
    pub(super) done: Option<f64>,
    /// True if the case begins here, so that nothing tells when it came.
    pub(super) is_entry: bool,
    /// True if somebody is named for it.
    pub(super) is_staffed: bool,
}

pub(super) fn since_1970(at: Timestamp) -> f64 {
    seconds(at.duration_since(Timestamp::UNIX_EPOCH))
}

/// The stays of each activity, by its place, in the order in which they came.
pub(super) fn stays(log: &EventLog) -> Vec<Vec<Stay>> {
    let mut by_activity = vec![Vec::new(); log.activities.len()];
    let next = usual_next(log);
    let mut began: HashMap<u32, Vec<f64>> = HashMap::new();
    for trace in log.traces() {
        began.clear();
        let mut before: Option<&LogEvent> = None;
        for event in trace {
            let at = since_1970(event.at);
            match event.moment {
                Moment::Began => began.entry(event.activity).or_default().push(at),
                Moment::Between => {}
                Moment::Done => {
                    let noted = began.get_mut(&event.activity).filter(|open| !open.is_empty());
                    let started = event.began.map(since_1970).or(noted.map(|open| open.remove(0)));
                    let came = before.map_or(started.unwrap_or(at), |before| since_1970(before.at));
                    let stay = Stay {
                        // Two activities at the same time: this one could be begun before the other was done.
                        came: came.min(started.unwrap_or(at)),
                        began: started,
                        done: Some(at),
                        is_entry: before.is_none(),
                        is_staffed: event.resource.is_some(),
                    };
                    push(&mut by_activity, event.activity, stay);
                    before = Some(event);
                }
            }
        }
        let Some(last) = before else { continue };
        if let Some(to) =
            usize::try_from(last.activity).ok().and_then(|place| next.get(place).copied().flatten())
        {
            let started = began.get(&to).and_then(|open| open.first().copied());
            let came = since_1970(last.at);
            push(
                &mut by_activity,
                to,
                Stay { came, began: started, done: None, is_entry: false, is_staffed: true },
            );
        }
    }
    for stays in &mut by_activity {
        stays.sort_by(|one, other| one.came.total_cmp(&other.came));
    }
    by_activity
}

fn push(by_activity: &mut [Vec<Stay>], place: u32, stay: Stay) {
    if let Some(stays) = usize::try_from(place).ok().and_then(|place| by_activity.get_mut(place)) {
        stays.push(stay);
    }
}

/// By activity, what follows it as a rule; nothing for what is an end as often as not. Only the first half of the log is
/// asked: what came late may just not have been followed yet.
fn usual_next(log: &EventLog) -> Vec<Option<u32>> {
    let mut ends: Vec<Timestamp> = log.events.iter().map(|event| event.at).collect();
    ends.sort_unstable();
    let half = ends.get(ends.len() / 2).copied().unwrap_or(Timestamp::MAX);
    let mut seen = vec![0_usize; log.activities.len()];
    let mut next: Vec<HashMap<u32, usize>> = vec![HashMap::new(); log.activities.len()];
    for trace in log.traces() {
        let mut done = trace.iter().filter(|event| event.moment == Moment::Done).peekable();
        while let Some(event) = done.next() {
            let Some(place) = usize::try_from(event.activity).ok().filter(|_| event.at <= half) else {
                continue;
            };
            if let Some(seen) = seen.get_mut(place) {
                *seen += 1;
            }
            if let (Some(after), Some(next)) = (done.peek(), next.get_mut(place)) {
                *next.entry(after.activity).or_default() += 1;
            }
        }
    }
    let usual = seen.iter().zip(next).map(|(seen, next)| {
        let followed: usize = next.values().sum();
        let (to, _) = next.into_iter().max_by_key(|(place, count)| (*count, u32::MAX - *place))?;
        (followed * 2 > *seen).then_some(to)
    });
    usual.collect()
}

/// By activity, how much of the time those who do it are at work on anything: only for logs that tell beginnings and
/// persons, and only where a person did enough to be one.
pub(super) fn busy_by_activity(log: &EventLog, span: f64) -> Vec<Option<f64>> {
    let mut spans: HashMap<u32, Vec<(f64, f64)>> = HashMap::new();
    let mut work: Vec<HashMap<u32, f64>> = vec![HashMap::new(); log.activities.len()];
    let mut began: HashMap<u32, Vec<f64>> = HashMap::new();
    for trace in log.traces() {
        began.clear();
        for event in trace {
            let at = since_1970(event.at);
            if event.moment == Moment::Began {
                began.entry(event.activity).or_default().push(at);
            }
            let (Moment::Done, Some(resource)) = (event.moment, event.resource) else { continue };
            let noted = began.get_mut(&event.activity).filter(|open| !open.is_empty());
            let Some(start) = event.began.map(since_1970).or(noted.map(|open| open.remove(0))) else {
                continue;
            };
            spans.entry(resource).or_default().push((start, at));
            if let Some(work) = usize::try_from(event.activity).ok().and_then(|place| work.get_mut(place)) {
                *work.entry(resource).or_default() += at - start;
            }
        }
    }
    let busy: HashMap<u32, f64> = spans
        .into_iter()
        .filter(|(_, spans)| spans.len() >= 20)
        .map(|(resource, spans)| (resource, union(spans) / span.max(1.0)))
        .collect();
    let of_one = work.iter().map(|work| {
        let known: Vec<(f64, f64)> =
            work.iter().filter_map(|(resource, work)| Some((*work, *busy.get(resource)?))).collect();
        let all: f64 = known.iter().map(|(work, _)| work).sum();
        (all > 0.0).then(|| known.iter().map(|(work, busy)| work * busy).sum::<f64>() / all)
    });
    of_one.collect()
}

/// The time covered by some periods.
fn union(mut spans: Vec<(f64, f64)>) -> f64 {
    spans.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (mut covered, mut until) = (0.0, f64::NEG_INFINITY);
    for (from, to) in spans {
        covered += (to - from.max(until)).max(0.0);
        until = until.max(to);
    }
    covered
}

const HOUR: f64 = 3_600.0;
const HOURS: usize = 168;

/// The hours of the week in which the log's people work, found by where events are. Queues are served only in them.
#[derive(Debug)]
pub(super) struct OpenHours {
    from: f64,
    to: f64,
    /// Open seconds of a week before each of its hours.
    before: Vec<f64>,
    open: Vec<bool>,
}

impl OpenHours {
    pub(super) fn of(log: &EventLog) -> OpenHours {
        let ats = || log.events.iter().map(|event| since_1970(event.at));
        let (from, to) =
            ats().fold((f64::INFINITY, f64::NEG_INFINITY), |(from, to), at| (from.min(at), to.max(at)));
        let mut counts = vec![0_usize; HOURS];
        for at in ats() {
            if let Some(count) = counts.get_mut(hour_of(at)) {
                *count += 1;
            }
        }
        let least = float(log.events.len()) / float(HOURS) * 0.05;
        // With few events an hour without any is luck and not a night.
        let told = log.events.len() >= HOURS * 20 && to - from >= 14.0 * 24.0 * HOUR;
        let open: Vec<bool> = counts.iter().map(|count| !told || float(*count) > least).collect();
        let mut before = Vec::with_capacity(HOURS + 1);
        let mut total = 0.0;
        for open in &open {
            before.push(total);
            total += if *open { HOUR } else { 0.0 };
        }
        before.push(total);
        OpenHours { from, to, before, open }
    }

    pub(super) fn window(&self) -> (f64, f64) {
        (self.from, self.to)
    }

    /// Seconds by the calendar for one open second.
    pub(super) fn stretch(&self) -> f64 {
        float(HOURS) * HOUR / self.before.last().copied().unwrap_or(1.0).max(HOUR)
    }

    /// Open seconds since a fixed moment.
    pub(super) fn until(&self, at: f64) -> f64 {
        let week = (at / (float(HOURS) * HOUR)).floor();
        let place = hour_of(at);
        let whole = week * self.before.last().copied().unwrap_or(0.0);
        let part = if self.open.get(place) == Some(&true) { at.rem_euclid(HOUR) } else { 0.0 };
        whole + self.before.get(place).copied().unwrap_or(0.0) + part
    }
}

fn hour_of(at: f64) -> usize {
    floor(at.rem_euclid(float(HOURS) * HOUR) / HOUR)
}
