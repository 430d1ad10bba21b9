//! A request by hand: the scheme's own form, a look at all answers, then one button; and mending one that came back.

mod form;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Router, routing};
use salur_api::entry::{self, AmendBody, EnterBody};
use salur_api::extract::{BodyOf, IdOf, IfMatch, QueryOf};
use salur_api::request_detail::RequestDetailBody;
use salur_api::{App, Problem, requests};
use salur_core::SchemeId;
use salur_core::workflow::Workflow;
use serde::Deserialize;
use uuid::Uuid;

use self::form::{Group, Question, answered, questions};
use crate::page::{Frame, Visitor, show, show_wrong};
use crate::requests::{Choice, schemes};
use crate::sent::{Filled, Sent};
use crate::texts::t;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/requests/new", routing::get(choose))
        .route("/requests/new/{scheme}", routing::get(new).post(enter))
        .route("/requests/{id}/amend", routing::get(mend).post(amend))
}

#[derive(Template)]
#[template(path = "entry_choose.html")]
struct ChoosePage {
    frame: Frame,
    schemes: Vec<Choice>,
}

async fn choose(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    let lang = visitor.caller.lang;
    show(&ChoosePage { frame: visitor.frame, schemes: schemes(&app, lang) }, lang)
}

/// How many members' rows a form has.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Rows {
    members: Option<usize>,
}

/// Members' rows that a form shows at first, and at most.
const ROWS: usize = 5;
const ROWS_MAX: usize = 50;

#[derive(Template)]
#[template(path = "entry.html")]
struct EntryPage {
    frame: Frame,
    scheme: Choice,
    year: i16,
    questions: Vec<Question>,
    groups: Vec<Group>,
    /// True where there are members: more rows can be asked for.
    has_members: bool,
    more: usize,
    /// True once everything is sound: the answers are shown to be read once more.
    is_checked: bool,
    wrong: Option<Problem>,
}

async fn new(
    State(app): State<App>,
    visitor: Visitor,
    Path(scheme): Path<String>,
    QueryOf(rows): QueryOf<Rows>,
) -> Result<Response, Problem> {
    let rows = rows.members.unwrap_or(ROWS).min(ROWS_MAX);
    entry_page(&app, visitor, &scheme, &Filled::default(), rows, None, false)
}

fn entry_page(
    app: &App,
    visitor: Visitor,
    scheme: &str,
    filled: &Filled,
    rows: usize,
    wrong: Option<Problem>,
    is_checked: bool,
) -> Result<Response, Problem> {
    let Visitor { caller, frame, .. } = visitor;
    let lang = caller.lang;
    let world = app.store.world();
    let workflow =
        world.workflows.current(&SchemeId::from(scheme)).ok_or_else(|| Problem::not_found(lang))?;
    let this_year = world.calendar.date_of(caller.at).year();
    let (questions, groups) = questions(app, &caller, workflow, filled, rows, wrong.as_ref());
    let status = wrong.as_ref().map(|wrong| wrong.status);
    let page = EntryPage {
        scheme: Choice { value: scheme.to_owned(), title: workflow.title.in_lang(lang).to_owned() },
        year: filled.first("year").parse().unwrap_or(this_year),
        questions,
        has_members: workflow.form.members.is_some(),
        more: rows.saturating_add(ROWS).min(ROWS_MAX),
        groups,
        is_checked,
        wrong,
        frame,
    };
    show_wrong(&page, lang, status)
}

/// Judges what was filled in; once it is sound it is shown whole, and the second time it is entered.
async fn enter(
    State(app): State<App>,
    visitor: Visitor,
    Path(scheme): Path<String>,
    sent: Sent<Filled>,
) -> Result<Response, Problem> {
    let filled = sent.value;
    let lang = visitor.caller.lang;
    let world = app.store.world();
    let workflow =
        world.workflows.current(&SchemeId::from(&*scheme)).ok_or_else(|| Problem::not_found(lang))?;
    let rows = filled.first("rows").parse().unwrap_or(ROWS).min(ROWS_MAX);
    let fields = answered(workflow, &filled, rows);
    let year = filled.first("year").parse().unwrap_or_default();
    let body = EnterBody { scheme: scheme.clone(), year, region: None, amount: None, fields };
    if let Err(problem) = entry::judge(&app, &visitor.caller, &body) {
        return entry_page(&app, visitor, &scheme, &filled, rows, Some(problem), false);
    }
    match filled.first("step") {
        "enter" => {}
        "change" => return entry_page(&app, visitor, &scheme, &filled, rows, None, false),
        _ => return entry_page(&app, visitor, &scheme, &filled, rows, None, true),
    }
    let body = BodyOf { value: body, bytes: sent.bytes };
    match entry::enter(State(app.clone()), visitor.caller.clone(), sent.key, body).await {
        Ok(entered) => Ok(Redirect::to(&format!("/requests/{}", entered.id)).into_response()),
        Err(problem) => entry_page(&app, visitor, &scheme, &filled, rows, Some(problem), false),
    }
}

