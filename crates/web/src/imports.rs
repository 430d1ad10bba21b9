//! Lists of recipients: sending one in, what is wrong with its rows, accepting the sound ones.

use askama::Template;
use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Router, routing};
use salur_api::extract::QueryOf;
use salur_api::imports::body::{ImportBody, ImportPage, ImportsPage};
use salur_api::imports::handlers::{self, PageQuery};
use salur_api::imports::{faulty, send};
use salur_api::{App, Idempotency, Problem};
use salur_core::SchemeId;
use serde::Deserialize;
use uuid::Uuid;

use crate::decrees::Place;
use crate::page::{Frame, Visitor, show, show_wrong};
use crate::requests::{Choice, schemes};
use crate::sent::{Filled, Sent};
use crate::texts::t;
use crate::words::filters;

/// Imports, or faults, on a page.
const SHOWN: u32 = 50;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/imports", routing::get(list))
        .route("/imports/new", routing::get(new))
        .route("/imports/send", routing::post(take).layer(DefaultBodyLimit::disable()))
        .route("/imports/{id}", routing::get(one))
        .route("/imports/{id}/accept", routing::post(accept))
        .route("/imports/{id}/faulty.csv", routing::get(faulty_rows))
}

#[derive(Template)]
#[template(path = "imports.html")]
struct ListPage {
    frame: Frame,
    page: ImportsPage,
    schemes: Vec<Choice>,
}

impl ListPage {
    /// What a scheme is called.
    fn title_of(&self, scheme: &str) -> String {
        titled(&self.schemes, scheme)
    }
}

fn titled(schemes: &[Choice], scheme: &str) -> String {
    let known = schemes.iter().find(|known| known.value == scheme);
    known.map_or_else(|| scheme.to_owned(), |known| known.title.clone())
}

async fn list(
    State(app): State<App>,
    visitor: Visitor,
    QueryOf(place): QueryOf<Place>,
) -> Result<Response, Problem> {
    let lang = visitor.caller.lang;
    let query = PageQuery { limit: Some(SHOWN), cursor: place.cursor };
    let page = handlers::imports(State(app.clone()), visitor.caller, Ok(Query(query))).await?.0;
    show(&ListPage { frame: visitor.frame, page, schemes: schemes(&app, lang) }, lang)
}

/// For what a list is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ForWhat {
    scheme: String,
    year: String,
    key: String,
}

#[derive(Template)]
#[template(path = "import_new.html")]
struct NewPage {
    frame: Frame,
    schemes: Vec<Choice>,
    /// The scheme that was chosen.
    scheme: Option<Choice>,
    /// The columns that its form knows: what each is called, and the headers it is known by.
    columns: Vec<(String, String, bool)>,
    has_members: bool,
    year: i16,
    wrong: Option<Problem>,
}

async fn new(
    State(app): State<App>,
    visitor: Visitor,
    QueryOf(wanted): QueryOf<ForWhat>,
) -> Result<Response, Problem> {
    new_page(&app, visitor, &wanted, None)
}

fn new_page(
    app: &App,
    visitor: Visitor,
    wanted: &ForWhat,
    wrong: Option<Problem>,
) -> Result<Response, Problem> {
    let Visitor { caller, frame, .. } = visitor;
    let lang = caller.lang;
    let world = app.store.world();
    let workflow = world.workflows.current(&SchemeId::from(&*wanted.scheme));
    let scheme = workflow.map(|workflow| Choice {
        value: workflow.scheme.to_string(),
        title: workflow.title.in_lang(lang).to_owned(),
    });
    let fields = workflow.iter().flat_map(|workflow| &workflow.form.fields);
    let columns = fields
        .map(|field| (field.label.in_lang(lang).to_owned(), field.headers.join(", "), field.required))
        .collect();
    let this_year = world.calendar.date_of(caller.at).year();
    let page = NewPage {
        schemes: schemes(app, lang),
        scheme,
        columns,
        has_members: workflow.is_some_and(|workflow| workflow.form.members.is_some()),
        year: wanted.year.parse().unwrap_or(this_year),
        frame,
        wrong,
    };
    let status = page.wrong.as_ref().map(|wrong| wrong.status);
    show_wrong(&page, lang, status)
}

