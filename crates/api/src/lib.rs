//! Salur's JSON API under `/api/v1`. A handler extracts, calls one function, converts; rules live in `salur-core`.

mod attachments;
mod caller;
mod clock;
mod imports;
mod problem;
mod upload;

use std::sync::Arc;

use salur_store::Store;

pub use caller::{Caller, Idempotency, Language};
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

/// The routes of imports and attachments.
#[must_use]
pub fn list_routes() -> utoipa_axum::router::OpenApiRouter<App> {
    imports::routes().merge(attachments::routes())
}

/// How the API is set up.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The program that reads spreadsheets in a process of its own: this same program with a hidden command; in
    /// tests none, and spreadsheets are read in place.
    pub sheet_reader: Option<std::path::PathBuf>,
}
