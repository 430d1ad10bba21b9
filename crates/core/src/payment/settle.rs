//! What the bank answers about a payment order.

use std::collections::BTreeMap;

use super::act::{bump, check_treasurer};
use super::{BankResult, BankWord, Order, OrderChange, OrderEvent, OrderState, PayLine, Payout};
use crate::case::{Case, Through};
use crate::decide::{Step, step};
use crate::event::{Acted, Event, OrderLine};
use crate::list::{Books, ListChange, Tally, Whom};
use crate::refusal::{Refusal, Why};
use crate::request::{Payment, PaymentState};
use crate::workflow::{ActionKind, Standing, Via};
use crate::world::Context;
use crate::{ActionName, PersonId, RequestId};

/// Takes the bank's results. What is known already changes nothing; a word that contradicts a payment made is left
/// out and told; a payment reported after a failure, once more, or with fewer persons than are promised, opens an
/// incident. A file that names a line the
/// order does not have, that is another order's, or that says two things of one line, is refused whole.
pub fn settle(
    context: &Context<'_>,
    order: &Order,
    lines: &[PayLine],
    told: &BankWord,
    books: &Books,
) -> Result<OrderChange, Refusal> {
    check_treasurer(context, "results")?;
    check_results(order, lines, told, &books.at_bank)?;
    let mut all: BTreeMap<u32, PayLine> = lines.iter().map(|line| (line.line, line.clone())).collect();
    let (mut changed, mut requests, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
    let mut whom = Whom::default();
    for (number, result) in one_word_each(order, &told.results)? {
        let line = all.get_mut(&number).ok_or_else(|| line_unknown(order, number))?;
        match settle_line(context, order, line, result, books) {
            Ok((for_whom, event, after)) => {
                whom.note(for_whom);
                requests.extend(event.map(|event| (line.request, Acted { for_whom, event })));
                if after != *line {
                    *line = after;
                    changed.push(line.clone());
                }
            }
            Err(refusal) => left_out.push((line.request, refusal)),
        }
    }
    if changed.is_empty() {
        return Ok(ListChange { left_out, ..ListChange::none(order.clone()) });
    }
    let mut after = bump(order.clone());
    after.paid = tally(&all, Payout::Paid)?;
    after.failed = tally(&all, Payout::Failed)?;
    after.unknown = tally(&all, Payout::Unknown)?;
    if after.paid.count.checked_add(after.failed.count) == Some(after.count) {
        after.state = OrderState::Settled;
    }
    let event = OrderEvent::ResultsTaken { paid: after.paid, failed: after.failed, unknown: after.unknown };
    let (event, for_whom) = (Some(event), whom.throughout());
    Ok(ListChange { list: after, lines: changed, event, requests, for_whom, left_out })
}

/// The file as a whole: the bank can have answered, its lines are this order's, and it says one thing of each. `at_bank`
/// are the orders that the bank has, where the file names none.
pub fn check_results(
    order: &Order,
    lines: &[PayLine],
    told: &BankWord,
    at_bank: &[Order],
) -> Result<(), Refusal> {
    match order.state {
        OrderState::Open => return Err(Why::BankFileNotOut.into()),
        OrderState::Cancelled => {
            return Err(Why::ListClosed { state: order.state.as_str().into() }.into());
        }
        OrderState::Exported | OrderState::Settled => {}
    }
    check_binding(order, told, at_bank)?;
    let requests: BTreeMap<u32, RequestId> = lines.iter().map(|line| (line.line, line.request)).collect();
    for result in &told.results {
        let request = requests.get(&result.line).ok_or_else(|| line_unknown(order, result.line))?;
        if let Some(found) = result.request.filter(|found| found != request) {
            return Err(Why::NotOnLine { line: result.line, request: found }.into());
        }
    }
    one_word_each(order, &told.results).map(|_| ())
}

/// The results are this order's: by the digest of its list, or by the request that stands beside each line. With
/// neither they are taken only where no other order could be meant: none waits for its results that has all these lines,
/// unless they end with this order's last line and not with the other's.
fn check_binding(order: &Order, told: &BankWord, at_bank: &[Order]) -> Result<(), Refusal> {
    if let Some(found) = told.order.filter(|found| *found != order.id) {
        return Err(Why::OtherOrder { found: found.to_string(), current: order.id.to_string() }.into());
    }
    if let Some(found) = told.digest.filter(|found| *found != order.digest) {
        let (found, current) = (found.to_string(), order.digest.to_string());
        return Err(Why::OtherOrder { found, current }.into());
    }
    if !told.names_no_order() {
        return Ok(());
    }
    let last = told.results.iter().map(|result| result.line).max().unwrap_or_default();
    let could_be = |other: &&Order| {
        other.id != order.id
            && other.state == OrderState::Exported
            && (other.count == last || (other.count > last && order.count != last))
            && [other.paid, other.failed, other.unknown].iter().all(|tally| tally.count == 0)
    };
    match at_bank.iter().find(could_be) {
        Some(other) => Err(Why::ResultsUnbound { other: other.id }.into()),
        None => Ok(()),
    }
}

fn one_word_each<'a>(
    order: &Order,
    results: &'a [BankResult],
) -> Result<BTreeMap<u32, &'a BankResult>, Refusal> {
    let mut words = BTreeMap::new();
    for result in results {
        if result.line == 0 || result.line > order.count {
            return Err(line_unknown(order, result.line).into());
        }
        let earlier = words.insert(result.line, result);
        if let Some(earlier) = earlier.filter(|earlier| *earlier != result) {
            return Err(Why::FieldInvalid {
                field: "line".into(),
                found: format!("{}: {}, {}", result.line, earlier.outcome.as_str(), result.outcome.as_str()),
                wanted: format!("{}: {}", result.line, earlier.outcome.as_str()),
            }
            .into());
        }
    }
    Ok(words)
}

