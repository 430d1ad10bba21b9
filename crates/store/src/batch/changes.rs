//! What goes into a batch and what comes out of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use salur_core::decree::{Books, Decree, DecreeLine};
use salur_core::office::{Effect, Proposal, Published};
use salur_core::payment::{Order, PayLine};
use salur_core::request::Request;
use salur_core::workflow::{End, Workflow};
use salur_core::{
    AttachmentId, DecreeId, Digest, ImportId, LineId, OrderId, PersonId, ProposalId, RegionCode, RequestId,
    SchemeId, StageName,
};
use uuid::Uuid;

use crate::access::{AccessLoaded, AccessWrite};
use crate::chain::NewEvent;
use crate::job::{Founding, ImportState, SealedFacts, SealedNote};
use crate::viewings::Viewing;
use crate::visits::VisitPiece;

/// What is loaded before a batch is decided.
#[derive(Debug, Default)]
pub struct Loaded {
    /// Requests and budget lines by id.
    pub books: Books,
    /// Answers given before, by principal and key.
    pub answered: HashMap<(PersonId, String), StoredAnswer>,
    /// Who is in already, by scheme, year and subject key: the request and its region.
    pub subjects: HashMap<(SchemeId, i16, String), (RequestId, RegionCode)>,
    /// Decrees with their lines.
    pub decrees: HashMap<DecreeId, (Decree, Vec<DecreeLine>)>,
    /// Payment orders with their lines.
    pub orders: HashMap<OrderId, (Order, Vec<PayLine>)>,
    /// How often each import has been kept.
    pub imports: HashMap<ImportId, u32>,
    /// Proposals by id.
    pub proposals: HashMap<ProposalId, Proposal>,
    /// How many events a person, a paper or a budget line has.
    pub seqs: HashMap<Uuid, u32>,
    /// Accounts, sessions and guesses.
    pub access: AccessLoaded,
}

/// An answer given before.
#[derive(Debug, Clone)]
pub struct StoredAnswer {
    /// Of the command it answered.
    pub fingerprint: Digest,
    /// The answer or refusal, as JSON.
    pub outcome: String,
}

/// What is to be written.
#[derive(Debug, Default)]
pub struct Changes {
    /// Events in order.
    pub events: Vec<NewEvent>,
    /// Requests that change, each with the version it had when loaded (0 for a new one). As they stand from now
    /// on they are in the books.
    pub requests: BTreeMap<RequestId, u32>,
    /// Subject keys that change.
    pub subject_keys: HashMap<RequestId, String>,
    /// Budget lines that change.
    pub lines: BTreeSet<LineId>,
    /// How many requests more are where.
    pub counts: BTreeMap<Place, i64>,
    /// How many open requests more are due on which day.
    pub dues: BTreeMap<(Place, jiff::civil::Date), i64>,
    /// How many requests more have which snag, and where.
    pub snags: BTreeMap<(Place, String), i64>,
    /// Facts to keep.
    pub facts: Vec<(RequestId, SealedFacts)>,
    /// Texts to keep.
    pub notes: Vec<SealedNote>,
    /// Attachments to list.
    pub attachments: Vec<Attachment>,
    /// Decrees from now on.
    pub decrees: Vec<(Decree, Vec<DecreeLine>)>,
    /// Payment orders from now on.
    pub orders: Vec<(Order, Vec<PayLine>)>,
    /// Answers to keep.
    pub answers: Vec<(PersonId, String, StoredAnswer, i64)>,
    /// Imports from now on.
    pub imports: Vec<ImportState>,
    /// What to tell outside: an index into `events`.
    pub outbox: Vec<usize>,
    /// What founds the office.
    pub founding: Vec<Founding>,
    /// Forget answers and outbox rows from before this time.
    pub forget: Option<i64>,
    /// Who looked at which request.
    pub viewings: Vec<Viewing>,
    /// What becomes of visits.
    pub visits: Option<VisitPiece>,
    /// What changes in who gets in.
    pub access: Vec<AccessWrite>,
    /// Proposals from now on.
    pub proposals: Vec<Proposal>,
    /// What changes in the office; a definition with what names it.
    pub effects: Vec<(Effect, Option<Published>)>,
    /// How many events a person, a paper or a budget line has from now on.
    pub seqs: BTreeMap<Uuid, u32>,
}

impl Changes {
    /// True if people, papers or definitions change: what decisions are made in must be loaded anew.
    #[must_use]
    pub fn is_of_office(&self) -> bool {
        !self.founding.is_empty()
            || !self.effects.is_empty()
            || self.access.iter().any(AccessWrite::is_of_office)
    }

    /// True if there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
            && self.answers.is_empty()
            && self.imports.is_empty()
            && self.founding.is_empty()
            && self.access.is_empty()
            && self.forget.is_none()
            && self.visits.is_none()
            && self.viewings.is_empty()
    }
}

/// True if a request is closed in a way that lets its recipient ask again.
pub(crate) fn frees_recipient(workflow: &Workflow, request: &Request) -> bool {
    request.closed && workflow.end_of(&request.stage).is_some_and(End::frees_recipient)
}

/// A file attached to a request; its bytes are kept by digest.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Attachment {
    pub id: AttachmentId,
    pub request: RequestId,
    pub at: i64,
    pub media_type: String,
    pub size: u64,
    pub digest: Digest,
}

/// Where a request is counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Place {
    pub scheme: SchemeId,
    pub year: i16,
    pub stage: StageName,
    pub region: RegionCode,
}

impl Place {
    pub(super) fn of(request: &Request) -> Place {
        Place {
            scheme: request.scheme.clone(),
            year: request.year,
            stage: request.stage.clone(),
            region: request.region.clone(),
        }
    }
}
