//! A database that is stopped and killed under load.

use std::sync::atomic::Ordering;
use std::time::Duration;

use salur_testbed::{Cluster, Settings};

use crate::home::{Chance, Home};
use crate::load::{Load, submitted};
use crate::shared::{AMOUNT, id};

/// Longer than callers are kept waiting.
const OUTAGE: Duration = Duration::from_secs(17);

// Twenty restarts in two tests, so that they go on side by side.

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twelve_restarts_lose_nothing_and_double_nothing() {
    restarts(0x5a1_0004, 12, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_restarts_and_a_long_outage_lose_nothing_and_double_nothing() {
    restarts(0x5a1_0008, 8, true).await;
}

async fn restarts(seed: u64, count: u32, outage: bool) {
    let chance = Chance::new(seed);
    let cluster = Cluster::start(&Settings::default()).unwrap();
    let home = Home::on(&cluster);
    let store = home.found(&[(2026, 10 * AMOUNT)]).await;
    let load = Load::start(&store);
    for restart in 0..count {
        load.more(20 + chance.below(40)).await;
        let before = load.done();
        tokio::task::block_in_place(|| {
            if restart % 2 == 0 {
                cluster.stop_immediate().unwrap();
            } else {
                cluster.kill().unwrap();
            }
            cluster.resume().unwrap();
        });
        load.more(1).await;
        assert!(load.done() > before);
        load.check(&home).await;
    }
    if outage {
        tokio::task::block_in_place(|| cluster.kill().unwrap());
        tokio::time::sleep(OUTAGE).await;
        assert!(
            load.told.unreachable.load(Ordering::SeqCst) > 0,
            "nobody was told that the database is away"
        );
        tokio::task::block_in_place(|| cluster.resume().unwrap());
    }
    load.more(50).await;
    load.check(&home).await;
    let acknowledged = load.end().await;
    assert_eq!(submitted(&home.database().url()), acknowledged);
    assert_eq!(store.history(id(0)).await.unwrap().len(), 2, "reads go on as well");
    store.close().await;
    assert_eq!(home.check().await.requests, u64::try_from(acknowledged.len()).unwrap());
}
