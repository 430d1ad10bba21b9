//! People, definitions, budget lines and sessions: written once, loaded into the world.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, params};
use salur_core::roster::{Grant, Person, Roster};
use salur_core::workflow::Workflow;
use salur_core::world::{Workflows, World};
use salur_core::{Digest, PersonId};

use super::write::Chain;
use crate::chain::{NewEvent, named_subject};
use crate::error::StoreError;
use crate::job::{Founding, SessionRow};

pub(super) fn found(chain: &mut Chain<'_>, founding: &Founding) -> Result<(), StoreError> {
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

pub(super) fn open_session(chain: &mut Chain<'_>, session: &SessionRow) -> Result<(), StoreError> {
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
