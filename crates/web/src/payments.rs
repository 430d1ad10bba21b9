//! Payment orders: what waits for its money, the file for the bank, the treasury's order, the bank's results.

use askama::Template;
use axum::extract::{Multipart, State};
use axum::http::Method;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Router, routing};
use jiff::civil::Date;
use salur_api::bank;
use salur_api::decrees::LinesQuery;
use salur_api::extract::{BodyOf, CsvOf, IdOf, QueryOf};
use salur_api::filter::FilterBody;
use salur_api::order_body::{OrderBody, OrderLineBody};
use salur_api::orders::{self, DraftOrderBody, ListQuery, Sp2dEntryBody};
use salur_api::page::PageBody;
use salur_api::{App, Idempotency, Problem};
use salur_core::desk::Desk;
use serde::Deserialize;
use uuid::Uuid;

use crate::decrees::Place;
use crate::page::{Frame, Visitor, show};
use crate::requests::{Choice, schemes};
use crate::sent::{Filled, Sent};
use crate::texts::t;
use crate::words::filters;

/// Entries on a page.
const SHOWN: u32 = 30;
/// Largest file of results.
const RESULTS_BYTES_MAX: usize = 2 * 1024 * 1024;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/payments", routing::get(list).post(draft))
        .route("/payments/{id}", routing::get(one))
        .route("/payments/{id}/bank.csv", routing::get(bank_file))
        .route("/payments/{id}/sp2d", routing::post(sp2d))
        .route("/payments/{id}/cancel", routing::post(cancel))
        .route(
            "/payments/{id}/results",
            routing::post(results).layer(axum::extract::DefaultBodyLimit::max(RESULTS_BYTES_MAX)),
        )
}

#[derive(Template)]
#[template(path = "payments.html")]
struct ListPage {
    frame: Frame,
    desk: Desk,
    schemes: Vec<Choice>,
    page: PageBody<OrderBody>,
    wrong: Option<Problem>,
}

async fn list(
    State(app): State<App>,
    visitor: Visitor,
    QueryOf(place): QueryOf<Place>,
) -> Result<Response, Problem> {
    list_page(&app, visitor, place.cursor, None).await
}

async fn list_page(
    app: &App,
    visitor: Visitor,
    cursor: Option<String>,
    wrong: Option<Problem>,
) -> Result<Response, Problem> {
    let Visitor { caller, desk, frame } = visitor;
    let lang = caller.lang;
    let query = ListQuery { limit: Some(SHOWN), cursor };
    let page = orders::list(State(app.clone()), caller, QueryOf(query)).await?.0;
    show(&ListPage { frame, desk, schemes: schemes(app, lang), page, wrong }, lang)
}

