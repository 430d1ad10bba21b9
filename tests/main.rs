//! Whole-system tests: the real binary, a real database, real kills.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect")]

mod hangups;
mod journey;
mod kill;
mod office;
mod paused;
mod servers;
mod standby;
