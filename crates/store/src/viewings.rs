//! Who looked at whose request. It is noted beside the commit loop's answers, not in the chain: a page is not kept waiting
//! for it, and what is shown there is masked. What lists mask is shown only after an event of its own is committed.

use jiff::{Timestamp, Unit};
use salur_core::{PersonId, RequestId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::Store;
use crate::access::Cell;
use crate::db::Ts;
use crate::error::StoreError;
use crate::lists::timestamp;

const VIEWED: &str = "insert into viewing (request, person, hour) values ($1, $2, $3) on conflict do nothing";
const OF_REQUEST: &str =
    "select person, hour from viewing where request = $1 order by hour desc, person limit $2";

/// Somebody looked at a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Viewing {
    /// At which.
    pub request: RequestId,
    /// Who.
    pub person: PersonId,
    /// The hour in which they did.
    pub hour: Timestamp,
}

impl Viewing {
    /// Of a person who looks at a request now.
    #[must_use]
    pub fn now(request: RequestId, person: PersonId, at: Timestamp) -> Viewing {
        let hour = jiff::TimestampRound::new().smallest(Unit::Hour).mode(jiff::RoundMode::Trunc);
        Viewing { request, person, hour: at.round(hour).unwrap_or(at) }
    }

    /// The statement that notes it: one text serves both databases.
    pub(crate) fn statement(&self) -> (&'static str, Vec<Cell>) {
        (VIEWED, vec![Cell::Id(self.request.0), Cell::Id(self.person.0), Cell::at(self.hour)])
    }
}

#[derive(FromRow)]
struct Row {
    person: Uuid,
    hour: Ts,
}

impl Store {
    /// Who looked at a request, the last first, at most so many.
    pub async fn viewings(&self, request: RequestId, limit: u32) -> Result<Vec<Viewing>, StoreError> {
        let rows: Vec<Row> = self.db.all(OF_REQUEST, (request.0, i64::from(limit))).await?;
        let read = rows
            .into_iter()
            .map(|row| Ok(Viewing { request, person: PersonId(row.person), hour: timestamp(row.hour)? }));
        read.collect()
    }
}
