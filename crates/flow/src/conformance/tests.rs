use proptest::prelude::*;
use salur_core::Lang;

use super::*;
use crate::log::{LogOptions, read};

fn disaster() -> Workflow {
    Workflow::parse(include_str!("../../../../workflows/disaster.toml")).unwrap()
}

/// A log of cases, each with its activities in order.
fn log(cases: &[(&str, &[&str])]) -> EventLog {
    let mut text = csv::Writer::from_writer(Vec::new());
    text.write_record(["case", "activity", "time"]).unwrap();
    for (case, activities) in cases {
        for (place, activity) in activities.iter().enumerate() {
            let at = format!("2026-01-05T{:02}:{:02}:00Z", place / 60, place % 60);
            text.write_record([*case, activity, &at]).unwrap();
        }
    }
    read(text.into_inner().unwrap().as_slice(), &LogOptions::default()).unwrap()
}

fn of(cases: &[(&str, &[&str])]) -> Conformance {
    conformance(&log(cases), &disaster(), &ActivityMap::default())
}

fn counts(told: &Conformance) -> Vec<(usize, usize)> {
    told.deviations.iter().map(|deviation| (deviation.count, deviation.cases)).collect()
}

fn close(value: Option<f64>, expected: f64) -> bool {
    value.is_some_and(|value| (value - expected).abs() < 1e-12)
}

const WAY: [&str; 4] = ["submit", "verify", "approve", "pay"];

#[test]
fn the_way_of_a_definition_fits_wholly() {
    let told = of(&[
        ("1", &WAY),
        ("2", &["submit", "return", "submit", "verify", "approve", "correct_account", "pay"]),
        ("3", &["submit", "verify", "strike", "withdraw"]),
    ]);
    assert_eq!((told.cases, told.fitting, told.only_unfinished), (3, 3, 0));
    assert!(close(told.fitness, 1.0) && close(told.fitness_mean, 1.0), "{told:?}");
    assert_eq!((counts(&told), told.findings), (vec![(0, 0); 5], Vec::new()));
    assert!(told.reading.id.contains("3 dari 3 kasus (100,0 %)"), "{}", told.reading.id);
}

/// Invented, each with the deviation that its name tells. Tokens by hand: a step that is not enabled misses one, and
/// leaves one behind.
#[test]
fn each_deviation_is_told_by_kind_with_its_cases() {
    let told = of(&[
        ("unknown", &["submit", "phoned", "verify", "approve", "pay"]),
        ("skipped", &["submit", "approve", "pay"]),
        ("far", &["pay"]),
        ("wrong", &["submit", "verify", "submit", "verify", "approve", "pay"]),
        ("open", &["submit", "verify"]),
        ("over", &["submit", "reject", "verify", "verify"]),
        ("good", &WAY),
    ]);
    assert_eq!(counts(&told), [(1, 1), (1, 1), (2, 2), (1, 1), (2, 1)]);
    assert_eq!((told.cases, told.fitting, told.only_unfinished), (7, 1, 1));
    let examples: Vec<_> = told.deviations.iter().map(|deviation| deviation.examples.join(" ")).collect();
    assert_eq!(examples, ["unknown", "wrong", "skipped far", "open", "over"]);
    let finding = |kind, activity: &str| {
        let found = told
            .findings
            .iter()
            .find(|found| found.kind == kind && found.activity.as_deref() == Some(activity));
        let found = found.unwrap();
        let missing: Vec<_> = found.missing.iter().map(ActionName::as_str).collect();
        (
            found.at.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string),
            missing.join(" "),
            found.count,
        )
    };
    let told_of = |at: &str, missing: &str, count| (at.to_owned(), missing.to_owned(), count);
    assert_eq!(finding(DeviationKind::Skipped, "approve"), told_of("verification", "verify", 1));
    // Before its first action a case may be at the start, or referred elsewhere as it was entered.
    assert_eq!(finding(DeviationKind::Skipped, "pay"), told_of("-", "submit verify approve", 1));
    assert_eq!(finding(DeviationKind::NotAllowedHere, "submit"), told_of("approval", "", 1));
    assert_eq!(finding(DeviationKind::AfterEnd, "verify"), told_of("rejected", "", 2));
    assert!(told.reading.en.contains("1 of 7 cases (14.3 %)"), "{}", told.reading.en);
    assert!(told.reading.en.contains("1 more agree") && told.reading.en.contains("steps skipped (2 cases)"));
}

/// The formula of `PM4Py`, worked by hand: missing over consumed, remaining over produced; the first token is produced and the
/// last one consumed.
#[test]
fn fitness_is_that_of_token_replay() {
    for (case, expected) in [
        (&["submit", "verify", "approve", "pay"][..], 1.0),
        // 1 of 4 missing at `approve`, 1 of 4 left over at verification.
        (&["submit", "approve", "pay"], 0.75),
        // 1 of 3 missing at the end, 1 of 3 left over.
        (&["submit", "verify"], 2.0 / 3.0),
        // 2 of 5: each `verify` after the rejection leaves a token at approval.
        (&["submit", "reject", "verify", "verify"], 0.6),
        (&["phoned"], 0.0),
    ] {
        let told = of(&[("1", case)]);
        assert!(close(told.fitness, expected), "{case:?}: {:?}", told.fitness);
    }
    let told = of(&[("1", &WAY), ("2", &["submit", "verify"])]);
    // 1 of 8 in both halves, and the mean of 1 and 2/3.
    assert!(close(told.fitness, 0.875) && close(told.fitness_mean, 5.0 / 6.0), "{told:?}");
}

