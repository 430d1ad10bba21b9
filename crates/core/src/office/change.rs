//! What may change in the office.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::event::NoteRef;
use crate::roster::Capacity;
use crate::workflow::BudgetLine;
use crate::{
    ActingId, DelegationId, FreezeId, Label, LineId, OfficeId, PersonId, RegionCode, RequestId, Role, Rupiah,
    SchemeId, StageName,
};

/// A change of the office. A paper that it makes gets the id of its proposal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of what is changed")]
pub enum Change {
    /// Somebody joins the office, with no role yet.
    RegisterPerson { staff_no: String, name: String },
    /// Somebody leaves: their sessions end, and all that they hold counts no more.
    DismissPerson { person: PersonId },
    /// A role for a region.
    GrantRole { person: PersonId, role: Role, region: RegionCode },
    /// The role is taken away.
    RevokeRole { person: PersonId, role: Role, region: RegionCode },
    /// A seat, or another title for it.
    SetOffice { office: OfficeId, title: Label, role: Role, region: RegionCode },
    /// Somebody acts in a seat that is not theirs.
    SetActing {
        person: PersonId,
        role: Role,
        region: RegionCode,
        capacity: Capacity,
        decree: String,
        from_day: Date,
        to_day: Date,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        for_whom: Option<PersonId>,
    },
    /// They do so no more.
    EndActing { acting: ActingId },
    /// Somebody hands a role of theirs to another for a time.
    Delegate {
        from: PersonId,
        to: PersonId,
        role: Role,
        region: RegionCode,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        schemes: Option<BTreeSet<SchemeId>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        amount_max: Option<Rupiah>,
        from_day: Date,
        to_day: Date,
        source: String,
    },
    /// They take it back.
    EndDelegation { delegation: DelegationId },
    /// Somebody will be away.
    NoteAbsence { person: PersonId, from_day: Date, to_day: Date },
    /// They are back, or never went.
    EndAbsence { person: PersonId, from_day: Date },
    /// A definition, as its text.
    PublishDefinition { text: String },
    /// Approval and payment from a fund source wait from a day to a day.
    SetFreeze {
        source: String,
        fund: String,
        #[serde(default)]
        schemes: BTreeSet<SchemeId>,
        #[serde(default)]
        exempt: BTreeSet<SchemeId>,
        from: Date,
        to: Date,
    },
    /// They wait no more.
    LiftFreeze { freeze: FreezeId },
    /// A budget line more: what a scheme may spend from a fund source in a fiscal year.
    OpenLine { scheme: SchemeId, year: i16, fund: String, account: String, ceiling: Rupiah, source: String },
    /// Another ceiling for a budget line.
    ReviseCeiling { line: LineId, ceiling: Rupiah, source: String },
    /// A request that is stuck goes back to an earlier stage.
    Repair { request: RequestId, to: StageName, reason: NoteRef },
    /// The open requests of one version, or of every older one where none is named, go on under a later one, but for
    /// those that it would harm.
    Migrate {
        scheme: SchemeId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<u32>,
        to: u32,
    },
}

/// A kind of change: what the office's policy rules on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is a change of the same name")]
pub enum ChangeKind {
    RegisterPerson,
    DismissPerson,
    GrantRole,
    RevokeRole,
    SetOffice,
    SetActing,
    EndActing,
    Delegate,
    EndDelegation,
    NoteAbsence,
    EndAbsence,
    PublishDefinition,
    SetFreeze,
    LiftFreeze,
    OpenLine,
    ReviseCeiling,
    Repair,
    Migrate,
}

impl ChangeKind {
    /// Its name in data.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ChangeKind::RegisterPerson => "register_person",
            ChangeKind::DismissPerson => "dismiss_person",
            ChangeKind::GrantRole => "grant_role",
            ChangeKind::RevokeRole => "revoke_role",
            ChangeKind::SetOffice => "set_office",
            ChangeKind::SetActing => "set_acting",
            ChangeKind::EndActing => "end_acting",
            ChangeKind::Delegate => "delegate",
            ChangeKind::EndDelegation => "end_delegation",
            ChangeKind::NoteAbsence => "note_absence",
            ChangeKind::EndAbsence => "end_absence",
            ChangeKind::PublishDefinition => "publish_definition",
            ChangeKind::SetFreeze => "set_freeze",
            ChangeKind::LiftFreeze => "lift_freeze",
            ChangeKind::OpenLine => "open_line",
            ChangeKind::ReviseCeiling => "revise_ceiling",
            ChangeKind::Repair => "repair",
            ChangeKind::Migrate => "migrate",
        }
    }

    /// What its effect is called in the audit chain.
    #[must_use]
    pub fn effect(self) -> &'static str {
        match self {
            ChangeKind::RegisterPerson => "person_registered",
            ChangeKind::DismissPerson => "person_dismissed",
            ChangeKind::GrantRole => "role_granted",
            ChangeKind::RevokeRole => "role_revoked",
            ChangeKind::SetOffice => "office_set",
            ChangeKind::SetActing => "acting_set",
            ChangeKind::EndActing => "acting_ended",
            ChangeKind::Delegate => "delegation_made",
            ChangeKind::EndDelegation => "delegation_ended",
            ChangeKind::NoteAbsence => "absence_noted",
            ChangeKind::EndAbsence => "absence_ended",
            ChangeKind::PublishDefinition => "definition_published",
            ChangeKind::SetFreeze => "freeze_set",
            ChangeKind::LiftFreeze => "freeze_lifted",
            ChangeKind::OpenLine => "budget_line_opened",
            ChangeKind::ReviseCeiling => "ceiling_revised",
            ChangeKind::Repair => "repaired",
            ChangeKind::Migrate => "migration_ordered",
        }
    }

    /// True if it gives somebody something, or lets money go: two persons, whatever the office's policy says. The rest
    /// only takes away, says who is absent, or stops money.
    #[must_use]
    pub fn takes_two(self) -> bool {
        match self {
            ChangeKind::RegisterPerson
            | ChangeKind::GrantRole
            | ChangeKind::SetOffice
            | ChangeKind::SetActing
            | ChangeKind::Delegate
            | ChangeKind::PublishDefinition
            | ChangeKind::LiftFreeze
            | ChangeKind::OpenLine
            | ChangeKind::ReviseCeiling
            | ChangeKind::Repair
            | ChangeKind::Migrate => true,
            ChangeKind::DismissPerson
            | ChangeKind::RevokeRole
            | ChangeKind::EndActing
            | ChangeKind::EndDelegation
            | ChangeKind::NoteAbsence
            | ChangeKind::EndAbsence
            | ChangeKind::SetFreeze => false,
        }
    }
}

