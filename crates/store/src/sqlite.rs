//! The write path on SQLite: one connection on a thread of its own, prepared statements row by row. The statements
//! differ from PostgreSQL's anyway; everything that can be shared is in `batch`.

mod access;
mod found;
mod load;
mod office;
mod visits;
mod write;

use std::sync::Arc;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use salur_core::Digest;
use tokio::runtime::Handle;

use crate::batch::{Batch, Needs};
use crate::current::Current;
use crate::db::Db;
use crate::error::StoreError;
use crate::job::Ask;
use crate::writer::{Backend, Committed};

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

/// The one connection that writes, and what it keeps up to date.
pub(crate) struct Sqlite {
    connection: Connection,
    current: Arc<Current>,
    db: Db,
    runtime: Handle,
    /// True while the world or the sessions are older than the database.
    is_stale: bool,
}

impl Sqlite {
    pub(crate) fn new(connection: Connection, current: Arc<Current>, db: Db) -> Sqlite {
        Sqlite { connection, current, db, runtime: Handle::current(), is_stale: false }
    }

    fn decide_and_commit(&mut self, asks: &[Ask]) -> Result<Committed, StoreError> {
        let world = self.current.world();
        let needs = Needs::of(&world, asks);
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let (pos, hash) = head(&transaction)?;
        let loaded = load::load(&transaction, needs, asks)?;
        let mut batch = Batch::new(&world, loaded);
        let told = batch.decide_all(asks)?;
        let (changes, books) = batch.into_changes();
        if changes.is_empty() {
            transaction.rollback()?;
            return Ok(Committed { told, pos });
        }
        self.is_stale |= changes.is_of_office();
        let pos = write::write(&transaction, &world, &changes, &books, pos, hash)?;
        transaction.commit()?;
        Ok(Committed { told, pos })
    }
}

impl Backend for Sqlite {
    /// Folds the log into the file: a copy of the file alone is a whole backup.
    fn finish(&mut self) {
        let folded =
            self.connection.query_row("pragma wal_checkpoint(truncate)", [], |row| row.get::<_, i64>(0));
        if !matches!(folded, Ok(0)) {
            tracing::warn!(
                ?folded,
                "the log could not be folded into the database file; back it up with its -wal"
            );
        }
    }

    fn commit(&mut self, asks: &[Ask]) -> Result<Committed, StoreError> {
        let done = self.decide_and_commit(asks)?;
        // The batch is durable: what fails from here on must not be told as its failure.
        if self.is_stale {
            let next = self.current.version() + 1;
            self.is_stale = self.runtime.block_on(self.current.load(&self.db, next)).is_err();
        }
        Ok(done)
    }
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
    let known: Option<String> =
        connection.query_row("select key_id from head where one = 1", [], |row| row.get(0))?;
    match known {
        None => {
            connection.execute("update head set key_id = ?1 where one = 1", [key_id])?;
            Ok(())
        }
        Some(known) if known == key_id => Ok(()),
        Some(other) => {
            Err(StoreError::Key(format!("the data were sealed with key {other}, this key is {key_id}")))
        }
    }
}
