//! Writes changes of the office: proposals, and what came of them.

use salur_core::office::{Effect, Published};
use sqlx::postgres::PgConnection;

use super::outcome::Failure;
use super::write::{Columns, column, small};
use crate::access::gone;
use crate::batch::Changes;
use crate::db::Ts;
use crate::error::StoreError;

const PROPOSAL: &str = "insert into proposal (id, kind, state, at, body) values ($1, $2, $3, $4, $5)
    on conflict (id) do update set state = excluded.state, body = excluded.body";
const SEQS: &str = "insert into subject (id, seq) select * from unnest($1::uuid[], $2::int[])
    on conflict (id) do update set seq = excluded.seq";

pub(super) async fn write_office(connection: &mut PgConnection, changes: &Changes) -> Result<(), Failure> {
    for proposal in &changes.proposals {
        let mut columns = Columns::default();
        columns.put(proposal.id.0)?;
        columns.put(proposal.change.kind().as_str())?;
        columns.put(proposal.state.as_str())?;
        columns.put(Ts::from(proposal.at))?;
        columns.put(serde_json::to_string(proposal)?)?;
        columns.run(connection, PROPOSAL).await?;
    }
    if !changes.seqs.is_empty() {
        let mut columns = Columns::default();
        column!(columns, changes.seqs, (id, _) => *id);
        columns.put(changes.seqs.values().map(|seq| small(*seq)).collect::<Result<Vec<i32>, Failure>>()?)?;
        columns.run(connection, SEQS).await?;
    }
    for (effect, published) in &changes.effects {
        if let Effect::Dismissed { person } = effect {
            for (sql, cells) in gone(*person) {
                super::access::run(connection, sql, cells).await?;
            }
        }
        let (columns, sql) = effect_of(effect, published.as_ref())?;
        columns.run(connection, sql).await?;
    }
    Ok(())
}

/// The statement that makes a change so.
fn effect_of(effect: &Effect, published: Option<&Published>) -> Result<(Columns, &'static str), Failure> {
    let mut columns = Columns::default();
    let sql = match effect {
        Effect::Registered { person, staff_no, name } => {
            columns.put(person.0)?;
            columns.put(staff_no.as_str())?;
            columns.put(name.as_str())?;
            "insert into person (id, staff_no, name, active) values ($1, $2, $3, true)"
        }
        Effect::Dismissed { person } => {
            columns.put(person.0)?;
            "update person set active = false where id = $1"
        }
        Effect::Granted { person, grant } | Effect::Revoked { person, grant } => {
            columns.put(person.0)?;
            columns.put(grant.role.as_str())?;
            columns.put(grant.region.as_str())?;
            if matches!(effect, Effect::Granted { .. }) {
                "insert into person_grant (person, role, region) values ($1, $2, $3)"
            } else {
                "delete from person_grant where person = $1 and role = $2 and region = $3"
            }
        }
        Effect::Kept(paper) => {
            columns.put(paper.kind().as_str())?;
            columns.put(paper.key())?;
            columns.put(paper.body()?)?;
            "insert into paper (kind, key, body) values ($1, $2, $3)
                on conflict (kind, key) do update set body = excluded.body"
        }
        Effect::Ended { kind, key } => {
            columns.put(kind.as_str())?;
            columns.put(key.as_str())?;
            "delete from paper where kind = $1 and key = $2"
        }
        Effect::Published { text } => {
            let named = published.ok_or_else(|| StoreError::inconsistent("definition", "it has no name"))?;
            columns.put(named.scheme.as_str())?;
            columns.put(small(named.version)?)?;
            columns.put(named.digest.0)?;
            columns.put(text.as_str())?;
            "insert into definition (scheme, version, digest, text) values ($1, $2, $3, $4)"
        }
        Effect::Opened(line) => {
            columns.put(line.id.as_str())?;
            columns.put(line.scheme.as_str())?;
            columns.put(i32::from(line.year))?;
            columns.put(line.fund.as_str())?;
            columns.put(line.account.as_str())?;
            columns.put(line.ceiling.0)?;
            "insert into budget_line (id, scheme, year, fund, account, ceiling, reserved, committed, paid)
                values ($1, $2, $3, $4, $5, $6, 0, 0, 0)"
        }
        Effect::Ceiling { line, ceiling } => {
            columns.put(line.as_str())?;
            columns.put(ceiling.0)?;
            "update budget_line set ceiling = $2 where id = $1"
        }
    };
    Ok((columns, sql))
}
