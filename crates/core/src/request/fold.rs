//! Folds one event into a request. Any event that does not fit the state before it is a broken history: what
//! `decide` checked before the write is asked again after the read.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    BrokenHistory, Checked, Endorsement, Hold, Incident, Payment, PaymentState, Request, Returned, Timers,
    turn,
};
use crate::digest::Digest;
use crate::event::{Advanced, Entered, Entry, Event, FactsRef, NoteRef, OrderLine};
use crate::workflow::Standing;
use crate::{ActionName, DecreeId, FieldName, RegionCode, RequestId, Rupiah};

pub(super) fn enter(id: RequestId, entry: &Entry, entered: &Entered) -> Request {
    Request {
        id,
        scheme: entered.scheme.clone(),
        year: entered.year,
        definition: entered.definition,
        region: entered.region.clone(),
        recipient: entered.recipient,
        facts: entered.facts,
        amount: entered.amount,
        benefit: entered.benefit,
        line: entered.line.clone(),
        budget: Standing::None,
        stage: entered.stage.clone(),
        entered_at: entry.at,
        due_on: entered.due_on,
        closed: entered.closes,
        version: entry.seq,
        acts: BTreeSet::new(),
        stood_in_for: BTreeSet::new(),
        visits: BTreeMap::from([(entered.stage.clone(), 1)]),
        fields: BTreeMap::new(),
        claimed_by: None,
        hold: None,
        returned: None,
        checked: None,
        endorsements: Vec::new(),
        decree: None,
        in_decree: false,
        payment: None,
        incident: None,
        timers: Timers::default(),
    }
}

pub(super) fn fold(mut request: Request, entry: &Entry, event: &Event) -> Result<Request, BrokenHistory> {
    let it = &mut request;
    let folds = match event {
        Event::Entered(_) => false,
        Event::Commented { .. } | Event::Attached { .. } => true,
        Event::Amended { facts, amount, region, changed, .. } => amend(it, *facts, *amount, region, changed),
        Event::Corrected { facts, .. } => correct(it, *facts),
        Event::Advanced(advanced) => advance(it, entry, advanced),
        Event::Endorsed { action, content, .. } => endorse(it, entry, action, *content),
        Event::Held { cause, blameless, reason } => hold(it, entry, cause, *blameless, *reason),
        Event::Resumed { due_on, stood_still } => turn::resume(it, entry, *due_on, *stood_still),
        Event::Claimed => {
            it.claimed_by = Some(entry.actor);
            !it.closed
        }
        Event::Released => it.claimed_by.take().is_some(),
        Event::Listed { decree, .. } => list(it, *decree),
        Event::Unlisted { decree, .. } => {
            let fits = it.in_decree && it.decree.take() == Some(*decree);
            it.in_decree = false;
            fits
        }
        Event::Ordered { at, .. } => order(it, entry, *at),
        Event::OrderWorked { .. } => it.payment.is_some(),
        Event::Unordered { at } => {
            let fits = it.ordered_at() == Some(*at);
            let failed = it.payment.take().and_then(|payment| payment.failed_before);
            it.payment = failed.map(|cause| payment(entry, *at, PaymentState::Failed(cause)));
            fits
        }
        Event::PaymentFailed { at, cause, .. } => result(it, entry, *at, PaymentState::Failed(cause.clone())),
        Event::PaymentUnknown { at, .. } => result(it, entry, *at, PaymentState::Unknown),
        Event::IncidentOpened { at, .. } => {
            it.incident = Some(Incident { at: *at, since: entry.at });
            it.endorsements.clear();
            true
        }
        Event::RuledUnpaid { .. } => rule_unpaid(it, entry),
        Event::RuledPaidTwice { .. } => {
            it.endorsements.clear();
            it.incident.take().is_some() && it.closed
        }
        Event::Reminded { stage, .. } => turn::remind(it, entry, stage),
        Event::Escalated { stage, to } => turn::escalate(it, entry, stage, to),
        Event::HoldReviewDue { cause } => turn::review(it, entry, cause),
        Event::VerificationExpired(expired) => turn::expire(it, entry, expired),
        Event::Repaired(repaired) => turn::repair(it, entry, repaired),
        Event::Migrated(migrated) => turn::migrate(it, entry, migrated),
    };
    if folds { Ok(request) } else { Err(BrokenHistory::Misfit { seq: entry.seq, kind: event.kind() }) }
}

fn amend(
    request: &mut Request,
    facts: FactsRef,
    amount: Rupiah,
    region: &RegionCode,
    changed: &[FieldName],
) -> bool {
    if request.amount != amount || request.region != *region {
        request.checked = None;
    }
    request.facts = facts;
    request.amount = amount;
    request.region = region.clone();
    request.endorsements.clear();
    if let Some(returned) = &mut request.returned {
        returned.changed.extend(changed.iter().cloned());
    }
    !request.closed && request.budget == Standing::None
}

