//! The baseline: the rows that the engine wrote, read back and written by hand into the same tables with the same
//! indexes and triggers, at the same batch size, by prepared statements on one connection. No rule, no hash, no JSON
//! is computed here.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use rusqlite::{Connection, TransactionBehavior, params};

use crate::cpu;
use crate::figures::Written;

/// What one command writes.
pub(crate) struct Row {
    event: EventRow,
    request: RequestRow,
    answer: Option<AnswerRow>,
    decree_line: Option<(Vec<u8>, i64, String, String)>,
}

/// Principal, key, fingerprint, time and outcome.
type AnswerRow = (Vec<u8>, String, Vec<u8>, i64, String);

struct EventRow {
    at: i64,
    actor: Vec<u8>,
    subject_kind: String,
    subject_id: Vec<u8>,
    seq: i64,
    kind: String,
    data: String,
    prev_hash: Vec<u8>,
    hash: Vec<u8>,
}

struct RequestRow {
    scheme: String,
    year: i64,
    region: String,
    stage: String,
    entered_at: i64,
    due_on: Option<String>,
    snag: Option<String>,
    closed: i64,
    version: i64,
    state: String,
}

pub(crate) fn batch_of(mean: f64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::as_conversions,
        reason = "1 to 1000"
    )]
    let size = mean.round().clamp(1.0, 1_000.0) as usize;
    size
}

/// Reads the last events of requests back, with all that was written beside each.
pub(crate) fn rows(path: &Path, count: u64) -> Result<Vec<Row>> {
    let connection = Connection::open(path)?;
    let mut statement = connection.prepare(
        "select e.pos, e.at, e.actor, e.subject_kind, e.subject_id, e.seq, e.kind, e.data, e.prev_hash, e.hash,
                r.scheme, r.year, r.region, r.stage, r.entered_at, r.due_on, r.snag, r.closed, r.version, r.state,
                l.decree, l.line, l.outcome, l.body
         from event e join request r on r.id = e.subject_id and r.version = e.seq
         left join decree_line l on l.request = r.id and l.outcome = 'approved'
         where e.pos > (select max(pos) from event) - ?1 and e.seq > 1 order by e.pos",
    )?;
    let mut rows = statement
        .query_map([i64::try_from(count)? + 1], |row| {
            Ok(Row {
                event: EventRow {
                    at: row.get(1)?,
                    actor: row.get(2)?,
                    subject_kind: row.get(3)?,
                    subject_id: row.get(4)?,
                    seq: row.get(5)?,
                    kind: row.get(6)?,
                    data: row.get(7)?,
                    prev_hash: row.get(8)?,
                    hash: row.get(9)?,
                },
                request: RequestRow {
                    scheme: row.get(10)?,
                    year: row.get(11)?,
                    region: row.get(12)?,
                    stage: row.get(13)?,
                    entered_at: row.get(14)?,
                    due_on: row.get(15)?,
                    snag: row.get(16)?,
                    closed: row.get(17)?,
                    version: row.get(18)?,
                    state: row.get(19)?,
                },
                answer: None,
                decree_line: match row.get::<_, Option<Vec<u8>>>(20)? {
                    Some(decree) => Some((decree, row.get(21)?, row.get(22)?, row.get(23)?)),
                    None => None,
                },
            })
        })?
        .collect::<Result<Vec<_>, _>>()?;
    let mut statement = connection.prepare("select principal, key, fingerprint, at, outcome from command")?;
    let answers = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?
        .collect::<Result<Vec<_>, _>>()?;
    if answers.len() == rows.len() {
        for (row, answer) in rows.iter_mut().zip(answers) {
            row.answer = Some(answer);
        }
    }
    Ok(rows)
}

/// Writes them by hand.
pub(crate) fn write(path: &Path, rows: &[Row], batch: usize) -> Result<Written> {
    let mut connection = Connection::open(path)?;
    connection.set_prepared_statement_cache_capacity(64);
    for (pragma, value) in [
        ("journal_mode", "wal"),
        ("synchronous", "2"),
        ("recursive_triggers", "1"),
        ("cache_size", "-32000"),
        ("cache_spill", "0"),
    ] {
        connection.pragma_update(None, pragma, value)?;
    }
    let (started, cpu_before) = (Instant::now(), cpu());
    let mut walls = Vec::new();
    let mut next = pos(&connection)?;
    for chunk in rows.chunks(batch.max(1)) {
        let before = Instant::now();
        next = one_batch(&mut connection, chunk, next)?;
        walls.push(before.elapsed());
    }
    let wall = started.elapsed();
    walls.sort_unstable();
    #[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "counts far below 2^52")]
    let done = rows.len() as f64;
    Ok(Written {
        rate: done / wall.as_secs_f64(),
        wall,
        p50: walls[walls.len() / 2],
        cpu_micros: cpu().saturating_sub(cpu_before).as_secs_f64() * 1e6 / done,
    })
}

