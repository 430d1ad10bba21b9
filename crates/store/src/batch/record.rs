//! Folds an event into its request and notes all that must be written for it.

use jiff::civil::Date;
use salur_core::event::{Acted, Event};
use salur_core::request::{Request, apply};
use salur_core::wait;
use salur_core::workflow::{End, Standing, Workflow};
use salur_core::world::Context;
use salur_core::{PersonId, RequestId};

use super::Batch;
use super::changes::{Attachment, Place};
use crate::chain::NewEvent;
use crate::error::{ExecuteError, StoreError};
use crate::job::Answer;

impl<'a> Batch<'a> {
    /// What somebody has done, for whom they said they act.
    pub(super) fn tell(
        &mut self,
        context: &Context<'_>,
        subject: &'static str,
        id: uuid::Uuid,
        seq: u32,
        kind: &'static str,
        data: String,
    ) {
        self.tell_for(context, context.actor.for_whom, subject, id, seq, kind, data);
    }

    /// What somebody has done, and for whom.
    #[expect(clippy::too_many_arguments, reason = "the columns of an event")]
    pub(super) fn tell_for(
        &mut self,
        context: &Context<'_>,
        for_whom: Option<PersonId>,
        subject: &'static str,
        id: uuid::Uuid,
        seq: u32,
        kind: &'static str,
        data: String,
    ) {
        self.changes.outbox.push(self.changes.events.len());
        self.changes.events.push(NewEvent {
            at: context.at.as_microsecond(),
            actor: context.actor.person.id,
            for_whom,
            subject_kind: subject,
            subject_id: id,
            seq,
            kind,
            data,
        });
    }

    pub(super) fn answer(&self, id: RequestId) -> Answer {
        let now = self.loaded.books.requests.get(&id).cloned();
        Answer::Request {
            id,
            version: now.as_ref().map_or(0, |request| request.version),
            now: now.map(Box::new),
        }
    }

    /// Folds an event into its request and notes all that must be written for it.
    pub(super) fn record(
        &mut self,
        context: &Context<'_>,
        id: RequestId,
        acted: Acted,
    ) -> Result<(), ExecuteError> {
        let Acted { for_whom, event } = acted;
        let before = self.loaded.books.requests.remove(&id);
        let was = before.as_ref().map(|request| Was {
            place: Place::of(request),
            due_on: request.due_on.filter(|_| !request.closed),
            budget: request.budget,
            version: request.version,
            snag: self.snag(request),
        });
        let seq = was.as_ref().map_or(0, |was| was.version).saturating_add(1);
        let entry =
            salur_core::event::Entry { seq, at: context.at, actor: context.actor.person.id, for_whom, event };
        let after = apply(before, id, &entry).map_err(StoreError::from)?;
        self.count(was.as_ref(), &after);
        self.move_money(was.as_ref(), &after)?;
        if after.closed
            && self
                .workflow_of(&after)
                .and_then(|flow| flow.end_of(&after.stage))
                .is_some_and(End::frees_recipient)
        {
            self.loaded.subjects.retain(|_, (request, _)| *request != id);
        }
        if let Event::Attached { attachment, media_type, size, digest } = &entry.event {
            self.changes.attachments.push(Attachment {
                id: *attachment,
                request: id,
                at: context.at.as_microsecond(),
                media_type: media_type.clone(),
                size: *size,
                digest: *digest,
            });
        }
        let data = serde_json::to_string(&entry.event).map_err(StoreError::from)?;
        self.tell_for(context, for_whom, "request", id.0, seq, entry.event.kind(), data);
        self.changes.requests.entry(id).or_insert_with(|| was.map_or(0, |was| was.version));
        self.loaded.books.requests.insert(id, after);
        Ok(())
    }

    fn workflow_of(&self, request: &Request) -> Option<&'a Workflow> {
        self.world.workflows.pinned(&request.scheme, &request.definition).map(|workflow| &**workflow)
    }

    fn count(&mut self, was: Option<&Was>, after: &Request) {
        let place = Place::of(after);
        let due = after.due_on.filter(|_| !after.closed);
        if was.is_none_or(|was| was.place != place) {
            if let Some(was) = was {
                *self.changes.counts.entry(was.place.clone()).or_default() -= 1;
            }
            *self.changes.counts.entry(place.clone()).or_default() += 1;
        }
        if was.is_none_or(|was| was.place != place || was.due_on != due) {
            if let Some((was, due)) = was.and_then(|was| was.due_on.map(|due| (was, due))) {
                *self.changes.dues.entry((was.place.clone(), due)).or_default() -= 1;
            }
            if let Some(due) = due {
                *self.changes.dues.entry((place.clone(), due)).or_default() += 1;
            }
        }
        let snag = self.snag(after);
        if let Some((was, snag)) = was.and_then(|was| was.snag.clone().map(|snag| (was, snag))) {
            *self.changes.snags.entry((was.place.clone(), snag)).or_default() -= 1;
        }
        if let Some(snag) = snag {
            *self.changes.snags.entry((place, snag)).or_default() += 1;
        }
    }

    fn snag(&self, request: &Request) -> Option<String> {
        self.workflow_of(request).and_then(|workflow| wait::snag(workflow, request))
    }

    /// Moves the money of a request within its budget line.
    fn move_money(&mut self, was: Option<&Was>, after: &Request) -> Result<(), ExecuteError> {
        let from = was.map_or(Standing::None, |was| was.budget);
        if from == after.budget {
            return Ok(());
        }
        let line = self.loaded.books.lines.get_mut(&after.line);
        let moved = line.is_some_and(|line| line.shift(after.amount, from, after.budget));
        if !moved {
            return Err(StoreError::inconsistent(
                "budget_line",
                format!("{} cannot take {}", after.line, after.id),
            )
            .into());
        }
        self.changes.lines.insert(after.line.clone());
        Ok(())
    }
}

/// A request before an event, as far as counters and money need it.
struct Was {
    place: Place,
    due_on: Option<Date>,
    budget: Standing,
    version: u32,
    snag: Option<String>,
}
