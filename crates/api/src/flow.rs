//! Where time goes: figures of stages over stage visits, who has had the requests, how long they take from end to end.
//!
//! What is told is as old as [`KEPT_FOR`] at most, and costs the same however long the history is: of each stage the
//! last visits are read, and days are counted as they go by.

pub mod advice;
mod body;
pub mod charts;
mod kept;
pub mod log;
pub mod targets;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use jiff::civil::Time;
use jiff::{Timestamp, ToSpan as _};
use salur_core::workflow::Workflow;
use salur_core::world::World;
use salur_core::{Lang, RegionCode, SchemeId, StageName};
use salur_flow::chart::{Chart, Look, Measured, Setting};
use salur_flow::measure::{Lens, Spread, by_holder, figures};
use salur_flow::time::{OfficeTime, calendar_days};
use salur_flow::visit::{Holder, Visit};
use salur_flow::way;
use salur_store::visits::{Closed, VisitFilter};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::charts::Material;
use crate::extract::QueryOf;
use crate::filter::{known_region, known_scheme};
use crate::problem::{Problem, pick};
use crate::stages::narrowed;
use crate::{App, Caller};

pub use body::{FlowBody, HolderBody, LeadBody, SchemeFlowBody, SplitBody, SpreadBody, StageFlowBody};
pub use kept::{KEPT_FOR, Kept};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(stages))
        .routes(routes!(targets::targets))
        .routes(routes!(charts::one))
        .routes(routes!(log::log))
        .routes(routes!(advice::advice))
}

/// Weeks that are looked back on, unless said otherwise.
const WEEKS: u32 = 13;
/// Most weeks that are looked back on.
const WEEKS_MAX: u32 = 104;
/// Closed requests that lead times are taken of, the last ones.
const CLOSED_MAX: u32 = 5_000;

/// What is looked at.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FlowQuery {
    /// Of this scheme; of each where none is named.
    pub scheme: Option<String>,
    /// In this regency or city.
    pub region: Option<String>,
    /// Of this fiscal year.
    pub year: Option<i16>,
    /// Over so many weeks until now, 1 to 104.
    #[param(default = 13, minimum = 1, maximum = 104)]
    pub weeks: Option<u32>,
}

/// What is looked at, every name in it known.
#[derive(Debug, Clone)]
pub struct Looked {
    /// The schemes' definitions.
    pub workflows: Vec<Arc<Workflow>>,
    /// In which regions.
    pub scope: salur_store::requests::Scope,
    /// Of this fiscal year only.
    pub year: Option<i16>,
    /// From here on.
    pub from: Timestamp,
    /// Until here.
    pub to: Timestamp,
    /// The weeks in between.
    pub weeks: u32,
}

impl FlowQuery {
    /// What is looked at, as far as the caller may see it.
    pub fn read(&self, app: &App, caller: &Caller) -> Result<Looked, Problem> {
        let lang = caller.lang;
        let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        let scheme = given(&self.scheme).map(|scheme| known_scheme(app, &scheme, lang)).transpose()?;
        let region = given(&self.region).map(|region| known_region(app, &region, lang)).transpose()?;
        let weeks = self.weeks.unwrap_or(WEEKS);
        if !(1..=WEEKS_MAX).contains(&weeks) {
            return Err(Problem::query_malformed(
                lang,
                &pick(lang, "weeks: 1 sampai 104", "weeks: 1 to 104"),
            ));
        }
        let world = app.store.world();
        let today = world.calendar.date_of(caller.at);
        let first = today.checked_sub(i64::from(weeks).weeks()).unwrap_or(today);
        let workflows = world.workflows.all_current();
        Ok(Looked {
            workflows: workflows
                .filter(|workflow| scheme.as_ref().is_none_or(|scheme| *scheme == workflow.scheme))
                .cloned()
                .collect(),
            scope: narrowed(caller, region),
            year: self.year,
            from: world.calendar.end_of_day(first),
            to: caller.at,
            weeks,
        })
    }
}

impl Looked {
    pub(crate) fn of(&self, scheme: &SchemeId) -> VisitFilter {
        VisitFilter { scheme: scheme.clone(), scope: self.scope.clone(), year: self.year }
    }
}

