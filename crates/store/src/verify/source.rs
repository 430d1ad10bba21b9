//! Where a check reads: one snapshot of the database, and the archives of closed years beside it.

use std::path::{Path, PathBuf};

use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use sqlx::{Postgres, Sqlite, Transaction};
use uuid::Uuid;

use super::rows::{EVENTS, EVENTS_AT_ONCE, EventRow, HISTORY};
use crate::db::{Bind, On, Row};
use crate::error::StoreError;
use crate::open::{is_postgres, path_of};

/// One snapshot of the database, and the archives of closed years beside it.
pub(super) struct Source {
    snapshot: Snapshot,
    archives: Vec<SqlitePool>,
}

enum Snapshot {
    Lite(SqlitePool, Transaction<'static, Sqlite>),
    Pg(PgPool, Transaction<'static, Postgres>),
}

/// A snapshot that lasts for the whole check; a standby gives one too.
const SNAPSHOT: &str = "begin isolation level repeatable read read only";

impl Source {
    pub(super) async fn open(url: &str, archives: &[PathBuf]) -> Result<Source, StoreError> {
        let snapshot = if is_postgres(url) {
            let pool = PgPoolOptions::new().max_connections(1).connect(url).await?;
            let transaction = pool.begin_with(SNAPSHOT).await?;
            Snapshot::Pg(pool, transaction)
        } else {
            let pool = read(&path_of(url)?).await?;
            let transaction = pool.begin().await?;
            Snapshot::Lite(pool, transaction)
        };
        let mut opened = Vec::new();
        for archive in archives {
            opened.push(read(archive).await?);
        }
        Ok(Source { snapshot, archives: opened })
    }

    pub(super) fn is_lite(&self) -> bool {
        matches!(self.snapshot, Snapshot::Lite(..))
    }

    pub(super) fn on(&mut self) -> On<'_> {
        match &mut self.snapshot {
            Snapshot::Lite(_, transaction) => On::LiteOne(transaction),
            Snapshot::Pg(_, transaction) => On::PgOne(transaction),
        }
    }

    /// Every row.
    pub(super) async fn all<T: Row>(
        &mut self,
        sql: &'static str,
        args: impl Bind,
    ) -> Result<Vec<T>, StoreError> {
        self.on().all(sql, args).await
    }

    /// The next events after a position, archived ones among them; none at the end.
    pub(super) async fn events(&mut self, after: i64) -> Result<Vec<EventRow>, StoreError> {
        let mut events: Vec<EventRow> = self.all(EVENTS, (after,)).await?;
        let mut until = last_of(&events);
        for archive in &self.archives {
            let more: Vec<EventRow> = On::Lite(archive).all(EVENTS, (after,)).await?;
            until = until.min(last_of(&more));
            events.extend(more);
        }
        events.retain(|event| event.pos <= until);
        events.sort_by_key(|event| event.pos);
        Ok(events)
    }

    /// The events of one subject in order.
    pub(super) async fn history(&mut self, subject: Uuid) -> Result<Vec<EventRow>, StoreError> {
        let mut events: Vec<EventRow> = self.all(HISTORY, (subject,)).await?;
        for archive in &self.archives {
            events.extend(On::Lite(archive).all::<EventRow>(HISTORY, (subject,)).await?);
        }
        events.sort_by_key(|event| event.seq);
        Ok(events)
    }

    pub(super) async fn close(self) {
        match self.snapshot {
            Snapshot::Lite(pool, transaction) => {
                drop(transaction);
                pool.close().await;
            }
            Snapshot::Pg(pool, transaction) => {
                drop(transaction);
                pool.close().await;
            }
        }
        for archive in self.archives {
            archive.close().await;
        }
    }
}

/// How far a full portion reaches; one that is not full reaches to the end.
fn last_of(events: &[EventRow]) -> i64 {
    match events.last() {
        Some(last) if events.len() == EVENTS_AT_ONCE => last.pos,
        _ => i64::MAX,
    }
}

async fn read(path: &Path) -> Result<SqlitePool, StoreError> {
    if !path.exists() {
        return Err(StoreError::Unfit(format!("there is no {}", path.display())));
    }
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    Ok(SqlitePoolOptions::new().max_connections(1).connect_with(options).await?)
}
