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
struct MeBody {
    /// The id.
    id: Uuid,
    /// The office's staff number.
    staff_no: String,
    /// The name.
    name: String,
    /// The roles held, each with where.
    grants: Vec<GrantBody>,
}

/// A role held in a region and all that lies within it.
#[derive(Debug, Serialize, ToSchema)]
struct GrantBody {
    /// The role.
    role: String,
    /// What the role is called.
    role_title: String,
    /// Where, by its code.
    region: String,
    /// What the region is called.
    region_name: String,
}

/// Tells who the caller is.
#[utoipa::path(get, path = "/me", tag = "office",
    responses((status = 200, description = "The person", body = MeBody)))]
async fn me(State(app): State<App>, caller: Caller) -> Json<MeBody> {
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
