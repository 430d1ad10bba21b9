//! A closed year leaves the database, and is missed where it is not shown.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use salur_core::PersonId;
use salur_store::chain::{Link, link};
use salur_store::job::{Ask, Entry, Job};
use salur_store::{ExecuteError, Store, StoreError, archived_events};
use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, Executor as _};
use uuid::Uuid;

use crate::home::Home;
use crate::shared::{AMOUNT, CLERK, VERIFIER, act, ask, entry, founding, id};

const CLOSED: u64 = 20;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

async fn done_at(store: &Store, time: &str, actor: PersonId, job: Job) {
    store.execute(Ask { at: at(time), ..ask(actor, None, job) }).await.unwrap();
}

/// Requests of 2024, the last of which is closed in 2026, and some of 2026.
async fn filled(home: &Home) -> Store {
    let store = home.open().await;
    let Job::Found(mut office) = founding(&[(2024, 100 * AMOUNT), (2026, 100 * AMOUNT)]) else { panic!() };
    office.at = at("2024-01-08T02:00:00Z");
    done_at(&store, "2024-01-08T02:00:00Z", CLERK, Job::Found(office)).await;
    for n in 0..=CLOSED {
        let job = Job::Enter(Box::new(Entry { year: 2024, ..entry(&store, n) }));
        done_at(&store, "2024-03-04T02:00:00Z", CLERK, job).await;
        done_at(&store, "2024-03-05T02:00:00Z", CLERK, act(&store, n, "submit", None)).await;
        if n < CLOSED {
            let (actor, action) = if n % 2 == 0 { (CLERK, "withdraw") } else { (VERIFIER, "reject") };
            done_at(&store, "2024-03-06T02:00:00Z", actor, act(&store, n, action, None)).await;
        }
    }
    for n in 100..110 {
        done_at(&store, "2026-02-02T02:00:00Z", CLERK, Job::Enter(Box::new(entry(&store, n)))).await;
    }
    store
}

fn unfit(told: Result<salur_store::Archived, ExecuteError>) -> String {
    match told {
        Err(ExecuteError::Store(StoreError::Unfit(why))) => why,
        other => panic!("archived: {other:?}"),
    }
}

async fn broken(home: &Home, archives: &[PathBuf]) -> Option<&'static str> {
    let url = home.database().url();
    let report = salur_store::verify(&url, Some(&home.key()), archives).await.unwrap();
    report.broken.map(|broken| broken.invariant)
}

/// Changes one byte of what an event says, as the file's owner could.
fn tamper(file: &Path, copy: &Path) {
    std::fs::copy(file, copy).unwrap();
    let connection = rusqlite::Connection::open(copy).unwrap();
    let sql = "update event set data = replace(data, '64.72', '64.71')
        where pos = (select min(pos) from event where kind = 'entered')";
    assert_eq!(connection.execute(sql, []).unwrap(), 1);
}

