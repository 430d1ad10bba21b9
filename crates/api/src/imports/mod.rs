//! Imports: a list of recipients comes in, is judged row by row, and what is sound is entered as requests.
//!
//! The file is kept sealed before anything is answered. Judging and accepting run in the background and read it
//! again from there, so that a server that stops takes both up where they were ([`resume_unfinished`]). Nothing
//! personal is kept in clear: faults are sealed, for they repeat what was found.

mod accepting;
pub mod body;
pub mod faulty;
pub mod handlers;
mod judging;
mod located;
mod reader;
mod runner;
pub mod send;
#[cfg(test)]
mod tests;
mod work;

use salur_core::roster::Person;
use salur_core::workflow::{Action, ActionKind, Workflow};
use salur_core::{ActionName, RegionCode};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

pub use runner::resume_unfinished;

/// The routes of imports.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(send::send_list, handlers::imports))
        .routes(routes!(handlers::import))
        .routes(routes!(handlers::accept_import))
        .routes(routes!(faulty::faulty_csv))
}

/// The action by which requests leave the stage they are entered at: whoever may take it may enter them.
fn entry_action(workflow: &Workflow) -> Option<(&ActionName, &Action)> {
    workflow.action_of(ActionKind::Forward, &workflow.start)
}

/// True if the person may enter requests somewhere.
fn enters(person: &Person, action: &Action) -> bool {
    person.active && person.grants.iter().any(|grant| action.by.contains_key(&grant.role))
}

/// True if the person may enter requests of the region.
fn enters_for(person: &Person, action: &Action, region: &RegionCode) -> bool {
    action.by.keys().any(|role| person.holds(role, region))
}
