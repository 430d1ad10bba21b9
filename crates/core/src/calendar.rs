//! Working days of an office: which days count, and where a local day ends. Built from data, because the joint
//! decree on holidays is revised in the middle of the year; never from a list in the code.

use std::ops::RangeInclusive;

use jiff::Timestamp;
use jiff::civil::{Date, Weekday, date};
use jiff::tz::{Offset, TimeZone};
use serde::{Deserialize, Serialize};

/// A day off, as one row of the holiday table: its serde names are the columns of that file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holiday {
    /// The day.
    #[serde(rename = "tanggal")]
    pub date: Date,
    /// What sort of day off it is; both sorts count alike.
    #[serde(rename = "jenis")]
    pub kind: HolidayKind,
    /// Its Indonesian name.
    #[serde(rename = "nama_id")]
    pub name_id: String,
    /// Its English name.
    #[serde(rename = "nama_en")]
    pub name_en: String,
    /// Whether the date is decreed or only expected.
    #[serde(rename = "pasti")]
    pub certainty: Certainty,
}

/// The two sorts of day off in the joint decree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HolidayKind {
    /// A public holiday.
    LiburNasional,
    /// A day of collective leave that the joint decree adds.
    CutiBersama,
}

/// Whether a date is decreed or only expected (the Islamic dates of a coming year).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Certainty {
    /// Decreed.
    #[serde(rename = "ya")]
    Certain,
    /// Expected: it may still move by a day.
    #[serde(rename = "perkiraan")]
    Estimated,
}

/// Why a calendar could not be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// The zone is no IANA name.
    #[error("unknown time zone {zone:?}; write an IANA name, as Asia/Makassar")]
    UnknownZone {
        /// The name that was given.
        zone: String,
    },
    /// The years are reversed, out of range, or too many to count day by day.
    #[error("the calendar cannot span {first} to {last}; give 1 to {YEARS_MAX} years, the earlier first")]
    BadHorizon {
        /// The first year that was given.
        first: i16,
        /// The last year that was given.
        last: i16,
    },
    /// A holiday lies in a year the calendar does not cover.
    #[error("the holiday {date} lies outside the years {first} to {last}; widen the years or drop the row")]
    OutsideHorizon {
        /// The day of the holiday.
        date: Date,
        /// The first year covered.
        first: i16,
        /// The last year covered.
        last: i16,
    },
}

/// The most years one calendar covers.
pub const YEARS_MAX: i16 = 100;

/// The working days of one office, counted once so that each question is a look-up.
///
/// Within the years it covers, weekends and holidays are off. Beyond them only weekends are known, so a count
/// there is a lower bound on the true wait: ask [`Calendar::covers`] before promising a date.
#[derive(Debug, Clone)]
pub struct Calendar {
    zone: TimeZone,
    fixed_offset: Option<Offset>,
    holidays: Vec<Holiday>,
    first: Date,
    last: Date,
    /// Where each covered year starts in `counts`.
    year_starts: Vec<usize>,
    /// For each covered day, the working days from the first covered day up to and including it.
    counts: Vec<u32>,
    /// The covered working days, in order.
    working: Vec<Date>,
}

impl Calendar {
    /// The office's time zone.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// A calendar for the years `horizon`, all of whose holidays are in `holidays`.
    pub fn new(
        zone: &str,
        holidays: impl IntoIterator<Item = Holiday>,
        horizon: RangeInclusive<i16>,
    ) -> Result<Calendar, CalendarError> {
        let zone = TimeZone::get(zone).map_err(|_| CalendarError::UnknownZone { zone: zone.to_owned() })?;
        let (first_year, last_year) = (*horizon.start(), *horizon.end());
        let bad_horizon = CalendarError::BadHorizon { first: first_year, last: last_year };
        if !(0..YEARS_MAX).contains(&last_year.saturating_sub(first_year)) {
            return Err(bad_horizon);
        }
        let (Ok(first), Ok(last)) = (Date::new(first_year, 1, 1), Date::new(last_year, 12, 31)) else {
            return Err(bad_horizon);
        };
        let mut holidays: Vec<Holiday> = holidays.into_iter().collect();
        holidays.sort_by_key(|holiday| holiday.date);
        if let Some(stray) = holidays.iter().find(|holiday| !(first..=last).contains(&holiday.date)) {
            return Err(CalendarError::OutsideHorizon {
                date: stray.date,
                first: first_year,
                last: last_year,
            });
        }
        let mut calendar = Calendar {
            fixed_offset: zone.to_fixed_offset().ok(),
            zone,
            holidays,
            first,
            last,
            year_starts: Vec::new(),
            counts: Vec::new(),
            working: Vec::new(),
        };
        calendar.count();
        Ok(calendar)
    }

