//! What is done to a payment order before the bank answers: drafted, exported, numbered, given up.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{Order, OrderChange, OrderEvent, OrderState, PayLine, Payout, Sp2d, digest};
use crate::case::{Case, Footing, WHO_COULD_MAX};
use crate::digest::Digest;
use crate::event::{Acted, Event, OrderLine};
use crate::list::{Books, ListChange, Tally, Whom, check_number, number_key, why_empty};
use crate::refusal::{Refusal, Why};
use crate::roster::Person;
use crate::workflow::{ActionKind, Via};
use crate::world::Context;
use crate::{OrderId, PersonId, RequestId, Role, Rupiah};

/// Freezes a list of payments, each with the account as it stands.
pub fn draft(
    context: &Context<'_>,
    id: OrderId,
    wanted: &[RequestId],
    books: &Books,
) -> Result<OrderChange, Refusal> {
    context.check_no_program()?;
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
    let (mut seen, mut whom) = (BTreeSet::new(), Whom::default());
    for request_id in wanted.iter().filter(|id| seen.insert(**id)) {
        let ordered = books.case(context, *request_id).and_then(|case| {
            let footing = may_order(&case)?;
            Ok((case, footing))
        });
        match ordered {
            Ok((case, Footing { duty, for_whom, .. })) => {
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
                whom.note(for_whom);
                let event = Event::Ordered { at, duty: duty.clone() };
                requests.push((*request_id, Acted { for_whom, event }));
            }
            Err(refusal) => left_out.push((*request_id, refusal)),
        }
    }
    if lines.is_empty() {
        return Err(why_empty(left_out));
    }
    order.digest = digest(&order, &lines);
    let event = OrderEvent::Drafted { count: order.count, total: order.total, digest: order.digest };
    let for_whom = whom.throughout();
    Ok(ListChange { list: order, lines, event: Some(event), requests, for_whom, left_out })
}

fn may_order<'a>(case: &Case<'a>) -> Result<Footing<'a>, Refusal> {
    case.check_seen()?;
    let by = &case.workflow.payment_order.draft;
    let footing = case.footing(&"order_payment".into(), by, ActionKind::Payment)?;
    case.check_list(Via::PaymentOrder)?;
    case.check_frozen()?;
    Ok(footing)
}

/// Notes that the bank file was fetched, each time it is: it shows whole accounts. From the first time on the order
/// cannot be given up, and results can come in.
pub fn export(
    context: &Context<'_>,
    order: &Order,
    lines: &[PayLine],
    books: &Books,
) -> Result<OrderChange, Refusal> {
    let (requests, for_whom) = worked_on(context, order, lines, books, "export")?;
    let mut after = order.clone();
    match order.state {
        OrderState::Cancelled => {
            return Err(Why::ListClosed { state: order.state.as_str().into() }.into());
        }
        OrderState::Open => {
            check_goes_out(context, lines, books)?;
            after.state = OrderState::Exported;
        }
        OrderState::Exported | OrderState::Settled => {}
    }
    after.exported_at = after.exported_at.or(Some(context.at));
    let event = OrderEvent::Exported { count: order.count, total: order.total, digest: order.digest };
    Ok(ListChange { requests, for_whom, ..ListChange::only(bump(after), event) })
}

/// Before money goes out, to the bank or by the treasury: an order drafted before a freeze waits for its end, and as
/// many persons as are promised before the payment have taken part, whoever lets it out among them. What the bank has
/// answered is a fact, and nothing undoes it.
fn check_goes_out(context: &Context<'_>, lines: &[PayLine], books: &Books) -> Result<(), Refusal> {
    for line in lines.iter().filter(|line| line.outcome == Payout::Pending) {
        let case = books.case(context, line.request)?;
        case.check_frozen()?;
        if let Some((_, Some(to))) =
            case.workflow.action_via(Via::PaymentOrder).map(|(name, action)| (name, &action.to))
        {
            case.check_persons(to)?;
        }
    }
    Ok(())
}

/// What happens to each request, and the person acted for.
type Worked = (Vec<(RequestId, Acted)>, Option<PersonId>);

