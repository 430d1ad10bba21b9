//! Stage visits: one stay of one request at one stage, and who held it there. All measures are taken over these.

mod fold;

use std::collections::BTreeMap;

use jiff::Timestamp;
use salur_core::workflow::Workflow;
use salur_core::{ActionName, DecreeId, OrderId, PersonId, RegionCode, RequestId, Role, SchemeId, StageName};
use serde::Serialize;

pub use fold::{Fold, visits};

/// Who has a request on the desk. Time is told by holder and not only by stage: the governor's desk, the initials before
/// it and the recipient are three different delays.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// Those who serve the stage.
    Role(Role),
    /// The desks that put their initials before the signature.
    Initials,
    /// The recipient, who has to bring or mend something.
    Recipient,
    /// The bank.
    Bank,
    /// Somebody else, by the cause (DOMAIN.md (d), `snake_case`).
    Elsewhere(String),
}

/// From one instant to another; without an end while it lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Period {
    /// Since.
    pub from: Timestamp,
    /// Until.
    pub to: Option<Timestamp>,
}

/// A time in which a request was set aside, or lay with somebody who does not serve the stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pause {
    /// When.
    pub period: Period,
    /// Why (DOMAIN.md (d), `snake_case`).
    pub cause: String,
    /// Who had it.
    pub holder: Holder,
    /// True if the office is not to blame.
    pub blameless: bool,
}

/// How a visit ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// The action that ended it, where one did.
    pub action: Option<ActionName>,
    /// What sort of end.
    pub kind: OutcomeKind,
    /// The stage it went to.
    pub to: StageName,
}

/// The sorts of end a visit may have: they compete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeKind {
    /// On to the next stage, or paid.
    Forward,
    /// Sent back for correction.
    Returned,
    /// Closed on the way: rejected, withdrawn, referred.
    Closed,
    /// Put elsewhere by a repair, a check that ran out, or a new version.
    Moved,
}

impl OutcomeKind {
    /// As it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            OutcomeKind::Forward => "forward",
            OutcomeKind::Returned => "returned",
            OutcomeKind::Closed => "closed",
            OutcomeKind::Moved => "moved",
        }
    }

    /// The kind that is written so.
    #[must_use]
    pub fn parse(text: &str) -> Option<OutcomeKind> {
        [OutcomeKind::Forward, OutcomeKind::Returned, OutcomeKind::Closed, OutcomeKind::Moved]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// The list that ended a visit together with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Batch {
    /// A decree.
    Decree(DecreeId),
    /// A payment order.
    Order(OrderId),
}

/// One stay of a request at a stage.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Visit {
    /// The request.
    pub request: RequestId,
    /// Its scheme.
    pub scheme: SchemeId,
    /// The stage.
    pub stage: StageName,
    /// Its region.
    pub region: RegionCode,
    /// Who has it there while it is not set aside.
    pub holder: Holder,
    /// Counts this request's visits to the stage from 1.
    pub number: u32,
    /// Since when it could be worked on.
    pub enabled: Timestamp,
    /// When somebody first took it on.
    pub claimed: Option<Timestamp>,
    /// Who ended the visit.
    pub by: Option<PersonId>,
    /// Times in which somebody verifiably worked on it. A claim is none: who takes a request on may do so for days.
    pub touched: Vec<Period>,
    /// Times in which it was set aside, in order and apart from each other.
    pub pauses: Vec<Pause>,
    /// When it left.
    pub exit: Option<Timestamp>,
    /// How it left.
    pub outcome: Option<Outcome>,
    /// The list it left by.
    pub batch: Option<Batch>,
    /// True if the request is at an end after it.
    pub last: bool,
}

impl Visit {
    /// When it ended; `now` while it lasts.
    #[must_use]
    pub fn until(&self, now: Timestamp) -> Timestamp {
        self.exit.unwrap_or(now).max(self.enabled)
    }

    /// True if it lasts at that moment.
    #[must_use]
    pub fn is_open_at(&self, at: Timestamp) -> bool {
        self.enabled <= at && self.exit.is_none_or(|exit| at < exit)
    }

    /// What happened until a moment, as it was known then: for measures and back-tests of the past.
    #[must_use]
    pub fn as_of(&self, at: Timestamp) -> Option<Visit> {
        if self.enabled > at {
            return None;
        }
        let mut visit = self.clone();
        let known = |period: &mut Period| period.to = period.to.filter(|to| *to <= at);
        visit.claimed = visit.claimed.filter(|claimed| *claimed <= at);
        visit.pauses.retain(|pause| pause.period.from <= at);
        visit.pauses.iter_mut().for_each(|pause| known(&mut pause.period));
        visit.touched.retain(|period| period.from <= at);
        visit.touched.iter_mut().for_each(known);
        if visit.exit.is_none_or(|exit| exit > at) {
            (visit.exit, visit.outcome, visit.batch, visit.by, visit.last) = (None, None, None, None, false);
        }
        Some(visit)
    }
}

/// Causes of a hold, and who has the request then, as DOMAIN.md (d) tells them. Others are told by their code.
const CAUSES: [(&str, Holder); 7] = [
    ("missing_document", Holder::Recipient),
    ("agreement_unsigned", Holder::Recipient),
    ("prior_report_overdue", Holder::Recipient),
    ("account_rejected", Holder::Recipient),
    ("recipient_unreachable", Holder::Recipient),
    ("initials_pending", Holder::Initials),
    ("bank_no_result", Holder::Bank),
];

/// Who has a request at which stage, and under which cause of a hold.
#[derive(Debug, Clone, Default)]
pub struct Desks {
    /// By stage.
    pub stages: BTreeMap<StageName, Holder>,
    /// By cause of a hold, where the office says otherwise than DOMAIN.md (d).
    pub causes: BTreeMap<String, Holder>,
}

impl Desks {
    /// The desks of a definition: the role that serves each stage. A stage whose cause of waiting is `initials_pending`
    /// is the initials' own.
    #[must_use]
    pub fn of(workflow: &Workflow) -> Desks {
        let desk = |(name, stage): (&StageName, &salur_core::workflow::Stage)| {
            let waits = stage.waits.as_deref().filter(|cause| *cause == "initials_pending");
            let role = stage.served_by.as_ref().map(|station| Holder::Role(station.role.clone()));
            Some((name.clone(), waits.map(|_| Holder::Initials).or(role)?))
        };
        Desks { stages: workflow.stages.iter().filter_map(desk).collect(), causes: BTreeMap::new() }
    }

    /// Who serves a stage.
    #[must_use]
    pub fn at(&self, stage: &StageName) -> Holder {
        self.stages.get(stage).cloned().unwrap_or_else(|| Holder::Elsewhere(stage.as_str().to_owned()))
    }

    /// Who has a request that is set aside for this cause.
    #[must_use]
    pub fn under(&self, cause: &str) -> Holder {
        let known = || CAUSES.iter().find(|(code, _)| *code == cause).map(|(_, holder)| holder.clone());
        let said = self.causes.get(cause).cloned();
        said.or_else(known).unwrap_or_else(|| Holder::Elsewhere(cause.to_owned()))
    }
}
