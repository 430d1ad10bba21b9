//! What is done to a decree: drafted, struck from, signed, given up.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;

use super::{
    Books, Decree, DecreeChange, DecreeEvent, DecreeLine, DecreeState, LineOutcome, ListChange, Signature,
    Tally, digest,
};
use crate::case::{Case, DRAFTING, Footing, Through};
use crate::decide::{Step, advance, step};
use crate::digest::Digest;
use crate::event::{Acted, Event, NoteRef, Unlisting};
use crate::list::{Whom, check_number, number_key, why_empty};
use crate::refusal::{Refusal, Why};
use crate::workflow::{ActionKind, Standing, Via};
use crate::world::Context;
use crate::{ActionName, DecreeId, LineId, RequestId, Rupiah, SchemeId};

/// Freezes a list of requests.
pub fn draft(
    context: &Context<'_>,
    id: DecreeId,
    scheme: &SchemeId,
    year: i16,
    wanted: &[RequestId],
    books: &Books,
) -> Result<DecreeChange, Refusal> {
    let mut frozen = Tally::default();
    let (mut lines, mut requests, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
    let (mut seen, mut whom) = (BTreeSet::new(), Whom::default());
    for request_id in wanted.iter().filter(|id| seen.insert(**id)) {
        let listed = books.case(context, *request_id).and_then(|case| {
            let footing = may_list(&case, scheme, year)?;
            Ok((case, footing))
        });
        match listed {
            Ok((case, Footing { duty, for_whom, .. })) => {
                frozen.add(case.request.amount)?;
                lines.push(DecreeLine {
                    line: frozen.count,
                    request: *request_id,
                    amount: case.request.amount,
                    facts: case.request.facts.digest,
                    outcome: LineOutcome::Listed,
                });
                whom.note(for_whom);
                let event = Event::Listed { decree: id, duty: duty.clone() };
                requests.push((*request_id, Acted { for_whom, event }));
            }
            Err(refusal) => left_out.push((*request_id, refusal)),
        }
    }
    if lines.is_empty() {
        return Err(why_empty(left_out));
    }
    let mut decree = Decree {
        id,
        scheme: scheme.clone(),
        year,
        state: DecreeState::Draft,
        version: 1,
        drafted_by: context.actor.person.id,
        drafted_at: context.at,
        count: frozen.count,
        total: frozen.total,
        digest: Digest::ZERO,
        approved: Tally::default(),
        struck: Tally::default(),
        refused: Tally::default(),
        signature: None,
    };
    decree.digest = digest(&decree, &lines);
    let (count, total, digest) = (decree.count, decree.total, decree.digest);
    let event = DecreeEvent::Drafted { scheme: scheme.clone(), year, count, total, digest };
    let for_whom = whom.throughout();
    Ok(ListChange { list: decree, lines, event: Some(event), requests, for_whom, left_out })
}

fn may_list<'a>(case: &Case<'a>, scheme: &SchemeId, year: i16) -> Result<Footing<'a>, Refusal> {
    let request = case.request;
    case.check_seen()?;
    if request.scheme != *scheme || request.year != year {
        return Err(Why::OtherScheme { scheme: request.scheme.clone(), year: request.year }.into());
    }
    let footing = case.footing(&"draft_decree".into(), &case.workflow.decree.draft, DRAFTING)?;
    case.check_list(Via::Decree)?;
    Ok(footing)
}

/// Takes lines off a draft; their requests go back on their own.
pub fn strike(
    context: &Context<'_>,
    decree: &Decree,
    lines: &[DecreeLine],
    wanted: &[RequestId],
    reason: Option<NoteRef>,
    books: &Books,
) -> Result<DecreeChange, Refusal> {
    check_draft(decree)?;
    let Some(reason) = reason else {
        return Err(Why::ReasonMissing { action: "strike".into() }.into());
    };
    let mut after = decree.clone();
    let mut all: Vec<_> = lines.to_vec();
    let (mut struck, mut requests) = (Vec::new(), Vec::new());
    let places: HashMap<_, _> = lines.iter().enumerate().map(|(place, line)| (line.request, place)).collect();
    let (mut seen, mut whom) = (BTreeSet::new(), Whom::default());
    for id in wanted.iter().filter(|id| seen.insert(**id)) {
        let line = places
            .get(id)
            .and_then(|place| all.get_mut(*place))
            .filter(|line| line.outcome == LineOutcome::Listed)
            .ok_or(Why::NotOnList { request: *id })?;
        let acted = struck_event(&books.case(context, *id)?, decree.id, reason)?;
        whom.note(acted.for_whom);
        requests.push((*id, acted));
        line.outcome = LineOutcome::Struck(reason);
        after.struck.add(line.amount)?;
        struck.push(line.clone());
    }
    if struck.is_empty() {
        return Err(Why::ListEmpty.into());
    }
    after.digest = digest(&after, &all);
    after.version = after.version.saturating_add(1);
    let numbers = struck.iter().map(|line| line.line).collect();
    let event = DecreeEvent::Struck { lines: numbers, reason, digest: after.digest };
    let (event, for_whom) = (Some(event), whom.throughout());
    Ok(ListChange { list: after, lines: struck, event, requests, for_whom, left_out: Vec::new() })
}

