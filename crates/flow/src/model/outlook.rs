//! From today's queues to dates and odds, and first to what arithmetic forbids.

use jiff::civil::Date;
use serde::Serialize;

use super::{Figure, Modelled};
use crate::number::{float, floor, percentile, sorted};
use crate::odds::Odds;
use crate::simulate::{Forecast, Goal, Model, Run, Shortfall, run, shortfalls};

/// When a goal is reached, and the odds that it is by the day asked for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reached {
    /// When.
    pub forecast: Forecast,
    /// The odds by the day asked for.
    pub odds: Odds,
}

/// When a stage has nothing left of what waits in the office today. Nothing where that is later than what was simulated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Emptied {
    /// The stage.
    pub stage: String,
    /// With odds of one half, no later than this.
    pub p50: Option<Date>,
    /// With odds of 85 %.
    pub p85: Option<Date>,
    /// With odds of 95 %.
    pub p95: Option<Date>,
}

/// What today's queues come to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outlook {
    /// By when.
    pub by: Date,
    /// Stages that cannot do in time what waits today, whatever the chance.
    pub shortfalls: Vec<Shortfall>,
    /// Everything that waits today is done.
    pub all: Reached,
    /// So many are paid, where a number was asked for.
    pub count: Option<Reached>,
    /// By stage, when it is empty of what waits today.
    pub stages: Vec<Emptied>,
    /// Figures of the model that nothing stands behind: with them the odds are worth less than they look.
    pub assumed: Vec<Figure>,
}

/// Runs a model so many times from today's queues.
#[must_use]
pub fn outlook(modelled: &Modelled, by: Date, count: Option<u32>, seed: u64, runs: usize) -> Outlook {
    let model = &modelled.model;
    let numbers = 0..u64::try_from(runs).unwrap_or(0);
    let all_runs: Vec<Run> = numbers.map(|number| run(model, seed, number)).collect();
    let reached = |goal: Goal| {
        let places = all_runs.iter().map(|run| goal.reached(run, model)).collect();
        let forecast = Forecast::from_reached(model, goal, seed, places);
        Reached { odds: forecast.by(by), forecast }
    };
    Outlook {
        by,
        shortfalls: shortfalls(model, by, 0.0),
        all: reached(Goal::Backlog),
        count: count.map(|count| reached(Goal::Count(count))),
        stages: emptied(model, &all_runs),
        assumed: modelled.assumed().cloned().collect(),
    }
}

fn emptied(model: &Model, runs: &[Run]) -> Vec<Emptied> {
    let of_one = |(place, stage): (usize, &crate::simulate::Stage)| {
        let days =
            sorted(runs.iter().filter_map(|run| run.old_until.get(place)).map(|day| float(*day)).collect());
        let at = |q| {
            let day = floor(percentile(&days, q)?.ceil());
            model.days.get(day).map(|day| day.date)
        };
        Emptied { stage: stage.name.clone(), p50: at(0.5), p85: at(0.85), p95: at(0.95) }
    };
    model.stages.iter().enumerate().map(of_one).collect()
}