/// Freezes all that wait for their money, of one program or of all.
async fn draft(State(app): State<App>, visitor: Visitor, sent: Sent<Filled>) -> Result<Response, Problem> {
    let filter = FilterBody {
        scheme: sent.value.given("scheme"),
        phase: Some("disbursement".into()),
        ..FilterBody::default()
    };
    let body = BodyOf { value: DraftOrderBody { ids: None, filter: Some(filter) }, bytes: sent.bytes };
    match orders::draft(State(app.clone()), visitor.caller.clone(), sent.key, body).await {
        Ok(drafted) => Ok(Redirect::to(&format!("/payments/{}", drafted.id)).into_response()),
        Err(problem) => list_page(&app, visitor, None, Some(problem)).await,
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct LinesPlace {
    outcome: Option<String>,
    cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "payment.html")]
struct OrderPage {
    frame: Frame,
    desk: Desk,
    it: OrderBody,
    page: PageBody<OrderLineBody>,
    outcome: String,
    outcomes: Vec<(&'static str, String)>,
    today: String,
    wrong: Option<Problem>,
}

async fn one(
    State(app): State<App>,
    visitor: Visitor,
    IdOf(id): IdOf,
    QueryOf(place): QueryOf<LinesPlace>,
) -> Result<Response, Problem> {
    shown(&app, visitor, id, place, None).await
}

async fn shown(
    app: &App,
    visitor: Visitor,
    id: Uuid,
    place: LinesPlace,
    told: Option<Result<OrderBody, Problem>>,
) -> Result<Response, Problem> {
    let Visitor { caller, desk, frame } = visitor;
    let (lang, at) = (caller.lang, caller.at);
    let (it, wrong) = match told {
        Some(Ok(it)) => (it, None),
        other => {
            let it = orders::one(State(app.clone()), caller.clone(), IdOf(id)).await?.0;
            (it, other.and_then(Result::err))
        }
    };
    let outcome = place.outcome.filter(|outcome| !outcome.is_empty());
    let query = LinesQuery { outcome: outcome.clone(), limit: Some(SHOWN), cursor: place.cursor };
    let page = orders::lines(State(app.clone()), caller, IdOf(id), QueryOf(query)).await?.0;
    let outcomes = vec![
        ("", t!(frame, "all")),
        ("pending", t!(frame, "pay-pending")),
        ("paid", t!(frame, "pay-paid")),
        ("failed", t!(frame, "pay-failed")),
        ("unknown", t!(frame, "pay-unknown")),
    ];
    let today = app.store.world().calendar.date_of(at).to_string();
    let outcome = outcome.unwrap_or_default();
    show(&OrderPage { frame, desk, it, page, outcome, outcomes, today, wrong }, lang)
}

impl OrderPage {
    /// The tag of a line's outcome.
    fn tag(&self, outcome: &str) -> (&'static str, String) {
        let title = self.outcomes.iter().find(|(known, _)| *known == outcome);
        let title = title.map_or_else(|| t!(self.frame, "line-released"), |(_, title)| title.clone());
        let look = match outcome {
            "paid" => "good",
            "failed" => "bad",
            "unknown" => "warn",
            _ => "info",
        };
        (look, title)
    }
}

/// The tag of an order's state.
fn state_tag(frame: &Frame, state: &str) -> (&'static str, String) {
    match state {
        "open" => ("warn", t!(frame, "order-open")),
        "exported" => ("info", t!(frame, "order-exported")),
        "settled" => ("good", t!(frame, "order-settled")),
        _ => ("", t!(frame, "decree-cancelled")),
    }
}

/// The file for the bank; fetching it is an act, and the chain keeps it.
async fn bank_file(State(app): State<App>, visitor: Visitor, id: IdOf) -> Result<Response, Problem> {
    bank::fetch(State(app), visitor.caller, id, Method::GET).await
}

async fn sp2d(
    State(app): State<App>,
    visitor: Visitor,
    IdOf(id): IdOf,
    sent: Sent<Filled>,
) -> Result<Response, Problem> {
    let Ok(date) = sent.value.first("date").parse::<Date>() else {
        let wrong = Problem::malformed("date_malformed", t!(visitor.frame, "date-malformed"));
        return shown(&app, visitor, id, LinesPlace::default(), Some(Err(wrong))).await;
    };
    let body = Sp2dEntryBody { number: sent.value.first("number").to_owned(), date };
    let body = BodyOf { value: body, bytes: sent.bytes };
    let told = orders::enter_sp2d(State(app.clone()), visitor.caller.clone(), IdOf(id), sent.key, body).await;
    match told {
        Ok(_) => Ok(Redirect::to(&format!("/payments/{id}")).into_response()),
        Err(wrong) => shown(&app, visitor, id, LinesPlace::default(), Some(Err(wrong))).await,
    }
}

async fn cancel(
    State(app): State<App>,
    visitor: Visitor,
    IdOf(id): IdOf,
    sent: Sent<Filled>,
) -> Result<Response, Problem> {
    match orders::cancel(State(app.clone()), visitor.caller.clone(), IdOf(id), sent.key).await {
        Ok(_) => Ok(Redirect::to("/payments").into_response()),
        Err(wrong) => shown(&app, visitor, id, LinesPlace::default(), Some(Err(wrong))).await,
    }
}

/// Takes the bank's results as a file. Sent twice, they change nothing the second time.
async fn results(
    State(app): State<App>,
    visitor: Visitor,
    IdOf(id): IdOf,
    mut form: Multipart,
) -> Result<Response, Problem> {
    let lang = visitor.caller.lang;
    let unreadable = |_| Problem::malformed("body_unreadable", t!(texts_of(lang), "file-unreadable"));
    let (mut bytes, mut key) = (axum::body::Bytes::new(), String::new());
    while let Some(part) = form.next_field().await.map_err(unreadable)? {
        match part.name() {
            Some("file") => bytes = part.bytes().await.map_err(unreadable)?,
            Some("_key") => key = part.text().await.map_err(unreadable)?,
            _ => {}
        }
    }
    if key.is_empty() || key.len() > 200 {
        key = app.clock.new_id().to_string();
    }
    let key = Idempotency::of_form(&app, key, &format!("POST /payments/{id}/results"));
    let taken = bank::take(State(app.clone()), visitor.caller.clone(), IdOf(id), key, CsvOf(bytes)).await;
    shown(&app, visitor, id, LinesPlace::default(), Some(taken.map(|order| order.0))).await
}

/// The words of a language where there is no page yet.
fn texts_of(lang: salur_core::Lang) -> crate::texts::Words {
    crate::texts::Words(lang)
}
