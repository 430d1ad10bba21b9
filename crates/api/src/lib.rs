//! Salur's JSON API under `/api/v1`. A handler extracts, calls one function, converts; rules live in `salur-core`.

pub mod access;
pub mod actions;
pub mod attachments;
pub mod bank;
mod bank_results;
pub mod batch_actions;
pub mod budget_lines;
mod caller;
pub mod change_body;
mod clock;
mod correction;
pub mod decree_body;
pub mod decree_overview;
pub mod decrees;
pub mod entry;
pub mod events;
pub mod extract;
pub mod filter;
pub mod flow;
mod health;
pub mod history;
pub mod imports;
mod layers;
pub mod me;
pub mod migration;
mod openapi;
pub mod order_body;
pub mod orders;
pub mod page;
mod pieces;
mod problem;
pub mod proof;
pub mod proposals;
mod reason;
pub mod regions;
pub mod request_body;
pub mod request_detail;
pub mod requests;
pub mod roster;
pub mod schemes;
pub mod stages;
mod tale;
pub mod unmasking;
mod upload;
pub mod viewings;
pub mod workflows;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::{Json, middleware, routing};
use salur_store::Store;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;

pub use caller::{Caller, Idempotency, LANGUAGE_COOKIE, Language, cookie, language_of};
pub use clock::Clock;
pub use imports::resume_unfinished;
pub use problem::Problem;

/// What every handler may use.
#[derive(Debug, Clone)]
pub struct App {
    /// The store.
    pub store: Store,
    /// The clock and the source of ids.
    pub clock: Clock,
    /// How it is set up.
    pub config: Arc<Config>,
}

/// How the API is set up.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The program that reads spreadsheets in a process of its own: this same program with a hidden command; in
    /// tests none, and spreadsheets are read in place.
    pub sheet_reader: Option<std::path::PathBuf>,
    /// Turns true when the server stops: streams end then, so that connections and the store can be closed.
    pub stopping: Option<tokio::sync::watch::Receiver<bool>>,
    /// How people get in.
    pub access: access::Access,
    /// Who looked at what, until it is noted.
    pub viewings: viewings::Viewings,
    /// Figures of where time goes, told again for a moment.
    pub flow: flow::Kept<flow::SchemeFlow>,
    /// Advice, told again for a moment.
    pub advice: flow::Kept<flow::advice::AdviceBody>,
}

/// The API with all its layers; `/openapi.json` and `/metrics` are among its routes.
pub fn router(app: App) -> axum::Router {
    with_pages(app, axum::Router::new())
}

/// The API with pages beside it, within the same layers.
pub fn with_pages(app: App, pages: axum::Router<App>) -> axum::Router {
    let counters = Arc::new(layers::Counters::default());
    let around = layers::Around { app: app.clone(), counters: Arc::clone(&counters) };
    let (routes, mut description) = all_routes().split_for_parts();
    openapi::complete(&mut description);
    let description = Arc::new(description);
    let metrics = move |axum::extract::State(app): axum::extract::State<App>| async move {
        counters.text(*app.store.position().borrow())
    };
    routes
        .merge(pages)
        .route("/openapi.json", routing::get(move || async move { Json(Arc::clone(&description)) }))
        .route("/metrics", routing::get(metrics))
        .fallback(layers::no_route)
        .method_not_allowed_fallback(layers::no_method)
        .layer(DefaultBodyLimit::max(extract::BODY_BYTES_MAX))
        .layer(middleware::from_fn(layers::limit_time))
        .layer(CatchPanicLayer::custom(layers::panicked))
        .layer(middleware::from_fn_with_state(around, layers::outside))
        .with_state(app)
}

/// The description of the API as `/openapi.json` answers it.
#[must_use]
pub fn description() -> utoipa::openapi::OpenApi {
    let mut description = all_routes().into_openapi();
    openapi::complete(&mut description);
    description
}

fn all_routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(openapi::base()).merge(health::routes()).nest("/api/v1", version_one())
}

/// Everything under `/api/v1`, a line for each noun.
fn version_one() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(requests::routes())
        .merge(imports::routes())
        .merge(attachments::routes())
        .merge(actions::routes())
        .merge(batch_actions::routes())
        .merge(entry::routes())
        .merge(history::routes())
        .merge(stages::routes())
        .merge(flow::routes())
        .merge(unmasking::routes())
        .merge(viewings::routes())
        .merge(decrees::routes())
        .merge(orders::routes())
        .merge(bank::routes())
        .merge(me::routes())
        .merge(schemes::routes())
        .merge(workflows::routes())
        .merge(proof::routes())
        .merge(migration::routes())
        .merge(regions::routes())
        .merge(budget_lines::routes())
        .merge(roster::routes())
        .merge(proposals::routes())
        .merge(events::routes())
        .merge(access::routes())
        .layer(middleware::from_fn(layers::no_store))
}
