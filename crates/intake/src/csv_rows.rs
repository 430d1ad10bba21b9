//! Rows of a text file. A row's number is the line its record begins on, as an editor counts.

use salur_core::form::Cell;

use crate::limits::Limits;
use crate::line::{Halt, Line, Sink, check, too_many_columns};
use crate::refusal::RefusalCode;
use crate::text::Text;

pub(crate) fn each(text: &Text<'_>, limits: &Limits, sink: &mut Sink<'_>) -> Result<(), Halt> {
    let content = text.content.as_bytes();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(text.delimiter)
        .from_reader(content);
    let mut record = csv::StringRecord::new();
    let mut lines = Lines { content, at: 0, line: text.skipped.saturating_add(1) };
    let mut rows = 0;
    while reader.read_record(&mut record).map_err(|_| Halt::from(RefusalCode::Unreadable))? {
        let start = record.position().map_or(0, csv::Position::byte);
        let number = lines.of(usize::try_from(start).unwrap_or(usize::MAX));
        let cells = cells(&record, number, limits)?;
        if cells.is_empty() {
            continue;
        }
        rows += 1;
        check(rows, number, &cells, limits)?;
        sink(Line::Row(number, cells))?;
    }
    Ok(())
}

/// The cells up to the last that holds anything.
fn cells(record: &csv::StringRecord, number: u32, limits: &Limits) -> Result<Vec<Cell>, Halt> {
    let mut cells = Vec::with_capacity(record.len().min(limits.columns));
    let mut filled = 0;
    for (column, text) in record.iter().enumerate() {
        let is_empty = text.trim().is_empty();
        if column >= limits.columns {
            if is_empty {
                continue;
            }
            return Err(too_many_columns(number, limits).into());
        }
        cells.push(if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) });
        if !is_empty {
            filled = cells.len();
        }
    }
    cells.truncate(filled);
    Ok(cells)
}

/// Counts lines while records go by.
struct Lines<'a> {
    content: &'a [u8],
    at: usize,
    line: u32,
}

impl Lines<'_> {
    /// The line on which the record that begins at `start` shows its first character.
    fn of(&mut self, start: usize) -> u32 {
        while let Some(byte) = self.content.get(self.at) {
            if self.at >= start && !matches!(byte, b'\r' | b'\n') {
                break;
            }
            let is_end = *byte == b'\n' || (*byte == b'\r' && self.content.get(self.at + 1) != Some(&b'\n'));
            self.line = self.line.saturating_add(u32::from(is_end));
            self.at += 1;
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use salur_core::form::Cell;

    use super::each;
    use crate::limits::Limits;
    use crate::line::Line;
    use crate::text::Text;

    fn rows(text: &str) -> Vec<(u32, String)> {
        let mut rows = Vec::new();
        each(&Text::read(text.as_bytes()).unwrap(), &Limits::default(), &mut |line| {
            if let Line::Row(number, cells) = line {
                rows.push((number, cells.iter().map(Cell::shown).collect::<Vec<_>>().join("|")));
            }
            Ok(())
        })
        .unwrap();
        rows
    }

    #[test]
    fn rows_are_numbered_by_the_line_they_begin_on() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a,b", "", "1,\"x", "y\"", "", "", "2,z", ",,", "3"].join(end);
            let numbers: Vec<u32> = rows(&text).into_iter().map(|(number, _)| number).collect();
            assert_eq!(numbers, [1, 3, 7, 9], "{end:?}");
        }
        assert_eq!(rows("\n\n\r\na,b\nc")[0].0, 4);
        assert_eq!(rows("sep=;\na;b\n1;2")[1].0, 3);
    }

    #[test]
    fn empty_cells_at_the_end_are_no_cells() {
        assert_eq!(rows("a,b,,,\n")[0].1, "a|b");
        assert_eq!(rows(&format!("a,b{}\n", ",".repeat(500)))[0].1, "a|b");
    }
}
