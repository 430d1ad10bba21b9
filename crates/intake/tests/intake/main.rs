//! Whole files in, verdicts out.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod again;
mod clean;
mod dirt;
mod groups;
mod hostile;
mod shipped;
mod support;
mod write;
