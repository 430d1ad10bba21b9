//! Whole files in, verdicts out.

mod again;
mod dirt;
mod hostile;
mod shipped;
mod support;
