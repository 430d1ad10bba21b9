//! What a table is while it travels: sheet names and rows, one JSON line each where it crosses processes.

use std::io::{BufRead, Read, Write};
use std::path::Path;

use salur_core::form::Cell;
use serde::{Deserialize, Serialize};

use crate::limits::Limits;
use crate::refusal::{FileRefusal, RefusalCode};
use crate::source::Source;

/// The longest JSON line that is read: 64 cells of 4 KiB, each letter escaped.
const LINE_MAX: u64 = 2 * 1024 * 1024;

/// A part of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// A sheet begins; its name.
    Sheet(String),
    /// A row with anything in it: its number in the file and its cells.
    Row(u32, Vec<Cell>),
    /// The file as a whole cannot be used; the last line.
    Refused(FileRefusal),
    /// The table is complete; the last line.
    End,
}

/// Why reading stopped early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Halt {
    /// The file cannot be used.
    Refused(FileRefusal),
    /// The receiver has what it wants.
    Enough,
}

impl From<FileRefusal> for Halt {
    fn from(refusal: FileRefusal) -> Halt {
        Halt::Refused(refusal)
    }
}

impl From<RefusalCode> for Halt {
    fn from(code: RefusalCode) -> Halt {
        Halt::Refused(code.into())
    }
}

/// Takes the lines of a table.
pub(crate) type Sink<'a> = dyn FnMut(Line) -> Result<(), Halt> + 'a;

/// Reads any table and writes it as JSON lines: the part to run in a process with little memory. A file that
/// cannot be used is told in the last line, so an error is only ever one of writing.
pub fn read_sheet(path: &Path, limits: &Limits, mut out: impl Write) -> std::io::Result<()> {
    let mut failed = None;
    let outcome = Source::File(path).each(limits, &mut |line| {
        write_line(&mut out, &line).map_err(|error| {
            failed = Some(error);
            Halt::Enough
        })
    });
    if let Some(error) = failed {
        return Err(error);
    }
    match outcome {
        Err(Halt::Refused(refusal)) => write_line(&mut out, &Line::Refused(refusal))?,
        Ok(()) | Err(Halt::Enough) => write_line(&mut out, &Line::End)?,
    }
    out.flush()
}

fn write_line(out: &mut impl Write, line: &Line) -> std::io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}

/// Reads what [`read_sheet`] wrote. Without a last line its writer died, and what it had read is not trusted.
pub(crate) fn each_json_line(
    input: &mut dyn BufRead,
    limits: &Limits,
    sink: &mut Sink<'_>,
) -> Result<(), Halt> {
    let mut buffer = Vec::new();
    let mut rows: u32 = 0;
    loop {
        buffer.clear();
        let read = (&mut *input).take(LINE_MAX).read_until(b'\n', &mut buffer);
        if read.is_err() || buffer.last() != Some(&b'\n') {
            return Err(RefusalCode::Unreadable.into());
        }
        let line: Line = serde_json::from_slice(&buffer).map_err(|_| Halt::from(RefusalCode::Unreadable))?;
        match line {
            Line::End => return Ok(()),
            Line::Refused(refusal) => return Err(refusal.into()),
            Line::Sheet(_) => sink(line)?,
            Line::Row(number, cells) => {
                rows = rows.saturating_add(1);
                check(rows, number, &cells, limits)?;
                sink(Line::Row(number, cells))?;
            }
        }
    }
}

/// Refuses a row past the limits, whoever read it.
pub(crate) fn check(rows: u32, number: u32, cells: &[Cell], limits: &Limits) -> Result<(), FileRefusal> {
    // The header and titles above it are rows too; a few more than the limit do no harm.
    if rows > limits.rows.saturating_add(64) {
        return Err(FileRefusal::new(RefusalCode::TooManyRows).with("max", limits.rows));
    }
    if cells.len() > limits.columns {
        return Err(too_many_columns(number, limits));
    }
    let too_long =
        |cell: &Cell| matches!(cell, Cell::Text(text) | Cell::Error(text) if text.len() > limits.cell_bytes);
    if cells.iter().any(too_long) {
        return Err(FileRefusal::new(RefusalCode::CellTooLong).with("row", number));
    }
    Ok(())
}

pub(crate) fn too_many_columns(number: u32, limits: &Limits) -> FileRefusal {
    FileRefusal::new(RefusalCode::TooManyColumns).with("row", number).with("max", limits.columns)
}
