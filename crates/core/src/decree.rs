//! A decree: a frozen list of requests that one signature approves. Lines may be struck before it is signed; every
//! line ends approved, struck or refused, and the counts add up.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::case::{Case, Through};
use crate::decide::{advance, step};
use crate::digest::Digest;
use crate::event::{Event, NoteRef, Unlisting};
use crate::refusal::{Refusal, Why};
use crate::request::Request;
use crate::workflow::{BudgetLine, Standing, Via, Workflow};
use crate::world::Context;
use crate::{ActionName, DecreeId, LineId, PersonId, RequestId, Rupiah, SchemeId};

/// A decree, lines apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the field names are the glossary's words")]
pub struct Decree {
    pub id: DecreeId,
    pub scheme: SchemeId,
    pub year: i16,
    pub state: DecreeState,
    /// Seq of its last event.
    pub version: u32,
    pub drafted_by: PersonId,
    pub drafted_at: Timestamp,
    /// How many lines were frozen.
    pub count: u32,
    /// What they sum up to.
    pub total: Rupiah,
    /// Digest of the lines still on the list: what is signed.
    pub digest: Digest,
    pub approved: Tally,
    pub struck: Tally,
    pub refused: Tally,
    pub signature: Option<Signature>,
}

/// Where a decree stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecreeState {
    /// Frozen; lines may be struck.
    Draft,
    /// Signed and applied.
    Signed,
    /// Given up; its requests went back to the queue.
    Cancelled,
}

impl DecreeState {
    /// Its name in data.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            DecreeState::Draft => "draft",
            DecreeState::Signed => "signed",
            DecreeState::Cancelled => "cancelled",
        }
    }
}

/// How many lines, and what they sum up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Tally {
    pub count: u32,
    pub total: Rupiah,
}

impl Tally {
    fn add(&mut self, amount: Rupiah) -> Result<(), Refusal> {
        self.count = self.count.checked_add(1).ok_or(Why::AmountTooLarge)?;
        self.total = self.total.plus(amount).ok_or(Why::AmountTooLarge)?;
        Ok(())
    }
}

/// The one signature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the field names are the glossary's words")]
pub struct Signature {
    pub number: String,
    pub date: Date,
    pub by: PersonId,
    pub at: Timestamp,
}

/// A line of a decree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the field names are the glossary's words")]
pub struct DecreeLine {
    /// Its place, from 1.
    pub line: u32,
    pub request: RequestId,
    pub amount: Rupiah,
    /// Keyed digest of the facts frozen with it.
    pub facts: Digest,
    pub outcome: LineOutcome,
}

/// What became of a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineOutcome {
    /// On the list, unsigned.
    Listed,
    /// Approved by the signature.
    Approved,
    /// Taken off before the signature.
    Struck(NoteRef),
    /// The rules refused it at the signature; the refusal's code.
    Refused(String),
    /// Let go when the decree was given up.
    Released,
}

impl LineOutcome {
    /// Its name in data.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            LineOutcome::Listed => "listed",
            LineOutcome::Approved => "approved",
            LineOutcome::Struck(_) => "struck",
            LineOutcome::Refused(_) => "refused",
            LineOutcome::Released => "released",
        }
    }
}

/// What happened to a decree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the field names are the glossary's words")]
pub enum DecreeEvent {
    Drafted { scheme: SchemeId, year: i16, count: u32, total: Rupiah, digest: Digest },
    Struck { lines: Vec<u32>, reason: NoteRef, digest: Digest },
    Signed { number: String, date: Date, digest: Digest, approved: Tally, refused: Tally },
    Cancelled,
}

impl DecreeEvent {
    /// The event's name in lists and filters.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            DecreeEvent::Drafted { .. } => "decree_drafted",
            DecreeEvent::Struck { .. } => "decree_struck",
            DecreeEvent::Signed { .. } => "decree_signed",
            DecreeEvent::Cancelled => "decree_cancelled",
        }
    }
}

