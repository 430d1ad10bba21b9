//! On what footing somebody acts: the role, by whose power, and the duties that forbid it. An actor acts on the first
//! footing that no duty forbids: first in a role of their own, then in a seat they act in, then by what was handed to
//! them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Case, WHO_COULD_MAX};
use crate::refusal::{Refusal, Why};
use crate::request::Act;
use crate::roster::{Bar, Matter, Person, Power};
use crate::workflow::{ActionKind, Duty, Workflow};
use crate::world::Context;
use crate::{ActionName, PersonId, Role};

/// On what footing somebody acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Footing<'a> {
    /// The duty that the act counts under.
    pub duty: &'a ActionName,
    /// The role it is done in.
    pub role: &'a Role,
    /// Who acts.
    pub person: PersonId,
    /// The person acted for, whose act it is too: what happens must be kept with it.
    pub for_whom: Option<PersonId>,
}

impl Footing<'_> {
    /// The persons whose act it is.
    pub fn persons(&self) -> impl Iterator<Item = PersonId> + use<> {
        [Some(self.person), self.for_whom].into_iter().flatten()
    }
}

/// The footings on which a person may act, duties aside. Who says whom they act for acts for that person only.
pub(crate) fn footings<'a>(
    context: &Context<'a>,
    person: &'a Person,
    for_whom: Option<PersonId>,
    by: &'a BTreeMap<Role, ActionName>,
    matter: Matter<'a>,
) -> impl Iterator<Item = Footing<'a>> {
    let world = context.world;
    let powers = world.roster.powers(person, by.keys(), matter, &world.policy);
    powers.filter_map(move |power| {
        let footing = of_power(person.id, by, &power)?;
        (for_whom.is_none() || footing.for_whom == for_whom).then_some(footing)
    })
}

fn of_power<'a>(
    person: PersonId,
    by: &'a BTreeMap<Role, ActionName>,
    power: &Power<'a>,
) -> Option<Footing<'a>> {
    let duty = by.get(power.role)?;
    Some(Footing { duty, role: power.role, person, for_whom: power.for_whom() })
}

/// Why a person has no footing at all: a paper that does not reach, or no role.
pub(crate) fn no_footing(
    context: &Context<'_>,
    name: &ActionName,
    by: &BTreeMap<Role, ActionName>,
    matter: &Matter<'_>,
) -> Why {
    let world = context.world;
    match world.roster.bar(context.actor.person, &by.keys(), matter, &world.policy) {
        Some(Bar::Acting(acting)) => Why::ActingMayNot {
            action: name.clone(),
            capacity: acting.capacity,
            source: world.policy.acting_source(acting.capacity).to_owned(),
        },
        Some(Bar::Delegation(delegation)) => match delegation.exceeded(matter) {
            Some(limit) => Why::DelegationExceeded { action: name.clone(), from: delegation.from, limit },
            None => role_missing(name, by),
        },
        None => role_missing(name, by),
    }
}

fn role_missing(name: &ActionName, by: &BTreeMap<Role, ActionName>) -> Why {
    Why::RoleMissing { action: name.clone(), roles: by.keys().cloned().collect() }
}

/// Two roles that exclude each other and that one of the footing's persons holds both of, wherever.
pub(crate) fn holds_exclusive(
    context: &Context<'_>,
    workflow: &Workflow,
    footing: &Footing<'_>,
) -> Option<Why> {
    let roster = &context.world.roster;
    for other in workflow.duties.iter().flat_map(|duty| duty.excluded_by(footing.role)) {
        let day = context.today();
        let both = footing
            .persons()
            .find(|id| roster.person(*id).is_some_and(|person| roster.holds_anywhere(person, other, day)));
        if let Some(person) = both {
            return Some(Why::RolesExclusive { role: footing.role.clone(), other: other.clone(), person });
        }
    }
    None
}

