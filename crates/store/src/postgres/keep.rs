//! Writes what only some batches have: facts, texts, files, lists, imports, people.

use std::collections::{BTreeSet, HashSet};

use salur_core::decree::{Books, Decree, DecreeLine};
use salur_core::payment::{Order, PayLine};
use salur_core::workflow::Workflow;
use sqlx::postgres::PgConnection;

use super::outcome::Failure;
use super::write::{Columns, column, small};
use crate::access::forgotten;
use crate::batch::Changes;
use crate::db::Ts;
use crate::error::StoreError;
use crate::job::{Founding, ImportPhase, ImportState};

const FACTS: &str = "
with keyed as (
    insert into recipient (id, key_id, sealed_key) select * from unnest($1::uuid[], $2::text[], $3::bytea[])
), kept as (
    insert into facts (recipient, version, sealed) select * from unnest($4::uuid[], $5::int[], $6::bytea[])
), found as (
    insert into word (hash, request) select * from unnest($7::bigint[], $8::uuid[]) on conflict do nothing
)
update request r set label = n.label from unnest($9::uuid[], $10::bytea[]) as n (id, label)
    where r.id = n.id and r.label is distinct from n.label";
const NOTES: &str =
    "insert into note (id, key_id, sealed) select * from unnest($1::uuid[], $2::text[], $3::bytea[])";
const ATTACHMENTS: &str = "insert into attachment (id, request, at, media_type, size, digest)
    select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::bigint[], $6::bytea[])";
const DECREE: &str = "
    insert into decree (id, scheme, year, state, drafted_at, version, body, number)
    values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict (id) do update set state = excluded.state, version = excluded.version, body = excluded.body,
        number = excluded.number";
const DECREE_LINES: &str = "
    insert into decree_line (decree, line, request, amount, facts, outcome, body)
    select $1, * from unnest($2::int[], $3::uuid[], $4::bigint[], $5::bytea[], $6::text[], $7::text[])
    on conflict (decree, line) do update set outcome = excluded.outcome, body = excluded.body";
const ORDER: &str = "
    insert into payment_order (id, state, drafted_at, version, body, sp2d) values ($1, $2, $3, $4, $5, $6)
    on conflict (id) do update set state = excluded.state, version = excluded.version, body = excluded.body,
        sp2d = excluded.sp2d";
const ORDER_LINES: &str = "
    insert into payment_line (payment_order, line, request, recipient, facts_version, amount, outcome, body)
    select $1, * from unnest($2::int[], $3::uuid[], $4::uuid[], $5::int[], $6::bigint[], $7::text[], $8::text[])
    on conflict (payment_order, line) do update set outcome = excluded.outcome, body = excluded.body";
const IMPORT: &str = "
    insert into import (id, scheme, year, state, at, body, sender) values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (id) do update set state = excluded.state, body = excluded.body";
const FAULTS: &str = "insert into import_fault (import, line, n, sealed)
    select $1, * from unnest($2::bigint[], $3::int[], $4::bytea[]) on conflict do nothing";
const FORGET_ANSWERS: &str = "delete from command where (principal, key) in
    (select principal, key from command where at < $1 order by at limit 5000)";
const FORGET_OUTBOX: &str =
    "delete from outbox where due_at < $1 and pos in (select pos from outbox order by pos limit 5000)";

pub(super) async fn keep(
    connection: &mut PgConnection,
    changes: &Changes,
    books: &Books,
) -> Result<(), Failure> {
    if !changes.facts.is_empty() {
        facts(connection, changes).await?;
    }
    if !changes.notes.is_empty() {
        let mut columns = Columns::default();
        column!(columns, changes.notes, kept => kept.note.id.0);
        column!(columns, changes.notes, kept => kept.key_id.as_str());
        column!(columns, changes.notes, kept => kept.sealed.as_slice());
        columns.run(connection, NOTES).await?;
    }
    if !changes.attachments.is_empty() {
        attachments(connection, changes).await?;
    }
    for (list, lines) in &changes.decrees {
        decree(connection, list, lines).await?;
    }
    for (list, lines) in &changes.orders {
        order(connection, list, lines, books).await?;
    }
    for state in &changes.imports {
        import(connection, state).await?;
    }
    if let Some(before) = changes.forget {
        sqlx::query(FORGET_ANSWERS).bind(Ts(before)).execute(&mut *connection).await?;
        sqlx::query(FORGET_OUTBOX).bind(Ts(before)).execute(&mut *connection).await?;
        for (sql, cells) in forgotten(before) {
            super::access::run(connection, sql, cells).await?;
        }
        sqlx::query("delete from stage_due where n = 0").execute(&mut *connection).await?;
    }
    for founding in &changes.founding {
        found(connection, founding).await?;
    }
    super::office::write_office(connection, changes).await?;
    super::access::write(connection, changes).await?;
    for viewing in &changes.viewings {
        let (sql, cells) = viewing.statement();
        super::access::run(connection, sql, cells).await?;
    }
    match &changes.visits {
        Some(piece) => super::visits::write(connection, piece).await,
        None => Ok(()),
    }
}

