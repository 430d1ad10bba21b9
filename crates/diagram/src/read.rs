//! Reads a BPMN drawing: tells what becomes of each part of it, and drafts a definition for people to finish.
//!
//! A drawing says who follows whom. It does not say what makes a disbursement safe: which action approves, which one
//! pays, who must differ from whom, what is asked. So nothing is published from it: the draft carries each open point
//! as a comment that starts with `to be decided`.
//!
//! The file comes from anybody. It is refused with a code, soon and without a panic, when it is too large, too deep, not
//! BPMN, or carries a document type (entities could make a small file huge).

mod analyse;
mod draft;
mod guess;
mod model;
mod notes;
mod parse;
mod ways;

use std::collections::BTreeMap;

use salur_core::{Label, Role};
use serde::Serialize;

pub use notes::{Note, NoteKind};

/// The largest file that is read, in bytes.
pub const BYTES_MAX: usize = 1024 * 1024;
/// The deepest nesting.
pub(crate) const DEPTH_MAX: usize = 64;
/// Most elements of any kind.
pub(crate) const ELEMENTS_MAX: usize = 20_000;
/// Most tasks, gateways and events, and most flows between them.
pub(crate) const NODES_MAX: usize = 1_000;
pub(crate) const FLOWS_MAX: usize = 3_000;
/// Most attributes of one element, and most namespaces in force.
pub(crate) const ATTRIBUTES_MAX: usize = 100;
/// Most ways from stage to stage.
pub(crate) const WAYS_MAX: usize = 2_000;

/// What a drawing says, and what was made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// What becomes of each part, in the order of the file.
    pub report: Vec<Note>,
    /// The draft of a definition.
    pub draft: String,
}

/// Why a file is refused: a stable code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadErrorCode {
    /// More bytes than are read.
    FileTooLarge,
    /// Not UTF-8.
    EncodingUnknown,
    /// No sound XML, or one that ends too soon.
    XmlBroken,
    /// It declares a document type or uses an entity of its own.
    DoctypeRefused,
    /// Nested too deep.
    TooDeep,
    /// Too many elements, nodes, flows, attributes or ways.
    TooManyElements,
    /// Not a BPMN 2.0 model.
    NotBpmn,
    /// A BPMN model without a task that people do.
    NothingToDo,
}

/// A file is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[error("line {line}: {en}")]
pub struct ReadError {
    /// Why.
    pub code: ReadErrorCode,
    /// The line it was noticed in.
    pub line: u32,
    /// What is wrong, in English.
    pub en: String,
    /// The same in Indonesian.
    pub id: String,
}

impl ReadError {
    pub(crate) fn new(code: ReadErrorCode, line: u32) -> ReadError {
        let (id, en) = notes::refusal(code);
        ReadError { code, line, en, id }
    }
}

impl ReadErrorCode {
    /// The code in data.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ReadErrorCode::FileTooLarge => "file_too_large",
            ReadErrorCode::EncodingUnknown => "encoding_unknown",
            ReadErrorCode::XmlBroken => "xml_broken",
            ReadErrorCode::DoctypeRefused => "doctype_refused",
            ReadErrorCode::TooDeep => "too_deep",
            ReadErrorCode::TooManyElements => "too_many_elements",
            ReadErrorCode::NotBpmn => "not_bpmn",
            ReadErrorCode::NothingToDo => "nothing_to_do",
        }
    }
}

/// Reads a BPMN 2.0 file. Lanes and groups that are called as the office calls its roles become those roles.
pub fn read(bytes: &[u8], roles: &BTreeMap<Role, Label>) -> Result<Reading, ReadError> {
    if bytes.len() > BYTES_MAX {
        return Err(ReadError::new(ReadErrorCode::FileTooLarge, 1));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| ReadError::new(ReadErrorCode::EncodingUnknown, 1))?;
    let model = parse::parse(text)?;
    let (plan, mut report) = analyse::analyse(&model, roles)?;
    report.sort_by_key(|note| note.line);
    let draft = draft::draft(&plan);
    Ok(Reading { report, draft })
}

#[cfg(test)]
mod tests;
