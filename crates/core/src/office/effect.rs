//! What a change makes or ends. It follows from the change and the id of its proposal alone, so that it can be
//! recomputed from the audit chain; a freeze that is lifted also needs its last day, which the chain tells.

use jiff::civil::Date;
use serde_json::Value;

use super::Change;
use crate::roster::{Absence, Acting, Delegation, Grant, Office};
use crate::workflow::BudgetLine;
use crate::world::Freeze;
use crate::{ActingId, DelegationId, FreezeId, LineId, PersonId, ProposalId, Rupiah};

/// What changes in the office.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the fields are those of what is changed")]
pub enum Effect {
    /// Somebody is in the office.
    Registered { person: PersonId, staff_no: String, name: String },
    /// Somebody has left.
    Dismissed { person: PersonId },
    /// A role more.
    Granted { person: PersonId, grant: Grant },
    /// A role less.
    Revoked { person: PersonId, grant: Grant },
    /// A paper more, in place of the one of the same key.
    Kept(Box<Paper>),
    /// A paper less.
    Ended { kind: PaperKind, key: String },
    /// A definition more.
    Published { text: String },
    /// A budget line more.
    Opened(Box<BudgetLine>),
    /// Another ceiling.
    Ceiling { line: LineId, ceiling: Rupiah },
}

/// A kind of paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum PaperKind {
    Office,
    Acting,
    Delegation,
    Absence,
    Freeze,
}

impl PaperKind {
    /// Its name in data.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            PaperKind::Office => "office",
            PaperKind::Acting => "acting",
            PaperKind::Delegation => "delegation",
            PaperKind::Absence => "absence",
            PaperKind::Freeze => "freeze",
        }
    }
}

/// A paper that the office works by.
#[derive(Debug, Clone, PartialEq)]
pub enum Paper {
    /// A seat.
    Office(Office),
    /// Somebody acts in a seat that is not theirs.
    Acting(Acting),
    /// Somebody has handed a role on.
    Delegation(Delegation),
    /// Somebody is away.
    Absence(Absence),
    /// Money stands still.
    Freeze(Freeze),
}

/// A lifted freeze ends on the day before, since the days it has held stay days on which nothing was due; one that had
/// not begun by then leaves nothing behind.
pub(super) fn lifted(freeze: &Freeze, today: Date) -> Option<Effect> {
    let last = today.yesterday().ok().filter(|last| freeze.from <= *last)?;
    Some(Effect::Kept(Box::new(Paper::Freeze(Freeze { to: last, ..freeze.clone() }))))
}

impl Paper {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> PaperKind {
        match self {
            Paper::Office(_) => PaperKind::Office,
            Paper::Acting(_) => PaperKind::Acting,
            Paper::Delegation(_) => PaperKind::Delegation,
            Paper::Absence(_) => PaperKind::Absence,
            Paper::Freeze(_) => PaperKind::Freeze,
        }
    }

    /// What it is known by among those of its kind.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Paper::Office(office) => office.id.to_string(),
            Paper::Acting(acting) => acting.id.to_string(),
            Paper::Delegation(delegation) => delegation.id.to_string(),
            Paper::Absence(absence) => absence_key(absence.person, absence.from_day),
            Paper::Freeze(freeze) => freeze.id.map(|id| id.to_string()).unwrap_or_default(),
        }
    }

    /// The paper as it is kept.
    pub fn body(&self) -> serde_json::Result<String> {
        match self {
            Paper::Office(office) => serde_json::to_string(office),
            Paper::Acting(acting) => serde_json::to_string(acting),
            Paper::Delegation(delegation) => serde_json::to_string(delegation),
            Paper::Absence(absence) => serde_json::to_string(absence),
            Paper::Freeze(freeze) => serde_json::to_string(freeze),
        }
    }

    /// A paper as it was kept; none of a kind that is not known.
    pub fn parse(kind: &str, body: &str) -> serde_json::Result<Option<Paper>> {
        let body: Value = serde_json::from_str(body)?;
        Ok(match kind {
            "office" => Some(Paper::Office(serde_json::from_value(body)?)),
            "acting" => Some(Paper::Acting(serde_json::from_value(body)?)),
            "delegation" => Some(Paper::Delegation(serde_json::from_value(body)?)),
            "absence" => Some(Paper::Absence(serde_json::from_value(body)?)),
            "freeze" => Some(Paper::Freeze(serde_json::from_value(body)?)),
            _ => None,
        })
    }
}

