//! What the clock, a repair and a new version do to a request.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Event, NoteRef, Pin};
use crate::workflow::Standing;
use crate::{ActionName, PersonId, StageName};

/// A check that holds no longer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Expired {
    /// The action whose result ran out.
    pub action: ActionName,
    /// The stage the request left.
    pub from: StageName,
    /// The stage it goes back to: where that action is taken.
    pub to: StageName,
    /// The last day that stage should take.
    pub due_on: Option<Date>,
    /// Where the money stands from now on.
    pub budget: Standing,
}

/// A repair: whoever asked for it and whoever did it are two persons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Repaired {
    /// The stage the request left.
    pub from: StageName,
    /// The stage it was put to.
    pub to: StageName,
    /// Who asked for it; who confirmed it is the event's actor.
    pub asked_by: PersonId,
    /// Why.
    pub reason: NoteRef,
    /// The last day the new stage should take.
    pub due_on: Option<Date>,
    /// Where the money stands from now on.
    pub budget: Standing,
}

/// A move to another version of the definition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Migrated {
    /// The version from now on.
    pub definition: Pin,
    /// The stage the request was at.
    pub from: StageName,
    /// The stage it is at from now on; the same one where it stays.
    pub to: StageName,
    /// What stages it has passed are called from now on, where that changed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub renamed: BTreeMap<StageName, StageName>,
    /// True if the stage it comes to is the one it was at, by another name: nothing there begins anew.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub same_stage: bool,
    /// The last day the stage should take.
    pub due_on: Option<Date>,
    /// Where the money stands from now on.
    pub budget: Standing,
}

impl Event {
    /// Where the request's money stands from now on, if the event says so.
    #[must_use]
    #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else moves money")]
    pub fn budget(&self) -> Option<Standing> {
        match self {
            Event::Advanced(advanced) => Some(advanced.budget),
            Event::VerificationExpired(expired) => Some(expired.budget),
            Event::Repaired(repaired) => Some(repaired.budget),
            Event::Migrated(migrated) => Some(migrated.budget),
            _ => None,
        }
    }
}
