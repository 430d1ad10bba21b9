//! What whoever proposes or confirms a change should know of it: it may be made, and yet two duties come to one person, or
//! something in the office stops.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::Change;
use crate::proof::{RosterFinding, Standing, prove_with};
use crate::roster::{Acting, Capacity, Clash, Grant, Person, Roster, clash_of_duties};
use crate::world::{Context, World};
use crate::{Label, PersonId, RegionCode, Role, SchemeId};

/// Something to know of a change.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the fields are named for what the sentence says of them")]
pub enum Warning {
    /// The person could act under two duties that are kept apart: on one request they act under one of them.
    DutiesMeet { person: PersonId, scheme: SchemeId, role: Role, clash: Clash },
    /// In a scheme there is nobody left for something.
    Stops { scheme: SchemeId, finding: RosterFinding },
    /// A seat becomes vacant.
    SeatVacant { title: Label },
    /// Somebody acts in a seat no more.
    ActingEnds { person: PersonId, role: Role, capacity: Capacity, to_day: Date },
    /// What was handed on counts no more.
    DelegationEnds { from: PersonId, to: PersonId, role: Role, to_day: Date },
    /// An absence of somebody who is gone.
    AbsenceIdle { person: PersonId, from_day: Date, to_day: Date },
}

impl Warning {
    /// The public code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Warning::DutiesMeet { .. } => "duties_meet",
            Warning::Stops { .. } => "stops",
            Warning::SeatVacant { .. } => "seat_vacant",
            Warning::ActingEnds { .. } => "acting_ends",
            Warning::DelegationEnds { .. } => "delegation_ends",
            Warning::AbsenceIdle { .. } => "absence_idle",
        }
    }
}

/// What to know of a change in the office as it is before it.
#[must_use]
pub fn warnings(context: &Context<'_>, change: &Change) -> Vec<Warning> {
    let (world, today) = (context.world, context.today());
    match change {
        Change::GrantRole { person, role, region } => {
            duties_meet(world, *person, &Grant { role: role.clone(), region: region.clone() }, today)
        }
        Change::DismissPerson { person } => {
            let gone = |it: &Person| Person { active: it.active && it.id != *person, ..it.clone() };
            let mut told = stops(world, &gone, today);
            let away = world.roster.absences().filter(|it| it.person == *person && it.to_day >= today);
            told.extend(away.map(|it| Warning::AbsenceIdle {
                person: it.person,
                from_day: it.from_day,
                to_day: it.to_day,
            }));
            told
        }
        Change::RevokeRole { person, role, region } => {
            let less = |it: &Person| {
                let mut left = it.clone();
                if it.id == *person {
                    left.grants.retain(|grant| grant.role != *role || grant.region != *region);
                }
                left
            };
            stops(world, &less, today)
        }
        Change::RegisterPerson { .. }
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
        | Change::OpenLine { .. }
        | Change::ReviseCeiling { .. }
        | Change::Repair { .. }
        | Change::Migrate { .. } => Vec::new(),
    }
}

fn duties_meet(world: &World, person: PersonId, grant: &Grant, today: Date) -> Vec<Warning> {
    let Some(taker) = world.roster.person(person) else { return Vec::new() };
    let Grant { role, region } = grant;
    let workflows = world.workflows.all_current();
    let clashes = workflows.filter_map(|workflow| {
        let clash = clash_of_duties(world, workflow, taker, (role, region), (today, Date::MAX))?;
        let (scheme, role) = (workflow.scheme.clone(), role.clone());
        Some(Warning::DutiesMeet { person, scheme, role, clash })
    });
    clashes.collect()
}

/// What stops once people are as they will be: compared with what is missing today, which is nobody's doing here.
fn stops(world: &World, left: &dyn Fn(&Person) -> Person, today: Date) -> Vec<Warning> {
    let before = &*world.roster;
    let after = before.with_people(left);
    let mut told = lost(world, &after, today);
    for ((seat, held), (_, holds)) in before.seats().zip(after.seats()) {
        if !held.is_empty() && holds.is_empty() {
            told.push(Warning::SeatVacant { title: seat.title.clone() });
        }
    }
    let active = |roster: &Roster, id: PersonId| roster.person(id).is_some_and(|it| it.active);
    let acts = |roster: &Roster, it: &Acting| active(roster, it.person) && roster.is_kept(it);
    for it in before.actings().filter(|it| it.to_day >= today && acts(before, it) && !acts(&after, it)) {
        let (person, role) = (it.person, it.role.clone());
        told.push(Warning::ActingEnds { person, role, capacity: it.capacity, to_day: it.to_day });
    }
    for it in before.delegations().filter(|it| it.to_day >= today) {
        let counts = |roster: &Roster| active(roster, it.to) && roster.is_backed(it);
        if counts(before) && !counts(&after) {
            let (from, to, role) = (it.from, it.to, it.role.clone());
            told.push(Warning::DelegationEnds { from, to, role, to_day: it.to_day });
        }
    }
    told
}

/// What nobody, or too few, could do any more, by scheme and region.
fn lost(world: &World, after: &Roster, day: Date) -> Vec<Warning> {
    let served: Vec<RegionCode> = world.regions.served_regencies().map(|(code, _)| code.clone()).collect();
    let regions =
        if served.is_empty() { super::who::everywhere(&world.roster).into_iter().collect() } else { served };
    let missing = |roster: &Roster, workflow| {
        let standing = Standing { roster, policy: &world.policy, regions: &regions, day };
        let mut found = prove_with(workflow, &standing).findings;
        found.retain(|it| matches!(it.code, "nobody_eligible" | "unsatisfiable"));
        found
    };
    let mut told = Vec::new();
    for workflow in world.workflows.all_current() {
        let known: BTreeSet<_> =
            missing(&world.roster, workflow).into_iter().map(|it| (it.code, it.action, it.regions)).collect();
        let found = missing(after, workflow).into_iter();
        let fresh = found.filter(|it| !known.contains(&(it.code, it.action.clone(), it.regions.clone())));
        told.extend(fresh.map(|finding| Warning::Stops { scheme: workflow.scheme.clone(), finding }));
    }
    told
}