impl Change {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> ChangeKind {
        match self {
            Change::RegisterPerson { .. } => ChangeKind::RegisterPerson,
            Change::DismissPerson { .. } => ChangeKind::DismissPerson,
            Change::GrantRole { .. } => ChangeKind::GrantRole,
            Change::RevokeRole { .. } => ChangeKind::RevokeRole,
            Change::SetOffice { .. } => ChangeKind::SetOffice,
            Change::SetActing { .. } => ChangeKind::SetActing,
            Change::EndActing { .. } => ChangeKind::EndActing,
            Change::Delegate { .. } => ChangeKind::Delegate,
            Change::EndDelegation { .. } => ChangeKind::EndDelegation,
            Change::NoteAbsence { .. } => ChangeKind::NoteAbsence,
            Change::EndAbsence { .. } => ChangeKind::EndAbsence,
            Change::PublishDefinition { .. } => ChangeKind::PublishDefinition,
            Change::SetFreeze { .. } => ChangeKind::SetFreeze,
            Change::LiftFreeze { .. } => ChangeKind::LiftFreeze,
            Change::OpenLine { .. } => ChangeKind::OpenLine,
            Change::ReviseCeiling { .. } => ChangeKind::ReviseCeiling,
            Change::Repair { .. } => ChangeKind::Repair,
            Change::Migrate { .. } => ChangeKind::Migrate,
        }
    }

    /// As the audit chain tells it: without names of people and without the texts of definitions.
    #[must_use]
    #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else holds a name or a long text")]
    pub fn told(&self) -> Change {
        match self {
            Change::RegisterPerson { .. } => {
                Change::RegisterPerson { staff_no: String::new(), name: String::new() }
            }
            Change::PublishDefinition { .. } => Change::PublishDefinition { text: String::new() },
            other => other.clone(),
        }
    }

    /// Who gains by it: neither proposes nor confirms it.
    #[must_use]
    pub fn gainer(&self) -> Option<PersonId> {
        match self {
            Change::GrantRole { person, .. } | Change::SetActing { person, .. } => Some(*person),
            Change::Delegate { to, .. } => Some(*to),
            Change::RegisterPerson { .. }
            | Change::DismissPerson { .. }
            | Change::RevokeRole { .. }
            | Change::SetOffice { .. }
            | Change::EndActing { .. }
            | Change::EndDelegation { .. }
            | Change::NoteAbsence { .. }
            | Change::EndAbsence { .. }
            | Change::PublishDefinition { .. }
            | Change::SetFreeze { .. }
            | Change::LiftFreeze { .. }
            | Change::OpenLine { .. }
            | Change::ReviseCeiling { .. }
            | Change::Repair { .. }
            | Change::Migrate { .. } => None,
        }
    }

    /// The budget line that must be at hand to decide it.
    #[must_use]
    pub fn line(&self) -> Option<LineId> {
        match self {
            Change::ReviseCeiling { line, .. } => Some(line.clone()),
            Change::OpenLine { .. } => self.opens().map(|line| line.id),
            Change::RegisterPerson { .. }
            | Change::DismissPerson { .. }
            | Change::GrantRole { .. }
            | Change::RevokeRole { .. }
            | Change::SetOffice { .. }
            | Change::SetActing { .. }
            | Change::EndActing { .. }
            | Change::Delegate { .. }
            | Change::EndDelegation { .. }
            | Change::NoteAbsence { .. }
            | Change::EndAbsence { .. }
            | Change::PublishDefinition { .. }
            | Change::SetFreeze { .. }
            | Change::LiftFreeze { .. }
            | Change::Repair { .. }
            | Change::Migrate { .. } => None,
        }
    }

    /// The budget line that it opens, with nothing spent of it.
    #[must_use]
    pub fn opens(&self) -> Option<BudgetLine> {
        let Change::OpenLine { scheme, year, fund, account, ceiling, .. } = self else { return None };
        Some(BudgetLine {
            id: LineId::from(&*format!("{year}/{scheme}/{}", fund.trim())),
            scheme: scheme.clone(),
            year: *year,
            fund: fund.trim().to_owned(),
            account: account.trim().to_owned(),
            ceiling: *ceiling,
            reserved: Rupiah::ZERO,
            committed: Rupiah::ZERO,
            paid: Rupiah::ZERO,
        })
    }

    /// The requests that must be at hand to decide it.
    #[must_use]
    pub fn requests(&self) -> Vec<RequestId> {
        if let Change::Repair { request, .. } = self { vec![*request] } else { Vec::new() }
    }
}
