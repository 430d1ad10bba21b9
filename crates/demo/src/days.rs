//! The working days the history runs over, and the hours of a day at which things happen.

use std::sync::Arc;

use jiff::civil::{Date, Weekday};
use jiff::{SignedDuration, Timestamp};
use salur_core::calendar::Calendar;

use crate::DemoError;
use crate::dice::Dice;

/// The hour after which a day counts as over.
const EVENING: SignedDuration = SignedDuration::from_hours(16);

/// What happens in a day, in the order in which it happens: a minute of the day to begin with, and how many it spreads
/// over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hour(u16, u16);

impl Hour {
    pub(crate) const FOUND: Hour = Hour(7 * 60 + 30, 1);
    pub(crate) const ENTER: Hour = Hour(8 * 60 + 5, 95);
    pub(crate) const RESUME: Hour = Hour(8 * 60 + 10, 30);
    pub(crate) const STRIKE: Hour = Hour(9 * 60, 20);
    pub(crate) const SP2D: Hour = Hour(9 * 60 + 5, 40);
    pub(crate) const AMEND: Hour = Hour(9 * 60 + 20, 20);
    pub(crate) const SUBMIT: Hour = Hour(9 * 60 + 50, 120);
    pub(crate) const SIGN: Hour = Hour(10 * 60, 60);
    pub(crate) const CORRECT: Hour = Hour(11 * 60 + 10, 30);
    pub(crate) const AGREE: Hour = Hour(13 * 60 + 1, 20);
    pub(crate) const RETURN: Hour = Hour(13 * 60 + 5, 25);
    pub(crate) const VERIFY: Hour = Hour(13 * 60 + 35, 80);
    pub(crate) const ORDER: Hour = Hour(14 * 60 + 10, 30);
    pub(crate) const EXPORT: Hour = Hour(14 * 60 + 45, 20);
    pub(crate) const DRAFT: Hour = Hour(15 * 60, 25);
    pub(crate) const SETTLE: Hour = Hour(15 * 60 + 10, 40);
}

/// The working days of the history, from the first to the last one that is over.
#[derive(Debug, Clone)]
pub(crate) struct Days {
    days: Vec<Date>,
    calendar: Arc<Calendar>,
}

impl Days {
    /// The working days before `as_of` since 1 January, or since 1 January of the year before while the year is young.
    pub(crate) fn until(
        calendar: &Arc<Calendar>,
        as_of: Timestamp,
        early_days: i16,
    ) -> Result<Days, DemoError> {
        let today = calendar.date_of(as_of);
        let since = today.year() - i16::from(today.day_of_year() <= early_days);
        let first = Date::new(since, 1, 1)?;
        let midnight = calendar.end_of_day(today.yesterday()?);
        let is_over = as_of.duration_since(midnight) >= EVENING;
        let last = if is_over { today } else { today.yesterday()? };
        let days: Vec<Date> = std::iter::successors(Some(first), |day| day.tomorrow().ok())
            .take_while(|day| *day <= last)
            .filter(|day| calendar.is_working_day(*day))
            .collect();
        if days.len() < 40 {
            return Err(DemoError::Unfit(format!("there are too few working days before {today}")));
        }
        Ok(Days { days, calendar: Arc::clone(calendar) })
    }

    /// The last day's place.
    pub(crate) fn last(&self) -> usize {
        self.days.len() - 1
    }

    /// The day at a place; the last one beyond it.
    pub(crate) fn date(&self, at: usize) -> Date {
        self.days.get(at).or(self.days.last()).copied().unwrap_or_default()
    }

    /// The year the history starts in.
    pub(crate) fn first_year(&self) -> i16 {
        self.date(0).year()
    }

    /// The places of the working days that fall on one of these weekdays.
    pub(crate) fn on(&self, weekdays: &[Weekday]) -> Vec<usize> {
        (0..self.days.len()).filter(|at| weekdays.contains(&self.date(*at).weekday())).collect()
    }

    /// The instant of something that happens at an hour of a day; the same salt gives the same instant.
    pub(crate) fn at(&self, day: usize, hour: Hour, salt: &[u64]) -> Timestamp {
        let midnight = self.date(day).yesterday().map(|eve| self.calendar.end_of_day(eve));
        let mut dice = Dice::of(u64::from(hour.0), salt);
        let day_salt = u64::try_from(day).unwrap_or_default();
        let mut dice = Dice::of(dice.next(), &[day_salt]);
        let seconds = dice.below(usize::from(hour.1) * 60);
        let since = i64::from(hour.0) * 60 + i64::try_from(seconds).unwrap_or_default();
        midnight
            .unwrap_or(Timestamp::MIN)
            .saturating_add(SignedDuration::from_secs(since))
            .unwrap_or(Timestamp::MAX)
    }
}

/// A weekday of a definition as the calendar's.
pub(crate) fn weekday(of: salur_core::workflow::Weekday) -> Weekday {
    use salur_core::workflow::Weekday as Named;
    match of {
        Named::Mon => Weekday::Monday,
        Named::Tue => Weekday::Tuesday,
        Named::Wed => Weekday::Wednesday,
        Named::Thu => Weekday::Thursday,
        Named::Fri => Weekday::Friday,
    }
}
