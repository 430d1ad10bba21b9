//! When so many will be done, out of past weeks alone: whole weeks are drawn from those that were, so that the lumps of
//! decrees and the pattern of a week stay as they are. Blind to changes of the office: for those there is the simulation.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::Serialize;

use crate::log::EventLog;
use crate::number::{float, floor, percentile, sorted};
use crate::odds::Odds;
use crate::random::{one_of, stream};

/// Fewer exits than this say nothing: a rule of thumb.
pub const EXITS_MIN: u32 = 30;
/// Fewer weeks than this say nothing: a rule of thumb.
pub const WEEKS_MIN: usize = 8;
/// The weeks that are looked back on, at most: what is older tells of another office.
pub const WEEKS_BACK: usize = 26;
/// How many draws, unless said otherwise.
pub const DRAWS: usize = 10_000;
/// No forecast goes further than this.
const WEEKS_AHEAD: u32 = 520;

/// A past week: what was done in it, and its working days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Week {
    /// What was done.
    pub done: u32,
    /// Its working days.
    pub days: u32,
}

/// Why there is no forecast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TooLittle {
    /// Too few weeks.
    #[error("{found} weeks are too few to forecast from; {WEEKS_MIN} are needed")]
    Weeks {
        /// Weeks there are.
        found: usize,
    },
    /// Too few exits.
    #[error("{found} exits in these weeks are too few to forecast from; {EXITS_MIN} are needed")]
    Exits {
        /// Exits there are.
        found: u32,
    },
}

/// When so many will be done.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outlook {
    /// How many are to be done.
    pub count: u32,
    /// The seed of the draws.
    pub seed: u64,
    /// How many draws.
    pub draws: usize,
    /// The weeks that were drawn from.
    pub weeks: usize,
    /// With odds of one half, within this many weeks to come.
    pub p50_weeks: f64,
    /// With odds of 85 %.
    pub p85_weeks: f64,
    /// With odds of 95 %.
    pub p95_weeks: f64,
    #[serde(skip)]
    drawn: Vec<f64>,
}

impl Outlook {
    /// Draws weeks until so many are done. `ahead` is the working days of each week to come; weeks beyond it have five.
    pub fn of(
        past: &[Week],
        ahead: &[u32],
        count: u32,
        seed: u64,
        draws: usize,
    ) -> Result<Outlook, TooLittle> {
        let past = past.get(past.len().saturating_sub(WEEKS_BACK)..).unwrap_or(past);
        if past.len() < WEEKS_MIN {
            return Err(TooLittle::Weeks { found: past.len() });
        }
        let exits = past.iter().map(|week| week.done).sum();
        if exits < EXITS_MIN {
            return Err(TooLittle::Exits { found: exits });
        }
        let mut random = stream(seed, 0, 0);
        let drawn = (0..draws).map(|_| until(past, ahead, count, &mut random)).collect();
        let drawn = sorted(drawn);
        let at = |q| percentile(&drawn, q).unwrap_or(f64::from(WEEKS_AHEAD));
        Ok(Outlook {
            count,
            seed,
            draws,
            weeks: past.len(),
            p50_weeks: at(0.5),
            p85_weeks: at(0.85),
            p95_weeks: at(0.95),
            drawn,
        })
    }

    /// The odds that all are done within so many weeks.
    #[must_use]
    pub fn within(&self, weeks: f64) -> Odds {
        Odds::of(self.hits(weeks), self.drawn.len())
    }

    /// In how many draws all are done within so many weeks.
    fn hits(&self, weeks: f64) -> usize {
        self.drawn.partition_point(|drawn| *drawn <= weeks)
    }
}

/// The weeks until so many are done, by one draw. Within the last week work is spread evenly.
fn until(past: &[Week], ahead: &[u32], count: u32, random: &mut rand_chacha::ChaCha8Rng) -> f64 {
    let mut left = f64::from(count);
    for week in 0..WEEKS_AHEAD {
        let Some(drawn) = one_of(random, past) else { break };
        let days = usize::try_from(week).ok().and_then(|week| ahead.get(week)).copied().unwrap_or(5);
        let done = f64::from(drawn.done) * f64::from(days) / f64::from(drawn.days.max(1));
        if done >= left {
            return f64::from(week) + if done > 0.0 { left / done } else { 0.0 };
        }
        left -= done;
    }
    f64::from(WEEKS_AHEAD)
}

/// The exits of a log by week (from Monday, in UTC), from the first whole week to the last before `until`. A case is done
/// with its last event. Weeks without exits are weeks too.
#[must_use]
pub fn weeks_of(log: &EventLog, until: Timestamp) -> Vec<Week> {
    let monday = |at: Timestamp| {
        let date = at.to_zoned_datetime(TimeZone::UTC).date();
        date.checked_sub(i64::from(date.weekday().to_monday_zero_offset()).days()).unwrap_or(date)
    };
    let ends: Vec<Date> = log
        .traces()
        .filter_map(|trace| trace.last())
        .filter(|last| last.at < until)
        .map(|last| monday(last.at))
        .collect();
    let (Some(first), last) = (ends.iter().min().copied(), monday(until)) else { return Vec::new() };
    let place = |week: Date| usize::try_from(week.duration_since(first).as_hours() / 168).unwrap_or(0);
    let mut weeks = vec![Week { done: 0, days: 5 }; place(last)];
    for end in ends {
        if let Some(week) = weeks.get_mut(place(end)) {
            week.done += 1;
        }
    }
    weeks
}

