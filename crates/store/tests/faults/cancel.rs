//! Callers who hang up leave nothing behind: no connection in a transaction, no half of an act.

use std::sync::Arc;
use std::time::Duration;

use salur_core::RequestId;
use salur_store::job::Job;
use salur_store::{Places, Store};
use tokio::task::JoinSet;

use crate::home::{Chance, Home, done};
use crate::shared::{AMOUNT, CLERK, act, ask, enter, entry, id, office};

const CALLERS: u64 = 16;
const CALLS: u64 = 2_000;
const REQUESTS: u64 = 50;

/// Reads and acts, and may be dropped at any point.
async fn call(store: &Store, n: u64) {
    match n % 4 {
        0 => drop(store.request(id(n % REQUESTS)).await.unwrap()),
        1 => drop(store.history(id(n % REQUESTS)).await.unwrap()),
        2 => drop(store.trail(0, 200).await.unwrap()),
        _ => {
            let job = Job::Enter(Box::new(entry(store, 1_000 + n)));
            store.execute(ask(CLERK, Some(&format!("enter-{n}")), job)).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_who_hang_up_leave_the_connections_fit() {
    let home = Home::new();
    home.found(&[(2026, 10 * AMOUNT)]).await.close().await;
    let mut two = office(home.folder());
    two.places = Places { readers: Some(2), ..two.places };
    let store = Store::open(&home.database().url(), two).await.unwrap();
    enter(&store, REQUESTS).await;
    let chance = Arc::new(Chance::new(0x5a1_0006));
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        let (store, chance) = (store.clone(), Arc::clone(&chance));
        callers.spawn(async move {
            let mut dropped = 0_u64;
            for n in (caller..CALLS).step_by(16) {
                let patience = Duration::from_micros(chance.below(5_000));
                tokio::select! {
                    () = call(&store, n) => {}
                    () = tokio::time::sleep(patience) => dropped += 1,
                }
            }
            dropped
        });
    }
    let dropped: u64 = callers.join_all().await.iter().sum();
    assert!(dropped > CALLS / 4, "only {dropped} were dropped");
    let ended = tokio::time::Instant::now();
    for n in 0..1_000 {
        assert!(store.request(id(n % REQUESTS)).await.unwrap().is_some());
    }
    done(&store, CLERK, act(&store, 0, "submit", None)).await;
    tokio::time::sleep_until(ended + Duration::from_secs(2)).await;
    let sql = "select count(*) from pg_stat_activity
        where datname = current_database() and state like 'idle in transaction%'";
    assert_eq!(home.database().psql(sql).unwrap(), "0");
    // Whoever asks again under the same key is told; nobody's act was done twice.
    for n in (3..CALLS).step_by(4) {
        call(&store, n).await;
    }
    let entered = RequestId(id(1_003).0);
    assert_eq!(store.history(entered).await.unwrap().len(), 1);
    store.close().await;
    assert_eq!(home.check().await.requests, REQUESTS + CALLS / 4);
}
