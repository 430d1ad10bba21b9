//! The rows to mend, as their sender wrote them, to be corrected and sent again.

use std::io::{self, Write as _};
use std::ops::ControlFlow;

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use salur_core::Lang;
use salur_intake::{CsvStyle, FaultyCsv, Located};
use salur_store::job::{ImportPhase, ImportState, SealedFault};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::handlers::{failed, not_ready, visible};
use super::located::opened;
use super::work::{Halted, Work};
use crate::App;
use crate::caller::Caller;
use crate::pieces::Pipe;
use crate::problem::{Problem, Somebody};
use crate::upload::said;

/// Files that are being written at once; each holds its list in memory.
static WRITING: Semaphore = Semaphore::const_new(4);
/// Faults read at once.
const FAULTS_READ: u32 = 1_000;

/// Writes the faulty rows of an import as CSV, with what is wrong beside each, in the caller's language.
///
/// The columns are the sender's own; those added begin with `_` and are passed over when the file is sent again.
#[utoipa::path(
    get, path = "/imports/{id}/faulty.csv", tag = "imports", params(("id" = Uuid, Path, description = "The import")),
    responses(
        (status = 200, description = "The rows to mend", content_type = "text/csv", body = String),
        (status = 403, description = "Somebody else sent the list: it holds whole identity numbers", body = Problem),
        (status = 404, body = Problem),
        (status = 409, description = "Still being judged, of no use, or without a row to mend", body = Problem),
    )
)]
pub async fn faulty_csv(
    State(app): State<App>,
    caller: Caller,
    id: Result<Path<Uuid>, PathRejection>,
) -> Result<Response, Problem> {
    let state = visible(&app, &caller, id).await?;
    if state.by != caller.person.id {
        return Err(not_yours(&app, &state, caller.lang));
    }
    match state.state {
        ImportPhase::Judging => return Err(not_ready(caller.lang)),
        ImportPhase::Failed => return Err(failed(&state, caller.lang)),
        ImportPhase::Ready | ImportPhase::Accepting | ImportPhase::Done
            if state.faulty == 0 && state.refused == 0 =>
        {
            return Err(nothing_to_mend(caller.lang));
        }
        ImportPhase::Ready | ImportPhase::Accepting | ImportPhase::Done => {}
    }
    caller.note_reading(&app, "faulty_rows_read", state.id.0).await?;
    let turn = WRITING.acquire().await;
    let work = Work::take_up(&app, &state, None).await.map_err(|error| {
        tracing::error!(import = %state.id, %error, "failed to fetch the list of an import");
        unavailable(caller.lang)
    })?;
    let name = format!("attachment; filename=\"galat-{}-{}.csv\"", state.scheme, state.year);
    let (pipe, pieces) = Pipe::new();
    let lang = caller.lang;
    tokio::task::spawn_blocking(move || {
        let _turn = turn;
        if let Err(error) = write(&work, &state, lang, pipe) {
            tracing::warn!(import = %state.id, %error, "failed to write the faulty rows of an import");
        }
    });
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, &name),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}

fn nothing_to_mend(lang: Lang) -> Problem {
    let detail = said(
        lang,
        "Daftar ini tidak punya baris yang perlu diperbaiki.",
        "No row of this list has to be mended.",
    );
    Problem::new(StatusCode::CONFLICT, "nothing_to_mend", detail)
}

/// Judges the list anew for its cells, and puts the faults beside them that are kept: the same that are shown.
fn write(work: &Work, state: &ImportState, lang: Lang, pipe: Pipe) -> io::Result<()> {
    let style = CsvStyle::of(&work.files.list);
    let broken = pipe.breaker();
    let mut out = Some(pipe);
    let mut csv = None;
    let mut kept = Kept::new(work, state);
    let mut halted = None;
    let judged = work.judge(&mut |judged| {
        let mut row = || -> io::Result<()> {
            if let Some(out) = out.take() {
                csv = Some(FaultyCsv::new(out, &judged.columns.headers, style, lang)?);
            }
            let faults = kept.of(judged.row).map_err(io::Error::other)?;
            match &mut csv {
                Some(csv) if !faults.is_empty() => csv.row(judged.row, &judged.cells, &faults),
                Some(_) | None => Ok(()),
            }
        };
        match row() {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                halted = Some(error);
                ControlFlow::Break(())
            }
        }
    });
    let outcome = match (halted, judged, csv) {
        (Some(error), _, _) => Err(error),
        (None, Err(refusal), _) => Err(io::Error::other(refusal)),
        (None, Ok(_), Some(csv)) => csv.finish().and_then(|mut out| out.flush()),
        (None, Ok(_), None) => Ok(()),
    };
    if let Err(error) = &outcome {
        broken.break_off(error);
    }
    outcome
}

/// The faults that are kept, row by row.
struct Kept<'a> {
    work: &'a Work,
    state: &'a ImportState,
    page: std::iter::Peekable<std::vec::IntoIter<(SealedFault, Vec<u8>)>>,
    /// Where the next page starts.
    from: (u32, u32),
    is_at_end: bool,
}

impl<'a> Kept<'a> {
    fn new(work: &'a Work, state: &'a ImportState) -> Kept<'a> {
        Kept { work, state, page: Vec::new().into_iter().peekable(), from: (0, 0), is_at_end: false }
    }

    /// The faults of a row; rows are asked for in their order.
    fn of(&mut self, row: u32) -> Result<Vec<Located>, Halted> {
        let mut faults = Vec::new();
        loop {
            if self.page.peek().is_none() && !self.is_at_end {
                let page = self.work.app.store.faults(self.state.id, self.from, FAULTS_READ);
                self.page = self.work.wait(page)?.into_iter().peekable();
                self.is_at_end = self.page.peek().is_none();
            }
            let Some((fault, bytes)) = self.page.next_if(|(fault, _)| fault.row <= row) else {
                return Ok(faults);
            };
            self.from = (fault.row, fault.n.saturating_add(1));
            if fault.row == row {
                faults.extend(opened(&bytes)?);
            }
        }
    }
}

fn not_yours(app: &App, state: &ImportState, lang: Lang) -> Problem {
    let name = app.store.world().roster.name(state.by);
    let detail = said(
        lang,
        format!("Berkas ini memuat NIK lengkap; hanya pengirimnya, {name}, yang dapat mengunduhnya."),
        format!("This file holds whole NIKs; only its sender, {name}, may fetch it."),
    );
    let mut problem = Problem::new(StatusCode::FORBIDDEN, "import_not_yours", detail);
    problem.who_could = vec![Somebody { id: state.by.0, name }];
    problem
}

fn unavailable(lang: Lang) -> Problem {
    let detail = said(
        lang,
        "Daftar ini sedang tidak dapat dibaca; ulangi.",
        "The list cannot be read now; try again.",
    );
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
}
