//! A database of a test's own, any number of servers on it, and chance with a seed.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use salur_store::job::{Answer, Job};
use salur_store::{ExecuteError, Report, Store};
use salur_testbed::{Cluster, Database, Server};

use crate::shared::{CLERK, ask, founding, office};

/// A database, and the folder with its office's key.
pub(crate) struct Home {
    folder: tempfile::TempDir,
    database: Database,
}

impl Home {
    /// On the server that the environment names.
    pub(crate) fn new() -> Home {
        Home { folder: tempfile::tempdir().unwrap(), database: Database::fresh().unwrap() }
    }

    /// On a cluster that may be killed.
    pub(crate) fn on(cluster: &Cluster) -> Home {
        let server = Server::at(&cluster.url("postgres")).unwrap();
        Home { folder: tempfile::tempdir().unwrap(), database: Database::fresh_on(&server).unwrap() }
    }

    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn key(&self) -> PathBuf {
        self.folder().join("office.key")
    }

    /// One more server.
    pub(crate) async fn open(&self) -> Store {
        self.open_at(&self.database.url()).await
    }

    /// One more server, which finds the database elsewhere.
    pub(crate) async fn open_at(&self, url: &str) -> Store {
        Store::open(url, office(self.folder())).await.unwrap()
    }

    /// The first server: it sets up an office with these budgets.
    pub(crate) async fn found(&self, budgets: &[(i16, i64)]) -> Store {
        let store = self.open().await;
        found(&store, budgets).await;
        store
    }

    /// All invariants hold.
    pub(crate) async fn check(&self) -> Report {
        self.check_at(&self.database.url()).await
    }

    pub(crate) async fn check_at(&self, url: &str) -> Report {
        let report = salur_store::verify(url, Some(&self.key()), &[]).await.unwrap();
        assert_eq!(report.broken, None);
        report
    }
}

pub(crate) async fn found(store: &Store, budgets: &[(i16, i64)]) {
    store.execute(ask(CLERK, None, founding(budgets))).await.unwrap();
}

/// Does what must succeed.
pub(crate) async fn done(store: &Store, actor: salur_core::PersonId, job: Job) -> Answer {
    store.execute(ask(actor, None, job)).await.unwrap()
}

/// The version that a request has after an act.
pub(crate) fn version(told: Result<Answer, ExecuteError>) -> u32 {
    match told {
        Ok(Answer::Request { version, .. }) => version,
        other => panic!("no request: {other:?}"),
    }
}

/// Chance that can be repeated: the seed is said where a test fails.
pub(crate) struct Chance {
    seed: u64,
    state: Mutex<u64>,
}

impl Chance {
    pub(crate) fn new(seed: u64) -> Chance {
        Chance { seed, state: Mutex::new(seed) }
    }

    /// A number below this one (splitmix64).
    pub(crate) fn below(&self, bound: u64) -> u64 {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = *state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

impl Drop for Chance {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("seed {:#x}", self.seed);
        }
    }
}
