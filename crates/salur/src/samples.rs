//! The sample files in `docs/samples` are judged as the README promises.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use jiff::civil::date;
use salur_core::SchemeId;
use salur_core::form::Context;
use salur_core::workflow::Workflow;
use salur_demo::shipped;
use salur_intake::{Judgement, Limits, Lists, Source, judge_list};

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/samples").join(name)
}

/// The whole judgement of a list, and each fault as its row, its field and its code.
struct Outcome {
    judgement: Judgement,
    faults: Vec<(u32, String, String)>,
    /// The names of the sound rows.
    names: Vec<String>,
}

fn judged(scheme: &str, list: &str, members: Option<&str>) -> Outcome {
    let workflows = shipped::definitions().map(|text| Workflow::parse(text).unwrap());
    let scheme = SchemeId::from(scheme);
    let form = workflows.into_iter().find(|workflow| workflow.scheme == scheme).unwrap().form;
    let office = shipped::office().unwrap();
    let context = Context { regions: &office.regions, today: date(2026, 11, 24) };
    let (list, members) = (sample(list), members.map(sample));
    let lists =
        Lists { list: Source::File(&list), members: members.as_ref().map(|members| Source::File(members)) };
    let (mut faults, mut names) = (Vec::new(), Vec::new());
    let judgement = judge_list(&form, &context, &Limits::default(), lists, &mut |row| {
        // No place issues numbers that begin with 99: that is the one thing odd about invented people.
        let odd = row.warnings.iter().find(|located| located.fault.code.as_str() != "nik_prefix_unknown");
        assert!(odd.is_none(), "row {}: {odd:?}", row.row);
        if row.is_sound() {
            names.extend(row.facts.text(&form.display).map(str::to_owned));
        }
        faults.extend(
            row.faults
                .iter()
                .map(|located| (located.row, located.fault.field.clone(), located.fault.code.to_string())),
        );
        ControlFlow::Continue(())
    })
    .unwrap();
    assert!(judgement.is_complete && judgement.loose.is_empty() && judgement.skipped.is_empty());
    Outcome { judgement, faults, names }
}

fn faults(expected: &[(u32, &str, &str)]) -> Vec<(u32, String, String)> {
    expected.iter().map(|(row, field, code)| (*row, (*field).to_owned(), (*code).to_owned())).collect()
}

#[test]
fn of_the_women_24_are_sound_and_three_have_different_faults() {
    let Outcome { judgement, faults: found, names } = judged("wrse", "women.csv", None);
    assert_eq!((judgement.rows, judgement.sound, judgement.faulty, judgement.referred), (27, 24, 3, 0));
    let expected = [
        (9, "nik", "nik_malformed"),
        (16, "nik", "nik_birth_date_mismatch"),
        (23, "kode_wilayah", "unknown_region"),
    ];
    assert_eq!(found, faults(&expected));
    // The README finds them by this word, whatever else the demo holds.
    assert!(names.iter().all(|name| name.split(' ').any(|word| word == "Contoh")), "{names:?}");
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), 24);
}

#[test]
fn of_the_victims_28_are_sound_and_five_of_those_are_referred() {
    let Outcome { judgement, faults: found, .. } = judged("disaster", "victims.csv", None);
    assert_eq!((judgement.rows, judgement.sound, judgement.faulty, judgement.referred), (30, 28, 2, 5));
    assert_eq!(found, faults(&[(10, "L/P", "nik_sex_mismatch"), (21, "No Rekening", "account_malformed")]));
}

#[test]
fn three_groups_and_their_members_are_sound() {
    let Outcome { judgement, .. } = judged("kube", "groups.csv", Some("group-members.csv"));
    assert_eq!((judgement.rows, judgement.sound, judgement.faulty, judgement.members), (3, 3, 0, 16));
}

#[test]
fn the_results_fit_an_order_over_the_women() {
    let text = std::fs::read_to_string(sample("results.csv")).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("line,outcome,reference,cause"));
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    let numbers: Vec<_> = rows.iter().map(|row| row[0].parse::<u32>().unwrap()).collect();
    assert_eq!(numbers, (1..=24).collect::<Vec<_>>());
    let unpaid: Vec<_> = rows.iter().filter(|row| row[1] != "paid").map(|row| (row[1], row[3])).collect();
    assert_eq!(unpaid, [("failed", "AC04"), ("unknown", "")]);
}

/// No NIK that was ever issued begins with 99.
#[test]
fn no_number_in_the_samples_can_be_anybodys() {
    for name in ["women.csv", "victims.csv", "groups.csv", "group-members.csv"] {
        let text = std::fs::read_to_string(sample(name)).unwrap();
        let numbers = text
            .split([',', ';', '\n'])
            .filter(|cell| cell.len() >= 10 && cell.bytes().all(|byte| byte.is_ascii_digit()));
        let real: Vec<_> = numbers.filter(|number| !number.starts_with("99")).collect();
        assert!(real.is_empty(), "{name}: {real:?}");
    }
}
