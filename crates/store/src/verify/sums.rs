//! What requests sum up to, at the end and after each event.

use std::collections::{BTreeMap, HashMap};

use salur_core::SchemeId;
use salur_core::event::Event;
use salur_core::request::Request;
use salur_core::workflow::Standing;
use uuid::Uuid;

use super::rows::EventRow;
use super::{Stop, broken};

/// What the requests sum up to.
#[derive(Default)]
pub(super) struct Totals {
    pub(super) lines: HashMap<String, [i64; 3]>,
    pub(super) counts: BTreeMap<[String; 5], i64>,
    pub(super) dues: BTreeMap<[String; 5], i64>,
    pub(super) snags: BTreeMap<[String; 5], i64>,
}

impl Totals {
    pub(super) fn add(&mut self, request: &Request, snag: Option<String>) {
        let place = |extra: String| {
            let (scheme, year) = (request.scheme.to_string(), request.year.to_string());
            [scheme, year, request.stage.to_string(), request.region.to_string(), extra]
        };
        *self.counts.entry(place(String::new())).or_default() += 1;
        if let Some(due) = request.due_on.filter(|_| !request.closed) {
            *self.dues.entry(place(due.to_string())).or_default() += 1;
        }
        if let Some(snag) = snag {
            *self.snags.entry(place(snag)).or_default() += 1;
        }
        let pots = self.lines.entry(request.line.to_string()).or_default();
        if let Some(pot) = pot_of(request.budget).and_then(|pot| pots.get_mut(pot)) {
            *pot += request.amount.0;
        }
    }
}

/// The budgets as they were after each event.
#[derive(Default)]
pub(super) struct Books {
    ceilings: HashMap<String, i64>,
    requests: HashMap<Uuid, (Standing, i64, String)>,
    /// The scheme of each budget line that a request was entered on.
    schemes: HashMap<String, SchemeId>,
    /// The version that a request runs under.
    versions: HashMap<Uuid, u32>,
    lines: HashMap<String, [i64; 3]>,
}

impl Books {
    /// Holds to the ceilings as they are from an event on.
    pub(super) fn hold_to(&mut self, pos: i64, ceilings: &HashMap<String, i64>) -> Result<(), Stop> {
        self.ceilings.clone_from(ceilings);
        for (line, pots) in &self.lines {
            if pots.iter().sum::<i64>() > self.ceilings.get(line).copied().unwrap_or_default() {
                let found = format!("{line} {pots:?}");
                return Err(broken("budget_never_overdrawn", format!("position {pos}"), found));
            }
        }
        Ok(())
    }

    pub(super) fn see(&mut self, row: &EventRow) -> Result<(), Stop> {
        let event: Event = serde_json::from_str(&row.data)?;
        if let Event::Migrated(migrated) = &event {
            self.versions.insert(row.subject_id, migrated.definition.version);
        }
        if let Some(budget) = event.budget() {
            return self.shift(row, budget);
        }
        self.learn(row, event);
        Ok(())
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else says what a request asks for")]
    fn learn(&mut self, row: &EventRow, event: Event) {
        match event {
            Event::Entered(entered) => {
                let stands = (Standing::None, entered.amount.0, entered.line.to_string());
                self.schemes.entry(stands.2.clone()).or_insert(entered.scheme);
                self.versions.insert(row.subject_id, entered.definition.version);
                self.requests.insert(row.subject_id, stands);
            }
            Event::Amended { amount, .. } => {
                if let Some(stands) = self.requests.get_mut(&row.subject_id) {
                    stands.1 = amount.0;
                }
            }
            _ => {}
        }
    }

    /// The scheme of a request, since a budget line is one scheme's, and the version it runs under.
    pub(super) fn pinned(&self, request: Uuid) -> Option<(&SchemeId, u32)> {
        let (_, _, line) = self.requests.get(&request)?;
        Some((self.schemes.get(line)?, *self.versions.get(&request)?))
    }

    /// The money of a request moves.
    fn shift(&mut self, row: &EventRow, budget: Standing) -> Result<(), Stop> {
        let Some((standing, amount, line)) = self.requests.get_mut(&row.subject_id) else {
            return Ok(());
        };
        let pots = self.lines.entry(line.clone()).or_default();
        for (pot, sign) in [(pot_of(*standing), -1), (pot_of(budget), 1)] {
            if let Some(pot) = pot.and_then(|pot| pots.get_mut(pot)) {
                *pot += sign * *amount;
            }
        }
        *standing = budget;
        let ceiling = self.ceilings.get(line.as_str()).copied().unwrap_or_default();
        if pots.iter().sum::<i64>() > ceiling || pots.iter().any(|pot| *pot < 0) {
            return Err(broken(
                "budget_never_overdrawn",
                format!("position {}", row.pos),
                format!("{line} {pots:?}"),
            ));
        }
        Ok(())
    }
}

fn pot_of(standing: Standing) -> Option<usize> {
    match standing {
        Standing::None => None,
        Standing::Reserved => Some(0),
        Standing::Committed => Some(1),
        Standing::Paid => Some(2),
    }
}
