//! The people of the office, who holds which role where, and who acts in whose place.

mod check;
mod paper;
mod power;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use jiff::civil::Date;

use serde::{Deserialize, Serialize};

use crate::{PersonId, RegionCode, Role};

pub(crate) use check::clash_of_duties;
pub use check::{Clash, check_acting, check_delegation, check_grant, check_second};
pub use paper::{Absence, Acting, Capacity, Delegation, Office, Papers};
pub use power::{Bar, Limit, Matter, Power, Source};

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
        widest(&self.grants.iter().map(|grant| grant.region.clone()).collect())
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

/// Everybody by id, who holds which role where, and the papers by which people act for one another.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    people: BTreeMap<PersonId, Person>,
    /// Who holds a role for a region by a grant, active or not.
    held: HashMap<Role, HashMap<RegionCode, Vec<PersonId>>>,
    /// The papers of those who act for others: most people have none, and pay nothing for it.
    standing_in: BTreeMap<PersonId, StandingIn>,
    /// By the region of a paper, who has it.
    stand_ins: HashMap<RegionCode, BTreeSet<PersonId>>,
    offices: Vec<Office>,
    /// Those who are no persons: programs that act under a name of their own.
    programs: BTreeSet<PersonId>,
    absences: BTreeMap<PersonId, Vec<Absence>>,
}

/// The papers of one person.
#[derive(Debug, Clone, Default)]
struct StandingIn {
    actings: Vec<Acting>,
    delegations: Vec<Delegation>,
}

impl Roster {
    /// A roster of these people.
    #[must_use]
    pub fn new(people: impl IntoIterator<Item = Person>) -> Roster {
        let people: BTreeMap<_, _> = people.into_iter().map(|person| (person.id, person)).collect();
        let mut held: HashMap<Role, HashMap<RegionCode, Vec<PersonId>>> = HashMap::new();
        for person in people.values() {
            for Grant { role, region } in &person.grants {
                let here = held.entry(role.clone()).or_default().entry(region.clone()).or_default();
                if here.last() != Some(&person.id) {
                    here.push(person.id);
                }
            }
        }
        Roster { people, held, ..Roster::default() }
    }

    /// The roster with these papers, in place of those it had.
    #[must_use]
    pub fn with_papers(self, papers: Papers) -> Roster {
        let mut standing_in: BTreeMap<PersonId, StandingIn> = BTreeMap::new();
        for acting in papers.actings {
            standing_in.entry(acting.person).or_default().actings.push(acting);
        }
        for delegation in papers.delegations {
            standing_in.entry(delegation.to).or_default().delegations.push(delegation);
        }
        let mut stand_ins: HashMap<RegionCode, BTreeSet<PersonId>> = HashMap::new();
        for (person, papers) in &standing_in {
            let actings = papers.actings.iter().map(|it| &it.region);
            for region in actings.chain(papers.delegations.iter().map(|it| &it.region)) {
                stand_ins.entry(region.clone()).or_default().insert(*person);
            }
        }
        let mut absences: BTreeMap<PersonId, Vec<Absence>> = BTreeMap::new();
        for absence in papers.absences {
            absences.entry(absence.person).or_default().push(absence);
        }
        Roster { standing_in, stand_ins, absences, offices: papers.offices, ..self }
    }

    /// The roster with the same papers, in which each person is as they will be.
    #[must_use]
    pub(crate) fn with_people(&self, as_they_will_be: &dyn Fn(&Person) -> Person) -> Roster {
        let papers = Papers {
            offices: self.offices.clone(),
            actings: self.actings().cloned().collect(),
            delegations: self.delegations().cloned().collect(),
            absences: self.absences().cloned().collect(),
        };
        let people = self.people().map(as_they_will_be);
        Roster::new(people).with_papers(papers).with_programs(self.programs.clone())
    }

    /// The roster, in which these are programs and no persons.
    #[must_use]
    pub fn with_programs(self, programs: BTreeSet<PersonId>) -> Roster {
        Roster { programs, ..self }
    }

    /// True if it is a program that acts under this id.
    #[must_use]
    pub fn is_program(&self, id: PersonId) -> bool {
        self.programs.contains(&id)
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

    /// Who holds any of the roles for the region by a grant, in the order of their ids.
    pub fn holders<'a>(
        &'a self,
        roles: impl IntoIterator<Item = &'a Role>,
        region: &RegionCode,
    ) -> impl Iterator<Item = &'a Person> {
        let mut ids = BTreeSet::new();
        for role in roles {
            let Some(held) = self.held.get(role) else { continue };
            ids.extend(region.outwards().filter_map(|outer| held.get(outer)).flatten());
        }
        ids.into_iter().filter_map(|id| self.people.get(id)).filter(|person| person.active)
    }

    /// The seats, each with who holds it: a seat is vacant where nobody does.
    pub fn seats(&self) -> impl Iterator<Item = (&Office, Vec<PersonId>)> {
        self.offices.iter().map(|office| (office, self.seated(&office.role, &office.region).collect()))
    }

    /// Who holds a role for exactly this region.
    pub(crate) fn seated(&self, role: &Role, region: &RegionCode) -> impl Iterator<Item = PersonId> {
        let held = self.held.get(role).and_then(|held| held.get(region));
        let active = |id: &PersonId| self.person(*id).is_some_and(|person| person.active);
        held.into_iter().flatten().copied().filter(active)
    }

    /// Every paper by which somebody acts in a seat that is not theirs.
    pub fn actings(&self) -> impl Iterator<Item = &Acting> {
        self.standing_in.values().flat_map(|papers| &papers.actings)
    }

    /// Every delegation.
    pub fn delegations(&self) -> impl Iterator<Item = &Delegation> {
        self.standing_in.values().flat_map(|papers| &papers.delegations)
    }

    /// Every absence.
    pub fn absences(&self) -> impl Iterator<Item = &Absence> {
        self.absences.values().flatten()
    }

    /// The absence that keeps a person away on a day.
    #[must_use]
    pub fn absence(&self, person: PersonId, day: Date) -> Option<&Absence> {
        self.absences.get(&person)?.iter().find(|absence| absence.from_day <= day && day <= absence.to_day)
    }
}

/// The regions that lie within none of the others.
fn widest(all: &BTreeSet<RegionCode>) -> BTreeSet<RegionCode> {
    all.iter()
        .filter(|region| !all.iter().any(|other| other != *region && region.is_within(other)))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests;
