//! Is it a queue, with how many servers, and how much of them is used.

use super::Utilisation;
use super::stay::{OpenHours, Stay};
use crate::number::{float, floor, mean, percentile, sorted};

/// By the number present: the open seconds with so many, and the exits out of so many.
#[derive(Debug, Default)]
pub(super) struct Curve {
    seconds: Vec<f64>,
    exits: Vec<f64>,
}

impl Curve {
    /// Over whole stays, or only over the wait until work began.
    pub(super) fn of(stays: &[Stay], hours: &OpenHours, waits: bool) -> Curve {
        let (_, end) = hours.window();
        let mut steps: Vec<(f64, i8)> = Vec::with_capacity(stays.len() * 2);
        for stay in stays {
            let left = if waits { stay.began } else { stay.done };
            steps.push((hours.until(stay.came), 1));
            steps.push(left.map_or((hours.until(end), 0), |left| (hours.until(left), -1)));
        }
        // Who comes and goes at once was there in between.
        steps.sort_by(|one, other| one.0.total_cmp(&other.0).then(other.1.cmp(&one.1)));
        let mut curve = Curve::default();
        let (mut present, mut last) = (0_usize, steps.first().map_or(0.0, |step| step.0));
        for (at, step) in steps {
            if curve.seconds.len() <= present {
                curve.seconds.resize(present + 1, 0.0);
                curve.exits.resize(present + 1, 0.0);
            }
            if let Some(seconds) = curve.seconds.get_mut(present) {
                *seconds += at - last;
            }
            last = at;
            match step {
                1 => present += 1,
                -1 => {
                    if let Some(exits) = curve.exits.get_mut(present) {
                        *exits += 1.0;
                    }
                    present = present.saturating_sub(1);
                }
                _ => {}
            }
        }
        curve
    }

    /// Open item-seconds of those beyond so many.
    pub(super) fn present(&self, beyond: usize) -> f64 {
        self.seconds.iter().enumerate().map(|(n, seconds)| seconds * float(n.saturating_sub(beyond))).sum()
    }

    fn total(&self) -> f64 {
        self.seconds.iter().sum::<f64>().max(f64::MIN_POSITIVE)
    }
}

/// The likeliest number of servers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fit {
    /// How many.
    pub(super) servers: usize,
    /// How much of them is used.
    pub(super) used: Utilisation,
    /// By how much a queue is likelier than a delay (difference of log-likelihoods).
    over_delay: f64,
}

impl Fit {
    /// Exits out of `n` are taken to come at the rate `m` times the smaller of `n` and `c`: for each `c` the likeliest `m`
    /// is known, so only `c` is searched.
    pub(super) fn of(curve: &Curve) -> Option<Fit> {
        let exits: f64 = curve.exits.iter().sum();
        let most = curve.seconds.len().checked_sub(1).filter(|most| *most > 0)?;
        let all_seconds = curve.total();
        let likelihood = |busy: f64, logs: f64| logs - exits * busy.max(f64::MIN_POSITIVE).ln();
        let (mut busy, mut logs) = (0.0, 0.0);
        let (mut beyond_seconds, mut beyond_exits) = (all_seconds, exits);
        let mut tried = Vec::with_capacity(most);
        for c in 1..=most {
            // What is known of fewer than `c`, and all beyond as if `c` were there.
            let below = c - 1;
            let (s, e) = (at(&curve.seconds, below), at(&curve.exits, below));
            beyond_seconds -= s;
            beyond_exits -= e;
            busy += s * float(below);
            logs += if below > 0 { e * float(below).ln() } else { 0.0 };
            let (busy, logs) = (busy + beyond_seconds * float(c), logs + beyond_exits * float(c).ln());
            tried.push((c, likelihood(busy, logs), busy / float(c) / all_seconds));
        }
        let delay = tried.last()?.1;
        let (servers, best, share) = tried.iter().copied().max_by(|one, other| one.1.total_cmp(&other.1))?;
        let near =
            tried.iter().filter(|(_, likelihood, _)| best - likelihood <= 1.92).map(|(_, _, share)| *share);
        let (low, high) = near.fold((share, share), |(low, high), share| (low.min(share), high.max(share)));
        let noise = 1.96 / exits.max(1.0).sqrt();
        let used = Utilisation { share, low: low * (1.0 - noise), high: (high * (1.0 + noise)).min(1.0) };
        Some(Fit { servers, used, over_delay: best - delay })
    }

