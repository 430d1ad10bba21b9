//! Connections fit to write, and the ends of a transaction.

use salur_core::Digest;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, FromRow};

use super::outcome::Failure;
use crate::error::StoreError;
use crate::lists::digest;

/// The one row that is locked first.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) pos: i64,
    pub(super) hash: Digest,
    /// Counts changes of people, definitions and sessions.
    pub(super) office: i64,
}

#[derive(FromRow)]
struct HeadRow {
    pos: i64,
    hash: Vec<u8>,
    office: i64,
}

/// A statement is planned once, for any number of values; it looks up by key, so that a table that was small when it was
/// planned must not be read whole once it has grown. A server that hangs must not hold `head` for long, and one that
/// waits for it must not wait for ever. Only the client's side limits a commit: ended by
/// the database, a commit that waits for a standby is told as done.
const SETTINGS: &str =
    "set plan_cache_mode = force_generic_plan; set enable_seqscan = off;
    set enable_hashjoin = off; set enable_mergejoin = off; set jit = off; set default_transaction_isolation = 'read committed';
    set idle_in_transaction_session_timeout = '60s'; set statement_timeout = 0; set lock_timeout = '60s';
    set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3;
    set client_connection_check_interval = '5s'";
/// In one round trip: the statements share it, and `head` is read only once its lock is held.
const BEGIN: &str = "begin; select pos, hash, office from head where one = 1 for update";
/// The same, with every statement planned anew.
const BEGIN_ANEW: &str = "discard plans; begin; select pos, hash, office from head where one = 1 for update";
const HAS: &str = "select exists (select 1 from event where pos = $1 and hash = $2)";
const FIT: &str =
    "select current_setting('fsync'), current_setting('synchronous_commit'), pg_is_in_recovery(),
    current_setting('server_encoding')";

/// Opens a connection to write through.
pub(crate) async fn connect(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    let mut connection = options.connect().await?;
    sqlx::raw_sql(SETTINGS).execute(&mut connection).await?;
    Ok(connection)
}

/// What a fit database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fitness {
    /// It takes writes.
    Primary,
    /// It follows another one.
    Standby,
}

/// Refuses a database that would lose what it acknowledged.
pub(crate) async fn check_fit(connection: &mut PgConnection) -> Result<Fitness, StoreError> {
    let (fsync, commit, is_standby, encoding): (String, String, bool, String) =
        sqlx::query_as(FIT).fetch_one(connection).await?;
    if is_standby {
        // Its settings count once it is the primary.
        return Ok(Fitness::Standby);
    }
    let unfit = |what: String| Err(StoreError::Unfit(format!("PostgreSQL {what}")));
    if fsync != "on" {
        return unfit("runs with fsync = off, and would lose what was acknowledged".into());
    }
    if !["on", "remote_apply"].contains(&commit.as_str()) {
        return unfit(format!("runs with synchronous_commit = {commit}; on or remote_apply is needed"));
    }
    if encoding != "UTF8" {
        return unfit(format!("keeps texts as {encoding}; create the database with encoding UTF8"));
    }
    Ok(Fitness::Primary)
}

/// Refuses a database whose data were sealed with another key.
pub(crate) async fn check_key(connection: &mut PgConnection, key_id: &str) -> Result<(), StoreError> {
    let (known,): (String,) =
        sqlx::query_as("update head set key_id = coalesce(key_id, $1) where one = 1 returning key_id")
            .bind(key_id)
            .fetch_one(connection)
            .await?;
    if known == key_id {
        return Ok(());
    }
    Err(StoreError::Key(format!("the data were sealed with key {known}, this key is {key_id}")))
}

pub(super) async fn begin(connection: &mut PgConnection, plans_anew: bool) -> Result<Head, Failure> {
    let sql = if plans_anew { BEGIN_ANEW } else { BEGIN };
    let rows = sqlx::raw_sql(sql).fetch_all(connection).await?;
    let row = rows.first().ok_or(sqlx::Error::RowNotFound)?;
    let row = HeadRow::from_row(row)?;
    Ok(Head { pos: row.pos, hash: digest(row.hash)?, office: row.office })
}

/// Writes without a change, so that the commit has something to wait for.
pub(super) async fn touch(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("update head set pos = pos where one = 1").execute(connection).await?;
    Ok(())
}

pub(super) async fn commit(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::raw_sql("commit").execute(connection).await?;
    Ok(())
}

pub(super) async fn rollback(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::raw_sql("rollback").execute(connection).await?;
    Ok(())
}

/// True if the chain has this event.
pub(super) async fn has_event(
    connection: &mut PgConnection,
    pos: i64,
    hash: Digest,
) -> Result<bool, sqlx::Error> {
    let query = sqlx::query_as(HAS).bind(pos).bind(hash.0);
    let (is_there,): (bool,) = query.fetch_one(connection).await?;
    Ok(is_there)
}
