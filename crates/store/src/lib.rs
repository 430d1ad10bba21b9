//! Salur's memory: all SQL, all transactions, the commit loop. One job in, one transaction, one answer after the
//! commit.

pub mod access;
mod archive;
pub mod batch;
pub mod chain;
mod current;
mod db;
mod error;
pub mod facts;
mod files;
mod imports;
pub mod job;
mod leases;
mod listen;
pub mod lists;
mod migrations;
mod open;
mod orders;
mod postgres;
mod proposals;
pub mod requests;
mod sessions;
mod sqlite;
mod timers;
pub mod vault;
mod verify;
pub mod viewings;
pub mod visits;
mod writer;

pub use archive::{Archived, archived_events};
pub use error::{ExecuteError, StoreError};
pub use leases::Lease;
pub use open::{Office, Places, Store};
pub use sessions::token_digest;
pub use verify::{Broken, Report, verify};
