//! The bottleneck: where time goes, on whom it waits, and when all will be done.
//!
//! Everything here is pure: bytes, visits, a calendar and a seed in, figures out, the same each time. No clock, no
//! async, no I/O beyond the bytes that are given.

pub mod chart;
pub mod conformance;
pub mod constraint;
pub mod export;
pub mod forecast;
pub mod log;
pub mod measure;
pub mod model;
mod number;
pub mod odds;
mod random;
pub mod reach;
pub mod simulate;
mod summary;
pub mod survival;
#[cfg(test)]
mod testing;
pub mod time;
pub mod visit;
mod way;
pub mod what_if;
mod xml;

pub use number::percentile;
pub use summary::{StageRow, Summary, Throughput, VariantRow, follows, stages, summary, variants};
pub use way::way;
