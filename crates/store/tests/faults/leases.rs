//! Work that one server does at a time, and that outlives it.

use std::time::{Duration, Instant};

use crate::home::Home;
use crate::shared::{AMOUNT, office};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_has_one_holder_is_renewed_and_outlives_no_server() {
    let home = Home::new();
    let alive = home.found(&[(2026, 10 * AMOUNT)]).await;
    let other = home.open().await;
    let kept = alive.lease("kept").await.unwrap().unwrap();
    let given = alive.lease("given").await.unwrap().unwrap();
    assert!(other.lease("given").await.unwrap().is_none());
    assert!(alive.lease("given").await.unwrap().is_none(), "nor the same server twice");
    drop(given);
    let mut taken = None;
    for _ in 0..100 {
        taken = other.lease("given").await.unwrap();
        if taken.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(taken.is_some(), "given back, and taken at once");

    // A server that dies: its runtime ends with all that renews, and nothing is given back.
    let (url, office) = (home.database().url(), office(home.folder()));
    let died = std::thread::spawn(move || {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let left = runtime.block_on(async {
            let store = salur_store::Store::open(&url, office).await.unwrap();
            let lease = store.lease("left").await.unwrap().unwrap();
            (store, lease)
        });
        std::mem::forget(left);
        runtime.shutdown_background();
        Instant::now()
    });
    let died = died.join().unwrap();
    let inherited = loop {
        if let Some(lease) = other.lease("left").await.unwrap() {
            break lease;
        }
        assert!(died.elapsed() < Duration::from_secs(25), "nobody gets what the dead held");
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    assert!(died.elapsed() > Duration::from_secs(15), "taken while its holder could rely on it");
    assert!(inherited.is_held());
    // Longer than a lease lasts has passed: it has been renewed.
    assert!(kept.is_held() && other.lease("kept").await.unwrap().is_none());
    alive.close().await;
    assert!(other.lease("kept").await.unwrap().is_some(), "a server that is closed gives all back");
    other.close().await;
    home.check().await;
}