#[test]
fn names_are_guessed_in_both_languages_and_a_map_goes_first() {
    let cases: [(&str, &[&str]); 2] = [
        ("1", &["Ajukan ", "VERIFY", "setujui", "Sudah dibayar"]),
        ("2", &["Berkas masuk", "Verifikasi", "Persetujuan Gubernur", "Penyaluran", "Paid", "Telepon"]),
    ];
    let workflow = disaster();
    let map = "\u{feff}activity;action\nBerkas masuk;input\nTelepon;\n";
    let map = ActivityMap::read(map.as_bytes(), &workflow).unwrap();
    let told = conformance(&log(&cases), &workflow, &map);
    assert_eq!((told.fitting, told.around), (2, 1), "{told:?}");
    let row = |name: &str| told.activities.iter().find(|row| row.activity.trim() == name).unwrap();
    assert_eq!((&row("Ajukan").meaning, row("Ajukan").guessed), (&Meaning::Action("submit".into()), true));
    assert_eq!(
        (&row("Berkas masuk").meaning, row("Berkas masuk").guessed),
        (&Meaning::Stage("input".into()), false)
    );
    assert_eq!(row("Telepon").meaning, Meaning::Around);
    let bare = conformance(&log(&cases), &workflow, &ActivityMap::default());
    assert_eq!(counts(&bare).first(), Some(&(2, 1)));
}

#[test]
fn a_stage_reached_over_others_tells_what_was_skipped() {
    let told = of(&[("1", &["submit", "Penyaluran", "Paid"])]);
    let found = told.findings.first().unwrap();
    // `approve` is what brought it to disbursement.
    assert_eq!((found.kind, found.missing.as_slice()), (DeviationKind::Skipped, &["verify".into()][..]));
    assert_eq!(told.findings.len(), 1);
}

#[test]
fn a_map_is_refused_by_its_line() {
    let workflow = disaster();
    let refused = |text: &str| ActivityMap::read(text.as_bytes(), &workflow).unwrap_err();
    let error = refused("activity,action\na,submit\nb,abolish\n");
    assert_eq!((error.fault, error.line), (MapFault::TargetUnknown, 3));
    assert!(error.text(Lang::Id).starts_with("baris 3: ") && error.to_string().contains("\"abolish\""));
    assert_eq!(refused("activity,action\na,submit\na,verify\n").fault, MapFault::SaidTwice);
    assert_eq!(refused("a,submit\n").fault, MapFault::ColumnMissing);
    assert_eq!(refused("activity,action\na,b,c\n").fault, MapFault::Unreadable);
    let large = vec![b' '; MAP_MAX + 1];
    assert_eq!(ActivityMap::read(&large, &workflow).unwrap_err().fault, MapFault::TooLarge);
}

#[test]
fn what_only_began_is_around_the_workflow() {
    let text = "case,activity,time,lifecycle\n\
        1,submit,2026-01-05T08:00Z,start\n1,submit,2026-01-05T09:00Z,complete\n1,withdraw,2026-01-05T10:00Z,schedule\n";
    let log = read(text.as_bytes(), &LogOptions::default()).unwrap();
    let told = conformance(&log, &disaster(), &ActivityMap::default());
    assert_eq!((told.around, told.only_unfinished), (2, 1), "{told:?}");
}

#[test]
fn events_that_move_a_request_without_an_action_are_followed() {
    let told = of(&[
        (
            "expired",
            &["entered", "submit", "claimed", "verify", "verification_expired", "verify", "approve", "pay"],
        ),
        ("repaired", &["entered", "submit", "verify", "repaired", "verify", "approve", "pay"]),
        ("referred", &["referred"]),
        ("commented", &["submit", "reject", "commented", "repaired"]),
    ]);
    assert_eq!((told.fitting, told.around), (4, 7), "{told:?}");
    assert!(close(told.fitness, 1.0), "{told:?}");
    // Who was entered as one of the office's own is not referred later.
    let told = of(&[("1", &["submit", "referred"])]);
    assert_eq!(counts(&told)[1], (1, 1));
}

#[test]
fn a_case_as_long_as_a_log_is_replayed_in_time() {
    let activities = vec!["pay"; 1_400];
    let told = of(&[("1", &activities)]);
    assert_eq!(counts(&told), [(0, 0), (0, 0), (1, 1), (0, 0), (1_399, 1)]);
}

proptest! {
    /// The two replays agree on what fits, whatever was done.
    #[test]
    fn a_case_fits_if_and_only_if_no_token_is_missing_or_left(
        ways in prop::collection::vec(prop::collection::vec(0_usize..12, 1..9), 1..6)
    ) {
        let acts = [
            "submit", "verify", "approve", "pay", "return", "reject", "withdraw", "correct_account", "Penyaluran",
            "paid", "repaired", "claimed",
        ];
        let cases: Vec<(String, Vec<&str>)> = ways
            .iter()
            .enumerate()
            .map(|(case, way)| (case.to_string(), way.iter().map(|act| acts[*act]).collect()))
            .collect();
        let cases: Vec<(&str, &[&str])> =
            cases.iter().map(|(case, way)| (case.as_str(), way.as_slice())).collect();
        for case in &cases {
            let told = of(&[*case]);
            prop_assert_eq!(told.fitting == 1, close(told.fitness, 1.0), "{:?}: {:?}", case, told);
        }
        let told = of(&cases);
        prop_assert!(told.fitness.is_some_and(|fitness| (0.0..=1.0).contains(&fitness)));
        prop_assert!(told.fitting + told.only_unfinished <= told.cases);
    }
}
