//! Changes of the office: proposals, and what comes of them. Such a job is a batch of its own, so that whatever follows
//! is decided in the office as it is from then on.

use salur_core::decree::Books;
use salur_core::event::Acted;
use salur_core::office::{self, Change, Decided, Effect, Paper, Proposal, ProposalState, may_see};
use salur_core::refusal::{Refusal, Why};
use salur_core::world::Context;
use salur_core::{Digest, ProposalId};
use uuid::Uuid;

use super::{Batch, Told};
use crate::chain::named_subject;
use crate::error::StoreError;
use crate::job::{Answer, SealedNote};

/// What an effect happens to, as the audit chain names it. A definition's name is not known from its effect alone.
pub(crate) fn subject_of(effect: &Effect) -> (&'static str, Uuid) {
    match effect.subject() {
        (kind, Ok(person)) => (kind, person.0),
        (kind, Err(key)) => (kind, named_subject(kind, &key)),
    }
}

impl Batch<'_> {
    pub(super) fn propose(
        &mut self,
        context: &Context<'_>,
        id: ProposalId,
        change: Change,
        digest: Digest,
    ) -> Told {
        let proposals = self.loaded.proposals.values();
        office::check_anew(context, proposals, &change)?;
        match office::propose(context, &self.loaded.books, id, change, digest)? {
            Some(decided) => self.decided(context, decided),
            None => Ok(Answer::Proposal { id: None, now: None }),
        }
    }

    pub(super) fn confirm(&mut self, context: &Context<'_>, id: ProposalId) -> Told {
        self.with_proposal(context, id, |proposal, books| office::confirm(context, books, proposal))
    }

    pub(super) fn decline(
        &mut self,
        context: &Context<'_>,
        id: ProposalId,
        note: Option<SealedNote>,
    ) -> Told {
        let reason = note.as_ref().map(|note| note.note);
        let told =
            self.with_proposal(context, id, |proposal, _| office::decline(context, proposal, reason))?;
        self.changes.notes.extend(note);
        Ok(told)
    }

    pub(super) fn withdraw(&mut self, context: &Context<'_>, id: ProposalId) -> Told {
        self.with_proposal(context, id, |proposal, _| office::withdraw(context, proposal))
    }

    /// An act on a proposal that is there for the actor's eyes.
    fn with_proposal(
        &mut self,
        context: &Context<'_>,
        id: ProposalId,
        act: impl FnOnce(&Proposal, &Books) -> Result<Decided, Refusal>,
    ) -> Told {
        let proposal = self.loaded.proposals.get(&id).filter(|proposal| may_see(context, proposal));
        let proposal = proposal.ok_or(Refusal::from(Why::NotFound))?;
        let decided = act(proposal, &self.loaded.books)?;
        self.decided(context, decided)
    }

    fn decided(&mut self, context: &Context<'_>, decided: Decided) -> Told {
        let Decided { proposal, event, effect, published, requests } = decided;
        let id = proposal.id;
        let is_made = matches!(event, office::ProposalEvent::Made { .. });
        let data = serde_json::to_string(&event).map_err(StoreError::from)?;
        self.tell(context, "proposal", id.0, if is_made { 1 } else { 2 }, event.kind(), data);
        for (request, event) in requests {
            self.record(context, request, Acted { for_whom: None, event })?;
        }
        if let Some(effect) = effect {
            self.effect(context, &proposal, effect, published);
        }
        self.loaded.proposals.insert(id, proposal.clone());
        self.changes.proposals.push(proposal.clone());
        Ok(Answer::Proposal { id: Some(id), now: Some(Box::new(proposal)) })
    }

    /// What a change does, told on its own subject with the proposal it comes from.
    fn effect(
        &mut self,
        context: &Context<'_>,
        proposal: &Proposal,
        effect: Effect,
        published: Option<office::Published>,
    ) {
        debug_assert_eq!(proposal.state, ProposalState::Confirmed);
        let mut data = serde_json::json!({ "proposal": proposal.id, "change": proposal.change.told() });
        let (subject, mut id) = subject_of(&effect);
        if let (Some(published), Some(data)) = (&published, data.as_object_mut()) {
            id = named_subject(subject, &format!("{} {}", published.scheme, published.version));
            data.insert("scheme".into(), published.scheme.as_str().into());
            data.insert("version".into(), published.version.into());
            data.insert("digest".into(), published.digest.to_string().into());
        }
        if let (Change::LiftFreeze { .. }, Effect::Kept(paper)) = (&proposal.change, &effect)
            && let (Paper::Freeze(freeze), Some(data)) = (&**paper, data.as_object_mut())
        {
            data.insert("last".into(), freeze.to.to_string().into());
        }
        let seq = self.loaded.seqs.get(&id).copied().unwrap_or_default().saturating_add(1);
        // A definition is published once, so nobody counts its events.
        if published.is_none() {
            self.loaded.seqs.insert(id, seq);
            self.changes.seqs.insert(id, seq);
        }
        self.tell(context, subject, id, seq, proposal.change.kind().effect(), data.to_string());
        self.changes.effects.push((effect, published));
    }
}
