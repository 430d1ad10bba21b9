//! The first page: what waits for whom reads it, and where everything stands.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::{Router, routing};
use salur_api::filter::FilterBody;
use salur_api::request_body::RequestBody;
use salur_api::stages::{StageBody, StagesQuery};
use salur_api::{App, Problem, extract, requests, stages};
use salur_core::desk::Desk;

use crate::page::{Frame, Visitor, show};
use crate::texts::t;
use crate::words::filters;

/// Requests that the first page shows of each kind.
const SHOWN: u32 = 5;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/", routing::get(home))
}

/// A scheme's stages with what is at each.
#[derive(Debug)]
struct Scheme {
    title: String,
    id: String,
    stages: Vec<StageBody>,
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: Frame,
    desk: Desk,
    returned: Vec<RequestBody>,
    oldest: Vec<RequestBody>,
    schemes: Vec<Scheme>,
    open: i64,
    overdue: i64,
}

async fn home(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    let Visitor { caller, desk, frame } = visitor;
    let lang = caller.lang;
    let query = StagesQuery { scheme: None, region: None, year: None };
    let counts = stages::stages(State(app.clone()), caller.clone(), extract::QueryOf(query)).await?.0.data;
    let returned =
        FilterBody { stuck: Some(true), code: Some("returned_untouched".into()), ..FilterBody::default() };
    let returned = requests::page(&app, &caller, &returned, SHOWN, None).await?.data;
    let overdue = FilterBody { stuck: Some(true), code: Some("overdue".into()), ..FilterBody::default() };
    let oldest = requests::page(&app, &caller, &overdue, SHOWN, None).await?.data;
    let open = counts.iter().filter(|stage| stage.phase.is_some());
    let (open, overdue) = open.fold((0, 0), |(open, overdue): (i64, i64), stage| {
        (open.saturating_add(stage.count), overdue.saturating_add(stage.overdue))
    });
    let mut schemes: Vec<Scheme> = Vec::new();
    let world = app.store.world();
    for stage in counts.into_iter().filter(|stage| stage.phase.is_some()) {
        match schemes.last_mut() {
            Some(last) if last.id == stage.scheme => {
                match last.stages.iter_mut().find(|it| it.stage == stage.stage) {
                    // One line for a stage, whatever the fiscal year.
                    Some(same) => {
                        same.count = same.count.saturating_add(stage.count);
                        same.overdue = same.overdue.saturating_add(stage.overdue);
                    }
                    None => last.stages.push(stage),
                }
            }
            _ => {
                let workflow = world.workflows.current(&stage.scheme.as_str().into());
                let title =
                    workflow.map_or_else(String::new, |workflow| workflow.title.in_lang(lang).to_owned());
                schemes.push(Scheme { title, id: stage.scheme.clone(), stages: vec![stage] });
            }
        }
    }
    show(&HomePage { frame, desk, returned, oldest, schemes, open, overdue }, lang)
}

#[derive(Template)]
#[template(path = "help.html")]
struct HelpPage {
    frame: Frame,
}

/// The glossary, the keys, and whom to ask.
pub(crate) async fn help(visitor: Visitor) -> Result<Response, Problem> {
    let lang = visitor.caller.lang;
    show(&HelpPage { frame: visitor.frame }, lang)
}
