//! Reads of counts, budget lines, decrees, payment orders and the audit trail.

use jiff::Timestamp;
use salur_core::decree::{Decree, DecreeLine};
use salur_core::form::Facts;
use salur_core::payment::{Order, PayLine};
use salur_core::request::Request;
use salur_core::workflow::BudgetLine;
use salur_core::{
    AttachmentId, DecreeId, Digest, OrderId, PersonId, RegionCode, RequestId, Rupiah, SchemeId, StageName,
};
use sqlx::FromRow;
use uuid::Uuid;

use crate::Store;
use crate::db::{Day, Ts};
use crate::error::StoreError;
use crate::facts::open_facts;
use crate::requests::{Place, Scope};

/// How many requests are at a stage.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the field names are the glossary's words")]
pub struct StageCount {
    pub scheme: SchemeId,
    pub year: i16,
    pub stage: StageName,
    pub region: RegionCode,
    pub count: i64,
    pub overdue: i64,
}

/// How many requests have a snag.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the field names are the glossary's words")]
pub struct SnagCount {
    pub scheme: SchemeId,
    pub stage: StageName,
    pub region: RegionCode,
    pub code: String,
    pub count: i64,
}

/// A row of the audit trail.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Trail {
    pub pos: i64,
    pub at: Timestamp,
    pub actor: PersonId,
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub seq: u32,
    pub kind: String,
    pub data: String,
    pub hash: Digest,
}

/// A file attached to a request.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct AttachmentRow {
    pub id: AttachmentId,
    pub request: RequestId,
    pub at: Timestamp,
    pub media_type: String,
    pub size: i64,
    pub digest: Digest,
}

#[derive(FromRow)]
struct CountRow {
    scheme: String,
    year: i32,
    stage: String,
    region: String,
    n: i64,
    overdue: i64,
}

#[derive(FromRow)]
struct SnagRow {
    scheme: String,
    stage: String,
    region: String,
    code: String,
    n: i64,
}

#[derive(FromRow)]
struct LineRow {
    id: String,
    scheme: String,
    year: i32,
    fund: String,
    account: String,
    ceiling: i64,
    reserved: i64,
    committed: i64,
    paid: i64,
}

#[derive(FromRow)]
struct TrailRow {
    pos: i64,
    at: Ts,
    actor: Uuid,
    subject_kind: String,
    subject_id: Uuid,
    seq: i32,
    kind: String,
    data: String,
    hash: Vec<u8>,
}

#[derive(FromRow)]
struct AttachedRow {
    id: Uuid,
    request: Uuid,
    at: Ts,
    media_type: String,
    size: i64,
    digest: Vec<u8>,
}

#[derive(FromRow)]
struct BankRow {
    body: String,
    sealed: Vec<u8>,
    sealed_key: Vec<u8>,
}

const COUNTS: &str = "select c.scheme, c.year, c.stage, c.region, c.n,
        cast(coalesce((select sum(d.n) from stage_due d where d.scheme = c.scheme and d.year = c.year
            and d.stage = c.stage and d.region = c.region and d.due_on < $1), 0) as bigint) as overdue
    from stage_count c where c.n <> 0 order by c.scheme, c.year, c.stage, c.region";
const SNAGS: &str = "select scheme, stage, region, snag as code, cast(sum(n) as bigint) as n from snag_count
    group by scheme, stage, region, snag having sum(n) <> 0 order by scheme, stage, region, snag";
const OLDEST: &str = "select entered_at from request where scheme = $1 and stage = $2 and year = $3
    order by entered_at, id limit 1";
const OLDEST_IN: &str = "select entered_at from request where scheme = $1 and stage = $2 and year = $3
    and region = $4 order by entered_at, id limit 1";
const DEFINITION: &str = "select text from definition where scheme = $1 and version = $2";
const OLD: &str = "select exists (select 1 from command where at < $1)
    or exists (select 1 from outbox where pos = (select min(pos) from outbox) and due_at < $1)";
const PING: &str = "select pos from head where one = 1";
const LINES: &str =
    "select id, scheme, year, fund, account, ceiling, reserved, committed, paid from budget_line
    order by year, scheme, fund";
const DECREE: &str = "select body from decree where id = $1";
const DECREES: &str =
    "select body from decree where (drafted_at, id) < ($1, $2) order by drafted_at desc, id desc limit $3";
const DECREE_LINES: &str =
    "select body from decree_line where decree = $1 and line > $2 order by line limit $3";
const DECREE_REQUESTS: &str = "select l.body, r.state from decree_line l join request r on r.id = l.request
    where l.decree = $1 and l.line > $2 order by l.line limit $3";
const ORDER: &str = "select body from payment_order where id = $1";
const ORDERS: &str = "select body from payment_order where (drafted_at, id) < ($1, $2) order by drafted_at desc, id desc limit $3";
const ORDER_LINES: &str =
    "select body from payment_line where payment_order = $1 and line > $2 order by line limit $3";
