//! The file of an archive: written, read back, and kept where a power cut leaves it.

use std::fs::File;
use std::path::Path;

use rusqlite::{Connection, OpenFlags, params};
use salur_core::Digest;
use sqlx::FromRow;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::Archived;
use crate::chain::{Link, link};
use crate::db::{On, Ts};
use crate::error::StoreError;
use crate::lists::digest;
use crate::postgres::year_of;

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

const EVENTS: &str =
    "select pos, at, actor, for_whom, subject_kind, subject_id, seq, kind, data, prev_hash, hash
    from event where year = $1 and pos > $2 order by pos limit 2000";
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
const READ: &str =
    "select pos, at, actor, for_whom, subject_kind, subject_id, seq, kind, data, prev_hash, hash
    from event order by pos";

/// Copies a year's events into a file, which has its name only once it is whole and was read back.
pub(super) async fn copy(
    connection: &mut PgConnection,
    year: i16,
    file: &Path,
) -> Result<Archived, StoreError> {
    let part = file.with_extension("part");
    let _ = std::fs::remove_file(&part);
    let mut copied = Connection::open(&part)?;
    copied.execute_batch(TABLE)?;
    let mut after = 0;
    loop {
        let rows: Vec<EventRow> = On::PgOne(connection).all(EVENTS, (year, after)).await?;
        let Some(last) = rows.last() else { break };
        after = last.pos;
        let transaction = copied.transaction()?;
        for row in &rows {
            insert(&transaction, row)?;
        }
        transaction.commit()?;
    }
    copied.execute_batch(INDEX)?;
    let archived = read_back(&copied, &part, year)?;
    copied.close().map_err(|(_, error)| StoreError::from(error))?;
    File::open(&part).and_then(|part| part.sync_all()).map_err(|error| unfit(file, error))?;
    std::fs::rename(&part, file).map_err(|error| unfit(file, error))?;
    Ok(archived)
}

/// What a file holds that an earlier attempt made.
pub(super) fn kept(file: &Path, year: i16) -> Result<Archived, StoreError> {
    let read =
        || read_back(&Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?, file, year);
    // "Failed to write the database" would be of another one.
    read().map_err(|error| if let StoreError::Write(error) = error { unfit(file, error) } else { error })
}

/// A file has its name for good only once its folder is on the disk too.
pub(super) fn keep_name(file: &Path) -> Result<(), StoreError> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| unfit(folder, error))
}

fn unfit(file: &Path, what: impl std::fmt::Display) -> StoreError {
    StoreError::Unfit(format!("{}: {what}", file.display()))
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

/// Reads an archive from its file: every event must be of the year, and hash to what is stored.
fn read_back(connection: &Connection, file: &Path, year: i16) -> Result<Archived, StoreError> {
    use sha2::Digest as _;
    let mut statement = connection.prepare(READ)?;
    let mut rows = statement.query([])?;
    let mut over = sha2::Sha256::new();
    let mut archived = Archived::empty(year);
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
        let found = year_of(event.at)?;
        if found != year {
            return Err(unfit(file, format!("the event at position {pos} is of {found}, not of {year}")));
        }
        let (prev, hash) = (digest(row.get(9)?)?, digest(row.get(10)?)?);
        if link(pos, &event, &prev) != hash {
            return Err(unfit(file, format!("the event at position {pos} does not hash to what is stored")));
        }
        over.update(hash.0);
        archived.count(pos);
    }
    if archived.events == 0 {
        return Err(StoreError::Unfit(format!("there are no events of {year}")));
    }
    archived.digest = Digest(over.finalize().into());
    Ok(archived)
}
