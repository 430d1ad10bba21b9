//! Reads of visits: what left a stage last and what is there, what was closed last, and how many came and went on which day.

use jiff::Timestamp;
use jiff::civil::Date;
use salur_core::{RegionCode, RequestId, SchemeId, StageName};
use sqlx::FromRow;
use uuid::Uuid;

use super::desks;
use super::row::{Stored, VisitRow};
use crate::Store;
use crate::db::{Day, Ts};
use crate::error::StoreError;
use crate::lists::timestamp;
use crate::requests::{Scope, listing};

/// The most visits that are read of a stage, those that left it and those that are there each: a page about it costs the
/// same however long the history is.
pub const VISITS_MAX: u32 = 5_000;

const LEFT: &str =
    "select request, n, scheme, year, region, stage, number, began_at, entered_at, sent_back, claimed_at,
        left_at, by_whom, action, kind, to_stage, list_kind, list, closes, pauses from visit
    where scheme = $1 and stage = $2 and left_at is not null and left_at >= $3
      and ($4 is null or $4 like '%,' || region || ',%') and ($5 is null or year = $5)
    order by left_at desc, request, n limit $6";
const OPEN: &str =
    "select request, n, scheme, year, region, stage, number, began_at, entered_at, sent_back, claimed_at,
        left_at, by_whom, action, kind, to_stage, list_kind, list, closes, pauses from visit
    where scheme = $1 and stage = $2 and left_at is null
      and ($3 is null or $3 like '%,' || region || ',%') and ($4 is null or year = $4)
    order by entered_at, request, n limit $5";
const CLOSED: &str = "select request, region, year, began_at, left_at, to_stage from visit
    where scheme = $1 and closes and left_at is not null and left_at >= $2
      and ($3 is null or $3 like '%,' || region || ',%') and ($4 is null or year = $4)
    order by left_at desc, request, n limit $5";
const DAYS: &str = "select stage, day, region, year, cast(sum(came) as bigint) as came, cast(sum(again) as bigint) as again, cast(sum(went) as bigint) as went,
        cast(sum(returned) as bigint) as returned, cast(sum(gone) as bigint) as gone from stage_day
    where scheme = $1 and day >= $2 and ($3 is null or $3 like '%,' || region || ',%') and ($4 is null or year = $4)
    group by stage, day, region, year order by stage, day, region, year";
const OPEN_BEFORE: &str = "select stage, cast(sum(came + again - went) as bigint) as n from stage_day
    where scheme = $1 and day < $2 and ($3 is null or $3 like '%,' || region || ',%') and ($4 is null or year = $4)
    group by stage";

/// Visits of a stage.
#[derive(Debug, Clone, Default)]
pub struct OfStage {
    /// What left it since the time asked for, the last first; and what is there, the oldest first.
    pub visits: Vec<VisitRow>,
    /// Where not all that left it were read: since when all were.
    pub whole_since: Option<Timestamp>,
    /// True if more are there than were read.
    pub has_more_open: bool,
}

/// A request that was closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// Which.
    pub request: RequestId,
    /// Its region.
    pub region: RegionCode,
    /// Its fiscal year.
    pub year: i16,
    /// When it was entered.
    pub began: Timestamp,
    /// When it was closed.
    pub at: Timestamp,
    /// The end it came to.
    pub end: StageName,
}

/// How many came to a stage or an end on a day, and left it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct DayCount {
    pub stage: StageName,
    pub day: Date,
    pub region: RegionCode,
    pub year: i16,
    pub came: i64,
    pub again: i64,
    pub went: i64,
    pub returned: i64,
    pub gone: i64,
}

#[derive(FromRow)]
struct ClosedRow {
    request: Uuid,
    region: String,
    year: i32,
    began_at: Ts,
    left_at: Ts,
    to_stage: String,
}

#[derive(FromRow)]
struct DayRow {
    stage: String,
    day: Day,
    region: String,
    year: i32,
    came: i64,
    again: i64,
    went: i64,
    returned: i64,
    gone: i64,
}

