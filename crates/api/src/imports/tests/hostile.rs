//! Files and requests that mean harm, or are something else than they say: each a clear refusal, and the office goes on.

use std::io::{Cursor, Write as _};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use axum::body::Body;
use axum::http::Request;
use rust_xlsxwriter::Workbook;
use salur_intake::{Limits, read_sheet};
use serde_json::json;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::support::{BYTES, CSV, Desk, XLSX, form, intake, request, victims};
use crate::Config;

fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A container of an office file that is locked with a password.
fn locked() -> Vec<u8> {
    let mut bytes = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    bytes.resize(1_024, 0);
    bytes.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    bytes.resize(4_096, 0);
    bytes
}

/// A workbook with a row that is too wide, below a sound one.
fn wide_below() -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let headers = [
        "Nama LKS",
        "NPWP",
        "Kode Wilayah",
        "Jumlah Klien",
        "Jumlah Bantuan",
        "Bank",
        "No Rekening",
        "Nama Rekening",
    ];
    let row = ["Panti", "173793755732392", "64.72", "5", "5000000", "BNI", "0698752578", "Panti"];
    for (at, cells) in [headers, row, row].iter().enumerate() {
        for (column, text) in cells.iter().enumerate() {
            sheet.write_string(u32::try_from(at).unwrap(), u16::try_from(column).unwrap(), *text).unwrap();
        }
    }
    sheet.write_string(3, 70, "x").unwrap();
    book.save_to_buffer().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_list_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::found(folder.path()).await;
    let workbook = intake("lks.xlsx");
    let bomb = archive(&[
        ("xl/workbook.xml", b"<workbook/>"),
        ("xl/media/image1.bin", &vec![b' '; 60 * 1024 * 1024]),
    ]);
    let many: Vec<String> = (0..300).map(|at| format!("xl/{at}.xml")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (&**name, &b""[..])).collect();
    for (media, body, code) in [
        (BYTES, b"%PDF-1.7\n%\xE2\xE3\xCF\xD3 ..".to_vec(), "not_a_table"),
        (XLSX, b"%PDF-1.7".to_vec(), "not_a_table"),
        (CSV, b"<html><table><tr><td>NIK</td></tr></table></html>".to_vec(), "not_a_table"),
        (CSV, b"NIK;Nama\n\0\0\0".to_vec(), "not_a_table"),
        (XLSX, workbook[..workbook.len() / 2].to_vec(), "truncated"),
        (XLSX, archive(&[("word/document.xml", b"<w/>")]), "not_a_table"),
        (BYTES, locked(), "encrypted"),
        (XLSX, bomb, "unpacks_too_large"),
        (XLSX, archive(&many), "unpacks_too_large"),
        (CSV, [victims(&[(1, "64.72")]), b"1;2;3;4\n".repeat(300_000)].concat(), "too_many_rows"),
        (CSV, [victims(&[(1, "64.72")]), b"x;".repeat(70)].concat(), "too_many_columns"),
        (CSV, Vec::new(), "empty"),
        (CSV, b"\xEF\xBB\xBF\n\n".to_vec(), "empty"),
        (CSV, victims(&[]), "empty"),
        (CSV, b"satu;dua;tiga\n1;2;3\n".to_vec(), "header_unknown"),
        (CSV, b"NIK;Nama Lengkap;Bank\n1;2;3\n".to_vec(), "column_missing"),
        (CSV, b"NIK;NIK;Bank\n1;2;3\n".to_vec(), "column_twice"),
    ] {
        let scheme = if media == XLSX { "lks" } else { "disaster" };
        let refused = desk.send("province", scheme, media, body).await;
        assert_eq!(refused.code(422), code);
        assert_eq!(refused.json()["errors"][0]["pointer"], "list");
    }
    assert_eq!(desk.get("province", "/imports").await.with(200)["data"], json!([]));
    let members = form(&[("file", CSV, &intake("kube.csv")), ("members", CSV, b"%PDF-1.7")]);
    let refused = desk.send("province", "kube", &members.0, members.1).await;
    assert_eq!(
        (refused.code(422).as_str(), &refused.json()["errors"][0]["pointer"]),
        ("not_a_table", &json!("members"))
    );
    assert_eq!(desk.send("province", "kube", CSV, intake("kube.csv")).await.code(422), "members_missing");
    let members = form(&[("file", CSV, &victims(&[(1, "64.72")])), ("members", CSV, b"a,b\n")]);
    assert_eq!(
        desk.send("province", "disaster", &members.0, members.1).await.code(422),
        "members_unexpected"
    );
    let sound = desk.judged("province", "disaster", CSV, victims(&[(1, "64.72")])).await;
    assert_eq!(sound["sound"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_shows_only_below_the_first_row_ends_the_import() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::found(folder.path()).await;
    let failed = desk.judged("province", "lks", XLSX, wide_below()).await;
    assert_eq!((&failed["state"], &failed["error"]["code"]), (&json!("failed"), &json!("too_many_columns")));
    let detail = "Row 4 holds more than 64 columns. Delete what stands in the rightmost columns.";
    assert_eq!(failed["error"]["detail"], detail);
    assert_eq!((&failed["rows"], &failed["codes"], &failed["errors"]), (&json!(0), &json!({}), &json!([])));
    let path = format!("/imports/{}", failed["id"].as_str().unwrap());
    assert_eq!(
        desk.post("province", &format!("{path}/accept"), BYTES, Vec::new()).await.code(409),
        "import_failed"
    );
    assert_eq!(desk.get("province", &format!("{path}/faulty.csv")).await.code(409), "import_failed");
    let sound = desk.judged("province", "disaster", CSV, victims(&[(1, "64.72")])).await;
    assert_eq!(sound["sound"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_do_not_fit_are_told_what_would() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::found(folder.path()).await;
    let list = || victims(&[(1, "64.72")]);
    let unknown = desk.send("province", "x", CSV, list()).await;
    assert_eq!(unknown.code(422), "scheme_unknown");
    assert!(unknown.json()["detail"].as_str().unwrap().contains("disaster, kube, lks, wrse"));
    for (path, code) in [
        ("/imports?scheme=disaster&year=1024", "year_out_of_range"),
        ("/imports?scheme=disaster&year=x", "query_malformed"),
        ("/imports?scheme=disaster", "query_malformed"),
        ("/imports?scheme=disaster&year=2024&x=1", "query_malformed"),
    ] {
        assert_eq!(desk.post("province", path, CSV, list()).await.code(422), code, "{path}");
    }
    for media in ["application/json", "image/png", "text/html", ""] {
        assert_eq!(
            desk.send("province", "disaster", media, list()).await.code(415),
            "media_type_unsupported"
        );
    }
    for (parts, status, code) in [
        (vec![("members", CSV, &b"x"[..])], 422, "part_missing"),
        (vec![("file", CSV, b"x"), ("more", CSV, b"x")], 422, "part_unknown"),
        (vec![("file", CSV, b"x"), ("file", CSV, b"x")], 422, "part_unknown"),
        (vec![], 422, "part_missing"),
    ] {
        let (media, body) = form(&parts);
        assert_eq!(desk.send("province", "disaster", &media, body).await.code(status), code);
    }
    let (media, body) = form(&[("file", CSV, b"x")]);
    assert_eq!(
        desk.send("province", "disaster", &media, body[..body.len() - 20].to_vec()).await.code(400),
        "form_malformed"
    );
    assert_eq!(
        desk.send("province", "disaster", "multipart/form-data", body).await.code(400),
        "form_malformed"
    );
    for query in ["limit=0", "limit=501", "limit=x", "cursor=!", "cursor=AAAA", "x=1"] {
        let id = uuid::Uuid::nil();
        let status = desk.get("province", &format!("/imports/{id}?{query}")).await.status.as_u16();
        assert_eq!(status, 422, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_larger_than_may_be_sent_is_refused_however_it_comes() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::found(folder.path()).await;
    let large = vec![b'x'; 33 * 1024 * 1024];
    assert_eq!(desk.send("province", "disaster", CSV, large.clone()).await.code(413), "file_too_large");
    let (media, body) = form(&[("file", CSV, &large)]);
    assert_eq!(desk.send("province", "disaster", &media, body).await.code(413), "file_too_large");
    // Without end, and with a length announced that nobody would send.
    let endless: Request<Body> = request("province", "POST", "/imports?scheme=disaster&year=2024")
        .header("content-type", CSV)
        .body(Body::from_stream(Endless))
        .unwrap();
    assert_eq!(desk.ask(endless).await.code(413), "file_too_large");
    let announced = request("province", "POST", "/imports?scheme=disaster&year=2024")
        .header("content-type", CSV)
        .header("content-length", "4000000000")
        .body(Body::from_stream(Endless))
        .unwrap();
    assert_eq!(desk.ask(announced).await.code(413), "file_too_large");
    let head = request("province", "POST", "/imports?scheme=disaster&year=2024")
        .header("content-type", "multipart/form-data; boundary=limit")
        .body(Body::from_stream(Endless))
        .unwrap();
    assert_eq!(desk.ask(head).await.code(413), "file_too_large");
}

/// A body that never ends.
struct Endless;

impl futures_core::Stream for Endless {
    type Item = Result<Vec<u8>, std::io::Error>;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(Some(Ok(vec![b'-'; 64 * 1024])))
    }
}

/// A program in place of the reader of spreadsheets.
fn program(folder: &Path, script: &str) -> Config {
    let path = folder.join("reader.sh");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o700)).unwrap();
    Config { sheet_reader: Some(path), ..Config::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn spreadsheets_are_read_in_a_process_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    Desk::found(folder.path()).await.close().await;
    let sheet = folder.path().join("lks.xlsx");
    std::fs::write(&sheet, intake("lks.xlsx")).unwrap();
    let lines = folder.path().join("lines");
    read_sheet(&sheet, &Limits::default(), std::fs::File::create(&lines).unwrap()).unwrap();
    let told = folder.path().join("told");
    // It is told where the file is, which only its owner may read, and no secret of the office.
    let script = format!(
        "test \"$1\" = read-sheet && test -z \"$SALUR_KEY$HOME\" && cmp -s \"$2\" {} && ls -l \"$2\" >> {} && cat {}",
        sheet.display(),
        told.display(),
        lines.display()
    );
    let desk = Desk::open(folder.path(), program(folder.path(), &script)).await;
    let import = desk.judged("province", "lks", XLSX, intake("lks.xlsx")).await;
    assert_eq!((&import["rows"], &import["sound"]), (&json!(64), &json!(64)));
    let import = desk.accepted("province", &import).await;
    assert_eq!(import["accepted"], 64);
    // Once at first sight, once judged, once accepted; none is left behind.
    let told = std::fs::read_to_string(told).unwrap();
    assert_eq!(told.lines().count(), 3);
    for line in told.lines() {
        assert!(line.starts_with("-rw-------"), "{line}");
        assert!(!Path::new(line.rsplit(' ').next().unwrap()).exists(), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_dies_costs_its_own_import_only() {
    let folder = tempfile::tempdir().unwrap();
    Desk::found(folder.path()).await.close().await;
    for script in ["kill -9 $$", "exit 3", "echo '{\"sheet\":\"S\"}'; kill -9 $$", "echo x"] {
        let desk = Desk::open(folder.path(), program(folder.path(), script)).await;
        assert_eq!(desk.send("province", "lks", XLSX, intake("lks.xlsx")).await.code(422), "unreadable");
        let import = desk.judged("province", "disaster", CSV, victims(&[(1, "64.72")])).await;
        assert_eq!(import["sound"], 1);
        desk.close().await;
    }
}
