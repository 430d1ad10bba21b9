//! Reads the bank's results: every faulty row is told, and with one nothing is taken. A file may carry the columns of ours
//! to the bank along: those that say whose results these are count, the others are passed over.

use std::collections::HashMap;

use csv::StringRecord;
use salur_core::Lang;
use salur_core::payment::{BankResult, BankWord, Order, Payout};
use salur_core::{Digest, RequestId};

use crate::problem::{Fault, Problem, pick};

/// Most characters of a reference or cause.
const TEXT_CHARS_MAX: usize = 80;
/// Most faults that an answer spells out.
const FAULTS_MAX: usize = 1_000;
const COLUMNS: [&str; 7] = ["line", "outcome", "reference", "cause", "request", "order", "order_digest"];
/// Columns of our own file to the bank that say nothing of its answer.
const PASSED_OVER: [&str; 6] = ["bank", "account_no", "account_name", "amount", "order_count", "order_total"];

/// The results in a file, and the list that it says they are of.
pub(crate) fn read(bytes: &[u8], order: &Order, lang: Lang) -> Result<BankWord, Problem> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let head = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let delimiter = if head.contains(&b';') && !head.contains(&b',') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .trim(csv::Trim::All)
        .has_headers(true)
        .from_reader(bytes);
    let mut reading = Reading {
        lang,
        order,
        faults: Vec::new(),
        seen: HashMap::new(),
        word: BankWord::default(),
        names_order: false,
    };
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

/// Where each of the columns is.
type Columns = [Option<usize>; 7];

struct Reading<'a> {
    lang: Lang,
    order: &'a Order,
    faults: Vec<Fault>,
    /// The row in which a line was first told.
    seen: HashMap<u32, (u64, BankResult)>,
    word: BankWord,
    /// True while each row named the order.
    names_order: bool,
}

