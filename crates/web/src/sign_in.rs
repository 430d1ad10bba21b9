//! Signing in and out: name and password, a second factor where a role asks for one, a first password by a one-time link.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Router, routing};
use salur_api::access::{self, Arrival, Opened, SignedIn, is_same_origin};
use salur_api::extract::QueryOf;
use salur_api::{App, Problem};
use salur_store::access::SessionState;
use serde::Deserialize;

use crate::page::{Frame, show};
use crate::sent::{Filled, Sent};
use crate::texts::t;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/sign-in", routing::get(form).post(sign_in))
        .route("/sign-in/factor", routing::get(factor_form).post(show_code))
        .route("/sign-out", routing::post(sign_out))
        .route("/links/{token}", routing::get(start_form).post(start))
}

/// Where to go once it is done.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Next {
    next: String,
}

impl Next {
    /// A way within these pages, whatever the address says.
    fn path(&self) -> String {
        own(&self.next).unwrap_or("/").to_owned()
    }
}

/// A path of ours: it begins with one slash, and nothing in it leads a browser elsewhere.
fn own(path: &str) -> Option<&str> {
    let is_own = path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\n', '\r', '\t']);
    Some(path).filter(|_| is_own)
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    frame: Frame,
    login: String,
    next: String,
    wrong: Option<Problem>,
}

async fn form(
    State(app): State<App>,
    arrival: Arrival,
    QueryOf(next): QueryOf<Next>,
) -> Result<Response, Problem> {
    let frame = Frame::of_nobody(&app, arrival.lang);
    show(&SignInPage { frame, login: String::new(), next: next.path(), wrong: None }, arrival.lang)
}

/// Refuses a form that comes from elsewhere: nobody is signed in by another site.
fn check_origin(headers: &HeaderMap, frame: &Frame) -> Result<(), Problem> {
    if is_same_origin(headers) {
        return Ok(());
    }
    Err(Problem::new(StatusCode::FORBIDDEN, "other_origin", t!(frame, "other-origin")))
}

async fn sign_in(
    State(app): State<App>,
    arrival: Arrival,
    headers: HeaderMap,
    sent: Sent<Filled>,
) -> Result<Response, Problem> {
    let frame = Frame::of_nobody(&app, arrival.lang);
    check_origin(&headers, &frame)?;
    let filled = sent.value;
    let (login, next) = (filled.first("login").to_owned(), Next { next: filled.first("next").to_owned() });
    let password = filled.whole("password").to_owned();
    match access::sign_in(&app, &arrival, &login, password).await {
        Ok(opened) => Ok(handed(&app, &opened, &next.path())),
        Err(problem) => {
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNAUTHORIZED);
            let page = SignInPage { frame, login, next: next.path(), wrong: Some(problem) };
            Ok((status, show(&page, arrival.lang)?).into_response())
        }
    }
}

/// The cookie of a session, and the way on: to what it still misses, or to what was asked for.
pub(crate) fn handed(app: &App, opened: &Opened, next: &str) -> Response {
    let to = match opened.state {
        SessionState::Full => next.to_owned(),
        SessionState::WantsFactor => with_next("/sign-in/factor", next),
        SessionState::WantsEnrolment => "/account/factors".to_owned(),
    };
    let mut response = Redirect::to(&to).into_response();
    response.headers_mut().insert(SET_COOKIE, app.config.access.cookies.set(&opened.token));
    response
}

fn with_next(path: &str, next: &str) -> String {
    let query = serde_html_form::to_string([("next", next)]).unwrap_or_default();
    format!("{path}?{query}")
}

#[derive(Template)]
#[template(path = "factor.html")]
struct FactorPage {
    frame: Frame,
    next: String,
    has_passkeys: bool,
    has_codes: bool,
    wrong: Option<Problem>,
}

async fn factor_form(
    State(app): State<App>,
    signed: SignedIn,
    QueryOf(next): QueryOf<Next>,
) -> Result<Response, Problem> {
    factor_page(&app, &signed, next.path(), None).await
}

async fn factor_page(
    app: &App,
    signed: &SignedIn,
    next: String,
    wrong: Option<Problem>,
) -> Result<Response, Problem> {
    let factors = access::factors(app, signed).await?;
    let mut frame = Frame::of_nobody(app, signed.lang);
    frame.name = Some(signed.person.name.clone());
    let page = FactorPage {
        frame,
        next,
        has_passkeys: !factors.passkeys.is_empty() && app.config.access.passkeys.is_some(),
        has_codes: factors.totp.is_some() || !factors.recovery.is_empty(),
        wrong,
    };
    show(&page, signed.lang)
}

/// Takes a one-time code or a recovery code.
async fn show_code(
    State(app): State<App>,
    signed: SignedIn,
    sent: Sent<Filled>,
) -> Result<Response, Problem> {
    let next = Next { next: sent.value.first("next").to_owned() }.path();
    match access::show_code(&app, &signed, sent.value.first("code")).await {
        Ok(opened) => Ok(handed(&app, &opened, &next)),
        Err(problem) => factor_page(&app, &signed, next, Some(problem)).await,
    }
}

async fn sign_out(State(app): State<App>, signed: SignedIn) -> Result<Response, Problem> {
    access::sign_out(&app, &signed).await?;
    let mut response = Redirect::to("/sign-in").into_response();
    response.headers_mut().insert(SET_COOKIE, app.config.access.cookies.clear());
    Ok(response)
}

#[derive(Template)]
#[template(path = "start.html")]
struct StartPage {
    frame: Frame,
    person: String,
    login: String,
    /// True once the password is set.
    is_done: bool,
    wrong: Option<Problem>,
}

/// The page of a one-time link.
async fn start_form(
    State(app): State<App>,
    arrival: Arrival,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    start_page(&app, &arrival, &token, None).await
}

async fn start_page(
    app: &App,
    arrival: &Arrival,
    token: &str,
    wrong: Option<Problem>,
) -> Result<Response, Problem> {
    let frame = Frame::of_nobody(app, arrival.lang);
    let (link, person) = access::link_for(app, token, arrival.lang).await?;
    let page = StartPage { frame, person: person.name, login: link.login, is_done: false, wrong };
    show(&page, arrival.lang)
}

/// Sets the first password.
async fn start(
    State(app): State<App>,
    arrival: Arrival,
    headers: HeaderMap,
    Path(token): Path<String>,
    sent: Sent<Filled>,
) -> Result<Response, Problem> {
    let frame = Frame::of_nobody(&app, arrival.lang);
    check_origin(&headers, &frame)?;
    let (password, again) = (sent.value.whole("password"), sent.value.whole("again"));
    if password != again {
        let wrong = Problem::malformed("passwords_differ", t!(frame, "passwords-differ"));
        return start_page(&app, &arrival, &token, Some(wrong)).await;
    }
    let (link, person) = access::link_for(&app, &token, arrival.lang).await?;
    match access::redeem(&app, &arrival, &token, password.to_owned()).await {
        Ok(()) => {
            let page =
                StartPage { frame, person: person.name, login: link.login, is_done: true, wrong: None };
            show(&page, arrival.lang)
        }
        Err(problem) => start_page(&app, &arrival, &token, Some(problem)).await,
    }
}

#[cfg(test)]
mod tests {
    use super::own;

    #[test]
    fn nobody_is_led_elsewhere_after_signing_in() {
        for path in ["/", "/requests?stage=input", "/decrees/1#x"] {
            assert_eq!(own(path), Some(path));
        }
        for path in ["", "//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"] {
            assert_eq!(own(path), None, "{path}");
        }
    }
}
