//! Callers who enter and submit one request after another, and ask again under the same key until they are answered.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use salur_core::RequestId;
use salur_store::job::{Answer, Job};
use salur_store::{ExecuteError, Store, StoreError};
use tokio::sync::RwLock;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::home::{Home, version};
use crate::shared::{CLERK, act, ask, entry, id};

const CALLERS: u64 = 16;

/// What the callers have been told so far.
#[derive(Default)]
pub(crate) struct Told {
    /// Acts answered.
    pub(crate) done: AtomicU64,
    /// Acts that could not be answered for want of a database.
    pub(crate) unreachable: AtomicU64,
    /// The requests whose submission was answered.
    submitted: Mutex<BTreeSet<RequestId>>,
}

/// Sixteen callers at work.
pub(crate) struct Load {
    stop: Arc<AtomicBool>,
    /// Held while the invariants are checked: what is checked must not grow faster than it is read.
    pause: Arc<RwLock<()>>,
    pub(crate) told: Arc<Told>,
    callers: JoinSet<()>,
}

impl Load {
    pub(crate) fn start(store: &Store) -> Load {
        let (stop, pause, told) = (Arc::new(AtomicBool::new(false)), Arc::default(), Arc::default());
        let mut callers = JoinSet::new();
        for caller in 0..CALLERS {
            let (stop, pause, told) = (Arc::clone(&stop), Arc::clone(&pause), Arc::clone(&told));
            callers.spawn(call(store.clone(), caller, stop, pause, told));
        }
        Load { stop, pause, told, callers }
    }

    pub(crate) fn done(&self) -> u64 {
        self.told.done.load(Ordering::SeqCst)
    }

    /// Waits until so many more acts were answered.
    pub(crate) async fn more(&self, count: u64) {
        let goal = self.done() + count;
        let waiting = async {
            while self.done() < goal {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), waiting).await.unwrap();
    }

    /// Lets the callers finish what they are at. Answers which requests they were told are submitted.
    pub(crate) async fn end(self) -> BTreeSet<RequestId> {
        self.stop.store(true, Ordering::SeqCst);
        self.callers.join_all().await;
        self.told.submitted()
    }

    /// Between two acts of everybody: all invariants hold, and what was answered before is there, once.
    pub(crate) async fn check(&self, home: &Home) {
        let _pause = self.pause.write().await;
        let acknowledged = self.told.submitted();
        home.check().await;
        let lost: Vec<_> = acknowledged.difference(&submitted(&home.database().url())).copied().collect();
        assert!(lost.is_empty(), "acknowledged, and lost or doubled: {lost:?}");
    }
}

impl Told {
    fn submitted(&self) -> BTreeSet<RequestId> {
        self.submitted.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn call(store: Store, caller: u64, stop: Arc<AtomicBool>, pause: Arc<RwLock<()>>, told: Arc<Told>) {
    let mut n = caller;
    while !stop.load(Ordering::SeqCst) {
        let at_work = pause.read().await;
        let job = Job::Enter(Box::new(entry(&store, n)));
        assert_eq!(version(Ok(insist(&store, &format!("enter-{n}"), &job, &told).await)), 1);
        let job = act(&store, n, "submit", None);
        assert_eq!(version(Ok(insist(&store, &format!("submit-{n}"), &job, &told).await)), 2);
        told.submitted.lock().unwrap_or_else(PoisonError::into_inner).insert(id(n));
        drop(at_work);
        n += CALLERS;
    }
}

/// Asks until answered, always under the same key.
async fn insist(store: &Store, key: &str, job: &Job, told: &Told) -> Answer {
    loop {
        match store.execute(ask(CLERK, Some(key), job.clone())).await {
            Ok(answer) => {
                told.done.fetch_add(1, Ordering::SeqCst);
                return answer;
            }
            Err(ExecuteError::Store(StoreError::Unreachable { .. })) => {
                told.unreachable.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Err(error) => panic!("{key}: {error:?}"),
        }
    }
}

/// The requests that have been entered and submitted, each with these two events and no other.
pub(crate) fn submitted(url: &str) -> BTreeSet<RequestId> {
    let sql = "select r.id from request r join event e on e.subject_id = r.id where r.version = 2
        group by r.id having count(*) = 2";
    let rows = salur_testbed::home::run(url, sql).unwrap();
    rows.lines().map(|row| RequestId(Uuid::parse_str(row).unwrap())).collect()
}
