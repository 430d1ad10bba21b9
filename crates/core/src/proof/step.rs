//! The acts on the ways through a workflow: the duty each counts under, who may do it, and which of them must be
//! different persons' or the same person's.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::DRAFTING;
use crate::workflow::{Action, ActionKind, Via, Workflow};
use crate::{ActionName, Role};

/// Most acts of one action that take several persons; a definition that asks for more proves nothing.
pub(super) const PERSONS_MAX: usize = 12;

/// An act on a way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    /// The duty it counts under.
    pub(super) duty: ActionName,
    /// The roles that may do it as this duty.
    pub(super) roles: BTreeSet<Role>,
    /// The role, where it excludes another.
    pub(super) class: Option<Role>,
    /// What kind of act it is.
    pub(super) kind: ActionKind,
    /// The action that several persons take together, and which of them this is.
    pub(super) shared: Option<(ActionName, usize)>,
    /// True if a duty says anything of it; what no duty binds may be anybody's.
    pub(super) bound: bool,
}

impl Step {
    /// True if whoever does the one can do the other just as well.
    pub(super) fn repeats(&self, other: &Step) -> bool {
        self.duty == other.duty && self.class == other.class && self.shared == other.shared
    }
}

/// One way to take an action: all the acts that it takes.
pub(super) type Choice = Vec<Step>;

/// The acts that an action takes, once for each choice of duties and of roles that exclude others: a decree and an
/// order are drafted by somebody, and a ruling is about a payment that was ordered and whose result somebody entered.
pub(super) fn choices_of(workflow: &Workflow, name: &ActionName, action: &Action) -> Vec<Choice> {
    let order = &workflow.payment_order;
    let lists: Vec<(&BTreeMap<Role, ActionName>, ActionKind)> = match (action.via, action.kind) {
        (Some(Via::Decree), _) => vec![(&workflow.decree.draft, DRAFTING)],
        (Some(Via::PaymentOrder), _) => vec![(&order.draft, ActionKind::Payment)],
        (None, ActionKind::Ruling) => {
            vec![(&order.draft, ActionKind::Payment), (&order.settle, ActionKind::Payment)]
        }
        (None, _) => Vec::new(),
    };
    let mut choices: Vec<Choice> = vec![Vec::new()];
    for (by, kind) in lists {
        let steps = steps_of(workflow, by, kind);
        choices = choices
            .into_iter()
            .flat_map(|acts| {
                steps.iter().map(move |step| acts.iter().chain(std::iter::once(step)).cloned().collect())
            })
            .collect();
    }
    let own = steps_of(workflow, &action.by, action.kind);
    let persons = usize::try_from(action.persons).unwrap_or(usize::MAX).clamp(1, PERSONS_MAX);
    let own: Vec<Choice> = if action.is_shared() {
        words(&own, persons)
            .into_iter()
            .map(|words| {
                let word = |(place, step)| Step { shared: Some((name.clone(), place)), bound: true, ..step };
                words.into_iter().enumerate().map(word).collect()
            })
            .collect()
    } else {
        own.into_iter().map(|step| vec![step]).collect()
    };
    choices
        .iter()
        .flat_map(|acts| own.iter().map(move |own| acts.iter().chain(own).cloned().collect()))
        .collect()
}

/// The acts that striking a line out of a decree takes, once for each choice: somebody has drafted the decree.
pub(super) fn striking(workflow: &Workflow) -> Vec<Choice> {
    let drafts = steps_of(workflow, &workflow.decree.draft, DRAFTING);
    let strikes = steps_of(workflow, &workflow.decree.strike, ActionKind::Rework);
    drafts
        .iter()
        .flat_map(|draft| strikes.iter().map(move |strike| vec![draft.clone(), strike.clone()]))
        .collect()
}

/// The words of so many persons, each given as one of these acts: every choice with repetition.
fn words(own: &[Step], persons: usize) -> Vec<Choice> {
    let Some((first, rest)) = own.split_first() else { return Vec::new() };
    if rest.is_empty() || persons == 0 {
        return vec![vec![first.clone(); persons]];
    }
    (0..=persons)
        .flat_map(|of_first| {
            words(rest, persons.saturating_sub(of_first))
                .into_iter()
                .map(move |others| std::iter::repeat_n(first.clone(), of_first).chain(others).collect())
        })
        .collect()
}

/// The acts that entering a request takes.
pub(super) fn entering(workflow: &Workflow) -> Vec<Choice> {
    let enters = workflow.action_of(ActionKind::Forward, &workflow.start);
    enters.map_or_else(
        || vec![Vec::new()],
        |(_, action)| {
            steps_of(workflow, &action.by, action.kind).into_iter().map(|step| vec![step]).collect()
        },
    )
}

/// The acts by which something may be done: one for each duty that it may count under, and for each role that
/// excludes another.
fn steps_of(workflow: &Workflow, by: &BTreeMap<Role, ActionName>, kind: ActionKind) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for (role, duty) in by {
        let excludes = workflow.duties.iter().any(|rule| rule.excluded_by(role).next().is_some());
        let class = excludes.then(|| role.clone());
        if let Some(known) = steps.iter_mut().find(|step| step.duty == *duty && step.class == class) {
            known.roles.insert(role.clone());
            continue;
        }
        let named = workflow
            .duties
            .iter()
            .any(|rule| rule.distinct.contains(duty) || rule.same_person.contains(duty));
        let roles = BTreeSet::from([role.clone()]);
        steps.push(Step {
            duty: duty.clone(),
            roles,
            bound: named || class.is_some(),
            class,
            kind,
            shared: None,
        });
    }
    steps
}

/// True if no person may do both on one request.
pub(super) fn must_differ(workflow: &Workflow, one: &Step, other: &Step) -> bool {
    let words = match (&one.shared, &other.shared) {
        (Some((action, place)), Some((of, at))) => action == of && place != at,
        _ => false,
    };
    words
        || workflow.duties.iter().any(|rule| {
            one.duty != other.duty && rule.distinct.contains(&one.duty) && rule.distinct.contains(&other.duty)
        })
        || matches!((&one.class, &other.class), (Some(role), Some(of)) if workflow.excludes(role, of))
}

/// True if whoever does the one must do the other.
pub(super) fn must_be_same(workflow: &Workflow, one: &Step, other: &Step) -> bool {
    let both = |names: &[ActionName]| names.contains(&one.duty) && names.contains(&other.duty);
    workflow.duties.iter().any(|rule| both(&rule.same_person))
}
