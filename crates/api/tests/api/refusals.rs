//! What is refused, how, and what the refusal says.

use axum::body::Body;
use serde_json::json;

use crate::support::{Desk, fields};

#[tokio::test]
async fn a_refusal_says_why_and_who_could() {
    let desk = Desk::open().await;
    let id = desk.enter("disaster", 1).await;
    let submit = json!({ "action": "submit" });
    let refused = desk.act("verifier.1", &id, &submit).await.problem(403, "role_missing");
    let could: Vec<_> =
        refused["who_could"].as_array().unwrap().iter().map(|person| person["name"].clone()).collect();
    assert_eq!(could, ["Pegawai clerk.6472", "Pegawai clerk.province"]);
    desk.act("clerk.6472", &id, &json!({ "action": "fly" })).await.problem(422, "action_unknown");
    desk.act("clerk.6472", &id, &json!({ "action": "withdraw" })).await.problem(422, "reason_missing");
    desk.act("clerk.6472", &id, &json!({ "action": "withdraw", "reason": "  " }))
        .await
        .problem(422, "reason_length");
    desk.act("clerk.6472", &id, &json!({ "action": "hold", "fields": { "cause": "rain" } }))
        .await
        .problem(422, "hold_cause_unknown");
    desk.act("clerk.6472", &id, &submit).await.expect(200);
    desk.act("clerk.6472", &id, &submit).await.problem(409, "not_at_this_stage");
    let verify = json!({ "action": "verify", "fields": { "identity": "differs", "documents": "complete" } });
    let guard = desk.act("verifier.1", &id, &verify).await.problem(409, "guard_failed");
    assert!(guard["detail"].as_str().unwrap().starts_with("A condition does not hold"), "{guard}");
    desk.act("verifier.1", &id, &json!({ "action": "verify" })).await.problem(422, "field_missing");
    let bodies = desk
        .post(
            "clerk.6472",
            "/requests",
            &json!({ "scheme": "disaster", "year": 2026, "fields": fields("disaster", 1) }),
        )
        .await;
    bodies.problem(409, "duplicate_existing");
    let away = desk
        .post(
            "clerk.6402",
            "/requests",
            &json!({ "scheme": "disaster", "year": 2026, "fields": fields("disaster", 2) }),
        )
        .await;
    away.problem(403, "role_missing");
}

#[tokio::test]
async fn what_is_not_visible_answers_as_what_is_not_there() {
    let desk = Desk::open().await;
    let id = desk.enter("disaster", 1).await;
    let absent = "01900000-0000-7000-8000-000000000000";
    for path in ["/requests/{}", "/requests/{}/history", "/requests/{}/actions"] {
        let hidden = desk.get("clerk.6402", &path.replace("{}", &id)).await;
        hidden.problem(404, "not_found");
        assert_eq!(hidden.bytes, desk.get("clerk.6402", &path.replace("{}", absent)).await.bytes);
        assert_eq!(hidden.bytes, desk.get("clerk.6402", &path.replace("{}", "x")).await.bytes);
    }
    let body = json!({ "action": "submit" });
    let hidden = desk.act("clerk.6402", &id, &body).await;
    hidden.problem(404, "not_found");
    assert_eq!(hidden.bytes, desk.act("clerk.6402", absent, &body).await.bytes);
    let batch = json!({ "action": "submit", "ids": [id, absent] });
    let batch = desk.post("clerk.6402", "/batch-actions", &batch).await.expect(200);
    assert!(batch["results"].as_array().unwrap().iter().all(|result| result["code"] == "not_found"));

    let id = desk.verified("disaster", 2).await;
    let decree = desk
        .post("verifier.1", "/decrees", &json!({ "scheme": "disaster", "year": 2026, "ids": [id] }))
        .await;
    let path = format!("/decrees/{}", decree.expect(201)["id"].as_str().unwrap());
    desk.get("clerk.6472", &path).await.problem(404, "not_found");
    desk.get("clerk.province", &path).await.expect(200);
    assert_eq!(desk.get("clerk.6472", "/decrees").await.expect(200)["data"], json!([]));
}

#[tokio::test]
async fn an_act_needs_the_version_that_was_seen() {
    let desk = Desk::open().await;
    let id = desk.enter("kube", 1).await;
    let path = format!("/requests/{id}/actions");
    let body = json!({ "action": "claim" });
    desk.post("clerk.6472", &path, &body).await.problem(428, "if_match_missing");
    desk.post_with("clerk.6472", &path, &[("if-match", "1")], &body).await.problem(400, "if_match_malformed");
    desk.post_with("clerk.6472", &path, &[("if-match", "\"2\"")], &body).await.problem(412, "stale");
    let shown = desk.get("clerk.6472", &format!("/requests/{id}")).await;
    assert_eq!((shown.header("etag"), shown.header("cache-control")), ("\"1\"", "no-store"));
    let claimed = desk.post_with("clerk.6472", &path, &[("if-match", "\"1\"")], &body).await;
    assert_eq!(claimed.header("etag"), "\"2\"");
    assert_eq!(claimed.expect(200)["claimed_by"]["name"], "Pegawai clerk.6472");
}

