//! What comes of accepting: each sound row once, whoever asks and however often.

use serde_json::json;

use super::support::{BYTES, CSV, Desk, form, head_of, intake, nik, victims};

#[tokio::test(flavor = "multi_thread")]
async fn the_same_list_twice_enters_nobody_twice() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::found(folder.path()).await;
    let lists = || form(&[("file", CSV, &intake("kube.csv")), ("members", CSV, &intake("kube_anggota.csv"))]);
    for (scheme, (media, body), sound, rows) in [
        ("kube", lists(), 195, 200),
        ("wrse", (CSV.into(), intake("wrse.csv")), 423, 430),
        ("disaster", (CSV.into(), head_of("bencana.csv", 2_000)), 1_986, 2_000),
    ] {
        let before = desk.requests().await;
        let import = desk.judged("province", scheme, &media, body.clone()).await;
        let done = desk.accepted("province", &import).await;
        assert_eq!((&done["accepted"], &done["refused"]), (&json!(sound), &json!(0)));
        assert_eq!(done["progress"], json!({ "done": sound, "of": sound }));
        let entered = usize::try_from(sound).unwrap();
        assert_eq!(desk.requests().await, before + entered);
        let again = desk.judged("province", scheme, &media, body).await;
        assert_eq!(
            (&again["sound"], &again["faulty"], &again["referred"]),
            (&json!(0), &json!(rows), &json!(0))
        );
        assert!(again["codes"]["duplicate_existing"].as_u64().unwrap() >= sound);
        let done = desk.accepted("province", &again).await;
        assert_eq!((&done["accepted"], &done["refused"]), (&json!(0), &json!(0)));
        assert_eq!(desk.requests().await, before + entered);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn accepting_twice_is_accepting_once() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::found(folder.path()).await;
    let import = desk.judged("province", "wrse", CSV, intake("wrse.csv")).await;
    let path = format!("/imports/{}/accept", import["id"].as_str().unwrap());
    let accept = || desk.post("province", &path, BYTES, Vec::new());
    let (a, b, c, d) = tokio::join!(accept(), accept(), accept(), accept());
    for told in [a, b, c, d] {
        told.with(202);
    }
    let done = desk.until("province", import["id"].as_str().unwrap(), &["done"]).await;
    assert_eq!(done["accepted"], 423);
    assert_eq!(accept().await.with(202)["state"], "done");
    assert_eq!(desk.requests().await, 423);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_entered_meanwhile_is_turned_away_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::found(folder.path()).await;
    let rows: Vec<(u32, &str)> = (1..=700).map(|number| (number, "64.72")).collect();
    let slow = desk.judged("province", "disaster", CSV, victims(&rows)).await;
    let quick = desk.judged("other", "disaster", CSV, victims(&rows[600..650])).await;
    assert_eq!((&slow["sound"], &quick["sound"]), (&json!(700), &json!(50)));
    desk.accepted("other", &quick).await;
    let done = desk.accepted("province", &slow).await;
    assert_eq!((&done["accepted"], &done["refused"], &done["sound"]), (&json!(650), &json!(50), &json!(700)));
    let faults = desk.faults("province", &done).await;
    let rows: Vec<u64> = faults.iter().map(|fault| fault["row"].as_u64().unwrap()).collect();
    assert_eq!(rows, (602..652).collect::<Vec<u64>>());
    assert!(faults.iter().all(|fault| fault["code"] == "duplicate_existing" && fault["field"] == "NIK"));
    assert_eq!(done["codes"], json!({ "duplicate_existing": 50 }));
    assert_eq!(desk.requests().await, 700);
    let csv = desk.get("province", &format!("/imports/{}/faulty.csv", done["id"].as_str().unwrap())).await;
    assert_eq!(String::from_utf8(csv.bytes).unwrap().lines().count(), 51);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_enters_requests_may_send_and_accept() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::found(folder.path()).await;
    let refused = desk.send("auditor", "disaster", CSV, victims(&[(1, "64.72")])).await;
    assert_eq!(refused.code(403), "role_missing");
    let who = refused.json()["who_could"].as_array().unwrap().clone();
    assert!(who.iter().any(|person| person["name"] == "Petugas province"));
    let import = desk.judged("samarinda", "disaster", CSV, victims(&[(1, "64.72")])).await;
    let path = format!("/imports/{}", import["id"].as_str().unwrap());
    let accept = format!("{path}/accept");
    assert_eq!(desk.post("verifier", &accept, BYTES, Vec::new()).await.code(403), "role_missing");
    assert_eq!(desk.post("bontang", &accept, BYTES, Vec::new()).await.code(404), "not_found");
    assert_eq!(desk.get("bontang", &path).await.code(404), "not_found");
    assert_eq!(desk.get("bontang", "/imports/x").await.code(404), "not_found");
    assert_eq!(desk.get("bontang", "/imports").await.with(200)["data"], json!([]));
    assert_eq!(desk.get("auditor", "/imports").await.with(200)["data"].as_array().unwrap().len(), 1);
    assert_eq!(desk.get("nobody", &path).await.code(401), "unauthenticated");
    assert_eq!(desk.requests().await, 0);
    // Whoever works for all regions may accept what a region's clerk has sent.
    assert_eq!(desk.accepted("province", &import).await["accepted"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rows_to_mend_come_back_as_they_were_sent() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::found(folder.path()).await;
    let import = desk.judged("province", "disaster", CSV, intake("bencana.csv")).await;
    let path = format!("/imports/{}/faulty.csv", import["id"].as_str().unwrap());
    let csv = desk.get("province", &path).await;
    assert_eq!(csv.status, 200);
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(csv.headers["content-disposition"], "attachment; filename=\"galat-disaster-2024.csv\"");
    let text = String::from_utf8(csv.bytes.clone()).unwrap();
    assert!(text.starts_with("\u{FEFF}No;NIK;"), "{}", &text[..100]);
    assert_eq!(text.lines().count(), 141);
    let again = desk.judged("province", "disaster", CSV, csv.bytes).await;
    assert_eq!((&again["rows"], &again["faulty"]), (&json!(140), &json!(140)));
    // The list holds whole NIKs, so others who may look at the import may not fetch it.
    assert_eq!(desk.get("auditor", &path).await.code(403), "import_not_yours");
    // What is in already stands in the file to mend as well.
    let list = victims(&[(1, "64.72"), (2, "64.72")]);
    let first = desk.judged("province", "disaster", CSV, list.clone()).await;
    desk.accepted("province", &first).await;
    let second = desk.judged("province", "disaster", CSV, list).await;
    let csv = desk.get("province", &format!("/imports/{}/faulty.csv", second["id"].as_str().unwrap())).await;
    let text = String::from_utf8(csv.bytes).unwrap();
    assert_eq!(text.lines().filter(|line| line.contains("duplicate_existing")).count(), 2);
    assert!(text.contains(&nik(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_accepted_before_it_is_judged() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::found(folder.path()).await;
    let taken = desk.send("province", "disaster", CSV, intake("bencana.csv")).await.with(202);
    let path = format!("/imports/{}", taken["id"].as_str().unwrap());
    assert_eq!(
        desk.post("province", &format!("{path}/accept"), BYTES, Vec::new()).await.code(409),
        "import_not_ready"
    );
    assert_eq!(desk.get("province", &format!("{path}/faulty.csv")).await.code(409), "import_not_ready");
    desk.until("province", taken["id"].as_str().unwrap(), &["ready"]).await;
}
