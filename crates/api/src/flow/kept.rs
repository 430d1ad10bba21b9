//! What was told just before, for whoever asks the same again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// How long figures are told again as they were.
pub const KEPT_FOR: SignedDuration = SignedDuration::from_secs(60);
/// Most that is kept: beyond it, all is forgotten.
const KEPT_MAX: usize = 256;

/// By what it is of, when it was told, and what.
type Told<T> = HashMap<String, (Timestamp, Arc<T>)>;

/// What was told just before.
#[derive(Debug)]
pub struct Kept<T>(Arc<Mutex<Told<T>>>);

impl<T> Clone for Kept<T> {
    fn clone(&self) -> Self {
        Kept(Arc::clone(&self.0))
    }
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Kept(Arc::default())
    }
}

impl<T> Kept<T> {
    /// What was told under this key a moment before `now`.
    pub(crate) fn get(&self, key: &str, now: Timestamp) -> Option<Arc<T>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, told) = kept.get(key)?;
        let age = now.duration_since(*at);
        (SignedDuration::ZERO..KEPT_FOR).contains(&age).then(|| Arc::clone(told))
    }

    /// Keeps what is told now.
    pub(crate) fn keep(&self, key: String, now: Timestamp, told: T) -> Arc<T> {
        let told = Arc::new(told);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(key, (now, Arc::clone(&told)));
        told
    }
}