    /// A calendar that knows no holidays, for what asks no day of it.
    pub(crate) fn utc() -> Calendar {
        Calendar {
            zone: TimeZone::UTC,
            fixed_offset: Some(Offset::UTC),
            holidays: Vec::new(),
            first: Date::constant(1970, 1, 1),
            last: Date::constant(1969, 12, 31),
            year_starts: Vec::new(),
            counts: Vec::new(),
            working: Vec::new(),
        }
    }

    /// The local day an instant falls on.
    #[must_use]
    pub fn date_of(&self, at: Timestamp) -> Date {
        let offset = self.fixed_offset.unwrap_or_else(|| self.zone.to_offset(at));
        offset.to_datetime(at).date()
    }

    /// True if the office works on that day.
    #[must_use]
    pub fn is_working_day(&self, date: Date) -> bool {
        !is_weekend(date) && self.holiday(date).is_none()
    }

    /// The `n`th working day after `from`; for 0 the day itself, working or not.
    #[must_use]
    pub fn add_working_days(&self, from: Date, n: u32) -> Date {
        if n == 0 {
            return from;
        }
        let rank = self.rank(from).saturating_add(i64::from(n));
        match usize::try_from(rank.saturating_sub(1)) {
            Err(_) => weekday_at(rank.saturating_add(weekdays_until(self.first_eve()))),
            Ok(place) => self.working.get(place).copied().unwrap_or_else(|| {
                weekday_at(rank.saturating_sub(self.total()).saturating_add(weekdays_until(self.last)))
            }),
        }
    }

    /// The working days after `from` up to and including `to`; 0 if `to` is not later.
    #[must_use]
    pub fn working_days_between(&self, from: Date, to: Date) -> u32 {
        u32::try_from(self.rank(to).saturating_sub(self.rank(from))).unwrap_or(0)
    }

    /// The instant at which that local day ends: the first one that no longer belongs to it.
    #[must_use]
    pub fn end_of_day(&self, date: Date) -> Timestamp {
        let Ok(next) = date.tomorrow() else {
            return Timestamp::MAX;
        };
        let midnight = next.at(0, 0, 0, 0);
        match self.fixed_offset {
            Some(offset) => offset.to_timestamp(midnight),
            None => self.zone.to_ambiguous_timestamp(midnight).compatible(),
        }
        .unwrap_or(Timestamp::MAX)
    }

    /// True if the holidays of that day's year are known.
    #[must_use]
    pub fn covers(&self, date: Date) -> bool {
        (self.first..=self.last).contains(&date)
    }

    /// The holiday on that day, to name it to somebody who waits.
    #[must_use]
    pub fn holiday(&self, date: Date) -> Option<&Holiday> {
        let place = self.holidays.binary_search_by_key(&date, |holiday| holiday.date).ok()?;
        self.holidays.get(place)
    }

    /// The days off, in order.
    #[must_use]
    pub fn holidays(&self) -> &[Holiday] {
        &self.holidays
    }

