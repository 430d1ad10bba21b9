//! Judges a row: what it says, and everything that is wrong with it.

use super::Context;
use super::cell::Cell;
use super::codes::FaultCode;
use super::define::{Field, Form, Members};
use super::fault::{Fault, Problem};
use super::header::Columns;
use super::read::read;
use super::value::{Facts, Fields, Value};
use crate::FieldName;

/// What a form makes of one row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// What could be read.
    pub facts: Facts,
    /// All that is wrong; a row with one is not accepted.
    pub faults: Vec<Fault>,
    /// What is odd, yet no reason to refuse.
    pub warnings: Vec<Fault>,
    /// True where another office pays: sound if nothing else is wrong, but never disbursed here.
    pub referred: bool,
}

impl Verdict {
    /// True where nothing is wrong; a referred row may be sound.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }
}

/// A row under the columns of its file.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    pub(crate) fields: &'a [Field],
    pub(crate) columns: &'a Columns,
    pub(crate) cells: &'a [Cell],
}

impl<'a> Row<'a> {
    fn cell(&self, at: usize) -> &'a Cell {
        let column = self.columns.of_field.get(at).copied().flatten();
        column.and_then(|column| self.cells.get(column)).unwrap_or(&Cell::Empty)
    }

    fn fault_at(&self, at: usize, field: &Field, problem: Problem) -> Fault {
        let header = self.columns.header(at).unwrap_or(field.name.as_str());
        Fault::new(header, &field.name, problem, &self.cell(at).shown())
    }

    /// A fault in the column of a field.
    pub(crate) fn fault(&self, name: &FieldName, problem: impl Into<Problem>) -> Fault {
        match self.fields.iter().enumerate().find(|(_, field)| field.name == *name) {
            Some((at, field)) => self.fault_at(at, field, problem.into()),
            None => Fault::new(name.as_str(), name, problem.into(), ""),
        }
    }

    /// Reads each field by itself.
    pub(crate) fn read(&self, context: &Context<'_>) -> Verdict {
        let mut verdict = Verdict::default();
        let mut odd = Vec::new();
        for (at, field) in self.fields.iter().enumerate() {
            match read(context, field, self.cell(at), &mut odd) {
                Ok(Some(value)) => {
                    verdict.facts.fields.insert(field.name.clone(), value);
                }
                Ok(None) => {}
                Err(problem) => verdict.faults.push(self.fault_at(at, field, problem)),
            }
            verdict.warnings.extend(odd.drain(..).map(|problem| self.fault_at(at, field, problem)));
        }
        verdict
    }
}

impl Form {
    /// Judges one row of a list by itself. Doubles and members need the whole file: see [`Form::duplicate`]
    /// and [`Form::join`].
    #[must_use]
    pub fn judge(&self, context: &Context<'_>, columns: &Columns, cells: &[Cell]) -> Verdict {
        let row = Row { fields: &self.fields, columns, cells };
        let mut verdict = row.read(context);
        self.compare(context, row, &mut verdict);
        verdict.referred = self
            .refer_when
            .as_ref()
            .is_some_and(|refer| verdict.facts.get(&refer.field) == Some(&Value::Bool(refer.is)));
        verdict
    }

    /// What names the recipient within scheme and year, in one spelling.
    #[must_use]
    pub fn key_of(&self, facts: &Facts) -> Option<String> {
        facts.text(&self.key).map(str::to_uppercase)
    }

    /// The fault of a row whose recipient stands in an earlier row.
    #[must_use]
    pub fn duplicate(&self, columns: &Columns, cells: &[Cell], first: u32) -> Fault {
        let row = Row { fields: &self.fields, columns, cells };
        row.fault(&self.key, Problem::from(FaultCode::DuplicateInFile).with("row", first))
    }

    /// The fault of a recipient who already has a request, named where the sender may see it; `header` as the file
    /// writes it, if known.
    #[must_use]
    pub fn duplicate_existing(&self, header: Option<&str>, facts: &Facts, request: Option<&str>) -> Fault {
        let problem = match request {
            Some(request) => Problem::from(FaultCode::DuplicateExisting).with("request", request),
            None => Problem::from(FaultCode::DuplicateOnRecord),
        };
        let found = facts.text(&self.key).unwrap_or_default();
        Fault::new(header.unwrap_or(self.key.as_str()), &self.key, problem, found)
    }
}

impl Members {
    /// Judges one row of the members' file by itself.
    #[must_use]
    pub fn judge(&self, context: &Context<'_>, columns: &Columns, cells: &[Cell]) -> Verdict {
        Row { fields: &self.fields, columns, cells }.read(context)
    }

    /// The key of the group a member belongs to, in one spelling.
    #[must_use]
    pub fn group_of(&self, member: &Fields) -> Option<String> {
        member.get(&self.group)?.as_text().map(str::to_uppercase)
    }

    /// A fault in the column of a member's field.
    #[must_use]
    pub fn fault(&self, columns: &Columns, cells: &[Cell], name: &FieldName, problem: Problem) -> Fault {
        Row { fields: &self.fields, columns, cells }.fault(name, problem)
    }
}
