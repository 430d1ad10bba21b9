//! What is asked of the store, and what it answers. Every write of the program is one of these jobs.

mod import;

use jiff::Timestamp;
use jiff::civil::Date;
use salur_core::access::Denied;
use salur_core::command::Command;
use salur_core::decree::{Decree, Signing};
use salur_core::event::{FactsRef, NoteRef};
use salur_core::office::{Change, Proposal};
use salur_core::payment::{BankWord, Order};
use salur_core::refusal::Refusal;
use salur_core::request::Request;
use salur_core::roster::Person;
use salur_core::workflow::BudgetLine;
use salur_core::{
    DecreeId, Digest, ImportId, OrderId, PersonId, ProposalId, RecipientId, RegionCode, RequestId, Rupiah,
    SchemeId,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::access::{AccessAct, Assertion};
use crate::archive::Archived;
use crate::viewings::Viewing;
use crate::visits::VisitPiece;

pub use import::{ImportError, ImportPhase, ImportState, SealedFault};

/// A job with who asks, when, and the key under which a repetition is recognised.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Who asks.
    pub actor: PersonId,
    /// The person asked for, where the actor stands in.
    pub for_whom: Option<PersonId>,
    /// When.
    pub at: Timestamp,
    /// The key under which a repetition is recognised.
    pub key: Option<Key>,
    /// What is asked.
    pub job: Job,
}

/// An idempotency key: the same text with the same fingerprint is the same command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// What the caller sent.
    pub text: String,
    /// SHA-256 of method, path and body.
    pub fingerprint: Digest,
}

/// What is asked.
#[derive(Debug, Clone)]
pub enum Job {
    /// Enter one request.
    Enter(Box<Entry>),
    /// Do something to one request.
    Act(Box<Act>),
    /// Do the same to many requests, each decided on its own.
    Many {
        /// To which.
        requests: Vec<RequestId>,
        /// What.
        command: Command,
        /// The text that the command refers to.
        note: Option<SealedNote>,
        /// True to answer what would happen, and do nothing.
        dry_run: bool,
    },
    /// Enter many requests of an import.
    Accept {
        /// Its rows.
        entries: Vec<Entry>,
        /// The import from now on.
        state: ImportState,
    },
    /// Keep what is known of an import.
    NoteImport(Box<ImportState>),
    /// Draft a decree.
    DraftDecree {
        /// Its id.
        id: DecreeId,
        /// The scheme.
        scheme: SchemeId,
        /// The fiscal year.
        year: i16,
        /// The requests wanted on it.
        requests: Vec<RequestId>,
        /// Only tells what would be on it, and keeps nothing.
        dry_run: bool,
    },
    /// Strike lines off a draft decree.
    StrikeDecree {
        /// The decree.
        id: DecreeId,
        /// The requests to strike.
        requests: Vec<RequestId>,
        /// Why.
        note: Option<SealedNote>,
    },
    /// Sign a decree.
    SignDecree {
        /// The decree.
        id: DecreeId,
        /// What is signed.
        signing: Signing,
        /// What a passkey signed with it, where one did.
        assertion: Option<Box<Assertion>>,
    },
    /// Give a draft decree up.
    CancelDecree {
        /// The decree.
        id: DecreeId,
    },
    /// Draft a payment order.
    DraftOrder {
        /// Its id.
        id: OrderId,
        /// The requests wanted on it.
        requests: Vec<RequestId>,
        /// Only tells what would be on it, and keeps nothing.
        dry_run: bool,
    },
    /// Note that the bank file was fetched.
    ExportOrder {
        /// The order.
        id: OrderId,
    },
    /// Enter the SP2D number.
    EnterSp2d {
        /// The order.
        id: OrderId,
        /// The number.
        number: String,
        /// Its date.
        date: Date,
    },
    /// Take the bank's results.
    SettleOrder {
        /// The order.
        id: OrderId,
        /// The results, and of which list they are.
        told: BankWord,
    },
    /// Give a payment order up.
    CancelOrder {
        /// The order.
        id: OrderId,
    },
    /// Set up the office: people, definitions, budget lines, sessions. Only while the office is empty.
    Found(Box<Founding>),
    /// Propose a change of the office. [`Store::proposing`](crate::Store::proposing) makes this job.
    Propose {
        /// The proposal's id.
        id: ProposalId,
        /// What is to change.
        change: Box<Change>,
        /// A keyed digest of it, which the audit chain holds in its stead.
        digest: Digest,
        /// The text that the change refers to.
        note: Option<SealedNote>,
    },
    /// Confirm a proposal: a second person does.
    Confirm {
        /// The proposal.
        id: ProposalId,
    },
    /// Say no to a proposal.
    Decline {
        /// The proposal.
        id: ProposalId,
        /// Why.
        note: Option<SealedNote>,
    },
    /// Take a proposal of one's own back.
    Withdraw {
        /// The proposal.
        id: ProposalId,
    },
    /// Open a session of a person, whom somebody gives its token: the setup, the demo.
    OpenSession(SessionRow),
    /// Something about who gets in.
    Access(Box<AccessAct>),
    /// Nothing: the edge has found that the actor may not, and the answer is that.
    Deny(Denied),
    /// Note that somebody was shown what lists mask: a file, a list of faulty rows.
    NoteReading {
        /// The reading's own id.
        id: Uuid,
        /// What was shown, a stable name.
        what: &'static str,
        /// Of which request or import.
        of: Uuid,
        /// Why, where a reason is asked for.
        note: Option<SealedNote>,
    },
    /// Note who looked at which request.
    NoteViewings(Vec<Viewing>),
    /// Note that a closed year's events were moved to an archive.
    NoteArchive {
        /// The archive's own id.
        id: Uuid,
        /// What it holds.
        archived: Archived,
    },
    /// Do to these requests what time does to them: decided on what they are then, so it happens once, whoever else
    /// asks it too.
    Timers {
        /// Which.
        requests: Vec<RequestId>,
    },
    /// Bring these requests under a later version of their definition, as two persons have said, each decided on its own.
    Migrate {
        /// What they have said; whoever confirmed it is who does this.
        proposal: ProposalId,
        /// Which.
        requests: Vec<RequestId>,
    },
    /// Keep what events have become of visits.
    KeepVisits(Box<VisitPiece>),
    /// Forget answers and outbox rows from before a time.
    Forget {
        /// From before this.
        before: Timestamp,
    },
}

