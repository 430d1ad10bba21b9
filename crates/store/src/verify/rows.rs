//! The rows that a check reads.

use salur_core::PersonId;
use salur_core::event::Entry;
use sqlx::FromRow;
use uuid::Uuid;

use crate::chain::Link;
use crate::db::{Day, Ts};
use crate::error::StoreError;
use crate::lists::timestamp;

pub(super) const EVENTS: &str =
    "select pos, at, actor, for_whom, subject_kind, subject_id, seq, kind, data, prev_hash, hash
    from event where pos > $1 order by pos limit 2000";
/// The limit of `EVENTS`.
pub(super) const EVENTS_AT_ONCE: usize = 2_000;
pub(super) const STATES: &str =
    "select id, scheme, year, subject_key is null as frees, region, stage, entered_at, due_on, snag, closed, version,
    state from request where id > $1 order by id limit 1000";
pub(super) const HISTORY: &str =
    "select pos, at, actor, for_whom, subject_kind, subject_id, seq, kind, data, prev_hash, hash
    from event where subject_id = $1 order by seq";
pub(super) const LINES: &str = "select id, ceiling, reserved, committed, paid from budget_line";
pub(super) const COUNTS: &str =
    "select scheme, year, stage, region, '' as extra, n from stage_count where n <> 0";
pub(super) const DUES: &str =
    "select scheme, year, stage, region, cast(due_on as text) as extra, n from stage_due where n <> 0";
pub(super) const SNAGS: &str =
    "select scheme, year, stage, region, snag as extra, n from snag_count where n <> 0";

#[derive(FromRow)]
pub(super) struct EventRow {
    pub(super) pos: i64,
    pub(super) at: Ts,
    pub(super) actor: Uuid,
    pub(super) for_whom: Option<Uuid>,
    pub(super) subject_kind: String,
    pub(super) subject_id: Uuid,
    pub(super) seq: i32,
    pub(super) kind: String,
    pub(super) data: String,
    pub(super) prev_hash: Vec<u8>,
    pub(super) hash: Vec<u8>,
}

#[derive(FromRow)]
pub(super) struct StateRow {
    pub(super) id: Uuid,
    pub(super) scheme: String,
    pub(super) year: i32,
    pub(super) frees: bool,
    pub(super) region: String,
    pub(super) stage: String,
    pub(super) entered_at: Ts,
    pub(super) due_on: Option<Day>,
    pub(super) snag: Option<String>,
    pub(super) closed: bool,
    pub(super) version: i32,
    pub(super) state: String,
}

#[derive(FromRow)]
pub(super) struct LineRow {
    pub(super) id: String,
    pub(super) ceiling: i64,
    pub(super) reserved: i64,
    pub(super) committed: i64,
    pub(super) paid: i64,
}

#[derive(FromRow)]
pub(super) struct CountRow {
    pub(super) scheme: String,
    pub(super) year: i32,
    pub(super) stage: String,
    pub(super) region: String,
    pub(super) extra: String,
    pub(super) n: i64,
}

impl EventRow {
    pub(super) fn as_link(&self) -> Result<Link<'_>, StoreError> {
        Ok(Link {
            at: self.at.0,
            actor: self.actor,
            for_whom: self.for_whom,
            subject_kind: &self.subject_kind,
            subject_id: self.subject_id,
            seq: u32::try_from(self.seq).map_err(|error| StoreError::inconsistent("event", error))?,
            kind: &self.kind,
            data: &self.data,
        })
    }

    pub(super) fn as_entry(&self) -> Result<Entry, StoreError> {
        Ok(Entry {
            seq: u32::try_from(self.seq).map_err(|error| StoreError::inconsistent("event", error))?,
            at: timestamp(self.at)?,
            actor: PersonId(self.actor),
            for_whom: self.for_whom.map(PersonId),
            event: serde_json::from_str(&self.data)?,
        })
    }
}
