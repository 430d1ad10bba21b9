//! Why a log is refused, and where in it.

use std::fmt;

use salur_core::Lang;
use serde::Serialize;

/// Why a log is refused: a stable code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LogErrorCode {
    /// The bytes could not be read, or gzip could not unpack them.
    Unreadable,
    /// Neither XES nor a table with a heading.
    FormatUnknown,
    /// Not in an encoding that is read.
    EncodingUnknown,
    /// No sound XML.
    XmlBroken,
    /// It declares a document type, or uses an entity of its own.
    DoctypeRefused,
    /// Nested too deep.
    TooDeep,
    /// A tag, a text or a row that is too large.
    PieceTooLarge,
    /// A name that is too long.
    NameTooLong,
    /// More events or names than are read.
    TooMuch,
    /// An event stands outside of every trace.
    EventOutsideTrace,
    /// An event without an activity.
    ActivityMissing,
    /// An event without an instant.
    TimeMissing,
    /// An instant that cannot be read.
    TimeUnclear,
    /// A row without a case.
    CaseMissing,
    /// No column for the case, the activity or the time.
    ColumnMissing,
    /// A row of another width than the heading.
    RowBroken,
    /// There is no event in it.
    NoEvents,
}

impl LogErrorCode {
    /// The code in data.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            LogErrorCode::Unreadable => "unreadable",
            LogErrorCode::FormatUnknown => "format_unknown",
            LogErrorCode::EncodingUnknown => "encoding_unknown",
            LogErrorCode::XmlBroken => "xml_broken",
            LogErrorCode::DoctypeRefused => "doctype_refused",
            LogErrorCode::TooDeep => "too_deep",
            LogErrorCode::PieceTooLarge => "piece_too_large",
            LogErrorCode::NameTooLong => "name_too_long",
            LogErrorCode::TooMuch => "too_much",
            LogErrorCode::EventOutsideTrace => "event_outside_trace",
            LogErrorCode::ActivityMissing => "activity_missing",
            LogErrorCode::TimeMissing => "time_missing",
            LogErrorCode::TimeUnclear => "time_unclear",
            LogErrorCode::CaseMissing => "case_missing",
            LogErrorCode::ColumnMissing => "column_missing",
            LogErrorCode::RowBroken => "row_broken",
            LogErrorCode::NoEvents => "no_events",
        }
    }

    /// What is wrong, and what would mend it: Indonesian, English.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            LogErrorCode::Unreadable => ("berkas tidak terbaca", "the file cannot be read"),
            LogErrorCode::FormatUnknown => {
                ("bukan XES dan bukan CSV dengan baris judul", "neither XES nor a CSV table with a heading")
            }
            LogErrorCode::EncodingUnknown => {
                ("bukan UTF-8; simpan ulang sebagai UTF-8", "not UTF-8; save it as UTF-8")
            }
            LogErrorCode::XmlBroken => ("XML tidak utuh", "the XML is broken"),
            LogErrorCode::DoctypeRefused => (
                "jenis dokumen (DOCTYPE) dan entitas buatan sendiri ditolak",
                "a document type (DOCTYPE) and entities of one's own are refused",
            ),
            LogErrorCode::TooDeep => ("atribut bersarang terlalu dalam", "attributes are nested too deep"),
            LogErrorCode::PieceTooLarge => {
                ("satu bagian lebih dari 1 MiB", "a single part of it exceeds 1 MiB")
            }
            LogErrorCode::NameTooLong => ("nama lebih dari 4.096 byte", "a name exceeds 4,096 bytes"),
            LogErrorCode::TooMuch => ("lebih banyak dari yang dibaca", "more than is read"),
            LogErrorCode::EventOutsideTrace => {
                ("kejadian di luar kasus (trace)", "an event outside of every trace")
            }
            LogErrorCode::ActivityMissing => ("kejadian tanpa aktivitas", "an event without an activity"),
            LogErrorCode::TimeMissing => ("kejadian tanpa waktu", "an event without a time"),
            LogErrorCode::TimeUnclear => (
                "waktu tidak terbaca; tulis seperti 2026-11-24T09:30:00+08:00, atau sebut bentuknya dengan --time-format",
                "a time that cannot be read; write it as 2026-11-24T09:30:00+08:00, or name its form with --time-format",
            ),
            LogErrorCode::CaseMissing => ("baris tanpa kasus", "a row without a case"),
            LogErrorCode::ColumnMissing => (
                "kolom tidak ada; sebut dengan --case, --activity, --time atau --resource",
                "there is no such column; name it with --case, --activity, --time or --resource",
            ),
            LogErrorCode::RowBroken => {
                ("lebar baris berbeda dari judul", "a row of another width than the heading")
            }
            LogErrorCode::NoEvents => ("tidak ada kejadian di dalamnya", "there is no event in it"),
        }
    }
}

/// Where in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The file as a whole.
    File,
    /// After so many bytes (of what is unpacked).
    Byte(u64),
    /// An event of a trace, both counted from 1.
    Event {
        /// The trace.
        trace: u64,
        /// The event in it.
        event: u64,
        /// After so many bytes (of what is unpacked).
        byte: u64,
    },
    /// A line of a table.
    Line(u64),
}

impl Place {
    /// The place in words.
    #[must_use]
    pub fn text(self, lang: Lang) -> String {
        let id = lang == Lang::Id;
        match self {
            Place::File => if id { "berkas" } else { "file" }.to_owned(),
            Place::Byte(byte) => format!("byte {byte}"),
            Place::Event { trace, event, byte } if id => {
                format!("trace {trace}, kejadian {event} (byte {byte})")
            }
            Place::Event { trace, event, byte } => format!("trace {trace}, event {event} (byte {byte})"),
            Place::Line(line) if id => format!("baris {line}"),
            Place::Line(line) => format!("line {line}"),
        }
    }
}

/// A log is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
pub struct LogError {
    /// Why.
    pub code: LogErrorCode,
    /// Where.
    pub place: Place,
    /// What stands there, shortened.
    pub found: String,
}

impl LogError {
    pub(super) fn new(code: LogErrorCode, place: Place, found: &str) -> LogError {
        LogError {
            code,
            place,
            found: found.chars().filter(|letter| !letter.is_control()).take(80).collect(),
        }
    }

    /// The refusal as one sentence.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let (id, en) = self.code.words();
        let words = if lang == Lang::Id { id } else { en };
        let place = self.place.text(lang);
        if self.found.is_empty() {
            format!("{place}: {words}")
        } else {
            format!("{place}: {words}: {:?}", self.found)
        }
    }
}

impl fmt::Display for LogError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text(Lang::En))
    }
}