impl Job {
    /// True if a password is not enough for it: it approves, lets money go, or changes the office.
    #[must_use]
    pub fn weighs_much(&self) -> bool {
        matches!(
            self,
            Job::SignDecree { .. }
                | Job::DraftOrder { dry_run: false, .. }
                | Job::ExportOrder { .. }
                | Job::EnterSp2d { .. }
                | Job::Propose { .. }
                | Job::Confirm { .. }
        )
    }

    /// True if it touches many requests, or changes what others are decided in: it is a batch of its own.
    #[must_use]
    pub fn is_bulk(&self) -> bool {
        !matches!(
            self,
            Job::Enter(_)
                | Job::Act(_)
                | Job::NoteImport(_)
                | Job::OpenSession(_)
                | Job::Access(_)
                | Job::Deny(_)
                | Job::Forget { .. }
                | Job::NoteReading { .. }
                | Job::NoteViewings(_)
                | Job::NoteArchive { .. }
        )
    }
}

/// A request to enter, its facts already sealed.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the field names are the glossary's words")]
pub struct Entry {
    pub request: RequestId,
    pub scheme: SchemeId,
    pub year: i16,
    pub region: RegionCode,
    pub amount: Rupiah,
    pub referred: bool,
    pub facts: SealedFacts,
    /// Keyed hash of what names the recipient within scheme and year.
    pub subject_key: String,
    /// The row of the import it comes from.
    pub row: Option<u32>,
    /// The import it comes from.
    pub import: Option<ImportId>,
}

/// Something to do to one request.
#[derive(Debug, Clone)]
pub struct Act {
    /// To which.
    pub request: RequestId,
    /// What.
    pub command: Command,
    /// The version the caller saw, if they said so.
    pub seen: Option<u32>,
    /// The text that the command refers to.
    pub note: Option<SealedNote>,
    /// The facts that the command refers to.
    pub facts: Option<SealedFacts>,
    /// The subject key from now on, where the command changes it.
    pub subject_key: Option<String>,
}

/// Facts sealed under their recipient's key.
#[derive(Debug, Clone)]
pub struct SealedFacts {
    /// Whose.
    pub recipient: RecipientId,
    /// The recipient's key sealed under the office's key of this id; none where it is stored already.
    pub sealed_key: Option<(String, Vec<u8>)>,
    /// The facts, sealed.
    pub sealed: Vec<u8>,
    /// What events say of them.
    pub facts: FactsRef,
    /// What lists show of them, sealed under the office's key.
    pub label: Vec<u8>,
    /// Keyed hashes of the words they are found by.
    pub words: Vec<i64>,
}

/// A text sealed under the office's key.
#[derive(Debug, Clone)]
pub struct SealedNote {
    /// What events say of it.
    pub note: NoteRef,
    /// Id of the key it is sealed under.
    pub key_id: String,
    /// The text, sealed.
    pub sealed: Vec<u8>,
}

/// Everything an office starts with.
#[derive(Debug, Clone, Default)]
pub struct Founding {
    /// When.
    pub at: Timestamp,
    /// The people and their roles.
    pub people: Vec<Person>,
    /// The budget lines.
    pub lines: Vec<BudgetLine>,
    /// The definitions, as text.
    pub definitions: Vec<String>,
    /// Sessions to open.
    pub sessions: Vec<SessionRow>,
}

/// A session: a bearer token's digest and the person it speaks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// SHA-256 of the token.
    pub digest: Digest,
    /// The person.
    pub person: PersonId,
    /// What it is for.
    pub label: String,
    /// Since when.
    pub opened_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
}

/// What the store answers: stored with the key, so that a repetition gets the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// A request as it stands after the act.
    Request {
        /// Which.
        id: RequestId,
        /// Seq of its last event.
        version: u32,
        /// The request itself; a repetition replays it from its history.
        #[serde(skip)]
        now: Option<Box<Request>>,
    },
    /// What became of each of many.
    Many(Vec<Outcome>),
    /// A decree after the act, and what was left off it.
    Decree(Box<Decree>, Vec<Outcome>),
    /// A payment order after the act, and what was left off it.
    Order(Box<Order>, Vec<Outcome>),
    /// A proposal as it stands after the act; none where there was nothing to change.
    Proposal {
        /// Which.
        id: Option<ProposalId>,
        /// The proposal itself; a repetition reads it again.
        #[serde(skip)]
        now: Option<Box<Proposal>>,
    },
    /// So many timers fired.
    Fired(u32),
    /// Kept.
    Kept,
    /// An import is noted.
    Import(ImportId),
}

/// What became of one of many.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The request.
    pub id: RequestId,
    /// Why not; none where it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
}