/// How many events the history of a request has, and how many it is said to lack.
async fn missing(store: &Store, n: u64) -> (usize, u32) {
    let history = store.history(id(n)).await.unwrap();
    let request = store.request(id(n)).await.unwrap().unwrap().request;
    (history.len(), archived_events(&request, &history))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_year_is_moved_to_a_file_and_checked_with_it() {
    let home = Home::new();
    let store = filled(&home).await;
    let file = home.folder().join("2024.archive");
    let now = at("2026-11-24T02:00:00Z");
    assert!(unfit(store.archive(2024, &file, now).await).contains("still open"));
    done_at(&store, "2026-02-03T02:00:00Z", CLERK, act(&store, CLOSED, "withdraw", None)).await;
    assert_eq!(broken(&home, &[]).await, None);
    assert!(unfit(store.archive(2026, &file, now).await).contains("not over"));
    assert!(unfit(store.archive(2025, &file, now).await).contains("no events of 2025"));
    assert!(!file.exists(), "what is refused leaves no archive");

    let archived = store.archive(2024, &file, now).await.unwrap();
    let of_requests = CLOSED * 3 + 2;
    assert!(archived.year == 2024 && archived.events > of_requests && archived.first == 1, "{archived:?}");
    let sql = "select count(*) from pg_inherits where inhparent = 'event'::regclass
        and inhrelid::regclass::text like '%2024'";
    assert_eq!(home.database().psql(sql).unwrap(), "0", "the partition is still attached");
    let sql = "select count(*) from archived_event_2024";
    assert_eq!(home.database().psql(sql).unwrap(), archived.events.to_string());
    assert_eq!(broken(&home, &[]).await, Some("chain_gap_free"));
    assert_eq!(broken(&home, std::slice::from_ref(&file)).await, None);
    let forged = home.folder().join("forged.archive");
    tamper(&file, &forged);
    assert_eq!(broken(&home, &[forged]).await, Some("chain_unbroken"));

    assert_eq!(
        missing(&store, 0).await,
        (0, 3),
        "a history that is archived does not look as if there were none"
    );
    assert_eq!(missing(&store, CLOSED).await, (1, 2));
    assert_eq!(missing(&store, 100).await, (1, 0));

    // The office works on, and its chain with it.
    done_at(&store, "2026-11-24T03:00:00Z", CLERK, act(&store, 100, "submit", None)).await;
    assert!(store.request(id(0)).await.unwrap().unwrap().request.closed);
    store.close().await;
    assert_eq!(broken(&home, &[file]).await, None);
}

type Row = (i64, i64, Uuid, Option<Uuid>, String, Uuid, i32, String, String, Vec<u8>, Vec<u8>);

/// The events of 2024 in a file, as an attempt that was cut short leaves them, but for what is done to the last one.
/// Every event in it hashes to what is stored.
async fn cut_short(home: &Home, name: &str, change: impl FnOnce(&mut Row)) -> PathBuf {
    let mut database = PgConnection::connect(&home.database().url()).await.unwrap();
    let sql = "select pos, (extract(epoch from at) * 1000000)::bigint, actor, for_whom, subject_kind, subject_id, seq,
        kind, data, prev_hash, hash from event where year = 2024 order by pos";
    let mut rows: Vec<Row> = sqlx::query_as(sql).fetch_all(&mut database).await.unwrap();
    let last = rows.last_mut().unwrap();
    change(last);
    let event = Link {
        at: last.1,
        actor: last.2,
        for_whom: last.3,
        subject_kind: &last.4,
        subject_id: last.5,
        seq: last.6.try_into().unwrap(),
        kind: &last.7,
        data: &last.8,
    };
    let prev = salur_core::Digest(last.9.clone().try_into().unwrap());
    last.10 = link(last.0, &event, &prev).0.to_vec();
    let file = home.folder().join(name);
    let kept = rusqlite::Connection::open(&file).unwrap();
    kept.execute_batch("create table event (pos integer primary key, at, actor, for_whom, subject_kind, subject_id, seq, kind, data, prev_hash, hash)").unwrap();
    for row in rows {
        let values = rusqlite::params![
            row.0,
            row.1,
            row.2.as_bytes(),
            row.3.as_ref().map(Uuid::as_bytes),
            row.4,
            row.5.as_bytes(),
            row.6,
            row.7,
            row.8,
            row.9,
            row.10
        ];
        kept.execute("insert into event values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)", values)
            .unwrap();
    }
    file
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_what_the_database_holds_is_refused() {
    let home = Home::new();
    let store = filled(&home).await;
    done_at(&store, "2026-02-03T02:00:00Z", CLERK, act(&store, CLOSED, "withdraw", None)).await;
    let now = at("2026-11-24T02:00:00Z");
    let other_year = cut_short(&home, "other-year", |row| row.1 = now.as_microsecond()).await;
    let told = unfit(store.archive(2024, &other_year, now).await);
    assert!(
        told.contains("other-year: the event at position") && told.contains("is of 2026, not of 2024"),
        "{told}"
    );
    let forged = cut_short(&home, "forged", |row| row.8.push(' ')).await;
    let told = unfit(store.archive(2024, &forged, now).await);
    assert!(told.contains("forged holds") && told.contains("the database holds"), "{told}");
    let shorter = cut_short(&home, "shorter", |_| {}).await;
    let sql = "delete from event where pos = (select max(pos) from event)";
    rusqlite::Connection::open(&shorter).unwrap().execute(sql, []).unwrap();
    assert!(unfit(store.archive(2024, &shorter, now).await).contains("shorter holds"));
    std::fs::write(home.folder().join("nonsense"), "nonsense, long enough to be read as a database").unwrap();
    assert!(unfit(store.archive(2024, &home.folder().join("nonsense"), now).await).contains("nonsense: "));

    let sql = "select count(*) from event where kind = 'year_archived'";
    assert_eq!(home.database().psql(sql).unwrap(), "0", "noted, though it was refused");
    let whole = cut_short(&home, "whole", |_| {}).await;
    store.archive(2024, &whole, now).await.unwrap();
    // Asked once more, it is as it was.
    store.archive(2024, &whole, now).await.unwrap();
    assert_eq!(home.database().psql(sql).unwrap(), "1");
    store.close().await;
    assert_eq!(broken(&home, &[whole]).await, None);
}

async fn refused_late(store: &Store, n: u64) -> String {
    let job = Job::Enter(Box::new(Entry { year: 2024, ..entry(store, n) }));
    match store.execute(Ask { at: at("2024-12-31T02:00:00Z"), ..ask(CLERK, None, job) }).await {
        Err(ExecuteError::Store(StoreError::Read(error))) => error.to_string(),
        other => panic!("taken: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_slips_into_a_year_that_is_being_archived() {
    let home = Home::new();
    let store = filled(&home).await;
    done_at(&store, "2026-02-03T02:00:00Z", CLERK, act(&store, CLOSED, "withdraw", None)).await;
    let (file, now) = (home.folder().join("2024.archive"), at("2026-11-24T02:00:00Z"));
    // A writer of that year is waited for, and so is the reader that keeps its partition from being detached.
    let mut writer = PgConnection::connect(&home.database().url()).await.unwrap();
    let late = "begin; insert into event select 2024, 1000000, at, actor, for_whom, subject_kind, subject_id, 1000000, kind,
        data, prev_hash, hash from event where pos = 1";
    writer.execute(late).await.unwrap();
    let mut reader = PgConnection::connect(&home.database().url()).await.unwrap();
    reader.execute("begin isolation level repeatable read; select count(*) from event").await.unwrap();
    let (archives, to) = (store.clone(), file.clone());
    let archiving = tokio::spawn(async move { archives.archive(2024, &to, now).await });
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert!(!archiving.is_finished() && !file.exists(), "copied while somebody writes");
    writer.execute("rollback").await.unwrap();
    let noted = "select count(*) from event where kind = 'year_archived'";
    while home.database().psql(noted).unwrap() == "0" {
        assert!(!archiving.is_finished());
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    // Counted and noted, and not detached yet.
    assert!(!archiving.is_finished());
    let told = refused_late(&store, 50).await;
    assert!(told.contains("closed") || told.contains("archived"), "{told}");
    done_at(&store, "2026-11-24T03:00:00Z", CLERK, act(&store, 100, "submit", None)).await;
    // A year that is still to be made waits for neither.
    let job = Job::Enter(Box::new(entry(&store, 60)));
    done_at(&store, "2025-03-03T02:00:00Z", CLERK, job).await;
    assert!(!archiving.is_finished());
    reader.execute("commit").await.unwrap();
    archiving.await.unwrap().unwrap();
    assert!(refused_late(&store, 51).await.contains("archived"));
    done_at(&store, "2026-11-24T04:00:00Z", CLERK, act(&store, 101, "submit", None)).await;
    store.close().await;
    assert_eq!(broken(&home, &[file]).await, None);
}
