//! The list of requests: filters that stand in the address, oldest first, a page at a time.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use salur_api::extract::QueryOf;
use salur_api::filter::FilterBody;
use salur_api::page::PageBody;
use salur_api::request_body::RequestBody;
use salur_api::stages::{StageBody, StagesQuery};
use salur_api::{App, Caller, Problem, requests, stages};
use salur_core::Lang;
use serde::{Deserialize, Serialize};

use super::bulk::{ActionChoice, choices};
use crate::kept::{keep, kept};
use crate::page::{Frame, Visitor, show};
use crate::sent::Sent;
use crate::texts::{Words, t};
use crate::words::filters;

/// Requests on a page.
const SHOWN: u32 = 50;
/// What is kept sealed in the address of a list: a number that was looked for.
const FIND: &str = "find";

/// What the address of a list says.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Wanted {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) scheme: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) stage: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) region: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) year: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) code: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) q: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) cursor: String,
    /// What was looked for by number, sealed: a number identifies a person, so it stands in no address.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) find: String,
}

impl Wanted {
    /// The filter that the API knows. What cannot be read is refused: a list that leaves a condition out shows more than was
    /// asked for.
    pub(crate) fn filter(&self, lang: Lang) -> Result<FilterBody, Problem> {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let year = match given(&self.year) {
            None => None,
            Some(text) => Some(text.parse().map_err(|_| {
                let shown: String = text.chars().take(40).collect();
                Problem::malformed("query_malformed", t!(Words(lang), "year-malformed", found = shown))
            })?),
        };
        Ok(FilterBody {
            scheme: given(&self.scheme),
            stage: given(&self.stage),
            phase: None,
            region: given(&self.region),
            year,
            stuck: given(&self.code).map(|_| true),
            code: given(&self.code),
            q: given(&self.q),
        })
    }

    /// The filter with the number that was looked for.
    pub(crate) fn whole(&self, app: &App, caller: &Caller) -> Result<FilterBody, Problem> {
        let filter = self.filter(caller.lang)?;
        if self.find.is_empty() {
            return Ok(filter);
        }
        Ok(FilterBody { q: Some(kept(app, caller, FIND, &self.find)?), ..filter })
    }

    /// The address of the list, with one thing changed.
    pub(crate) fn address(&self, change: impl FnOnce(&mut Wanted)) -> String {
        let mut changed = Wanted { cursor: String::new(), ..self.clone() };
        change(&mut changed);
        let query = serde_html_form::to_string(&changed).unwrap_or_default();
        if query.is_empty() { "/requests".into() } else { format!("/requests?{query}") }
    }
}

/// A value of a filter.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) title: String,
}

/// A filter that is set, and the address without it.
#[derive(Debug)]
struct Chip {
    title: String,
    without: String,
}

#[derive(Template)]
#[template(path = "requests.html")]
struct ListPage {
    frame: Frame,
    wanted: Wanted,
    schemes: Vec<Choice>,
    stages: Vec<Choice>,
    regions: Vec<Choice>,
    years: Vec<String>,
    chips: Vec<Chip>,
    page: PageBody<RequestBody>,
    /// How many fit, where counters know it.
    fitting: Option<i64>,
    actions: Vec<ActionChoice>,
    next: Option<String>,
}

pub(crate) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    QueryOf(wanted): QueryOf<Wanted>,
) -> Result<Response, Problem> {
    shown(app, visitor, wanted).await
}

/// What somebody looks for.
#[derive(Debug, Deserialize)]
pub(crate) struct Find {
    q: String,
}

/// Finds by name or by number. A number identifies a person, so it stands in no address.
pub(crate) async fn find(
    State(app): State<App>,
    visitor: Visitor,
    sent: Sent<Find>,
) -> Result<Response, Problem> {
    let wanted = Wanted { q: sent.value.q.trim().to_owned(), ..Wanted::default() };
    if wanted.q.chars().filter(char::is_ascii_digit).count() < 4 {
        return Ok(Redirect::to(&wanted.address(|_| ())).into_response());
    }
    let find = keep(&app, &visitor.caller, FIND, &wanted.q)?;
    let wanted = Wanted { find, ..Wanted::default() };
    Ok(Redirect::to(&wanted.address(|_| ())).into_response())
}