/// Whoever works on an order pays: the act counts under the duty of settling on each of its requests.
fn worked_on(
    context: &Context<'_>,
    order: &Order,
    lines: &[PayLine],
    books: &Books,
    act: &str,
) -> Result<Worked, Refusal> {
    context.check_no_program()?;
    let (mut requests, mut whom) = (Vec::new(), Whom::default());
    for line in lines.iter().filter(|line| line.outcome != Payout::Released) {
        let case = books.case(context, line.request)?;
        let by = &case.workflow.payment_order.settle;
        let footing = case.footing(&act.into(), by, ActionKind::Payment)?;
        let Footing { duty, for_whom, .. } = footing;
        whom.note(for_whom);
        let is_new = footing.persons().any(|person| !case.request.has_acted(duty, person));
        if is_new && !case.request.closed {
            let at = OrderLine { order: order.id, line: line.line };
            let event = Event::OrderWorked { at, duty: duty.clone() };
            requests.push((line.request, Acted { for_whom, event }));
        }
    }
    Ok((requests, whom.throughout()))
}

/// Enters the SP2D number. The treasury issues an SP2D before the bank transfers, so it may be entered before the bank
/// file is out as well as after. Entering the same again changes nothing.
pub fn enter_sp2d(
    context: &Context<'_>,
    order: &Order,
    lines: &[PayLine],
    books: &Books,
    number: &str,
    date: Date,
) -> Result<OrderChange, Refusal> {
    let (requests, for_whom) = worked_on(context, order, lines, books, "sp2d")?;
    check_number(number)?;
    if order.state == OrderState::Cancelled {
        return Err(Why::ListClosed { state: order.state.as_str().into() }.into());
    }
    let mut after = order.clone();
    match &order.sp2d {
        Some(sp2d) if sp2d.number == number && sp2d.date == date => return Ok(ListChange::none(after)),
        Some(sp2d) => {
            return Err(Why::Sp2dOtherwise { number: sp2d.number.clone() }.into());
        }
        None => {
            if let Some(other) =
                books.sp2d_numbers.get(&number_key(number, date)).filter(|other| **other != order.id)
            {
                return Err(Why::Sp2dNumberTaken { number: number.to_owned(), order: *other }.into());
            }
            check_goes_out(context, lines, books)?;
            after.sp2d = Some(Sp2d { number: number.to_owned(), date, by: context.actor.person.id });
        }
    }
    let event = OrderEvent::Sp2dEntered { number: number.to_owned(), date };
    Ok(ListChange { requests, for_whom, ..ListChange::only(bump(after), event) })
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
        OrderState::Cancelled => return Ok(ListChange::none(order.clone())),
        OrderState::Exported | OrderState::Settled => return Err(Why::BankFileIsOut.into()),
    }
    if lines.iter().any(|line| line.outcome != Payout::Pending) {
        return Err(Why::BankFileIsOut.into());
    }
    let (mut requests, mut whom) = (Vec::new(), Whom::default());
    for line in lines {
        let case = books.case(context, line.request)?;
        let for_whom = case.check_role(&"cancel_order".into(), &case.workflow.payment_order.draft)?;
        whom.note(for_whom);
        let at = OrderLine { order: order.id, line: line.line };
        requests.push((line.request, Acted { for_whom, event: Event::Unordered { at } }));
    }
    let mut after = bump(order.clone());
    after.state = OrderState::Cancelled;
    let lines = lines.iter().map(|line| PayLine { outcome: Payout::Released, ..line.clone() }).collect();
    let (event, for_whom) = (Some(OrderEvent::Cancelled), whom.throughout());
    Ok(ListChange { list: after, lines, event, requests, for_whom, left_out: Vec::new() })
}

/// Who may run payment orders at all: a holder of a settling role of any workflow.
pub(super) fn check_treasurer(context: &Context<'_>, act: &str) -> Result<(), Refusal> {
    context.check_no_program()?;
    let roles: BTreeSet<&Role> = context
        .world
        .workflows
        .all_current()
        .flat_map(|workflow| workflow.payment_order.settle.keys())
        .collect();
    let (roster, day) = (&context.world.roster, context.today());
    let holds = |person: &Person| roles.iter().any(|role| roster.holds_anywhere(person, role, day));
    if holds(context.actor.person) {
        return Ok(());
    }
    let who_could =
        roster.people().filter(|person| holds(person)).map(|person| person.id).take(WHO_COULD_MAX).collect();
    let roles = roles.into_iter().cloned().collect();
    Err(Refusal { why: Why::RoleMissing { action: act.into(), roles }, who_could })
}

pub(super) fn bump(mut order: Order) -> Order {
    order.version = order.version.saturating_add(1);
    order
}