/// The office's working time.
pub(crate) fn office_time(world: &World) -> Option<OfficeTime<'_>> {
    let hours = world.policy.office.hours;
    let (opens, closes) = hours.map_or((Time::midnight(), Time::MAX), |hours| (hours.opens, hours.closes));
    OfficeTime::new(&world.calendar, opens, closes)
}

/// Tells where time went at each stage, on whose desk it was, and how long requests took from end to end.
#[utoipa::path(get, path = "/flow/stages", tag = "flow", params(FlowQuery),
    responses((status = 200, description = "Figures by scheme and stage", body = FlowBody)))]
pub async fn stages(
    State(app): State<App>,
    caller: Caller,
    QueryOf(query): QueryOf<FlowQuery>,
) -> Result<Json<FlowBody>, Problem> {
    let looked = query.read(&app, &caller)?;
    let broken = |error| Problem::broken(&error, caller.lang);
    let mut schemes = Vec::with_capacity(looked.workflows.len());
    for workflow in &looked.workflows {
        schemes.push(scheme(&app, &looked, workflow, caller.lang).await?.body.clone());
    }
    Ok(Json(FlowBody {
        from: looked.from.to_string(),
        to: looked.to.to_string(),
        weeks: looked.weeks,
        is_current: app.store.visits_are_kept().await.map_err(broken)?,
        schemes,
    }))
}

