//! Repairs and new versions over the API: two persons, and what becomes of requests.

use serde_json::{Value, json};

use crate::support::{Answer, Desk};

async fn propose(desk: &Desk, token: &str, change: Value) -> Answer {
    desk.post(token, "/proposals", &json!({ "change": change })).await
}

async fn proposed(desk: &Desk, token: &str, change: Value) -> String {
    propose(desk, token, change).await.expect(201)["id"].as_str().unwrap().to_owned()
}

async fn decide(desk: &Desk, token: &str, id: &str, how: &str) -> Answer {
    desk.post(token, &format!("/proposals/{id}/{how}"), &json!({})).await
}

/// The next version of the shipped workflow, with every stage as it was.
fn second_version() -> String {
    let text = include_str!("../../../../workflows/disaster.toml");
    text.replacen("version = 1", "version = 2", 1)
}

fn repair(request: &str, reason: &str) -> Value {
    json!({ "kind": "repair", "request": request, "to": "verification", "reason": reason })
}

#[tokio::test]
async fn a_stuck_request_is_put_back_by_two_persons_who_read_the_reason() {
    let desk = Desk::open().await;
    let id = desk.verified("disaster", 1).await;
    let shown = desk.get("admin.1", &format!("/requests/{id}")).await.expect(200);
    assert_eq!(shown["stage"], "approval", "{shown}");
    assert_eq!(shown["repair_to"], json!(["input", "verification"]));
    let missing = json!({ "kind": "repair", "request": id, "to": "verification" });
    propose(&desk, "admin.1", missing).await.problem(422, "reason_length");
    let forward = json!({ "kind": "repair", "request": id, "to": "payment", "reason": "Cepat" });
    propose(&desk, "admin.1", forward).await.problem(422, "repair_not_allowed");
    propose(&desk, "clerk.6472", repair(&id, "Salah")).await.problem(403, "change_role_missing");
    let made = propose(&desk, "admin.1", repair(&id, " Verified by mistake. ")).await.expect(201);
    let change = json!({
        "kind": "repair", "request": id, "to": "verification", "reason": "Verified by mistake.",
    });
    assert_eq!(made["change"], change);
    let proposal = made["id"].as_str().unwrap();
    let path = format!("/proposals/{proposal}");
    assert_eq!(desk.get("auditor.1", &path).await.expect(200)["change"], change);
    let listed = desk.get("admin.2", "/proposals?state=open").await.expect(200);
    assert_eq!(listed["data"][0]["change"], change);
    desk.get("clerk.6472", &path).await.problem(404, "not_found");
    decide(&desk, "admin.1", proposal, "confirm").await.problem(403, "needs_second");
    let done = decide(&desk, "auditor.1", proposal, "confirm").await.expect(200);
    assert_eq!((&done["state"], &done["change"]), (&json!("confirmed"), &change));
    let after = desk.get("admin.1", &format!("/requests/{id}")).await.expect(200);
    assert_eq!(after["stage"], "verification");
    assert_eq!(after["repair_to"], json!(["input"]));
    decide(&desk, "admin.2", proposal, "confirm").await.problem(409, "proposal_closed");
}

#[tokio::test]
async fn a_declined_repair_tells_both_reasons_and_leaves_the_request() {
    let desk = Desk::open().await;
    let id = desk.verified("disaster", 1).await;
    let proposal = proposed(&desk, "admin.1", repair(&id, "Why it should")).await;
    let path = format!("/proposals/{proposal}/decline");
    let told = desk.post("auditor.1", &path, &json!({ "reason": "Why not" })).await.expect(200);
    assert_eq!((&told["reason"], &told["change"]["reason"]), (&json!("Why not"), &json!("Why it should")));
    let shown = desk.get("admin.1", &format!("/requests/{id}")).await.expect(200);
    assert_eq!(shown["stage"], "approval");
}

