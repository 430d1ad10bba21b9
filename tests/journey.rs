//! From a spreadsheet to paid, by the client commands, as people in an office would.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::office::{Office, SALUR, Server, today};

/// A list of invented victims; no NIK is anybody's, since none begins with 99.
pub(crate) fn list(count: u32, from: u32) -> String {
    let mut text = String::from(
        "No;NIK;No KK;Nama Lengkap;L/P;Tgl Lahir;Kode Wilayah;Kabupaten/Kota;Kejadian;Tgl Kejadian;Dalam Panti;\
         Jumlah Bantuan;Bank;No Rekening;Nama Rekening\n",
    );
    for n in from..from + count {
        let (day, serial) = (n % 28 + 1, n % 9_000 + 1);
        let sub = 10 + n / 9_000;
        writeln!(
            text,
            "{n};9972{sub:02}{day:02}0180{serial:04};9972{sub:02}{day:02}0199{serial:04};Rekaan Kesatu;L;\
             {day:02}/01/1980;64.72;Kota Samarinda;banjir;01/10/2026;Y;Rp 2.000.000;BRI;12345{n:05};Rekaan Kesatu"
        )
        .unwrap();
    }
    text
}

/// Enters a list of that many, and answers their ids.
pub(crate) fn enter_list(server: &Server, office: &Office, count: u32, from: u32) -> Vec<String> {
    let file = office.path(&format!("list-{from}.csv"));
    std::fs::write(&file, list(count, from)).unwrap();
    let clerk = office.token("clerk.6472");
    let args = ["import", file.to_str().unwrap(), "--scheme", "disaster", "--year", "2026", "--accept"];
    let import = server.told(&clerk, &args);
    assert_eq!((&import["state"], &import["accepted"]), (&json!("done"), &json!(count)), "{import}");
    let mut ids = Vec::new();
    let mut path = "/api/v1/requests?scheme=disaster&stage=input&limit=100".to_owned();
    loop {
        let page = server.as_(&clerk).get(&path);
        ids.extend(page["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(cursor) => {
                path = format!("/api/v1/requests?scheme=disaster&stage=input&limit=100&cursor={cursor}");
            }
            None => break,
        }
    }
    ids
}