async fn shown(app: App, visitor: Visitor, wanted: Wanted) -> Result<Response, Problem> {
    let Visitor { caller, frame, .. } = visitor;
    let (lang, filter) = (caller.lang, wanted.whole(&app, &caller)?);
    let cursor = Some(wanted.cursor.as_str()).filter(|cursor| !cursor.is_empty());
    let page = requests::page(&app, &caller, &filter, SHOWN, cursor).await?;
    let query =
        StagesQuery { scheme: filter.scheme.clone(), region: filter.region.clone(), year: filter.year };
    let all = StagesQuery { scheme: None, region: None, year: None };
    let counts = stages::stages(State(app.clone()), caller.clone(), QueryOf(query)).await?.0.data;
    let known = stages::stages(State(app.clone()), caller.clone(), QueryOf(all)).await?.0.data;
    let plain = filter.q.is_none() && filter.code.is_none();
    let fitting = plain.then(|| {
        let fit = counts.iter().filter(|at| filter.stage.as_ref().is_none_or(|stage| *stage == at.stage));
        fit.map(|at| at.count).sum()
    });
    let next = page.next_cursor.clone().map(|cursor| wanted.address(|wanted| wanted.cursor = cursor));
    let shown = ListPage {
        schemes: schemes(&app, lang),
        stages: stages_of(&known, &wanted.scheme),
        regions: regions(&app, &caller),
        years: years(&known),
        chips: chips(&app, &frame, &wanted, &known),
        actions: choices(&app, &caller, &filter),
        fitting,
        next,
        page,
        wanted,
        frame,
    };
    show(&shown, lang)
}

/// The schemes of the office.
pub(crate) fn schemes(app: &App, lang: Lang) -> Vec<Choice> {
    let world = app.store.world();
    let all = world.workflows.all_current();
    all.map(|workflow| Choice {
        value: workflow.scheme.to_string(),
        title: workflow.title.in_lang(lang).to_owned(),
    })
    .collect()
}

/// The regencies and cities that the caller sees.
pub(crate) fn regions(app: &App, caller: &Caller) -> Vec<Choice> {
    let served = app.store.regions().served_regencies();
    served
        .filter(|(code, _)| caller.sees(code))
        .map(|(code, name)| Choice { value: code.to_string(), title: name.clone() })
        .collect()
}

/// The stages that anything is at, in the order of the way.
fn stages_of(known: &[StageBody], scheme: &str) -> Vec<Choice> {
    let mut stages: Vec<Choice> = Vec::new();
    for at in known.iter().filter(|at| scheme.is_empty() || at.scheme == scheme) {
        if !stages.iter().any(|stage| stage.value == at.stage) {
            stages.push(Choice { value: at.stage.clone(), title: at.stage_title.clone() });
        }
    }
    stages
}

fn years(known: &[StageBody]) -> Vec<String> {
    let years: std::collections::BTreeSet<i16> = known.iter().map(|at| at.year).collect();
    years.iter().rev().map(ToString::to_string).collect()
}

fn chips(app: &App, frame: &Frame, wanted: &Wanted, known: &[StageBody]) -> Vec<Chip> {
    let titles: BTreeMap<&str, &str> =
        known.iter().map(|at| (at.stage.as_str(), at.stage_title.as_str())).collect();
    let mut chips = Vec::new();
    let mut chip = |value: &str, title: String, without: fn(&mut Wanted)| {
        if !value.is_empty() {
            chips.push(Chip { title, without: wanted.address(without) });
        }
    };
    let scheme = schemes(app, frame.lang).into_iter().find(|scheme| scheme.value == wanted.scheme);
    chip(&wanted.scheme, scheme.map_or_else(|| wanted.scheme.clone(), |it| it.title), |it| it.scheme.clear());
    let stage = titles.get(wanted.stage.as_str()).copied().unwrap_or(&wanted.stage);
    chip(&wanted.stage, stage.to_owned(), |it| it.stage.clear());
    let region = app.store.regions().name(&wanted.region).unwrap_or(&wanted.region);
    chip(&wanted.region, region.to_owned(), |it| it.region.clear());
    chip(&wanted.year, wanted.year.clone(), |it| it.year.clear());
    chip(&wanted.code, t!(frame, "stuck-only"), |it| it.code.clear());
    chip(&wanted.find, t!(frame, "found-by-number"), |it| it.find.clear());
    chip(&wanted.q, format!("“{}”", wanted.q), |it| it.q.clear());
    chips
}
