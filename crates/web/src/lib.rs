//! Salur's pages: server-rendered, over the functions that the API's routes call. A page asks, shows and links; no rule
//! lives here. Every act is a plain form, and works without a script.

mod account;
mod assets;
mod audit;
mod decrees;
mod dress;
mod entry;
mod flow;
mod home;
mod imports;
mod kept;
mod left_out;
mod office;
mod page;
mod payments;
mod requests;
mod sent;
mod sign_in;
mod stuck;
mod texts;
mod words;
mod workflows;

use axum::{Router, middleware, routing};
use salur_api::App;

/// The pages, to stand beside the API ([`salur_api::with_pages`]).
pub fn pages() -> Router<App> {
    Router::new()
        .merge(assets::routes())
        .merge(home::routes())
        .merge(sign_in::routes())
        .merge(account::routes())
        .merge(requests::routes())
        .merge(decrees::routes())
        .merge(payments::routes())
        .merge(imports::routes())
        .merge(stuck::routes())
        .merge(flow::routes())
        .merge(office::routes())
        .merge(workflows::routes())
        .merge(audit::routes())
        .merge(entry::routes())
        .route("/language", routing::post(page::choose_language))
        .route("/help", routing::get(home::help))
}

/// Pages and API with all layers around them.
pub fn router(app: App) -> Router {
    let around = app.clone();
    salur_api::with_pages(app, pages())
        .layer(middleware::from_fn_with_state(around, dress::dress))
        .layer(tower_http::compression::CompressionLayer::new())
}
