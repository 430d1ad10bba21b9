//! What becomes of each row: the verdicts of the shipped lists, however they are written.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::support::{BYTES, CSV, Desk, XLSX, form, intake, person, victims};

#[derive(Deserialize)]
struct Expected {
    rows: u32,
    accepted: u32,
    errors: Option<Vec<ExpectedError>>,
    rows_with_errors: Option<u32>,
    referred_to_regency: Option<u32>,
}

#[derive(Deserialize)]
struct ExpectedError {
    row: u32,
    field: String,
    error: String,
}

fn expected(file: &str) -> Expected {
    let mut all: BTreeMap<String, Expected> = serde_json::from_slice(&intake("expected.json")).unwrap();
    all.remove(file).unwrap()
}

/// The rows of the list that a fault keeps from being accepted.
fn rows_of(faults: &[Json]) -> BTreeSet<u64> {
    let row = |fault: &Json| match fault["file"].as_str().unwrap() {
        "list" => fault["row"].as_u64(),
        _ => fault["list_row"].as_u64(),
    };
    faults.iter().filter_map(row).collect()
}

fn check(file: &str, import: &Json, faults: &[Json]) {
    let expected = expected(file);
    assert_eq!(import["state"], "ready", "{file}: {import}");
    assert_eq!(import["rows"], expected.rows);
    assert_eq!(import["sound"], expected.accepted);
    assert_eq!(import["faulty"], expected.rows_with_errors.unwrap_or(expected.rows - expected.accepted));
    assert_eq!(import["referred"], expected.referred_to_regency.unwrap_or(0));
    let errors = expected.errors.unwrap_or_default();
    for error in &errors {
        let is_it = |fault: &&Json| {
            fault["row"] == error.row && fault["field"] == *error.field && fault["code"] == *error.error
        };
        let fault =
            faults.iter().find(is_it).unwrap_or_else(|| panic!("{file}: row {} {}", error.row, error.error));
        assert!(
            fault["message"].as_str().unwrap().ends_with('.')
                && fault["mend"].as_str().unwrap().ends_with('.')
        );
    }
    assert_eq!(rows_of(faults), errors.iter().map(|error| u64::from(error.row)).collect::<BTreeSet<_>>());
    let mut codes: BTreeMap<&str, u64> = BTreeMap::new();
    for fault in faults {
        *codes.entry(fault["code"].as_str().unwrap()).or_default() += 1;
    }
    assert_eq!(import["codes"], json!(codes));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shipped_lists_get_the_verdicts_beside_them() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::found(folder.path()).await;
    for (file, scheme, media) in [
        ("wrse.csv", "wrse", CSV),
        ("bencana.csv", "disaster", "text/csv; charset=utf-8"),
        ("lks.xlsx", "lks", XLSX),
        ("lks.xlsx", "lks", BYTES),
    ] {
        let import = desk.judged("province", scheme, media, intake(file)).await;
        let faults = desk.faults("province", &import).await;
        check(file, &import, &faults);
    }
    let (media, body) = form(&[
        ("members", CSV, &intake("kube_anggota.csv")),
        ("file", "application/vnd.ms-excel", &intake("kube.csv")),
    ]);
    let import = desk.judged("province", "kube", &media, body).await;
    let faults = desk.faults("province", &import).await;
    check("kube.csv", &import, &faults);
    // The group whose code was overwritten leaves its members without a group: told, and no row of the list.
    let loose = faults.iter().filter(|fault| fault["code"] == "group_unknown");
    assert_eq!(loose.filter(|fault| fault["file"] == "members" && fault["list_row"].is_null()).count(), 11);
    assert_eq!(import["by"], json!({ "id": person("province"), "name": "Petugas province" }));
    let page = desk.get("province", "/imports?limit=2").await.with(200);
    assert_eq!((page["data"].as_array().unwrap().len(), &page["has_more"]), (2, &json!(true)));
    assert_eq!(page["data"][0]["scheme"], "kube");
    let next = page["next_cursor"].as_str().unwrap();
    let rest = desk.get("province", &format!("/imports?limit=100&cursor={next}")).await.with(200);
    assert_eq!((rest["data"].as_array().unwrap().len(), &rest["next_cursor"]), (3, &Json::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_the_same_in_any_spelling() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::found(folder.path()).await;
    let list = String::from_utf8(intake("wrse.csv")).unwrap();
    // No cell of this list holds a semicolon, and only quoted ones hold a comma.
    let mut reader = csv::Reader::from_reader(list.as_bytes());
    let semicolons = {
        let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
        writer.write_record(reader.headers().unwrap()).unwrap();
        for record in reader.records() {
            writer.write_record(&record.unwrap()).unwrap();
        }
        String::from_utf8(writer.into_inner().unwrap()).unwrap()
    };
    let utf16: Vec<u8> =
        "\u{FEFF}".encode_utf16().chain(semicolons.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for body in [
        format!("\u{FEFF}{list}").into_bytes(),
        format!("\u{FEFF}{}", semicolons.replace('\n', "\r\n")).into_bytes(),
        utf16,
    ] {
        let import = desk.judged("province", "wrse", CSV, body).await;
        check("wrse.csv", &import, &desk.faults("province", &import).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dirt_nobody_has_seen_is_told_where_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::found(folder.path()).await;
    let list = String::from_utf8(victims(&[
        (1, "64.72"),
        (2, "64.72"),
        (2, "64.72"),
        (3, "64.99"),
        (4, "6472"),
        (5, "64.72"),
    ]))
    .unwrap();
    let list =
        list.replace("6474002402800005;6472", "6,47400240280001E+15;6472").replacen("2500000", "dua juta", 1);
    let import = desk.judged("province", "disaster", CSV, list.into_bytes()).await;
    let faults = desk.faults("province", &import).await;
    let told: Vec<_> = faults
        .iter()
        .map(|fault| (fault["row"].as_u64().unwrap(), fault["code"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [(2, "amount_invalid"), (4, "duplicate_in_file"), (5, "unknown_region"), (7, "nik_number")]
    );
    assert_eq!((&import["rows"], &import["sound"], &import["faulty"]), (&json!(6), &json!(2), &json!(4)));
    assert_eq!(faults[0]["found"], "dua juta");
    assert_eq!(import["progress"], json!({ "done": 6, "of": 6 }));
    let first =
        desk.get("province", &format!("/imports/{}?limit=1", import["id"].as_str().unwrap())).await.with(200);
    assert_eq!((first["errors"].as_array().unwrap().len(), first["next_cursor"].is_string()), (1, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_of_one_region_may_not_enter_another_regions_rows() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::found(folder.path()).await;
    let list = victims(&[(1, "64.72"), (2, "64.74"), (3, "64.72.01"), (4, "64.02")]);
    let import = desk.judged("samarinda", "disaster", CSV, list).await;
    let faults = desk.faults("samarinda", &import).await;
    let told: Vec<_> = faults
        .iter()
        .map(|fault| (fault["row"].as_u64().unwrap(), fault["code"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [(3, "region_not_yours"), (5, "region_not_yours")]);
    // Who is in already elsewhere is on record: with which request, and where, is not for this clerk.
    let known = desk.judged("bontang", "disaster", CSV, victims(&[(9, "64.74")])).await;
    desk.accepted("bontang", &known).await;
    let again = desk.judged("samarinda", "disaster", CSV, victims(&[(9, "64.72")])).await;
    let faults = desk.faults("samarinda", &again).await;
    assert_eq!(faults[0]["code"], "duplicate_on_record", "{faults:?}");
    let own = desk.judged("bontang", "disaster", CSV, victims(&[(9, "64.74")])).await;
    let own = desk.faults("bontang", &own).await;
    assert_eq!(own[0]["code"], "duplicate_existing");
    let id = own[0]["message"].as_str().unwrap().split_whitespace().last().unwrap().trim_matches('.');
    assert!(!faults[0].to_string().contains(id) && !faults[0].to_string().contains("64.74"), "{faults:?}");
    let import = desk.accepted("samarinda", &import).await;
    assert_eq!((&import["accepted"], &import["refused"]), (&json!(2), &json!(0)));
    assert_eq!(desk.requests().await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_key_is_the_same_import() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::found(folder.path()).await;
    let send = |body: Vec<u8>| {
        let request = super::support::request("province", "POST", "/imports?scheme=disaster&year=2024");
        let request = request.header("content-type", CSV).header("idempotency-key", "list-1");
        desk.ask(request.body(body.into()).unwrap())
    };
    let first = send(victims(&[(1, "64.72")])).await.with(202);
    let again = send(victims(&[(1, "64.72")])).await.with(202);
    assert_eq!(first["id"], again["id"]);
    assert_eq!(send(victims(&[(2, "64.72")])).await.code(422), "idempotency_key_reused");
    assert_eq!(desk.get("province", "/imports").await.with(200)["data"].as_array().unwrap().len(), 1);
}