const BANK: &str = "select l.body, f.sealed, r.sealed_key from payment_line l
    join facts f on f.recipient = l.recipient and f.version = l.facts_version
    join recipient r on r.id = l.recipient
    where l.payment_order = $1 and l.line > $2 order by l.line limit $3";
const TRAIL: &str = "select pos, at, actor, subject_kind, subject_id, seq, kind, data, hash from event
    where pos > $1 order by pos limit $2";
const ATTACHMENTS: &str =
    "select id, request, at, media_type, size, digest from attachment where request = $1 order by at, id";
const ATTACHMENT: &str = "select id, request, at, media_type, size, digest from attachment where id = $1";

impl Store {
    /// How many requests are where, and how many of them are overdue: from counters, never by counting.
    pub async fn stage_counts(
        &self,
        scope: &Scope,
        today: jiff::civil::Date,
    ) -> Result<Vec<StageCount>, StoreError> {
        let rows: Vec<CountRow> = self.db.all(COUNTS, (Day(today),)).await?;
        let counts = rows.into_iter().filter(|row| sees(scope, &row.region)).map(|row| StageCount {
            scheme: row.scheme.as_str().into(),
            year: i16::try_from(row.year).unwrap_or_default(),
            stage: row.stage.as_str().into(),
            region: row.region.as_str().into(),
            count: row.n,
            overdue: row.overdue,
        });
        Ok(counts.collect())
    }

    /// How many requests have which snag.
    pub async fn snag_counts(&self, scope: &Scope) -> Result<Vec<SnagCount>, StoreError> {
        let rows: Vec<SnagRow> = self.db.all(SNAGS, ()).await?;
        let counts = rows.into_iter().filter(|row| sees(scope, &row.region)).map(|row| SnagCount {
            scheme: row.scheme.as_str().into(),
            stage: row.stage.as_str().into(),
            region: row.region.as_str().into(),
            code: row.code,
            count: row.n,
        });
        Ok(counts.collect())
    }

    /// When the oldest request of a stage and year came to it.
    pub async fn oldest(
        &self,
        scheme: &SchemeId,
        stage: &StageName,
        year: i16,
        scope: &Scope,
    ) -> Result<Option<Timestamp>, StoreError> {
        let mut oldest: Option<Ts> = None;
        match scope {
            Scope::Everywhere => {
                let wanted = (scheme.to_string(), stage.to_string(), year);
                let row: Option<(Ts,)> = self.db.maybe(OLDEST, wanted).await?;
                oldest = row.map(|(at,)| at);
            }
            Scope::Regions(regions) => {
                for region in regions {
                    let wanted = (scheme.to_string(), stage.to_string(), year, region.to_string());
                    let row: Option<(Ts,)> = self.db.maybe(OLDEST_IN, wanted).await?;
                    oldest = [oldest, row.map(|(at,)| at)].into_iter().flatten().min();
                }
            }
        }
        oldest.map(timestamp).transpose()
    }

    /// The text of a published definition.
    pub async fn definition_text(
        &self,
        scheme: &SchemeId,
        version: u32,
    ) -> Result<Option<String>, StoreError> {
        let wanted = (scheme.to_string(), i64::from(version));
        let row: Option<(String,)> = self.db.maybe(DEFINITION, wanted).await?;
        Ok(row.map(|(text,)| text))
    }

    /// Reaches for the database, to read and to write.
    pub async fn ping(&self) -> Result<(), StoreError> {
        if !self.is_writing() {
            return Err(StoreError::WriterGone);
        }
        let _: (i64,) = self.db.on().one(PING, ()).await?;
        Ok(())
    }

    /// True while there are answers or outbox rows from before a time.
    pub async fn has_answers_before(&self, before: Timestamp) -> Result<bool, StoreError> {
        let (has_some,): (bool,) = self.db.on().one(OLD, (Ts::from(before),)).await?;
        Ok(has_some)
    }

    /// Every budget line.
    pub async fn budget_lines(&self) -> Result<Vec<BudgetLine>, StoreError> {
        let rows: Vec<LineRow> = self.db.all(LINES, ()).await?;
        let lines = rows.into_iter().map(|row| BudgetLine {
            id: row.id.as_str().into(),
            scheme: row.scheme.as_str().into(),
            year: i16::try_from(row.year).unwrap_or_default(),
            fund: row.fund,
            account: row.account,
            ceiling: Rupiah(row.ceiling),
            reserved: Rupiah(row.reserved),
            committed: Rupiah(row.committed),
            paid: Rupiah(row.paid),
        });
        Ok(lines.collect())
    }

    /// One decree.
    pub async fn decree(&self, id: DecreeId) -> Result<Option<Decree>, StoreError> {
        let row: Option<(String,)> = self.db.maybe(DECREE, (id.0,)).await?;
        row.map(|(body,)| Ok(serde_json::from_str(&body)?)).transpose()
    }

    /// Decrees, newest first, before a place.
    pub async fn decrees(&self, before: Place, limit: u32) -> Result<Vec<Decree>, StoreError> {
        let rows: Vec<(String,)> = self.db.all(DECREES, (Ts(before.at), before.id, i64::from(limit))).await?;
        rows.into_iter().map(|(body,)| Ok(serde_json::from_str(&body)?)).collect()
    }

