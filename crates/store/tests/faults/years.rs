//! A year's partition is made while others read and write.

use std::time::Duration;

use salur_store::Store;
use salur_store::job::{Ask, Entry, Job};
use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, Executor as _};
use tokio::time::{sleep, timeout};

use crate::home::{Home, version};
use crate::shared::{AMOUNT, CLERK, ask, entry};

const SOON: Duration = Duration::from_secs(5);
/// The years that have a partition.
const YEARS: &str =
    "select string_agg(substr(inhrelid::regclass::text, 7), ' ' order by inhrelid::regclass::text)
    from pg_inherits where inhparent = 'event'::regclass";

/// A request entered in another year: all its events are of that year.
fn entered(store: &Store, n: u64, year: i16) -> Ask {
    let at = format!("{year}-03-04T02:00:00Z").parse().unwrap();
    let job = Job::Enter(Box::new(Entry { year, ..entry(store, n) }));
    Ask { at, ..ask(CLERK, None, job) }
}

async fn connected(home: &Home) -> PgConnection {
    PgConnection::connect(&home.database().url()).await.unwrap()
}

fn years(home: &Home) -> Vec<i16> {
    let years = home.database().psql(YEARS).unwrap();
    years.split_whitespace().map(|year| year.parse().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_year_waits_for_nobody_who_reads() {
    let home = Home::new();
    let store = home.open().await;
    let now: i16 =
        home.database().psql("select extract(year from now() at time zone 'UTC')").unwrap().parse().unwrap();
    assert_eq!(years(&home), [now, now + 1], "made when the store is opened, before any event");
    crate::home::found(&store, &[(2024, 10 * AMOUNT), (2025, 10 * AMOUNT)]).await;
    let mut reader = connected(&home).await;
    reader.execute("begin isolation level repeatable read; select count(*) from event").await.unwrap();
    for (n, year) in [(0, 2024), (1, 2025), (2, 2024)] {
        let told = timeout(SOON, store.execute(entered(&store, n, year))).await;
        assert_eq!(version(told.expect("waited for a reader")), 1);
    }
    let waits = "select count(*) from pg_locks where locktype = 'relation' and not granted";
    assert_eq!(home.database().psql(waits).unwrap(), "0");
    reader.execute("rollback").await.unwrap();
    store.close().await;
    home.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_for_a_new_year_keeps_nobody_waiting() {
    let home = Home::new();
    let store = home.found(&[(2024, 10 * AMOUNT), (2026, 10 * AMOUNT)]).await;
    let other = home.open().await;
    // As another program holds the table that changes it.
    let mut changes = connected(&home).await;
    changes.execute("begin; lock table event in share update exclusive mode").await.unwrap();
    let (writes, asked) = (store.clone(), entered(&store, 0, 2024));
    let late = tokio::spawn(async move { writes.execute(asked).await });
    let until = tokio::time::Instant::now() + Duration::from_secs(3);
    for n in 1.. {
        let job = Job::Enter(Box::new(entry(&other, n)));
        let told = timeout(Duration::from_secs(1), other.execute(ask(CLERK, None, job))).await;
        assert_eq!(version(told.expect("waited for another year")), 1);
        if tokio::time::Instant::now() > until {
            break;
        }
        sleep(Duration::from_millis(20)).await;
    }
    assert!(!late.is_finished());
    changes.execute("commit").await.unwrap();
    assert_eq!(version(timeout(SOON, late).await.unwrap().unwrap()), 1);
    store.close().await;
    other.close().await;
    home.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_year_is_made_once_whoever_makes_it_and_whatever_was_left() {
    let home = Home::new();
    let servers = [home.open().await, home.open().await];
    crate::home::found(&servers[0], &[(2023, 10 * AMOUNT), (2024, 10 * AMOUNT), (2025, 10 * AMOUNT)]).await;
    let make = "select make_event_year(2030::smallint)";
    let mut makers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let mut connection = connected(&home).await;
        makers.spawn(
            async move { connection.execute(make).await.map(|_| ()).map_err(|error| error.to_string()) },
        );
    }
    assert!(makers.join_all().await.iter().all(Result::is_ok));
    let (one, other) = tokio::join!(
        servers[0].execute(entered(&servers[0], 0, 2024)),
        servers[1].execute(entered(&servers[1], 1, 2024)),
    );
    assert_eq!((version(one), version(other)), (1, 1));
    home.database().psql("create table event_2025 (like event including all)").unwrap();
    assert_eq!(version(servers[0].execute(entered(&servers[0], 2, 2025)).await), 1);
    // What it must never do: bring a table back that has events of its own.
    home.database().psql("create table event_2023 as select * from event where year = 2025").unwrap();
    assert!(servers[0].execute(entered(&servers[0], 3, 2023)).await.is_err());

    let parts = "select count(*) from pg_partition_tree('event') where isleaf";
    let parts = home.database().psql(parts).unwrap();
    assert_eq!(parts, years(&home).len().to_string());
    for index in ["event_pkey", "event_subject_id_seq_year_key"] {
        let of_parts = format!("select count(*) from pg_partition_tree('{index}') where isleaf");
        assert_eq!(home.database().psql(&of_parts).unwrap(), parts, "{index}");
    }
    let checks =
        "select count(*) from pg_constraint where contype = 'c' and conrelid::regclass::text ~ '^event'";
    assert_eq!(home.database().psql(checks).unwrap(), "0", "a check that every event would be tested by");
    for sql in
        ["update event_2025 set seq = 9", "delete from event_2025", "truncate event_2025", "truncate event"]
    {
        assert!(home.database().psql(sql).is_err(), "{sql}");
    }
    for store in servers {
        store.close().await;
    }
    home.database().psql("drop table event_2023").unwrap();
    home.check().await;
}
