//! A workflow: the stages a request passes, the actions that move it, and the duties that keep people apart.
//!
//! A definition is a file that people who do not program can read. `Workflow::parse` refuses what does not
//! hold together, so the rest of the program never meets a half-sound definition.

mod duty;
mod stage;
mod terms;
mod way;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::definition::{Checked, WorkflowError};
use crate::digest::Digest;
use crate::form::Form;
use crate::guard::Guard;
use crate::span::WorkingDays;
use crate::{ActionName, FieldName, Label, Lang, Role, SchemeId, StageName};

pub use crate::budget::BudgetLine;
pub use duty::Duty;
pub use stage::{Escalate, Scope, Sla, Stage, Station, Weekday};
pub use terms::{Goal, GoalTime, Param, RepairPolicy, Track};

/// A definition that holds together, with the digest of the text it was read from.
#[derive(Debug, Clone)]
pub struct Workflow {
    /// The scheme it serves.
    pub scheme: SchemeId,
    /// Counts up with each published change.
    pub version: u32,
    /// Digest of the definition's text: what a request pins.
    pub digest: Digest,
    /// Its name for people.
    pub title: Label,
    /// The stage a request enters at.
    pub start: StageName,
    /// The stage a recipient goes to whom another level of government serves, where the scheme knows that.
    pub referred: Option<StageName>,
    /// The fund source its money comes from.
    pub fund: String,
    /// What a recipient gets.
    pub benefit: BenefitKind,
    /// How the aid is planned and given out, where the definition says it.
    pub track: Option<Track>,
    /// What it asks about a recipient.
    pub form: Form,
    /// Its stages.
    pub stages: BTreeMap<StageName, Stage>,
    /// Its actions.
    pub actions: BTreeMap<ActionName, Action>,
    /// What is noted down on the way, such as a verifier's checklist.
    pub fields: BTreeMap<FieldName, Field>,
    /// The figures that guards read.
    pub params: BTreeMap<String, Param>,
    /// Who must differ from whom.
    pub duties: Vec<Duty>,
    /// Who may set a request aside, and bring it back.
    pub hold: HoldPolicy,
    /// Who drafts and strikes a decree, and as which duty.
    pub decree: DecreePolicy,
    /// Who runs a payment order, and as which duty.
    pub payment_order: OrderPolicy,
    /// Who may put a request that is stuck to another stage; nobody where the definition does not say it.
    pub repair: Option<RepairPolicy>,
    /// What the office wants to reach.
    pub goals: Vec<Goal>,
    /// By older version: the stage that takes the place of one it had.
    pub migrations: BTreeMap<u32, BTreeMap<StageName, StageName>>,
}

/// The part of the way that a stage belongs to, the same in every workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The request is entered and completed.
    Input,
    /// The request is checked by somebody else.
    Verification,
    /// The request waits for a decree.
    Approval,
    /// The request waits for its money.
    Disbursement,
    /// The recipient accounts for the money.
    Accountability,
}

impl Phase {
    /// Its name in data.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Phase::Input => "input",
            Phase::Verification => "verification",
            Phase::Approval => "approval",
            Phase::Disbursement => "disbursement",
            Phase::Accountability => "accountability",
        }
    }
}

/// How a request may end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The aid arrived.
    Success,
    /// The office said no.
    Rejected,
    /// The applicant, or the clerk who entered it by mistake, took it back.
    Withdrawn,
    /// Another level of government serves this recipient.
    Referred,
}

impl End {
    /// True if the same recipient may be entered again in the same year.
    #[must_use]
    pub fn frees_recipient(self) -> bool {
        matches!(self, End::Rejected | End::Withdrawn)
    }
}

/// What kind of step an action is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    /// Moves a request forward.
    #[default]
    Forward,
    /// Sends it back for correction.
    Rework,
    /// Grants the aid.
    Approval,
    /// Moves the money.
    Payment,
    /// Ends it without aid.
    Close,
    /// Mends the payee's account after approval; the request stays where it is.
    Correction,
    /// Rules whether a payment without a clear bank result happened.
    Ruling,
}

impl ActionKind {
    /// Every kind.
    pub const ALL: [ActionKind; 7] = [
        ActionKind::Forward,
        ActionKind::Rework,
        ActionKind::Approval,
        ActionKind::Payment,
        ActionKind::Close,
        ActionKind::Correction,
        ActionKind::Ruling,
    ];

    /// Its name in data.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ActionKind::Forward => "forward",
            ActionKind::Rework => "rework",
            ActionKind::Approval => "approval",
            ActionKind::Payment => "payment",
            ActionKind::Close => "close",
            ActionKind::Correction => "correction",
            ActionKind::Ruling => "ruling",
        }
    }
}

/// The only way an action may be taken, where it is not taken by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// By a decree over a frozen list.
    Decree,
    /// By a payment order over a frozen list.
    PaymentOrder,
}

/// A step that somebody may take.
#[derive(Debug, Clone)]
pub struct Action {
    /// Its name for people.
    pub title: Label,
    /// The stages it may be taken at.
    pub from: BTreeSet<StageName>,
    /// The stage it leads to; none for an action that leaves the request where it is.
    pub to: Option<StageName>,
    /// The roles that may take it, each with the duty it counts under.
    pub by: BTreeMap<Role, ActionName>,
    /// What kind of step it is.
    pub kind: ActionKind,
    /// How it must be taken.
    pub via: Option<Via>,
    /// How many different persons must take it with the same content before it happens.
    pub persons: u32,
    /// A reason must be given.
    pub needs_reason: bool,
    /// Fields that must be filled in.
    pub needs: Vec<FieldName>,
    /// Fields that may be filled in.
    pub notes: Vec<FieldName>,
    /// What must hold.
    pub guard: Option<Guard>,
    /// A request may come to the target stage this many times at most.
    pub max_visits: Option<u32>,
    /// How long its result holds; for good where the definition does not say it.
    pub valid_for: Option<WorkingDays>,
}

