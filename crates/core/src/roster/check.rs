//! What is asked when a paper is made, so that no duty is broken by it later: of a grant, a delegation, an acting
//! officer. Who makes it and who agrees to it are two persons.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{Acting, Capacity, Delegation, Grant, Person, Roster};
use crate::proof::only_by;
use crate::refusal::{Refusal, Why};
use crate::workflow::Workflow;
use crate::world::World;
use crate::{ActionName, PersonId, RegionCode, Role};

/// Who agrees to what another has proposed must be somebody else, and nobody whom it favours: neither the proposer
/// nor the confirmer, nor whom either acts for.
pub fn check_second(
    proposer: (PersonId, Option<PersonId>),
    confirmer: (PersonId, Option<PersonId>),
    favoured: &[PersonId],
) -> Result<(), Refusal> {
    let both = |who: (PersonId, Option<PersonId>)| [Some(who.0), who.1].into_iter().flatten();
    if let Some(person) = both(confirmer).find(|one| both(proposer).any(|other| other == *one)) {
        return Err(Why::NeedsSecond { person }.into());
    }
    match both(confirmer).find(|one| favoured.contains(one)) {
        Some(person) => Err(Why::OwnFavour { person }.into()),
        None => Ok(()),
    }
}

/// May this role be granted to this person?
pub fn check_grant(world: &World, person: PersonId, grant: &Grant, today: Date) -> Result<(), Refusal> {
    let person = active(&world.roster, person)?;
    check_exclusive(world, person, &grant.role, (today, Date::MAX))
}

/// May this delegation be made?
pub fn check_delegation(world: &World, delegation: &Delegation, today: Date) -> Result<(), Refusal> {
    let Delegation { from, to, role, region, from_day, to_day, .. } = delegation;
    if from == to {
        return Err(Why::ForOneself { person: *to }.into());
    }
    check_days(*from_day, *to_day, today)?;
    check_length(world, delegation)?;
    let (giver, taker) = (active(&world.roster, *from)?, active(&world.roster, *to)?);
    if !giver.holds(role, region) {
        return Err(if world.roster.holds_by_paper(giver, role, (today, *to_day)) {
            Why::DelegationChained { person: *from, role: role.clone() }
        } else {
            Why::GrantMissing { person: *from, role: role.clone(), region: region.clone() }
        }
        .into());
    }
    check_exclusive(world, taker, role, (*from_day, *to_day))?;
    let serves = |workflow: &Workflow| serves(delegation, workflow);
    check_breaks(world, (*from, *to), role, region, today.max(*from_day), serves)?;
    check_apart(world, taker, (role, region), (today.max(*from_day), *to_day), serves)
}

/// May this person act in the seat?
pub fn check_acting(world: &World, acting: &Acting, today: Date) -> Result<(), Refusal> {
    let Acting { person, role, region, capacity, from_day, to_day, for_whom, .. } = acting;
    if acting.decree.trim().is_empty() {
        return Err(Why::FieldMissing { fields: vec!["decree".into()] }.into());
    }
    if *for_whom == Some(*person) {
        return Err(Why::ForOneself { person: *person }.into());
    }
    check_days(*from_day, *to_day, today)?;
    let who = active(&world.roster, *person)?;
    match (capacity, for_whom) {
        (Capacity::Plh, None) => return Err(Why::FieldMissing { fields: vec!["for_whom".into()] }.into()),
        // In a vacant seat, or in the place of whoever holds it: but not beside them.
        (Capacity::Plt, _) | (Capacity::Pj, None) => {
            if let Some(person) = world.roster.seated(role, region).next() {
                return Err(Why::SeatHeld { person, role: role.clone() }.into());
            }
        }
        (Capacity::Plh | Capacity::Pj, Some(_)) => {}
    }
    if let Some(holder) = for_whom
        && !world.roster.person(*holder).is_some_and(|it| it.holds(role, region))
    {
        return Err(Why::GrantMissing { person: *holder, role: role.clone(), region: region.clone() }.into());
    }
    check_exclusive(world, who, role, (*from_day, *to_day))?;
    let first = today.max(*from_day);
    check_breaks(world, (for_whom.unwrap_or(*person), *person), role, region, first, |_| true)?;
    check_apart(world, who, (role, region), (first, *to_day), |_| true)
}

fn active(roster: &Roster, id: PersonId) -> Result<&Person, Refusal> {
    roster.person(id).filter(|person| person.active).ok_or_else(|| Why::PersonInactive { person: id }.into())
}

fn check_days(from: Date, to: Date, today: Date) -> Result<(), Refusal> {
    if from < today || to < from {
        return Err(Why::DaysInvalid { from, to, today: Some(today) }.into());
    }
    Ok(())
}

fn check_length(world: &World, delegation: &Delegation) -> Result<(), Refusal> {
    let rule = &world.policy.delegation;
    let Some(most) = rule.max_days else { return Ok(()) };
    let days = delegation.from_day.until(delegation.to_day).map_or(i32::MAX, |span| span.get_days());
    let days = u32::try_from(days).unwrap_or(u32::MAX).saturating_add(1);
    if days > most {
        return Err(Why::DelegationTooLong { days, most, source: rule.source.clone() }.into());
    }
    Ok(())
}

/// A role that the person would hold beside one that excludes it, on any of the days.
fn check_exclusive(world: &World, person: &Person, role: &Role, days: (Date, Date)) -> Result<(), Refusal> {
    let clash =
        world.roster.clash_of_grant(world.workflows.all_current().map(|it| &**it), person, role, days);
    match clash {
        Some(other) => Err(Why::RolesExclusive { role: role.clone(), other, person: person.id }.into()),
        None => Ok(()),
    }
}

