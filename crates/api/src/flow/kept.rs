//! Figures that were told just before, for whoever asks the same again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::SchemeFlow;

/// How long figures are told again as they were.
pub const KEPT_FOR: SignedDuration = SignedDuration::from_secs(60);
/// Most figures that are kept: beyond it, all are forgotten.
const KEPT_MAX: usize = 256;

/// Figures by what they are of.
type Figures = HashMap<String, (Timestamp, Arc<SchemeFlow>)>;

/// Figures that were told just before.
#[derive(Debug, Clone, Default)]
pub struct Kept(Arc<Mutex<Figures>>);

impl Kept {
    /// What was told under this key a moment before `now`.
    pub(crate) fn get(&self, key: &str, now: Timestamp) -> Option<Arc<SchemeFlow>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, told) = kept.get(key)?;
        let age = now.duration_since(*at);
        (SignedDuration::ZERO..KEPT_FOR).contains(&age).then(|| Arc::clone(told))
    }

    /// Keeps what is told now.
    pub(crate) fn keep(&self, key: String, now: Timestamp, told: SchemeFlow) -> Arc<SchemeFlow> {
        let told = Arc::new(told);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(key, (now, Arc::clone(&told)));
        told
    }
}
