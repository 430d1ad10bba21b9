//! An act on one request: what it asks for, and doing it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use salur_api::actions::{ActionBody, AllowedBody};
use salur_api::extract::{BodyOf, IdOf, IfMatch};
use salur_api::request_detail::RequestDetailBody;
use salur_api::{App, Caller, Problem, actions, requests};
use uuid::Uuid;

use super::bulk::{Noted, values};
use super::list::Choice;
use crate::page::{Frame, Visitor, show};
use crate::sent::{Filled, Sent};
use crate::texts::t;
use crate::words::filters;

#[derive(Template)]
#[template(path = "act.html")]
struct ActPage {
    frame: Frame,
    it: RequestDetailBody,
    act: AllowedBody,
    fields: Vec<Noted>,
    reason: String,
    /// What stood in the way when it was sent.
    wrong: Option<Problem>,
}

/// Shows what an act asks for.
pub(crate) async fn form(
    State(app): State<App>,
    visitor: Visitor,
    Path((id, action)): Path<(Uuid, String)>,
) -> Result<Response, Problem> {
    shown(&app, visitor, id, &action, &Filled::default(), None).await
}

/// Does it, and goes back to the request. What was filled in is kept where it does not go.
pub(crate) async fn act(
    State(app): State<App>,
    visitor: Visitor,
    Path((id, action)): Path<(Uuid, String)>,
    sent: Sent<Filled>,
) -> Result<Response, Problem> {
    let filled = sent.value;
    let allowed = allowed(&app, &visitor.caller, id, &action).await;
    let fields = match &allowed {
        Ok(act) => fields(act, &filled),
        Err(_) => Vec::new(),
    };
    let body = ActionBody { action: action.clone(), reason: filled.given("reason"), fields: values(&fields) };
    let seen = IfMatch(filled.first("version").parse().ok());
    let body = BodyOf { value: body, bytes: sent.bytes };
    let done = actions::act(State(app.clone()), visitor.caller.clone(), IdOf(id), seen, sent.key, body).await;
    match done {
        Ok(_) => Ok(Redirect::to(&format!("/requests/{id}")).into_response()),
        Err(problem) if allowed.is_ok() && problem.status != 412 => {
            shown(&app, visitor, id, &action, &filled, Some(problem)).await
        }
        Err(problem) => Err(problem),
    }
}

async fn allowed(app: &App, caller: &Caller, id: Uuid, action: &str) -> Result<AllowedBody, Problem> {
    let all = actions::list(State(app.clone()), caller.clone(), IdOf(id)).await?.0;
    if let Some(act) = all.allowed.into_iter().find(|act| act.action == action) {
        return Ok(act);
    }
    let other = all.others.into_iter().find(|act| act.action == action);
    let other = other.ok_or_else(|| Problem::not_found(caller.lang))?;
    let mut problem = Problem::new(axum::http::StatusCode::CONFLICT, &other.code, other.why);
    problem.who_could = other.who_could;
    Err(problem)
}

async fn shown(
    app: &App,
    visitor: Visitor,
    id: Uuid,
    action: &str,
    filled: &Filled,
    wrong: Option<Problem>,
) -> Result<Response, Problem> {
    let Visitor { caller, frame, .. } = visitor;
    let lang = caller.lang;
    let act = allowed(app, &caller, id, action).await?;
    let it = requests::one(State(app.clone()), caller, IdOf(id)).await?.0;
    let fields = fields(&act, filled);
    show(&ActPage { frame, it, act, fields, reason: filled.first("reason").to_owned(), wrong }, lang)
}

fn fields(act: &AllowedBody, filled: &Filled) -> Vec<Noted> {
    let needs = act.needs.iter().map(|need| Noted {
        name: need.name.clone(),
        title: need.title.clone(),
        kind: match need.kind {
            "int" | "money" => "number",
            other => other,
        },
        values: need
            .values
            .iter()
            .map(|value| Choice {
                value: value.clone(),
                title: need.value_titles.get(value).unwrap_or(value).clone(),
            })
            .collect(),
        required: need.required,
        value: filled.first(&format!("field.{}", need.name)).to_owned(),
    });
    needs.collect()
}
