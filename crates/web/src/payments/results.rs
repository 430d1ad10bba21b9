//! The bank's results: a file comes in, a look at what it says, and only then it is taken.

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Multipart, State};
use axum::response::{IntoResponse, Redirect, Response};
use salur_api::bank::{self, ResultsLookBody, ResultsQuery};
use salur_api::extract::{CsvOf, IdOf, QueryOf};
use salur_api::order_body::OrderBody;
use salur_api::{App, Caller, Problem, orders};
use salur_core::Digest;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{LinesPlace, shown};
use crate::decrees::COMPARED;
use crate::kept::{keep, kept};
use crate::page::{Frame, Visitor, show_wrong};
use crate::sent::{Filled, Sent};
use crate::texts::{Words, t};
use crate::words::filters;

/// What is kept sealed in the address of the look, and of what was recorded.
const LOOK: &str = "results";
pub(super) const RECORDED: &str = "results recorded";

/// What a file of results recorded.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Recorded {
    pub(super) paid: u32,
    pub(super) failed: u32,
    pub(super) unknown: u32,
    pub(super) total: i64,
    /// Lines whose result contradicts what is known, with why.
    pub(super) conflicts: Vec<(Option<u32>, Uuid, String)>,
    pub(super) conflicts_count: usize,
}

/// Conflicts that are named: they stand in an address.
const CONFLICTS_KEPT: usize = 20;

/// Which file.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Place {
    look: String,
}

#[derive(Template)]
#[template(path = "results.html")]
struct LookPage {
    frame: Frame,
    it: OrderBody,
    look: ResultsLookBody,
    /// The file, sealed.
    token: String,
    digits: String,
    wrong: Option<Problem>,
}

/// Takes the file in, and leads to the look at it.
pub(super) async fn send(
    State(app): State<App>,
    visitor: Visitor,
    IdOf(id): IdOf,
    mut form: Multipart,
) -> Result<Response, Problem> {
    let caller = &visitor.caller;
    let unreadable = |_| Problem::malformed("body_unreadable", t!(Words(caller.lang), "file-unreadable"));
    let mut bytes = Bytes::new();
    while let Some(part) = form.next_field().await.map_err(unreadable)? {
        if part.name() == Some("file") {
            bytes = part.bytes().await.map_err(unreadable)?;
        }
    }
    if let Err(wrong) = looked(&app, caller, id, bytes.clone()).await {
        return shown(&app, visitor, id, LinesPlace::default(), Some(wrong)).await;
    }
    let kept = app.store.keep_file(&bytes).await.map_err(|error| Problem::broken(&error, caller.lang))?;
    let token = keep(&app, caller, LOOK, &(id, kept))?;
    Ok(Redirect::to(&format!("/payments/{id}/results?look={token}")).into_response())
}

/// What a file says. Whether it is this order's at all may still have to be told by whoever sends it.
async fn looked(app: &App, caller: &Caller, id: Uuid, bytes: Bytes) -> Result<ResultsLookBody, Problem> {
    let read = |query| {
        bank::look(State(app.clone()), caller.clone(), IdOf(id), QueryOf(query), CsvOf(bytes.clone()))
    };
    match read(ResultsQuery::default()).await {
        Err(problem) if &*problem.code == "results_unbound" => {
            let it = orders::one(State(app.clone()), caller.clone(), IdOf(id)).await?.0;
            let bound = read(ResultsQuery { digest: Some(it.digest) }).await?.0;
            Ok(ResultsLookBody { names_order: false, ..bound })
        }
        told => told.map(|told| told.0),
    }
}

async fn file(app: &App, caller: &Caller, id: Uuid, token: &str) -> Result<Bytes, Problem> {
    let (of, digest): (Uuid, Digest) = kept(app, caller, LOOK, token)?;
    if of != id {
        return Err(Problem::not_found(caller.lang));
    }
    let bytes = app.store.fetch_file(digest).await.map_err(|error| Problem::broken(&error, caller.lang))?;
    Ok(bytes.into())
}

/// Shows what would be recorded: how many are paid, failed for which cause, unknown, and what they sum up to.
pub(super) async fn look(
    State(app): State<App>,
    visitor: Visitor,
    IdOf(id): IdOf,
    QueryOf(place): QueryOf<Place>,
) -> Result<Response, Problem> {
    if place.look.is_empty() {
        return Ok(Redirect::to(&format!("/payments/{id}")).into_response());
    }
    look_page(&app, visitor, id, place.look, String::new(), None).await
}

async fn look_page(
    app: &App,
    visitor: Visitor,
    id: Uuid,
    token: String,
    digits: String,
    wrong: Option<Problem>,
) -> Result<Response, Problem> {
    let Visitor { caller, frame, .. } = visitor;
    let lang = caller.lang;
    let bytes = file(app, &caller, id, &token).await?;
    let look = looked(app, &caller, id, bytes).await?;
    let it = orders::one(State(app.clone()), caller, IdOf(id)).await?.0;
    let status = wrong.as_ref().map(|wrong| wrong.status);
    show_wrong(&LookPage { frame, it, look, token, digits, wrong }, lang, status)
}

/// Takes the results that were looked at. A file that names no order is taken once its sender has read off the file for the
/// bank which list it answers.
pub(super) async fn take(
    State(app): State<App>,
    visitor: Visitor,
    IdOf(id): IdOf,
    sent: Sent<Filled>,
) -> Result<Response, Problem> {
    let caller = visitor.caller.clone();
    let token = sent.value.first("look").to_owned();
    let bytes = file(&app, &caller, id, &token).await?;
    let look = looked(&app, &caller, id, bytes.clone()).await?;
    let digits = sent.value.first("digits").to_owned();
    if !look.names_order {
        let typed = digits.replace(['-', ' '], "").to_lowercase();
        if typed.len() < COMPARED || !look.digest.starts_with(&typed) {
            let wrong = Problem::malformed("other_order", t!(visitor.frame, "results-other-order"));
            return look_page(&app, visitor, id, token, digits, Some(wrong)).await;
        }
    }
    let query = QueryOf(ResultsQuery { digest: Some(look.digest.clone()) });
    let taken = bank::take(State(app.clone()), caller.clone(), IdOf(id), query, sent.key, CsvOf(bytes)).await;
    let it = match taken {
        Ok(it) => it.0,
        Err(wrong) => return look_page(&app, visitor, id, token, digits, Some(wrong)).await,
    };
    let conflicts = it.conflicts.iter().take(CONFLICTS_KEPT);
    let recorded = Recorded {
        paid: look.paid.count,
        failed: look.failed.count,
        unknown: look.unknown.count,
        total: look.paid.total,
        conflicts: conflicts.map(|it| (it.line, it.id, it.detail.clone())).collect(),
        conflicts_count: it.conflicts.len(),
    };
    let told = keep(&app, &caller, RECORDED, &recorded)?;
    Ok(Redirect::to(&format!("/payments/{id}?told={told}")).into_response())
}
