//! A refusal: the rules say no. It is a value with a stable code, what failed, and who could act instead; the
//! API, the pages and the explanation show that same value.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::access::Denied;
use crate::guard::FailedAtom;
use crate::office::Objection;
use crate::roster::{Capacity, Limit};
use crate::{
    ActionName, DecreeId, FieldName, LineId, OrderId, PersonId, RegionCode, Role, Rupiah, StageName,
};

/// What a refusal asks of the person it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// Somebody else may.
    NotYou,
    /// Not at this time, or not in this state.
    NotNow,
    /// Not in this form.
    NotLikeThis,
}

/// Why the rules say no, and who could act instead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    /// Why.
    pub why: Why,
    /// Persons who could act instead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub who_could: Vec<PersonId>,
}

/// Why the rules say no. The snake-case name is the public code and never changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are named for what the sentence says of them")]
pub enum Why {
    /// The request is at an end.
    RequestClosed { stage: StageName },
    /// The workflow has no such action.
    ActionUnknown { action: ActionName },
    /// The action is not taken at this stage.
    NotAtThisStage { action: ActionName, stage: StageName },
    /// The action is taken by a decree only.
    OnlyByDecree { action: ActionName },
    /// The action is taken by a payment order only.
    OnlyByPaymentOrder { action: ActionName },
    /// A draft decree freezes the request.
    InDecree { decree: DecreeId },
    /// A payment order freezes the request.
    InPaymentOrder { order: OrderId, line: u32 },
    /// The actor holds none of the roles here.
    RoleMissing { action: ActionName, roles: Vec<Role> },
    /// The actor has done another act on this request that must be someone else's.
    DutyConflict { duty: ActionName, earlier: ActionName, person: PersonId },
    /// The act must be that person's who has done the other.
    SamePerson { duty: ActionName, earlier: ActionName, person: PersonId },
    /// A person holds, or held when acting here, two roles that exclude each other.
    RolesExclusive { role: Role, other: Role, person: PersonId },
    /// The actor's capacity in a seat that is not theirs does not go so far.
    ActingMayNot { action: ActionName, capacity: Capacity, source: String },
    /// What was handed to the actor does not go so far.
    DelegationExceeded { action: ActionName, from: PersonId, limit: Limit },
    /// What one proposes another must agree to.
    NeedsSecond { person: PersonId },
    /// Nobody agrees to what favours themselves.
    OwnFavour { person: PersonId },
    /// The person has left, or was never there.
    PersonInactive { person: PersonId },
    /// Nobody acts for themselves.
    ForOneself { person: PersonId },
    /// The days have passed, or end before they begin.
    DaysInvalid {
        from: Date,
        to: Date,
        /// The office's day, which such days may not reach back behind.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        today: Option<Date>,
    },
    /// Powers are not handed on for so long.
    DelegationTooLong { days: u32, most: u32, source: String },
    /// What somebody holds by a paper is not handed on.
    DelegationChained { person: PersonId, role: Role },
    /// The person does not hold that role there by a grant.
    GrantMissing { person: PersonId, role: Role, region: RegionCode },
    /// The seat is not vacant.
    SeatHeld { person: PersonId, role: Role },
    /// A duty that must be another's would be left to nobody but these; or, where a role and a duty are named, whoever
    /// takes the role does in that role of theirs what is kept apart from this duty.
    BreaksDuty {
        role: Role,
        duty: ActionName,
        persons: Vec<PersonId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        beside: Option<(Role, ActionName)>,
    },
    /// The request is set aside.
    OnHold { cause: String },
    /// The request is not set aside.
    NotOnHold,
    /// No such cause in the office's policy.
    HoldCauseUnknown { cause: String, known: Vec<String> },
    /// Somebody else has taken the request on.
    ClaimedByOther { by: PersonId },
    /// Nobody has taken the request on.
    NotClaimed,
    /// The action needs a reason.
    ReasonMissing { action: ActionName },
    /// The action needs fields filled in.
    FieldMissing { fields: Vec<FieldName> },
    /// The workflow has no such field.
    FieldUnknown { field: FieldName, known: Vec<FieldName> },
    /// The field's value is not of its type.
    FieldInvalid { field: FieldName, found: String, wanted: String },
    /// A condition of the action does not hold.
    GuardFailed { atoms: Vec<FailedAtom> },
    /// The stage was entered as often as the workflow allows.
    VisitsUsedUp { stage: StageName, most: u32 },
    /// Fewer different persons have acted than the duty asks for.
    TooFewPersons { have: usize, need: u32 },
    /// The person has already given their word for this.
    AlreadyEndorsed { action: ActionName },
    /// Facts may be changed before verification only.
    FactsFrozen { stage: StageName },
    /// The budget line does not suffice.
    BudgetShort { line: LineId, missing: Rupiah },
    /// There is no budget line.
    NotBudgeted { line: LineId },
    /// A freeze stops this money.
    Frozen { source: String, until: Date },
    /// The list is empty: none of the requests can go on it.
    ListEmpty,
    /// The request is of another scheme or year than the list.
    OtherScheme { scheme: crate::SchemeId, year: i16 },
    /// The list has changed since it was seen.
    DigestStale { found: String, current: String },
    /// The decree or the order is settled.
    ListClosed { state: String },
    /// The decree was signed under another number or date.
    SignedOtherwise { number: String },
    /// The request is not on the list, or no longer.
    NotOnList { request: crate::RequestId },
    /// The bank has seen the order's file.
    BankFileIsOut,
    /// The bank has no file of the order yet, so it cannot have answered.
    BankFileNotOut,
    /// The order already has another SP2D number.
    Sp2dOtherwise { number: String },
    /// A decree's date lies ahead.
    DateAhead { date: Date, today: Date },
    /// A decree's date lies before its list was frozen.
    DateBeforeDraft { date: Date, drafted: Date },
    /// Another decree of that year has the number.
    DecreeNumberTaken { number: String, decree: DecreeId },
    /// Another order's SP2D of that year has the number.
    Sp2dNumberTaken { number: String, order: OrderId },
    /// The results are of another list than this order's.
    OtherOrder { found: String, current: String },
    /// The results name no order, and another one waits for its results as well.
    ResultsUnbound { other: OrderId },
    /// The results name a request that is not on that line of the order.
    NotOnLine { line: u32, request: crate::RequestId },
    /// The order has no doubtful payment here.
    NothingToRule,
    /// The bank reported this line paid; it cannot be unpaid by a file.
    AlreadyPaid { line: u32 },
    /// The amount does not fit.
    AmountTooLarge,
    /// The recipient is in already, for the same scheme and year; with which request, where the actor may see it.
    DuplicateExisting { request: Option<crate::RequestId> },
    /// The definition a request pins is not there.
    DefinitionMissing,
    /// What was checked holds no longer.
    VerificationExpired { action: ActionName, stage: StageName },
    /// No repair may put the request to this stage.
    RepairNotAllowed { stage: StageName },
    /// The request was on a payment order: the bank may yet say that it was paid.
    PaymentBegun { order: OrderId, line: u32 },
    /// The version is not later than the request's own.
    VersionNotLater { version: u32 },
    /// The version has no stage in place of this one.
    StageUnmapped { stage: StageName, version: u32 },
    /// The version would take the request over an approval or back behind it.
    ApprovalCrossed { stage: StageName },
    /// The version has another fund or benefit.
    OtherMoney { version: u32 },
    /// What was noted down does not fit the field any more.
    FieldChanged { field: FieldName },
    /// The version lets one person do both, which somebody has relied on.
    DutyWeakened { duty: ActionName, other: ActionName },
    /// The version lets two persons do what had to be one person's.
    SameWeakened { duty: ActionName, other: ActionName },
    /// The version lets one person hold two roles that excluded each other.
    RolesWeakened { role: Role, other: Role },
    /// Under the version an action takes fewer persons.
    ActionWeakened { action: ActionName, have: u32, need: u32 },
    /// Under the version fewer persons would do.
    PersonsWeakened { have: usize, need: u32 },
    /// The request has moved on since it was seen.
    Stale { seen: u32, actual: u32 },
    /// The office does not change: the code is that of the objection.
    Office(Objection),
    /// Somebody is not let in, or may not change how they get in.
    Denied(Denied),
    /// No such request, decree or order, or not for this person's eyes.
    NotFound,
}

