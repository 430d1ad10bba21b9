//! What a version of a workflow does to the open requests that run under older ones.

use axum::Json;
use axum::extract::State;
use jiff::civil::Date;
use salur_core::migrate::Preview;
use salur_core::office::{Change, check_part};
use salur_core::refusal::Refusal;
use salur_core::request::Request;
use salur_core::workflow::Workflow;
use salur_core::world::World;
use salur_core::{SchemeId, words};
use salur_store::requests::Place;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::extract::{NameOf, QueryOf};
use crate::page::{Cursors, PageBody, limit_of};
use crate::problem::Problem;
use crate::proposals::context;
use crate::{App, Caller};

/// Requests that are counted in one go.
const COUNTED_AT_ONCE: u32 = 500;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(preview))
}

/// Which version, and which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PreviewQuery {
    /// The version to go to.
    pub to: u32,
    /// The version that requests run under; every older one where none is named.
    pub from: Option<u32>,
    /// How many are looked at, 1 to 100; those that need no move are left out.
    #[param(default = 50, minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// What a version does to one request.
#[derive(Debug, Serialize, ToSchema)]
pub struct MigrationBody {
    /// The request.
    pub id: Uuid,
    /// The version it runs under.
    pub from: u32,
    /// The stage it is at.
    pub stage: String,
    /// `stays`, `renamed` (its stage has another name), `moves` or `blocked`.
    pub outcome: &'static str,
    /// The stage it would come to; null where it is blocked.
    pub to_stage: Option<String>,
    /// The last day its stage should take, as it is now; null while the clock stands still.
    #[schema(value_type = Option<String>, format = Date)]
    pub due_on: Option<Date>,
    /// The same afterwards: the same day where it stays at its stage, by whatever name, another where it moves. Null where it is
    /// blocked, and while the clock stands still.
    #[schema(value_type = Option<String>, format = Date)]
    pub to_due_on: Option<Date>,
    /// Why it is blocked, a stable code.
    pub code: Option<&'static str>,
    /// The outcome as a sentence.
    pub sentence: String,
}

/// How many requests a version takes along, over all pages.
#[derive(Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct CountsBody {
    /// How many stay at their stage.
    pub stays: u64,
    /// How many stay at their stage, which has another name.
    pub renamed: u64,
    /// How many move to another stage.
    pub moves: u64,
    /// How many keep their version.
    pub blocked: u64,
}

/// A page of requests, with counts over all of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewBody {
    /// How many of each there are, on all pages together; null on later pages, since counting looks at every request.
    pub counts: Option<CountsBody>,
    #[serde(flatten)]
    /// What becomes of each.
    pub page: PageBody<MigrationBody>,
}

/// Previews what a version does to each open request that runs under an older one: it stays at its stage, moves to
/// another, or keeps its version, and why. For those who may propose or confirm such a move, since it proves each
/// request anew; nothing changes by it.
#[utoipa::path(get, path = "/workflows/{scheme}/migration", tag = "office",
    params(("scheme" = String, Path, description = "The scheme"), PreviewQuery),
    responses((status = 200, description = "A page of requests", body = PreviewBody),
        (status = 403, description = "Not for the caller to propose or confirm", body = Problem)))]
pub async fn preview(
    State(app): State<App>,
    caller: Caller,
    NameOf(scheme): NameOf,
    QueryOf(query): QueryOf<PreviewQuery>,
) -> Result<Json<PreviewBody>, Problem> {
    let limit = limit_of(query.limit, caller.lang)?;
    let world = app.store.world();
    let scheme = SchemeId::from(&*scheme);
    let move_all = Change::Migrate { scheme: scheme.clone(), from: query.from, to: query.to };
    check_part(&context(&world, &caller), &move_all)
        .map_err(|refusal| Problem::refused(&refusal, caller.lang, &world, None))?;
    let new = world.workflows.all().find(|it| it.scheme == scheme && it.version == query.to);
    let new = new.ok_or_else(|| Problem::not_found(caller.lang))?;
    let cursors =
        Cursors::new(&app, format!("migration {scheme} {:?} {}", query.from, query.to), caller.lang);
    let after = cursors.read(query.cursor.as_deref(), Place::START)?;
    let page = app.store.migration_preview(new, query.from, caller.at, after, limit).await;
    let page = page.map_err(|error| Problem::broken(&error, caller.lang))?;
    let visible = page.data.iter().filter(|(request, _)| caller.sees(&request.region));
    let data = visible.map(|(request, preview)| body(&caller, &world, new, request, preview)).collect();
    let page = PageBody::new(data, page.next.map(|next| cursors.write(next)));
    let counts =
        if query.cursor.is_none() { Some(counts(&app, &caller, new, query.from).await?) } else { None };
    Ok(Json(PreviewBody { counts, page }))
}

/// Counted on the requests themselves: why one is blocked follows from all that it is.
pub(crate) async fn counts(
    app: &App,
    caller: &Caller,
    new: &Workflow,
    from: Option<u32>,
) -> Result<CountsBody, Problem> {
    let mut counts = CountsBody::default();
    let mut after = Some(Place::START);
    while let Some(place) = after {
        let page = app.store.migration_preview(new, from, caller.at, place, COUNTED_AT_ONCE).await;
        let page = page.map_err(|error| Problem::broken(&error, caller.lang))?;
        for (_, preview) in page.data.iter().filter(|(request, _)| caller.sees(&request.region)) {
            let count = match preview {
                Preview::Stays => &mut counts.stays,
                Preview::Renamed { .. } => &mut counts.renamed,
                Preview::Moves { .. } => &mut counts.moves,
                Preview::Blocked { .. } => &mut counts.blocked,
            };
            *count = count.saturating_add(1);
        }
        after = page.next;
    }
    Ok(counts)
}

fn body(
    caller: &Caller,
    world: &World,
    new: &Workflow,
    request: &Request,
    preview: &Preview,
) -> MigrationBody {
    let lang = caller.lang;
    let (to_stage, code, to_due_on) = match preview {
        Preview::Stays => (Some(&request.stage), None, request.due_on),
        Preview::Renamed { to } => (Some(to), None, request.due_on),
        Preview::Moves { to, due_on } => {
            // While the clock stands still nothing is due.
            let stands_still = request.hold.as_ref().is_some_and(|hold| hold.blameless);
            (Some(to), None, due_on.filter(|_| !stands_still))
        }
        Preview::Blocked { why } => (None, Some(why.code()), None),
    };
    let sentence = match preview {
        Preview::Blocked { why } => {
            let old = world.workflows.pinned(&request.scheme, &request.definition);
            Refusal::from(why.clone()).sentence(lang, world, old.map(|old| &**old))
        }
        other @ (Preview::Stays | Preview::Renamed { .. } | Preview::Moves { .. }) => {
            words::taken_along(other, new, request, to_due_on, lang)
        }
    };
    MigrationBody {
        id: request.id.0,
        from: request.definition.version,
        stage: request.stage.to_string(),
        outcome: preview.code(),
        to_stage: to_stage.map(ToString::to_string),
        due_on: request.due_on,
        to_due_on,
        code,
        sentence,
    }
}
