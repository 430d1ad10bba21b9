//! Numbers and days of decrees and SP2Ds, and whose results a bank's file is.

use serde_json::{Value, json};

use crate::support::{Answer, Desk};

async fn drafted(desk: &Desk, n: u32) -> Value {
    let id = desk.verified("disaster", n).await;
    let draft = json!({ "scheme": "disaster", "year": 2026, "ids": [id] });
    desk.post("verifier.1", "/decrees", &draft).await.expect(201)
}

async fn sign(desk: &Desk, decree: &Value, number: &str, date: &str) -> Answer {
    let sign = json!({ "digest": decree["digest"], "number": number, "date": date });
    desk.post("governor", &format!("/decrees/{}/sign", decree["id"].as_str().unwrap()), &sign).await
}

#[tokio::test]
async fn a_decree_has_a_number_of_its_own_and_a_day_between_its_draft_and_its_signature() {
    let desk = Desk::open().await;
    let (first, second) = (drafted(&desk, 1).await, drafted(&desk, 2).await);
    let today = desk.today();
    sign(&desk, &first, "SK 7", "2026-07-01").await.problem(422, "date_ahead");
    sign(&desk, &first, "SK 7", "2026-05-31").await.problem(422, "date_before_draft");
    sign(&desk, &first, "SK 7", &today).await.expect(200);
    let taken = sign(&desk, &second, " sk  7 ", &today).await.problem(409, "decree_number_taken");
    assert!(taken["detail"].as_str().unwrap().contains(first["id"].as_str().unwrap()), "{taken}");
    sign(&desk, &second, "SK 8", &today).await.expect(200);
    sign(&desk, &second, "SK 8", &today).await.expect(200);
}

