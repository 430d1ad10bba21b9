//! Offices of every shape, with delegations, acting officers and roles that change midway: nobody, and nobody for
//! anybody, does two duties on one request.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;

use crate::payment::Payout;
use crate::refusal::Refusal;
use crate::roster::{Capacity, Grant, Papers, Person, Roster};
use crate::testing::*;
use crate::{PersonId, RequestId, Role};

const ROLES: [&str; 5] = ["clerk", "verifier", "governor", "treasurer", "admin"];
const SOME: usize = 6;

#[derive(Debug, Clone)]
struct Chart {
    grants: Vec<BTreeSet<usize>>,
    delegations: Vec<(usize, usize, usize)>,
    actings: Vec<(usize, usize, usize, Option<usize>)>,
}

#[derive(Debug, Clone)]
enum Move {
    Act(usize, usize),
    Change(Chart),
}

fn chart() -> impl Strategy<Value = Chart> {
    let role = 0..ROLES.len();
    (
        prop::collection::vec(prop::collection::btree_set(role.clone(), 0..4), SOME),
        prop::collection::vec((0..SOME, 0..SOME, role.clone()), 0..5),
        prop::collection::vec((0..SOME, role, 0..3_usize, prop::option::of(0..SOME)), 0..3),
    )
        .prop_map(|(grants, delegations, actings)| Chart { grants, delegations, actings })
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let act = (0..SOME, 0..9_usize).prop_map(|(who, act)| Move::Act(who, act));
    prop::collection::vec(prop_oneof![12 => act, 1 => chart().prop_map(Move::Change)], 1..60)
}

fn name(place: usize) -> &'static str {
    PEOPLE[place].0
}

fn seat(desk: &mut Desk, chart: &Chart) {
    let people = chart.grants.iter().enumerate().map(|(place, roles)| Person {
        grants: roles
            .iter()
            .map(|role| Grant { role: Role::from(ROLES[*role]), region: "64".into() })
            .collect(),
        ..desk.world.roster.person(person(name(place))).unwrap().clone()
    });
    let capacities = [Capacity::Plt, Capacity::Plh, Capacity::Pj];
    let papers = Papers {
        delegations: chart
            .delegations
            .iter()
            .map(|(from, to, role)| delegation(name(*from), name(*to), ROLES[*role]))
            .collect(),
        actings: chart
            .actings
            .iter()
            .map(|(who, role, capacity, of)| {
                acting(name(*who), ROLES[*role], capacities[*capacity], of.map(name))
            })
            .collect(),
        ..Papers::default()
    };
    let people: Vec<_> = people.collect();
    desk.world.roster = Arc::new(Roster::new(people).with_papers(papers));
}

fn ask(desk: &mut Desk, id: RequestId, who: usize, act: usize) -> Result<(), Refusal> {
    let who = name(who);
    match act {
        0 => desk.act(who, id, "submit"),
        1 => desk.act(who, id, "verify"),
        2 => desk.act(who, id, "return"),
        3 => desk.draft(who, &[id]).map(|_| ()),
        4 if desk.decree.is_some() => desk.sign(who),
        5 => desk.order(who, &[id]).map(|_| ()),
        6 if !desk.orders.is_empty() => desk.settle(who, 0, &[word(1, Payout::Paid)]).map(|_| ()),
        7 => desk.ask(who, id, &correction(facts(2, 9, 9))),
        8 if desk.decree.is_some() => desk.strike(who, &[id]),
        _ => Ok(()),
    }
}

/// From the history alone, whatever the request remembers.
fn check(desk: &Desk, id: RequestId) {
    let workflow = desk.world.workflows.current(&"kube".into()).unwrap();
    let done: Vec<(PersonId, &crate::ActionName)> = desk.histories[&id]
        .iter()
        .filter_map(|entry| Some((entry, entry.event.duty()?)))
        .flat_map(|(entry, duty)| {
            [Some(entry.actor), entry.for_whom].into_iter().flatten().map(move |by| (by, duty))
        })
        .collect();
    for rule in &workflow.duties {
        for (by, duty) in done.iter().filter(|(_, duty)| rule.distinct.contains(duty)) {
            let other =
                done.iter().find(|(one, other)| one == by && other != duty && rule.distinct.contains(other));
            assert_eq!(other, None, "{done:?}");
        }
    }
    if desk.stage(id) == "paid" {
        let hands: BTreeSet<_> = desk.histories[&id]
            .iter()
            .filter(|entry| entry.event.duty().is_some())
            .map(|entry| entry.actor)
            .collect();
        assert!(hands.len() >= 4, "paid by {hands:?}");
    }
}

/// How far the request came.
fn run(chart: &Chart, moves: &[Move]) -> String {
    let mut desk = Desk::new();
    seat(&mut desk, chart);
    let id = RequestId(uuid::Uuid::from_u128(100));
    let Some((who, entered)) =
        (0..SOME).find_map(|who| Some((who, desk.enter(name(who), "kube", 20_000_000, false).ok()?)))
    else {
        return String::new();
    };
    desk.record(name(who), id, entered);
    for step in moves {
        match step {
            Move::Act(who, act) => drop(ask(&mut desk, id, *who, *act)),
            Move::Change(chart) => seat(&mut desk, chart),
        }
        check(&desk, id);
    }
    desk.stage(id).to_owned()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_office_nobody_does_two_duties(chart in chart(), moves in moves()) {
        run(&chart, &moves);
    }
}

#[test]
fn some_of_the_random_offices_pay() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let onward = [0, 1, 3, 4, 5, 6];
    let all: Vec<_> = (0..SOME).flat_map(|who| onward.iter().map(move |act| Move::Act(who, *act))).collect();
    let mut stages = BTreeSet::new();
    for _ in 0..60 {
        let papers = chart().new_tree(&mut runner).unwrap().current();
        let grants = (0..SOME).map(|who| [who % ROLES.len()].into()).collect();
        let chart = Chart { grants, ..papers };
        let moves = [&all[..], &all[..], &all[..], &all[..], &all[..]].concat();
        stages.insert(run(&chart, &moves));
    }
    assert!(stages.contains("paid"), "{stages:?}");
}
