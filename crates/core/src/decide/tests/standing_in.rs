//! Who acts in a place that is not their own.

use crate::decide::*;
use crate::refusal::RefusalKind;
use crate::roster::{Absence, Capacity, Delegation, Grant, Limit, Papers, Person, Roster};
use crate::testing::*;
use crate::{Lang, SchemeId};
use jiff::civil::date;

fn delegated(delegations: Vec<Delegation>) -> Desk {
    let mut desk = Desk::new();
    desk.papers(Papers { delegations, ..Papers::default() });
    desk
}

#[test]
fn who_stands_in_for_somebody_carries_that_persons_duties_and_gives_theirs() {
    // Adi verifies for Cici, who has submitted, or for Vito.
    let mut desk = Desk::new();
    let id = desk.at("verification");
    let roster = Roster::clone(&desk.world.roster);
    let people = roster.people().cloned().map(|mut it| {
        if it.name == "Cici" {
            it.grants.push(Grant { role: "verifier".into(), region: "64".into() });
        }
        it
    });
    let papers = Papers { delegations: vec![delegation("Cici", "Adi", "verifier")], ..Papers::default() };
    desk.world.roster = std::sync::Arc::new(Roster::new(people.collect::<Vec<Person>>()).with_papers(papers));
    let told = desk.act("Adi", id, "verify");
    let (why, who) = refused(&desk, told);
    let cici = person("Cici");
    assert_eq!(why, Why::DutyConflict { duty: "verify".into(), earlier: "submit".into(), person: cici });
    assert_eq!(who, ["Vera", "Vito", "Semua"]);
    let delegations = vec![delegation("Cici", "Adi", "verifier"), delegation("Vito", "Adi", "verifier")];
    desk.papers(Papers { delegations, ..Papers::default() });
    // The first footing that no duty forbids.
    desk.act("Adi", id, "verify").unwrap();
    assert_eq!(desk.histories[&id].last().unwrap().for_whom, Some(person("Vito")));
    for who in ["Adi", "Vito"] {
        assert!(desk.request(id).has_acted(&"verify".into(), person(who)));
    }
    assert_eq!(desk.request(id).stood_in_for, [person("Vito")].into());
}

#[test]
fn neither_a_delegate_nor_who_delegated_gets_past_a_duty() {
    // Vito's power to verify is Tono's too; Tono pays.
    let mut desk = delegated(vec![delegation("Vito", "Tono", "verifier")]);
    let id = desk.at("verification");
    desk.act("Tono", id, "verify").unwrap();
    desk.decide_all(&[id]);
    let told = desk.order("Tono", &[id]);
    assert_eq!(
        refused(&desk, told).0,
        Why::DutyConflict { duty: "pay".into(), earlier: "verify".into(), person: person("Tono") }
    );
    // Tono hands paying to Vera, who has verified, and to Cici, who has submitted.
    let mut desk =
        delegated(vec![delegation("Tono", "Vera", "treasurer"), delegation("Tono", "Cici", "treasurer")]);
    let id = desk.at("disbursement");
    for who in ["Vera", "Cici"] {
        assert_eq!(why(desk.order(who, &[id])), "duty_conflict");
    }
}

#[test]
fn an_own_role_comes_first_and_who_says_for_whom_acts_for_that_person_only() {
    let mut desk = delegated(vec![delegation("Vito", "Vera", "verifier")]);
    let id = desk.at("verification");
    desk.for_whom = Some(person("Cici"));
    assert_eq!(why(desk.act("Vera", id, "verify")), "role_missing");
    desk.for_whom = Some(person("Vito"));
    desk.act("Vera", id, "return").unwrap();
    assert_eq!(desk.histories[&id].last().unwrap().for_whom, Some(person("Vito")));
    desk.for_whom = None;
    desk.act("Cici", id, "submit").unwrap();
    desk.act("Vera", id, "verify").unwrap();
    assert_eq!(desk.histories[&id].last().unwrap().for_whom, None);
}

