//! A payment order: a frozen list of payments that one bank file carries out, and the bank's results taken back.
//! A line that failed returns to its queue; no line is ever paid twice.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::case::{Case, Through};
use crate::decide::step;
use crate::decree::{Books, ListChange, Tally};
use crate::digest::Digest;
use crate::event::{Event, OrderLine};
use crate::refusal::{Refusal, Why};
use crate::workflow::{Standing, Via};
use crate::world::Context;
use crate::{ActionName, OrderId, PersonId, RequestId, Role, Rupiah};

/// A payment order, lines apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the field names are the glossary's words")]
pub struct Order {
    pub id: OrderId,
    pub state: OrderState,
    /// Seq of its last event.
    pub version: u32,
    pub drafted_by: PersonId,
    pub drafted_at: Timestamp,
    pub count: u32,
    pub total: Rupiah,
    /// Digest of the frozen lines.
    pub digest: Digest,
    pub paid: Tally,
    pub failed: Tally,
    pub unknown: Tally,
    /// When the bank file was first fetched.
    pub exported_at: Option<Timestamp>,
    pub sp2d: Option<Sp2d>,
}

/// Where a payment order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// Frozen; the bank has not seen it.
    Open,
    /// The bank file is out.
    Exported,
    /// Every line is paid or failed.
    Settled,
    /// Given up before the bank saw it.
    Cancelled,
}

impl OrderState {
    /// Its name in data.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            OrderState::Open => "open",
            OrderState::Exported => "exported",
            OrderState::Settled => "settled",
            OrderState::Cancelled => "cancelled",
        }
    }
}

/// The treasury's disbursement order, entered by hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the field names are the glossary's words")]
pub struct Sp2d {
    pub number: String,
    pub date: Date,
    pub by: PersonId,
}

/// A line of a payment order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the field names are the glossary's words")]
pub struct PayLine {
    /// Its place, from 1.
    pub line: u32,
    pub request: RequestId,
    pub amount: Rupiah,
    /// Keyed digest of the account frozen with it.
    pub account: Digest,
    /// The version of the facts that holds that account.
    pub facts_version: u32,
    pub outcome: Payout,
    pub reference: Option<String>,
    pub cause: Option<String>,
}

/// What became of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Payout {
    Pending,
    Paid,
    Failed,
    Unknown,
    Released,
}

impl Payout {
    /// Its name in data.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Payout::Pending => "pending",
            Payout::Paid => "paid",
            Payout::Failed => "failed",
            Payout::Unknown => "unknown",
            Payout::Released => "released",
        }
    }
}

/// The bank's word on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the field names are the glossary's words")]
pub struct BankResult {
    pub line: u32,
    pub outcome: Payout,
    pub reference: Option<String>,
    pub cause: Option<String>,
}

/// What happened to a payment order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the field names are the glossary's words")]
pub enum OrderEvent {
    Drafted { count: u32, total: Rupiah, digest: Digest },
    Exported { count: u32, total: Rupiah, digest: Digest },
    Sp2dEntered { number: String, date: Date },
    ResultsTaken { paid: Tally, failed: Tally, unknown: Tally },
    Cancelled,
}

impl OrderEvent {
    /// The event's name in lists and filters.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            OrderEvent::Drafted { .. } => "order_drafted",
            OrderEvent::Exported { .. } => "order_exported",
            OrderEvent::Sp2dEntered { .. } => "order_sp2d_entered",
            OrderEvent::ResultsTaken { .. } => "order_results_taken",
            OrderEvent::Cancelled => "order_cancelled",
        }
    }
}

/// What an act on a payment order does.
pub type OrderChange = ListChange<Order, PayLine, OrderEvent>;

/// Freezes a list of payments, each with the account as it stands.
pub fn draft(
    context: &Context<'_>,
    id: OrderId,
    wanted: &[RequestId],
    books: &Books,
) -> Result<OrderChange, Refusal> {
    let mut order = Order {
        id,
        state: OrderState::Open,
        version: 1,
        drafted_by: context.actor.person.id,
        drafted_at: context.at,
        count: 0,
        total: Rupiah::ZERO,
        digest: Digest::ZERO,
        paid: Tally::default(),
        failed: Tally::default(),
        unknown: Tally::default(),
        exported_at: None,
        sp2d: None,
    };
    let (mut lines, mut requests, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for request_id in wanted.iter().filter(|id| seen.insert(**id)) {
        match books.case(context, *request_id).and_then(|case| may_order(&case).map(|duty| (case, duty))) {
            Ok((case, duty)) => {
                order.count = order.count.checked_add(1).ok_or(Why::AmountTooLarge)?;
                order.total = order.total.plus(case.request.amount).ok_or(Why::AmountTooLarge)?;
                lines.push(PayLine {
                    line: order.count,
                    request: *request_id,
                    amount: case.request.amount,
                    account: case.request.facts.account,
                    facts_version: case.request.facts.version,
                    outcome: Payout::Pending,
                    reference: None,
                    cause: None,
                });
                let at = OrderLine { order: id, line: order.count };
                requests.push((*request_id, Event::Ordered { at, duty: duty.clone() }));
            }
            Err(refusal) => left_out.push((*request_id, refusal)),
        }
    }
    if lines.is_empty() {
        return Err(left_out
            .into_iter()
            .next()
            .map_or_else(|| Why::ListEmpty.into(), |(_, refusal)| refusal));
    }
    order.digest = digest(&order, &lines);
    let event = OrderEvent::Drafted { count: order.count, total: order.total, digest: order.digest };
    Ok(ListChange { list: order, lines, event: Some(event), requests, left_out })
}

fn may_order<'a>(case: &Case<'a>) -> Result<&'a ActionName, Refusal> {
    let duty = case.duty_of(&"order_payment".into(), &case.workflow.payment_order.draft)?;
    case.check_list(Via::PaymentOrder)?;
    match case.freeze() {
        Some(freeze) => Err(Why::Frozen { source: freeze.source.clone(), until: freeze.to }.into()),
        None => Ok(duty),
    }
}

