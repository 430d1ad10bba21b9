//! The least number of different persons on every way to a stage, and the story of the weakest way.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::workflow::{Action, ActionKind, Via, Workflow};
use crate::{ActionName, PersonId, Role, StageName};

/// A way through a workflow with the fewest persons its duties allow: who could do what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// The acts in order, each with the number of the person who could do it, from 0.
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

/// Most acts on one way that a duty keeps apart from others; acts that no duty binds may be anybody's and are not
/// counted.
const ACTS_MAX: usize = 12;

/// Most steps that are searched in all, over ways and over the ways to share them out.
const STEPS_MAX: u32 = 100_000;

/// What is known of the ways to a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Of all ways without a cycle, the one that needs the fewest persons; none where no way leads there.
    pub weakest: Option<Way>,
    /// True if there were more ways, or longer ones, than are searched: then nothing is proved.
    pub cut: bool,
}

/// An act on a way: the duty it counts under, the action that several persons must take together, and whether any
/// duty binds it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Step {
    duty: ActionName,
    shared: Option<ActionName>,
    bound: bool,
}

/// Of all ways without a cycle from the start to a stage, the one that needs the fewest persons.
#[must_use]
pub fn weakest_way(workflow: &Workflow, to: &StageName) -> Option<Way> {
    prove(workflow, to).weakest
}

/// Searches all ways without a cycle from the start to a stage.
#[must_use]
pub fn prove(workflow: &Workflow, to: &StageName) -> Proof {
    prove_from(workflow, &workflow.start, to, &BTreeSet::new())
}

/// Searches all ways without a cycle from one stage to another, over what known persons have done before. Each way tells
/// their acts first, and counts them.
#[must_use]
pub fn prove_from(
    workflow: &Workflow,
    from: &StageName,
    to: &StageName,
    done: &BTreeSet<(ActionName, PersonId)>,
) -> Proof {
    let persons: BTreeSet<_> = done.iter().map(|(_, person)| person).collect();
    let number = |id: &PersonId| persons.iter().position(|person| *person == id).unwrap_or(0);
    let known = done
        .iter()
        .map(|(duty, person)| (Step { duty: duty.clone(), shared: None, bound: true }, number(person)));
    let (known, by): (Vec<_>, Vec<_>) = known.unzip();
    let (seen, left) = (BTreeSet::new(), STEPS_MAX);
    let mut search = Search { workflow, to, known, by, weakest: None, seen, left, cut: false };
    search.walk(from, &mut Vec::new(), &mut Vec::new());
    Proof { weakest: search.weakest, cut: search.cut }
}

struct Search<'a> {
    workflow: &'a Workflow,
    to: &'a StageName,
    /// What was done before the way begins.
    known: Vec<Step>,
    /// By whom, as numbers from 0.
    by: Vec<usize>,
    weakest: Option<Way>,
    /// The bound acts of the ways that were shared out: another way with the same acts takes as many persons.
    seen: BTreeSet<Vec<Step>>,
    left: u32,
    cut: bool,
}

impl<'a> Search<'a> {
    fn walk(&mut self, at: &'a StageName, passed: &mut Vec<&'a StageName>, steps: &mut Vec<Step>) {
        if at == self.to {
            self.share_out(steps);
            return;
        }
        passed.push(at);
        for (name, action) in self.workflow.actions.iter().filter(|(_, action)| action.from.contains(at)) {
            let Some(next) = action.to.as_ref().filter(|next| !passed.contains(next)) else {
                continue;
            };
            for acts in acts_of(self.workflow, name, action) {
                let before = steps.len();
                for act in acts {
                    // Whoever did it before can do it again: it never takes one person more.
                    let mut done = self.known.iter().chain(&*steps);
                    if act.shared.is_some() || !done.any(|done| done.duty == act.duty) {
                        steps.push(act);
                    }
                }
                let bound = steps.iter().filter(|step| step.bound).count();
                if bound <= ACTS_MAX && self.spend() {
                    self.walk(next, passed, steps);
                }
                self.cut |= bound > ACTS_MAX;
                steps.truncate(before);
            }
        }
        passed.pop();
    }

    /// One step of the search more; false, and the proof is cut, where there were too many.
    fn spend(&mut self) -> bool {
        let left = self.left.checked_sub(1);
        self.cut |= left.is_none();
        self.left = left.unwrap_or(0);
        left.is_some()
    }

