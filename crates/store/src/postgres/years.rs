//! The partitions of `event`, one for each year. They are made ahead of time and never while `head` is locked: whoever
//! makes one may have to wait for another who changes the table, and every writer would wait with them.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::tz::TimeZone;
use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool};
use tokio::time::timeout;

use super::outcome::Failure;
use super::{CONNECTING, begin};
use crate::batch::Changes;
use crate::error::StoreError;
use crate::lists::timestamp;

/// How often it is looked whether the coming year is there.
const LOOKED: Duration = Duration::from_mins(10);
const MAKE: &str = "select make_event_year($1)";
/// This year's and the next one's, by the database's clock.
const MAKE_AHEAD: &str =
    "select make_event_year((extract(year from now() at time zone 'UTC') + ahead)::smallint)
    from generate_series(0, 1) as ahead";

/// The year whose partition an event belongs to: that of its time in UTC.
pub(crate) fn year_of(at: i64) -> Result<i16, StoreError> {
    Ok(TimeZone::UTC.to_datetime(timestamp(crate::db::Ts(at))?).year())
}

/// Passes on how the writing of a batch went. Where a year has no partition, the batch is rolled back first, so that
/// nobody waits for it; then the year is made, and the batch is to be decided again.
pub(super) async fn or_make<T>(
    written: Result<T, Failure>,
    connection: &mut PgConnection,
    options: &PgConnectOptions,
    changes: &Changes,
) -> Result<T, Failure> {
    match written {
        Err(failure) if is_missing(&failure) => {
            begin::rollback(connection).await?;
            let years = changes.events.iter().map(|event| year_of(event.at));
            make(options, years.collect::<Result<_, _>>()?).await?;
            Err(Failure::Race)
        }
        written => written,
    }
}

/// True if an event was refused because its year has no partition. A check that an event violates has a name.
fn is_missing(failure: &Failure) -> bool {
    let Failure::Store(StoreError::Read(error)) = failure else { return false };
    error.as_database_error().is_some_and(|error| {
        error.code().as_deref() == Some("23514")
            && error.table() == Some("event")
            && error.constraint().is_none()
    })
}

async fn make(options: &PgConnectOptions, years: BTreeSet<i16>) -> Result<(), Failure> {
    let mut connection = timeout(CONNECTING, begin::connect(options)).await.map_err(|_| Failure::Lost)??;
    for year in years {
        sqlx::query(MAKE).bind(year).execute(&mut connection).await?;
    }
    connection.close().await?;
    Ok(())
}

/// Makes this year's partition and the next one's.
pub(crate) async fn make_ahead(connection: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::query(MAKE_AHEAD).execute(connection).await?;
    Ok(())
}

/// Sees to it that the coming year is there long before its first event, until the store is closed.
pub(crate) async fn keep_ahead(options: PgConnectOptions, side: PgPool) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOKED) => {}
            () = side.close_event() => return,
        }
        let made = async {
            let mut connection = begin::connect(&options).await?;
            make_ahead(&mut connection).await?;
            Ok::<_, StoreError>(connection.close().await?)
        };
        if let Err(error) = made.await {
            tracing::warn!(%error, "the coming year's partition could not be made ahead of time");
        }
    }
}
