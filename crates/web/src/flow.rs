//! Whether it flows: where time goes and on whom it waits, what was promised and what is to come, and where the money
//! stands.

use std::borrow::Borrow;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::{Router, routing};
use salur_api::budget_lines::{self, BudgetLineBody};
use salur_api::extract::{NameOf, QueryOf};
use salur_api::flow::advice::{self, AdviceBody, AdviceQuery, EffectBody};
use salur_api::flow::targets::{self, TargetBody, TargetsQuery};
use salur_api::flow::{self, FlowQuery, SchemeFlow, SpreadBody};
use salur_api::{App, Problem};
use salur_core::Lang;
use salur_flow::chart::Table;
use salur_flow::export::csv::neutral;
use salur_store::requests::Scope;
use serde::Deserialize;

use crate::page::{Frame, Visitor, show};
use crate::requests::{Choice, regions, schemes};
use crate::texts::t;
use crate::words::filters;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/flow", routing::get(flow))
        .route("/flow/charts/{file}", routing::get(chart))
        .route("/flow/advice", routing::get(advice))
}

/// What the address says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    scheme: String,
    region: String,
    weeks: String,
}

/// How far somebody may look back, in weeks.
const WEEKS: [u32; 4] = [4, 13, 26, 52];
/// Unless they say otherwise.
const WEEKS_DEFAULT: u32 = 13;

#[derive(Template)]
#[template(path = "flow.html")]
struct FlowPage {
    frame: Frame,
    wanted: Wanted,
    schemes: Vec<Choice>,
    regions: Vec<Choice>,
    weeks: Vec<(u32, bool)>,
    is_current: bool,
    /// True for who sees the whole office: advice is reckoned for all of it.
    has_advice: bool,
    told: Option<Arc<SchemeFlow>>,
    targets: Vec<TargetBody>,
    budget: Vec<BudgetLineBody>,
    /// What the links to figures carry on.
    query: String,
}

async fn flow(
    State(app): State<App>,
    visitor: Visitor,
    QueryOf(mut wanted): QueryOf<Wanted>,
) -> Result<Response, Problem> {
    let Visitor { caller, frame, .. } = visitor;
    let lang = caller.lang;
    let schemes = schemes(&app, lang);
    if wanted.scheme.is_empty() {
        wanted.scheme = schemes.first().map(|scheme| scheme.value.clone()).unwrap_or_default();
    }
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let weeks = given(&wanted.weeks).map_or(Ok(WEEKS_DEFAULT), |weeks| weeks.parse());
    let weeks = weeks.map_err(|_| Problem::query_malformed(lang, "weeks"))?;
    let query = FlowQuery {
        scheme: given(&wanted.scheme),
        region: given(&wanted.region),
        year: None,
        weeks: Some(weeks),
    };
    let looked = query.read(&app, &caller)?;
    let told = match looked.workflows.first() {
        Some(workflow) => Some(flow::scheme(&app, &looked, workflow, lang).await?),
        None => None,
    };
    let is_current = app.store.visits_are_kept().await.map_err(|error| Problem::broken(&error, lang))?;
    let wanted_targets =
        TargetsQuery { scheme: query.scheme.clone(), region: query.region.clone(), year: None };
    let targets = targets::targets(State(app.clone()), caller.clone(), QueryOf(wanted_targets)).await?.0.data;
    let mut budget = budget_lines::list(State(app.clone()), caller.clone()).await?.0.data;
    budget.retain(|line| line.scheme == wanted.scheme);
    let has_advice = caller.scope() == Scope::Everywhere;
    let regions = regions(&app, &caller);
    let query = format!("scheme={}&region={}&weeks={weeks}", wanted.scheme, wanted.region);
    let weeks = WEEKS.into_iter().map(|many| (many, many == weeks)).collect();
    show(
        &FlowPage {
            frame,
            wanted,
            schemes,
            regions,
            weeks,
            is_current,
            has_advice,
            told,
            targets,
            budget,
            query,
        },
        lang,
    )
}

