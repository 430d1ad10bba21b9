//! A server that stops, or is killed, in the middle: what is left is taken up, and each row is entered once.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use salur_store::job::ImportPhase;

use super::support::{BYTES, CSV, Desk, intake, victims};
use crate::{Config, resume_unfinished};

/// Tells a process of these tests to be the server that is killed, in this folder.
const FOLDER: &str = "SALUR_TEST_CRASH";

async fn accept(desk: &Desk, id: &str) {
    desk.post("province", &format!("/imports/{id}/accept"), BYTES, Vec::new()).await.with(202);
}

#[tokio::test(flavor = "multi_thread")]
async fn accepting_goes_on_where_a_stop_cut_it_short() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::found(folder.path()).await;
    let rows: Vec<(u32, &str)> = (1..=6_000).map(|number| (number, "64.72")).collect();
    let import = desk.judged("province", "disaster", CSV, victims(&rows)).await;
    let id = import["id"].as_str().unwrap();
    accept(&desk, id).await;
    let mut stops = 0;
    loop {
        let before =
            desk.get("province", &format!("/imports/{id}")).await.with(200)["accepted"].as_u64().unwrap();
        let mut now = before;
        while now < 6_000 && now < before + 1_000 {
            tokio::time::sleep(Duration::from_millis(5)).await;
            // Whoever was at it before the stop may still be about to notice it.
            resume_unfinished(&desk.app).await.unwrap();
            now =
                desk.get("province", &format!("/imports/{id}")).await.with(200)["accepted"].as_u64().unwrap();
        }
        if now == 6_000 {
            // Each stop from here on would come before the last note.
            break;
        }
        desk.close().await;
        desk = Desk::open(folder.path(), Config::default()).await;
        let state = desk.get("province", &format!("/imports/{id}")).await.with(200);
        assert_eq!(u64::try_from(desk.requests().await).unwrap(), state["accepted"].as_u64().unwrap());
        assert_eq!(
            (state["state"].as_str(), resume_unfinished(&desk.app).await.unwrap()),
            (Some("accepting"), 1)
        );
        stops += 1;
    }
    assert!(stops >= 3, "stopped {stops} times only");
    let done = desk.until("province", id, &["done"]).await;
    assert_eq!((done["accepted"].as_u64(), done["refused"].as_u64()), (Some(6_000), Some(0)));
    assert_eq!(desk.requests().await, 6_000);
    assert_eq!(resume_unfinished(&desk.app).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn judging_begins_again_after_a_stop() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::found(folder.path()).await;
    let taken = desk.send("province", "disaster", CSV, intake("bencana.csv")).await.with(202);
    let id = taken["id"].as_str().unwrap();
    while desk.get("province", &format!("/imports/{id}")).await.with(200)["rows"].as_u64() < Some(2_000) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    desk.close().await;
    let desk = Desk::open(folder.path(), Config::default()).await;
    assert_eq!(desk.get("province", &format!("/imports/{id}")).await.with(200)["state"], "judging");
    let app = desk.app.clone();
    let resuming = tokio::spawn(async move {
        loop {
            resume_unfinished(&app).await.unwrap();
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let ready = desk.until("province", id, &["ready"]).await;
    resuming.abort();
    assert_eq!((ready["rows"].as_u64(), ready["sound"].as_u64()), (Some(17_000), Some(16_860)));
    // What the first attempt found is not told twice.
    let faults = desk.faults("province", &ready).await;
    let counted =
        ready["codes"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum::<u64>();
    assert_eq!(u64::try_from(faults.len()).unwrap(), counted);
    let rows: BTreeSet<u64> = faults.iter().map(|fault| fault["row"].as_u64().unwrap()).collect();
    assert_eq!(rows.len(), 140);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_has_entered_each_row_once_in_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Command::new(std::env::current_exe().unwrap())
        .args(["imports::tests::crash::the_server_that_is_killed", "--exact", "--nocapture"])
        .env(FOLDER, folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut id = String::new();
    for line in BufReader::new(server.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if let Some(("accepted", rest)) = line.split_once(' ') {
            let (count, import) = rest.split_once(' ').unwrap();
            import.clone_into(&mut id);
            if count.parse::<u32>().unwrap() >= 1_500 {
                break;
            }
        }
    }
    server.kill().unwrap();
    server.wait().unwrap();
    let desk = Desk::open(folder.path(), Config::default()).await;
    let state = desk.app.store.import(salur_core::ImportId(id.parse().unwrap())).await.unwrap().unwrap();
    assert_eq!(state.state, ImportPhase::Accepting);
    assert!(state.accepted >= 1_500 && state.accepted < 5_000, "{}", state.accepted);
    assert_eq!(desk.requests().await, usize::try_from(state.accepted).unwrap());
    // Where several servers may be at work, the dead one's right to the work has to lapse first.
    let app = desk.app.clone();
    let resuming = tokio::spawn(async move {
        loop {
            resume_unfinished(&app).await.unwrap();
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    });
    let done = desk.until("province", &id, &["done"]).await;
    resuming.abort();
    assert_eq!((done["accepted"].as_u64(), done["refused"].as_u64()), (Some(5_000), Some(0)));
    assert_eq!(desk.requests().await, 5_000);
}

/// Not a test: the server of the test above, in a process of its own.
#[tokio::test(flavor = "multi_thread")]
async fn the_server_that_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let desk = Desk::found(folder.as_ref()).await;
    let rows: Vec<(u32, &str)> = (1..=5_000).map(|number| (number, "64.72")).collect();
    let import = desk.judged("province", "disaster", CSV, victims(&rows)).await;
    let id = import["id"].as_str().unwrap();
    accept(&desk, id).await;
    loop {
        let accepted = desk.get("province", &format!("/imports/{id}")).await.with(200)["accepted"].clone();
        println!("\naccepted {accepted} {id}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
