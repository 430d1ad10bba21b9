//! The same act on many requests: first what would become of each, then, said once more, the act itself.

use std::collections::BTreeMap;

use askama::Template;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use salur_api::batch_actions::{self, BatchActionBody, BatchResultBody};
use salur_api::extract::{BodyOf, QueryOf};
use salur_api::filter::FilterBody;
use salur_api::{App, Caller, Idempotency, Problem};
use salur_core::ActionName;
use salur_core::workflow::{Action, FieldKind, Workflow};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::list::{Choice, Wanted};
use crate::kept::{keep, kept};
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
                find: text("find"),
                cursor: String::new(),
            },
        }
    }

    fn missing(&self, frame: &Frame) -> Option<String> {
        if self.action.is_empty() {
            return Some(t!(frame, "bulk-choose-action"));
        }
        (self.which != "all" && self.ids.is_empty()).then(|| t!(frame, "bulk-choose-some"))
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

/// Requests that an act leaves out for one cause.
#[derive(Debug, Serialize, Deserialize)]
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
    left_out: Vec<LeftOut>,
    /// How many it would be done to.
    goes: i64,
    /// How many would be left out.
    stays: i64,
    back: String,
    /// Why what was sent cannot be done as it is.
    wrong: Option<String>,
}

#[derive(Template)]
#[template(path = "bulk_done.html")]
struct DonePage {
    frame: Frame,
    title: String,
    left_out: Vec<LeftOut>,
    goes: i64,
    stays: i64,
    back: String,
}

/// What came of it.
#[derive(Debug, Serialize, Deserialize)]
struct Done {
    title: String,
    left_out: Vec<LeftOut>,
    goes: i64,
    stays: i64,
    back: String,
}

/// What is kept sealed in the address of the look, and of what came of it.
const LOOK: &str = "bulk";
const DONE: &str = "bulk done";
/// Causes, and requests for each, that are named once it is done: they stand in an address.
const CAUSES_KEPT: usize = 10;
const IDS_KEPT: usize = 3;

/// Keeps what was chosen, and leads to the look at it.
pub(crate) async fn choose(
    State(app): State<App>,
    visitor: Visitor,
    sent: Sent<Filled>,
) -> Result<Response, Problem> {
    to_look(&app, &visitor.caller, sent.value, false)
}

fn to_look(app: &App, caller: &Caller, filled: Filled, again: bool) -> Result<Response, Problem> {
    let token = keep(app, caller, LOOK, &(filled.without_key(), again))?;
    Ok(Redirect::to(&format!("/requests/bulk?look={token}")).into_response())
}

/// Which look, or what came of which act.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Shown {
    look: String,
    done: String,
}

/// Shows what would become of each request that was chosen, or what became of them.
pub(crate) async fn look(
    State(app): State<App>,
    visitor: Visitor,
    QueryOf(shown): QueryOf<Shown>,
) -> Result<Response, Problem> {
    let Visitor { caller, frame, .. } = visitor;
    let lang = caller.lang;
    if !shown.done.is_empty() {
        let Done { title, left_out, goes, stays, back } = kept(&app, &caller, DONE, &shown.done)?;
        return show(&DonePage { frame, title, left_out, goes, stays, back }, lang);
    }
    if shown.look.is_empty() {
        return Ok(Redirect::to("/requests").into_response());
    }
    let (filled, again): (Filled, bool) = kept(&app, &caller, LOOK, &shown.look)?;
    let chosen = Chosen::of(&filled);
    let wanted = chosen.wanted.clone();
    let back = wanted.address(|_| ());
    if let Some(wrong) = chosen.missing(&frame) {
        return Err(Problem::malformed("bulk_incomplete", wrong));
    }
    let act = Asked::of(&app, &caller, &chosen, &filled)?;
    let wrong = (again && act.missing).then(|| t!(frame, "bulk-fill-in"));
    let key = Idempotency::of_form(&app, app.clock.new_id().to_string(), "GET /requests/bulk");
    let body = BodyOf { value: act.body(&app, &caller, &chosen, true)?, bytes: Bytes::new() };
    let result = batch_actions::act(State(app.clone()), caller, key, body).await?.0;
    let left_out = left_out(&result, act.missing);
    let (goes, stays) = counted(&result, &left_out);
    let Asked { title, needs_reason, fields, .. } = act;
    show(
        &BulkPage { frame, chosen, wanted, title, needs_reason, fields, left_out, goes, stays, back, wrong },
        lang,
    )
}