/// An act by the one for the other is both persons', so what must be somebody else's then is neither's. Where nobody
/// but the two could do that, a request that the one took on for the other would be stuck for good.
fn check_breaks(
    world: &World,
    (from, to): (PersonId, PersonId),
    role: &Role,
    region: &RegionCode,
    day: Date,
    serves: impl Fn(&Workflow) -> bool,
) -> Result<(), Refusal> {
    for workflow in world.workflows.all_current().filter(|it| serves(it)) {
        for (duty, persons) in only_by(workflow, &world.roster, &world.policy, (role, region), day) {
            if !persons.is_empty() && persons.iter().all(|id| *id == from || *id == to) {
                let persons = persons.into_iter().collect();
                return Err(Why::BreaksDuty { role: role.clone(), duty, persons, beside: None }.into());
            }
        }
    }
    Ok(())
}

fn serves(delegation: &Delegation, workflow: &Workflow) -> bool {
    delegation.schemes.as_ref().is_none_or(|schemes| schemes.contains(&workflow.scheme))
}

/// Two duties that are kept apart and would come to one pair of hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// What the role that is taken on counts under.
    pub duty: ActionName,
    /// A role that the person has already.
    pub other: Role,
    /// What that one counts under.
    pub theirs: ActionName,
}

/// Duties that are kept apart come to one pair of hands where the taker has, in any part of the region, a role that
/// counts under one of them and takes a role that counts under another: a role of their own, or one they stand in for
/// on some of the days. Who holds the role there already gains nothing by it, and each request asks for itself.
pub(crate) fn clash_of_duties(
    world: &World,
    workflow: &Workflow,
    taker: &Person,
    (role, region): (&Role, &RegionCode),
    days: (Date, Date),
) -> Option<Clash> {
    if taker.holds(role, region) {
        return None;
    }
    let own = world.roster.roles_of(taker, region, days, workflow);
    let own: BTreeSet<&Role> = own.filter(|own| *own != role).collect();
    workflow.duties.iter().find_map(|rule| {
        let mut handed =
            workflow.doers().filter(|(doer, duty)| *doer == role && rule.distinct.contains(duty));
        handed.find_map(|(_, duty)| {
            let apart = |other: &ActionName| other != duty && rule.distinct.contains(other);
            let mut theirs = workflow.doers().filter(|(doer, other)| own.contains(doer) && apart(other));
            let (other, theirs) = theirs.next()?;
            Some(Clash { duty: duty.clone(), other: other.clone(), theirs: theirs.clone() })
        })
    })
}

fn check_apart(
    world: &World,
    taker: &Person,
    (role, region): (&Role, &RegionCode),
    days: (Date, Date),
    serves: impl Fn(&Workflow) -> bool,
) -> Result<(), Refusal> {
    let mut workflows = world.workflows.all_current().filter(|it| serves(it));
    match workflows.find_map(|workflow| clash_of_duties(world, workflow, taker, (role, region), days)) {
        None => Ok(()),
        Some(Clash { duty, other, theirs }) => {
            let (role, persons, beside) = (role.clone(), vec![taker.id], Some((other, theirs)));
            Err(Why::BreaksDuty { role, duty, persons, beside }.into())
        }
    }
}

impl Roster {
    /// The role, excluded by this one in a workflow, that the person holds on one of the days.
    pub fn clash_of_grant<'a>(
        &self,
        workflows: impl Iterator<Item = &'a Workflow>,
        person: &Person,
        role: &Role,
        days: (Date, Date),
    ) -> Option<Role> {
        workflows.flat_map(|workflow| &workflow.duties).find_map(|duty| {
            duty.excluded_by(role).find(|other| self.holds_between(person, other, days)).cloned()
        })
    }

    /// The roles that a person has in some part of a region on some of the days, by whatever paper.
    fn roles_of<'a>(
        &'a self,
        person: &'a Person,
        region: &'a RegionCode,
        (first, last): (Date, Date),
        workflow: &'a Workflow,
    ) -> impl Iterator<Item = &'a Role> {
        let here = move |other: &RegionCode| other.is_within(region) || region.is_within(other);
        let then = move |from: Date, to: Date| from <= last && first <= to;
        let papers = || self.standing_in.get(&person.id).into_iter();
        let actings = papers().flat_map(|papers| &papers.actings);
        let actings = actings.filter(move |it| here(&it.region) && then(it.from_day, it.to_day));
        let delegations = papers().flat_map(|papers| &papers.delegations);
        let delegations = delegations
            .filter(move |it| here(&it.region) && then(it.from_day, it.to_day) && serves(it, workflow));
        let grants = person.grants.iter().filter(move |grant| here(&grant.region)).map(|grant| &grant.role);
        grants.chain(actings.map(|it| &it.role)).chain(delegations.map(|it| &it.role))
    }

    /// True if the person holds the role anywhere on one of the days, by whatever paper.
    #[must_use]
    pub fn holds_between(&self, person: &Person, role: &Role, days: (Date, Date)) -> bool {
        person.grants.iter().any(|grant| grant.role == *role) || self.holds_by_paper(person, role, days)
    }

    fn holds_by_paper(&self, person: &Person, role: &Role, (first, last): (Date, Date)) -> bool {
        let meets = |from: Date, to: Date| from <= last && first <= to;
        self.standing_in.get(&person.id).is_some_and(|papers| {
            papers.actings.iter().any(|it| it.role == *role && meets(it.from_day, it.to_day))
                || papers.delegations.iter().any(|it| it.role == *role && meets(it.from_day, it.to_day))
        })
    }
}
