//! From input to money, under each shipped workflow.

use axum::body::Body;
use serde_json::{Value, json};

use crate::support::{Desk, SCHEMES, fields};

#[tokio::test]
async fn a_request_of_each_scheme_is_entered_verified_approved_and_paid() {
    let desk = Desk::open().await;
    for scheme in SCHEMES {
        let id = enter_and_verify(&desk, scheme).await;
        desk.pass_hours(24);
        draft_and_sign(&desk, scheme, &id).await;
        pay(&desk, &id).await;
        let path = format!("/requests/{id}");
        let paid = desk.get("clerk.6472", &path).await.expect(200);
        assert_eq!((&paid["stage"], &paid["closed"]), (&json!("paid"), &json!(true)));
        assert_eq!((&paid["phase"], &paid["waits_for"]), (&Value::Null, &Value::Null));
        let history = desk.get("clerk.6472", &format!("{path}/history")).await.expect(200);
        assert_eq!(history["archived"], 0);
        let events = history["data"].as_array().unwrap();
        let kinds: Vec<_> = events.iter().map(|event| event["kind"].clone()).collect();
        assert_eq!(kinds, ["entered", "advanced", "advanced", "listed", "advanced", "ordered", "advanced"]);
        assert!(events.iter().all(|event| event["sentence"].as_str().unwrap().ends_with('.')));
    }
    let lines = desk.get("auditor.1", "/budget-lines").await.expect(200);
    for line in lines["data"].as_array().unwrap() {
        let standing = (&line["paid"], &line["committed"], &line["reserved"]);
        assert_eq!(standing, (&json!(2_500_000), &json!(0), &json!(0)));
    }
}

async fn enter_and_verify(desk: &Desk, scheme: &str) -> String {
    let id = desk.enter(scheme, 1).await;
    let entered = desk.get("clerk.6472", &format!("/requests/{id}")).await.expect(200);
    assert_eq!((&entered["region"], &entered["region_name"]), (&json!("64.72"), &json!("Kota Samarinda")));
    assert_eq!((&entered["stage"], &entered["phase"]), (&json!("input"), &json!("input")));
    assert_eq!(entered["waits_for"]["code"], "entry_backlog");
    assert_eq!(entered["facts"]["account_no"], "************0001");
    assert_eq!(entered["facts"]["region"], "64.72.01");
    desk.act("clerk.6472", &id, &json!({ "action": "submit" })).await.expect(200);
    let verify = json!({ "action": "verify", "fields": { "identity": "match", "documents": "complete" } });
    let verified = desk.act("verifier.1", &id, &verify).await.expect(200);
    assert_eq!((&verified["stage"], &verified["budget"]), (&json!("approval"), &json!("reserved")));
    id
}

async fn draft_and_sign(desk: &Desk, scheme: &str, id: &str) {
    let draft = json!({ "scheme": scheme, "year": 2026, "filter": {} });
    desk.post("verifier.1", "/decrees", &draft).await.expect(201);
    let decrees = desk.get("governor", "/decrees?limit=1").await.expect(200);
    let decree = &decrees["data"][0];
    assert_eq!((&decree["state"], &decree["listed"]), (&json!("draft"), &json!(1)));
    let path = format!("/decrees/{}", decree["id"].as_str().unwrap());
    let lines = desk.get("governor", &format!("{path}/lines?outcome=listed")).await.expect(200);
    assert_eq!(lines["data"][0]["request"], json!(id));
    assert_eq!(lines["data"][0]["amount"], 2_500_000);
    let sign = json!({ "digest": decree["digest"], "number": format!("SK/{scheme}"), "date": desk.today() });
    let signed = desk.post("governor", &format!("{path}/sign"), &sign).await.expect(200);
    assert_eq!((&signed["state"], &signed["listed"]), (&json!("signed"), &json!(0)));
    assert_eq!((&signed["approved"], &signed["approved_total"]), (&json!(1), &json!(2_500_000)));
}

