//! Whole numbers of a person and an account, to those whose work takes them: with a reason, a second factor just before,
//! and an event in the audit chain that is committed before anything is shown.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use salur_core::form::Fields;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{BodyOf, IdOf};
use crate::problem::Problem;
use crate::request_detail::visible;
use crate::{App, Caller, access, reason};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(unmask))
}

/// Why somebody wants to see whole numbers.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnmaskingBody {
    /// Why: 1 to 2,000 characters, kept in the audit trail.
    #[schema(max_length = 2000)]
    pub reason: String,
}

/// A recipient's facts, nothing cut.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnmaskedBody {
    /// The facts by the form's field names.
    #[schema(value_type = std::collections::HashMap<String, serde_json::Value>)]
    pub facts: BTreeMap<String, serde_json::Value>,
    /// A group's members, each as the form's member fields.
    #[schema(value_type = Vec<serde_json::Value>)]
    pub members: Vec<BTreeMap<String, serde_json::Value>>,
}

/// Shows a recipient's facts with whole numbers; who did and why is kept.
#[utoipa::path(post, path = "/requests/{id}/unmasking", tag = "requests", request_body = UnmaskingBody,
    params(("id" = uuid::Uuid, Path, description = "The request")),
    responses((status = 200, description = "The facts", body = UnmaskedBody)))]
pub async fn unmask(
    State(app): State<App>,
    caller: Caller,
    IdOf(id): IdOf,
    body: BodyOf<UnmaskingBody>,
) -> Result<Json<UnmaskedBody>, Problem> {
    let request = visible(&app, &caller, id).await?.request;
    let may = app.store.world().check_unmask(&caller.person, &request.region);
    may.map_err(|denied| access::denied(&app, denied, caller.lang))?;
    caller.check_step_up(&app)?;
    let note = reason::sealed(&app, &caller, Some(&body.value.reason))?;
    caller.note_reading_for(&app, "unmasked", request.id.0, note).await?;
    let facts = app.store.facts(request.recipient, request.facts.version).await;
    let facts = facts.map_err(|error| Problem::broken(&error, caller.lang))?.unwrap_or_default();
    Ok(Json(UnmaskedBody { facts: plain(&facts.fields), members: facts.members.iter().map(plain).collect() }))
}

fn plain(fields: &Fields) -> BTreeMap<String, serde_json::Value> {
    fields.iter().map(|(name, value)| (name.to_string(), value.plain())).collect()
}
