//! The write path on SQLite: one connection on a thread of its own, prepared statements row by row. The statements
//! differ from PostgreSQL's anyway; everything that can be shared is in `batch`.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use salur_core::decree::{Books, Decree, DecreeLine, LineOutcome};
use salur_core::payment::{Order, PayLine};
use salur_core::request::Request;
use salur_core::roster::{Grant, Person, Roster};
use salur_core::workflow::{BudgetLine, Workflow};
use salur_core::world::{Workflows, World};
use salur_core::{DecreeId, Digest, LineId, OrderId, PersonId, RequestId, Rupiah, SchemeId};

use crate::batch::{Batch, Changes, Loaded, StoredAnswer};
use crate::chain::{Link, NewEvent, link, named_subject};
use crate::error::StoreError;
use crate::job::{Ask, Founding, Job, SessionRow};
use crate::writer::Flush;

/// Opens the one connection that writes, its settings read back.
pub(crate) fn open(path: &std::path::Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    connection.set_prepared_statement_cache_capacity(128);
    for (pragma, value) in SETTINGS {
        connection.pragma_update(None, pragma, value)?;
    }
    for (pragma, value) in SETTINGS {
        let found: rusqlite::types::Value = connection.pragma_query_value(None, pragma, |row| row.get(0))?;
        let found = match found {
            rusqlite::types::Value::Integer(number) => number.to_string(),
            rusqlite::types::Value::Text(text) => text,
            other => format!("{other:?}"),
        };
        if found != *value {
            return Err(StoreError::Unfit(format!("SQLite keeps {pragma} = {found}; {value} is needed")));
        }
    }
    Ok(connection)
}

/// Durable through power loss (WAL with synchronous FULL), append-only triggers that REPLACE cannot pass, and no
/// code in the schema.
const SETTINGS: &[(&str, &str)] = &[
    ("journal_mode", "wal"),
    ("synchronous", "2"),
    ("foreign_keys", "1"),
    ("recursive_triggers", "1"),
    ("trusted_schema", "0"),
    ("busy_timeout", "5000"),
    ("cache_size", "-32000"),
    ("cache_spill", "0"),
];

/// Flushes each commit as [`SETTINGS`] say, or, while the office is empty, only at checkpoints.
pub(crate) fn set_flush(connection: &mut Connection, flush: Flush) -> Result<(), StoreError> {
    match flush {
        Flush::Later if position(connection)? > 0 => {
            Err(StoreError::Unfit("commits are put off in an empty office only".into()))
        }
        Flush::Later => {
            connection.pragma_update(None, "synchronous", "1")?;
            Ok(connection.query_row("pragma wal_autocheckpoint = 16000", [], |_| Ok(()))?)
        }
        Flush::Each => {
            connection.pragma_update(None, "synchronous", "2")?;
            connection.query_row("pragma wal_autocheckpoint = 1000", [], |_| Ok(()))?;
            // All that was put off reaches the disk now. A reader may keep a part of it in the log, which is synced.
            connection.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()))?;
            Ok(())
        }
    }
}

/// What a batch of jobs needs loaded.
#[derive(Debug, Default)]
struct Needs {
    requests: HashSet<RequestId>,
    keys: HashSet<(PersonId, String)>,
    subjects: HashSet<(SchemeId, i16, String)>,
    decrees: Vec<(DecreeId, bool)>,
    orders: Vec<OrderId>,
    lines: HashSet<LineId>,
}

