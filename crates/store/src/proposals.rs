//! Reads of proposals, and the job that makes one.

use salur_core::office::{Change, Proposal, ProposalState};
use salur_core::{ProposalId, RequestId, StageName};
use uuid::Uuid;

use crate::Store;
use crate::error::StoreError;
use crate::facts::seal_note;
use crate::job::Job;

const ONE: &str = "select body from proposal where id = $1";
const ALL: &str = "select body from proposal where id < $1 order by id desc limit $2";
const OF_STATE: &str = "select body from proposal where state = $1 and id < $2 order by id desc limit $3";

impl Store {
    /// The job that proposes a change.
    pub fn proposing(&self, id: ProposalId, change: Change) -> Result<Job, StoreError> {
        let digest = digest_of(self.vault(), &change)?;
        Ok(Job::Propose { id, change: Box::new(change), digest, note: None })
    }

    /// The job that proposes to put a request back to an earlier stage, with the text of its reason.
    pub fn proposing_repair(
        &self,
        id: ProposalId,
        request: RequestId,
        to: StageName,
        reason: &str,
    ) -> Result<Job, StoreError> {
        let note = seal_note(self.vault(), id.0, reason)?;
        let change = Change::Repair { request, to, reason: note.note };
        let digest = digest_of(self.vault(), &change)?;
        Ok(Job::Propose { id, change: Box::new(change), digest, note: Some(note) })
    }

    /// One proposal.
    pub async fn proposal(&self, id: ProposalId) -> Result<Option<Proposal>, StoreError> {
        let row: Option<(String,)> = self.db.maybe(ONE, (id.0,)).await?;
        Ok(row.map(|(body,)| serde_json::from_str(&body)).transpose()?)
    }

    /// Proposals from before one, newest first.
    pub async fn proposals(
        &self,
        state: Option<ProposalState>,
        before: Uuid,
        limit: u32,
    ) -> Result<Vec<Proposal>, StoreError> {
        let limit = i64::from(limit);
        let rows: Vec<(String,)> = match state {
            None => self.db.all(ALL, (before, limit)).await?,
            Some(state) => self.db.all(OF_STATE, (state.as_str().to_owned(), before, limit)).await?,
        };
        Ok(rows.iter().map(|(body,)| serde_json::from_str(body)).collect::<Result<_, _>>()?)
    }
}

/// The keyed digest by which the audit chain knows a change that it does not hold whole.
pub(crate) fn digest_of(
    vault: &crate::vault::Vault,
    change: &Change,
) -> Result<salur_core::Digest, StoreError> {
    Ok(vault.note_digest(&serde_json::to_vec(change)?))
}
