//! Folds what the clock, a repair and a new version do to a request.

use jiff::civil::Date;

use super::{Act, Escalation, Pause, Request};
use crate::event::{Entry, Expired, Migrated, Repaired};
use crate::workflow::Standing;
use crate::{Role, StageName};

pub(super) fn remind(request: &mut Request, entry: &Entry, stage: &StageName) -> bool {
    let fits = !request.closed && request.stage == *stage && request.timers.reminded.is_none();
    request.timers.reminded = Some(entry.at);
    fits
}

pub(super) fn escalate(request: &mut Request, entry: &Entry, stage: &StageName, to: &Role) -> bool {
    let fits = !request.closed && request.stage == *stage && request.timers.escalated.is_none();
    request.timers.escalated = Some(Escalation { to: to.clone(), at: entry.at });
    fits
}

pub(super) fn review(request: &mut Request, entry: &Entry, cause: &str) -> bool {
    match &mut request.hold {
        Some(hold) if hold.cause == cause && hold.review.is_none() => {
            hold.review = Some(entry.at);
            true
        }
        _ => false,
    }
}

pub(super) fn resume(request: &mut Request, entry: &Entry, due_on: Option<Date>, stood_still: bool) -> bool {
    request.due_on = due_on;
    let Some(hold) = request.hold.take() else { return false };
    if stood_still {
        request.timers.pauses.push(Pause { from: hold.since, to: entry.at });
    }
    true
}

/// What was set aside moves on and is set aside no more. What is counted over several stages does not count that time.
pub(super) fn end_hold(request: &mut Request, entry: &Entry) {
    let Some(hold) = request.hold.take() else { return };
    if hold.blameless && !request.timers.checks.is_empty() {
        request.timers.pauses.push(Pause { from: hold.since, to: entry.at });
    }
}

/// Facts that nobody may rely on any longer are nobody's word either: they are checked anew, and do not go on from
/// where they were sent back.
pub(super) fn expire(request: &mut Request, entry: &Entry, expired: &Expired) -> bool {
    let fits = is_free(request)
        && request.stage == expired.from
        && request.hold.is_none()
        && request.timers.checks.remove(&expired.action).is_some();
    request.checked = None;
    request.returned = None;
    request.claimed_by = None;
    come_to(request, entry, &expired.to, expired.due_on, expired.budget);
    fits
}

pub(super) fn repair(request: &mut Request, entry: &Entry, repaired: &Repaired) -> bool {
    let two = entry.actor != repaired.asked_by && entry.for_whom != Some(repaired.asked_by);
    let fits = two && is_free(request) && request.payment.is_none() && request.stage == repaired.from;
    end_hold(request, entry);
    request.checked = None;
    request.returned = None;
    request.claimed_by = None;
    request.decree = None;
    for person in [Some(repaired.asked_by), Some(entry.actor), entry.for_whom].into_iter().flatten() {
        request.acts.insert(Act(super::REPAIR.into(), person));
    }
    come_to(request, entry, &repaired.to, repaired.due_on, repaired.budget);
    fits
}

/// Where it stays at its stage, by whatever name, nothing there begins anew: it came when it came, and is due when it was due. What was checked under the old version is checked under the
/// new one, which may ask for more, should it come again from where it was sent back to.
pub(super) fn migrate(request: &mut Request, entry: &Entry, migrated: &Migrated) -> bool {
    let fits = is_free(request)
        && request.stage == migrated.from
        && request.definition.version < migrated.definition.version;
    request.definition = migrated.definition;
    request.checked = None;
    request.endorsements.clear();
    if !migrated.renamed.is_empty() {
        rename(request, migrated);
    }
    if migrated.from == migrated.to || migrated.same_stage {
        request.stage = migrated.to.clone();
        request.budget = migrated.budget;
        return fits;
    }
    request.claimed_by = None;
    come_to(request, entry, &migrated.to, migrated.due_on, migrated.budget);
    if let Some(hold) = &mut request.hold
        && hold.blameless
    {
        // The clock stands still: the new stage's time counts once it runs again.
        hold.due_on = request.due_on.take();
    }
    fits
}

/// Stages that it has passed are known by their new names from now on.
fn rename(request: &mut Request, migrated: &Migrated) {
    let renamed = |stage: &StageName| migrated.renamed.get(stage).unwrap_or(stage).clone();
    for (stage, visits) in std::mem::take(&mut request.visits) {
        let sum = request.visits.entry(renamed(&stage)).or_default();
        *sum = sum.saturating_add(visits);
    }
    if let Some(returned) = &mut request.returned {
        returned.from = renamed(&returned.from);
    }
    for check in request.timers.checks.values_mut() {
        check.stage = renamed(&check.stage);
    }
}

/// No list, no bank and no end has it.
fn is_free(request: &Request) -> bool {
    !request.closed
        && !request.in_decree
        && request.locked_in_order().is_none()
        && request.budget != Standing::Paid
}

/// Another visit begins.
pub(super) fn come_to(
    request: &mut Request,
    entry: &Entry,
    to: &StageName,
    due_on: Option<Date>,
    budget: Standing,
) {
    request.stage = to.clone();
    request.entered_at = entry.at;
    request.due_on = due_on;
    request.budget = budget;
    request.endorsements.clear();
    request.timers.turn();
    let visits = request.visits.entry(to.clone()).or_default();
    *visits = visits.saturating_add(1);
}
