//! The least number of different persons on every way to a stage, and the story of the weakest way.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::workflow::{Action, ActionKind, Via, Workflow};
use crate::{ActionName, Role, StageName};

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

/// Most human acts of different duties that are searched on one way; 12 acts have 4,213,597 ways to share them out,
/// nearly all of which the duties rule out early.
const ACTS_MAX: usize = 12;

/// Most steps that are searched in all.
const STEPS_MAX: u32 = 20_000;

/// What is known of the ways to a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Of all ways without a cycle, the one that needs the fewest persons; none where no way leads there.
    pub weakest: Option<Way>,
    /// True if there were more ways, or longer ones, than are searched: then nothing is proved.
    pub cut: bool,
}

/// An act on a way: the duty it counts under, and the action that several persons must take together.
#[derive(Debug, Clone)]
struct Step {
    duty: ActionName,
    shared: Option<ActionName>,
}

/// Of all ways without a cycle from the start to a stage, the one that needs the fewest persons.
#[must_use]
pub fn weakest_way(workflow: &Workflow, to: &StageName) -> Option<Way> {
    prove(workflow, to).weakest
}

/// Searches all ways without a cycle from the start to a stage.
#[must_use]
pub fn prove(workflow: &Workflow, to: &StageName) -> Proof {
    let mut search = Search { workflow, to, ways: Vec::new(), left: STEPS_MAX, cut: false };
    search.walk(&workflow.start, &mut Vec::new(), &mut Vec::new());
    let weakest = search.ways.into_iter().map(|steps| share_out(workflow, steps)).min_by_key(Way::persons);
    Proof { weakest, cut: search.cut }
}

struct Search<'a> {
    workflow: &'a Workflow,
    to: &'a StageName,
    ways: Vec<Vec<Step>>,
    left: u32,
    cut: bool,
}

impl<'a> Search<'a> {
    fn walk(&mut self, at: &'a StageName, passed: &mut Vec<&'a StageName>, steps: &mut Vec<Step>) {
        if at == self.to {
            self.ways.push(steps.clone());
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
                    if act.shared.is_some() || !steps.iter().any(|done| done.duty == act.duty) {
                        steps.push(act);
                    }
                }
                match self.left.checked_sub(1).filter(|_| steps.len() <= ACTS_MAX) {
                    Some(left) => {
                        self.left = left;
                        self.walk(next, passed, steps);
                    }
                    None => self.cut = true,
                }
                steps.truncate(before);
            }
        }
        passed.pop();
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
                    acts.push(Step { duty: (*duty).clone(), shared: None });
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
                let step = Step { duty: (*duty).clone(), shared: shared.clone() };
                let persons = usize::try_from(action.persons).unwrap_or(usize::MAX).min(ACTS_MAX);
                acts.iter().cloned().chain(std::iter::repeat_n(step, persons)).collect()
            })
        })
        .collect()
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
