//! The fewest persons where part of the way has been gone already, by persons who are known: over what they have done
//! under one version of a definition, and what is left to do under another.

use std::collections::{BTreeMap, BTreeSet};

use super::fewest::{Group, TRIES_MAX, groups};
use super::search::{Acting, Goal, ways_from};
use super::step::Step;
use crate::workflow::Workflow;
use crate::{ActionName, PersonId, StageName};

/// The fewest persons who will have acted when a request comes to a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mix {
    /// How many, those who have acted already included; none where no way leads there.
    pub persons: Option<usize>,
    /// True if there were more ways than are searched: then nothing is proved.
    pub cut: bool,
}

/// The fewest persons over what was done and every way that is left from one stage to another.
#[must_use]
pub fn prove_from(
    workflow: &Workflow,
    from: &StageName,
    to: &StageName,
    done: &BTreeSet<(ActionName, PersonId)>,
) -> Mix {
    let mut known: BTreeMap<PersonId, Vec<&ActionName>> = BTreeMap::new();
    for (duty, person) in done {
        known.entry(*person).or_default().push(duty);
    }
    let known: Vec<_> = known.into_values().collect();
    let acting = Acting::of(workflow);
    let found = ways_from(&acting, &[(from, &Vec::new())], Goal::Stage(to), |_, _| true);
    let (mut mix, mut tries) = (Mix { persons: None, cut: found.cut }, TRIES_MAX);
    for way in &found.goals {
        let bound = acting.bound(found.acts(*way));
        let steps: Vec<&Step> = bound.iter().filter_map(|step| acting.steps.get(*step)).collect();
        // A way that nobody can go whatever the roster is no way.
        let Some(groups) = groups(workflow, &steps, true) else { continue };
        let mut sharing = Sharing { workflow, known: &known, steps: &steps, groups: &groups };
        match sharing.fewest(&mut tries) {
            Some(others) => {
                let persons = known.len().saturating_add(others);
                mix.persons = Some(mix.persons.map_or(persons, |least| least.min(persons)));
            }
            None => mix.cut = true,
        }
    }
    mix
}

/// What is left of a way, to be shared out among those who have acted and as few others as can be.
struct Sharing<'a> {
    workflow: &'a Workflow,
    known: &'a [Vec<&'a ActionName>],
    steps: &'a [&'a Step],
    groups: &'a [Group],
}

impl Sharing<'_> {
    /// How many others it takes; none where the tries are used up.
    fn fewest(&mut self, tries: &mut u32) -> Option<usize> {
        for others in 0..self.groups.len() {
            if self.assign(others, 0, &mut Vec::new(), tries)? {
                return Some(others);
            }
        }
        Some(self.groups.len())
    }

    fn assign(&self, most: usize, used: usize, given: &mut Vec<usize>, tries: &mut u32) -> Option<bool> {
        let Some(group) = self.groups.get(given.len()) else { return Some(true) };
        *tries = tries.checked_sub(1)?;
        let first_other = self.known.len();
        for person in 0..first_other.saturating_add(most.min(used.saturating_add(1))) {
            let is_apart = group.apart.iter().any(|other| given.get(*other) == Some(&person));
            if is_apart || !self.may(person, group) {
                continue;
            }
            given.push(person);
            let used = used.max(person.saturating_add(1).saturating_sub(first_other));
            if self.assign(most, used, given, tries)? {
                return Some(true);
            }
            given.pop();
        }
        Some(false)
    }

    /// May a person who has acted already do these acts too?
    fn may(&self, person: usize, group: &Group) -> bool {
        let Some(duties) = self.known.get(person) else { return true };
        let acts = || group.acts.iter().filter_map(|act| self.steps.get(*act));
        !acts().any(|act| {
            self.workflow.duties.iter().any(|rule| {
                rule.distinct.contains(&act.duty)
                    && duties.iter().any(|duty| **duty != act.duty && rule.distinct.contains(duty))
            })
        })
    }
}
