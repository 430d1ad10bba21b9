//! Reads imports, and accepts one.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use salur_core::{ImportId, Lang};
use salur_intake::Located;
use salur_store::job::{Answer, ImportPhase, ImportState, Job};
use salur_store::requests::Scope;
use salur_store::{ExecuteError, Store, StoreError};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::body::{
    FaultPlace, ImportBody, ImportPage, ImportsPage, RowFault, fault_cursor, fault_place, import_cursor,
    import_place,
};
use super::located::opened;
use super::runner::{self, Claim, Kind};
use super::send::{may_enter, query_malformed};
use crate::App;
use crate::caller::{Caller, Idempotency};
use crate::problem::Problem;
use crate::upload::said;

/// Most faults of a page.
const FAULTS_MAX: u32 = 500;
/// Faults of a page unless said otherwise.
const FAULTS_DEFAULT: u32 = 100;
/// Most imports of a page.
const IMPORTS_MAX: u32 = 100;
/// Imports of a page unless said otherwise.
const IMPORTS_DEFAULT: u32 = 50;

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// How many.
    pub limit: Option<u32>,
    /// Where the page starts, as an earlier page said.
    pub cursor: Option<String>,
}

type PageOf = Result<Query<PageQuery>, QueryRejection>;
type IdOf = Result<Path<Uuid>, PathRejection>;

/// Lists imports, newest first: the caller's own, and for whoever works for all regions, everybody's.
#[utoipa::path(
    get, path = "/imports", tag = "imports", params(PageQuery),
    responses((status = 200, body = ImportsPage), (status = 422, body = Problem))
)]
pub async fn imports(
    State(app): State<App>,
    caller: Caller,
    query: PageOf,
) -> Result<Json<ImportsPage>, Problem> {
    let (limit, cursor) = page(query, IMPORTS_DEFAULT, IMPORTS_MAX, caller.lang)?;
    let before = import_place(cursor.as_deref(), caller.lang)?;
    let sender = (caller.scope() != Scope::Everywhere).then_some(caller.person.id);
    let found = app.store.imports(sender, before, limit.saturating_add(1)).await;
    let mut found = found.map_err(|error| Problem::broken(&error, caller.lang))?;
    let has_more = cut(&mut found, limit);
    let next_cursor = found.last().filter(|_| has_more).map(|state| import_cursor(state.id.0));
    let world = app.store.world();
    let data = found.into_iter().map(|state| ImportBody::of(state, &world, caller.lang)).collect();
    Ok(Json(ImportsPage { data, next_cursor, has_more }))
}

/// Shows where an import stands, and a page of what is wrong with its rows.
#[utoipa::path(
    get, path = "/imports/{id}", tag = "imports", params(("id" = Uuid, Path, description = "The import"), PageQuery),
    responses((status = 200, body = ImportPage), (status = 404, body = Problem), (status = 422, body = Problem))
)]
pub async fn import(
    State(app): State<App>,
    caller: Caller,
    id: IdOf,
    query: PageOf,
) -> Result<Json<ImportPage>, Problem> {
    let (limit, cursor) = page(query, FAULTS_DEFAULT, FAULTS_MAX, caller.lang)?;
    let from = fault_place(cursor.as_deref(), caller.lang)?;
    let state = visible(&app, &caller, id).await?;
    let (found, next) = faults(&app.store, state.id, from, limit)
        .await
        .map_err(|error| Problem::broken(&error, caller.lang))?;
    let world = app.store.world();
    let form = world.workflows.current(&state.scheme).map(|workflow| &workflow.form);
    let is_own = state.by == caller.person.id;
    let errors = found
        .into_iter()
        .map(|(row, located)| RowFault::of(located, row, form, is_own, caller.lang))
        .collect();
    let next_cursor = next.map(fault_cursor);
    Ok(Json(ImportPage { import: ImportBody::of(state, &world, caller.lang), errors, next_cursor }))
}

