//! Working time: the office's calendar, and its hours within a working day.

use jiff::Timestamp;
use jiff::civil::{Date, Time, date};
use salur_core::calendar::Calendar;

use crate::number::seconds;

/// Days are counted from here; what lies before it has no working time.
const EPOCH: Date = date(1970, 1, 1);

/// An office's working time, in seconds and in working days of its own length.
#[derive(Debug, Clone, Copy)]
pub struct OfficeTime<'a> {
    calendar: &'a Calendar,
    opens: f64,
    closes: f64,
}

impl<'a> OfficeTime<'a> {
    /// The office's days, and the hours it is open on each; nothing where it closes before it opens.
    #[must_use]
    pub fn new(calendar: &'a Calendar, opens: Time, closes: Time) -> Option<OfficeTime<'a>> {
        let since_midnight = |time: Time| seconds(time.duration_since(Time::midnight()));
        let (opens, closes) = (since_midnight(opens), since_midnight(closes));
        (opens < closes).then_some(OfficeTime { calendar, opens, closes })
    }

    /// The calendar.
    #[must_use]
    pub fn calendar(&self) -> &'a Calendar {
        self.calendar
    }

    /// The seconds of a working day.
    #[must_use]
    pub fn day(&self) -> f64 {
        self.closes - self.opens
    }

    /// The working seconds from one instant to another; 0 where the other is not later.
    #[must_use]
    pub fn between(&self, from: Timestamp, to: Timestamp) -> f64 {
        (self.until(to) - self.until(from)).max(0.0)
    }

    /// The same in working days.
    #[must_use]
    pub fn days(&self, from: Timestamp, to: Timestamp) -> f64 {
        self.between(from, to) / self.day()
    }

    /// The working seconds since [`EPOCH`].
    pub(crate) fn until(&self, at: Timestamp) -> f64 {
        let day = self.calendar.date_of(at);
        let eve = day.yesterday().unwrap_or(day);
        let whole = f64::from(self.calendar.working_days_between(EPOCH, eve)) * self.day();
        if day <= EPOCH || !self.calendar.is_working_day(day) {
            return whole;
        }
        let since_midnight = seconds(at.duration_since(self.calendar.end_of_day(eve)));
        whole + (since_midnight - self.opens).clamp(0.0, self.day())
    }
}

/// Days by the clock on the wall from one instant to another; 0 where the other is not later.
#[must_use]
pub fn calendar_days(from: Timestamp, to: Timestamp) -> f64 {
    seconds(to.duration_since(from)).max(0.0) / 86_400.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, calendar, office};

    #[test]
    fn working_time_leaves_out_nights_weekends_and_holidays() {
        let calendar = calendar();
        let time = office(&calendar);
        let hours = |from: &str, to: &str| time.between(at(from), at(to)) / 3_600.0;
        assert!((hours("2026-11-24T08:00", "2026-11-24T16:00") - 8.0).abs() < 1e-9);
        assert!((hours("2026-11-24T15:00", "2026-11-25T09:00") - 2.0).abs() < 1e-9);
        assert!((hours("2026-11-27T15:00", "2026-11-30T09:30") - 2.5).abs() < 1e-9, "over a weekend");
        assert!(hours("2026-11-28T00:00", "2026-11-29T23:00").abs() < 1e-9);
        assert!((hours("2026-12-24T12:00", "2026-12-28T12:00") - 12.0).abs() < 1e-9, "over a holiday");
        assert!(hours("2026-11-25T09:00", "2026-11-24T09:00").abs() < 1e-9, "backwards");
        assert!(
            (time.days(at("2026-11-02T00:00"), at("2026-12-01T00:00"))
                - f64::from(calendar.working_days_between(date(2026, 11, 1), date(2026, 11, 30))))
            .abs()
                < 1e-9
        );
    }
}
