//! What to do about it: what arithmetic forbids, when today's queues will be done, which stage is the constraint, and which
//! single change helps most, by simulation of the office from its queues, its history and its definition.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::ToSpan as _;
use jiff::civil::Date;
use salur_core::workflow::Workflow;
use salur_core::world::World;
use salur_core::{Lang, StageName, words};
use salur_flow::model::{Away, Measured, Modelled, NoModel, Office, Outlook, arrival_weeks, model, outlook};
use salur_flow::odds::Mean;
use salur_flow::simulate::{Goal, Shortfall};
use salur_flow::visit::Visit;
use salur_flow::what_if::{Aim, Amounts, Candidate, Effect, constraint, rank, single_changes};
use salur_store::requests::Scope;
use salur_store::visits::OfStage;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use utoipa::{IntoParams, ToSchema};

use super::{FlowQuery, Looked, office_time};
use crate::extract::QueryOf;
use crate::problem::{Problem, pick};
use crate::{App, Caller};

/// Simulations that run at a time; others wait their turn.
static SIMULATING: Semaphore = Semaphore::const_new(1);
/// The same data give the same advice.
const SEED: u64 = 1;
/// Runs, where few requests wait; fewer where many do, so that advice takes seconds.
const RUNS: usize = 100;
const RUNS_LEAST: usize = 20;
/// Requests in all runs together.
const WORK: usize = 100_000;
/// How far a model looks at most, in weeks.
const WEEKS_AHEAD: i64 = 60;

/// Whose forecast, and by when.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AdviceQuery {
    /// Of this scheme.
    pub scheme: Option<String>,
    /// By this day; the end of this fiscal year where none is named.
    #[param(value_type = Option<String>, format = Date)]
    pub by: Option<String>,
    /// The odds of so many being paid by then, beside the odds of all that wait being done.
    pub count: Option<u32>,
}

/// What is to be expected, and what helps.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AdviceBody {
    /// The scheme.
    pub scheme: String,
    /// By when.
    #[schema(format = Date)]
    pub by: String,
    /// How many wait today.
    pub waiting: u32,
    /// How many runs the odds are of.
    pub runs: usize,
    /// The seed of the runs: with it they can be made again.
    pub seed: u64,
    /// What to do first, in one sentence.
    pub reading: String,
    /// What cannot be done in time whatever the chance, a sentence each.
    pub impossible: Vec<String>,
    /// When all that waits today is done.
    pub all: WhenBody,
    /// When so many are paid, where a number was asked for.
    pub count: Option<WhenBody>,
    /// By stage, when it is empty of what waits today.
    pub stages: Vec<EmptiedBody>,
    /// The stages, the constraint first: where relief gains most.
    pub constraint: Vec<CandidateBody>,
    /// Single changes by what they gain.
    pub changes: Vec<EffectBody>,
    /// Figures of the model that nothing stands behind, in words.
    pub assumed: Vec<String>,
}

/// When something is reached, by chance.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WhenBody {
    /// The odds by the day asked for.
    pub odds: f64,
    /// With odds of one half, no later than this; null where it is later than what was simulated.
    #[schema(format = Date)]
    pub p50: Option<String>,
    /// With odds of 85 %.
    #[schema(format = Date)]
    pub p85: Option<String>,
    /// With odds of 95 %.
    #[schema(format = Date)]
    pub p95: Option<String>,
}

/// When a stage is empty of what waits today.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EmptiedBody {
    /// The stage.
    pub stage: String,
    /// What it is called.
    pub title: String,
    /// With odds of 85 %, no later than this.
    #[schema(format = Date)]
    pub p85: Option<String>,
}

/// A stage, and what relief there would gain.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CandidateBody {
    /// The stage.
    pub stage: String,
    /// What it is called.
    pub title: String,
    /// What comes to it as a share of what it can do.
    pub utilisation: Option<f64>,
    /// By how many its queue grows a working day.
    pub drift: f64,
    /// Days that requests wait at it in a week.
    pub waited_per_week: f64,
    /// The working days that relief gains on average.
    pub gains: Option<f64>,
}

/// What a single change would do.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EffectBody {
    /// The change, in words.
    pub text: String,
    /// The working days by which all is done sooner, on average of runs that differ in nothing else.
    pub days_gained: Option<f64>,
    /// The same, low and high at 95 %.
    pub days_gained_band: Option<[f64; 2]>,
    /// The odds by the day asked for, as it is.
    pub odds_before: f64,
    /// And after the change.
    pub odds_after: f64,
    /// Working days by which the mean time in the office is shorter.
    pub lead_gained: Option<f64>,
    /// Sessions held more in the time looked at.
    pub sessions: i64,
    /// Persons more.
    pub people: i64,
    /// Requests that a lower authority would decide.
    pub exposed: u64,
    /// What they are worth, in whole rupiah.
    pub exposed_rupiah: i64,
    /// Of these, how many would be decided by fewer than four eyes.
    pub leave_four_eyes: u64,
}