impl Needs {
    fn of(world: &World, asks: &[Ask]) -> Needs {
        let mut needs = Needs::default();
        for ask in asks {
            if let Some(key) = &ask.key {
                needs.keys.insert((ask.actor, key.text.clone()));
            }
            match &ask.job {
                Job::Enter(entry) => needs.enter(world, entry),
                Job::Accept { entries, .. } => entries.iter().for_each(|entry| needs.enter(world, entry)),
                Job::Act(act) => {
                    needs.requests.insert(act.request);
                }
                Job::Many { requests, .. }
                | Job::DraftDecree { requests, .. }
                | Job::DraftOrder { requests, .. } => {
                    needs.requests.extend(requests);
                }
                Job::StrikeDecree { id, requests, .. } => {
                    needs.requests.extend(requests);
                    needs.decrees.push((*id, false));
                }
                Job::SignDecree { id, .. } | Job::CancelDecree { id } => needs.decrees.push((*id, true)),
                Job::ExportOrder { id }
                | Job::EnterSp2d { id, .. }
                | Job::SettleOrder { id, .. }
                | Job::CancelOrder { id } => needs.orders.push(*id),
                Job::NoteImport(_) | Job::Found(_) | Job::OpenSession(_) => {}
            }
        }
        needs
    }

    fn enter(&mut self, world: &World, entry: &crate::job::Entry) {
        self.subjects.insert((entry.scheme.clone(), entry.year, entry.subject_key.clone()));
        if let Some(workflow) = world.workflows.current(&entry.scheme) {
            self.lines.insert(salur_core::decide::line_id(workflow, entry.year));
        }
    }
}

/// Decides a batch and commits it: what is told here is durable once this returns.
pub(crate) fn commit(
    connection: &mut Connection,
    world: &World,
    asks: Vec<Ask>,
) -> Result<(Vec<crate::batch::Told>, i64), StoreError> {
    let needs = Needs::of(world, &asks);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let (pos, hash) = head(&transaction)?;
    let loaded = load(&transaction, needs, &asks)?;
    let mut batch = Batch::new(world, loaded);
    let mut told = Vec::with_capacity(asks.len());
    for ask in asks {
        match batch.decide(ask) {
            Err(crate::error::ExecuteError::Store(error)) => return Err(error),
            answer => told.push(answer),
        }
    }
    let (changes, books) = batch.into_changes();
    if changes.is_empty() {
        transaction.rollback()?;
        return Ok((told, pos));
    }
    let pos = write(&transaction, world, &changes, &books, pos, hash)?;
    transaction.commit()?;
    Ok((told, pos))
}

fn head(transaction: &Transaction<'_>) -> Result<(i64, Digest), StoreError> {
    let mut statement = transaction.prepare_cached("select pos, hash from head where one = 1")?;
    Ok(statement.query_row([], |row| Ok((row.get(0)?, Digest(row.get(1)?))))?)
}

fn load(transaction: &Transaction<'_>, mut needs: Needs, asks: &[Ask]) -> Result<Loaded, StoreError> {
    let mut loaded = Loaded::default();
    for (id, all) in &needs.decrees {
        if let Some((decree, lines)) = load_decree(transaction, *id)? {
            if *all {
                let listed = lines.iter().filter(|line| line.outcome == LineOutcome::Listed);
                needs.requests.extend(listed.map(|line| line.request));
            }
            loaded.decrees.insert(*id, (decree, lines));
        }
    }
    for id in &needs.orders {
        if let Some((order, lines)) = load_order(transaction, *id)? {
            needs.requests.extend(lines.iter().map(|line| line.request));
            loaded.orders.insert(*id, (order, lines));
        }
    }
    load_answers(transaction, &needs.keys, &mut loaded.answered)?;
    load_requests(transaction, &needs.requests, &mut loaded.books)?;
    for ask in asks {
        if let Job::Act(act) = &ask.job
            && let (Some(key), Some(request)) = (&act.subject_key, loaded.books.requests.get(&act.request))
        {
            needs.subjects.insert((request.scheme.clone(), request.year, key.clone()));
        }
    }
    load_subjects(transaction, needs.subjects, &mut loaded.subjects)?;
    needs.lines.extend(loaded.books.requests.values().map(|request| request.line.clone()));
    let mut statement = transaction.prepare_cached(
        "select scheme, year, fund, account, ceiling, reserved, committed, paid from budget_line where id = ?1",
    )?;
    for id in needs.lines {
        let line = statement
            .query_row([id.as_str()], |row| {
                Ok(BudgetLine {
                    id: id.clone(),
                    scheme: row.get_ref(0)?.as_str()?.into(),
                    year: row.get(1)?,
                    fund: row.get(2)?,
                    account: row.get(3)?,
                    ceiling: Rupiah(row.get(4)?),
                    reserved: Rupiah(row.get(5)?),
                    committed: Rupiah(row.get(6)?),
                    paid: Rupiah(row.get(7)?),
                })
            })
            .optional()?;
        loaded.books.lines.extend(line.map(|line| (id, line)));
    }
    Ok(loaded)
}

