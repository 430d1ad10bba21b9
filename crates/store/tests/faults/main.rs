//! Servers that race, networks that break, databases that die. PostgreSQL only, whatever the environment says of the
//! other tests.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect")]

mod archive;
mod budget;
mod cancel;
mod cuts;
mod failover;
mod home;
mod leases;
mod load;
mod race;
mod restarts;
#[path = "../shared/office.rs"]
mod shared;
mod timers;
mod versions;
mod years;
