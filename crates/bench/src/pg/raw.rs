//! The baseline: the rows that the engine wrote, read back and written by hand into the same tables with the same
//! indexes, at the same batch size, by multi-row statements on one connection. No rule, no hash, no JSON is computed
//! here.

use std::collections::BTreeMap;
use std::time::Instant;

use anyhow::Result;
use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, FromRow};
use uuid::Uuid;

use crate::cpu;
use crate::figures::Written;

/// What one command writes.
#[derive(FromRow)]
pub(super) struct Row {
    at: i64,
    actor: Uuid,
    subject_kind: String,
    subject_id: Uuid,
    seq: i32,
    kind: String,
    data: String,
    prev_hash: Vec<u8>,
    hash: Vec<u8>,
    scheme: String,
    year: i32,
    region: String,
    stage: String,
    entered_at: i64,
    due_on: Option<String>,
    snag: Option<String>,
    closed: bool,
    version: i32,
    state: String,
    #[sqlx(skip)]
    answer: Option<(String, String)>,
    line: Option<i32>,
    decree: Option<Uuid>,
    body: Option<String>,
}

const ROWS: &str = "
    select (extract(epoch from e.at) * 1000000)::bigint as at, e.actor, e.subject_kind, e.subject_id, e.seq, e.kind, e.data,
        e.prev_hash, e.hash, r.scheme, r.year, r.region, r.stage,
        (extract(epoch from r.entered_at) * 1000000)::bigint as entered_at, r.due_on::text as due_on, r.snag, r.closed,
        r.version, r.state, l.line, l.decree, l.body
    from event e join request r on r.id = e.subject_id and r.version = e.seq
    left join decree_line l on l.request = r.id and l.outcome = 'approved'
    where e.pos > (select pos from head) - $1 and e.seq > 1 order by e.pos";

/// Reads the last events of requests back, with all that was written beside each.
pub(super) async fn rows(address: &str, count: u64) -> Result<Vec<Row>> {
    let mut connection = PgConnection::connect(address).await?;
    let query = sqlx::query_as(ROWS).bind(i64::try_from(count)? + 1);
    let mut rows: Vec<Row> = query.fetch_all(&mut connection).await?;
    let answers: Vec<(String, String)> =
        sqlx::query_as("select key, outcome from command").fetch_all(&mut connection).await?;
    if answers.len() == rows.len() {
        for (row, answer) in rows.iter_mut().zip(answers) {
            row.answer = Some(answer);
        }
    }
    connection.close().await?;
    Ok(rows)
}

/// Writes them by hand.
pub(super) async fn write(address: &str, rows: &[Row], batch: usize) -> Result<Written> {
    let mut connection = PgConnection::connect(address).await?;
    sqlx::raw_sql("set plan_cache_mode = force_generic_plan").execute(&mut connection).await?;
    let (mut pos,): (i64,) = sqlx::query_as("select pos from head").fetch_one(&mut connection).await?;
    let (started, cpu_before) = (Instant::now(), cpu());
    let mut walls = Vec::new();
    for chunk in rows.chunks(batch.max(1)) {
        let before = Instant::now();
        pos = one_batch(&mut connection, chunk, pos).await?;
        walls.push(before.elapsed());
    }
    let wall = started.elapsed();
    walls.sort_unstable();
    #[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "counts far below 2^52")]
    let done = rows.len() as f64;
    let written = Written {
        rate: done / wall.as_secs_f64(),
        wall,
        p50: walls[walls.len() / 2],
        cpu_micros: cpu().saturating_sub(cpu_before).as_secs_f64() * 1e6 / done,
    };
    connection.close().await?;
    Ok(written)
}

const EVENTS: &str = "
    insert into event (year, pos, at, actor, subject_kind, subject_id, seq, kind, data, prev_hash, hash)
    select 2026, pos, to_timestamp(at / 1000000.0), actor, subject_kind, subject_id, seq, kind, data, prev_hash, hash
    from unnest($1::bigint[], $2::bigint[], $3::uuid[], $4::text[], $5::uuid[], $6::int[], $7::text[], $8::text[],
        $9::bytea[], $10::bytea[])
        as n (pos, at, actor, subject_kind, subject_id, seq, kind, data, prev_hash, hash)";
const OUTBOX: &str = "insert into outbox (pos, topic, subject_id, due_at)
    select pos, topic, subject_id, to_timestamp(at / 1000000.0)
    from unnest($1::bigint[], $2::text[], $3::uuid[], $4::bigint[]) as n (pos, topic, subject_id, at)";
const REQUESTS: &str = "
    update request r set region = n.region, stage = n.stage, entered_at = to_timestamp(n.entered_at / 1000000.0),
        due_on = n.due_on::date, snag = n.snag, closed = n.closed, version = n.version, state = n.state
    from unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::boolean[], $8::int[],
        $9::text[]) as n (id, region, stage, entered_at, due_on, snag, closed, version, state)
    where r.id = n.id and r.version = n.version - 1";
const ANSWERS: &str = "insert into command (principal, key, fingerprint, at, outcome)
    select principal, key, fingerprint, to_timestamp(at / 1000000.0), outcome
    from unnest($1::uuid[], $2::text[], $3::bytea[], $4::bigint[], $5::text[])
        as n (principal, key, fingerprint, at, outcome)";
const LINES: &str = "update decree_line l set outcome = 'approved', body = n.body
    from unnest($1::uuid[], $2::int[], $3::text[]) as n (decree, line, body)
    where l.decree = n.decree and l.line = n.line";
