//! The regencies and cities that the office serves.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{App, Caller};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list))
}

/// The regencies and cities.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegionsBody {
    /// By code.
    pub data: Vec<RegionBody>,
}

/// A regency or city.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegionBody {
    /// The Kemendagri code.
    #[schema(example = "64.72")]
    pub code: String,
    /// The name.
    #[schema(example = "Kota Samarinda")]
    pub name: String,
    /// True if the caller may see its requests.
    pub mine: bool,
}

/// Lists the regencies and cities that the office serves.
#[utoipa::path(get, path = "/regions", tag = "office",
    responses((status = 200, description = "The regencies and cities", body = RegionsBody)))]
pub async fn list(State(app): State<App>, caller: Caller) -> Json<RegionsBody> {
    let regions = app.store.regions().served_regencies().map(|(code, name)| RegionBody {
        code: code.to_string(),
        name: name.to_owned(),
        mine: caller.sees(code),
    });
    Json(RegionsBody { data: regions.collect() })
}
