//! Every command of the client against a server that answers from a list.

#![expect(clippy::unwrap_used, reason = "a test fails where its helpers cannot go on")]

mod asked;
mod fake;
mod imports;
mod many;
mod office;
mod requests;
mod trouble;