    /// Shares the acts of a way out among as few persons as the duties allow, trying every partition.
    fn share_out(&mut self, steps: &[Step]) {
        let bound: Vec<_> = steps.iter().filter(|step| step.bound).cloned().collect();
        let mut acts = bound.clone();
        acts.sort();
        if !self.seen.insert(acts) {
            return;
        }
        let known = self.by.iter().max().map_or(0, |person| person.saturating_add(1));
        let bound: Vec<_> = self.known.iter().cloned().chain(bound).collect();
        // At worst everybody is another person.
        let others = known..known.saturating_add(bound.len().saturating_sub(self.by.len()));
        let mut best: Vec<usize> = self.by.iter().copied().chain(others).collect();
        self.assign(&bound, &mut self.by.clone(), known, &mut best);
        let (mut persons, mut last) = (best.into_iter(), 0);
        let by = |step: &Step| {
            if step.bound {
                last = persons.next().unwrap_or(last);
            }
            (step.duty.clone(), last)
        };
        let way = Way { acts: self.known.iter().chain(steps).map(by).collect() };
        if self.weakest.as_ref().is_none_or(|weakest| way.persons() < weakest.persons()) {
            self.weakest = Some(way);
        }
    }

    fn assign(&mut self, steps: &[Step], given: &mut Vec<usize>, persons: usize, best: &mut Vec<usize>) {
        let most = best.iter().max().map_or(0, |person| person.saturating_add(1));
        let Some(step) = steps.get(given.len()) else {
            if persons < most {
                best.clone_from(given);
            }
            return;
        };
        if persons >= most || !self.spend() {
            return;
        }
        for person in 0..=persons {
            let mut done = steps.iter().zip(given.iter());
            if !done.any(|(done, by)| *by == person && must_differ(self.workflow, done, step)) {
                given.push(person);
                self.assign(steps, given, persons.max(person.saturating_add(1)), best);
                given.pop();
            }
        }
    }
}

/// The acts that an action takes, once for each choice of roles: a decree and an order are drafted by somebody, and a
/// ruling is about a payment that was ordered and whose result somebody entered.
fn acts_of(workflow: &Workflow, name: &ActionName, action: &Action) -> Vec<Vec<Step>> {
    let order = &workflow.payment_order;
    let lists: Vec<&BTreeMap<Role, ActionName>> = match (action.via, action.kind) {
        (Some(Via::Decree), _) => vec![&workflow.decree.draft],
        (Some(Via::PaymentOrder), _) => vec![&order.draft],
        (None, ActionKind::Ruling) => vec![&order.draft, &order.settle],
        (None, _) => Vec::new(),
    };
    let mut choices: Vec<Vec<Step>> = vec![Vec::new()];
    for list in lists {
        let duties: BTreeSet<_> = list.values().collect();
        choices = choices
            .into_iter()
            .flat_map(|acts| {
                duties.iter().map(move |duty| {
                    let mut acts = acts.clone();
                    acts.push(step_of(workflow, duty, None));
                    acts
                })
            })
            .collect();
    }
    let shared = action.is_shared().then(|| name.clone());
    let own: BTreeSet<_> = action.by.values().collect();
    choices
        .into_iter()
        .flat_map(|acts| {
            let shared = &shared;
            own.iter().map(move |duty| {
                let step = step_of(workflow, duty, shared.clone());
                let persons = usize::try_from(action.persons).unwrap_or(usize::MAX).min(ACTS_MAX);
                acts.iter().cloned().chain(std::iter::repeat_n(step, persons)).collect()
            })
        })
        .collect()
}

fn step_of(workflow: &Workflow, duty: &ActionName, shared: Option<ActionName>) -> Step {
    let kept_apart = workflow.duties.iter().any(|rule| rule.distinct.contains(duty));
    Step { duty: duty.clone(), bound: shared.is_some() || kept_apart, shared }
}

fn must_differ(workflow: &Workflow, one: &Step, other: &Step) -> bool {
    if one.duty == other.duty {
        return one.shared.is_some() && one.shared == other.shared;
    }
    workflow
        .duties
        .iter()
        .any(|duty| duty.distinct.contains(&one.duty) && duty.distinct.contains(&other.duty))
}
