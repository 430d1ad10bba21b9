//! What the clock has done to a request, and what it counts by.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{ActionName, Role, StageName, WorkingDays};

/// What the clock has done to a request on this visit to its stage, and what it counts by.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Timers {
    /// When who serves the stage was reminded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminded: Option<Timestamp>,
    /// Whom it was brought before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalated: Option<Escalation>,
    /// Checks that hold for a time only, by the action that made them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub checks: BTreeMap<ActionName, Checked>,
    /// When the clock stood still, as far back as something is counted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<Pause>,
    /// The version before the clock told something that changes nothing of what somebody has read, while nothing else
    /// has happened since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet_from: Option<u32>,
}

/// Whom a request was brought before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// The role.
    pub to: Role,
    /// When.
    pub at: Timestamp,
}

/// A check that holds for a time only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// The stage it was made at, and is made anew at.
    pub stage: StageName,
    /// When.
    pub at: Timestamp,
    /// How long it holds.
    pub valid_for: WorkingDays,
}

/// A time in which the clock stood still.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Since when.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
}

impl Timers {
    /// True if there is nothing to know.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Timers::default()
    }

    /// Another visit begins: what was done counts for the last one only.
    pub(super) fn turn(&mut self) {
        self.reminded = None;
        self.escalated = None;
        // Pauses of stages that were left count for checks only.
        if self.checks.is_empty() {
            self.pauses.clear();
        }
    }
}
