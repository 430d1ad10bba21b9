//! Reads of requests: a page and one.

use axum::Json;
use axum::extract::State;
use salur_core::world::Context;
use salur_store::requests::Place;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{IdOf, QueryOf};
use crate::filter::FilterBody;
use crate::page::{Cursors, PageBody, limit_of};
use crate::problem::Problem;
use crate::request_body::{RequestBody, Telling};
use crate::request_detail::{RequestDetailBody, Tagged, detail, visible};
use crate::{App, Caller};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(one))
}

/// Which requests a list shows.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Of this scheme, as `disaster`.
    pub scheme: Option<String>,
    /// At this stage, as `verification`.
    pub stage: Option<String>,
    /// In this phase: `input`, `verification`, `approval`, `disbursement` or `accountability`.
    pub phase: Option<String>,
    /// Of this regency or city, as `64.72`.
    pub region: Option<String>,
    /// Of this fiscal year.
    pub year: Option<i16>,
    /// True for what is off its plain course or overdue.
    pub stuck: Option<bool>,
    /// Stuck for this cause, or `overdue`.
    pub code: Option<String>,
    /// Whole words of the name, or the whole NIK.
    pub q: Option<String>,
    /// How many, 1 to 100.
    #[param(default = 50, minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Lists requests: with a stage, phase or cause oldest in their stage first, otherwise in the order they were
/// entered. Shows the caller's regions only.
#[utoipa::path(get, path = "/requests", tag = "requests", params(ListQuery),
    responses((status = 200, description = "A page of requests", body = PageBody<RequestBody>)))]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    QueryOf(query): QueryOf<ListQuery>,
) -> Result<Json<PageBody<RequestBody>>, Problem> {
    let limit = limit_of(query.limit, caller.lang)?;
    let filter = FilterBody {
        scheme: query.scheme,
        stage: query.stage,
        phase: query.phase,
        region: query.region,
        year: query.year,
        stuck: query.stuck,
        code: query.code,
        q: query.q,
    };
    page(&app, &caller, &filter, limit, query.cursor.as_deref()).await.map(Json)
}

/// A page of the requests that a filter names.
pub async fn page(
    app: &App,
    caller: &Caller,
    filter: &FilterBody,
    limit: u32,
    cursor: Option<&str>,
) -> Result<PageBody<RequestBody>, Problem> {
    let broken = |error| Problem::broken(&error, caller.lang);
    let filter = filter.read(app, caller.lang)?;
    let cursors = Cursors::new(app, format!("requests {filter:?}"), caller.lang);
    let after = cursors.read(cursor, Place::START)?;
    let world = app.store.world();
    let context = Context::of_nobody(&world, caller.at);
    let page =
        app.store.requests(&filter, &caller.scope(), context.today(), after, limit).await.map_err(broken)?;
    let lines = app.store.budget_lines().await.map_err(broken)?;
    let telling = Telling { app, world: &world, lines, context, lang: caller.lang };
    let data = page.data.iter().map(|listed| telling.request(&listed.request, &listed.label)).collect();
    Ok(PageBody::new(data, page.next.map(|place| cursors.write(place))))
}

/// Shows one request: facts, what it waits for, hold, decree, payment, files.
#[utoipa::path(get, path = "/requests/{id}", tag = "requests",
    params(("id" = uuid::Uuid, Path, description = "The request")),
    responses((status = 200, description = "The request", body = RequestDetailBody,
        headers(("ETag" = String, description = "Its version, for `If-Match`")))))]
pub async fn one(State(app): State<App>, caller: Caller, IdOf(id): IdOf) -> Result<Tagged, Problem> {
    let listed = visible(&app, &caller, id).await?;
    app.config.viewings.note(listed.request.id, &caller);
    detail(&app, &caller, &listed.request, caller.at).await
}
