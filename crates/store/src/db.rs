//! The database behind the reads: one SQL text and one row type serve SQLite and PostgreSQL.

mod bind;
mod column;

use std::future::Future;

use sqlx::postgres::{PgConnection, PgPool, PgRow};
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{FromRow, SqliteConnection};

pub(crate) use bind::Bind;
pub(crate) use column::{Day, Ts};

use crate::error::StoreError;

/// Connections to read through.
#[derive(Debug, Clone)]
pub(crate) enum Db {
    Lite(SqlitePool),
    Pg(PgPool),
}

/// A text for each database, where no single one can be run by both.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sql {
    pub(crate) lite: &'static str,
    pub(crate) pg: &'static str,
}

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Sql { lite: text, pg: text }
    }
}

/// A row that either database gives.
pub(crate) trait Row:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}
impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

/// What reads are sent to: a pool, or one connection within its transaction.
pub(crate) enum On<'c> {
    Lite(&'c SqlitePool),
    LiteOne(&'c mut SqliteConnection),
    Pg(&'c PgPool),
    PgOne(&'c mut PgConnection),
}

/// Runs the same method of a query on whichever database it is.
macro_rules! run {
    ($on:expr, $sql:expr, $args:expr, $method:ident) => {{
        let sql: Sql = $sql.into();
        match $on {
            On::Lite(pool) => sqlx::query_as_with(sql.lite, $args.lite()?).$method(pool).await,
            On::LiteOne(one) => sqlx::query_as_with(sql.lite, $args.lite()?).$method(one).await,
            On::Pg(pool) => sqlx::query_as_with(sql.pg, $args.pg()?).$method(pool).await,
            On::PgOne(one) => sqlx::query_as_with(sql.pg, $args.pg()?).$method(one).await,
        }
    }};
}

impl On<'_> {
    /// Every row.
    pub(crate) async fn all<T: Row>(
        self,
        sql: impl Into<Sql>,
        args: impl Bind,
    ) -> Result<Vec<T>, StoreError> {
        Ok(run!(self, sql, args, fetch_all)?)
    }

    /// The row, if there is one.
    pub(crate) async fn maybe<T: Row>(
        self,
        sql: impl Into<Sql>,
        args: impl Bind,
    ) -> Result<Option<T>, StoreError> {
        Ok(run!(self, sql, args, fetch_optional)?)
    }

    /// The row that is there.
    pub(crate) async fn one<T: Row>(self, sql: impl Into<Sql>, args: impl Bind) -> Result<T, StoreError> {
        Ok(run!(self, sql, args, fetch_one)?)
    }
}

impl Db {
    pub(crate) fn on(&self) -> On<'_> {
        match self {
            Db::Lite(pool) => On::Lite(pool),
            Db::Pg(pool) => On::Pg(pool),
        }
    }

    /// Every row.
    pub(crate) fn all<T: Row>(
        &self,
        sql: impl Into<Sql> + Send,
        args: impl Bind,
    ) -> impl Future<Output = Result<Vec<T>, StoreError>> + Send {
        self.on().all(sql, args)
    }

    /// The row, if there is one.
    pub(crate) fn maybe<T: Row>(
        &self,
        sql: impl Into<Sql> + Send,
        args: impl Bind,
    ) -> impl Future<Output = Result<Option<T>, StoreError>> + Send {
        self.on().maybe(sql, args)
    }

    pub(crate) fn is_closed(&self) -> bool {
        match self {
            Db::Lite(pool) => pool.is_closed(),
            Db::Pg(pool) => pool.is_closed(),
        }
    }

    pub(crate) async fn closed(&self) {
        match self {
            Db::Lite(pool) => pool.close_event().await,
            Db::Pg(pool) => pool.close_event().await,
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Db::Lite(pool) => pool.close().await,
            Db::Pg(pool) => pool.close().await,
        }
    }
}
