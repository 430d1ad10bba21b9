//! Whoever changes stored bytes is found out.

use std::path::Path;

use rusqlite::Connection;
use salur_core::decree::Signing;
use salur_core::{DecreeId, OrderId};
use salur_store::job::{Answer, Job};
use salur_testbed::home::is_postgres;
use uuid::Uuid;

use crate::office::{
    AMOUNT, CLERK, GOVERNOR, TREASURER, VERIFIER, act, address, check, enter, found, id, run, verify,
};

async fn filled(folder: &std::path::Path) {
    let store = found(folder, 10 * AMOUNT).await;
    enter(&store, 3).await;
    for n in 0..3 {
        run(&store, CLERK, act(&store, n, "submit", None)).await.unwrap();
        run(&store, VERIFIER, act(&store, n, "verify", None)).await.unwrap();
    }
    let decree = DecreeId(Uuid::from_u128(70));
    let draft = Job::DraftDecree {
        id: decree,
        scheme: "disaster".into(),
        year: 2026,
        requests: vec![id(0), id(1)],
        dry_run: false,
    };
    let Ok(Answer::Decree(draft, _)) = run(&store, VERIFIER, draft).await else { panic!("not drafted") };
    let signing =
        Signing { digest: draft.digest, number: "SK/1".into(), date: jiff::civil::date(2026, 11, 24) };
    run(&store, GOVERNOR, Job::SignDecree { id: decree, signing, assertion: None }).await.unwrap();
    let order = OrderId(Uuid::from_u128(71));
    run(&store, TREASURER, Job::DraftOrder { id: order, requests: vec![id(0), id(1)], dry_run: false })
        .await
        .unwrap();
    run(&store, TREASURER, Job::ExportOrder { id: order }).await.unwrap();
    store.close().await;
    check(folder).await;
}

/// Runs SQL past the program; the count of rows it changed, or why it was refused.
fn run_sql(folder: &Path, lite: &str, pg: &str) -> Result<usize, String> {
    if is_postgres() {
        // The last line is the count.
        let counted = format!("with done as ({pg} returning 1) select count(*) from done");
        let told = salur_testbed::home::run(&address(folder), &counted).map_err(|error| error.to_string())?;
        return told.trim().parse().map_err(|_| told);
    }
    let connection = Connection::open(folder.join("office.db")).unwrap();
    connection.execute(lite, []).map_err(|error| error.to_string())
}

#[tokio::test]
async fn events_cannot_be_changed_removed_or_replaced() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path()).await;
    let event =
        "at, actor, for_whom, subject_kind, %, seq, kind, data, prev_hash, hash from event where pos = 3";
    let copy = |pos: &str, subject: &str| format!("select {pos}, {}", event.replace('%', subject));
    let cases = [
        (
            "update event set actor = zeroblob(16) where pos = 3".to_owned(),
            "update event set actor = gen_random_uuid() where pos = 3".to_owned(),
        ),
        ("delete from event where pos = 3".into(), "delete from event where pos = 3".into()),
        (
            "insert or replace into event select * from event where pos = 3".into(),
            "insert into event select * from event where pos = 3".into(),
        ),
        (
            format!("insert into event {}", copy("pos + 100", "zeroblob(16)")),
            // On PostgreSQL positions are given under the lock of `head`; a copy of an event is no next event either.
            format!("insert into event {}", copy("year, pos", "subject_id")),
        ),
    ];
    for (lite, pg) in cases {
        assert!(run_sql(folder.path(), &lite, &pg).is_err(), "{lite}");
    }
    if is_postgres() {
        let address = address(folder.path());
        for table in ["event", "event_2026"] {
            assert!(salur_testbed::home::run(&address, &format!("truncate {table}")).is_err(), "{table}");
        }
    }
    check(folder.path()).await;
}

#[tokio::test]
async fn every_kind_of_tampering_is_named() {
    let cases = [
        ("update event set data = replace(data, '64.72', '64.71') where kind = 'entered'", "chain_unbroken"),
        ("update event set at = at + 1 where pos = 5", "chain_unbroken"),
        ("delete from event where pos = (select max(pos) from event)", "chain_complete"),
        ("delete from event where pos = 7", "chain_gap_free"),
        ("update request set state = replace(state, '2000000', '9000000')", "replay_equals_projection"),
        ("update request set stage = 'paid'", "columns_equal_state"),
        ("update budget_line set reserved = reserved - 1", "budget_equals_requests"),
        ("update stage_count set n = n + 1", "counters_equal_requests"),
        (
            "update definition set text = replace(text, 'min_persons = 4', 'min_persons = 3')",
            "definition_unchanged",
        ),
    ];
    for (sql, invariant) in cases {
        let folder = tempfile::tempdir().unwrap();
        filled(folder.path()).await;
        allow_changes(folder.path());
        let pg = sql.replace("at + 1", "at + interval '1 microsecond'");
        assert!(run_sql(folder.path(), sql, &pg).unwrap() > 0, "{sql}");
        let report = verify(folder.path()).await;
        assert_eq!(report.broken.map(|broken| broken.invariant), Some(invariant), "{sql}");
    }
}

/// Does what an administrator of the database could: the triggers go.
fn allow_changes(folder: &Path) {
    if is_postgres() {
        let sql = "drop trigger event_never_changes on event";
        salur_testbed::home::run(&address(folder), sql).unwrap();
        return;
    }
    let connection = Connection::open(folder.join("office.db")).unwrap();
    connection.execute_batch("drop trigger event_never_changes; drop trigger event_never_goes;").unwrap();
}
