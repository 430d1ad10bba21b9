//! The papers by which somebody acts in a place that is not their own: acting in a seat, and delegations; and who is
//! away. Each has its first and its last day, and rests on a decree or a letter.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{ActingId, DelegationId, Label, OfficeId, PersonId, RegionCode, Role, Rupiah, SchemeId};

/// A seat of the office. Whoever holds its role for exactly its region holds the seat; it is vacant where nobody does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Office {
    /// Its id.
    pub id: OfficeId,
    /// What it is called.
    pub title: Label,
    /// The role that goes with it.
    pub role: Role,
    /// Where.
    pub region: RegionCode,
}

/// In what capacity somebody acts in a seat that is not theirs (UU 30/2014 art. 14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Capacity {
    /// *Pelaksana tugas*: the seat is vacant.
    Plt,
    /// *Pelaksana harian*: its holder is away for a time.
    Plh,
    /// *Penjabat*: appointed to it in the interim.
    Pj,
}

impl Capacity {
    /// Its name in data.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Capacity::Plt => "plt",
            Capacity::Plh => "plh",
            Capacity::Pj => "pj",
        }
    }

    /// As it stands before a title.
    #[must_use]
    pub fn short(self) -> &'static str {
        match self {
            Capacity::Plt => "Plt",
            Capacity::Plh => "Plh",
            Capacity::Pj => "Pj",
        }
    }
}

/// Somebody acts in a seat that is not theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acting {
    /// Its id.
    pub id: ActingId,
    /// Who acts.
    pub person: PersonId,
    /// The seat's role.
    pub role: Role,
    /// The seat's region.
    pub region: RegionCode,
    /// In what capacity: what may be done in it is the office's policy.
    pub capacity: Capacity,
    /// The decree's number.
    pub decree: String,
    /// The first day.
    pub from_day: Date,
    /// The last day.
    pub to_day: Date,
    /// The holder who is away; none where the seat is vacant. What is done counts as the holder's act too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_whom: Option<PersonId>,
}

impl Acting {
    /// True on its days.
    #[must_use]
    pub fn is_in_force(&self, day: Date) -> bool {
        self.from_day <= day && day <= self.to_day
    }
}

/// A person hands a role to another for a time. It never gives more than the person holds by a grant of their own on
/// the day it is used, so nothing is handed on twice, and it ends with the grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delegation {
    /// Its id.
    pub id: DelegationId,
    /// Whose power it is. What is done counts as this person's act too.
    pub from: PersonId,
    /// Who acts.
    pub to: PersonId,
    /// The role.
    pub role: Role,
    /// Where.
    pub region: RegionCode,
    /// For these schemes; for every one where none is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schemes: Option<std::collections::BTreeSet<SchemeId>>,
    /// For requests up to this amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_max: Option<Rupiah>,
    /// The first day.
    pub from_day: Date,
    /// The last day.
    pub to_day: Date,
    /// The letter it rests on.
    pub source: String,
}

impl Delegation {
    /// True on its days.
    #[must_use]
    pub fn is_in_force(&self, day: Date) -> bool {
        self.from_day <= day && day <= self.to_day
    }
}

/// A person is away.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Absence {
    /// Who.
    pub person: PersonId,
    /// The first day.
    pub from_day: Date,
    /// The last day.
    pub to_day: Date,
}

/// Everything that the roster knows beside the people and their grants.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Papers {
    /// The seats.
    pub offices: Vec<Office>,
    /// Who acts in a seat that is not theirs.
    pub actings: Vec<Acting>,
    /// Who has handed powers on.
    pub delegations: Vec<Delegation>,
    /// Who is away.
    pub absences: Vec<Absence>,
}
