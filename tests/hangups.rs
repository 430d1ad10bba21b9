//! Clients who hang up in the middle of a request leave nothing behind.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use salur_testbed::home::{is_postgres, run};
use serde_json::{Value, json};

use crate::journey::enter_list;
use crate::office::{Caller, Office};

const CLIENTS: u64 = 2_000;
/// Many more at once than the server has connections to read through.
const AT_ONCE: u64 = 32;
const REQUESTS: u32 = 16;
/// Says who hangs up when.
const SEED: u64 = 0x5a1_0007;
/// What a fit server needs for any of these requests, with much to spare.
const QUICK: Duration = Duration::from_secs(2);

/// A number below this one, by the seed and the client's number (splitmix64).
fn chance(client: u64, what: u64, below: u64) -> u64 {
    let mixed = SEED.wrapping_add((4 * client + what).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) % below
}

/// What a client asks for: a read, or an act under a key of its own.
struct Asked {
    path: String,
    act: Option<(String, &'static str)>,
}

fn asked(client: u64, ids: &[String]) -> Asked {
    let id = &ids[usize::try_from(client / 4).unwrap() % ids.len()];
    let path = match client % 4 {
        0 => "/api/v1/requests?scheme=disaster&limit=100".to_owned(),
        1 => format!("/api/v1/requests/{id}/history"),
        2 => format!("/api/v1/requests/{id}"),
        _ => {
            let action = if chance(client, 0, 2) == 0 { "claim" } else { "release" };
            let path = format!("/api/v1/requests/{id}/actions");
            return Asked { path, act: Some((format!("client-{client}"), action)) };
        }
    };
    Asked { path, act: None }
}

/// The request as it goes over the wire.
fn wire(asked: &Asked, host: &str, token: &str) -> Vec<u8> {
    let (method, more, body) = match &asked.act {
        None => ("GET", String::new(), String::new()),
        Some((key, action)) => {
            let body = json!({"action": action}).to_string();
            let length = body.len();
            let more = format!(
                "idempotency-key: {key}\r\nif-match: *\r\ncontent-type: application/json\r\n\
                 content-length: {length}\r\n"
            );
            ("POST", more, body)
        }
    };
    let path = &asked.path;
    format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n{more}\r\n{body}")
        .into_bytes()
}

/// Sends a request, or a part of it, and hangs up: true if an answer had begun by then.
fn hang_up(client: u64, host: &str, request: &[u8]) -> bool {
    let mut stream = TcpStream::connect(host).unwrap();
    let length = u64::try_from(request.len()).unwrap();
    // One in five does not even finish asking.
    let sent = if chance(client, 1, 5) == 0 { chance(client, 2, length) } else { length };
    stream.write_all(&request[..usize::try_from(sent).unwrap()]).unwrap();
    let patience = Duration::from_micros(1 + chance(client, 3, 300_000));
    stream.set_read_timeout(Some(patience)).unwrap();
    stream.read(&mut [0; 64]).is_ok_and(|count| count > 0)
}

fn post(clerk: &Caller, asked: &Asked) -> (u16, Value) {
    let (key, action) = asked.act.as_ref().unwrap();
    let headers = [("idempotency-key", key.as_str()), ("if-match", "*")];
    clerk.try_post(&asked.path, &json!({"action": action}), &headers).unwrap()
}

#[test]
fn two_thousand_who_hang_up_leave_the_server_fit() {
    let office = Office::new();
    let config = office.path("serve.toml");
    std::fs::write(&config, "readers = 2\n").unwrap();
    let server = office.serve_with(&["--config", config.to_str().unwrap()]);
    let ids = enter_list(&server, &office, REQUESTS, 0);
    let token = office.token("clerk.6472");
    let host = server.address.strip_prefix("http://").unwrap();
    println!("seed {SEED:#x}");
    let answered = AtomicU64::new(0);
    std::thread::scope(|threads| {
        for thread in 0..AT_ONCE {
            let (ids, token, answered) = (&ids, &token, &answered);
            threads.spawn(move || {
                for client in (thread..CLIENTS).step_by(usize::try_from(AT_ONCE).unwrap()) {
                    let request = wire(&asked(client, ids), host, token);
                    answered.fetch_add(u64::from(hang_up(client, host, &request)), Ordering::SeqCst);
                }
            });
        }
    });
    let answered = answered.into_inner();
    assert!(answered > CLIENTS / 50 && answered < CLIENTS * 3 / 4, "{answered} were answered in time");

    let clerk = server.as_(&token);
    for client in 0..200 {
        let (asked, started) = (asked(client, &ids), Instant::now());
        if asked.act.is_none() {
            clerk.get(&asked.path);
            assert!(started.elapsed() < QUICK, "{}: {:?}", asked.path, started.elapsed());
        }
    }
    if is_postgres() {
        let sql = "select count(*) from pg_stat_activity
            where datname = current_database() and state like 'idle in transaction%'";
        assert_eq!(run(&office.database, sql).unwrap().trim(), "0");
    }
    // Whoever asks again under the same key is told, and each act was done once.
    let mut told = vec![BTreeSet::from([1]); ids.len()];
    for client in (3..CLIENTS).step_by(4) {
        let asked = asked(client, &ids);
        let (status, answer) = post(&clerk, &asked);
        assert!([200, 403, 409].contains(&status), "{status} {answer}");
        assert_eq!(post(&clerk, &asked), (status, answer.clone()), "told otherwise the second time");
        told[usize::try_from(client / 4).unwrap() % ids.len()].extend(answer["version"].as_u64());
    }
    // An act that was done twice under one key would have made a version that no key tells of.
    for (id, told) in ids.iter().zip(told) {
        let version = clerk.get(&format!("/api/v1/requests/{id}"))["version"].as_u64().unwrap();
        assert!(version > 1 && told == (1..=version).collect(), "{id}: {version}, told {told:?}");
    }
    drop(server);
    office.verify();
}
