//! Reads the bank's results: every faulty row is told, and with one nothing is taken.

use std::collections::HashMap;

use csv::StringRecord;
use salur_core::Lang;
use salur_core::payment::{BankResult, Payout};

use crate::problem::{Fault, Problem, pick};

/// Most characters of a reference or cause.
const TEXT_CHARS_MAX: usize = 80;
/// Most faults that an answer spells out.
const FAULTS_MAX: usize = 1_000;
const COLUMNS: [&str; 4] = ["line", "outcome", "reference", "cause"];

/// The results in a file over an order of so many lines.
pub(crate) fn read(bytes: &[u8], count: u32, lang: Lang) -> Result<Vec<BankResult>, Problem> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let head = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let delimiter = if head.contains(&b';') && !head.contains(&b',') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .trim(csv::Trim::All)
        .has_headers(true)
        .from_reader(bytes);
    let mut reading = Reading { lang, count, faults: Vec::new(), seen: HashMap::new(), results: Vec::new() };
    let columns = match reader.headers() {
        Ok(header) => reading.columns(&header.clone()),
        Err(_) => None,
    };
    let Some(columns) = columns else {
        return Err(reading.no_header());
    };
    for record in reader.records() {
        match record {
            Ok(record) => reading.row(&columns, &record),
            Err(error) => {
                let row = error.position().map_or(0, csv::Position::line);
                reading.fault(
                    row,
                    "line",
                    "row_unreadable",
                    "baris tidak terbaca sebagai UTF-8",
                    "the row is not UTF-8",
                );
            }
        }
    }
    reading.finish()
}

/// Where each of the four columns is.
type Columns = [Option<usize>; 4];

struct Reading {
    lang: Lang,
    count: u32,
    faults: Vec<Fault>,
    /// The row in which a line was first told.
    seen: HashMap<u32, (u64, BankResult)>,
    results: Vec<BankResult>,
}

impl Reading {
    fn columns(&mut self, header: &StringRecord) -> Option<Columns> {
        let mut columns = [None; 4];
        for (at, name) in header.iter().enumerate() {
            let name = name.to_ascii_lowercase();
            let Some(place) = COLUMNS.iter().position(|column| *column == name) else {
                self.fault(
                    1,
                    &name,
                    "column_unknown",
                    "kolom ini tidak dikenal; hapus",
                    "this column is unknown; drop it",
                );
                continue;
            };
            if let Some(slot) = columns.get_mut(place) {
                *slot = Some(at);
            }
        }
        let [line, outcome, ..] = columns;
        (line.is_some() && outcome.is_some()).then_some(columns)
    }

    fn row(&mut self, columns: &Columns, record: &StringRecord) {
        let row = record.position().map_or(0, csv::Position::line);
        let cell = |place: usize| {
            columns.get(place).copied().flatten().and_then(|at| record.get(at)).unwrap_or_default().to_owned()
        };
        if record.iter().all(str::is_empty) {
            return;
        }
        let line = cell(0).parse::<u32>().ok().filter(|line| (1..=self.count).contains(line));
        if line.is_none() {
            let (id, en) = (
                format!("bukan baris perintah ini; isi 1 sampai {}", self.count),
                format!("no line of this order; write 1 to {}", self.count),
            );
            self.fault(row, "line", "line_unknown", &id, &en);
        }
        let outcome = self.outcome(row, &cell(1));
        let reference = self.text(row, "reference", cell(2));
        let cause = self.text(row, "cause", cell(3));
        let (Some(line), Some(outcome), Ok(reference), Ok(cause)) = (line, outcome, reference, cause) else {
            return;
        };
        let result = BankResult { line, outcome, reference, cause };
        match self.seen.get(&line) {
            None => {
                self.seen.insert(line, (row, result.clone()));
                self.results.push(result);
            }
            Some((_, first)) if *first == result => {}
            Some((first, _)) => {
                let (id, en) = (
                    format!("baris ini berbeda dengan yang di baris berkas {first}; sisakan satu"),
                    format!("this line differs from the one in row {first} of the file; keep one"),
                );
                self.fault(row, "line", "line_twice", &id, &en);
            }
        }
    }