/// Accepts an import: each sound row becomes a request, in the background. Accepting twice is accepting once.
#[utoipa::path(
    post, path = "/imports/{id}/accept", tag = "imports", params(("id" = Uuid, Path, description = "The import")),
    responses(
        (status = 202, description = "Being accepted, or accepted before", body = ImportBody),
        (status = 403, description = "The caller enters no requests", body = Problem),
        (status = 404, body = Problem),
        (status = 409, description = "Still being judged, or of no use", body = Problem),
    )
)]
pub async fn accept_import(
    State(app): State<App>,
    caller: Caller,
    key: Idempotency,
    id: IdOf,
) -> Result<(StatusCode, Json<ImportBody>), Problem> {
    let state = visible(&app, &caller, id).await?;
    let world = app.store.world();
    if let Some(workflow) = world.workflows.current(&state.scheme) {
        may_enter(&app, &caller, workflow)?;
    }
    // Whoever has the claim accepts; others see how far it is.
    let claim = Claim::take(&app, state.id, Kind::Accepting).await;
    let claim = claim.map_err(|error| Problem::broken(&error, caller.lang))?;
    let state = read(&app, state.id, caller.lang).await?;
    let state = match (state.state, claim) {
        (ImportPhase::Judging, _) => return Err(not_ready(caller.lang)),
        (ImportPhase::Failed, _) => return Err(failed(&state, caller.lang)),
        (ImportPhase::Ready, Some(claim)) => {
            let accepting = ImportState {
                state: ImportPhase::Accepting,
                accepted_by: Some(caller.person.id),
                row_reached: 0,
                ..state
            };
            let ask = caller.ask(key.over(b""), Job::NoteImport(Box::new(accepting.clone())));
            match app.store.execute(ask).await {
                Ok(Answer::Import(told)) if told == accepting.id => {
                    runner::start(&app, accepting.id, Some(claim));
                    accepting
                }
                Ok(_) => return Err(not_ready(caller.lang)),
                // Accepted by another server between the look and the act.
                Err(ExecuteError::Overtaken) => read(&app, accepting.id, caller.lang).await?,
                Err(error) => return Err(Problem::of(&error, caller.lang, &world, None)),
            }
        }
        // A stop or a failure left it here: go on.
        (ImportPhase::Accepting, Some(claim)) => {
            runner::start(&app, state.id, Some(claim));
            state
        }
        (ImportPhase::Ready | ImportPhase::Accepting | ImportPhase::Done, _) => state,
    };
    Ok((StatusCode::ACCEPTED, Json(ImportBody::of(state, &world, caller.lang))))
}

/// An import for the eyes of its sender, and of whoever works for all regions.
pub(super) async fn visible(app: &App, caller: &Caller, id: IdOf) -> Result<ImportState, Problem> {
    let Ok(Path(id)) = id else { return Err(Problem::not_found(caller.lang)) };
    let state = read(app, ImportId(id), caller.lang).await?;
    if state.by != caller.person.id && caller.scope() != Scope::Everywhere {
        return Err(Problem::not_found(caller.lang));
    }
    Ok(state)
}

async fn read(app: &App, id: ImportId, lang: Lang) -> Result<ImportState, Problem> {
    let state = app.store.import(id).await.map_err(|error| Problem::broken(&error, lang))?;
    state.ok_or_else(|| Problem::not_found(lang))
}

/// The import is still being judged.
pub(super) fn not_ready(lang: Lang) -> Problem {
    let detail = said(
        lang,
        "Daftar ini masih diperiksa; tunggu sampai siap.",
        "This list is still being judged; wait until it is ready.",
    );
    Problem::new(StatusCode::CONFLICT, "import_not_ready", detail)
}

/// The import's file could not be used.
pub(super) fn failed(state: &ImportState, lang: Lang) -> Problem {
    let why = state.error.as_ref().map(|error| said(lang, &error.id, &error.en)).unwrap_or_default();
    Problem::new(StatusCode::CONFLICT, "import_failed", why)
}

/// A page of faults with the rows they are kept under, and where the next page starts.
async fn faults(
    store: &Store,
    id: ImportId,
    from: FaultPlace,
    limit: u32,
) -> Result<(Vec<(u32, Located)>, Option<FaultPlace>), StoreError> {
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut page = Vec::new();
    let mut skip = from.skip;
    // Each record holds at least one fault, so one more than the page holds tells whether there is another.
    for (record, bytes) in store.faults(id, (from.row, from.n), limit.saturating_add(1)).await? {
        for (at, located) in (0..).zip(opened(&bytes)?).skip(std::mem::take(&mut skip)) {
            if page.len() == most {
                return Ok((page, Some(FaultPlace { row: record.row, n: record.n, skip: at })));
            }
            page.push((record.row, located));
        }
    }
    Ok((page, None))
}

fn page(query: PageOf, default: u32, most: u32, lang: Lang) -> Result<(u32, Option<String>), Problem> {
    let query = query.map_err(|error| query_malformed(&error, lang))?.0;
    let limit = query.limit.unwrap_or(default);
    if (1..=most).contains(&limit) {
        return Ok((limit, query.cursor));
    }
    let detail = said(lang, format!("limit harus 1 sampai {most}."), format!("limit must be 1 to {most}."));
    Err(Problem::malformed("query_malformed", detail))
}

/// Cuts a page to its length; true where there was more.
fn cut<T>(found: &mut Vec<T>, limit: u32) -> bool {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = found.len() > limit;
    found.truncate(limit);
    has_more
}