/// Notes that the bank file was fetched: from then on the order cannot be given up.
pub fn export(context: &Context<'_>, order: &Order) -> Result<OrderChange, Refusal> {
    check_treasurer(context, "export")?;
    let mut after = order.clone();
    match order.state {
        OrderState::Cancelled => {
            return Err(Why::ListClosed { state: order.state.as_str().into() }.into());
        }
        OrderState::Exported | OrderState::Settled => return Ok(only(after, None)),
        OrderState::Open => after.state = OrderState::Exported,
    }
    after.exported_at = Some(context.at);
    let event = OrderEvent::Exported { count: order.count, total: order.total, digest: order.digest };
    Ok(only(bump(after), Some(event)))
}

/// Enters the SP2D number. Entering the same again changes nothing.
pub fn enter_sp2d(
    context: &Context<'_>,
    order: &Order,
    number: &str,
    date: Date,
) -> Result<OrderChange, Refusal> {
    check_treasurer(context, "sp2d")?;
    if order.state == OrderState::Cancelled {
        return Err(Why::ListClosed { state: order.state.as_str().into() }.into());
    }
    let mut after = order.clone();
    match &order.sp2d {
        Some(sp2d) if sp2d.number == number && sp2d.date == date => return Ok(only(after, None)),
        Some(sp2d) => {
            return Err(Why::Sp2dOtherwise { number: sp2d.number.clone() }.into());
        }
        None => after.sp2d = Some(Sp2d { number: number.to_owned(), date, by: context.actor.person.id }),
    }
    Ok(only(bump(after), Some(OrderEvent::Sp2dEntered { number: number.to_owned(), date })))
}

/// Gives an order up before the bank has seen it.
pub fn cancel(
    context: &Context<'_>,
    order: &Order,
    lines: &[PayLine],
    books: &Books,
) -> Result<OrderChange, Refusal> {
    match order.state {
        OrderState::Open => {}
        OrderState::Cancelled => return Ok(only(order.clone(), None)),
        OrderState::Exported | OrderState::Settled => return Err(Why::BankFileIsOut.into()),
    }
    if lines.iter().any(|line| line.outcome != Payout::Pending) {
        return Err(Why::BankFileIsOut.into());
    }
    let mut requests = Vec::new();
    for line in lines {
        let case = books.case(context, line.request)?;
        case.duty_of(&"cancel_order".into(), &case.workflow.payment_order.draft)?;
        requests
            .push((line.request, Event::Unordered { at: OrderLine { order: order.id, line: line.line } }));
    }
    let mut after = bump(order.clone());
    after.state = OrderState::Cancelled;
    let lines = lines.iter().map(|line| PayLine { outcome: Payout::Released, ..line.clone() }).collect();
    Ok(ListChange { list: after, lines, event: Some(OrderEvent::Cancelled), requests, left_out: Vec::new() })
}

/// Takes the bank's results. What is known already changes nothing; a word that contradicts a payment made is
/// left out and told; a payment reported after a failure opens an incident.
pub fn settle(
    context: &Context<'_>,
    order: &Order,
    lines: &[PayLine],
    results: &[BankResult],
    books: &Books,
) -> Result<OrderChange, Refusal> {
    check_treasurer(context, "results")?;
    if order.state == OrderState::Cancelled {
        return Err(Why::ListClosed { state: order.state.as_str().into() }.into());
    }
    let mut all: BTreeMap<u32, PayLine> = lines.iter().map(|line| (line.line, line.clone())).collect();
    let (mut changed, mut requests, mut left_out) = (BTreeSet::new(), Vec::new(), Vec::new());
    let mut touched = BTreeSet::new();
    for result in results {
        let Some(line) = all.get_mut(&result.line) else {
            continue;
        };
        if !touched.insert(line.request) {
            continue;
        }
        match settle_line(context, order, line, result, books) {
            Ok(None) => {}
            Ok(Some(event)) => {
                requests.push((line.request, event));
                line.outcome = result.outcome;
                line.reference.clone_from(&result.reference);
                line.cause.clone_from(&result.cause);
                changed.insert(line.line);
            }
            Err(refusal) => left_out.push((line.request, refusal)),
        }
    }
    if changed.is_empty() {
        return Ok(ListChange { left_out, ..only(order.clone(), None) });
    }
    let mut after = bump(order.clone());
    let tally = |outcome: Payout| -> Result<Tally, Refusal> {
        let amounts: Vec<_> =
            all.values().filter(|line| line.outcome == outcome).map(|line| line.amount).collect();
        Ok(Tally {
            count: u32::try_from(amounts.len()).map_err(|_| Why::AmountTooLarge)?,
            total: Rupiah::sum(amounts).ok_or(Why::AmountTooLarge)?,
        })
    };
    (after.paid, after.failed, after.unknown) =
        (tally(Payout::Paid)?, tally(Payout::Failed)?, tally(Payout::Unknown)?);
    if after.paid.count.checked_add(after.failed.count) == Some(after.count) {
        after.state = OrderState::Settled;
    }
    let event = OrderEvent::ResultsTaken { paid: after.paid, failed: after.failed, unknown: after.unknown };
    let lines = changed.iter().filter_map(|line| all.get(line).cloned()).collect();
    Ok(ListChange { list: after, lines, event: Some(event), requests, left_out })
}

