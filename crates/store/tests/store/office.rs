//! The office on the database that belongs to a folder.

use std::path::Path;

use salur_store::Store;

pub(crate) use crate::shared::{
    AMOUNT, CLERK, GOVERNOR, OUTSIDER, TREASURER, VERIFIER, act, ask, enter, entry, id, now, refusal, run,
};
use crate::shared::{founding, office};

/// The database that belongs to a folder.
pub(crate) fn address(folder: &Path) -> String {
    salur_testbed::home::address(folder, "office").unwrap()
}

pub(crate) async fn open(folder: &Path) -> Store {
    Store::open(&address(folder), office(folder)).await.unwrap()
}

/// A new office whose disaster budget holds this much.
pub(crate) async fn found(folder: &Path, ceiling: i64) -> Store {
    let store = open(folder).await;
    store.execute(ask(CLERK, None, founding(&[(2026, ceiling)]))).await.unwrap();
    store
}

pub(crate) async fn verify(folder: &Path) -> salur_store::Report {
    salur_store::verify(&address(folder), Some(&folder.join("office.key")), &[]).await.unwrap()
}

/// All invariants hold.
pub(crate) async fn check(folder: &Path) -> salur_store::Report {
    let report = verify(folder).await;
    assert_eq!(report.broken, None);
    report
}
