//! Loads what a batch of jobs touches.

use std::collections::{HashMap, HashSet};

use rusqlite::{OptionalExtension, Transaction, params};
use salur_core::decree::{Books, Decree, DecreeLine, LineOutcome};
use salur_core::office::Proposal;
use salur_core::payment::{Order, PayLine};
use salur_core::request::Request;
use salur_core::workflow::BudgetLine;
use salur_core::{DecreeId, Digest, OrderId, PersonId, RegionCode, RequestId, Rupiah, SchemeId};

use crate::batch::{Loaded, Needs, StoredAnswer};
use crate::error::StoreError;
use crate::job::{Ask, ImportState};

pub(super) fn load(
    transaction: &Transaction<'_>,
    mut needs: Needs,
    asks: &[Ask],
) -> Result<Loaded, StoreError> {
    let mut loaded = Loaded::default();
    load_office(transaction, &mut needs, &mut loaded)?;
    super::access::load(transaction, std::mem::take(&mut needs.access), &mut loaded.access)?;
    for (id, all) in &needs.decrees {
        if let Some((decree, lines)) = load_decree(transaction, *id)? {
            if *all {
                let listed = lines.iter().filter(|line| line.outcome == LineOutcome::Listed);
                // The first line's too: giving a list up asks for the role it needs there, struck or not.
                needs.requests.extend(lines.first().into_iter().chain(listed).map(|line| line.request));
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
    for id in &needs.imports {
        let body: Option<String> = transaction
            .prepare_cached("select body from import where id = ?1")?
            .query_row([id.0.as_bytes()], |row| row.get(0))
            .optional()?;
        if let Some(body) = body {
            loaded.imports.insert(*id, serde_json::from_str::<ImportState>(&body)?.revision);
        }
    }
    load_numbers(transaction, &needs, &mut loaded.books)?;
    load_answers(transaction, &needs.keys, &mut loaded.answered)?;
    load_requests(transaction, &needs.requests, &mut loaded.books)?;
    needs.add_changed_subjects(asks, &loaded.books);
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

/// Proposals, and how often what they change has been changed.
fn load_office(
    transaction: &Transaction<'_>,
    needs: &mut Needs,
    loaded: &mut Loaded,
) -> Result<(), StoreError> {
    for id in std::mem::take(&mut needs.proposals) {
        let body: Option<String> = transaction
            .prepare_cached("select body from proposal where id = ?1")?
            .query_row([id.0.as_bytes()], |row| row.get(0))
            .optional()?;
        if let Some(body) = body {
            let proposal: Proposal = serde_json::from_str(&body)?;
            needs.change(id, &proposal.change);
            loaded.proposals.insert(id, proposal);
        }
    }
    if needs.publishing {
        let mut open = transaction.prepare_cached(
            "select body from proposal where state = 'open' and kind = 'publish_definition'",
        )?;
        for body in open.query_map([], |row| row.get::<_, String>(0))? {
            let proposal: Proposal = serde_json::from_str(&body?)?;
            loaded.proposals.insert(proposal.id, proposal);
        }
    }
    for id in &needs.seqs {
        let seq: Option<u32> = transaction
            .prepare_cached("select seq from subject where id = ?1")?
            .query_row([id.as_bytes()], |row| row.get(0))
            .optional()?;
        loaded.seqs.extend(seq.map(|seq| (*id, seq)));
    }
    Ok(())
}

/// Who has these numbers, and the orders that the bank has not answered.
fn load_numbers(transaction: &Transaction<'_>, needs: &Needs, books: &mut Books) -> Result<(), StoreError> {
    let known = |sql: &str, number: &str| {
        let id: Option<[u8; 16]> =
            transaction.prepare_cached(sql)?.query_row([number], |row| row.get(0)).optional()?;
        Ok::<_, StoreError>(id.map(uuid::Uuid::from_bytes))
    };
    for number in &needs.decree_numbers {
        let id = known("select id from decree where number = ?1", number)?;
        books.decree_numbers.extend(id.map(|id| (number.clone(), DecreeId(id))));
    }
    for number in &needs.sp2d_numbers {
        let id = known("select id from payment_order where sp2d = ?1", number)?;
        books.sp2d_numbers.extend(id.map(|id| (number.clone(), OrderId(id))));
    }
    if needs.at_bank {
        let mut statement =
            transaction.prepare_cached("select body from payment_order where state = 'exported'")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let body = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
            books.at_bank.push(serde_json::from_str(body)?);
        }
    }
    Ok(())
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
    subjects: &mut HashMap<(SchemeId, i16, String), (RequestId, RegionCode)>,
) -> Result<(), StoreError> {
    let mut statement = transaction.prepare_cached(
        "select id, region from request where scheme = ?1 and year = ?2 and subject_key = ?3",
    )?;
    for subject in wanted {
        let known: Option<([u8; 16], String)> = statement
            .query_row(params![subject.0.as_str(), subject.1, subject.2], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        if let Some((id, region)) = known {
            subjects.insert(subject, (RequestId(uuid::Uuid::from_bytes(id)), region.as_str().into()));
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
