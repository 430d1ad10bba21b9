//! From the tree of a file that was read along the grammar to a workflow, whose parts may still contradict one another.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Table;

use super::finding::{Finding, Findings};
use super::say;
use crate::form::{Draft, Form};
use crate::guard::{Guard, Schema};
use crate::workflow::{
    Action, ActionKind, BenefitKind, DecreePolicy, Duty, Field, FieldKind, Goal, GoalTime, HoldPolicy,
    OrderPolicy, Param, RepairPolicy, Stage, Track, Via, Workflow,
};
use crate::{ActionName, FieldName, Label, Role, SchemeId, StageName, Type, Value, WorkingDays};

#[derive(Deserialize)]
pub(super) struct File {
    workflow: Head,
    form: Draft,
    stage: BTreeMap<StageName, Stage>,
    action: BTreeMap<ActionName, RawAction>,
    #[serde(default)]
    field: BTreeMap<FieldName, Field>,
    #[serde(default)]
    params: BTreeMap<String, RawParam>,
    #[serde(default)]
    duty: Vec<Duty>,
    hold: HoldPolicy,
    decree: DecreePolicy,
    payment_order: OrderPolicy,
    #[serde(default)]
    repair: Option<RepairPolicy>,
    #[serde(default)]
    goal: Vec<RawGoal>,
    #[serde(default)]
    migrate: BTreeMap<String, BTreeMap<StageName, StageName>>,
}

#[derive(Deserialize)]
pub(super) struct Head {
    id: SchemeId,
    version: u32,
    title: Label,
    start: StageName,
    referred: Option<StageName>,
    fund: String,
    benefit: BenefitKind,
    track: Option<Track>,
}

