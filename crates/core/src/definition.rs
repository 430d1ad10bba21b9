//! Reads a definition and checks that it holds together. Every finding has a stable code, the place in the file and a
//! sentence; all findings of a file are told at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserialize;

use crate::command::BUILT_IN;
use crate::form::Form;
use crate::guard::{Guard, Schema};
use crate::proof;
use crate::workflow::{
    Action, ActionKind, BenefitKind, DecreePolicy, Duty, End, Field, FieldKind, HoldPolicy, OrderPolicy,
    Stage, Via, Workflow,
};
use crate::{ActionName, FieldName, Label, Role, SchemeId, StageName, Type, Value};

/// The version of the definition language that this program reads.
const SCHEMA: u32 = 1;

/// Something wrong with a definition.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// A stable code.
    pub code: &'static str,
    /// The place in the file, as `action.verify.to`, or a line and column.
    pub place: String,
    /// What is wrong, and how to mend it.
    pub text: String,
}

/// A definition is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct WorkflowError {
    /// Everything found.
    pub findings: Vec<Finding>,
}

impl fmt::Display for WorkflowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, finding) in self.findings.iter().enumerate() {
            if place > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{} at {}: {}", finding.code, finding.place, finding.text)?;
        }
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: u32,
    workflow: Head,
    form: Form,
    stage: BTreeMap<StageName, Stage>,
    action: BTreeMap<ActionName, RawAction>,
    #[serde(default)]
    field: BTreeMap<FieldName, Field>,
    #[serde(default)]
    params: BTreeMap<String, i64>,
    #[serde(default)]
    duty: Vec<Duty>,
    hold: HoldPolicy,
    decree: DecreePolicy,
    payment_order: OrderPolicy,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    id: SchemeId,
    version: u32,
    title: Label,
    start: StageName,
    #[serde(default)]
    referred: Option<StageName>,
    fund: String,
    benefit: BenefitKind,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAction {
    title: Label,
    from: BTreeSet<StageName>,
    #[serde(default)]
    to: Option<StageName>,
    by: BTreeSet<Role>,
    /// The duty it counts under; its own name if not said.
    #[serde(default)]
    counts_as: Option<ActionName>,
    #[serde(default)]
    kind: ActionKind,
    #[serde(default)]
    via: Option<Via>,
    #[serde(default)]
    persons: Option<u32>,
    #[serde(default)]
    reason: Option<Reason>,
    #[serde(default)]
    needs: Vec<FieldName>,
    #[serde(default)]
    notes: Vec<FieldName>,
    #[serde(default)]
    guard: Option<String>,
    #[serde(default)]
    max_visits: Option<u32>,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Reason {
    Required,
    Optional,
}

pub(crate) fn parse(text: &str) -> Result<Workflow, WorkflowError> {
    let file: File = toml::from_str(text).map_err(|error| {
        let place = error.span().map_or_else(|| "file".into(), |span| line_and_column(text, span.start));
        one("toml_invalid", place, error.message().to_owned())
    })?;
    if file.schema != SCHEMA {
        let text = format!("schema {} is not known to this program; it reads schema {SCHEMA}", file.schema);
        return Err(one("schema_unknown", "schema".into(), text));
    }
    let mut findings = Findings::default();
    let schema = guard_schema(&file, &mut findings);
    let mut actions = BTreeMap::new();
    for (name, raw) in file.action {
        if BUILT_IN.contains(&name.as_str()) {
            findings.add(
                "action_reserved",
                format!("action.{name}"),
                "every workflow has this act built in".into(),
            );
        }
        actions.insert(name.clone(), action(&name, raw, &schema, &mut findings));
    }
    let workflow = Workflow {
        scheme: file.workflow.id,
        version: file.workflow.version,
        digest: Workflow::digest_of(text),
        title: file.workflow.title,
        start: file.workflow.start,
        referred: file.workflow.referred,
        fund: file.workflow.fund,
        benefit: file.workflow.benefit,
        form: file.form,
        stages: file.stage,
        actions,
        fields: file.field,
        duties: file.duty,
        hold: file.hold,
        decree: file.decree,
        payment_order: file.payment_order,
    };
    check_names(&workflow, &mut findings);
    if findings.0.is_empty() {
        check_shape(&workflow, &mut findings);
        check_money(&workflow, &mut findings);
        check_persons(&workflow, &mut findings);
    }
    if findings.0.is_empty() { Ok(workflow) } else { Err(WorkflowError { findings: findings.0 }) }
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, code: &'static str, place: String, text: String) {
        self.0.push(Finding { code, place, text });
    }
}

