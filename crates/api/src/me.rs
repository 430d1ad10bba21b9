//! Who the caller is.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use axum::extract::State;

use crate::{App, Caller};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(me))
}

/// The person that the token speaks for.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeBody {
    /// The id.
    pub id: Uuid,
    /// The office's staff number.
    pub staff_no: String,
    /// The name.
    pub name: String,
    /// The roles held, each with where.
    pub grants: Vec<GrantBody>,
}

/// A role held in a region and all that lies within it.
#[derive(Debug, Serialize, ToSchema)]
pub struct GrantBody {
    /// The role.
    pub role: String,
    /// What the role is called.
    pub role_title: String,
    /// Where, by its code.
    pub region: String,
    /// What the region is called.
    pub region_name: String,
}

/// Tells who the caller is.
#[utoipa::path(get, path = "/me", tag = "office",
    responses((status = 200, description = "The person", body = MeBody)))]
pub async fn me(State(app): State<App>, caller: Caller) -> Json<MeBody> {
    let world = app.store.world();
    let grants = caller.person.grants.iter().map(|grant| GrantBody {
        role: grant.role.to_string(),
        role_title: world
            .policy
            .role
            .get(&grant.role)
            .map_or_else(|| grant.role.to_string(), |title| title.in_lang(caller.lang).to_owned()),
        region: grant.region.to_string(),
        region_name: app.store.regions().name(grant.region.as_str()).unwrap_or_default().to_owned(),
    });
    Json(MeBody {
        id: caller.person.id.0,
        staff_no: caller.person.staff_no.clone(),
        name: caller.person.name.clone(),
        grants: grants.collect(),
    })
}
