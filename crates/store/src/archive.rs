//! Closed years leave the database for files of their own, which `verify` reads beside it. An archive is an SQLite
//! file with the table `event`, so that anybody can read it; what it holds is compared with the partition before
//! anything is detached.

mod file;

use std::path::Path;

use salur_core::request::Request;
use salur_core::{Digest, PersonId};
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::Store;
use crate::chain::named_subject;
use crate::db::On;
use crate::error::{ExecuteError, StoreError};
use crate::job::{Ask, Job};
use crate::lists::digest;
use crate::requests::Told;

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

impl Archived {
    /// Nothing yet.
    fn empty(year: i16) -> Archived {
        Archived { year, events: 0, first: 0, last: 0, digest: Digest::ZERO }
    }

    /// One more event, the next by position.
    fn count(&mut self, pos: i64) {
        self.first = if self.events == 0 { pos } else { self.first };
        self.last = pos;
        self.events += 1;
    }
}

impl std::fmt::Display for Archived {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Archived { year, events, first, last, digest } = self;
        write!(f, "{events} events of {year}, positions {first} to {last}, digest {digest}")
    }
}

/// Reading a year takes longer than any reader may, and detaching it waits for those who read it now.
const UNLIMITED: &str = "set statement_timeout = 0; set lock_timeout = 0;
    set default_transaction_isolation = 'read committed'";
/// Answers are kept for thirty days under their keys, and a command that is sent again is answered from its events.
const IS_OVER: &str = "select now() >= ends, now() >= ends + interval '31 days'
    from make_timestamptz($1::int + 1, 1, 1, 0, 0, 0, 'UTC') as ends";
const OPEN: &str = "select count(*) from request r where not r.closed
    and exists (select 1 from event e where e.year = $1 and e.subject_id = r.id)";
const CLOSE: &str = "select close_event_year($1)";
const HASHES: &str = "select pos, hash from event where year = $1 and pos > $2 order by pos limit 10000";
const IS_NOTED: &str = "select exists (select 1 from event where subject_id = $1 and seq = 1)";
const IS_PENDING: &str = "select inhdetachpending from pg_inherits
    where inhrelid = to_regclass('event_' || $1) and inhparent = 'event'::regclass";

/// How many of a request's events are not in its history as the database has it: their years are in archives.
#[must_use]
pub fn archived_events(request: &Request, history: &[Told]) -> u32 {
    let last = history.last().map_or(0, |told| told.entry.seq).max(request.version);
    last.saturating_sub(u32::try_from(history.len()).unwrap_or(u32::MAX))
}

impl Store {
    /// Moves the events of a year that is over into a file, notes it in the chain, and detaches the year's partition,
    /// which stays as the table `archived_event_YEAR` until somebody drops it. Refused while a request that has events
    /// in that year is still open, and while one of that year's commands may be sent again. A file that is there
    /// already is that of an attempt which was cut short: it goes on from there.
    pub async fn archive(
        &self,
        year: i16,
        file: &Path,
        at: jiff::Timestamp,
    ) -> Result<Archived, ExecuteError> {
        let Some(side) = &self.side else {
            return Err(StoreError::Unfit("only PostgreSQL keeps its events by year".into()).into());
        };
        let mut connection = side.acquire().await.map_err(StoreError::from)?.detach();
        sqlx::raw_sql(UNLIMITED).execute(&mut connection).await.map_err(StoreError::from)?;
        let archived = self.archive_on(&mut connection, year, file, at).await?;
        connection.close().await.map_err(StoreError::from)?;
        Ok(archived)
    }

    async fn archive_on(
        &self,
        connection: &mut PgConnection,
        year: i16,
        file: &Path,
        at: jiff::Timestamp,
    ) -> Result<Archived, ExecuteError> {
        refuse_early(connection, year).await?;
        refuse_open(connection, year).await?;
        // From here on nothing is added to the year, so that what is copied and compared is all there will be.
        sqlx::query(CLOSE).bind(year).execute(&mut *connection).await.map_err(StoreError::from)?;
        refuse_open(connection, year).await?;
        let archived =
            if file.exists() { file::kept(file, year)? } else { file::copy(connection, year, file).await? };
        file::keep_name(file)?;
        let id = named_subject("archive", &format!("{year} {}", archived.digest));
        let (is_noted,): (bool,) = On::PgOne(connection).one(IS_NOTED, (id,)).await?;
        if !is_noted {
            let held = held(connection, year).await?;
            if held != archived {
                let found = format!("{} holds {archived}; the database holds {held}", file.display());
                return Err(StoreError::Unfit(found).into());
            }
            let job = Job::NoteArchive { id, archived: archived.clone() };
            self.execute(Ask { actor: PersonId(Uuid::nil()), for_whom: None, at, key: None, job }).await?;
        }
        detach(connection, year).await?;
        Ok(archived)
    }
}

/// Refuses a year that is not over, or only just.
async fn refuse_early(connection: &mut PgConnection, year: i16) -> Result<(), StoreError> {
    let (is_over, is_settled): (bool, bool) = On::PgOne(connection).one(IS_OVER, (i32::from(year),)).await?;
    if !is_over {
        return Err(StoreError::Unfit(format!("{year} is not over yet")));
    }
    if !is_settled {
        return Err(StoreError::Unfit(format!(
            "{year} has been over for less than 31 days: its last commands may still be sent again"
        )));
    }
    Ok(())
}

/// Refuses a year while the history of an open request is in it.
async fn refuse_open(connection: &mut PgConnection, year: i16) -> Result<(), StoreError> {
    let (open,): (i64,) = On::PgOne(connection).one(OPEN, (year,)).await?;
    if open > 0 {
        return Err(StoreError::Unfit(format!(
            "{open} requests with events in {year} are still open; their history must stay at hand"
        )));
    }
    Ok(())
}

/// What the database holds of a year.
async fn held(connection: &mut PgConnection, year: i16) -> Result<Archived, StoreError> {
    use sha2::Digest as _;
    let mut over = sha2::Sha256::new();
    let mut held = Archived::empty(year);
    loop {
        // A position below the first one there is: none has been counted yet.
        let after = if held.events == 0 { i64::MIN } else { held.last };
        let rows: Vec<(i64, Vec<u8>)> = On::PgOne(connection).all(HASHES, (year, after)).await?;
        if rows.is_empty() {
            break;
        }
        for (pos, hash) in rows {
            over.update(digest(hash)?.0);
            held.count(pos);
        }
    }
    held.digest = Digest(over.finalize().into());
    Ok(held)
}

/// Takes a year's partition out of the table of events, without keeping readers or writers waiting: it waits for them,
/// however long they take. What an attempt that was cut short has left is finished.
async fn detach(connection: &mut PgConnection, year: i16) -> Result<(), StoreError> {
    let pending: Option<(bool,)> = On::PgOne(connection).maybe(IS_PENDING, (year.to_string(),)).await?;
    let how = match pending {
        Some((true,)) => Some("finalize"),
        Some((false,)) => Some("concurrently"),
        None => None,
    };
    // The year is a number: nothing of a user's is in these texts.
    if let Some(how) = how {
        let sql = format!("alter table event detach partition event_{year} {how}");
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut *connection).await?;
    }
    let sql = format!("alter table if exists event_{year} rename to archived_event_{year}");
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut *connection).await?;
    Ok(())
}
