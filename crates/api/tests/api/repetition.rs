//! The same command under the same key is done once and answered the same.

use serde_json::json;

use crate::support::{Desk, fields};

#[tokio::test]
async fn a_repetition_is_answered_byte_for_byte() {
    let desk = Desk::open().await;
    let body = json!({ "scheme": "disaster", "year": 2026, "fields": fields("disaster", 1) });
    let key = [("idempotency-key", "enter-1")];
    let first = desk.post_with("clerk.6472", "/requests", &key, &body).await;
    let id = first.expect(201)["id"].as_str().unwrap().to_owned();
    desk.pass_hours(50);
    let again = desk.post_with("clerk.6472", "/requests", &key, &body).await;
    assert_eq!((again.status, again.header("etag")), (first.status, first.header("etag")));
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(again.bytes, first.bytes);

    let path = format!("/requests/{id}/actions");
    let headers = [("idempotency-key", "act-1"), ("if-match", "\"1\"")];
    let hold =
        json!({ "action": "hold", "reason": "Menunggu surat.", "fields": { "cause": "missing_document" } });
    let first = desk.post_with("clerk.6472", &path, &headers, &hold).await;
    assert_eq!(first.expect(200)["hold"]["reason"], "Menunggu surat.");
    desk.act("clerk.6472", &id, &json!({ "action": "resume" })).await.expect(200);
    desk.act("clerk.6472", &id, &json!({ "action": "submit" })).await.expect(200);
    let again = desk.post_with("clerk.6472", &path, &headers, &hold).await;
    assert_eq!((again.status, again.bytes), (first.status, first.bytes));

    let refused = [("idempotency-key", "act-2"), ("if-match", "*")];
    let first = desk.post_with("clerk.6472", &path, &refused, &hold).await;
    first.expect(200);
    let first =
        desk.post_with("clerk.6472", &path, &[("idempotency-key", "act-3"), ("if-match", "*")], &hold).await;
    first.problem(409, "on_hold");
    desk.act("clerk.6472", &id, &json!({ "action": "resume" })).await.expect(200);
    let again =
        desk.post_with("clerk.6472", &path, &[("idempotency-key", "act-3"), ("if-match", "*")], &hold).await;
    assert_eq!((again.status, again.bytes), (first.status, first.bytes));
}

#[tokio::test]
async fn a_key_used_for_another_command_is_refused() {
    let desk = Desk::open().await;
    let key = [("idempotency-key", "k")];
    let body = json!({ "scheme": "lks", "year": 2026, "fields": fields("lks", 1) });
    desk.post_with("clerk.6472", "/requests", &key, &body).await.expect(201);
    let other = json!({ "scheme": "lks", "year": 2026, "fields": fields("lks", 2) });
    desk.post_with("clerk.6472", "/requests", &key, &other).await.problem(422, "idempotency_key_reused");
    desk.post_with("clerk.province", "/requests", &key, &other).await.expect(201);
    let long = "k".repeat(201);
    desk.post_with("clerk.6472", "/requests", &[("idempotency-key", &long)], &other)
        .await
        .problem(400, "idempotency_key_malformed");
}

#[tokio::test]
async fn a_batch_and_a_decree_are_answered_again_as_they_were() {
    let desk = Desk::open().await;
    let id = desk.verified("kube", 1).await;
    let key = [("idempotency-key", "decree-1")];
    let draft =
        json!({ "scheme": "kube", "year": 2026, "ids": [id, "01900000-0000-7000-8000-000000000000"] });
    let first = desk.post_with("verifier.1", "/decrees", &key, &draft).await;
    let body = first.expect(201);
    assert_eq!((&body["left_out_count"], &body["left_out"][0]["code"]), (&json!(1), &json!("not_found")));
    let again = desk.post_with("verifier.1", "/decrees", &key, &draft).await;
    assert_eq!(again.bytes, first.bytes);
    let sign = json!({ "digest": body["digest"], "number": "SK-1", "date": desk.today() });
    let path = format!("/decrees/{}/sign", body["id"].as_str().unwrap());
    let first = desk.post("governor", &path, &sign).await;
    let again = desk.post("governor", &path, &sign).await;
    assert_eq!(first.expect(200), again.expect(200));
    let batch = json!({ "action": "claim", "ids": [id] });
    let first = desk.post_with("treasurer.1", "/batch-actions", &key, &batch).await;
    let again = desk.post_with("treasurer.1", "/batch-actions", &key, &batch).await;
    assert_eq!(first.bytes, again.bytes);
}
