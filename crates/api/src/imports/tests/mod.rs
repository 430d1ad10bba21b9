//! Lists through HTTP, into a real database: what comes of them, and what is refused.

mod accept;
mod attach;
mod cost;
mod crash;
mod hostile;
mod judge;
mod privacy;
mod support;