    /// Fills the tables; runs once.
    fn count(&mut self) {
        let mut working_days = 0_u32;
        let mut day = self.first;
        while day <= self.last {
            if day.day_of_year() == 1 {
                self.year_starts.push(self.counts.len());
            }
            if self.is_working_day(day) {
                working_days = working_days.saturating_add(1);
                self.working.push(day);
            }
            self.counts.push(working_days);
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
    }

    /// The working days from the first covered day up to and including `date`; negative before it.
    fn rank(&self, date: Date) -> i64 {
        if let Some(count) = self.counted(date) {
            return i64::from(count);
        }
        let (known, edge) = if date < self.first { (0, self.first_eve()) } else { (self.total(), self.last) };
        weekdays_until(date).saturating_sub(weekdays_until(edge)).saturating_add(known)
    }

    /// What the table holds for a covered day.
    fn counted(&self, date: Date) -> Option<u32> {
        let year = usize::try_from(date.year().checked_sub(self.first.year())?).ok()?;
        let day = usize::try_from(date.day_of_year().checked_sub(1)?).ok()?;
        let place = self.year_starts.get(year)?.checked_add(day)?;
        self.counts.get(place).copied()
    }

    /// The working days of the covered years.
    fn total(&self) -> i64 {
        i64::from(self.counts.last().copied().unwrap_or(0))
    }

    fn first_eve(&self) -> Date {
        self.first.yesterday().unwrap_or(Date::MIN)
    }
}

/// A Monday: days and weekdays beyond the table are counted from it.
const MONDAY: Date = date(1970, 1, 5);

fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// The weekdays after the Sunday before [`MONDAY`], up to and including `date`; negative before it.
fn weekdays_until(date: Date) -> i64 {
    let days = date.duration_since(MONDAY).as_secs().div_euclid(86_400);
    let of_this_week = days.rem_euclid(7).saturating_add(1).min(5);
    days.div_euclid(7).saturating_mul(5).saturating_add(of_this_week)
}

/// The weekday that [`weekdays_until`] counts as number `count`, or the last day there is.
fn weekday_at(count: i64) -> Date {
    let index = count.saturating_sub(1);
    let days = index.div_euclid(5).saturating_mul(7).saturating_add(index.rem_euclid(5));
    let span = jiff::Span::new().try_days(days);
    span.and_then(|span| MONDAY.checked_add(span)).unwrap_or(Date::MAX)
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use proptest::prelude::*;

    use super::*;

    fn holidays() -> Vec<Holiday> {
        include_str!("../../../data/holidays/id_libur_2024_2027.csv")
            .lines()
            .skip(1)
            .map(|line| {
                let cells: Vec<&str> = line.split(',').collect();
                let row = serde_json::json!({
                    "tanggal": cells[0], "jenis": cells[1], "nama_id": cells[2], "nama_en": cells[3],
                    "pasti": cells[4],
                });
                serde_json::from_value(row).unwrap()
            })
            .collect()
    }

    fn calendar() -> Calendar {
        Calendar::new("Asia/Makassar", holidays(), 2024..=2027).unwrap()
    }

    #[test]
    fn march_2026_holds_four_working_days_around_idul_fitri() {
        let calendar = calendar();
        let working: Vec<i8> = (13..=25).filter(|day| calendar.is_working_day(date(2026, 3, *day))).collect();
        assert_eq!(working, [13, 16, 17, 25]);
        assert_eq!(calendar.working_days_between(date(2026, 3, 12), date(2026, 3, 25)), 4);
        assert_eq!(calendar.add_working_days(date(2026, 3, 13), 3), date(2026, 3, 25));
        assert_eq!(calendar.add_working_days(date(2026, 3, 21), 0), date(2026, 3, 21));
        assert_eq!(calendar.add_working_days(date(2026, 3, 21), 1), date(2026, 3, 25));
        assert_eq!(calendar.working_days_between(date(2026, 3, 25), date(2026, 3, 13)), 0);
        let nyepi = calendar.holiday(date(2026, 3, 19)).unwrap();
        assert_eq!((nyepi.kind, nyepi.certainty), (HolidayKind::LiburNasional, Certainty::Certain));
    }

    #[test]
    fn a_day_in_makassar_ends_at_sixteen_hours_utc() {
        let calendar = calendar();
        let end: Timestamp = "2026-11-24T16:00:00Z".parse().unwrap();
        assert_eq!(calendar.end_of_day(date(2026, 11, 24)), end);
        assert_eq!(calendar.date_of(end), date(2026, 11, 25));
        assert_eq!(calendar.date_of(end - 1.nanosecond()), date(2026, 11, 24));
        assert_eq!(calendar.end_of_day(Date::MAX), Timestamp::MAX);
    }

    #[test]
    fn beyond_the_horizon_only_weekends_are_off() {
        let calendar = calendar();
        assert!(calendar.covers(date(2024, 1, 1)) && calendar.covers(date(2027, 12, 31)));
        assert!(!calendar.covers(date(2023, 12, 31)) && !calendar.covers(date(2028, 1, 1)));
        assert!(calendar.is_working_day(date(2030, 1, 1)));
        assert_eq!(calendar.add_working_days(date(2030, 1, 4), 1), date(2030, 1, 7));
        assert_eq!(calendar.add_working_days(date(2026, 1, 1), u32::MAX), Date::MAX);
    }

    #[test]
    fn what_cannot_be_counted_is_refused() {
        let built = Calendar::new("Asia/Samarinda", [], 2024..=2027);
        assert!(matches!(built, Err(CalendarError::UnknownZone { .. })));
        for (first, last) in [(2027, 2024), (2000, 2100), (i16::MIN, i16::MAX), (9999, 10_000)] {
            let built = Calendar::new("Asia/Makassar", [], first..=last);
            assert_eq!(built.err(), Some(CalendarError::BadHorizon { first, last }));
        }
        let built = Calendar::new("Asia/Makassar", holidays(), 2024..=2026);
        assert!(matches!(built, Err(CalendarError::OutsideHorizon { .. })));
    }

    proptest! {
        /// The tables against counting day by day, within the horizon and across both of its edges.
        #[test]
        fn the_tables_agree_with_counting(offset in -400_i32..1_900, n in 0_u32..300) {
            let calendar = calendar();
            let from = date(2024, 1, 1).checked_add(offset.days()).unwrap();
            let (mut day, mut left) = (from, n);
            while left > 0 {
                day = day.tomorrow().unwrap();
                left = left.saturating_sub(u32::from(calendar.is_working_day(day)));
            }
            prop_assert_eq!(calendar.add_working_days(from, n), day);
            prop_assert_eq!(calendar.working_days_between(from, day), n);
        }
    }
}
