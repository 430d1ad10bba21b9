//! By what power somebody may act on a request: a role of their own, a seat they act in, or what another has handed
//! to them.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{Acting, Delegation, Person, Roster};
use crate::workflow::ActionKind;
use crate::world::Policy;
use crate::{PersonId, RegionCode, Role, Rupiah, SchemeId};

/// What a power is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Matter<'a> {
    /// Where the recipient is served.
    pub region: &'a RegionCode,
    /// The scheme of aid.
    pub scheme: &'a SchemeId,
    /// How much.
    pub amount: Rupiah,
    /// What kind of act it is; none for what counts as no act.
    pub kind: Option<ActionKind>,
    /// The day.
    pub day: Date,
}

/// By what somebody may act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source<'a> {
    /// By a role of their own.
    Grant,
    /// In a seat that is not theirs.
    Acting(&'a Acting),
    /// By what another has handed to them.
    Delegation(&'a Delegation),
}

/// A role that somebody may act in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Power<'a> {
    /// The role.
    pub role: &'a Role,
    /// By what.
    pub source: Source<'a>,
}

impl Power<'_> {
    /// The person acted for, whose act it is too.
    #[must_use]
    pub fn for_whom(&self) -> Option<PersonId> {
        match self.source {
            Source::Grant => None,
            Source::Acting(acting) => acting.for_whom,
            Source::Delegation(delegation) => Some(delegation.from),
        }
    }
}

/// What a delegation does not cover.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Requests above this amount.
    Amount(Rupiah),
    /// Schemes other than these.
    Schemes(Vec<SchemeId>),
    /// Requests outside this region.
    Region(RegionCode),
    /// Other days than from the first to the last.
    Days(Date, Date),
}

