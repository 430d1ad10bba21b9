//! What happens around a workflow, the same in every one: a request is set aside and taken up, taken on and put back.

use std::collections::BTreeSet;

use crate::case::{Case, Through, WHO_COULD_MAX};
use crate::clock::Clock;
use crate::event::{Event, NoteRef};
use crate::refusal::{Refusal, Why};
use crate::{PersonId, Role};

/// The person acted for, and what happens.
type Told = (Option<PersonId>, Vec<Event>);

pub(super) fn hold(it: &Case<'_>, cause: &str, reason: Option<NoteRef>) -> Result<Told, Refusal> {
    let for_whom = check_holder(it, "hold")?;
    it.check_locks(Through::Itself)?;
    if let Some(hold) = &it.request.hold {
        return Err(Why::OnHold { cause: hold.cause.clone() }.into());
    }
    let policy = &it.context.world.policy;
    let Some(known) = policy.hold.get(cause) else {
        let known = policy.hold.keys().cloned().collect();
        return Err(Why::HoldCauseUnknown { cause: super::fields::plain(cause).to_owned(), known }.into());
    };
    let event = Event::Held { cause: cause.to_owned(), blameless: known.blameless, reason };
    Ok((for_whom, vec![event]))
}

/// Where the clock stood still, the day it is due moves by the working days that passed; what was late stays as late.
pub(super) fn resume(case: &Case<'_>) -> Result<Told, Refusal> {
    let for_whom = check_holder(case, "resume")?;
    let Some(hold) = &case.request.hold else {
        return Err(Why::NotOnHold.into());
    };
    if !hold.blameless {
        let due_on = case.request.due_on;
        return Ok((for_whom, vec![Event::Resumed { due_on, stood_still: false }]));
    }
    let world = case.context.world;
    let clock = Clock::of(world, case.workflow, &case.request.stage);
    // A new version may have brought it to this stage while it was set aside.
    let since = world.calendar.date_of(hold.since.max(case.request.entered_at));
    let passed = clock.days_between(since, case.context.today());
    let due_on = hold.due_on.map(|due| clock.add(due, passed));
    Ok((for_whom, vec![Event::Resumed { due_on, stood_still: true }]))
}

pub(super) fn claim(case: &Case<'_>) -> Result<Told, Refusal> {
    case.check_open()?;
    let request = case.request;
    let at_stage = case.workflow.actions.values().filter(|action| action.from.contains(&request.stage));
    let for_whom = check_roles(case, "claim", &at_stage.flat_map(|action| action.by.keys()).collect())?;
    case.check_locks(Through::Itself)?;
    case.check_claim(Through::Itself)?;
    Ok((for_whom, if request.claimed_by.is_some() { Vec::new() } else { vec![Event::Claimed] }))
}

pub(super) fn release(case: &Case<'_>) -> Result<Told, Refusal> {
    match case.request.claimed_by {
        None => Err(Why::NotClaimed.into()),
        Some(by) if by == case.context.actor.person.id => Ok((None, vec![Event::Released])),
        Some(_) => check_holder(case, "release").map(|for_whom| (for_whom, vec![Event::Released])),
    }
}

/// Whoever may act anywhere on the way may write on it; an auditor reads only. Told is the person acted for.
pub(super) fn check_takes_part(case: &Case<'_>, act: &str) -> Result<Option<PersonId>, Refusal> {
    let workflow = case.workflow;
    let acting = workflow.actions.values().flat_map(|action| action.by.keys());
    let listing = workflow.decree.draft.keys().chain(workflow.payment_order.draft.keys());
    check_roles(case, act, &acting.chain(listing).chain(&workflow.hold.by).collect())
}

fn check_holder(case: &Case<'_>, act: &str) -> Result<Option<PersonId>, Refusal> {
    case.check_open()?;
    check_roles(case, act, &case.workflow.hold.by.iter().collect())
}

fn check_roles(case: &Case<'_>, act: &str, roles: &BTreeSet<&Role>) -> Result<Option<PersonId>, Refusal> {
    let (context, matter) = (&case.context, case.matter(None));
    let (world, actor) = (context.world, context.actor);
    let own =
        actor.for_whom.is_none() && roles.iter().any(|role| actor.person.holds(role, &case.request.region));
    if own {
        return Ok(None);
    }
    let mut papers = world.roster.powers_by_paper(actor.person, roles.iter().copied(), matter, &world.policy);
    let stands_in = papers
        .find(|power| actor.for_whom.is_none() || power.for_whom() == actor.for_whom)
        .map(|power| power.for_whom());
    if let Some(for_whom) = stands_in {
        return Ok(for_whom);
    }
    let who_could = world.roster.holders(roles.iter().copied(), &case.request.region);
    Err(Refusal {
        who_could: who_could.map(|person| person.id).take(WHO_COULD_MAX).collect(),
        why: Why::RoleMissing {
            action: act.into(),
            roles: roles.iter().map(|role| (*role).clone()).collect(),
        },
    })
}