/// A payment order of this many lines whose file the bank has.
async fn at_bank(desk: &Desk, from: u32, count: u32) -> (String, Vec<String>) {
    let mut ids = Vec::new();
    for n in from..from + count {
        ids.push(desk.verified("disaster", n).await);
    }
    desk.approved("disaster", &ids.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let order = desk.post("treasurer.1", "/payment-orders", &json!({ "ids": ids })).await.expect(201);
    let path = format!("/payment-orders/{}", order["id"].as_str().unwrap());
    desk.get("treasurer.1", &format!("{path}/bank.csv")).await;
    (path, ids)
}

async fn send(desk: &Desk, path: &str, csv: &str) -> Answer {
    let headers = [("content-type", "text/csv"), ("accept-language", "en")];
    desk.ask("treasurer.1", "POST", path, &headers, csv.to_owned()).await
}

#[tokio::test]
async fn results_of_another_order_are_refused_before_anything_is_recorded() {
    let desk = Desk::open().await;
    let (first, ids) = at_bank(&desk, 1, 2).await;
    let (second, others) = at_bank(&desk, 11, 2).await;
    let results = format!("{first}/results");
    let bare = "line,outcome,reference,cause\n1,paid,R1,\n2,failed,,AC04 closed\n";
    send(&desk, &format!("{results}/look"), bare).await.problem(422, "results_unbound");
    let other = desk.get("treasurer.1", &second).await.expect(200)["digest"].as_str().unwrap().to_owned();
    send(&desk, &format!("{results}?digest={other}"), bare).await.problem(422, "other_order");
    let mixed = format!("line,outcome,request\n1,paid,{}\n2,paid,{}\n", ids[0], others[1]);
    send(&desk, &results, &mixed).await.problem(422, "not_on_line");
    let too_long = format!("line,outcome,request\n1,paid,{}\n3,paid,{}\n", ids[0], ids[1]);
    send(&desk, &results, &too_long).await.problem(422, "results_faulty");
    let order = desk.get("treasurer.1", &first).await.expect(200);
    assert_eq!(order["pending"], 2, "nothing was recorded");
    let own = order["digest"].as_str().unwrap();
    let look = send(&desk, &format!("{results}/look?digest={own}"), bare).await.expect(200);
    assert_eq!((&look["paid"]["count"], &look["paid"]["total"]), (&json!(1), &json!(2_500_000)));
    assert_eq!(look["causes"], json!([{ "cause": "AC04 closed", "count": 1 }]));
    assert_eq!(desk.get("treasurer.1", &first).await.expect(200)["pending"], 2, "a look records nothing");
    let taken = send(&desk, &format!("{results}?digest={own}"), bare).await.expect(200);
    assert_eq!((&taken["paid"], &taken["failed"]), (&json!(1), &json!(1)));
    // The bank sends our own file back with its answer beside each line.
    let bank = desk.get("treasurer.1", &format!("{second}/bank.csv")).await;
    let text = String::from_utf8(bank.bytes.to_vec()).unwrap();
    let answered: Vec<String> = text
        .lines()
        .enumerate()
        .map(|(place, row)| format!("{row},{}", if place == 0 { "outcome" } else { "paid" }))
        .collect();
    let taken = send(&desk, &format!("{second}/results"), &answered.join("\n")).await.expect(200);
    assert_eq!(taken["state"], "settled");
}

#[tokio::test]
async fn an_sp2d_is_entered_under_a_number_of_its_own() {
    let desk = Desk::open().await;
    let (first, _) = at_bank(&desk, 1, 1).await;
    let (second, _) = at_bank(&desk, 2, 1).await;
    let sp2d = json!({ "number": "9/LS", "date": desk.today() });
    desk.post("treasurer.1", &format!("{first}/sp2d"), &sp2d).await.expect(200);
    desk.post("treasurer.1", &format!("{first}/sp2d"), &sp2d).await.expect(200);
    desk.post("treasurer.1", &format!("{second}/sp2d"), &sp2d).await.problem(409, "sp2d_number_taken");
}

#[tokio::test]
async fn a_look_at_a_list_says_what_would_be_on_it_and_freezes_nothing() {
    let desk = Desk::open().await;
    let (ready, young) = (desk.verified("disaster", 1).await, desk.enter("disaster", 2).await);
    let draft = json!({ "scheme": "disaster", "year": 2026, "ids": [ready, young] });
    let look = desk.post("verifier.1", "/decrees/look", &draft).await.expect(200);
    assert_eq!((&look["count"], &look["left_out_count"]), (&json!(1), &json!(1)));
    assert_eq!(look["left_out"][0]["code"], "not_at_this_stage");
    assert_eq!(desk.get("governor", "/decrees").await.expect(200)["data"], json!([]));
    desk.approved("disaster", &[&ready]).await;
    let look = desk.post("treasurer.1", "/payment-orders/look", &json!({ "ids": [ready, young] })).await;
    assert_eq!(look.expect(200)["count"], 1);
    assert_eq!(desk.get("governor", "/payment-orders").await.expect(200)["data"], json!([]));
}

#[tokio::test]
async fn a_clerk_learns_of_another_region_s_request_neither_id_nor_region() {
    let desk = Desk::open().await;
    let id = desk.enter("disaster", 1).await;
    let mut fields = crate::support::fields("disaster", 1);
    fields["region"] = json!("64.02.01");
    let body = json!({ "scheme": "disaster", "year": 2026, "fields": fields });
    let told = desk.post("clerk.6402", "/requests", &body).await.problem(409, "duplicate_existing");
    assert!(!told.to_string().contains(&id), "{told}");
    let own = json!({ "scheme": "disaster", "year": 2026, "fields": crate::support::fields("disaster", 1) });
    let told = desk.post("clerk.6472", "/requests", &own).await.problem(409, "duplicate_existing");
    assert!(told.to_string().contains(&id), "their own they are told: {told}");
    for path in
        [format!("/requests/{id}"), format!("/requests/{id}/history"), format!("/requests/{id}/actions")]
    {
        let there = desk.get("clerk.6402", &path).await.problem(404, "not_found");
        let absent = path.replace(&id, &uuid::Uuid::from_u128(5).to_string());
        assert_eq!(there, desk.get("clerk.6402", &absent).await.problem(404, "not_found"));
    }
    let nik = fields["nik"].as_str().unwrap();
    for path in [
        format!("/requests?q={nik}"),
        "/requests?scheme=disaster".into(),
        "/requests?q=Orang".into(),
        "/stuck".into(),
        "/events?after=0&limit=1000".into(),
    ] {
        let told = desk.get("clerk.6402", &path).await.expect(200).to_string();
        assert!(!told.contains(&id), "{path}: {told}");
    }
    let counts = desk.get("clerk.6402", "/stages").await.expect(200);
    assert!(counts["data"].as_array().unwrap().iter().all(|row| row["count"] == 0), "{counts}");
    let act = json!({ "action": "submit", "ids": [id] });
    let acted = desk.post("clerk.6402", "/batch-actions", &act).await.expect(200);
    assert_eq!(acted["results"][0]["code"], "not_found", "{acted}");
    let draft = json!({ "scheme": "disaster", "year": 2026, "ids": [id] });
    let told = desk.post("clerk.6402", "/decrees", &draft).await;
    assert!(!String::from_utf8_lossy(&told.bytes).contains("64.72"));
}
