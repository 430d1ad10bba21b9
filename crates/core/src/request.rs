//! A request for aid: the state that its events fold into. `apply` never decides and never sees a definition.

mod fold;
mod timers;
mod turn;

pub(crate) use fold::RULED_UNPAID;
pub use timers::{Checked, Escalation, Pause, Timers};

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::event::{Entry, Event, FactsRef, NoteRef, OrderLine, Pin};
use crate::value::Value;
use crate::workflow::{BenefitKind, Standing};
use crate::{
    ActionName, DecreeId, FieldName, LineId, PersonId, RecipientId, RegionCode, RequestId, Rupiah, SchemeId,
    StageName,
};

/// A request as its history has made it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// The scheme of aid.
    pub scheme: SchemeId,
    /// The fiscal year.
    pub year: i16,
    /// The definition it runs under.
    pub definition: Pin,
    /// Where the recipient is served.
    pub region: RegionCode,
    /// Who the aid is for.
    pub recipient: RecipientId,
    /// The recipient's facts that count.
    pub facts: FactsRef,
    /// How much.
    pub amount: Rupiah,
    /// Money or goods.
    pub benefit: BenefitKind,
    /// The budget line it is paid from.
    pub line: LineId,
    /// Where its money stands in that line.
    pub budget: Standing,
    /// The stage it is at.
    pub stage: StageName,
    /// When it came to that stage.
    pub entered_at: Timestamp,
    /// The last day that stage should take; none while the clock stands still.
    pub due_on: Option<Date>,
    /// True once it is at an end.
    pub closed: bool,
    /// Seq of its last event.
    pub version: u32,
    /// Who did what, by the duty it counts under.
    pub acts: BTreeSet<Act>,
    /// Those among them who have done nothing with their own hands: others stood in for them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub stood_in_for: BTreeSet<PersonId>,
    /// How often each stage was entered.
    pub visits: BTreeMap<StageName, u32>,
    /// What was noted down on the way.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<FieldName, Value>,
    /// Who has taken it on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed_by: Option<PersonId>,
    /// Set aside, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
    /// Sent back for correction, and by whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned: Option<Returned>,
    /// The facts as somebody other than the clerk checked them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<Digest>,
    /// Who has agreed to an action that needs more persons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub endorsements: Vec<Endorsement>,
    /// The decree that freezes or approved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decree: Option<DecreeId>,
    /// True while a draft decree freezes it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_decree: bool,
    /// What is known of its payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<Payment>,
    /// A payment that the bank reported against what was known before: two persons must rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<Incident>,
    /// What the clock has done, and what it counts by.
    #[serde(default, skip_serializing_if = "Timers::is_empty")]
    pub timers: Timers,
}

/// An act that counts under a duty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Act(pub ActionName, pub PersonId);

/// The duty that both persons of a repair have acted under. It is no definition's: whoever judged others' work takes
/// no part in it afterwards, and is not one of the persons a definition asks for.
pub const REPAIR: &str = "repair";

impl Act {
    /// True if it is a part in a repair.
    #[must_use]
    pub fn is_repair(&self) -> bool {
        self.0.as_str() == REPAIR
    }
}

/// A request set aside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hold {
    /// A cause of the office's policy.
    pub cause: String,
    /// True if the clock stands still.
    pub blameless: bool,
    /// Why.
    pub reason: Option<NoteRef>,
    /// Since when.
    pub since: Timestamp,
    /// By whom.
    pub by: PersonId,
    /// The last day the stage should have taken, had it not been set aside.
    pub due_on: Option<Date>,
    /// When it became due to look whether the cause still holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Timestamp>,
}

/// A request sent back for correction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Returned {
    /// The stage that sent it back, and that it goes back to once mended.
    pub from: StageName,
    /// By whom.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: Option<NoteRef>,
    /// The fields changed since.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub changed: BTreeSet<FieldName>,
}

/// A person's word for an action that needs more than one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Endorsement {
    /// The action.
    pub action: ActionName,
    /// Who.
    pub by: PersonId,
    /// The person it was given for, where the first stood in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_whom: Option<PersonId>,
    /// Digest of what they agreed to.
    pub content: Digest,
}

impl Endorsement {
    /// The persons whose word this is.
    pub fn persons(&self) -> impl Iterator<Item = PersonId> {
        [Some(self.by), self.for_whom].into_iter().flatten()
    }
}

/// What is known of a request's payment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Payment {
    /// The order and the line in it, last known.
    pub at: OrderLine,
    /// Where it stands.
    pub state: PaymentState,
    /// Since when.
    pub since: Timestamp,
    /// Why the try before it failed, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_before: Option<String>,
}

