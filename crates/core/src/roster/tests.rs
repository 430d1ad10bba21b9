//! What is asked when a paper is made.

use jiff::civil::{Date, date};

use super::*;
use crate::refusal::Refusal;
use crate::testing::*;
use crate::workflow::Duty;
use crate::world::{Workflows, World};

const TODAY: Date = Date::constant(2026, 3, 2);

fn world() -> World {
    world_of(&[KUBE, WRSE, LKS, DISASTER], POLICY)
}

fn plain(from: &str, to: &str, role: &str) -> Delegation {
    Delegation { from_day: TODAY, ..delegation(from, to, role) }
}

fn made(world: &World, delegation: &Delegation) -> Result<(), Refusal> {
    check_delegation(world, delegation, TODAY)
}

fn with_exclusive(roles: [&str; 2]) -> World {
    let mut world = world();
    let mut workflow = crate::workflow::Workflow::clone(world.workflows.current(&"kube".into()).unwrap());
    let exclusive_roles = roles.map(Role::from).into();
    workflow.duties.push(Duty { exclusive_roles, ..Duty::default() });
    world.workflows = Workflows::new([workflow]);
    world
}

#[test]
fn a_delegation_is_made_by_whom_the_power_is_for_days_to_come() {
    let world = world();
    made(&world, &plain("Vito", "Vera", "verifier")).unwrap();
    let good = plain("Vito", "Vera", "verifier");
    for (delegation, code) in [
        (plain("Vito", "Vito", "verifier"), "for_oneself"),
        (plain("Coki", "Vito", "verifier"), "grant_missing"),
        (Delegation { region: "6".into(), ..good.clone() }, "grant_missing"),
        (Delegation { from_day: date(2026, 3, 1), ..good.clone() }, "days_invalid"),
        (Delegation { to_day: date(2026, 3, 1), ..good.clone() }, "days_invalid"),
        (Delegation { to_day: date(2026, 4, 1), ..good.clone() }, "delegation_too_long"),
        (Delegation { to: PersonId(uuid::Uuid::nil()), ..good.clone() }, "person_inactive"),
    ] {
        assert_eq!(why(made(&world, &delegation)), code, "{delegation:?}");
    }
    made(&world, &Delegation { to_day: date(2026, 3, 31), ..good }).unwrap();
}

#[test]
fn what_is_held_by_a_paper_is_not_handed_on() {
    let mut world = world();
    let papers = Papers {
        delegations: vec![plain("Vito", "Coki", "verifier")],
        actings: vec![acting("Adi", "governor", Capacity::Pj, Some("Gita"))],
        ..Papers::default()
    };
    world.roster = std::sync::Arc::new(Roster::clone(&world.roster).with_papers(papers));
    assert_eq!(why(made(&world, &plain("Coki", "Cici", "verifier"))), "delegation_chained");
    assert_eq!(why(made(&world, &plain("Adi", "Ani", "governor"))), "delegation_chained");
}

#[test]
fn a_delegation_that_would_leave_a_duty_to_nobody_else_is_refused_when_made() {
    let mut world = world();
    // Without Tuti and Semua, Tono alone pays: he verifies for nobody.
    let people = world.roster.people().cloned().map(|it| {
        if it.name == "Tuti" || it.name == "Semua" { Person { grants: Vec::new(), ..it } } else { it }
    });
    world.roster = std::sync::Arc::new(Roster::new(people.collect::<Vec<_>>()));
    let refusal = made(&world, &plain("Vito", "Tono", "verifier")).unwrap_err();
    let (role, duty) = ("verifier".into(), "pay".into());
    let persons = vec![person("Tono")];
    assert_eq!(refusal.why, crate::refusal::Why::BreaksDuty { role, duty, persons, beside: None });
    made(&world, &plain("Vito", "Vera", "verifier")).unwrap();
    let papers = acting("Tono", "verifier", Capacity::Plh, Some("Vito"));
    let papers = Acting { from_day: TODAY, ..papers };
    assert_eq!(why(check_acting(&world, &papers, TODAY)), "breaks_duty");
}

