//! The same act on many requests, each decided on its own.

use std::collections::{BTreeMap, HashMap};

use axum::Json;
use axum::extract::{DefaultBodyLimit, State};
use salur_core::command::Command;
use salur_core::world::World;
use salur_core::{ActionName, FieldName, RequestId, SchemeId};
use salur_store::job::{Answer, Job, Outcome};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::extract::{BodyOf, LIST_BYTES_MAX};
use crate::filter::{FilterBody, named};
use crate::problem::Problem;
use crate::{App, Caller, Idempotency, reason};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(act)).layer(DefaultBodyLimit::max(LIST_BYTES_MAX))
}

/// Something to do to many requests.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchActionBody {
    /// The action, as for one request.
    #[schema(example = "verify")]
    pub action: String,
    /// The requests, at most 20,000. Either these or a filter.
    #[serde(default)]
    #[schema(max_items = 20000)]
    pub ids: Option<Vec<Uuid>>,
    /// Which requests, at most 20,000. Either this or ids.
    #[serde(default)]
    pub filter: Option<FilterBody>,
    /// Why: one text for all of them, 1 to 2,000 characters.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub reason: Option<String>,
    /// What is noted down on each, by field.
    #[serde(default)]
    #[schema(value_type = std::collections::HashMap<String, serde_json::Value>)]
    pub fields: BTreeMap<String, serde_json::Value>,
    /// True to be told what would happen, and have nothing done.
    #[serde(default)]
    pub dry_run: bool,
}

/// What became of a batch.
#[derive(Debug, Serialize, ToSchema)]
pub struct BatchResultBody {
    /// How many were done, or in a dry run would be.
    pub done: usize,
    /// How many were refused, or in a dry run would be.
    pub refused: usize,
    /// True if nothing was done.
    pub dry_run: bool,
    /// What became of each.
    pub results: Vec<OutcomeBody>,
}

/// What became of one of many.
#[derive(Debug, Serialize, ToSchema)]
pub struct OutcomeBody {
    /// The request.
    pub id: Uuid,
    /// `done` or `refused`.
    pub outcome: &'static str,
    /// Why not, as a stable code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Why not, as a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Does the same to many requests, each decided on its own: one that is refused leaves the others done. All of it is
/// one transaction, in the order given.
#[utoipa::path(post, path = "/batch-actions", tag = "requests", request_body = BatchActionBody,
    responses((status = 200, description = "What became of each", body = BatchResultBody)))]
pub async fn act(
    State(app): State<App>,
    caller: Caller,
    key: Idempotency,
    body: BodyOf<BatchActionBody>,
) -> Result<Json<BatchResultBody>, Problem> {
    let asked = body.value;
    let note = reason::sealed(&app, &caller, asked.reason.as_deref())?;
    let requests = named(&app, &caller, asked.ids.as_deref(), asked.filter.as_ref()).await?;
    let fields = asked.fields.into_iter().map(|(name, value)| (FieldName::from(&*name), value)).collect();
    let name = ActionName::from(&*asked.action);
    let command = Command::named(name, note.as_ref().map(|note| note.note), fields);
    let note = reason::kept(&command, note);
    let job = Job::Many { requests, command, note, dry_run: asked.dry_run };
    let told = app.store.execute(caller.ask(key.over(&body.bytes), job)).await;
    let world = app.store.world();
    let told = told.map_err(|error| Problem::of(&error, caller.lang, &world, None))?;
    let Answer::Many(outcomes) = told else { return Err(Problem::unexpected(caller.lang)) };
    let results = tell(&app, &caller, &world, &outcomes).await?;
    let done = outcomes.iter().filter(|outcome| outcome.refusal.is_none()).count();
    let refused = outcomes.len().saturating_sub(done);
    Ok(Json(BatchResultBody { done, refused, dry_run: asked.dry_run, results }))
}

/// Outcomes as they are answered, each refusal in the words of its request's workflow.
pub(crate) async fn tell(
    app: &App,
    caller: &Caller,
    world: &World,
    outcomes: &[Outcome],
) -> Result<Vec<OutcomeBody>, Problem> {
    let refused: Vec<RequestId> =
        outcomes.iter().filter(|outcome| outcome.refusal.is_some()).map(|outcome| outcome.id).collect();
    let schemes: HashMap<RequestId, SchemeId> =
        app.store.schemes_of(&refused).await.map_err(|error| Problem::broken(&error, caller.lang))?;
    let bodies = outcomes.iter().map(|outcome| {
        let workflow = schemes.get(&outcome.id).and_then(|scheme| world.workflows.current(scheme));
        let refusal = outcome.refusal.as_ref();
        OutcomeBody {
            id: outcome.id.0,
            outcome: if refusal.is_none() { "done" } else { "refused" },
            code: refusal.map(|refusal| refusal.why.code().to_owned()),
            detail: refusal
                .map(|refusal| refusal.sentence(caller.lang, world, workflow.map(|workflow| &**workflow))),
        }
    });
    Ok(bodies.collect())
}
