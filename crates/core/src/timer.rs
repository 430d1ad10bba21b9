//! What time alone does to a request: who serves its stage is reminded, it is brought before somebody else, what was
//! checked runs out, a hold is to be looked at. Each happens once on a visit, however often it is asked and however the
//! clock jumps: what has happened is part of the request.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::calendar::Calendar;
use crate::case::Case;
use crate::clock::{self, elapsed, has_passed};
use crate::decide::due_on;
use crate::event::{Event, Expired};
use crate::refusal::{Refusal, Why};
use crate::request::Checked;
use crate::workflow::{Phase, Stage, Standing, Workflow};
use crate::world::World;
use crate::{ActionName, Role, StageName, WorkingDays};

/// Something that time does to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Timer {
    /// Who serves the stage is reminded.
    Remind {
        /// The role, where the definition says who serves the stage.
        role: Option<Role>,
    },
    /// It is brought before this role.
    Escalate {
        /// The role.
        to: Role,
    },
    /// What was checked holds no longer.
    Expire {
        /// The action whose result ran out.
        action: ActionName,
        /// The stage where it is taken anew.
        to: StageName,
    },
    /// Somebody should look whether the cause of the hold still holds.
    Review {
        /// The cause.
        cause: String,
    },
}

/// What is due at this moment. A check that runs out sends the request back, and nothing else is due before it is there.
#[must_use]
pub fn due(case: &Case<'_>) -> Vec<Timer> {
    let (request, world) = (case.request, case.context.world);
    if request.closed {
        return Vec::new();
    }
    let review = review_due(case);
    if clock::stands_still(world, case.workflow, request, case.context.at) {
        return review.into_iter().collect();
    }
    if let Some(expire) = expiry_due(case) {
        return vec![expire];
    }
    let sla = case.workflow.stage(&request.stage).and_then(|stage| stage.sla.as_ref());
    let here = elapsed(world, case.workflow, request, request.entered_at, case.context.at);
    let mut due: Vec<_> = review.into_iter().collect();
    if let Some(sla) = sla {
        if request.timers.reminded.is_none() && sla.remind.is_some_and(|remind| has_passed(remind, here)) {
            let station = case.workflow.stage(&request.stage).and_then(|stage| stage.served_by.as_ref());
            due.push(Timer::Remind { role: station.map(|station| station.role.clone()) });
        }
        if let Some(escalate) = &sla.escalate
            && request.timers.escalated.is_none()
            && has_passed(escalate.after, here)
        {
            due.push(Timer::Escalate { to: escalate.to.clone() });
        }
    }
    due
}

/// What happens to the request at this moment, as events. They count under no duty, and nobody did them.
#[must_use]
pub fn fire(case: &Case<'_>) -> Vec<Event> {
    let stage = &case.request.stage;
    let events = due(case).into_iter().map(|timer| match timer {
        Timer::Remind { role } => Event::Reminded { stage: stage.clone(), role },
        Timer::Escalate { to } => Event::Escalated { stage: stage.clone(), to },
        Timer::Review { cause } => Event::HoldReviewDue { cause },
        Timer::Expire { action, to } => Event::VerificationExpired(Box::new(Expired {
            action,
            from: stage.clone(),
            due_on: due_on(&case.context, case.workflow, &to),
            budget: standing_back(case, &to),
            to,
        })),
    });
    events.collect()
}

/// Where the money stands once the request is back at an earlier stage: it never takes room that it did not have.
pub(crate) fn standing_back(case: &Case<'_>, to: &StageName) -> Standing {
    match case.workflow.standing_at(to) {
        Standing::None => Standing::None,
        Standing::Reserved | Standing::Committed | Standing::Paid => case.request.budget,
    }
}

/// A hold is looked at after so many working days, whether or not they count for the request.
fn review_due(case: &Case<'_>) -> Option<Timer> {
    let hold = case.request.hold.as_ref().filter(|hold| hold.review.is_none())?;
    let review = case.context.world.policy.hold.get(&hold.cause)?.review?;
    let calendar = &case.context.world.calendar;
    let passed = calendar.working_days_between(calendar.date_of(hold.since), case.context.today());
    has_passed(review, WorkingDays(passed)).then(|| Timer::Review { cause: hold.cause.clone() })
}