impl Reading<'_> {
    fn columns(&mut self, header: &StringRecord) -> Option<Columns> {
        let mut columns = [None; 7];
        for (at, name) in header.iter().enumerate() {
            let name = name.to_ascii_lowercase();
            if PASSED_OVER.contains(&name.as_str()) {
                continue;
            }
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
        let [line, outcome, _, _, _, order, digest] = columns;
        self.names_order = order.is_some() || digest.is_some();
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
        let line = cell(0).parse::<u32>().ok().filter(|line| (1..=self.order.count).contains(line));
        if line.is_none() {
            let (id, en) = (
                format!("bukan baris perintah ini; isi 1 sampai {}", self.order.count),
                format!("no line of this order; write 1 to {}", self.order.count),
            );
            self.fault(row, "line", "line_unknown", &id, &en);
        }
        let outcome = self.outcome(row, &cell(1));
        let reference = self.text(row, "reference", cell(2));
        let cause = self.text(row, "cause", cell(3));
        let request = self.request(row, &cell(4));
        self.list(row, &cell(5), &cell(6));
        let (Some(line), Some(outcome), Ok(reference), Ok(cause), Ok(request)) =
            (line, outcome, reference, cause, request)
        else {
            return;
        };
        let result = BankResult { line, request, outcome, reference, cause };
        match self.seen.get(&line) {
            None => {
                self.seen.insert(line, (row, result.clone()));
                self.word.results.push(result);
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

    /// The request beside the line, where the file has that column.
    fn request(&mut self, row: u64, text: &str) -> Result<Option<RequestId>, ()> {
        if text.is_empty() {
            return Ok(None);
        }
        let Ok(id) = text.parse() else {
            let (id, en) =
                ("isi nomor permohonan seperti pada berkas bank", "write the request as in the bank file");
            self.fault(row, "request", "request_malformed", id, en);
            return Err(());
        };
        Ok(Some(RequestId(id)))
    }

    /// The order that the row is of, by its short id, its whole one, or the digest of its list.
    fn list(&mut self, row: u64, order: &str, digest: &str) {
        let (short, whole) = (short_id(self.order), self.order.id.to_string());
        let fits = |text: &str| text.eq_ignore_ascii_case(&short) || text.eq_ignore_ascii_case(&whole);
        if !order.is_empty() && !fits(order) {
            let (id, en) = ("ini baris perintah lain", "this is a row of another order");
            self.fault(row, "order", "other_order", id, en);
        }
        if !digest.is_empty() && Digest::from_hex(digest) != Some(self.order.digest) {
            let (id, en) = ("ini baris perintah lain", "this is a row of another order");
            self.fault(row, "order_digest", "other_order", id, en);
        }
        self.names_order &= !(order.is_empty() && digest.is_empty());
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

    fn finish(mut self) -> Result<BankWord, Problem> {
        let found = self.faults.len();
        if found == 0 && self.word.results.is_empty() {
            let (id, en) = ("berkas tidak berisi hasil", "the file holds no result");
            self.fault(2, "line", "results_empty", id, en);
        }
        if self.faults.is_empty() {
            self.word.order = self.names_order.then_some(self.order.id);
            return Ok(self.word);
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

/// The end of an order's id: what its file to the bank and its page call it by.
pub(crate) fn short_id(order: &Order) -> String {
    let whole = order.id.0.simple().to_string();
    whole.get(whole.len().saturating_sub(8)..).unwrap_or_default().to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::{read, short_id};
    use salur_core::decree::Tally;
    use salur_core::payment::{Order, OrderState};
    use salur_core::{Digest, Lang, OrderId, PersonId, Rupiah};
    use uuid::Uuid;

    fn order() -> Order {
        Order {
            id: OrderId(Uuid::from_u128(0xabcd_ef01)),
            state: OrderState::Exported,
            version: 1,
            drafted_by: PersonId(Uuid::nil()),
            drafted_at: jiff::Timestamp::UNIX_EPOCH,
            count: 3,
            total: Rupiah(3),
            digest: Digest([7; 32]),
            paid: Tally::default(),
            failed: Tally::default(),
            unknown: Tally::default(),
            exported_at: None,
            sp2d: None,
        }
    }

    fn codes(text: &str) -> Vec<String> {
        match read(text.as_bytes(), &order(), Lang::En) {
            Ok(word) => {
                word.results.iter().map(|result| format!("{} {:?}", result.line, result.outcome)).collect()
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
            ("line,outcome,colour\n1,paid,5\n", vec!["row 1, colour column_unknown"]),
            ("line,outcome,request\n1,paid,x\n", vec!["row 2, request request_malformed"]),
            ("line,outcome,order\n1,paid,ABCDEF01\n2,paid,ABCDEF02\n", vec!["row 3, order other_order"]),
            ("line,outcome,order_digest\n1,paid,aa\n", vec!["row 2, order_digest other_order"]),
        ] {
            assert_eq!(codes(text), told, "{text:?}");
        }
        let long = format!("line,outcome,cause\n1,failed,{}\n", "x".repeat(81));
        assert_eq!(codes(&long), ["row 2, cause text_invalid"]);
    }

    #[test]
    fn a_file_names_its_order_only_where_each_row_does() {
        let named = |text: &str| read(text.as_bytes(), &order(), Lang::En).unwrap();
        assert_eq!(short_id(&order()), "ABCDEF01");
        assert!(named("line,outcome\n1,paid\n").names_no_order());
        assert!(!named("line,outcome,order\n1,paid,abcdef01\n").names_no_order());
        assert!(named("line,outcome,order\n1,paid,abcdef01\n2,paid,\n").names_no_order());
        let request = Uuid::from_u128(1);
        let asked = named(&format!("line,outcome,request,amount\n1,paid,{request},500\n"));
        assert_eq!(asked.results[0].request.map(|id| id.0), Some(request));
        assert!(!asked.names_no_order());
    }
}