fn struck_event(case: &Case<'_>, decree: DecreeId, reason: NoteRef) -> Result<Acted, Refusal> {
    case.check_seen()?;
    let action = &ActionName::from("strike");
    let Footing { duty, for_whom, .. } =
        case.footing(action, &case.workflow.decree.strike, ActionKind::Rework)?;
    let to = &case.workflow.decree.strike_to;
    let budget = case.standing_at(to)?;
    let (kind, through, reason) = (ActionKind::Rework, Through::Decree(decree), Some(reason));
    let fields = BTreeMap::new();
    let event = step(case, Step { action, duty, kind, to, budget, through, reason, fields });
    Ok(Acted { for_whom, event })
}

/// What is signed.
#[derive(Debug, Clone, PartialEq)]
pub struct Signing {
    /// The digest the signer saw.
    pub digest: Digest,
    /// The decree's number.
    pub number: String,
    /// The decree's date.
    pub date: Date,
}

/// Signs a decree: every line still listed is approved or refused; where a budget line does not suffice, or not a
/// single line could be approved, nothing is signed. Signing the same again changes nothing.
pub fn sign(
    context: &Context<'_>,
    decree: &Decree,
    lines: &[DecreeLine],
    signing: &Signing,
    books: &Books,
) -> Result<DecreeChange, Refusal> {
    if let Some(signature) = &decree.signature {
        let same = signature.number == signing.number && signature.date == signing.date;
        return if same && decree.digest == signing.digest {
            Ok(ListChange::none(decree.clone()))
        } else {
            Err(Why::SignedOtherwise { number: signature.number.clone() }.into())
        };
    }
    context.check_no_program()?;
    check_draft(decree)?;
    check_signer(context, lines, books)?;
    check_number(&signing.number)?;
    if decree.digest != signing.digest {
        let (found, current) = (signing.digest.to_string(), decree.digest.to_string());
        return Err(Why::DigestStale { found, current }.into());
    }
    check_date(context, decree, signing.date)?;
    check_free(decree, signing, books)?;
    let mut decided = Vec::with_capacity(lines.len());
    let mut needs: BTreeMap<&LineId, Rupiah> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.outcome == LineOutcome::Listed) {
        let case = books.case(context, line.request)?;
        let approved = approve(&case, Through::Decree(decree.id));
        if case.request.budget == Standing::None && (is_short(&approved) || approved.is_ok()) {
            let need = needs.entry(&case.request.line).or_default();
            *need = need.plus(case.request.amount).ok_or(Why::AmountTooLarge)?;
        }
        decided.push((line, approved));
    }
    check_money(&needs, books)?;
    let short = decided.iter().any(|(_, approved)| is_short(approved));
    if short || !decided.iter().any(|(_, approved)| approved.is_ok()) {
        let mut refused = decided.into_iter().filter(|(_, approved)| is_short(approved) == short);
        let refused = refused.find_map(|(_, approved)| approved.err());
        return Err(refused.unwrap_or_else(|| Why::ListEmpty.into()));
    }
    signed(context, decree, signing, decided)
}

/// The decree with its signature, and every line with its outcome.
fn signed(
    context: &Context<'_>,
    decree: &Decree,
    signing: &Signing,
    decided: Vec<(&DecreeLine, Result<Acted, Refusal>)>,
) -> Result<DecreeChange, Refusal> {
    let mut after = decree.clone();
    let (mut lines, mut requests) = (Vec::with_capacity(decided.len()), Vec::with_capacity(decided.len()));
    let mut whom = Whom::default();
    for (line, approved) in decided {
        let (outcome, acted) = match approved {
            Ok(acted) => {
                after.approved.add(line.amount)?;
                whom.note(acted.for_whom);
                (LineOutcome::Approved, acted)
            }
            Err(refusal) => {
                after.refused.add(line.amount)?;
                let code = refusal.why.code().to_owned();
                let why = Unlisting::Refused(code.clone());
                let event = Event::Unlisted { decree: decree.id, why };
                (LineOutcome::Refused(code), Acted { for_whom: None, event })
            }
        };
        requests.push((line.request, acted));
        lines.push(DecreeLine { outcome, ..line.clone() });
    }
    after.state = DecreeState::Signed;
    after.version = after.version.saturating_add(1);
    let (number, date) = (signing.number.clone(), signing.date);
    after.signature =
        Some(Signature { number: number.clone(), date, by: context.actor.person.id, at: context.at });
    let (digest, approved, refused) = (after.digest, after.approved, after.refused);
    let event = Some(DecreeEvent::Signed { number, date, digest, approved, refused });
    let for_whom = whom.throughout();
    Ok(ListChange { list: after, lines, event, requests, for_whom, left_out: Vec::new() })
}

