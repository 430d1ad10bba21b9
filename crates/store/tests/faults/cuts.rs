//! Connections that break around a commit: whoever asked is told the truth, with a key and without.

use std::time::Duration;

use salur_store::Store;
use salur_store::job::Job;
use salur_testbed::Proxy;
use tokio::task::JoinSet;

use crate::home::{Home, found, version};
use crate::shared::{AMOUNT, CLERK, ask, entry, id};

/// Callers who are in one batch when it is cut.
const CALLERS: u64 = 4;

/// Enters requests all at once, every other one without a key.
async fn enter_all(store: &Store, from: u64) {
    let mut callers = JoinSet::new();
    for n in from..from + CALLERS {
        let (store, job) = (store.clone(), Job::Enter(Box::new(entry(store, n))));
        let key = (n % 2 == 0).then(|| format!("enter-{n}"));
        callers.spawn(async move { version(store.execute(ask(CLERK, key.as_deref(), job)).await) });
    }
    assert!(callers.join_all().await.iter().all(|version| *version == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_is_cut_is_answered_truly_and_done_once() {
    let home = Home::new();
    let proxy = Proxy::start(home.database().server().address().unwrap()).unwrap();
    let store = home.open_at(&home.database().url_at(proxy.address())).await;
    found(&store, &[(2026, 10 * AMOUNT)]).await;
    let mut n = 0;
    for cut in 0..70 {
        match cut {
            0..25 => proxy.cut_after_commit(1, true),
            25..50 => proxy.cut_after_commit(1, false),
            _ => proxy.cut_before_commit(1),
        }
        enter_all(&store, n).await;
        assert_eq!(proxy.cuts(), cut + 1, "the connection was not cut");
        n += CALLERS;
        assert_eq!(home.check().await.requests, n, "after cut {cut}");
    }
    // Cut again and again, before the outcome of the first is known.
    proxy.cut_before_commit(5);
    enter_all(&store, n).await;
    n += CALLERS;
    assert_eq!(proxy.cuts(), 75);
    for n in 0..n {
        assert_eq!(store.history(id(n)).await.unwrap().len(), 1);
    }
    store.close().await;
    assert_eq!(home.check().await.requests, n);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_in_doubt_stays_so_while_finding_out_is_cut_too() {
    let home = Home::new();
    let proxy = Proxy::start(home.database().server().address().unwrap()).unwrap();
    let store = home.open_at(&home.database().url_at(proxy.address())).await;
    found(&store, &[(2026, 10 * AMOUNT)]).await;
    for round in 0..10 {
        let before = proxy.cuts();
        proxy.cut_after_commit(1, true);
        // Each way takes this long, so that cutting every so often hits the finding out at one step or another.
        proxy.delay(Duration::from_millis(3));
        let (asked, n) = (store.clone(), round * CALLERS);
        let entering = tokio::spawn(async move { enter_all(&asked, n).await });
        for cut in 0..6 {
            tokio::time::sleep(Duration::from_millis(101 + 9 * round + cut)).await;
            proxy.cut_all();
        }
        proxy.delay(Duration::ZERO);
        entering.await.unwrap();
        assert!(proxy.cuts() > before + 1, "the connection was not cut twice");
        assert_eq!(home.check().await.requests, (round + 1) * CALLERS, "round {round}");
    }
    store.close().await;
    home.check().await;
}