fn one(code: &'static str, place: String, text: String) -> WorkflowError {
    WorkflowError { findings: vec![Finding { code, place, text }] }
}

fn line_and_column(text: &str, offset: usize) -> String {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count().saturating_add(1);
    let column = before.chars().rev().take_while(|c| *c != '\n').count().saturating_add(1);
    format!("line {line}, column {column}")
}

fn guard_schema(file: &File, findings: &mut Findings) -> Schema {
    let mut schema = Schema::new().with_field("amount", Type::Money).with_field("year", Type::Int);
    for (name, field) in &file.field {
        if field.kind == FieldKind::Enum && field.values.is_empty() {
            findings.add("enum_empty", format!("field.{name}.values"), "list the values it may have".into());
        }
        schema = schema.with_field(name.clone(), type_of(field));
    }
    for (name, amount) in &file.params {
        schema = schema.with_param(name.as_str(), Value::Money(*amount));
    }
    schema
}

fn type_of(field: &Field) -> Type {
    match field.kind {
        FieldKind::Bool => Type::Bool,
        FieldKind::Int => Type::Int,
        FieldKind::Money => Type::Money,
        FieldKind::Date => Type::Date,
        FieldKind::Enum => Type::Enum(field.values.iter().map(|value| value.as_str().into()).collect()),
    }
}

fn action(name: &ActionName, raw: RawAction, schema: &Schema, findings: &mut Findings) -> Action {
    let duty = raw.counts_as.unwrap_or_else(|| name.clone());
    let guard = raw.guard.and_then(|text| match Guard::parse(&text, schema) {
        Ok(guard) => Some(guard),
        Err(error) => {
            findings.add("guard_invalid", format!("action.{name}.guard"), error.to_string());
            None
        }
    });
    Action {
        title: raw.title,
        from: raw.from,
        to: raw.to,
        by: raw.by.into_iter().map(|role| (role, duty.clone())).collect(),
        kind: raw.kind,
        via: raw.via,
        persons: raw.persons.unwrap_or(1),
        needs_reason: raw.reason == Some(Reason::Required),
        needs: raw.needs,
        notes: raw.notes,
        guard,
        max_visits: raw.max_visits,
    }
}

