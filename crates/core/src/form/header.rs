//! Which column of a file answers which question.

use super::cell::Cell;
use super::define::Field;
use crate::FieldName;

/// The columns of one file, matched with the fields of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// The headers as the file writes them.
    pub headers: Vec<String>,
    /// For each field of the form the column that answers it.
    pub(crate) of_field: Vec<Option<usize>>,
}

/// Why a header row does not fit a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnsError {
    /// Required fields without a column.
    Missing(Vec<FieldName>),
    /// A field with two columns: their headers.
    Twice(FieldName, String, String),
}

impl Columns {
    /// Matches a header row.
    pub fn of(fields: &[Field], row: &[Cell]) -> Result<Columns, ColumnsError> {
        let headers: Vec<String> = row.iter().map(|cell| cell.shown().trim().to_owned()).collect();
        let mut of_field = vec![None; fields.len()];
        for (column, header) in headers.iter().enumerate() {
            let Some(at) = field_of(fields, header) else {
                continue;
            };
            let (Some(slot), Some(field)) = (of_field.get_mut(at), fields.get(at)) else {
                continue;
            };
            if let Some(first) = *slot {
                let first = headers.get::<usize>(first).cloned().unwrap_or_default();
                return Err(ColumnsError::Twice(field.name.clone(), first, header.clone()));
            }
            *slot = Some(column);
        }
        let missing: Vec<FieldName> = fields
            .iter()
            .zip(&of_field)
            .filter(|(field, column)| field.required && column.is_none())
            .map(|(field, _)| field.name.clone())
            .collect();
        if missing.is_empty() {
            Ok(Columns { headers, of_field })
        } else {
            Err(ColumnsError::Missing(missing))
        }
    }

    /// The column that answers a field.
    #[must_use]
    pub fn column(&self, fields: &[Field], name: &FieldName) -> Option<usize> {
        let at = fields.iter().position(|field| field.name == *name)?;
        self.of_field.get(at).copied().flatten()
    }

    /// The header of the column that answers the field at `at`.
    pub(crate) fn header(&self, at: usize) -> Option<&str> {
        let column = self.of_field.get(at).copied().flatten()?;
        self.headers.get(column).map(String::as_str)
    }
}

/// How many fields a row of headers would answer: how a header row is told from titles above it.
#[must_use]
pub fn recognised(fields: &[Field], row: &[Cell]) -> usize {
    row.iter().filter(|cell| matches!(cell, Cell::Text(text) if field_of(fields, text).is_some())).count()
}

fn field_of(fields: &[Field], header: &str) -> Option<usize> {
    if header.starts_with('_') {
        return None;
    }
    let header = normal(header);
    if header.is_empty() {
        return None;
    }
    fields.iter().position(|field| field.headers.iter().any(|own| normal(own) == header))
}

/// A header without letter case, blanks and punctuation.
pub(crate) fn normal(header: &str) -> String {
    header.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