/// What is set aside or frozen in a list stays where it is until it is free.
fn expiry_due(case: &Case<'_>) -> Option<Timer> {
    let request = case.request;
    if request.hold.is_some() || request.in_decree || request.locked_in_order().is_some() {
        return None;
    }
    let (action, check) = expired_at(case, &request.stage)?;
    Some(Timer::Expire { action: action.clone(), to: check.stage.clone() })
}

/// The check that a request at this stage relies on although it has run out: the earliest on the way.
pub(crate) fn expired_at<'a>(case: &Case<'a>, stage: &StageName) -> Option<(&'a ActionName, &'a Checked)> {
    let (workflow, request) = (case.workflow, case.request);
    let before_money =
        |stage: &StageName| matches!(workflow.phase_of(stage), Some(Phase::Verification | Phase::Approval));
    if request.timers.checks.is_empty() || !before_money(stage) {
        return None;
    }
    let has_run_out = |check: &Checked| {
        let since = elapsed(case.context.world, workflow, request, check.at, case.context.at);
        before_money(&check.stage)
            && workflow.leads_on(&check.stage, stage)
            && has_passed(check.valid_for, since)
    };
    let mut out: Vec<_> = request.timers.checks.iter().filter(|(_, check)| has_run_out(check)).collect();
    // Whatever was checked first is checked anew first; what comes after it comes again by itself.
    out.sort_by_key(|(_, check)| check.at);
    let first = out.first().copied()?;
    Some(out.into_iter().find(|(_, check)| workflow.leads_on(&check.stage, &first.1.stage)).unwrap_or(first))
}

/// Nothing is approved on a check that has run out, even before the clock has sent it back.
pub(crate) fn check_fresh(case: &Case<'_>) -> Result<(), Refusal> {
    match expired_at(case, &case.request.stage) {
        Some((action, check)) => {
            let (action, stage) = (action.clone(), check.stage.clone());
            Err(Why::VerificationExpired { action, stage }.into())
        }
        None => Ok(()),
    }
}

/// Requests that came to the stage later than this need not be looked at: nothing can be due for them yet. None where
/// nothing is ever due at the stage.
#[must_use]
pub fn cutoff(world: &World, workflow: &Workflow, name: &StageName, now: Timestamp) -> Option<Timestamp> {
    let stage = workflow.stage(name)?;
    let checks = || workflow.actions.values().any(|action| action.valid_for.is_some());
    if matches!(stage.phase, Some(Phase::Verification | Phase::Approval)) && checks() {
        // What was checked may have been checked long before the request came here.
        return Some(now);
    }
    let calendar = &world.calendar;
    let day = day_before(calendar, calendar.date_of(now), soonest(stage)?);
    Some(calendar.end_of_day(day).min(now))
}

/// The shortest time after which something is due at a stage.
fn soonest(stage: &Stage) -> Option<WorkingDays> {
    let sla = stage.sla.as_ref()?;
    sla.remind.into_iter().chain(sla.escalate.as_ref().map(|escalate| escalate.after)).min()
}

/// As far back as a cutoff is looked for, in weeks.
const LOOK_BACK_WEEKS: u32 = 1_000;

/// The last day from which more than so many working days have passed until today.
fn day_before(calendar: &Calendar, today: Date, span: WorkingDays) -> Date {
    let mut day = today;
    // A week holds one working day at least, holidays apart: what is longer than that is looked at every time.
    for _ in 0..span.0.saturating_add(1).min(LOOK_BACK_WEEKS).saturating_mul(7) {
        if has_passed(span, WorkingDays(calendar.working_days_between(day, today))) {
            break;
        }
        let Ok(eve) = day.yesterday() else { break };
        day = eve;
    }
    day
}

#[cfg(test)]
pub(crate) mod tests;
