//! The demo's plan: who works in the office and what its year looks like. All of it is data (`plan.toml`).

use std::collections::BTreeMap;

use jiff::civil::Date;
use salur_core::workflow::{Phase, Weekday};
use salur_core::{FieldName, RegionCode, Role, SchemeId};
use serde::Deserialize;

use crate::DemoError;
use crate::office::OfficePlan;

const PLAN: &str = include_str!("../plan.toml");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Plan {
    pub(crate) early_days: i16,
    pub(crate) pay_days: Vec<Weekday>,
    pub(crate) failures: Vec<String>,
    pub(crate) decree_number: String,
    pub(crate) sp2d_number: String,
    pub(crate) sent_by_province: usize,
    pub(crate) person: Vec<Staff>,
    pub(crate) office: OfficePlan,
    pub(crate) bank: Vec<Bank>,
    pub(crate) reasons: BTreeMap<Why, Vec<String>>,
    pub(crate) scheme: Vec<Scheme>,
}

/// Somebody who works in the office, with the one role they hold.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Staff {
    pub(crate) key: String,
    pub(crate) role: Role,
    pub(crate) region: RegionCode,
    pub(crate) name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bank {
    pub(crate) name: String,
    pub(crate) digits: usize,
    pub(crate) weight: usize,
}

/// What a reason is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Why {
    Return,
    SendBack,
    Reject,
    Withdraw,
    Strike,
    Hold,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scheme {
    pub(crate) id: SchemeId,
    pub(crate) account: String,
    pub(crate) ceiling: i64,
    pub(crate) recipient: Recipient,
    pub(crate) women: usize,
    pub(crate) ages: (i16, i16),
    pub(crate) spread: Spread,
    pub(crate) list: (usize, usize),
    pub(crate) decree_weeks: usize,
    #[serde(default)]
    pub(crate) amounts: Vec<i64>,
    pub(crate) each: Option<Each>,
    pub(crate) served: Vec<(String, u64)>,
    pub(crate) backlog: BTreeMap<Phase, u64>,
    pub(crate) returned: u64,
    pub(crate) drafted: usize,
    pub(crate) at_bank: usize,
    pub(crate) failed: u64,
    pub(crate) unknown: u64,
    pub(crate) ended: Ended,
    pub(crate) detours: Detours,
    pub(crate) wait: BTreeMap<Phase, (usize, usize)>,
    pub(crate) age: BTreeMap<Phase, usize>,
    pub(crate) hold: Vec<Holding>,
    pub(crate) check: BTreeMap<FieldName, serde_json::Value>,
    pub(crate) code: Option<String>,
    pub(crate) members: Option<(usize, usize)>,
    #[serde(default)]
    pub(crate) body: Vec<Vec<String>>,
    /// Texts that all of one list share.
    #[serde(default)]
    pub(crate) shared: BTreeMap<FieldName, Vec<String>>,
    #[serde(default)]
    pub(crate) texts: BTreeMap<FieldName, Vec<String>>,
    #[serde(default)]
    pub(crate) counts: BTreeMap<FieldName, (usize, usize)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Recipient {
    Person,
    Body,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Spread {
    Population,
    Equal,
}

/// An amount that depends on a count.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Each {
    pub(crate) field: FieldName,
    pub(crate) amount: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ended {
    pub(crate) rejected: u64,
    pub(crate) withdrawn: u64,
    pub(crate) referred: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Detours {
    pub(crate) returned: usize,
    pub(crate) held: usize,
    pub(crate) struck: usize,
    pub(crate) failed: usize,
    pub(crate) unknown: usize,
}

/// How many of a phase's backlog are set aside, and why.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Holding {
    pub(crate) phase: Phase,
    pub(crate) cause: String,
    pub(crate) count: u64,
}

impl Plan {
    /// The plan that is shipped.
    pub(crate) fn shipped() -> Result<Plan, DemoError> {
        Ok(toml::from_str(PLAN)?)
    }

    /// The staff's place by key.
    pub(crate) fn staff(&self, key: &str) -> Result<usize, DemoError> {
        self.person
            .iter()
            .position(|person| person.key == key)
            .ok_or_else(|| DemoError::Unfit(format!("nobody is {key}")))
    }

    /// Everybody of a role, in order.
    pub(crate) fn holders(&self, role: &str) -> Vec<usize> {
        let of_role = |person: &Staff| person.role.as_str() == role;
        (0..self.person.len()).filter(|at| self.person.get(*at).is_some_and(of_role)).collect()
    }
}

impl Scheme {
    /// How many are paid from 1 January of `since` to the end of a day.
    pub(crate) fn served_until(&self, since: i16, day: Date) -> u64 {
        let whole = self.served.last().map_or(0, |(_, count)| *count);
        let years = u64::try_from(day.year() - since).unwrap_or_default();
        let today = i64::from(day.day_of_year());
        let (mut from, mut before) = (0, 0);
        for (until, count) in &self.served {
            let until: Option<Date> = format!("{}-{until}", day.year()).parse().ok();
            let until = until.map_or(366, |until| i64::from(until.day_of_year()));
            if today <= until {
                let (span, gone) = ((until - from).max(1), (today - from).max(0));
                let more = count.saturating_sub(before) * u64::try_from(gone).unwrap_or_default()
                    / u64::try_from(span).unwrap_or(1);
                return years * whole + before + more;
            }
            (from, before) = (until, *count);
        }
        years * whole + before
    }

    /// Working days a served request spent in a phase, least and most.
    pub(crate) fn wait_in(&self, phase: Phase) -> (usize, usize) {
        self.wait.get(&phase).copied().unwrap_or_default()
    }

    /// How many working days ago the oldest of a phase's backlog came to it.
    pub(crate) fn age_in(&self, phase: Phase) -> usize {
        self.age.get(&phase).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_year_is_that_of_the_article() {
        let plan = Plan::shipped().unwrap();
        let disaster = &plan.scheme[0];
        for (day, served) in [
            (date(2026, 1, 10), 0),
            (date(2026, 9, 30), 15_000),
            (date(2026, 11, 24), 15_550),
            (date(2026, 12, 31), 16_100),
        ] {
            assert_eq!(disaster.served_until(2026, day), served, "{day}");
        }
        assert_eq!(disaster.served_until(2025, date(2026, 9, 30)), 31_100);
        assert_eq!(plan.holders("clerk").len(), 11);
    }
}
