//! The files of a request: fetched, and attached.

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use salur_api::extract::QueryOf;
use salur_api::{App, Idempotency, Problem, attachments};
use serde::Deserialize;
use uuid::Uuid;

use crate::page::Visitor;

/// A file; whoever fetches it leaves a note in the chain.
pub(super) async fn fetch(
    State(app): State<App>,
    visitor: Visitor,
    Path((_, file)): Path<(Uuid, Uuid)>,
) -> Result<Response, Problem> {
    attachments::attachment(State(app), visitor.caller, Ok(Path(file))).await
}

/// The key of the form, in its address: its body is the file.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Key {
    key: String,
}

/// Attaches a file to a request.
pub(super) async fn attach(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<Uuid>,
    QueryOf(Key { key }): QueryOf<Key>,
    request: Request,
) -> Result<Response, Problem> {
    let key = if key.is_empty() { app.clock.new_id().to_string() } else { key };
    let key = Idempotency::of_form(&app, key, &format!("POST /requests/{id}/files"));
    attachments::attach_file(State(app), visitor.caller, key, Ok(Path(id)), request).await?;
    Ok(Redirect::to(&format!("/requests/{id}")).into_response())
}
