//! A new version weakens no duty that somebody has relied on, nor what acts still ahead ask for.

use std::collections::{BTreeMap, BTreeSet};

use crate::refusal::Why;
use crate::request::{Act, Request};
use crate::workflow::{Action, Duty, Workflow};
use crate::{ActionName, PersonId, Role, StageName};

/// Every two names of a list, each pair once.
type Pairs<'a, T> = BTreeSet<(&'a T, &'a T)>;

/// Duties that somebody has relied on stay, and nobody has broken one that comes.
pub(super) fn check(request: &Request, old: &Workflow, new: &Workflow, to: &StageName) -> Result<(), Why> {
    let done: BTreeSet<&ActionName> = request.acts.iter().map(|Act(duty, _)| duty).collect();
    let relied = |pair: &(&ActionName, &ActionName)| done.contains(pair.0) || done.contains(pair.1);
    let apart: Pairs<'_, _> = pairs(old, |duty| &duty.distinct).into_iter().filter(relied).collect();
    let kept = pairs(new, |duty| &duty.distinct);
    if let Some((one, other)) = apart.difference(&kept).next() {
        return Err(Why::DutyWeakened { duty: (*one).clone(), other: (*other).clone() });
    }
    let same = pairs(new, |duty| &duty.same_person);
    let mut lost = pairs(old, |duty| &duty.same_person).into_iter().filter(relied);
    if let Some((one, other)) = lost.find(|pair| !same.contains(pair)) {
        return Err(Why::SameWeakened { duty: one.clone(), other: other.clone() });
    }
    let exclusive = pairs(new, |duty| &duty.exclusive_roles);
    let roles = pairs(old, |duty| &duty.exclusive_roles);
    if let Some((one, other)) = roles.difference(&exclusive).next() {
        return Err(Why::RolesWeakened { role: (*one).clone(), other: (*other).clone() });
    }
    check_ahead(old, new, to, &Apart { was: &apart, is: &kept })?;
    for act in &request.acts {
        let Act(duty, person) = act;
        // Who had a part in a repair does none of what is kept apart, under whichever version.
        let judged =
            |other: &ActionName| act.is_repair() && kept.iter().any(|it| it.0 == other || it.1 == other);
        let clash =
            |Act(other, by): &&Act| by == person && (kept.contains(&ordered(duty, other)) || judged(other));
        if let Some(Act(earlier, _)) = request.acts.iter().find(clash) {
            let (duty, earlier) = (duty.clone(), earlier.clone());
            return Err(Why::DutyConflict { duty, earlier, person: *person });
        }
    }
    new.duties.iter().try_for_each(|rule| check_same_person(request, rule))
}

/// What must be one person's was not done by two: whoever did the one act did the other, standing in for the same one.
fn check_same_person(request: &Request, rule: &Duty) -> Result<(), Why> {
    let done = || request.acts.iter().filter(|Act(duty, _)| rule.same_person.contains(duty));
    let Some(Act(earlier, person)) = done().next() else { return Ok(()) };
    let by = |name: &ActionName| -> BTreeSet<PersonId> {
        done().filter(|Act(duty, _)| duty == name).map(|Act(_, by)| *by).collect()
    };
    let first = by(earlier);
    match done().find(|Act(duty, _)| by(duty) != first) {
        None => Ok(()),
        Some(Act(duty, _)) => {
            Err(Why::SamePerson { duty: duty.clone(), earlier: earlier.clone(), person: *person })
        }
    }
}

/// The acts that must be two persons': of the old version those that somebody has relied on.
struct Apart<'a> {
    was: &'a Pairs<'a, ActionName>,
    is: &'a Pairs<'a, ActionName>,
}

/// What is still ahead takes as many persons as it did, and counts under duties that keep as much apart.
fn check_ahead(old: &Workflow, new: &Workflow, to: &StageName, apart: &Apart<'_>) -> Result<(), Why> {
    let ahead = new.onward(to);
    for (name, action) in new.actions.iter().filter(|(_, it)| it.from.iter().any(|at| ahead.contains(at))) {
        let was = same_acts(old, name, action);
        let need = was.iter().map(|was| was.persons).min().unwrap_or(1);
        if action.persons < need {
            return Err(Why::ActionWeakened { action: name.clone(), have: action.persons, need });
        }
        let was: Vec<_> = was.into_iter().map(|was| &was.by).collect();
        check_counted(&was, &action.by, apart)?;
    }
    check_counted(&[&old.decree.draft], &new.decree.draft, apart)?;
    check_counted(&[&old.decree.strike], &new.decree.strike, apart)?;
    check_counted(&[&old.payment_order.draft], &new.payment_order.draft, apart)?;
    check_counted(&[&old.payment_order.settle], &new.payment_order.settle, apart)
}

/// What an action was in the old version: the one of its name, or, by another name, any of its kind.
fn same_acts<'a>(old: &'a Workflow, name: &ActionName, action: &Action) -> Vec<&'a Action> {
    match old.actions.get(name).filter(|was| was.kind == action.kind) {
        Some(was) => vec![was],
        None => old.actions.values().filter(|was| was.kind == action.kind).collect(),
    }
}

/// An act that counts under another duty than it did is kept apart from all that it was kept apart from.
fn check_counted(
    was: &[&BTreeMap<Role, ActionName>],
    is: &BTreeMap<Role, ActionName>,
    apart: &Apart<'_>,
) -> Result<(), Why> {
    for (role, duty) in is {
        // A role that comes new to it does it as somebody did before, or else as none of them.
        let mut known: BTreeSet<&ActionName> = was.iter().filter_map(|by| by.get(role)).collect();
        if known.is_empty() {
            known = was.iter().flat_map(|by| by.values()).collect();
        }
        if known.contains(duty) {
            continue;
        }
        for before in known {
            let others =
                apart.was.iter().filter_map(|(one, other)| match (*one == before, *other == before) {
                    (true, _) => Some(*other),
                    (_, true) => Some(*one),
                    (false, false) => None,
                });
            let mut lost = others.filter(|other| !apart.is.contains(&ordered(duty, *other)));
            if let Some(other) = lost.next() {
                return Err(Why::DutyWeakened { duty: before.clone(), other: other.clone() });
            }
        }
    }
    Ok(())
}

/// Every two names that one of the duties lists together.
fn pairs<'a, T: Ord>(workflow: &'a Workflow, listed: impl Fn(&'a Duty) -> &'a Vec<T>) -> Pairs<'a, T> {
    let mut pairs = BTreeSet::new();
    for names in workflow.duties.iter().map(listed) {
        for one in names {
            pairs.extend(names.iter().filter(|two| *two != one).map(|two| ordered(one, two)));
        }
    }
    pairs
}

fn ordered<'a, T: Ord>(one: &'a T, two: &'a T) -> (&'a T, &'a T) {
    if one <= two { (one, two) } else { (two, one) }
}
