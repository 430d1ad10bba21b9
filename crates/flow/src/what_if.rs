//! What would change if: one more session, one more person, an absence, a delegation. Both offices meet the same chance
//! (common random numbers), run by run, so that the difference is the change and not luck.

use jiff::civil::Date;
use salur_core::Lang;
use serde::Serialize;

use crate::number::float;
use crate::odds::{Mean, Odds};
use crate::simulate::{Every, Forecast, Goal, Model, Run, Service, Stage, run};

/// How many runs, unless said otherwise.
pub const RUNS: usize = 1_000;

/// One change of the office.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// So many more sessions a week, on weekdays that have none yet, the ones first that lie farthest from those that have.
    Sessions {
        /// The stage.
        stage: String,
        /// How many more.
        more: u32,
    },
    /// So many more on a list at most.
    LargerLists {
        /// The stage.
        stage: String,
        /// How many more.
        more: u32,
    },
    /// So many more persons.
    People {
        /// The stage.
        stage: String,
        /// How many more.
        more: u32,
    },
    /// Persons are away, or the one who holds the sessions is.
    Away {
        /// The stage.
        stage: String,
        /// The first day.
        from: Date,
        /// The last day.
        to: Date,
        /// How many; of no matter for sessions.
        people: u32,
    },
    /// A lower authority decides what is below an amount, without waiting for a session.
    DelegateBelow {
        /// The stage.
        stage: String,
        /// The amount in whole rupiah.
        below: i64,
    },
    /// The last day on which the stage is served is another.
    CutOff {
        /// The stage.
        stage: String,
        /// That day.
        last: Date,
    },
    /// Ten per cent more capacity: lists that are larger by a tenth, or work that takes a tenth less time to the same end.
    TenPercent {
        /// The stage.
        stage: String,
    },
}

impl Change {
    /// The stage that it changes.
    #[must_use]
    pub fn stage(&self) -> &str {
        match self {
            Change::Sessions { stage, .. }
            | Change::LargerLists { stage, .. }
            | Change::People { stage, .. }
            | Change::Away { stage, .. }
            | Change::DelegateBelow { stage, .. }
            | Change::CutOff { stage, .. }
            | Change::TenPercent { stage } => stage,
        }
    }

    /// The change in words; `title` is what the stage is called.
    #[must_use]
    pub fn text(&self, title: &str, lang: Lang) -> String {
        let (id, en) = match self {
            Change::Sessions { more, .. } => (
                format!("{title}: {more} sesi lagi per minggu"),
                format!("{title}: {more} more sessions a week"),
            ),
            Change::LargerLists { more, .. } => (
                format!("{title}: daftar memuat {more} permohonan lebih banyak"),
                format!("{title}: lists hold {more} more requests"),
            ),
            Change::People { more, .. } => {
                (format!("{title}: tambah {more} orang"), format!("{title}: {more} more persons"))
            }
            Change::Away { from, to, people, .. } => (
                format!("{title}: {people} orang tidak hadir {from} sampai {to}"),
                format!("{title}: {people} persons away from {from} to {to}"),
            ),
            Change::DelegateBelow { below, .. } => (
                format!("{title}: di bawah Rp{below} diputus pejabat yang lebih rendah"),
                format!("{title}: a lower authority decides below Rp{below}"),
            ),
            Change::CutOff { last, .. } => {
                (format!("{title}: batas akhir {last}"), format!("{title}: cut-off on {last}"))
            }
            Change::TenPercent { .. } => {
                (format!("{title}: kapasitas naik 10 %"), format!("{title}: 10 % more capacity"))
            }
        };
        if lang == Lang::Id { id } else { en }
    }
}

/// What a change costs, as far as it can be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Price {
    /// Sessions held more (or fewer) in the time looked at.
    pub sessions: i64,
    /// Persons more.
    pub people: i64,
    /// Requests waiting today that a lower authority would decide.
    pub exposed: u64,
    /// What they are worth, in whole rupiah.
    pub exposed_rupiah: i64,
    /// Of these, how many would be decided by fewer than four eyes.
    pub leave_four_eyes: u64,
}

