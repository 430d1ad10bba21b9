//! What every page has: its frame, who reads it, and the way to the other pages.

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::header::{REFERER, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Redirect, Response};
use i18n_embed::fluent::FluentLanguageLoader;
use jiff::tz::TimeZone;
use salur_api::access::is_same_origin;
use salur_api::{App, Caller, LANGUAGE_COOKIE, Problem, language_of};
use salur_core::Lang;
use salur_core::desk::Desk;
use serde::Deserialize;

use crate::sent::Sent;
use crate::texts::{self, Words, t};
use crate::words;

/// A way to another page.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    pub(crate) to: &'static str,
    pub(crate) title: String,
    pub(crate) is_here: bool,
}

/// What stands around a page.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(crate) lang: Lang,
    /// The name of who reads it; none before signing in.
    pub(crate) name: Option<String>,
    /// Their roles in words.
    pub(crate) roles: String,
    /// The province that is served.
    pub(crate) office: String,
    pub(crate) ways: Vec<Way>,
    /// The page to come back to once one has shown who one is.
    pub(crate) back: String,
    /// The key of the act that the page's form would send.
    pub(crate) key: String,
    zone: TimeZone,
}

impl Frame {
    /// A frame for whoever has not signed in.
    pub(crate) fn of_nobody(app: &App, lang: Lang) -> Frame {
        Frame {
            lang,
            name: None,
            roles: String::new(),
            office: served(app),
            ways: Vec::new(),
            back: "/".to_owned(),
            key: app.clock.new_id().to_string(),
            zone: app.store.world().calendar.zone().clone(),
        }
    }

    /// The words in the page's language.
    pub(crate) fn texts(&self) -> &'static FluentLanguageLoader {
        texts::of(self.lang)
    }

    /// The language as `lang` names it.
    pub(crate) fn code(&self) -> &'static str {
        match self.lang {
            Lang::Id => "id",
            Lang::En => "en",
        }
    }

    /// The other language.
    pub(crate) fn other(&self) -> &'static str {
        match self.lang {
            Lang::Id => "en",
            Lang::En => "id",
        }
    }

    /// An RFC 3339 time as a day and a time of day in the office's zone.
    pub(crate) fn time(&self, text: &str) -> String {
        words::time(text, &self.zone, self.lang)
    }

    /// A day, or the day of an RFC 3339 time in the office's zone.
    pub(crate) fn day(&self, text: &str) -> String {
        words::day(text, &self.zone, self.lang)
    }
}

fn served(app: &App) -> String {
    app.store.regions().served_name().unwrap_or_default().to_owned()
}

/// Who reads a page, and the frame of it.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    pub(crate) caller: Caller,
    pub(crate) desk: Desk,
    pub(crate) frame: Frame,
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, app).await?;
        let world = app.store.world();
        let desk = Desk::of(&world, &caller.person, world.calendar.date_of(caller.at));
        let mut roles: Vec<&str> = caller
            .person
            .roles()
            .iter()
            .filter_map(|role| world.policy.role.get(role))
            .map(|title| title.in_lang(caller.lang))
            .collect();
        roles.dedup();
        let mut frame = Frame::of_nobody(app, caller.lang);
        frame.back = back(parts);
        frame.name = Some(caller.person.name.clone());
        frame.roles = roles.join(", ");
        frame.ways = ways(&frame, desk, parts.uri.path());
        Ok(Visitor { caller, desk, frame })
    }
}

/// The address that shows a page again: its own, or that of the page whose form it answers. An address that only takes
/// forms leads to the page of the form ([`crate::dress`]).
pub(crate) fn back(parts: &Parts) -> String {
    let here = parts.uri.path_and_query().map(|here| here.as_str().to_owned());
    let referer = parts.headers.get(REFERER).and_then(|from| from.to_str().ok()).and_then(own_path);
    let back = if parts.method == Method::GET { here } else { referer };
    back.unwrap_or_else(|| "/".to_owned())
}

