//! A standby that commits wait for, and that does not answer. PostgreSQL only.

use std::time::{Duration, Instant};

use salur_testbed::home::is_postgres;
use salur_testbed::{Cluster, Settings};
use serde_json::{Value, json};

use crate::journey::enter_list;
use crate::office::{Caller, Office, signal};

const CALLERS: u32 = 8;
/// A request is ended after half a minute.
const LONGEST: Duration = Duration::from_secs(40);

fn act(clerk: &Caller, id: &str) -> (u16, Value) {
    let headers = [("idempotency-key", id), ("if-match", "*")];
    clerk.try_post(&format!("/api/v1/requests/{id}/actions"), &json!({"action": "claim"}), &headers).unwrap()
}

fn version(clerk: &Caller, id: &str) -> Value {
    clerk.get(&format!("/api/v1/requests/{id}"))["version"].clone()
}

/// Everybody acts while the standby is away: nobody is told that it is done. Once it is back everybody who asks again
/// is told, and it was done once.
fn away_and_back(
    leave: impl FnOnce(&Cluster, &Cluster),
    meanwhile: impl FnOnce(&Cluster),
    back: impl FnOnce(&Cluster),
) {
    let primary = Cluster::start(&Settings::default()).unwrap();
    primary.psql("postgres", "create database office template template0").unwrap();
    let standby = primary.standby().unwrap();
    primary.commit_with(&standby).unwrap();
    let office = Office::on(tempfile::tempdir().unwrap(), primary.url("office"));
    let server = office.serve();
    let ids = enter_list(&server, &office, CALLERS, 0);
    let clerk = server.as_(&office.token("clerk.6472"));
    leave(&primary, &standby);
    std::thread::scope(|threads| {
        let started = Instant::now();
        let acting: Vec<_> = ids.iter().map(|id| threads.spawn(|| act(&clerk, id))).collect();
        std::thread::sleep(Duration::from_secs(3));
        // Reads go on, and show nothing that may yet be lost.
        assert!(ids.iter().all(|id| version(&clerk, id) == 1));
        meanwhile(&primary);
        for told in acting {
            let (status, answer) = told.join().unwrap();
            let code = answer["code"].as_str().unwrap_or_default();
            assert!(status == 503 && ["timed_out", "outcome_unknown"].contains(&code), "{status} {answer}");
        }
        assert!(started.elapsed() < LONGEST, "callers waited for {:?}", started.elapsed());
    });
    back(&standby);
    let started = Instant::now();
    for id in &ids {
        let (status, answer) = act(&clerk, id);
        assert_eq!((status, &answer["version"]), (200, &json!(2)), "{answer}");
        assert_eq!(version(&clerk, id), 2);
    }
    println!("told {:?} after the standby was back", started.elapsed());
    drop(server);
    let report = office.verify();
    // The standby has all that was told.
    assert_eq!(office.verify_at(&standby.url("office")), report);
}

fn receiver(standby: &Cluster) -> String {
    standby.psql("postgres", "select pid from pg_stat_wal_receiver").unwrap()
}

#[test]
fn acts_wait_for_a_standby_that_hangs_and_are_done_once() {
    if !is_postgres() {
        return;
    }
    let hung = std::cell::OnceCell::new();
    away_and_back(
        |_, standby| {
            let process = receiver(standby);
            signal("STOP", &process);
            hung.set(process).unwrap();
        },
        // Their wait broken off, the acts stand on the primary alone: still nobody may be told.
        |primary| {
            let sql =
                "select count(pg_terminate_backend(pid)) from pg_stat_activity where wait_event = 'SyncRep'";
            // The acts' own commit, and perhaps a lease of work in the background.
            assert_ne!(primary.psql("postgres", sql).unwrap(), "0");
        },
        |_| signal("CONT", hung.get().unwrap()),
    );
}

#[test]
fn acts_wait_for_a_standby_that_is_gone_and_are_done_once() {
    if !is_postgres() {
        return;
    }
    away_and_back(|_, standby| standby.kill().unwrap(), |_| (), |standby| standby.resume().unwrap());
}
