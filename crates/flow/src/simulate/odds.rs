//! From many runs to dates and odds, and what is impossible whatever the chance.

use jiff::civil::Date;
use serde::Serialize;

use super::{Model, Run, Service, run};
use crate::number::{float, floor, percentile, sorted};
use crate::odds::Odds;

/// What is to be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// Everything that waits today has left, whichever way.
    Backlog,
    /// So many have passed the last stage.
    Count(u32),
}

impl Goal {
    /// The place of the day by whose end a run reaches the goal.
    #[must_use]
    pub fn reached(self, run: &Run, model: &Model) -> Option<usize> {
        let (counts, enough) = match self {
            Goal::Backlog => (&run.backlog_gone, model.backlog()),
            Goal::Count(count) => (&run.done, count),
        };
        let place = counts.partition_point(|count| *count < enough);
        (place < counts.len()).then_some(place)
    }
}

/// When a goal is reached, by chance.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Forecast {
    /// The goal.
    pub goal: Goal,
    /// The seed of the draws: with it the forecast can be made again.
    pub seed: u64,
    /// How many runs.
    pub runs: usize,
    /// With odds of one half, no later than this; nothing where it is later than what was simulated.
    pub p50: Option<Date>,
    /// With odds of 85 %.
    pub p85: Option<Date>,
    /// With odds of 95 %.
    pub p95: Option<Date>,
    /// By run, the place of the day on which it was reached.
    #[serde(skip)]
    pub reached: Vec<Option<usize>>,
    #[serde(skip)]
    dates: Vec<Date>,
}

impl Forecast {
    /// Runs the model so many times.
    #[must_use]
    pub fn of(model: &Model, goal: Goal, seed: u64, runs: usize) -> Forecast {
        let replications = 0..u64::try_from(runs).unwrap_or(0);
        let reached = replications.map(|number| goal.reached(&run(model, seed, number), model)).collect();
        Forecast::from_reached(model, goal, seed, reached)
    }

    pub(crate) fn from_reached(
        model: &Model,
        goal: Goal,
        seed: u64,
        reached: Vec<Option<usize>>,
    ) -> Forecast {
        let dates: Vec<Date> = model.days.iter().map(|day| day.date).collect();
        // Those that never get there stand behind all days.
        let places = sorted(reached.iter().map(|place| float(place.unwrap_or(dates.len()))).collect());
        let at = |q: f64| {
            let place = percentile(&places, q)?;
            let day = floor(place.ceil());
            dates.get(day).copied()
        };
        Forecast {
            goal,
            seed,
            runs: reached.len(),
            p50: at(0.5),
            p85: at(0.85),
            p95: at(0.95),
            reached,
            dates,
        }
    }

    /// The odds that it is reached by the end of a day.
    #[must_use]
    pub fn by(&self, date: Date) -> Odds {
        let until = self.dates.partition_point(|day| *day <= date);
        let hits = self.reached.iter().filter(|place| place.is_some_and(|place| place < until)).count();
        Odds::of(hits, self.reached.len())
    }
}

/// A stage that cannot do in time what must pass it, whatever the chance.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shortfall {
    /// The stage.
    pub stage: String,
    /// What must pass it: today's queues up to it, and what is expected to come, where that counts.
    pub needed: f64,
    /// The most that it can do by then.
    pub room: f64,
    /// For lists: the sessions left.
    pub sessions: Option<usize>,
}

/// The stages that cannot do by a day what must pass them, arithmetic alone: sessions left times the most on a list, or
/// days of work left over what one request takes. `coming` is what is expected to come in by then.
#[must_use]
pub fn shortfalls(model: &Model, by: Date, coming: f64) -> Vec<Shortfall> {
    let until = model.days.partition_point(|day| day.date <= by);
    let mut needed = coming;
    let mut short = Vec::new();
    for stage in &model.stages {
        needed += f64::from(stage.queue);
        needed *= 1.0 - stage.passes.clamp(0.0, 1.0);
        let held = model.sessions(stage).iter().take(until).filter(|held| **held).count();
        let (room, sessions) = match &stage.service {
            Service::Lists { most, .. } => (float(held) * f64::from(*most), Some(held)),
            Service::Pool { people, away, work } => {
                let open = stage.until.map_or(until, |last| until.min(last + 1));
                let off: f64 = away
                    .iter()
                    .map(|(first, last, count)| {
                        float((last + 1).min(open).saturating_sub(*first)) * f64::from(*count)
                    })
                    .sum();
                let work = work.mean().max(f64::MIN_POSITIVE);
                (((float(open) * f64::from(*people) - off).max(0.0) / work).floor(), None)
            }
        };
        if room < needed {
            short.push(Shortfall { stage: stage.name.clone(), needed, room, sessions });
        }
        // What is closed here need not pass what follows.
        needed *= (stage.ends.forward / (1.0 - stage.ends.back).max(1e-9)).min(1.0);
    }
    short
}
