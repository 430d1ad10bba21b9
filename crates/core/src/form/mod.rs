//! What a scheme asks about a recipient, as data, and the one judge of every answer: a row of a spreadsheet
//! and a request entered by hand meet the same rules and get the same faults.
//!
//! No scheme's name occurs here; the questions come from the `[form]` table of a workflow file.

mod cell;
mod codes;
mod compare;
mod correct;
mod day;
mod define;
mod digits;
mod entry;
mod fault;
mod header;
mod judge;
pub mod money;
mod nik;
mod prove;
mod read;
mod region;
#[cfg(test)]
mod tests;
mod value;

use jiff::civil::Date;

pub use cell::Cell;
pub use codes::FaultCode;
pub use day::parse as parse_date;
pub(crate) use define::Draft;
pub use define::{Account, Check, Field, Form, Kind, Members, ReferWhen};
pub use fault::{Fault, Problem};
pub use header::{Columns, ColumnsError, recognised};
pub use judge::Verdict;
pub use nik::Nik;
pub use prove::FormError;
pub use region::{Regions, RegionsError};
pub use value::{Facts, Fields, Value};

/// What a judgement needs besides the row.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The regions of the country, and those the office serves.
    pub regions: &'a Regions,
    /// The day of judgement.
    pub today: Date,
}
