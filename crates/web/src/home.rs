//! The first page: what waits for whom reads it, and where everything stands.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::{Router, routing};
use salur_api::decree_body::DecreeBody;
use salur_api::filter::FilterBody;
use salur_api::imports::body::ImportBody;
use salur_api::imports::handlers::{self, PageQuery};
use salur_api::request_body::RequestBody;
use salur_api::stages::{StageBody, StagesQuery, StuckQuery};
use salur_api::{App, Caller, Problem, decrees, extract, requests, stages};
use salur_core::Lang;
use salur_core::desk::Desk;

use crate::page::{Frame, Visitor, show};
use crate::texts::t;
use crate::words::filters;

/// Requests that the first page shows of each kind.
const SHOWN: u32 = 5;
/// Lists that are looked through for what waits.
const LISTS: u32 = 50;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/", routing::get(home)).route("/counts", routing::get(counts))
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
    /// Drafts that wait for the reader's signature.
    to_sign: Vec<DecreeBody>,
    /// Lists of the reader's with rows to mend.
    faulty: Vec<ImportBody>,
    /// Requests that wait for their money.
    to_pay: i64,
    /// Requests whose payment failed.
    failed: i64,
    /// What is stuck, by cause, most first.
    causes: Vec<(String, String, i64)>,
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
    let mut oldest = requests::page(&app, &caller, &overdue, SHOWN.saturating_mul(2), None).await?.data;
    oldest.retain(|request| !returned.iter().any(|known| known.id == request.id));
    oldest.truncate(usize::try_from(SHOWN).unwrap_or_default());
    let open = counts.iter().filter(|stage| stage.phase.is_some());
    let (open, overdue) = open.fold((0, 0), |(open, overdue): (i64, i64), stage| {
        (open.saturating_add(stage.count), overdue.saturating_add(stage.overdue))
    });
    let to_pay = counts.iter().filter(|stage| stage.phase.as_deref() == Some("disbursement"));
    let to_pay = to_pay.map(|stage| stage.count).sum();
    let to_sign = if desk.signs { to_sign(&app, &caller).await? } else { Vec::new() };
    let faulty = if desk.enters { faulty(&app, &caller).await? } else { Vec::new() };
    let causes = if desk.administers || desk.pays { causes(&app, &caller).await? } else { Vec::new() };
    let failed = causes.iter().filter(|(code, ..)| code == "account_rejected").map(|(.., n)| n).sum();
    let schemes = by_scheme(&app, counts, lang);
    let page = HomePage {
        frame,
        desk,
        to_sign,
        faulty,
        to_pay,
        failed,
        causes,
        returned,
        oldest,
        schemes,
        open,
        overdue,
    };
    show(&page, lang)
}

/// Drafts, newest first.
async fn to_sign(app: &App, caller: &Caller) -> Result<Vec<DecreeBody>, Problem> {
    let query = decrees::ListQuery { limit: Some(LISTS), cursor: None };
    let page = decrees::list(State(app.clone()), caller.clone(), extract::QueryOf(query)).await?.0;
    Ok(page.data.into_iter().filter(|it| it.state == "draft").collect())
}

/// The caller's own lists with rows to mend, newest first.
async fn faulty(app: &App, caller: &Caller) -> Result<Vec<ImportBody>, Problem> {
    let query = PageQuery { limit: Some(LISTS), cursor: None };
    let page = handlers::imports(State(app.clone()), caller.clone(), Ok(Query(query))).await?.0;
    let mine = |it: &ImportBody| it.by.id == caller.person.id.0 && it.faulty > 0 && it.state == "ready";
    Ok(page.data.into_iter().filter(mine).take(usize::try_from(SHOWN).unwrap_or_default()).collect())
}

/// What is stuck, by cause: code, title, how many.
async fn causes(app: &App, caller: &Caller) -> Result<Vec<(String, String, i64)>, Problem> {
    let query = StuckQuery { scheme: None, region: None, code: None, limit: Some(1), cursor: None };
    let groups = stages::stuck(State(app.clone()), caller.clone(), extract::QueryOf(query)).await?.0.groups;
    let mut causes: Vec<(String, String, i64)> = Vec::new();
    for group in groups {
        match causes.iter_mut().find(|(code, ..)| *code == group.code) {
            Some((.., n)) => *n = n.saturating_add(group.count),
            None => causes.push((group.code, group.title, group.count)),
        }
    }
    causes.sort_by_key(|(.., n)| std::cmp::Reverse(*n));
    Ok(causes)
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

/// Counts by scheme, one line for each stage whatever the fiscal year; ends are left out.
fn by_scheme(app: &App, counts: Vec<StageBody>, lang: Lang) -> Vec<Scheme> {
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
    schemes
}

#[derive(Template)]
#[template(path = "counts.html")]
struct Counts {
    frame: Frame,
    schemes: Vec<Scheme>,
}

/// The counts alone, for a page that follows what happens.
async fn counts(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    let Visitor { caller, frame, .. } = visitor;
    let lang = caller.lang;
    let query = StagesQuery { scheme: None, region: None, year: None };
    let counts = stages::stages(State(app.clone()), caller, extract::QueryOf(query)).await?.0.data;
    show(&Counts { schemes: by_scheme(&app, counts, lang), frame }, lang)
}
