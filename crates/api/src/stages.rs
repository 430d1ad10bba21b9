//! How many requests are where, and what is stuck: from counters, never by counting.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State;
use salur_core::world::World;
use salur_core::{Lang, RegionCode, SchemeId, StageName};
use salur_store::lists::StageCount;
use salur_store::requests::Scope;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::QueryOf;
use crate::filter::{FilterBody, known_region, known_scheme};
use crate::page::limit_of;
use crate::problem::{Problem, pick};
use crate::request_body::RequestBody;
use crate::{App, Caller, requests};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(stages)).routes(routes!(stuck))
}

/// Which stages are counted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StagesQuery {
    /// Of this scheme.
    pub scheme: Option<String>,
    /// In this regency or city.
    pub region: Option<String>,
    /// Of this fiscal year.
    pub year: Option<i16>,
}

/// Counts by stage.
#[derive(Debug, Serialize, ToSchema)]
pub struct StagesBody {
    /// By scheme, year and stage, in the order of the way.
    pub data: Vec<StageBody>,
}

/// How many requests are at a stage.
#[derive(Debug, Serialize, ToSchema)]
pub struct StageBody {
    /// The scheme.
    pub scheme: String,
    /// The fiscal year.
    pub year: i16,
    /// The stage.
    pub stage: String,
    /// What it is called.
    pub stage_title: String,
    /// Its phase; null at an end.
    pub phase: Option<String>,
    /// How many are there.
    pub count: i64,
    /// When the oldest of them came to it; null at an end.
    #[schema(format = DateTime)]
    pub oldest: Option<String>,
    /// How many of them are past their day.
    pub overdue: i64,
}

/// Counts the requests at each stage, over the regions that the caller may see.
#[utoipa::path(get, path = "/stages", tag = "queues", params(StagesQuery),
    responses((status = 200, description = "Counts by stage", body = StagesBody)))]
pub async fn stages(
    State(app): State<App>,
    caller: Caller,
    QueryOf(query): QueryOf<StagesQuery>,
) -> Result<Json<StagesBody>, Problem> {
    let broken = |error| Problem::broken(&error, caller.lang);
    let scheme = query.scheme.map(|scheme| known_scheme(&app, &scheme, caller.lang)).transpose()?;
    let region = query.region.map(|region| known_region(&app, &region, caller.lang)).transpose()?;
    let scope = narrowed(&caller, region);
    let world = app.store.world();
    let counts = app.store.stage_counts(&scope, world.calendar.date_of(caller.at)).await.map_err(broken)?;
    let wanted = counts.into_iter().filter(|count| {
        scheme.as_ref().is_none_or(|scheme| *scheme == count.scheme)
            && query.year.is_none_or(|year| year == count.year)
    });
    let mut data = Vec::new();
    for (key, (count, overdue)) in summed(&world, wanted) {
        let workflow = world.workflows.current(&key.scheme);
        let phase = workflow.and_then(|workflow| workflow.phase_of(&key.stage));
        let oldest = match phase {
            None => None,
            Some(_) => app.store.oldest(&key.scheme, &key.stage, key.year, &scope).await.map_err(broken)?,
        };
        data.push(StageBody {
            scheme: key.scheme.to_string(),
            year: key.year,
            stage_title: title(&world, &key.scheme, &key.stage, caller.lang),
            stage: key.stage.to_string(),
            phase: phase.map(|phase| phase.as_str().to_owned()),
            count,
            oldest: oldest.map(|at| at.to_string()),
            overdue,
        });
    }
    Ok(Json(StagesBody { data }))
}

/// What a count is of, in the order that counts are told.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct CountedAt {
    scheme: SchemeId,
    year: i16,
    /// Ends come last.
    place: u8,
    stage: StageName,
}

fn summed(world: &World, counts: impl Iterator<Item = StageCount>) -> BTreeMap<CountedAt, (i64, i64)> {
    let mut sums: BTreeMap<_, (i64, i64)> = BTreeMap::new();
    for count in counts {
        let workflow = world.workflows.current(&count.scheme);
        let phase = workflow.and_then(|workflow| workflow.phase_of(&count.stage));
        let place = phase.map_or(u8::MAX, |phase| {
            use salur_core::workflow::Phase;
            match phase {
                Phase::Input => 0,
                Phase::Verification => 1,
                Phase::Approval => 2,
                Phase::Disbursement => 3,
                Phase::Accountability => 4,
            }
        });
        let key = CountedAt { scheme: count.scheme, year: count.year, place, stage: count.stage };
        let sum = sums.entry(key).or_default();
        sum.0 = sum.0.saturating_add(count.count);
        sum.1 = sum.1.saturating_add(count.overdue);
    }
    sums
}

/// The caller's regions, narrowed to one.
pub(crate) fn narrowed(caller: &Caller, region: Option<RegionCode>) -> Scope {
    match region.filter(|region| region.as_str().contains('.')) {
        None => caller.scope(),
        Some(region) if caller.sees(&region) => Scope::Regions(BTreeSet::from([region])),
        Some(_) => Scope::Regions(BTreeSet::new()),
    }
}

