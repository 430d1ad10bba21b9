//! What happens around a workflow, the same in every one: a request is set aside and taken up, taken on and put back.

use std::collections::BTreeSet;

use crate::Role;
use crate::case::{Case, Through, WHO_COULD_MAX};
use crate::clock::Clock;
use crate::event::{Event, NoteRef};
use crate::refusal::{Refusal, Why};

pub(super) fn hold(it: &Case<'_>, cause: &str, reason: Option<NoteRef>) -> Result<Vec<Event>, Refusal> {
    check_holder(it, "hold")?;
    it.check_locks(Through::Itself)?;
    if let Some(hold) = &it.request.hold {
        return Err(Why::OnHold { cause: hold.cause.clone() }.into());
    }
    let policy = &it.context.world.policy;
    let Some(known) = policy.hold.get(cause) else {
        let known = policy.hold.keys().cloned().collect();
        return Err(Why::HoldCauseUnknown { cause: super::fields::plain(cause).to_owned(), known }.into());
    };
    Ok(vec![Event::Held { cause: cause.to_owned(), blameless: known.blameless, reason }])
}

/// Where the clock stood still, the day it is due moves by the working days that passed; what was late stays as late.
pub(super) fn resume(case: &Case<'_>) -> Result<Vec<Event>, Refusal> {
    check_holder(case, "resume")?;
    let Some(hold) = &case.request.hold else {
        return Err(Why::NotOnHold.into());
    };
    if !hold.blameless {
        return Ok(vec![Event::Resumed { due_on: case.request.due_on, stood_still: false }]);
    }
    let world = case.context.world;
    let clock = Clock::of(world, case.workflow, &case.request.stage);
    // A new version may have brought it to this stage while it was set aside.
    let since = world.calendar.date_of(hold.since.max(case.request.entered_at));
    let passed = clock.days_between(since, case.context.today());
    let due_on = hold.due_on.map(|due| clock.add(due, passed));
    Ok(vec![Event::Resumed { due_on, stood_still: true }])
}

pub(super) fn claim(case: &Case<'_>) -> Result<Vec<Event>, Refusal> {
    case.check_open()?;
    let request = case.request;
    let at_stage = case.workflow.actions.values().filter(|action| action.from.contains(&request.stage));
    check_roles(case, "claim", &at_stage.flat_map(|action| action.by.keys().cloned()).collect())?;
    case.check_locks(Through::Itself)?;
    case.check_claim(Through::Itself)?;
    Ok(if request.claimed_by.is_some() { Vec::new() } else { vec![Event::Claimed] })
}

pub(super) fn release(case: &Case<'_>) -> Result<Vec<Event>, Refusal> {
    match case.request.claimed_by {
        None => Err(Why::NotClaimed.into()),
        Some(by) if by == case.context.actor.person.id => Ok(vec![Event::Released]),
        Some(_) => check_holder(case, "release").map(|()| vec![Event::Released]),
    }
}

/// Whoever may act anywhere on the way may write on it; an auditor reads only.
pub(super) fn check_takes_part(case: &Case<'_>, act: &str) -> Result<(), Refusal> {
    let workflow = case.workflow;
    let acting = workflow.actions.values().flat_map(|action| action.by.keys());
    let listing = workflow.decree.draft.keys().chain(workflow.payment_order.draft.keys());
    check_roles(case, act, &acting.chain(listing).chain(&workflow.hold.by).cloned().collect())
}

fn check_holder(case: &Case<'_>, act: &str) -> Result<(), Refusal> {
    case.check_open()?;
    check_roles(case, act, &case.workflow.hold.by)
}

fn check_roles(case: &Case<'_>, act: &str, roles: &BTreeSet<Role>) -> Result<(), Refusal> {
    let region = &case.request.region;
    if roles.iter().any(|role| case.context.actor.person.holds(role, region)) {
        return Ok(());
    }
    let holders = case.context.world.roster.holders(roles, region).map(|person| person.id);
    Err(Refusal {
        why: Why::RoleMissing { action: act.into(), roles: roles.iter().cloned().collect() },
        who_could: holders.take(WHO_COULD_MAX).collect(),
    })
}
