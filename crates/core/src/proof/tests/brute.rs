//! Every way, every choice of roles and every sharing out, tried one by one: the proof must say the same.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::definition::Severity;
use crate::roster::{Grant, Person, Roster};
use crate::workflow::{Action, ActionKind, DecreePolicy, Duty, Via};
use crate::{PersonId, Role};

/// An act as it is done: its duty, its role, and the action whose words it is one of.
type Done = (ActionName, Role, Option<ActionName>);

#[derive(Debug, Clone)]
struct Plan {
    /// From, to, duty, roles and persons of each action.
    actions: Vec<(usize, usize, usize, BTreeSet<usize>, u32)>,
    distinct: Vec<BTreeSet<usize>>,
    same: Vec<BTreeSet<usize>>,
    exclusive: Vec<BTreeSet<usize>>,
    /// The roles of each person.
    people: Vec<BTreeSet<usize>>,
    decree: Option<Listed>,
}

/// An action that goes by decree: which, who drafts it, who strikes lines out of it, and where they go then.
#[derive(Debug, Clone)]
struct Listed {
    action: usize,
    draft: (usize, BTreeSet<usize>),
    strike: (usize, BTreeSet<usize>),
    strike_to: usize,
}

const STAGES: usize = 4;

/// Any plan, or one in which a line that is struck comes to a payment on a way of its own.
fn plan() -> impl Strategy<Value = Plan> {
    let listed =
        (any_plan(), 0..5_usize, 0..5_usize, 0..5_usize, 0..5_usize).prop_map(|(plan, a, b, c, d)| {
            let by = |duty| (duty, BTreeSet::from([0]));
            let action = |from, to, duty| (from, to, duty, BTreeSet::from([1]), 1);
            let actions =
                vec![(0, 1, 0, [0].into(), 1), action(1, 2, a), action(2, STAGES, b), action(3, STAGES, c)];
            let decree = Some(Listed { action: 1, draft: by(c), strike: by(d), strike_to: 3 });
            Plan { actions, decree, ..plan }
        });
    prop_oneof![2 => any_plan(), 1 => listed]
}

fn any_plan() -> impl Strategy<Value = Plan> {
    let set = |most: usize, size: std::ops::RangeInclusive<usize>| prop::collection::btree_set(0..most, size);
    let persons = prop_oneof![4 => Just(1_u32), 1 => Just(2), 1 => Just(3)];
    let action = (0..STAGES, 1..=STAGES, 0..5_usize, set(3, 1..=2), persons);
    let doers = || (0..5_usize, set(3, 1..=2));
    let decree = (1..5_usize, doers(), doers(), 0..STAGES)
        .prop_map(|(action, draft, strike, strike_to)| Listed { action, draft, strike, strike_to });
    (
        prop::collection::vec(action, 1..5),
        prop::collection::vec(set(5, 2..=4), 0..3),
        prop::collection::vec(set(5, 2..=2), 0..2),
        prop::collection::vec(set(3, 2..=3), 0..2),
        prop::collection::vec(set(3, 0..=3), 1..5),
        prop::option::of(decree),
    )
        .prop_map(|(mut actions, distinct, same, exclusive, people, decree)| {
            // So that a request can be entered, and something is paid.
            actions.insert(0, (0, 1, 0, [0].into(), 1));
            Plan { actions, distinct, same, exclusive, people, decree }
        })
}

