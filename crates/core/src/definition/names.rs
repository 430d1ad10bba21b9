//! Every name in a definition means something, and every text is there.

use std::collections::BTreeSet;

use super::Findings;
use crate::command::BUILT_IN;
use crate::guard::Guard;
use crate::workflow::{ActionKind, Phase, Workflow};
use crate::{ActionName, FieldName, Label, Role, StageName, words};

/// Most stages and actions of a definition.
const STAGES_MAX: usize = 32;
const ACTIONS_MAX: usize = 64;

/// True if every stage that is named exists.
pub(super) fn check(workflow: &Workflow, findings: &mut Findings) -> bool {
    let before = findings.0.len();
    stages_named(workflow, findings);
    let known = findings.0.len() == before;
    for (what, found, most) in
        [("stage", workflow.stages.len(), STAGES_MAX), ("action", workflow.actions.len(), ACTIONS_MAX)]
    {
        if found > most {
            findings.add("too_many", what.into(), format!("there are {found}; {most} is the most"));
        }
    }
    stages(workflow, findings);
    actions(workflow, findings);
    duties(workflow, findings);
    texts(workflow, findings);
    known
}

fn stages_named(workflow: &Workflow, findings: &mut Findings) {
    let mut stage = |place: String, name: &StageName| {
        if !workflow.stages.contains_key(name) {
            let known: Vec<_> = workflow.stages.keys().map(StageName::as_str).collect();
            let text = format!("there is no stage `{name}`; there are {}", known.join(", "));
            findings.add("stage_unknown", place, text);
        }
    };
    stage("workflow.start".into(), &workflow.start);
    stage("decree.strike_to".into(), &workflow.decree.strike_to);
    if let Some(referred) = &workflow.referred {
        stage("workflow.referred".into(), referred);
    }
    for (name, action) in &workflow.actions {
        for from in &action.from {
            stage(format!("action.{name}.from"), from);
        }
        if let Some(to) = &action.to {
            stage(format!("action.{name}.to"), to);
        }
    }
    for (place, duty) in workflow.duties.iter().enumerate() {
        if let Some(before) = &duty.before {
            stage(format!("duty[{place}].before"), before);
        }
    }
}

fn stages(workflow: &Workflow, findings: &mut Findings) {
    for (name, stage) in &workflow.stages {
        let place = format!("stage.{name}");
        match (stage.phase, stage.end) {
            (Some(_), Some(_)) | (None, None) => {
                let text = "a stage is either open (`phase`) or an end (`end`): say one of them";
                findings.add("stage_kind", place, text.into());
            }
            (Some(_), None) if stage.served_by.is_none() || stage.sla.is_none() => {
                let text = "an open stage says who serves it (`served_by`) and how soon (`sla`)";
                findings.add("stage_unserved", place, text.into());
            }
            _ => {}
        }
    }
    let phase = |name: &StageName| workflow.stage(name).map(|stage| stage.phase);
    for (place, name) in
        [("workflow.start", &workflow.start), ("decree.strike_to", &workflow.decree.strike_to)]
    {
        if phase(name).is_some_and(|phase| phase != Some(Phase::Input)) {
            let text = format!("`{name}` is not of the phase `input`, so nobody could mend a request there");
            findings.add("stage_not_input", place.into(), text);
        }
    }
    if let Some(name) =
        workflow.referred.as_ref().filter(|name| phase(name).is_some_and(|phase| phase.is_some()))
    {
        let text = format!("`{name}` is open; whom others serve goes to an end");
        findings.add("referred_open", "workflow.referred".into(), text);
    }
}