/// Amounts that the share below a limit is counted from.
#[derive(Debug, Clone, Default)]
pub struct Amounts {
    /// Of requests that wait today, in whole rupiah.
    pub waiting: Vec<i64>,
    /// Of requests as they come, in whole rupiah; those that wait stand in where there are none.
    pub coming: Vec<i64>,
    /// True if a delegated decision needs no second person.
    pub one_person_decides: bool,
}

/// Why a change cannot be made to a model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Impossible {
    /// The model has no such stage.
    #[error("there is no stage {0:?}")]
    NoStage(String),
    /// The stage is not served that way.
    #[error("stage {0:?} is not served that way")]
    NotServedSo(String),
    /// Every weekday has a session.
    #[error("stage {0:?} has a session on every weekday")]
    EveryDay(String),
    /// No amounts are known.
    #[error("no amounts are known, so the share below the limit is not")]
    NoAmounts,
}

/// The model after a change, and what the change costs.
pub fn changed(model: &Model, change: &Change, amounts: &Amounts) -> Result<(Model, Price), Impossible> {
    let mut after = model.clone();
    let name = change.stage();
    let dates: Vec<Date> = model.days.iter().map(|day| day.date).collect();
    let stage = after.stages.iter_mut().find(|stage| stage.name == name);
    let stage = stage.ok_or_else(|| Impossible::NoStage(name.to_owned()))?;
    let (mut price, mut decided) = (Price::default(), 0);
    let otherwise = || Impossible::NotServedSo(name.to_owned());
    match (change, &mut stage.service) {
        (Change::Sessions { more, .. }, Service::Lists { every, .. }) => {
            for _ in 0..*more {
                *every = more_often(*every).ok_or_else(|| Impossible::EveryDay(name.to_owned()))?;
            }
        }
        (Change::LargerLists { more, .. }, Service::Lists { most, .. }) => *most = most.saturating_add(*more),
        (Change::People { more, .. }, Service::Pool { people, .. }) => {
            *people = people.saturating_add(*more);
            price.people = i64::from(*more);
        }
        (Change::Away { from, to, people, .. }, service) => {
            let first = dates.partition_point(|date| date < from);
            if let Some(last) =
                dates.partition_point(|date| date <= to).checked_sub(1).filter(|last| *last >= first)
            {
                match service {
                    Service::Pool { away, .. } => away.push((first, last, *people)),
                    Service::Lists { away, .. } => away.push((first, last)),
                }
            }
        }
        (Change::DelegateBelow { below, .. }, _) => decided = delegate(stage, *below, amounts, &mut price)?,
        (Change::CutOff { last, .. }, _) => {
            stage.until = dates.partition_point(|date| date <= last).checked_sub(1);
            if stage.until.is_none() {
                return Err(otherwise());
            }
        }
        (Change::TenPercent { .. }, Service::Lists { most, .. }) => {
            *most = most.saturating_add(most.div_ceil(10));
        }
        (Change::TenPercent { .. }, Service::Pool { work, .. }) => *work = work.times(1.0 / 1.1),
        (
            Change::Sessions { .. } | Change::LargerLists { .. } | Change::People { .. },
            Service::Pool { .. } | Service::Lists { .. },
        ) => return Err(otherwise()),
    }
    move_on(&mut after, name, decided);
    let held = |model: &Model| -> i64 {
        let stage = model.stages.iter().find(|stage| stage.name == name);
        let held = stage.map_or(0, |stage| model.sessions(stage).into_iter().filter(|held| *held).count());
        i64::try_from(held).unwrap_or(i64::MAX)
    };
    price.sessions = held(&after) - held(model);
    Ok((after, price))
}

