//! Where time goes: figures, charts, targets and the event log, each as far as the caller may see.

use serde_json::{Value, json};

use crate::support::Desk;

/// Two requests verified, one of them after a return, and one that waits; all that happened is counted in.
async fn flowing() -> (Desk, Vec<String>) {
    let desk = Desk::open().await;
    let mut ids = Vec::new();
    for n in 1..=3 {
        ids.push(desk.enter("disaster", n).await);
    }
    desk.pass_hours(24);
    let verify = json!({ "action": "verify", "fields": { "identity": "match", "documents": "complete" } });
    for id in &ids[..2] {
        desk.act("clerk.6472", id, &json!({ "action": "submit" })).await.expect(200);
    }
    desk.pass_hours(24);
    desk.act("verifier.1", &ids[0], &json!({ "action": "return", "reason": "KTP tidak terbaca" }))
        .await
        .expect(200);
    desk.pass_hours(24);
    desk.act("clerk.6472", &ids[0], &json!({ "action": "submit" })).await.expect(200);
    for id in &ids[..2] {
        desk.act("verifier.1", id, &verify).await.expect(200);
    }
    desk.pass_minutes(1);
    desk.app.store.keep_visits(desk.app.clock.now(), None).await.unwrap();
    (desk, ids)
}

fn stage<'a>(told: &'a Value, stage: &str) -> &'a Value {
    let stages = told["schemes"][0]["stages"].as_array().unwrap();
    stages.iter().find(|it| it["stage"] == stage).unwrap()
}

#[tokio::test]
async fn figures_tell_what_left_what_is_there_and_what_came_back() {
    let (desk, _) = flowing().await;
    let told = desk.get("admin.1", "/flow/stages?scheme=disaster&weeks=4").await.expect(200);
    assert_eq!(told["is_current"], true);
    let names: Vec<_> =
        told["schemes"][0]["stages"].as_array().unwrap().iter().map(|it| it["stage"].clone()).collect();
    assert_eq!(names, ["input", "verification", "approval", "disbursement"]);
    let input = stage(&told, "input");
    assert_eq!((&input["ended"], &input["open"]), (&json!(3), &json!(1)));
    let verification = stage(&told, "verification");
    assert_eq!((&verification["ended"], &verification["open"]), (&json!(3), &json!(0)));
    assert!((verification["rework"].as_f64().unwrap() - 1.0 / 3.0).abs() < 1e-9);
    assert!((verification["first_pass"].as_f64().unwrap() - 0.5).abs() < 1e-9);
    assert_eq!(stage(&told, "approval")["open"], 2);
    let holders: Vec<_> =
        told["schemes"][0]["holders"].as_array().unwrap().iter().map(|it| it["holder"].clone()).collect();
    assert!(holders.contains(&json!("recipient")), "what was sent back is the recipient's: {holders:?}");
}

#[tokio::test]
async fn nobody_is_told_of_other_regions() {
    let (desk, ids) = flowing().await;
    let other = desk.get("clerk.6402", "/flow/stages?scheme=disaster").await.expect(200);
    for at in other["schemes"][0]["stages"].as_array().unwrap() {
        assert_eq!((&at["ended"], &at["open"]), (&json!(0), &json!(0)), "{at}");
    }
    let mine = desk.get("clerk.6472", "/flow/stages?scheme=disaster&region=64.72").await.expect(200);
    assert_eq!(stage(&mine, "approval")["open"], 2);
    for name in salur_api::flow::charts::CHARTS {
        let drawn = desk.get("clerk.6402", &format!("/flow/charts/{name}?scheme=disaster")).await.expect(200);
        assert!(!ids.iter().any(|id| drawn.to_string().contains(id.as_str())), "{name}");
        let drawn = desk.get("clerk.6472", &format!("/flow/charts/{name}?scheme=disaster")).await.expect(200);
        assert!(drawn["svg"].as_str().unwrap().starts_with("<svg"), "{name}");
        let width = drawn["header"].as_array().unwrap().len();
        assert!(drawn["rows"].as_array().unwrap().iter().all(|row| row.as_array().unwrap().len() == width));
    }
    let none = desk.get("clerk.6472", "/flow/targets?year=2026").await.expect(200);
    assert_eq!(none["data"], json!([]), "a target of the whole is not told to who sees a part");
    let log = desk.get("clerk.6402", "/flow/log?format=csv").await;
    let log = String::from_utf8(log.bytes.to_vec()).unwrap();
    assert_eq!(log.lines().count(), 1, "{log}");
}

#[tokio::test]
async fn targets_count_what_was_paid() {
    let (desk, _) = flowing().await;
    let told = desk.get("auditor.1", "/flow/targets?scheme=disaster&year=2026").await.expect(200);
    let target = &told["data"][0];
    assert_eq!((&target["served"], target["quarters"].as_array().unwrap().len()), (&json!(0), 4));
    assert_eq!(target["quarters"][3]["target"], 17_000);
    assert_eq!(target["quarters"][3]["odds"], Value::Null, "too little is known to tell odds");
    assert!(target["reading"].as_str().unwrap().contains("too few"), "{target}");
    desk.get("auditor.1", "/flow/targets?scheme=none").await.problem(422, "query_malformed");
}

#[tokio::test]
async fn the_log_is_read_back_whole_and_names_nobody() {
    let (desk, ids) = flowing().await;
    let mut counts = Vec::new();
    for format in ["xes", "csv"] {
        let log = desk.get("auditor.1", &format!("/flow/log?format={format}&scheme=disaster")).await;
        assert_eq!(log.status.as_u16(), 200);
        let text = String::from_utf8(log.bytes.to_vec()).unwrap();
        for secret in ["Pegawai", "Orang Ke", "997201010190", "KTP"] {
            assert!(!text.contains(secret), "{format} tells {secret}");
        }
        let read = salur_flow::log::read(text.as_bytes(), &salur_flow::log::LogOptions::default()).unwrap();
        counts.push(salur_flow::summary(&read));
    }
    assert_eq!((counts[0].cases, counts[0].events), (ids.len(), counts[1].events));
    assert_eq!(counts[0].variants, counts[1].variants);
    let ocel = desk.get("auditor.1", "/flow/log?format=ocel").await.expect(200);
    assert!(ocel["objects"].as_array().unwrap().iter().any(|object| object["type"] == "request"));
    let noted = desk.get("auditor.1", "/events?limit=1000").await.expect(200);
    assert!(noted.to_string().contains("log_exported"));
    desk.get("auditor.1", "/flow/log?format=pdf").await.problem(422, "query_malformed");
}
