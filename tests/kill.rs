//! SIGKILL under load: nothing acknowledged is lost, nothing is done twice, nothing by halves.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::journey::enter_list;
use crate::office::{Caller, Office, Server};

const OFFICES: u64 = 5;
/// In each office: few, so that all of it can be checked after every kill.
const CYCLES: u64 = 10;
const CALLERS: u32 = 16;
/// Says when the kills come: nothing else is left to chance.
const SEED: u64 = 0x5a1_0001;

/// Somebody who claims and puts back one request, over and over: the acts answered are its versions after the first.
struct Hand {
    id: String,
    answered: u64,
}

impl Hand {
    /// Does the act after the last one that was answered: the version that came of it, once it is known.
    fn act(&self, clerk: &Caller) -> Result<u64, ureq::Error> {
        let action = if self.answered.is_multiple_of(2) { "claim" } else { "release" };
        let key = format!("{}-{}", self.id, self.answered);
        let headers = [("idempotency-key", key.as_str()), ("if-match", "*")];
        let path = format!("/api/v1/requests/{}/actions", self.id);
        let (status, answer) = clerk.try_post(&path, &json!({"action": action}), &headers)?;
        assert_eq!(status, 200, "{answer}");
        Ok(answer["version"].as_u64().unwrap())
    }

    /// Works until the server dies, and counts what it answers.
    fn work(&mut self, clerk: &Caller, count: &AtomicU64) {
        while let Ok(version) = self.act(clerk) {
            self.answered += 1;
            count.fetch_add(1, Ordering::SeqCst);
            assert_eq!(version, self.answered + 1, "done twice, or lost: {}", self.id);
        }
    }

    /// What was answered is there; of what was not, one act at most.
    fn check(&self, clerk: &Caller) {
        let version = version(clerk, &self.id);
        let answered = self.answered + 1;
        assert!(version == answered || version == answered + 1, "{}: {version}, not {answered}", self.id);
    }
}

fn version(clerk: &Caller, id: &str) -> u64 {
    clerk.get(&format!("/api/v1/requests/{id}"))["version"].as_u64().unwrap()
}

#[test]
fn what_was_acknowledged_before_a_kill_is_there_after_it_and_done_once() {
    println!("seed {SEED:#x}");
    let mut chance = SEED;
    for _ in 0..OFFICES {
        kill_again_and_again(&mut chance);
    }
}

fn kill_again_and_again(chance: &mut u64) {
    let office = Office::new();
    let server = office.serve();
    let ids = enter_list(&server, &office, CALLERS, 0);
    let mut hands: Vec<_> = ids.into_iter().map(|id| Hand { id, answered: 0 }).collect();
    let mut next = Some(server);
    for _ in 0..CYCLES {
        let server = next.take().unwrap_or_else(|| office.serve());
        // Knuth's generator: as good as chance, and the same each time.
        *chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        load_and_kill(server, &office, &mut hands, Duration::from_millis((*chance >> 33) % 250));
        office.verify();
    }
    let answered: u64 = hands.iter().map(|hand| hand.answered).sum();
    assert!(answered > 3 * CYCLES, "hardly any load: {answered} answers");
    let server = office.serve();
    let clerk = server.as_(&office.token("clerk.6472"));
    for hand in &mut hands {
        hand.check(&clerk);
        // The act that nobody was told of, asked for again under its key.
        assert_eq!(hand.act(&clerk).unwrap(), hand.answered + 2);
        assert_eq!(version(&clerk, &hand.id), hand.answered + 2);
    }
    drop(server);
    office.verify();
}

/// One life of a server: what was answered before it is looked for first, then all work, and some time after the first
/// answer it is killed.
fn load_and_kill(server: Server, office: &Office, hands: &mut [Hand], life: Duration) {
    let clerk = server.as_(&office.token("clerk.6472"));
    for hand in hands.iter() {
        hand.check(&clerk);
    }
    let (count, started) = (AtomicU64::new(0), Instant::now());
    std::thread::scope(|threads| {
        for hand in hands {
            let (clerk, count) = (clerk.clone(), &count);
            threads.spawn(move || hand.work(&clerk, count));
        }
        while count.load(Ordering::SeqCst) == 0 {
            assert!(started.elapsed() < Duration::from_secs(20), "the server answers nothing");
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(life);
        server.kill();
    });
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
    let body = json!({"digest": draft["digest"], "number": "SK/1/2026", "date": crate::office::today()});
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
