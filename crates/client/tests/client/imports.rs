//! `import`.

use serde_json::json;

use crate::asked::ask;
use crate::fake::Fake;

const JUDGING: &str = r#"{"id":"i1","state":"judging","rows":3,"sound":1,"faulty":0}"#;
const READY: &str = r#"{"id":"i1","scheme":"wrse","year":2024,"state":"ready","rows":1250,"sound":1247,"faulty":3,"referred":1,
 "errors":[{"row":7,"file":"list","field":"NIK","code":"nik_numeric","found":"6.47E+15","message":"NIK tersimpan sebagai angka.","mend":"Minta lagi."},
 {"row":9,"file":"members","field":"JK","code":"gender_unknown","found":"X","message":"Jenis kelamin tidak dikenal.","mend":"Isi L atau P."},
 {"row":12,"file":"list","field":"NIK","code":"nik_numeric","found":"","message":"NIK tersimpan sebagai angka.","mend":"Minta lagi."}],
 "next_cursor":null}"#;
const DONE: &str = r#"{"id":"i1","scheme":"wrse","year":2024,"state":"done","rows":1250,"sound":1247,"faulty":3,"accepted":1246,"refused":1,"errors":[]}"#;

fn file(folder: &tempfile::TempDir, name: &str, content: &str) -> String {
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_list_goes_up_is_judged_and_its_faults_are_told_by_code() {
    let folder = tempfile::tempdir().unwrap();
    let list = file(&folder, "list.csv", "nama;nik\nSiti;1\n");
    let fake = Fake::new()
        .on("POST /api/v1/imports?scheme=wrse&year=2024", 202, r#"{"id":"i1"}"#)
        .on("GET /api/v1/imports/i1", 200, JUDGING)
        .on("GET /api/v1/imports/i1", 200, READY);
    let seen = ask(&fake, &["import", &list, "--scheme", "wrse", "--year", "2024"]);
    assert_eq!(
        seen.notes,
        "Impor i1 sedang diperiksa; nanti dapat dilihat lagi dengan: salur import show i1\n"
    );
    let expected = "\
impor    i1
skema    wrse 2024
keadaan  selesai diperiksa
baris    1.250
benar    1.247
galat    3
dirujuk  1

nik_numeric: 2
  baris 7, NIK \"6.47E+15\": NIK tersimpan sebagai angka. Minta lagi.
  baris 12, NIK: NIK tersimpan sebagai angka. Minta lagi.

gender_unknown: 1
  baris 9 (anggota), JK \"X\": Jenis kelamin tidak dikenal. Isi L atau P.

Belum ada yang diterima. Terima baris yang benar dengan: salur import accept i1
";
    assert_eq!(seen.done(), expected);
    let asked = fake.once("POST /api/v1/imports?scheme=wrse&year=2024");
    assert_eq!((asked.header("content-type"), &*asked.body), ("text/csv", &b"nama;nik\nSiti;1\n"[..]));
}

#[test]
fn groups_and_members_go_up_as_one_form() {
    let folder = tempfile::tempdir().unwrap();
    let (list, members) = (file(&folder, "kube.csv", "k\n1\n"), file(&folder, "anggota.xlsx", "PK"));
    let fake = Fake::new()
        .on("POST /api/v1/imports?scheme=kube&year=2024", 202, r#"{"id":"i1"}"#)
        .on("GET /api/v1/imports/i1", 200, READY)
        .on("GET /api/v1/imports/i1", 200, DONE)
        .on("POST /api/v1/imports/i1/accept", 202, "{}");
    let words = ["import", &list, "--scheme", "kube", "--year", "2024", "--members", &members, "--accept"];
    let out = ask(&fake, &words).refused();
    assert!(out.contains("diterima  1.246\nditolak   1\n"), "{out}");
    let asked = fake.once("POST /api/v1/imports?scheme=kube&year=2024");
    let boundary = asked.header("content-type").strip_prefix("multipart/form-data; boundary=").unwrap();
    let expected = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"file.csv\"\r\n\
         Content-Type: text/csv\r\n\r\nk\n1\n\r\n\
         --{boundary}\r\nContent-Disposition: form-data; name=\"members\"; filename=\"members.xlsx\"\r\n\
         Content-Type: application/vnd.openxmlformats-officedocument.spreadsheetml.sheet\r\n\r\nPK\r\n--{boundary}--\r\n"
    );
    assert_eq!(String::from_utf8(asked.body.clone()).unwrap(), expected);
    assert_eq!(fake.once("POST /api/v1/imports/i1/accept").body, b"");
}

#[test]
fn faulty_rows_are_saved_before_the_sound_ones_are_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let list = file(&folder, "list.xlsx", "PK");
    let out = folder.path().join("faulty.csv");
    let csv = "nama;_pesan\r\nSiti;\"x\"\r\n".repeat(20_000);
    let fake = Fake::new()
        .on("POST /api/v1/imports?scheme=wrse&year=2024", 202, r#"{"id":"i1"}"#)
        .on("GET /api/v1/imports/i1", 200, READY)
        .on("GET /api/v1/imports/i1", 200, DONE)
        .on("POST /api/v1/imports/i1/accept", 202, "{}")
        .on_with("GET /api/v1/imports/i1/faulty.csv", 200, "Content-Type: text/csv\r\n", &csv);
    let words = [
        "import",
        &list,
        "--scheme",
        "wrse",
        "--year",
        "2024",
        "--json",
        "--accept",
        "--faulty",
        out.to_str().unwrap(),
    ];
    let seen = ask(&fake, &words);
    assert_eq!(seen.notes, "");
    assert_eq!(seen.refused(), format!("{DONE}\n"));
    assert_eq!(std::fs::read_to_string(&out).unwrap(), csv);
    let order: Vec<_> = fake.asked().into_iter().map(|asked| asked.what).collect();
    let place = |what: &str| order.iter().position(|asked| asked == what).unwrap();
    assert!(place("GET /api/v1/imports/i1/faulty.csv") < place("POST /api/v1/imports/i1/accept"));
}

#[test]
fn an_earlier_import_is_shown_accepted_and_saved() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.csv");
    let fake = Fake::new()
        .on("GET /api/v1/imports/i1", 200, READY)
        .on("POST /api/v1/imports/i1/accept", 202, "{}")
        .on_with("GET /api/v1/imports/i1/faulty.csv", 200, "", "a\n");
    assert_eq!(ask(&fake, &["import", "show", "i1", "--json"]).done(), format!("{READY}\n"));
    ask(&fake, &["import", "accept", "i1"]).done();
    let seen = ask(&fake, &["import", "faulty", "i1", out.to_str().unwrap()]);
    assert!(seen.notes.starts_with("Baris yang galat disimpan di "), "{}", seen.notes);
    seen.done();
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "a\n");
}

