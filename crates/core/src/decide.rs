//! May it happen, and what then? `decide` answers a command with events or a refusal.

use std::collections::BTreeMap;

use jiff::civil::Date;
use sha2::{Digest as _, Sha256};

use crate::case::{Case, Permit, Through};
use crate::command::Command;
use crate::digest::Digest;
use crate::event::{Advanced, Entered, Event, FactsRef, NoteRef, Origin, Pin};
use crate::refusal::{Refusal, Why};
use crate::request::{PaymentState, Returned};
use crate::value::Value;
use crate::workflow::{ActionKind, Field, FieldKind, Phase, Standing, Workflow};
use crate::world::Context;
use crate::{ActionName, FieldName, LineId, RecipientId, RegionCode, Rupiah, StageName};

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
pub fn enter(context: &Context<'_>, workflow: &Workflow, draft: &Draft) -> Result<Event, Refusal> {
    let (name, action) = workflow
        .action_of(ActionKind::Forward, &workflow.start)
        .ok_or_else(|| Why::ActionUnknown { action: "submit".into() })?;
    let Some((_, duty)) = action.by.iter().find(|(role, _)| context.actor.person.holds(role, &draft.region))
    else {
        let who_could = context.world.roster.holders(action.by.keys(), &draft.region).map(|person| person.id);
        return Err(Refusal {
            why: Why::RoleMissing { action: name.clone(), roles: action.by.keys().cloned().collect() },
            who_could: who_could.take(5).collect(),
        });
    };
    let stage = match &workflow.referred {
        Some(stage) if draft.referred => stage,
        _ => &workflow.start,
    };
    Ok(Event::Entered(Box::new(Entered {
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
        duty: duty.clone(),
        origin: draft.origin,
    })))
}

/// The budget line that a scheme's requests of a year are paid from.
#[must_use]
pub fn line_id(workflow: &Workflow, year: i16) -> LineId {
    LineId(format!("{year}/{}/{}", workflow.scheme, workflow.fund).into())
}

/// May this actor do this to this request, and what then?
pub fn decide(case: &Case<'_>, command: &Command) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::Act { action, reason, fields, facts } => {
            let permit = case.permit(action, Through::Itself)?;
            act(case, &permit, *reason, fields, *facts)
        }
        Command::Amend { facts, amount, region, changed } => amend(case, *facts, *amount, region, changed),
        Command::Hold { cause, reason } => hold(case, cause, *reason),
        Command::Resume => resume(case),
        Command::Claim => claim(case),
        Command::Release => release(case),
        Command::Comment { note } => match note {
            Some(note) => Ok(vec![Event::Commented { note: *note }]),
            None => Err(Why::ReasonMissing { action: "comment".into() }.into()),
        },
        Command::Attach { attachment, media_type, size, digest } => Ok(vec![Event::Attached {
            attachment: *attachment,
            media_type: media_type.clone(),
            size: *size,
            digest: *digest,
        }]),
    }
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
    let fields = read_fields(case.workflow, given)?;
    let missing: Vec<_> = action
        .needs
        .iter()
        .filter(|name| !fields.contains_key(*name) && !case.request.fields.contains_key(*name))
        .cloned()
        .collect();
    if !missing.is_empty() {
        return Err(Why::FieldMissing { fields: missing }.into());
    }
    check_guard(case, permit, &fields)?;
    match action.kind {
        ActionKind::Correction => correct(case, permit, facts),
        ActionKind::Ruling => rule(case, permit, &fields),
        ActionKind::Forward
        | ActionKind::Rework
        | ActionKind::Approval
        | ActionKind::Payment
        | ActionKind::Close => {
            let content = content_of(&fields);
            if action.is_shared() && !is_last_word(case, permit, content) {
                return Ok(vec![endorsed(permit, content)]);
            }
            advance(case, permit, Through::Itself, reason, fields)
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
    case.check_persons(to)?;
    Ok(vec![step(case, permit.name, permit.duty, to, case.standing_at(to)?, through, reason, fields)])
}

#[expect(clippy::too_many_arguments, reason = "an event has that many parts")]
pub(crate) fn step(
    case: &Case<'_>,
    name: &ActionName,
    duty: &ActionName,
    to: &StageName,
    budget: Standing,
    through: Through,
    reason: Option<NoteRef>,
    fields: BTreeMap<FieldName, Value>,
) -> Event {
    let workflow = case.workflow;
    let kind = workflow.actions.get(name).map_or(ActionKind::Rework, |action| action.kind);
    Event::Advanced(Box::new(Advanced {
        action: name.clone(),
        from: case.request.stage.clone(),
        to: to.clone(),
        closes: workflow.end_of(to).is_some(),
        returns: kind == ActionKind::Rework,
        checks: kind == ActionKind::Forward
            && workflow.phase_of(&case.request.stage) == Some(Phase::Verification),
        due_on: due_on(&case.context, workflow, to),
        duty: duty.clone(),
        budget,
        reason,
        fields,
        decree: match through {
            Through::Decree(decree) => Some(decree),
            Through::Itself | Through::Order(_) => None,
        },
        order: match through {
            Through::Order(at) => Some(at),
            Through::Itself | Through::Decree(_) => None,
        },
    }))
}

/// A request that was sent back and comes again unchanged, as its checker saw it, goes to the stage that sent it
/// back; one whose facts changed is checked anew.
fn resumes_at<'a>(case: &'a Case<'_>, permit: &Permit<'_>) -> Option<&'a StageName> {
    let Returned { from, .. } = case.request.returned.as_ref()?;
    let unchanged = case.request.checked == Some(case.request.facts.digest);
    (permit.action.kind == ActionKind::Forward
        && case.workflow.phase_of(&case.request.stage) == Some(Phase::Input)
        && unchanged
        && case.workflow.phase_of(from) == Some(Phase::Approval))
    .then_some(from)
}

