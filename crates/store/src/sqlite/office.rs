//! Writes changes of the office: proposals, and what came of them.

use rusqlite::{Transaction, params};
use salur_core::office::{Effect, Published};

use crate::access::gone;
use crate::batch::Changes;
use crate::error::StoreError;

pub(super) fn write_office(transaction: &Transaction<'_>, changes: &Changes) -> Result<(), StoreError> {
    for proposal in &changes.proposals {
        transaction
            .prepare_cached(
                "insert into proposal (id, kind, state, at, body) values (?1, ?2, ?3, ?4, ?5)
                 on conflict (id) do update set state = excluded.state, body = excluded.body",
            )?
            .execute(params![
                proposal.id.0.as_bytes(),
                proposal.change.kind().as_str(),
                proposal.state.as_str(),
                proposal.at.as_microsecond(),
                serde_json::to_string(proposal)?,
            ])?;
    }
    for (id, seq) in &changes.seqs {
        transaction
            .prepare_cached(
                "insert into subject (id, seq) values (?1, ?2)
                 on conflict (id) do update set seq = excluded.seq",
            )?
            .execute(params![id.as_bytes(), seq])?;
    }
    for (effect, published) in &changes.effects {
        write_effect(transaction, effect, published.as_ref())?;
    }
    Ok(())
}

fn write_effect(
    transaction: &Transaction<'_>,
    effect: &Effect,
    published: Option<&Published>,
) -> Result<(), StoreError> {
    match effect {
        Effect::Registered { person, staff_no, name } => transaction.execute(
            "insert into person (id, staff_no, name, active) values (?1, ?2, ?3, 1)",
            params![person.0.as_bytes(), staff_no, name],
        )?,
        Effect::Dismissed { person } => {
            for (sql, cells) in gone(*person) {
                super::access::run(transaction, sql, cells)?;
            }
            transaction.execute("update person set active = 0 where id = ?1", [person.0.as_bytes()])?
        }
        Effect::Granted { person, grant } => transaction.execute(
            "insert into person_grant (person, role, region) values (?1, ?2, ?3)",
            params![person.0.as_bytes(), grant.role.as_str(), grant.region.as_str()],
        )?,
        Effect::Revoked { person, grant } => transaction.execute(
            "delete from person_grant where person = ?1 and role = ?2 and region = ?3",
            params![person.0.as_bytes(), grant.role.as_str(), grant.region.as_str()],
        )?,
        Effect::Kept(paper) => transaction.execute(
            "insert into paper (kind, key, body) values (?1, ?2, ?3)
             on conflict (kind, key) do update set body = excluded.body",
            params![paper.kind().as_str(), paper.key(), paper.body()?],
        )?,
        Effect::Ended { kind, key } => transaction
            .execute("delete from paper where kind = ?1 and key = ?2", params![kind.as_str(), key])?,
        Effect::Published { text } => {
            let named = published.ok_or_else(|| StoreError::inconsistent("definition", "it has no name"))?;
            transaction.execute(
                "insert into definition (scheme, version, digest, text) values (?1, ?2, ?3, ?4)",
                params![named.scheme.as_str(), named.version, named.digest.0, text],
            )?
        }
        Effect::Opened(line) => transaction.execute(
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
        )?,
        Effect::Ceiling { line, ceiling } => transaction.execute(
            "update budget_line set ceiling = ?2 where id = ?1",
            params![line.as_str(), ceiling.0],
        )?,
    };
    Ok(())
}
