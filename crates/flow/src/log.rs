//! Event logs of other systems: XES and CSV in, one compact list of events out.
//!
//! A log is read in one pass and kept as numbers: names of cases, activities and resources once each, an event as
//! three places and an instant. So a file of hundreds of megabytes takes tens. Nothing else of the file is kept.

mod fault;
mod instant;
mod names;
mod source;
mod table;
mod xes;

use std::io::BufRead;

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub use fault::{LogError, LogErrorCode, Place};
pub use names::Names;

/// The most events of one log.
pub const EVENTS_MAX: usize = 50_000_000;
/// The longest name of a case, an activity or a resource, in bytes.
pub const NAME_MAX: usize = 4_096;
/// The most bytes that all names of a kind may take.
pub const NAMES_MAX: usize = 512 * 1024 * 1024;
/// The largest single tag, text or row, in bytes: what is read at once.
pub const PIECE_MAX: usize = 1024 * 1024;
/// The deepest nesting of attributes.
pub const DEPTH_MAX: usize = 64;

/// How a log is to be read. What is not said is found out.
#[derive(Debug, Clone, Default)]
pub struct LogOptions {
    /// The column or key that names the case.
    pub case: Option<String>,
    /// The column or key that names the activity.
    pub activity: Option<String>,
    /// The column or key of the instant.
    pub time: Option<String>,
    /// The column or key of who did it.
    pub resource: Option<String>,
    /// The column or key that tells beginnings from ends.
    pub lifecycle: Option<String>,
    /// The column of the instant at which the work of a row began.
    pub began: Option<String>,
    /// How instants are written (`strftime` signs), where they are not ISO 8601.
    pub time_format: Option<String>,
    /// The zone of instants that name none: UTC unless said otherwise.
    pub zone: Option<TimeZone>,
}

/// What an event tells of its activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Moment {
    /// It was done. So are events that do not say.
    #[default]
    Done,
    /// Work on it began.
    Began,
    /// Something between, such as being assigned or set aside.
    Between,
}

impl Moment {
    /// By the transition's name in a lifecycle of the XES standard or of BPAF.
    pub(crate) fn of(transition: &str) -> Moment {
        let is = |name: &str| transition.trim().eq_ignore_ascii_case(name);
        if is("start") || is("started") || is("begin") {
            Moment::Began
        } else if ["schedule", "assign", "reassign", "suspend", "resume", "withdraw", "enable", "unknown"]
            .into_iter()
            .any(is)
        {
            Moment::Between
        } else {
            Moment::Done
        }
    }
}

/// One event: places in the lists of names, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogEvent {
    /// The case, a place in [`EventLog::cases`].
    pub case: u32,
    /// The activity, a place in [`EventLog::activities`].
    pub activity: u32,
    /// Who did it, a place in [`EventLog::resources`].
    pub resource: Option<u32>,
    /// When.
    pub at: Timestamp,
    /// What it tells of its activity.
    pub moment: Moment,
    /// When the work that it ends began, where its row says so.
    pub began: Option<Timestamp>,
}

/// A log in the order of cases, then of time in UTC, then of the file.
#[derive(Debug, Clone, Default)]
pub struct EventLog {
    /// The names of cases, by where they first appear. Two traces of one name are one case.
    pub cases: Names,
    /// The names of activities, by where they first appear.
    pub activities: Names,
    /// The names of resources, by where they first appear.
    pub resources: Names,
    /// The events.
    pub events: Vec<LogEvent>,
    /// Instants that named no zone, and were taken to be in the one of the options.
    pub without_zone: usize,
    /// Traces without a single event, which count for nothing.
    pub empty_traces: usize,
}

impl EventLog {
    /// The events of each case that has any, in the order of cases.
    pub fn traces(&self) -> impl Iterator<Item = &[LogEvent]> {
        self.events.chunk_by(|one, next| one.case == next.case)
    }

    /// Puts the events in order, once all are there. The sort is stable, so events of the same instant stay as the file
    /// has them.
    fn settle(&mut self) {
        self.events.sort_by_key(|event| (event.case, event.at));
        self.cases.settle();
        self.activities.settle();
        self.resources.settle();
    }

    fn push(&mut self, event: LogEvent, place: Place) -> Result<(), LogError> {
        if self.events.len() == EVENTS_MAX {
            return Err(LogError::new(LogErrorCode::TooMuch, place, ""));
        }
        self.events.push(event);
        Ok(())
    }
}

/// Reads a log: XES or CSV, as it is or gzipped, told apart by what the file holds and not by its name.
pub fn read(input: impl BufRead, options: &LogOptions) -> Result<EventLog, LogError> {
    source::read(input, options)
}

#[cfg(test)]
mod tests;
