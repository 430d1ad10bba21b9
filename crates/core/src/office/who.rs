//! Who may change the office: by the office's policy, by a role of their own. What somebody else has handed to them,
//! or a seat they only act in, changes nothing in the office.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{Change, ChangeKind, Objection, Proposal};
use crate::case::WHO_COULD_MAX;
use crate::refusal::{Refusal, Why};
use crate::roster::{Person, Roster, check_second};
use crate::world::{Context, World};
use crate::{PersonId, RegionCode, Role};

/// Who may change something in the office, and how many persons it takes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeRule {
    /// Roles that may propose it.
    pub propose: BTreeSet<Role>,
    /// Roles that may confirm it.
    #[serde(default)]
    pub confirm: BTreeSet<Role>,
    /// How many persons it takes: one, or two.
    pub persons: u8,
    /// What the person it concerns has to say: whose role is handed on, who will be away.
    #[serde(default)]
    pub concerned: Concern,
    /// The rule it rests on.
    pub source: String,
}

/// What the person a change concerns has to say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Concern {
    /// Nothing.
    #[default]
    Nothing,
    /// They may propose it.
    MayPropose,
    /// They propose it or confirm it: it is not done without them.
    MustAgree,
}

impl ChangeRule {
    /// Refuses what no policy may loosen.
    pub(crate) fn check(&self, kind: ChangeKind) -> Result<(), String> {
        let name = kind.as_str();
        match self.persons {
            2 if self.confirm.is_empty() => Err(format!("change.{name}: nobody may confirm it")),
            1 if kind.takes_two() => Err(format!("change.{name}: it takes two persons, always")),
            1 | 2 => Ok(()),
            other => Err(format!("change.{name}: persons = {other}; write 1 or 2")),
        }
    }

    /// True if one person's word suffices.
    #[must_use]
    pub fn is_one_persons(&self, kind: ChangeKind) -> bool {
        self.persons == 1 && !kind.takes_two()
    }
}

/// What the office's policy rules on a change.
pub(super) fn rule_of(world: &World, kind: ChangeKind) -> Result<&ChangeRule, Refusal> {
    world.policy.change.get(&kind).ok_or_else(|| Why::Office(Objection::ChangeUnruled { kind }).into())
}

/// The person that a change concerns, by whose power or presence it is made.
pub(super) fn concerned(roster: &Roster, change: &Change) -> Option<PersonId> {
    match change {
        Change::Delegate { from, .. } => Some(*from),
        Change::EndDelegation { delegation } => {
            roster.delegations().find(|it| it.id == *delegation).map(|it| it.from)
        }
        Change::NoteAbsence { person, .. } | Change::EndAbsence { person, .. } => Some(*person),
        Change::SetActing { for_whom, .. } => *for_whom,
        Change::RegisterPerson { .. }
        | Change::DismissPerson { .. }
        | Change::GrantRole { .. }
        | Change::RevokeRole { .. }
        | Change::SetOffice { .. }
        | Change::EndActing { .. }
        | Change::PublishDefinition { .. }
        | Change::SetFreeze { .. }
        | Change::LiftFreeze { .. }
        | Change::OpenLine { .. }
        | Change::ReviseCeiling { .. }
        | Change::Repair { .. }
        | Change::Migrate { .. } => None,
    }
}

/// Where a change takes place: who is to decide it holds their role for all of that.
fn place(roster: &Roster, change: &Change) -> BTreeSet<RegionCode> {
    let one = |region: &RegionCode| BTreeSet::from([region.clone()]);
    let of_person = |person: &PersonId| {
        let regions = roster.person(*person).map(Person::regions).unwrap_or_default();
        if regions.is_empty() { everywhere(roster) } else { regions }
    };
    match change {
        Change::GrantRole { region, .. }
        | Change::RevokeRole { region, .. }
        | Change::SetOffice { region, .. }
        | Change::SetActing { region, .. }
        | Change::Delegate { region, .. } => one(region),
        Change::EndActing { acting } => {
            let found = roster.actings().find(|it| it.id == *acting);
            found.map_or_else(|| everywhere(roster), |it| one(&it.region))
        }
        Change::EndDelegation { delegation } => {
            let found = roster.delegations().find(|it| it.id == *delegation);
            found.map_or_else(|| everywhere(roster), |it| one(&it.region))
        }
        Change::DismissPerson { person }
        | Change::NoteAbsence { person, .. }
        | Change::EndAbsence { person, .. } => of_person(person),
        Change::RegisterPerson { .. }
        | Change::PublishDefinition { .. }
        | Change::SetFreeze { .. }
        | Change::LiftFreeze { .. }
        | Change::OpenLine { .. }
        | Change::ReviseCeiling { .. }
        | Change::Repair { .. }
        | Change::Migrate { .. } => everywhere(roster),
    }
}