fn pos(connection: &Connection) -> Result<i64> {
    Ok(connection.query_row("select pos from head", [], |row| row.get(0))?)
}

fn one_batch(connection: &mut Connection, rows: &[Row], pos: i64) -> Result<i64> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut places = Places::new();
    let mut next = pos;
    {
        let mut request = transaction.prepare_cached(
            "update request set region = ?3, stage = ?4, entered_at = ?5, due_on = ?6, snag = ?7, closed = ?8,
             version = ?9, state = ?10 where id = ?1 and version = ?2",
        )?;
        let mut event = transaction.prepare_cached(
            "insert into event (pos, at, actor, for_whom, subject_kind, subject_id, seq, kind, data, prev_hash, hash)
             values (?1, ?2, ?3, null, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?;
        let mut answer = transaction.prepare_cached(
            "insert into command (principal, key, fingerprint, at, outcome) values (?1, ?2, ?3, ?4, ?5)",
        )?;
        let mut outbox = transaction
            .prepare_cached("insert into outbox (pos, topic, subject_id, due_at) values (?1, ?2, ?3, ?4)")?;
        let mut line = transaction.prepare_cached(
            "update decree_line set outcome = ?3, body = ?4 where decree = ?1 and line = ?2",
        )?;
        for row in rows {
            next += 1;
            let (e, r) = (&row.event, &row.request);
            request.execute(params![
                e.subject_id,
                r.version - 1,
                r.region,
                r.stage,
                r.entered_at,
                r.due_on,
                r.snag,
                r.closed,
                r.version,
                r.state
            ])?;
            event.execute(params![
                next,
                e.at,
                e.actor,
                e.subject_kind,
                e.subject_id,
                e.seq,
                e.kind,
                e.data,
                e.prev_hash,
                e.hash
            ])?;
            outbox.execute(params![next, e.kind, e.subject_id, e.at])?;
            if let Some((principal, key, fingerprint, at, outcome)) = &row.answer {
                answer.execute(params![principal, key, fingerprint, at, outcome])?;
            }
            if let Some((decree, number, outcome, body)) = &row.decree_line {
                line.execute(params![decree, number, outcome, body])?;
            }
            *places.entry((&r.scheme, r.year, &r.stage, &r.region, r.due_on.as_deref())).or_default() += 1;
        }
        count(&transaction, places)?;
        transaction
            .prepare_cached("update head set pos = ?1, hash = ?2 where one = 1")?
            .execute(params![next, rows.last().map(|row| &row.event.hash)])?;
    }
    transaction.commit()?;
    Ok(next)
}

/// How many requests came where: scheme, year, stage, region, due day.
type Places<'a> = BTreeMap<(&'a str, i64, &'a str, &'a str, Option<&'a str>), i64>;

fn count(transaction: &rusqlite::Transaction<'_>, places: Places<'_>) -> Result<()> {
    let mut count = transaction.prepare_cached(
        "insert into stage_count (scheme, year, stage, region, n) values (?1, ?2, ?3, ?4, ?5)
         on conflict (scheme, year, stage, region) do update set n = n + excluded.n",
    )?;
    let mut due = transaction.prepare_cached(
        "insert into stage_due (scheme, year, stage, region, due_on, n) values (?1, ?2, ?3, ?4, ?5, ?6)
         on conflict (scheme, year, stage, region, due_on) do update set n = n + excluded.n",
    )?;
    for ((scheme, year, stage, region, day), n) in places {
        for (stage, n) in [(stage, n), ("input", -n)] {
            count.execute(params![scheme, year, stage, region, n])?;
            due.execute(params![scheme, year, stage, region, day.unwrap_or("2026-01-01"), n])?;
        }
    }
    Ok(())
}
