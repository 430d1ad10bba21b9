//! The office as queues: a simulation from today's queues, day by day within the office's calendar.
//!
//! Time is counted in working days from the first one simulated; nights, weekends and holidays are no time at all. A
//! request passes the stages in the order of the way. At each it waits for a free server (*pool*) or for the next
//! session (*lists*), first come first served, and leaves forward, back, or for good. What is sent back comes to its
//! stage on the next working day. Requests on somebody's desk today are taken to begin anew.

mod odds;
mod run;

use jiff::civil::Date;
use salur_core::calendar::Calendar;
use serde::Serialize;

pub use odds::{Forecast, Goal, Shortfall, shortfalls};
pub use run::{Run, run};

/// The most days that are simulated.
pub const DAYS_MAX: usize = 2_600;

/// A working day of the time simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Day {
    /// The day.
    pub date: Date,
    /// Counts weeks from 0.
    pub week: u32,
    /// Monday is 0, Friday 4.
    pub weekday: u8,
}

/// The working days after `from` up to and including `to`.
#[must_use]
pub fn days(calendar: &Calendar, from: Date, to: Date) -> Vec<Day> {
    let mut days = Vec::new();
    let (mut week, mut date) = (0, from);
    while days.len() < DAYS_MAX {
        let next = calendar.add_working_days(date, 1);
        if next <= date || next > to {
            break;
        }
        let weekday = u8::try_from(next.weekday().to_monday_zero_offset()).unwrap_or(0);
        let gone = next.duration_since(date).as_hours() / 24;
        let last = days.last().map_or(weekday, |day: &Day| day.weekday);
        week += u32::from(weekday < last || gone >= 7);
        days.push(Day { date: next, week, weekday });
        date = next;
    }
    days
}

/// How long one piece of work takes, in working days.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub enum Work {
    /// Always as long.
    Fixed(f64),
    /// Without memory, this long on average.
    Exponential(f64),
    /// This long on average, with a long tail: `cv` is the standard deviation over the mean.
    LogNormal {
        /// The mean.
        mean: f64,
        /// The coefficient of variation.
        cv: f64,
    },
}

impl Work {
    /// How long it takes on average.
    #[must_use]
    pub fn mean(self) -> f64 {
        match self {
            Work::Fixed(mean) | Work::Exponential(mean) | Work::LogNormal { mean, .. } => mean,
        }
    }

    /// The same work taking so many times as long.
    #[must_use]
    pub fn times(self, factor: f64) -> Work {
        match self {
            Work::Fixed(mean) => Work::Fixed(mean * factor),
            Work::Exponential(mean) => Work::Exponential(mean * factor),
            Work::LogNormal { mean, cv } => Work::LogNormal { mean: mean * factor, cv },
        }
    }
}

/// When lists are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Every {
    /// On these weekdays (Monday is 0), and on the next working day where one is off.
    Weekdays([bool; 5]),
    /// Every so many working days.
    Days(u32),
}

/// Who serves a stage.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Service {
    /// Persons who take one request after the other.
    Pool {
        /// How many.
        people: u32,
        /// How many of them are away on which days (by place, from 0): first, last, how many.
        away: Vec<(usize, usize, u32)>,
        /// What one request takes.
        work: Work,
    },
    /// Sessions in which a whole list is done at once.
    Lists {
        /// When.
        every: Every,
        /// Days without a session, though it would be one (by place, from 0): first, last.
        away: Vec<(usize, usize)>,
        /// The most on one list.
        most: u32,
        /// Fewer than this are left for the next session.
        least: u32,
        /// When in the day, as a share of it.
        at: f64,
        /// Working days a session takes before its first request.
        setup: f64,
        /// Working days each request adds.
        each: f64,
    },
}

/// Where requests go from a stage.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Ends {
    /// The share that goes on.
    pub forward: f64,
    /// The share that goes back; what is left is closed.
    pub back: f64,
    /// The place of the stage it goes back to.
    pub back_to: usize,
}

impl Ends {
    /// All go on.
    pub const ALL: Ends = Ends { forward: 1.0, back: 0.0, back_to: 0 };
}

/// A stage.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// Who serves it.
    pub service: Service,
    /// Where requests go on their first visit.
    pub ends: Ends,
    /// Where they go on later ones.
    pub ends_again: Ends,
    /// The share that passes it without waiting: what a lower authority decides.
    pub passes: f64,
    /// The last day (by place) on which it is served: the year's cut-off.
    pub until: Option<usize>,
    /// The requests that wait here today.
    pub queue: u32,
}

/// What comes in.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Arrivals {
    /// Nothing.
    None,
    /// So many a working day on average, each by itself.
    Poisson(f64),
    /// Weeks as they were, by weekday: each week to come is one of them (block bootstrap), so that lumps and weekdays
    /// stay as they are. A day off loses its share.
    Weeks(Vec<[u32; 5]>),
}

/// The office.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Model {
    /// The days simulated.
    pub days: Vec<Day>,
    /// The stages, in the order of the way.
    pub stages: Vec<Stage>,
    /// What comes in at the first stage.
    pub arrivals: Arrivals,
}

impl Model {
    /// The days (by place) on which a stage has a session.
    #[must_use]
    pub fn sessions(&self, stage: &Stage) -> Vec<bool> {
        let Service::Lists { every, away, .. } = &stage.service else {
            return vec![false; self.days.len()];
        };
        let mut held = Vec::with_capacity(self.days.len());
        let mut owed = false;
        let mut last: Option<Day> = None;
        for (place, day) in self.days.iter().enumerate() {
            let due = match every {
                Every::Days(days) => (place + 1).is_multiple_of(usize::try_from(*days).unwrap_or(1).max(1)),
                Every::Weekdays(weekdays) => {
                    owed |= skipped(last, *day).any(|weekday| weekdays.get(weekday) == Some(&true));
                    weekdays.get(usize::from(day.weekday)) == Some(&true) || owed
                }
            };
            last = Some(*day);
            let closed = away.iter().any(|(first, last)| (*first..=*last).contains(&place))
                || stage.until.is_some_and(|until| place > until);
            held.push(due && !closed);
            owed = false;
        }
        held
    }

    /// Everything that waits today.
    #[must_use]
    pub fn backlog(&self) -> u32 {
        self.stages.iter().map(|stage| stage.queue).fold(0, u32::saturating_add)
    }
}

/// The weekdays between two working days on which the office was closed.
fn skipped(last: Option<Day>, day: Day) -> impl Iterator<Item = usize> {
    let from = last.map_or(day.weekday, |last| if last.week == day.week { last.weekday + 1 } else { 0 });
    // Days off at the end of the week before belong to that week: a session of theirs is held on the next working day.
    let tail = last.filter(|last| last.week != day.week).map_or(5, |last| last.weekday + 1);
    (usize::from(tail)..5).chain(usize::from(from)..usize::from(day.weekday))
}

#[cfg(test)]
mod tests;