/// Something noted down by an action; never personal data.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its name for people.
    pub title: Label,
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: FieldKind,
    /// The values of an `enum`.
    #[serde(default)]
    pub values: Vec<String>,
    /// What each of them is called.
    #[serde(default)]
    pub labels: BTreeMap<String, Label>,
}

impl Field {
    /// What one of the values is called.
    #[must_use]
    pub fn label<'a>(&'a self, value: &'a str, lang: Lang) -> &'a str {
        self.labels.get(value).map_or(value, |label| label.in_lang(lang))
    }
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// Yes or no.
    Bool,
    /// A whole number.
    Int,
    /// Whole rupiah.
    Money,
    /// A day.
    Date,
    /// One of the declared values.
    Enum,
}

/// Who may set a request aside, and bring it back.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoldPolicy {
    /// The roles that may.
    pub by: BTreeSet<Role>,
}

/// Who drafts and strikes a decree, each role with the duty the act counts under. Who signs it is said by the
/// action that goes by decree.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecreePolicy {
    /// The roles that may freeze a list.
    pub draft: BTreeMap<Role, ActionName>,
    /// The roles that may strike lines out of it.
    pub strike: BTreeMap<Role, ActionName>,
    /// Where a struck request goes.
    pub strike_to: StageName,
}

/// Who freezes a payment order and enters what the bank and the treasury answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderPolicy {
    /// The roles that may freeze a list.
    pub draft: BTreeMap<Role, ActionName>,
    /// The roles that may enter results and the SP2D number.
    pub settle: BTreeMap<Role, ActionName>,
}

/// What a recipient gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BenefitKind {
    /// Money into an account.
    Cash,
    /// Goods of a value, handed over.
    Goods,
}

/// Where the money of a request stands in its budget line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Not counted yet, or no more.
    #[default]
    None,
    /// Set aside at verification.
    Reserved,
    /// Owed by a decree.
    Committed,
    /// Paid out.
    Paid,
}

impl Workflow {
    /// Reads a definition; warnings do not refuse it.
    pub fn parse(text: &str) -> Result<Workflow, WorkflowError> {
        crate::definition::parse(text)
    }

    /// Reads a definition that was published before. Requests live under it, so what later checks have against the
    /// ways through it no longer matters: only what cannot be read refuses it.
    pub fn reread(text: &str) -> Result<Workflow, WorkflowError> {
        crate::definition::reread(text)
    }

    /// Reads a definition and tells all that is found in it, warnings too.
    #[must_use]
    pub fn check(text: &str) -> Checked {
        crate::definition::check(text, &[])
    }

    /// The same, where other versions are at hand: what becomes of the requests of those before it is told too.
    #[must_use]
    pub fn check_beside(text: &str, versions: &[&Workflow]) -> Checked {
        crate::definition::check(text, versions)
    }

    /// Digest of a definition's text.
    pub(crate) fn digest_of(text: &str) -> Digest {
        Digest(Sha256::digest(text.as_bytes()).into())
    }

    /// The stage by its name, if the definition has it.
    #[must_use]
    pub fn stage(&self, name: &StageName) -> Option<&Stage> {
        self.stages.get(name)
    }

    /// The phase of a stage; none for an end.
    #[must_use]
    pub fn phase_of(&self, name: &StageName) -> Option<Phase> {
        self.stage(name).and_then(|stage| stage.phase)
    }

    /// How a request ended, if the stage is an end.
    #[must_use]
    pub fn end_of(&self, name: &StageName) -> Option<End> {
        self.stage(name).and_then(|stage| stage.end)
    }

    /// The stages of a phase.
    pub fn stages_of(&self, phase: Phase) -> impl Iterator<Item = &StageName> {
        self.stages.iter().filter(move |(_, stage)| stage.phase == Some(phase)).map(|(name, _)| name)
    }

    /// The action that a decree or a payment order carries out.
    #[must_use]
    pub fn action_via(&self, via: Via) -> Option<(&ActionName, &Action)> {
        self.actions.iter().find(|(_, action)| {
            action.via == Some(via) && matches!(action.kind, ActionKind::Approval | ActionKind::Payment)
        })
    }

    /// The action of a kind at a stage, where there is just one.
    #[must_use]
    pub fn action_of(&self, kind: ActionKind, at: &StageName) -> Option<(&ActionName, &Action)> {
        self.actions.iter().find(|(_, action)| action.kind == kind && action.from.contains(at))
    }

    /// What a stage is called, or its bare name where the definition does not know it.
    #[must_use]
    pub fn stage_title<'a>(&'a self, name: &'a StageName, lang: Lang) -> &'a str {
        self.stage(name).map_or(name.as_str(), |stage| stage.title.in_lang(lang))
    }

    /// Where a request's money should stand while it is at a stage.
    #[must_use]
    pub fn standing_at(&self, stage: &StageName) -> Standing {
        match (self.phase_of(stage), self.end_of(stage)) {
            (Some(Phase::Approval), _) => Standing::Reserved,
            (Some(Phase::Disbursement), _) => Standing::Committed,
            (Some(Phase::Accountability), _) | (_, Some(End::Success)) => Standing::Paid,
            (Some(Phase::Input | Phase::Verification) | None, _) => Standing::None,
        }
    }
}

impl Action {
    /// True if the action needs more than one person to agree.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.persons > 1
    }
}
