//! Salur's memory: all SQL, all transactions, the commit loop. One job in, one transaction, one answer after the
//! commit.

pub mod batch;
pub mod chain;
mod error;
pub mod facts;
mod imports;
pub mod job;
pub mod lists;
mod open;
pub mod requests;
mod sessions;
mod sqlite;
pub mod vault;
mod verify;
mod writer;

pub use error::{ExecuteError, StoreError};
pub use open::{Office, Store};
pub use sessions::token_digest;
pub use verify::{Broken, Report, verify};