    fn outcome(&mut self, row: u64, text: &str) -> Option<Payout> {
        match text.to_ascii_lowercase().as_str() {
            "paid" => Some(Payout::Paid),
            "failed" => Some(Payout::Failed),
            "unknown" => Some(Payout::Unknown),
            _ => {
                let (id, en) = ("isi paid, failed atau unknown", "write paid, failed or unknown");
                self.fault(row, "outcome", "outcome_invalid", id, en);
                None
            }
        }
    }

    fn text(&mut self, row: u64, field: &str, text: String) -> Result<Option<String>, ()> {
        if text.chars().count() > TEXT_CHARS_MAX || text.chars().any(char::is_control) {
            let (id, en) = (
                format!("isi paling banyak {TEXT_CHARS_MAX} karakter yang tampak"),
                format!("write at most {TEXT_CHARS_MAX} visible characters"),
            );
            self.fault(row, field, "text_invalid", &id, &en);
            return Err(());
        }
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    fn fault(&mut self, row: u64, field: &str, code: &str, id: &str, en: &str) {
        let field: String = field.chars().take(40).collect();
        let detail = match self.lang {
            Lang::Id => format!("Baris berkas {row}, kolom {field}: {id}."),
            Lang::En => format!("Row {row}, column {field}: {en}."),
        };
        self.faults.push(Fault { pointer: format!("row {row}, {field}"), code: code.to_owned(), detail });
    }

    fn no_header(self) -> Problem {
        let detail = pick(
            self.lang,
            "Baris pertama harus kepala kolom line,outcome,reference,cause.",
            "The first row must be the header line,outcome,reference,cause.",
        );
        let fault = Fault { pointer: "row 1".into(), code: "header_missing".into(), detail: detail.clone() };
        Problem::malformed("results_faulty", detail).with_errors(vec![fault])
    }

    fn finish(mut self) -> Result<Vec<BankResult>, Problem> {
        let found = self.faults.len();
        if found == 0 && self.results.is_empty() {
            let (id, en) = ("berkas tidak berisi hasil", "the file holds no result");
            self.fault(2, "line", "results_empty", id, en);
        }
        if self.faults.is_empty() {
            return Ok(self.results);
        }
        let found = self.faults.len();
        self.faults.truncate(FAULTS_MAX);
        let detail = pick(
            self.lang,
            &format!("Berkas hasil bank memuat {found} kesalahan; tidak ada yang dicatat."),
            &format!("The bank's results hold {found} faults; nothing was taken."),
        );
        Err(Problem::malformed("results_faulty", detail).with_errors(self.faults))
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use salur_core::Lang;

    fn codes(text: &str) -> Vec<String> {
        match read(text.as_bytes(), 3, Lang::En) {
            Ok(results) => {
                results.iter().map(|result| format!("{} {:?}", result.line, result.outcome)).collect()
            }
            Err(problem) => {
                problem.errors.iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect()
            }
        }
    }

    #[test]
    fn every_faulty_row_is_told_with_its_place() {
        for (text, told) in [
            ("line,outcome,reference,cause\n1,paid,R1,\n2,failed,,closed\n", vec!["1 Paid", "2 Failed"]),
            ("\u{feff}line;outcome\r\n1;PAID\r\n1;paid\r\n", vec!["1 Paid"]),
            ("1,paid,,\n", vec!["row 1 header_missing"]),
            ("", vec!["row 1 header_missing"]),
            ("line,outcome\n", vec!["row 2, line results_empty"]),
            (
                "line,outcome\n4,paid\nx,lost\n",
                vec![
                    "row 2, line line_unknown",
                    "row 3, line line_unknown",
                    "row 3, outcome outcome_invalid",
                ],
            ),
            ("line,outcome,cause\n1,failed,a\n1,failed,b\n", vec!["row 3, line line_twice"]),
            ("line,outcome,amount\n1,paid,5\n", vec!["row 1, amount column_unknown"]),
        ] {
            assert_eq!(codes(text), told, "{text:?}");
        }
        let long = format!("line,outcome,cause\n1,failed,{}\n", "x".repeat(81));
        assert_eq!(codes(&long), ["row 2, cause text_invalid"]);
    }
}
