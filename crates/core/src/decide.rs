//! May it happen, and what then? `decide` answers a command with events or a refusal.

mod aside;
mod fields;
mod shared;

pub(crate) use fields::plain;

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::case::{Case, Footing, Permit, Through, WHO_COULD_MAX, footings, holds_exclusive, no_footing};
use crate::clock::Clock;
use crate::command::Command;
use crate::event::{Acted, Advanced, Entered, Event, FactsRef, NoteRef, Origin, Pin};
use crate::refusal::{Refusal, Why};
use crate::request::Returned;
use crate::roster::Matter;
use crate::timer;
use crate::value::Value;
use crate::workflow::{Action, ActionKind, Phase, Standing, Workflow};
use crate::world::Context;
use crate::{ActionName, FieldName, LineId, PersonId, RecipientId, RegionCode, Rupiah, StageName};

/// What is needed to enter a request.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the field names are the glossary's words")]
pub struct Draft {
    pub year: i16,
    pub region: RegionCode,
    pub recipient: RecipientId,
    pub facts: FactsRef,
    pub amount: Rupiah,
    /// True if another level of government serves this recipient.
    pub referred: bool,
    pub origin: Option<Origin>,
}

/// May this actor enter this request, and what then?
pub fn enter(context: &Context<'_>, workflow: &Workflow, draft: &Draft) -> Result<Acted, Refusal> {
    let (name, action) = workflow
        .action_of(ActionKind::Forward, &workflow.start)
        .ok_or_else(|| Why::ActionUnknown { action: "submit".into() })?;
    let footing = may_enter(context, workflow, name, action, draft)?;
    check_amount(draft.amount)?;
    let stage = match &workflow.referred {
        Some(stage) if draft.referred => stage,
        _ => &workflow.start,
    };
    let event = Event::Entered(Box::new(Entered {
        scheme: workflow.scheme.clone(),
        year: draft.year,
        definition: Pin { version: workflow.version, digest: workflow.digest },
        region: draft.region.clone(),
        recipient: draft.recipient,
        facts: draft.facts,
        amount: draft.amount,
        benefit: workflow.benefit,
        line: line_id(workflow, draft.year),
        stage: stage.clone(),
        due_on: due_on(context, workflow, stage),
        closes: workflow.end_of(stage).is_some(),
        duty: footing.duty.clone(),
        origin: draft.origin,
    }));
    Ok(Acted { for_whom: footing.for_whom, event })
}

/// The footing on which the actor may enter it.
fn may_enter<'a>(
    context: &Context<'a>,
    workflow: &'a Workflow,
    name: &ActionName,
    action: &'a Action,
    draft: &'a Draft,
) -> Result<Footing<'a>, Refusal> {
    let (actor, roster) = (context.actor, &context.world.roster);
    let matter = Matter {
        region: &draft.region,
        scheme: &workflow.scheme,
        amount: draft.amount,
        kind: Some(action.kind),
        day: context.today(),
    };
    let mut conflict = None;
    for footing in footings(context, actor.person, actor.for_whom, &action.by, matter) {
        match holds_exclusive(context, workflow, &footing) {
            None => return Ok(footing),
            Some(why) => conflict = conflict.or(Some(why)),
        }
    }
    let who_could = roster.holders(action.by.keys(), &draft.region).map(|person| person.id);
    Err(Refusal {
        why: conflict.unwrap_or_else(|| no_footing(context, name, &action.by, &matter)),
        who_could: who_could.filter(|id| *id != actor.person.id).take(WHO_COULD_MAX).collect(),
    })
}

/// The budget line that a scheme's requests of a year are paid from.
#[must_use]
pub fn line_id(workflow: &Workflow, year: i16) -> LineId {
    LineId(format!("{year}/{}/{}", workflow.scheme, workflow.fund).into())
}

/// May this actor do this to this request, and what then?
pub fn decide(case: &Case<'_>, command: &Command) -> Result<Vec<Acted>, Refusal> {
    decided(case, command).map_err(|refusal| case.with_next_actors(refusal))
}

fn decided(case: &Case<'_>, command: &Command) -> Result<Vec<Acted>, Refusal> {
    let (for_whom, events) = match command {
        Command::Act { action, reason, fields, facts } => {
            let permit = case.permit(action, Through::Itself)?;
            (permit.footing.for_whom, act(case, &permit, *reason, fields, *facts)?)
        }
        Command::Amend { facts, amount, region, changed } => amend(case, *facts, *amount, region, changed)?,
        Command::Hold { cause, reason } => aside::hold(case, cause, *reason)?,
        Command::Resume => aside::resume(case)?,
        Command::Claim => aside::claim(case)?,
        Command::Release => aside::release(case)?,
        Command::Comment { note } => match note {
            Some(note) => (aside::check_takes_part(case, "comment")?, vec![Event::Commented { note: *note }]),
            None => return Err(Why::ReasonMissing { action: "comment".into() }.into()),
        },
        Command::Attach { attachment, media_type, size, digest } => {
            case.check_open()?;
            let for_whom = aside::check_takes_part(case, "attach")?;
            let (attachment, media_type) = (*attachment, media_type.clone());
            (for_whom, vec![Event::Attached { attachment, media_type, size: *size, digest: *digest }])
        }
    };
    Ok(events.into_iter().map(|event| Acted { for_whom, event }).collect())
}

