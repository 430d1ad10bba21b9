//! The rows to mend, as the sender wrote them, with what is wrong beside each: to correct and send again.

use std::io::{self, Write};
use std::ops::ControlFlow;

use salur_core::Lang;
use salur_core::form::{Cell, Context, Form};

use crate::limits::Limits;
use crate::list::{Judgement, Lists, Located, judge_list};
use crate::refusal::FileRefusal;
use crate::text::CsvStyle;

/// The columns that are added. What begins with `_` is passed over when the file comes back.
const ADDED: [&str; 5] = ["_baris", "_kode", "_kolom", "_pesan", "_saran"];

/// Writes the faulty rows of a list.
pub struct FaultyCsv<W: Write> {
    out: csv::Writer<W>,
    /// The sender's own columns; those that an earlier file of ours added are left out.
    own: Vec<bool>,
    lang: Lang,
}

impl<W: Write> FaultyCsv<W> {
    /// Writes the headers.
    pub fn new(mut out: W, headers: &[String], style: CsvStyle, lang: Lang) -> io::Result<FaultyCsv<W>> {
        if style.bom {
            out.write_all("\u{FEFF}".as_bytes())?;
        }
        let mut out = csv::WriterBuilder::new().delimiter(style.delimiter).flexible(true).from_writer(out);
        let own: Vec<bool> = headers.iter().map(|header| !header.starts_with('_')).collect();
        let kept = headers.iter().zip(&own).filter(|(_, own)| **own);
        for (header, _) in kept {
            out.write_field(neutral(header))?;
        }
        for header in ADDED {
            out.write_field(header)?;
        }
        out.write_record(None::<&[u8]>)?;
        Ok(FaultyCsv { out, own, lang })
    }

    /// Writes one row with its faults; those in its members name their own file and row.
    pub fn row(&mut self, row: u32, cells: &[Cell], faults: &[Located]) -> io::Result<()> {
        for (column, _) in self.own.iter().enumerate().filter(|(_, own)| **own) {
            self.out
                .write_field(cells.get(column).map(written).map(|text| neutral(&text)).unwrap_or_default())?;
        }
        let joined = |part: &dyn Fn(&Located) -> String, between: &str| {
            let mut parts: Vec<String> = faults.iter().map(part).collect();
            parts.dedup();
            neutral(&parts.join(between))
        };
        self.out.write_field(row.to_string())?;
        self.out.write_field(joined(&|located| located.fault.code.to_string(), " "))?;
        self.out.write_field(joined(&|located| located.fault.field.clone(), ", "))?;
        self.out.write_field(joined(&|located| self.placed(row, located), " "))?;
        self.out.write_field(joined(&|located| located.fault.mend(self.lang), " "))?;
        self.out.write_record(None::<&[u8]>)?;
        Ok(())
    }

    /// Ends the file.
    pub fn finish(self) -> io::Result<W> {
        self.out.into_inner().map_err(csv::IntoInnerError::into_error)
    }

    fn placed(&self, row: u32, located: &Located) -> String {
        let message = located.fault.message(self.lang);
        if located.row == row && located.file == crate::File::List {
            return message;
        }
        match self.lang {
            Lang::Id => format!("Daftar anggota baris {}: {message}", located.row),
            Lang::En => format!("Members, row {}: {message}", located.row),
        }
    }
}

/// Judges a list and writes its faulty rows.
pub fn faulty_csv<W: Write>(
    form: &Form,
    context: &Context<'_>,
    limits: &Limits,
    lists: Lists<'_>,
    (style, lang): (CsvStyle, Lang),
    out: W,
) -> io::Result<Result<Judgement, FileRefusal>> {
    let mut out = Some(out);
    let mut writer: Option<FaultyCsv<W>> = None;
    let mut failed = None;
    let judged = judge_list(form, context, limits, lists, &mut |judged| {
        if judged.is_sound() {
            return ControlFlow::Continue(());
        }
        let written = (|| {
            if let Some(out) = out.take() {
                writer = Some(FaultyCsv::new(out, &judged.columns.headers, style, lang)?);
            }
            match &mut writer {
                Some(writer) => writer.row(judged.row, &judged.cells, &judged.faults),
                None => Ok(()),
            }
        })();
        match written {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    });
    if let Some(error) = failed {
        return Err(error);
    }
    if let (Ok(judgement), Some(out)) = (&judged, out) {
        writer = Some(FaultyCsv::new(out, &judgement.columns.headers, style, lang)?);
    }
    if let Some(writer) = writer {
        writer.finish()?;
    }
    Ok(judged)
}

/// A cell as text. A number too long to be exact is written in the notation that shows so: written out, its
/// lost digits would come back as if they were true.
fn written(cell: &Cell) -> String {
    match cell {
        Cell::Number(number) if number.abs() >= 1e15 => format!("{number:E}"),
        Cell::Empty | Cell::Text(_) | Cell::Number(_) | Cell::Date(_) | Cell::Bool(_) | Cell::Error(_) => {
            cell.shown().into_owned()
        }
    }
}

/// A text that no spreadsheet takes for a formula. The judge drops the apostrophe again.
fn neutral(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}