/// What waits at a stage today and is below the limit need not wait for a session either: it goes on at once.
fn move_on(model: &mut Model, name: &str, decided: u32) {
    let Some(place) = model.stages.iter().position(|stage| stage.name == name) else { return };
    let (before, after) = model.stages.split_at_mut(place + 1);
    if let (Some(stage), Some(next)) = (before.last_mut(), after.first_mut()) {
        stage.queue -= decided.min(stage.queue);
        next.queue = next.queue.saturating_add(decided);
    }
}

/// One more session a week, as far from the others as the week allows.
fn more_often(every: Every) -> Option<Every> {
    let mut weekdays = match every {
        Every::Days(days) if days > 5 => return Some(Every::Days(days.div_ceil(2))),
        Every::Days(days) if days > 1 => return Some(Every::Days(days - 1)),
        Every::Days(_) => return None,
        Every::Weekdays(weekdays) => weekdays,
    };
    let away = |day: usize| {
        let apart = |other: usize| (day + 5 - other).rem_euclid(5).min((other + 5 - day).rem_euclid(5));
        (0..5).filter(|other| weekdays.get(*other) == Some(&true)).map(apart).min().unwrap_or(5)
    };
    let free = (0..5).rev().filter(|day| weekdays.get(*day) == Some(&false));
    let chosen = free.max_by_key(|day| away(*day))?;
    if let Some(day) = weekdays.get_mut(chosen) {
        *day = true;
    }
    Some(Every::Weekdays(weekdays))
}

fn delegate(stage: &mut Stage, below: i64, amounts: &Amounts, price: &mut Price) -> Result<u32, Impossible> {
    let coming = if amounts.coming.is_empty() { &amounts.waiting } else { &amounts.coming };
    if coming.is_empty() {
        return Err(Impossible::NoAmounts);
    }
    let share = float(coming.iter().filter(|amount| **amount < below).count()) / float(coming.len());
    let small = || amounts.waiting.iter().filter(|amount| **amount < below);
    let exposed = small().count();
    price.exposed = u64::try_from(exposed).unwrap_or(u64::MAX);
    price.exposed_rupiah = small().fold(0_i64, |sum, amount| sum.saturating_add(*amount));
    price.leave_four_eyes = if amounts.one_person_decides { price.exposed } else { 0 };
    stage.passes = stage.passes.max(share);
    Ok(u32::try_from(exposed).unwrap_or(u32::MAX).min(stage.queue))
}

/// What is wished for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Aim {
    /// What is to be reached.
    pub goal: Goal,
    /// By when.
    pub by: Date,
}

/// What a change does, against the office as it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Effect {
    /// The change.
    pub change: Change,
    /// What it costs.
    pub price: Price,
    /// The odds of the aim as it is.
    pub before: Odds,
    /// The odds of the aim after the change.
    pub after: Odds,
    /// By how much the odds grow, with the interval of paired differences at 95 %.
    pub odds_gained: Option<Mean>,
    /// The working days by which the goal is reached sooner. A run in which it is not reached counts as the end of the time
    /// simulated, so that the gain is rather too small.
    pub days_gained: Option<Mean>,
    /// The working days gained at odds of one half and of 85 %.
    pub days_gained_p50: Option<i64>,
    /// The same at 85 %.
    pub days_gained_p85: Option<i64>,
    /// The working days by which the mean time in the office is shorter.
    pub lead_gained: Option<Mean>,
}

/// The runs of one office under chance that others may meet too.
#[derive(Debug, Clone)]
pub struct Trials {
    runs: Vec<Run>,
    forecast: Forecast,
    last: usize,
}

impl Trials {
    /// Runs a model so many times.
    #[must_use]
    pub fn of(model: &Model, goal: Goal, seed: u64, runs: usize) -> Trials {
        let numbers = 0..u64::try_from(runs).unwrap_or(0);
        let runs: Vec<Run> = numbers.map(|number| run(model, seed, number)).collect();
        let reached = runs.iter().map(|run| goal.reached(run, model)).collect();
        let forecast = Forecast::from_reached(model, goal, seed, reached);
        Trials { runs, forecast, last: model.days.len() }
    }

