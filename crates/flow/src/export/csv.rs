//! CSV: an event a row. No cell begins as a formula does.

use std::borrow::Cow;
use std::io::{self, Write};

use csv::Writer;

use super::{Case, Naming, amended, entered, of_log, told};
use crate::log::EventLog;

const HEADER: [&str; 14] = [
    "case_id",
    "activity",
    "timestamp",
    "resource",
    "role",
    "for",
    "lifecycle",
    "kind",
    "stage",
    "scheme",
    "region",
    "year",
    "amount",
    "list",
];

/// A cell that no spreadsheet takes for a formula: what could begin one has an apostrophe before it.
#[must_use]
pub fn neutral(cell: &str) -> Cow<'_, str> {
    match cell.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => Cow::Owned(format!("'{cell}")),
        _ => Cow::Borrowed(cell),
    }
}

/// Writes a table, one request after the other.
pub struct Csv<'a, W: Write> {
    writer: Writer<W>,
    naming: Naming<'a>,
}

impl<'a, W: Write> Csv<'a, W> {
    /// Begins the table.
    pub fn new(writer: W, naming: Naming<'a>) -> io::Result<Csv<'a, W>> {
        let mut writer = Writer::from_writer(writer);
        writer.write_record(HEADER)?;
        Ok(Csv { writer, naming })
    }

    /// Writes a request and its history. One without its first event is left out.
    pub fn case(&mut self, case: &Case) -> io::Result<()> {
        let Some((entered, _)) = entered(case) else { return Ok(()) };
        let (amount, region) = amended(case, entered);
        let (request, year) = (case.request.to_string(), entered.year.to_string());
        let amount = amount.0.to_string();
        for told in told(case, self.naming) {
            let list = told.decree.map(|decree| format!("decree:{decree}"));
            let list = list.or_else(|| told.order.map(|order| format!("payment_order:{order}")));
            let (at, list) = (told.at.to_string(), list.unwrap_or_default());
            let other = told.for_whom.map(|other| other.pseudonym).unwrap_or_default();
            let cells: [&str; 14] = [
                &request,
                told.activity,
                &at,
                &told.doer.pseudonym,
                told.doer.role.as_deref().unwrap_or_default(),
                &other,
                told.transition,
                told.kind,
                &told.stage,
                entered.scheme.as_str(),
                region.as_str(),
                &year,
                &amount,
                &list,
            ];
            self.writer.write_record(cells.map(neutral).iter().map(|cell| cell.as_bytes()))?;
        }
        Ok(())
    }

    /// Ends the table.
    pub fn end(self) -> io::Result<W> {
        self.writer.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

/// Writes requests as a table.
pub fn csv(writer: impl Write, cases: impl IntoIterator<Item = Case>, naming: Naming<'_>) -> io::Result<()> {
    let mut out = Csv::new(writer, naming)?;
    for case in cases {
        out.case(&case)?;
    }
    out.end().map(drop)
}

/// Writes a foreign log as a table.
pub fn log_csv(writer: impl Write, log: &EventLog) -> io::Result<()> {
    let mut writer = Writer::from_writer(writer);
    writer.write_record(["case_id", "activity", "timestamp", "resource"])?;
    for event in &log.events {
        let (activity, resource) = of_log(log, event);
        let at = event.at.to_string();
        let cells = [log.cases.name(event.case), activity, &at, &resource].map(neutral);
        writer.write_record(cells.iter().map(|cell| cell.as_bytes()))?;
    }
    writer.flush()
}