async fn facts(connection: &mut PgConnection, changes: &Changes) -> Result<(), Failure> {
    let facts = &changes.facts;
    let mut columns = Columns::default();
    let keys: Vec<_> = facts
        .iter()
        .filter_map(|(_, kept)| kept.sealed_key.as_ref().map(|(id, key)| (kept.recipient.0, id, key)))
        .collect();
    column!(columns, keys, (recipient, ..) => *recipient);
    column!(columns, keys, (_, id, _) => id.as_str());
    column!(columns, keys, (.., key) => key.as_slice());
    column!(columns, facts, (_, kept) => kept.recipient.0);
    columns.put(
        facts.iter().map(|(_, kept)| small(kept.facts.version)).collect::<Result<Vec<i32>, Failure>>()?,
    )?;
    column!(columns, facts, (_, kept) => kept.sealed.as_slice());
    let words: BTreeSet<_> =
        facts.iter().flat_map(|(request, kept)| kept.words.iter().map(|word| (*word, request.0))).collect();
    column!(columns, words, (word, _) => *word);
    column!(columns, words, (_, request) => *request);
    // Of a request whose facts change twice in one batch, the last label stays.
    let mut seen = HashSet::new();
    let labels: Vec<_> = facts.iter().rev().filter(|(request, _)| seen.insert(*request)).collect();
    column!(columns, labels, (request, _) => request.0);
    column!(columns, labels, (_, kept) => kept.label.as_slice());
    columns.run(connection, FACTS).await?;
    Ok(())
}

async fn attachments(connection: &mut PgConnection, changes: &Changes) -> Result<(), Failure> {
    let files = &changes.attachments;
    let mut columns = Columns::default();
    column!(columns, files, kept => kept.id.0);
    column!(columns, files, kept => kept.request.0);
    column!(columns, files, kept => Ts(kept.at));
    column!(columns, files, kept => kept.media_type.as_str());
    column!(columns, files, kept => i64::try_from(kept.size).unwrap_or(i64::MAX));
    column!(columns, files, kept => kept.digest.0);
    columns.run(connection, ATTACHMENTS).await?;
    Ok(())
}

async fn decree(connection: &mut PgConnection, list: &Decree, lines: &[DecreeLine]) -> Result<(), Failure> {
    let mut columns = Columns::default();
    columns.put(list.id.0)?;
    columns.put(list.scheme.as_str())?;
    columns.put(i32::from(list.year))?;
    columns.put(list.state.as_str())?;
    columns.put(Ts::from(list.drafted_at))?;
    columns.put(small(list.version)?)?;
    columns.put(serde_json::to_string(list)?)?;
    columns.put(list.number_key())?;
    columns.run(connection, DECREE).await?;
    let mut columns = Columns::default();
    columns.put(list.id.0)?;
    columns.put(lines.iter().map(|line| small(line.line)).collect::<Result<Vec<i32>, Failure>>()?)?;
    column!(columns, lines, line => line.request.0);
    column!(columns, lines, line => line.amount.0);
    column!(columns, lines, line => line.facts.0);
    column!(columns, lines, line => line.outcome.as_str());
    columns.put(lines.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?)?;
    columns.run(connection, DECREE_LINES).await?;
    Ok(())
}