pub(crate) fn due_on(context: &Context<'_>, workflow: &Workflow, stage: &StageName) -> Option<Date> {
    let target = workflow.stage(stage)?.sla.as_ref()?.target;
    Some(context.world.calendar.add_working_days(context.today(), target.0))
}

fn read_fields(
    workflow: &Workflow,
    given: &BTreeMap<FieldName, serde_json::Value>,
) -> Result<BTreeMap<FieldName, Value>, Refusal> {
    let mut fields = BTreeMap::new();
    for (name, found) in given {
        let Some(field) = workflow.fields.get(name) else {
            let known = workflow.fields.keys().cloned().collect();
            return Err(Why::FieldUnknown { field: name.clone(), known }.into());
        };
        let value = read_field(field, found).ok_or_else(|| Why::FieldInvalid {
            field: name.clone(),
            found: found.to_string(),
            wanted: wanted(field),
        })?;
        fields.insert(name.clone(), value);
    }
    Ok(fields)
}

fn read_field(field: &Field, found: &serde_json::Value) -> Option<Value> {
    match field.kind {
        FieldKind::Bool => found.as_bool().map(Value::Bool),
        FieldKind::Int => found.as_i64().map(Value::Int),
        FieldKind::Money => found.as_i64().map(Value::Money),
        FieldKind::Date => found.as_str().and_then(|text| text.parse().ok()).map(Value::Date),
        FieldKind::Enum => {
            let text = found.as_str()?;
            field.values.iter().any(|value| value == text).then(|| Value::Text(text.into()))
        }
    }
}

fn wanted(field: &Field) -> String {
    match field.kind {
        FieldKind::Bool => "true | false".into(),
        FieldKind::Int => "1, 2, 3 ...".into(),
        FieldKind::Money => "1500000".into(),
        FieldKind::Date => "2026-11-24".into(),
        FieldKind::Enum => field.values.join(" | "),
    }
}

fn check_guard(
    case: &Case<'_>,
    permit: &Permit<'_>,
    fields: &BTreeMap<FieldName, Value>,
) -> Result<(), Refusal> {
    let Some(guard) = &permit.action.guard else {
        return Ok(());
    };
    guard
        .check(&|name| match name {
            "amount" => Some(Value::Money(case.request.amount.0)),
            "year" => Some(Value::Int(case.request.year.into())),
            _ => fields.get(name).or_else(|| case.request.fields.get(name)).cloned(),
        })
        .map_err(|atoms| Why::GuardFailed { atoms }.into())
}

fn content_of(fields: &BTreeMap<FieldName, Value>) -> Digest {
    let text: String = fields.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
    Digest(Sha256::digest(text.as_bytes()).into())
}

fn is_last_word(case: &Case<'_>, permit: &Permit<'_>, content: Digest) -> bool {
    let others = case
        .request
        .endorsements
        .iter()
        .filter(|word| {
            word.action == *permit.name && word.content == content && word.by != case.context.actor.person.id
        })
        .count();
    u32::try_from(others).is_ok_and(|others| others.saturating_add(1) >= permit.action.persons)
}

fn endorsed(permit: &Permit<'_>, content: Digest) -> Event {
    Event::Endorsed { action: permit.name.clone(), duty: permit.duty.clone(), content }
}

fn correct(case: &Case<'_>, permit: &Permit<'_>, facts: Option<FactsRef>) -> Result<Vec<Event>, Refusal> {
    let Some(facts) = facts else {
        return Err(Why::FieldMissing { fields: vec!["account_no".into()] }.into());
    };
    if !is_last_word(case, permit, facts.account) {
        return Ok(vec![endorsed(permit, facts.account)]);
    }
    Ok(vec![Event::Corrected { action: permit.name.clone(), duty: permit.duty.clone(), facts }])
}

