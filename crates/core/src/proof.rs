//! The least number of different persons on every way to a payment, and the story of the weakest way.

mod fewest;
mod fit;
mod mix;
mod regional;
mod search;
mod step;
mod told;

use std::collections::BTreeSet;
use std::fmt;

use fewest::{TRIES_MAX, groups, share_out};
use search::{Acting, Goal, Ways, ways};
use step::Step;

pub use mix::{Mix, prove_from};
pub(crate) use regional::only_by;
pub use regional::{Drill, Fewest, RosterFinding, RosterProof, Standing, prove_with};

use crate::workflow::Workflow;
use crate::{ActionName, StageName};

/// A way through a workflow with the fewest persons its duties allow: who could do what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// The acts in order, by the duty each counts under, and the number of the person who could do it, from 0.
    pub acts: Vec<(ActionName, usize)>,
}

impl Way {
    /// How many different persons it takes.
    #[must_use]
    pub fn persons(&self) -> usize {
        self.acts.iter().map(|(_, person)| *person).collect::<BTreeSet<_>>().len()
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (act, person)) in self.acts.iter().enumerate() {
            write!(f, "{}person {} does {act}", if place > 0 { ", " } else { "" }, person.saturating_add(1))?;
        }
        Ok(())
    }
}

/// What is known of the ways to a stage, or to a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Of all ways, the one that needs the fewest persons; none where no way leads there.
    pub weakest: Option<Way>,
    /// The acts of a way that nobody could ever go, because an act would have to be the same person's as one that it
    /// must differ from.
    pub contradiction: Option<Vec<ActionName>>,
    /// True if there were more ways, or longer ones, than are searched: then nothing is proved.
    pub cut: bool,
}

/// Who could get a payment out by working together, under the duties of a published definition.
///
/// What is counted are persons, each with one account. Whoever grants a role, makes a delegation, publishes a
/// definition or repairs a request needs a second person who is not the one favoured, so abuse takes two who may.
///
/// - `by_grants`: two administrators are among the colluders and give them any role, where and when they like. That
///   lifts every limit of roles and regions, and no duty: those count acts, and a role that was given up keeps apart
///   what was done in it. So it is the fewest persons of any way, and at least the two who grant.
/// - `by_any_means`: two administrators who also publish another definition for requests yet to come, or register
///   persons who do not exist, need nobody else. It is the two, and shows in the trail as their acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Collusion {
    /// By granting roles to one another.
    pub by_grants: usize,
    /// By publishing another definition or by accounts of nobody.
    pub by_any_means: usize,
}

/// Acts upon the office itself are two persons'.
const TWO: usize = 2;

impl Proof {
    /// The fewest persons on any way; none where nothing is proved or no way leads there.
    #[must_use]
    pub fn persons(&self) -> Option<usize> {
        self.weakest.as_ref().filter(|_| !self.cut).map(Way::persons)
    }

    /// Who could get a payment out by working together; none where nothing is proved.
    #[must_use]
    pub fn collusion(&self) -> Option<Collusion> {
        self.persons().map(|persons| Collusion { by_grants: persons.max(TWO), by_any_means: TWO })
    }
}

/// Of all ways from the start to a stage, the one that needs the fewest persons.
#[must_use]
pub fn weakest_way(workflow: &Workflow, to: &StageName) -> Option<Way> {
    prove(workflow, to).weakest
}

/// Searches all ways from the start to a stage.
#[must_use]
pub fn prove(workflow: &Workflow, to: &StageName) -> Proof {
    prove_to(workflow, Goal::Stage(to))
}

/// Searches all ways from the start to a payment.
#[must_use]
pub fn prove_payment(workflow: &Workflow) -> Proof {
    prove_to(workflow, Goal::Payment)
}

fn prove_to(workflow: &Workflow, goal: Goal<'_>) -> Proof {
    let acting = Acting::of(workflow);
    let found = ways(&acting, goal, |_, _| true);
    let (mut proof, mut tries) = (Proof { weakest: None, contradiction: None, cut: found.cut }, TRIES_MAX);
    for way in &found.goals {
        let bound = acting.bound(found.acts(*way));
        let steps: Vec<&Step> =
            in_order(&found, *way, &bound).filter_map(|it| acting.steps.get(it)).collect();
        let Some(groups) = groups(workflow, &steps, true) else {
            let acts = told_acts(&acting, &found, *way).map(|step| step.duty.clone()).collect();
            proof.contradiction = proof.contradiction.or(Some(acts));
            continue;
        };
        let (given, proved) = share_out(&groups, &mut tries);
        proof.cut |= !proved;
        let person_of = |step: &Step| {
            let place = steps.iter().position(|it| *it == step)?;
            let group = groups.iter().position(|group| group.acts.contains(&place))?;
            given.get(group).copied()
        };
        let mut last = 0;
        let told = told_acts(&acting, &found, *way).map(|step| {
            // Whoever acted last may do what no duty binds.
            last = person_of(step).unwrap_or(last);
            (step.duty.clone(), last)
        });
        let way = Way { acts: told.collect() };
        if proof.weakest.as_ref().is_none_or(|weakest| way.persons() < weakest.persons()) {
            proof.weakest = Some(way);
        }
    }
    proof
}

/// The bound acts of a way in the order they are first done.
fn in_order<'a>(found: &Ways<'_>, way: usize, bound: &'a [usize]) -> impl Iterator<Item = usize> + use<'a> {
    let mut seen = BTreeSet::new();
    found.story(way).into_iter().filter(move |step| bound.contains(step) && seen.insert(*step))
}

/// The acts of a way as they are told: what is done again by whoever did it is told once.
fn told_acts<'a>(
    acting: &'a Acting<'_>,
    found: &Ways<'_>,
    way: usize,
) -> impl Iterator<Item = &'a Step> + use<'a> {
    let mut told: Vec<&Step> = Vec::new();
    for step in found.story(way).into_iter().filter_map(|it| acting.steps.get(it)) {
        if !told.iter().any(|done| done.repeats(step)) {
            told.push(step);
        }
    }
    told.into_iter()
}

#[cfg(test)]
mod tests;