#[test]
fn an_import_that_failed_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let list = file(&folder, "shows.csv", "x");
    let failed = json!({"id": "i1", "state": "failed", "error": {"code": "not_a_table", "detail": "Berkas bukan tabel."}});
    let fake = Fake::new().on("POST /api/v1/imports?scheme=wrse&year=2024", 202, r#"{"id":"i1"}"#).on(
        "GET /api/v1/imports/i1",
        200,
        &failed.to_string(),
    );
    let out = ask(&fake, &["import", &list, "--scheme", "wrse", "--year", "2024", "--accept"]).refused();
    assert_eq!(out, "impor    i1\nkeadaan  gagal\nBerkas bukan tabel. (not_a_table)\n");
}

#[test]
fn a_file_that_is_no_list_or_is_not_there_is_a_mistake_in_the_command() {
    let fake = Fake::new();
    let words = |file| ["import", file, "--scheme", "wrse", "--year", "2024", "--lang", "en"];
    let (status, said) = ask(&fake, &words("list.pdf")).failed();
    assert_eq!((status, &*said), (2, "list.pdf: a list is a .csv or an .xlsx file"));
    let (status, said) = ask(&fake, &words("/nowhere/list.csv")).failed();
    assert_eq!(status, 2);
    assert!(said.starts_with("file /nowhere/list.csv: "), "{said}");
    assert!(fake.asked().is_empty());
}
