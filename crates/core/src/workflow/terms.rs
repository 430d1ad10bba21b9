//! What else a definition says: its track, its figures, its goals, and how a request may be put right.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer};

use crate::span::WorkingDays;
use crate::{Label, Role, StageName, Value};

/// The way aid is planned and given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Track {
    /// Names and amounts are known when the budget is made.
    PlannedCash,
    /// Aid for risks that no budget foresaw.
    UnplannedCash,
    /// Goods, handed over.
    Goods,
}

/// A figure that guards read as `params.name`. It is fixed in a version: a change is a new version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Param {
    /// Its value; a bare number is whole rupiah.
    pub value: Value,
    /// Its name for people.
    pub title: Option<Label>,
    /// Where the figure comes from.
    pub source: Option<String>,
}

/// What the office wants to reach.
#[derive(Debug, Clone, PartialEq)]
pub struct Goal {
    /// Its name for programs.
    pub id: String,
    /// Its name for people.
    pub title: Label,
    /// The stage to be reached.
    pub when: StageName,
    /// By when.
    pub by: GoalTime,
    /// In this share of the cases.
    pub share: Option<f64>,
}

/// By when a goal is to be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoalTime {
    /// A day of each year: month and day.
    Day {
        /// From 1.
        month: i8,
        /// From 1.
        day: i8,
    },
    /// A time from the entry of a request.
    Within(WorkingDays),
}

/// Who may put a request that is stuck to another stage: one asks, another person confirms.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepairPolicy {
    /// The roles that may ask for it.
    #[serde(deserialize_with = "one_or_many")]
    pub by: BTreeSet<Role>,
    /// The roles of the second person.
    #[serde(deserialize_with = "one_or_many")]
    pub confirm_by: BTreeSet<Role>,
    /// The stages it may be put to; none of them after an approval.
    pub may_enter: BTreeSet<StageName>,
    /// A reason is always required; it may be said.
    #[serde(default, rename = "reason")]
    _reason: Option<String>,
}

/// Reads one text, or a list of them.
pub(super) fn one_or_many<'de, D, C, T>(deserializer: D) -> Result<C, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
    C: FromIterator<T>,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written<T> {
        Many(Vec<T>),
        One(T),
    }
    Ok(match Written::<T>::deserialize(deserializer)? {
        Written::Many(all) => all.into_iter().collect(),
        Written::One(one) => std::iter::once(one).collect(),
    })
}