/// A payment reported against what was known before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// The line that the bank reported paid.
    pub at: OrderLine,
    /// When.
    pub since: Timestamp,
}

/// Where a payment stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    /// Frozen in an order; no word from the bank yet.
    Ordered,
    /// The bank does not know; locked until a result or a ruling.
    Unknown,
    /// The bank could not pay, for this cause; it may be ordered again.
    Failed(String),
    /// Paid.
    Paid,
}

impl PaymentState {
    /// True while no other order may take the request.
    #[must_use]
    pub fn locks(&self) -> bool {
        match self {
            PaymentState::Ordered | PaymentState::Unknown => true,
            PaymentState::Failed(_) | PaymentState::Paid => false,
        }
    }
}

/// A stored history that does not follow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokenHistory {
    /// The first event is not an entry, or an entry comes twice.
    #[error("event {seq} enters a request that exists, or acts on one that does not")]
    Entry {
        /// The event's place.
        seq: u32,
    },
    /// A seq is missing or doubled.
    #[error("event {found} follows event {after}")]
    Gap {
        /// The seq before.
        after: u32,
        /// The seq found.
        found: u32,
    },
    /// The event does not fit the state before it.
    #[error("event {seq} ({kind}) does not fit the state before it")]
    Misfit {
        /// The event's place.
        seq: u32,
        /// What it was.
        kind: &'static str,
    },
}

impl Request {
    /// True if more has happened than whoever saw this version knows of. That somebody was reminded is nothing to them.
    #[must_use]
    pub fn is_stale(&self, seen: u32) -> bool {
        let quiet = self.timers.quiet_from.is_some_and(|from| (from..self.version).contains(&seen));
        self.version != seen && !quiet
    }

    /// True if this person has acted under the duty.
    #[must_use]
    pub fn has_acted(&self, duty: &ActionName, person: PersonId) -> bool {
        self.acts.iter().any(|Act(done, by)| done == duty && *by == person)
    }

    /// The payment order's line that keeps this request from any other act.
    #[must_use]
    pub fn locked_in_order(&self) -> Option<OrderLine> {
        self.ordered_at().or_else(|| self.incident.map(|incident| incident.at))
    }

    /// The payment order's line whose result is still awaited.
    #[must_use]
    pub fn ordered_at(&self) -> Option<OrderLine> {
        self.payment.as_ref().filter(|payment| payment.state.locks()).map(|payment| payment.at)
    }

    /// The payment that nobody can be sure of, and that two persons may rule on.
    #[must_use]
    pub fn doubtful_at(&self) -> Option<OrderLine> {
        let unknown = self.payment.as_ref().filter(|payment| payment.state == PaymentState::Unknown);
        self.incident.map(|incident| incident.at).or_else(|| unknown.map(|payment| payment.at))
    }
}

/// Folds one event into the request before it.
pub fn apply(before: Option<Request>, id: RequestId, entry: &Entry) -> Result<Request, BrokenHistory> {
    let mut request = match (before, &entry.event) {
        (None, Event::Entered(entered)) if entry.seq == 1 => fold::enter(id, entry, entered),
        (None, _) | (Some(_), Event::Entered(_)) => return Err(BrokenHistory::Entry { seq: entry.seq }),
        (Some(request), event) => {
            if request.version.checked_add(1) != Some(entry.seq) {
                return Err(BrokenHistory::Gap { after: request.version, found: entry.seq });
            }
            fold::fold(request, entry, event)?
        }
    };
    let before = std::mem::replace(&mut request.version, entry.seq);
    let quiet_from = request.timers.quiet_from.unwrap_or(before);
    request.timers.quiet_from = entry.event.is_quiet().then_some(quiet_from);
    if let Some(duty) = entry.event.duty() {
        request.stood_in_for.remove(&entry.actor);
        let unseen = |person: &PersonId| !request.acts.iter().any(|act| act.1 == *person && !act.is_repair());
        let stood_in_for = entry.for_whom.filter(|person| *person != entry.actor && unseen(person));
        request.stood_in_for.extend(stood_in_for);
        for person in [Some(entry.actor), entry.for_whom].into_iter().flatten() {
            request.acts.insert(Act(duty.clone(), person));
        }
    }
    Ok(request)
}

/// Folds a whole history.
pub fn replay<'a>(
    id: RequestId,
    history: impl IntoIterator<Item = &'a Entry>,
) -> Result<Option<Request>, BrokenHistory> {
    history.into_iter().try_fold(None, |before, entry| apply(before, id, entry).map(Some))
}
