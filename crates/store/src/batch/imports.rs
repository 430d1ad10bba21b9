//! Lists that came in: what is kept of them, and their rows as requests.

use salur_core::PersonId;
use salur_core::world::Context;

use super::{Batch, Told};
use crate::chain::NewEvent;
use crate::error::ExecuteError;
use crate::job::{Answer, Entry, ImportPhase, ImportState, Outcome};

impl Batch<'_> {
    pub(super) fn accept(
        &mut self,
        context: &Context<'_>,
        entries: Vec<Entry>,
        mut state: ImportState,
    ) -> Told {
        self.is_last_kept(&state)?;
        let mut outcomes = Vec::new();
        for entry in entries {
            let (id, row) = (entry.request, entry.row);
            match self.enter(context, entry) {
                Ok(_) => state.accepted = state.accepted.saturating_add(1),
                Err(ExecuteError::Refused(refusal)) => {
                    state.refused = state.refused.saturating_add(1);
                    state.turned_away.extend(row.map(|row| (row, (*refusal).clone())));
                    outcomes.push(Outcome { id, refusal: Some(*refusal) });
                }
                Err(error) => return Err(error),
            }
        }
        self.note_import(context.actor.person.id, context.at.as_microsecond(), state)?;
        Ok(Answer::Many(outcomes))
    }

    /// Whoever works on an import read it before. A server that was paused may have been replaced since, and must not
    /// undo what the other one did.
    fn is_last_kept(&self, state: &ImportState) -> Result<(), ExecuteError> {
        let kept = self.loaded.imports.get(&state.id).copied().unwrap_or_default();
        if state.revision == kept { Ok(()) } else { Err(ExecuteError::Overtaken) }
    }

    pub(super) fn note_import(
        &mut self,
        actor: PersonId,
        at: i64,
        mut state: ImportState,
    ) -> Result<(), ExecuteError> {
        self.is_last_kept(&state)?;
        state.revision = state.revision.saturating_add(1);
        self.loaded.imports.insert(state.id, state.revision);
        let kind = match state.state {
            ImportPhase::Judging | ImportPhase::Accepting => None,
            ImportPhase::Ready => Some("import_judged"),
            ImportPhase::Done => Some("import_done"),
            ImportPhase::Failed => Some("import_failed"),
        };
        if let Some(kind) = kind {
            let data = serde_json::json!({
                "scheme": state.scheme, "year": state.year, "rows": state.rows, "sound": state.sound,
                "faulty": state.faulty, "referred": state.referred, "accepted": state.accepted,
                "refused": state.refused,
            });
            self.changes.events.push(NewEvent {
                at,
                actor,
                for_whom: None,
                subject_kind: "import",
                subject_id: state.id.0,
                seq: state.version,
                kind,
                data: data.to_string(),
            });
        }
        self.changes.imports.push(state);
        Ok(())
    }
}
