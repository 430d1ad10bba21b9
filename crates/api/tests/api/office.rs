//! Changes of the office over the API: two persons, whoever tries what.

use serde_json::{Value, json};

use crate::support::{Answer, Desk, person};

/// A clerk of another regency.
const STAND_IN: &str = "clerk.6402";

async fn propose(desk: &Desk, token: &str, change: Value) -> Answer {
    desk.post(token, "/proposals", &json!({ "change": change })).await
}

async fn proposed(desk: &Desk, token: &str, change: Value) -> String {
    propose(desk, token, change).await.expect(201)["id"].as_str().unwrap().to_owned()
}

async fn decide(desk: &Desk, token: &str, id: &str, how: &str) -> Answer {
    desk.post(token, &format!("/proposals/{id}/{how}"), &json!({})).await
}

fn grant(token: &str, role: &str) -> Value {
    json!({ "kind": "grant_role", "person": person(token), "role": role, "region": "64" })
}

fn definition(version: u32) -> String {
    let text = include_str!("../../../../workflows/disaster.toml");
    text.replacen("version = 1", &format!("version = {version}"), 1)
}

#[tokio::test]
async fn a_role_counts_on_the_next_call_once_a_second_person_agrees() {
    let desk = Desk::open().await;
    let made = propose(&desk, "admin.1", grant("auditor.1", "verifier")).await;
    let body = made.expect(201);
    let id = body["id"].as_str().unwrap();
    assert_eq!(made.header("location"), format!("/api/v1/proposals/{id}"));
    assert_eq!((&body["state"], &body["title"]), (&json!("open"), &json!("granting a role")));
    assert_eq!(body["who_could"][0]["name"], "Pegawai admin.2");
    let told = decide(&desk, "admin.1", id, "confirm").await.problem(403, "needs_second");
    assert_eq!(told["who_could"][0]["name"], "Pegawai admin.2");
    decide(&desk, "auditor.1", id, "confirm").await.problem(403, "own_favour");
    // Not there for whom it is none of the business of; the same body as of one that is not there.
    let hidden = decide(&desk, "clerk.6472", id, "confirm").await.problem(404, "not_found");
    let absent = "01900000-0000-7000-8000-000000000000";
    assert_eq!(decide(&desk, "clerk.6472", absent, "confirm").await.problem(404, "not_found"), hidden);
    let done = decide(&desk, "admin.2", id, "confirm").await.expect(200);
    assert_eq!(
        (&done["state"], &done["decided_by"]["name"]),
        (&json!("confirmed"), &json!("Pegawai admin.2"))
    );
    let grants = desk.get("auditor.1", "/me").await.expect(200)["grants"].clone();
    assert_eq!(grants.as_array().unwrap().len(), 2);
    decide(&desk, "admin.2", id, "confirm").await.problem(409, "proposal_closed");
}

#[tokio::test]
async fn sent_twice_a_proposal_is_one_and_a_confirmation_is_one() {
    let desk = Desk::open().await;
    let body = json!({ "change": grant("auditor.1", "verifier") });
    let key = [("idempotency-key", "p-1")];
    let first = desk.post_with("admin.1", "/proposals", &key, &body).await.expect(201);
    assert_eq!(desk.post_with("admin.1", "/proposals", &key, &body).await.expect(201), first);
    let path = format!("/proposals/{}/confirm", first["id"].as_str().unwrap());
    let once = desk.post_with("admin.2", &path, &[("idempotency-key", "c-1")], &json!({})).await.expect(200);
    let twice = desk.post_with("admin.2", &path, &[("idempotency-key", "c-1")], &json!({})).await.expect(200);
    assert_eq!(once, twice);
    let all = desk.get("auditor.1", "/proposals").await.expect(200);
    assert_eq!(all["data"].as_array().unwrap().len(), 1);
    assert!(desk.get("clerk.6472", "/proposals").await.expect(200)["data"].as_array().unwrap().is_empty());
    desk.get("admin.1", "/proposals?state=sideways").await.problem(422, "query_malformed");
}