#[test]
fn a_delegation_that_puts_duties_kept_apart_in_one_hand_is_refused_when_made() {
    let world = world();
    let refusal = made(&world, &plain("Vito", "Tono", "verifier")).unwrap_err();
    let (role, duty) = (Role::from("verifier"), crate::ActionName::from("verify"));
    let (persons, beside) = (vec![person("Tono")], Some(("treasurer".into(), "pay".into())));
    assert_eq!(refusal.why, crate::refusal::Why::BreaksDuty { role, duty, persons, beside });
    for (from, to, role) in
        [("Vito", "Coki", "verifier"), ("Tono", "Vera", "treasurer"), ("Adi", "Tuti", "admin")]
    {
        assert_eq!(why(made(&world, &plain(from, to, role))), "breaks_duty", "{from} to {to}");
    }
    // Cahya is a clerk of one regency only.
    let there = Delegation { region: "64.72".into(), ..plain("Vito", "Cahya", "verifier") };
    assert_eq!(why(made(&world, &there)), "breaks_duty");
    assert_eq!(why(made(&world, &plain("Vito", "Cahya", "verifier"))), "breaks_duty");
    made(&world, &Delegation { region: "64.71".into(), ..there }).unwrap();
    // Who holds the same role, and whose own duties are the same ones or none.
    for (from, to, role) in [
        ("Vito", "Vera", "verifier"),
        ("Tono", "Tuti", "treasurer"),
        ("Vito", "Semua", "verifier"),
        ("Vito", "Adi", "verifier"),
        ("Vito", "Olah", "verifier"),
    ] {
        made(&world, &plain(from, to, role)).unwrap();
    }
}

#[test]
fn who_is_away_on_the_first_day_of_a_delegation_does_not_count_as_somebody_else() {
    let mut world = world();
    let away =
        |who: &str| Absence { person: person(who), from_day: date(2026, 3, 9), to_day: date(2026, 3, 31) };
    let absences = ["Tuti", "Semua"].map(away).into();
    let papers = Papers { absences, ..Papers::default() };
    world.roster = std::sync::Arc::new(Roster::clone(&world.roster).with_papers(papers));
    let beside = |from_day| {
        let told = made(&world, &Delegation { from_day, ..plain("Vito", "Tono", "verifier") });
        let crate::refusal::Why::BreaksDuty { beside, .. } = told.unwrap_err().why else { panic!() };
        beside.is_some()
    };
    assert!(beside(TODAY) && !beside(date(2026, 3, 9)));
}

#[test]
fn what_the_taker_stands_in_for_on_those_days_is_in_their_hands_too() {
    let mut world = world();
    let oki = PersonId(uuid::Uuid::from_u128(99));
    let papers = Papers {
        actings: vec![Acting {
            to_day: date(2026, 3, 8),
            ..acting("Olah", "treasurer", Capacity::Plh, Some("Tuti"))
        }],
        delegations: vec![Delegation {
            to: oki,
            region: "64.71".into(),
            ..plain("Tono", "Olah", "treasurer")
        }],
        ..Papers::default()
    };
    let mut people: Vec<_> = world.roster.people().cloned().collect();
    people.push(Person {
        id: oki,
        name: "Oki".into(),
        ..Person::clone(world.roster.person(person("Olah")).unwrap())
    });
    world.roster = std::sync::Arc::new(Roster::new(people).with_papers(papers));
    assert_eq!(why(made(&world, &plain("Vito", "Olah", "verifier"))), "breaks_duty");
    let later = Delegation { from_day: date(2026, 3, 9), ..plain("Vito", "Olah", "verifier") };
    made(&world, &later).unwrap();
    let to_oki = Delegation { to: oki, ..plain("Vito", "Olah", "verifier") };
    assert_eq!(why(made(&world, &to_oki)), "breaks_duty");
    let elsewhere = Delegation { region: "64.72".into(), ..to_oki };
    made(&world, &elsewhere).unwrap();
}

#[test]
fn acting_ends_with_the_role_of_the_one_acted_for() {
    let mut world = world();
    let plh = Acting { from_day: TODAY, ..acting("Adi", "governor", Capacity::Plh, Some("Gita")) };
    let papers = Papers { actings: vec![plh.clone()], ..Papers::default() };
    let office = |people: Vec<Person>| Roster::new(people).with_papers(papers.clone());
    let people: Vec<_> = world.roster.people().cloned().collect();
    let asked = |roster: &Roster| {
        let (adi, role) = (roster.person(person("Adi")).unwrap(), Role::from("governor"));
        let roles = [role.clone()];
        let (region, scheme) = ("64.71".into(), "kube".into());
        let amount = crate::Rupiah(1);
        let kind = Some(crate::workflow::ActionKind::Forward);
        let matter = Matter { region: &region, scheme: &scheme, amount, kind, day: TODAY };
        let mut powers = roster.powers_by_paper(adi, roles.iter(), matter, &world.policy);
        let other = Person { grants: Vec::new(), ..adi.clone() };
        let approves = Matter { kind: Some(crate::workflow::ActionKind::Approval), ..matter };
        [
            powers.next().is_some() || roster.bar(adi, &roles.iter(), &approves, &world.policy).is_some(),
            roster.holds_anywhere(adi, &role, TODAY),
            roster.sees(&other, &region, || TODAY),
            !roster.regions_of(&other, TODAY).is_empty(),
            roster.is_kept(&plh),
        ]
    };
    assert_eq!(asked(&office(people.clone())), [true; 5]);
    let without = |change: &dyn Fn(&mut Person)| {
        let mut people = people.clone();
        people.iter_mut().filter(|it| it.name == "Gita").for_each(change);
        asked(&office(people))
    };
    assert_eq!(without(&|gita| gita.active = false), [false; 5], "who left");
    assert_eq!(without(&|gita| gita.grants.clear()), [false; 5], "who holds it no more");
    world.roster = std::sync::Arc::new(office(people));
}