#[tokio::test]
async fn what_is_allowed_is_listed_with_the_rest_and_why_not() {
    let desk = Desk::open().await;
    let id = desk.enter("disaster", 1).await;
    desk.act("clerk.6472", &id, &json!({ "action": "submit" })).await.expect(200);
    let actions = desk.get("verifier.1", &format!("/requests/{id}/actions")).await.expect(200);
    let names = |list: &str| -> Vec<String> {
        actions[list]
            .as_array()
            .unwrap()
            .iter()
            .map(|action| action["action"].as_str().unwrap().into())
            .collect()
    };
    assert_eq!(names("allowed"), ["reject", "return", "verify", "hold", "claim", "comment"]);
    assert_eq!(
        names("others"),
        ["approve", "correct_account", "pay", "rule_payment", "submit", "withdraw", "resume", "release"]
    );
    let verify = &actions["allowed"][2]["needs"];
    assert_eq!(verify[0]["values"], json!(["match", "differs"]));
    assert!(verify[0]["value_titles"]["match"].is_string());
    assert_eq!(
        actions["allowed"][3]["needs"][0]["value_titles"]["missing_document"],
        "documents are missing"
    );
    assert_eq!((&verify[0]["required"], &verify[2]["required"]), (&json!(true), &json!(false)));
    assert_eq!(actions["allowed"][1]["needs_reason"], true);
    let withdraw = &actions["others"][5];
    assert_eq!(withdraw["code"], "role_missing");
    assert_eq!(withdraw["who_could"][0]["name"], "Pegawai clerk.6472");
}

#[tokio::test]
async fn requests_that_do_not_fit_are_told_where() {
    let desk = Desk::open().await;
    desk.get("", "/me").await.problem(401, "unauthenticated");
    desk.get("nobody", "/me").await.problem(401, "unauthenticated");
    desk.get("clerk.6472", "/nothing").await.problem(404, "not_found");
    desk.ask("clerk.6472", "DELETE", "/requests", &[], Body::empty())
        .await
        .problem(405, "method_not_allowed");
    for query in [
        "?colour=red",
        "?limit=0",
        "?limit=101",
        "?year=x",
        "?scheme=none",
        "?stage=none",
        "?phase=none",
        "?region=32.73",
        "?region=32",
    ] {
        desk.get("clerk.6472", &format!("/requests{query}")).await.problem(422, "query_malformed");
    }
    desk.get("clerk.6472", "/requests?cursor=abc").await.problem(422, "cursor_malformed");
    let json_type = [("content-type", "application/json")];
    let path = "/batch-actions";
    desk.ask("clerk.6472", "POST", path, &json_type, "{").await.problem(400, "json_malformed");
    desk.ask("clerk.6472", "POST", path, &[], "{}").await.problem(415, "media_type_unsupported");
    let wrong = desk.ask("clerk.6472", "POST", path, &json_type, r#"{"action":"submit","ids":["x"]}"#).await;
    assert_eq!(wrong.problem(422, "body_malformed")["errors"][0]["pointer"], "/ids/0");
    let unknown =
        desk.post("clerk.6472", path, &json!({ "action": "submit", "filter": { "colour": "red" } })).await;
    assert!(
        unknown.problem(422, "body_malformed")["errors"][0]["pointer"]
            .as_str()
            .unwrap()
            .starts_with("/filter")
    );
    desk.post("clerk.6472", path, &json!({ "action": "submit" })).await.problem(422, "ids_or_filter");
    desk.post("clerk.6472", path, &json!({ "action": "submit", "filter": {} }))
        .await
        .problem(422, "ids_or_filter");
    let ids: Vec<_> = (0..20_001_u128).map(uuid::Uuid::from_u128).collect();
    desk.post("clerk.6472", path, &json!({ "action": "submit", "ids": ids })).await.problem(422, "too_many");
    let large = json!({ "scheme": "kube", "year": 2026, "fields": { "a": "x".repeat(70_000) } });
    desk.post("clerk.6472", "/requests", &large).await.problem(413, "body_too_large");
}

#[tokio::test]
async fn a_faulty_entry_names_each_field_and_its_mend() {
    let desk = Desk::open().await;
    let mut facts = fields("disaster", 1);
    facts["nik"] = json!("123");
    facts["bank"] = json!(null);
    let body = json!({ "scheme": "disaster", "year": 2026, "amount": "banyak", "fields": facts });
    let faulty = desk
        .post("clerk.6472", "/requests", &json!({ "scheme": "disaster", "year": 2026, "fields": facts }))
        .await;
    let faulty = faulty.problem(422, "entry_faulty");
    let codes: Vec<_> = faulty["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| (fault["pointer"].clone(), fault["code"].clone()))
        .collect();
    assert!(codes.contains(&(json!("/fields/nik"), json!("nik_malformed"))), "{faulty}");
    assert!(codes.contains(&(json!("/fields/bank"), json!("value_missing"))), "{faulty}");
    desk.post("clerk.6472", "/requests", &body).await.problem(422, "body_malformed");
}
