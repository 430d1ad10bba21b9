//! What goes around every page: the headers that a browser is to obey, and errors as pages.

use axum::body::Body;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_FRAME_OPTIONS,
};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use salur_api::{App, Problem, language_of};

use salur_core::Lang;

use crate::page::{Frame, Visitor, back, error_page};
use crate::texts::{Words, t};

/// Only what this server itself sends runs or shows; nothing inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'";

static PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
static OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
static RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Puts the headers on every answer, and turns a problem on a page's address into a page.
pub(crate) async fn dress(State(app): State<App>, request: Request, next: Next) -> Response {
    let is_page = is_page(request.uri().path());
    let (method, headers) = (request.method().clone(), request.headers().clone());
    let target = request.uri().path_and_query().map_or("/", PathAndQuery::as_str).to_owned();
    let mut response = next.run(request).await;
    if is_page {
        response = shown(&app, &method, &headers, &target, response).await;
    }
    secure(response.headers_mut());
    response
}

fn is_page(path: &str) -> bool {
    let machine = ["/api/", "/openapi.json", "/metrics", "/healthz", "/readyz", "/assets/"];
    !machine.iter().any(|prefix| path.starts_with(prefix))
}

/// A problem as a page. Who is not signed in is sent to sign in, and comes back to what was asked for.
async fn shown(
    app: &App,
    method: &Method,
    headers: &HeaderMap,
    target: &str,
    response: Response,
) -> Response {
    let problem = response.extensions().get::<Problem>().cloned();
    let Some(problem) = problem.or_else(|| unreadable(&response, language_of(headers))) else {
        return response;
    };
    if let Some(page) = page_of_form(method, target, problem.status) {
        return Redirect::to(page).into_response();
    }
    if problem.status == StatusCode::UNAUTHORIZED.as_u16()
        && *method == Method::GET
        && !target.starts_with("/sign-in")
    {
        return Redirect::to(&url_of("/sign-in", target)).into_response();
    }
    match &*problem.code {
        "second_factor_required" => return Redirect::to(&url_of("/sign-in/factor", target)).into_response(),
        "second_factor_missing" => return Redirect::to("/account/factors").into_response(),
        _ => {}
    }
    let accept = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or("text/html");
    if accept.contains("json") && !accept.contains("html") {
        return response;
    }
    let (mut parts, _) = response.into_parts();
    let frame = frame(app, method, headers, target).await;
    let id = parts.headers.get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    let page = error_page(&frame, &problem, id);
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    parts.headers.remove(axum::http::header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(page))
}

/// The frame of whoever is signed in, with their menu.
async fn frame(app: &App, method: &Method, headers: &HeaderMap, target: &str) -> Frame {
    let mut request = Request::new(Body::empty());
    *request.method_mut() = Method::GET;
    *request.uri_mut() = target.parse().unwrap_or_default();
    request.headers_mut().clone_from(headers);
    let (mut parts, _) = request.into_parts();
    let mut frame = match Visitor::from_request_parts(&mut parts, app).await {
        Ok(visitor) => visitor.frame,
        Err(_) => Frame::of_nobody(app, language_of(headers)),
    };
    parts.method.clone_from(method);
    frame.back = back(&parts);
    frame
}

/// An address that takes a form but shows nothing leads to the page that it lies under: a form's answer is loaded again
/// or gone back to by its address.
fn page_of_form<'a>(method: &Method, target: &'a str, status: u16) -> Option<&'a str> {
    if status != StatusCode::METHOD_NOT_ALLOWED.as_u16() || *method != Method::GET {
        return None;
    }
    let path = target.split('?').next().unwrap_or_default();
    let (above, _) = path.rsplit_once('/')?;
    Some(if above.is_empty() { "/" } else { above })
}

/// What the frame of the server itself said of a request in plain words, as a problem in the page's language.
fn unreadable(response: &Response, lang: Lang) -> Option<Problem> {
    let media =
        response.headers().get(CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or_default();
    let is_plain = media.starts_with("text/plain") && response.status().is_client_error();
    is_plain
        .then(|| Problem::new(response.status(), "request_unreadable", t!(Words(lang), "request-unreadable")))
}

/// An address that leads back to another one of ours.
fn url_of(path: &str, next: &str) -> String {
    use std::fmt::Write as _;
    let mut url = format!("{path}?next=");
    for byte in next.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(url, "%{byte:02X}");
        }
    }
    url
}

fn secure(headers: &mut HeaderMap) {
    let fixed = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "same-origin"),
        (X_FRAME_OPTIONS, "DENY"),
        (PERMISSIONS_POLICY.clone(), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
        (OPENER_POLICY.clone(), "same-origin"),
        (RESOURCE_POLICY.clone(), "same-origin"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}
