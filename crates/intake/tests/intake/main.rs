//! Whole files in, verdicts out.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

mod again;
mod dirt;
mod hostile;
mod shipped;
mod support;
