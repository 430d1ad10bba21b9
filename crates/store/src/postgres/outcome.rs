//! What a failure means for the batch: another try, another connection, or the end.

use std::error::Error;

use crate::error::StoreError;

/// Why an attempt came to nothing.
#[derive(Debug)]
pub(super) enum Failure {
    /// Another transaction was first: decide again.
    Race,
    /// The connection is gone, or the database takes no writes just now: connect again.
    Lost,
    /// The database refuses, or holds nonsense.
    Store(StoreError),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        if let StoreError::Read(error) = error { Failure::from(error) } else { Failure::Store(error) }
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        if is_lost(&error) {
            return Failure::Lost;
        }
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        // serialization_failure, deadlock_detected, lock_not_available
        match code.as_deref() {
            Some("40001" | "40P01" | "55P03") => Failure::Race,
            _ => Failure::Store(StoreError::Read(error)),
        }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Failure::Store(error.into())
    }
}

/// True if the connection is gone, or leads to a database that takes no writes: stopping, starting, a standby.
#[expect(clippy::wildcard_enum_match_arm, reason = "whatever else goes wrong is no matter of the connection")]
pub(crate) fn is_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::PoolTimedOut | sqlx::Error::Tls(_) => {
            true
        }
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            // Class 08 connection, class 57P0x shutdown and start-up, 53300 too many connections, 25006 read-only
            // transaction, 25P03 idle in transaction for too long.
            code.starts_with("08") || code.starts_with("57P") || matches!(&*code, "53300" | "25006" | "25P03")
        }),
        error => error.source().is_some_and(<dyn Error>::is::<std::io::Error>),
    }
}
