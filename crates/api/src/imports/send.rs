//! Takes a list in: checked as far as is cheap, kept sealed, then answered; the rest is done in the background.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use salur_core::form::Context;
use salur_core::refusal::{Refusal, Why};
use salur_core::workflow::Workflow;
use salur_core::{ImportId, Lang, PersonId, SchemeId};
use salur_intake::{FileRefusal, Limits};
use salur_store::StoreError;
use salur_store::job::{Answer, ImportPhase, ImportState, Job, Key};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use tokio::runtime::Handle;
use utoipa::IntoParams;

use super::body::{Taken, file_refused};
use super::reader::Files;
use super::{enters, entry_action, runner};
use crate::App;
use crate::caller::{Caller, Idempotency};
use crate::problem::Problem;
use crate::upload::{self, Rules, Upload, said};

/// The types a list may be sent as. What it is, its own bytes say.
const TYPES: [&str; 4] = [
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/octet-stream",
    "multipart/form-data",
];
/// Fiscal years before and after this one that lists come for.
const YEARS_AROUND: i16 = 5;
/// Persons named to somebody who may not enter requests.
const NAMED_MAX: usize = 5;

/// For what the list is.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SendQuery {
    /// The scheme.
    pub scheme: String,
    /// The fiscal year.
    pub year: i16,
}

/// Takes a list of recipients in.
///
/// The file is CSV in any of the office's spellings, XLSX, XLS or ODS; whichever its own bytes say. A file that is
/// no such table is refused at once; what only shows while its rows are read ends the import in the state `failed`,
/// with the same code and sentences.
#[utoipa::path(
    post, path = "/imports", tag = "imports", params(SendQuery),
    request_body(
        content((Vec<u8> = "text/csv"), (Vec<u8> = "application/octet-stream"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (Vec<u8> = "multipart/form-data")),
        description = "The list; as a form, the part `file` and, for groups, the part `members`. At most 32 MiB."
    ),
    responses(
        (status = 202, description = "Taken in; judged in the background", body = Taken,
            headers(("Location" = String, description = "The import"))),
        (status = 403, description = "The caller enters no requests", body = Problem),
        (status = 413, description = "The file is too large", body = Problem),
        (status = 415, description = "Neither a table nor a form", body = Problem),
        (status = 422, description = "No such scheme, or the file is no list", body = Problem),
    )
)]
pub async fn send_list(
    State(app): State<App>,
    caller: Caller,
    key: Idempotency,
    query: Result<Query<SendQuery>, QueryRejection>,
    request: Request,
) -> Result<Response, Problem> {
    let query = query.map_err(|error| query_malformed(&error, caller.lang))?.0;
    let workflow = permitted(&app, &caller, &query)?;
    let declared = upload::media_type(request.headers());
    if !declared.is_some_and(|declared| TYPES.contains(&&*declared)) {
        return Err(upload::unsupported(
            caller.lang,
            "text/csv, XLSX, application/octet-stream, multipart/form-data",
        ));
    }
    let _turn = runner::turn_to_receive().await;
    let most = usize::try_from(Limits::default().file_bytes).unwrap_or(usize::MAX);
    let rules = Rules { bytes: most, parts: &["file", "members"], lang: caller.lang };
    let files = files(upload::receive(request, rules).await?);
    let (files, kept) = keep(&app, workflow, caller.clone(), files).await?;
    let fingerprint = [Sha256::digest(&files.list), Sha256::digest(files.members.unwrap_or_default())];
    let new = new_import(ImportId(app.clock.new_id()), &query, &caller, kept);
    let taken = take_in(&app, &caller, key.over(&fingerprint.concat()), new).await?;
    let location = format!("/api/v1/imports/{}", taken.id);
    Ok((StatusCode::ACCEPTED, [(LOCATION, location)], Json(taken)).into_response())
}

/// Keeps a new import and starts judging it; under a repeated key it is the import that was made before.
async fn take_in(app: &App, caller: &Caller, key: Option<Key>, new: ImportState) -> Result<Taken, Problem> {
    let id = new.id;
    let told = app.store.execute(caller.ask(key, Job::NoteImport(Box::new(new)))).await;
    let told = told.map_err(|error| Problem::of(&error, caller.lang, &app.store.world(), None))?;
    let Answer::Import(noted) = told else {
        return Err(Problem::broken(&StoreError::Unfit("an import was not noted".into()), caller.lang));
    };
    if noted == id {
        runner::start(app, id, None);
        return Ok(Taken { id: id.0, state: ImportPhase::Judging.as_str() });
    }
    let before = app.store.import(noted).await.map_err(|error| Problem::broken(&error, caller.lang))?;
    let state = before.map_or(ImportPhase::Judging, |before| before.state);
    Ok(Taken { id: noted.0, state: state.as_str() })
}

