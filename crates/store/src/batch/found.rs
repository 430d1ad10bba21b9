//! What the office itself does, as events of the audit chain: it is founded, sessions open, closed years go.

use jiff::Timestamp;
use salur_core::PersonId;
use salur_core::workflow::Workflow;
use uuid::Uuid;

use super::Batch;
use crate::access::{AccessWrite, token_session};
use crate::archive::Archived;
use crate::chain::{NewEvent, named_subject};
use crate::error::StoreError;
use crate::job::{Founding, SessionRow};

impl Batch<'_> {
    pub(super) fn found(&mut self, founding: Founding) -> Result<(), StoreError> {
        let events = &mut self.changes.events;
        for person in &founding.people {
            let data = serde_json::json!({ "grants": person.grants }).to_string();
            self.changes.seqs.insert(person.id.0, 1);
            events.push(founded(founding.at, "person", person.id.0, "person_registered", data));
        }
        for line in &founding.lines {
            let id = named_subject("budget_line", line.id.as_str());
            let data = serde_json::to_string(line)?;
            self.changes.seqs.insert(id, 1);
            events.push(founded(founding.at, "budget_line", id, "budget_line_opened", data));
        }
        for text in &founding.definitions {
            let workflow =
                Workflow::parse(text).map_err(|error| StoreError::inconsistent("definition", error))?;
            let id = named_subject("definition", &format!("{} {}", workflow.scheme, workflow.version));
            let data = serde_json::json!({
                "scheme": workflow.scheme, "version": workflow.version, "digest": workflow.digest,
            });
            events.push(founded(founding.at, "definition", id, "definition_published", data.to_string()));
        }
        for session in &founding.sessions {
            self.open_session(session);
        }
        self.changes.founding.push(founding);
        Ok(())
    }

    pub(super) fn note_archive(&mut self, at: i64, id: Uuid, archived: &Archived) {
        let data = serde_json::json!({
            "year": archived.year, "events": archived.events, "first": archived.first, "last": archived.last,
            "digest": archived.digest,
        });
        self.changes.events.push(NewEvent {
            at,
            actor: PersonId(Uuid::nil()),
            for_whom: None,
            subject_kind: "archive",
            subject_id: id,
            seq: 1,
            kind: "year_archived",
            data: data.to_string(),
        });
    }

    /// A session whose token somebody is given.
    pub(super) fn open_session(&mut self, row: &SessionRow) {
        let id = named_subject("session", &row.digest.to_string());
        let data = serde_json::json!({ "person": row.person, "expires_at": row.expires_at }).to_string();
        let mut event = founded(row.opened_at, "session", id, "session_opened", data);
        event.actor = row.person;
        self.changes.events.push(event);
        self.changes.access.push(AccessWrite::Session(token_session(row, id)));
    }
}

fn founded(
    at: Timestamp,
    subject_kind: &'static str,
    subject_id: Uuid,
    kind: &'static str,
    data: String,
) -> NewEvent {
    let actor = PersonId(Uuid::nil());
    NewEvent { at: at.as_microsecond(), actor, for_whom: None, subject_kind, subject_id, seq: 1, kind, data }
}
