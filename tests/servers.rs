//! Two servers of one office. On SQLite, where one server has the database to itself, the same is asked of one after
//! the other.

use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use salur_testbed::home::is_postgres;
use serde_json::{Value, json};

use crate::journey::{enter_list, list};
use crate::office::Office;

/// How soon what was done through one server is told by another.
const SOON: Duration = Duration::from_secs(2);
const ROWS: u64 = 3_000;

#[test]
fn an_act_through_one_server_is_told_live_by_the_other() {
    let office = Office::new();
    let server = office.serve();
    let ids = enter_list(&server, &office, 1, 0);
    let other = is_postgres().then(|| office.serve());
    let token = office.token("clerk.6472");
    let clerk = server.as_(&token);
    let (tell, told) = channel();
    let lines = other.as_ref().unwrap_or(&server).as_(&token).lines("/api/v1/events/stream");
    std::thread::spawn(move || lines.take_while(|line| tell.send(line.clone()).is_ok()).for_each(drop));
    for act in 0..20 {
        let action = if act % 2 == 0 { "claim" } else { "release" };
        let headers = [("if-match", "*")];
        let path = format!("/api/v1/requests/{}/actions", ids[0]);
        let (status, answer) = clerk.try_post(&path, &json!({"action": action}), &headers).unwrap();
        assert_eq!(status, 200, "{answer}");
        let answered = Instant::now();
        loop {
            let line = told.recv_timeout(SOON.saturating_sub(answered.elapsed())).unwrap();
            let event: Value =
                line.strip_prefix("data:").map_or(Value::Null, |data| serde_json::from_str(data).unwrap());
            if event["subject_id"] == json!(ids[0]) && event["kind"] != "entered" {
                break;
            }
        }
    }
    drop((server, other));
    office.verify();
}

#[test]
fn an_import_whose_server_dies_is_finished_by_another() {
    let office = Office::new();
    let server = office.serve();
    let mut other = is_postgres().then(|| office.serve());
    let token = office.token("clerk.6472");
    let looking = other.as_ref().unwrap_or(&server).as_(&token);
    let file = office.path("list.csv");
    std::fs::write(&file, list(u32::try_from(ROWS).unwrap(), 0)).unwrap();
    let import = || looking.get("/api/v1/imports")["data"][0].clone();
    std::thread::scope(|threads| {
        let args = ["import", file.to_str().unwrap(), "--scheme", "disaster", "--year", "2026", "--accept"];
        let (server, token) = (&server, &token);
        let importing = threads.spawn(move || server.cli(token, &args));
        let started = Instant::now();
        while import()["accepted"].as_u64().unwrap_or_default() == 0 {
            assert!(started.elapsed() < Duration::from_mins(1), "{}", import());
            std::thread::sleep(Duration::from_millis(5));
        }
        server.end();
        assert!(!importing.join().unwrap().status.success(), "the import was over before the kill");
    });
    let other = other.take().unwrap_or_else(|| office.serve());
    let looking = other.as_(&token);
    let import = || looking.get("/api/v1/imports")["data"][0].clone();
    let (killed, half) = (Instant::now(), import());
    assert!(half["state"] == "accepting" && half["accepted"].as_u64().unwrap() < ROWS, "{half}");
    while import()["state"] != "done" {
        assert!(killed.elapsed() < Duration::from_mins(1), "{}", import());
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!((&import()["accepted"], &import()["refused"]), (&json!(ROWS), &json!(0)));
    let stages = looking.get("/api/v1/stages?scheme=disaster");
    let counts = stages["data"].as_array().unwrap().iter().map(|row| row["count"].as_u64().unwrap());
    assert_eq!(counts.sum::<u64>(), ROWS);
    drop(other);
    office.verify();
}
