//! Workbooks, through calamine: XLSX cell by cell, so that neither a declared dimension nor a lone cell far away
//! costs memory; XLS as a whole, for there is no other way (read those in a process of their own).

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Data, DataRef, ExcelDateTime, Reader, Xls, XlsError, Xlsx, XlsxError};
use jiff::civil::Date;
use salur_core::form::Cell;

use crate::limits::Limits;
use crate::line::{Halt, Line, Sink, check, too_many_columns};
use crate::refusal::{FileRefusal, RefusalCode};

pub(crate) fn each_of_xlsx(bytes: &[u8], limits: &Limits, sink: &mut Sink<'_>) -> Result<(), Halt> {
    guarded(|| {
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| xlsx_refused(&error))?;
        let mut rows = Rows::new(limits, sink);
        for name in book.sheet_names() {
            rows.sheet(&name)?;
            let mut reader = match book.worksheet_cells_reader(&name) {
                Ok(reader) => reader,
                Err(XlsxError::NotAWorksheet(_)) => continue, // a sheet of charts or dialogues
                Err(error) => return Err(xlsx_refused(&error).into()),
            };
            while let Some(cell) = reader.next_cell().map_err(|error| xlsx_refused(&error))? {
                let (row, column) = cell.get_position();
                rows.cell(row, column, cell.get_value())?;
            }
            rows.flush()?;
        }
        Ok(())
    })
}

pub(crate) fn each_of_xls(bytes: &[u8], limits: &Limits, sink: &mut Sink<'_>) -> Result<(), Halt> {
    guarded(|| {
        let mut book: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(|error| {
            let is_locked = matches!(error, XlsError::Password);
            FileRefusal::new(if is_locked { RefusalCode::Encrypted } else { RefusalCode::Truncated })
        })?;
        let mut rows = Rows::new(limits, sink);
        for name in book.sheet_names() {
            rows.sheet(&name)?;
            let Ok(range) = book.worksheet_range(&name) else {
                continue;
            };
            let (top, left) = range.start().unwrap_or_default();
            for (row, column, value) in range.used_cells() {
                let place =
                    |start: u32, at: usize| start.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
                rows.cell(place(top, row), place(left, column), &borrowed(value))?;
            }
            rows.flush()?;
        }
        Ok(())
    })
}

/// A library that panics over a file has refused it.
fn guarded(read: impl FnOnce() -> Result<(), Halt>) -> Result<(), Halt> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(RefusalCode::Unreadable.into()))
}

fn xlsx_refused(error: &XlsxError) -> FileRefusal {
    let is_locked = matches!(error, XlsxError::Password);
    FileRefusal::new(if is_locked { RefusalCode::Encrypted } else { RefusalCode::Truncated })
}

/// Gathers cells into rows.
struct Rows<'a, 's> {
    limits: &'a Limits,
    sink: &'a mut Sink<'s>,
    number: u32,
    cells: Vec<Cell>,
    count: u32,
    text_bytes: u64,
}

impl<'a, 's> Rows<'a, 's> {
    fn new(limits: &'a Limits, sink: &'a mut Sink<'s>) -> Self {
        Rows { limits, sink, number: 0, cells: Vec::new(), count: 0, text_bytes: 0 }
    }

    fn sheet(&mut self, name: &str) -> Result<(), Halt> {
        self.number = 0;
        (self.sink)(Line::Sheet(name.chars().take(64).collect()))
    }

    /// Takes the cell at a place counted from 0.
    fn cell(&mut self, row: u32, column: u32, value: &DataRef<'_>) -> Result<(), Halt> {
        if is_nothing(value) {
            return Ok(());
        }
        let number = row.saturating_add(1);
        if number != self.number {
            self.flush()?;
            self.number = number;
        }
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if column >= self.limits.columns {
            return Err(too_many_columns(number, self.limits).into());
        }
        let length = text(value).map_or(0, str::len);
        if length > self.limits.cell_bytes {
            return Err(FileRefusal::new(RefusalCode::CellTooLong).with("row", number).into());
        }
        self.text_bytes = self.text_bytes.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        if self.text_bytes > self.limits.text_bytes {
            return Err(RefusalCode::UnpacksTooLarge.into());
        }
        if self.cells.len() <= column {
            self.cells.resize(column + 1, Cell::Empty);
        }
        if let Some(slot) = self.cells.get_mut(column) {
            *slot = typed(value);
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Halt> {
        if self.cells.is_empty() {
            return Ok(());
        }
        self.count = self.count.saturating_add(1);
        check(self.count, self.number, &self.cells, self.limits)?;
        (self.sink)(Line::Row(self.number, std::mem::take(&mut self.cells)))
    }
}

fn text<'a>(value: &'a DataRef<'_>) -> Option<&'a str> {
    match value {
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Some(text),
        DataRef::SharedString(text) => Some(text),
        DataRef::Int(_)
        | DataRef::Float(_)
        | DataRef::Bool(_)
        | DataRef::DateTime(_)
        | DataRef::Error(_)
        | DataRef::Empty => None,
    }
}

fn is_nothing(value: &DataRef<'_>) -> bool {
    matches!(value, DataRef::Empty) || text(value).is_some_and(|text| text.trim().is_empty())
}

fn typed(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::String(text) | DataRef::DurationIso(text) => Cell::Text(text.clone()),
        DataRef::SharedString(text) => Cell::Text((*text).to_owned()),
        DataRef::Float(number) => Cell::Number(*number),
        #[expect(
            clippy::as_conversions,
            clippy::cast_precision_loss,
            reason = "a spreadsheet keeps 15 digits anyway"
        )]
        DataRef::Int(number) => Cell::Number(*number as f64),
        DataRef::Bool(truth) => Cell::Bool(*truth),
        DataRef::Error(error) => Cell::Error(error.to_string()),
        DataRef::DateTime(moment) => day(moment),
        DataRef::DateTimeIso(text) => iso_day(text),
    }
}

/// The day of a moment; a number where it is none (a duration, or out of the calendar).
fn day(moment: &ExcelDateTime) -> Cell {
    if !moment.is_datetime() || moment.as_f64() < 1.0 {
        return Cell::Number(moment.as_f64());
    }
    let (year, month, day, ..) = moment.to_ymd_hms_milli();
    let date = i16::try_from(year)
        .ok()
        .zip(i8::try_from(month).ok().zip(i8::try_from(day).ok()))
        .and_then(|(year, (month, day))| Date::new(year, month, day).ok());
    date.map_or(Cell::Number(moment.as_f64()), Cell::Date)
}

/// The day of an ISO moment, as open documents have it.
pub(crate) fn iso_day(text: &str) -> Cell {
    match text.get(..10).and_then(|day| day.parse().ok()) {
        Some(date) => Cell::Date(date),
        None => Cell::Text(text.to_owned()),
    }
}

fn borrowed(value: &Data) -> DataRef<'_> {
    match value {
        Data::Int(number) => DataRef::Int(*number),
        Data::Float(number) => DataRef::Float(*number),
        Data::String(text) => DataRef::SharedString(text),
        Data::Bool(truth) => DataRef::Bool(*truth),
        Data::DateTime(moment) => DataRef::DateTime(*moment),
        Data::DateTimeIso(text) => DataRef::DateTimeIso(text.clone()),
        Data::DurationIso(text) => DataRef::DurationIso(text.clone()),
        Data::Error(error) => DataRef::Error(error.clone()),
        Data::Empty => DataRef::Empty,
    }
}
