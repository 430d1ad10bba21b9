//! Closed years leave the database for files of their own, which `verify` reads beside it. An archive is an SQLite
//! file with the table `event`, so that anybody can read it; what it holds is checked before anything is detached.

use std::path::Path;

use rusqlite::{Connection, params};
use salur_core::{Digest, PersonId};
use sqlx::{Connection as _, FromRow, PgPool};
use uuid::Uuid;

use crate::Store;
use crate::chain::{Link, link};
use crate::db::{Db, Ts};
use crate::error::{ExecuteError, StoreError};
use crate::job::{Ask, Job};
use crate::lists::digest;

/// What an archive holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archived {
    /// The year of its events, in UTC.
    pub year: i16,
    /// How many they are.
    pub events: u64,
    /// Position of the first.
    pub first: i64,
    /// Position of the last.
    pub last: i64,
    /// SHA-256 over the hashes of its events in order: noted in the chain, so that the file can be told from another.
    pub digest: Digest,
}

#[derive(FromRow)]
struct EventRow {
    pos: i64,
    at: Ts,
    actor: Uuid,
    for_whom: Option<Uuid>,
    subject_kind: String,
    subject_id: Uuid,
    seq: i32,
    kind: String,
    data: String,
    prev_hash: Vec<u8>,
    hash: Vec<u8>,
}

const OPEN: &str = "select count(*) from request r where not r.closed
    and exists (select 1 from event e where e.year = $1 and e.subject_id = r.id)";
const IS_OVER: &str = "select $1 < extract(year from now() at time zone 'UTC')::int";
const EVENTS: &str =
    "select pos, at, actor, for_whom, subject_kind, subject_id, seq, kind, data, prev_hash, hash
    from event where year = $1 and pos > $2 order by pos limit 2000";
const COUNT: &str = "select count(*) from event where year = $1";
const IS_NOTED: &str = "select exists (select 1 from event where subject_id = $1 and seq = 1)";
const TABLE: &str = "
    create table event (
        pos integer primary key, at integer not null, actor blob not null, for_whom blob, subject_kind text not null,
        subject_id blob not null, seq integer not null, kind text not null, data text not null,
        prev_hash blob not null, hash blob not null
    ) strict;";
const INDEX: &str = "create unique index event_subject on event (subject_id, seq)";
const INSERT: &str = "insert into event
    (pos, at, actor, for_whom, subject_kind, subject_id, seq, kind, data, prev_hash, hash)
    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";

impl Store {
    /// Moves the events of a year that is over into a file, notes it in the chain, and detaches the year's partition,
    /// which stays as the table `archived_event_YEAR` until somebody drops it. Refused while a request that has events
    /// in that year is still open.
    pub async fn archive(
        &self,
        year: i16,
        file: &Path,
        at: jiff::Timestamp,
    ) -> Result<Archived, ExecuteError> {
        let (Some(side), Db::Pg(_)) = (&self.side, &self.db) else {
            return Err(StoreError::Unfit("only PostgreSQL keeps its events by year".into()).into());
        };
        let (is_over,): (bool,) = self.db.on().one(IS_OVER, (i32::from(year),)).await?;
        if !is_over {
            return Err(StoreError::Unfit(format!("{year} is not over yet")).into());
        }
        let (open,): (i64,) = self.db.on().one(OPEN, (year,)).await?;
        if open > 0 {
            return Err(StoreError::Unfit(format!(
                "{open} requests with events in {year} are still open; their history must stay at hand"
            ))
            .into());
        }
        // A file that is there already is that of an attempt which was cut short: it goes on from there.
        let archived = if file.exists() { kept(file, year)? } else { self.copy(year, file).await? };
        let id = crate::chain::named_subject("archive", &archived.digest.to_string());
        let (is_noted,): (bool,) = self.db.on().one(IS_NOTED, (id,)).await?;
        if !is_noted {
            let (count,): (i64,) = self.db.on().one(COUNT, (year,)).await?;
            if u64::try_from(count) != Ok(archived.events) {
                let found =
                    format!("{} holds {} events of {year}, not {count}", file.display(), archived.events);
                return Err(StoreError::Unfit(found).into());
            }
            let job = Job::NoteArchive { id, archived: archived.clone() };
            self.execute(Ask { actor: PersonId(Uuid::nil()), for_whom: None, at, key: None, job }).await?;
        }
        detach(side, year).await?;
        Ok(archived)
    }