/// Tells when today's queues will be done, what the constraint is, and which single change helps most.
#[utoipa::path(get, path = "/flow/advice", tag = "flow", params(AdviceQuery),
    responses((status = 200, description = "What is to be expected, and what helps", body = AdviceBody)))]
pub async fn advice(
    State(app): State<App>,
    caller: Caller,
    QueryOf(query): QueryOf<AdviceQuery>,
) -> Result<Json<AdviceBody>, Problem> {
    let lang = caller.lang;
    let world = app.store.world();
    let today = world.calendar.date_of(caller.at);
    let year_end = Date::new(today.year(), 12, 31).unwrap_or(today);
    let by = match query.by.as_deref().map(str::trim).filter(|by| !by.is_empty()) {
        None => year_end,
        Some(by) => by.parse().map_err(|_| {
            let what = pick(lang, "by: tanggal seperti 2026-12-31", "by: a day such as 2026-12-31");
            Problem::query_malformed(lang, &what)
        })?,
    };
    let last = today.checked_add(WEEKS_AHEAD.weeks()).unwrap_or(today);
    if by <= today || by > last {
        let what = pick(
            lang,
            &format!("by: sesudah hari ini, paling lambat {last}"),
            &format!("by: after today, {last} at the latest"),
        );
        return Err(Problem::query_malformed(lang, &what));
    }
    // Sessions and lists are the whole office's: a part of the queues would tell a wrong story.
    if caller.scope() != Scope::Everywhere {
        let detail = pick(
            lang,
            "Saran dihitung untuk seluruh kantor; minta kepada yang melihat semua wilayah.",
            "Advice is reckoned for the whole office; ask somebody who sees all regions.",
        );
        return Err(Problem::new(StatusCode::FORBIDDEN, "whole_office_only", detail));
    }
    let looked = FlowQuery { scheme: query.scheme.clone(), region: None, year: None, weeks: Some(26) };
    let looked = looked.read(&app, &caller)?;
    let [workflow] = looked.workflows.as_slice() else {
        let what = pick(lang, "scheme: sebut satu program", "scheme: name one scheme");
        return Err(Problem::query_malformed(lang, &what));
    };
    let key = format!("advice {:?} {by} {:?} {lang:?}", looked.of(&workflow.scheme), query.count);
    if let Some(known) = app.config.advice.get(&key, caller.at) {
        return Ok(Json(AdviceBody::clone(&known)));
    }
    let found = read(&app, &looked, workflow, lang).await?;
    let _turn = SIMULATING.acquire().await;
    let (world, workflow, at) = (app.store.world(), Arc::clone(workflow), caller.at);
    let asked = Asked { today, by, last, count: query.count, at, lang };
    let told = tokio::task::spawn_blocking(move || tell(&world, &workflow, &found, &asked)).await;
    match told.map_err(|_| Problem::unexpected(lang))? {
        Ok(told) => Ok(Json(AdviceBody::clone(&app.config.advice.keep(key, caller.at, told)))),
        Err(why) => Err(no_model(&why, lang)),
    }
}

fn no_model(why: &NoModel, lang: Lang) -> Problem {
    let detail = match why {
        NoModel::NoDays => pick(
            lang,
            "Tidak ada hari kerja sampai tanggal itu; pilih tanggal yang lebih jauh.",
            "There is no working day until then; choose a later day.",
        ),
        NoModel::NoWay => pick(
            lang,
            "Definisi ini tidak punya tahap yang dilayani seseorang.",
            "This definition has no stage that somebody serves.",
        ),
    };
    Problem::malformed("no_model", detail)
}

/// What is asked.
struct Asked {
    today: Date,
    by: Date,
    /// The last day simulated.
    last: Date,
    count: Option<u32>,
    at: jiff::Timestamp,
    lang: Lang,
}

/// The visits of each stage, and how many wait at it.
struct Found {
    stages: Vec<(StageName, OfStage)>,
    waiting: BTreeMap<StageName, u32>,
}

