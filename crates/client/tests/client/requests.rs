//! `request`, `queue`, `stuck`, `budget`, `whoami`.

use serde_json::json;

use crate::asked::ask;
use crate::fake::Fake;

const REQUEST: &str = r#"{"id":"r1","scheme":"wrse","year":2024,"region":"64.72",
 "recipient":{"name":"Siti Aminah","nik":"9972********0003"},"amount":5000000,"stage":"verification",
 "stage_title":"Verifikasi","phase":"verification","version":3,"entered_at":"2024-11-20T01:30:00Z",
 "due_at":"2024-11-27T16:00:00Z","closed":false,"novel":{"x":1},
 "waits_for":{"code":"waiting_person","sentence":"Berkas menunggu Kabid (Ibu R.) sejak 20 Nov (3 hari kerja, batas 5).",
 "on":"Kabid","since":"2024-11-20T01:30:00Z","working_days":3,"unblock":"Ingatkan Kabid."}}"#;

const PAGE_1: &str = r#"{"data":[{"id":"r1","scheme":"wrse","region":"64.72","recipient":{"name":"Siti"},"amount":1872000000,
 "stage":"verification","entered_at":"2024-11-20T01:30:00Z","waits_for":{"code":"waiting_person","working_days":3}}],
 "next_cursor":"c2"}"#;
const PAGE_2: &str = r#"{"data":[{"id":"r2","waits_for":null}],"next_cursor":null}"#;

#[test]
fn a_request_is_shown_with_its_sentence_its_history_and_its_actions() {
    let fake = Fake::new()
        .on("GET /api/v1/requests/r1", 200, REQUEST)
        .on(
            "GET /api/v1/requests/r1/history",
            200,
            r#"{"data":[{"at":"2024-11-19T16:30:00Z","actor":{"name":"Pak B."},"action":"submit","reason":null},
                {"at":"2024-11-20T01:30:00Z","actor":"Ibu R.","for_whom":"Kadis","title":"Kembalikan","reason":"KTP buram"}]}"#,
        )
        .on(
            "GET /api/v1/requests/r1/actions",
            200,
            r#"{"allowed":[{"action":"verify","title":"Verifikasi"}],
                "others":[{"action":"approve","code":"only_by_decree","detail":"Hanya dengan SK.","who_could":["Gubernur"]}]}"#,
        );
    let expected = "\
permohonan  r1
skema       wrse 2024
wilayah     64.72
penerima    Siti Aminah
NIK         9972********0003
jumlah      Rp5.000.000
tahap       Verifikasi
fase        verification
sejak       2024-11-20 09:30 WITA
batas       2024-11-28 00:00 WITA
versi       3

Berkas menunggu Kabid (Ibu R.) sejak 20 Nov (3 hari kerja, batas 5). (waiting_person)
-> Ingatkan Kabid.

Riwayat
kapan                  siapa                 apa         alasan
------------------------------------------------------------------
2024-11-20 00:30 WITA  Pak B.                submit
2024-11-20 09:30 WITA  Ibu R. (untuk Kadis)  Kembalikan  KTP buram

Tindakan
Dapat dilakukan: verify (Verifikasi)
- approve: Hanya dengan SK. (only_by_decree); yang dapat melakukannya: Gubernur
";
    assert_eq!(ask(&fake, &["request", "show", "r1"]).done(), expected);
    let asked = fake.once("GET /api/v1/requests/r1");
    assert_eq!(asked.header("authorization"), "Bearer t-1");
    assert_eq!(asked.header("accept-language"), "id");
    assert_eq!(asked.header("idempotency-key"), "");
}

