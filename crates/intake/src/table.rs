//! Finds the list within a file: the sheet and the row of headers, titles above it, totals and notes below it.

use std::sync::Arc;

use salur_core::FieldName;
use salur_core::form::{Cell, Columns, ColumnsError, Field, recognised};

use crate::line::{Halt, Line};
use crate::list::SkippedWhy;
use crate::refusal::{FileRefusal, RefusalCode};

/// How many rows of a sheet may stand above its headers.
const TITLES_MAX: u32 = 50;

/// A row of the list, or one that is passed over.
pub(crate) enum Found {
    Row(u32, Vec<Cell>),
    Skipped(u32, SkippedWhy),
}

/// Reads the lines of a file until the list in it ends.
pub(crate) struct Table<'a> {
    fields: &'a [Field],
    /// The fields of which a total row fills none.
    identity: Vec<&'a FieldName>,
    columns: Option<Arc<Columns>>,
    /// The row most like a header, while none fits.
    best: (usize, Vec<Cell>),
    rows: u32,
    looked_at: u32,
    after_total: bool,
    is_empty: bool,
}

impl<'a> Table<'a> {
    pub(crate) fn new(fields: &'a [Field], identity: Vec<&'a FieldName>) -> Table<'a> {
        Table {
            fields,
            identity,
            columns: None,
            best: (0, Vec::new()),
            rows: 0,
            looked_at: 0,
            after_total: false,
            is_empty: true,
        }
    }

    /// The columns, once the header was found.
    pub(crate) fn columns(&self) -> Option<&Arc<Columns>> {
        self.columns.as_ref()
    }

    pub(crate) fn take(&mut self, line: Line) -> Result<Option<Found>, Halt> {
        match line {
            Line::Sheet(_) if self.rows > 0 => Err(Halt::Enough),
            Line::Sheet(_) => {
                self.columns = None;
                self.looked_at = 0;
                self.after_total = false;
                Ok(None)
            }
            Line::Row(number, cells) => {
                self.is_empty = false;
                match self.columns.clone() {
                    None => {
                        self.look_for_header(cells);
                        Ok(None)
                    }
                    Some(columns) => Ok(Some(self.sort(&columns, number, cells))),
                }
            }
            Line::Refused(refusal) => Err(refusal.into()),
            Line::End => Ok(None),
        }
    }

    /// The columns of the list, or why there is none.
    pub(crate) fn finish(self) -> Result<Arc<Columns>, FileRefusal> {
        match self.columns {
            Some(columns) if self.rows > 0 => return Ok(columns),
            Some(_) => return Err(RefusalCode::Empty.into()),
            None if self.is_empty => return Err(RefusalCode::Empty.into()),
            None => {}
        }
        let (fit, row) = self.best;
        match Columns::of(self.fields, &row) {
            Err(ColumnsError::Twice(_, first, second)) => {
                Err(FileRefusal::new(RefusalCode::ColumnTwice).with("first", first).with("second", second))
            }
            Err(ColumnsError::Missing(names)) if fit >= 2 => {
                let is_missing = |field: &&Field| names.contains(&field.name);
                let missing = headers(self.fields.iter().filter(is_missing));
                Err(FileRefusal::new(RefusalCode::ColumnMissing).with("columns", missing))
            }
            Ok(_) | Err(ColumnsError::Missing(_)) => {
                let examples = headers(self.fields.iter().filter(|field| field.required).take(5));
                Err(FileRefusal::new(RefusalCode::HeaderUnknown).with("examples", examples))
            }
        }
    }

    fn look_for_header(&mut self, cells: Vec<Cell>) {
        self.looked_at = self.looked_at.saturating_add(1);
        if self.looked_at > TITLES_MAX {
            return;
        }
        let fit = recognised(self.fields, &cells);
        if fit < 2 {
            return;
        }
        match Columns::of(self.fields, &cells) {
            Ok(columns) => self.columns = Some(Arc::new(columns)),
            Err(_) if fit > self.best.0 => self.best = (fit, cells),
            Err(_) => {}
        }
    }

    /// A recipient, or a row that is none: a header repeated, the numbers of columns, a total, notes below it.
    fn sort(&mut self, columns: &Columns, number: u32, cells: Vec<Cell>) -> Found {
        let names_nobody = self.identity.iter().all(|name| {
            let column = columns.column(self.fields, name);
            column.and_then(|column| cells.get(column)).is_none_or(|cell| cell.is_blank() || is_total(cell))
        });
        let skipped = if self.rows == 0 && are_numbers_of_columns(&cells) {
            Some(SkippedWhy::ColumnNumbers)
        } else if is_header_again(columns, &cells) {
            Some(SkippedWhy::HeaderAgain)
        } else if names_nobody && cells.iter().any(is_total) {
            self.after_total = true;
            Some(SkippedWhy::Total)
        } else if names_nobody && self.after_total {
            Some(SkippedWhy::Note)
        } else {
            None
        };
        if let Some(why) = skipped {
            return Found::Skipped(number, why);
        }
        self.rows = self.rows.saturating_add(1);
        Found::Row(number, cells)
    }
}

fn headers<'a>(fields: impl Iterator<Item = &'a Field>) -> String {
    fields.filter_map(|field| field.headers.first()).map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// The row `1 2 3 4 ..` or `(1) (2) (3) ..` that official tables have below their headers.
fn are_numbers_of_columns(cells: &[Cell]) -> bool {
    let mut count = 0_u32;
    for cell in cells.iter().filter(|cell| !cell.is_blank()) {
        count = count.saturating_add(1);
        if cell.shown().trim().trim_start_matches('(').trim_end_matches(')') != count.to_string() {
            return false;
        }
    }
    count >= 3
}

fn is_header_again(columns: &Columns, cells: &[Cell]) -> bool {
    let mut same = 0;
    for (header, cell) in columns.headers.iter().zip(cells) {
        if *header != cell.shown().trim() {
            return false;
        }
        same += usize::from(!header.is_empty());
    }
    same >= 2
}

fn is_total(cell: &Cell) -> bool {
    let Cell::Text(text) = cell else {
        return false;
    };
    let word: String = text
        .trim()
        .chars()
        .take_while(|letter| letter.is_alphabetic())
        .flat_map(char::to_lowercase)
        .collect();
    matches!(word.as_str(), "jumlah" | "jml" | "total" | "subtotal" | "grand")
}
