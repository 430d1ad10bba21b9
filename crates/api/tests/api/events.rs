//! The audit trail as it grows, to whom it may be told.

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt as _;
use serde_json::json;
use tower::ServiceExt as _;

use crate::support::Desk;

#[tokio::test]
async fn who_sees_a_region_is_told_of_its_requests_only() {
    let desk = Desk::open().await;
    let id = desk.enter("kube", 1).await;
    let all = desk.get("auditor.1", "/events?limit=1000").await.expect(200);
    let last = all["data"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["kind"], &last["subject_id"]), (&json!("entered"), &json!(id)));
    assert_eq!((&all["last"], &all["has_more"]), (&last["pos"], &json!(false)));
    let mine = desk.get("clerk.6472", "/events").await.expect(200);
    assert_eq!(mine["data"], json!([last]));
    let other = desk.get("clerk.6402", "/events").await.expect(200);
    assert_eq!((&other["data"], &other["last"]), (&json!([]), &last["pos"]));
    let half = desk.get("auditor.1", "/events?limit=2").await.expect(200);
    assert_eq!((&half["last"], &half["has_more"]), (&json!(2), &json!(true)));
    desk.get("auditor.1", "/events?limit=2000").await.problem(422, "query_malformed");
}

#[tokio::test]
async fn a_stream_goes_on_after_the_last_event_seen() {
    let desk = Desk::open().await;
    let before = *desk.app.store.position().borrow();
    let one = desk.enter("kube", 1).await;
    let request = Request::get("/api/v1/events/stream")
        .header("authorization", "Bearer clerk.6472")
        .header("last-event-id", before.to_string())
        .body(Body::empty())
        .unwrap();
    let response = desk.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut body = response.into_body();
    let mut text = String::new();
    while !text.contains(&one) {
        text.push_str(
            std::str::from_utf8(&body.frame().await.unwrap().unwrap().into_data().unwrap()).unwrap(),
        );
    }
    assert!(text.starts_with(&format!("id: {}\n", before + 1)), "{text}");
    let two = desk.enter("kube", 2).await;
    while !text.contains(&two) {
        text.push_str(
            std::str::from_utf8(&body.frame().await.unwrap().unwrap().into_data().unwrap()).unwrap(),
        );
    }
    assert!(text.contains("\"kind\":\"entered\""));
    desk.stop.send(true).unwrap();
    assert!(body.frame().await.is_none(), "streams end when the server stops");
}
