//! An import as it is kept, and where it stands.

use std::collections::BTreeMap;

use jiff::Timestamp;
use salur_core::form::FaultCode;
use salur_core::refusal::Refusal;
use salur_core::{ImportId, PersonId, SchemeId};
use serde::{Deserialize, Serialize};

/// An import as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the field names are the glossary's words")]
pub struct ImportState {
    pub id: ImportId,
    pub scheme: SchemeId,
    pub year: i16,
    pub state: ImportPhase,
    /// Seq of its last event.
    pub version: u32,
    /// How often it has been kept: whoever read an earlier one than is kept now has been overtaken.
    #[serde(default)]
    pub revision: u32,
    pub by: PersonId,
    pub at: Timestamp,
    /// Names of the sealed files.
    pub list: String,
    pub members: Option<String>,
    pub rows: u32,
    pub sound: u32,
    pub faulty: u32,
    pub referred: u32,
    /// Rows accepted so far, and the last row looked at.
    pub accepted: u32,
    pub refused: u32,
    pub row_reached: u32,
    /// How often each fault and each warning occurs.
    #[serde(default)]
    pub codes: BTreeMap<FaultCode, u32>,
    #[serde(default)]
    pub warnings: BTreeMap<FaultCode, u32>,
    /// Who accepts it, from then on.
    #[serde(default)]
    pub accepted_by: Option<PersonId>,
    /// Rows of the last chunk that were turned away, until their faults are noted.
    #[serde(default)]
    pub turned_away: BTreeMap<u32, Refusal>,
    /// Why the file could not be read, as a code and sentences.
    pub error: Option<ImportError>,
    /// Faults found since the last note, sealed, by row.
    #[serde(skip)]
    pub faults: Vec<SealedFault>,
}

impl ImportState {
    /// An import that has just come in.
    #[must_use]
    pub fn new(id: ImportId, scheme: SchemeId, year: i16, by: PersonId, at: Timestamp) -> ImportState {
        ImportState {
            id,
            scheme,
            year,
            state: ImportPhase::Judging,
            version: 0,
            revision: 0,
            by,
            at,
            list: String::new(),
            members: None,
            rows: 0,
            sound: 0,
            faulty: 0,
            referred: 0,
            accepted: 0,
            refused: 0,
            row_reached: 0,
            codes: BTreeMap::new(),
            warnings: BTreeMap::new(),
            accepted_by: None,
            turned_away: BTreeMap::new(),
            error: None,
            faults: Vec::new(),
        }
    }
}

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum ImportPhase {
    Judging,
    Ready,
    Accepting,
    Done,
    Failed,
}

impl ImportPhase {
    /// Its name in data.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ImportPhase::Judging => "judging",
            ImportPhase::Ready => "ready",
            ImportPhase::Accepting => "accepting",
            ImportPhase::Done => "done",
            ImportPhase::Failed => "failed",
        }
    }
}

/// Why an import failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the field names say it")]
pub struct ImportError {
    pub code: String,
    pub id: String,
    pub en: String,
}

/// Faults of a row, sealed: what was found may be personal.
#[derive(Debug, Clone, PartialEq)]
pub struct SealedFault {
    /// The row of the list; the greatest number for what belongs to no row of it.
    pub row: u32,
    /// The number of the first among the faults of its row.
    pub n: u32,
    /// The faults, sealed.
    pub sealed: Vec<u8>,
}