impl<'a> Case<'a> {
    /// What a power is asked for here.
    pub(crate) fn matter(&self, kind: Option<ActionKind>) -> Matter<'a> {
        let request = self.request;
        Matter {
            region: &request.region,
            scheme: &request.scheme,
            amount: request.amount,
            kind,
            day: self.context.today(),
        }
    }

    /// The footing on which the actor may take an action of this kind, if a role allows it and no duty forbids it.
    pub fn footing(
        &self,
        name: &ActionName,
        by: &'a BTreeMap<Role, ActionName>,
        kind: ActionKind,
    ) -> Result<Footing<'a>, Refusal> {
        if matches!(kind, ActionKind::Approval | ActionKind::Payment | ActionKind::Ruling) {
            self.context.check_no_program()?;
        }
        self.footing_in(name, by, self.matter(Some(kind)))
    }

    /// The footing on which the actor may act in this matter.
    pub(crate) fn footing_in(
        &self,
        name: &ActionName,
        by: &'a BTreeMap<Role, ActionName>,
        matter: Matter<'a>,
    ) -> Result<Footing<'a>, Refusal> {
        let actor = self.context.actor;
        let mut conflict = None;
        for footing in footings(&self.context, actor.person, actor.for_whom, by, matter) {
            match self.conflict(&footing) {
                None => return Ok(footing),
                // Told is what forbids the act in a role of one's own, which comes first.
                Some(why) => conflict = conflict.or(Some(why)),
            }
        }
        let why = conflict.unwrap_or_else(|| no_footing(&self.context, name, by, &matter));
        Err(self.refuse_for(why, name, by, matter.kind))
    }

    /// True to a role, whatever else the actor has done here: enough for what counts as no act. Told is the person
    /// acted for.
    pub(crate) fn check_role(
        &self,
        name: &ActionName,
        by: &BTreeMap<Role, ActionName>,
    ) -> Result<Option<PersonId>, Refusal> {
        let (actor, matter) = (self.context.actor, self.matter(None));
        if let Some(footing) = footings(&self.context, actor.person, actor.for_whom, by, matter).next() {
            return Ok(footing.for_whom);
        }
        let why = no_footing(&self.context, name, by, &matter);
        Err(self.refuse_for(why, name, by, None))
    }

    /// The duty that forbids an act on this footing.
    #[must_use]
    pub fn conflict(&self, footing: &Footing<'_>) -> Option<Why> {
        self.workflow
            .duties
            .iter()
            .find_map(|rule| {
                self.judged_by_them(rule, footing)
                    .or_else(|| self.done_by_them(rule, footing))
                    .or_else(|| self.done_by_others(rule, footing))
                    .or_else(|| self.done_in_excluded_role(rule, footing))
            })
            .or_else(|| holds_exclusive(&self.context, self.workflow, footing))
    }

    /// A repair that one of these persons had a part in: they judged what others did, and do none of what is kept
    /// apart.
    fn judged_by_them(&self, rule: &Duty, footing: &Footing<'_>) -> Option<Why> {
        if !rule.distinct.contains(footing.duty) {
            return None;
        }
        let mut judged = self.request.acts.iter().filter(|act| act.is_repair());
        let Act(earlier, person) = judged.find(|Act(_, by)| footing.persons().any(|one| one == *by))?;
        Some(Why::DutyConflict { duty: footing.duty.clone(), earlier: earlier.clone(), person: *person })
    }

    /// An act of one of these persons that must be another's.
    fn done_by_them(&self, rule: &Duty, footing: &Footing<'_>) -> Option<Why> {
        if !rule.distinct.contains(footing.duty) {
            return None;
        }
        let Act(earlier, person) = self.request.acts.iter().find(|Act(done, by)| {
            done != footing.duty && footing.persons().any(|one| one == *by) && rule.distinct.contains(done)
        })?;
        Some(Why::DutyConflict { duty: footing.duty.clone(), earlier: earlier.clone(), person: *person })
    }

    /// An act of somebody else's that must be the same person's. Who stands in is not the person they stand in for.
    fn done_by_others(&self, rule: &Duty, footing: &Footing<'_>) -> Option<Why> {
        if !rule.same_person.contains(footing.duty) {
            return None;
        }
        let earlier = || self.request.acts.iter().filter(|Act(done, _)| rule.same_person.contains(done));
        let persons: BTreeSet<_> = earlier().map(|Act(_, by)| *by).collect();
        if persons.is_empty() || persons == footing.persons().collect() {
            return None;
        }
        let Act(done, person) = earlier().next()?;
        Some(Why::SamePerson { duty: footing.duty.clone(), earlier: done.clone(), person: *person })
    }

    /// An act of one of these persons that may have been done in a role that excludes this one: a role that was given
    /// up since keeps apart what was done in it.
    fn done_in_excluded_role(&self, rule: &Duty, footing: &Footing<'_>) -> Option<Why> {
        let excluded: Vec<_> = rule.excluded_by(footing.role).collect();
        if excluded.is_empty() {
            return None;
        }
        let theirs = self.request.acts.iter().filter(|Act(_, by)| footing.persons().any(|one| one == *by));
        for Act(done, person) in theirs {
            let mut lists = self.workflow.doers();
            let Some((other, _)) = lists.find(|(role, duty)| *duty == done && excluded.contains(role)) else {
                continue;
            };
            return Some(Why::RolesExclusive {
                role: footing.role.clone(),
                other: other.clone(),
                person: *person,
            });
        }
        None
    }

    /// Who may act in one of the roles here, is not away, and has no duty against it.
    #[must_use]
    pub fn who_could(&self, by: &BTreeMap<Role, ActionName>, kind: Option<ActionKind>) -> Vec<PersonId> {
        let roster = &self.context.world.roster;
        let matter = self.matter(kind);
        let held = roster.holders(by.keys(), &self.request.region);
        let mut persons: BTreeSet<_> = held.map(|person| person.id).collect();
        persons.extend(roster.stand_ins(&self.request.region).map(|person| person.id));
        persons.retain(|id| {
            let Some(person) = roster.person(*id).filter(|_| roster.absence(*id, matter.day).is_none())
            else {
                return false;
            };
            footings(&self.context, person, None, by, matter).any(|it| self.conflict(&it).is_none())
        });
        persons.into_iter().collect()
    }

    /// The refusal with who could act instead: neither the actor nor anybody whose word is given already.
    pub(crate) fn refuse_for(
        &self,
        why: Why,
        name: &ActionName,
        by: &BTreeMap<Role, ActionName>,
        kind: Option<ActionKind>,
    ) -> Refusal {
        let mut who_could = self.who_could(by, kind);
        who_could.retain(|person| {
            !self.context.actor.persons().any(|actor| actor == *person)
                && !self
                    .request
                    .endorsements
                    .iter()
                    .any(|word| word.action == *name && word.persons().any(|by| by == *person))
        });
        who_could.truncate(WHO_COULD_MAX);
        Refusal { why, who_could }
    }
}
