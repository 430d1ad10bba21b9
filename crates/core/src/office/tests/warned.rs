//! What is refused of lines, regions and freezes, and what is only told.

use super::*;
use crate::form::Regions;
use crate::roster::{Absence, Capacity, Papers};

fn ask(desk: &Desk, change: Change) -> Result<Option<Decided>, Refusal> {
    let id = ProposalId(uuid::Uuid::from_u128(1));
    propose(&desk.context("Adi"), &desk.books, id, change, crate::Digest::ZERO)
}

fn line(scheme: &str, year: i16, fund: &str, ceiling: i64) -> Change {
    let (account, source) = ("5.1.06.01".into(), "DPA 1/2026".into());
    Change::OpenLine {
        scheme: scheme.into(),
        year,
        fund: fund.into(),
        account,
        ceiling: Rupiah(ceiling),
        source,
    }
}

#[test]
fn a_budget_line_is_opened_by_two_once_for_a_scheme_that_is_there() {
    let mut desk = Desk::new();
    desk.books.lines.clear();
    for (change, code) in [
        (line("kube", 2026, "abpd", 5), "fund_unknown"),
        (line("nothing", 2026, "apbd", 5), "scheme_unknown"),
        (line("kube", 2025, "apbd", 5), "line_year"),
        (line("kube", 2028, "apbd", 5), "line_year"),
        (line("kube", 2026, "apbd", 0), "field_invalid"),
    ] {
        assert_eq!(why(ask(&desk, change)), code);
    }
    let made = ask(&desk, line("kube", 2027, "apbd", 5)).unwrap().unwrap();
    assert_eq!((made.proposal.state, made.effect.is_none()), (ProposalState::Open, true));
    let done = confirm(&desk.context("Ani"), &desk.books, &made.proposal).unwrap();
    let Some(Effect::Opened(opened)) = done.effect else { panic!("{:?}", done.effect) };
    let workflow = desk.world.workflows.current(&"kube".into()).unwrap();
    assert_eq!(opened.id, crate::decide::line_id(workflow, 2027), "where requests of that year look for it");
    assert_eq!((opened.ceiling, opened.room()), (Rupiah(5), Rupiah(5)));
    desk.books.lines.insert(opened.id.clone(), *opened);
    assert_eq!(why(ask(&desk, line("kube", 2027, "apbd", 9))), "line_taken");
    assert_eq!(why(confirm(&desk.context("Ani"), &desk.books, &made.proposal)), "line_taken");
}

#[test]
fn a_region_that_is_none_is_refused_with_what_comes_nearest() {
    let mut desk = Desk::new();
    let list = "kode,tingkat,nama\n64,provinsi,Kalimantan Timur\n64.01,kabupaten,Paser\n64.11,kabupaten,Mahulu\n64.72,kota,Samarinda\n";
    desk.world.regions = std::sync::Arc::new(Regions::parse([list]).unwrap().serving("64".into()));
    let grant = |region: &str| Change::GrantRole {
        person: person("Olah"),
        role: "clerk".into(),
        region: region.into(),
    };
    for (region, nearest) in [("64.10", "64.11"), ("64.77", "64.72")] {
        let refusal = ask(&desk, grant(region)).unwrap_err();
        assert_eq!(refusal.why.code(), "region_unknown");
        let told = refusal.sentence(Lang::En, &desk.world, None);
        assert!(told.contains(nearest), "{told}");
    }
    ask(&desk, grant("64.72")).unwrap();
    ask(&desk, grant("64")).unwrap();
}

#[test]
fn a_freeze_that_stops_nothing_is_refused() {
    let desk = Desk::new();
    let freeze = |schemes: &[&str], exempt: &[&str]| Change::SetFreeze {
        source: "SE 1/2026".into(),
        fund: "apbd".into(),
        schemes: schemes.iter().map(|it| (*it).into()).collect(),
        exempt: exempt.iter().map(|it| (*it).into()).collect(),
        from: date(2026, 3, 2),
        to: date(2026, 12, 31),
    };
    let paid: Vec<String> = {
        let all = desk.world.workflows.all_current().filter(|it| it.fund == "apbd");
        all.map(|it| it.scheme.to_string()).collect()
    };
    let paid: Vec<&str> = paid.iter().map(String::as_str).collect();
    assert_eq!(why(ask(&desk, freeze(&[], &paid))), "freeze_idle");
    assert_eq!(why(ask(&desk, freeze(&["kube"], &["kube"]))), "freeze_idle");
    ask(&desk, freeze(&["kube"], &["disaster"])).unwrap();
    ask(&desk, freeze(&[], &paid[1..])).unwrap();
}

fn told(desk: &Desk, change: &Change) -> Vec<(&'static str, String)> {
    let told = warnings(&desk.context("Adi"), change).into_iter();
    told.map(|it| {
        let [id, en] = [Lang::Id, Lang::En].map(|lang| it.sentence(lang, &desk.world));
        assert!(!id.contains("..") && id != en, "{id}");
        (it.code(), en)
    })
    .collect()
}

#[test]
fn a_role_that_brings_duties_together_is_told_and_granted() {
    let desk = Desk::new();
    let grant =
        |role: &str| Change::GrantRole { person: person("Cici"), role: role.into(), region: "64.72".into() };
    let found = told(&desk, &grant("verifier"));
    assert!(found.iter().all(|it| it.0 == "duties_meet") && !found.is_empty(), "{found:?}");
    assert!(found[0].1.contains("Cici would hold Verifier and Clerk"), "{found:?}");
    ask(&desk, grant("verifier")).unwrap();
    assert_eq!(told(&desk, &grant("auditor")), Vec::new());
}

#[test]
fn what_stops_with_somebody_is_told() {
    let mut desk = Desk::new();
    // The only two who could sign: one leaves, and then the other.
    let all = Change::DismissPerson { person: person("Semua") };
    assert!(told(&desk, &all).iter().all(|it| it.0 != "stops"), "Gita still signs");
    desk.world.roster = std::sync::Arc::new(desk.world.roster.with_people(&|it| crate::roster::Person {
        active: it.active && it.id != person("Semua"),
        ..it.clone()
    }));
    let (from_day, to_day) = (date(2026, 3, 1), date(2026, 3, 31));
    desk.papers(Papers {
        offices: vec![crate::roster::Office {
            id: "governor".into(),
            title: crate::Label { id: "Gubernur".into(), en: "Governor".into() },
            role: "governor".into(),
            region: "64".into(),
        }],
        actings: vec![acting("Olah", "governor", Capacity::Plh, Some("Gita"))],
        delegations: vec![delegation("Gita", "Olah", "governor")],
        absences: vec![Absence { person: person("Gita"), from_day, to_day }],
    });
    for (change, absence) in [
        (Change::DismissPerson { person: person("Gita") }, true),
        (Change::RevokeRole { person: person("Gita"), role: "governor".into(), region: "64".into() }, false),
    ] {
        let found = told(&desk, &change);
        let has = |code: &str| found.iter().any(|it| it.0 == code);
        assert!(has("seat_vacant") && has("acting_ends") && has("delegation_ends"), "{found:?}");
        assert_eq!(has("absence_idle"), absence, "{found:?}");
    }
    desk.papers(Papers::default());
    let found = told(&desk, &Change::DismissPerson { person: person("Gita") });
    assert!(found.iter().any(|it| it.0 == "stops" && it.1.contains("stage")), "{found:?}");
    // Others verify.
    assert_eq!(told(&desk, &Change::DismissPerson { person: person("Vito") }), Vec::new());
}
