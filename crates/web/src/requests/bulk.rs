//! The same act on many requests: first what would become of each, then, said once more, the act itself.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use salur_api::batch_actions::{self, BatchActionBody, BatchResultBody};
use salur_api::extract::BodyOf;
use salur_api::filter::FilterBody;
use salur_api::{App, Caller, Problem};
use salur_core::ActionName;
use salur_core::workflow::{Action, FieldKind, Workflow};
use uuid::Uuid;

use super::list::{Choice, Wanted};
use crate::page::{Frame, Visitor, show};
use crate::sent::{Filled, Sent};
use crate::texts::t;

/// An action that may be taken on many.
#[derive(Debug, Clone)]
pub(crate) struct ActionChoice {
    pub(crate) name: String,
    pub(crate) title: String,
}

/// The actions that the caller could take on what a filter names: whether they may is asked for each request.
pub(crate) fn choices(app: &App, caller: &Caller, filter: &FilterBody) -> Vec<ActionChoice> {
    let world = app.store.world();
    let today = world.calendar.date_of(caller.at);
    let mut found: Vec<ActionChoice> = Vec::new();
    let workflows = world.workflows.all_current();
    for workflow in
        workflows.filter(|it| filter.scheme.as_ref().is_none_or(|scheme| *scheme == it.scheme.as_str()))
    {
        for (name, action) in &workflow.actions {
            let here = |stage: &String| action.from.iter().any(|from| from.as_str() == stage);
            let mine =
                || action.by.keys().any(|role| world.roster.holds_anywhere(&caller.person, role, today));
            if action.via.is_none()
                && action.persons == 1
                && filter.stage.as_ref().is_none_or(here)
                && mine()
                && !found.iter().any(|known| known.name == name.as_str())
            {
                let title = action.title.in_lang(caller.lang).to_owned();
                found.push(ActionChoice { name: name.to_string(), title });
            }
        }
    }
    found
}

/// What the list's form sent.
#[derive(Debug, Clone)]
pub(crate) struct Chosen {
    ids: Vec<Uuid>,
    which: String,
    action: String,
    reason: String,
    /// The filter that stood in the list's address.
    wanted: Wanted,
}

impl Chosen {
    fn of(filled: &Filled) -> Chosen {
        let text = |name: &str| filled.first(name).to_owned();
        Chosen {
            ids: filled.all("ids").filter_map(|id| id.parse().ok()).collect(),
            which: text("which"),
            action: text("action"),
            reason: text("reason"),
            wanted: Wanted {
                scheme: text("scheme"),
                stage: text("stage"),
                region: text("region"),
                year: text("year"),
                code: text("code"),
                q: text("q"),
                cursor: String::new(),
            },
        }
    }
}

/// A field that the act notes down.
#[derive(Debug, Clone)]
pub(crate) struct Noted {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) kind: &'static str,
    pub(crate) values: Vec<Choice>,
    pub(crate) required: bool,
    pub(crate) value: String,
}

/// Requests that an act would leave out for one cause.
#[derive(Debug)]
struct LeftOut {
    why: String,
    count: usize,
    /// Some of them.
    ids: Vec<Uuid>,
}

#[derive(Template)]
#[template(path = "bulk.html")]
struct BulkPage {
    frame: Frame,
    chosen: Chosen,
    wanted: Wanted,
    title: String,
    needs_reason: bool,
    fields: Vec<Noted>,
    result: BatchResultBody,
    left_out: Vec<LeftOut>,
    /// How many it is done to, or would be.
    goes: i64,
    /// How many are left out.
    stays: i64,
    back: String,
    /// Why what was sent cannot be done as it is.
    wrong: Option<String>,
}

/// Shows what would become of each request that was chosen.
pub(crate) async fn choose(
    State(app): State<App>,
    visitor: Visitor,
    sent: Sent<Filled>,
) -> Result<Response, Problem> {
    shown(&app, visitor, sent, true).await
}

/// Does it.
pub(crate) async fn act(
    State(app): State<App>,
    visitor: Visitor,
    sent: Sent<Filled>,
) -> Result<Response, Problem> {
    shown(&app, visitor, sent, false).await
}

