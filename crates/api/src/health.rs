//! Whether the server is there, and what it is.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;
use crate::caller::Language;
use crate::problem::Problem;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(healthz)).routes(routes!(readyz))
}

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HealthBody {
    /// `ok`.
    pub status: &'static str,
}

/// Tells that the server runs.
#[utoipa::path(get, path = "/healthz", tag = "server", security(()),
    responses((status = 200, description = "It runs", body = HealthBody)))]
pub(crate) async fn healthz() -> Json<HealthBody> {
    Json(HealthBody { status: "ok" })
}

/// Tells that the database can be reached.
#[utoipa::path(get, path = "/readyz", tag = "server", security(()),
    responses((status = 200, description = "It can serve", body = HealthBody)))]
pub(crate) async fn readyz(
    State(app): State<App>,
    Language(lang): Language,
) -> Result<Json<HealthBody>, Problem> {
    app.store.ping().await.map_err(|error| Problem::broken(&error, lang))?;
    Ok(Json(HealthBody { status: "ok" }))
}
