//! What is looked at, and what is known of those who serve.

use jiff::Timestamp;
use salur_core::Span;
use salur_core::workflow::{Stage, Station};

use crate::time::OfficeTime;

/// Sessions on a working day, where the definition names one day of the week for them.
const ONE_A_WEEK: f64 = 0.2;

/// The time that is looked at, and what is known of those who serve.
#[derive(Debug, Clone, Copy)]
pub struct Lens<'a> {
    /// The office's working time.
    pub time: OfficeTime<'a>,
    /// From here on.
    pub from: Timestamp,
    /// Until here, which is now or a moment past.
    pub to: Timestamp,
    /// The working days one request takes of somebody's time, where no sessions were noted down.
    pub touch: f64,
    /// How many serve.
    pub servers: u32,
    /// For what is served in lists: the most on one list, and the sessions on a working day.
    pub lists: Option<(u32, f64)>,
    /// The time that is promised, in working days.
    pub target: Option<f64>,
}

impl<'a> Lens<'a> {
    /// What a definition says of a stage, over a time. `servers` is how many hold the role that serves it, where the
    /// definition does not say.
    #[must_use]
    pub fn of(stage: &Stage, servers: u32, time: OfficeTime<'a>, from: Timestamp, to: Timestamp) -> Lens<'a> {
        let station = stage.served_by.as_ref();
        let declared = station.and_then(|station| station.people);
        Lens {
            time,
            from,
            to,
            touch: station.and_then(|station| station.touch).map_or(0.0, |touch| days(touch, &time)),
            servers: declared.unwrap_or(servers).max(1),
            lists: station.and_then(lists),
            target: stage.sla.as_ref().map(|sla| f64::from(sla.target.0)),
        }
    }
}

/// Without a day or a size there is nothing to reckon with.
fn lists(station: &Station) -> Option<(u32, f64)> {
    station.batch?;
    station.every?;
    Some((station.max?, ONE_A_WEEK))
}

/// A length of time in working days.
fn days(span: Span, time: &OfficeTime<'_>) -> f64 {
    match span {
        Span::Minutes(minutes) => f64::from(minutes) * 60.0 / time.day(),
        Span::WorkingHours(hours) => f64::from(hours) * 3_600.0 / time.day(),
        Span::WorkingDays(days) => f64::from(days),
    }
}
