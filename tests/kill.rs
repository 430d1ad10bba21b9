//! SIGKILL under load: nothing acknowledged is lost, nothing is done twice, nothing by halves.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::journey::enter_list;
use crate::office::{Caller, Office};

const CYCLES: usize = 8;
const CALLERS: usize = 16;

#[test]
fn what_was_acknowledged_before_a_kill_is_there_after_it_and_done_once() {
    let office = Office::new();
    let mut acknowledged: Vec<(String, String, Value)> = Vec::new();
    for cycle in 0..CYCLES {
        let server = office.serve();
        // What was acknowledged before the last kill is answered the same when it is sent again.
        let clerk = server.as_(&office.token("clerk.6472"));
        for (id, key, answer) in acknowledged.iter().rev().take(200) {
            let (status, again) = submit(&clerk, id, key).unwrap();
            assert_eq!((status, &again["version"]), (200, &answer["version"]), "{again}");
        }
        let ids = enter_list(&server, &office, 300, u32::try_from(cycle).unwrap() * 1_000);
        let (told, stop) = (Mutex::new(Vec::new()), AtomicBool::new(false));
        std::thread::scope(|threads| {
            for place in 0..CALLERS {
                let (ids, told, stop, clerk) = (&ids, &told, &stop, clerk.clone());
                threads.spawn(move || {
                    for id in ids.iter().skip(place).step_by(CALLERS) {
                        let key = format!("kill-{id}");
                        match submit(&clerk, id, &key) {
                            Ok((200, answer)) => told.lock().unwrap().push((id.clone(), key, answer)),
                            Ok((status, answer)) => panic!("{status} {answer}"),
                            Err(_) => {
                                assert!(
                                    stop.load(Ordering::SeqCst),
                                    "the server failed before it was killed"
                                );
                            }
                        }
                        if stop.load(Ordering::SeqCst) {
                            return;
                        }
                    }
                });
            }
            std::thread::sleep(Duration::from_millis(30 + 40 * u64::try_from(cycle).unwrap()));
            stop.store(true, Ordering::SeqCst);
            server.kill();
        });
        acknowledged.extend(told.into_inner().unwrap());
        office.verify();
    }
    let server = office.serve();
    let clerk = server.as_(&office.token("clerk.6472"));
    assert!(acknowledged.len() >= CYCLES, "the kills came before any answer");
    for (id, _, answer) in &acknowledged {
        let request = clerk.get(&format!("/api/v1/requests/{id}"));
        assert_eq!((&request["stage"], &request["version"]), (&json!("verification"), &answer["version"]));
    }
}

#[test]
fn a_decree_killed_midway_has_approved_all_or_none() {
    let office = Office::new();
    let server = office.serve();
    let ids = enter_list(&server, &office, 1_500, 0);
    let batch = json!({"action": "submit", "ids": ids});
    assert_eq!(server.as_(&office.token("clerk.6472")).post("/api/v1/batch-actions", &batch)["done"], 1_500);
    let fields = json!({"identity": "match", "documents": "complete"});
    let batch = json!({"action": "verify", "ids": ids, "fields": fields});
    let verifier = server.as_(&office.token("verifier"));
    assert_eq!(verifier.post("/api/v1/batch-actions", &batch)["done"], 1_500);
    let draft = verifier.post("/api/v1/decrees", &json!({"scheme": "disaster", "year": 2026, "ids": ids}));
    let path = format!("/api/v1/decrees/{}/sign", draft["id"].as_str().unwrap());
    let body = json!({"digest": draft["digest"], "number": "SK/1/2026", "date": "2026-11-24"});
    let mut server = Some(server);
    let mut states = Vec::new();
    for wait in [5, 20, 60, 120, 240, 480] {
        let running = server.take().unwrap_or_else(|| office.serve());
        let governor = running.as_(&office.token("governor"));
        let (path, body) = (path.clone(), body.clone());
        let signing = std::thread::spawn(move || governor.try_post(&path, &body, &[]).is_ok());
        std::thread::sleep(Duration::from_millis(wait));
        running.kill();
        let _ = signing.join().unwrap();
        office.verify();
        let running = office.serve();
        let stages = running.as_(&office.token("governor")).get("/api/v1/stages?scheme=disaster");
        let count = |stage: &str| {
            let rows = stages["data"].as_array().unwrap();
            rows.iter()
                .filter(|row| row["stage"] == stage)
                .map(|row| row["count"].as_i64().unwrap())
                .sum::<i64>()
        };
        states.push((count("approval"), count("disbursement")));
        drop(running);
    }
    assert!(states.iter().all(|state| [(1_500, 0), (0, 1_500)].contains(state)), "{states:?}");
}

fn submit(clerk: &Caller, id: &str, key: &str) -> Result<(u16, Value), ureq::Error> {
    let headers = [("idempotency-key", key), ("if-match", "*")];
    clerk.try_post(&format!("/api/v1/requests/{id}/actions"), &json!({"action": "submit"}), &headers)
}