async fn shown(app: &App, visitor: Visitor, sent: Sent<Filled>, dry_run: bool) -> Result<Response, Problem> {
    let Visitor { caller, frame, .. } = visitor;
    let (chosen, lang) = (Chosen::of(&sent.value), caller.lang);
    let wanted = chosen.wanted.clone();
    let back = wanted.address(|_| ());
    let world = app.store.world();
    let workflow = world
        .workflows
        .all_current()
        .filter(|it| wanted.scheme.is_empty() || it.scheme.as_str() == wanted.scheme)
        .find(|it| it.actions.contains_key(&ActionName::from(&*chosen.action)))
        .ok_or_else(|| Problem::not_found(lang))?;
    let action = workflow.actions.get(&ActionName::from(&*chosen.action));
    let action = action.ok_or_else(|| Problem::not_found(lang))?;
    let fields = noted(workflow, action, &sent.value, lang);
    let body = BatchActionBody {
        action: chosen.action.clone(),
        ids: (chosen.which != "all").then(|| chosen.ids.clone()),
        filter: (chosen.which == "all").then(|| wanted.filter()),
        reason: Some(chosen.reason.clone()).filter(|reason| !reason.trim().is_empty()),
        fields: values(&fields),
        dry_run,
    };
    let title = action.title.in_lang(lang).to_owned();
    let needs_reason = action.needs_reason;
    let missing = fields.iter().any(|field| field.required && field.value.is_empty())
        || (needs_reason && chosen.reason.trim().is_empty());
    let body = BatchActionBody { dry_run: dry_run || missing, ..body };
    let wrong = (!dry_run && missing).then(|| t!(frame, "bulk-fill-in"));
    let told =
        batch_actions::act(State(app.clone()), caller, sent.key, BodyOf { value: body, bytes: sent.bytes })
            .await?;
    let result = told.0;
    let left_out = left_out(&result, missing);
    let stays = left_out.iter().map(|it| it.count).sum::<usize>();
    let goes = i64::try_from(result.results.len().saturating_sub(stays)).unwrap_or(i64::MAX);
    let stays = i64::try_from(stays).unwrap_or(i64::MAX);
    let page = BulkPage {
        frame,
        chosen,
        wanted,
        title,
        needs_reason,
        fields,
        result,
        left_out,
        goes,
        stays,
        back,
        wrong,
    };
    show(&page, lang)
}

/// What was left out, by its cause, most first. While a field is still empty, that is no cause of a request's own.
fn left_out(result: &BatchResultBody, missing: bool) -> Vec<LeftOut> {
    let mut by_cause: BTreeMap<&str, (usize, Vec<Uuid>)> = BTreeMap::new();
    for outcome in &result.results {
        let open = missing && matches!(outcome.code.as_deref(), Some("field_missing" | "reason_missing"));
        if let Some(why) = outcome.detail.as_deref().filter(|_| !open) {
            let (count, ids) = by_cause.entry(why).or_default();
            *count = count.saturating_add(1);
            if ids.len() < 20 {
                ids.push(outcome.id);
            }
        }
    }
    let mut all: Vec<LeftOut> =
        by_cause.into_iter().map(|(why, (count, ids))| LeftOut { why: why.to_owned(), count, ids }).collect();
    all.sort_by_key(|it| std::cmp::Reverse(it.count));
    all
}

/// The fields that an action notes down, with what was filled in.
pub(crate) fn noted(
    workflow: &Workflow,
    action: &Action,
    filled: &Filled,
    lang: salur_core::Lang,
) -> Vec<Noted> {
    let required = action.needs.iter().map(|name| (name, true));
    let names = required.chain(action.notes.iter().map(|name| (name, false)));
    names
        .filter_map(|(name, required)| Some((name, workflow.fields.get(name)?, required)))
        .map(|(name, field, required)| Noted {
            name: name.to_string(),
            title: field.title.in_lang(lang).to_owned(),
            kind: kind(field.kind),
            values: field
                .values
                .iter()
                .map(|value| Choice { value: value.clone(), title: field.label(value, lang).to_owned() })
                .collect(),
            required,
            value: filled.first(&format!("field.{name}")).to_owned(),
        })
        .collect()
}

fn kind(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Bool => "bool",
        FieldKind::Int | FieldKind::Money => "number",
        FieldKind::Date => "date",
        FieldKind::Enum => "enum",
    }
}

/// What was filled in, as the API takes it. What does not read as its kind goes as text, and is refused by the rules.
pub(super) fn values(fields: &[Noted]) -> BTreeMap<String, serde_json::Value> {
    let filled = fields.iter().filter(|field| !field.value.trim().is_empty());
    filled
        .map(|field| {
            let text = field.value.trim();
            let value = match field.kind {
                "bool" => serde_json::Value::from(text == "true"),
                "number" => text.replace('.', "").parse::<i64>().map_or_else(|_| text.into(), Into::into),
                _ => text.into(),
            };
            (field.name.clone(), value)
        })
        .collect()
}
