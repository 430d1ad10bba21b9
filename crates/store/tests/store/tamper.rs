//! Whoever changes stored bytes is found out.

use rusqlite::Connection;

use crate::office::{AMOUNT, CLERK, VERIFIER, act, check, enter, found, run};

async fn filled(folder: &std::path::Path) {
    let store = found(folder, 10 * AMOUNT).await;
    enter(&store, 3).await;
    for n in 0..3 {
        run(&store, CLERK, act(&store, n, "submit", None)).await.unwrap();
        run(&store, VERIFIER, act(&store, n, "verify", None)).await.unwrap();
    }
    store.close().await;
    check(folder).await;
}

#[tokio::test]
async fn events_cannot_be_changed_removed_or_replaced() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path()).await;
    let connection = Connection::open(folder.path().join("office.db")).unwrap();
    for sql in [
        "update event set actor = zeroblob(16) where pos = 3",
        "delete from event where pos = 3",
        "insert or replace into event select * from event where pos = 3",
        "insert into event select pos + 100, at, actor, for_whom, subject_kind, zeroblob(16), seq, kind, data, prev_hash, hash
         from event where pos = 3",
    ] {
        assert!(connection.execute(sql, []).is_err(), "{sql}");
    }
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
        let path = folder.path().join("office.db");
        let connection = Connection::open(&path).unwrap();
        connection.execute_batch("drop trigger event_never_changes; drop trigger event_never_goes;").unwrap();
        assert!(connection.execute(sql, []).unwrap() > 0, "{sql}");
        drop(connection);
        let report = salur_store::verify(&path).await.unwrap();
        assert_eq!(report.broken.map(|broken| broken.invariant), Some(invariant), "{sql}");
    }
}
