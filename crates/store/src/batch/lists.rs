//! Acts on lists: decrees and payment orders.

use salur_core::decree::{self, Books, Decree, DecreeChange, DecreeLine, Signing};
use salur_core::event::Acted;
use salur_core::payment::{self, Order, OrderChange, PayLine};
use salur_core::refusal::{Refusal, Why};
use salur_core::world::Context;
use salur_core::{DecreeId, OrderId, RequestId};

use super::{Batch, Told};
use crate::access::Assertion;
use crate::error::{ExecuteError, StoreError};
use crate::job::{Answer, Outcome};

impl Batch<'_> {
    pub(super) fn draft_order(
        &mut self,
        context: &Context<'_>,
        id: OrderId,
        requests: &[RequestId],
        dry_run: bool,
    ) -> Told {
        let change = payment::draft(context, id, requests, &self.loaded.books)?;
        if dry_run {
            return Ok(Answer::Order(Box::new(change.list), outcomes(change.left_out)));
        }
        self.order(context, change)
    }

    /// Signs a decree; what a passkey signed with it is kept if the decree is signed by this.
    pub(super) fn sign(
        &mut self,
        context: &Context<'_>,
        id: DecreeId,
        signing: &Signing,
        assertion: Option<Box<Assertion>>,
    ) -> Told {
        let was_signed = self.loaded.decrees.get(&id).is_some_and(|(decree, _)| decree.signature.is_some());
        if let Some(assertion) = assertion.as_deref().filter(|_| !was_signed) {
            self.check_assertion(context, assertion)?;
        }
        let told = self.with_decree(context, id, |decree, lines, books| {
            decree::sign(context, decree, lines, signing, books)
        })?;
        if let Some(assertion) = assertion.filter(|_| !was_signed) {
            self.keep_assertion(context, id, *assertion);
        }
        Ok(told)
    }

    pub(super) fn with_decree(
        &mut self,
        context: &Context<'_>,
        id: DecreeId,
        act: impl FnOnce(&Decree, &[DecreeLine], &Books) -> Result<DecreeChange, Refusal>,
    ) -> Told {
        let (decree, lines) = self.loaded.decrees.remove(&id).ok_or(Refusal::from(Why::NotFound))?;
        let change = act(&decree, &lines, &self.loaded.books)?;
        self.decree(context, change)
    }

    pub(super) fn decree(&mut self, context: &Context<'_>, change: DecreeChange) -> Told {
        let outcomes = self.listed(context, change.requests, change.left_out)?;
        if let Some(event) = change.event {
            let data = serde_json::to_string(&event).map_err(StoreError::from)?;
            let (id, seq) = (change.list.id.0, change.list.version);
            self.tell_for(context, change.for_whom, "decree", id, seq, event.kind(), data);
            self.loaded
                .books
                .decree_numbers
                .extend(change.list.number_key().map(|key| (key, change.list.id)));
            self.changes.decrees.push((change.list.clone(), change.lines));
        }
        Ok(Answer::Decree(Box::new(change.list), outcomes))
    }

    pub(super) fn with_order(
        &mut self,
        context: &Context<'_>,
        id: OrderId,
        act: impl FnOnce(&Order, &[PayLine], &Books) -> Result<OrderChange, Refusal>,
    ) -> Told {
        let (order, lines) = self.loaded.orders.remove(&id).ok_or(Refusal::from(Why::NotFound))?;
        let change = act(&order, &lines, &self.loaded.books)?;
        self.order(context, change)
    }

    pub(super) fn order(&mut self, context: &Context<'_>, change: OrderChange) -> Told {
        let outcomes = self.listed(context, change.requests, change.left_out)?;
        if let Some(event) = change.event {
            let data = serde_json::to_string(&event).map_err(StoreError::from)?;
            let (id, seq) = (change.list.id.0, change.list.version);
            self.tell_for(context, change.for_whom, "payment_order", id, seq, event.kind(), data);
            self.loaded.books.sp2d_numbers.extend(change.list.number_key().map(|key| (key, change.list.id)));
            self.changes.orders.push((change.list.clone(), change.lines));
        }
        Ok(Answer::Order(Box::new(change.list), outcomes))
    }

    fn listed(
        &mut self,
        context: &Context<'_>,
        requests: Vec<(RequestId, Acted)>,
        left_out: Vec<(RequestId, Refusal)>,
    ) -> Result<Vec<Outcome>, ExecuteError> {
        for (id, event) in requests {
            self.record(context, id, event)?;
        }
        Ok(outcomes(left_out))
    }
}

/// What was left out of a list, and why.
pub(super) fn outcomes(left_out: Vec<(RequestId, Refusal)>) -> Vec<Outcome> {
    left_out.into_iter().map(|(id, refusal)| Outcome { id, refusal: Some(refusal) }).collect()
}
