//! `act`, `decree`, `pay`.

use serde_json::json;

use crate::asked::{ask, ask_and_answer};
use crate::fake::Fake;

const DRAFT: &str = r#"{"id":"d1","scheme":"wrse","year":2024,"state":"draft","count":1248,"total":1872000000,"listed":1247,
 "digest":"7f3a91c2","approved":0,"struck":1,"refused":0,"approved_total":0,"struck_total":1500000,"refused_total":0,
 "number":null,"date":null,"left_out":[{"id":"r9","code":"in_decree","detail":"Sudah di SK lain."}]}"#;
const SIGNED: &str = r#"{"id":"d1","scheme":"wrse","year":2024,"state":"signed","count":1248,"total":1872000000,"listed":1247,
 "digest":"7f3a91c2","approved":1247,"struck":1,"refused":0,"approved_total":1870500000,"number":"SK-7","date":"2024-11-25"}"#;
const LINES: &str = r#"{"data":[{"line":1,"request":"r1","amount":1500000,"outcome":"listed"},
 {"line":2,"request":"r2","amount":1500000,"outcome":"struck","code":null,"reason":"Pindah."}],"next_cursor":"c2"}"#;
const ORDER: &str = r#"{"id":"p1","state":"exported","count":3,"total":4500000,"paid":1,"failed":1,"unknown":0,"pending":1,
 "paid_total":1500000,"digest":"aa","sp2d":{"number":"S-1","date":"2024-11-28"},
 "conflicts":[{"line":2,"id":"r2","code":"already_paid","detail":"Sudah dibayar."}]}"#;

fn words(line: &str) -> Vec<&str> {
    line.split(' ').collect()
}

#[test]
fn an_act_on_one_request_holds_for_the_version_that_was_seen() {
    let request =
        r#"{"id":"r1","version":3,"recipient":{"name":"Siti"},"amount":5000000,"stage":"approval"}"#;
    let fake = Fake::new().on("GET /api/v1/requests/r1", 200, request).on(
        "POST /api/v1/requests/r1/actions",
        200,
        request,
    );
    let line = "act verify r1 --reason cocok --field home_visit=true --field score=7";
    assert_eq!(ask(&fake, &words(line)).done(), "r1: Siti, Rp5.000.000, kini di tahap approval.\n");
    let asked = fake.once("POST /api/v1/requests/r1/actions");
    let fields = json!({"home_visit": true, "score": 7});
    assert_eq!(asked.json(), json!({"action": "verify", "reason": "cocok", "fields": fields}));
    assert_eq!(asked.header("if-match"), "\"3\"");
}

#[test]
fn an_act_on_many_counts_and_groups_what_was_refused() {
    let body = r#"{"done":2,"refused":3,"results":[{"id":"r1","outcome":"done"},{"id":"r2","outcome":"done"},
        {"id":"r3","outcome":"refused","code":"guard_failed","detail":"Usia di bawah 18."},
        {"id":"r4","outcome":"refused","code":"duty_conflict","detail":"Anda yang mengajukan."},
        {"id":"r5","outcome":"refused","code":"duty_conflict","detail":"Anda yang mengajukan."}]}"#;
    let fake = Fake::new().on("POST /api/v1/batch-actions", 200, body);
    let expected = "\
Dilakukan: 2, ditolak: 3.
kode           jumlah  sebab                  contoh
----------------------------------------------------
duty_conflict       2  Anda yang mengajukan.  r4, r5
guard_failed        1  Usia di bawah 18.      r3
";
    assert_eq!(ask(&fake, &words("act verify r1 r2 r3 r4 r5")).refused(), expected);
    let asked = fake.once("POST /api/v1/batch-actions");
    assert_eq!(asked.json(), json!({"action": "verify", "ids": ["r1", "r2", "r3", "r4", "r5"]}));
}

