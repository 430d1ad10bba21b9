//! The least number of different persons on every way to a stage, and the story of the weakest way.

use std::collections::BTreeSet;
use std::fmt;

use crate::workflow::{Via, Workflow};
use crate::{ActionName, StageName};

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

/// Most human acts that are searched on one way; 8 acts have 4,140 ways to share them out.
const ACTS_MAX: usize = 8;

/// An act on a way: the duty it counts under, and the action that several persons must take together.
#[derive(Debug, Clone)]
struct Step {
    duty: ActionName,
    shared: Option<ActionName>,
}

/// Of all ways without a cycle from the start to a stage, the one that needs the fewest persons.
#[must_use]
pub fn weakest_way(workflow: &Workflow, to: &StageName) -> Option<Way> {
    let mut ways = Vec::new();
    let entry = workflow
        .actions
        .values()
        .find(|action| action.from.contains(&workflow.start))
        .and_then(|action| action.by.values().next().cloned())?;
    let mut steps = vec![Step { duty: entry, shared: None }];
    walk(workflow, &workflow.start, to, &mut vec![workflow.start.clone()], &mut steps, &mut ways);
    ways.into_iter().map(|steps| share_out(workflow, steps)).min_by_key(Way::persons)
}

fn walk(
    workflow: &Workflow,
    at: &StageName,
    to: &StageName,
    passed: &mut Vec<StageName>,
    steps: &mut Vec<Step>,
    ways: &mut Vec<Vec<Step>>,
) {
    if at == to {
        ways.push(steps.clone());
        return;
    }
    for (name, action) in workflow.actions.iter().filter(|(_, action)| action.from.contains(at)) {
        let Some(next) = action.to.as_ref().filter(|next| !passed.contains(next)) else {
            continue;
        };
        for duty in action.by.values().collect::<BTreeSet<_>>() {
            let before = steps.len();
            let drafted = match action.via {
                Some(Via::Decree) => workflow.decree.draft.values().next(),
                Some(Via::PaymentOrder) => workflow.payment_order.draft.values().next(),
                None => None,
            };
            steps.extend(drafted.map(|duty| Step { duty: duty.clone(), shared: None }));
            let shared = action.is_shared().then(|| name.clone());
            steps.extend((0..action.persons).map(|_| Step { duty: duty.clone(), shared: shared.clone() }));
            if steps.len() <= ACTS_MAX {
                passed.push(next.clone());
                walk(workflow, next, to, passed, steps, ways);
                passed.pop();
            }
            steps.truncate(before);
        }
    }
}

/// Shares the acts out among as few persons as the duties allow, trying every partition.
fn share_out(workflow: &Workflow, steps: Vec<Step>) -> Way {
    let mut best: Vec<usize> = (0..steps.len()).collect();
    assign(workflow, &steps, &mut Vec::with_capacity(steps.len()), 0, &mut best);
    Way { acts: steps.into_iter().map(|step| step.duty).zip(best).collect() }
}

fn assign(
    workflow: &Workflow,
    steps: &[Step],
    given: &mut Vec<usize>,
    persons: usize,
    best: &mut Vec<usize>,
) {
    let most = best.iter().max().map_or(0, |person| person.saturating_add(1));
    let Some(step) = steps.get(given.len()) else {
        if persons < most {
            best.clone_from(given);
        }
        return;
    };
    if persons >= most {
        return;
    }
    for person in 0..=persons {
        let clash = steps
            .iter()
            .zip(given.iter())
            .any(|(done, by)| *by == person && must_differ(workflow, done, step));
        if !clash {
            given.push(person);
            assign(workflow, steps, given, persons.max(person.saturating_add(1)), best);
            given.pop();
        }
    }
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
