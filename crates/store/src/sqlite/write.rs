//! Writes what a batch has decided.

use rusqlite::{Transaction, params};
use salur_core::Digest;
use salur_core::decree::Books;
use salur_core::world::World;

use super::found::found;
use super::office::write_office;
use crate::access::forgotten;
use crate::batch::{Changes, frees_recipient};
use crate::chain::linked;
use crate::error::StoreError;
use crate::job::ImportPhase;

pub(super) fn write(
    transaction: &Transaction<'_>,
    world: &World,
    changes: &Changes,
    books: &Books,
    pos: i64,
    hash: Digest,
) -> Result<i64, StoreError> {
    write_requests(transaction, world, changes, books)?;
    write_facts(transaction, changes)?;
    let first = pos;
    let pos = write_events(transaction, changes, pos, hash)?;
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
    if let Some(before) = changes.forget {
        forget(transaction, before)?;
    }
    for founding in &changes.founding {
        found(transaction, founding)?;
    }
    write_office(transaction, changes)?;
    super::access::write(transaction, changes)?;
    for viewing in &changes.viewings {
        let (sql, cells) = viewing.statement();
        super::access::run(transaction, sql, cells)?;
    }
    if let Some(piece) = &changes.visits {
        super::visits::write(transaction, piece)?;
    }
    Ok(pos)
}

/// Appends to the audit chain, and moves its head.
fn write_events(
    transaction: &Transaction<'_>,
    changes: &Changes,
    pos: i64,
    hash: Digest,
) -> Result<i64, StoreError> {
    let mut insert = transaction.prepare_cached(
        "insert into event (pos, at, actor, for_whom, subject_kind, subject_id, seq, kind, data, prev_hash, hash)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?;
    let mut head = (pos, hash);
    for (pos, event, prev, hash) in linked(&changes.events, pos, hash) {
        head = (pos, hash);
        insert.execute(params![
            pos,
            event.at,
            event.actor.0.as_bytes(),
            event.for_whom.as_ref().map(|person| person.0.as_bytes()),
            event.subject_kind,
            event.subject_id.as_bytes(),
            event.seq,
            event.kind,
            event.data,
            prev.0,
            hash.0,
        ])?;
    }
    transaction
        .prepare_cached("update head set pos = ?1, hash = ?2 where one = 1")?
        .execute(params![head.0, head.1.0])?;
    Ok(head.0)
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
        let snag = salur_core::wait::snag(workflow, request);
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

fn write_facts(transaction: &Transaction<'_>, changes: &Changes) -> Result<(), StoreError> {
    if changes.facts.is_empty() && changes.notes.is_empty() && changes.attachments.is_empty() {
        return Ok(());
    }
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
    if changes.lines.is_empty() {
        return Ok(());
    }
    let mut update = transaction
        .prepare_cached("update budget_line set reserved = ?2, committed = ?3, paid = ?4 where id = ?1")?;
    for id in &changes.lines {
        let Some(line) = books.lines.get(id) else { continue };
        update.execute(params![id.as_str(), line.reserved.0, line.committed.0, line.paid.0])?;
    }
    Ok(())
}

fn write_counts(transaction: &Transaction<'_>, changes: &Changes) -> Result<(), StoreError> {
    if changes.counts.is_empty() && changes.dues.is_empty() {
        return Ok(());
    }
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
    if changes.snags.is_empty() {
        return Ok(());
    }
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

const DECREE_LINE: &str = "insert into decree_line (decree, line, request, amount, facts, outcome, body)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         on conflict (decree, line) do update set outcome = excluded.outcome, body = excluded.body";

fn write_lists(transaction: &Transaction<'_>, changes: &Changes, books: &Books) -> Result<(), StoreError> {
    if changes.decrees.is_empty() && changes.orders.is_empty() {
        return write_imports(transaction, changes);
    }
    let mut decree = transaction.prepare_cached(
        "insert into decree (id, scheme, year, state, drafted_at, version, body, number)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         on conflict (id) do update set state = excluded.state, version = excluded.version, body = excluded.body,
             number = excluded.number",
    )?;
    let mut decree_line = transaction.prepare_cached(DECREE_LINE)?;
    for (list, lines) in &changes.decrees {
        decree.execute(params![
            list.id.0.as_bytes(),
            list.scheme.as_str(),
            list.year,
            list.state.as_str(),
            list.drafted_at.as_microsecond(),
            list.version,
            serde_json::to_string(list)?,
            list.number_key(),
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
        "insert into payment_order (id, state, drafted_at, version, body, sp2d) values (?1, ?2, ?3, ?4, ?5, ?6)
         on conflict (id) do update set state = excluded.state, version = excluded.version, body = excluded.body,
             sp2d = excluded.sp2d",
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
            list.number_key(),
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
    if changes.imports.is_empty() {
        return Ok(());
    }
    let mut import = transaction.prepare_cached(
        "insert into import (id, scheme, year, state, at, body, sender) values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         on conflict (id) do update set state = excluded.state, body = excluded.body",
    )?;
    let mut fault = transaction.prepare_cached(
        "insert or ignore into import_fault (import, line, n, sealed) values (?1, ?2, ?3, ?4)",
    )?;
    let mut forget = transaction.prepare_cached("delete from import_fault where import = ?1")?;
    for state in &changes.imports {
        import.execute(params![
            state.id.0.as_bytes(),
            state.scheme.as_str(),
            state.year,
            state.state.as_str(),
            state.at.as_microsecond(),
            serde_json::to_string(state)?,
            state.by.0.as_bytes(),
        ])?;
        // A judging that begins again, or came to nothing, leaves none of its faults behind.
        let begins = matches!(state.state, ImportPhase::Judging | ImportPhase::Failed);
        if begins && state.rows == 0 && state.faults.is_empty() {
            forget.execute([state.id.0.as_bytes()])?;
        }
        for found in &state.faults {
            fault.execute(params![state.id.0.as_bytes(), found.row, found.n, found.sealed])?;
        }
    }
    Ok(())
}

/// Forgets what nobody will ask for again, a piece at a time so that the writer is not held.
fn forget(transaction: &Transaction<'_>, before: i64) -> Result<(), StoreError> {
    transaction.execute(
        "delete from command where (principal, key) in
         (select principal, key from command where at < ?1 order by at limit 5000)",
        [before],
    )?;
    transaction.execute(
        "delete from outbox where due_at < ?1 and pos in (select pos from outbox order by pos limit 5000)",
        [before],
    )?;
    for (sql, cells) in forgotten(before) {
        super::access::run(transaction, sql, cells)?;
    }
    transaction.execute("delete from stage_due where n = 0", [])?;
    Ok(())
}

fn write_answers(transaction: &Transaction<'_>, changes: &Changes) -> Result<(), StoreError> {
    if changes.answers.is_empty() {
        return Ok(());
    }
    let mut command = transaction.prepare_cached(
        "insert into command (principal, key, fingerprint, at, outcome) values (?1, ?2, ?3, ?4, ?5)",
    )?;
    for (principal, key, stored, at) in &changes.answers {
        command.execute(params![principal.0.as_bytes(), key, stored.fingerprint.0, at, stored.outcome])?;
    }
    Ok(())
}
