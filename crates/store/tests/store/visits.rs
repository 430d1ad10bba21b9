//! Visits are what the events say, however many of these are read at once.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use salur_core::StageName;
use salur_core::command::Command;
use salur_core::event::Entry;
use salur_flow::visit::{Desks, OutcomeKind, Visit, visits};
use salur_store::Store;
use salur_store::job::Job;
use salur_store::requests::Scope;
use salur_store::visits::VisitFilter;

use crate::office::{AMOUNT, CLERK, VERIFIER, act, ask, check, enter, found, id, now};

fn everywhere() -> VisitFilter {
    VisitFilter { scheme: "disaster".into(), scope: Scope::Everywhere, year: None }
}

fn stages(store: &Store) -> Vec<StageName> {
    let world = store.world();
    world.workflows.current(&"disaster".into()).unwrap().stages.keys().cloned().collect()
}

/// Every visit that is kept, by request and then in order.
async fn kept(store: &Store, filter: &VisitFilter) -> Vec<Visit> {
    let mut all = Vec::new();
    for stage in stages(store) {
        let found = store.visits(filter, &stage, jiff::Timestamp::UNIX_EPOCH).await.unwrap();
        all.extend(found.visits.into_iter().map(|row| row.visit));
    }
    all.sort_by_key(|visit| (visit.request, visit.exit.is_none(), visit.exit));
    all
}

/// The same out of the histories.
async fn told(store: &Store, requests: std::ops::Range<u64>) -> Vec<Visit> {
    let world = store.world();
    let desks = Desks::of(world.workflows.current(&"disaster".into()).unwrap());
    let mut all = Vec::new();
    for request in requests.map(id) {
        let history: Vec<Entry> =
            store.history(request).await.unwrap().into_iter().map(|told| told.entry).collect();
        all.extend(visits(request, &history, &desks));
    }
    all
}

/// An act on a request, so many minutes after the office opened.
async fn acts(store: &Store, n: u64, action: &str, minutes: i64) {
    let actor = if matches!(action, "submit" | "withdraw") { CLERK } else { VERIFIER };
    let mut asked = ask(actor, None, act(store, n, action, None));
    asked.at = now() + SignedDuration::from_mins(minutes);
    if action == "hold" {
        let Job::Act(wanted) = &mut asked.job else { panic!("not an act") };
        wanted.command = Command::Hold { cause: "missing_document".into(), reason: None };
    }
    store.execute(asked).await.unwrap();
}

/// Of the first request, what is done is kept act by act; of the others, all at once.
async fn filled(store: &Store) {
    enter(store, 3).await;
    let way = ["submit", "return", "submit", "hold", "resume", "verify"];
    for (minutes, action) in (1..).zip(way) {
        acts(store, 0, action, minutes * 60).await;
        assert!(store.keep_visits(now(), None).await.unwrap() > 0);
    }
    for (minutes, action) in (10..).zip(way) {
        acts(store, 1, action, minutes * 60).await;
    }
    acts(store, 2, "withdraw", 5).await;
    assert!(!store.visits_are_kept().await.unwrap());
    store.keep_visits(now(), None).await.unwrap();
    assert!(store.visits_are_kept().await.unwrap());
}

#[tokio::test]
async fn visits_are_what_the_events_say() {
    let folder = tempfile::tempdir().unwrap();
    let store = found(folder.path(), 10 * AMOUNT).await;
    filled(&store).await;
    let told = told(&store, 0..3).await;
    assert_eq!(kept(&store, &everywhere()).await, told);
    assert_eq!(told.iter().filter(|visit| visit.request == id(0)).count(), 5, "{told:?}");
    assert!(told.iter().any(|visit| visit.pauses.len() == 1 && visit.outcome.is_some()));
    assert_eq!(store.keep_visits(now(), None).await.unwrap(), 0, "nothing is kept twice");
    store.close().await;
    check(folder.path()).await;
}

#[tokio::test]
async fn days_count_what_came_and_went() {
    let folder = tempfile::tempdir().unwrap();
    let store = found(folder.path(), 10 * AMOUNT).await;
    filled(&store).await;
    let mut sums: BTreeMap<StageName, [i64; 5]> = BTreeMap::new();
    for day in store.stage_days(&everywhere(), jiff::civil::date(2026, 1, 1)).await.unwrap() {
        let sum = sums.entry(day.stage).or_default();
        for (sum, more) in sum.iter_mut().zip([day.came, day.again, day.went, day.returned, day.gone]) {
            *sum += more;
        }
    }
    let mut wanted: BTreeMap<StageName, [i64; 5]> = BTreeMap::new();
    for visit in kept(&store, &everywhere()).await {
        let sum = wanted.entry(visit.stage.clone()).or_default();
        sum[usize::from(visit.number != 1)] += 1;
        if let Some(outcome) = &visit.outcome {
            sum[2] += 1;
            sum[3] += i64::from(outcome.kind == OutcomeKind::Returned);
            sum[4] += 1;
            if visit.last {
                wanted.entry(outcome.to.clone()).or_default()[0] += 1;
            }
        }
    }
    assert_eq!(sums, wanted);
    let closed = store.closed(&everywhere(), now(), 10).await.unwrap();
    assert_eq!(closed.iter().map(|it| (it.request, it.began)).collect::<Vec<_>>(), [(id(2), now())]);
}

/// Whoever may not see a region sees none of its visits, nor how many there are.
#[tokio::test]
async fn other_regions_are_not_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let store = found(folder.path(), 10 * AMOUNT).await;
    filled(&store).await;
    let elsewhere = VisitFilter { scope: Scope::Regions(["64.01".into()].into()), ..everywhere() };
    assert_eq!(kept(&store, &elsewhere).await, []);
    assert_eq!(store.stage_days(&elsewhere, jiff::civil::date(2026, 1, 1)).await.unwrap(), []);
    assert_eq!(store.closed(&elsewhere, now(), 10).await.unwrap(), []);
    assert_eq!(store.at_stages_before(&elsewhere, jiff::civil::date(2027, 1, 1)).await.unwrap(), []);
    let here = VisitFilter { scope: Scope::Regions(["64.72".into()].into()), ..everywhere() };
    assert_eq!(kept(&store, &here).await.len(), kept(&store, &everywhere()).await.len());
    let last_year = VisitFilter { year: Some(2025), ..everywhere() };
    assert_eq!(kept(&store, &last_year).await, []);
}
