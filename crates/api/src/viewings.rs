//! Who looked at whose request.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::extract::State;
use salur_core::{PersonId, RequestId};
use salur_store::ExecuteError;
use salur_store::job::{Ask, Job};
use salur_store::viewings::Viewing;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::extract::IdOf;
use crate::problem::{Problem, Somebody};
use crate::request_body::somebody;
use crate::request_detail::visible;
use crate::{App, Caller};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Most viewings of one request that are told.
const TOLD_MAX: u32 = 200;
/// Most viewings that wait to be noted: beyond it, whoever looks at the next one notes them.
const WAITING_MAX: usize = 10_000;

/// Who looked at what since it was noted last. A page is not kept waiting for the note.
#[derive(Debug, Clone, Default)]
pub struct Viewings(Arc<Mutex<BTreeSet<Viewing>>>);

impl Viewings {
    /// Somebody looks at a request.
    pub(crate) fn note(&self, request: RequestId, caller: &Caller) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < WAITING_MAX {
            waiting.insert(Viewing::now(request, caller.person.id, caller.at));
        } else {
            tracing::warn!(%request, person = %caller.person.id, "too many viewings wait to be noted; this one is only here");
        }
    }
}

/// Notes who looked at what since the last time.
pub async fn note_viewings(app: &App) -> Result<(), ExecuteError> {
    let waiting = std::mem::take(&mut *app.config.viewings.0.lock().unwrap_or_else(PoisonError::into_inner));
    if waiting.is_empty() {
        return Ok(());
    }
    let job = Job::NoteViewings(waiting.iter().copied().collect());
    let actor = PersonId(Uuid::nil());
    let noted = app.store.execute(Ask { actor, for_whom: None, at: app.clock.now(), key: None, job }).await;
    if noted.is_err() {
        // They wait for the next time.
        app.config.viewings.0.lock().unwrap_or_else(PoisonError::into_inner).extend(waiting);
    }
    noted.map(drop)
}

/// Who looked at a request.
#[derive(Debug, Serialize, ToSchema)]
pub struct ViewingsBody {
    /// The last 200, the newest first, each hour once.
    pub data: Vec<ViewingBody>,
}

/// Somebody looked at a request.
#[derive(Debug, Serialize, ToSchema)]
pub struct ViewingBody {
    /// Who.
    pub person: Somebody,
    /// The hour in which they did.
    #[schema(format = DateTime)]
    pub hour: String,
}

/// Tells who looked at a request: to whoever sees the whole office.
#[utoipa::path(get, path = "/requests/{id}/viewings", tag = "requests",
    params(("id" = Uuid, Path, description = "The request")),
    responses((status = 200, description = "Who looked at it", body = ViewingsBody)))]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    IdOf(id): IdOf,
) -> Result<Json<ViewingsBody>, Problem> {
    let listed = visible(&app, &caller, id).await?;
    let broken = |error| Problem::broken(&error, caller.lang);
    let world = app.store.world();
    // Everybody else is told what is said of a request that is not there.
    if !world.sees_viewings(&caller.person) {
        return Err(Problem::not_found(caller.lang));
    }
    if let Err(error) = note_viewings(&app).await {
        return Err(Problem::of(&error, caller.lang, &world, None));
    }
    let viewings = app.store.viewings(listed.request.id, TOLD_MAX).await.map_err(broken)?;
    let told = viewings.into_iter().map(|viewing| ViewingBody {
        person: somebody(&world, viewing.person),
        hour: viewing.hour.to_string(),
    });
    Ok(Json(ViewingsBody { data: told.collect() }))
}