#[tokio::test]
async fn whoever_stands_in_sees_what_they_stand_in_for() {
    let desk = Desk::open().await;
    let id = desk.enter("disaster", 1).await;
    let path = format!("/requests/{id}");
    let queue = |answer: Answer| answer.expect(200)["data"].as_array().unwrap().len();
    desk.get(STAND_IN, &path).await.problem(404, "not_found");
    assert_eq!(queue(desk.get(STAND_IN, "/requests?scheme=disaster").await), 0);
    let handed = json!({
        "kind": "delegate", "from": person("clerk.6472"), "to": person(STAND_IN), "role": "clerk",
        "region": "64.72", "from_day": "2026-06-01", "to_day": "2026-06-10", "source": "Invented letter",
    });
    let proposal = proposed(&desk, "clerk.6472", handed).await;
    decide(&desk, "admin.1", &proposal, "confirm").await.expect(200);
    assert_eq!(desk.get(STAND_IN, &path).await.expect(200)["id"], id);
    assert_eq!(queue(desk.get(STAND_IN, "/requests?scheme=disaster").await), 1);
    desk.act(STAND_IN, &id, &json!({ "action": "submit" })).await.expect(200);
}

#[tokio::test]
async fn a_new_schemes_money_is_opened_by_two_over_the_api() {
    let desk = Desk::open().await;
    let open = json!({
        "kind": "open_line", "scheme": "disaster", "year": 2027, "fund": "apbd", "account": "invented 5.3",
        "ceiling": 5_000_000_000_i64, "source": "Invented DPA",
    });
    propose(&desk, "clerk.6472", open.clone()).await.problem(403, "change_role_missing");
    let made = propose(&desk, "admin.1", open.clone()).await.expect(201);
    assert_eq!((&made["title"], &made["change"]), (&json!("opening a budget line"), &open));
    decide(&desk, "admin.2", made["id"].as_str().unwrap(), "confirm").await.expect(200);
    let lines = desk.get("admin.1", "/budget-lines").await.expect(200);
    let line = lines["data"].as_array().unwrap().iter().find(|it| it["year"] == 2027).unwrap();
    assert_eq!((&line["ceiling"], &line["room"]), (&json!(5_000_000_000_i64), &json!(5_000_000_000_i64)));
    propose(&desk, "admin.1", open).await.problem(409, "line_taken");
}

