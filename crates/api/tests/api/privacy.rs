//! Whole numbers are shown to few, with a reason, and who looked at what is known.

use serde_json::json;

use crate::support::Desk;

#[tokio::test]
async fn whole_numbers_take_a_reason_and_leave_an_event() {
    let desk = Desk::open().await;
    let id = desk.enter("disaster", 7).await;
    let path = format!("/requests/{id}/unmasking");
    let why = json!({ "reason": "Rekening ditolak bank" });
    desk.post("clerk.6402", &path, &why).await.problem(404, "not_found");
    desk.post("governor", &path, &why).await.problem(403, "may_not_unmask");
    desk.post("verifier.1", &path, &json!({ "reason": " " })).await.problem(422, "reason_length");
    let before = desk.get("auditor.1", "/events?limit=1000").await.expect(200);
    let shown = desk.post("verifier.1", &path, &why).await.expect(200);
    assert_eq!(shown["facts"]["nik"], "9972010101900007");
    assert_eq!(shown["facts"]["account_no"], "0012300007");
    let after = desk.get("auditor.1", &format!("/events?after={}", before["last"])).await.expect(200);
    let kinds: Vec<_> = after["data"].as_array().unwrap().iter().map(|it| it["kind"].clone()).collect();
    assert_eq!(kinds, [json!("unmasked")]);
    assert!(!after.to_string().contains("ditolak"), "the reason is sealed");
    let listed = desk.get("verifier.1", &format!("/requests/{id}")).await.expect(200);
    assert_eq!(listed["facts"]["nik"], "************0007", "shown once, not from now on");
}

#[tokio::test]
async fn who_looked_at_a_request_is_known_to_who_sees_the_office() {
    let desk = Desk::open().await;
    let id = desk.enter("disaster", 8).await;
    let path = format!("/requests/{id}/viewings");
    for token in ["verifier.1", "verifier.1", "clerk.6472"] {
        desk.get(token, &format!("/requests/{id}")).await.expect(200);
    }
    desk.get("clerk.6402", &format!("/requests/{id}")).await.problem(404, "not_found");
    desk.pass_hours(2);
    desk.get("verifier.1", &format!("/requests/{id}")).await.expect(200);
    let told = desk.get("auditor.1", &path).await.expect(200);
    let names: Vec<_> =
        told["data"].as_array().unwrap().iter().map(|it| it["person"]["name"].clone()).collect();
    assert_eq!(names[0], "Pegawai verifier.1");
    assert_eq!(names.len(), 3, "each person once an hour: {told}");
    assert!(told["data"][0]["hour"].as_str().unwrap() > told["data"][1]["hour"].as_str().unwrap());
    desk.get("clerk.6472", &path).await.problem(404, "not_found");
    desk.get("clerk.6402", &path).await.problem(404, "not_found");
}
