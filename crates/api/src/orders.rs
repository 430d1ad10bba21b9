//! Payment orders: frozen lists that one bank file pays.

use axum::Json;
use axum::extract::{DefaultBodyLimit, State};
use jiff::civil::Date;
use salur_core::OrderId;
use salur_core::payment::Order;
use salur_store::ExecuteError;
use salur_store::job::{Answer, Job};
use salur_store::requests::{Place, Scope};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::decree_body::LeftOut;
use crate::decrees::LinesQuery;
use crate::extract::{BodyOf, IdOf, LIST_BYTES_MAX, QueryOf};
use crate::filter::{FilterBody, named};
use crate::order_body::{OrderBody, OrderLineBody, body, conflicts, line_bodies};
use crate::page::{Cursors, LINES_AT_ONCE, PageBody, limit_of, lines_after};
use crate::problem::Problem;
use crate::request_detail::Created;
use crate::{App, Caller, Idempotency, reason};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, draft))
        .routes(routes!(look))
        .routes(routes!(one))
        .routes(routes!(lines))
        .routes(routes!(enter_sp2d))
        .routes(routes!(cancel))
        .layer(DefaultBodyLimit::max(LIST_BYTES_MAX))
}

/// A payment order to draft.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftOrderBody {
    /// The requests, at most 20,000. Either these or a filter.
    #[serde(default)]
    #[schema(max_items = 20000)]
    pub ids: Option<Vec<Uuid>>,
    /// Which requests, at most 20,000; all that wait for their money unless it says otherwise. Either this or ids.
    #[serde(default)]
    pub filter: Option<FilterBody>,
}

/// The treasury's disbursement order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sp2dEntryBody {
    /// Its number.
    #[schema(max_length = 100)]
    pub number: String,
    /// Its date.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
}

/// Which page of payment orders.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// How many, 1 to 100.
    #[param(default = 50, minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Drafts a payment order: freezes the payments with their accounts as they stand, and tells which cannot go on it.
#[utoipa::path(post, path = "/payment-orders", tag = "payment orders", request_body = DraftOrderBody,
    responses((status = 201, description = "The order", body = OrderBody,
        headers(("Location" = String, description = "Where it is")))))]
pub async fn draft(
    State(app): State<App>,
    caller: Caller,
    key: Idempotency,
    body: BodyOf<DraftOrderBody>,
) -> Result<Created<Json<OrderBody>>, Problem> {
    let BodyOf { value: asked, bytes } = body;
    let job = drafting(&app, &caller, asked, false).await?;
    let told = app.store.execute(caller.ask(key.over(&bytes), job)).await;
    let body = answered(&app, &caller, told).await?;
    Ok(Created { path: "payment-orders", id: body.id, body })
}

/// Tells what an order would hold and what it would leave out, and drafts nothing.
#[utoipa::path(post, path = "/payment-orders/look", tag = "payment orders", request_body = DraftOrderBody,
    responses((status = 200, description = "What the order would be; its id names nothing", body = OrderBody)))]
pub async fn look(
    State(app): State<App>,
    caller: Caller,
    body: BodyOf<DraftOrderBody>,
) -> Result<Json<OrderBody>, Problem> {
    let job = drafting(&app, &caller, body.value, true).await?;
    let told = app.store.execute(caller.ask(None, job)).await;
    answered(&app, &caller, told).await
}

/// The job of drafting what was asked for.
async fn drafting(app: &App, caller: &Caller, asked: DraftOrderBody, dry_run: bool) -> Result<Job, Problem> {
    let filter = asked.filter.map(|mut filter| {
        if filter.stage.is_none() && filter.phase.is_none() {
            filter.phase = Some("disbursement".into());
        }
        filter
    });
    let requests = named(app, caller, asked.ids.as_deref(), filter.as_ref()).await?;
    Ok(Job::DraftOrder { id: OrderId(app.clock.new_id()), requests, dry_run })
}

/// Lists the payment orders, newest first, for whoever may read them.
#[utoipa::path(get, path = "/payment-orders", tag = "payment orders", params(ListQuery),
    responses((status = 200, description = "A page of payment orders", body = PageBody<OrderBody>)))]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    QueryOf(query): QueryOf<ListQuery>,
) -> Result<Json<PageBody<OrderBody>>, Problem> {
    let limit = limit_of(query.limit, caller.lang)?;
    let cursors = Cursors::new(&app, "payment orders", caller.lang);
    let newest = Place { at: i64::MAX, id: Uuid::max() };
    let before = cursors.read(query.cursor.as_deref(), newest)?;
    let page = app.store.orders(before, limit).await.map_err(|error| Problem::broken(&error, caller.lang))?;
    let full = u32::try_from(page.len()).is_ok_and(|length| length == limit);
    let next = page
        .last()
        .filter(|_| full)
        .map(|last| cursors.write(Place { at: last.drafted_at.as_microsecond(), id: last.id.0 }));
    let world = app.store.world();
    let seen = page.iter().filter(|order| may_read(&caller, order));
    Ok(Json(PageBody::new(seen.map(|order| body(&world, order, None, Vec::new())).collect(), next)))
}

/// Shows one payment order, its lines apart.
#[utoipa::path(get, path = "/payment-orders/{id}", tag = "payment orders",
    params(("id" = Uuid, Path, description = "The payment order")),
    responses((status = 200, description = "The order", body = OrderBody)))]
