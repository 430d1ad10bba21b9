//! Loads what a batch of jobs touches: in one statement, but for what lists and new recipients need.

use std::collections::HashSet;

use salur_core::decree::{Decree, DecreeLine, LineOutcome};
use salur_core::office::Proposal;
use salur_core::payment::{Order, PayLine};
use salur_core::request::Request;
use salur_core::workflow::BudgetLine;
use salur_core::{DecreeId, ImportId, OrderId, PersonId, RequestId, SchemeId};
use sqlx::FromRow;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::outcome::Failure;
use crate::batch::{Loaded, Needs, StoredAnswer};
use crate::error::StoreError;
use crate::job::{Ask, ImportState};
use crate::lists::digest;

/// Requests, the budget lines of their scheme and year or of those named, and answers given before.
const LOAD: &str = "
    select 1 as what, null::uuid as principal, null as key, null::bytea as fingerprint, state as body
        from request where id = any($1)
    union all
    select 2, null, null, null, row_to_json(l)::text from budget_line l
        where id = any($2) or (scheme, year) in (select scheme, year from request where id = any($1))
    union all
    select 3, c.principal, c.key, c.fingerprint, c.outcome from unnest($3::uuid[], $4::text[]) as k (principal, key),
        lateral (select * from command where principal = k.principal and key = k.key limit 1) as c";
const SUBJECTS: &str = "select r.scheme, r.year, r.subject_key, r.id, r.region
    from unnest($1::text[], $2::int[], $3::text[]) as k (scheme, year, subject_key),
    lateral (select * from request where scheme = k.scheme and year = k.year and subject_key = k.subject_key limit 1) as r";
const IMPORTS: &str = "select id, body from import where id = any($1)";
const PROPOSAL: &str = "select body from proposal where id = $1";
const PUBLISHING: &str = "select body from proposal where state = 'open' and kind = 'publish_definition'";
const SEQS: &str = "select id, seq from subject where id = any($1)";
const DECREE_NUMBERS: &str = "select number, id from decree where number = any($1)";
const SP2D_NUMBERS: &str = "select sp2d, id from payment_order where sp2d = any($1)";
const AT_BANK: &str = "select body from payment_order where state = 'exported'";
const DECREE: &str = "select body from decree where id = $1";
const DECREE_LINES: &str = "select body from decree_line where decree = $1 order by line";
const ORDER: &str = "select body from payment_order where id = $1";
const ORDER_LINES: &str = "select body from payment_line where payment_order = $1 order by line";

#[derive(FromRow)]
struct LoadRow {
    what: i32,
    principal: Option<Uuid>,
    key: Option<String>,
    fingerprint: Option<Vec<u8>>,
    body: String,
}

pub(super) async fn load(
    connection: &mut PgConnection,
    mut needs: Needs,
    asks: &[Ask],
) -> Result<Loaded, Failure> {
    let mut loaded = Loaded::default();
    load_office(connection, &mut needs, &mut loaded).await?;
    super::access::load(connection, std::mem::take(&mut needs.access), &mut loaded.access).await?;
    for (id, all) in &needs.decrees {
        if let Some((decree, lines)) = load_decree(connection, *id).await? {
            if *all {
                let listed = lines.iter().filter(|line| line.outcome == LineOutcome::Listed);
                // The first line's too: giving a list up asks for the role it needs there, struck or not.
                needs.requests.extend(lines.first().into_iter().chain(listed).map(|line| line.request));
            }
            loaded.decrees.insert(*id, (decree, lines));
        }
    }
    for id in &needs.orders {
        if let Some((order, lines)) = load_order(connection, *id).await? {
            needs.requests.extend(lines.iter().map(|line| line.request));
            loaded.orders.insert(*id, (order, lines));
        }
    }
    load_numbers(connection, &needs, &mut loaded).await?;
    if !(needs.requests.is_empty() && needs.lines.is_empty() && needs.keys.is_empty()) {
        load_books(connection, &needs, &mut loaded).await?;
    }
    if !needs.imports.is_empty() {
        let ids: Vec<Uuid> = needs.imports.iter().map(|id| id.0).collect();
        let rows: Vec<(Uuid, String)> = sqlx::query_as(IMPORTS).bind(ids).fetch_all(&mut *connection).await?;
        for (id, body) in rows {
            loaded.imports.insert(ImportId(id), serde_json::from_str::<ImportState>(&body)?.revision);
        }
    }
    needs.add_changed_subjects(asks, &loaded.books);
    if !needs.subjects.is_empty() {
        load_subjects(connection, &needs.subjects, &mut loaded).await?;
    }
    Ok(loaded)
}

/// Proposals, and how often what they change has been changed.
async fn load_office(
    connection: &mut PgConnection,
    needs: &mut Needs,
    loaded: &mut Loaded,
) -> Result<(), Failure> {
    for id in std::mem::take(&mut needs.proposals) {
        let body: Option<(String,)> =
            sqlx::query_as(PROPOSAL).bind(id.0).fetch_optional(&mut *connection).await?;
        if let Some((body,)) = body {
            let proposal: Proposal = serde_json::from_str(&body)?;
            needs.change(id, &proposal.change);
            loaded.proposals.insert(id, proposal);
        }
    }
    if needs.publishing {
        let rows: Vec<(String,)> = sqlx::query_as(PUBLISHING).fetch_all(&mut *connection).await?;
        for (body,) in rows {
            let proposal: Proposal = serde_json::from_str(&body)?;
            loaded.proposals.insert(proposal.id, proposal);
        }
    }
    if !needs.seqs.is_empty() {
        let ids: Vec<Uuid> = needs.seqs.iter().copied().collect();
        let rows: Vec<(Uuid, i32)> = sqlx::query_as(SEQS).bind(ids).fetch_all(connection).await?;
        for (id, seq) in rows {
            let seq = u32::try_from(seq).map_err(|error| StoreError::inconsistent("subject", error))?;
            loaded.seqs.insert(id, seq);
        }
    }
    Ok(())
}