/// Takes the file in, and shows how its judging goes.
async fn take(
    State(app): State<App>,
    visitor: Visitor,
    QueryOf(wanted): QueryOf<ForWhat>,
    request: Request,
) -> Result<Response, Problem> {
    let key = Idempotency::of_form(&app, wanted.key.clone(), "POST /imports/send");
    let query =
        send::SendQuery { scheme: wanted.scheme.clone(), year: wanted.year.parse().unwrap_or_default() };
    let caller = visitor.caller.clone();
    match send::send_list(State(app.clone()), caller, key, Ok(Query(query)), request).await {
        Ok((_, _, taken)) => Ok(Redirect::to(&format!("/imports/{}", taken.id)).into_response()),
        Err(problem) => new_page(&app, visitor, &wanted, Some(problem)),
    }
}

#[derive(Template)]
#[template(path = "import.html")]
struct OnePage {
    frame: Frame,
    scheme: String,
    page: ImportPage,
    codes: Vec<(String, String, u32)>,
    wrong: Option<Problem>,
}

async fn one(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<Uuid>,
    QueryOf(place): QueryOf<Place>,
) -> Result<Response, Problem> {
    shown(&app, visitor, id, place.cursor, None).await
}

async fn shown(
    app: &App,
    visitor: Visitor,
    id: Uuid,
    cursor: Option<String>,
    wrong: Option<Problem>,
) -> Result<Response, Problem> {
    let Visitor { caller, frame, .. } = visitor;
    let lang = caller.lang;
    let query = PageQuery { limit: Some(SHOWN), cursor };
    let page = handlers::import(State(app.clone()), caller, Ok(Path(id)), Ok(Query(query))).await?.0;
    let mut codes: Vec<(String, String, u32)> = page
        .import
        .codes
        .iter()
        .map(|(code, count)| {
            let example = page.errors.iter().find(|error| error.code == *code);
            let example = example.map_or_else(String::new, |error| error.message.clone());
            (code.to_string(), example, *count)
        })
        .collect();
    codes.sort_by_key(|(_, _, count)| std::cmp::Reverse(*count));
    let scheme = titled(&schemes(app, lang), page.import.scheme.as_str());
    let status = wrong.as_ref().map(|wrong| wrong.status);
    show_wrong(&OnePage { frame, scheme, page, codes, wrong }, lang, status)
}

/// Accepts the sound rows.
async fn accept(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<Uuid>,
    sent: Sent<Filled>,
) -> Result<Response, Problem> {
    match handlers::accept_import(State(app.clone()), visitor.caller.clone(), sent.key, Ok(Path(id))).await {
        Ok(_) => Ok(Redirect::to(&format!("/imports/{id}")).into_response()),
        Err(problem) => shown(&app, visitor, id, None, Some(problem)).await,
    }
}

/// The rows to mend, with what is wrong beside each.
async fn faulty_rows(State(app): State<App>, visitor: Visitor, id: Path<Uuid>) -> Result<Response, Problem> {
    faulty::faulty_csv(State(app), visitor.caller, Ok(id)).await
}

/// The tag of an import's state.
fn state_tag(frame: &Frame, it: &ImportBody) -> (&'static str, String) {
    match it.state {
        "judging" => ("info", t!(frame, "import-judging")),
        "ready" => ("warn", t!(frame, "import-ready")),
        "accepting" => ("info", t!(frame, "import-accepting")),
        "done" => ("good", t!(frame, "import-done")),
        _ => ("bad", t!(frame, "import-failed")),
    }
}

/// True while a step is under way: the page then asks again by itself.
fn is_under_way(it: &ImportBody) -> bool {
    matches!(it.state, "judging" | "accepting")
}

/// How far the present step has come, in percent.
fn percent(it: &ImportBody) -> u32 {
    match it.progress.of {
        Some(of) if of > 0 => it.progress.done.saturating_mul(100) / of,
        _ => 0,
    }
}
