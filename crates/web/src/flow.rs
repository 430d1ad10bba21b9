//! Whether it flows: what is where and how old, and where the money stands.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::{Router, routing};
use salur_api::budget_lines::{self, BudgetLineBody};
use salur_api::extract::QueryOf;
use salur_api::stages::{self, StageBody, StagesQuery};
use salur_api::{App, Problem};

use crate::page::{Frame, Visitor, show};
use crate::texts::t;
use crate::words::filters;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/flow", routing::get(flow))
}

#[derive(Template)]
#[template(path = "flow.html")]
struct FlowPage {
    frame: Frame,
    stages: Vec<StageBody>,
    budget: Vec<BudgetLineBody>,
}

async fn flow(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    let Visitor { caller, frame, .. } = visitor;
    let lang = caller.lang;
    let query = StagesQuery { scheme: None, region: None, year: None };
    let mut stages = stages::stages(State(app.clone()), caller.clone(), QueryOf(query)).await?.0.data;
    stages.retain(|stage| stage.phase.is_some());
    let budget = budget_lines::list(State(app), caller).await?.0.data;
    show(&FlowPage { frame, stages, budget }, lang)
}

/// Parts of a hundred.
fn percent(part: i64, whole: i64) -> i64 {
    if whole > 0 { part.saturating_mul(100) / whole } else { 0 }
}