    /// When the goal is reached.
    #[must_use]
    pub fn forecast(&self) -> &Forecast {
        &self.forecast
    }

    fn day(&self, place: Option<usize>) -> f64 {
        float(place.unwrap_or(self.last))
    }
}

/// The place of a day.
fn place_of(date: Option<Date>, model: &Model) -> Option<i64> {
    let date = date?;
    i64::try_from(model.days.partition_point(|day| day.date < date)).ok()
}

/// What a change does, in so many runs of both offices.
pub fn what_if(
    model: &Model,
    as_is: &Trials,
    change: &Change,
    amounts: &Amounts,
    aim: Aim,
) -> Result<Effect, Impossible> {
    let (after, price) = changed(model, change, amounts)?;
    let to_be = Trials::of(&after, aim.goal, as_is.forecast.seed, as_is.runs.len());
    let pairs = || as_is.forecast.reached.iter().zip(&to_be.forecast.reached);
    let until = model.days.partition_point(|day| day.date <= aim.by);
    let met = |place: &Option<usize>| f64::from(u8::from(place.is_some_and(|place| place < until)));
    let odds: Vec<f64> = pairs().map(|(was, is)| met(is) - met(was)).collect();
    let days: Vec<f64> = pairs().map(|(was, is)| as_is.day(*was) - to_be.day(*is)).collect();
    let leads: Vec<f64> = as_is.runs.iter().zip(&to_be.runs).map(|(was, is)| lead(was) - lead(is)).collect();
    let gained = |was: Option<Date>, is: Option<Date>| Some(place_of(was, model)? - place_of(is, model)?);
    let (was, is) = (&as_is.forecast, &to_be.forecast);
    Ok(Effect {
        change: change.clone(),
        price,
        before: was.by(aim.by),
        after: is.by(aim.by),
        odds_gained: Mean::of(&odds),
        days_gained: Mean::of(&days),
        days_gained_p50: gained(was.p50, is.p50),
        days_gained_p85: gained(was.p85, is.p85),
        lead_gained: Mean::of(&leads),
    })
}

/// The mean time in the office of those who were in it during a run, by Little's law over that time: request-days over
/// requests. What is still there counts with the time it was there.
fn lead(run: &Run) -> f64 {
    let present = float(usize::try_from(run.came).unwrap_or(0)) + f64::from(run.backlog);
    run.item_days / present.max(1.0)
}

/// What each single change gains, the one first that gains most: odds of the aim, then days, then time in the office.
/// Changes that cannot be made are left out.
#[must_use]
pub fn rank(
    model: &Model,
    changes: &[Change],
    amounts: &Amounts,
    aim: Aim,
    seed: u64,
    runs: usize,
) -> Vec<Effect> {
    let as_is = Trials::of(model, aim.goal, seed, runs);
    let mut effects: Vec<Effect> =
        changes.iter().filter_map(|change| what_if(model, &as_is, change, amounts, aim).ok()).collect();
    let sure = |mean: Option<Mean>| {
        mean.map_or(0.0, |mean| if mean.low > 0.0 || mean.high < 0.0 { mean.mean } else { 0.0 })
    };
    effects.sort_by(|one, other| {
        sure(other.odds_gained)
            .total_cmp(&sure(one.odds_gained))
            .then(sure(other.days_gained).total_cmp(&sure(one.days_gained)))
            .then(sure(other.lead_gained).total_cmp(&sure(one.lead_gained)))
    });
    effects
}