#[test]
fn a_history_says_how_much_of_it_is_archived() {
    let fake = Fake::new().on("GET /api/v1/requests/r1/history", 200, r#"{"data":[],"archived":3}"#);
    let shown = ask(&fake, &["--lang", "en", "request", "history", "r1"]);
    assert_eq!(shown.notes, "3 events are not shown: they are archived\n");
}

#[test]
fn json_is_the_servers_answer_byte_for_byte() {
    let fake = Fake::new()
        .on("GET /api/v1/requests/r1", 200, REQUEST)
        .on("GET /api/v1/requests", 200, PAGE_1)
        .on("GET /api/v1/requests?cursor=c2", 200, PAGE_2);
    assert_eq!(ask(&fake, &["request", "show", "r1", "--json"]).done(), format!("{REQUEST}\n"));
    assert_eq!(ask(&fake, &["--json", "request", "list", "--all"]).done(), format!("{PAGE_1}\n{PAGE_2}\n"));
}

#[test]
fn a_list_filters_on_the_server_and_follows_the_cursor_when_asked_to() {
    let filters = "scheme=wrse&year=2024&stage=verification&phase=verification&region=64.72&q=siti%20a&stuck=true&limit=1";
    let fake = Fake::new().on(&format!("GET /api/v1/requests?{filters}"), 200, PAGE_1).on(
        &format!("GET /api/v1/requests?{filters}&cursor=c2"),
        200,
        PAGE_2,
    );
    let words = "request list --lang en --scheme wrse --year 2024 --stage verification --phase verification --region 64.72 \
        --stuck --limit 1 --q";
    let mut words: Vec<_> = words.split_whitespace().chain(["siti a"]).collect();
    let first = ask(&fake, &words);
    assert_eq!(first.notes, "there are more: --all, or --cursor c2\n");
    words.push("--all");
    let expected = "\
id  scheme  region  recipient           amount  stage         since                  waits for       working days
-----------------------------------------------------------------------------------------------------------------
r1  wrse    64.72   Siti       Rp1.872.000.000  verification  2024-11-20 09:30 WITA  waiting_person             3
r2  -       -       -                        -  -             -                      -                          -
";
    assert_eq!(ask(&fake, &words).done(), expected);
}

#[test]
fn a_request_is_entered_with_its_facts_as_texts() {
    let fake = Fake::new().on("POST /api/v1/requests", 201, REQUEST);
    let words = "request enter --scheme wrse --year 2024 --field nik=9972010101010003 --field amount=5000000";
    let expected = "\
r1: Siti Aminah, Rp5.000.000, kini di tahap Verifikasi.
Berkas menunggu Kabid (Ibu R.) sejak 20 Nov (3 hari kerja, batas 5). (waiting_person)
-> Ingatkan Kabid.
";
    assert_eq!(ask(&fake, &words.split(' ').collect::<Vec<_>>()).done(), expected);
    let asked = fake.once("POST /api/v1/requests");
    let fields = json!({"nik": "9972010101010003", "amount": "5000000"});
    assert_eq!(asked.json(), json!({"scheme": "wrse", "year": 2024, "fields": fields}));
    assert_eq!(asked.header("content-type"), "application/json");
    assert_eq!(asked.header("idempotency-key").len(), 36);
}

#[test]
fn an_amendment_holds_for_the_version_that_was_seen() {
    let fake = Fake::new().on_with("GET /api/v1/requests/r1", 200, "ETag: \"3\"\r\n", REQUEST).on(
        "POST /api/v1/requests/r1/amend",
        200,
        REQUEST,
    );
    ask(&fake, &["request", "amend", "r1", "--field", "name=Siti"]).done();
    let asked = fake.once("POST /api/v1/requests/r1/amend");
    assert_eq!(asked.json(), json!({"fields": {"name": "Siti"}}));
    assert_eq!(asked.header("if-match"), "\"3\"");
}

#[test]
fn a_file_is_attached_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ktp.PDF");
    std::fs::write(&path, b"%PDF\x00\xff").unwrap();
    let fake = Fake::new().on("POST /api/v1/requests/r1/attachments", 201, r#"{"id":"a1"}"#);
    let out = ask(&fake, &["request", "attach", "r1", path.to_str().unwrap()]).done();
    assert!(out.ends_with("ktp.PDF dilampirkan pada r1 sebagai a1.\n"), "{out}");
    let asked = fake.once("POST /api/v1/requests/r1/attachments");
    assert_eq!((asked.header("content-type"), &*asked.body), ("application/pdf", &b"%PDF\x00\xff"[..]));
}

#[test]
fn the_queue_is_a_table_of_stages() {
    let body = r#"{"data":[{"scheme":"disaster","year":2024,"stage":"approval","stage_title":"Persetujuan","phase":"approval",
        "count":17000,"oldest":"2024-10-01T00:00:00Z","overdue":4},{"scheme":"kube","stage":"input","count":0,"oldest":null}]}"#;
    let fake = Fake::new().on("GET /api/v1/stages?scheme=disaster", 200, body);
    let expected = "\
skema     tahun  tahap        fase      jumlah  lewat batas  tertua
----------------------------------------------------------------------------------
disaster  2024   Persetujuan  approval  17.000            4  2024-10-01 08:00 WITA
kube      -      input        -              0            -  -
";
    assert_eq!(ask(&fake, &["queue", "--scheme", "disaster"]).done(), expected);
}