    async fn copy(&self, year: i16, file: &Path) -> Result<Archived, StoreError> {
        let part = file.with_extension("part");
        let _ = std::fs::remove_file(&part);
        let mut connection = Connection::open(&part)?;
        connection.execute_batch(TABLE)?;
        let mut after = 0;
        loop {
            let rows: Vec<EventRow> = self.db.all(EVENTS, (year, after)).await?;
            let Some(last) = rows.last() else { break };
            after = last.pos;
            let transaction = connection.transaction()?;
            for row in &rows {
                insert(&transaction, row)?;
            }
            transaction.commit()?;
        }
        connection.execute_batch(INDEX)?;
        let archived = read_back(&connection, year)?;
        connection.close().map_err(|(_, error)| StoreError::from(error))?;
        let unfit =
            |error: std::io::Error| StoreError::Unfit(format!("cannot keep {}: {error}", file.display()));
        std::fs::File::open(&part).and_then(|file| file.sync_all()).map_err(unfit)?;
        std::fs::rename(&part, file).map_err(unfit)?;
        Ok(archived)
    }
}

fn insert(transaction: &rusqlite::Transaction<'_>, row: &EventRow) -> Result<(), StoreError> {
    transaction.prepare_cached(INSERT)?.execute(params![
        row.pos,
        row.at.0,
        row.actor.as_bytes(),
        row.for_whom.as_ref().map(Uuid::as_bytes),
        row.subject_kind,
        row.subject_id.as_bytes(),
        row.seq,
        row.kind,
        row.data,
        row.prev_hash,
        row.hash,
    ])?;
    Ok(())
}

/// Reads an archive from its file again, and recomputes every hash in it.
fn read_back(connection: &Connection, year: i16) -> Result<Archived, StoreError> {
    use sha2::Digest as _;
    let mut statement = connection.prepare("select * from event order by pos")?;
    let mut rows = statement.query([])?;
    let mut over = sha2::Sha256::new();
    let mut archived = Archived { year, events: 0, first: 0, last: 0, digest: Digest::ZERO };
    while let Some(row) = rows.next()? {
        let text = |at: usize| row.get_ref(at)?.as_str().map_err(rusqlite::Error::from);
        let pos: i64 = row.get(0)?;
        let for_whom: Option<[u8; 16]> = row.get(3)?;
        let event = Link {
            at: row.get(1)?,
            actor: Uuid::from_bytes(row.get(2)?),
            for_whom: for_whom.map(Uuid::from_bytes),
            subject_kind: text(4)?,
            subject_id: Uuid::from_bytes(row.get(5)?),
            seq: row.get(6)?,
            kind: text(7)?,
            data: text(8)?,
        };
        let (prev, hash) = (digest(row.get(9)?)?, digest(row.get(10)?)?);
        if link(pos, &event, &prev) != hash {
            return Err(StoreError::inconsistent(
                "event",
                format!("position {pos} does not hash to what is stored"),
            ));
        }
        over.update(hash.0);
        archived.first = if archived.events == 0 { pos } else { archived.first };
        archived.last = pos;
        archived.events += 1;
    }
    if archived.events == 0 {
        return Err(StoreError::Unfit(format!("there are no events of {year}")));
    }
    archived.digest = Digest(over.finalize().into());
    Ok(archived)
}

/// What a file holds that an earlier attempt made.
fn kept(file: &Path, year: i16) -> Result<Archived, StoreError> {
    read_back(&Connection::open(file)?, year)
}

/// Takes a year's partition out of the table of events, without keeping readers or writers waiting: it waits for them,
/// however long they take. What an attempt that was cut short has left is finished.
async fn detach(side: &PgPool, year: i16) -> Result<(), StoreError> {
    let mut connection = side.acquire().await?.detach();
    sqlx::raw_sql("set statement_timeout = 0").execute(&mut connection).await?;
    let pending: Option<(bool,)> = sqlx::query_as(
        "select inhdetachpending from pg_inherits where inhrelid = to_regclass('event_' || $1) and
         inhparent = 'event'::regclass",
    )
    .bind(year.to_string())
    .fetch_optional(&mut connection)
    .await?;
    let how = match pending {
        Some((true,)) => Some("finalize"),
        Some((false,)) => Some("concurrently"),
        None => None,
    };
    // The year is a number: nothing of a user's is in these texts.
    if let Some(how) = how {
        let sql = format!("alter table event detach partition event_{year} {how}");
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await?;
    }
    let sql = format!("alter table if exists event_{year} rename to archived_event_{year}");
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}