/// What an act on a list does: to the list, to its requests, and what it left alone.
#[derive(Debug)]
pub struct ListChange<L, R, E> {
    /// The list from now on.
    pub list: L,
    /// Its changed lines.
    pub lines: Vec<R>,
    /// What happened to the list; none where nothing changed.
    pub event: Option<E>,
    /// What happened to each request.
    pub requests: Vec<(RequestId, Event)>,
    /// The requests that could not go on the list, and why.
    pub left_out: Vec<(RequestId, Refusal)>,
}

/// What an act on a decree does.
pub type DecreeChange = ListChange<Decree, DecreeLine, DecreeEvent>;

/// The requests and budget lines that an act on a list touches, as they stand.
#[derive(Debug, Default)]
pub struct Books {
    /// Requests by id.
    pub requests: HashMap<RequestId, Request>,
    /// Budget lines by id.
    pub lines: BTreeMap<LineId, BudgetLine>,
}

impl Books {
    /// The case of one request, if it and its definition are there.
    pub fn case<'a>(&'a self, context: &Context<'a>, id: RequestId) -> Result<Case<'a>, Refusal> {
        let request = self.requests.get(&id).ok_or(Why::NotFound)?;
        let workflow: &'a Workflow = context
            .world
            .workflows
            .pinned(&request.scheme, &request.definition)
            .ok_or(Why::DefinitionMissing)?;
        Ok(Case { context: *context, workflow, request, line: self.lines.get(&request.line) })
    }
}