fn workflow(plan: &Plan) -> Workflow {
    let mut workflow = of(&[]);
    let template = workflow.actions["verify"].clone();
    let stage = |number: usize| StageName::from(format!("s{number}").as_str());
    let one = workflow.stages["verification"].clone();
    workflow.stages = (0..=STAGES).map(|number| (stage(number), one.clone())).collect();
    workflow.start = stage(0);
    workflow.actions.clear();
    for (place, (from, to, duty, roles, persons)) in plan.actions.iter().enumerate() {
        let pays = *to == STAGES;
        let listed = plan.decree.as_ref().is_some_and(|decree| decree.action == place && !pays);
        let action = Action {
            from: [stage(*from)].into(),
            to: Some(stage(*to)),
            by: roles.iter().map(|role| (self::role(*role), self::duty(*duty))).collect(),
            kind: if pays { ActionKind::Payment } else { ActionKind::Forward },
            via: listed.then_some(Via::Decree),
            persons: *persons,
            guard: None,
            ..template.clone()
        };
        workflow.actions.insert(format!("a{place}").as_str().into(), action);
    }
    if let Some(Listed { draft, strike, strike_to, .. }) = &plan.decree {
        let by = |(duty, roles): &(usize, BTreeSet<usize>)| {
            roles.iter().map(|role| (self::role(*role), self::duty(*duty))).collect()
        };
        workflow.decree = DecreePolicy { draft: by(draft), strike: by(strike), strike_to: stage(*strike_to) };
    }
    let duties = |sets: &[BTreeSet<usize>], of: fn(Vec<usize>) -> Duty| {
        sets.iter().map(|set| of(set.iter().copied().collect())).collect::<Vec<_>>()
    };
    workflow.duties = duties(&plan.distinct, |set| Duty {
        distinct: set.into_iter().map(duty).collect(),
        ..Duty::default()
    });
    workflow.duties.extend(duties(&plan.same, |set| Duty {
        same_person: set.into_iter().map(duty).collect(),
        ..Duty::default()
    }));
    workflow.duties.extend(duties(&plan.exclusive, |set| Duty {
        exclusive_roles: set.into_iter().map(role).collect(),
        ..Duty::default()
    }));
    workflow
}

fn role(number: usize) -> Role {
    format!("r{number}").as_str().into()
}

fn duty(number: usize) -> ActionName {
    format!("d{number}").as_str().into()
}

/// Every way without a cycle to a payment, with every choice of roles.
fn all_ways(
    workflow: &Workflow,
    at: &StageName,
    passed: &[StageName],
    done: &[Done],
    all: &mut Vec<Vec<Done>>,
) {
    let passed = [passed, std::slice::from_ref(at)].concat();
    for (name, action) in workflow.actions.iter().filter(|(_, action)| action.from.contains(at)) {
        let listed = action.via == Some(Via::Decree);
        let drafted =
            if listed { each(&[done.to_vec()], &workflow.decree.draft, None) } else { vec![done.to_vec()] };
        let strike_to = &workflow.decree.strike_to;
        if listed && !passed.contains(strike_to) {
            for struck in each(&drafted, &workflow.decree.strike, None) {
                all_ways(workflow, strike_to, &passed, &struck, all);
            }
        }
        let to = action.to.as_ref().unwrap();
        if passed.contains(to) {
            continue;
        }
        let shared = action.is_shared().then(|| name.clone());
        let choices = (0..action.persons).fold(drafted, |done, _| each(&done, &action.by, shared.as_ref()));
        for choice in choices {
            if action.kind == ActionKind::Payment {
                all.push(choice);
            } else {
                all_ways(workflow, to, &passed, &choice, all);
            }
        }
    }
}

/// What was done with one act more, in each of the roles.
fn each(done: &[Vec<Done>], by: &BTreeMap<Role, ActionName>, shared: Option<&ActionName>) -> Vec<Vec<Done>> {
    let more = |done: &Vec<Done>| {
        let act = |(role, duty): (&Role, &ActionName)| (duty.clone(), role.clone(), shared.cloned());
        by.iter().map(|doer| done.iter().cloned().chain([act(doer)]).collect()).collect::<Vec<_>>()
    };
    done.iter().flat_map(more).collect()
}

fn entered(workflow: &Workflow) -> Vec<Vec<Done>> {
    let mut all = Vec::new();
    let Some((_, action)) = workflow.action_of(ActionKind::Forward, &workflow.start) else { return all };
    for (role, duty) in &action.by {
        all_ways(workflow, &workflow.start, &[], &[(duty.clone(), role.clone(), None)], &mut all);
    }
    all
}

fn may_follow(workflow: &Workflow, before: &[(Done, usize)], next: &Done, person: usize) -> bool {
    before.iter().all(|(done, by)| {
        let rules = || workflow.duties.iter();
        let both = |names: &[ActionName]| names.contains(&done.0) && names.contains(&next.0);
        let apart = (done.0 != next.0 && rules().any(|rule| both(&rule.distinct)))
            || (done.1 != next.1
                && rules().any(|rule| {
                    rule.exclusive_roles.contains(&done.1) && rule.exclusive_roles.contains(&next.1)
                }));
        let words = done.2.is_some() && done.2 == next.2;
        let same = rules().any(|rule| both(&rule.same_person));
        if *by == person { !apart && !words } else { !same }
    })
}