#[tokio::test]
async fn what_a_change_brings_about_is_told_to_whoever_proposes_and_confirms_it() {
    let desk = Desk::open().await;
    let meet = propose(&desk, "admin.1", grant("clerk.6472", "verifier")).await.expect(201);
    assert_eq!(meet["warnings"][0]["code"], "duties_meet", "{meet}");
    let read = desk.get("admin.2", &format!("/proposals/{}", meet["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(read["warnings"], meet["warnings"]);
    let out = json!({ "kind": "dismiss_person", "person": person("governor") });
    let out = propose(&desk, "admin.1", out).await.expect(201);
    let codes: Vec<_> = out["warnings"].as_array().unwrap().iter().map(|it| it["code"].clone()).collect();
    assert!(codes.contains(&json!("stops")), "{out}");
    let nowhere =
        json!({ "kind": "grant_role", "person": person("auditor.1"), "role": "clerk", "region": "64.77" });
    let told = propose(&desk, "admin.1", nowhere).await.problem(422, "region_unknown");
    assert!(told["detail"].as_str().unwrap().contains("64.7"), "{told}");
}

#[tokio::test]
async fn a_dismissed_person_is_out_at_once() {
    let desk = Desk::open().await;
    desk.get("verifier.2", "/me").await.expect(200);
    let out = propose(&desk, "admin.1", json!({ "kind": "dismiss_person", "person": person("verifier.2") }));
    assert_eq!(out.await.expect(201)["state"], "confirmed");
    desk.get("verifier.2", "/me").await.problem(401, "unauthenticated");
    let last = json!({ "kind": "dismiss_person", "person": person("admin.2") });
    propose(&desk, "admin.1", last).await.problem(409, "too_few_left");
}

#[tokio::test]
async fn the_roster_shows_seats_stand_ins_and_absences_to_those_they_concern() {
    let desk = Desk::open().await;
    let title = json!({ "id": "Gubernur", "en": "Governor" });
    let seat = json!({ "kind": "set_office", "office": "governor", "title": title, "role": "governor", "region": "64" });
    let id = proposed(&desk, "admin.1", seat).await;
    decide(&desk, "admin.2", &id, "confirm").await.expect(200);
    let acting = json!({
        "kind": "set_acting", "person": person("auditor.1"), "role": "governor", "region": "64", "capacity": "plh",
        "decree": "Invented 1", "from_day": "2026-06-01", "to_day": "2026-06-05", "for_whom": person("governor"),
    });
    let id = proposed(&desk, "admin.1", acting).await;
    decide(&desk, "admin.2", &id, "confirm").await.expect(200);
    let away = json!({
        "kind": "note_absence", "person": person("governor"), "from_day": "2026-06-01", "to_day": "2026-06-05",
    });
    proposed(&desk, "governor", away).await;
    let handed = json!({
        "kind": "delegate", "from": person("verifier.1"), "to": person("verifier.2"), "role": "verifier",
        "region": "64", "schemes": ["kube"], "amount_max": 20_000_000, "from_day": "2026-06-01",
        "to_day": "2026-06-10", "source": "Invented letter",
    });
    let id = proposed(&desk, "verifier.1", handed).await;
    decide(&desk, "verifier.2", &id, "confirm").await.problem(403, "own_favour");
    decide(&desk, "admin.2", &id, "confirm").await.expect(200);
    let roster = desk.get("admin.1", "/roster").await.expect(200);
    assert_eq!(roster["people"].as_array().unwrap().len(), 11);
    let seat = &roster["seats"][0];
    assert_eq!((&seat["title"], &seat["vacant"]), (&json!("Governor"), &json!(false)));
    assert_eq!(seat["acting"][0]["name"], "Pegawai auditor.1");
    assert_eq!(roster["actings"][0]["in_force"], true);
    assert_eq!(roster["delegations"][0]["amount_max"], 20_000_000);
    assert_eq!(roster["absences"][0]["person"]["name"], "Pegawai governor");
    let mine = desk.get("clerk.6402", "/roster").await.expect(200);
    let names: Vec<_> = mine["people"].as_array().unwrap().iter().map(|it| it["name"].clone()).collect();
    assert!(!names.contains(&json!("Pegawai clerk.6472")) && names.contains(&json!("Pegawai clerk.6402")));
    assert!(mine["people"].as_array().unwrap().iter().any(|it| it["staff_no"].is_null()));
}

#[tokio::test]
async fn a_definition_is_checked_proposed_and_published() {
    let desk = Desk::open().await;
    let faulty =
        desk.post("clerk.6472", "/workflows/check", &json!({ "text": "schema = 1" })).await.expect(200);
    assert_eq!(faulty["sound"], false);
    assert!(faulty["findings"][0]["code"].is_string() && faulty["findings"][0]["place"].is_string());
    // What shows a finding is told, to whoever checks and to whoever publishes.
    let weak = definition(2).replacen("min_persons = 4", "min_persons = 9", 1);
    let told = desk.post("clerk.6472", "/workflows/check", &json!({ "text": weak })).await.expect(200);
    let found =
        told["findings"].as_array().unwrap().iter().find(|it| it["code"] == "too_few_persons").unwrap();
    assert_eq!(found["severity"], "error");
    assert!(found["line"].is_u64() && found["column"].is_u64() && found["id"] != found["en"], "{found}");
    assert!(found["counter_example"]["persons"].is_array() && found["shown"].is_string(), "{found}");
    let told = propose(&desk, "admin.1", json!({ "kind": "publish_definition", "text": weak })).await;
    let told = told.problem(422, "definition_unsound");
    assert!(told["errors"][0]["detail"].as_str().unwrap().contains('('), "{told}");
    // A warning is told, and keeps nobody from publishing.
    let doubtful = definition(2).replacen("[hold]", "[params]\nidle = 5\n\n[hold]", 1);
    let told = desk.post("clerk.6472", "/workflows/check", &json!({ "text": doubtful })).await.expect(200);
    assert_eq!(
        (&told["sound"], &told["findings"][0]["severity"]),
        (&json!(true), &json!("warning")),
        "{told}"
    );
    let sound =
        desk.post("clerk.6472", "/workflows/check", &json!({ "text": definition(2) })).await.expect(200);
    assert_eq!((&sound["sound"], &sound["workflow"]["version"]), (&json!(true), &json!(2)));
    let publish = |text: String| json!({ "kind": "publish_definition", "text": text });
    let told =
        propose(&desk, "admin.1", publish("schema = 1".into())).await.problem(422, "definition_unsound");
    assert!(told["errors"][0]["code"].is_string());
    propose(&desk, "admin.1", publish(definition(7))).await.problem(409, "version_skipped");
    assert_eq!(propose(&desk, "admin.1", publish(definition(1))).await.expect(200)["state"], "unchanged");
    let request = desk.enter("disaster", 1).await;
    let id = proposed(&desk, "admin.1", publish(definition(2))).await;
    decide(&desk, "admin.2", &id, "confirm").await.expect(200);
    let current = desk.get("clerk.6472", "/workflows/disaster").await.expect(200);
    assert_eq!(current["version"], 2);
    assert!(
        current["duties"][0]["same_person"].is_array() && current["duties"][0]["exclusive_roles"].is_array()
    );
    // What was entered before goes on under its own.
    desk.act("clerk.6472", &request, &json!({ "action": "submit" })).await.expect(200);
}

#[tokio::test]
async fn freezes_are_listed_and_a_shape_that_is_not_known_is_refused() {
    let desk = Desk::open().await;
    let freeze = json!({
        "kind": "set_freeze", "source": "Invented letter", "fund": "apbd", "exempt": ["disaster"],
        "from": "2026-06-01", "to": "2026-06-30",
    });
    let id = proposed(&desk, "admin.1", freeze).await;
    let listed = desk.get("clerk.6472", "/freezes").await.expect(200)["data"].clone();
    assert_eq!((&listed[0]["id"], &listed[0]["in_force"]), (&json!(id), &json!(true)));
    let lift = proposed(&desk, "admin.1", json!({ "kind": "lift_freeze", "freeze": id })).await;
    decide(&desk, "admin.2", &lift, "decline").await.expect(200);
    let reason = json!({ "reason": "Not yet" });
    let lift = proposed(&desk, "admin.1", json!({ "kind": "lift_freeze", "freeze": id })).await;
    let path = format!("/proposals/{lift}/decline");
    assert_eq!(desk.post("admin.2", &path, &reason).await.expect(200)["reason"], "Not yet");
    let lift = proposed(&desk, "admin.1", json!({ "kind": "lift_freeze", "freeze": id })).await;
    assert_eq!(decide(&desk, "admin.1", &lift, "withdraw").await.expect(200)["state"], "withdrawn");
    propose(&desk, "admin.1", json!({ "kind": "crown_king" })).await.problem(422, "body_malformed");
    let more = json!({ "kind": "lift_freeze", "freeze": id, "extra": 1 });
    propose(&desk, "admin.1", more).await.problem(422, "body_malformed");
}
