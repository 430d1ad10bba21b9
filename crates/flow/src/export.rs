//! Event logs for other tools: XES, OCEL 2.0 and CSV, written one request at a time, so that memory does not grow with
//! their number.
//!
//! No personal data leaves: a history holds none but the ids of persons, and those are named by the caller's pseudonyms.

pub mod csv;
pub mod ocel;
pub mod xes;

use std::borrow::Cow;

use jiff::Timestamp;
use salur_core::event::{Entered, Entry, Event, OrderLine};
use salur_core::{DecreeId, OrderId, PersonId, RegionCode, RequestId, Rupiah, SchemeId, StageName};

use crate::log::{EventLog, LogEvent};

pub use self::csv::{Csv, csv, log_csv};
pub use self::ocel::{Ocel, ocel};
pub use self::xes::{Xes, log_xes, xes};

/// One request and its history, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The request.
    pub request: RequestId,
    /// Its history from the first event on.
    pub entries: Vec<Entry>,
}

/// Who did something, as others may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doer {
    /// The same for the same person within one export, and of no use outside of it.
    pub pseudonym: String,
    /// The role they act in, where it is known.
    pub role: Option<String>,
}

/// How what is exported is named.
#[derive(Clone, Copy)]
pub struct Naming<'a> {
    /// A person's pseudonym and role.
    pub doer: &'a dyn Fn(PersonId) -> Doer,
    /// What a stage of a scheme is called.
    pub stage: &'a dyn Fn(&SchemeId, &StageName) -> String,
}

/// The first event of a history; one without is no request's.
fn entered(case: &Case) -> Option<(&Entered, Timestamp)> {
    match case.entries.first() {
        Some(Entry { event: Event::Entered(entered), at, .. }) => Some((entered, *at)),
        _ => None,
    }
}

/// The amount and the region as they were last amended.
fn amended<'a>(case: &'a Case, entered: &'a Entered) -> (Rupiah, &'a RegionCode) {
    let changes = case.entries.iter().rev().find_map(|entry| {
        let Event::Amended { amount, region, .. } = &entry.event else { return None };
        Some((*amount, region))
    });
    changes.unwrap_or((entered.amount, &entered.region))
}

/// What happened, in one stable word: the action that moved the request, or the event's kind. A request that was entered
/// for somebody whom others serve is at its end at once, and is told by that end.
#[expect(clippy::wildcard_enum_match_arm, reason = "everything else is told by its kind")]
fn activity(event: &Event) -> &str {
    match event {
        Event::Advanced(advanced) => advanced.action.as_str(),
        Event::Entered(entered) if entered.closes => entered.stage.as_str(),
        other => other.kind(),
    }
}

/// The standard transition (XES lifecycle extension) that comes nearest.
#[expect(clippy::wildcard_enum_match_arm, reason = "everything else is done at once")]
fn transition(event: &Event) -> &'static str {
    match event {
        Event::Claimed => "assign",
        Event::Released => "reassign",
        Event::Held { .. } => "suspend",
        Event::Resumed { .. } => "resume",
        _ => "complete",
    }
}

/// The stage the request is at after an event that moves it.
#[expect(clippy::wildcard_enum_match_arm, reason = "nothing else moves a request")]
fn stage_after(event: &Event) -> Option<&StageName> {
    match event {
        Event::Entered(entered) => Some(&entered.stage),
        Event::Advanced(advanced) => Some(&advanced.to),
        Event::VerificationExpired(expired) => Some(&expired.to),
        Event::Repaired(repaired) => Some(&repaired.to),
        Event::Migrated(migrated) => Some(&migrated.to),
        _ => None,
    }
}

/// The decree an event belongs to.
#[expect(clippy::wildcard_enum_match_arm, reason = "nothing else names one")]
fn decree(event: &Event) -> Option<DecreeId> {
    match event {
        Event::Advanced(advanced) => advanced.decree,
        Event::Listed { decree, .. } | Event::Unlisted { decree, .. } => Some(*decree),
        _ => None,
    }
}

/// The payment order an event belongs to.
#[expect(clippy::wildcard_enum_match_arm, reason = "nothing else names one")]
fn order(event: &Event) -> Option<OrderId> {
    let of = |at: &OrderLine| at.order;
    match event {
        Event::Advanced(advanced) => advanced.order.as_ref().map(of),
        Event::Ordered { at, .. }
        | Event::OrderWorked { at, .. }
        | Event::Unordered { at }
        | Event::PaymentFailed { at, .. }
        | Event::PaymentUnknown { at, .. }
        | Event::IncidentOpened { at, .. } => Some(at.order),
        _ => None,
    }
}

/// An event in the words of an export.
struct Told<'a> {
    activity: &'a str,
    kind: &'static str,
    at: Timestamp,
    transition: &'static str,
    doer: Doer,
    for_whom: Option<Doer>,
    stage: String,
    decree: Option<DecreeId>,
    order: Option<OrderId>,
}

/// A history in those words.
fn told<'a>(case: &'a Case, naming: Naming<'a>) -> impl Iterator<Item = Told<'a>> {
    let scheme = entered(case).map(|(entered, _)| &entered.scheme);
    let mut stage = String::new();
    case.entries.iter().map(move |entry| {
        if let (Some(name), Some(scheme)) = (stage_after(&entry.event), scheme) {
            stage = (naming.stage)(scheme, name);
        }
        Told {
            activity: activity(&entry.event),
            kind: entry.event.kind(),
            at: entry.at,
            transition: transition(&entry.event),
            doer: (naming.doer)(entry.actor),
            for_whom: entry.for_whom.map(naming.doer),
            stage: stage.clone(),
            decree: decree(&entry.event),
            order: order(&entry.event),
        }
    })
}

/// An event of a foreign log in words.
fn of_log<'a>(log: &'a EventLog, event: &LogEvent) -> (&'a str, Cow<'a, str>) {
    let resource = event.resource.map_or("", |place| log.resources.name(place));
    (log.activities.name(event.activity), Cow::Borrowed(resource))
}

#[cfg(test)]
mod tests;
