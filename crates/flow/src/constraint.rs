//! Which stage of a foreign log holds everything up. A stage is an activity together with the time before it: a case comes
//! to it when the activity before was done, and leaves when this one is done.
//!
//! Long is not congested. In a queue the rate of exits stops growing once all who serve are busy; in a delay it grows
//! with whatever is in it, however much that is. So the rate of exits by the number present tells both apart, and tells
//! how many serve and how fast, by the likelihood of a queue with `c` servers (`c` without end is a delay). Lists are
//! seen by exits that come in lumps. Stages are ranked by the item-days of waiting that ten per cent more capacity, or one
//! more session a week, would save; never by how long they take.

mod batch;
mod queue;
mod reading;
mod stay;

use serde::Serialize;

use crate::log::EventLog;
use crate::number::{float, sum};

use batch::sessions;
use queue::{Curve, Fit};
use stay::{OpenHours, Stay, stays};

pub use reading::Reading;

/// Fewer exits than this say nothing of a stage: a rule of thumb.
pub const EXITS_MIN: usize = 50;
/// A queue that is used less is no constraint.
const BUSY: f64 = 0.7;
/// A queue that is used so much is one, however short it is today.
const FULL: f64 = 0.8;
/// Lists, and queues between the two, count from this share of all time that cases spend.
const WEIGHTY: f64 = 0.05;

/// What sort of stage it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Those who serve it are fewer than what may wait: it has a capacity.
    Queue,
    /// It is done in lists, a whole lot at once.
    Batch,
    /// It takes time, however many are in it: no queue.
    Delay,
    /// The same, and nobody of the office is named for it.
    Outside,
    /// Where the log begins: when cases came here is not in it.
    Entry,
    /// Too few exits to tell.
    Unclear,
}

/// A share of capacity in use, with its interval at 95 %.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Utilisation {
    /// The share.
    pub share: f64,
    /// No lower than this.
    pub low: f64,
    /// No higher than this.
    pub high: f64,
}

/// A stage, and how congested it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Congestion {
    /// The activity that ends it.
    pub activity: String,
    /// What sort of stage.
    pub kind: Kind,
    /// Visits that ended.
    pub exits: usize,
    /// Visits that came.
    pub arrivals: usize,
    /// Visits that seem to last at the end of the log.
    pub open: usize,
    /// The share of capacity in use; nothing for what has no capacity.
    pub utilisation: Option<Utilisation>,
    /// How many seem to serve it.
    pub servers: Option<usize>,
    /// By how many its queue grew a week.
    pub drift_week: f64,
    /// Item-days waited here a week, service left out.
    pub waited_days_week: f64,
    /// Item-days spent here a week, service and delay included.
    pub spent_days_week: f64,
    /// Item-days a week that ten per cent more capacity, or one more session a week, would save: what ranks it.
    pub gain_days_week: f64,
    /// For lists: days from one session to the next.
    pub period_days: Option<f64>,
    /// For lists: the largest of them.
    pub batch_max: Option<usize>,
    /// For logs that tell beginnings and persons: how much of the time those who serve it are at work on something.
    pub busy: Option<f64>,
}

/// What a log says of its constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// One stage holds the others up.
    Named,
    /// No stage is a constraint: all have room.
    None,
    /// The log cannot tell.
    CannotTell,
}

/// The stages of a log, the one first that more capacity would help most.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Constraint {
    /// Whether there is one.
    pub verdict: Verdict,
    /// The activity that ends the stage which is the constraint.
    pub constraint: Option<String>,
    /// In one sentence.
    pub reading: Reading,
    /// The stages.
    pub stages: Vec<Congestion>,
}