pub async fn one(State(app): State<App>, caller: Caller, IdOf(id): IdOf) -> Result<Json<OrderBody>, Problem> {
    let order = readable(&app, &caller, id).await?;
    Ok(Json(body(&app.store.world(), &order, None, Vec::new())))
}

/// Lists a payment order's lines in order.
#[utoipa::path(get, path = "/payment-orders/{id}/lines", tag = "payment orders",
    params(("id" = Uuid, Path, description = "The payment order"), LinesQuery),
    responses((status = 200, description = "A page of lines", body = PageBody<OrderLineBody>)))]
pub async fn lines(
    State(app): State<App>,
    caller: Caller,
    IdOf(id): IdOf,
    QueryOf(query): QueryOf<LinesQuery>,
) -> Result<Json<PageBody<OrderLineBody>>, Problem> {
    let broken = |error| Problem::broken(&error, caller.lang);
    let order = readable(&app, &caller, id).await?;
    let limit = limit_of(query.limit, caller.lang)?;
    let cursors = Cursors::new(&app, format!("order {id} {:?}", query.outcome), caller.lang);
    let after = cursors.read(query.cursor.as_deref(), Place { at: 0, id })?.at;
    let read = |after| app.store.order_lines(order.id, after, LINES_AT_ONCE);
    let fits = |outcome: &str| query.outcome.as_ref().is_none_or(|wanted| wanted == outcome);
    let wanted =
        lines_after(after, limit, read, |line| i64::from(line.line), |line| fits(line.outcome.as_str()));
    let (found, next) = wanted.await.map_err(broken)?;
    let next = next.map(|at| cursors.write(Place { at, id }));
    Ok(Json(PageBody::new(line_bodies(&app, &caller, found).await?, next)))
}

/// Enters the number and date of the treasury's disbursement order (SP2D). Entering the same again changes nothing.
#[utoipa::path(post, path = "/payment-orders/{id}/sp2d", tag = "payment orders",
    params(("id" = Uuid, Path, description = "The payment order")), request_body = Sp2dEntryBody,
    responses((status = 200, description = "The order after it", body = OrderBody)))]
pub async fn enter_sp2d(
    State(app): State<App>,
    caller: Caller,
    IdOf(id): IdOf,
    key: Idempotency,
    body: BodyOf<Sp2dEntryBody>,
) -> Result<Json<OrderBody>, Problem> {
    let order = readable(&app, &caller, id).await?;
    let number = reason::number(&body.value.number, caller.lang)?;
    let job = Job::EnterSp2d { id: order.id, number, date: body.value.date };
    let told = app.store.execute(caller.ask(key.over(&body.bytes), job)).await;
    answered(&app, &caller, told).await
}

/// Gives an order up before the bank has seen it; its requests go back to the queue.
#[utoipa::path(post, path = "/payment-orders/{id}/cancel", tag = "payment orders",
    params(("id" = Uuid, Path, description = "The payment order")),
    responses((status = 200, description = "The order after it", body = OrderBody)))]
pub async fn cancel(
    State(app): State<App>,
    caller: Caller,
    IdOf(id): IdOf,
    key: Idempotency,
) -> Result<Json<OrderBody>, Problem> {
    let order = readable(&app, &caller, id).await?;
    let told = app.store.execute(caller.ask(key.over(b""), Job::CancelOrder { id: order.id })).await;
    answered(&app, &caller, told).await
}

/// An order after an act, with what the act left out; for results these are conflicts with what is known.
pub(crate) async fn answered(
    app: &App,
    caller: &Caller,
    told: Result<Answer, ExecuteError>,
) -> Result<Json<OrderBody>, Problem> {
    let order = executed(app, caller, told)?;
    let world = app.store.world();
    let left_out = LeftOut::of(app, caller, &world, &order.1).await?;
    Ok(Json(body(&world, &order.0, Some(left_out), Vec::new())))
}

/// An order after results were taken, with what they contradict.
pub(crate) async fn settled(
    app: &App,
    caller: &Caller,
    told: Result<Answer, ExecuteError>,
) -> Result<Json<OrderBody>, Problem> {
    let (order, outcomes) = executed(app, caller, told)?;
    let conflicts = conflicts(app, caller, order.id, &outcomes).await?;
    Ok(Json(body(&app.store.world(), &order, None, conflicts)))
}

pub(crate) fn executed(
    app: &App,
    caller: &Caller,
    told: Result<Answer, ExecuteError>,
) -> Result<(Order, Vec<salur_store::job::Outcome>), Problem> {
    let world = app.store.world();
    match told.map_err(|error| Problem::of(&error, caller.lang, &world, None))? {
        Answer::Order(order, outcomes) => Ok((*order, outcomes)),
        Answer::Request { .. }
        | Answer::Many(_)
        | Answer::Decree(..)
        | Answer::Kept
        | Answer::Import(_)
        | Answer::Proposal { .. }
        | Answer::Fired(_) => Err(Problem::unexpected(caller.lang)),
    }
}

/// A payment order that the caller may read, or the same answer as where there is none.
pub(crate) async fn readable(app: &App, caller: &Caller, id: Uuid) -> Result<Order, Problem> {
    let order = app.store.order(OrderId(id)).await.map_err(|error| Problem::broken(&error, caller.lang))?;
    order.filter(|order| may_read(caller, order)).ok_or_else(|| Problem::not_found(caller.lang))
}

/// Who sees every region may read payment orders, and whoever drafted one.
fn may_read(caller: &Caller, order: &Order) -> bool {
    caller.scope() == Scope::Everywhere || order.drafted_by == caller.person.id
}