/// One forecast of the past, and what came.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Trial {
    /// When it was given.
    pub at: Timestamp,
    /// How many were to be done.
    pub count: u32,
    /// Within how many weeks, at 85 %.
    pub promised: f64,
    /// Within how many they were.
    pub took: f64,
}

/// How forecasts given at 85 % would have done.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BackTest {
    /// Each forecast.
    pub trials: Vec<Trial>,
    /// How often the promise held.
    pub held: Odds,
    /// The mean square of odds given against what came, over whole weeks to come: 0 is a clairvoyant, 0.25 a coin.
    pub brier: f64,
}

/// Gives a forecast at the beginning of each fourth week of a log, from what was known then, for as many as were done in
/// the four weeks before, and looks at what came. Nothing is tuned: weeks back, draws and odds are those of every
/// forecast. Forecasts whose end the log does not tell are left out.
#[must_use]
pub fn back_test(log: &EventLog, seed: u64) -> BackTest {
    let end = log.events.iter().map(|event| event.at).max().unwrap_or(Timestamp::MIN);
    let all = weeks_of(log, end);
    let mut ends: Vec<Timestamp> = log.traces().filter_map(|trace| Some(trace.last()?.at)).collect();
    ends.sort_unstable();
    let monday = ends.first().map(|first| {
        let date = first.to_zoned_datetime(TimeZone::UTC).date();
        date.checked_sub(i64::from(date.weekday().to_monday_zero_offset()).days()).unwrap_or(date)
    });
    let (mut trials, mut squares) = (Vec::new(), Vec::new());
    for week in (WEEKS_MIN..all.len()).step_by(4) {
        let past = all.get(..week).unwrap_or_default();
        let count: u32 = past.iter().rev().take(4).map(|week| week.done).sum();
        let Ok(outlook) = Outlook::of(past, &[], count, seed, 2_000) else { continue };
        let start = monday.and_then(|monday| monday.checked_add(i64::try_from(week).ok()?.weeks()).ok());
        let Some(start) = start.and_then(|start| TimeZone::UTC.to_timestamp(start.at(0, 0, 0, 0)).ok())
        else {
            continue;
        };
        let before = ends.partition_point(|end| *end < start);
        let reached =
            usize::try_from(count).ok().and_then(|count| ends.get((before + count).checked_sub(1)?));
        let Some(reached) = reached.filter(|_| count > 0) else { continue };
        let took = crate::time::calendar_days(start, *reached) / 7.0;
        trials.push(Trial { at: start, count, promised: outlook.p85_weeks, took });
        squares.extend((1..=8).map(|weeks| {
            let came = if took <= f64::from(weeks) { 1.0 } else { 0.0 };
            (float(outlook.hits(f64::from(weeks))) / float(outlook.draws) - came).powi(2)
        }));
    }
    let hits = trials.iter().filter(|trial| trial.took <= trial.promised).count();
    BackTest {
        held: Odds::of(hits, trials.len()),
        brier: crate::number::sum(&squares) / float(squares.len().max(1)),
        trials,
    }
}

/// The day on which so many weeks from a day are over.
#[must_use]
pub fn date_after(from: Date, weeks: f64) -> Option<Date> {
    let days = i64::try_from(floor((weeks.max(0.0) * 7.0).ceil())).ok()?;
    from.checked_add(days.days()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn week(done: u32) -> Week {
        Week { done, days: 5 }
    }

    #[test]
    fn equal_weeks_leave_nothing_to_chance() {
        let past = [week(10); 12];
        let outlook = Outlook::of(&past, &[], 35, 1, 500).unwrap();
        assert!((outlook.p50_weeks - 3.5).abs() < 1e-9 && (outlook.p95_weeks - 3.5).abs() < 1e-9);
        assert_eq!((outlook.within(3.4).hits, outlook.within(3.5).hits), (0, 500));
        // Two days off in the first week to come.
        let outlook = Outlook::of(&past, &[3], 35, 1, 500).unwrap();
        assert!((outlook.p50_weeks - 3.9).abs() < 1e-9);
    }

    #[test]
    fn too_little_is_said_and_not_guessed() {
        assert_eq!(Outlook::of(&[week(50); 7], &[], 10, 1, 100).err(), Some(TooLittle::Weeks { found: 7 }));
        assert_eq!(Outlook::of(&[week(2); 10], &[], 10, 1, 100).err(), Some(TooLittle::Exits { found: 20 }));
    }

    /// One decree every fourth week: a forecast from whole weeks sees the lumps, a mean would not.
    #[test]
    fn lumps_stay_lumps() {
        let past: Vec<Week> = (0..24).map(|place| week(if place % 4 == 0 { 40 } else { 0 })).collect();
        let outlook = Outlook::of(&past, &[], 40, 5, 10_000).unwrap();
        assert!(outlook.p50_weeks > 2.0 && outlook.p85_weeks > 6.0, "{outlook:?}");
        let expected = 1.0 - 0.75_f64.powi(4);
        let odds = outlook.within(4.0);
        assert!(odds.low - 0.01 < expected && expected < odds.high + 0.01, "{odds:?} {expected}");
    }
}