#[test]
fn a_list_goes_from_a_spreadsheet_to_paid_with_strikes_failures_and_resends() {
    let office = Office::new();
    let server = office.serve();
    let ids = enter_list(&server, &office, 40, 0);
    assert_eq!(ids.len(), 40);
    let token = |key: &str| office.token(key);
    let filter = |stage: &str| ["--scheme", "disaster", "--stage", stage].map(str::to_owned);

    let args = [vec!["act".to_owned(), "submit".into()], filter("input").to_vec()].concat();
    let done = server.told(&token("clerk.6472"), &args.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(done["done"], 40);
    let checks = ["--field", "identity=match", "--field", "documents=complete"].map(str::to_owned).to_vec();
    let args = [vec!["act".to_owned(), "verify".into()], filter("verification").to_vec(), checks].concat();
    let done = server.told(&token("verifier"), &args.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(done["done"], 40);

    let decree =
        server.told(&token("verifier"), &["decree", "draft", "--scheme", "disaster", "--year", "2026"]);
    let id = decree["id"].as_str().unwrap();
    assert_eq!((&decree["count"], &decree["total"]), (&json!(40), &json!(80_000_000)));
    let struck =
        server.told(&token("governor"), &["decree", "strike", id, "--reason", "rumah tidak rusak", &ids[3]]);
    assert_ne!(struck["digest"], decree["digest"], "what is signed has changed");
    let today = today();
    let sign = ["decree", "sign", id, "--number", "SK/7/2026", "--date", &today, "--yes"];
    let signed = server.told(&token("governor"), &sign);
    let again = server.told(&token("governor"), &sign);
    assert_eq!(
        (&signed["approved"], &signed["struck"], &signed["refused"]),
        (&json!(39), &json!(1), &json!(0))
    );
    assert_eq!(again["version"], signed["version"], "signing twice changes nothing");
    let back = server.as_(&token("clerk.6472")).get(&format!("/api/v1/requests/{}", ids[3]));
    assert_eq!((&back["stage"], &back["waits_for"]["code"]), (&json!("input"), &json!("returned_untouched")));

    pay(&server, &office);
    let stages = server.as_(&token("admin")).get("/api/v1/stages?scheme=disaster");
    let paid = stages["data"].as_array().unwrap().iter().find(|row| row["stage"] == "paid").unwrap().clone();
    assert_eq!(paid["count"], 39);
    let lines = server.as_(&token("treasurer")).get("/api/v1/budget-lines");
    let line =
        lines["data"].as_array().unwrap().iter().find(|row| row["scheme"] == "disaster").unwrap().clone();
    assert_eq!(
        (&line["paid"], &line["committed"], &line["reserved"]),
        (&json!(78_000_000), &json!(0), &json!(0))
    );
    drop(server);
    office.verify();
}

/// Pays what waits for it: two lines fail at first, one is unknown, and the results come twice.
fn pay(server: &Server, office: &Office) {
    let token = office.token("treasurer");
    let order = server.told(&token, &["pay", "order", "--scheme", "disaster"]);
    let id = order["id"].as_str().unwrap();
    assert_eq!(order["count"], 39);
    let bank = office.path("bank.csv");
    server.told(&token, &["pay", "bank", id, bank.to_str().unwrap()]);
    let text = std::fs::read_to_string(&bank).unwrap();
    assert_eq!(text.lines().count(), 40, "a header and 39 lines: {text}");
    assert!(text.contains("78000000"), "the control total: {text}");
    server.told(&token, &["pay", "sp2d", id, "--number", "SP2D/9/2026", "--date", &today()]);
    let mut results = String::from("line,outcome,reference,cause\n");
    for line in 1..=39 {
        let row = match line {
            4 | 9 => format!("{line},failed,,AC04 rekening ditutup"),
            12 => format!("{line},unknown,,"),
            _ => format!("{line},paid,TRX{line},"),
        };
        writeln!(results, "{row}").unwrap();
    }
    let file = office.path("results.csv");
    std::fs::write(&file, results).unwrap();
    let settled = server.told(&token, &["pay", "results", id, file.to_str().unwrap()]);
    assert_eq!(
        (&settled["paid"], &settled["failed"], &settled["unknown"]),
        (&json!(36), &json!(2), &json!(1))
    );
    let again = server.told(&token, &["pay", "results", id, file.to_str().unwrap()]);
    assert_eq!(again["version"], settled["version"], "the same results change nothing");

    let second = server.told(&token, &["pay", "order", "--scheme", "disaster"]);
    assert_eq!(second["count"], 2, "the failed lines, and not the unknown one");
    let second = second["id"].as_str().unwrap();
    let early = server.cli(&token, &["pay", "results", second, file.to_str().unwrap()]);
    assert!(!early.status.success(), "the bank cannot have answered before it has the file");
    server.told(&token, &["pay", "bank", second, office.path("bank-2.csv").to_str().unwrap()]);
    std::fs::write(&file, "line,outcome,reference,cause\n1,paid,TRX-A,\n2,paid,TRX-B,\n").unwrap();
    let settled = server.told(&token, &["pay", "results", second, file.to_str().unwrap()]);
    assert_eq!((&settled["paid"], &settled["state"]), (&json!(2), &json!("settled")));
    std::fs::write(&file, "line,outcome,reference,cause\n12,paid,TRX12,\n").unwrap();
    let settled = server.told(&token, &["pay", "results", id, file.to_str().unwrap()]);
    assert_eq!((&settled["paid"], &settled["state"]), (&json!(37), &json!("settled")));
}

#[test]
fn the_demo_office_is_filled_sound_and_signed_in_to() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_str().unwrap();
    let args = ["demo", "--dir", dir, "--listen", "127.0.0.1:0", "--shrink", "20"];
    let server = Server::start(std::process::Command::new(SALUR).args(args));
    let tokens = std::fs::read_to_string(folder.path().join("demo-tokens.json")).unwrap();
    let tokens: Value = serde_json::from_str(&tokens).unwrap();
    for key in [
        "clerk.province",
        "clerk.6472",
        "clerk.6411",
        "verifier.1",
        "verifier.2",
        "governor",
        "treasurer.1",
        "treasurer.2",
        "admin.1",
        "admin.2",
        "auditor.1",
    ] {
        let token = tokens[key].as_str().unwrap_or_else(|| panic!("no token {key}"));
        assert!(server.as_(token).get("/api/v1/me")["name"].is_string(), "{key}");
    }
    let admin = server.as_(tokens["admin.1"].as_str().unwrap());
    let stages = admin.get("/api/v1/stages");
    for scheme in ["kube", "wrse", "lks", "disaster"] {
        let rows = stages["data"].as_array().unwrap().iter().filter(|row| row["scheme"] == scheme);
        assert!(rows.map(|row| row["count"].as_i64().unwrap()).sum::<i64>() > 0, "{scheme}: {stages}");
    }
    let stuck = admin.get("/api/v1/stuck?limit=5");
    for row in stuck["data"].as_array().unwrap() {
        assert!(
            row["waits_for"]["sentence"].as_str().is_some_and(|sentence| sentence.contains("menunggu")),
            "{row}"
        );
    }
    drop(server);
    let args = ["verify", "--database", &format!("sqlite://{dir}/salur.db")];
    let done = std::process::Command::new(SALUR).args(args).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
}