async fn pay(desk: &Desk, id: &str) {
    let order = desk.post("treasurer.1", "/payment-orders", &json!({ "ids": [id] })).await.expect(201);
    let path = format!("/payment-orders/{}", order["id"].as_str().unwrap());
    desk.get("governor", &format!("{path}/bank.csv")).await.problem(403, "role_missing");
    let bank = desk.get("treasurer.1", &format!("{path}/bank.csv")).await;
    let text = String::from_utf8(bank.bytes.to_vec()).unwrap();
    assert_eq!((bank.header("x-control-count"), bank.header("x-control-total")), ("1", "2500000"));
    let row = text.lines().nth(1).unwrap();
    assert!(row.contains(",Bank Kaltimtara,0012300001,Orang Ke 1,2500000,1,2500000,"), "{text}");
    let sp2d = json!({ "number": format!("SP2D-{id}"), "date": desk.today() });
    desk.post("treasurer.1", &format!("{path}/sp2d"), &sp2d).await.expect(200);
    let settled = results(desk, &path, "line,outcome,reference,cause\n1,paid,R-1,\n").await;
    assert_eq!((&settled["state"], &settled["paid"]), (&json!("settled"), &json!(1)));
    assert_eq!(settled["pending"], 0);
}

async fn results(desk: &Desk, order_path: &str, csv: &str) -> Value {
    let headers = [("content-type", "text/csv"), ("accept-language", "en")];
    desk.ask("treasurer.1", "POST", &format!("{order_path}/results"), &headers, csv.to_owned())
        .await
        .expect(200)
}

#[tokio::test]
async fn a_failed_payment_is_corrected_by_two_persons_and_paid_by_the_next_order() {
    let desk = Desk::open().await;
    let id = desk.verified("disaster", 1).await;
    desk.approved("disaster", &[&id]).await;
    let order = desk.post("treasurer.1", "/payment-orders", &json!({ "ids": [id] })).await.expect(201);
    let first = format!("/payment-orders/{}", order["id"].as_str().unwrap());
    desk.get("treasurer.1", &format!("{first}/bank.csv")).await;
    results(&desk, &first, "line,outcome,cause\n1,failed,AC04 rekening tutup\n").await;
    let failed = desk.get("clerk.6472", &format!("/requests/{id}")).await.expect(200);
    assert_eq!(failed["waits_for"]["code"], "account_rejected");
    assert_eq!(failed["payment"]["cause"], "AC04", "the bank's words stay with the line");
    let lines = desk.get("treasurer.1", &format!("{first}/lines")).await.expect(200);
    assert_eq!(lines["data"][0]["cause"], "AC04 rekening tutup");

    let mend = json!({ "action": "correct_account", "fields": { "account_no": "7777777001" } });
    let bad = json!({ "action": "correct_account", "fields": { "account_no": "12" } });
    desk.act("clerk.6472", &id, &bad).await.problem(422, "entry_faulty");
    let other = json!({ "action": "correct_account", "fields": { "name": "Lain" } });
    desk.act("clerk.6472", &id, &other).await.problem(422, "field_unknown");
    let half = desk.act("clerk.6472", &id, &mend).await.expect(200);
    assert_eq!(half["facts"]["account_no"], "************0001");
    assert_eq!(half["endorsements"][0]["action"], "correct_account");
    desk.act("clerk.6472", &id, &mend).await.problem(403, "already_endorsed");
    let whole = desk.act("verifier.1", &id, &mend).await.expect(200);
    assert_eq!(whole["facts"]["account_no"], "************7001");

    let order =
        desk.post("treasurer.2", "/payment-orders", &json!({ "filter": { "scheme": "disaster" } })).await;
    let second = format!("/payment-orders/{}", order.expect(201)["id"].as_str().unwrap());
    let bank = desk.get("treasurer.1", &format!("{second}/bank.csv")).await;
    assert!(String::from_utf8_lossy(&bank.bytes).contains("7777777001"));
    results(&desk, &second, "line,outcome\n1,paid\n").await;
    let conflict = results(&desk, &second, "line,outcome\n1,failed\n").await;
    assert_eq!(conflict["conflicts"][0]["code"], "already_paid");
    assert_eq!(conflict["conflicts"][0]["line"], 1);
}