/// All that anybody in the office serves.
pub(super) fn everywhere(roster: &Roster) -> BTreeSet<RegionCode> {
    let all: BTreeSet<_> = roster.people().flat_map(|person| &person.grants).map(|it| &it.region).collect();
    all.iter()
        .filter(|region| !all.iter().any(|other| other != *region && region.is_within(other)))
        .map(|region| (*region).clone())
        .collect()
}

/// True if the person holds one of the roles, by grants of their own, for each of the regions.
fn holds_for_all(person: &Person, roles: &BTreeSet<Role>, regions: &BTreeSet<RegionCode>) -> bool {
    !regions.is_empty() && regions.iter().all(|region| roles.iter().any(|role| person.holds(role, region)))
}

/// Somebody's standing to propose a change.
pub(super) fn check_proposer(world: &World, by: PersonId, change: &Change) -> Result<(), Refusal> {
    let rule = rule_of(world, change.kind())?;
    check_gain(by, change)?;
    let roster = &world.roster;
    let person = roster.person(by).filter(|person| person.active);
    let place = place(roster, change);
    let concerns = rule.concerned != Concern::Nothing && concerned(roster, change) == Some(by);
    if person.is_some_and(|person| concerns || holds_for_all(person, &rule.propose, &place)) {
        return Ok(());
    }
    let why =
        Objection::ChangeRoleMissing { kind: change.kind(), roles: rule.propose.iter().cloned().collect() };
    let could = holders(roster, &rule.propose, &place).filter(|id| *id != by && change.gainer() != Some(*id));
    Err(Refusal { why: Why::Office(why), who_could: could.take(WHO_COULD_MAX).collect() })
}

/// Is a change this person's to propose, or to confirm where another proposes it? Who may do neither has no part in it.
pub fn check_part(context: &Context<'_>, change: &Change) -> Result<(), Refusal> {
    let (world, person) = (context.world, context.actor.person);
    check_proposer(world, person.id, change).or_else(|refusal| {
        let rule = rule_of(world, change.kind())?;
        let confirms = person.active && holds_for_all(person, &rule.confirm, &place(&world.roster, change));
        if confirms { Ok(()) } else { Err(refusal) }
    })
}

/// Somebody's standing to confirm a proposal: another person, who neither gains by it nor stands in for its proposer.
pub(super) fn check_confirmer(context: &Context<'_>, proposal: &Proposal) -> Result<(), Refusal> {
    let (world, by) = (context.world, context.actor.person);
    let change = &proposal.change;
    let rule = rule_of(world, change.kind())?;
    let refuse = |why: Why| {
        let could = who_could_confirm(context, proposal);
        Refusal { why, who_could: could.into_iter().take(WHO_COULD_MAX).collect() }
    };
    let favoured: Vec<_> = change.gainer().into_iter().collect();
    check_second((proposal.by, None), (by.id, context.actor.for_whom), &favoured)
        .map_err(|refusal| refuse(refusal.why))?;
    if stand_in_for_one_another(context, by.id, proposal.by) {
        return Err(refuse(Why::Office(Objection::StandsIn { person: by.id, other: proposal.by })));
    }
    let must = rule.concerned == Concern::MustAgree;
    let concerned = concerned(&world.roster, change).filter(|_| must);
    if let Some(other) = concerned.filter(|it| *it != proposal.by && *it != by.id) {
        let why = Objection::ConsentMissing { person: other };
        return Err(Refusal { why: Why::Office(why), who_could: vec![other] });
    }
    let agrees = by.active && concerned == Some(by.id);
    if agrees || holds_for_all(by, &rule.confirm, &place(&world.roster, change)) {
        return Ok(());
    }
    let roles = rule.confirm.iter().cloned().collect();
    Err(refuse(Why::Office(Objection::ChangeRoleMissing { kind: change.kind(), roles })))
}

/// Nobody proposes what they gain by themselves.
fn check_gain(by: PersonId, change: &Change) -> Result<(), Refusal> {
    match change.gainer() {
        Some(person) if person == by => Err(Why::OwnFavour { person }.into()),
        _ => Ok(()),
    }
}

