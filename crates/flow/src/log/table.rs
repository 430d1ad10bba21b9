//! CSV: a heading, then one event a row. Which column is which is said, or known by the names that others use.

use std::io::BufRead;

use csv::{ByteRecord, ReaderBuilder};

use super::fault::{LogError, LogErrorCode, Place};
use super::instant::Instants;
use super::source::Bounded;
use super::{EventLog, LogEvent, LogOptions, Moment};

/// Names of columns, the likeliest first, without case, spaces and dashes.
const CASE: &[&str] = &[
    "case:concept:name",
    "caseid",
    "case",
    "casename",
    "idcase",
    "traceid",
    "trace",
    "idkasus",
    "kasus",
    "request",
    "requestid",
];
const ACTIVITY: &[&str] = &[
    "concept:name",
    "activity",
    "activityname",
    "task",
    "taskname",
    "event",
    "eventname",
    "aktivitas",
    "kegiatan",
    "langkah",
    "stage",
];
const TIME: &[&str] = &[
    "time:timestamp",
    "timestamp",
    "completetimestamp",
    "time",
    "datetime",
    "endtime",
    "endtimestamp",
    "end",
    "completetime",
    "completed",
    "selesai",
    "waktuselesai",
    "at",
    "date",
    "waktu",
    "tanggal",
];
const RESOURCE: &[&str] = &["org:resource", "resource", "user", "originator", "actor", "petugas", "pelaku"];
const LIFECYCLE: &[&str] = &["lifecycle:transition", "lifecycle", "transition"];
const BEGAN: &[&str] = &["starttimestamp", "starttime", "start", "begantime", "began", "mulai", "waktumulai"];

pub(super) fn read(head: &[u8], input: impl BufRead, options: &LogOptions) -> Result<EventLog, LogError> {
    let mut bounded = Bounded::new(input);
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter(head))
        .has_headers(false)
        .flexible(true)
        .from_reader(&mut bounded);
    let mut row = ByteRecord::new();
    let mut columns: Option<(Columns, usize)> = None;
    let mut log = EventLog::default();
    let mut instants = Instants::new(options);
    loop {
        reader.get_mut().renew();
        match reader.read_byte_record(&mut row) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                let line = Place::Line(reader.position().line());
                let code = if reader.get_ref().is_spent() {
                    LogErrorCode::PieceTooLarge
                } else {
                    LogErrorCode::Unreadable
                };
                return Err(LogError::new(code, line, &error.to_string()));
            }
        }
        let place = Place::Line(row.position().map_or(0, csv::Position::line));
        let Some((columns, width)) = &columns else {
            columns = Some((Columns::find(&row, options)?, row.len()));
            continue;
        };
        if row.len() != *width {
            return Err(LogError::new(LogErrorCode::RowBroken, place, &format!("{} / {width}", row.len())));
        }
        let event = columns.event(&row, &mut log, &mut instants, place)?;
        log.push(event, place)?;
    }
    if log.events.is_empty() {
        return Err(LogError::new(LogErrorCode::NoEvents, Place::File, ""));
    }
    log.without_zone = instants.without_zone;
    log.settle();
    Ok(log)
}

/// The sign that parts the heading into most cells, outside of quotes.
fn delimiter(head: &[u8]) -> u8 {
    let mut counts = [(b',', 0_usize), (b';', 0), (b'\t', 0), (b'|', 0)];
    let mut quoted = false;
    for byte in head {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted && counts.iter().any(|(_, count)| *count > 0) => break,
            _ if quoted => {}
            _ => {
                if let Some((_, count)) = counts.iter_mut().find(|(sign, _)| sign == byte) {
                    *count += 1;
                }
            }
        }
    }
    // The first of equals: `max_by_key` would give the last.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(sign, _)| *sign)
}

struct Columns {
    case: usize,
    activity: usize,
    time: usize,
    resource: Option<usize>,
    lifecycle: Option<usize>,
    began: Option<usize>,
}

impl Columns {
    fn find(heading: &ByteRecord, options: &LogOptions) -> Result<Columns, LogError> {
        let names: Vec<String> =
            heading.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
        let bare: Vec<String> = names
            .iter()
            .map(|name| {
                name.to_lowercase().chars().filter(|letter| !matches!(letter, ' ' | '_' | '-')).collect()
            })
            .collect();
        let find = |said: Option<&str>, known: &[&str]| match said {
            Some(said) => names.iter().position(|name| name == said),
            None => known.iter().find_map(|known| bare.iter().position(|name| name == known)),
        };
        let missing = |what: &str| {
            let found = format!("{what}: {}", names.join(", "));
            LogError::new(LogErrorCode::ColumnMissing, Place::Line(1), &found)
        };
        let optional = |what: &str, said: Option<&str>, known: &[&str]| match find(said, known) {
            None if said.is_some() => Err(missing(what)),
            found => Ok(found),
        };
        let resource = optional("resource", options.resource.as_deref(), RESOURCE)?;
        Ok(Columns {
            case: find(options.case.as_deref(), CASE).ok_or_else(|| missing("case"))?,
            activity: find(options.activity.as_deref(), ACTIVITY).ok_or_else(|| missing("activity"))?,
            time: find(options.time.as_deref(), TIME).ok_or_else(|| missing("time"))?,
            resource,
            lifecycle: optional("lifecycle", options.lifecycle.as_deref(), LIFECYCLE)?,
            began: optional("began", options.began.as_deref(), BEGAN)?,
        })
    }

    fn event(
        &self,
        row: &ByteRecord,
        log: &mut EventLog,
        instants: &mut Instants<'_>,
        place: Place,
    ) -> Result<LogEvent, LogError> {
        let cell = |column: usize| {
            let cell = row.get(column).unwrap_or_default();
            std::str::from_utf8(cell).map_err(|_| {
                LogError::new(LogErrorCode::EncodingUnknown, place, &String::from_utf8_lossy(cell))
            })
        };
        let needed = |column: usize, code: LogErrorCode| {
            let cell = cell(column)?;
            if cell.trim().is_empty() { Err(LogError::new(code, place, "")) } else { Ok(cell) }
        };
        let case = needed(self.case, LogErrorCode::CaseMissing)?;
        let activity = needed(self.activity, LogErrorCode::ActivityMissing)?;
        let time = needed(self.time, LogErrorCode::TimeMissing)?;
        let at = instants.read(time).ok_or_else(|| LogError::new(LogErrorCode::TimeUnclear, place, time))?;
        let resource = match self.resource.map(cell).transpose()? {
            Some(name) if !name.trim().is_empty() => Some(log.resources.place(name, place)?),
            _ => None,
        };
        let case = log.cases.place(case, place)?;
        let moment = self.lifecycle.map(cell).transpose()?.map_or(Moment::Done, Moment::of);
        let began = match self.began.map(cell).transpose()? {
            // A cell that is no instant tells no beginning; the row stands without it.
            Some(text) if !text.trim().is_empty() => instants.read(text),
            _ => None,
        };
        Ok(LogEvent { case, activity: log.activities.place(activity, place)?, resource, at, moment, began })
    }
}