async fn order(
    connection: &mut PgConnection,
    list: &Order,
    lines: &[PayLine],
    books: &Books,
) -> Result<(), Failure> {
    let mut columns = Columns::default();
    columns.put(list.id.0)?;
    columns.put(list.state.as_str())?;
    columns.put(Ts::from(list.drafted_at))?;
    columns.put(small(list.version)?)?;
    columns.put(serde_json::to_string(list)?)?;
    columns.put(list.number_key())?;
    columns.run(connection, ORDER).await?;
    let recipient = |line: &PayLine| books.requests.get(&line.request).map(|request| request.recipient.0);
    let mut columns = Columns::default();
    columns.put(list.id.0)?;
    columns.put(lines.iter().map(|line| small(line.line)).collect::<Result<Vec<i32>, Failure>>()?)?;
    column!(columns, lines, line => line.request.0);
    column!(columns, lines, line => recipient(line).unwrap_or_else(uuid::Uuid::nil));
    columns
        .put(lines.iter().map(|line| small(line.facts_version)).collect::<Result<Vec<i32>, Failure>>()?)?;
    column!(columns, lines, line => line.amount.0);
    column!(columns, lines, line => line.outcome.as_str());
    columns.put(lines.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?)?;
    columns.run(connection, ORDER_LINES).await?;
    Ok(())
}

async fn import(connection: &mut PgConnection, state: &ImportState) -> Result<(), Failure> {
    let mut columns = Columns::default();
    columns.put(state.id.0)?;
    columns.put(state.scheme.as_str())?;
    columns.put(i32::from(state.year))?;
    columns.put(state.state.as_str())?;
    columns.put(Ts::from(state.at))?;
    columns.put(serde_json::to_string(state)?)?;
    columns.put(state.by.0)?;
    columns.run(connection, IMPORT).await?;
    // A judging that begins again, or came to nothing, leaves none of its faults behind.
    let begins = matches!(state.state, ImportPhase::Judging | ImportPhase::Failed);
    if begins && state.rows == 0 && state.faults.is_empty() {
        sqlx::query("delete from import_fault where import = $1")
            .bind(state.id.0)
            .execute(&mut *connection)
            .await?;
    }
    if !state.faults.is_empty() {
        let mut columns = Columns::default();
        columns.put(state.id.0)?;
        column!(columns, state.faults, found => i64::from(found.row));
        columns
            .put(state.faults.iter().map(|found| small(found.n)).collect::<Result<Vec<i32>, Failure>>()?)?;
        column!(columns, state.faults, found => found.sealed.as_slice());
        columns.run(connection, FAULTS).await?;
    }
    Ok(())
}

async fn found(connection: &mut PgConnection, founding: &Founding) -> Result<(), Failure> {
    let people = &founding.people;
    let mut columns = Columns::default();
    column!(columns, people, person => person.id.0);
    column!(columns, people, person => person.staff_no.as_str());
    column!(columns, people, person => person.name.as_str());
    column!(columns, people, person => person.active);
    let sql = "insert into person (id, staff_no, name, active)
        select * from unnest($1::uuid[], $2::text[], $3::text[], $4::boolean[])";
    columns.run(connection, sql).await?;
    let grants: Vec<_> =
        people.iter().flat_map(|person| person.grants.iter().map(|grant| (person.id.0, grant))).collect();
    let mut columns = Columns::default();
    column!(columns, grants, (person, _) => *person);
    column!(columns, grants, (_, grant) => grant.role.as_str());
    column!(columns, grants, (_, grant) => grant.region.as_str());
    let sql = "insert into person_grant (person, role, region) select * from unnest($1::uuid[], $2::text[], $3::text[])";
    columns.run(connection, sql).await?;
    let lines = &founding.lines;
    let mut columns = Columns::default();
    column!(columns, lines, line => line.id.as_str());
    column!(columns, lines, line => line.scheme.as_str());
    column!(columns, lines, line => i32::from(line.year));
    column!(columns, lines, line => line.fund.as_str());
    column!(columns, lines, line => line.account.as_str());
    column!(columns, lines, line => line.ceiling.0);
    let sql = "insert into budget_line (id, scheme, year, fund, account, ceiling, reserved, committed, paid)
        select *, 0, 0, 0 from unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[], $6::bigint[])";
    columns.run(connection, sql).await?;
    for text in &founding.definitions {
        let workflow =
            Workflow::parse(text).map_err(|error| StoreError::inconsistent("definition", error))?;
        let mut columns = Columns::default();
        columns.put(workflow.scheme.as_str())?;
        columns.put(small(workflow.version)?)?;
        columns.put(workflow.digest.0)?;
        columns.put(text.as_str())?;
        let sql = "insert into definition (scheme, version, digest, text) values ($1, $2, $3, $4)";
        columns.run(connection, sql).await?;
    }
    Ok(())
}
