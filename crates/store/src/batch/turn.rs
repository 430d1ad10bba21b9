//! What time and a new version do to requests.

use jiff::Timestamp;
use salur_core::event::Acted;
use salur_core::migrate;
use salur_core::office::{Change, ProposalState};
use salur_core::refusal::{Refusal, Why};
use salur_core::timer;
use salur_core::world::Context;
use salur_core::{ProposalId, RequestId, SchemeId};

use super::{Batch, Told};
use crate::job::{Answer, Outcome};

impl Batch<'_> {
    /// Whatever is due for these requests as they are now; nobody does it.
    pub(super) fn timers(&mut self, at: Timestamp, requests: &[RequestId]) -> Told {
        let context = Context::of_nobody(self.world, at);
        let mut fired = 0_u32;
        for id in requests {
            // A request that is gone from here, or whose definition is, waits for whoever finds out.
            let Ok(case) = self.loaded.books.case(&context, *id) else { continue };
            for event in timer::fire(&case) {
                self.record(&context, *id, Acted { for_whom: None, event })?;
                fired = fired.saturating_add(1);
            }
        }
        Ok(Answer::Fired(fired))
    }

    /// Each request that the version takes; the others keep theirs, and why is told. One that runs under another
    /// than they have named is left alone.
    pub(super) fn migrate(
        &mut self,
        context: &Context<'_>,
        proposal: ProposalId,
        requests: &[RequestId],
    ) -> Told {
        let confirmed = self.loaded.proposals.get(&proposal).filter(|it| {
            it.state == ProposalState::Confirmed && it.decided_by == Some(context.actor.person.id)
        });
        let Some(Change::Migrate { scheme, from, to }) = confirmed.map(|it| it.change.clone()) else {
            return Err(Refusal::from(Why::NotFound).into());
        };
        let mut outcomes = Vec::with_capacity(requests.len());
        for id in requests {
            let refusal = match self.migrated(context, *id, &scheme, from, to) {
                Ok(Some(event)) => {
                    self.record(context, *id, event)?;
                    None
                }
                // It runs under another version by now: nothing becomes of it here.
                Ok(None) => continue,
                Err(refusal) => Some(refusal),
            };
            outcomes.push(Outcome { id: *id, refusal });
        }
        Ok(Answer::Many(outcomes))
    }

    fn migrated(
        &self,
        context: &Context<'_>,
        id: RequestId,
        scheme: &SchemeId,
        from: Option<u32>,
        to: u32,
    ) -> Result<Option<Acted>, Refusal> {
        let case = self.loaded.books.case(context, id)?;
        let version = case.request.definition.version;
        if case.request.scheme != *scheme || version >= to || from.is_some_and(|from| version != from) {
            return Ok(None);
        }
        let mut versions = self.world.workflows.all();
        let new = versions.find(|it| it.scheme == *scheme && it.version == to);
        let new = new.ok_or(Why::DefinitionMissing)?;
        Ok(Some(Acted { for_whom: None, event: migrate::migrate(&case, new)? }))
    }
}