async fn read(app: &App, looked: &Looked, workflow: &Arc<Workflow>, lang: Lang) -> Result<Found, Problem> {
    let broken = |error| Problem::broken(&error, lang);
    let filter = looked.of(&workflow.scheme);
    let mut stages = Vec::new();
    for stage in salur_flow::way(workflow) {
        let visits = app.store.visits(&filter, &stage, looked.from).await.map_err(broken)?;
        stages.push((stage, visits));
    }
    let today = app.store.world().calendar.date_of(looked.to);
    let mut waiting: BTreeMap<StageName, u32> = BTreeMap::new();
    for count in app.store.stage_counts(&looked.scope, today).await.map_err(broken)? {
        if count.scheme == workflow.scheme && workflow.phase_of(&count.stage).is_some() {
            let n = u32::try_from(count.count).unwrap_or(0);
            let sum = waiting.entry(count.stage).or_default();
            *sum = sum.saturating_add(n);
        }
    }
    Ok(Found { stages, waiting })
}

fn tell(world: &World, workflow: &Workflow, found: &Found, asked: &Asked) -> Result<AdviceBody, NoModel> {
    let Some(time) = office_time(world) else { return Err(NoModel::NoDays) };
    let all: Vec<&Visit> =
        found.stages.iter().flat_map(|(_, found)| found.visits.iter().map(|row| &row.visit)).collect();
    let measured = found.stages.iter().map(|(stage, found)| {
        let visits: Vec<&Visit> = found.visits.iter().map(|row| &row.visit).collect();
        (stage.clone(), Measured::of(&visits, &time, asked.at))
    });
    let back = i64::from(asked.today.weekday().to_monday_zero_offset());
    let monday = asked.today.checked_sub(back.days()).unwrap_or(asked.today);
    let hours = world.policy.office.hours;
    let minutes = hours.map(|hours| hours.closes.duration_since(hours.opens).as_mins());
    let office = Office {
        workflow,
        calendar: &world.calendar,
        today: asked.today,
        to: asked.last,
        day_minutes: minutes.and_then(|minutes| u32::try_from(minutes).ok()).unwrap_or(24 * 60),
        waiting: found.waiting.clone(),
        measured: measured.collect(),
        arrivals: arrival_weeks(&all, &workflow.start, &time, monday),
        expected: None,
        away: away(world),
        freezes: world
            .policy
            .freeze
            .iter()
            .filter(|freeze| freeze.fund == workflow.fund && !freeze.exempt.contains(&workflow.scheme))
            .filter(|freeze| freeze.schemes.is_empty() || freeze.schemes.contains(&workflow.scheme))
            .map(|freeze| (freeze.from, freeze.to))
            .collect(),
        cut_off: None,
    };
    let modelled = model(&office)?;
    let waiting = modelled.model.backlog();
    let runs = (WORK / usize::try_from(waiting).unwrap_or(1).max(1)).clamp(RUNS_LEAST, RUNS);
    let outlook = outlook(&modelled, asked.by, asked.count, SEED, runs);
    let aim = Aim { goal: Goal::Backlog, by: asked.by };
    let amounts = Amounts::default();
    let changes = rank(&modelled.model, &single_changes(&modelled.model), &amounts, aim, SEED, runs);
    let candidates = constraint(&modelled.model, aim, SEED, runs);
    Ok(body(workflow, &modelled, &outlook, &candidates, &changes, runs, asked))
}

/// Who is absent, by the roles they hold.
fn away(world: &World) -> Vec<Away> {
    let mut away = Vec::new();
    for absence in world.roster.absences() {
        let Some(person) = world.roster.person(absence.person) else { continue };
        for role in person.roles() {
            away.push(Away { role, from: absence.from_day, to: absence.to_day, people: 1 });
        }
    }
    away
}

fn body(
    workflow: &Workflow,
    modelled: &Modelled,
    outlook: &Outlook,
    candidates: &[Candidate],
    changes: &[Effect],
    runs: usize,
    asked: &Asked,
) -> AdviceBody {
    let lang = asked.lang;
    let title = |stage: &str| workflow.stage_title(&stage.into(), lang).to_owned();
    let day = |day: Option<Date>| day.map(|day| day.to_string());
    let when = |reached: &salur_flow::model::Reached| WhenBody {
        odds: reached.odds.share,
        p50: day(reached.forecast.p50),
        p85: day(reached.forecast.p85),
        p95: day(reached.forecast.p95),
    };
    let changes: Vec<EffectBody> = changes.iter().map(|effect| change(effect, &title, lang)).collect();
    let assumed = outlook.assumed.iter().map(|figure| {
        let stage = title(figure.stage.as_str());
        pick(
            lang,
            &format!("{stage}: tidak ada data maupun definisi, dianggap {:.2}", figure.value),
            &format!("{stage}: neither data nor definition, taken as {:.2}", figure.value),
        )
    });
    AdviceBody {
        scheme: workflow.scheme.to_string(),
        by: asked.by.to_string(),
        waiting: modelled.model.backlog(),
        runs,
        seed: SEED,
        reading: reading(candidates, &changes, outlook, &title, asked),
        impossible: outlook.shortfalls.iter().map(|short| impossible(short, &title, asked)).collect(),
        all: when(&outlook.all),
        count: outlook.count.as_ref().map(when),
        stages: outlook
            .stages
            .iter()
            .map(|stage| EmptiedBody {
                title: title(&stage.stage),
                stage: stage.stage.clone(),
                p85: day(stage.p85),
            })
            .collect(),
        constraint: candidates
            .iter()
            .map(|one| CandidateBody {
                title: title(&one.stage),
                stage: one.stage.clone(),
                utilisation: one.utilisation,
                drift: one.drift,
                waited_per_week: one.item_days_week,
                gains: one.effect.days_gained.map(|days| days.mean),
            })
            .collect(),
        changes,
        assumed: assumed.collect(),
    }
}