/// Does it, and leads to what came of it.
pub(crate) async fn act(
    State(app): State<App>,
    visitor: Visitor,
    sent: Sent<Filled>,
) -> Result<Response, Problem> {
    let caller = visitor.caller;
    let filled = sent.value;
    let chosen = Chosen::of(&filled);
    if let Some(wrong) = chosen.missing(&visitor.frame) {
        return Err(Problem::malformed("bulk_incomplete", wrong));
    }
    let act = Asked::of(&app, &caller, &chosen, &filled)?;
    if act.missing {
        return to_look(&app, &caller, filled, true);
    }
    let body = BodyOf { value: act.body(&app, &caller, &chosen, false)?, bytes: sent.bytes };
    let result = batch_actions::act(State(app.clone()), caller.clone(), sent.key, body).await?.0;
    let mut left_out = left_out(&result, false);
    let (goes, stays) = counted(&result, &left_out);
    left_out.truncate(CAUSES_KEPT);
    for cause in &mut left_out {
        cause.ids.truncate(IDS_KEPT);
    }
    let back = chosen.wanted.address(|_| ());
    let done = Done { title: act.title, left_out, goes, stays, back };
    let token = keep(&app, &caller, DONE, &done)?;
    Ok(Redirect::to(&format!("/requests/bulk?done={token}")).into_response())
}

/// How many it is done to, and how many are left out.
fn counted(result: &BatchResultBody, left_out: &[LeftOut]) -> (i64, i64) {
    let stays = left_out.iter().map(|it| it.count).sum::<usize>();
    let goes = result.results.len().saturating_sub(stays);
    (i64::try_from(goes).unwrap_or(i64::MAX), i64::try_from(stays).unwrap_or(i64::MAX))
}

/// The act that was asked for, with what it asks for itself.
struct Asked {
    title: String,
    needs_reason: bool,
    fields: Vec<Noted>,
    /// True while something that it needs is empty.
    missing: bool,
}

impl Asked {
    fn of(app: &App, caller: &Caller, chosen: &Chosen, filled: &Filled) -> Result<Asked, Problem> {
        let world = app.store.world();
        let scheme = &chosen.wanted.scheme;
        let mut schemes =
            world.workflows.all_current().filter(|it| scheme.is_empty() || it.scheme.as_str() == scheme);
        let name = ActionName::from(&*chosen.action);
        let found = schemes.find_map(|workflow| Some((workflow, workflow.actions.get(&name)?)));
        let (workflow, action) = found.ok_or_else(|| Problem::not_found(caller.lang))?;
        let fields = noted(workflow, action, filled, caller.lang);
        let missing = fields.iter().any(|field| field.required && field.value.is_empty())
            || (action.needs_reason && chosen.reason.trim().is_empty());
        let title = action.title.in_lang(caller.lang).to_owned();
        Ok(Asked { title, needs_reason: action.needs_reason, fields, missing })
    }

    fn body(
        &self,
        app: &App,
        caller: &Caller,
        chosen: &Chosen,
        dry_run: bool,
    ) -> Result<BatchActionBody, Problem> {
        let all = chosen.which == "all";
        let filter = if all { Some(chosen.wanted.whole(app, caller)?) } else { None };
        Ok(BatchActionBody {
            action: chosen.action.clone(),
            ids: (!all).then(|| chosen.ids.clone()),
            filter,
            reason: Some(chosen.reason.clone()).filter(|reason| !reason.trim().is_empty()),
            fields: values(&self.fields),
            dry_run,
        })
    }
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