/// The pages that a person has a way to.
fn ways(frame: &Frame, desk: Desk, path: &str) -> Vec<Way> {
    let all = [
        (true, "/", t!(frame, "nav-home")),
        (true, "/requests", t!(frame, "nav-requests")),
        (desk.enters, "/imports", t!(frame, "nav-imports")),
        (desk.drafts || desk.signs || desk.sees_office, "/decrees", t!(frame, "nav-decrees")),
        (desk.pays || desk.sees_office, "/payments", t!(frame, "nav-payments")),
        (true, "/stuck", t!(frame, "nav-stuck")),
        (true, "/flow", t!(frame, "nav-flow")),
        (desk.reads_office(), "/office", t!(frame, "nav-office")),
        (desk.administers || desk.sees_office, "/workflows", t!(frame, "nav-workflows")),
        (desk.reads_audit(), "/audit", t!(frame, "nav-audit")),
    ];
    let here = |to: &str| if to == "/" { path == "/" } else { path.starts_with(to) };
    all.into_iter()
        .filter(|(has, ..)| *has)
        .map(|(_, to, title)| Way { to, is_here: here(to), title })
        .collect()
}

/// A page that a form did not get beyond, under the status of what stood in the way.
pub(crate) fn show_wrong(page: &impl Template, lang: Lang, wrong: Option<u16>) -> Result<Response, Problem> {
    let mut response = show(page, lang)?;
    if let Some(status) = wrong.and_then(|status| StatusCode::from_u16(status).ok()) {
        *response.status_mut() = status;
    }
    Ok(response)
}

/// Refuses a page to whoever has nothing to do with what it shows.
pub(crate) fn only_for(may: bool, frame: &Frame) -> Result<(), Problem> {
    if may {
        return Ok(());
    }
    Err(Problem::new(StatusCode::FORBIDDEN, "not_your_page", t!(frame, "not-your-page")))
}

/// A page as an answer.
pub(crate) fn show(page: &impl Template, lang: Lang) -> Result<Response, Problem> {
    match words::writing(lang, || page.render()) {
        Ok(text) => Ok(Html(text).into_response()),
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            Err(Problem::unexpected(lang))
        }
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    frame: &'a Frame,
    problem: &'a Problem,
    id: &'a str,
}

/// A problem as a page, with the id of the request for whoever is asked about it.
pub(crate) fn error_page(frame: &Frame, problem: &Problem, id: &str) -> String {
    words::writing(frame.lang, || ErrorPage { frame, problem, id }.render())
        .unwrap_or_else(|_| problem.detail.to_string())
}

/// The language that somebody chose.
#[derive(Debug, Deserialize)]
pub(crate) struct LanguageChoice {
    language: String,
    /// The page to go back to.
    #[serde(default)]
    back: String,
}

/// How long the chosen language is kept, in seconds: a year.
const LANGUAGE_KEPT: u32 = 365 * 24 * 60 * 60;

/// Keeps the language that somebody chose, and goes back to the page.
pub(crate) async fn choose_language(
    headers: HeaderMap,
    sent: Sent<LanguageChoice>,
) -> Result<Response, Problem> {
    if !is_same_origin(&headers) {
        let what = t!(Words(language_of(&headers)), "other-origin");
        return Err(Problem::new(StatusCode::FORBIDDEN, "other_origin", what));
    }
    let code = if sent.value.language == "en" { "en" } else { "id" };
    let mut response =
        Redirect::to(&own_path(&sent.value.back).unwrap_or_else(|| "/".into())).into_response();
    let cookie = format!("{LANGUAGE_COOKIE}={code}; Path=/; Max-Age={LANGUAGE_KEPT}; SameSite=Lax; HttpOnly");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Path and query of an address: a way back within these pages, wherever the address was.
fn own_path(address: &str) -> Option<String> {
    let uri: Uri = address.parse().ok()?;
    let path = uri.path_and_query()?.as_str();
    (path.starts_with('/') && !path.starts_with("//")).then(|| path.to_owned())
}
