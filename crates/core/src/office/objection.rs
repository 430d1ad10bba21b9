//! Why the office does not change: values with stable codes, as of every refusal.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{ChangeKind, ProposalState};
use crate::refusal::RefusalKind;
use crate::{Label, LineId, OfficeId, PersonId, ProposalId, RegionCode, Role, Rupiah, SchemeId};

/// Something wrong with a definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flaw {
    /// A stable code.
    pub code: String,
    /// The place in the text.
    pub place: String,
    /// The line of that place, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Its column in characters, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// What is wrong, and how to mend it.
    pub text: Label,
    /// What shows it, where something does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Label>,
}

/// Why the office does not change. The snake-case name is the public code and never changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are named for what the sentence says of them")]
pub enum Objection {
    /// The office's policy says of nobody that they may.
    ChangeUnruled { kind: ChangeKind },
    /// The actor holds none of the roles, by grants of their own, for all that it touches.
    ChangeRoleMissing { kind: ChangeKind, roles: Vec<Role> },
    /// One of the two acts for the other.
    StandsIn { person: PersonId, other: PersonId },
    /// Whose power it is has not agreed.
    ConsentMissing { person: PersonId },
    /// Who proposed it could no longer do so.
    ProposerMayNot { person: PersonId },
    /// Only who proposed it takes it back.
    NotItsProposer { person: PersonId },
    /// It was decided before.
    ProposalClosed { state: ProposalState },
    /// Somebody has this staff number.
    StaffNoTaken { staff_no: String, person: PersonId },
    /// The office knows no such role.
    RoleUnknown { role: Role, known: Vec<Role> },
    /// The person holds it already.
    AlreadyHeld { person: PersonId, role: Role, region: RegionCode },
    /// The person does not hold it, by a grant of their own.
    NotHeld { person: PersonId, role: Role, region: RegionCode },
    /// Nobody would be left to grant a role.
    TooFewLeft,
    /// No such seat.
    SeatUnknown { role: Role, region: RegionCode },
    /// Another seat has this role and region.
    SeatTaken { office: OfficeId },
    /// No such paper, or no longer.
    PaperUnknown,
    /// It is on paper already.
    AlreadyNoted,
    /// No such scheme.
    SchemeUnknown { scheme: SchemeId },
    /// The definition does not hold together.
    DefinitionUnsound { flaws: Vec<Flaw> },
    /// The version is published, with another text.
    VersionTaken { scheme: SchemeId, version: u32 },
    /// The version is not the next one.
    VersionSkipped { scheme: SchemeId, version: u32, next: u32 },
    /// There is a budget line of this scheme, year and fund source.
    LineTaken { line: LineId },
    /// A budget line is opened for this fiscal year or the next.
    LineYear { year: i16, first: i16 },
    /// More is set aside, owed or paid than the new ceiling.
    CeilingTooLow { line: LineId, used: Rupiah },
    /// A freeze would stop days that are over.
    FreezeBackdated { from: Date, today: Date },
    /// No such region; those that come nearest to it, each with its name.
    RegionUnknown { region: RegionCode, near: Vec<(RegionCode, String)> },
    /// Every scheme that a freeze would stop is exempt from it.
    FreezeIdle { fund: String },
    /// Somebody has proposed the same, and it waits for a second person.
    ProposedAlready { proposal: ProposalId, by: PersonId },
    /// No definition is paid from this fund source.
    FundUnknown { fund: String, known: Vec<String> },
}

impl Objection {
    /// The public code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Objection::ChangeUnruled { .. } => "change_unruled",
            Objection::ChangeRoleMissing { .. } => "change_role_missing",
            Objection::StandsIn { .. } => "stands_in",
            Objection::ConsentMissing { .. } => "consent_missing",
            Objection::ProposerMayNot { .. } => "proposer_may_not",
            Objection::NotItsProposer { .. } => "not_its_proposer",
            Objection::ProposalClosed { .. } => "proposal_closed",
            Objection::StaffNoTaken { .. } => "staff_no_taken",
            Objection::RoleUnknown { .. } => "role_unknown",
            Objection::AlreadyHeld { .. } => "already_held",
            Objection::NotHeld { .. } => "not_held",
            Objection::TooFewLeft => "too_few_left",
            Objection::SeatUnknown { .. } => "seat_unknown",
            Objection::SeatTaken { .. } => "seat_taken",
            Objection::PaperUnknown => "paper_unknown",
            Objection::AlreadyNoted => "already_noted",
            Objection::SchemeUnknown { .. } => "scheme_unknown",
            Objection::DefinitionUnsound { .. } => "definition_unsound",
            Objection::VersionTaken { .. } => "version_taken",
            Objection::VersionSkipped { .. } => "version_skipped",
            Objection::LineTaken { .. } => "line_taken",
            Objection::LineYear { .. } => "line_year",
            Objection::RegionUnknown { .. } => "region_unknown",
            Objection::FreezeIdle { .. } => "freeze_idle",
            Objection::ProposedAlready { .. } => "proposed_already",
            Objection::CeilingTooLow { .. } => "ceiling_too_low",
            Objection::FreezeBackdated { .. } => "freeze_backdated",
            Objection::FundUnknown { .. } => "fund_unknown",
        }
    }

    /// What it asks of the person it is told.
    #[must_use]
    pub fn kind(&self) -> RefusalKind {
        match self {
            Objection::ChangeUnruled { .. }
            | Objection::ChangeRoleMissing { .. }
            | Objection::StandsIn { .. }
            | Objection::ConsentMissing { .. }
            | Objection::NotItsProposer { .. } => RefusalKind::NotYou,
            Objection::RoleUnknown { .. }
            | Objection::SeatUnknown { .. }
            | Objection::PaperUnknown
            | Objection::SchemeUnknown { .. }
            | Objection::FundUnknown { .. }
            | Objection::RegionUnknown { .. }
            | Objection::FreezeIdle { .. }
            | Objection::LineYear { .. }
            | Objection::FreezeBackdated { .. }
            | Objection::DefinitionUnsound { .. } => RefusalKind::NotLikeThis,
            Objection::ProposerMayNot { .. }
            | Objection::ProposalClosed { .. }
            | Objection::StaffNoTaken { .. }
            | Objection::AlreadyHeld { .. }
            | Objection::NotHeld { .. }
            | Objection::TooFewLeft
            | Objection::SeatTaken { .. }
            | Objection::AlreadyNoted
            | Objection::LineTaken { .. }
            | Objection::ProposedAlready { .. }
            | Objection::VersionTaken { .. }
            | Objection::VersionSkipped { .. }
            | Objection::CeilingTooLow { .. } => RefusalKind::NotNow,
        }
    }
}
