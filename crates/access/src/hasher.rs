//! Passwords as Argon2id. Each takes a core for some tens of milliseconds and 19 MiB, so only as many are worked on at
//! once as there are cores, and few may wait.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

/// Memory in KiB, passes and lanes: what OWASP asks for at least.
const COST: (u32, u32, u32) = (19_456, 2, 1);
/// Most callers who wait for a core.
const WAITING_MAX: usize = 32;

/// Too many passwords are being checked; later there is room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords are being checked")]
pub struct Busy;

/// Hashes passwords and compares them.
#[derive(Debug, Clone)]
pub struct Hasher(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    cores: Semaphore,
    waiting: AtomicUsize,
    /// How many hashes were computed, so that a test can count what takes time.
    computed: AtomicU64,
}

impl Default for Hasher {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let inner =
            Inner { cores: Semaphore::new(cores), waiting: AtomicUsize::new(0), computed: AtomicU64::new(0) };
        Hasher(Arc::new(inner))
    }
}

/// What nobody's password is compared with, so that an unknown login takes as long as a known one.
static DUMMY: LazyLock<String> = LazyLock::new(|| hash("nobody has this password").unwrap_or_default());

impl Hasher {
    /// A password as it is kept: a PHC string with its own salt and costs.
    pub async fn hash(&self, password: String) -> Result<String, Busy> {
        self.run(move || hash(&password)).await?.ok_or(Busy)
    }

    /// True if the password is the kept one; where none is kept, it takes as long and is false. With it comes the
    /// password hashed anew, where the kept hash has other costs than it would have today.
    pub async fn verify(
        &self,
        password: String,
        kept: Option<String>,
    ) -> Result<(bool, Option<String>), Busy> {
        self.run(move || {
            let phc = kept.as_deref().unwrap_or(&DUMMY);
            let fits = verify(&password, phc) && kept.is_some();
            let again = if fits && is_outdated(phc) { hash(&password) } else { None };
            (fits, again)
        })
        .await
    }

    /// How many times a password was hashed or compared.
    #[must_use]
    pub fn computed(&self) -> u64 {
        self.0.computed.load(Ordering::Relaxed)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let place = Waits::begin(&self.0)?;
        let inner = Arc::clone(&self.0);
        let core = self.0.cores.acquire().await.map_err(|_| Busy)?;
        drop(place);
        inner.computed.fetch_add(1, Ordering::Relaxed);
        // The core is kept until the work is done, though a caller who hangs up waits no longer.
        core.forget();
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            inner.cores.add_permits(1);
            done
        });
        done.await.map_err(|_| Busy)
    }
}

/// A place among those who wait, given back when it is dropped.
struct Waits<'a>(&'a Inner);

impl Waits<'_> {
    fn begin(inner: &Inner) -> Result<Waits<'_>, Busy> {
        let before = inner.waiting.fetch_add(1, Ordering::Relaxed);
        let place = Waits(inner);
        if before >= WAITING_MAX { Err(Busy) } else { Ok(place) }
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

fn argon() -> Option<Argon2<'static>> {
    let params = Params::new(COST.0, COST.1, COST.2, None).ok()?;
    Some(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &str) -> Option<String> {
    let hash: PasswordHash = argon()?.hash_password(password.as_bytes()).ok()?;
    Some(hash.to_string())
}

fn verify(password: &str, phc: &str) -> bool {
    let Ok(kept) = PasswordHash::new(phc) else { return false };
    argon().is_some_and(|argon| argon.verify_password(password.as_bytes(), &kept).is_ok())
}

fn is_outdated(phc: &str) -> bool {
    !phc.starts_with(&format!("$argon2id$v=19$m={},t={},p={}$", COST.0, COST.1, COST.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_again_and_no_other() {
        let hasher = Hasher::default();
        let kept = hasher.hash("hujan di bulan juni".into()).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert_ne!(kept, hasher.hash("hujan di bulan juni".into()).await.unwrap(), "the salt is new");
        let known = hasher.verify("hujan di bulan juni".into(), Some(kept.clone())).await.unwrap();
        assert_eq!(known, (true, None));
        let other = hasher.verify("hujan di bulan juli".into(), Some(kept)).await.unwrap();
        assert_eq!(other, (false, None));
    }

    #[tokio::test]
    async fn an_unknown_login_costs_as_many_hashes_as_a_known_one() {
        let hasher = Hasher::default();
        let kept = hasher.hash("hujan di bulan juni".into()).await.unwrap();
        let before = hasher.computed();
        hasher.verify("wrong".into(), Some(kept)).await.unwrap();
        let known = hasher.computed() - before;
        assert_eq!(hasher.verify("nobody has this password".into(), None).await.unwrap(), (false, None));
        assert_eq!(hasher.computed() - before - known, known);
    }

    #[tokio::test]
    async fn what_was_hashed_more_cheaply_is_hashed_anew() {
        let params = Params::new(8_192, 1, 1, None).unwrap();
        let cheap = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let kept: PasswordHash = cheap.hash_password(b"hujan di bulan juni").unwrap();
        let hasher = Hasher::default();
        let (fits, again) =
            hasher.verify("hujan di bulan juni".into(), Some(kept.to_string())).await.unwrap();
        let again = again.unwrap();
        assert!(fits && !is_outdated(&again) && verify("hujan di bulan juni", &again));
    }

    #[tokio::test]
    async fn those_beyond_the_queue_are_told_to_come_later() {
        let hasher = Hasher::default();
        let places: Vec<_> = (0..WAITING_MAX).map(|_| Waits::begin(&hasher.0).unwrap()).collect();
        assert_eq!(hasher.hash("hujan di bulan juni".into()).await, Err(Busy));
        drop(places);
        assert!(hasher.hash("hujan di bulan juni".into()).await.is_ok());
    }
}