fn line_unknown(order: &Order, line: u32) -> Why {
    Why::FieldInvalid {
        field: "line".into(),
        found: line.to_string(),
        wanted: format!("1 .. {}", order.count),
    }
}

fn tally(lines: &BTreeMap<u32, PayLine>, outcome: Payout) -> Result<Tally, Refusal> {
    let mut tally = Tally::default();
    for line in lines.values().filter(|line| line.outcome == outcome) {
        tally.add(line.amount)?;
    }
    Ok(tally)
}

/// What a request knows of a line.
enum Known {
    /// It waits for this line's result.
    Awaited,
    /// It was ruled paid by this line.
    Paid,
    /// It failed, was ruled unpaid, or another line has taken it on since.
    Past,
}

fn known(case: &Case<'_>, at: OrderLine) -> Known {
    match &case.request.payment {
        Some(Payment { at: last, state, .. }) if *last == at => match state {
            PaymentState::Ordered | PaymentState::Unknown => Known::Awaited,
            PaymentState::Paid => Known::Paid,
            PaymentState::Failed(_) => Known::Past,
        },
        _ => Known::Past,
    }
}

/// What one word of the bank does to the request, and the line after it; and the person its bearer acts for.
fn settle_line(
    context: &Context<'_>,
    order: &Order,
    line: &PayLine,
    result: &BankResult,
    books: &Books,
) -> Result<(Option<PersonId>, Option<Event>, PayLine), Refusal> {
    let case = books.case(context, line.request)?;
    let by = &case.workflow.payment_order.settle;
    let footing = case.footing(&"results".into(), by, ActionKind::Payment)?;
    let (event, line) = told(&case, order, line, result, footing.duty.clone())?;
    Ok((footing.for_whom, event, line))
}

