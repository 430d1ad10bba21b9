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
use salur_store::requests::Scope;
use serde::Deserialize;

use crate::left_out::LeftOut;
use crate::page::{Frame, Visitor, show, show_wrong};
use crate::requests::{Choice, schemes};
use crate::sent::Sent;
use crate::texts::t;
use crate::words::filters;

pub(crate) use sheet::{COMPARED, short};

/// Decrees on a page.
const SHOWN: u32 = 30;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/decrees", routing::get(list).post(draft))
        .route("/decrees/new", routing::get(look))
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
    /// True for whoever reads the decrees of the whole office.
    all: bool,
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
    let caller_scope = caller.scope();
    let page = decrees::list(State(app.clone()), caller, QueryOf(query)).await?.0;
    let status = wrong.as_ref().map(|wrong| wrong.status);
    let all = caller_scope == Scope::Everywhere;
    show_wrong(&ListPage { frame, desk, schemes: schemes(app, lang), year, page, all, wrong }, lang, status)
}

impl ListPage {
    /// What a scheme is called.
    fn title_of(&self, scheme: &str) -> String {
        let known = self.schemes.iter().find(|known| known.value == scheme);
        known.map_or_else(|| scheme.to_owned(), |known| known.title.clone())
    }
}

/// Which decree to draft.
#[derive(Debug, Deserialize)]
pub(crate) struct DraftForm {
    scheme: String,
    year: String,
}

impl DraftForm {
    /// All that wait for approval of one program and year.
    fn body(&self, frame: &Frame) -> Result<DraftDecreeBody, Problem> {
        let year = self.year.trim().parse().map_err(|_| {
            let found: String = self.year.chars().take(40).collect();
            Problem::malformed("query_malformed", t!(frame, "year-malformed", found = found))
        })?;
        let filter = FilterBody { phase: Some("approval".into()), ..FilterBody::default() };
        Ok(DraftDecreeBody { scheme: self.scheme.clone(), year, ids: None, filter: Some(filter) })
    }
}

#[derive(Template)]
#[template(path = "decree_new.html")]
struct LookPage {
    frame: Frame,
    title: String,
    it: DecreeBody,
    left_out: Vec<LeftOut>,
}

/// Shows what a draft would hold, and who is left out and why, before anything is frozen.
async fn look(
    State(app): State<App>,
    visitor: Visitor,
    QueryOf(wanted): QueryOf<DraftForm>,
) -> Result<Response, Problem> {
    let told = match wanted.body(&visitor.frame) {
        Ok(value) => {
            let body = BodyOf { value, bytes: axum::body::Bytes::new() };
            decrees::look(State(app.clone()), visitor.caller.clone(), body).await
        }
        Err(problem) => Err(problem),
    };
    let it = match told {
        Ok(it) => it.0,
        Err(problem) => return shown(&app, visitor, None, Some(problem)).await,
    };
    let lang = visitor.caller.lang;
    let title = sheet::scheme_title(&app, &it.scheme, &visitor.frame);
    let left_out = LeftOut::of(it.left_out.as_deref().unwrap_or_default());
    show(&LookPage { frame: visitor.frame, title, it, left_out }, lang)
}

/// Freezes all that wait for approval of one program and year, and opens the draft.
async fn draft(State(app): State<App>, visitor: Visitor, sent: Sent<DraftForm>) -> Result<Response, Problem> {
    let value = sent.value.body(&visitor.frame)?;
    let body = BodyOf { value, bytes: sent.bytes };
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
