//! What can go wrong: the rules say no, the key was used otherwise, or the database failed.

use salur_core::refusal::Refusal;
use salur_core::request::BrokenHistory;

/// Why a job was not done.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    /// The rules say no.
    #[error("refused: {}", .0.why.code())]
    Refused(Box<Refusal>),
    /// The same key came with another command.
    #[error("the idempotency key was used for another command")]
    KeyReused,
    /// What it was to change has changed since it was read.
    #[error("somebody else has changed it since it was read")]
    Overtaken,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Refusal> for ExecuteError {
    fn from(refusal: Refusal) -> Self {
        ExecuteError::Refused(Box::new(refusal))
    }
}

/// The database failed, or holds nonsense.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A read failed.
    #[error("failed to read the database")]
    Read(#[from] sqlx::Error),
    /// A write failed; nothing of its batch was kept.
    #[error("failed to write the database")]
    Write(#[from] rusqlite::Error),
    /// The tables could not be brought up to date.
    #[error("failed to migrate the database")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The database cannot be reached. Where a commit was under way it may have been done: the same command under the
    /// same key finds out.
    #[error("the database cannot be reached")]
    Unreachable {
        /// True if the last commit was sent and its answer never came.
        maybe_done: bool,
    },
    /// The writer has stopped.
    #[error("the writer has stopped")]
    WriterGone,
    /// Stored data is not what this program writes.
    #[error("{table} holds what this program does not write: {what}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// What was found.
        what: String,
    },
    /// A stored history does not follow.
    #[error("a stored history does not follow")]
    History(#[from] BrokenHistory),
    /// The office's key is missing, or is not the one the data was sealed with.
    #[error("{0}")]
    Key(String),
    /// A file could not be kept or fetched.
    #[error("failed to keep or fetch a file")]
    Blob(#[from] object_store::Error),
    /// The database is not fit: a setting this program relies on does not hold.
    #[error("{0}")]
    Unfit(String),
}

impl StoreError {
    /// True if the database cannot be reached just now: later it may be.
    #[must_use]
    pub fn is_unreachable(&self) -> bool {
        match self {
            StoreError::Unreachable { .. } => true,
            StoreError::Read(error) => crate::postgres::is_lost(error),
            StoreError::Write(_)
            | StoreError::Migrate(_)
            | StoreError::WriterGone
            | StoreError::Inconsistent { .. }
            | StoreError::History(_)
            | StoreError::Key(_)
            | StoreError::Blob(_)
            | StoreError::Unfit(_) => false,
        }
    }

    /// Nonsense found in a table.
    pub(crate) fn inconsistent(table: &'static str, what: impl std::fmt::Display) -> StoreError {
        StoreError::Inconsistent { table, what: what.to_string() }
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        StoreError::inconsistent("json", error)
    }
}
