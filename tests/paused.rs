//! A server that stands still for longer than its leases last. PostgreSQL only: elsewhere there is no other server.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use salur_testbed::home::{is_postgres, run};
use serde_json::json;

use crate::journey::list;
use crate::office::{Office, SALUR};

const ROWS: u64 = 6_000;

/// Who waits for the lock of `head` through a server, which is to say: its writer.
const WAITING: &str =
    "from pg_stat_activity where datname = current_database() and application_name = 'salur'
    and wait_event_type = 'Lock'";

/// Asks until it is so.
fn until(what: &str, limit: Duration, mut so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !so() {
        assert!(started.elapsed() < limit, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_server_that_was_paused_does_not_overwrite_what_its_successor_wrote() {
    if !is_postgres() {
        return;
    }
    let office = Office::new();
    let server = office.serve();
    let other = office.serve();
    let token = office.token("clerk.6472");
    let clerk = other.as_(&token);
    let import = || clerk.get("/api/v1/imports")["data"][0].clone();
    let file = office.path("list.csv");
    std::fs::write(&file, list(u32::try_from(ROWS).unwrap(), 0)).unwrap();
    let mut client = Command::new(SALUR)
        .args(["import", file.to_str().unwrap(), "--scheme", "disaster", "--year", "2026", "--accept"])
        .args(["--server", &server.address])
        .env("SALUR_TOKEN", &token)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    until("nothing is accepted", Duration::from_mins(1), || {
        import()["accepted"].as_u64().is_some_and(|accepted| accepted > 0)
    });
    // Paused with a commit at hand: it has looked at its lease, and waits for its turn to write.
    let database = office.database.clone();
    let lock = "begin; select from head for update; select pg_sleep(60)";
    let locking = std::thread::spawn(move || run(&database, lock));
    until("it does not come to write", Duration::from_secs(20), || {
        run(&office.database, &format!("select count(*) {WAITING}")).unwrap().trim() == "1"
    });
    server.pause();
    let half = import();
    assert_eq!(half["state"], "accepting", "{half}");
    // Its transaction is undone, as when it is cut off the network; nothing is in its successor's way then.
    run(&office.database, &format!("select pg_terminate_backend(pid) {WAITING}")).unwrap();
    let sql = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()
        and application_name = 'psql' and pid <> pg_backend_pid()";
    run(&office.database, sql).unwrap();
    assert!(locking.join().unwrap().is_err(), "the lock was given back too early");
    until("the other server does not finish it", Duration::from_secs(90), || import()["state"] == "done");
    let done = import();
    assert_eq!((&done["accepted"], &done["refused"]), (&json!(ROWS), &json!(0)), "{done}");
    server.go_on();
    // What it had at hand, and what it would do next.
    std::thread::sleep(Duration::from_secs(6));
    assert_eq!(import(), done, "overwritten by the server that was paused");
    let stages = clerk.get("/api/v1/stages?scheme=disaster");
    let counts = stages["data"].as_array().unwrap().iter().map(|row| row["count"].as_u64().unwrap());
    assert_eq!(counts.sum::<u64>(), ROWS);
    let _ = client.kill();
    let _ = client.wait();
    drop((server, other));
    office.verify();
}