#[test]
fn an_act_on_a_filter_can_be_tried_dry() {
    let fake =
        Fake::new().on("POST /api/v1/batch-actions", 200, r#"{"done":17000,"refused":0,"results":[]}"#);
    let line = "act verify --scheme disaster --stage verification --region 64.72 --year 2024 --phase verification --q a --dry-run --lang en";
    let said = "Would be done: 17,000, would be refused: 0. Nothing has changed.\n";
    assert_eq!(ask(&fake, &words(line)).done(), said);
    let filter = json!({"scheme": "disaster", "stage": "verification", "region": "64.72", "year": 2024,
        "phase": "verification", "q": "a"});
    let asked = fake.once("POST /api/v1/batch-actions");
    assert_eq!(asked.json(), json!({"action": "verify", "filter": filter, "dry_run": true}));
}

#[test]
fn an_act_on_nothing_or_on_two_selections_is_not_sent() {
    let fake = Fake::new();
    for line in [
        "act verify",
        "act verify r1 --scheme kube",
        "pay order",
        "decree draft --scheme k --year 2024 r1 --region 64",
    ] {
        let (status, said) = ask(&fake, &words(line)).failed();
        assert_eq!(status, 2, "{line}");
        assert!(said.starts_with("sebutkan ID permohonan"), "{said}");
    }
    assert!(fake.asked().is_empty());
}

#[test]
fn a_decree_is_drafted_from_a_filter_and_says_what_it_left_out() {
    let fake = Fake::new().on("POST /api/v1/decrees", 201, DRAFT);
    let expected = "\
SK            d1
skema         wrse 2024
keadaan       rancangan
dibekukan     1.248, Rp1.872.000.000
dalam daftar  1.247
disetujui     0, Rp0
dicoret       1, Rp1.500.000
ditolak       0, Rp0
sidik         7f3a91c2

1 permohonan tidak dapat dimasukkan:
kode       jumlah  sebab              contoh
--------------------------------------------
in_decree       1  Sudah di SK lain.  r9
";
    assert_eq!(
        ask(&fake, &words("decree draft --scheme wrse --year 2024 --stage approval")).done(),
        expected
    );
    let filter = json!({"scheme": "wrse", "year": 2024, "stage": "approval"});
    let asked = fake.once("POST /api/v1/decrees");
    assert_eq!(asked.json(), json!({"scheme": "wrse", "year": 2024, "filter": filter}));
}

#[test]
fn a_decree_is_signed_only_as_it_was_shown_and_only_after_a_yes() {
    let fake = Fake::new()
        .on("GET /api/v1/decrees/d1", 200, DRAFT)
        .on("GET /api/v1/decrees/d1/lines?limit=20", 200, LINES)
        .on("POST /api/v1/decrees/d1/sign", 200, SIGNED);
    let line = "decree sign d1 --number SK-7 --date 2024-11-25 --lang en";
    let unsigned = ask(&fake, &words(line)).refused();
    let shown = "\
line  request  recipient  region       amount  outcome  why
---------------------------------------------------------------
   1  r1       -          -       Rp1.500.000  listed
   2  r2       -          -       Rp1.500.000  struck   Pindah.

Sign 1,247 requests, Rp1.870.500.000, number SK-7, date 2024-11-25? [y/N] 
Not signed.
";
    assert!(unsigned.ends_with(shown), "{unsigned}");
    assert!(!fake.asked().iter().any(|asked| asked.what.starts_with("POST")));

    let signed = ask_and_answer(&fake, &words(line), "y\n").done();
    assert!(signed.contains("state        signed\nnumber       SK-7\n"), "{signed}");
    let asked = fake.once("POST /api/v1/decrees/d1/sign");
    assert_eq!(asked.json(), json!({"digest": "7f3a91c2", "number": "SK-7", "date": "2024-11-25"}));
}

#[test]
fn a_program_signs_with_yes_and_the_digest_it_saw() {
    let fake =
        Fake::new().on("GET /api/v1/decrees/d1", 200, DRAFT).on("POST /api/v1/decrees/d1/sign", 200, SIGNED);
    let line = "decree sign d1 --number SK-7 --date 2024-11-25 --json";
    assert_eq!(ask(&fake, &words(line)).failed().0, 2);
    let line = format!("{line} --yes --digest old");
    assert_eq!(ask(&fake, &words(&line)).done(), format!("{SIGNED}\n"));
    assert_eq!(fake.once("POST /api/v1/decrees/d1/sign").json()["digest"], json!("old"));
}

#[test]
fn decrees_are_listed_looked_into_struck_and_cancelled() {
    let fake = Fake::new()
        .on("GET /api/v1/decrees?scheme=wrse&year=2024&state=draft", 200, &format!(r#"{{"data":[{DRAFT}]}}"#))
        .on("GET /api/v1/decrees/d1", 200, SIGNED)
        .on("GET /api/v1/decrees/d1/lines", 200, LINES)
        .on("POST /api/v1/decrees/d1/strikes", 200, DRAFT)
        .on("POST /api/v1/decrees/d1/cancel", 200, DRAFT);
    let expected = "\
id  skema  tahun  keadaan    jumlah            total  nomor  tanggal
--------------------------------------------------------------------
d1  wrse   2024   rancangan   1.248  Rp1.872.000.000  -      -
";
    assert_eq!(ask(&fake, &words("decree list --scheme wrse --year 2024 --state draft")).done(), expected);
    assert!(ask(&fake, &words("decree show d1")).done().contains("disetujui     1.247, Rp1.870.500.000\n"));
    assert_eq!(ask(&fake, &words("decree lines d1 --json")).done(), format!("{LINES}\n"));
    ask(&fake, &words("decree strike d1 --reason Pindah r2 r3")).done();
    assert_eq!(
        fake.once("POST /api/v1/decrees/d1/strikes").json(),
        json!({"ids": ["r2", "r3"], "reason": "Pindah"})
    );
    ask(&fake, &words("decree cancel d1")).done();
    assert_eq!(fake.once("POST /api/v1/decrees/d1/cancel").body, b"");
}

#[test]
fn a_payment_order_goes_out_and_the_banks_results_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let (out, results) = (folder.path().join("bank.csv"), folder.path().join("results.csv"));
    std::fs::write(&results, "line,outcome,reference,cause\n1,paid,X,\n").unwrap();
    let clean = ORDER.replace("conflicts", "was");
    let fake = Fake::new()
        .on("POST /api/v1/payment-orders", 201, &clean)
        .on("GET /api/v1/payment-orders/p1", 200, &clean)
        .on("GET /api/v1/payment-orders?state=exported", 200, &format!(r#"{{"data":[{clean}]}}"#))
        .on("GET /api/v1/payment-orders/p1/lines", 200, LINES)
        .on_with(
            "GET /api/v1/payment-orders/p1/bank.csv",
            200,
            "Content-Type: text/csv\r\n",
            "line,name\n1,Siti\n",
        )
        .on("POST /api/v1/payment-orders/p1/results", 200, ORDER)
        .on("POST /api/v1/payment-orders/p1/sp2d", 200, &clean)
        .on("POST /api/v1/payment-orders/p1/cancel", 200, &clean);
    let expected = "\
perintah bayar  p1
keadaan         di bank
jumlah          3
total           Rp4.500.000
terbayar        1
total terbayar  Rp1.500.000
gagal           1
tidak jelas     0
menunggu bank   1
SP2D            S-1 2024-11-28
sidik           aa
";
    assert_eq!(ask(&fake, &words("pay order r1 r2 r3")).done(), expected);
    assert_eq!(fake.once("POST /api/v1/payment-orders").json(), json!({"ids": ["r1", "r2", "r3"]}));
    assert_eq!(ask(&fake, &words("pay show p1")).done(), expected);
    assert!(ask(&fake, &words("pay list --state exported")).done().contains("p1  di bank"));
    assert!(ask(&fake, &words("pay lines p1")).done().contains("Rp1.500.000"));

    let said = ask(&fake, &["pay", "bank", "p1", out.to_str().unwrap()]).done();
    assert!(said.contains("(17 bita)"), "{said}");
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "line,name\n1,Siti\n");

    let said = ask(&fake, &["pay", "results", "p1", results.to_str().unwrap()]).refused();
    let conflict = "1 baris bertentangan dengan yang sudah tercatat:\nkode";
    assert!(said.contains(conflict) && said.contains("already_paid"), "{said}");
    let asked = fake.once("POST /api/v1/payment-orders/p1/results");
    assert_eq!(
        (asked.header("content-type"), &*asked.body),
        ("text/csv", &*std::fs::read(&results).unwrap())
    );

    ask(&fake, &words("pay sp2d p1 --number S-1 --date 2024-11-28")).done();
    let asked = fake.once("POST /api/v1/payment-orders/p1/sp2d");
    assert_eq!(asked.json(), json!({"number": "S-1", "date": "2024-11-28"}));
    ask(&fake, &words("pay cancel p1")).done();
}
