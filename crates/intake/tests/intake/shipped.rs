//! The intake files with known dirt: `expected.json` beside them says what is wrong with each row.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use salur_intake::{Source, read_sheet};
use serde::Deserialize;

use crate::support::{Outcome, form, judge};

#[derive(Deserialize)]
struct Expected {
    rows: u32,
    accepted: u32,
    #[serde(default)]
    errors: Vec<ExpectedError>,
    rows_with_errors: Option<u32>,
    referred_to_regency: Option<u32>,
}

#[derive(Deserialize)]
struct ExpectedError {
    row: u32,
    field: String,
    error: String,
}

/// The folder of the intake files: beside the project, or where `SALUR_SHARED` says.
fn intake() -> PathBuf {
    let shared = std::env::var_os("SALUR_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let folder = shared.join("data/intake");
    assert!(
        folder.is_dir(),
        "no intake files at {}: set SALUR_SHARED to the folder that holds data/",
        folder.display()
    );
    folder
}

fn check(scheme: &str, file: &str, members: Option<&str>) -> Outcome {
    let folder = intake();
    let all: BTreeMap<String, Expected> =
        serde_json::from_slice(&std::fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let expected = &all[file];
    let members = members.map(|file| folder.join(file));
    let outcome =
        judge(&form(scheme), Source::File(&folder.join(file)), members.as_deref().map(Source::File)).unwrap();
    let judgement = &outcome.judgement;
    assert_eq!(judgement.rows, expected.rows);
    assert_eq!(judgement.sound, expected.accepted);
    assert_eq!(judgement.faulty, expected.rows_with_errors.unwrap_or(expected.rows - expected.accepted));
    assert_eq!(judgement.referred, expected.referred_to_regency.unwrap_or(0));
    for ExpectedError { row, field, error } in &expected.errors {
        assert!(
            outcome.has(*row, field, error),
            "row {row}: {error} in {field}, not {:?}",
            outcome.rows.get(row)
        );
    }
    let rows: Vec<u32> = outcome.rows.keys().copied().collect();
    let mut expected_rows: Vec<u32> = expected.errors.iter().map(|error| error.row).collect();
    expected_rows.sort_unstable();
    assert_eq!(rows, expected_rows);
    outcome
}

#[test]
fn groups_and_their_members() {
    let outcome = check("kube", "kube.csv", Some("kube_anggota.csv"));
    assert_eq!(outcome.judgement.members, 1950);
    assert_eq!(outcome.rows[&9], [("jumlah_anggota".to_owned(), "member_count_mismatch".to_owned())]);
    // The group whose code was overwritten leaves its members without a group.
    assert!(outcome.judgement.loose.iter().all(|located| located.fault.code.as_str() == "group_unknown"));
    assert_eq!(outcome.judgement.loose.len(), 11);
}

#[test]
fn women_in_hardship() {
    let outcome = check("wrse", "wrse.csv", None);
    assert!(outcome.warnings.is_empty());
}

#[test]
fn disaster_victims() {
    let outcome = check("disaster", "bencana.csv", None);
    assert!(outcome.warnings.is_empty());
}

#[test]
fn institutions_in_a_workbook() {
    let outcome = check("lks", "lks.xlsx", None);
    assert_eq!(outcome.judgement.skipped.len(), 1);
    assert_eq!(outcome.judgement.skipped[0].row, 70);
}

#[test]
fn a_workbook_read_in_another_process_is_the_same() {
    let path = intake().join("lks.xlsx");
    let mut lines = Vec::new();
    read_sheet(&path, &salur_intake::Limits::default(), &mut lines).unwrap();
    let outcome = judge(&form("lks"), Source::json_lines(&lines[..]), None).unwrap();
    assert_eq!((outcome.judgement.rows, outcome.judgement.sound), (64, 64));
    for cut in [0, 10, lines.len() / 2, lines.len() - 7, lines.len() - 1] {
        let refusal = judge(&form("lks"), Source::json_lines(&lines[..cut]), None).err().unwrap();
        assert_eq!(refusal.code.as_str(), "unreadable", "cut at {cut}");
    }
}

#[test]
fn a_list_of_groups_needs_its_members() {
    let refusal = judge(&form("kube"), Source::File(&intake().join("kube.csv")), None).err().unwrap();
    assert_eq!(refusal.code.as_str(), "members_missing");
}