fn load_answers(
    transaction: &Transaction<'_>,
    keys: &HashSet<(PersonId, String)>,
    answered: &mut HashMap<(PersonId, String), StoredAnswer>,
) -> Result<(), StoreError> {
    let mut statement = transaction
        .prepare_cached("select fingerprint, outcome from command where principal = ?1 and key = ?2")?;
    for (principal, key) in keys {
        let stored = statement
            .query_row(params![principal.0.as_bytes(), key], |row| {
                Ok(StoredAnswer { fingerprint: Digest(row.get(0)?), outcome: row.get(1)? })
            })
            .optional()?;
        answered.extend(stored.map(|stored| ((*principal, key.clone()), stored)));
    }
    Ok(())
}

fn load_requests(
    transaction: &Transaction<'_>,
    ids: &HashSet<RequestId>,
    books: &mut Books,
) -> Result<(), StoreError> {
    let mut statement = transaction.prepare_cached("select state from request where id = ?1")?;
    let mut sorted: Vec<_> = ids.iter().collect();
    sorted.sort_unstable();
    for id in sorted {
        let mut rows = statement.query([id.0.as_bytes()])?;
        if let Some(row) = rows.next()? {
            let state = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
            let request: Request = serde_json::from_str(state)?;
            books.requests.insert(*id, request);
        }
    }
    Ok(())
}

fn load_subjects(
    transaction: &Transaction<'_>,
    wanted: HashSet<(SchemeId, i16, String)>,
    subjects: &mut HashMap<(SchemeId, i16, String), RequestId>,
) -> Result<(), StoreError> {
    let mut statement = transaction
        .prepare_cached("select id from request where scheme = ?1 and year = ?2 and subject_key = ?3")?;
    for subject in wanted {
        let id: Option<[u8; 16]> = statement
            .query_row(params![subject.0.as_str(), subject.1, subject.2], |row| row.get(0))
            .optional()?;
        if let Some(id) = id {
            subjects.insert(subject, RequestId(uuid::Uuid::from_bytes(id)));
        }
    }
    Ok(())
}