#[test]
fn a_stand_in_and_who_is_stood_in_for_are_one_word() {
    let mut desk = delegated(vec![delegation("Adi", "Olah", "admin")]);
    let id = desk.at("disbursement");
    desk.ask("Olah", id, &correction(facts(2, 9, 9))).unwrap();
    assert_eq!(why(desk.ask("Adi", id, &correction(facts(2, 9, 9)))), "already_endorsed");
    desk.ask("Ani", id, &correction(facts(2, 9, 9))).unwrap();
    assert_eq!(desk.request(id).facts, facts(2, 9, 9));
}

#[test]
fn who_is_stood_in_for_is_not_one_person_more() {
    let mut desk = delegated(vec![delegation("Vito", "Vera", "verifier")]);
    let id = desk.entered("kube");
    desk.act("Cici", id, "submit").unwrap();
    desk.for_whom = Some(person("Vito"));
    desk.act("Vera", id, "verify").unwrap();
    desk.for_whom = None;
    let case = desk.case("Tono", id);
    assert_eq!(why(case.check_persons(&"paid".into())), "too_few_persons");
    assert_eq!(case.request.acts.len(), 3);
    assert_eq!(case.check_persons(&"paid".into()).unwrap_err().why, Why::TooFewPersons { have: 3, need: 4 });
}

#[test]
fn a_delegation_holds_for_its_days_region_schemes_and_amount_and_ends_with_the_grant() {
    let whole = delegation("Vito", "Adi", "verifier");
    let cases = [
        (
            Delegation { amount_max: Some(Rupiah(19_999_999)), ..whole.clone() },
            Limit::Amount(Rupiah(19_999_999)),
        ),
        (
            Delegation { schemes: Some([SchemeId::from("wrse")].into()), ..whole.clone() },
            Limit::Schemes(vec!["wrse".into()]),
        ),
        (Delegation { region: "64.72".into(), ..whole.clone() }, Limit::Region("64.72".into())),
        (
            Delegation { to_day: date(2026, 3, 1), ..whole.clone() },
            Limit::Days(date(2026, 3, 1), date(2026, 3, 1)),
        ),
    ];
    for (delegation, wanted) in cases {
        let mut desk = delegated(vec![delegation]);
        let id = desk.at("verification");
        let told = desk.act("Adi", id, "verify");
        let refusal = told.unwrap_err();
        assert_eq!(refusal.why.kind(), RefusalKind::NotYou);
        let from = person("Vito");
        assert_eq!(refusal.why, Why::DelegationExceeded { action: "verify".into(), from, limit: wanted });
        assert_eq!(refusal.who_could[0], person("Vera"));
    }
    let mut desk = delegated(vec![Delegation { amount_max: Some(Rupiah(20_000_000)), ..whole.clone() }]);
    let id = desk.at("verification");
    desk.act("Adi", id, "verify").unwrap();
    // Handed on once more, it gives nothing: Adi has no grant of it.
    let mut desk = delegated(vec![whole.clone(), delegation("Adi", "Olah", "verifier")]);
    let id = desk.at("verification");
    assert_eq!(why(desk.act("Olah", id, "verify")), "role_missing");
    // Vito has lost the role.
    let people = desk
        .world
        .roster
        .people()
        .cloned()
        .map(|it| if it.name == "Vito" { Person { grants: Vec::new(), ..it } } else { it });
    let papers = Papers { delegations: vec![whole], ..Papers::default() };
    desk.world.roster = std::sync::Arc::new(Roster::new(people.collect::<Vec<_>>()).with_papers(papers));
    assert_eq!(why(desk.act("Adi", id, "verify")), "role_missing");
}

#[test]
fn an_acting_officer_signs_what_the_policy_lets_the_capacity_sign() {
    for (capacity, may) in [(Capacity::Plt, false), (Capacity::Plh, false), (Capacity::Pj, true)] {
        let mut desk = Desk::new();
        let id = desk.at("approval");
        desk.draft("Vera", &[id]).unwrap();
        let acting = acting("Adi", "governor", capacity, Some("Gita"));
        let absence =
            Absence { person: person("Gita"), from_day: date(2026, 3, 1), to_day: date(2026, 3, 9) };
        desk.papers(Papers { actings: vec![acting], absences: vec![absence], ..Papers::default() });
        if may {
            desk.sign("Adi").unwrap();
            assert_eq!(desk.histories[&id].last().unwrap().for_whom, Some(person("Gita")));
            continue;
        }
        let (why, who) = {
            let told = desk.sign("Adi");
            refused(&desk, told)
        };
        let source = "UU 30/2014 pasal 14".into();
        assert_eq!(why, Why::ActingMayNot { action: "approve".into(), capacity, source });
        // Gita is away.
        assert_eq!(who, ["Semua"]);
    }
}

