//! What happened to a request, event by event.

use axum::Json;
use axum::extract::State;
use salur_core::event::Event;
use salur_core::{NoteId, StageName};
use salur_store::requests::Told;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::IdOf;
use crate::problem::{Problem, Somebody};
use crate::request_body::somebody;
use crate::request_detail::visible;
use crate::tale::Tale;
use crate::{App, Caller};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(history))
}

/// What happened to a request.
#[derive(Debug, Serialize, ToSchema)]
pub struct HistoryBody {
    /// Its events, oldest first.
    pub data: Vec<EventBody>,
    /// How many of its events are not here: years that were closed lie in archives outside the database. 0 where the
    /// history is whole.
    pub archived: u32,
}

/// One event of a request.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventBody {
    /// Counts the request's events from 1.
    pub seq: u32,
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
    /// Who did it.
    pub who: Somebody,
    /// The person it was done for, where somebody stood in.
    pub for_whom: Option<Somebody>,
    /// What kind of event, a stable name.
    pub kind: &'static str,
    /// The action of a step.
    pub action: Option<String>,
    /// The stage a step left.
    pub from: Option<String>,
    /// The stage a step came to.
    pub to: Option<String>,
    /// The event as a sentence.
    pub sentence: String,
    /// The reason or comment, where one was given.
    pub text: Option<String>,
    /// The fields that an amendment changed.
    pub changed: Vec<String>,
    /// Its position in the audit chain.
    pub pos: i64,
    /// Its hash in the audit chain.
    pub hash: String,
}

/// Tells what happened to a request, oldest first, and how much of it lies in archives.
#[utoipa::path(get, path = "/requests/{id}/history", tag = "requests",
    params(("id" = Uuid, Path, description = "The request")),
    responses((status = 200, description = "Its events", body = HistoryBody)))]
pub async fn history(
    State(app): State<App>,
    caller: Caller,
    IdOf(id): IdOf,
) -> Result<Json<HistoryBody>, Problem> {
    let broken = |error| Problem::broken(&error, caller.lang);
    let request = visible(&app, &caller, id).await?.request;
    let told = app.store.history(request.id).await.map_err(broken)?;
    let notes =
        app.store.notes(told.iter().filter_map(|told| note(&told.entry.event))).await.map_err(broken)?;
    let world = app.store.world();
    let workflow = world.workflows.pinned(&request.scheme, &request.definition);
    let tale = Tale { lang: caller.lang, world: &world, workflow: workflow.map(|workflow| &**workflow) };
    let body = |told: &Told| {
        let entry = &told.entry;
        let step = if let Event::Advanced(step) = &entry.event { Some(step) } else { None };
        let between = between(&entry.event);
        EventBody {
            seq: entry.seq,
            at: entry.at.to_string(),
            who: tale.doer(entry.actor),
            for_whom: entry.for_whom.map(|person| somebody(&world, person)),
            kind: entry.event.kind(),
            action: step.map(|step| step.action.to_string()),
            from: between.map(|(from, _)| from.to_string()),
            to: between.map(|(_, to)| to.to_string()),
            sentence: tale.sentence(&entry.event),
            text: note(&entry.event).and_then(|id| notes.get(&id).cloned()),
            changed: changed(&entry.event),
            pos: told.pos,
            hash: told.hash.to_string(),
        }
    };
    let archived = salur_store::archived_events(&request, &told);
    Ok(Json(HistoryBody { data: told.iter().map(body).collect(), archived }))
}

/// The stage that an event left, and the one it came to.
fn between(event: &Event) -> Option<(&StageName, &StageName)> {
    if let Event::Advanced(step) = event {
        return Some((&step.from, &step.to));
    }
    if let Event::VerificationExpired(expired) = event {
        return Some((&expired.from, &expired.to));
    }
    if let Event::Repaired(repaired) = event {
        return Some((&repaired.from, &repaired.to));
    }
    if let Event::Migrated(migrated) = event { Some((&migrated.from, &migrated.to)) } else { None }
}

fn changed(event: &Event) -> Vec<String> {
    if let Event::Amended { changed, .. } = event {
        return changed.iter().map(ToString::to_string).collect();
    }
    Vec::new()
}

fn note(event: &Event) -> Option<NoteId> {
    if let Event::Advanced(step) = event {
        return step.reason.map(|note| note.id);
    }
    if let Event::Held { reason, .. } = event {
        return reason.map(|note| note.id);
    }
    if let Event::Repaired(repaired) = event {
        return Some(repaired.reason.id);
    }
    if let Event::Commented { note } = event { Some(note.id) } else { None }
}
