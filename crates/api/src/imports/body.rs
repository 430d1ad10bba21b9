//! Imports as they are answered.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use salur_core::Lang;
use salur_core::form::{FaultCode, Form, Kind};
use salur_core::world::World;
use salur_intake::{File, FileRefusal, Located};
use salur_store::job::{ImportPhase, ImportState};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::located::NO_ROW;
use crate::problem::{Fault as Wrong, Problem, Somebody};
use crate::upload::said;

/// Characters of a masked value that are shown.
const SHOWN: usize = 4;
/// Digits in a row that are masked wherever they stand: a NIK in the column of names is one all the same.
const MASKED_RUN: usize = 8;

/// An import that has been taken in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Taken {
    /// Its id.
    pub id: Uuid,
    /// `judging` at first.
    pub state: &'static str,
}

/// Where an import stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportBody {
    /// Its id.
    pub id: Uuid,
    /// The scheme.
    pub scheme: String,
    /// The fiscal year.
    pub year: i16,
    /// `judging`, `ready`, `accepting`, `done` or `failed`.
    pub state: &'static str,
    /// Rows of the list that were judged.
    pub rows: u32,
    /// Rows that may be accepted, referred ones included.
    pub sound: u32,
    /// Rows with a fault.
    pub faulty: u32,
    /// Sound rows that another level of government serves.
    pub referred: u32,
    /// Rows that became requests.
    pub accepted: u32,
    /// Sound rows that were turned away when they were to become requests.
    pub refused: u32,
    /// How far the present step has come.
    pub progress: Progress,
    /// Why the file could not be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorBody>,
    /// Who sent it.
    pub by: Somebody,
    /// Who accepted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted_by: Option<Somebody>,
    /// When it was sent.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// How often each fault occurs.
    #[schema(value_type = std::collections::BTreeMap<String, u32>)]
    pub codes: BTreeMap<FaultCode, u32>,
    /// How often each warning occurs; a warning keeps no row from being accepted.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = std::collections::BTreeMap<String, u32>)]
    pub warnings: BTreeMap<FaultCode, u32>,
}

/// How far a step has come.
#[derive(Debug, Serialize, ToSchema)]
pub struct Progress {
    /// Rows done.
    pub done: u32,
    /// Rows in all; null while the list is still being read.
    pub of: Option<u32>,
}

/// Why a file could not be used.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorBody {
    /// A stable code.
    pub code: String,
    /// What is wrong and how to mend it.
    pub detail: String,
}

/// An import with a page of its faults.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportPage {
    #[serde(flatten)]
    /// Where it stands.
    pub import: ImportBody,
    /// What is wrong, in the order of the list; what belongs to no row of it comes last.
    pub errors: Vec<RowFault>,
    /// Where the next page of faults starts. Null on the last page.
    pub next_cursor: Option<String>,
}

/// A page of imports, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportsPage {
    /// The imports.
    pub data: Vec<ImportBody>,
    /// Where the next page starts. Null on the last page.
    pub next_cursor: Option<String>,
    /// True if there are more pages.
    pub has_more: bool,
}

/// One thing that is wrong with a row.
#[derive(Debug, Serialize, ToSchema)]
pub struct RowFault {
    /// The line of a text file or the row of a sheet, the header's being its own.
    pub row: u32,
    /// `list` or `members`.
    #[schema(value_type = String)]
    pub file: File,
    /// The row of the list that it keeps from being accepted, where the fault stands in the list of members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_row: Option<u32>,
    /// The column's header as the file writes it.
    pub field: String,
    /// A stable code.
    #[schema(value_type = String)]
    pub code: FaultCode,
    /// The value as it was found; NIK and account numbers show their last four characters to whoever did not send it.
    pub found: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub mend: String,
}

impl ImportBody {
    pub(crate) fn of(state: ImportState, world: &World, lang: Lang) -> ImportBody {
        let somebody = |id: salur_core::PersonId| Somebody { id: id.0, name: world.roster.name(id) };
        let done = state.accepted.saturating_add(state.refused);
        let progress = match state.state {
            ImportPhase::Judging => Progress { done: state.rows, of: None },
            ImportPhase::Ready | ImportPhase::Failed => Progress { done: state.rows, of: Some(state.rows) },
            ImportPhase::Accepting | ImportPhase::Done => Progress { done, of: Some(state.sound) },
        };
        ImportBody {
            id: state.id.0,
            state: state.state.as_str(),
            year: state.year,
            rows: state.rows,
            sound: state.sound,
            faulty: state.faulty,
            referred: state.referred,
            accepted: state.accepted,
            refused: state.refused,
            progress,
            error: state
                .error
                .map(|error| ErrorBody { code: error.code, detail: said(lang, error.id, error.en) }),
            by: somebody(state.by),
            accepted_by: state.accepted_by.map(somebody),
            at: state.at,
            codes: state.codes,
            warnings: state.warnings,
            scheme: state.scheme.to_string(),
        }
    }
}

