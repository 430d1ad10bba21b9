//! What is stuck: by cause, then each request with the one sentence and what unblocks it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::{Router, routing};
use salur_api::extract::QueryOf;
use salur_api::stages::{self, StuckBody, StuckQuery};
use salur_api::{App, Problem};
use serde::{Deserialize, Serialize};

use crate::page::{Frame, Visitor, show};
use crate::requests::{ActionChoice, Choice, choices, regions, schemes};
use crate::texts::t;
use crate::words::filters;

/// Requests on a page.
const SHOWN: u32 = 50;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/stuck", routing::get(stuck))
}

/// What the address says.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
struct Wanted {
    #[serde(skip_serializing_if = "String::is_empty")]
    scheme: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    region: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    code: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    cursor: String,
}

impl Wanted {
    fn address(&self, change: impl FnOnce(&mut Wanted)) -> String {
        let mut changed = Wanted { cursor: String::new(), ..self.clone() };
        change(&mut changed);
        let query = serde_html_form::to_string(&changed).unwrap_or_default();
        if query.is_empty() { "/stuck".into() } else { format!("/stuck?{query}") }
    }
}

/// A cause with how many are stuck for it, over all schemes and stages.
#[derive(Debug)]
struct Cause {
    code: String,
    title: String,
    count: i64,
    /// Where they are: scheme, stage, count.
    at: Vec<(String, String, i64)>,
    to: String,
}

#[derive(Template)]
#[template(path = "stuck.html")]
struct StuckPage {
    frame: Frame,
    wanted: Wanted,
    schemes: Vec<Choice>,
    regions: Vec<Choice>,
    causes: Vec<Cause>,
    page: StuckBody,
    actions: Vec<ActionChoice>,
    next: Option<String>,
    all: String,
}

async fn stuck(
    State(app): State<App>,
    visitor: Visitor,
    QueryOf(wanted): QueryOf<Wanted>,
) -> Result<Response, Problem> {
    let Visitor { caller, frame, .. } = visitor;
    let lang = caller.lang;
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let query = |code| StuckQuery {
        scheme: given(&wanted.scheme),
        region: given(&wanted.region),
        code,
        limit: Some(SHOWN),
        cursor: given(&wanted.cursor),
    };
    let page =
        stages::stuck(State(app.clone()), caller.clone(), QueryOf(query(given(&wanted.code)))).await?.0;
    let groups = if wanted.code.is_empty() {
        page.groups
            .iter()
            .map(|it| {
                (it.code.clone(), it.title.clone(), it.scheme.clone(), it.stage_title.clone(), it.count)
            })
            .collect()
    } else {
        let query = StuckQuery { cursor: None, limit: Some(1), ..query(None) };
        let all = stages::stuck(State(app.clone()), caller.clone(), QueryOf(query)).await?.0.groups;
        all.into_iter().map(|it| (it.code, it.title, it.scheme, it.stage_title, it.count)).collect::<Vec<_>>()
    };
    let mut causes: Vec<Cause> = Vec::new();
    for (code, title, scheme, stage, count) in groups {
        let title_of = crate::requests::schemes(&app, lang).into_iter().find(|known| known.value == scheme);
        let at = (title_of.map_or(scheme, |known| known.title), stage, count);
        if let Some(cause) = causes.iter_mut().find(|cause| cause.code == code) {
            cause.count = cause.count.saturating_add(count);
            cause.at.push(at);
        } else {
            let to = wanted.address(|wanted| wanted.code.clone_from(&code));
            causes.push(Cause { code, title, count, at: vec![at], to });
        }
    }
    causes.sort_by_key(|cause| std::cmp::Reverse(cause.count));
    let filter = crate::requests::Wanted {
        scheme: wanted.scheme.clone(),
        region: wanted.region.clone(),
        code: wanted.code.clone(),
        ..crate::requests::Wanted::default()
    };
    let next = page.next_cursor.clone().map(|cursor| wanted.address(|wanted| wanted.cursor = cursor));
    let shown = StuckPage {
        schemes: schemes(&app, lang),
        regions: regions(&app, &caller),
        actions: choices(&app, &caller, &filter.filter(lang)?),
        all: wanted.address(|wanted| wanted.code.clear()),
        causes,
        page,
        next,
        wanted,
        frame,
    };
    show(&shown, lang)
}