fn title(world: &World, scheme: &SchemeId, stage: &StageName, lang: Lang) -> String {
    // A stage that the version in force has no more is called as the last one that had it calls it.
    let versions = world.workflows.all().filter(|it| it.scheme == *scheme && it.stage(stage).is_some());
    let workflow = versions.max_by_key(|it| it.version);
    workflow.map_or_else(|| stage.to_string(), |workflow| workflow.stage_title(stage, lang).to_owned())
}

/// What stuck requests are shown.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StuckQuery {
    /// Of this scheme.
    pub scheme: Option<String>,
    /// In this regency or city.
    pub region: Option<String>,
    /// Stuck for this cause, or `overdue`.
    pub code: Option<String>,
    /// How many requests, 1 to 100.
    #[param(default = 50, minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// What is stuck: by cause, and a page of the requests.
#[derive(Debug, Serialize, ToSchema)]
pub struct StuckBody {
    /// How many for which cause, most first.
    pub groups: Vec<StuckGroupBody>,
    /// The requests, oldest in their stage first.
    pub data: Vec<RequestBody>,
    /// Where the next page starts; null on the last page.
    pub next_cursor: Option<String>,
    /// True if there are more pages.
    pub has_more: bool,
}

/// How many requests are stuck for one cause at one stage.
#[derive(Debug, Serialize, ToSchema)]
pub struct StuckGroupBody {
    /// The scheme.
    pub scheme: String,
    /// The stage.
    pub stage: String,
    /// What it is called.
    pub stage_title: String,
    /// The cause, a stable code, or `overdue`. A request that is overdue for another cause is counted under both.
    pub code: String,
    /// The cause in words.
    pub title: String,
    /// How many.
    pub count: i64,
}

/// Tells what is stuck: counts by cause, and a page of the requests.
#[utoipa::path(get, path = "/stuck", tag = "queues", params(StuckQuery),
    responses((status = 200, description = "What is stuck", body = StuckBody)))]
pub async fn stuck(
    State(app): State<App>,
    caller: Caller,
    QueryOf(query): QueryOf<StuckQuery>,
) -> Result<Json<StuckBody>, Problem> {
    let limit = limit_of(query.limit, caller.lang)?;
    let filter = FilterBody {
        scheme: query.scheme,
        region: query.region,
        code: query.code,
        stuck: Some(true),
        ..FilterBody::default()
    };
    let groups = groups(&app, &caller, &filter).await?;
    let page = requests::page(&app, &caller, &filter, limit, query.cursor.as_deref()).await?;
    Ok(Json(StuckBody { groups, data: page.data, next_cursor: page.next_cursor, has_more: page.has_more }))
}

async fn groups(app: &App, caller: &Caller, filter: &FilterBody) -> Result<Vec<StuckGroupBody>, Problem> {
    let broken = |error| Problem::broken(&error, caller.lang);
    let wanted = filter.read(app, caller.lang)?;
    let scope = narrowed(caller, wanted.region);
    let world = app.store.world();
    let mut sums: BTreeMap<(SchemeId, StageName, String), i64> = BTreeMap::new();
    for snag in app.store.snag_counts(&scope).await.map_err(broken)? {
        *sums.entry((snag.scheme, snag.stage, snag.code)).or_default() += snag.count;
    }
    let today = world.calendar.date_of(caller.at);
    for count in app.store.stage_counts(&scope, today).await.map_err(broken)? {
        *sums.entry((count.scheme, count.stage, "overdue".into())).or_default() += count.overdue;
    }
    let mut groups: Vec<_> = sums
        .into_iter()
        .filter(|((scheme, _, code), count)| {
            *count != 0
                && wanted.scheme.as_ref().is_none_or(|wanted| wanted == scheme)
                && wanted.code.as_ref().is_none_or(|wanted| wanted == code)
        })
        .map(|((scheme, stage, code), count)| StuckGroupBody {
            stage_title: title(&world, &scheme, &stage, caller.lang),
            scheme: scheme.to_string(),
            stage: stage.to_string(),
            title: cause(&world, &code, caller.lang),
            code,
            count,
        })
        .collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    Ok(groups)
}

/// A cause in words.
fn cause(world: &World, code: &str, lang: Lang) -> String {
    if let Some(known) = world.policy.hold.get(code) {
        return known.title.in_lang(lang).to_owned();
    }
    let (id, en) = match code {
        "overdue" => ("lewat batas waktu", "past its day"),
        "returned_untouched" => ("dikembalikan, belum diperbaiki", "returned and not mended yet"),
        "bank_no_result" => ("bank belum memastikan hasilnya", "the bank does not know yet"),
        "payment_incident" => {
            ("bank menyatakan dibayar setelah gagal", "the bank reported paid after failed")
        }
        _ => (code, code),
    };
    pick(lang, id, en)
}