#[test]
fn nobody_comes_to_hold_two_roles_that_exclude_each_other() {
    let world = with_exclusive(["verifier", "treasurer"]);
    let grant = Grant { role: "treasurer".into(), region: "64.72".into() };
    assert_eq!(why(check_grant(&world, person("Vera"), &grant, TODAY)), "roles_exclusive");
    check_grant(&world, person("Cici"), &grant, TODAY).unwrap();
    assert_eq!(why(made(&world, &plain("Vito", "Tono", "verifier"))), "roles_exclusive");
    let acts = Acting { from_day: TODAY, ..acting("Tono", "verifier", Capacity::Plh, Some("Vito")) };
    assert_eq!(why(check_acting(&world, &acts, TODAY)), "roles_exclusive");
}

#[test]
fn who_acts_in_a_seat_does_so_by_decree_and_in_the_right_capacity() {
    let world = world();
    let plh = Acting { from_day: TODAY, ..acting("Olah", "governor", Capacity::Plh, Some("Gita")) };
    check_acting(&world, &plh, TODAY).unwrap();
    for (acting, code) in [
        (Acting { decree: " ".into(), ..plh.clone() }, "field_missing"),
        (Acting { for_whom: None, ..plh.clone() }, "field_missing"),
        (Acting { for_whom: Some(person("Olah")), ..plh.clone() }, "for_oneself"),
        (Acting { for_whom: Some(person("Vera")), ..plh.clone() }, "grant_missing"),
        (Acting { capacity: Capacity::Plt, ..plh.clone() }, "seat_held"),
        (Acting { capacity: Capacity::Pj, for_whom: None, ..plh.clone() }, "seat_held"),
        (Acting { to_day: date(2026, 3, 1), ..plh.clone() }, "days_invalid"),
    ] {
        assert_eq!(why(check_acting(&world, &acting, TODAY)), code, "{acting:?}");
    }
}

#[test]
fn what_one_proposes_another_agrees_to_whom_it_does_not_favour() {
    let (adi, ani, cici) = (person("Adi"), person("Ani"), person("Cici"));
    check_second((adi, None), (ani, None), &[cici]).unwrap();
    for (proposer, confirmer, code) in [
        ((adi, None), (adi, None), "needs_second"),
        ((adi, None), (ani, Some(adi)), "needs_second"),
        ((ani, Some(adi)), (adi, None), "needs_second"),
        ((adi, None), (cici, None), "own_favour"),
        ((adi, None), (ani, Some(cici)), "own_favour"),
    ] {
        assert_eq!(why(check_second(proposer, confirmer, &[cici])), code);
    }
}

#[test]
fn a_seat_is_vacant_where_nobody_holds_its_role_for_its_region() {
    let office = |role: &str, region: &str| Office {
        id: role.into(),
        title: crate::Label { id: role.into(), en: role.into() },
        role: role.into(),
        region: region.into(),
    };
    let offices = vec![office("governor", "64"), office("head", "64"), office("clerk", "64.72")];
    let roster = Roster::clone(&world().roster).with_papers(Papers { offices, ..Papers::default() });
    let seats: Vec<_> = roster.seats().map(|(office, held)| (office.id.to_string(), held)).collect();
    assert_eq!(seats[0], ("governor".into(), vec![person("Gita"), person("Semua")]));
    assert_eq!(seats[1], ("head".into(), vec![]));
    assert_eq!(seats[2], ("clerk".into(), vec![person("Cahya")]));
}

#[test]
fn papers_can_be_written_down_and_read_again() {
    let papers = Papers {
        delegations: vec![Delegation {
            amount_max: Some(crate::Rupiah(5)),
            ..plain("Vito", "Coki", "verifier")
        }],
        actings: vec![acting("Adi", "governor", Capacity::Plh, Some("Gita"))],
        absences: vec![Absence { person: person("Gita"), from_day: TODAY, to_day: TODAY }],
        offices: Vec::new(),
    };
    let text = serde_json::to_string(&papers).unwrap();
    assert_eq!(serde_json::from_str::<Papers>(&text).unwrap(), papers);
}
