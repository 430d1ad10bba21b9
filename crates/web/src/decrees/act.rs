//! Acts on a decree: striking lines, signing, giving a draft up.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use salur_api::access;
use salur_api::decree_body::DecreeBody;
use salur_api::decrees::{self, SignBody, StrikeBody};
use salur_api::extract::{BodyOf, IdOf};
use salur_api::{App, Problem};
use uuid::Uuid;

use super::sheet::{amount_in_words, lines_again, scheme_title, short, shown};
use crate::page::{Frame, Visitor, show_wrong};
use crate::sent::{Filled, Sent};
use crate::texts::t;
use crate::words::filters;

/// Strikes the lines that were chosen, each for the same reason.
pub(super) async fn strike(
    State(app): State<App>,
    visitor: Visitor,
    IdOf(id): IdOf,
    sent: Sent<Filled>,
) -> Result<Response, Problem> {
    let ids: Vec<Uuid> = sent.value.all("ids").filter_map(|id| id.parse().ok()).collect();
    let reason = sent.value.first("reason").to_owned();
    if ids.is_empty() || reason.is_empty() {
        let what = t!(visitor.frame, "strike-fill-in");
        let problem = Problem::malformed("strike_incomplete", what);
        return lines_again(&app, visitor, id, &sent.value, problem).await;
    }
    let body = BodyOf { value: StrikeBody { ids, reason }, bytes: sent.bytes };
    match decrees::strike(State(app.clone()), visitor.caller.clone(), IdOf(id), sent.key, body).await {
        Ok(_) => Ok(Redirect::to(&format!("/decrees/{id}")).into_response()),
        Err(problem) => lines_again(&app, visitor, id, &sent.value, problem).await,
    }
}

#[derive(Template)]
#[template(path = "decree_sign.html")]
struct SigningPage {
    frame: Frame,
    scheme: String,
    it: DecreeBody,
    in_words: String,
    short: String,
    number: String,
    date: String,
    /// True if a passkey over the list's digest can sign it.
    asks_passkey: bool,
    wrong: Option<Problem>,
}

/// Shows once more what is signed, and asks for number, date and word.
pub(super) async fn signing(
    State(app): State<App>,
    visitor: Visitor,
    IdOf(id): IdOf,
) -> Result<Response, Problem> {
    let today = app.store.world().calendar.date_of(visitor.caller.at).to_string();
    signing_page(&app, visitor, id, String::new(), today, None).await
}

async fn signing_page(
    app: &App,
    visitor: Visitor,
    id: Uuid,
    number: String,
    date: String,
    wrong: Option<Problem>,
) -> Result<Response, Problem> {
    let Visitor { caller, frame, .. } = visitor;
    let lang = caller.lang;
    let factors = access::factors(app, &caller.signed_in()).await.ok();
    let asks_passkey =
        app.config.access.passkeys.is_some() && factors.is_some_and(|factors| !factors.passkeys.is_empty());
    let it = decrees::one(State(app.clone()), caller, IdOf(id)).await?.0;
    if it.state != "draft" {
        return Ok(Redirect::to(&format!("/decrees/{id}")).into_response());
    }
    let in_words = amount_in_words(&frame, it.listed_total);
    let (scheme, short) = (scheme_title(app, &it.scheme, &frame), short(&it.digest));
    let status = wrong.as_ref().map(|wrong| wrong.status);
    let page = SigningPage { frame, scheme, it, in_words, short, number, date, asks_passkey, wrong };
    show_wrong(&page, lang, status)
}

/// Signs. The form carries the digest of the list as it was read: a list that changed in between is not signed.
pub(super) async fn sign(
    State(app): State<App>,
    visitor: Visitor,
    IdOf(id): IdOf,
    sent: Sent<Filled>,
) -> Result<Response, Problem> {
    let filled = &sent.value;
    let (number, date) = (filled.first("number").to_owned(), filled.first("date").to_owned());
    if filled.first("read").is_empty() {
        let wrong = Problem::malformed("not_read", t!(visitor.frame, "sign-read-first"));
        return signing_page(&app, visitor, id, number, date, Some(wrong)).await;
    }
    let Ok(day) = date.parse::<Date>() else {
        let wrong = Problem::malformed("date_malformed", t!(visitor.frame, "date-malformed"));
        return signing_page(&app, visitor, id, number, date, Some(wrong)).await;
    };
    let digest = filled.first("digest").to_owned();
    let assertion = filled.given("assertion").and_then(|text| serde_json::from_str(&text).ok());
    let body = SignBody { digest, number: number.clone(), date: day, assertion };
    let body = BodyOf { value: body, bytes: sent.bytes };
    match decrees::sign(State(app.clone()), visitor.caller.clone(), IdOf(id), sent.key, body).await {
        Ok(_) => Ok(Redirect::to(&format!("/decrees/{id}")).into_response()),
        Err(problem) => signing_page(&app, visitor, id, number, date, Some(problem)).await,
    }
}

/// Gives a draft up.
pub(super) async fn cancel(
    State(app): State<App>,
    visitor: Visitor,
    IdOf(id): IdOf,
    sent: Sent<Filled>,
) -> Result<Response, Problem> {
    match decrees::cancel(State(app.clone()), visitor.caller.clone(), IdOf(id), sent.key).await {
        Ok(_) => Ok(Redirect::to("/decrees").into_response()),
        Err(problem) => shown(&app, visitor, id, Some(problem)).await,
    }
}

/// What the page's script asks a passkey for, to sign this list.
pub(super) async fn signing_options(
    State(app): State<App>,
    visitor: Visitor,
    id: IdOf,
) -> Result<Response, Problem> {
    Ok(decrees::sign_options(State(app), visitor.caller, id).await?.into_response())
}
