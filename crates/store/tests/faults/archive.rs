//! A closed year leaves the database, and is missed where it is not shown.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use salur_core::PersonId;
use salur_store::job::{Ask, Entry, Job};
use salur_store::{ExecuteError, Store, StoreError};

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

    // The office works on, and its chain with it.
    done_at(&store, "2026-11-24T03:00:00Z", CLERK, act(&store, 100, "submit", None)).await;
    assert!(store.request(id(0)).await.unwrap().unwrap().request.closed);
    store.close().await;
    assert_eq!(broken(&home, &[file]).await, None);
}