/// The workflow of the scheme, if the caller may enter its requests anywhere.
fn permitted(app: &App, caller: &Caller, query: &SendQuery) -> Result<Arc<Workflow>, Problem> {
    let world = app.store.world();
    let Some(workflow) = world.workflows.current(&SchemeId::from(&*query.scheme)) else {
        let known: Vec<_> = world.workflows.all_current().map(|known| known.scheme.to_string()).collect();
        return Err(scheme_unknown(&query.scheme, &known, caller.lang));
    };
    let this_year = world.calendar.date_of(caller.at).year();
    if this_year.saturating_sub(query.year).saturating_abs() > YEARS_AROUND {
        let detail = said(
            caller.lang,
            format!("Tahun {} terlalu jauh dari {this_year}.", query.year),
            format!("The year {} is too far from {this_year}.", query.year),
        );
        return Err(Problem::malformed("year_out_of_range", detail));
    }
    may_enter(app, caller, workflow)?;
    Ok(Arc::clone(workflow))
}

/// Refuses a caller who enters no requests of the scheme anywhere.
pub(super) fn may_enter(app: &App, caller: &Caller, workflow: &Workflow) -> Result<(), Problem> {
    let world = app.store.world();
    let refuse = |why, who_could| {
        let refusal = Refusal { why, who_could };
        Err(Problem::refused(&refusal, caller.lang, &world, Some(workflow)))
    };
    let Some((name, action)) = entry_action(workflow) else {
        return refuse(Why::ActionUnknown { action: "submit".into() }, Vec::new());
    };
    if enters(&caller.person, action) {
        return Ok(());
    }
    let could = world.roster.people().filter(|person| enters(person, action)).map(|person| person.id);
    let who_could: Vec<PersonId> = could.take(NAMED_MAX).collect();
    refuse(Why::RoleMissing { action: name.clone(), roles: action.by.keys().cloned().collect() }, who_could)
}

fn files(sent: Vec<Option<Upload>>) -> Files {
    let mut sent = sent.into_iter().map(|file| file.map(|file| file.bytes));
    Files { list: sent.next().flatten().unwrap_or_default(), members: sent.next().flatten() }
}

/// Names of the sealed files.
type Kept = (String, Option<String>);

/// Looks at the files' first rows, and keeps them sealed. Both are work for a processor, not for a thread that serves
/// others.
async fn keep(
    app: &App,
    workflow: Arc<Workflow>,
    caller: Caller,
    files: Files,
) -> Result<(Files, Kept), Problem> {
    let app = app.clone();
    let runtime = Handle::current();
    let lang = caller.lang;
    let kept = tokio::task::spawn_blocking(move || {
        first_look(&app, &workflow, &caller, &files).map_err(|refusal| file_refused(&refusal, lang))?;
        let keep = |bytes: &[u8]| runtime.block_on(app.store.keep_file(bytes));
        let kept = || -> Result<Kept, StoreError> {
            let list = keep(&files.list)?.to_string();
            let members = files.members.as_deref().map(keep).transpose()?;
            Ok((list, members.map(|digest| digest.to_string())))
        };
        let kept = kept().map_err(|error| Problem::broken(&error, lang))?;
        Ok((files, kept))
    });
    kept.await.unwrap_or_else(|_| Err(broken_down(lang)))
}

/// Refuses what is no list of the scheme.
fn first_look(app: &App, workflow: &Workflow, caller: &Caller, files: &Files) -> Result<(), FileRefusal> {
    let today = app.store.world().calendar.date_of(caller.at);
    let context = Context { regions: app.store.regions(), today };
    files.look(app.config.sheet_reader.as_deref(), &workflow.form, &context)
}

fn new_import(id: ImportId, query: &SendQuery, caller: &Caller, (list, members): Kept) -> ImportState {
    let scheme = SchemeId::from(&*query.scheme);
    ImportState { list, members, ..ImportState::new(id, scheme, query.year, caller.person.id, caller.at) }
}

fn scheme_unknown(scheme: &str, known: &[String], lang: Lang) -> Problem {
    let scheme: String = scheme.chars().filter(|letter| !letter.is_control()).take(40).collect();
    let known = known.join(", ");
    let detail = said(
        lang,
        format!("Program `{scheme}` tidak dikenal; yang ada: {known}."),
        format!("There is no scheme `{scheme}`; there are: {known}."),
    );
    Problem::malformed("scheme_unknown", detail)
}

/// The query does not fit.
pub(super) fn query_malformed(error: &QueryRejection, lang: Lang) -> Problem {
    let cause = error.body_text();
    let cause = cause.rsplit(": ").next().unwrap_or_default();
    let detail = said(
        lang,
        format!("Parameter alamat tidak sesuai: {cause}."),
        format!("The query does not fit: {cause}."),
    );
    Problem::malformed("query_malformed", detail)
}

fn broken_down(lang: Lang) -> Problem {
    tracing::error!("the first look at a file broke down");
    let detail = said(
        lang,
        "Terjadi kesalahan di server; sudah dicatat.",
        "Something went wrong in the server; it has been logged.",
    );
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
}
