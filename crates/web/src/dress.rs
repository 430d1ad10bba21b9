//! What goes around every page: the headers that a browser is to obey, and errors as pages.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use salur_api::{App, Problem, language_of};

use crate::page::{Frame, error_page};

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
    let target = request.uri().path_and_query().map(|target| target.as_str().to_owned());
    let mut response = next.run(request).await;
    if is_page {
        response = shown(&app, &method, &headers, target.as_deref().unwrap_or("/"), response);
    }
    secure(response.headers_mut());
    response
}

fn is_page(path: &str) -> bool {
    let machine = ["/api/", "/openapi.json", "/metrics", "/healthz", "/readyz", "/assets/"];
    !machine.iter().any(|prefix| path.starts_with(prefix))
}

/// A problem as a page. Who is not signed in is sent to sign in, and comes back to what was asked for.
fn shown(app: &App, method: &Method, headers: &HeaderMap, target: &str, response: Response) -> Response {
    let Some(problem) = response.extensions().get::<Problem>().cloned() else { return response };
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
    let frame = Frame::of_nobody(app, language_of(headers));
    let id = parts.headers.get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    let page = error_page(&frame, &problem, id);
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    parts.headers.remove(axum::http::header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(page))
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