fn check_names(workflow: &Workflow, findings: &mut Findings) {
    let mut stage = |place: String, name: &StageName| {
        if !workflow.stages.contains_key(name) {
            let known: Vec<_> = workflow.stages.keys().map(StageName::as_str).collect();
            findings.add(
                "stage_unknown",
                place,
                format!("there is no stage `{name}`; there are {}", known.join(", ")),
            );
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
    check_fields_and_duties(workflow, findings);
    for (name, stage) in &workflow.stages {
        let place = format!("stage.{name}");
        match (stage.phase, stage.end) {
            (Some(_), Some(_)) | (None, None) => findings.add(
                "stage_kind",
                place,
                "a stage is either open (`phase`) or an end (`end`): say one of them".into(),
            ),
            (Some(_), None) if stage.served_by.is_none() || stage.sla.is_none() => findings.add(
                "stage_unserved",
                place,
                "an open stage says who serves it (`served_by`) and how soon (`sla`)".into(),
            ),
            _ => {}
        }
    }
}

fn check_fields_and_duties(workflow: &Workflow, findings: &mut Findings) {
    for (name, action) in &workflow.actions {
        for field in action.needs.iter().chain(&action.notes).filter(|field| !workflow.fields.contains_key(*field)) {
            findings.add(
                "field_unknown",
                format!("action.{name}"),
                format!("there is no field `{field}`"),
            );
        }
        if action.kind == ActionKind::Rework && action.max_visits.is_none() {
            let text = "work that comes back needs an end: say `max_visits`".into();
            findings.add("rework_endless", format!("action.{name}"), text);
        }
        if action.by.is_empty() {
            findings.add("nobody", format!("action.{name}.by"), "name the roles that may take it".into());
        }
    }
    let counted: BTreeSet<&ActionName> = workflow
        .actions
        .values()
        .flat_map(|action| action.by.values())
        .chain(workflow.decree.draft.values())
        .chain(workflow.decree.strike.values())
        .chain(workflow.payment_order.draft.values())
        .chain(workflow.payment_order.settle.values())
        .collect();
    for (place, duty) in workflow.duties.iter().enumerate() {
        for name in duty.distinct.iter().filter(|name| !counted.contains(name)) {
            let text = format!("no act counts as `{name}`");
            findings.add("duty_unknown", format!("duty[{place}].distinct"), text);
        }
    }
}

fn check_shape(workflow: &Workflow, findings: &mut Findings) {
    let edges = |stage: &StageName| -> Vec<&StageName> {
        let mut next: Vec<_> = workflow
            .actions
            .values()
            .filter(|action| action.from.contains(stage))
            .filter_map(|action| action.to.as_ref())
            .collect();
        if workflow
            .actions
            .values()
            .any(|action| action.via == Some(Via::Decree) && action.from.contains(stage))
        {
            next.push(&workflow.decree.strike_to);
        }
        next
    };
    let mut reached: BTreeSet<&StageName> = BTreeSet::new();
    let mut open: Vec<&StageName> =
        [Some(&workflow.start), workflow.referred.as_ref()].into_iter().flatten().collect();
    while let Some(stage) = open.pop() {
        if reached.insert(stage) {
            open.extend(edges(stage));
        }
    }
    for name in workflow.stages.keys().filter(|name| !reached.contains(name)) {
        findings.add("stage_unreachable", format!("stage.{name}"), "no action leads here".into());
    }
    let mut ending: BTreeSet<&StageName> =
        workflow.stages.iter().filter(|(_, stage)| stage.end.is_some()).map(|(name, _)| name).collect();
    loop {
        let more: Vec<_> = workflow
            .stages
            .keys()
            .filter(|name| !ending.contains(name) && edges(name).iter().any(|to| ending.contains(to)))
            .collect();
        if more.is_empty() {
            break;
        }
        ending.extend(more);
    }
    for name in workflow.stages.keys().filter(|name| !ending.contains(name)) {
        findings.add("stage_cannot_end", format!("stage.{name}"), "no way leads from here to an end".into());
    }
    if !workflow.stages.values().any(|stage| stage.end == Some(End::Success)) {
        findings.add("no_success", "stage".into(), "no stage has `end = \"success\"`".into());
    }
}

/// Every way to a payment passes an approval; after a payment there is none.
fn check_money(workflow: &Workflow, findings: &mut Findings) {
    let reach = |from: &StageName, pass: &dyn Fn(&Action) -> bool| -> BTreeSet<StageName> {
        let mut reached = BTreeSet::new();
        let mut open = vec![from.clone()];
        while let Some(stage) = open.pop() {
            if reached.insert(stage.clone()) {
                let next =
                    workflow.actions.values().filter(|action| action.from.contains(&stage) && pass(action));
                open.extend(next.filter_map(|action| action.to.clone()));
            }
        }
        reached
    };
    let unapproved = reach(&workflow.start, &|action| action.kind != ActionKind::Approval);
    for (name, action) in workflow.actions.iter().filter(|(_, action)| moves_money(action)) {
        if let Some(stage) = action.from.iter().find(|stage| unapproved.contains(*stage)) {
            let text = format!("a request can come to `{stage}`, and be paid there, without an approval");
            findings.add("payment_unapproved", format!("action.{name}"), text);
        }
        let Some(to) = &action.to else { continue };
        let after = reach(to, &|_| true);
        if let Some((again, _)) = workflow
            .actions
            .iter()
            .find(|(_, other)| moves_money(other) && other.from.iter().any(|stage| after.contains(stage)))
        {
            let text = format!("after it, `{again}` could pay the same request again");
            findings.add("payment_twice", format!("action.{name}"), text);
        }
    }
}

fn moves_money(action: &Action) -> bool {
    matches!(action.kind, ActionKind::Payment | ActionKind::Ruling)
}

fn check_persons(workflow: &Workflow, findings: &mut Findings) {
    for (place, duty) in workflow.duties.iter().enumerate() {
        let (Some(need), Some(before)) = (duty.min_persons, &duty.before) else {
            continue;
        };
        let Some(weakest) = proof::weakest_way(workflow, before) else {
            continue;
        };
        if weakest.persons() < usize::try_from(need).unwrap_or(usize::MAX) {
            let text = format!(
                "{need} different persons are promised before `{before}`, but the duties allow {}: {weakest}",
                weakest.persons()
            );
            findings.add("too_few_persons", format!("duty[{place}]"), text);
        }
    }
}
