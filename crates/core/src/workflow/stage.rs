//! A stage of a workflow: what the definition says of it.

use serde::Deserialize;

use super::{End, Phase, Via};
use crate::span::{Span, WorkingDays};
use crate::{Label, Role};

/// A stage: a queue that somebody serves, or an end.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Its name for people.
    pub title: Label,
    /// The phase of an open stage.
    #[serde(default)]
    pub phase: Option<Phase>,
    /// How the way ends here.
    #[serde(default)]
    pub end: Option<End>,
    /// Who serves the queue.
    #[serde(default)]
    pub served_by: Option<Station>,
    /// How soon.
    #[serde(default)]
    pub sla: Option<Sla>,
    /// The cause named while a request merely waits its turn here (DOMAIN.md (d), snake case).
    #[serde(default)]
    pub waits: Option<String>,
    /// The legal basis, each with its certainty.
    #[serde(default, deserialize_with = "super::terms::one_or_many")]
    pub legal: Vec<String>,
}

/// Who serves a stage, how many, when, and in what batches.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Station {
    /// The role that serves it.
    pub role: Role,
    /// Whether each region has its own people.
    #[serde(default)]
    pub scope: Option<Scope>,
    /// How many people.
    #[serde(default)]
    pub people: Option<u32>,
    /// Working time one request takes.
    #[serde(default)]
    pub touch: Option<Span>,
    /// Served in batches by this means, not one by one.
    #[serde(default)]
    pub batch: Option<Via>,
    /// The weekday of the sessions.
    #[serde(default)]
    pub every: Option<Weekday>,
    /// Most requests in one session.
    #[serde(default)]
    pub max: Option<u32>,
    /// Working time one session takes before its first request.
    #[serde(default)]
    pub setup: Option<Span>,
}

/// A weekday by its English short name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
}

/// The service level a stage promises.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sla {
    /// Done within this many working days.
    pub target: WorkingDays,
    /// In this share of the cases.
    #[serde(default)]
    pub share: Option<f64>,
    /// Who serves the stage is reminded after this long.
    #[serde(default)]
    pub remind: Option<WorkingDays>,
    /// Whom it is brought before, and when.
    #[serde(default)]
    pub escalate: Option<Escalate>,
}

/// Whom a request is brought before that stays too long.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Escalate {
    /// After this long at the stage.
    pub after: WorkingDays,
    /// The role that is told.
    pub to: Role,
}

/// Where those work who serve a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Each region has its own.
    Region,
    /// The same ones serve the whole province.
    Province,
}