/// A paper that would do, but for one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bar<'a> {
    /// The capacity may not do what is asked.
    Acting(&'a Acting),
    /// The delegation does not reach as far.
    Delegation(&'a Delegation),
}

impl Roster {
    /// The powers by which a person may act in one of the roles: first by roles of their own, then in seats they act
    /// in, then by what is handed to them.
    pub fn powers<'a>(
        &'a self,
        person: &'a Person,
        roles: impl Iterator<Item = &'a Role> + Clone + 'a,
        matter: Matter<'a>,
        policy: &'a Policy,
    ) -> impl Iterator<Item = Power<'a>> {
        let own = roles.clone().filter(move |role| person.holds(role, matter.region));
        let own = own.map(|role| Power { role, source: Source::Grant });
        own.chain(self.powers_by_paper(person, roles, matter, policy))
    }

    /// The powers by which a person may act in one of the roles though it is not theirs.
    pub fn powers_by_paper<'a>(
        &'a self,
        person: &'a Person,
        roles: impl Iterator<Item = &'a Role> + Clone + 'a,
        matter: Matter<'a>,
        policy: &'a Policy,
    ) -> impl Iterator<Item = Power<'a>> {
        let papers = self.standing_in.get(&person.id).filter(|_| person.active);
        let delegated = roles.clone();
        let actings = papers.into_iter().flat_map(move |papers| {
            let roles = roles.clone();
            papers.actings.iter().filter_map(move |acting| {
                let role = roles.clone().find(|role| **role == acting.role)?;
                (acting.reaches(&matter) && self.keeps(acting, matter.region) && acting.may(&matter, policy))
                    .then_some(Power { role, source: Source::Acting(acting) })
            })
        });
        let delegations = papers.into_iter().flat_map(move |papers| {
            let roles = delegated.clone();
            papers.delegations.iter().filter_map(move |delegation| {
                let role = roles.clone().find(|role| **role == delegation.role)?;
                (self.backs(delegation, matter.region) && delegation.exceeded(&matter).is_none())
                    .then_some(Power { role, source: Source::Delegation(delegation) })
            })
        });
        actings.chain(delegations)
    }

    /// The paper of a person that would let them act in one of the roles, but for one thing.
    pub fn bar<'a>(
        &'a self,
        person: &Person,
        roles: &(impl Iterator<Item = &'a Role> + Clone),
        matter: &Matter<'_>,
        policy: &Policy,
    ) -> Option<Bar<'a>> {
        let papers = self.standing_in.get(&person.id).filter(|_| person.active)?;
        let fits = |wanted: &Role| roles.clone().any(|role| role == wanted);
        let barred = |acting: &&Acting| {
            fits(&acting.role)
                && acting.reaches(matter)
                && self.keeps(acting, matter.region)
                && !acting.may(matter, policy)
        };
        if let Some(acting) = papers.actings.iter().find(barred) {
            return Some(Bar::Acting(acting));
        }
        let backed = |delegation: &&Delegation| fits(&delegation.role) && self.is_backed(delegation);
        let short = papers.delegations.iter().filter(backed).filter(|it| it.exceeded(matter).is_some());
        // The one in force, if there is one.
        short.min_by_key(|it| !it.is_in_force(matter.day)).map(Bar::Delegation)
    }

    /// True if whoever handed the role on holds it for the region by a grant of their own.
    fn backs(&self, delegation: &Delegation, region: &RegionCode) -> bool {
        self.person(delegation.from).is_some_and(|from| from.holds(&delegation.role, region))
    }

    /// True if whoever handed the role on holds it, for all that the delegation is about, by a grant of their own.
    #[must_use]
    pub fn is_backed(&self, delegation: &Delegation) -> bool {
        self.backs(delegation, &delegation.region)
    }

    /// True if the one acted for still holds the role for the region: with it goes the paper. In a vacant seat nobody
    /// is acted for.
    fn keeps(&self, acting: &Acting, region: &RegionCode) -> bool {
        let holds = |id| self.person(id).is_some_and(|holder| holder.holds(&acting.role, region));
        acting.for_whom.is_none_or(holds)
    }

    /// True if the one acted for still holds the role, for all that the paper is about.
    #[must_use]
    pub fn is_kept(&self, acting: &Acting) -> bool {
        self.keeps(acting, &acting.region)
    }

    /// True if the person holds the role anywhere on the day, by whatever paper.
    #[must_use]
    pub fn holds_anywhere(&self, person: &Person, role: &Role, day: Date) -> bool {
        let granted = |person: &Person| person.active && person.grants.iter().any(|it| it.role == *role);
        let still = |id: PersonId| self.person(id).is_some_and(granted);
        if !person.active {
            return false;
        }
        granted(person)
            || self.standing_in.get(&person.id).is_some_and(|papers| {
                let acts = |acting: &Acting| {
                    acting.role == *role && acting.is_in_force(day) && acting.for_whom.is_none_or(still)
                };
                let stands_in = |it: &Delegation| it.role == *role && it.is_in_force(day) && still(it.from);
                papers.actings.iter().any(acts) || papers.delegations.iter().any(stands_in)
            })
    }

    /// True if the person may see what concerns the region, by a role held or by a paper in force.
    #[must_use]
    pub fn sees(&self, person: &Person, region: &RegionCode, day: impl FnOnce() -> Date) -> bool {
        if person.sees(region) {
            return true;
        }
        let Some(papers) = self.standing_in.get(&person.id).filter(|_| person.active) else {
            return false;
        };
        let day = day();
        papers
            .actings
            .iter()
            .any(|it| it.is_in_force(day) && region.is_within(&it.region) && self.keeps(it, region))
            || papers
                .delegations
                .iter()
                .any(|it| it.is_in_force(day) && region.is_within(&it.region) && self.backs(it, region))
    }

    /// The widest regions of which the person may see something, by a role held or by a paper in force.
    #[must_use]
    pub fn regions_of(&self, person: &Person, day: Date) -> BTreeSet<RegionCode> {
        let mut all = person.regions();
        let papers = self.standing_in.get(&person.id).filter(|_| person.active);
        for it in papers.iter().flat_map(|papers| &papers.actings).filter(|it| it.is_in_force(day)) {
            match it.for_whom {
                Some(holder) => all.extend(self.still_held(holder, &it.role, &it.region)),
                None => drop(all.insert(it.region.clone())),
            }
        }
        for it in papers.iter().flat_map(|papers| &papers.delegations).filter(|it| it.is_in_force(day)) {
            all.extend(self.still_held(it.from, &it.role, &it.region));
        }
        super::widest(&all)
    }

    /// What a paper is about, or what its giver still holds of it.
    fn still_held<'a>(
        &'a self,
        giver: PersonId,
        role: &'a Role,
        region: &'a RegionCode,
    ) -> impl Iterator<Item = RegionCode> + 'a {
        let giver = self.person(giver).filter(|giver| giver.active);
        let held = giver.into_iter().flat_map(|giver| &giver.grants).filter(move |held| held.role == *role);
        held.filter_map(move |held| match (region.is_within(&held.region), held.region.is_within(region)) {
            (true, _) => Some(region.clone()),
            (false, true) => Some(held.region.clone()),
            (false, false) => None,
        })
    }

    /// Who has a paper that covers the region, in the order of their ids.
    pub fn stand_ins(&self, region: &RegionCode) -> impl Iterator<Item = &Person> {
        let ids: BTreeSet<_> =
            region.outwards().filter_map(|outer| self.stand_ins.get(outer)).flatten().collect();
        ids.into_iter().filter_map(|id| self.person(*id))
    }

    /// True if the person has any paper, in force or not.
    #[must_use]
    pub fn has_papers(&self, person: PersonId) -> bool {
        self.standing_in.contains_key(&person)
    }
}

impl Acting {
    fn reaches(&self, matter: &Matter<'_>) -> bool {
        self.is_in_force(matter.day) && matter.region.is_within(&self.region)
    }

    /// True if the capacity may do what is asked; what counts as no act is everybody's.
    fn may(&self, matter: &Matter<'_>, policy: &Policy) -> bool {
        let rule = policy.acting.get(&self.capacity);
        matter.kind.is_none_or(|kind| rule.is_some_and(|rule| rule.may.contains(&kind)))
    }
}

impl Delegation {
    /// What it does not cover of the matter.
    #[must_use]
    pub fn exceeded(&self, matter: &Matter<'_>) -> Option<Limit> {
        if !self.is_in_force(matter.day) {
            return Some(Limit::Days(self.from_day, self.to_day));
        }
        if !matter.region.is_within(&self.region) {
            return Some(Limit::Region(self.region.clone()));
        }
        if let Some(schemes) = self.schemes.as_ref().filter(|schemes| !schemes.contains(matter.scheme)) {
            return Some(Limit::Schemes(schemes.iter().cloned().collect()));
        }
        self.amount_max.filter(|most| matter.amount > *most).map(Limit::Amount)
    }
}
