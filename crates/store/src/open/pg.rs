//! Opens a PostgreSQL database, which any number of servers may share.

use std::path::PathBuf;
use std::str::FromStr as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{Connection as _, Executor as _, Row as _};
use tokio::sync::{Notify, watch};

use super::{Office, Store, empty, key};
use crate::current::Current;
use crate::db::Db;
use crate::error::StoreError;
use crate::files::Files;
use crate::leases::Held;
use crate::listen;
use crate::postgres::{self, Fitness, Postgres};
use crate::writer::Writer;

/// Connections to read through.
const READERS: u32 = 10;
/// Connections for the little that is written beside the commit loop.
const ASIDE: u32 = 2;
/// How long a reader waits for a connection.
const ACQUIRING: Duration = Duration::from_secs(5);

/// Within a transaction that somebody left open, it began before this statement: such a connection is closed instead of
/// being lent again. It doubles as the check that the connection is alive.
const IS_FREE: &str = "select now() = statement_timestamp()";
/// Reads cannot write, and none may run long.
const READING: &str = "set client_min_messages = error; set default_transaction_read_only = on;
    set statement_timeout = '15s'; set idle_in_transaction_session_timeout = '5s'";
const ASIDE_SETTINGS: &str = "set client_min_messages = error; set statement_timeout = '30s';
    set idle_in_transaction_session_timeout = '5s'";

pub(super) async fn open(url: &str, office: Office) -> Result<Store, StoreError> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|error| StoreError::Unfit(format!("the database's address cannot be read: {error}")))?
        .application_name("salur");
    let mut connection = postgres::connect(&options).await?;
    if postgres::check_fit(&mut connection).await? == Fitness::Standby {
        let what = "PostgreSQL at this address is a standby, which takes no writes; name the primary";
        return Err(StoreError::Unfit(what.into()));
    }
    let side = pool(options.clone(), ASIDE, ASIDE_SETTINGS);
    sqlx::migrate!("../../migrations/postgres").run(&side).await?;
    let db = Db::Pg(pool(options.clone(), office.places.readers.unwrap_or(READERS), READING));
    let (pos, version, key_id): (i64, i64, Option<String>) =
        db.on().one("select pos, office, key_id from head where one = 1", ()).await?;
    let name = office.places.key.clone().unwrap_or_else(|| PathBuf::from("salur.key"));
    let vault = Arc::new(key::vault_of(&name, key_id.is_none())?);
    postgres::check_key(&mut connection, vault.key_id()).await?;
    if let Err(error) = postgres::make_ahead(&mut connection).await {
        // The batch that needs a year makes it.
        tracing::warn!(%error, "the coming year's partition could not be made ahead of time");
    }
    connection.close().await?;
    let files = match &office.places.files {
        Some(folder) => Files::folder(folder)?,
        None => Files::Table(side.clone()),
    };
    let current = Arc::new(Current::new(empty(&office)));
    current.load(&db, version).await?;
    let (position, watching) = watch::channel(pos);
    let position = Arc::new(position);
    let written = Arc::new(Notify::new());
    let backend = Postgres::new(options.clone(), Arc::clone(&current), Arc::clone(&written))?;
    let (writer, thread) = Writer::start(backend, Arc::clone(&position))?;
    tokio::spawn(listen::wake_others(side.clone(), written));
    tokio::spawn(postgres::keep_ahead(options.clone(), side.clone()));
    tokio::spawn(listen::listen(options, db.clone(), Arc::clone(&current), position));
    Ok(Store {
        db,
        vault,
        files,
        current,
        regions: office.regions,
        side: Some(side),
        held: Held::default(),
        migrates: Arc::default(),
        writer: Some(writer),
        thread: Arc::new(Mutex::new(Some(thread))),
        position: watching,
        lock: Arc::new(Mutex::new(None)),
    })
}

fn pool(options: PgConnectOptions, count: u32, settings: &'static str) -> PgPool {
    PgPoolOptions::new()
        .max_connections(count)
        .acquire_timeout(ACQUIRING)
        .max_lifetime(Duration::from_mins(10))
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            Box::pin(async move { connection.execute(settings).await.map(|_| ()) })
        })
        .before_acquire(|connection, _| {
            Box::pin(async move {
                let row = sqlx::raw_sql(IS_FREE).fetch_one(connection).await?;
                row.try_get(0)
            })
        })
        .connect_lazy_with(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn ask(pool: &PgPool, sql: &'static str) -> i32 {
        sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
    }

    #[tokio::test]
    async fn a_connection_left_in_a_transaction_is_not_lent_again() {
        const PID: &str = "select pg_backend_pid()";
        let database = salur_testbed::Database::fresh().unwrap();
        let options = PgConnectOptions::from_str(&database.url()).unwrap();
        for settings in [READING, ASIDE_SETTINGS] {
            let pool = pool(options.clone(), 1, settings);
            let clean = ask(&pool, PID).await;
            assert_eq!(ask(&pool, PID).await, clean, "a connection that is free is lent again");
            let mut left = pool.acquire().await.unwrap();
            // Past the program's own count of transactions, as one who hangs up between the two leaves it.
            sqlx::raw_sql("begin").execute(&mut *left).await.unwrap();
            drop(left);
            assert_ne!(ask(&pool, PID).await, clean);
            let sql = "select count(*)::int from pg_stat_activity
                where datname = current_database() and state like 'idle in transaction%'";
            assert_eq!(ask(&pool, sql).await, 0);
            pool.close().await;
        }
    }
}
