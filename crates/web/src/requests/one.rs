//! One request: what it waits for, what may be done, what is known, what happened.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use salur_api::actions::ActionsBody;
use salur_api::extract::IdOf;
use salur_api::history::HistoryBody;
use salur_api::request_detail::RequestDetailBody;
use salur_api::{App, Problem, actions, history, requests};
use salur_core::workflow::Workflow;
use salur_core::{FieldName, Lang, Rupiah, words as core_words};
use serde_json::Value as Json;

use crate::page::{Frame, Visitor, show};
use crate::texts::t;
use crate::words::filters;

/// A fact with what it is called.
#[derive(Debug)]
pub(crate) struct Fact {
    pub(crate) label: String,
    pub(crate) value: String,
}

/// A stage on the way.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) title: String,
    /// `done`, `now` or nothing.
    pub(crate) state: &'static str,
}

#[derive(Template)]
#[template(path = "request.html")]
struct RequestPage {
    frame: Frame,
    scheme: String,
    it: RequestDetailBody,
    way: Vec<Step>,
    facts: Vec<Fact>,
    members: Vec<Vec<Fact>>,
    checks: Vec<Fact>,
    actions: ActionsBody,
    history: HistoryBody,
}

pub(crate) async fn one(State(app): State<App>, visitor: Visitor, id: IdOf) -> Result<Response, Problem> {
    let Visitor { caller, frame, .. } = visitor;
    let (lang, IdOf(id)) = (caller.lang, id);
    let it = requests::one(State(app.clone()), caller.clone(), IdOf(id)).await?.0;
    let actions = actions::list(State(app.clone()), caller.clone(), IdOf(id)).await?.0;
    let mut history = history::history(State(app.clone()), caller, IdOf(id)).await?.0;
    history.data.reverse();
    let world = app.store.world();
    let workflow = world
        .workflows
        .all()
        .find(|known| known.scheme.as_str() == it.request.scheme && known.version == it.definition)
        .ok_or_else(|| Problem::unexpected(lang))?;
    let form = &workflow.form;
    let label = |name: &FieldName| form.field(name).map(|field| field.label.in_lang(lang).to_owned());
    let order = form.fields.iter().map(|field| &field.name);
    let facts = facts(order, &it.facts, label, &frame);
    let rules = form.members.iter().flat_map(|members| &members.fields);
    let titles: BTreeMap<&FieldName, String> =
        rules.clone().map(|field| (&field.name, field.label.in_lang(lang).to_owned())).collect();
    let members = it.members.iter().map(|member| {
        self::facts(rules.clone().map(|field| &field.name), member, |name| titles.get(name).cloned(), &frame)
    });
    let members = members.collect();
    let noted = |name: &FieldName| workflow.fields.get(name).map(|it| it.title.in_lang(lang).to_owned());
    let mut checks = self::facts(workflow.fields.keys(), &it.fields, noted, &frame);
    for ((name, field), check) in
        workflow.fields.iter().filter(|(name, _)| it.fields.contains_key(name.as_str())).zip(&mut checks)
    {
        if let Some(Json::String(value)) = it.fields.get(name.as_str()) {
            field.label(value, lang).clone_into(&mut check.value);
        }
    }
    let page = RequestPage {
        scheme: workflow.title.in_lang(lang).to_owned(),
        way: way(workflow, &it.request.stage, it.request.closed, lang),
        facts,
        members,
        checks,
        actions,
        history,
        it,
        frame,
    };
    show(&page, lang)
}

/// Facts in the order of their form, each in words.
fn facts<'a>(
    order: impl Iterator<Item = &'a FieldName>,
    known: &BTreeMap<String, Json>,
    label: impl Fn(&FieldName) -> Option<String>,
    frame: &Frame,
) -> Vec<Fact> {
    let found = order.filter_map(|name| Some((name, known.get(name.as_str())?)));
    found
        .map(|(name, value)| Fact {
            label: label(name).unwrap_or_else(|| name.to_string()),
            value: said(name.as_str(), value, frame),
        })
        .collect()
}

fn said(name: &str, value: &Json, frame: &Frame) -> String {
    match value {
        Json::Bool(true) => t!(frame, "yes"),
        Json::Bool(false) => t!(frame, "no"),
        Json::Number(number) if name == "amount" => {
            number.as_i64().map_or_else(|| number.to_string(), |amount| Rupiah(amount).to_string())
        }
        Json::String(text) => text
            .parse()
            .map_or_else(|_| text.clone(), |day: jiff::civil::Date| core_words::date(day, frame.lang)),
        Json::Null | Json::Number(_) | Json::Array(_) | Json::Object(_) => value.to_string(),
    }
}

/// The stages of the plain way, and where on it a request is.
pub(crate) fn way(workflow: &Workflow, stage: &str, closed: bool, lang: Lang) -> Vec<Step> {
    let mut steps: Vec<(&salur_core::StageName, String)> = Vec::new();
    let mut phases: Vec<_> =
        workflow.stages.keys().filter_map(|name| Some((workflow.phase_of(name)?, name))).collect();
    phases.sort();
    for (_, name) in phases {
        steps.push((name, workflow.stage_title(name, lang).to_owned()));
    }
    let here = steps.iter().position(|(name, _)| name.as_str() == stage);
    let state = |place: usize| match here {
        Some(here) if place < here => "done",
        Some(here) if place == here => "now",
        None if closed => "done",
        Some(_) | None => "",
    };
    let mut way: Vec<Step> = steps
        .into_iter()
        .enumerate()
        .map(|(place, (_, title))| Step { title, state: state(place) })
        .collect();
    if closed {
        let title = workflow.stage_title(&stage.into(), lang).to_owned();
        way.push(Step { title, state: "now" });
    }
    way
}
