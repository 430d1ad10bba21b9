//! The proof with real people.

use super::*;
use crate::RegionCode;
use crate::definition::Severity;
use crate::proof::{RosterProof, Standing, prove_with};
use crate::roster::{Absence, Capacity, Delegation, Papers, Person, Roster};
use jiff::civil::date;

fn roster(people: &[(&str, &[&str])], papers: Papers) -> Roster {
    let all = world_of(&[], POLICY);
    let people = people.iter().map(|(name, grants)| Person {
        grants: grants
            .iter()
            .map(|grant| {
                let (role, region) = grant.split_once('@').unwrap_or((grant, "64"));
                crate::roster::Grant { role: role.into(), region: region.into() }
            })
            .collect(),
        ..all.roster.person(person(name)).unwrap().clone()
    });
    Roster::new(people).with_papers(papers)
}

fn proved(people: &[(&str, &[&str])], papers: Papers) -> RosterProof {
    let workflow = of(&[]);
    let roster = roster(people, papers);
    let policy = crate::world::Policy::parse(POLICY).unwrap();
    let regions: [RegionCode; 2] = ["64.71".into(), "64.72".into()];
    prove_with(
        &workflow,
        &Standing { roster: &roster, policy: &policy, regions: &regions, day: date(2026, 3, 2) },
    )
}

fn told(proof: &RosterProof, severity: Severity) -> Vec<&str> {
    proof.findings.iter().filter(|it| it.severity == severity).map(|it| it.en.as_str()).collect()
}

const OFFICE: &[(&str, &[&str])] = &[
    ("Cici", &["clerk"]),
    ("Coki", &["clerk"]),
    ("Vera", &["verifier"]),
    ("Vito", &["verifier"]),
    ("Gita", &["governor"]),
    ("Tono", &["treasurer"]),
    ("Tuti", &["treasurer"]),
    ("Adi", &["admin"]),
];

#[test]
fn the_one_governor_is_the_one_whom_the_office_cannot_spare() {
    let proof = proved(OFFICE, Papers::default());
    assert_eq!(told(&proof, Severity::Error), [""; 0]);
    assert_eq!(told(&proof, Severity::Warning), ["If Gita is away, “Approve” stops in 64.71, 64.72."]);
    assert_eq!(proof.drills.len(), 1);
    assert_eq!(proof.drills[0].person, person("Gita"));
    let fewest = proof.fewest.unwrap();
    assert_eq!(fewest.persons, [person("Cici"), person("Vera"), person("Gita"), person("Tono")]);
}

#[test]
fn where_nobody_may_act_it_is_an_error() {
    let mut office = OFFICE.to_vec();
    office[2] = ("Vera", &["verifier@64.72"]);
    office[3] = ("Vito", &["verifier@64.72"]);
    let proof = proved(&office, Papers::default());
    assert_eq!(told(&proof, Severity::Error), ["There is nobody who may do “Verify” in 64.71."]);
    let proof = proved(
        OFFICE,
        Papers {
            absences: ["Vera", "Vito"]
                .map(|who| Absence {
                    person: person(who),
                    from_day: date(2026, 3, 2),
                    to_day: date(2026, 3, 2),
                })
                .into(),
            ..Papers::default()
        },
    );
    assert_eq!(told(&proof, Severity::Error), ["There is nobody who may do “Verify” in 64.71, 64.72."]);
}

#[test]
fn one_person_for_two_duties_is_not_enough_though_every_act_has_somebody() {
    let office: &[(&str, &[&str])] = &[
        ("Cici", &["clerk"]),
        ("Semua", &["verifier", "treasurer"]),
        ("Gita", &["governor"]),
        ("Vera", &["auditor"]),
        ("Adi", &["admin"]),
        ("Ani", &["admin"]),
    ];
    let proof = proved(office, Papers::default());
    let found = &proof.findings[0];
    assert_eq!(
        (found.code, found.severity, &found.persons[..]),
        ("unsatisfiable", Severity::Error, &[person("Cici"), person("Gita"), person("Semua")][..])
    );
    assert_eq!(proof.fewest, None);
    // Another treasurer, and Semua may verify; but neither can be spared.
    let office = [office, &[("Tono", &["treasurer"][..])]].concat();
    let proof = proved(&office, Papers::default());
    assert_eq!(told(&proof, Severity::Error), [""; 0]);
    let stops: Vec<_> = proof.drills.iter().map(|drill| drill.person).collect();
    for who in ["Semua", "Tono", "Gita", "Cici"] {
        assert!(stops.contains(&person(who)), "{who}: {stops:?}");
    }
    let whole = proof.drills.iter().find(|drill| drill.person == person("Tono")).unwrap();
    assert_eq!(whole.stops[0].0, None);
}

#[test]
fn papers_count_and_a_delegate_is_both_persons() {
    let office: &[(&str, &[&str])] = &[
        ("Cici", &["clerk"]),
        ("Vera", &["verifier"]),
        ("Gita", &["governor"]),
        ("Tono", &["treasurer"]),
        ("Adi", &["admin"]),
        ("Ani", &["admin"]),
        ("Olah", &["auditor"]),
    ];
    let absence =
        |who: &str| Absence { person: person(who), from_day: date(2026, 3, 1), to_day: date(2026, 3, 9) };
    // Tono is away, and Olah pays for him; then Cici does, who submits alone.
    let papers = |to: &str| Papers {
        delegations: vec![delegation("Tono", to, "treasurer")],
        absences: vec![absence("Tono")],
        ..Papers::default()
    };
    assert_eq!(told(&proved(office, papers("Olah")), Severity::Error), [""; 0]);
    let proof = proved(office, papers("Cici"));
    assert_eq!(proof.findings[0].code, "unsatisfiable");
    // For small amounts only is not enough for every request, yet enough to name who could.
    let mut small = papers("Olah");
    small.delegations =
        vec![Delegation { amount_max: Some(crate::Rupiah(5)), ..delegation("Tono", "Olah", "treasurer") }];
    let proof = proved(office, small);
    assert_eq!(proof.findings[0].code, "nobody_eligible");
    assert!(proof.fewest.is_some());
    // A Plh of the governor may not sign a decree; a Pj may.
    let stand_in = |capacity| Papers {
        actings: vec![acting("Olah", "governor", capacity, Some("Gita"))],
        absences: vec![absence("Gita")],
        ..Papers::default()
    };
    assert_eq!(told(&proved(office, stand_in(Capacity::Plh)), Severity::Error).len(), 1);
    assert_eq!(told(&proved(office, stand_in(Capacity::Pj)), Severity::Error), [""; 0]);
}