/// Who has these numbers, and the orders that the bank has not answered.
async fn load_numbers(
    connection: &mut PgConnection,
    needs: &Needs,
    loaded: &mut Loaded,
) -> Result<(), Failure> {
    let books = &mut loaded.books;
    for (sql, numbers) in [(DECREE_NUMBERS, &needs.decree_numbers), (SP2D_NUMBERS, &needs.sp2d_numbers)] {
        if numbers.is_empty() {
            continue;
        }
        let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
        let rows: Vec<(String, Uuid)> = sqlx::query_as(sql).bind(numbers).fetch_all(&mut *connection).await?;
        for (number, id) in rows {
            if sql == DECREE_NUMBERS {
                books.decree_numbers.insert(number, DecreeId(id));
            } else {
                books.sp2d_numbers.insert(number, OrderId(id));
            }
        }
    }
    if needs.at_bank {
        let rows: Vec<(String,)> = sqlx::query_as(AT_BANK).fetch_all(connection).await?;
        for (body,) in rows {
            books.at_bank.push(serde_json::from_str(&body)?);
        }
    }
    Ok(())
}

async fn load_books(
    connection: &mut PgConnection,
    needs: &Needs,
    loaded: &mut Loaded,
) -> Result<(), Failure> {
    let ids: Vec<Uuid> = needs.requests.iter().map(|id| id.0).collect();
    let lines: Vec<&str> = needs.lines.iter().map(salur_core::LineId::as_str).collect();
    let (principals, keys): (Vec<Uuid>, Vec<&str>) =
        needs.keys.iter().map(|(principal, key)| (principal.0, key.as_str())).unzip();
    let query = sqlx::query_as(LOAD).bind(ids).bind(lines).bind(principals).bind(keys);
    let rows: Vec<LoadRow> = query.fetch_all(connection).await?;
    for row in rows {
        match (row.what, row.principal, row.key, row.fingerprint) {
            (1, ..) => {
                let request: Request = serde_json::from_str(&row.body)?;
                loaded.books.requests.insert(request.id, request);
            }
            (2, ..) => {
                let line: BudgetLine = serde_json::from_str(&row.body)?;
                loaded.books.lines.insert(line.id.clone(), line);
            }
            (_, Some(principal), Some(key), Some(fingerprint)) => {
                let stored = StoredAnswer { fingerprint: digest(fingerprint)?, outcome: row.body };
                loaded.answered.insert((PersonId(principal), key), stored);
            }
            _ => {}
        }
    }
    Ok(())
}

async fn load_subjects(
    connection: &mut PgConnection,
    wanted: &HashSet<(SchemeId, i16, String)>,
    loaded: &mut Loaded,
) -> Result<(), Failure> {
    let schemes: Vec<&str> = wanted.iter().map(|(scheme, ..)| scheme.as_str()).collect();
    let years: Vec<i32> = wanted.iter().map(|(_, year, _)| i32::from(*year)).collect();
    let keys: Vec<&str> = wanted.iter().map(|(.., key)| key.as_str()).collect();
    let query = sqlx::query_as(SUBJECTS).bind(schemes).bind(years).bind(keys);
    let rows: Vec<(String, i32, String, Uuid, String)> = query.fetch_all(connection).await?;
    for (scheme, year, key, id, region) in rows {
        let year = i16::try_from(year).unwrap_or_default();
        let known = (RequestId(id), region.as_str().into());
        loaded.subjects.insert((scheme.as_str().into(), year, key), known);
    }
    Ok(())
}

async fn load_decree(
    connection: &mut PgConnection,
    id: DecreeId,
) -> Result<Option<(Decree, Vec<DecreeLine>)>, Failure> {
    let body: Option<(String,)> = sqlx::query_as(DECREE).bind(id.0).fetch_optional(&mut *connection).await?;
    let Some((body,)) = body else { return Ok(None) };
    let rows: Vec<(String,)> = sqlx::query_as(DECREE_LINES).bind(id.0).fetch_all(connection).await?;
    let lines = rows.iter().map(|(body,)| serde_json::from_str(body)).collect::<Result<_, _>>()?;
    Ok(Some((serde_json::from_str(&body)?, lines)))
}

async fn load_order(
    connection: &mut PgConnection,
    id: OrderId,
) -> Result<Option<(Order, Vec<PayLine>)>, Failure> {
    let body: Option<(String,)> = sqlx::query_as(ORDER).bind(id.0).fetch_optional(&mut *connection).await?;
    let Some((body,)) = body else { return Ok(None) };
    let rows: Vec<(String,)> = sqlx::query_as(ORDER_LINES).bind(id.0).fetch_all(connection).await?;
    let lines = rows.iter().map(|(body,)| serde_json::from_str(body)).collect::<Result<_, _>>()?;
    Ok(Some((serde_json::from_str(&body)?, lines)))
}
