//! Targets: what was to be served by the end of each quarter, what was, and the odds for the quarter that runs.

use axum::Json;
use axum::extract::State;
use jiff::ToSpan as _;
use jiff::civil::Date;
use salur_core::Lang;
use salur_core::calendar::Calendar;
use salur_core::target::Target;
use salur_core::workflow::{End, Workflow};
use salur_core::world::World;
use salur_flow::forecast::{DRAWS, TooLittle, Week};
use salur_flow::reach::Reach;
use salur_store::requests::Scope;
use salur_store::visits::{DayCount, VisitFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::extract::QueryOf;
use crate::filter::{known_region, known_scheme};
use crate::problem::{Problem, pick};
use crate::stages::narrowed;
use crate::{App, Caller};

/// Forecasts are drawn with one seed: the same data give the same odds.
const SEED: u64 = 1;

/// Which targets.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TargetsQuery {
    /// Of this scheme.
    pub scheme: Option<String>,
    /// Of this fiscal year; this year where none is named.
    pub year: Option<i16>,
    /// In this regency or city.
    pub region: Option<String>,
}

/// Targets.
#[derive(Debug, Serialize, ToSchema)]
pub struct TargetsBody {
    /// By scheme; those of a region after the one of the whole.
    pub data: Vec<TargetBody>,
}

/// A year's target against what was served.
#[derive(Debug, Serialize, ToSchema)]
pub struct TargetBody {
    /// The scheme.
    pub scheme: String,
    /// What it is called.
    pub title: String,
    /// The fiscal year.
    pub year: i16,
    /// In this regency or city; null where it is everywhere.
    pub region: Option<String>,
    /// Where the figures come from.
    pub source: String,
    /// Served so far.
    pub served: i64,
    /// The quarters.
    pub quarters: Vec<QuarterBody>,
    /// The quarter that runs, in one sentence.
    pub reading: String,
}

/// A quarter, counted from the beginning of the year.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuarterBody {
    /// 1 to 4.
    pub quarter: u8,
    /// Its last day.
    #[schema(format = Date)]
    pub ends: String,
    /// To be served by then.
    pub target: u32,
    /// Served by then, or so far.
    pub served: i64,
    /// True once it is over.
    pub is_over: bool,
    /// Of the quarters to come: at least so many served by its end with odds of 85 %; null where too little is known.
    pub at_least: Option<f64>,
    /// As likely more as fewer.
    pub middle: Option<f64>,
    /// At most so many with odds of 85 %.
    pub at_most: Option<f64>,
    /// The odds that the target is reached.
    pub odds: Option<f64>,
}

/// Tells targets against what was served, with the odds of reaching them from the weeks that were.
#[utoipa::path(get, path = "/flow/targets", tag = "flow", params(TargetsQuery),
    responses((status = 200, description = "Targets", body = TargetsBody)))]
pub async fn targets(
    State(app): State<App>,
    caller: Caller,
    QueryOf(query): QueryOf<TargetsQuery>,
) -> Result<Json<TargetsBody>, Problem> {
    let lang = caller.lang;
    let broken = |error| Problem::broken(&error, lang);
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let scheme = given(&query.scheme).map(|scheme| known_scheme(&app, &scheme, lang)).transpose()?;
    let region = given(&query.region).map(|region| known_region(&app, &region, lang)).transpose()?;
    let world = app.store.world();
    let today = world.calendar.date_of(caller.at);
    let year = query.year.unwrap_or_else(|| today.year());
    let mut data = Vec::new();
    for target in &world.policy.target {
        let Some(workflow) = world.workflows.current(&target.scheme) else { continue };
        let scope = narrowed(&caller, target.region.clone());
        // A target of the whole is no business of somebody who sees a part of it: they would take their part for all.
        let sees = match &target.region {
            None => caller.scope() == Scope::Everywhere,
            Some(region) => caller.sees(region),
        };
        let wanted = target.year == year
            && sees
            && scheme.as_ref().is_none_or(|scheme| *scheme == target.scheme)
            && region.as_ref().is_none_or(|region| target.region.as_ref() == Some(region));
        if !wanted {
            continue;
        }
        let filter = VisitFilter { scheme: target.scheme.clone(), scope, year: None };
        let since = Date::new(year, 1, 1).unwrap_or(today).min(today);
        // The weeks before the year began tell how fast the office is, too.
        let looked = since.checked_sub(26.weeks()).unwrap_or(since);
        let days = app.store.stage_days(&filter, looked).await.map_err(broken)?;
        data.push(told(&world, workflow, target, &days, today, lang));
    }
    data.sort_by(|a, b| (&a.scheme, &a.region).cmp(&(&b.scheme, &b.region)));
    Ok(Json(TargetsBody { data }))
}