/// Gives a draft up; its requests go back to the queue.
pub fn cancel(
    context: &Context<'_>,
    decree: &Decree,
    lines: &[DecreeLine],
    books: &Books,
) -> Result<DecreeChange, Refusal> {
    if decree.state == DecreeState::Cancelled {
        return Ok(ListChange::none(decree.clone()));
    }
    check_draft(decree)?;
    let listed = || lines.iter().filter(|line| line.outcome == LineOutcome::Listed);
    let mut whom = Whom::default();
    // The first line too, so that a list struck empty is not everybody's to give up.
    for line in lines.first().into_iter().chain(listed()) {
        let case = books.case(context, line.request)?;
        whom.note(case.check_role(&"cancel_decree".into(), &case.workflow.decree.draft)?);
    }
    let changed =
        listed().map(|line| DecreeLine { outcome: LineOutcome::Released, ..line.clone() }).collect();
    let why = Unlisting::Cancelled;
    let for_whom = whom.throughout();
    let event = || Event::Unlisted { decree: decree.id, why: why.clone() };
    let requests = listed().map(|line| (line.request, Acted { for_whom, event: event() })).collect();
    let mut after = decree.clone();
    after.state = DecreeState::Cancelled;
    after.version = after.version.saturating_add(1);
    let event = Some(DecreeEvent::Cancelled);
    Ok(ListChange { list: after, lines: changed, event, requests, for_whom, left_out: Vec::new() })
}

fn check_draft(decree: &Decree) -> Result<(), Refusal> {
    match decree.state {
        DecreeState::Draft => Ok(()),
        state @ (DecreeState::Signed | DecreeState::Cancelled) => {
            Err(Why::ListClosed { state: state.as_str().into() }.into())
        }
    }
}

/// Whoever signs must hold the office for at least one of the lines; who may not for a single line gets that line
/// refused, who may for none is told so.
fn check_signer(context: &Context<'_>, lines: &[DecreeLine], books: &Books) -> Result<(), Refusal> {
    let mut first = None;
    for line in lines.iter().filter(|line| line.outcome == LineOutcome::Listed) {
        let case = books.case(context, line.request)?;
        let Some((name, action)) = case.workflow.action_via(Via::Decree) else {
            continue;
        };
        match case.footing(name, &action.by, action.kind) {
            Ok(_) => return Ok(()),
            Err(refusal) => first = first.or(Some(refusal)),
        }
    }
    Err(first.unwrap_or_else(|| Why::ListEmpty.into()))
}

/// A decree is dated between the day its list was frozen and the day it is signed, by the office's own calendar.
fn check_date(context: &Context<'_>, decree: &Decree, date: Date) -> Result<(), Refusal> {
    let (drafted, today) = (context.world.calendar.date_of(decree.drafted_at), context.today());
    if date > today {
        return Err(Why::DateAhead { date, today }.into());
    }
    if date < drafted {
        return Err(Why::DateBeforeDraft { date, drafted }.into());
    }
    Ok(())
}

/// A number names one decree of the office in a year.
fn check_free(decree: &Decree, signing: &Signing, books: &Books) -> Result<(), Refusal> {
    match books.decree_numbers.get(&number_key(&signing.number, signing.date)) {
        Some(other) if *other != decree.id => {
            Err(Why::DecreeNumberTaken { number: signing.number.clone(), decree: *other }.into())
        }
        _ => Ok(()),
    }
}

/// All lines that will be approved fit their budget lines, or the decree is refused whole.
fn check_money(needs: &BTreeMap<&LineId, Rupiah>, books: &Books) -> Result<(), Refusal> {
    for (id, need) in needs {
        let Some(line) = books.lines.get(*id) else {
            return Err(Why::NotBudgeted { line: (*id).clone() }.into());
        };
        let missing = line.shortfall(*need);
        if missing.is_positive() {
            return Err(Why::BudgetShort { line: (*id).clone(), missing }.into());
        }
    }
    Ok(())
}

/// True where the budget line keeps a line from being approved.
fn is_short(approved: &Result<Acted, Refusal>) -> bool {
    approved
        .as_ref()
        .is_err_and(|refusal| matches!(refusal.why, Why::BudgetShort { .. } | Why::NotBudgeted { .. }))
}

fn approve(case: &Case<'_>, through: Through) -> Result<Acted, Refusal> {
    let Some((name, action)) = case.workflow.action_via(Via::Decree) else {
        return Err(Why::ActionUnknown { action: "approve".into() }.into());
    };
    let permit = case.permit(name, through)?;
    case.check_guard(action, &BTreeMap::new())?;
    let step = advance(case, &permit, through, None, BTreeMap::new())?;
    let event = step.into_iter().next().ok_or_else(|| Why::ActionUnknown { action: name.clone() })?;
    Ok(Acted { for_whom: permit.footing.for_whom, event })
}
