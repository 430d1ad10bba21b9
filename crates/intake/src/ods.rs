//! Open document spreadsheets, read as a stream: their repeat counts would make a library build what they name.

use std::io::{BufReader, Cursor};

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use salur_core::form::Cell;
use zip::ZipArchive;

use crate::limits::Limits;
use crate::line::{Halt, Line, Sink, check, too_many_columns};
use crate::refusal::{FileRefusal, RefusalCode};
use crate::sheet::iso_day;

pub(crate) fn each(bytes: &[u8], limits: &Limits, sink: &mut Sink<'_>) -> Result<(), Halt> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    let content = archive.by_name("content.xml").map_err(|_| damaged())?;
    let mut xml = Reader::from_reader(BufReader::new(content));
    xml.config_mut().expand_empty_elements = true;
    let mut sheets =
        Sheets { limits, sink, number: 0, rows: 0, text_bytes: 0, row: None, cell: None, hidden: 0 };
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer).map_err(|_| damaged())? {
            Event::Start(element) => sheets.start(&element)?,
            Event::End(element) => sheets.end(element.name().0)?,
            Event::Text(text) => sheets.text(&text.xml10_content())?,
            Event::CData(text) => sheets.text(&text.xml10_content())?,
            Event::GeneralRef(reference) => sheets.text(&character(&reference))?,
            Event::Eof => return Ok(()),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

fn damaged() -> FileRefusal {
    FileRefusal::new(RefusalCode::Truncated)
}

/// What is being read.
struct Sheets<'a, 's> {
    limits: &'a Limits,
    sink: &'a mut Sink<'s>,
    number: u32,
    rows: u32,
    text_bytes: u64,
    row: Option<Row>,
    cell: Option<Draft>,
    /// Depth within annotations, whose text is no value.
    hidden: u32,
}

struct Row {
    repeated: u32,
    column: usize,
    cells: Vec<Cell>,
}

#[derive(Default)]
struct Draft {
    repeated: usize,
    kind: String,
    value: Option<String>,
    text: String,
    paragraphs: u32,
}

impl Sheets<'_, '_> {
    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), Halt> {
        match element.name().0 {
            "table:table" => {
                self.number = 0;
                let name = attribute(element, "table:name").unwrap_or_default();
                (self.sink)(Line::Sheet(name.chars().take(64).collect()))?;
            }
            "table:table-row" => {
                let repeated = count(element, "table:number-rows-repeated");
                self.row = Some(Row { repeated, column: 0, cells: Vec::new() });
            }
            "table:table-cell" | "table:covered-table-cell" => {
                let repeated =
                    usize::try_from(count(element, "table:number-columns-repeated")).unwrap_or(usize::MAX);
                let kind = attribute(element, "office:value-type").unwrap_or_default();
                let value =
                    ["office:value", "office:date-value", "office:boolean-value", "office:string-value"]
                        .into_iter()
                        .find_map(|name| attribute(element, name));
                self.cell = Some(Draft { repeated, kind, value, ..Draft::default() });
            }
            "office:annotation" => self.hidden = self.hidden.saturating_add(1),
            "text:p" => self.paragraph()?,
            "text:s" => {
                let blanks = usize::try_from(count(element, "text:c")).unwrap_or(usize::MAX).min(64);
                self.text(&" ".repeat(blanks))?;
            }
            "text:tab" | "text:line-break" => self.text(" ")?,
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), Halt> {
        match name {
            "table:table-cell" | "table:covered-table-cell" => self.place(),
            "table:table-row" => self.flush(),
            "office:annotation" => {
                self.hidden = self.hidden.saturating_sub(1);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn paragraph(&mut self) -> Result<(), Halt> {
        let is_first = self.cell.as_mut().is_none_or(|cell| {
            cell.paragraphs = cell.paragraphs.saturating_add(1);
            cell.paragraphs == 1
        });
        if is_first { Ok(()) } else { self.text("\n") }
    }

    fn text(&mut self, text: &str) -> Result<(), Halt> {
        let Some(cell) = self.cell.as_mut().filter(|_| self.hidden == 0) else {
            return Ok(());
        };
        if cell.text.len().saturating_add(text.len()) > self.limits.cell_bytes {
            let row = self.number.saturating_add(1);
            return Err(FileRefusal::new(RefusalCode::CellTooLong).with("row", row).into());
        }
        cell.text.push_str(text);
        Ok(())
    }

    /// Puts the cell into its row, as often as it says, within the columns that are read.
    fn place(&mut self) -> Result<(), Halt> {
        let (Some(draft), Some(row)) = (self.cell.take(), self.row.as_mut()) else {
            return Ok(());
        };
        let cell = draft.typed();
        if cell.is_blank() {
            row.column = row.column.saturating_add(draft.repeated);
            return Ok(());
        }
        let end = row.column.saturating_add(draft.repeated);
        if end > self.limits.columns {
            return Err(too_many_columns(self.number.saturating_add(1), self.limits).into());
        }
        row.cells.resize(row.column, Cell::Empty);
        row.cells.resize(end, cell);
        row.column = end;
        Ok(())
    }

    /// Hands the row out, as often as it says.
    fn flush(&mut self) -> Result<(), Halt> {
        let Some(row) = self.row.take() else {
            return Ok(());
        };
        if row.cells.is_empty() {
            self.number = self.number.saturating_add(row.repeated);
            return Ok(());
        }
        let bytes: usize = row.cells.iter().map(|cell| cell.shown().len()).sum();
        for _ in 0..row.repeated {
            self.number = self.number.saturating_add(1);
            self.rows = self.rows.saturating_add(1);
            self.text_bytes = self.text_bytes.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
            if self.text_bytes > self.limits.text_bytes {
                return Err(RefusalCode::UnpacksTooLarge.into());
            }
            check(self.rows, self.number, &row.cells, self.limits)?;
            (self.sink)(Line::Row(self.number, row.cells.clone()))?;
        }
        Ok(())
    }
}

impl Draft {
    fn typed(&self) -> Cell {
        let value = self.value.as_deref();
        let is_error =
            self.text.starts_with('#') && self.text.ends_with(['!', '?', 'A']) && self.text.len() <= 8;
        match (self.kind.as_str(), value) {
            _ if is_error => Cell::Error(self.text.clone()),
            ("float" | "currency" | "percentage", Some(number)) => match number.parse() {
                Ok(number) => Cell::Number(number),
                Err(_) => Cell::Text(number.to_owned()),
            },
            ("date", Some(day)) => iso_day(day),
            ("boolean", Some(truth)) => Cell::Bool(truth.eq_ignore_ascii_case("true")),
            _ if !self.text.is_empty() => Cell::Text(self.text.clone()),
            (_, Some(text)) if !text.is_empty() => Cell::Text(text.to_owned()),
            _ => Cell::Empty,
        }
    }
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = element.try_get_attribute(name).ok()??;
    Some(attribute.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned())
}

fn count(element: &BytesStart<'_>, name: &str) -> u32 {
    match attribute(element, name) {
        Some(text) => text.parse().unwrap_or(u32::MAX),
        None => 1,
    }
}

fn character(reference: &BytesRef<'_>) -> String {
    if let Ok(Some(letter)) = reference.resolve_char_ref() {
        return letter.to_string();
    }
    match &*reference.xml10_content() {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => "\u{FFFD}",
    }
    .to_owned()
}