#[tokio::test]
async fn requests_go_on_under_a_new_version_as_it_was_foreseen() {
    let desk = Desk::open().await;
    let free = desk.verified("disaster", 1).await;
    let listed = desk.verified("disaster", 2).await;
    let draft = json!({ "scheme": "disaster", "year": 2026, "ids": [listed] });
    desk.post("verifier.1", "/decrees", &draft).await.expect(201);
    let publish = json!({ "kind": "publish_definition", "text": second_version() });
    let published = proposed(&desk, "admin.1", publish).await;
    let migrate = json!({ "kind": "migrate", "scheme": "disaster", "to": 2 });
    propose(&desk, "admin.1", migrate.clone()).await.problem(409, "definition_missing");
    decide(&desk, "admin.2", &published, "confirm").await.expect(200);
    let path = "/workflows/disaster/migration?to=2&limit=1";
    let foreseen = desk.get("admin.1", path).await.expect(200);
    assert_eq!(foreseen["counts"], json!({ "stays": 1, "renamed": 0, "moves": 0, "blocked": 1 }));
    assert_eq!((foreseen["data"].as_array().unwrap().len(), &foreseen["has_more"]), (1, &json!(true)));
    // Every request is proved anew for it: that is for those only who have a part in such a move.
    for who in ["clerk.6402", "verifier.1", "auditor.1"] {
        desk.get(who, path).await.problem(403, "change_role_missing");
    }
    let made = propose(&desk, "admin.1", migrate).await.expect(201);
    let change = json!({ "kind": "migrate", "scheme": "disaster", "to": 2 });
    assert_eq!((&made["change"], &made["yet_to_move"]), (&change, &json!(2)));
    let id = made["id"].as_str().unwrap();
    assert_eq!(desk.get("admin.2", &format!("/proposals/{id}")).await.expect(200)["change"], change);
    decide(&desk, "auditor.1", id, "confirm").await.problem(403, "change_role_missing");
    assert_eq!(desk.app.store.migrations_ordered().await.unwrap(), 0);
    let told = decide(&desk, "admin.2", id, "confirm").await.expect(200);
    assert_eq!((&told["state"], &told["yet_to_move"]), (&json!("confirmed"), &json!(2)));
    // Whoever works in the background is woken at once, and need not wait for the next look.
    let woken = desk.app.store.migration_confirmed();
    tokio::time::timeout(std::time::Duration::from_secs(5), woken).await.unwrap();
    assert_eq!(desk.app.store.migrations_ordered().await.unwrap(), 1);
    let at = "2026-06-01T03:00:00Z".parse().unwrap();
    assert_eq!(desk.app.store.run_migrations(at, None).await.unwrap(), 1);
    let history = desk.get("admin.1", &format!("/requests/{free}/history")).await.expect(200);
    let kinds: Vec<_> = history["data"].as_array().unwrap().iter().map(|it| it["kind"].clone()).collect();
    assert!(kinds.contains(&json!("migrated")), "{kinds:?}");
    let left = desk.get("admin.1", "/workflows/disaster/migration?to=2").await.expect(200);
    assert_eq!(left["counts"], json!({ "stays": 0, "renamed": 0, "moves": 0, "blocked": 1 }));
    assert_eq!(left["data"][0]["id"], json!(listed));
    let after = desk.get("admin.2", &format!("/proposals/{id}")).await.expect(200);
    assert_eq!(after["yet_to_move"], json!(1), "the one that keeps its version");
}

