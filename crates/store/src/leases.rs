//! Work that one server does at a time. A lease is renewed while the work goes on; whoever dies loses it, and another
//! server takes the work up. The database's clock counts, so that the servers' clocks need not agree.

use std::collections::HashSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::PgPool;
use uuid::Uuid;

use crate::Store;
use crate::error::StoreError;
use crate::vault::random;

/// How long a lease lasts unless it is renewed.
const LASTS: Duration = Duration::from_secs(20);
/// How often it is renewed.
const RENEWED: Duration = Duration::from_secs(5);
/// How long its holder relies on it after the last renewal: shorter than it lasts, so that two never hold it.
const RELIED_ON: Duration = Duration::from_secs(15);

const TAKE: &str =
    "insert into lease (work, holder, until) values ($1, $2, now() + make_interval(secs => $3))
    on conflict (work) do update set holder = excluded.holder, until = excluded.until
    where lease.until < now() or lease.holder = excluded.holder";
/// Only what is still there is renewed: given back, it must not come again.
const RENEW: &str =
    "update lease set until = now() + make_interval(secs => $3) where work = $1 and holder = $2";
const GIVE_ALL_BACK: &str = "delete from lease where holder = any($1)";
const GIVE_BACK: &str = "delete from lease where work = $1 and holder = $2";

/// The leases that this server holds: what it gives back when it is closed.
pub(crate) type Held = Arc<Mutex<HashSet<Uuid>>>;

/// The right to do a work, given back when dropped.
#[derive(Debug)]
pub struct Lease {
    renewing: Option<Renewing>,
}

#[derive(Debug)]
struct Renewing {
    side: PgPool,
    work: String,
    holder: Uuid,
    started: Instant,
    /// Milliseconds from `started` to the last renewal.
    renewed: Arc<AtomicI64>,
    held: Held,
    task: tokio::task::JoinHandle<()>,
}

impl Store {
    /// Takes the right to do a work, unless somebody has it. On SQLite there is one server, which always has it.
    pub async fn lease(&self, work: &str) -> Result<Option<Lease>, StoreError> {
        let Some(side) = &self.side else { return Ok(Some(Lease { renewing: None })) };
        // Each lease has a holder of its own: the same server does not do the same work twice either.
        let holder = Uuid::from_slice(&random()?[..16]).unwrap_or_default();
        let started = Instant::now();
        if !asked_of(side, TAKE, work, holder).await? {
            return Ok(None);
        }
        let renewed = Arc::new(AtomicI64::new(0));
        let task = tokio::spawn(renew(side.clone(), work.to_owned(), holder, started, Arc::clone(&renewed)));
        locked(&self.held).insert(holder);
        let (side, work, held) = (side.clone(), work.to_owned(), Arc::clone(&self.held));
        Ok(Some(Lease { renewing: Some(Renewing { side, work, holder, started, renewed, held, task }) }))
    }
}

impl Lease {
    /// True while nobody else can have taken the work.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.renewing.as_ref().is_none_or(|renewing| {
            let renewed = renewing.renewed.load(Ordering::Relaxed);
            millis(renewing.started.elapsed()).saturating_sub(renewed) < millis(RELIED_ON)
        })
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(renewing) = self.renewing.take() else { return };
        renewing.task.abort();
        // Moved out: a renewal under way has ended before the lease is given back.
        let task = renewing.task;
        locked(&renewing.held).remove(&renewing.holder);
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                let _ = task.await;
                // A lease that could not be given back ends by itself.
                let query = sqlx::query(GIVE_BACK).bind(renewing.work).bind(renewing.holder);
                let _ = query.execute(&renewing.side).await;
            });
        }
    }
}

async fn renew(side: PgPool, work: String, holder: Uuid, started: Instant, renewed: Arc<AtomicI64>) {
    loop {
        tokio::time::sleep(RENEWED).await;
        let asked = millis(started.elapsed());
        match asked_of(&side, RENEW, &work, holder).await {
            Ok(true) => renewed.store(asked, Ordering::Relaxed),
            Ok(false) => return,
            // The database may be back before the lease ends.
            Err(error) => tracing::warn!(%error, work, "a lease could not be renewed"),
        }
    }
}

async fn asked_of(side: &PgPool, sql: &'static str, work: &str, holder: Uuid) -> Result<bool, StoreError> {
    let query = sqlx::query(sql).bind(work).bind(holder).bind(LASTS.as_secs_f64());
    Ok(query.execute(side).await?.rows_affected() == 1)
}

/// Gives every lease back: what this server does not finish, another may take up at once.
pub(crate) async fn give_all_back(side: &PgPool, held: &Held) {
    let holders: Vec<Uuid> = locked(held).iter().copied().collect();
    // Leases that could not be given back end by themselves.
    let _ = sqlx::query(GIVE_ALL_BACK).bind(holders).execute(side).await;
}

fn locked(held: &Held) -> MutexGuard<'_, HashSet<Uuid>> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