#[tokio::test]
async fn facts_are_amended_before_verification_and_show_what_changed() {
    let desk = Desk::open().await;
    for scheme in SCHEMES {
        let id = desk.enter(scheme, 7).await;
        let path = format!("/requests/{id}/amend");
        let amend = json!({ "fields": { "amount": 3_000_000, "account_name": "Nama Lain" } });
        let stale = desk.post_with("clerk.6472", &path, &[("if-match", "\"9\"")], &amend).await;
        stale.problem(412, "stale");
        let amended = desk.post_with("clerk.6472", &path, &[("if-match", "\"1\"")], &amend).await;
        assert_eq!(amended.header("etag"), "\"2\"");
        assert_eq!(amended.expect(200)["amount"], 3_000_000);
        let history = desk.get("clerk.6472", &format!("/requests/{id}/history")).await.expect(200);
        assert_eq!(history["data"][1]["changed"], json!(["account_name", "amount"]));
        let faulty = json!({ "fields": { "amount": -1, "colour": "red" } });
        let faulty = desk.post_with("clerk.6472", &path, &[("if-match", "*")], &faulty).await;
        let faulty = faulty.problem(422, "entry_faulty");
        let pointers: Vec<_> =
            faulty["errors"].as_array().unwrap().iter().map(|fault| fault["pointer"].clone()).collect();
        assert_eq!(pointers, ["/fields/amount", "/fields/colour"]);
        let away = json!({ "fields": { "region": "64.02" } });
        let away = desk.post_with("clerk.6472", &path, &[("if-match", "*")], &away).await;
        away.problem(403, "role_missing");
    }
}

#[tokio::test]
async fn a_victim_outside_an_institution_is_referred() {
    let desk = Desk::open().await;
    let mut facts = fields("disaster", 3);
    facts["in_institution"] = json!(false);
    let body = json!({ "scheme": "disaster", "year": 2026, "fields": facts });
    let referred = desk.post("clerk.6472", "/requests", &body).await;
    assert_eq!(
        referred.header("location"),
        format!("/api/v1/requests/{}", referred.json()["id"].as_str().unwrap())
    );
    let referred = referred.expect(201);
    assert_eq!((&referred["stage"], &referred["closed"]), (&json!("referred"), &json!(true)));
    let id = desk.enter("disaster", 4).await;
    let amend = json!({ "fields": { "in_institution": false } });
    let path = format!("/requests/{id}/amend");
    desk.post_with("clerk.6472", &path, &[("if-match", "*")], &amend)
        .await
        .problem(409, "referred_elsewhere");
}

#[tokio::test]
async fn a_struck_line_goes_back_with_its_reason() {
    let desk = Desk::open().await;
    let (one, two) = (desk.verified("wrse", 1).await, desk.verified("wrse", 2).await);
    let draft = json!({ "scheme": "wrse", "year": 2026, "ids": [one, two] });
    let decree = desk.post("verifier.1", "/decrees", &draft).await.expect(201);
    let path = format!("/decrees/{}", decree["id"].as_str().unwrap());
    let strike = json!({ "ids": [one], "reason": "  Sudah menerima bantuan lain.  " });
    let struck = desk.post("governor", &format!("{path}/strikes"), &strike).await.expect(200);
    assert_eq!((&struck["struck"], &struck["listed"], &struck["count"]), (&json!(1), &json!(1), &json!(2)));
    let stale = json!({ "digest": decree["digest"], "number": "SK-9", "date": desk.today() });
    desk.post("governor", &format!("{path}/sign"), &stale).await.problem(409, "digest_stale");
    let lines = desk.get("governor", &format!("{path}/lines?outcome=struck")).await.expect(200);
    assert_eq!(lines["data"][0]["reason"], "Sudah menerima bantuan lain.");
    let back = desk.get("clerk.6472", &format!("/requests/{one}")).await.expect(200);
    assert_eq!(back["stage"], "input");
    desk.post("verifier.1", &format!("{path}/cancel"), &json!({})).await.expect(200);
    let again = desk.ask("governor", "GET", &path, &[], Body::empty()).await.expect(200);
    assert_eq!(again["state"], "cancelled");
}

#[tokio::test]
async fn faulty_results_are_told_row_by_row_and_nothing_is_taken() {
    let desk = Desk::open().await;
    let id = desk.verified("lks", 1).await;
    desk.approved("lks", &[&id]).await;
    let order = desk.post("treasurer.1", "/payment-orders", &json!({ "ids": [id] })).await.expect(201);
    let path = format!("/payment-orders/{}", order["id"].as_str().unwrap());
    let csv = "line,outcome\n1,paid\n2,paid\n";
    let answer = desk
        .ask("treasurer.1", "POST", &format!("{path}/results"), &[("content-type", "text/csv")], csv)
        .await;
    let faulty = answer.problem(422, "results_faulty");
    assert_eq!(faulty["errors"][0]["pointer"], "row 3, line");
    assert_eq!(desk.get("treasurer.1", &path).await.expect(200)["pending"], 1);
    let answer = desk
        .ask("treasurer.1", "POST", &format!("{path}/results"), &[("content-type", "application/json")], csv)
        .await;
    answer.problem(415, "media_type_unsupported");
}