fn load_decree(
    transaction: &Transaction<'_>,
    id: DecreeId,
) -> Result<Option<(Decree, Vec<DecreeLine>)>, StoreError> {
    let body: Option<String> = transaction
        .prepare_cached("select body from decree where id = ?1")?
        .query_row([id.0.as_bytes()], |row| row.get(0))
        .optional()?;
    let Some(body) = body else { return Ok(None) };
    let mut statement =
        transaction.prepare_cached("select body from decree_line where decree = ?1 order by line")?;
    let mut rows = statement.query([id.0.as_bytes()])?;
    let mut lines = Vec::new();
    while let Some(row) = rows.next()? {
        lines.push(serde_json::from_str(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?);
    }
    Ok(Some((serde_json::from_str(&body)?, lines)))
}

fn load_order(
    transaction: &Transaction<'_>,
    id: OrderId,
) -> Result<Option<(Order, Vec<PayLine>)>, StoreError> {
    let body: Option<String> = transaction
        .prepare_cached("select body from payment_order where id = ?1")?
        .query_row([id.0.as_bytes()], |row| row.get(0))
        .optional()?;
    let Some(body) = body else { return Ok(None) };
    let mut statement =
        transaction.prepare_cached("select body from payment_line where payment_order = ?1 order by line")?;
    let mut rows = statement.query([id.0.as_bytes()])?;
    let mut lines = Vec::new();
    while let Some(row) = rows.next()? {
        lines.push(serde_json::from_str(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?);
    }
    Ok(Some((serde_json::from_str(&body)?, lines)))
}

fn write(
    transaction: &Transaction<'_>,
    world: &World,
    changes: &Changes,
    books: &Books,
    pos: i64,
    hash: Digest,
) -> Result<i64, StoreError> {
    let mut chain = Chain { transaction, pos, hash };
    write_requests(transaction, world, changes, books)?;
    write_facts(transaction, changes)?;
    let first = chain.pos;
    for event in &changes.events {
        chain.append(event)?;
    }
    let mut outbox = transaction
        .prepare_cached("insert into outbox (pos, topic, subject_id, due_at) values (?1, ?2, ?3, ?4)")?;
    for place in &changes.outbox {
        let (Some(event), Ok(place)) = (changes.events.get(*place), i64::try_from(*place)) else { continue };
        outbox.execute(params![first + 1 + place, event.kind, event.subject_id.as_bytes(), event.at])?;
    }
    write_lines(transaction, changes, books)?;
    write_counts(transaction, changes)?;
    write_snags(transaction, changes)?;
    write_lists(transaction, changes, books)?;
    write_answers(transaction, changes)?;
    for founding in &changes.founding {
        found(&mut chain, founding)?;
    }
    for session in &changes.sessions {
        open_session(&mut chain, session)?;
    }
    chain.finish()
}

/// The end of the audit chain while a batch is written.
struct Chain<'a> {
    transaction: &'a Transaction<'a>,
    pos: i64,
    hash: Digest,
}

impl Chain<'_> {
    fn append(&mut self, event: &NewEvent) -> Result<(), StoreError> {
        self.pos += 1;
        let prev = self.hash;
        self.hash = link(self.pos, &Link::from(event), &prev);
        self.transaction
            .prepare_cached(
                "insert into event (pos, at, actor, for_whom, subject_kind, subject_id, seq, kind, data, prev_hash, hash)
                 values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?
            .execute(params![
                self.pos,
                event.at,
                event.actor.0.as_bytes(),
                event.for_whom.as_ref().map(|person| person.0.as_bytes()),
                event.subject_kind,
                event.subject_id.as_bytes(),
                event.seq,
                event.kind,
                event.data,
                prev.0,
                self.hash.0,
            ])?;
        Ok(())
    }

    fn finish(self) -> Result<i64, StoreError> {
        self.transaction
            .prepare_cached("update head set pos = ?1, hash = ?2 where one = 1")?
            .execute(params![self.pos, self.hash.0])?;
        Ok(self.pos)
    }
}

fn write_requests(
    transaction: &Transaction<'_>,
    world: &World,
    changes: &Changes,
    books: &Books,
) -> Result<(), StoreError> {
    let mut insert = transaction.prepare_cached(
        "insert into request (id, scheme, year, region, stage, entered_at, due_on, snag, closed, version, subject_key, state)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?;
    let mut update = transaction.prepare_cached(
        "update request set region = ?3, stage = ?4, entered_at = ?5, due_on = ?6, snag = ?7, closed = ?8, version = ?9,
         state = ?10 where id = ?1 and version = ?2",
    )?;
    let mut update_key = transaction.prepare_cached("update request set subject_key = ?2 where id = ?1")?;
    for (id, was) in &changes.requests {
        let Some(request) = books.requests.get(id) else { continue };
        let workflow = world
            .workflows
            .pinned(&request.scheme, &request.definition)
            .ok_or_else(|| StoreError::inconsistent("definition", format!("none for request {id}")))?;
        let state = serde_json::to_string(request)?;
        let snag = Batch::snag_of(workflow, request);
        let due_on = request.due_on.map(|due| due.to_string());
        let frees = frees_recipient(workflow, request);
        if *was == 0 {
            let key = changes.subject_keys.get(id).filter(|_| !frees);
            insert.execute(params![
                id.0.as_bytes(),
                request.scheme.as_str(),
                request.year,
                request.region.as_str(),
                request.stage.as_str(),
                request.entered_at.as_microsecond(),
                due_on,
                snag,
                request.closed,
                request.version,
                key,
                state,
            ])?;
            continue;
        }
        let changed = update.execute(params![
            id.0.as_bytes(),
            was,
            request.region.as_str(),
            request.stage.as_str(),
            request.entered_at.as_microsecond(),
            due_on,
            snag,
            request.closed,
            request.version,
            state,
        ])?;
        if changed != 1 {
            return Err(StoreError::inconsistent("request", format!("{id} is not at version {was}")));
        }
        if frees {
            update_key.execute(params![id.0.as_bytes(), None::<String>])?;
        } else if let Some(key) = changes.subject_keys.get(id) {
            update_key.execute(params![id.0.as_bytes(), key])?;
        }
    }
    Ok(())
}

fn frees_recipient(workflow: &Workflow, request: &Request) -> bool {
    request.closed && workflow.end_of(&request.stage).is_some_and(salur_core::workflow::End::frees_recipient)
}

fn write_facts(transaction: &Transaction<'_>, changes: &Changes) -> Result<(), StoreError> {
    let mut recipient =
        transaction.prepare_cached("insert into recipient (id, key_id, sealed_key) values (?1, ?2, ?3)")?;
    let mut facts =
        transaction.prepare_cached("insert into facts (recipient, version, sealed) values (?1, ?2, ?3)")?;
    let mut label = transaction.prepare_cached("update request set label = ?2 where id = ?1")?;
    let mut word =
        transaction.prepare_cached("insert or ignore into word (hash, request) values (?1, ?2)")?;
    for (request, kept) in &changes.facts {
        if let Some((key_id, sealed_key)) = &kept.sealed_key {
            recipient.execute(params![kept.recipient.0.as_bytes(), key_id, sealed_key])?;
        }
        facts.execute(params![kept.recipient.0.as_bytes(), kept.facts.version, kept.sealed])?;
        label.execute(params![request.0.as_bytes(), kept.label])?;
        for hash in &kept.words {
            word.execute(params![hash, request.0.as_bytes()])?;
        }
    }
    let mut note = transaction.prepare_cached("insert into note (id, key_id, sealed) values (?1, ?2, ?3)")?;
    for kept in &changes.notes {
        note.execute(params![kept.note.id.0.as_bytes(), kept.key_id, kept.sealed])?;
    }
    let mut attachment = transaction.prepare_cached(
        "insert into attachment (id, request, at, media_type, size, digest) values (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for kept in &changes.attachments {
        attachment.execute(params![
            kept.id.0.as_bytes(),
            kept.request.0.as_bytes(),
            kept.at,
            kept.media_type,
            i64::try_from(kept.size).unwrap_or(i64::MAX),
            kept.digest.0,
        ])?;
    }
    Ok(())
}

fn write_lines(transaction: &Transaction<'_>, changes: &Changes, books: &Books) -> Result<(), StoreError> {
    let mut update = transaction
        .prepare_cached("update budget_line set reserved = ?2, committed = ?3, paid = ?4 where id = ?1")?;
    for id in &changes.lines {
        let Some(line) = books.lines.get(id) else { continue };
        update.execute(params![id.as_str(), line.reserved.0, line.committed.0, line.paid.0])?;
    }
    Ok(())
}

fn write_counts(transaction: &Transaction<'_>, changes: &Changes) -> Result<(), StoreError> {
    let mut count = transaction.prepare_cached(
        "insert into stage_count (scheme, year, stage, region, n) values (?1, ?2, ?3, ?4, ?5)
         on conflict (scheme, year, stage, region) do update set n = n + excluded.n",
    )?;
    for (place, n) in changes.counts.iter().filter(|(_, n)| **n != 0) {
        count.execute(params![
            place.scheme.as_str(),
            place.year,
            place.stage.as_str(),
            place.region.as_str(),
            n
        ])?;
    }
    let mut due = transaction.prepare_cached(
        "insert into stage_due (scheme, year, stage, region, due_on, n) values (?1, ?2, ?3, ?4, ?5, ?6)
         on conflict (scheme, year, stage, region, due_on) do update set n = n + excluded.n",
    )?;
    for ((place, day), n) in changes.dues.iter().filter(|(_, n)| **n != 0) {
        let (scheme, stage, region) = (place.scheme.as_str(), place.stage.as_str(), place.region.as_str());
        due.execute(params![scheme, place.year, stage, region, day.to_string(), n])?;
    }
    Ok(())
}

fn write_snags(transaction: &Transaction<'_>, changes: &Changes) -> Result<(), StoreError> {
    let mut count = transaction.prepare_cached(
        "insert into snag_count (scheme, year, stage, region, snag, n) values (?1, ?2, ?3, ?4, ?5, ?6)
         on conflict (scheme, year, stage, region, snag) do update set n = n + excluded.n",
    )?;
    for ((place, snag), n) in changes.snags.iter().filter(|(_, n)| **n != 0) {
        let (scheme, stage, region) = (place.scheme.as_str(), place.stage.as_str(), place.region.as_str());
        count.execute(params![scheme, place.year, stage, region, snag, n])?;
    }
    Ok(())
}

fn write_lists(transaction: &Transaction<'_>, changes: &Changes, books: &Books) -> Result<(), StoreError> {
    let mut decree = transaction.prepare_cached(
        "insert into decree (id, scheme, year, state, drafted_at, version, body) values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         on conflict (id) do update set state = excluded.state, version = excluded.version, body = excluded.body",
    )?;
    let mut decree_line = transaction.prepare_cached(
        "insert into decree_line (decree, line, request, amount, facts, outcome, body)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         on conflict (decree, line) do update set outcome = excluded.outcome, body = excluded.body",
    )?;
    for (list, lines) in &changes.decrees {
        decree.execute(params![
            list.id.0.as_bytes(),
            list.scheme.as_str(),
            list.year,
            list.state.as_str(),
            list.drafted_at.as_microsecond(),
            list.version,
            serde_json::to_string(list)?,
        ])?;
        for line in lines {
            decree_line.execute(params![
                list.id.0.as_bytes(),
                line.line,
                line.request.0.as_bytes(),
                line.amount.0,
                line.facts.0,
                line.outcome.as_str(),
                serde_json::to_string(line)?,
            ])?;
        }
    }
    let mut order = transaction.prepare_cached(
        "insert into payment_order (id, state, drafted_at, version, body) values (?1, ?2, ?3, ?4, ?5)
         on conflict (id) do update set state = excluded.state, version = excluded.version, body = excluded.body",
    )?;
    let mut pay_line = transaction.prepare_cached(
        "insert into payment_line (payment_order, line, request, recipient, facts_version, amount, outcome, body)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         on conflict (payment_order, line) do update set outcome = excluded.outcome, body = excluded.body",
    )?;
    for (list, lines) in &changes.orders {
        order.execute(params![
            list.id.0.as_bytes(),
            list.state.as_str(),
            list.drafted_at.as_microsecond(),
            list.version,
            serde_json::to_string(list)?,
        ])?;
        for line in lines {
            let request = books.requests.get(&line.request);
            let recipient = request.map_or_else(uuid::Uuid::nil, |request| request.recipient.0);
            pay_line.execute(params![
                list.id.0.as_bytes(),
                line.line,
                line.request.0.as_bytes(),
                recipient.as_bytes(),
                line.facts_version,
                line.amount.0,
                line.outcome.as_str(),
                serde_json::to_string(line)?,
            ])?;
        }
    }
    write_imports(transaction, changes)
}

fn write_imports(transaction: &Transaction<'_>, changes: &Changes) -> Result<(), StoreError> {
    let mut import = transaction.prepare_cached(
        "insert into import (id, scheme, year, state, at, body) values (?1, ?2, ?3, ?4, ?5, ?6)
         on conflict (id) do update set state = excluded.state, body = excluded.body",
    )?;
    let mut fault = transaction.prepare_cached(
        "insert or ignore into import_fault (import, row, n, sealed) values (?1, ?2, ?3, ?4)",
    )?;
    for state in &changes.imports {
        import.execute(params![
            state.id.0.as_bytes(),
            state.scheme.as_str(),
            state.year,
            state.state.as_str(),
            state.at.as_microsecond(),
            serde_json::to_string(state)?,
        ])?;
        for found in &state.faults {
            fault.execute(params![state.id.0.as_bytes(), found.row, found.n, found.sealed])?;
        }
    }
    Ok(())
}

fn write_answers(transaction: &Transaction<'_>, changes: &Changes) -> Result<(), StoreError> {
    let mut command = transaction.prepare_cached(
        "insert into command (principal, key, fingerprint, at, outcome) values (?1, ?2, ?3, ?4, ?5)",
    )?;
    for (principal, key, stored, at) in &changes.answers {
        command.execute(params![principal.0.as_bytes(), key, stored.fingerprint.0, at, stored.outcome])?;
    }
    Ok(())
}

fn found(chain: &mut Chain<'_>, founding: &Founding) -> Result<(), StoreError> {
    let transaction = chain.transaction;
    for person in &founding.people {
        transaction.execute(
            "insert into person (id, staff_no, name, active) values (?1, ?2, ?3, ?4)",
            params![person.id.0.as_bytes(), person.staff_no, person.name, person.active],
        )?;
        for grant in &person.grants {
            transaction.execute(
                "insert into person_grant (person, role, region) values (?1, ?2, ?3)",
                params![person.id.0.as_bytes(), grant.role.as_str(), grant.region.as_str()],
            )?;
        }
        let data = serde_json::json!({ "grants": person.grants }).to_string();
        chain.append(&founded(founding.at, "person", person.id.0, "person_registered", data))?;
    }
    for line in &founding.lines {
        transaction.execute(
            "insert into budget_line (id, scheme, year, fund, account, ceiling, reserved, committed, paid)
             values (?1, ?2, ?3, ?4, ?5, ?6, 0, 0, 0)",
            params![
                line.id.as_str(),
                line.scheme.as_str(),
                line.year,
                line.fund,
                line.account,
                line.ceiling.0
            ],
        )?;
        let id = named_subject("budget_line", line.id.as_str());
        let data = serde_json::to_string(line)?;
        chain.append(&founded(founding.at, "budget_line", id, "budget_line_opened", data))?;
    }
    for text in &founding.definitions {
        let workflow =
            Workflow::parse(text).map_err(|error| StoreError::inconsistent("definition", error))?;
        transaction.execute(
            "insert into definition (scheme, version, digest, text) values (?1, ?2, ?3, ?4)",
            params![workflow.scheme.as_str(), workflow.version, workflow.digest.0, text],
        )?;
        let id = named_subject("definition", &format!("{} {}", workflow.scheme, workflow.version));
        let data = serde_json::json!({
            "scheme": workflow.scheme, "version": workflow.version, "digest": workflow.digest,
        });
        chain.append(&founded(founding.at, "definition", id, "definition_published", data.to_string()))?;
    }
    for session in &founding.sessions {
        open_session(chain, session)?;
    }
    Ok(())
}

fn open_session(chain: &mut Chain<'_>, session: &SessionRow) -> Result<(), StoreError> {
    chain.transaction.execute(
        "insert into session (digest, person, label, opened_at, expires_at) values (?1, ?2, ?3, ?4, ?5)",
        params![
            session.digest.0,
            session.person.0.as_bytes(),
            session.label,
            session.opened_at.as_microsecond(),
            session.expires_at.as_microsecond(),
        ],
    )?;
    let id = named_subject("session", &session.digest.to_string());
    let data = serde_json::json!({ "person": session.person, "expires_at": session.expires_at }).to_string();
    let mut event = founded(session.opened_at, "session", id, "session_opened", data);
    event.actor = session.person;
    chain.append(&event)
}

fn founded(
    at: Timestamp,
    subject_kind: &'static str,
    subject_id: uuid::Uuid,
    kind: &'static str,
    data: String,
) -> NewEvent {
    let actor = PersonId(uuid::Uuid::nil());
    NewEvent { at: at.as_microsecond(), actor, for_whom: None, subject_kind, subject_id, seq: 1, kind, data }
}

/// The position of the last event.
pub(crate) fn position(connection: &mut Connection) -> Result<i64, StoreError> {
    Ok(connection.query_row("select pos from head where one = 1", [], |row| row.get(0))?)
}

/// Refuses a database whose data were sealed with another key.
pub(crate) fn check_key(connection: &Connection, key_id: &str) -> Result<(), StoreError> {
    let other: Option<String> = connection
        .query_row("select key_id from recipient where key_id <> ?1 limit 1", [key_id], |row| row.get(0))
        .optional()?;
    match other {
        None => Ok(()),
        Some(other) => {
            Err(StoreError::Key(format!("the data were sealed with key {other}, this key is {key_id}")))
        }
    }
}

/// The world as the database has it: people and definitions; calendar and policy stay as they are.
pub(crate) fn load_world(connection: &Connection, before: &World) -> Result<World, StoreError> {
    let mut grants: HashMap<[u8; 16], Vec<Grant>> = HashMap::new();
    let mut statement =
        connection.prepare("select person, role, region from person_grant order by person, role, region")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let grant = Grant {
            role: row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?.into(),
            region: row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?.into(),
        };
        grants.entry(row.get(0)?).or_default().push(grant);
    }
    let mut people = Vec::new();
    let mut statement = connection.prepare("select id, staff_no, name, active from person")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let id: [u8; 16] = row.get(0)?;
        people.push(Person {
            id: PersonId(uuid::Uuid::from_bytes(id)),
            staff_no: row.get(1)?,
            name: row.get(2)?,
            active: row.get(3)?,
            grants: grants.remove(&id).unwrap_or_default(),
        });
    }
    let mut definitions = Vec::new();
    let mut statement = connection.prepare("select text from definition order by scheme, version")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let text = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        definitions
            .push(Workflow::parse(text).map_err(|error| StoreError::inconsistent("definition", error))?);
    }
    Ok(World {
        workflows: Workflows::new(definitions),
        roster: std::sync::Arc::new(Roster::new(people)),
        calendar: before.calendar.clone(),
        policy: before.policy.clone(),
    })
}

/// The sessions as the database has them.
pub(crate) fn load_sessions(connection: &Connection) -> Result<crate::sessions::Sessions, StoreError> {
    let mut statement =
        connection.prepare("select digest, person, label, opened_at, expires_at from session")?;
    let mut rows = statement.query([])?;
    let mut sessions = crate::sessions::Sessions::new();
    while let Some(row) = rows.next()? {
        let digest = Digest(row.get(0)?);
        let session = SessionRow {
            digest,
            person: PersonId(uuid::Uuid::from_bytes(row.get(1)?)),
            label: row.get(2)?,
            opened_at: crate::lists::timestamp(row.get(3)?)?,
            expires_at: crate::lists::timestamp(row.get(4)?)?,
        };
        sessions.insert(digest, session);
    }
    Ok(sessions)
}
