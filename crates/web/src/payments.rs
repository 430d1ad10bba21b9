//! Payment orders: what waits for its money, the file for the bank, the treasury's order, the bank's results.

mod results;

use askama::Template;
use axum::extract::State;
use axum::http::Method;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Router, routing};
use jiff::civil::Date;
use salur_api::bank;
use salur_api::decrees::LinesQuery;
use salur_api::extract::{BodyOf, IdOf, QueryOf};
use salur_api::filter::FilterBody;
use salur_api::order_body::{OrderBody, OrderLineBody};
use salur_api::orders::{self, DraftOrderBody, ListQuery, Sp2dEntryBody};
use salur_api::page::PageBody;
use salur_api::{App, Problem};
use salur_core::desk::Desk;
use serde::Deserialize;
use uuid::Uuid;

use crate::decrees::{Place, short};
use crate::kept::kept;
use crate::left_out::LeftOut;
use crate::page::{Frame, Visitor, show, show_wrong};
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
        .route("/payments/new", routing::get(look))
        .route("/payments/{id}", routing::get(one))
        .route("/payments/{id}/bank.csv", routing::get(bank_file))
        .route("/payments/{id}/sp2d", routing::post(sp2d))
        .route("/payments/{id}/cancel", routing::post(cancel))
        .route("/payments/{id}/results/take", routing::post(results::take))
        .route(
            "/payments/{id}/results",
            routing::get(results::look)
                .post(results::send)
                .layer(axum::extract::DefaultBodyLimit::max(RESULTS_BYTES_MAX)),
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
    let status = wrong.as_ref().map(|wrong| wrong.status);
    show_wrong(&ListPage { frame, desk, schemes: schemes(app, lang), page, wrong }, lang, status)
}

/// Of which program an order is to be.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ForWhat {
    scheme: String,
}

impl ForWhat {
    /// All that wait for their money, of one program or of all.
    fn body(&self) -> DraftOrderBody {
        let scheme = Some(self.scheme.clone()).filter(|scheme| !scheme.is_empty());
        let phase = Some("disbursement".into());
        DraftOrderBody { ids: None, filter: Some(FilterBody { scheme, phase, ..FilterBody::default() }) }
    }
}

#[derive(Template)]
#[template(path = "payment_new.html")]
struct LookPage {
    frame: Frame,
    scheme: String,
    title: String,
    it: OrderBody,
    left_out: Vec<LeftOut>,
}

/// Shows what an order would hold, and who is left out and why, before it is drafted.
async fn look(
    State(app): State<App>,
    visitor: Visitor,
    QueryOf(wanted): QueryOf<ForWhat>,
) -> Result<Response, Problem> {
    let body = BodyOf { value: wanted.body(), bytes: axum::body::Bytes::new() };
    let it = match orders::look(State(app.clone()), visitor.caller.clone(), body).await {
        Ok(it) => it.0,
        Err(problem) => return list_page(&app, visitor, None, Some(problem)).await,
    };
    let lang = visitor.caller.lang;
    let known = schemes(&app, lang).into_iter().find(|known| known.value == wanted.scheme);
    let title = known.map_or_else(|| t!(visitor.frame, "all"), |known| known.title);
    let left_out = LeftOut::of(it.left_out.as_deref().unwrap_or_default());
    show(&LookPage { frame: visitor.frame, scheme: wanted.scheme, title, it, left_out }, lang)
}

/// Freezes all that wait for their money, of one program or of all.
async fn draft(State(app): State<App>, visitor: Visitor, sent: Sent<ForWhat>) -> Result<Response, Problem> {
    let body = BodyOf { value: sent.value.body(), bytes: sent.bytes };
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
    /// What came of results that were sent, sealed.
    told: Option<String>,
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
    /// What a file of results recorded.
    recorded: Option<results::Recorded>,
    short: String,
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
    wrong: Option<Problem>,
) -> Result<Response, Problem> {
    let Visitor { caller, desk, frame } = visitor;
    let (lang, at) = (caller.lang, caller.at);
    let it = orders::one(State(app.clone()), caller.clone(), IdOf(id)).await?.0;
    let told = place.told.as_deref();
    let recorded = told.and_then(|told| kept(app, &caller, results::RECORDED, told).ok());
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
    let (status, short) = (wrong.as_ref().map(|wrong| wrong.status), short(&it.digest));
    let page = OrderPage { frame, desk, it, page, outcome, outcomes, today, recorded, short, wrong };
    show_wrong(&page, lang, status)
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
        return shown(&app, visitor, id, LinesPlace::default(), Some(wrong)).await;
    };
    let body = Sp2dEntryBody { number: sent.value.first("number").to_owned(), date };
    let body = BodyOf { value: body, bytes: sent.bytes };
    let told = orders::enter_sp2d(State(app.clone()), visitor.caller.clone(), IdOf(id), sent.key, body).await;
    match told {
        Ok(_) => Ok(Redirect::to(&format!("/payments/{id}")).into_response()),
        Err(wrong) => shown(&app, visitor, id, LinesPlace::default(), Some(wrong)).await,
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
        Err(wrong) => shown(&app, visitor, id, LinesPlace::default(), Some(wrong)).await,
    }
}
