//! A request that is stuck is put back to an earlier stage by two persons: one asks, another confirms.
//!
//! It only goes back, so no step that somebody has to take is skipped, and never to where money waits. Neither of the
//! two may have acted on the request, nor do they act on it afterwards where duties are kept apart: they judge others'
//! work and do none of it. Both may judge it again.

use std::collections::BTreeSet;

use crate::case::{Case, Through, WHO_COULD_MAX};
use crate::decide::due_on;
use crate::event::{Event, NoteRef, Repaired};
use crate::refusal::{Refusal, Why};
use crate::request::{Act, REPAIR, Request};
use crate::timer::standing_back;
use crate::workflow::{Phase, RepairPolicy};
use crate::{PersonId, Role, StageName};

/// May this actor ask that the request be put to this stage?
pub fn ask(case: &Case<'_>, to: &StageName, reason: Option<NoteRef>) -> Result<(), Refusal> {
    let policy = check(case, to)?;
    for person in case.context.actor.persons() {
        check_person(case, &policy.by, person)?;
    }
    reason.map(|_| ()).ok_or_else(|| Why::ReasonMissing { action: REPAIR.into() }.into())
}

/// Puts the request to this stage, as somebody else has asked and this actor confirms.
pub fn repair(
    case: &Case<'_>,
    asked_by: PersonId,
    to: &StageName,
    reason: Option<NoteRef>,
) -> Result<Event, Refusal> {
    let policy = check(case, to)?;
    check_person(case, &policy.by, asked_by)?;
    for person in case.context.actor.persons() {
        if person == asked_by {
            let why = Why::AlreadyEndorsed { action: REPAIR.into() };
            return Err(Refusal { why, who_could: who_could(case, &policy.confirm_by, asked_by) });
        }
        check_person(case, &policy.confirm_by, person)?;
    }
    let Some(reason) = reason else {
        return Err(Why::ReasonMissing { action: REPAIR.into() }.into());
    };
    Ok(Event::Repaired(Box::new(Repaired {
        from: case.request.stage.clone(),
        to: to.clone(),
        asked_by,
        reason,
        due_on: due_on(&case.context, case.workflow, to),
        budget: standing_back(case, to),
    })))
}

/// The stages that a repair may put this request to.
#[must_use]
pub fn stages<'a>(case: &Case<'a>) -> Vec<&'a StageName> {
    let all = case.workflow.repair.iter().flat_map(|policy| &policy.may_enter);
    all.filter(|to| check(case, to).is_ok()).collect()
}

/// What does not depend on who asks.
pub(crate) fn check<'a>(case: &Case<'a>, to: &StageName) -> Result<&'a RepairPolicy, Refusal> {
    let (workflow, request) = (case.workflow, case.request);
    case.check_seen()?;
    case.check_open()?;
    case.check_locks(Through::Itself)?;
    if let Some(payment) = &request.payment {
        // The bank may yet say that it was paid.
        return Err(Why::PaymentBegun { order: payment.at.order, line: payment.at.line }.into());
    }
    let refused = || Refusal::from(Why::RepairNotAllowed { stage: to.clone() });
    let policy = workflow.repair.as_ref().ok_or_else(refused)?;
    let before_approval = matches!(workflow.phase_of(to), Some(Phase::Input | Phase::Verification))
        && workflow.ungranted().contains(to);
    let is_paid = workflow.phase_of(&request.stage) == Some(Phase::Accountability);
    // Back means where it has been, and not any stage that leads here.
    let goes_back = request.visits.contains_key(to) && workflow.leads_on(to, &request.stage);
    if policy.may_enter.contains(to) && before_approval && goes_back && !is_paid {
        Ok(policy)
    } else {
        Err(refused())
    }
}

/// Has this person one of the roles, and no hand in the request?
fn check_person(case: &Case<'_>, roles: &BTreeSet<Role>, id: PersonId) -> Result<(), Refusal> {
    let region = &case.request.region;
    let person = case.context.world.roster.person(id).filter(|person| person.active);
    if !person.is_some_and(|person| roles.iter().any(|role| person.holds(role, region))) {
        let why = Why::RoleMissing { action: REPAIR.into(), roles: roles.iter().cloned().collect() };
        return Err(Refusal { why, who_could: who_could(case, roles, id) });
    }
    if let Some(Act(earlier, person)) = hand_of(case.request, id) {
        let why = Why::DutyConflict { duty: REPAIR.into(), earlier: earlier.clone(), person: *person };
        return Err(Refusal { why, who_could: who_could(case, roles, id) });
    }
    Ok(())
}

/// What this person has done to the request, repairs apart.
fn hand_of(request: &Request, id: PersonId) -> Option<&Act> {
    request.acts.iter().find(|act| act.1 == id && !act.is_repair())
}

fn who_could(case: &Case<'_>, roles: &BTreeSet<Role>, but: PersonId) -> Vec<PersonId> {
    let free = |id: &PersonId| *id != but && hand_of(case.request, *id).is_none();
    let holders = case.context.world.roster.holders(roles, &case.request.region).map(|person| person.id);
    holders.filter(free).take(WHO_COULD_MAX).collect()
}

#[cfg(test)]
mod tests;
