//! Who must differ from whom, who must be the same, and how many must take part.

use serde::Deserialize;

use super::Workflow;
use crate::{ActionName, Role, StageName};

/// Who must differ from whom, who must be the same, and how many must take part.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Duty {
    /// Acts that no person may take two of on one request.
    #[serde(default)]
    pub distinct: Vec<ActionName>,
    /// Acts that one person takes all of on one request.
    #[serde(default)]
    pub same_person: Vec<ActionName>,
    /// Roles that no person may hold two of, by whatever paper and wherever.
    #[serde(default)]
    pub exclusive_roles: Vec<Role>,
    /// The fewest different persons ...
    #[serde(default)]
    pub min_persons: Option<u32>,
    /// ... before a request may come to this stage.
    #[serde(default)]
    pub before: Option<StageName>,
}

impl Duty {
    /// The roles that whoever holds this one may not hold.
    pub fn excluded_by<'a>(&'a self, role: &'a Role) -> impl Iterator<Item = &'a Role> {
        let listed = self.exclusive_roles.contains(role);
        self.exclusive_roles.iter().filter(move |other| listed && *other != role)
    }
}

impl Workflow {
    /// Every role that may take an act which counts under a duty, and the duty.
    pub fn doers(&self) -> impl Iterator<Item = (&Role, &ActionName)> {
        let (decree, order) = (&self.decree, &self.payment_order);
        let lists = [&decree.draft, &decree.strike, &order.draft, &order.settle];
        self.actions.values().map(|action| &action.by).chain(lists).flatten()
    }

    /// True if nobody may hold both roles.
    #[must_use]
    pub fn excludes(&self, one: &Role, other: &Role) -> bool {
        self.duties.iter().any(|duty| duty.excluded_by(one).any(|excluded| excluded == other))
    }
}
