//! The office: people, seats and who acts in them, delegations, absences, freezes; and the changes that two persons make.

mod changes;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::{Router, routing};
use salur_api::budget_lines::{self, BudgetLineBody};
use salur_api::extract::QueryOf;
use salur_api::proposals::{self, ListQuery, ProposalBody};
use salur_api::roster::{self, FreezeBody, RosterBody};
use salur_api::{App, Problem};
use salur_core::desk::Desk;
use serde_json::Value as Json;

use self::changes::KINDS;
use crate::page::{Frame, Visitor, show};
use crate::texts::t;
use crate::words::filters;

/// Open proposals that are shown.
const SHOWN: u32 = 50;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/office", routing::get(office))
        .route("/office/propose/{kind}", routing::get(changes::form).post(changes::propose))
        .route("/office/end/{kind}", routing::post(changes::end))
        .route("/office/proposals/{id}/{word}", routing::post(changes::decide))
}

#[derive(Template)]
#[template(path = "office.html")]
struct OfficePage {
    frame: Frame,
    desk: Desk,
    me: uuid::Uuid,
    roster: RosterBody,
    freezes: Vec<FreezeBody>,
    budget: Vec<BudgetLineBody>,
    open: Vec<ProposalBody>,
    kinds: Vec<(&'static str, String)>,
    /// An act that did not go.
    wrong: Option<Problem>,
}

async fn office(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    shown(&app, visitor, None).await
}

/// The office, with what stood in the way of a change.
async fn shown(app: &App, visitor: Visitor, wrong: Option<Problem>) -> Result<Response, Problem> {
    let Visitor { caller, desk, frame } = visitor;
    let lang = caller.lang;
    let roster = roster::roster(State(app.clone()), caller.clone()).await.0;
    let freezes = roster::freezes(State(app.clone()), caller.clone()).await.0.data;
    let budget = budget_lines::list(State(app.clone()), caller.clone()).await?.0.data;
    let query = ListQuery { state: Some("open".into()), limit: Some(SHOWN), cursor: None };
    let me = caller.person.id.0;
    let open = proposals::list(State(app.clone()), caller, QueryOf(query)).await?.0.data;
    let kinds = KINDS.iter().map(|kind| (kind.name, kind.title(lang))).collect();
    show(&OfficePage { frame, desk, me, roster, freezes, budget, open, kinds, wrong }, lang)
}

/// A proposed change line by line: what is called what.
fn lines(app_names: &RosterBody, change: &impl serde::Serialize) -> Vec<(String, String)> {
    let Ok(Json::Object(fields)) = serde_json::to_value(change) else { return Vec::new() };
    let said = |value: &Json| match value {
        Json::String(text) => {
            let person = app_names.people.iter().find(|person| person.id.to_string() == *text);
            person.map_or_else(|| text.clone(), |person| person.name.clone())
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => value.to_string(),
    };
    let fields = fields.iter().filter(|(name, value)| *name != "kind" && !value.is_null() && *name != "text");
    fields.map(|(name, value)| (name.clone(), said(value))).collect()
}
