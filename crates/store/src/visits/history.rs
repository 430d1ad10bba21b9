//! Histories one after the other, for exports: a piece at a time, so that memory does not grow with their number.

use std::collections::HashMap;

use salur_core::event::Entry;
use salur_core::{PersonId, RequestId, SchemeId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::Store;
use crate::db::{Sql, Ts};
use crate::error::StoreError;
use crate::lists::timestamp;
use crate::requests::{Scope, listing};

/// Requests that are read in one go.
const PIECE: i64 = 200;

const IDS: &str = "select id, region from request where id > $1 and ($2 is null or scheme = $2)
      and ($3 is null or $3 like '%,' || region || ',%')
    order by id limit $4";
const EVENTS: Sql = Sql {
    lite: "select at, actor, for_whom, subject_id, seq, data from event
        where subject_id in (select unhex(value) from json_each($1)) order by subject_id, seq",
    pg: "select at, actor, for_whom, subject_id, seq, data from event
        where subject_id in (select value::uuid from json_array_elements_text($1::json)) order by subject_id, seq",
};

#[derive(FromRow)]
struct EventRow {
    at: Ts,
    actor: Uuid,
    for_whom: Option<Uuid>,
    subject_id: Uuid,
    seq: i32,
    data: String,
}

impl Store {
    /// The next requests after an id, in the order of ids, with their histories; none once all were told.
    pub async fn histories(
        &self,
        scheme: Option<&SchemeId>,
        scope: &Scope,
        after: Option<RequestId>,
    ) -> Result<Vec<(RequestId, Vec<Entry>)>, StoreError> {
        let after = after.map_or_else(Uuid::nil, |id| id.0);
        let regions = listing(scope.narrowed(None).as_ref());
        let wanted = (after, scheme.map(ToString::to_string), regions, PIECE);
        let ids: Vec<(Uuid, String)> = self.db.all(IDS, wanted).await?;
        let listed: Vec<String> = ids.iter().map(|(id, _)| id.simple().to_string()).collect();
        let rows: Vec<EventRow> = self.db.all(EVENTS, (serde_json::to_string(&listed)?,)).await?;
        let mut histories: HashMap<Uuid, Vec<Entry>> = HashMap::new();
        for row in rows {
            let entry = Entry {
                seq: u32::try_from(row.seq).unwrap_or_default(),
                at: timestamp(row.at)?,
                actor: PersonId(row.actor),
                for_whom: row.for_whom.map(PersonId),
                event: serde_json::from_str(&row.data)?,
            };
            histories.entry(row.subject_id).or_default().push(entry);
        }
        let told = ids.into_iter().map(|(id, _)| (RequestId(id), histories.remove(&id).unwrap_or_default()));
        Ok(told.collect())
    }
}