/// The single changes that an office may think of first: a session, or a person, more at each stage.
#[must_use]
pub fn single_changes(model: &Model) -> Vec<Change> {
    let of_one = |stage: &Stage| {
        let name = || stage.name.clone();
        match &stage.service {
            Service::Lists { most, .. } => vec![
                Change::Sessions { stage: name(), more: 1 },
                Change::LargerLists { stage: name(), more: most.div_ceil(2).max(1) },
            ],
            Service::Pool { .. } => vec![Change::People { stage: name(), more: 1 }],
        }
    };
    model.stages.iter().flat_map(of_one).collect()
}

/// A stage, what relief there would gain, and the figures that are shown beside it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Candidate {
    /// The stage.
    pub stage: String,
    /// The better of ten per cent more capacity and one more session a week.
    pub effect: Effect,
    /// What comes to it as a share of what it can do; nothing where it can do nothing.
    pub utilisation: Option<f64>,
    /// By how many its queue grows a working day.
    pub drift: f64,
    /// Request-days waited at it in a week of five working days.
    pub item_days_week: f64,
}

/// The stages, the constraint first: the one where ten per cent more capacity or one more session gains most.
#[must_use]
pub fn constraint(model: &Model, aim: Aim, seed: u64, runs: usize) -> Vec<Candidate> {
    let as_is = Trials::of(model, aim.goal, seed, runs);
    let none = Amounts::default();
    let try_one = |change: Change| what_if(model, &as_is, &change, &none, aim).ok();
    let mut found: Vec<Candidate> = Vec::new();
    for (place, stage) in model.stages.iter().enumerate() {
        let name = stage.name.clone();
        let ten = try_one(Change::TenPercent { stage: name.clone() });
        let session = match stage.service {
            Service::Lists { .. } => try_one(Change::Sessions { stage: name.clone(), more: 1 }),
            Service::Pool { .. } => None,
        };
        let Some(effect) = ten.into_iter().chain(session).max_by(compare) else {
            continue;
        };
        let (utilisation, drift, item_days_week) = beside(model, &as_is.runs, place);
        found.push(Candidate { stage: name, effect, utilisation, drift, item_days_week });
    }
    found.sort_by(|one, other| compare(&other.effect, &one.effect));
    found
}

fn compare(one: &Effect, other: &Effect) -> std::cmp::Ordering {
    let mean = |mean: Option<Mean>| mean.map_or(0.0, |mean| mean.mean);
    mean(one.odds_gained)
        .total_cmp(&mean(other.odds_gained))
        .then(mean(one.days_gained).total_cmp(&mean(other.days_gained)))
        .then(mean(one.lead_gained).total_cmp(&mean(other.lead_gained)))
}

/// Utilisation, drift and item-days of a stage, over all runs.
fn beside(model: &Model, runs: &[Run], place: usize) -> (Option<f64>, f64, f64) {
    let Some(stage) = model.stages.get(place) else { return (None, 0.0, 0.0) };
    let days = float(model.days.len().max(1)) * float(runs.len().max(1));
    let served: f64 =
        runs.iter().filter_map(|run| run.waits.get(place)).map(|(_, count)| f64::from(*count)).sum();
    let left: f64 = runs.iter().filter_map(|run| run.left.get(place)).map(|left| f64::from(*left)).sum();
    let waited: f64 = runs.iter().filter_map(|run| run.item_days_at.get(place)).sum();
    let queue = f64::from(stage.queue) * float(runs.len());
    let arrivals = (served + left - queue) / days;
    let room = match &stage.service {
        Service::Pool { people, work, .. } => f64::from(*people) / work.mean().max(f64::MIN_POSITIVE),
        Service::Lists { most, .. } => {
            let held = model.sessions(stage).into_iter().filter(|held| *held).count();
            f64::from(*most) * float(held) / float(model.days.len().max(1))
        }
    };
    let utilisation = (room > 0.0).then(|| arrivals / room);
    (utilisation, (left - queue) / days, waited / days * 5.0)
}

#[cfg(test)]
mod tests;