/// Names the constraint of a log, if it has one.
#[must_use]
pub fn constraint(log: &EventLog) -> Constraint {
    let hours = OpenHours::of(log);
    let (from, to) = hours.window();
    let weeks = ((to - from) / 604_800.0).max(1e-9);
    let busy = stay::busy_by_activity(log, to - from);
    let by_activity = stays(log);
    let anyone = log.events.iter().any(|event| event.resource.is_some());
    let mut stages: Vec<Congestion> = by_activity
        .iter()
        .zip(log.activities.iter())
        .zip(busy)
        .map(|((of_one, name), busy)| {
            let mut stage = congestion(of_one, name, &hours, weeks, busy);
            let nobody = of_one.iter().filter(|stay| stay.is_staffed).count() * 10 < of_one.len();
            if stage.kind == Kind::Delay && anyone && nobody {
                stage.kind = Kind::Outside;
            }
            stage
        })
        .collect();
    stages.sort_by(|one, other| {
        let waited = |stage: &Congestion| (stage.gain_days_week, stage.spent_days_week);
        let ((gain, spent), (other_gain, other_spent)) = (waited(one), waited(other));
        other_gain.total_cmp(&gain).then(other_spent.total_cmp(&spent))
    });
    let spent = sum(&stages.iter().map(|stage| stage.spent_days_week).collect::<Vec<_>>());
    let found = stages.iter().find(|stage| is_constraint(stage, spent));
    let told = stages.iter().any(|stage| !matches!(stage.kind, Kind::Unclear | Kind::Entry));
    let verdict = match found {
        Some(_) => Verdict::Named,
        None if told => Verdict::None,
        None => Verdict::CannotTell,
    };
    Constraint {
        verdict,
        constraint: found.map(|stage| stage.activity.clone()),
        reading: Reading::of(verdict, found, &stages),
        stages,
    }
}

fn is_constraint(stage: &Congestion, spent: f64) -> bool {
    let weighty = stage.gain_days_week >= WEIGHTY * spent && stage.gain_days_week > 0.0;
    match (stage.kind, stage.utilisation) {
        (Kind::Queue, Some(used)) => used.share >= FULL || (used.share >= BUSY && weighty),
        (Kind::Batch, _) => weighty,
        (Kind::Entry, Some(used)) => used.share >= FULL,
        _ => false,
    }
}

fn congestion(stays: &[Stay], name: &str, hours: &OpenHours, weeks: f64, busy: Option<f64>) -> Congestion {
    let (_, end) = hours.window();
    let ended = stays.iter().filter(|stay| stay.done.is_some()).count();
    let open = stays.len() - ended;
    let spent: Vec<f64> = stays.iter().map(|stay| stay.done.unwrap_or(end) - stay.came).collect();
    let week = |seconds: f64| seconds / 86_400.0 / weeks;
    let mut stage = Congestion {
        activity: name.to_owned(),
        kind: Kind::Unclear,
        exits: ended,
        arrivals: stays.len(),
        open,
        utilisation: None,
        servers: None,
        drift_week: float(open) / weeks,
        waited_days_week: 0.0,
        spent_days_week: week(sum(&spent)),
        gain_days_week: 0.0,
        period_days: None,
        batch_max: None,
        busy,
    };
    if ended < EXITS_MIN {
        let entered = stays.iter().filter(|stay| stay.is_entry).count();
        stage.kind = if entered * 2 > stays.len() { Kind::Entry } else { Kind::Unclear };
        return stage;
    }
    if stays.iter().filter(|stay| stay.is_entry).count() * 2 > stays.len() {
        stage.kind = Kind::Entry;
        stage.utilisation = busy.map(|share| Utilisation { share, low: share, high: share });
        return stage;
    }
    if let Some(lists) = sessions(stays) {
        stage.kind = Kind::Batch;
        stage.utilisation = Some(lists.utilisation());
        stage.period_days = Some(lists.period / 86_400.0);
        stage.batch_max = Some(lists.largest);
        stage.waited_days_week = stage.spent_days_week;
        stage.gain_days_week = stage.waited_days_week * lists.gain();
        return stage;
    }
    by_queue(stays, hours, &mut stage, week);
    stage
}

/// Fills in what the rate of exits by the number present tells. Where beginnings are noted, the wait before them is
/// looked at, and what is done after them is service.
fn by_queue(stays: &[Stay], hours: &OpenHours, stage: &mut Congestion, week: impl Fn(f64) -> f64) {
    let started = stays.iter().filter(|stay| stay.began.is_some()).count();
    let seen = started * 10 >= stage.exits * 9;
    let curve = Curve::of(stays, hours, seen);
    let fit = Fit::of(&curve);
    stage.kind = Kind::Delay;
    let Some(fit) = fit.filter(|fit| fit.is_queue() && queue::grows_with_number(stays, hours, seen)) else {
        return;
    };
    let Some((used, servers)) =
        (if seen { queue::seen(stays, hours) } else { Some((fit.used, fit.servers)) })
    else {
        return;
    };
    stage.kind = Kind::Queue;
    stage.servers = Some(servers);
    // Wait in open hours; nights are nobody's queue.
    let waited = if seen { curve.present(0) } else { curve.present(servers) };
    stage.waited_days_week = week(waited * hours.stretch());
    stage.utilisation = Some(used);
    stage.gain_days_week = stage.waited_days_week * queue::relief(used.share, servers);
}

#[cfg(test)]
mod tests;
