//! Reads a definition and checks that it holds together. Every finding has a stable code, the place in the file and a
//! sentence; all findings of a file are told at once.

mod money;
mod names;
mod shape;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserialize;

use crate::form::Form;
use crate::guard::{Guard, Schema};
use crate::workflow::{
    Action, ActionKind, BenefitKind, DecreePolicy, Duty, Field, FieldKind, HoldPolicy, OrderPolicy,
    RepairPolicy, Stage, Via, Workflow,
};
use crate::{ActionName, FieldName, Label, Role, SchemeId, StageName, Type, Value, WorkingDays};

/// The version of the definition language that this program reads.
const SCHEMA: u32 = 1;

/// The longest definition that is read, in bytes.
pub const TEXT_MAX: usize = 256 * 1024;

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
    #[serde(default)]
    repair: Option<RepairPolicy>,
    #[serde(default)]
    migrate: BTreeMap<String, BTreeMap<StageName, StageName>>,
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
    #[serde(default)]
    valid_for: Option<WorkingDays>,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Reason {
    Required,
    Optional,
}

pub(crate) fn parse(text: &str) -> Result<Workflow, WorkflowError> {
    if text.len() > TEXT_MAX {
        let told = format!("the file has {} bytes; {TEXT_MAX} is the most", text.len());
        return Err(one("file_too_large", "file".into(), told));
    }
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
        repair: file.repair,
        migrations: migrations(file.migrate, file.workflow.version, &mut findings),
    };
    let known = names::check(&workflow, &mut findings);
    money::check_lists(&workflow, &mut findings);
    // Where a stage is unknown, what follows from the ways through it would only repeat that.
    if known {
        shape::check(&workflow, &mut findings);
        money::check(&workflow, &mut findings);
    }
    if findings.0.is_empty() { Ok(workflow) } else { Err(WorkflowError { findings: findings.0 }) }
}

fn migrations(
    raw: BTreeMap<String, BTreeMap<StageName, StageName>>,
    version: u32,
    findings: &mut Findings,
) -> BTreeMap<u32, BTreeMap<StageName, StageName>> {
    let mut migrations = BTreeMap::new();
    for (written, stages) in raw {
        match written.parse().ok().filter(|from| (1..version).contains(from)) {
            Some(from) => {
                migrations.insert(from, stages);
            }
            None => findings.add(
                "migrate_version",
                format!("migrate.{written}"),
                format!("`{written}` is no version before {version}"),
            ),
        }
    }
    migrations
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
        valid_for: raw.valid_for,
    }
}

#[cfg(test)]
mod tests;