fn correct(request: &mut Request, facts: FactsRef) -> bool {
    request.facts = facts;
    request.endorsements.clear();
    !request.closed && !request.in_decree && request.locked_in_order().is_none()
}

/// A word for something else withdraws the earlier word of the same person, and words that differ from it count no
/// more.
fn endorse(request: &mut Request, entry: &Entry, action: &ActionName, content: Digest) -> bool {
    request
        .endorsements
        .retain(|word| word.action != *action || (word.content == content && word.by != entry.actor));
    request.endorsements.push(Endorsement {
        action: action.clone(),
        by: entry.actor,
        for_whom: entry.for_whom,
        content,
    });
    !request.closed || request.incident.is_some()
}

fn hold(request: &mut Request, entry: &Entry, cause: &str, blameless: bool, reason: Option<NoteRef>) -> bool {
    if request.closed || request.hold.is_some() {
        return false;
    }
    request.hold = Some(Hold {
        cause: cause.to_owned(),
        blameless,
        reason,
        since: entry.at,
        by: entry.actor,
        due_on: request.due_on,
        review: None,
    });
    if blameless {
        request.due_on = None;
    }
    true
}

/// A list takes a request on whole: nobody's claim outlives that.
fn list(request: &mut Request, decree: DecreeId) -> bool {
    if request.in_decree || request.closed {
        return false;
    }
    request.decree = Some(decree);
    request.in_decree = true;
    request.claimed_by = None;
    true
}

fn order(request: &mut Request, entry: &Entry, at: OrderLine) -> bool {
    if request.locked_in_order().is_some() || request.closed {
        return false;
    }
    let failed_before = match request.payment.take().map(|payment| payment.state) {
        Some(PaymentState::Failed(cause)) => Some(cause),
        Some(PaymentState::Ordered | PaymentState::Unknown | PaymentState::Paid) | None => None,
    };
    request.payment = Some(Payment { failed_before, ..payment(entry, at, PaymentState::Ordered) });
    request.claimed_by = None;
    true
}

fn payment(entry: &Entry, at: OrderLine, state: PaymentState) -> Payment {
    Payment { at, state, since: entry.at, failed_before: None }
}

fn result(request: &mut Request, entry: &Entry, at: OrderLine, state: PaymentState) -> bool {
    let fits = request.ordered_at() == Some(at);
    request.payment = Some(payment(entry, at, state));
    fits
}

fn rule_unpaid(request: &mut Request, entry: &Entry) -> bool {
    request.endorsements.clear();
    let incident = request.incident.take();
    // What was reported while its result was awaited is awaited no more.
    let awaited = |payment: &Payment| incident.is_some_and(|it| it.at == payment.at && payment.state.locks());
    match &mut request.payment {
        Some(payment)
            if awaited(payment) || (incident.is_none() && payment.state == PaymentState::Unknown) =>
        {
            payment.state = PaymentState::Failed(RULED_UNPAID.into());
            payment.since = entry.at;
            true
        }
        _ => incident.is_some(),
    }
}

/// The cause of a failure that two persons ruled.
pub(crate) const RULED_UNPAID: &str = "ruled_unpaid";

fn advance(request: &mut Request, entry: &Entry, advanced: &Advanced) -> bool {
    let listed = request.decree.filter(|_| request.in_decree);
    if request.closed
        || request.stage != advanced.from
        || listed.is_some_and(|at| Some(at) != advanced.decree)
    {
        return false;
    }
    request.returned = advanced.returns.then(|| Returned {
        from: advanced.from.clone(),
        by: entry.actor,
        at: entry.at,
        reason: advanced.reason,
        changed: BTreeSet::new(),
    });
    if advanced.checks {
        request.checked = Some(request.facts.digest);
    }
    request.in_decree = false;
    if advanced.returns {
        request.decree = None;
    }
    if let Some(at) = advanced.order {
        request.payment = Some(payment(entry, at, PaymentState::Paid));
        request.incident = request.incident.filter(|incident| incident.at != at);
    } else if request.locked_in_order().is_some() {
        return false;
    }
    turn::end_hold(request, entry);
    request.closed = advanced.closes;
    request.claimed_by = None;
    request.fields.extend(advanced.fields.iter().map(|(name, value)| (name.clone(), value.clone())));
    if let Some(valid_for) = advanced.valid_for {
        let check = Checked { stage: advanced.from.clone(), at: entry.at, valid_for };
        request.timers.checks.insert(advanced.action.clone(), check);
    }
    turn::come_to(request, entry, &advanced.to, advanced.due_on, advanced.budget);
    true
}
