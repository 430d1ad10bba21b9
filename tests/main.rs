//! Whole-system tests: the real binary, a real database, real kills.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect")]

mod browser;
mod hangups;
mod journey;
mod kill;
mod office;
mod pages;
mod paused;
mod screens;
mod servers;
mod standby;
