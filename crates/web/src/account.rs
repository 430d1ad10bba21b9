//! One's own account: where one is signed in, the password, second factors, recovery codes.

use askama::Template;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Json, Router, routing};
use salur_api::access::{self, SignedIn};
use salur_api::{App, Problem};
use salur_store::access::{Factors, Session, SessionState};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::page::{Frame, Visitor, show};
use crate::sent::{Filled, Sent};
use crate::sign_in::handed;
use crate::texts::t;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/account", routing::get(account))
        .route("/account/password", routing::post(password))
        .route("/account/end", routing::post(end))
        .route("/account/factors", routing::get(factors_page))
        .route("/account/totp", routing::post(begin_totp))
        .route("/account/totp/finish", routing::post(finish_totp))
        .route("/account/recovery", routing::post(recovery))
        .route("/account/remove", routing::post(remove))
        .route("/account/passkey", routing::post(passkey))
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    frame: Frame,
    current: Uuid,
    sessions: Vec<Session>,
    /// None for whoever has no account: a session given by the setup or the demo.
    factors: Option<Factors>,
    said: Option<String>,
    wrong: Option<Problem>,
}

async fn account(State(app): State<App>, signed: SignedIn, visitor: Visitor) -> Result<Response, Problem> {
    account_page(&app, &signed, visitor, None, None).await
}

async fn account_page(
    app: &App,
    signed: &SignedIn,
    visitor: Visitor,
    said: Option<String>,
    wrong: Option<Problem>,
) -> Result<Response, Problem> {
    let sessions = access::sessions(app, signed).await?;
    let factors = access::factors(app, signed).await.ok();
    let page =
        AccountPage { frame: visitor.frame, current: signed.session.id, sessions, factors, said, wrong };
    show(&page, signed.lang)
}

/// Changes the password.
async fn password(
    State(app): State<App>,
    signed: SignedIn,
    visitor: Visitor,
    sent: Sent<Filled>,
) -> Result<Response, Problem> {
    let whole = |name: &str| sent.value.whole(name).to_owned();
    let told = if whole("password") == whole("again") {
        access::change_password(&app, &signed, whole("current"), whole("password")).await
    } else {
        Err(Problem::malformed("passwords_differ", t!(visitor.frame, "passwords-differ")))
    };
    let said = told.is_ok().then(|| t!(visitor.frame, "password-changed"));
    account_page(&app, &signed, visitor, said, told.err()).await
}

/// Ends a session.
async fn end(
    State(app): State<App>,
    signed: SignedIn,
    visitor: Visitor,
    sent: Sent<Filled>,
) -> Result<Response, Problem> {
    let Ok(id) = sent.value.first("session").parse() else { return Err(Problem::not_found(signed.lang)) };
    let told = access::end_session(&app, &signed, id).await;
    if id == signed.session.id && told.is_ok() {
        return Ok(Redirect::to("/sign-in").into_response());
    }
    account_page(&app, &signed, visitor, None, told.err()).await
}

#[derive(Template)]
#[template(path = "factors.html")]
struct FactorsPage {
    frame: Frame,
    factors: Factors,
    passkeys_on: bool,
    /// True while nothing else can be done before one is set up.
    is_first: bool,
    asks_password: bool,
    totp: Option<(String, String)>,
    recovery: Vec<String>,
    wrong: Option<Problem>,
}

async fn factors_page(State(app): State<App>, signed: SignedIn) -> Result<Response, Problem> {
    page_of_factors(&app, &signed, None, Vec::new(), None).await
}

async fn page_of_factors(
    app: &App,
    signed: &SignedIn,
    totp: Option<(String, String)>,
    recovery: Vec<String>,
    wrong: Option<Problem>,
) -> Result<Response, Problem> {
    let factors = access::factors(app, signed).await?;
    let mut frame = Frame::of_nobody(app, signed.lang);
    frame.name = Some(signed.person.name.clone());
    let is_first = signed.session.state == SessionState::WantsEnrolment && !factors.is_enrolled();
    let page = FactorsPage {
        frame,
        passkeys_on: app.config.access.passkeys.is_some(),
        is_first,
        asks_password: !is_first && !factors.is_enrolled(),
        factors,
        totp,
        recovery,
        wrong,
    };
    show(&page, signed.lang)
}

/// Begins to set up one-time codes: shows the secret once.
async fn begin_totp(
    State(app): State<App>,
    signed: SignedIn,
    sent: Sent<Filled>,
) -> Result<Response, Problem> {
    match access::begin_totp(&app, &signed, sent.value.given("password")).await {
        Ok(setup) => page_of_factors(&app, &signed, Some((setup.secret, setup.url)), Vec::new(), None).await,
        Err(problem) => page_of_factors(&app, &signed, None, Vec::new(), Some(problem)).await,
    }
}

async fn finish_totp(
    State(app): State<App>,
    signed: SignedIn,
    sent: Sent<Filled>,
) -> Result<Response, Problem> {
    match access::finish_totp(&app, &signed, sent.value.first("code")).await {
        Ok(opened) => Ok(handed(&app, &opened, "/account/factors")),
        Err(problem) => {
            let shown = (sent.value.first("secret").to_owned(), sent.value.first("url").to_owned());
            let shown = Some(shown).filter(|(secret, _)| !secret.is_empty());
            page_of_factors(&app, &signed, shown, Vec::new(), Some(problem)).await
        }
    }
}

/// Makes ten recovery codes and shows them once.
async fn recovery(State(app): State<App>, signed: SignedIn, _: Sent<Filled>) -> Result<Response, Problem> {
    match access::new_recovery_codes(&app, &signed).await {
        Ok(codes) => page_of_factors(&app, &signed, None, codes, None).await,
        Err(problem) => page_of_factors(&app, &signed, None, Vec::new(), Some(problem)).await,
    }
}

async fn remove(State(app): State<App>, signed: SignedIn, sent: Sent<Filled>) -> Result<Response, Problem> {
    let told = access::remove_factor(&app, &signed, sent.value.given("passkey")).await;
    page_of_factors(&app, &signed, None, Vec::new(), told.err()).await
}

/// What the script of a page asks of passkeys: the options, then what the authenticator answered.
async fn passkey(
    State(app): State<App>,
    signed: SignedIn,
    Json(asked): Json<Value>,
) -> Result<Response, Problem> {
    let text = |name: &str| asked.get(name).and_then(Value::as_str).unwrap_or_default();
    let answer = asked.get("credential");
    let opened = match (text("step"), answer) {
        ("register", None) => {
            let password = Some(text("password").to_owned()).filter(|password| !password.is_empty());
            return Ok(Json(access::begin_registration(&app, &signed, password).await?).into_response());
        }
        ("register", Some(answer)) => {
            let name = if text("name").is_empty() { "passkey" } else { text("name") };
            access::finish_registration(&app, &signed, name, answer).await?
        }
        ("show", None) => return Ok(Json(access::begin_passkey(&app, &signed).await?).into_response()),
        ("show", Some(answer)) => access::finish_passkey(&app, &signed, answer).await?,
        _ => return Err(Problem::not_found(signed.lang)),
    };
    let mut response = Json(json!({ "done": true })).into_response();
    response.headers_mut().insert(SET_COOKIE, app.config.access.cookies.set(&opened.token));
    Ok(response)
}
