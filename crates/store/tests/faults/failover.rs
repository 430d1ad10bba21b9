//! The primary dies for good, and its standby takes its place.

use salur_testbed::{Cluster, Proxy, Settings};

use crate::home::{Home, found};
use crate::load::{Load, submitted};
use crate::shared::{AMOUNT, id};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_with_the_primary() {
    let primary = Cluster::start(&Settings::default()).unwrap();
    let home = Home::on(&primary);
    let proxy = Proxy::start(primary.address()).unwrap();
    let standby = primary.standby().unwrap();
    primary.commit_with(&standby).unwrap();
    let store = home.open_at(&home.database().url_at(proxy.address())).await;
    found(&store, &[(2026, 10 * AMOUNT)]).await;
    let load = Load::start(&store);
    load.more(300).await;
    tokio::task::block_in_place(|| {
        primary.kill().unwrap();
        standby.promote().unwrap();
        proxy.retarget(standby.address());
    });
    load.more(300).await;
    let acknowledged = load.end().await;
    let promoted = home.database().url_at(standby.address());
    assert_eq!(submitted(&promoted), acknowledged);
    assert_eq!(store.history(id(0)).await.unwrap().len(), 2, "reads go on as well");
    store.close().await;
    assert_eq!(home.check_at(&promoted).await.requests, u64::try_from(acknowledged.len()).unwrap());
}
