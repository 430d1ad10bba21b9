//! What Salur's tests need of the outside world, and ways to make it fail:
//!
//! - [`Cluster`]: a throw-away PostgreSQL that can be killed, resumed, followed and promoted;
//! - [`Database`]: an empty database on a server that is already there;
//! - [`Proxy`]: a network between a client and PostgreSQL that breaks when told to.

mod cluster;
mod database;
mod folder;
pub mod home;
mod process;
mod program;
mod proxy;
mod psql;
mod standby;
mod wire;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use cluster::{Cluster, Settings, USER};
pub use database::{Database, SERVER, Server};
pub use program::{FOLDER, bin, program};
pub use proxy::Proxy;

/// What went wrong, and where possible what to do about it.
#[derive(Clone, PartialEq, Eq)]
pub struct Error(String);

/// What this crate's functions return.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(crate) fn new(what: impl Into<String>) -> Error {
        Error(what.into())
    }

    /// For `map_err`: `what` was attempted, and failed.
    pub(crate) fn doing<E: std::fmt::Display>(what: impl std::fmt::Display) -> impl FnOnce(E) -> Error {
        move |error| Error(format!("failed to {what}: {error}"))
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// As [`Display`](std::fmt::Display), because tests unwrap and people read what that prints.
impl std::fmt::Debug for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

/// Locks even after another test's thread panicked with the lock held.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