/// The person whom a proposal registers. Another id than the proposal's, since the audit chain counts the events of each
/// by its id; beside it in the order of time.
#[must_use]
pub fn person_of(id: ProposalId) -> PersonId {
    PersonId(uuid::Uuid::from_u128(id.0.as_u128() ^ (1 << 61)))
}

fn absence_key(person: PersonId, from_day: jiff::civil::Date) -> String {
    format!("{person} {from_day}")
}

impl Effect {
    /// What it happens to: a kind of subject and what it is known by. A person is known by an id, all else by a name.
    pub fn subject(&self) -> (&'static str, Result<PersonId, String>) {
        match self {
            Effect::Registered { person, .. }
            | Effect::Dismissed { person }
            | Effect::Granted { person, .. }
            | Effect::Revoked { person, .. } => ("person", Ok(*person)),
            Effect::Kept(paper) => (paper.kind().as_str(), Err(paper.key())),
            Effect::Ended { kind, key } => (kind.as_str(), Err(key.clone())),
            // The definition's name is its scheme and version, which only its text tells.
            Effect::Published { .. } => ("definition", Err(String::new())),
            Effect::Opened(line) => ("budget_line", Err(line.id.to_string())),
            Effect::Ceiling { line, .. } => ("budget_line", Err(line.to_string())),
        }
    }
}

/// What a change makes or ends in the office; nothing where it is about requests only.
#[must_use]
pub fn effect(id: ProposalId, change: &Change) -> Option<Effect> {
    let kept = |paper| Effect::Kept(Box::new(paper));
    let ended = |kind, key| Effect::Ended { kind, key };
    Some(match change.clone() {
        Change::RegisterPerson { staff_no, name } => Effect::Registered {
            person: person_of(id),
            staff_no: staff_no.trim().to_owned(),
            name: name.trim().to_owned(),
        },
        Change::DismissPerson { person } => Effect::Dismissed { person },
        Change::GrantRole { person, role, region } => {
            Effect::Granted { person, grant: Grant { role, region } }
        }
        Change::RevokeRole { person, role, region } => {
            Effect::Revoked { person, grant: Grant { role, region } }
        }
        Change::SetOffice { office: id, title, role, region } => {
            kept(Paper::Office(Office { id, title, role, region }))
        }
        Change::SetActing { person, role, region, capacity, decree, from_day, to_day, for_whom } => {
            let id = ActingId(id.0);
            let acting = Acting { id, person, role, region, capacity, decree, from_day, to_day, for_whom };
            kept(Paper::Acting(acting))
        }
        Change::EndActing { acting } => ended(PaperKind::Acting, acting.to_string()),
        Change::Delegate { from, to, role, region, schemes, amount_max, from_day, to_day, source } => {
            let id = DelegationId(id.0);
            let handed =
                Delegation { id, from, to, role, region, schemes, amount_max, from_day, to_day, source };
            kept(Paper::Delegation(handed))
        }
        Change::EndDelegation { delegation } => ended(PaperKind::Delegation, delegation.to_string()),
        Change::NoteAbsence { person, from_day, to_day } => {
            kept(Paper::Absence(Absence { person, from_day, to_day }))
        }
        Change::EndAbsence { person, from_day } => ended(PaperKind::Absence, absence_key(person, from_day)),
        Change::PublishDefinition { text } => Effect::Published { text },
        Change::SetFreeze { source, fund, schemes, exempt, from, to } => {
            let id = Some(FreezeId(id.0));
            kept(Paper::Freeze(Freeze { id, source, fund, schemes, exempt, from, to }))
        }
        Change::LiftFreeze { freeze } => ended(PaperKind::Freeze, freeze.to_string()),
        Change::OpenLine { .. } => Effect::Opened(Box::new(change.opens()?)),
        Change::ReviseCeiling { line, ceiling, .. } => Effect::Ceiling { line, ceiling },
        Change::Repair { .. } | Change::Migrate { .. } => return None,
    })
}
