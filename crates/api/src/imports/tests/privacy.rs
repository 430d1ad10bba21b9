//! Nobody's identity number stands in clear anywhere in the office's folder, and others see its tail only.

use std::path::Path;

use super::support::{CSV, Desk, nik, victims};

/// Every file below a folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn no_planted_number_stands_in_clear_in_any_file() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::found(folder.path()).await;
    // Sound, twice in the file, cut short, and in the column of names.
    let list = String::from_utf8(victims(&[(1, "64.72"), (1, "64.72"), (2, "64.72"), (3, "64.72")])).unwrap();
    let list = list.replace(&nik(2), "647400240299999").replacen("Arif Santoso", "6474002402808888", 1);
    let list = list.replacen("6228741300", "62 2874 13x", 2);
    let import = desk.judged("province", "disaster", CSV, list.into_bytes()).await;
    assert_eq!(import["sound"], 1, "{import}");
    desk.accepted("province", &import).await;
    let again = desk.judged("province", "disaster", CSV, victims(&[(3, "64.72")])).await;
    assert_eq!(again["codes"]["duplicate_existing"], 1);
    desk.close().await;
    let planted = [
        nik(1),
        nik(3),
        "647400240299999".into(),
        "6474002402808888".into(),
        "2874 13x".into(),
        "Santoso".into(),
    ];
    for path in files(folder.path()) {
        let bytes = std::fs::read(&path).unwrap();
        for number in &planted {
            let is_there = bytes.windows(number.len()).any(|window| window == number.as_bytes());
            assert!(!is_there, "{number} stands in {}", path.display());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn others_see_the_tail_of_a_number_only() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::found(folder.path()).await;
    let list = String::from_utf8(victims(&[(1, "64.72"), (1, "64.72")])).unwrap();
    let list = list.replacen("Arif Santoso", "6474002402808888", 1).replacen("6228741300", "62 2874 13x", 1);
    let import = desk.judged("province", "disaster", CSV, list.into_bytes()).await;
    let own = desk.faults("province", &import).await;
    let others = desk.faults("auditor", &import).await;
    let found = |faults: &[serde_json::Value], code: &str| {
        let fault = faults.iter().find(|fault| fault["code"] == code).unwrap();
        (fault["found"].as_str().unwrap().to_owned(), fault["message"].as_str().unwrap().to_owned())
    };
    for (code, seen, masked) in [
        ("duplicate_in_file", nik(1), "************0001"),
        ("name_invalid", "6474002402808888".into(), "************8888"),
        ("account_malformed", "62 2874 13x".into(), "******* 13x"),
    ] {
        assert_eq!(found(&own, code).0, seen);
        let (value, message) = found(&others, code);
        assert_eq!(value, masked);
        assert!(!message.contains(&seen), "{message}");
    }
}
