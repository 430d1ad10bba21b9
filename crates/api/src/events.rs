//! The audit trail as it grows: what happened to which thing, never what it says. Who sees some regions only is told
//! of the requests of those.

use std::collections::HashMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use salur_core::{Lang, RequestId};
use salur_store::StoreError;
use salur_store::lists::Trail;
use salur_store::requests::Scope;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, watch};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::extract::QueryOf;
use crate::page::limit_up_to;
use crate::problem::{Problem, pick};
use crate::{App, Caller};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(stream))
}

/// Events read at a time by a stream.
const CHUNK: u32 = 200;
/// How often a silent stream shows that it lives.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a stream lasts before its reader must come again, with a session that still holds.
const STREAM_MAX: Duration = Duration::from_mins(15);

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// After this position; 0 is the beginning.
    #[param(default = 0, minimum = 0)]
    pub after: Option<i64>,
    /// How many to look at, 1 to 1,000.
    #[param(default = 100, minimum = 1, maximum = 1000)]
    pub limit: Option<u32>,
}

/// Where a stream starts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StreamQuery {
    /// After this position, unless `Last-Event-ID` says; without both, with what happens from now on.
    #[param(minimum = 0)]
    pub after: Option<i64>,
}

/// Some events in order.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventsBody {
    /// Those that the caller may know of.
    pub data: Vec<TrailBody>,
    /// Send this back as `after`, now or later.
    pub last: i64,
    /// True if there are more already.
    pub has_more: bool,
}

/// That something happened to something.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrailBody {
    /// The position in the audit chain.
    pub pos: i64,
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
    /// What kind of event, as `advanced` or `decree_signed`.
    pub kind: String,
    /// What kind of thing, as `request` or `decree`.
    pub subject_kind: String,
    /// Which.
    pub subject_id: Uuid,
}

/// One message of a stream.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "the form of what `Sse` writes, for the description only")]
pub struct MessageBody {
    /// The position in the audit chain: send it back as `Last-Event-ID`.
    id: String,
    /// An event in JSON, as `GET /events` lists it.
    #[schema(content_media_type = "application/json")]
    data: String,
}

/// Positions start at 0; anything else is a slip that must not read the whole trail.
fn position(said: Option<i64>, lang: Lang) -> Result<Option<i64>, Problem> {
    match said {
        Some(after) if after < 0 => {
            Err(Problem::query_malformed(lang, &pick(lang, "after: 0 atau lebih", "after: 0 or more")))
        }
        said => Ok(said),
    }
}

/// Lists events after a position.
#[utoipa::path(get, path = "/events", tag = "events", params(EventsQuery),
    responses((status = 200, description = "Some events in order", body = EventsBody)))]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    QueryOf(query): QueryOf<EventsQuery>,
) -> Result<Json<EventsBody>, Problem> {
    let limit = limit_up_to(query.limit, 100, 1_000, caller.lang)?;
    let after = position(query.after, caller.lang)?.unwrap_or(0);
    let read = seen(&app, &caller, after, limit).await;
    let (data, last) = read.map_err(|error| Problem::broken(&error, caller.lang))?;
    let has_more = last < *app.store.position().borrow();
    Ok(Json(EventsBody { data, last, has_more }))
}

/// Streams events as they happen (`text/event-stream`): `id` is the position, `Last-Event-ID` goes on from there. A
/// stream ends after a quarter of an hour; its reader comes again.
#[utoipa::path(get, path = "/events/stream", tag = "events",
    params(StreamQuery, ("Last-Event-ID" = Option<i64>, Header, description = "Go on after this position")),
    responses((status = 200, description = "Events", body = MessageBody, content_type = "text/event-stream")))]
async fn stream(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    QueryOf(query): QueryOf<StreamQuery>,
) -> Result<Sse<axum::response::sse::KeepAliveStream<Events>>, Problem> {
    let said = headers.get("last-event-id").map(|id| id.to_str().ok().and_then(|id| id.parse().ok()));
    if said == Some(None) {
        let what =
            pick(caller.lang, "Last-Event-ID: posisi, 0 atau lebih", "Last-Event-ID: a position, 0 or more");
        return Err(Problem::query_malformed(caller.lang, &what));
    }
    let after = position(said.flatten().or(query.after), caller.lang)?;
    let after = after.unwrap_or_else(|| *app.store.position().borrow());
    let (sender, receiver) = mpsc::channel(16);
    let stopping = app.config.stopping.clone();
    tokio::spawn(async move {
        tokio::select! {
            () = follow(app, caller, after, sender) => {}
            () = tokio::time::sleep(STREAM_MAX) => {}
            () = stopped(stopping) => {}
        }
    });
    Ok(Sse::new(Events(receiver)).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

/// Events as they are told.
struct Events(mpsc::Receiver<Event>);

impl futures_core::Stream for Events {
    type Item = Result<Event, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|event| event.map(Ok))
    }
}

/// Waits until the server stops.
async fn stopped(stopping: Option<watch::Receiver<bool>>) {
    match stopping {
        // An error means that whoever would tell has gone: it stops, too.
        Some(mut stopping) => drop(stopping.wait_for(|stops| *stops).await),
        None => std::future::pending().await,
    }
}

/// Tells what happens until the reader has gone or the store is closed.
async fn follow(app: App, mut caller: Caller, mut after: i64, sender: mpsc::Sender<Event>) {
    let mut position = app.store.position();
    loop {
        while after < *position.borrow_and_update() {
            // Roles may have changed since the stream began.
            match app.store.world().roster.person(caller.person.id) {
                Some(person) if person.active => caller.person = person.clone(),
                _ => return,
            }
            let Ok((data, last)) = seen(&app, &caller, after, CHUNK).await else { return };
            for body in data {
                let event = Event::default().id(body.pos.to_string()).json_data(&body);
                let Ok(event) = event else { return };
                if sender.send(event).await.is_err() {
                    return;
                }
            }
            if last == after {
                break;
            }
            after = last;
        }
        tokio::select! {
            changed = position.changed() => if changed.is_err() { return },
            () = sender.closed() => return,
        }
    }
}

/// The events after a position that the caller may know of, and the position they reach to.
async fn seen(
    app: &App,
    caller: &Caller,
    after: i64,
    limit: u32,
) -> Result<(Vec<TrailBody>, i64), StoreError> {
    let trail = app.store.trail(after, limit).await?;
    let last = trail.last().map_or(after, |row| row.pos);
    let sees_all = caller.scope() == Scope::Everywhere;
    let mut mine: HashMap<Uuid, bool> = HashMap::new();
    let mut data = Vec::new();
    for row in trail {
        if !sees_all {
            if row.subject_kind != "request" {
                continue;
            }
            let sees = if let Some(sees) = mine.get(&row.subject_id) {
                *sees
            } else {
                let listed = app.store.request(RequestId(row.subject_id)).await?;
                let sees = listed.is_some_and(|listed| caller.sees(&listed.request.region));
                mine.insert(row.subject_id, sees);
                sees
            };
            if !sees {
                continue;
            }
        }
        data.push(body(row));
    }
    Ok((data, last))
}

fn body(row: Trail) -> TrailBody {
    TrailBody {
        pos: row.pos,
        at: row.at.to_string(),
        kind: row.kind,
        subject_kind: row.subject_kind,
        subject_id: row.subject_id,
    }
}