#[tokio::test]
async fn a_move_takes_along_what_its_preview_shows_and_says_what_becomes_of_the_time() {
    let desk = Desk::open().await;
    let publish = async |version: u32, changes: &[(&str, &str)]| {
        let text = include_str!("../../../../workflows/disaster.toml");
        let mut text = text.replacen("version = 1", &format!("version = {version}"), 1);
        for (from, to) in changes {
            text = text.replace(from, to);
        }
        let id = proposed(&desk, "admin.1", json!({ "kind": "publish_definition", "text": text })).await;
        decide(&desk, "admin.2", &id, "confirm").await.expect(200);
    };
    let oldest = desk.enter("disaster", 1).await;
    desk.act("clerk.6472", &oldest, &json!({ "action": "submit" })).await.expect(200);
    publish(2, &[]).await;
    let older = desk.enter("disaster", 2).await;
    desk.act("clerk.6472", &older, &json!({ "action": "submit" })).await.expect(200);
    publish(
        3,
        &[
            ("[stage.verification]", "[stage.check]"),
            ("\"verification\"", "\"check\""),
            ("phase = \"check\"", "phase = \"verification\""),
            (
                "[hold]",
                "[migrate.1]\nverification = \"check\"\n[migrate.2]\nverification = \"check\"\n[hold]",
            ),
        ],
    )
    .await;
    let all = desk.get("admin.1", "/workflows/disaster/migration?to=3").await.expect(200);
    assert_eq!(all["counts"], json!({ "stays": 0, "renamed": 2, "moves": 0, "blocked": 0 }), "{all}");
    let first = &all["data"][0];
    assert!(first["due_on"].is_string() && first["due_on"] == first["to_due_on"], "{first}");
    let sentence = first["sentence"].as_str().unwrap();
    assert!(sentence.contains("now called") && sentence.contains("still due on"), "{sentence}");
    let one = desk.get("admin.1", "/workflows/disaster/migration?to=3&from=2").await.expect(200);
    assert_eq!(one["counts"]["renamed"], json!(1));
    assert_eq!(one["data"][0]["id"], json!(older));
    let made =
        propose(&desk, "admin.1", json!({ "kind": "migrate", "scheme": "disaster", "from": 2, "to": 3 }));
    let made = made.await.expect(201);
    assert_eq!(made["yet_to_move"], json!(1));
    let due = desk.get("admin.1", &format!("/requests/{oldest}")).await.expect(200)["due_at"].clone();
    let made = proposed(&desk, "admin.1", json!({ "kind": "migrate", "scheme": "disaster", "to": 3 })).await;
    decide(&desk, "admin.2", &made, "confirm").await.expect(200);
    desk.pass_hours(48);
    let at = "2026-06-03T03:00:00Z".parse().unwrap();
    assert_eq!(desk.app.store.run_migrations(at, None).await.unwrap(), 2, "every older version");
    let moved = desk.get("admin.1", &format!("/requests/{oldest}")).await.expect(200);
    assert_eq!((&moved["stage"], &moved["due_at"]), (&json!("check"), &due), "{moved}");
    let nothing =
        propose(&desk, "admin.1", json!({ "kind": "migrate", "scheme": "disaster", "to": 3 })).await;
    assert_eq!(nothing.expect(201)["yet_to_move"], json!(0));
}

#[tokio::test]
async fn a_lifted_freeze_keeps_the_days_it_has_held() {
    let desk = Desk::open().await;
    let freeze = json!({
        "kind": "set_freeze", "source": "Invented letter", "fund": "apbd", "from": "2026-06-01", "to": "2026-06-30",
    });
    let id = proposed(&desk, "admin.1", freeze.clone()).await;
    desk.pass_hours(24 * 3);
    let lift = proposed(&desk, "admin.1", json!({ "kind": "lift_freeze", "freeze": id })).await;
    decide(&desk, "admin.2", &lift, "confirm").await.expect(200);
    assert_eq!(desk.get("clerk.6472", "/freezes").await.expect(200)["data"], json!([]));
    let days = || {
        let world = desk.app.store.world();
        world
            .policy
            .freeze
            .iter()
            .filter(|it| it.id.is_some())
            .map(|it| it.to.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(days(), ["2026-06-03"]);
    propose(&desk, "admin.1", json!({ "kind": "lift_freeze", "freeze": id }))
        .await
        .problem(422, "paper_unknown");
    // One that begins today has held no day that is over.
    let id = proposed(&desk, "admin.1", json!({
        "kind": "set_freeze", "source": "Invented letter", "fund": "apbd", "from": "2026-06-04", "to": "2026-06-30",
    }))
    .await;
    let lift = proposed(&desk, "admin.1", json!({ "kind": "lift_freeze", "freeze": id })).await;
    decide(&desk, "admin.2", &lift, "confirm").await.expect(200);
    assert_eq!(days(), ["2026-06-03"]);
}

#[tokio::test]
async fn a_check_tells_what_the_roster_does_not_give() {
    let desk = Desk::open().await;
    let text = second_version().replacen("\"verifier\"", "\"inspector\"", 100);
    let lacking = desk.post("admin.1", "/workflows/check", &json!({ "text": text })).await.expect(200);
    assert_eq!(lacking["sound"], true, "{lacking}");
    let first = &lacking["roster"][0];
    assert_eq!((&first["code"], &first["severity"]), (&json!("nobody_eligible"), &json!("error")));
    assert!(first["detail"].is_string() && !first["regions"].as_array().unwrap().is_empty());
    // Who the others are is not for somebody who works for one region.
    let local = desk.post("clerk.6472", "/workflows/check", &json!({ "text": text })).await.expect(200);
    assert_eq!(local["roster"], Value::Null);
}