impl Why {
    /// The public code.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "one code for each reason")]
    pub fn code(&self) -> &'static str {
        match self {
            Why::RequestClosed { .. } => "request_closed",
            Why::ActionUnknown { .. } => "action_unknown",
            Why::NotAtThisStage { .. } => "not_at_this_stage",
            Why::OnlyByDecree { .. } => "only_by_decree",
            Why::OnlyByPaymentOrder { .. } => "only_by_payment_order",
            Why::InDecree { .. } => "in_decree",
            Why::InPaymentOrder { .. } => "in_payment_order",
            Why::RoleMissing { .. } => "role_missing",
            Why::DutyConflict { .. } => "duty_conflict",
            Why::SamePerson { .. } => "same_person",
            Why::RolesExclusive { .. } => "roles_exclusive",
            Why::ActingMayNot { .. } => "acting_may_not",
            Why::DelegationExceeded { .. } => "delegation_exceeded",
            Why::NeedsSecond { .. } => "needs_second",
            Why::OwnFavour { .. } => "own_favour",
            Why::PersonInactive { .. } => "person_inactive",
            Why::ForOneself { .. } => "for_oneself",
            Why::DaysInvalid { .. } => "days_invalid",
            Why::DelegationTooLong { .. } => "delegation_too_long",
            Why::DelegationChained { .. } => "delegation_chained",
            Why::GrantMissing { .. } => "grant_missing",
            Why::SeatHeld { .. } => "seat_held",
            Why::BreaksDuty { .. } => "breaks_duty",
            Why::OnHold { .. } => "on_hold",
            Why::NotOnHold => "not_on_hold",
            Why::HoldCauseUnknown { .. } => "hold_cause_unknown",
            Why::ClaimedByOther { .. } => "claimed_by_other",
            Why::NotClaimed => "not_claimed",
            Why::ReasonMissing { .. } => "reason_missing",
            Why::FieldMissing { .. } => "field_missing",
            Why::FieldUnknown { .. } => "field_unknown",
            Why::FieldInvalid { .. } => "field_invalid",
            Why::GuardFailed { .. } => "guard_failed",
            Why::VisitsUsedUp { .. } => "visits_used_up",
            Why::TooFewPersons { .. } => "too_few_persons",
            Why::AlreadyEndorsed { .. } => "already_endorsed",
            Why::FactsFrozen { .. } => "facts_frozen",
            Why::BudgetShort { .. } => "budget_short",
            Why::NotBudgeted { .. } => "not_budgeted",
            Why::Frozen { .. } => "frozen",
            Why::ListEmpty => "list_empty",
            Why::OtherScheme { .. } => "other_scheme",
            Why::DigestStale { .. } => "digest_stale",
            Why::ListClosed { .. } => "list_closed",
            Why::SignedOtherwise { .. } => "signed_otherwise",
            Why::NotOnList { .. } => "not_on_list",
            Why::BankFileIsOut => "bank_file_is_out",
            Why::BankFileNotOut => "bank_file_not_out",
            Why::Sp2dOtherwise { .. } => "sp2d_otherwise",
            Why::DateAhead { .. } => "date_ahead",
            Why::DateBeforeDraft { .. } => "date_before_draft",
            Why::DecreeNumberTaken { .. } => "decree_number_taken",
            Why::Sp2dNumberTaken { .. } => "sp2d_number_taken",
            Why::OtherOrder { .. } => "other_order",
            Why::ResultsUnbound { .. } => "results_unbound",
            Why::NotOnLine { .. } => "not_on_line",
            Why::NothingToRule => "nothing_to_rule",
            Why::AlreadyPaid { .. } => "already_paid",
            Why::AmountTooLarge => "amount_too_large",
            Why::DuplicateExisting { .. } => "duplicate_existing",
            Why::DefinitionMissing => "definition_missing",
            Why::VerificationExpired { .. } => "verification_expired",
            Why::RepairNotAllowed { .. } => "repair_not_allowed",
            Why::PaymentBegun { .. } => "payment_begun",
            Why::VersionNotLater { .. } => "version_not_later",
            Why::StageUnmapped { .. } => "stage_unmapped",
            Why::ApprovalCrossed { .. } => "approval_crossed",
            Why::OtherMoney { .. } => "other_money",
            Why::FieldChanged { .. } => "field_changed",
            Why::DutyWeakened { .. } => "duty_weakened",
            Why::SameWeakened { .. } => "same_weakened",
            Why::RolesWeakened { .. } => "roles_weakened",
            Why::ActionWeakened { .. } => "action_weakened",
            Why::PersonsWeakened { .. } => "persons_weakened",
            Why::Stale { .. } => "stale",
            Why::Office(why) => why.code(),
            Why::Denied(why) => why.code(),
            Why::NotFound => "not_found",
        }
    }

    /// What it asks of the person it is told.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "one line for each reason")]
    pub fn kind(&self) -> RefusalKind {
        match self {
            Why::Office(why) => why.kind(),
            Why::Denied(why) => why.kind(),
            Why::RoleMissing { .. }
            | Why::DutyConflict { .. }
            | Why::SamePerson { .. }
            | Why::RolesExclusive { .. }
            | Why::ActingMayNot { .. }
            | Why::DelegationExceeded { .. }
            | Why::NeedsSecond { .. }
            | Why::OwnFavour { .. }
            | Why::AlreadyEndorsed { .. } => RefusalKind::NotYou,
            Why::ActionUnknown { .. }
            | Why::PersonInactive { .. }
            | Why::ForOneself { .. }
            | Why::DaysInvalid { .. }
            | Why::DelegationTooLong { .. }
            | Why::DelegationChained { .. }
            | Why::GrantMissing { .. }
            | Why::SeatHeld { .. }
            | Why::BreaksDuty { .. }
            | Why::HoldCauseUnknown { .. }
            | Why::ReasonMissing { .. }
            | Why::FieldMissing { .. }
            | Why::FieldUnknown { .. }
            | Why::FieldInvalid { .. }
            | Why::RepairNotAllowed { .. }
            | Why::VersionNotLater { .. }
            | Why::DateAhead { .. }
            | Why::DateBeforeDraft { .. }
            | Why::ResultsUnbound { .. }
            | Why::OtherOrder { .. }
            | Why::NotOnLine { .. }
            | Why::AmountTooLarge => RefusalKind::NotLikeThis,
            Why::RequestClosed { .. }
            | Why::NotAtThisStage { .. }
            | Why::OnlyByDecree { .. }
            | Why::OnlyByPaymentOrder { .. }
            | Why::InDecree { .. }
            | Why::InPaymentOrder { .. }
            | Why::OnHold { .. }
            | Why::NotOnHold
            | Why::ClaimedByOther { .. }
            | Why::NotClaimed
            | Why::GuardFailed { .. }
            | Why::VisitsUsedUp { .. }
            | Why::TooFewPersons { .. }
            | Why::FactsFrozen { .. }
            | Why::BudgetShort { .. }
            | Why::NotBudgeted { .. }
            | Why::Frozen { .. }
            | Why::ListEmpty
            | Why::OtherScheme { .. }
            | Why::DigestStale { .. }
            | Why::ListClosed { .. }
            | Why::SignedOtherwise { .. }
            | Why::NotOnList { .. }
            | Why::BankFileIsOut
            | Why::BankFileNotOut
            | Why::Sp2dOtherwise { .. }
            | Why::DecreeNumberTaken { .. }
            | Why::Sp2dNumberTaken { .. }
            | Why::NothingToRule
            | Why::AlreadyPaid { .. }
            | Why::DuplicateExisting { .. }
            | Why::DefinitionMissing
            | Why::VerificationExpired { .. }
            | Why::PaymentBegun { .. }
            | Why::StageUnmapped { .. }
            | Why::ApprovalCrossed { .. }
            | Why::OtherMoney { .. }
            | Why::FieldChanged { .. }
            | Why::DutyWeakened { .. }
            | Why::SameWeakened { .. }
            | Why::RolesWeakened { .. }
            | Why::ActionWeakened { .. }
            | Why::PersonsWeakened { .. }
            | Why::Stale { .. }
            | Why::NotFound => RefusalKind::NotNow,
        }
    }
}

impl From<Why> for Refusal {
    fn from(why: Why) -> Self {
        Refusal { why, who_could: Vec::new() }
    }
}
