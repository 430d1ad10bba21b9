//! What can go wrong while the demo is made.

use salur_core::calendar::CalendarError;
use salur_core::form::RegionsError;
use salur_store::{ExecuteError, StoreError};

/// Why the demo, or what is shipped, could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A shipped table cannot be read.
    #[error("failed to read a shipped table")]
    Table(#[from] csv::Error),
    /// The shipped calendar does not hold together.
    #[error("failed to build the shipped calendar")]
    Calendar(#[from] CalendarError),
    /// A shipped list of regions cannot be read.
    #[error("failed to read the shipped regions")]
    Regions(#[from] RegionsError),
    /// The shipped policy or plan cannot be read.
    #[error("failed to read shipped data")]
    Data(#[from] toml::de::Error),
    /// Shipped names cannot be read, or tokens not written.
    #[error("failed to read or write JSON")]
    Json(#[from] serde_json::Error),
    /// The office has people already.
    #[error("this office is in use; the demo fills an empty one only")]
    NotEmpty,
    /// The day is out of reach.
    #[error("failed to reckon with a date")]
    Date(#[from] jiff::Error),
    /// The plan does not fit the definitions or the calendar.
    #[error("the demo's plan does not fit: {0}")]
    Unfit(String),
    /// The rules refused a step of the history.
    #[error("the rules refused to {what}: {code}")]
    Refused {
        /// What was to be done.
        what: &'static str,
        /// The refusal's code.
        code: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A job was not done.
    #[error(transparent)]
    Execute(#[from] ExecuteError),
    /// The tokens could not be written.
    #[error("failed to write the tokens")]
    Tokens(#[from] std::io::Error),
}
