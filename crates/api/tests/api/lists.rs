//! Lists page by page, counts, and acts on many.

use serde_json::{Value, json};

use crate::support::Desk;

async fn ids(desk: &Desk, token: &str, query: &str) -> Vec<Value> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = desk.get(token, &format!("/requests?{query}{cursor}")).await.expect(200);
        ids.extend(page["data"].as_array().unwrap().iter().map(|request| request["id"].clone()));
        assert_eq!(page["has_more"], json!(!page["next_cursor"].is_null()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return ids,
        }
    }
}

#[tokio::test]
async fn pages_hold_every_request_once_under_each_filter() {
    let desk = Desk::open().await;
    let mut entered = Vec::new();
    for n in 1..=7 {
        entered.push(json!(desk.enter(if n % 2 == 0 { "kube" } else { "disaster" }, n).await));
    }
    assert_eq!(ids(&desk, "clerk.6472", "limit=3").await, entered);
    assert_eq!(ids(&desk, "clerk.6472", "stage=input&limit=2").await, entered);
    assert_eq!(ids(&desk, "clerk.province", "phase=input&year=2026&limit=1").await, entered);
    assert_eq!(ids(&desk, "clerk.6472", "scheme=kube&limit=2").await.len(), 3);
    assert_eq!(ids(&desk, "clerk.6402", "limit=3").await, Vec::<Value>::new());
    assert_eq!(ids(&desk, "clerk.province", "region=64.02").await, Vec::<Value>::new());
    assert_eq!(ids(&desk, "clerk.province", "region=6472&q=ketua").await, Vec::<Value>::new());
    assert_eq!(ids(&desk, "clerk.province", "region=6472&q=kelompok&limit=2").await.len(), 3);
    assert_eq!(ids(&desk, "clerk.6472", "q=9972010101900003").await, entered[2..3]);
    let page = desk.get("clerk.6472", "/requests?limit=1").await.expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    desk.get("clerk.6472", &format!("/requests?limit=1&scheme=kube&cursor={cursor}"))
        .await
        .problem(422, "cursor_malformed");
    let item = &page["data"][0];
    assert_eq!(item["recipient"]["nik"], "************0001");
    assert!(!page.to_string().contains("9972010101900001"), "no whole NIK");
}

#[tokio::test]
async fn a_dry_run_says_what_a_batch_would_do_and_does_nothing() {
    let desk = Desk::open().await;
    let (one, two) = (desk.enter("wrse", 1).await, desk.enter("wrse", 2).await);
    desk.act("clerk.6472", &two, &json!({ "action": "hold", "fields": { "cause": "missing_document" } }))
        .await
        .expect(200);
    let mut batch =
        json!({ "action": "submit", "filter": { "scheme": "wrse", "stage": "input" }, "dry_run": true });
    let dry = desk.post("clerk.6472", "/batch-actions", &batch).await.expect(200);
    assert_eq!((&dry["done"], &dry["refused"], &dry["dry_run"]), (&json!(1), &json!(1), &json!(true)));
    assert_eq!(desk.get("clerk.6472", &format!("/requests/{one}")).await.expect(200)["stage"], "input");
    batch["dry_run"] = json!(false);
    let done = desk.post("clerk.6472", "/batch-actions", &batch).await.expect(200);
    assert_eq!(done["results"], dry["results"]);
    assert_eq!(done["results"][1]["code"], "on_hold");
    assert_eq!(
        desk.get("clerk.6472", &format!("/requests/{one}")).await.expect(200)["stage"],
        "verification"
    );

    let counts = desk.get("clerk.6472", "/stages?scheme=wrse&year=2026").await.expect(200);
    let stages: Vec<_> = counts["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["stage"].clone(), row["count"].clone()))
        .collect();
    assert_eq!(stages, [(json!("input"), json!(1)), (json!("verification"), json!(1))]);
    assert!(counts["data"][0]["oldest"].is_string());
    assert_eq!(desk.get("clerk.6402", "/stages").await.expect(200)["data"], json!([]));
    let stuck = desk.get("clerk.6472", "/stuck?scheme=wrse").await.expect(200);
    assert_eq!(stuck["groups"][0]["code"], "missing_document");
    assert_eq!(stuck["data"][0]["id"], json!(two));
    assert_eq!(stuck["data"][0]["due_at"], Value::Null);
    for (query, count) in [
        ("code=missing_document&phase=input", 1),
        ("code=missing_document&phase=verification", 0),
        ("stuck=true&q=ibu&stage=input", 1),
        ("code=overdue&q=ibu", 0),
        ("q=ibu", 2),
    ] {
        assert_eq!(ids(&desk, "clerk.6472", query).await.len(), count, "{query}");
    }
    desk.pass_hours(24 * 60);
    let late = desk.get("clerk.6472", "/stuck?code=overdue").await.expect(200);
    assert_eq!((&late["groups"][0]["count"], &late["data"][0]["id"]), (&json!(1), &json!(one)));
    assert!(late["data"][0]["waits_for"]["days_late"].as_u64().unwrap() > 20);
}

#[tokio::test]
async fn the_office_is_described() {
    let desk = Desk::open().await;
    let me = desk.get("clerk.6472", "/me").await.expect(200);
    assert_eq!(
        (&me["grants"][0]["role_title"], &me["grants"][0]["region_name"]),
        (&json!("Clerk"), &json!("Kota Samarinda"))
    );
    assert_eq!(desk.get("clerk.6472", "/regions").await.expect(200)["data"].as_array().unwrap().len(), 10);
    let schemes = desk.get("clerk.6472", "/schemes").await.expect(200);
    assert_eq!(schemes["data"].as_array().unwrap().len(), 4);
    assert_eq!(desk.get("clerk.6472", "/workflows").await.expect(200)["data"].as_array().unwrap().len(), 4);
    let kube = desk.get("clerk.6472", "/workflows/kube").await.expect(200);
    assert!(kube["text"].as_str().unwrap().contains("[action.submit]"));
    assert_eq!(kube["stages"][0]["name"], "input");
    desk.get("clerk.6472", "/workflows/none").await.problem(404, "not_found");
}