#[test]
fn the_queue_of_one_stage_is_its_oldest_requests() {
    let body = r#"{"data":[{"id":"young","entered_at":"2024-11-20T00:00:00Z"},{"id":"old","entered_at":"2024-01-02T00:00:00Z"}]}"#;
    let fake = Fake::new().on("GET /api/v1/requests?stage=approval", 200, body);
    let out = ask(&fake, &["queue", "--stage", "approval"]).done();
    assert!(out.find("old").unwrap() < out.find("young").unwrap(), "{out}");
}

#[test]
fn what_is_stuck_comes_by_cause_and_then_each_with_what_unblocks_it() {
    let body = r#"{"groups":[{"scheme":"wrse","stage":"verification","code":"absent_person","count":12,"oldest":"2024-10-01T00:00:00Z"}],
        "data":[{"id":"r1","scheme":"wrse","region":"64.72","recipient":{"name":"Siti"},"amount":5000000,
        "waits_for":{"code":"absent_person","sentence":"Pejabat cuti.","unblock":"Tetapkan Plh."}}],"next_cursor":"c2"}"#;
    let fake = Fake::new().on("GET /api/v1/stuck?scheme=wrse&region=64.72&code=absent_person", 200, body);
    let seen = ask(&fake, &["stuck", "--scheme", "wrse", "--region", "64.72", "--code", "absent_person"]);
    assert_eq!(seen.notes, "masih ada lagi: --cursor c2\n");
    let expected = "\
sebab          skema  tahap         jumlah
------------------------------------------
absent_person  wrse   verification      12

r1  wrse  64.72  Siti  Rp5.000.000
  Pejabat cuti. (absent_person)
  -> Tetapkan Plh.
";
    assert_eq!(seen.done(), expected);
}

#[test]
fn the_budget_and_oneself_can_be_looked_up() {
    let fake = Fake::new()
        .on(
            "GET /api/v1/budget-lines?year=2024",
            200,
            r#"{"data":[{"id":"b1","scheme":"wrse","year":2024,"fund":"apbd","account":"5.1.06","ceiling":9000000,
                "reserved":1000000,"committed":0,"paid":2000000,"room":6000000}]}"#,
        )
        .on("GET /api/v1/me", 200, r#"{"name":"Ibu R.","roles":[{"role":"verifier","region":"64.72"},"clerk"]}"#);
    let expected = "\
scheme  year  fund  account      ceiling     reserved  committed         paid         room
------------------------------------------------------------------------------------------
wrse    2024  apbd  5.1.06   Rp9.000.000  Rp1.000.000        Rp0  Rp2.000.000  Rp6.000.000
";
    assert_eq!(ask(&fake, &["budget", "--year", "2024", "--lang", "en"]).done(), expected);
    assert_eq!(ask(&fake, &["whoami"]).done(), "nama   Ibu R.\nperan  verifier (64.72), clerk\n");
}