fn rule(
    case: &Case<'_>,
    permit: &Permit<'_>,
    fields: &BTreeMap<FieldName, Value>,
) -> Result<Vec<Event>, Refusal> {
    let doubtful = case.request.payment.as_ref().filter(|payment| match payment.state {
        PaymentState::Unknown | PaymentState::Incident => true,
        PaymentState::Ordered | PaymentState::Failed(_) | PaymentState::Paid => false,
    });
    let Some(payment) = doubtful else {
        return Err(Why::NothingToRule.into());
    };
    let content = content_of(fields);
    if !is_last_word(case, permit, content) {
        return Ok(vec![endorsed(permit, content)]);
    }
    if !fields.values().any(|value| *value == Value::Bool(true)) {
        return Ok(vec![Event::RuledUnpaid { action: permit.name.clone(), duty: permit.duty.clone() }]);
    }
    advance(case, permit, Through::Order(payment.at), None, fields.clone())
}

fn amend(
    case: &Case<'_>,
    facts: FactsRef,
    amount: Rupiah,
    region: &RegionCode,
    changed: &[FieldName],
) -> Result<Vec<Event>, Refusal> {
    let request = case.request;
    if request.closed {
        return Err(Why::RequestClosed { stage: request.stage.clone() }.into());
    }
    if case.workflow.phase_of(&request.stage) != Some(Phase::Input) {
        return Err(Why::FactsFrozen { stage: request.stage.clone() }.into());
    }
    let Some((name, _)) = case.workflow.action_of(ActionKind::Forward, &request.stage) else {
        return Err(Why::FactsFrozen { stage: request.stage.clone() }.into());
    };
    let permit = case.permit(name, Through::Itself)?;
    // Who may enter nothing there may not move a request there.
    if !permit.action.by.keys().any(|role| case.context.actor.person.holds(role, region)) {
        let roles = permit.action.by.keys().cloned().collect();
        return Err(Why::RoleMissing { action: name.clone(), roles }.into());
    }
    if changed.is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![Event::Amended {
        facts,
        amount,
        region: region.clone(),
        changed: changed.to_vec(),
        duty: permit.duty.clone(),
    }])
}

fn hold(case: &Case<'_>, cause: &str, reason: Option<NoteRef>) -> Result<Vec<Event>, Refusal> {
    check_holder(case, "hold")?;
    case.check_locks(Through::Itself)?;
    if let Some(hold) = &case.request.hold {
        return Err(Why::OnHold { cause: hold.cause.clone() }.into());
    }
    let policy = &case.context.world.policy;
    let Some(known) = policy.hold.get(cause) else {
        let known = policy.hold.keys().cloned().collect();
        return Err(Why::HoldCauseUnknown { cause: cause.to_owned(), known }.into());
    };
    let calendar = &case.context.world.calendar;
    Ok(vec![Event::Held {
        cause: cause.to_owned(),
        blameless: known.blameless,
        reason,
        days_left: case.request.due_on.map(|due| calendar.working_days_between(case.context.today(), due)),
    }])
}

fn resume(case: &Case<'_>) -> Result<Vec<Event>, Refusal> {
    check_holder(case, "resume")?;
    let Some(hold) = &case.request.hold else {
        return Err(Why::NotOnHold.into());
    };
    let due_on = match hold.days_left {
        Some(days) if hold.blameless => {
            Some(case.context.world.calendar.add_working_days(case.context.today(), days))
        }
        _ => case.request.due_on,
    };
    Ok(vec![Event::Resumed { due_on }])
}

fn check_holder(case: &Case<'_>, act: &str) -> Result<(), Refusal> {
    let request = case.request;
    if request.closed {
        return Err(Why::RequestClosed { stage: request.stage.clone() }.into());
    }
    let by = &case.workflow.hold.by;
    if by.iter().any(|role| case.context.actor.person.holds(role, &request.region)) {
        return Ok(());
    }
    let holders = case.context.world.roster.holders(by.iter(), &request.region).map(|person| person.id);
    Err(Refusal {
        why: Why::RoleMissing { action: act.into(), roles: by.iter().cloned().collect() },
        who_could: holders.take(5).collect(),
    })
}

fn claim(case: &Case<'_>) -> Result<Vec<Event>, Refusal> {
    let request = case.request;
    if request.closed {
        return Err(Why::RequestClosed { stage: request.stage.clone() }.into());
    }
    let roles: std::collections::BTreeSet<_> = case
        .workflow
        .actions
        .values()
        .filter(|action| action.from.contains(&request.stage))
        .flat_map(|action| action.by.keys())
        .collect();
    if !roles.iter().any(|role| case.context.actor.person.holds(role, &request.region)) {
        let roles = roles.into_iter().cloned().collect();
        return Err(Why::RoleMissing { action: "claim".into(), roles }.into());
    }
    case.check_locks(Through::Itself)?;
    match request.claimed_by {
        Some(by) if by == case.context.actor.person.id => Ok(Vec::new()),
        Some(by) => Err(Refusal { why: Why::ClaimedByOther { by }, who_could: vec![by] }),
        None => Ok(vec![Event::Claimed]),
    }
}

fn release(case: &Case<'_>) -> Result<Vec<Event>, Refusal> {
    match case.request.claimed_by {
        None => Err(Why::NotClaimed.into()),
        Some(by) if by == case.context.actor.person.id => Ok(vec![Event::Released]),
        Some(_) => check_holder(case, "release").map(|()| vec![Event::Released]),
    }
}
