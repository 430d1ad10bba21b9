//! Requests: the list with its filters, what is done to many at once, one request, and an act on it.

mod act;
mod bulk;
mod files;
mod list;
mod one;

use axum::extract::DefaultBodyLimit;
use axum::{Router, routing};
use salur_api::App;

pub(crate) use bulk::{ActionChoice, choices};
pub(crate) use list::{Choice, Wanted, regions, schemes};

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/requests", routing::get(list::list))
        .route("/requests/find", routing::post(list::find))
        .route("/requests/bulk", routing::get(bulk::look).post(bulk::choose))
        .route("/requests/bulk/do", routing::post(bulk::act))
        .route("/requests/{id}", routing::get(one::one))
        .route("/requests/{id}/files", routing::post(files::attach).layer(DefaultBodyLimit::disable()))
        .route("/requests/{id}/files/{file}", routing::get(files::fetch))
        .route("/requests/{id}/act/{action}", routing::get(act::form).post(act::act))
}