#[derive(Template)]
#[template(path = "amend.html")]
struct AmendPage {
    frame: Frame,
    it: RequestDetailBody,
    questions: Vec<Question>,
    wrong: Option<Problem>,
}

async fn mend(State(app): State<App>, visitor: Visitor, IdOf(id): IdOf) -> Result<Response, Problem> {
    amend_page(&app, visitor, id, None, None).await
}

/// The form of a request with its facts as they stand. A number that lists cut short is left empty: it stays as it is
/// unless something is written there.
async fn amend_page(
    app: &App,
    visitor: Visitor,
    id: Uuid,
    filled: Option<&Filled>,
    wrong: Option<Problem>,
) -> Result<Response, Problem> {
    let Visitor { caller, frame, .. } = visitor;
    let lang = caller.lang;
    let it = requests::one(State(app.clone()), caller.clone(), IdOf(id)).await?.0;
    let world = app.store.world();
    let workflow = pinned(&world, &it, lang)?;
    let known = form::known(&it);
    let (questions, _) = questions(app, &caller, workflow, filled.unwrap_or(&known), 0, wrong.as_ref());
    // What is masked is left as it is unless something is written there.
    let may_stay = |question: &Question| known.first(&question.name).is_empty();
    let questions = questions
        .into_iter()
        .map(|question| Question { required: question.required && !may_stay(&question), ..question })
        .collect();
    let status = wrong.as_ref().map(|wrong| wrong.status);
    show_wrong(&AmendPage { frame, it, questions, wrong }, lang, status)
}

fn pinned<'a>(
    world: &'a salur_core::world::World,
    it: &RequestDetailBody,
    lang: salur_core::Lang,
) -> Result<&'a Workflow, Problem> {
    let fits = |workflow: &&'a Workflow| {
        workflow.scheme.as_str() == it.request.scheme && workflow.version == it.definition
    };
    world.workflows.all().map(|workflow| &**workflow).find(fits).ok_or_else(|| Problem::unexpected(lang))
}

/// Amends the facts that were changed.
async fn amend(
    State(app): State<App>,
    visitor: Visitor,
    IdOf(id): IdOf,
    sent: Sent<Filled>,
) -> Result<Response, Problem> {
    let filled = sent.value;
    let it = requests::one(State(app.clone()), visitor.caller.clone(), IdOf(id)).await?.0;
    let world = app.store.world();
    let workflow = pinned(&world, &it, visitor.caller.lang)?;
    let known = form::known(&it);
    let mut fields = answered(workflow, &filled, 0);
    let before = |name: &str| known.first(&format!("fact.{name}"));
    fields.retain(|name, value| value.as_str().is_some_and(|value| value != before(name)));
    // An answer that stood there and was emptied is taken back; a number that was masked stood nowhere.
    for name in workflow.form.fields.iter().map(|field| field.name.as_str()) {
        let asked = format!("fact.{name}");
        if filled.has(&asked) && filled.first(&asked).is_empty() && !before(name).is_empty() {
            fields.insert(name.to_owned(), serde_json::Value::Null);
        }
    }
    if fields.is_empty() {
        let wrong = Problem::malformed("nothing_changed", t!(visitor.frame, "amend-nothing"));
        return amend_page(&app, visitor, id, Some(&filled), Some(wrong)).await;
    }
    let seen = IfMatch(filled.first("version").parse().ok());
    let body = BodyOf { value: AmendBody { fields }, bytes: sent.bytes };
    let done = entry::amend(State(app.clone()), visitor.caller.clone(), IdOf(id), seen, sent.key, body).await;
    match done {
        Ok(_) => Ok(Redirect::to(&format!("/requests/{id}")).into_response()),
        Err(problem) if problem.status == 412 => Err(problem),
        Err(problem) => amend_page(&app, visitor, id, Some(&filled), Some(problem)).await,
    }
}

impl AmendPage {
    /// What is wrong and belongs to no question of the page.
    fn elsewhere(&self) -> Vec<&str> {
        elsewhere(&self.questions, self.wrong.as_ref())
    }
}

impl EntryPage {
    /// What is wrong and belongs to no question of the page.
    fn elsewhere(&self) -> Vec<&str> {
        elsewhere(&self.questions, self.wrong.as_ref())
    }
}

fn elsewhere<'a>(questions: &[Question], wrong: Option<&'a Problem>) -> Vec<&'a str> {
    let asked = |pointer: &str| {
        let own = questions.iter().map(|it| it.name.strip_prefix("fact.").unwrap_or_default());
        own.map(|name| format!("/fields/{name}")).any(|known| known == pointer)
            || pointer.starts_with("/fields/members/")
    };
    let faults = wrong.into_iter().flat_map(|wrong| &wrong.errors);
    faults.filter(|fault| !asked(&fault.pointer)).map(|fault| fault.detail.as_str()).collect()
}

impl Group {
    /// True if anything was answered about the member.
    fn is_answered(&self) -> bool {
        self.questions.iter().any(|question| !question.value.is_empty())
    }
}
