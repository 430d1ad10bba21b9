//! What happened to a request. An event carries all that `apply` needs, so a history replays without the
//! definition it was decided under; it carries no personal data, only ids and keyed digests.

mod kind;
mod turn;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::value::Value;
use crate::workflow::{BenefitKind, Standing};
use crate::{
    ActionName, AttachmentId, DecreeId, FieldName, ImportId, LineId, NoteId, OrderId, PersonId, RecipientId,
    RegionCode, Role, Rupiah, SchemeId, StageName, WorkingDays,
};

pub use turn::{Expired, Migrated, Repaired};

/// One line of a request's history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Counts a request's events from 1.
    pub seq: u32,
    /// When.
    pub at: Timestamp,
    /// The person who did it.
    pub actor: PersonId,
    /// The person it was done for, where the actor stood in.
    pub for_whom: Option<PersonId>,
    /// What happened.
    pub event: Event,
}

/// The facts a decision rested on: their version, and a keyed digest of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactsRef {
    /// Counts the versions of a recipient's facts from 1.
    pub version: u32,
    /// Keyed digest of all facts.
    pub digest: Digest,
    /// Keyed digest of the payee's account alone.
    pub account: Digest,
}

/// A text somebody wrote, kept sealed elsewhere: its id and keyed digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteRef {
    /// Where the text is kept.
    pub id: NoteId,
    /// Keyed digest of the text.
    pub digest: Digest,
}

/// The definition a request runs under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// Its version.
    pub version: u32,
    /// Digest of its text.
    pub digest: Digest,
}

/// Where a request came from, if from a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The list.
    pub import: ImportId,
    /// The row in it.
    pub row: u32,
}

/// The first event of a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the field names are the glossary's words")]
pub struct Entered {
    pub scheme: SchemeId,
    pub year: i16,
    pub definition: Pin,
    pub region: RegionCode,
    pub recipient: RecipientId,
    pub facts: FactsRef,
    pub amount: Rupiah,
    pub benefit: BenefitKind,
    pub line: LineId,
    pub stage: StageName,
    pub due_on: Option<Date>,
    /// True if the stage is an end: the recipient was referred elsewhere.
    #[serde(default, skip_serializing_if = "is_false")]
    pub closes: bool,
    /// The duty that entering counts under.
    pub duty: ActionName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// A step from one stage to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Advanced {
    /// The action taken.
    pub action: ActionName,
    /// The stage it left.
    pub from: StageName,
    /// The stage it came to.
    pub to: StageName,
    /// True if `to` is an end.
    #[serde(default, skip_serializing_if = "is_false")]
    pub closes: bool,
    /// True if the request was sent back for correction.
    #[serde(default, skip_serializing_if = "is_false")]
    pub returns: bool,
    /// True if the facts as they stand were checked by this step.
    #[serde(default, skip_serializing_if = "is_false")]
    pub checks: bool,
    /// The last day the new stage should take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<Date>,
    /// The duty it counts under.
    pub duty: ActionName,
    /// Where the money stands from now on.
    pub budget: Standing,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<NoteRef>,
    /// What was noted down.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<FieldName, Value>,
    /// The decree that did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decree: Option<DecreeId>,
    /// The payment order and the line in it that did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderLine>,
    /// How long what was checked by this step holds, where it does not hold for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_for: Option<WorkingDays>,
}

/// A line of a payment order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLine {
    /// The payment order.
    pub order: OrderId,
    /// Its line, from 1.
    pub line: u32,
}

/// Why a list let go of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unlisting {
    /// The list was given up.
    Cancelled,
    /// The rules refused this line when the list was signed; the refusal's code.
    Refused(String),
}

/// What happens by an act, and the person it is done for where the actor stands in: the event is kept with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Acted {
    /// The person acted for.
    pub for_whom: Option<PersonId>,
    /// What happens.
    pub event: Event,
}

