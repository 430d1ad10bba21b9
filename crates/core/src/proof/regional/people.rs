//! Who may do which act in a region.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::Standing;
use crate::proof::fit::{Hand, Hands};
use crate::proof::search::{Acting, Acts};
use crate::proof::step::{PERSONS_MAX, Step};
use crate::roster::{Matter, Person};
use crate::{PersonId, RegionCode, Role, Rupiah};

/// The people of a region.
#[derive(Debug)]
pub(super) struct Local {
    /// Who may act for whatever amount, and is not away.
    pub(super) hands: Hands,
    /// Who may act at all, be it for the smallest amount; none where they are the same.
    attackers: Option<Hands>,
    /// By act, some of those who may do it: no more than any act could take, and one.
    pub(super) able: Vec<BTreeSet<PersonId>>,
}

impl Local {
    pub(super) fn attackers(&self) -> &Hands {
        self.attackers.as_ref().unwrap_or(&self.hands)
    }
}

/// The roster, as far as the acts of a workflow ask for it.
pub(super) struct People<'a> {
    acting: &'a Acting<'a>,
    standing: &'a Standing<'a>,
    /// The bound acts of each role.
    acts: BTreeMap<&'a Role, Acts>,
    /// The regions for which anybody holds one of the roles, by whatever paper.
    served: HashSet<&'a str>,
    /// Who holds a role that another of theirs excludes.
    barred: HashSet<(PersonId, &'a Role)>,
}

impl<'a> People<'a> {
    pub(super) fn of(acting: &'a Acting<'a>, standing: &'a Standing<'a>) -> People<'a> {
        let mut acts: BTreeMap<&Role, Acts> = BTreeMap::new();
        for (place, step) in acting.steps.iter().enumerate() {
            for role in &step.roles {
                *acts.entry(role).or_default() |= acting.bit(place);
            }
        }
        let roster = standing.roster;
        let grants = roster.people().flat_map(|person| &person.grants);
        let papers = roster.actings().map(|it| (&it.role, &it.region));
        let papers = papers.chain(roster.delegations().map(|it| (&it.role, &it.region)));
        let held = grants.map(|it| (&it.role, &it.region)).chain(papers);
        let served = held.filter(|(role, _)| acts.contains_key(role)).map(|(_, it)| it.as_str()).collect();
        let barred = barred(acting, standing);
        People { acting, standing, acts, served, barred }
    }

    /// The regions whose people serve this one: those that have the same are served alike.
    pub(super) fn served_from<'r>(&self, region: &'r RegionCode) -> Vec<&'r str> {
        region.outwards().filter(|code| self.served.contains(code)).collect()
    }

    pub(super) fn local(&self, region: &RegionCode) -> Local {
        let (roster, day) = (self.standing.roster, self.standing.day);
        let mut able: Vec<BTreeSet<PersonId>> = vec![BTreeSet::new(); self.acting.steps.len()];
        let mut hands: HashMap<PersonId, Acts> = HashMap::new();
        let mut away: HashMap<PersonId, Acts> = HashMap::new();
        let by_role: BTreeMap<&Role, Vec<PersonId>> = self
            .acts
            .iter()
            .map(|(role, acts)| {
                let free = |id: &PersonId| !self.barred.contains(&(*id, *role));
                let holders = roster.holders(std::iter::once(*role), region).map(|it| it.id).filter(free);
                let (gone, here): (Vec<_>, Vec<_>) =
                    holders.partition(|id| roster.absence(*id, day).is_some());
                for (ids, into) in [(&here, &mut hands), (&gone, &mut away)] {
                    for id in ids {
                        *into.entry(*id).or_default() |= acts;
                    }
                }
                (*role, here)
            })
            .collect();
        for (step, able) in self.acting.steps.iter().zip(&mut able) {
            for ids in step.roles.iter().filter_map(|role| by_role.get(role)) {
                able.extend(ids.iter().take(PERSONS_MAX.saturating_add(1)));
            }
        }
        let own = |hands: &HashMap<PersonId, Acts>| -> Vec<Hand> {
            let mut all: Vec<_> = hands
                .iter()
                .map(|(person, may)| Hand { person: *person, for_whom: None, may: *may })
                .collect();
            all.sort_unstable_by_key(|hand| hand.person);
            all
        };
        let (mut service, mut attack) = (own(&hands), own(&hands));
        attack.extend(own(&away));
        let papers = roster.stand_ins(region).next().is_some();
        for person in roster.stand_ins(region) {
            self.add_papers(person, region, Rupiah(1), &mut attack);
            if roster.absence(person.id, day).is_none() {
                for step in self.add_papers(person, region, Rupiah(i64::MAX), &mut service) {
                    able.get_mut(step).map(|able| able.insert(person.id));
                }
            }
        }
        let attackers = (papers || !away.is_empty()).then(|| Hands::of(attack));
        Local { hands: Hands::of(service), attackers, able }
    }

    /// What a person may do by papers, as a hand for each person they act for; and the acts.
    fn add_papers(
        &self,
        person: &Person,
        region: &RegionCode,
        amount: Rupiah,
        hands: &mut Vec<Hand>,
    ) -> Vec<usize> {
        let Standing { roster, policy, day, .. } = *self.standing;
        let mut acts = Vec::new();
        for (place, step) in self.acting.steps.iter().enumerate() {
            let scheme = &self.acting.workflow.scheme;
            let matter = Matter { region, scheme, amount, kind: Some(step.kind), day };
            for power in roster.powers_by_paper(person, step.roles.iter(), matter, policy) {
                let mut persons = std::iter::once(person.id).chain(power.for_whom());
                if persons.any(|id| self.barred.contains(&(id, power.role))) {
                    continue;
                }
                acts.push(place);
                let for_whom = power.for_whom();
                let known = hands.iter_mut().find(|it| it.person == person.id && it.for_whom == for_whom);
                match known {
                    Some(hand) => hand.may |= self.acting.bit(place),
                    None => hands.push(Hand { person: person.id, for_whom, may: self.acting.bit(place) }),
                }
            }
        }
        acts
    }
}

/// Whoever holds two roles that exclude each other acts in neither.
fn barred<'a>(acting: &'a Acting<'a>, standing: &Standing<'a>) -> HashSet<(PersonId, &'a Role)> {
    let mut barred = HashSet::new();
    let classes: BTreeSet<&Role> =
        acting.steps.iter().filter_map(|step: &Step| step.class.as_ref()).collect();
    if classes.is_empty() {
        return barred;
    }
    let rules = || acting.workflow.duties.iter();
    for person in standing.roster.people() {
        for role in &classes {
            let mut others = rules().flat_map(|duty| duty.excluded_by(role));
            if others.any(|other| standing.roster.holds_anywhere(person, other, standing.day)) {
                barred.insert((person.id, *role));
            }
        }
    }
    barred
}
