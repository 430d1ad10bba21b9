//! From a request's own history to its visits.

use jiff::Timestamp;
use salur_core::event::{Advanced, Entry, Event};
use salur_core::{RequestId, StageName};

use super::{Batch, Desks, Holder, Outcome, OutcomeKind, Pause, Period, Visit};

/// The cause under which a payment waits that the bank says nothing about.
const BANK_SILENT: &str = "bank_no_result";

/// The visits of a request, out of its events in order. The last one is open while the request is.
///
/// A history that does not begin with an entry has no visits: whether histories hold together is asked by `apply`.
#[must_use]
pub fn visits(request: RequestId, history: &[Entry], desks: &Desks) -> Vec<Visit> {
    let mut fold = Fold::new(request, desks);
    for entry in history {
        fold.event(entry);
    }
    fold.into_visits()
}

/// The visits of a request, taken further event by event.
#[derive(Debug)]
pub struct Fold<'a> {
    request: RequestId,
    desks: &'a Desks,
    done: Vec<Visit>,
    open: Option<Visit>,
}

impl<'a> Fold<'a> {
    /// Before its first event.
    #[must_use]
    pub fn new(request: RequestId, desks: &'a Desks) -> Fold<'a> {
        Fold { request, desks, done: Vec::new(), open: None }
    }

    /// After the events that led to these visits.
    #[must_use]
    pub fn after(request: RequestId, desks: &'a Desks, mut visits: Vec<Visit>) -> Fold<'a> {
        let open = visits.pop_if(|last| last.exit.is_none());
        Fold { request, desks, done: visits, open }
    }

    /// The visits so far, in order; the last one is open while the request is.
    #[must_use]
    pub fn into_visits(self) -> Vec<Visit> {
        let Fold { mut done, open, .. } = self;
        done.extend(open);
        done
    }

    /// Takes the next event.
    #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else moves, holds or takes on a request")]
    pub fn event(&mut self, entry: &Entry) {
        match &entry.event {
            Event::Entered(entered) => {
                let visit = Visit {
                    request: self.request,
                    scheme: entered.scheme.clone(),
                    stage: entered.stage.clone(),
                    region: entered.region.clone(),
                    holder: self.desks.at(&entered.stage),
                    number: 1,
                    enabled: entry.at,
                    claimed: None,
                    by: None,
                    touched: Vec::new(),
                    pauses: Vec::new(),
                    exit: None,
                    outcome: None,
                    batch: None,
                    last: false,
                };
                self.open = (!entered.closes).then_some(visit);
            }
            Event::Amended { region, .. } => {
                if let Some(visit) = &mut self.open {
                    visit.region = region.clone();
                }
            }
            Event::Claimed => {
                if let Some(visit) = &mut self.open {
                    visit.claimed.get_or_insert(entry.at);
                }
            }
            Event::Held { cause, blameless, .. } => self.pause(entry.at, cause, *blameless),
            Event::PaymentUnknown { .. } => self.pause(entry.at, BANK_SILENT, false),
            Event::Resumed { .. } | Event::PaymentFailed { .. } | Event::RuledUnpaid { .. } => {
                self.resume(entry.at);
            }
            Event::Advanced(advanced) => self.advanced(entry, advanced),
            Event::VerificationExpired(expired) => self.moved(entry, &expired.to),
            Event::Repaired(repaired) => self.moved(entry, &repaired.to),
            Event::Migrated(migrated) if migrated.same_stage => {
                if let Some(visit) = &mut self.open {
                    visit.stage = migrated.to.clone();
                }
            }
            Event::Migrated(migrated) if migrated.from != migrated.to => self.moved(entry, &migrated.to),
            _ => {}
        }
    }

    fn pause(&mut self, at: Timestamp, cause: &str, blameless: bool) {
        self.resume(at);
        if let Some(visit) = &mut self.open {
            let holder = self.desks.under(cause);
            let period = Period { from: at, to: None };
            visit.pauses.push(Pause { period, cause: cause.to_owned(), holder, blameless });
        }
    }

    fn resume(&mut self, at: Timestamp) {
        let pause = self.open.as_mut().and_then(|visit| visit.pauses.last_mut());
        if let Some(pause) = pause.filter(|pause| pause.period.to.is_none()) {
            pause.period.to = Some(at);
        }
    }

    fn advanced(&mut self, entry: &Entry, advanced: &Advanced) {
        let kind = match (advanced.returns, advanced.closes, advanced.order) {
            (true, ..) => OutcomeKind::Returned,
            (_, true, None) if advanced.budget != salur_core::workflow::Standing::Paid => OutcomeKind::Closed,
            _ => OutcomeKind::Forward,
        };
        let decree = advanced.decree.map(Batch::Decree);
        let batch = decree.or_else(|| advanced.order.map(|line| Batch::Order(line.order)));
        let outcome = Outcome { action: Some(advanced.action.clone()), kind, to: advanced.to.clone() };
        self.leave(entry, outcome, batch, advanced.closes);
    }

    fn moved(&mut self, entry: &Entry, to: &StageName) {
        let outcome = Outcome { action: None, kind: OutcomeKind::Moved, to: to.clone() };
        self.leave(entry, outcome, None, false);
    }

    fn leave(&mut self, entry: &Entry, outcome: Outcome, batch: Option<Batch>, closes: bool) {
        self.resume(entry.at);
        let Some(mut visit) = self.open.take() else { return };
        let (to, returned) = (outcome.to.clone(), outcome.kind == OutcomeKind::Returned);
        (visit.exit, visit.by) = (Some(entry.at), Some(entry.actor));
        (visit.outcome, visit.batch, visit.last) = (Some(outcome), batch, closes);
        if !closes {
            let before = self.done.iter().chain([&visit]).filter(|before| before.stage == to).count();
            self.open = Some(Visit {
                // Whoever has to mend what was sent back is the recipient, by way of the clerk.
                holder: if returned { Holder::Recipient } else { self.desks.at(&to) },
                number: u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1),
                stage: to,
                enabled: entry.at,
                claimed: None,
                by: None,
                touched: Vec::new(),
                pauses: Vec::new(),
                exit: None,
                outcome: None,
                batch: None,
                last: false,
                ..visit.clone()
            });
        }
        self.done.push(visit);
    }
}

#[cfg(test)]
mod tests;
