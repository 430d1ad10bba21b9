//! Reads a list of recipients and judges each row. Bytes in, verdicts out: no database, no clock, no network.
//!
//! A file is hostile until shown otherwise. [`Source`] finds out what it is (CSV in any of the office's
//! spellings, a spreadsheet, or nothing of use), hands out its rows one by one within [`Limits`], and answers a
//! [`FileRefusal`] where the file as a whole cannot be used. [`judge_list`] finds the header, judges each row by
//! the scheme's form, joins groups with their members, and calls back with each verdict. [`FaultyCsv`] writes
//! what is to be mended and sent again.
//!
//! Spreadsheets are best read in a process of their own with little memory: [`read_sheet`] there, and
//! [`Source::json_lines`] here.

mod csv_rows;
mod faulty;
mod guard;
mod limits;
mod line;
mod list;
mod members;
mod ods;
mod refusal;
mod sheet;
mod source;
mod table;
mod text;

pub use faulty::{FaultyCsv, faulty_csv};
pub use limits::Limits;
pub use line::{Halt, Line, read_sheet};
pub use list::{File, Judged, Judgement, Lists, Located, Skipped, judge_list};
pub use refusal::{FileRefusal, RefusalCode};
pub use source::{Source, is_spreadsheet};
pub use text::CsvStyle;