const COUNT: &str = "insert into stage_count as c (scheme, year, stage, region, n)
    select * from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::bigint[])
    on conflict (scheme, year, stage, region) do update set n = c.n + excluded.n";
const DUE: &str = "insert into stage_due as c (scheme, year, stage, region, due_on, n)
    select scheme, year, stage, region, due_on::date, n
    from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::bigint[])
        as n (scheme, year, stage, region, due_on, n)
    on conflict (scheme, year, stage, region, due_on) do update set n = c.n + excluded.n";

fn all<'a, T>(rows: &'a [Row], pick: impl Fn(&'a Row) -> T) -> Vec<T> {
    rows.iter().map(pick).collect()
}

async fn one_batch(connection: &mut PgConnection, rows: &[Row], pos: i64) -> Result<i64> {
    let mut transaction = connection.begin().await?;
    let tx = &mut *transaction;
    sqlx::query("select pos from head where one = 1 for update").execute(&mut *tx).await?;
    let positions: Vec<i64> = (pos + 1..).take(rows.len()).collect();
    let next = positions.last().copied().unwrap_or(pos);
    sqlx::query(REQUESTS)
        .bind(all(rows, |row| row.subject_id))
        .bind(all(rows, |row| row.region.as_str()))
        .bind(all(rows, |row| row.stage.as_str()))
        .bind(all(rows, |row| row.entered_at))
        .bind(all(rows, |row| row.due_on.as_deref()))
        .bind(all(rows, |row| row.snag.as_deref()))
        .bind(all(rows, |row| row.closed))
        .bind(all(rows, |row| row.version))
        .bind(all(rows, |row| row.state.as_str()))
        .execute(&mut *tx)
        .await?;
    sqlx::query(EVENTS)
        .bind(&positions)
        .bind(all(rows, |row| row.at))
        .bind(all(rows, |row| row.actor))
        .bind(all(rows, |row| row.subject_kind.as_str()))
        .bind(all(rows, |row| row.subject_id))
        .bind(all(rows, |row| row.seq))
        .bind(all(rows, |row| row.kind.as_str()))
        .bind(all(rows, |row| row.data.as_str()))
        .bind(all(rows, |row| row.prev_hash.as_slice()))
        .bind(all(rows, |row| row.hash.as_slice()))
        .execute(&mut *tx)
        .await?;
    sqlx::query(OUTBOX)
        .bind(&positions)
        .bind(all(rows, |row| row.kind.as_str()))
        .bind(all(rows, |row| row.subject_id))
        .bind(all(rows, |row| row.at))
        .execute(&mut *tx)
        .await?;
    beside(tx, rows).await?;
    sqlx::query("update head set pos = $1, hash = $2 where one = 1")
        .bind(next)
        .bind(rows.last().map(|row| row.hash.as_slice()))
        .execute(&mut *tx)
        .await?;
    transaction.commit().await?;
    Ok(next)
}

/// Answers, lines and counters.
async fn beside(tx: &mut PgConnection, rows: &[Row]) -> Result<()> {
    if rows.iter().any(|row| row.answer.is_some()) {
        sqlx::query(ANSWERS)
            .bind(all(rows, |row| row.actor))
            .bind(all(rows, |row| row.answer.as_ref().map(|(key, _)| key.as_str())))
            .bind(all(rows, |row| row.hash.as_slice()))
            .bind(all(rows, |row| row.at))
            .bind(all(rows, |row| row.answer.as_ref().map(|(_, outcome)| outcome.as_str())))
            .execute(&mut *tx)
            .await?;
    }
    if rows.iter().any(|row| row.line.is_some()) {
        sqlx::query(LINES)
            .bind(all(rows, |row| row.decree))
            .bind(all(rows, |row| row.line))
            .bind(all(rows, |row| row.body.as_deref()))
            .execute(&mut *tx)
            .await?;
    }
    let mut places: BTreeMap<(&str, i32, &str, &str, &str), i64> = BTreeMap::new();
    for row in rows {
        let due = row.due_on.as_deref().unwrap_or("2026-01-01");
        for (stage, n) in [(row.stage.as_str(), 1), ("input", -1)] {
            *places.entry((&row.scheme, row.year, stage, &row.region, due)).or_default() += n;
        }
    }
    let mut counts: BTreeMap<_, i64> = BTreeMap::new();
    for ((scheme, year, stage, region, _), n) in &places {
        *counts.entry((*scheme, *year, *stage, *region)).or_default() += n;
    }
    sqlx::query(COUNT)
        .bind(counts.keys().map(|key| key.0).collect::<Vec<_>>())
        .bind(counts.keys().map(|key| key.1).collect::<Vec<_>>())
        .bind(counts.keys().map(|key| key.2).collect::<Vec<_>>())
        .bind(counts.keys().map(|key| key.3).collect::<Vec<_>>())
        .bind(counts.values().copied().collect::<Vec<_>>())
        .execute(&mut *tx)
        .await?;
    sqlx::query(DUE)
        .bind(places.keys().map(|key| key.0).collect::<Vec<_>>())
        .bind(places.keys().map(|key| key.1).collect::<Vec<_>>())
        .bind(places.keys().map(|key| key.2).collect::<Vec<_>>())
        .bind(places.keys().map(|key| key.3).collect::<Vec<_>>())
        .bind(places.keys().map(|key| key.4).collect::<Vec<_>>())
        .bind(places.values().copied().collect::<Vec<_>>())
        .execute(&mut *tx)
        .await?;
    Ok(())
}