fn actions(workflow: &Workflow, findings: &mut Findings) {
    for (name, action) in &workflow.actions {
        let place = format!("action.{name}");
        if BUILT_IN.contains(&name.as_str()) || words::act(name.as_str(), crate::Lang::En).is_some() {
            findings.add("action_reserved", place.clone(), "every workflow has this act built in".into());
        }
        if action.by.is_empty() {
            let text = "name the roles that may take it".into();
            findings.add("nobody", format!("{place}.by"), text);
        }
        if action.from.is_empty() {
            let text = "name the stages it is taken at; it is never enabled".into();
            findings.add("never_enabled", format!("{place}.from"), text);
        }
        if action.persons == 0 {
            findings.add("persons_zero", format!("{place}.persons"), "it takes one person at least".into());
        }
        for end in action.from.iter().filter(|from| workflow.end_of(from).is_some()) {
            let text = format!("`{end}` is an end: nothing is done there");
            findings.add("from_end", format!("{place}.from"), text);
        }
        if action.to.is_none() != (action.kind == ActionKind::Correction) {
            let text = "every action but a correction leads to a stage (`to`), and a correction to none";
            findings.add("action_to", place.clone(), text.into());
        }
        if action.kind == ActionKind::Rework && action.max_visits.is_none() {
            let text = "work that comes back needs an end: say `max_visits`".into();
            findings.add("rework_endless", place.clone(), text);
        }
        for field in
            action.needs.iter().chain(&action.notes).filter(|field| !workflow.fields.contains_key(*field))
        {
            findings.add("field_unknown", place.clone(), format!("there is no field `{field}`"));
        }
        for field in action.guard.iter().flat_map(Guard::names).filter(|name| !noted(workflow, name)) {
            let text = format!("it reads `{field}`, which no action needs, so it could never be met");
            findings.add("field_never_set", format!("{place}.guard"), text);
        }
    }
    let entries = workflow
        .actions
        .values()
        .filter(|action| action.kind == ActionKind::Forward && action.from.contains(&workflow.start));
    if entries.count() != 1 {
        let text =
            format!("one action of the kind `forward` leads on from `{}`; no other number", workflow.start);
        findings.add("entry_unclear", "workflow.start".into(), text);
    }
}

/// True for a field that a guard can count on.
fn noted(workflow: &Workflow, name: &FieldName) -> bool {
    matches!(name.as_str(), "amount" | "year")
        || workflow.actions.values().any(|action| action.needs.contains(name))
}

fn duties(workflow: &Workflow, findings: &mut Findings) {
    let (decree, order) = (&workflow.decree, &workflow.payment_order);
    for (place, roles) in [
        ("decree.draft", &decree.draft),
        ("decree.strike", &decree.strike),
        ("payment_order.draft", &order.draft),
        ("payment_order.settle", &order.settle),
    ] {
        if roles.is_empty() {
            findings.add("nobody", place.into(), "name the roles that may, each with its duty".into());
        }
    }
    if workflow.hold.by.is_empty() {
        findings.add("nobody", "hold.by".into(), "name the roles that may".into());
    }
    let lists = [&decree.draft, &decree.strike, &order.draft, &order.settle];
    let counted: BTreeSet<&ActionName> = workflow
        .actions
        .values()
        .flat_map(|action| action.by.values())
        .chain(lists.into_iter().flat_map(std::collections::BTreeMap::<Role, ActionName>::values))
        .collect();
    for (place, duty) in workflow.duties.iter().enumerate() {
        for name in duty.distinct.iter().filter(|name| !counted.contains(name)) {
            let text = format!("no act counts as `{name}`");
            findings.add("duty_unknown", format!("duty[{place}].distinct"), text);
        }
        for name in duty.same_person.iter().filter(|name| !counted.contains(name)) {
            findings.add(
                "duty_unknown",
                format!("duty[{place}].same_person"),
                format!("no act counts as `{name}`"),
            );
        }
        let mut roles = duty.exclusive_roles.iter();
        if let Some(role) = roles.find(|role| !workflow.doers().any(|(does, _)| does == *role)) {
            let text = format!("nobody acts as `{role}` here");
            findings.add("role_unknown", format!("duty[{place}].exclusive_roles"), text);
        }
        if duty.min_persons.is_some() != duty.before.is_some() {
            let text = "`min_persons` and `before` go together".into();
            findings.add("duty_half", format!("duty[{place}]"), text);
        }
    }
}

fn texts(workflow: &Workflow, findings: &mut Findings) {
    let mut text = |place: String, label: &Label| {
        if label.id.trim().is_empty() || label.en.trim().is_empty() {
            findings.add("label_empty", place, "say it in Indonesian (`id`) and English (`en`)".into());
        }
    };
    text("workflow.title".into(), &workflow.title);
    for (name, stage) in &workflow.stages {
        text(format!("stage.{name}.title"), &stage.title);
    }
    for (name, action) in &workflow.actions {
        text(format!("action.{name}.title"), &action.title);
    }
    for (name, field) in &workflow.fields {
        text(format!("field.{name}.title"), &field.title);
        for (value, label) in &field.labels {
            text(format!("field.{name}.labels.{value}"), label);
        }
    }
    for (name, field) in &workflow.fields {
        let values: BTreeSet<_> = field.values.iter().collect();
        if values.len() != field.values.len() || !field.labels.keys().eq(values) {
            let text = "list each value once, and give each one its label in `labels`".into();
            findings.add("label_missing", format!("field.{name}.labels"), text);
        }
    }
}