    pub(super) fn is_queue(&self) -> bool {
        self.over_delay > 5.0
    }
}

fn at(values: &[f64], place: usize) -> f64 {
    values.get(place).copied().unwrap_or(0.0)
}

/// True if who finds more ahead stays longer, by the share of the time between two arrivals that each one ahead must cost
/// in a queue. In a delay, whatever comes to it and in whatever lumps, it costs nothing.
pub(super) fn grows_with_number(stays: &[Stay], hours: &OpenHours, waits: bool) -> bool {
    let mut leaving: Vec<f64> =
        stays.iter().filter_map(|stay| if waits { stay.began } else { stay.done }).collect();
    leaving.sort_unstable_by(f64::total_cmp);
    let mut points: Vec<(f64, f64)> = Vec::with_capacity(stays.len());
    for (place, stay) in stays.iter().enumerate() {
        let left = if waits { stay.began } else { stay.done };
        let Some(left) = left else { continue };
        let gone = leaving.partition_point(|left| *left <= stay.came);
        points.push((float(place.saturating_sub(gone)), hours.until(left) - hours.until(stay.came)));
    }
    // The longest hundredth may be anything.
    let longest = percentile(&sorted(points.iter().map(|point| point.1).collect()), 0.99).unwrap_or(0.0);
    points.retain(|point| point.1 <= longest);
    let (first, last) = (stays.first(), stays.last());
    let (Some(first), Some(last)) = (first, last) else { return false };
    let between = (hours.until(last.came) - hours.until(first.came)) / float(stays.len());
    let (Some(n), Some(t)) = (
        mean(&points.iter().map(|point| point.0).collect::<Vec<_>>()),
        mean(&points.iter().map(|point| point.1).collect::<Vec<_>>()),
    ) else {
        return false;
    };
    let both: f64 = points.iter().map(|point| (point.0 - n) * (point.1 - t)).sum();
    let square: f64 = points.iter().map(|point| (point.0 - n).powi(2)).sum();
    square > 0.0 && both / square >= 0.3 * between
}

/// Where beginnings are noted: how many are worked on at once while somebody waits is how many serve; how many are
/// worked on at any time is how much of them is used.
pub(super) fn seen(stays: &[Stay], hours: &OpenHours) -> Option<(Utilisation, usize)> {
    let (from, end) = hours.window();
    let mut steps: Vec<(f64, i8, i8)> = Vec::with_capacity(stays.len() * 3);
    for stay in stays {
        let began = stay.began.unwrap_or(end);
        steps.push((hours.until(stay.came), 1, 0));
        steps.push((hours.until(began), -1, 1));
        steps.push((hours.until(stay.done.unwrap_or(end)), 0, -1));
    }
    steps.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (mut waiting, mut served, mut last) = (0_i64, 0_i64, hours.until(from));
    let (mut while_waiting, mut at_work, mut all) = (0.0, 0.0, 0.0);
    for (at, wait, serve) in steps {
        let (seconds, working) = (at - last, f64::from(i32::try_from(served.max(0)).unwrap_or(0)));
        if waiting > 0 {
            while_waiting += seconds;
            at_work += seconds * working;
        }
        all += seconds * working;
        last = at;
        waiting += i64::from(wait);
        served += i64::from(serve);
    }
    let span = (last - hours.until(from)).max(1.0);
    let servers = (while_waiting > 0.0).then(|| at_work / while_waiting)?.max(0.5);
    let share = (all / span / servers).min(1.0);
    let noise = 1.96 / float(stays.len()).sqrt();
    let used = Utilisation { share, low: share * (1.0 - noise), high: (share * (1.0 + noise)).min(1.0) };
    Some((used, floor(servers.round()).max(1)))
}

/// The share of the wait that ten per cent more capacity saves (Sakasegawa 1977).
pub(super) fn relief(share: f64, servers: usize) -> f64 {
    let share = share.min(0.99);
    let less = share / 1.1;
    let power = (2.0 * (float(servers) + 1.0)).sqrt() - 1.0;
    let wait = |share: f64| share.powf(power) / (1.0 - share);
    if share <= 0.0 { 0.0 } else { 1.0 - wait(less) / wait(share) / 1.1 }
}
