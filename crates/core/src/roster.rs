//! The people of the office, and who holds which role where.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::{PersonId, RegionCode, Role};

/// A natural person. Duties count persons, whatever accounts, roles or offices they hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Its id.
    pub id: PersonId,
    /// The office's staff number.
    pub staff_no: String,
    /// The name colleagues know.
    pub name: String,
    /// False once the person has left.
    pub active: bool,
    /// The roles held, each with where.
    pub grants: Vec<Grant>,
}

/// A role held in a region and all that lies within it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// Where: a province's code covers its regencies.
    pub region: RegionCode,
}

impl Person {
    /// True if the person holds the role for the region.
    #[must_use]
    pub fn holds(&self, role: &Role, region: &RegionCode) -> bool {
        self.active && self.grants.iter().any(|grant| grant.role == *role && region.is_within(&grant.region))
    }

    /// True if the person may see what concerns the region.
    #[must_use]
    pub fn sees(&self, region: &RegionCode) -> bool {
        self.active && self.grants.iter().any(|grant| region.is_within(&grant.region))
    }

    /// The widest regions the person holds any role for.
    #[must_use]
    pub fn regions(&self) -> BTreeSet<RegionCode> {
        let all: BTreeSet<_> = self.grants.iter().map(|grant| grant.region.clone()).collect();
        all.iter()
            .filter(|region| !all.iter().any(|other| other != *region && region.is_within(other)))
            .cloned()
            .collect()
    }

    /// The roles held anywhere.
    #[must_use]
    pub fn roles(&self) -> BTreeSet<Role> {
        self.grants.iter().map(|grant| grant.role.clone()).collect()
    }
}

/// Nobody: asks what a request waits for, and may do nothing.
static NOBODY: LazyLock<Person> = LazyLock::new(|| Person {
    id: PersonId(uuid::Uuid::nil()),
    staff_no: String::new(),
    name: String::new(),
    active: false,
    grants: Vec::new(),
});

impl Person {
    /// Nobody: asks what a request waits for, and may do nothing.
    #[must_use]
    pub fn nobody() -> &'static Person {
        &NOBODY
    }
}

/// Everybody, by id.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    people: BTreeMap<PersonId, Person>,
}

impl Roster {
    /// A roster of these people.
    #[must_use]
    pub fn new(people: impl IntoIterator<Item = Person>) -> Roster {
        Roster { people: people.into_iter().map(|person| (person.id, person)).collect() }
    }

    /// The person of an id.
    #[must_use]
    pub fn person(&self, id: PersonId) -> Option<&Person> {
        self.people.get(&id)
    }

    /// Everybody.
    pub fn people(&self) -> impl Iterator<Item = &Person> {
        self.people.values()
    }

    /// A person's name, or the bare id of somebody unknown.
    #[must_use]
    pub fn name(&self, id: PersonId) -> String {
        self.person(id).map_or_else(|| id.to_string(), |person| person.name.clone())
    }

    /// Who holds any of the roles for the region.
    pub fn holders<'a>(
        &'a self,
        roles: impl IntoIterator<Item = &'a Role> + Clone + 'a,
        region: &'a RegionCode,
    ) -> impl Iterator<Item = &'a Person> {
        self.people
            .values()
            .filter(move |person| roles.clone().into_iter().any(|role| person.holds(role, region)))
    }
}