/// What happened to a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// It was entered.
    Entered(Box<Entered>),
    /// Facts were corrected before verification.
    Amended {
        /// The facts from now on.
        facts: FactsRef,
        /// The amount from now on.
        amount: Rupiah,
        /// The region from now on.
        region: RegionCode,
        /// The fields that changed.
        changed: Vec<FieldName>,
        /// The duty it counts under.
        duty: ActionName,
    },
    /// It moved to another stage.
    Advanced(Box<Advanced>),
    /// One of several persons took an action that needs more of them.
    Endorsed {
        /// The action.
        action: ActionName,
        /// The duty it counts under.
        duty: ActionName,
        /// Digest of what they agreed to: only equal content counts together.
        content: Digest,
    },
    /// The payee's account was mended after approval.
    Corrected {
        /// The action that did it.
        action: ActionName,
        /// The duty it counts under.
        duty: ActionName,
        /// The facts from now on.
        facts: FactsRef,
    },
    /// It was set aside.
    Held {
        /// A cause of the office's policy.
        cause: String,
        /// True if the clock stands still, because the office is not to blame.
        blameless: bool,
        /// Why.
        reason: Option<NoteRef>,
    },
    /// It was taken up again.
    Resumed {
        /// The last day the stage should take.
        due_on: Option<Date>,
        /// True if the clock stood still while it was set aside.
        #[serde(default, skip_serializing_if = "is_false")]
        stood_still: bool,
    },
    /// Somebody took it on.
    Claimed,
    /// Somebody put it back.
    Released,
    /// Somebody wrote something.
    Commented {
        /// What.
        note: NoteRef,
    },
    /// A file was attached.
    Attached {
        /// Where it is kept.
        attachment: AttachmentId,
        /// Its type by content.
        media_type: String,
        /// Its size in bytes.
        size: u64,
        /// SHA-256 of its bytes.
        digest: Digest,
    },
    /// A draft decree froze it.
    Listed {
        /// The decree.
        decree: DecreeId,
        /// The duty that drafting counts under.
        duty: ActionName,
    },
    /// A decree let go of it, undecided.
    Unlisted {
        /// The decree.
        decree: DecreeId,
        /// Why.
        why: Unlisting,
    },
    /// A payment order froze it.
    Ordered {
        /// The order and the line in it.
        at: OrderLine,
        /// The duty it counts under.
        duty: ActionName,
    },
    /// Somebody worked on its payment order: fetched the bank file, or entered the SP2D.
    OrderWorked {
        /// The order and the line in it.
        at: OrderLine,
        /// The duty it counts under.
        duty: ActionName,
    },
    /// A payment order was given up before the bank saw it.
    Unordered {
        /// The order and the line in it.
        at: OrderLine,
    },
    /// The bank could not pay.
    PaymentFailed {
        /// The order and the line in it.
        at: OrderLine,
        /// The bank's cause.
        cause: String,
        /// The duty it counts under.
        duty: ActionName,
    },
    /// The bank does not know yet; the request stays locked.
    PaymentUnknown {
        /// The order and the line in it.
        at: OrderLine,
        /// The duty it counts under.
        duty: ActionName,
    },
    /// The bank says paid after it said failed, or paid twice: two persons must rule.
    IncidentOpened {
        /// The order and the line in it.
        at: OrderLine,
        /// The duty it counts under.
        duty: ActionName,
    },
    /// Two persons ruled that a doubtful payment did not happen.
    RuledUnpaid {
        /// The action that did it.
        action: ActionName,
        /// The duty it counts under.
        duty: ActionName,
    },
    /// Two persons ruled that a request already paid was paid once more: the excess is to be asked back.
    RuledPaidTwice {
        /// The action that did it.
        action: ActionName,
        /// The duty it counts under.
        duty: ActionName,
    },
    /// It has been at its stage so long that who serves the stage is reminded.
    Reminded {
        /// The stage.
        stage: StageName,
        /// The role that is reminded.
        role: Option<Role>,
    },
    /// It has been at its stage so long that it is brought before somebody else.
    Escalated {
        /// The stage.
        stage: StageName,
        /// The role it is brought before.
        to: Role,
    },
    /// It has been set aside so long that somebody should look whether the cause still holds.
    HoldReviewDue {
        /// The cause.
        cause: String,
    },
    /// What was checked holds no longer: it is checked anew.
    VerificationExpired(Box<Expired>),
    /// Two persons put it to another stage, because it was stuck.
    Repaired(Box<Repaired>),
    /// It runs under another version of its definition from now on.
    Migrated(Box<Migrated>),
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}
