//! The API as its callers see it: a real store in a temporary folder, whole requests in, whole answers out.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod description;
mod door;
mod events;
mod flow;
mod journeys;
mod lists;
mod numbers;
mod office;
mod privacy;
mod refusals;
mod repetition;
mod support;
mod turns;