#[derive(Deserialize)]
pub(super) struct RawAction {
    title: Label,
    from: BTreeSet<StageName>,
    to: Option<StageName>,
    by: Option<BTreeSet<Role>>,
    /// The duty it counts under; its own name if not said.
    counts_as: Option<ActionName>,
    #[serde(default)]
    kind: ActionKind,
    via: Option<Via>,
    persons: Option<u32>,
    quorum: Option<Quorum>,
    reason: Option<Reason>,
    #[serde(default)]
    needs: Vec<FieldName>,
    #[serde(default)]
    sets: Vec<FieldName>,
    #[serde(default)]
    notes: Vec<FieldName>,
    guard: Option<String>,
    max_visits: Option<u32>,
    valid_for: Option<WorkingDays>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Quorum {
    Of(u32),
    Said { k: u32, of: Option<u32>, by: Option<BTreeSet<Role>> },
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Reason {
    Required,
    Optional,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawParam {
    Rupiah(i64),
    Flag(bool),
    Said {
        #[serde(rename = "type")]
        kind: FieldKind,
        value: Scalar,
        title: Option<Label>,
        source: Option<String>,
    },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Whole(i64),
    Flag(bool),
    Text(String),
}

#[derive(Deserialize)]
pub(super) struct RawGoal {
    id: String,
    title: Label,
    when: StageName,
    before: Option<String>,
    within: Option<WorkingDays>,
    share: Option<f64>,
    probability: Option<f64>,
}

/// The workflow that a file states. `text` is the file, for the digest and for places within guards.
pub(super) fn build(tree: Table, text: &str, findings: &mut Findings<'_>) -> Option<Workflow> {
    let file: File = match tree.try_into() {
        Ok(file) => file,
        Err(error) => {
            // The grammar lets nothing through that the types refuse; if it does, that is still no panic.
            let (id, en) = say::no_toml(&error.to_string());
            findings.error("toml_invalid", "file", id, en);
            return None;
        }
    };
    let params = file.params.into_iter().map(|(name, raw)| (name.clone(), param(&name, raw, findings)));
    let params = params.collect();
    let schema = guard_schema(&file.field, &params, findings);
    let mut actions = BTreeMap::new();
    for (name, raw) in file.action {
        actions.insert(name.clone(), action(&name, raw, &schema, text, findings));
    }
    let goals = file.goal.into_iter().enumerate();
    let goals = goals.map(|(place, raw)| goal(place, raw, findings)).collect();
    Some(Workflow {
        scheme: file.workflow.id,
        version: file.workflow.version,
        digest: Workflow::digest_of(text),
        title: file.workflow.title,
        start: file.workflow.start,
        referred: file.workflow.referred,
        fund: file.workflow.fund,
        benefit: file.workflow.benefit,
        track: file.workflow.track,
        form: form(file.form, findings),
        stages: file.stage,
        actions,
        fields: file.field,
        params,
        duties: file.duty,
        hold: file.hold,
        decree: file.decree,
        payment_order: file.payment_order,
        repair: file.repair,
        goals,
        migrations: migrations(file.migrate, file.workflow.version, findings),
    })
}

/// The form; where it contradicts itself that is told, and what it names stands all the same.
fn form(draft: Draft, findings: &mut Findings<'_>) -> Form {
    let Draft { key, display, amount, region, account, refer_when, fields, checks, members } = draft;
    let form = Form { key, display, amount, region, account, refer_when, fields, checks, members };
    for error in form.faults() {
        let (code, place, (id, en)) = say::no_form(&error);
        findings.error(code, place, id, en);
    }
    form
}

fn param(name: &str, raw: RawParam, findings: &mut Findings<'_>) -> Param {
    let (kind, value, title, source) = match raw {
        RawParam::Rupiah(amount) => (FieldKind::Money, Scalar::Whole(amount), None, None),
        RawParam::Flag(yes) => (FieldKind::Bool, Scalar::Flag(yes), None, None),
        RawParam::Said { kind, value, title, source } => (kind, value, title, source),
    };
    let value = match (kind, value) {
        (FieldKind::Bool, Scalar::Flag(yes)) => Some(Value::Bool(yes)),
        (FieldKind::Int, Scalar::Whole(number)) => Some(Value::Int(number)),
        (FieldKind::Money, Scalar::Whole(number)) => Some(Value::Money(number)),
        (FieldKind::Date, Scalar::Text(text)) => text.parse().ok().map(Value::Date),
        _ => None,
    };
    let value = value.unwrap_or_else(|| {
        let id = "nilainya tidak sesuai dengan `type`; tanggal ditulis \"2026-12-15\"".into();
        let en = "the value is not of its `type`; a date is written \"2026-12-15\"".into();
        findings.error("param_type", format!("params.{name}.value"), id, en);
        Value::Int(0)
    });
    Param { value, title, source }
}

fn guard_schema(
    fields: &BTreeMap<FieldName, Field>,
    params: &BTreeMap<String, Param>,
    findings: &mut Findings<'_>,
) -> Schema {
    let mut schema = Schema::new();
    for (name, field) in fields {
        if (field.kind == FieldKind::Enum) == field.values.is_empty() {
            let id = "sebutkan nilai yang boleh dipilih, dan hanya untuk `enum`".into();
            let en = "list the values it may have, and for an `enum` only".into();
            findings.error("enum_empty", format!("field.{name}.values"), id, en);
        }
        schema = schema.with_field(name.clone(), type_of(field));
    }
    schema = schema.with_field("amount", Type::Money).with_field("year", Type::Int);
    for (name, param) in params {
        schema = schema.with_param(name.as_str(), param.value.clone());
    }
    schema
}

/// The type that guards see.
pub(super) fn type_of(field: &Field) -> Type {
    match field.kind {
        FieldKind::Bool => Type::Bool,
        FieldKind::Int => Type::Int,
        FieldKind::Money => Type::Money,
        FieldKind::Date => Type::Date,
        FieldKind::Enum => Type::Enum(field.values.iter().map(|value| value.as_str().into()).collect()),
    }
}

fn action(
    name: &ActionName,
    mut raw: RawAction,
    schema: &Schema,
    file: &str,
    findings: &mut Findings<'_>,
) -> Action {
    let persons = persons(name, &mut raw, findings);
    let duty = raw.counts_as.unwrap_or_else(|| name.clone());
    let place = format!("action.{name}.guard");
    let guard = raw.guard.and_then(|text| match Guard::parse(&text, schema) {
        Ok(guard) => Some(guard),
        Err(error) => {
            let (id, en) = say::no_guard(&error);
            let finding = Finding::error("guard_invalid", place.clone(), id, en);
            findings.within(finding, file, &text, error.place.offset);
            findings.hole(place);
            None
        }
    });
    raw.needs.extend(raw.sets.into_iter().filter(|field| !raw.needs.contains(field)).collect::<Vec<_>>());
    Action {
        title: raw.title,
        from: raw.from,
        to: raw.to,
        by: raw.by.unwrap_or_default().into_iter().map(|role| (role, duty.clone())).collect(),
        kind: raw.kind,
        via: raw.via,
        persons,
        needs_reason: raw.reason == Some(Reason::Required),
        needs: raw.needs,
        notes: raw.notes,
        guard,
        max_visits: raw.max_visits,
        valid_for: raw.valid_for,
    }
}

/// How many persons must take it; `quorum` is another word for `persons`.
fn persons(name: &ActionName, raw: &mut RawAction, findings: &mut Findings<'_>) -> u32 {
    let place = format!("action.{name}.quorum");
    let (k, of) = match raw.quorum.take() {
        None => return raw.persons.unwrap_or(1),
        Some(Quorum::Of(k)) => (k, None),
        Some(Quorum::Said { k, of, by }) => {
            if by.is_some() && raw.by.is_some() && by != raw.by {
                let id = "`by` ditulis dua kali dengan isi berbeda; tulis sekali saja".into();
                let en = "`by` is said twice and differs; say it once".into();
                findings.error("quorum_twice", format!("{place}.by"), id, en);
            }
            raw.by = raw.by.take().or(by);
            (k, of)
        }
    };
    if raw.persons.is_some_and(|persons| persons != k) {
        let id = "`persons` dan `quorum` sama artinya; tulis satu saja".into();
        let en = "`persons` and `quorum` mean the same; say one of them".into();
        findings.error("quorum_twice", place.clone(), id, en);
    }
    if of.is_some_and(|of| k > of) {
        let id = format!("{k} orang dari {} tidak mungkin", of.unwrap_or(0));
        let en = format!("{k} persons out of {} cannot be", of.unwrap_or(0));
        findings.error("quorum_exceeds", place, id, en);
    }
    k
}

fn goal(place: usize, raw: RawGoal, findings: &mut Findings<'_>) -> Goal {
    let at = format!("goal[{place}]");
    let by = match (raw.before.as_deref(), raw.within) {
        (Some(day), None) => month_and_day(day).unwrap_or_else(|| {
            let id =
                format!("`{}` bukan hari; tulis bulan dan tanggal, misalnya 12-15", super::read::shown(day));
            let en = format!("`{}` is no day; write month and day, as 12-15", super::read::shown(day));
            findings.error("goal_day", format!("{at}.before"), id, en);
            GoalTime::Day { month: 12, day: 31 }
        }),
        (None, Some(within)) => GoalTime::Within(within),
        (Some(_), Some(_)) | (None, None) => {
            let id = "tulis salah satu: `before` (hari) atau `within` (lama waktu)".into();
            let en = "say one of `before` (a day) and `within` (a time)".into();
            findings.error("goal_unclear", at, id, en);
            GoalTime::Day { month: 12, day: 31 }
        }
    };
    Goal { id: raw.id, title: raw.title, when: raw.when, by, share: raw.share.or(raw.probability) }
}

fn month_and_day(text: &str) -> Option<GoalTime> {
    // A leap year, so that every day of any year is one.
    let date: jiff::civil::Date = format!("2024-{text}").parse().ok().filter(|_| text.len() == 5)?;
    Some(GoalTime::Day { month: date.month(), day: date.day() })
}

fn migrations(
    raw: BTreeMap<String, BTreeMap<StageName, StageName>>,
    version: u32,
    findings: &mut Findings<'_>,
) -> BTreeMap<u32, BTreeMap<StageName, StageName>> {
    let mut migrations = BTreeMap::new();
    for (written, stages) in raw {
        if let Some(from) = written.parse().ok().filter(|from| (1..version).contains(from)) {
            migrations.insert(from, stages);
        } else {
            let id = format!("`{written}` bukan versi sebelum {version}");
            let en = format!("`{written}` is no version before {version}");
            findings.error("migrate_version", format!("migrate.{written}"), id, en);
        }
    }
    migrations
}