/// What is told of a scheme.
#[derive(Debug)]
pub struct SchemeFlow {
    /// Its figures.
    pub body: SchemeFlowBody,
    /// Its charts by name, in the order in which they are shown.
    pub charts: Vec<(&'static str, Chart)>,
}

/// A chart of one scheme as a picture of its own, with its title and colours in it.
pub async fn picture(app: &App, caller: &Caller, query: &FlowQuery, name: &str) -> Result<Chart, Problem> {
    let looked = query.read(app, caller)?;
    let not_found = || Problem::not_found(caller.lang);
    let workflow = looked.workflows.first().ok_or_else(not_found)?;
    let mut told = draw(app, &looked, workflow, caller.lang, Setting::File).await?;
    let place = told.charts.iter().position(|(known, _)| *known == name).ok_or_else(not_found)?;
    Ok(told.charts.swap_remove(place).1)
}

/// The figures and charts of a scheme, kept for a while.
pub async fn scheme(
    app: &App,
    looked: &Looked,
    workflow: &Arc<Workflow>,
    lang: Lang,
) -> Result<Arc<SchemeFlow>, Problem> {
    let broken = |error| Problem::broken(&error, lang);
    let key = format!("{:?} {:?}", looked.of(&workflow.scheme), (looked.weeks, lang, workflow.version));
    if let Some(known) = app.config.flow.get(&key, looked.to) {
        return Ok(known);
    }
    let told = draw(app, looked, workflow, lang, Setting::Page).await?;
    // What is not counted in yet will be in a moment: then it is told anew.
    if !app.store.visits_are_kept().await.map_err(broken)? {
        return Ok(Arc::new(told));
    }
    Ok(app.config.flow.keep(key, looked.to, told))
}

async fn draw(
    app: &App,
    looked: &Looked,
    workflow: &Arc<Workflow>,
    lang: Lang,
    setting: Setting,
) -> Result<SchemeFlow, Problem> {
    let broken = |error| Problem::broken(&error, lang);
    let filter = looked.of(&workflow.scheme);
    let mut found = Vec::new();
    for stage in way(workflow) {
        let visits = app.store.visits(&filter, &stage, looked.from).await.map_err(broken)?;
        found.push((stage, visits));
    }
    let closed = app.store.closed(&filter, looked.from, CLOSED_MAX).await.map_err(broken)?;
    let (world, workflow) = (app.store.world(), Arc::clone(workflow));
    let (from, to) = (looked.from, looked.to);
    let first = world.calendar.date_of(from);
    let days = app.store.stage_days(&filter, first).await.map_err(broken)?;
    let before = app.store.at_stages_before(&filter, first).await.map_err(broken)?;
    let region_names: BTreeMap<RegionCode, String> =
        app.store.regions().served_regencies().map(|(code, name)| (code.clone(), name.clone())).collect();
    let told = tokio::task::spawn_blocking(move || {
        let time = office_time(&world)?;
        let mut stages = Vec::with_capacity(found.len());
        let mut all: Vec<&Visit> = Vec::new();
        for (stage, of_stage) in &found {
            let servers = people(&world, &workflow, stage);
            let Some(declared) = workflow.stage(stage) else { continue };
            let since = of_stage.whole_since.unwrap_or(from);
            let lens = Lens::of(declared, servers, time, since, to);
            let visits: Vec<&Visit> = of_stage.visits.iter().map(|row| &row.visit).collect();
            let told = figures(&visits, &lens);
            stages.push(StageFlowBody::of(&world, &workflow, stage, &told, &lens, of_stage, lang));
            all.extend(visits);
        }
        let body = SchemeFlowBody {
            scheme: workflow.scheme.to_string(),
            title: workflow.title.in_lang(lang).to_owned(),
            lead: lead(&workflow, &closed, &time),
            holders: holders(&world, &all, &time, from, to, lang),
            stages,
        };
        let material = Material {
            workflow: &workflow,
            calendar: &world.calendar,
            time,
            from,
            to,
            stages: &found,
            closed: &closed,
            days: &days,
            before: &before,
            region_names: &region_names,
            lang,
        };
        let look = Look { lang, setting, measured: Measured::Requests };
        Some(SchemeFlow { body, charts: material.charts(look) })
    });
    told.await.ok().flatten().ok_or_else(|| Problem::unexpected(lang))
}

/// How many hold the role that serves a stage.
fn people(world: &World, workflow: &Workflow, stage: &StageName) -> u32 {
    let station = workflow.stage(stage).and_then(|stage| stage.served_by.as_ref());
    let Some(station) = station else { return 1 };
    let holds = |person: &&salur_core::roster::Person| {
        person.active && person.grants.iter().any(|grant| grant.role == station.role)
    };
    u32::try_from(world.roster.people().filter(holds).count()).unwrap_or(u32::MAX)
}

/// How long requests took that were served.
fn lead(workflow: &Workflow, closed: &[Closed], time: &OfficeTime<'_>) -> LeadBody {
    let served =
        closed.iter().filter(|it| workflow.end_of(&it.end) == Some(salur_core::workflow::End::Success));
    let (working, calendar): (Vec<f64>, Vec<f64>) =
        served.map(|it| (time.days(it.began, it.at), calendar_days(it.began, it.at))).unzip();
    LeadBody { working: (&Spread::of(working)).into(), calendar: (&Spread::of(calendar)).into() }
}

/// Whose desk time was spent on, the most first.
fn holders(
    world: &World,
    visits: &[&Visit],
    time: &OfficeTime<'_>,
    from: Timestamp,
    to: Timestamp,
    lang: Lang,
) -> Vec<HolderBody> {
    let days = by_holder(visits, time, from, to);
    let all: f64 = days.values().sum();
    let mut holders: Vec<HolderBody> = days
        .into_iter()
        .map(|(holder, days)| HolderBody {
            title: title(world, &holder, lang),
            holder: code(&holder),
            days,
            share: if all > 0.0 { days / all } else { 0.0 },
        })
        .collect();
    holders.sort_by(|a, b| b.days.total_cmp(&a.days));
    holders
}

fn code(holder: &Holder) -> String {
    match holder {
        Holder::Role(role) => format!("role:{role}"),
        Holder::Initials => "initials".to_owned(),
        Holder::Recipient => "recipient".to_owned(),
        Holder::Bank => "bank".to_owned(),
        Holder::Elsewhere(cause) => format!("elsewhere:{cause}"),
    }
}

/// Who it is, in words.
fn title(world: &World, holder: &Holder, lang: Lang) -> String {
    match holder {
        Holder::Role(role) => world.policy.role_title(role, lang).to_owned(),
        Holder::Initials => pick(lang, "Pejabat pemaraf", "Officers who initial"),
        Holder::Recipient => pick(lang, "Penerima", "The recipient"),
        Holder::Bank => pick(lang, "Bank", "The bank"),
        Holder::Elsewhere(cause) => {
            let known = world.policy.hold.get(cause);
            known.map_or_else(|| cause.clone(), |cause| cause.on.in_lang(lang).to_owned())
        }
    }
}