fn change(effect: &Effect, title: &impl Fn(&str) -> String, lang: Lang) -> EffectBody {
    let mean = |mean: Option<Mean>| mean.map(|mean| mean.mean);
    EffectBody {
        text: effect.change.text(&title(effect.change.stage()), lang),
        days_gained: mean(effect.days_gained),
        days_gained_band: effect.days_gained.map(|days| [days.low, days.high]),
        odds_before: effect.before.share,
        odds_after: effect.after.share,
        lead_gained: mean(effect.lead_gained),
        sessions: effect.price.sessions,
        people: effect.price.people,
        exposed: effect.price.exposed,
        exposed_rupiah: effect.price.exposed_rupiah,
        leave_four_eyes: effect.price.leave_four_eyes,
    }
}

/// What cannot be done in time, whatever the chance.
fn impossible(short: &Shortfall, title: &impl Fn(&str) -> String, asked: &Asked) -> String {
    let (stage, by) = (title(&short.stage), words::date(asked.by, asked.lang));
    let (needed, room) = (short.needed, short.room);
    match short.sessions {
        Some(sessions) => pick(
            asked.lang,
            &format!(
                "{stage}: {needed:.0} permohonan harus lewat sampai {by}, tetapi {sessions} sesi yang tersisa hanya memuat {room:.0}."
            ),
            &format!(
                "{stage}: {needed:.0} requests must pass by {by}, but the {sessions} sessions left hold {room:.0} only."
            ),
        ),
        None => pick(
            asked.lang,
            &format!(
                "{stage}: {needed:.0} permohonan harus lewat sampai {by}, tetapi hanya {room:.0} yang sempat dikerjakan."
            ),
            &format!("{stage}: {needed:.0} requests must pass by {by}, but only {room:.0} can be worked on."),
        ),
    }
}

/// What to do first: the change that helps most, if one does.
fn reading(
    candidates: &[Candidate],
    changes: &[EffectBody],
    outlook: &Outlook,
    title: &impl Fn(&str) -> String,
    asked: &Asked,
) -> String {
    let lang = asked.lang;
    let by = words::date(asked.by, lang);
    let odds = format!("{:.0}", outlook.all.odds.share * 100.0);
    let when = outlook.all.forecast.p85.map(|day| words::date(day, lang));
    let ends = when.unwrap_or_else(|| pick(lang, "lebih dari setahun lagi", "more than a year from now"));
    let helps = changes.iter().find(|change| {
        change.days_gained_band.is_some_and(|[low, _]| low > 0.0) || change.odds_after > change.odds_before
    });
    match (helps, candidates.first()) {
        (Some(change), Some(first)) => {
            let stage = title(&first.stage);
            let days = change.days_gained.unwrap_or(0.0);
            let gained = format!("{days:.1}");
            pick(
                lang,
                &format!(
                    "Yang paling menghambat: {stage}. Yang paling membantu: {}; semua yang menunggu selesai {} hari kerja lebih cepat. Tanpa perubahan, peluang selesai sampai {by} {odds}%, dan dengan peluang 85% selesai {ends}.",
                    change.text,
                    gained.replace('.', ","),
                ),
                &format!(
                    "What holds it up most: {stage}. What helps most: {}; all that waits is done {gained} working days sooner. As it is, the odds of being done by {by} are {odds}%, and with odds of 85% it is done by {ends}.",
                    change.text,
                ),
            )
        }
        _ => pick(
            lang,
            &format!(
                "Tidak ada satu perubahan pun yang menonjol: peluang semua yang menunggu selesai sampai {by} {odds}%, dan dengan peluang 85% selesai {ends}."
            ),
            &format!(
                "No single change stands out: the odds of all that waits being done by {by} are {odds}%, and with odds of 85% it is done by {ends}."
            ),
        ),
    }
}
