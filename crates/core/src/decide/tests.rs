//! What may happen to a request, and what then.

mod aside;
mod charts;
mod money;
mod persons;
mod standing_in;
mod way;