#[derive(Template)]
#[template(path = "advice.html")]
struct AdvicePage {
    frame: Frame,
    told: AdviceBody,
}

/// What to do about it: of its own, and put into the page of figures once it is reckoned.
async fn advice(
    State(app): State<App>,
    visitor: Visitor,
    query: QueryOf<AdviceQuery>,
) -> Result<Response, Problem> {
    let Visitor { caller, frame, .. } = visitor;
    let lang = caller.lang;
    let told = advice::advice(State(app), caller, query).await?.0;
    show(&AdvicePage { frame, told }, lang)
}

/// A chart as a picture of its own (`NAME.svg`), or the figures behind it (`NAME.csv`).
async fn chart(
    State(app): State<App>,
    visitor: Visitor,
    NameOf(file): NameOf,
    QueryOf(query): QueryOf<FlowQuery>,
) -> Result<Response, Problem> {
    let Visitor { caller, frame, .. } = visitor;
    let unknown = || Problem::not_found(caller.lang);
    let (name, ending) = file.rsplit_once('.').ok_or_else(unknown)?;
    let (media_type, bytes) = match ending {
        "svg" => ("image/svg+xml", flow::picture(&app, &caller, &query, name).await?.svg.into_bytes()),
        "csv" => {
            let table = flow::picture(&app, &caller, &query, name).await?.table;
            ("text/csv; charset=utf-8", csv_of(&table).map_err(|_| Problem::unexpected(frame.lang))?)
        }
        _ => return Err(unknown()),
    };
    let disposition = format!("attachment; filename=\"{}\"", file.replace(['"', '\\'], ""));
    let headers = [(CONTENT_TYPE, media_type), (CONTENT_DISPOSITION, disposition.as_str())];
    Ok((headers, bytes).into_response())
}

/// A table as CSV. No cell begins a formula.
fn csv_of(table: &Table) -> Result<Vec<u8>, csv::Error> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    for row in std::iter::once(&table.header).chain(&table.rows) {
        csv.write_record(row.iter().map(|cell| neutral(cell).into_owned()))?;
    }
    csv.into_inner().map_err(|error| error.into_error().into())
}

/// Parts of a hundred.
fn percent(part: i64, whole: i64) -> i64 {
    if whole > 0 { part.saturating_mul(100) / whole } else { 0 }
}

// Templates hand on some of what they show by reference and some by value: these take both.

/// A share in parts of a hundred.
fn share(share: impl Borrow<f64>) -> String {
    format!("{:.0}", share.borrow() * 100.0)
}

/// A number with one decimal, as the language writes it.
fn decimal(number: impl Borrow<f64>, lang: impl Borrow<Lang>) -> String {
    let text = format!("{:.1}", number.borrow());
    match lang.borrow() {
        Lang::Id => text.replace('.', ","),
        Lang::En => text,
    }
}

/// Half and 85 % are no larger: `2,1 / 5,6`; a dash where there is none.
fn spread(spread: &SpreadBody, lang: impl Borrow<Lang>) -> String {
    match (spread.p50, spread.p85) {
        (Some(half), Some(most)) => {
            format!("{} / {}", decimal(half, *lang.borrow()), decimal(most, *lang.borrow()))
        }
        _ => "–".to_owned(),
    }
}

/// The days that a change gains, low and high at 95 %: `12,3 (9,0 – 15,1)`; a dash where that is not known.
fn gained(change: impl Borrow<EffectBody>, lang: impl Borrow<Lang>) -> String {
    let (change, lang) = (change.borrow(), *lang.borrow());
    match (change.days_gained, change.days_gained_band) {
        (Some(days), Some([low, high])) => {
            format!("{} ({} – {})", decimal(days, lang), decimal(low, lang), decimal(high, lang))
        }
        _ => "–".to_owned(),
    }
}

/// A number without decimals.
fn whole(number: impl Borrow<f64>) -> String {
    let text = format!("{:.0}", number.borrow());
    text.parse::<i64>().map_or(text, crate::words::count)
}