/// Freezes a list of requests.
pub fn draft(
    context: &Context<'_>,
    id: DecreeId,
    scheme: &SchemeId,
    year: i16,
    wanted: &[RequestId],
    books: &Books,
) -> Result<DecreeChange, Refusal> {
    let mut decree = Decree {
        id,
        scheme: scheme.clone(),
        year,
        state: DecreeState::Draft,
        version: 1,
        drafted_by: context.actor.person.id,
        drafted_at: context.at,
        count: 0,
        total: Rupiah::ZERO,
        digest: Digest::ZERO,
        approved: Tally::default(),
        struck: Tally::default(),
        refused: Tally::default(),
        signature: None,
    };
    let mut frozen = Tally::default();
    let (mut lines, mut requests, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for request_id in wanted.iter().filter(|id| seen.insert(**id)) {
        match books
            .case(context, *request_id)
            .and_then(|case| may_list(&case, scheme, year).map(|duty| (case, duty)))
        {
            Ok((case, duty)) => {
                frozen.add(case.request.amount)?;
                lines.push(DecreeLine {
                    line: frozen.count,
                    request: *request_id,
                    amount: case.request.amount,
                    facts: case.request.facts.digest,
                    outcome: LineOutcome::Listed,
                });
                requests.push((*request_id, Event::Listed { decree: id, duty: duty.clone() }));
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
    (decree.count, decree.total) = (frozen.count, frozen.total);
    decree.digest = digest(&decree, &lines);
    let event = DecreeEvent::Drafted {
        scheme: scheme.clone(),
        year,
        count: decree.count,
        total: decree.total,
        digest: decree.digest,
    };
    Ok(ListChange { list: decree, lines, event: Some(event), requests, left_out })
}

fn may_list<'a>(case: &Case<'a>, scheme: &SchemeId, year: i16) -> Result<&'a ActionName, Refusal> {
    let request = case.request;
    if request.scheme != *scheme || request.year != year {
        return Err(Why::OtherScheme { scheme: request.scheme.clone(), year: request.year }.into());
    }
    let duty = case.duty_of(&"draft_decree".into(), &case.workflow.decree.draft)?;
    case.check_list(Via::Decree)?;
    Ok(duty)
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
    let mut seen = BTreeSet::new();
    for id in wanted.iter().filter(|id| seen.insert(**id)) {
        let line = places
            .get(id)
            .and_then(|place| all.get_mut(*place))
            .filter(|line| line.outcome == LineOutcome::Listed)
            .ok_or(Why::NotOnList { request: *id })?;
        let case = books.case(context, *id)?;
        let name = ActionName::from("strike");
        let duty = case.duty_of(&name, &case.workflow.decree.strike)?;
        let to = &case.workflow.decree.strike_to;
        line.outcome = LineOutcome::Struck(reason);
        after.struck.add(line.amount)?;
        struck.push(line.clone());
        let through = Through::Decree(decree.id);
        let event = step(
            &case,
            &name,
            duty,
            to,
            case.workflow.standing_at(to),
            through,
            Some(reason),
            BTreeMap::new(),
        );
        requests.push((*id, event));
    }
    if struck.is_empty() {
        return Err(Why::ListEmpty.into());
    }
    after.digest = digest(&after, &all);
    after.version = after.version.saturating_add(1);
    let numbers = struck.iter().map(|line| line.line).collect();
    let event = DecreeEvent::Struck { lines: numbers, reason, digest: after.digest };
    Ok(ListChange { list: after, lines: struck, event: Some(event), requests, left_out: Vec::new() })
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

/// Signs a decree: every line still listed is approved or refused, all of them or, where a budget line does not
/// suffice, none. Signing the same again changes nothing.
pub fn sign(
    context: &Context<'_>,
    decree: &Decree,
    lines: &[DecreeLine],
    signing: &Signing,
    books: &mut Books,
) -> Result<DecreeChange, Refusal> {
    if let Some(signature) = &decree.signature {
        let same = signature.number == signing.number && signature.date == signing.date;
        return if same && decree.digest == signing.digest {
            Ok(unchanged(decree))
        } else {
            Err(Why::SignedOtherwise { number: signature.number.clone() }.into())
        };
    }
    check_draft(decree)?;
    check_signer(context, lines, books)?;
    if decree.digest != signing.digest {
        let (found, current) = (signing.digest.to_string(), decree.digest.to_string());
        return Err(Why::DigestStale { found, current }.into());
    }
    let mut after = decree.clone();
    let through = Through::Decree(decree.id);
    let listed: Vec<_> = lines.iter().filter(|line| line.outcome == LineOutcome::Listed).collect();
    check_money(context, &listed, books)?;
    let (mut changed, mut requests) = (Vec::with_capacity(listed.len()), Vec::with_capacity(listed.len()));
    for line in listed {
        let mut line = line.clone();
        let decided = approve(context, &line, through, books);
        let event = match decided {
            Ok(event) => {
                settle_money(books, &line)?;
                after.approved.add(line.amount)?;
                line.outcome = LineOutcome::Approved;
                event
            }
            Err(refusal) => {
                let code = refusal.why.code().to_owned();
                after.refused.add(line.amount)?;
                line.outcome = LineOutcome::Refused(code.clone());
                Event::Unlisted { decree: decree.id, why: Unlisting::Refused(code) }
            }
        };
        requests.push((line.request, event));
        changed.push(line);
    }
    after.state = DecreeState::Signed;
    after.version = after.version.saturating_add(1);
    after.signature = Some(Signature {
        number: signing.number.clone(),
        date: signing.date,
        by: context.actor.person.id,
        at: context.at,
    });
    let event = DecreeEvent::Signed {
        number: signing.number.clone(),
        date: signing.date,
        digest: after.digest,
        approved: after.approved,
        refused: after.refused,
    };
    Ok(ListChange { list: after, lines: changed, event: Some(event), requests, left_out: Vec::new() })
}

/// Gives a draft up; its requests go back to the queue.
pub fn cancel(
    context: &Context<'_>,
    decree: &Decree,
    lines: &[DecreeLine],
    books: &Books,
) -> Result<DecreeChange, Refusal> {
    if decree.state == DecreeState::Cancelled {
        return Ok(unchanged(decree));
    }
    check_draft(decree)?;
    let mut after = decree.clone();
    let (mut changed, mut requests) = (Vec::new(), Vec::new());
    for line in lines.iter().filter(|line| line.outcome == LineOutcome::Listed) {
        let case = books.case(context, line.request)?;
        case.duty_of(&"cancel_decree".into(), &case.workflow.decree.draft)?;
        changed.push(DecreeLine { outcome: LineOutcome::Released, ..line.clone() });
        requests.push((line.request, Event::Unlisted { decree: decree.id, why: Unlisting::Cancelled }));
    }
    after.state = DecreeState::Cancelled;
    after.version = after.version.saturating_add(1);
    let event = Some(DecreeEvent::Cancelled);
    Ok(ListChange { list: after, lines: changed, event, requests, left_out: Vec::new() })
}

fn unchanged(decree: &Decree) -> DecreeChange {
    ListChange {
        list: decree.clone(),
        lines: Vec::new(),
        event: None,
        requests: Vec::new(),
        left_out: Vec::new(),
    }
}

fn check_draft(decree: &Decree) -> Result<(), Refusal> {
    match decree.state {
        DecreeState::Draft => Ok(()),
        state => Err(Why::ListClosed { state: state.as_str().into() }.into()),
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
        match case.duty_of(name, &action.by) {
            Ok(_) => return Ok(()),
            Err(refusal) => {
                first = first.or(Some(Refusal { who_could: case.who_could(&action.by), ..refusal }));
            }
        }
    }
    Err(first.unwrap_or_else(|| Why::ListEmpty.into()))
}

/// All lines that will be approved fit their budget lines, or the decree is refused whole.
fn check_money(context: &Context<'_>, listed: &[&DecreeLine], books: &Books) -> Result<(), Refusal> {
    let mut needs: BTreeMap<&LineId, Rupiah> = BTreeMap::new();
    for line in listed {
        let case = books.case(context, line.request)?;
        let Some((name, _)) = case.workflow.action_via(Via::Decree) else {
            continue;
        };
        let through = case.request.decree.map_or(Through::Itself, Through::Decree);
        if case.request.budget == Standing::None && case.permit(name, through).is_ok() {
            let need = needs.entry(&case.request.line).or_default();
            *need = need.plus(line.amount).ok_or(Why::AmountTooLarge)?;
        }
    }
    for (id, need) in needs {
        let Some(line) = books.lines.get(id) else {
            return Err(Why::NotBudgeted { line: id.clone() }.into());
        };
        let missing = line.shortfall(need);
        if missing.is_positive() {
            return Err(Why::BudgetShort { line: id.clone(), missing }.into());
        }
    }
    Ok(())
}

fn approve(
    context: &Context<'_>,
    line: &DecreeLine,
    through: Through,
    books: &Books,
) -> Result<Event, Refusal> {
    let case = books.case(context, line.request)?;
    let Some((name, _)) = case.workflow.action_via(Via::Decree) else {
        return Err(Why::ActionUnknown { action: "approve".into() }.into());
    };
    let permit = case.permit(name, through)?;
    advance(&case, &permit, through, None, BTreeMap::new())?
        .into_iter()
        .next()
        .ok_or_else(|| Why::ActionUnknown { action: name.clone() }.into())
}

/// Counts an approved line in the books at once, so that the next line sees what is left.
fn settle_money(books: &mut Books, line: &DecreeLine) -> Result<(), Refusal> {
    let Some(request) = books.requests.get_mut(&line.request) else {
        return Err(Why::NotFound.into());
    };
    let id = &request.line;
    let Some(budget) = books.lines.get_mut(id) else {
        return Err(Why::NotBudgeted { line: id.clone() }.into());
    };
    if !budget.shift(line.amount, request.budget, Standing::Committed) {
        return Err(Why::BudgetShort { line: id.clone(), missing: budget.shortfall(line.amount) }.into());
    }
    request.budget = Standing::Committed;
    Ok(())
}

/// SHA-256 over the list as a text that an auditor can rebuild: a heading, then a line for each request still
/// listed (`line request amount facts`), in order.
#[must_use]
pub fn digest(decree: &Decree, lines: &[DecreeLine]) -> Digest {
    let mut hash = Sha256::new();
    hash.update(format!("salur decree 1\n{} {} {}\n", decree.id, decree.scheme, decree.year));
    let mut text = String::with_capacity(160);
    for line in
        lines.iter().filter(|line| matches!(line.outcome, LineOutcome::Listed | LineOutcome::Approved))
    {
        text.clear();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{} {} {} {}", line.line, line.request, line.amount.0, line.facts);
        hash.update(&text);
    }
    Digest(hash.finalize().into())
}
