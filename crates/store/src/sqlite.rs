//! The write path on SQLite: one connection on a thread of its own, prepared statements row by row. The statements
//! differ from PostgreSQL's anyway; everything that can be shared is in `batch`.

mod found;
mod load;
mod write;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};
use salur_core::Digest;
use salur_core::world::World;

use crate::batch::{Batch, Told};
use crate::error::{ExecuteError, StoreError};
use crate::job::Ask;

pub(crate) use found::{load_sessions, load_world};

/// Opens the one connection that writes, its settings read back.
pub(crate) fn open(path: &std::path::Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    connection.set_prepared_statement_cache_capacity(128);
    for (pragma, value) in SETTINGS {
        connection.pragma_update(None, pragma, value)?;
    }
    for (pragma, value) in SETTINGS {
        let found: String = connection.pragma_query_value(None, pragma, |row| {
            let value = row.get_ref(0)?;
            value.as_i64().map_or_else(|_| Ok(value.as_str()?.to_owned()), |number| Ok(number.to_string()))
        })?;
        if found != *value {
            return Err(StoreError::Unfit(format!("SQLite keeps {pragma} = {found}; {value} is needed")));
        }
    }
    Ok(connection)
}

/// Durable through power loss (WAL with synchronous FULL), append-only triggers that REPLACE cannot pass, and no
/// code in the schema.
const SETTINGS: &[(&str, &str)] = &[
    ("journal_mode", "wal"),
    ("synchronous", "2"),
    ("foreign_keys", "1"),
    ("recursive_triggers", "1"),
    ("trusted_schema", "0"),
    ("busy_timeout", "5000"),
    ("cache_size", "-32000"),
    ("cache_spill", "0"),
];

/// Decides a batch and commits it: what is told here is durable once this returns.
pub(crate) fn commit(
    connection: &mut Connection,
    world: &World,
    asks: Vec<Ask>,
) -> Result<(Vec<Told>, i64), StoreError> {
    let needs = load::Needs::of(world, &asks);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let (pos, hash) = head(&transaction)?;
    let loaded = load::load(&transaction, needs, &asks)?;
    let mut batch = Batch::new(world, loaded);
    let mut told = Vec::with_capacity(asks.len());
    for ask in asks {
        match batch.decide(ask) {
            Err(ExecuteError::Store(error)) => return Err(error),
            answer => told.push(answer),
        }
    }
    let (changes, books) = batch.into_changes();
    if changes.is_empty() {
        transaction.rollback()?;
        return Ok((told, pos));
    }
    let pos = write::write(&transaction, world, &changes, &books, pos, hash)?;
    transaction.commit()?;
    Ok((told, pos))
}

fn head(transaction: &Transaction<'_>) -> Result<(i64, Digest), StoreError> {
    let mut statement = transaction.prepare_cached("select pos, hash from head where one = 1")?;
    Ok(statement.query_row([], |row| Ok((row.get(0)?, Digest(row.get(1)?))))?)
}

/// The position of the last event.
pub(crate) fn position(connection: &mut Connection) -> Result<i64, StoreError> {
    Ok(connection.query_row("select pos from head where one = 1", [], |row| row.get(0))?)
}

/// Refuses a database whose data were sealed with another key.
pub(crate) fn check_key(connection: &Connection, key_id: &str) -> Result<(), StoreError> {
    let other: Option<String> = connection
        .query_row("select key_id from recipient where key_id <> ?1 limit 1", [key_id], |row| row.get(0))
        .optional()?;
    match other {
        None => Ok(()),
        Some(other) => {
            Err(StoreError::Key(format!("the data were sealed with key {other}, this key is {key_id}")))
        }
    }
}
