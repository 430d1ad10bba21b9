//! Chance from a seed: the same seed, replication and purpose are the same draws, on every machine.
//!
//! Each purpose draws from a stream of its own. So two scenarios that differ in one stage see the same arrivals and the
//! same work at all others (common random numbers), and what differs between them is the change and not luck.

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

/// Streams that one replication has room for.
const PURPOSES: u64 = 64;

/// One stream of draws.
pub(crate) fn stream(seed: u64, replication: u64, purpose: u64) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(replication.wrapping_mul(PURPOSES).wrapping_add(purpose.min(PURPOSES - 1)));
    random
}

/// A draw from 0 up to and without 1.
pub(crate) fn share(random: &mut ChaCha8Rng) -> f64 {
    random.random::<f64>()
}

/// One of some things; nothing where there are none.
pub(crate) fn one_of<'t, T>(random: &mut ChaCha8Rng, things: &'t [T]) -> Option<&'t T> {
    if things.is_empty() { None } else { things.get(random.random_range(0..things.len())) }
}
