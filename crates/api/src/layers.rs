//! What happens around every handler: a request's id, its time limit, panics, counters, and headers that keep
//! answers out of caches. Logs name the route, never the address: addresses may hold a NIK.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use salur_core::Lang;

use crate::App;
use crate::caller::language_of;
use crate::problem::{Problem, pick};

/// How long a request may take, save streams and uploads.
const TIME_MAX: Duration = Duration::from_secs(30);
/// Most characters of an id that a caller brings along.
const REQUEST_ID_CHARS_MAX: usize = 100;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Counts of answers, since the server started.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    /// By class of status, from 1xx to 5xx.
    classes: [AtomicU64; 5],
    /// Problems by code.
    problems: Mutex<BTreeMap<String, u64>>,
}

impl Counters {
    fn count(&self, response: &Response) {
        let class = usize::from(response.status().as_u16() / 100).saturating_sub(1);
        if let Some(count) = self.classes.get(class) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        if let Some(Problem { code, .. }) = response.extensions().get() {
            let mut problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
            *problems.entry(code.to_string()).or_default() += 1;
        }
    }

    /// The counts as Prometheus reads them.
    pub(crate) fn text(&self, position: i64) -> String {
        let mut text = String::from(
            "# HELP salur_http_responses_total Answers by class of status.\n# TYPE salur_http_responses_total counter\n",
        );
        for (class, count) in ["1xx", "2xx", "3xx", "4xx", "5xx"].iter().zip(&self.classes) {
            let count = count.load(Ordering::Relaxed);
            // Writing to a String cannot fail.
            let _ = writeln!(text, "salur_http_responses_total{{class=\"{class}\"}} {count}");
        }
        text.push_str("# HELP salur_problems_total Problems by code.\n# TYPE salur_problems_total counter\n");
        for (code, count) in &*self.problems.lock().unwrap_or_else(PoisonError::into_inner) {
            let _ = writeln!(text, "salur_problems_total{{code=\"{code}\"}} {count}");
        }
        text.push_str(
            "# HELP salur_event_position Position of the last event.\n# TYPE salur_event_position gauge\n",
        );
        let _ = writeln!(text, "salur_event_position {position}");
        text
    }
}

/// What the layers share.
#[derive(Debug, Clone)]
pub(crate) struct Around {
    pub(crate) app: App,
    pub(crate) counters: Arc<Counters>,
}

/// The outermost layer: an id for the request, counters, one line in the log.
pub(crate) async fn outside(State(around): State<Around>, request: Request, next: Next) -> Response {
    let id = request_id(&around.app, &request);
    let method = request.method().clone();
    let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let mut response = next.run(request).await;
    around.counters.count(&response);
    let status = response.status().as_u16();
    tracing::info!(request_id = ?id, %method, path = path.unwrap_or_default(), status, "answered");
    response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response.headers_mut().insert(REQUEST_ID.clone(), id);
    response
}

/// The id that the caller brings along, if it is fit to be shown, or a new one.
fn request_id(app: &App, request: &Request) -> HeaderValue {
    let brought = request.headers().get(&REQUEST_ID).filter(|id| {
        id.to_str().is_ok_and(|id| {
            (1..=REQUEST_ID_CHARS_MAX).contains(&id.len())
                && id.bytes().all(|c| c.is_ascii_alphanumeric() || b"-_.:".contains(&c))
        })
    });
    brought.cloned().unwrap_or_else(|| {
        let id = app.clock.new_id().to_string();
        HeaderValue::from_str(&id).unwrap_or(HeaderValue::from_static("none"))
    })
}

/// Ends what takes too long. A command may still be done: its key tells.
pub(crate) async fn limit_time(request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    if path.is_some_and(|path| {
        ["/stream", "/imports", "/attachments", "/files"].iter().any(|part| path.contains(part))
    }) {
        return next.run(request).await;
    }
    let lang = language_of(request.headers());
    if let Ok(response) = tokio::time::timeout(TIME_MAX, next.run(request)).await {
        return response;
    }
    let detail = pick(
        lang,
        "Server belum selesai; ulangi dengan Idempotency-Key yang sama untuk mengetahui hasilnya.",
        "The server has not finished; try again with the same Idempotency-Key to learn what came of it.",
    );
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "timed_out", detail).into_response()
}

/// Keeps answers of the API out of every cache.
pub(crate) async fn no_store(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A panic as a problem; its words go to the log only.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
pub(crate) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let words = panic.downcast_ref::<String>().map(String::as_str);
    let words = words.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no words");
    tracing::error!(panic = words, "a handler panicked");
    Problem::unexpected(Lang::Id).into_response()
}

/// Nothing at this address.
pub(crate) async fn no_route(request: Request) -> Problem {
    Problem::not_found(language_of(request.headers()))
}

/// Nothing of this method at this address.
pub(crate) async fn no_method(request: Request) -> Problem {
    let detail = pick(
        language_of(request.headers()),
        "Metode ini tidak dikenal pada alamat ini; lihat /openapi.json.",
        "This address does not know the method; see /openapi.json.",
    );
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
}
