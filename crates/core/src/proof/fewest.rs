//! The fewest persons for a set of acts: acts that must be the same person's are one, acts that must be different
//! persons' are apart, and what is left is to colour the rest with as few persons as can be.

use super::step::{Step, must_be_same, must_differ};
use crate::workflow::Workflow;

/// Most tries to share a way out, over all ways of a proof.
pub(super) const TRIES_MAX: u32 = 200_000;

/// Acts that one person does, and which other groups must be others'.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    /// The places of its acts among those that were given.
    pub(super) acts: Vec<usize>,
    /// The groups that must be other persons'.
    pub(super) apart: Vec<usize>,
}

/// Acts as groups, those that only repeat one another together if that is asked; none where an act would have to be the same person's as one that it must differ from.
pub(super) fn groups(workflow: &Workflow, acts: &[&Step], repeats: bool) -> Option<Vec<Group>> {
    let mut of: Vec<usize> = (0..acts.len()).collect();
    for (place, one) in acts.iter().enumerate() {
        for (earlier, other) in acts.iter().enumerate().take(place) {
            if (repeats && one.repeats(other)) || must_be_same(workflow, one, other) {
                let (into, from) = (*of.get(earlier)?, *of.get(place)?);
                let (into, from) = (into.min(from), into.max(from));
                of.iter_mut().filter(|group| **group == from).for_each(|group| *group = into);
            }
        }
    }
    let mut heads = of.clone();
    heads.sort_unstable();
    heads.dedup();
    let members =
        |head: usize| of.iter().enumerate().filter(move |(_, group)| **group == head).map(|(act, _)| act);
    let differ = |one: usize, other: usize| match (acts.get(one), acts.get(other)) {
        (Some(one), Some(other)) => must_differ(workflow, one, other),
        _ => false,
    };
    let meet =
        |one: usize, other: usize| members(one).any(|act| members(other).any(|with| differ(act, with)));
    if heads.iter().any(|head| meet(*head, *head)) {
        return None;
    }
    let apart = |head: usize| {
        heads.iter().enumerate().filter(|(_, other)| meet(head, **other)).map(|(place, _)| place).collect()
    };
    Some(heads.iter().map(|head| Group { acts: members(*head).collect(), apart: apart(*head) }).collect())
}

/// The person of each group, as few as can be, numbered from 0 in the order they first act; and false where the tries
/// did not suffice to say that there are none fewer.
pub(super) fn share_out(groups: &[Group], tries: &mut u32) -> (Vec<usize>, bool) {
    let mut proved = true;
    for persons in 1..groups.len() {
        let mut given = Vec::with_capacity(groups.len());
        match assign(groups, persons, 0, &mut given, tries) {
            Some(true) => return (given, proved),
            Some(false) => {}
            None => proved = false,
        }
    }
    ((0..groups.len()).collect(), proved)
}

/// Shares the groups out from the first that has nobody; none where the tries are used up.
fn assign(
    groups: &[Group],
    most: usize,
    used: usize,
    given: &mut Vec<usize>,
    tries: &mut u32,
) -> Option<bool> {
    let Some(group) = groups.get(given.len()) else {
        return Some(true);
    };
    *tries = tries.checked_sub(1)?;
    for person in 0..most.min(used.saturating_add(1)) {
        if group.apart.iter().any(|other| given.get(*other) == Some(&person)) {
            continue;
        }
        given.push(person);
        let used = used.max(person.saturating_add(1));
        if assign(groups, most, used, given, tries)? {
            return Some(true);
        }
        given.pop();
    }
    Some(false)
}