    /// Lines of a decree after a line.
    pub async fn decree_lines(
        &self,
        id: DecreeId,
        after: i64,
        limit: u32,
    ) -> Result<Vec<DecreeLine>, StoreError> {
        let rows: Vec<(String,)> = self.db.all(DECREE_LINES, (id.0, after, i64::from(limit))).await?;
        rows.into_iter().map(|(body,)| Ok(serde_json::from_str(&body)?)).collect()
    }

    /// Lines of a decree after a line, each with its request as it stands.
    pub async fn decree_requests(
        &self,
        id: DecreeId,
        after: i64,
        limit: u32,
    ) -> Result<Vec<(DecreeLine, Request)>, StoreError> {
        let rows: Vec<(String, String)> =
            self.db.all(DECREE_REQUESTS, (id.0, after, i64::from(limit))).await?;
        rows.into_iter()
            .map(|(line, state)| Ok((serde_json::from_str(&line)?, serde_json::from_str(&state)?)))
            .collect()
    }

    /// One payment order.
    pub async fn order(&self, id: OrderId) -> Result<Option<Order>, StoreError> {
        let row: Option<(String,)> = self.db.maybe(ORDER, (id.0,)).await?;
        row.map(|(body,)| Ok(serde_json::from_str(&body)?)).transpose()
    }

    /// Payment orders, newest first, before a place.
    pub async fn orders(&self, before: Place, limit: u32) -> Result<Vec<Order>, StoreError> {
        let rows: Vec<(String,)> = self.db.all(ORDERS, (Ts(before.at), before.id, i64::from(limit))).await?;
        rows.into_iter().map(|(body,)| Ok(serde_json::from_str(&body)?)).collect()
    }

    /// Lines of a payment order after a line.
    pub async fn order_lines(&self, id: OrderId, after: i64, limit: u32) -> Result<Vec<PayLine>, StoreError> {
        let rows: Vec<(String,)> = self.db.all(ORDER_LINES, (id.0, after, i64::from(limit))).await?;
        rows.into_iter().map(|(body,)| Ok(serde_json::from_str(&body)?)).collect()
    }

    /// Lines of a payment order after a line, each with the facts as they were frozen.
    pub async fn bank_lines(
        &self,
        id: OrderId,
        after: i64,
        limit: u32,
    ) -> Result<Vec<(PayLine, Facts)>, StoreError> {
        let rows: Vec<BankRow> = self.db.all(BANK, (id.0, after, i64::from(limit))).await?;
        rows.into_iter()
            .map(|row| {
                Ok((serde_json::from_str(&row.body)?, open_facts(&self.vault, &row.sealed_key, &row.sealed)?))
            })
            .collect()
    }

    /// The audit trail after a position.
    pub async fn trail(&self, after: i64, limit: u32) -> Result<Vec<Trail>, StoreError> {
        let rows: Vec<TrailRow> = self.db.all(TRAIL, (after, i64::from(limit))).await?;
        rows.into_iter()
            .map(|row| {
                Ok(Trail {
                    pos: row.pos,
                    at: timestamp(row.at)?,
                    actor: PersonId(row.actor),
                    subject_kind: row.subject_kind,
                    subject_id: row.subject_id,
                    seq: u32::try_from(row.seq).map_err(|error| StoreError::inconsistent("event", error))?,
                    kind: row.kind,
                    data: row.data,
                    hash: digest(row.hash)?,
                })
            })
            .collect()
    }

    /// The files attached to a request.
    pub async fn attachments(&self, request: RequestId) -> Result<Vec<AttachmentRow>, StoreError> {
        let rows: Vec<AttachedRow> = self.db.all(ATTACHMENTS, (request.0,)).await?;
        rows.into_iter().map(attached).collect()
    }

    /// One attached file.
    pub async fn attachment(&self, id: AttachmentId) -> Result<Option<AttachmentRow>, StoreError> {
        let row: Option<AttachedRow> = self.db.maybe(ATTACHMENT, (id.0,)).await?;
        row.map(attached).transpose()
    }
}

fn attached(row: AttachedRow) -> Result<AttachmentRow, StoreError> {
    Ok(AttachmentRow {
        id: AttachmentId(row.id),
        request: RequestId(row.request),
        at: timestamp(row.at)?,
        media_type: row.media_type,
        size: row.size,
        digest: digest(row.digest)?,
    })
}

fn sees(scope: &Scope, region: &str) -> bool {
    match scope {
        Scope::Everywhere => true,
        Scope::Regions(regions) => regions.contains(region),
    }
}

pub(crate) fn timestamp(at: Ts) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(at.0).map_err(|error| StoreError::inconsistent("time", error))
}

pub(crate) fn digest(bytes: Vec<u8>) -> Result<Digest, StoreError> {
    bytes.try_into().map(Digest).map_err(|_| StoreError::inconsistent("digest", "another length"))
}