/// Whose visits, and of which fiscal year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitFilter {
    /// The scheme.
    pub scheme: SchemeId,
    /// In which regions.
    pub scope: Scope,
    /// Of this fiscal year only.
    pub year: Option<i16>,
}

impl VisitFilter {
    fn regions(&self) -> Option<String> {
        listing(self.scope.narrowed(None).as_ref())
    }

    fn year(&self) -> Option<i32> {
        self.year.map(i32::from)
    }
}

impl Store {
    /// What left a stage since a time, and what is there.
    pub async fn visits(
        &self,
        filter: &VisitFilter,
        stage: &StageName,
        since: Timestamp,
    ) -> Result<OfStage, StoreError> {
        let desks = desks(&self.world());
        let (scheme, stage) = (filter.scheme.to_string(), stage.to_string());
        let limit = i64::from(VISITS_MAX);
        let wanted = (scheme.clone(), stage.clone(), Ts::from(since), filter.regions(), filter.year(), limit);
        let left: Vec<Stored> = self.db.all(LEFT, wanted).await?;
        let wanted = (scheme, stage, filter.regions(), filter.year(), limit);
        let open: Vec<Stored> = self.db.all(OPEN, wanted).await?;
        let is_full = |rows: &[Stored]| i64::try_from(rows.len()) == Ok(limit);
        let last = left.last().filter(|_| is_full(&left)).and_then(|row| row.left_at);
        let mut found = OfStage {
            // Others may have left in the very same moment as the last one that was read.
            whole_since: last.map(|at| timestamp(Ts(at.0.saturating_add(1)))).transpose()?,
            has_more_open: is_full(&open),
            visits: Vec::with_capacity(left.len() + open.len()),
        };
        for row in left.into_iter().chain(open) {
            found.visits.push(row.read(&desks)?);
        }
        Ok(found)
    }

    /// The requests that were closed since a time, the last first, at most so many.
    pub async fn closed(
        &self,
        filter: &VisitFilter,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<Closed>, StoreError> {
        let wanted =
            (filter.scheme.to_string(), Ts::from(since), filter.regions(), filter.year(), i64::from(limit));
        let rows: Vec<ClosedRow> = self.db.all(CLOSED, wanted).await?;
        let read = rows.into_iter().map(|row| {
            Ok(Closed {
                request: RequestId(row.request),
                region: row.region.as_str().into(),
                year: i16::try_from(row.year).map_err(|error| StoreError::inconsistent("visit", error))?,
                began: timestamp(row.began_at)?,
                at: timestamp(row.left_at)?,
                end: row.to_stage.as_str().into(),
            })
        });
        read.collect()
    }

    /// How many came to each stage and end on each day since one, and left it.
    pub async fn stage_days(&self, filter: &VisitFilter, since: Date) -> Result<Vec<DayCount>, StoreError> {
        let wanted = (filter.scheme.to_string(), Day(since), filter.regions(), filter.year());
        let rows: Vec<DayRow> = self.db.all(DAYS, wanted).await?;
        let read = rows.into_iter().map(|row| {
            Ok(DayCount {
                stage: row.stage.as_str().into(),
                day: row.day.0,
                region: row.region.as_str().into(),
                year: i16::try_from(row.year)
                    .map_err(|error| StoreError::inconsistent("stage_day", error))?,
                came: row.came,
                again: row.again,
                went: row.went,
                returned: row.returned,
                gone: row.gone,
            })
        });
        read.collect()
    }

    /// How many were at each stage on the eve of a day; at an end, how many had come to it.
    pub async fn at_stages_before(
        &self,
        filter: &VisitFilter,
        day: Date,
    ) -> Result<Vec<(StageName, i64)>, StoreError> {
        let wanted = (filter.scheme.to_string(), Day(day), filter.regions(), filter.year());
        let rows: Vec<(String, i64)> = self.db.all(OPEN_BEFORE, wanted).await?;
        Ok(rows.into_iter().map(|(stage, n)| (stage.as_str().into(), n)).collect())
    }
}