/// The fewest persons for a way, each person able to take what `able` says.
fn fewest(
    workflow: &Workflow,
    way: &[Done],
    (most, alike): (usize, bool),
    able: &dyn Fn(usize, &Role) -> bool,
    done: &mut Vec<(Done, usize)>,
) -> Option<usize> {
    let Some(next) = way.get(done.len()) else {
        return Some(done.iter().map(|(_, person)| person).collect::<BTreeSet<_>>().len());
    };
    let mut best = None;
    // Those who have done nothing yet are alike where nobody is asked for by name.
    let used = done.iter().map(|(_, person)| person + 1).max().unwrap_or(0);
    for person in 0..if alike { most.min(used + 1) } else { most } {
        if able(person, &next.1) && may_follow(workflow, done, next, person) {
            done.push((next.clone(), person));
            let found = fewest(workflow, way, (most, alike), able, done);
            done.pop();
            best = best.into_iter().chain(found).min();
        }
    }
    best
}

/// Few enough acts to try everything.
fn tame(way: &[Done]) -> bool {
    way.len() <= 7
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_proof_finds_what_trying_everything_finds(plan in plan()) {
        let workflow = workflow(&plan);
        let ways = entered(&workflow);
        prop_assume!(ways.iter().all(|way| tame(way)) && ways.len() < 200);
        let tried = ways.iter().filter_map(|way| {
            fewest(&workflow, way, (way.len(), true), &|_, _| true, &mut Vec::new())
        });
        let proof = prove_payment(&workflow);
        prop_assert!(!proof.cut);
        prop_assert_eq!(proof.persons(), tried.min());
    }

    #[test]
    fn the_roster_gives_what_trying_everybody_gives(plan in plan()) {
        let workflow = workflow(&plan);
        let ways = entered(&workflow);
        prop_assume!(ways.iter().all(|way| tame(way)) && ways.len() < 200);
        let people = plan.people.iter().enumerate().map(|(place, roles)| Person {
            id: PersonId(uuid::Uuid::from_u128(u128::try_from(place).unwrap() + 1)),
            staff_no: String::new(),
            name: format!("p{place}"),
            active: true,
            grants: roles.iter().map(|it| Grant { role: role(*it), region: "64".into() }).collect(),
        });
        let roster = Roster::new(people);
        let excluded = |person: usize, role: &Role| {
            let others = workflow.duties.iter().flat_map(|duty| duty.excluded_by(role));
            others.into_iter().any(|other| plan.people[person].iter().any(|it| self::role(*it) == *other))
        };
        let able = |person: usize, role: &Role| {
            plan.people[person].iter().any(|it| self::role(*it) == *role) && !excluded(person, role)
        };
        let tried = ways.iter().filter_map(|way| {
            fewest(&workflow, way, (plan.people.len(), false), &able, &mut Vec::new())
        });
        let tried = tried.min();
        let policy = crate::world::Policy::parse(POLICY).unwrap();
        let regions = ["64.71".into()];
        let day = jiff::civil::date(2026, 3, 2);
        let standing = Standing { roster: &roster, policy: &policy, regions: &regions, day };
        let proof = prove_with(&workflow, &standing);
        prop_assert_eq!(proof.fewest.as_ref().map(|it| it.persons.len()), tried, "{:?}", proof);
        let hopeless = proof.findings.iter().any(|it| {
            it.code == "unsatisfiable" || (it.code == "nobody_eligible" && it.severity == Severity::Error)
        });
        prop_assert!(tried.is_some() || hopeless, "{:?}", proof);
        prop_assert!(tried.is_none() || !proof.findings.iter().any(|it| it.code == "unsatisfiable"));
        // Whoever the drill says the way stops without, it does stop without.
        for drill in proof.drills.iter().filter(|it| it.stops.iter().any(|(action, _)| action.is_none())) {
            let gone = usize::try_from(drill.person.0.as_u128()).unwrap() - 1;
            let without = |person: usize, role: &Role| person != gone && able(person, role);
            let goes_on = ways.iter().any(|way| {
                fewest(&workflow, way, (plan.people.len(), false), &without, &mut Vec::new()).is_some()
            });
            prop_assert!(!goes_on, "{drill:?}");
        }
    }
}