#[test]
fn a_request_that_no_acting_officer_may_sign_says_so() {
    let mut desk = Desk::new();
    let id = desk.at("approval");
    let away =
        |who: &str| Absence { person: person(who), from_day: date(2026, 3, 1), to_day: date(2026, 3, 9) };
    let absences = vec![away("Gita"), away("Semua")];
    desk.papers(Papers { absences: absences.clone(), ..Papers::default() });
    let wait = desk.wait_of(id, Lang::En).unwrap();
    assert_eq!(wait.code, "no_competent_signer");
    assert!(wait.sentence.contains("Gita is away until 9 March 2026"), "{}", wait.sentence);
    let actings = vec![acting("Adi", "governor", Capacity::Plh, Some("Gita"))];
    desk.papers(Papers { actings, absences, ..Papers::default() });
    let wait = desk.wait_of(id, Lang::Id).unwrap();
    assert!(wait.sentence.contains("Adi sebagai pelaksana harian (Plh) tidak boleh"), "{}", wait.sentence);
}

#[test]
fn one_person_does_what_must_be_the_same_persons() {
    let duty = "[[duty]]\nsame_person = [\"submit\", \"account\"]\n\n[[duty]]\nmin_persons";
    let action = "counts_as = \"correct\"\nkind = \"correction\"";
    let as_account = "[[duty]]\ndistinct = [\"account\", \"pay\"]\n";
    let changes = [
        ("[[duty]]\nmin_persons", duty),
        (action, "counts_as = \"account\"\nkind = \"correction\""),
        ("[[duty]]\ndistinct = [\"correct\", \"pay\"]\n", as_account),
    ];
    let mut desk = Desk::with(KUBE, &changes);
    let id = desk.at("disbursement");
    let told = desk.ask("Vera", id, &correction(facts(2, 9, 9)));
    let (why, who) = refused(&desk, told);
    assert_eq!(
        why,
        Why::SamePerson { duty: "account".into(), earlier: "submit".into(), person: person("Cici") }
    );
    assert_eq!(who, ["Cici"]);
    desk.ask("Cici", id, &correction(facts(2, 9, 9))).unwrap();
}

#[test]
fn nobody_acts_in_a_role_that_another_of_theirs_excludes_nor_after_changing_roles() {
    let separate = "[[duty]]\ndistinct = [\"submit\", \"verify\", \"approve\", \"pay\"]\n";
    let exclusive = "[[duty]]\nexclusive_roles = [\"verifier\", \"treasurer\"]\n";
    let mut desk =
        Desk::with(KUBE, &[(separate, exclusive), ("[[duty]]\nmin_persons = 4\nbefore = \"paid\"\n", "")]);
    let id = desk.at("verification");
    let both = |who: &str| Why::RolesExclusive {
        role: "verifier".into(),
        other: "treasurer".into(),
        person: person(who),
    };
    let told = desk.act("Semua", id, "verify");
    assert_eq!(refused(&desk, told), (both("Semua"), vec!["Vera".into(), "Vito".into()]));
    // By a delegation one holds the role too, and so does who has handed it on.
    desk.papers(Papers { delegations: vec![delegation("Vito", "Tono", "verifier")], ..Papers::default() });
    let told = desk.act("Tono", id, "verify");
    assert_eq!(refused(&desk, told).0, both("Tono"));
    desk.papers(Papers::default());
    desk.act("Vera", id, "verify").unwrap();
    desk.decide_all(&[id]);
    // Vera becomes a treasurer: what she verified she does not pay.
    let people = desk.world.roster.people().cloned().map(|it| {
        let treasurer = vec![Grant { role: "treasurer".into(), region: "64".into() }];
        if it.name == "Vera" { Person { grants: treasurer, ..it } } else { it }
    });
    desk.world.roster = std::sync::Arc::new(Roster::new(people.collect::<Vec<_>>()));
    assert_eq!(why(desk.order("Vera", &[id])), "roles_exclusive");
    desk.order("Tono", &[id]).unwrap();
}
