//! Decrees: what there is to decide, one decree as a sheet to read on a phone, striking lines, signing.

mod act;
mod sheet;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Router, routing};
use salur_api::decree_body::DecreeBody;
use salur_api::decrees::{self, DraftDecreeBody, ListQuery};
use salur_api::extract::{BodyOf, QueryOf};
use salur_api::filter::FilterBody;
use salur_api::page::PageBody;
use salur_api::{App, Problem};
use salur_core::desk::Desk;
use serde::Deserialize;

use crate::page::{Frame, Visitor, show};
use crate::requests::{Choice, schemes};
use crate::sent::Sent;
use crate::texts::t;
use crate::words::filters;

/// Decrees on a page.
const SHOWN: u32 = 30;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/decrees", routing::get(list).post(draft))
        .route("/decrees/{id}", routing::get(sheet::sheet))
        .route("/decrees/{id}/lines", routing::get(sheet::lines))
        .route("/decrees/{id}/strike", routing::post(act::strike))
        .route("/decrees/{id}/sign", routing::get(act::signing).post(act::sign))
        .route("/decrees/{id}/sign/options", routing::post(act::signing_options))
        .route("/decrees/{id}/cancel", routing::post(act::cancel))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Place {
    pub(crate) cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "decrees.html")]
struct ListPage {
    frame: Frame,
    desk: Desk,
    schemes: Vec<Choice>,
    year: i16,
    page: PageBody<DecreeBody>,
    /// Why a draft could not be made.
    wrong: Option<Problem>,
}

async fn list(
    State(app): State<App>,
    visitor: Visitor,
    QueryOf(place): QueryOf<Place>,
) -> Result<Response, Problem> {
    shown(&app, visitor, place.cursor, None).await
}

async fn shown(
    app: &App,
    visitor: Visitor,
    cursor: Option<String>,
    wrong: Option<Problem>,
) -> Result<Response, Problem> {
    let Visitor { caller, desk, frame } = visitor;
    let lang = caller.lang;
    let year = app.store.world().calendar.date_of(caller.at).year();
    let query = ListQuery { limit: Some(SHOWN), cursor };
    let page = decrees::list(State(app.clone()), caller, QueryOf(query)).await?.0;
    show(&ListPage { frame, desk, schemes: schemes(app, lang), year, page, wrong }, lang)
}

/// Which decree to draft.
#[derive(Debug, Deserialize)]
pub(crate) struct DraftForm {
    scheme: String,
    year: i16,
}

/// Freezes all that wait for approval of one program and year, and opens the draft.
async fn draft(State(app): State<App>, visitor: Visitor, sent: Sent<DraftForm>) -> Result<Response, Problem> {
    let DraftForm { scheme, year } = sent.value;
    let filter = FilterBody { phase: Some("approval".into()), ..FilterBody::default() };
    let body = DraftDecreeBody { scheme, year, ids: None, filter: Some(filter) };
    let body = BodyOf { value: body, bytes: sent.bytes };
    match decrees::draft(State(app.clone()), visitor.caller.clone(), sent.key, body).await {
        Ok(drafted) => Ok(Redirect::to(&format!("/decrees/{}", drafted.id)).into_response()),
        Err(problem) => shown(&app, visitor, None, Some(problem)).await,
    }
}

/// The tag of a decree's state.
pub(crate) fn state_tag(frame: &Frame, state: &str) -> (&'static str, String) {
    match state {
        "draft" => ("warn", t!(frame, "decree-draft")),
        "signed" => ("good", t!(frame, "decree-signed")),
        _ => ("", t!(frame, "decree-cancelled")),
    }
}
