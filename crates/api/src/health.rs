//! Whether the server is there, and what it is.

use axum::Json;
use axum::extract::State;
use axum::response::Html;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;
use crate::caller::Language;
use crate::problem::Problem;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(healthz)).routes(routes!(readyz)).routes(routes!(front))
}

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
struct HealthBody {
    /// `ok`.
    status: &'static str,
}

/// Tells that the server runs.
#[utoipa::path(get, path = "/healthz", tag = "server", security(()),
    responses((status = 200, description = "It runs", body = HealthBody)))]
async fn healthz() -> Json<HealthBody> {
    Json(HealthBody { status: "ok" })
}

/// Tells that the database can be reached.
#[utoipa::path(get, path = "/readyz", tag = "server", security(()),
    responses((status = 200, description = "It can serve", body = HealthBody)))]
async fn readyz(State(app): State<App>, Language(lang): Language) -> Result<Json<HealthBody>, Problem> {
    app.store.ping().await.map_err(|error| Problem::broken(&error, lang))?;
    Ok(Json(HealthBody { status: "ok" }))
}

const FRONT: &str = "<!doctype html>
<html lang=\"id\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>Salur</title>
<h1>Salur</h1>
<p>Alur persetujuan penyaluran bantuan: dari penginputan, verifikasi dan persetujuan gubernur sampai penyaluran.</p>
<p lang=\"en\">An approval workflow engine for aid disbursement. This is its API, under <code>/api/v1</code>; it is
described in <a href=\"/openapi.json\">/openapi.json</a>.</p>
</html>
";

/// Shows what this is.
#[utoipa::path(get, path = "/", tag = "server", security(()),
    responses((status = 200, description = "A page", body = String, content_type = "text/html")))]
async fn front() -> Html<&'static str> {
    Html(FRONT)
}