fn told(
    world: &World,
    workflow: &Workflow,
    target: &Target,
    days: &[DayCount],
    today: Date,
    lang: Lang,
) -> TargetBody {
    let served: Vec<&DayCount> =
        days.iter().filter(|day| workflow.end_of(&day.stage) == Some(End::Success)).collect();
    let by = |last: Date| -> i64 {
        let of_year = served.iter().filter(|day| day.year == target.year && day.day <= last);
        of_year.map(|day| day.came).sum()
    };
    let past: Vec<Week> = weeks(&world.calendar, &served, today).into_iter().map(|(_, week)| week).collect();
    let now = by(today);
    let mut quarters = Vec::with_capacity(4);
    for ((month, quarter), wanted) in [2, 5, 8, 11].into_iter().zip(1..).zip(target.by_quarter) {
        let day = Date::new(target.year, month, 1).unwrap_or(today);
        let (_, ends) = Target::quarter(day);
        let is_over = ends < today;
        let missing = u32::try_from(i64::from(wanted).saturating_sub(now)).unwrap_or(0);
        let reach = if is_over {
            None
        } else {
            Reach::of(&past, &ahead(&world.calendar, today, ends), SEED, DRAWS).ok()
        };
        let more = |more: f64| more + float(now);
        quarters.push(QuarterBody {
            quarter,
            ends: ends.to_string(),
            target: wanted,
            served: by(ends),
            is_over,
            at_least: reach.as_ref().map(|reach| more(reach.at_least)),
            middle: reach.as_ref().map(|reach| more(reach.middle)),
            at_most: reach.as_ref().map(|reach| more(reach.at_most)),
            odds: reach.as_ref().map(|reach| reach.odds_of(missing).share),
        });
    }
    let known = Reach::of(&past, &[], SEED, 1).map(drop);
    TargetBody {
        scheme: target.scheme.to_string(),
        title: workflow.title.in_lang(lang).to_owned(),
        year: target.year,
        region: target.region.as_ref().map(ToString::to_string),
        source: target.source.clone(),
        served: now,
        reading: reading(&quarters, known, now, lang),
        quarters,
    }
}

/// The quarter that runs, in one sentence.
fn reading(quarters: &[QuarterBody], known: Result<(), TooLittle>, served: i64, lang: Lang) -> String {
    let now = grouped(served, lang);
    let Some(runs) = quarters.iter().find(|quarter| !quarter.is_over) else {
        let whole = grouped(i64::from(quarters.last().map_or(0, |quarter| quarter.target)), lang);
        return pick(
            lang,
            &format!("Tahun ini sudah lewat: {now} dari {whole} dilayani."),
            &format!("The year is over: {now} of {whole} were served."),
        );
    };
    let (quarter, target) = (runs.quarter, grouped(i64::from(runs.target), lang));
    if served >= i64::from(runs.target) {
        return pick(
            lang,
            &format!("Target triwulan {quarter} sudah tercapai: {now} dari {target} dilayani."),
            &format!("The target of quarter {quarter} is reached: {now} of {target} were served."),
        );
    }
    match (runs.odds, known) {
        (Some(odds), _) => {
            let percent = format!("{:.0}", odds * 100.0);
            pick(
                lang,
                &format!(
                    "Sudah {now} dari {target} yang harus dilayani sampai akhir triwulan {quarter}; peluang tercapai {percent}%."
                ),
                &format!(
                    "{now} of the {target} to be served by the end of quarter {quarter} were; the odds of reaching it are {percent}%."
                ),
            )
        }
        (None, known) => {
            let why = known.err().map(|why| too_little(why, lang)).unwrap_or_default();
            pick(
                lang,
                &format!("Sudah {now} dari {target} sampai akhir triwulan {quarter}. {why}"),
                &format!("{now} of {target} by the end of quarter {quarter}. {why}"),
            )
        }
    }
}

/// Why there are no odds.
pub(crate) fn too_little(why: TooLittle, lang: Lang) -> String {
    match why {
        TooLittle::Weeks { found } => pick(
            lang,
            &format!("Baru {found} minggu yang diketahui, terlalu sedikit untuk memperkirakan."),
            &format!("{found} weeks are known, too few to forecast from."),
        ),
        TooLittle::Exits { found } => pick(
            lang,
            &format!("Baru {found} permohonan selesai belakangan ini, terlalu sedikit untuk memperkirakan."),
            &format!("{found} requests were finished lately, too few to forecast from."),
        ),
    }
}

/// What was served in each whole week from the first one in which anything was, by its Monday, and its working days.
pub(crate) fn weeks(calendar: &Calendar, served: &[&DayCount], today: Date) -> Vec<(Date, Week)> {
    let monday =
        |day: Date| day.checked_sub(i64::from(day.weekday().to_monday_zero_offset()).days()).unwrap_or(day);
    let Some(first) = served.iter().filter(|day| day.came > 0).map(|day| monday(day.day)).min() else {
        return Vec::new();
    };
    let (mut weeks, mut start) = (Vec::new(), first);
    while let Ok(next) = start.checked_add(1.week()) {
        if next > today {
            break;
        }
        let within = served.iter().filter(|day| start <= day.day && day.day < next);
        let done: i64 = within.map(|day| day.came).sum();
        let eve = start.yesterday().unwrap_or(start);
        let days = calendar.working_days_between(eve, next.yesterday().unwrap_or(next));
        // A week without a working day says nothing of how much a week brings.
        if days > 0 {
            weeks.push((start, Week { done: u32::try_from(done).unwrap_or(0), days }));
        }
        start = next;
    }
    weeks
}

/// The working days of each week from tomorrow to a day.
pub(crate) fn ahead(calendar: &Calendar, today: Date, last: Date) -> Vec<u32> {
    let (mut weeks, mut day) = (Vec::new(), today);
    while day < last {
        let next = day.checked_add(1.week()).unwrap_or(last).min(last);
        weeks.push(calendar.working_days_between(day, next));
        day = next;
    }
    weeks
}

/// A count as the forecasts reckon.
fn float(count: i64) -> f64 {
    f64::from(i32::try_from(count).unwrap_or(i32::MAX))
}

/// A number with its thousands apart, as the language writes them.
fn grouped(number: i64, lang: Lang) -> String {
    let digits = number.unsigned_abs().to_string();
    let mark = match lang {
        Lang::Id => '.',
        Lang::En => ',',
    };
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    text
}
