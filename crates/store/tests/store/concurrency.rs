//! Many at once: one winner a step, budgets never overdrawn, the chain without a gap.

use salur_core::decree::Signing;
use salur_core::workflow::Standing;
use salur_core::{DecreeId, ImportId};
use salur_store::ExecuteError;
use salur_store::job::{Answer, ImportPhase, ImportState, Job};
use uuid::Uuid;

use crate::office::{
    AMOUNT, CLERK, GOVERNOR, OUTSIDER, VERIFIER, act, check, enter, entry, found, id, now, refusal, run,
};

#[tokio::test(flavor = "multi_thread")]
async fn thirty_writers_of_one_request_make_one_step() {
    let folder = tempfile::tempdir().unwrap();
    let store = found(folder.path(), 10 * AMOUNT).await;
    enter(&store, 1).await;
    let mut tasks = Vec::new();
    for _ in 0..30 {
        let (store, job) = (store.clone(), act(&store, 0, "submit", Some(1)));
        tasks.push(tokio::spawn(async move { run(&store, CLERK, job).await }));
    }
    let (mut done, mut stale) = (0, 0);
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => done += 1,
            told => {
                assert_eq!(refusal(told).why.code(), "stale");
                stale += 1;
            }
        }
    }
    assert_eq!((done, stale), (1, 29));
    store.close().await;
    check(folder.path()).await;
}

#[tokio::test]
async fn whoever_was_paused_while_another_went_on_with_an_import_undoes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = found(folder.path(), 10 * AMOUNT).await;
    let import = ImportId(Uuid::from_u128(77));
    let new = ImportState::new(import, "disaster".into(), 2026, CLERK, now());
    run(&store, CLERK, Job::NoteImport(Box::new(new.clone()))).await.unwrap();
    let read = store.import(import).await.unwrap().unwrap();
    let accepting = ImportState { state: ImportPhase::Accepting, row_reached: 0, ..read };
    run(&store, CLERK, Job::NoteImport(Box::new(accepting.clone()))).await.unwrap();
    let paused = store.import(import).await.unwrap().unwrap();
    // Meanwhile another one finishes.
    let done = ImportState { state: ImportPhase::Done, version: 1, row_reached: 9, ..paused.clone() };
    run(&store, CLERK, Job::NoteImport(Box::new(done))).await.unwrap();
    let late = Job::Accept { entries: vec![entry(&store, 0)], state: paused.clone() };
    assert!(matches!(run(&store, CLERK, late).await, Err(ExecuteError::Overtaken)));
    let late = Job::NoteImport(Box::new(paused));
    assert!(matches!(run(&store, CLERK, late).await, Err(ExecuteError::Overtaken)));
    let kept = store.import(import).await.unwrap().unwrap();
    assert_eq!((kept.state, kept.row_reached), (ImportPhase::Done, 9));
    assert!(store.request(id(0)).await.unwrap().is_none());
    store.close().await;
    check(folder.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_decrees_racing_for_a_short_budget_never_overdraw_it_and_use_it_up() {
    let folder = tempfile::tempdir().unwrap();
    let store = found(folder.path(), 20 * AMOUNT).await;
    enter(&store, 64).await;
    for n in 0..64 {
        run(&store, CLERK, act(&store, n, "submit", None)).await.unwrap();
        run(&store, VERIFIER, act(&store, n, "verify", None)).await.unwrap();
    }
    let mut tasks = Vec::new();
    for n in 0..64_u64 {
        let store = store.clone();
        tasks.push(tokio::spawn(async move {
            let decree = DecreeId(Uuid::from_u128(500 + u128::from(n)));
            let draft = Job::DraftDecree {
                id: decree,
                scheme: "disaster".into(),
                year: 2026,
                requests: vec![id(n)],
                dry_run: false,
            };
            let Ok(Answer::Decree(draft, _)) = run(&store, VERIFIER, draft).await else {
                panic!("not drafted")
            };
            let number = format!("SK/{n}");
            let signing = Signing { digest: draft.digest, number, date: jiff::civil::date(2026, 11, 24) };
            run(&store, GOVERNOR, Job::SignDecree { id: decree, signing, assertion: None }).await
        }));
    }
    let mut approved = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => approved += 1,
            told => assert_eq!(refusal(told).why.code(), "budget_short"),
        }
    }
    assert_eq!(approved, 20, "all that fits, and no more");
    let line = &store.budget_lines().await.unwrap()[0];
    assert_eq!((line.committed.0, line.reserved.0), (20 * AMOUNT, 0));
    store.close().await;
    check(folder.path()).await;
}

#[tokio::test]
async fn what_is_verified_beyond_the_budget_waits_unreserved() {
    let folder = tempfile::tempdir().unwrap();
    let store = found(folder.path(), AMOUNT).await;
    enter(&store, 2).await;
    for n in 0..2 {
        run(&store, CLERK, act(&store, n, "submit", None)).await.unwrap();
        run(&store, VERIFIER, act(&store, n, "verify", None)).await.unwrap();
    }
    let (first, second) = (store.request(id(0)).await.unwrap(), store.request(id(1)).await.unwrap());
    assert_eq!(first.unwrap().request.budget, Standing::Reserved);
    assert_eq!(second.unwrap().request.budget, Standing::None);
    store.close().await;
    check(folder.path()).await;
}

#[tokio::test]
async fn who_may_not_see_a_request_is_told_that_it_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let store = found(folder.path(), 10 * AMOUNT).await;
    enter(&store, 1).await;
    let told = run(&store, OUTSIDER, act(&store, 0, "submit", None)).await;
    assert_eq!(refusal(told).why.code(), "not_found");
    store.close().await;
    check(folder.path()).await;
}
