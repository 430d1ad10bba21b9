//! What a version of a workflow does to the open requests that run under older ones.

use axum::Json;
use axum::extract::State;
use salur_core::SchemeId;
use salur_core::migrate::Preview;
use salur_core::office::{Change, check_part};
use salur_core::refusal::Refusal;
use salur_core::request::Request;
use salur_core::workflow::Workflow;
use salur_core::world::World;
use salur_store::requests::Place;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::extract::{NameOf, QueryOf};
use crate::page::{Cursors, PageBody, limit_of};
use crate::problem::{Problem, pick};
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
    /// `stays`, `moves` or `blocked`.
    pub outcome: &'static str,
    /// The stage it would come to; null where it is blocked.
    pub to_stage: Option<String>,
    /// Why it is blocked, a stable code.
    pub code: Option<&'static str>,
    /// The outcome as a sentence.
    pub sentence: String,
}

/// How many requests a version takes along, over all pages.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct CountsBody {
    /// How many stay at their stage.
    pub stays: u64,
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
    let move_all = Change::Migrate { scheme: scheme.clone(), from: query.to.saturating_sub(1), to: query.to };
    check_part(&context(&world, &caller), &move_all)
        .map_err(|refusal| Problem::refused(&refusal, caller.lang, &world, None))?;
    let new = world.workflows.all().find(|it| it.scheme == scheme && it.version == query.to);
    let new = new.ok_or_else(|| Problem::not_found(caller.lang))?;
    let cursors = Cursors::new(&app, format!("migration {scheme} {}", query.to), caller.lang);
    let after = cursors.read(query.cursor.as_deref(), Place::START)?;
    let page = app.store.migration_preview(new, caller.at, after, limit).await;
    let page = page.map_err(|error| Problem::broken(&error, caller.lang))?;
    let visible = page.data.iter().filter(|(request, _)| caller.sees(&request.region));
    let data = visible.map(|(request, preview)| body(&caller, &world, new, request, preview)).collect();
    let page = PageBody::new(data, page.next.map(|next| cursors.write(next)));
    let counts = if query.cursor.is_none() { Some(counts(&app, &caller, new).await?) } else { None };
    Ok(Json(PreviewBody { counts, page }))
}

/// Counted on the requests themselves: why one is blocked follows from all that it is.
async fn counts(app: &App, caller: &Caller, new: &Workflow) -> Result<CountsBody, Problem> {
    let mut counts = CountsBody::default();
    let mut after = Some(Place::START);
    while let Some(place) = after {
        let page = app.store.migration_preview(new, caller.at, place, COUNTED_AT_ONCE).await;
        let page = page.map_err(|error| Problem::broken(&error, caller.lang))?;
        for (_, preview) in page.data.iter().filter(|(request, _)| caller.sees(&request.region)) {
            let count = match preview {
                Preview::Stays => &mut counts.stays,
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
    let (to_stage, code, sentence) = match preview {
        Preview::Stays => {
            (Some(request.stage.clone()), None, pick(lang, "Tetap di tahapnya.", "It stays at its stage."))
        }
        Preview::Moves { to } => {
            let title = new.stage_title(to, lang);
            let (id, en) = (format!("Pindah ke tahap {title}."), format!("It moves to the stage {title}."));
            (Some(to.clone()), None, pick(lang, &id, &en))
        }
        Preview::Blocked { why } => {
            let old = world.workflows.pinned(&request.scheme, &request.definition);
            let refusal = Refusal::from(why.clone());
            (None, Some(why.code()), refusal.sentence(lang, world, old.map(|old| &**old)))
        }
    };
    MigrationBody {
        id: request.id.0,
        from: request.definition.version,
        stage: request.stage.to_string(),
        outcome: preview.code(),
        to_stage: to_stage.map(|stage| stage.to_string()),
        code,
        sentence,
    }
}