fn told(
    case: &Case<'_>,
    order: &Order,
    line: &PayLine,
    result: &BankResult,
    duty: ActionName,
) -> Result<(Option<Event>, PayLine), Refusal> {
    let at = OrderLine { order: order.id, line: line.line };
    let after = || PayLine {
        outcome: result.outcome,
        reference: result.reference.clone(),
        cause: result.cause.clone(),
        ..line.clone()
    };
    match (line.outcome, result.outcome) {
        (Payout::Released, _) | (_, Payout::Pending | Payout::Released) => Ok((None, line.clone())),
        (Payout::Paid, Payout::Paid) => Ok(paid_again(line, result, at, duty)),
        (Payout::Paid, Payout::Failed | Payout::Unknown) => Err(Why::AlreadyPaid { line: line.line }.into()),
        (Payout::Failed, Payout::Failed | Payout::Unknown) | (Payout::Unknown, Payout::Unknown) => {
            Ok((None, line.clone()))
        }
        (Payout::Pending | Payout::Unknown | Payout::Failed, Payout::Paid) => {
            let event = match known(case, at) {
                Known::Awaited => Some(pay(case, at, &duty)?),
                Known::Paid => None,
                Known::Past => Some(Event::IncidentOpened { at, duty }),
            };
            Ok((event, after()))
        }
        (Payout::Pending | Payout::Unknown, Payout::Failed) => {
            let event = match known(case, at) {
                Known::Awaited => {
                    let cause = result.cause.as_deref().map_or(UNSPECIFIED, bank_code).to_owned();
                    Some(Event::PaymentFailed { at, cause, duty })
                }
                Known::Paid => return Err(Why::AlreadyPaid { line: line.line }.into()),
                Known::Past => None,
            };
            Ok((event, after()))
        }
        (Payout::Pending, Payout::Unknown) => {
            let awaited = matches!(known(case, at), Known::Awaited);
            Ok((awaited.then_some(Event::PaymentUnknown { at, duty }), after()))
        }
    }
}

/// A line paid already: under the same reference it is the same payment, under another it is one more.
fn paid_again(
    line: &PayLine,
    result: &BankResult,
    at: OrderLine,
    duty: ActionName,
) -> (Option<Event>, PayLine) {
    let Some(new) = &result.reference else {
        return (None, line.clone());
    };
    let Some(known) = &line.reference else {
        return (None, PayLine { reference: Some(new.clone()), ..line.clone() });
    };
    if known.split(BOTH).any(|reference| reference == new) {
        return (None, line.clone());
    }
    let reference = Some(format!("{known}{BOTH}{new}"));
    (Some(Event::IncidentOpened { at, duty }), PayLine { reference, ..line.clone() })
}

/// A cause that the bank did not give as a code.
const UNSPECIFIED: &str = "unspecified";

/// The code that a bank's text begins with, such as `AC04` (ISO 20022). The text itself may name the account's holder;
/// it stays with the line and never goes into an event.
fn bank_code(text: &str) -> &str {
    let word = text.split_whitespace().next().unwrap_or_default();
    let is_code = word.len() == 4
        && word.chars().take(2).all(|c| c.is_ascii_uppercase())
        && word.chars().skip(2).all(|c| c.is_ascii_digit());
    if is_code { word } else { UNSPECIFIED }
}

/// Stands between the references of a line that was paid twice.
const BOTH: &str = " + ";

fn pay(case: &Case<'_>, at: OrderLine, duty: &ActionName) -> Result<Event, Refusal> {
    let Some((action, Some(to))) =
        case.workflow.action_via(Via::PaymentOrder).map(|(name, action)| (name, &action.to))
    else {
        return Err(Why::ActionUnknown { action: "pay".into() }.into());
    };
    if case.check_persons(to).is_err() {
        // The money is gone whoever took part in it: two persons look into that.
        return Ok(Event::IncidentOpened { at, duty: duty.clone() });
    }
    let kind = ActionKind::Payment;
    let (budget, through, reason, fields) = (Standing::Paid, Through::Order(at), None, BTreeMap::new());
    Ok(step(case, Step { action, duty, kind, to, budget, through, reason, fields }))
}
