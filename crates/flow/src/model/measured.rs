//! What stage visits tell of a stage: work, and ways out.

use jiff::Timestamp;
use jiff::civil::Date;
use salur_core::StageName;
use serde::Serialize;

use crate::number::{float, mean, sum};
use crate::time::OfficeTime;
use crate::visit::{OutcomeKind, Visit};

/// Decisions, and how many of them sent on or back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Decisions {
    /// All of them.
    pub decided: usize,
    /// On.
    pub forward: usize,
    /// Back.
    pub back: usize,
}

impl Decisions {
    /// So many of them as a share.
    #[must_use]
    pub fn share(&self, some: usize) -> f64 {
        float(some) / float(self.decided.max(1))
    }
}

/// What was measured at a stage.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Measured {
    /// Visits whose work was noted down.
    pub touched: usize,
    /// The working days that one takes on average.
    pub touch_mean: f64,
    /// Their standard deviation over the mean.
    pub touch_cv: f64,
    /// Decisions on first visits.
    pub first: Decisions,
    /// Decisions on later ones.
    pub again: Decisions,
}

impl Measured {
    /// What the visits of one stage tell that ended before `now`.
    #[must_use]
    pub fn of(visits: &[&Visit], time: &OfficeTime<'_>, now: Timestamp) -> Measured {
        let ended = || visits.iter().filter(|visit| visit.exit.is_some_and(|exit| exit < now));
        let work = |visit: &Visit| -> f64 {
            let whole = visit.touched.iter().filter_map(|period| Some(time.days(period.from, period.to?)));
            whole.sum()
        };
        let touches: Vec<f64> = ended().map(|visit| work(visit)).filter(|days| *days > 0.0).collect();
        let touch_mean = mean(&touches).unwrap_or(0.0);
        let squares: Vec<f64> = touches.iter().map(|touch| (touch - touch_mean).powi(2)).collect();
        let deviation = (sum(&squares) / float(touches.len().max(2) - 1)).sqrt();
        let mut measured = Measured {
            touched: touches.len(),
            touch_mean,
            touch_cv: if touch_mean > 0.0 { deviation / touch_mean } else { 0.0 },
            ..Measured::default()
        };
        for visit in ended() {
            let Some(outcome) = &visit.outcome else { continue };
            let counts = if visit.number <= 1 { &mut measured.first } else { &mut measured.again };
            match outcome.kind {
                OutcomeKind::Forward => counts.forward += 1,
                OutcomeKind::Returned => counts.back += 1,
                OutcomeKind::Closed => {}
                // A repair or a new version is no decision.
                OutcomeKind::Moved => continue,
            }
            counts.decided += 1;
        }
        measured
    }
}

/// New requests by week and weekday, from the first whole week of `visits` to the last before `until`, no more than the
/// last 26. What comes in on a day off counts on the Friday before it.
#[must_use]
pub fn arrival_weeks(
    visits: &[&Visit],
    start: &StageName,
    time: &OfficeTime<'_>,
    until: Date,
) -> Vec<[u32; 5]> {
    let monday = |date: Date| {
        let back = i64::from(date.weekday().to_monday_zero_offset());
        date.checked_sub(jiff::Span::new().days(back)).unwrap_or(date)
    };
    let new = visits.iter().filter(|visit| visit.number <= 1 && visit.stage == *start);
    let dates: Vec<Date> = new.map(|visit| time.calendar().date_of(visit.enabled)).collect();
    let Some(first) = dates.iter().min().map(|first| monday(*first)) else { return Vec::new() };
    let week = |date: Date| usize::try_from(monday(date).duration_since(first).as_hours() / 168).unwrap_or(0);
    let mut weeks = vec![[0; 5]; week(until)];
    for date in dates {
        let day = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0).min(4);
        if let Some(count) = weeks.get_mut(week(date)).and_then(|week| week.get_mut(day)) {
            *count += 1;
        }
    }
    // The first week may have begun before the visits did.
    let whole = weeks.len().saturating_sub(1).min(crate::forecast::WEEKS_BACK);
    weeks.split_off(weeks.len() - whole)
}
