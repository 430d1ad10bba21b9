//! The history: believable on whatever day it is made, and true to the rules.

use std::collections::{BTreeMap, BTreeSet};

use salur_core::decree::DecreeState;
use salur_core::payment::OrderState;
use salur_core::request::{Act, PaymentState, replay};
use salur_core::workflow::Standing;
use salur_demo::{DemoError, Options};

use crate::{Demo, database};

/// Early in a year, before its first decree; in the middle; on a sitting's morning; on the day the window turns.
const DAYS: [&str; 5] = [
    "2026-01-10T02:00:00Z",
    "2026-03-01T15:30:00Z",
    "2026-06-15T01:00:00Z",
    "2026-11-24T03:20:00Z",
    "2027-03-01T23:59:00Z",
];

#[tokio::test]
async fn every_scheme_has_work_at_every_stage_whatever_the_day() {
    for day in DAYS {
        let demo = Demo::small(day).await;
        let world = demo.store.world();
        for workflow in world.workflows.all_current() {
            let counts = demo.loaded.requests.get(&workflow.scheme).unwrap();
            for (stage, defined) in &workflow.stages {
                let count = counts.get(stage).copied().unwrap_or_default();
                let wanted = defined.phase.is_some() || stage.as_str() == "paid";
                assert!(!wanted || count > 0, "{day}: {} has nothing at {stage}", workflow.scheme);
            }
        }
        let mut recount = BTreeMap::new();
        for listed in demo.requests().await {
            let stages: &mut BTreeMap<_, i64> = recount.entry(listed.request.scheme).or_default();
            *stages.entry(listed.request.stage).or_default() += 1;
        }
        let mut told = demo.loaded.requests.clone();
        for stages in told.values_mut() {
            stages.retain(|_, count| *count > 0);
        }
        assert_eq!(told, recount, "{day}");
    }
}

/// What happens without anybody's doing.
const TIMERS: [&str; 4] = ["reminded", "escalated", "hold_review_due", "verification_expired"];

#[tokio::test]
async fn everything_happens_in_order_on_working_days_and_nothing_in_the_future() {
    for day in DAYS {
        let demo = Demo::small(day).await;
        let calendar = &demo.store.world().calendar;
        let (mut after, mut last) = (0, jiff::Timestamp::MIN);
        loop {
            let trail = demo.store.trail(after, 5_000).await.unwrap();
            let Some(end) = trail.last() else { break };
            after = end.pos;
            for event in &trail {
                assert!(event.at >= last, "{day}: {} comes before {last}", event.at);
                if TIMERS.contains(&event.kind.as_str()) {
                    // The clock's own doing, at the moment that the office stands at, be it a Saturday.
                    assert_eq!(event.at, demo.as_of, "{day}: {}", event.kind);
                    continue;
                }
                assert!(event.at < demo.as_of, "{day}: {} is yet to come", event.at);
                let date = calendar.date_of(event.at);
                assert!(calendar.is_working_day(date), "{day}: {} on {date}", event.kind);
                last = event.at;
            }
        }
        assert_eq!(after, demo.loaded.events);
        let today = calendar.date_of(demo.as_of);
        assert!(calendar.working_days_between(calendar.date_of(last), today) <= 1, "{day}: ends at {last}");
    }
}

#[tokio::test]
async fn all_invariants_hold_when_they_are_recomputed() {
    for day in DAYS {
        let Demo { store, dir, .. } = Demo::small(day).await;
        store.close().await;
        let report = salur_store::verify(&database(dir.path()), Some(&dir.path().join("salur.key")), &[])
            .await
            .unwrap();
        assert_eq!(report.broken, None, "{day}");
        assert!(report.requests > 100, "{day}");
    }
}

#[tokio::test]
async fn nobody_acts_under_two_duties_that_differ() {
    let demo = Demo::small(DAYS[3]).await;
    let world = demo.store.world();
    for listed in demo.requests().await {
        let id = listed.request.id;
        let history: Vec<_> =
            demo.store.history(id).await.unwrap().into_iter().map(|told| told.entry).collect();
        let request = replay(id, &history).unwrap().unwrap();
        assert_eq!(request, listed.request);
        let workflow = world.workflows.pinned(&request.scheme, &request.definition).unwrap();
        for duty in &workflow.duties {
            let mut persons = BTreeSet::new();
            let mut seen = BTreeSet::new();
            for Act(act, person) in request.acts.iter().filter(|Act(act, _)| duty.distinct.contains(act)) {
                assert!(persons.insert((person, act)));
                assert!(
                    !seen.iter().any(|(who, what)| *who == person && *what != act),
                    "{id}: {person} did {act} and another"
                );
                seen.insert((person, act));
            }
        }
    }
}

#[tokio::test]
async fn each_kind_of_trouble_is_there_to_be_found() {
    let demo = Demo::small(DAYS[3]).await;
    assert_eq!(demo.decrees(DecreeState::Draft).await, 1);
    assert_eq!(demo.orders(OrderState::Exported).await, 3, "one at the bank, two with a payment unknown");
    assert!(demo.decrees(DecreeState::Signed).await > 40);
    assert!(demo.orders(OrderState::Settled).await > 40);
    let requests: Vec<_> = demo.requests().await.into_iter().map(|listed| listed.request).collect();
    let causes: BTreeSet<_> =
        requests.iter().filter_map(|request| request.hold.as_ref()).map(|hold| hold.cause.clone()).collect();
    assert!(causes.len() >= 8, "{causes:?}");
    let has = |what: &str, of: &dyn Fn(&salur_core::request::Request) -> bool| {
        assert!(requests.iter().any(of), "nothing is {what}");
    };
    let payment = |request: &salur_core::request::Request| {
        request.payment.as_ref().map(|payment| payment.state.clone())
    };
    has("returned", &|request| request.returned.is_some());
    has("failed", &|request| matches!(payment(request), Some(PaymentState::Failed(_))));
    has("unknown", &|request| payment(request) == Some(PaymentState::Unknown));
    has("at the bank", &|request| payment(request) == Some(PaymentState::Ordered));
    has("on the draft", &|request| request.in_decree);
    let today = demo.store.world().calendar.date_of(demo.as_of);
    for stage in ["input", "verification", "approval"] {
        has("overdue", &|request| {
            request.stage.as_str() == stage && request.due_on.is_some_and(|due| due < today)
        });
    }
    has("unreserved", &|request| request.budget == Standing::None && request.stage.as_str() == "input");
}

#[tokio::test]
async fn there_is_room_for_another_list_in_every_year() {
    let demo = Demo::small(DAYS[3]).await;
    let lines = demo.store.budget_lines().await.unwrap();
    let years: BTreeSet<_> = lines.iter().map(|line| line.year).collect();
    assert_eq!(years, BTreeSet::from([2024, 2025, 2026]));
    assert_eq!(lines.len(), 12);
    assert!(lines.iter().all(|line| line.is_whole() && line.room().0 > line.ceiling.0 / 2));
}

#[tokio::test]
async fn an_office_in_use_is_not_filled() {
    let demo = Demo::small(DAYS[2]).await;
    let again = salur_demo::load(&demo.store, &Options::at(demo.as_of), |_| {}).await;
    assert!(matches!(again, Err(DemoError::NotEmpty)));
}