fn act(
    case: &Case<'_>,
    permit: &Permit<'_>,
    reason: Option<NoteRef>,
    given: &BTreeMap<FieldName, serde_json::Value>,
    facts: Option<FactsRef>,
) -> Result<Vec<Event>, Refusal> {
    let action = permit.action;
    if action.needs_reason && reason.is_none() {
        return Err(Why::ReasonMissing { action: permit.name.clone() }.into());
    }
    let fields = fields::read(case.workflow, action, given)?;
    case.check_guard(action, &fields)?;
    match action.kind {
        ActionKind::Correction => shared::correct(case, permit, facts),
        ActionKind::Ruling => shared::rule(case, permit, fields),
        ActionKind::Forward
        | ActionKind::Rework
        | ActionKind::Approval
        | ActionKind::Payment
        | ActionKind::Close => {
            let content = shared::content(case, &fields);
            match shared::word(case, permit, content)? {
                Some(event) => Ok(vec![event]),
                None => advance(case, permit, Through::Itself, reason, fields),
            }
        }
    }
}

/// The step that a permit allows, with its consequences for clock and money.
pub(crate) fn advance(
    case: &Case<'_>,
    permit: &Permit<'_>,
    through: Through,
    reason: Option<NoteRef>,
    fields: BTreeMap<FieldName, Value>,
) -> Result<Vec<Event>, Refusal> {
    let Some(to) = &permit.action.to else {
        return Ok(Vec::new());
    };
    let to = resumes_at(case, permit).unwrap_or(to);
    // That the money went out is a fact, and two persons say so: it is not undone by how many took part before.
    if permit.action.kind != ActionKind::Ruling {
        case.check_persons(to)?;
    }
    let budget = case.standing_at(to)?;
    let (action, duty, kind) = (permit.name, permit.footing.duty, permit.action.kind);
    Ok(vec![step(case, Step { action, duty, kind, to, budget, through, reason, fields })])
}

/// The parts of a step from one stage to another.
pub(crate) struct Step<'a> {
    pub(crate) action: &'a ActionName,
    pub(crate) duty: &'a ActionName,
    pub(crate) kind: ActionKind,
    pub(crate) to: &'a StageName,
    pub(crate) budget: Standing,
    pub(crate) through: Through,
    pub(crate) reason: Option<NoteRef>,
    pub(crate) fields: BTreeMap<FieldName, Value>,
}

pub(crate) fn step(case: &Case<'_>, step: Step<'_>) -> Event {
    let workflow = case.workflow;
    let (decree, order) = match step.through {
        Through::Itself => (None, None),
        Through::Decree(decree) => (Some(decree), None),
        Through::Order(at) => (None, Some(at)),
    };
    Event::Advanced(Box::new(Advanced {
        action: step.action.clone(),
        from: case.request.stage.clone(),
        to: step.to.clone(),
        closes: workflow.end_of(step.to).is_some(),
        returns: step.kind == ActionKind::Rework,
        checks: step.kind == ActionKind::Forward
            && workflow.phase_of(&case.request.stage) == Some(Phase::Verification),
        due_on: due_on(&case.context, workflow, step.to),
        duty: step.duty.clone(),
        budget: step.budget,
        reason: step.reason,
        fields: step.fields,
        decree,
        order,
        valid_for: workflow.actions.get(step.action).and_then(|action| action.valid_for),
    }))
}

/// A request that was sent back and comes again unchanged, as its checker saw it, goes to the stage that sent it
/// back; one whose facts changed is checked anew.
fn resumes_at<'a>(case: &'a Case<'_>, permit: &Permit<'_>) -> Option<&'a StageName> {
    let Returned { from, .. } = case.request.returned.as_ref()?;
    let unchanged = case.request.checked == Some(case.request.facts.digest);
    let before_money = matches!(case.workflow.phase_of(from), Some(Phase::Verification | Phase::Approval));
    (permit.action.kind == ActionKind::Forward
        && timer::expired_at(case, from).is_none()
        && case.workflow.phase_of(&case.request.stage) == Some(Phase::Input)
        && unchanged
        && before_money)
        .then_some(from)
}

/// The last day a stage should take for a request that comes to it today. Days on which a freeze holds its money
/// do not count.
pub(crate) fn due_on(context: &Context<'_>, workflow: &Workflow, stage: &StageName) -> Option<Date> {
    let target = workflow.stage(stage)?.sla.as_ref()?.target.0;
    Some(Clock::of(context.world, workflow, stage).add(context.today(), target))
}

/// Facts are changed in the input phase only, by whoever may submit them; a request set aside may be mended too.
fn amend<'a>(
    case: &Case<'a>,
    facts: FactsRef,
    amount: Rupiah,
    region: &'a RegionCode,
    changed: &[FieldName],
) -> Result<(Option<PersonId>, Vec<Event>), Refusal> {
    let request = case.request;
    case.check_open()?;
    let submits = case.workflow.action_of(ActionKind::Forward, &request.stage);
    let Some((name, action)) =
        submits.filter(|_| case.workflow.phase_of(&request.stage) == Some(Phase::Input))
    else {
        return Err(Why::FactsFrozen { stage: request.stage.clone() }.into());
    };
    // As it is, and as it will be: nobody moves it to where they do not serve, or beyond what was handed to them.
    case.footing(name, &action.by, action.kind)?;
    let matter = Matter { region, amount, ..case.matter(Some(action.kind)) };
    let footing = case.footing_in(name, &action.by, matter)?;
    case.check_claim(Through::Itself)?;
    check_amount(amount)?;
    if changed.is_empty() {
        return Ok((None, Vec::new()));
    }
    let (region, changed, duty) = (region.clone(), changed.to_vec(), footing.duty.clone());
    Ok((footing.for_whom, vec![Event::Amended { facts, amount, region, changed, duty }]))
}

fn check_amount(amount: Rupiah) -> Result<(), Refusal> {
    if amount.is_positive() {
        return Ok(());
    }
    let (found, wanted) = (amount.0.to_string(), "1500000".to_owned());
    Err(Why::FieldInvalid { field: "amount".into(), found, wanted }.into())
}

#[cfg(test)]
mod tests;
