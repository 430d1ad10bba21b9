//! Sent twice, done once, answered the same.

use salur_core::Digest;
use salur_store::ExecuteError;
use salur_store::job::Answer;

use crate::office::{AMOUNT, CLERK, VERIFIER, act, ask, check, enter, found, open, refusal};

#[tokio::test(flavor = "multi_thread")]
async fn thirty_two_repetitions_at_once_are_one_act_with_one_answer() {
    let folder = tempfile::tempdir().unwrap();
    let store = found(folder.path(), 10 * AMOUNT).await;
    enter(&store, 1).await;
    let mut tasks = Vec::new();
    for _ in 0..32 {
        let (store, job) = (store.clone(), act(&store, 0, "submit", None));
        tasks.push(tokio::spawn(async move { store.execute(ask(CLERK, Some("one"), job)).await }));
    }
    for task in tasks {
        let Answer::Request { version, .. } = task.await.unwrap().unwrap() else { panic!("no request") };
        assert_eq!(version, 2);
    }
    assert_eq!(store.history(crate::office::id(0)).await.unwrap().len(), 2);
    store.close().await;
    check(folder.path()).await;
}

#[tokio::test]
async fn a_refusal_is_remembered_with_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let store = found(folder.path(), 10 * AMOUNT).await;
    enter(&store, 1).await;
    let first = store.execute(ask(VERIFIER, Some("early"), act(&store, 0, "verify", None))).await;
    assert_eq!(refusal(first).why.code(), "not_at_this_stage");
    store.execute(ask(CLERK, None, act(&store, 0, "submit", None))).await.unwrap();
    let again = store.execute(ask(VERIFIER, Some("early"), act(&store, 0, "verify", None))).await;
    assert_eq!(refusal(again).why.code(), "not_at_this_stage");
    store.execute(ask(VERIFIER, Some("in time"), act(&store, 0, "verify", None))).await.unwrap();
    store.close().await;
    check(folder.path()).await;
}

#[tokio::test]
async fn keys_are_each_persons_own_outlive_a_restart_and_fit_one_command() {
    let folder = tempfile::tempdir().unwrap();
    let store = found(folder.path(), 10 * AMOUNT).await;
    enter(&store, 2).await;
    store.execute(ask(CLERK, Some("k"), act(&store, 0, "submit", None))).await.unwrap();
    store.execute(ask(VERIFIER, Some("k"), act(&store, 0, "verify", None))).await.unwrap();
    store.close().await;
    let store = open(folder.path()).await;
    let Answer::Request { version, .. } =
        store.execute(ask(CLERK, Some("k"), act(&store, 0, "submit", None))).await.unwrap()
    else {
        panic!("no request")
    };
    assert_eq!(version, 2, "the answer of then, though the request has moved on");
    let mut other = ask(CLERK, Some("k"), act(&store, 1, "submit", None));
    if let Some(key) = &mut other.key {
        key.fingerprint = Digest([2; 32]);
    }
    assert!(matches!(store.execute(other).await, Err(ExecuteError::KeyReused)));
    store.close().await;
    check(folder.path()).await;
}

#[tokio::test]
async fn an_answer_is_forgotten_after_its_time_and_the_rules_still_stand() {
    let folder = tempfile::tempdir().unwrap();
    let store = found(folder.path(), 10 * AMOUNT).await;
    enter(&store, 1).await;
    store.execute(ask(CLERK, Some("k"), act(&store, 0, "submit", None))).await.unwrap();
    let before = crate::office::now() + jiff::SignedDuration::from_secs(1);
    store.execute(ask(CLERK, None, salur_store::job::Job::Forget { before })).await.unwrap();
    let again = store.execute(ask(CLERK, Some("k"), act(&store, 0, "submit", None))).await;
    assert_eq!(refusal(again).why.code(), "not_at_this_stage");
    store.close().await;
    check(folder.path()).await;
}

#[tokio::test]
async fn a_closed_office_is_whole_in_its_file_while_others_still_have_a_handle() {
    let folder = tempfile::tempdir().unwrap();
    let store = found(folder.path(), 10 * AMOUNT).await;
    enter(&store, 4).await;
    let handle = store.clone();
    store.close().await;
    if !salur_testbed::home::is_postgres() {
        // A copy of the file alone is a backup.
        let copy = tempfile::tempdir().unwrap();
        for name in ["office.db", "office.key"] {
            std::fs::copy(folder.path().join(name), copy.path().join(name)).unwrap();
        }
        assert_eq!(check(copy.path()).await.requests, 4);
    }
    let told = handle.execute(ask(CLERK, None, act(&handle, 0, "submit", None))).await;
    assert!(matches!(told, Err(ExecuteError::Store(_))), "a closed office takes nothing: {told:?}");
    open(folder.path()).await.close().await;
    assert_eq!(check(folder.path()).await.requests, 4);
}
