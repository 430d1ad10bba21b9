//! The store on a real database.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect")]

mod changes;
mod concurrency;
mod forging;
mod idempotency;
mod office;
mod proposing;
#[path = "../shared/office.rs"]
mod shared;
mod tamper;
mod visits;