/// True if one of the two acts for the other today, by whatever paper: the two are not two then.
fn stand_in_for_one_another(context: &Context<'_>, one: PersonId, other: PersonId) -> bool {
    let (roster, day) = (&context.world.roster, context.today());
    let both =
        |a: PersonId, b: Option<PersonId>| (a == one && b == Some(other)) || (a == other && b == Some(one));
    roster.actings().any(|it| it.is_in_force(day) && both(it.person, it.for_whom))
        || roster.delegations().any(|it| it.is_in_force(day) && both(it.to, Some(it.from)))
}

fn holders<'a>(
    roster: &'a Roster,
    roles: &'a BTreeSet<Role>,
    place: &'a BTreeSet<RegionCode>,
) -> impl Iterator<Item = PersonId> + 'a {
    roster.people().filter(|person| holds_for_all(person, roles, place)).map(|person| person.id)
}

/// Who could confirm an open proposal.
#[must_use]
pub fn who_could_confirm(context: &Context<'_>, proposal: &Proposal) -> Vec<PersonId> {
    let world = context.world;
    let Some(rule) = world.policy.change.get(&proposal.change.kind()) else { return Vec::new() };
    let place = place(&world.roster, &proposal.change);
    let must = rule.concerned == Concern::MustAgree;
    let mut could: Vec<_> = match concerned(&world.roster, &proposal.change).filter(|_| must) {
        Some(other) if other != proposal.by => vec![other],
        _ => holders(&world.roster, &rule.confirm, &place).collect(),
    };
    could.retain(|person| {
        *person != proposal.by
            && proposal.change.gainer() != Some(*person)
            && !stand_in_for_one_another(context, *person, proposal.by)
    });
    could
}

/// True if a person sees the whole of the office, by a role of their own.
#[must_use]
pub fn sees_all(world: &World, person: &Person) -> bool {
    person.active && person.grants.iter().any(|grant| world.policy.office.see_all.contains(&grant.role))
}

/// True if a proposal is for a person's eyes: they made it, it concerns them, they could confirm it, or they see all.
#[must_use]
pub fn may_see(context: &Context<'_>, proposal: &Proposal) -> bool {
    let (world, person) = (context.world, context.actor.person);
    let roster = &world.roster;
    let touched = [
        Some(proposal.by),
        proposal.decided_by,
        proposal.change.gainer(),
        concerned(roster, &proposal.change),
    ];
    person.active
        && (sees_all(world, person)
            || touched.contains(&Some(person.id))
            || who_could_confirm(context, proposal).contains(&person.id))
}

/// True if somebody in the office is for a person's eyes: themselves, those who serve what they serve, or everybody.
#[must_use]
pub fn may_see_person(context: &Context<'_>, other: &Person) -> bool {
    let (world, person) = (context.world, context.actor.person);
    let mine = || world.roster.regions_of(person, context.today());
    let meets = |one: &RegionCode, other: &RegionCode| one.is_within(other) || other.is_within(one);
    person.active
        && (person.id == other.id
            || sees_all(world, person)
            || (other.active
                && mine().iter().any(|mine| other.grants.iter().any(|grant| meets(mine, &grant.region)))))
}

/// True if, once a person is gone or a grant is, there would no longer be two persons who can grant a role: the office
/// could never be mended again.
pub(super) fn locks_out(world: &World, change: &Change) -> bool {
    let kind = ChangeKind::GrantRole;
    let Some(rule) = world.policy.change.get(&kind) else { return false };
    let place = everywhere(&world.roster);
    let two = |left: &dyn Fn(&Person) -> Person| {
        let people: Vec<_> = world.roster.people().map(left).collect();
        let of = |roles: &BTreeSet<Role>| -> BTreeSet<PersonId> {
            people.iter().filter(|it| holds_for_all(it, roles, &place)).map(|it| it.id).collect()
        };
        let (proposers, confirmers) = (of(&rule.propose), of(&rule.confirm));
        proposers.iter().any(|one| confirmers.iter().any(|other| one != other))
    };
    let after = |person: &Person| {
        let mut left = person.clone();
        if let Change::DismissPerson { person: gone } = change {
            left.active &= left.id != *gone;
        }
        if let Change::RevokeRole { person: of, role, region } = change
            && left.id == *of
        {
            left.grants.retain(|grant| grant.role != *role || grant.region != *region);
        }
        left
    };
    two(&Person::clone) && !two(&after)
}
