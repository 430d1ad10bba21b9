//! Changes of the office itself: who is in it, who holds which role, who acts for whom, under which definitions it
//! works, when its money stands still and how much there is of it. What gives somebody something takes two persons:
//! one proposes, another confirms, and the rules are asked both times, since the world may have changed in between.

mod change;
mod check;
mod decide;
mod effect;
mod objection;
mod warn;
mod who;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::event::{Event, NoteRef};
use crate::{Digest, PersonId, ProposalId, RequestId, SchemeId};

pub use change::{Change, ChangeKind};
pub use check::read_definition;
pub use decide::{check_anew, confirm, decline, propose, withdraw};
pub use effect::{Effect, Paper, PaperKind, effect, person_of};
pub use objection::{Flaw, Objection};
pub use warn::{Warning, warnings};
pub use who::{ChangeRule, Concern, check_part, may_see, may_see_person, sees_all, who_could_confirm};

/// Where a proposal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposalState {
    /// It waits for a second person.
    Open,
    /// It was done.
    Confirmed,
    /// Somebody said no.
    Declined,
    /// Whoever proposed it took it back.
    Withdrawn,
}

impl ProposalState {
    /// Every state.
    pub const ALL: [ProposalState; 4] =
        [ProposalState::Open, ProposalState::Confirmed, ProposalState::Declined, ProposalState::Withdrawn];

    /// Its name in data.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ProposalState::Open => "open",
            ProposalState::Confirmed => "confirmed",
            ProposalState::Declined => "declined",
            ProposalState::Withdrawn => "withdrawn",
        }
    }
}

/// A change of the office that somebody has proposed. It never changes itself: who confirms it confirms what was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// Its id, and the id of the paper it makes.
    pub id: ProposalId,
    /// What is to change.
    pub change: Change,
    /// Who proposed it.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// Where it stands.
    pub state: ProposalState,
    /// Who confirmed, declined or withdrew it; none while it is open, and where one person suffices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<PersonId>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Timestamp>,
    /// Why it was declined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<NoteRef>,
}

/// What happens to a proposal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposalEvent {
    /// It is made.
    Made {
        /// What is to change, without names and texts.
        change: Box<Change>,
        /// A keyed digest of the whole of it.
        digest: Digest,
        /// How many persons it takes.
        persons: u8,
    },
    /// A second person has agreed.
    Confirmed,
    /// Somebody said no.
    Declined {
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<NoteRef>,
    },
    /// Whoever proposed it took it back.
    Withdrawn,
}

impl ProposalEvent {
    /// Its name in the audit chain.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            ProposalEvent::Made { .. } => "proposal_made",
            ProposalEvent::Confirmed => "proposal_confirmed",
            ProposalEvent::Declined { .. } => "proposal_declined",
            ProposalEvent::Withdrawn => "proposal_withdrawn",
        }
    }
}

/// What an act on a proposal does.
#[derive(Debug)]
pub struct Decided {
    /// The proposal from now on.
    pub proposal: Proposal,
    /// What happened to it.
    pub event: ProposalEvent,
    /// What changes in the office; nothing while it waits, and where it is so already.
    pub effect: Option<Effect>,
    /// The definition that is published.
    pub published: Option<Published>,
    /// What happens to requests, for changes that are about requests.
    pub requests: Vec<(RequestId, Event)>,
}

/// A definition as the audit chain names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// The scheme.
    pub scheme: SchemeId,
    /// Its version.
    pub version: u32,
    /// The digest of its text.
    pub digest: Digest,
}

#[cfg(test)]
mod tests;