fn settle_line(
    context: &Context<'_>,
    order: &Order,
    line: &PayLine,
    result: &BankResult,
    books: &Books,
) -> Result<Option<Event>, Refusal> {
    let case = books.case(context, line.request)?;
    let duty = case.duty_of(&"results".into(), &case.workflow.payment_order.settle)?.clone();
    let at = OrderLine { order: order.id, line: line.line };
    match (line.outcome, result.outcome) {
        (Payout::Released, _) | (_, Payout::Pending | Payout::Released) => Ok(None),
        (Payout::Pending | Payout::Unknown, outcome) => {
            if outcome == line.outcome {
                return Ok(None);
            }
            // The request may have been ruled on, or another bank word may have locked it since.
            if case.request.locked_in_order() != Some(at) {
                return Err(Why::NotOnList { request: line.request }.into());
            }
            Ok(Some(match outcome {
                Payout::Paid => pay(&case, at, &duty)?,
                Payout::Failed => {
                    let cause = result.cause.clone().unwrap_or_else(|| "unspecified".into());
                    Event::PaymentFailed { at, cause, duty }
                }
                Payout::Pending | Payout::Unknown | Payout::Released => Event::PaymentUnknown { at, duty },
            }))
        }
        (Payout::Failed, Payout::Paid) => Ok(Some(Event::IncidentOpened { at, duty })),
        (Payout::Paid, Payout::Paid) | (Payout::Failed, Payout::Failed | Payout::Unknown) => Ok(None),
        (Payout::Paid, Payout::Failed | Payout::Unknown) => Err(Why::AlreadyPaid { line: line.line }.into()),
    }
}

fn pay(case: &Case<'_>, at: OrderLine, duty: &ActionName) -> Result<Event, Refusal> {
    let Some((name, action)) = case.workflow.action_via(Via::PaymentOrder) else {
        return Err(Why::ActionUnknown { action: "pay".into() }.into());
    };
    let Some(to) = &action.to else {
        return Err(Why::ActionUnknown { action: name.clone() }.into());
    };
    case.check_persons(to)?;
    Ok(step(case, name, duty, to, Standing::Paid, Through::Order(at), None, BTreeMap::new()))
}

/// Who may run payment orders at all: a holder of a settling role of any workflow.
fn check_treasurer(context: &Context<'_>, act: &str) -> Result<(), Refusal> {
    let roles: BTreeSet<&Role> = context
        .world
        .workflows
        .all_current()
        .flat_map(|workflow| workflow.payment_order.settle.keys())
        .collect();
    if context.actor.person.active
        && context.actor.person.grants.iter().any(|grant| roles.contains(&grant.role))
    {
        return Ok(());
    }
    let who_could = context
        .world
        .roster
        .people()
        .filter(|person| person.active && person.grants.iter().any(|grant| roles.contains(&grant.role)))
        .map(|person| person.id)
        .take(5)
        .collect();
    let roles = roles.into_iter().cloned().collect();
    Err(Refusal { why: Why::RoleMissing { action: act.into(), roles }, who_could })
}

fn bump(mut order: Order) -> Order {
    order.version = order.version.saturating_add(1);
    order
}

fn only(list: Order, event: Option<OrderEvent>) -> OrderChange {
    ListChange { list, lines: Vec::new(), event, requests: Vec::new(), left_out: Vec::new() }
}

/// SHA-256 over the list as a text that an auditor can rebuild: a heading, then `line request amount account` for
/// each payment, in order.
#[must_use]
pub fn digest(order: &Order, lines: &[PayLine]) -> Digest {
    let mut hash = Sha256::new();
    hash.update(format!("salur payment order 1\n{}\n", order.id));
    let mut text = String::with_capacity(160);
    for line in lines {
        text.clear();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{} {} {} {}", line.line, line.request, line.amount.0, line.account);
        hash.update(&text);
    }
    Digest(hash.finalize().into())
}