impl RowFault {
    /// A fault as it is shown; `list_row` is the row it is kept under.
    pub(crate) fn of(
        mut located: Located,
        list_row: u32,
        form: Option<&Form>,
        is_own: bool,
        lang: Lang,
    ) -> RowFault {
        if !is_own {
            mask(&mut located, form);
        }
        let fault = &located.fault;
        RowFault {
            row: located.row,
            file: located.file,
            list_row: (located.file == File::Members && list_row != NO_ROW).then_some(list_row),
            field: fault.field.clone(),
            code: fault.code,
            message: fault.message(lang),
            mend: fault.mend(lang),
            found: located.fault.found,
        }
    }
}

/// Hides what identifies a person or an account from whoever did not send it: in the value and in the sentences.
fn mask(located: &mut Located, form: Option<&Form>) {
    let fault = &mut located.fault;
    let fields = form.map(|form| match (located.file, &form.members) {
        (File::Members, Some(members)) => members.fields.as_slice(),
        (File::Members | File::List, _) => form.fields.as_slice(),
    });
    let kind = fields
        .and_then(|fields| fields.iter().find(|field| field.name == fault.name))
        .map(|field| field.kind);
    let is_secret =
        kind.is_none_or(|kind| matches!(kind, Kind::Nik | Kind::FamilyCard | Kind::Account | Kind::TaxNo));
    fault.found = if is_secret { tail_of(&fault.found) } else { runs_masked(&fault.found) };
    for value in fault.args.iter_mut().filter(|(word, _)| *word != "request").map(|(_, value)| value) {
        *value = runs_masked(value);
    }
}

/// A value with all but its last four characters hidden.
fn tail_of(text: &str) -> String {
    let hidden = text.chars().count().saturating_sub(SHOWN);
    text.chars().enumerate().map(|(at, letter)| if at < hidden { '*' } else { letter }).collect()
}

/// A text with long runs of digits hidden but for their last four.
fn runs_masked(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut run = String::new();
    for letter in text.chars().map(Some).chain([None]) {
        match letter {
            Some(digit) if digit.is_ascii_digit() => run.push(digit),
            other => {
                masked.push_str(&if run.len() >= MASKED_RUN { tail_of(&run) } else { run.clone() });
                run.clear();
                masked.extend(other);
            }
        }
    }
    masked
}

/// A place among the faults of an import.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct FaultPlace {
    /// The row they are kept under.
    pub(crate) row: u32,
    /// The record of that row.
    pub(crate) n: u32,
    /// Faults of that record that were shown.
    pub(crate) skip: usize,
}

/// A place in a list of faults, as the caller sees it.
pub(crate) fn fault_cursor(place: FaultPlace) -> String {
    let skip = u32::try_from(place.skip).unwrap_or(u32::MAX);
    URL_SAFE_NO_PAD.encode([place.row.to_be_bytes(), place.n.to_be_bytes(), skip.to_be_bytes()].concat())
}

/// The place that a cursor of faults names; without one, the start.
pub(crate) fn fault_place(cursor: Option<&str>, lang: Lang) -> Result<FaultPlace, Problem> {
    let Some(cursor) = cursor else { return Ok(FaultPlace::default()) };
    let bytes: Option<[u8; 12]> = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| bytes.try_into().ok());
    let bytes = bytes.ok_or_else(|| cursor_malformed(lang))?;
    let number = |at: usize| {
        let part = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>());
        part.map_or(0, |part| u32::from_be_bytes(*part))
    };
    let skip = usize::try_from(number(8)).unwrap_or(usize::MAX);
    Ok(FaultPlace { row: number(0), n: number(4), skip })
}

/// The import that a cursor names; without one, a place after all of them.
pub(crate) fn import_place(cursor: Option<&str>, lang: Lang) -> Result<Uuid, Problem> {
    let Some(cursor) = cursor else { return Ok(Uuid::max()) };
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
    bytes.and_then(|bytes| Uuid::from_slice(&bytes).ok()).ok_or_else(|| cursor_malformed(lang))
}

/// An import as a cursor.
pub(crate) fn import_cursor(id: Uuid) -> String {
    URL_SAFE_NO_PAD.encode(id.as_bytes())
}

fn cursor_malformed(lang: Lang) -> Problem {
    let detail = said(
        lang,
        "Cursor tidak dikenal; mulai lagi tanpa cursor.",
        "The cursor is unknown; start again without one.",
    );
    Problem::malformed("cursor_malformed", detail)
}

/// A file that is refused as a whole: the same code and sentences as an import that fails later.
pub(crate) fn file_refused(refusal: &FileRefusal, lang: Lang) -> Problem {
    let detail = format!("{} {}", refusal.message(lang), refusal.mend(lang));
    let code = refusal.code.to_string();
    let wrong = Wrong { pointer: refusal.file.to_string(), code: code.clone(), detail: refusal.mend(lang) };
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, &code, detail).with_errors(vec![wrong])
}
