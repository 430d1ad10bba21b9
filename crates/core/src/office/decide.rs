//! What becomes of a proposal: pure functions from what is loaded to what happens.

use super::check::{Sound, check};
use super::effect::lifted;
use super::who::{check_confirmer, check_proposer, rule_of, who_could_confirm};
use super::{Change, Decided, Effect, Objection, Proposal, ProposalEvent, ProposalState, effect};
use crate::event::{Event, NoteRef};
use crate::list::Books;
use crate::refusal::{Refusal, Why};
use crate::repair;
use crate::world::Context;
use crate::{Digest, ProposalId, RequestId};

/// Somebody proposes a change. Where one person suffices it is done at once; nothing where it is so already.
pub fn propose(
    context: &Context<'_>,
    books: &Books,
    id: ProposalId,
    change: Change,
    digest: Digest,
) -> Result<Option<Decided>, Refusal> {
    let (world, kind) = (context.world, change.kind());
    let rule = rule_of(world, kind)?;
    if context.actor.for_whom.is_some() {
        // The office is changed in nobody's name but one's own.
        let why = Objection::ChangeRoleMissing { kind, roles: rule.propose.iter().cloned().collect() };
        return Err(Why::Office(why).into());
    }
    context.check_no_program()?;
    check_proposer(world, context.actor.person.id, &change)?;
    let Sound::Fresh(published) = check(context, books, &change)? else { return Ok(None) };
    if let Change::Repair { request, to, reason } = &change {
        repair::ask(&books.case(context, *request)?, to, Some(*reason))?;
    }
    let is_done = rule.is_one_persons(kind);
    let persons = if is_done { 1 } else { 2 };
    let event = ProposalEvent::Made { change: Box::new(change.told()), digest, persons };
    let proposal = Proposal {
        id,
        change,
        by: context.actor.person.id,
        at: context.at,
        state: if is_done { ProposalState::Confirmed } else { ProposalState::Open },
        decided_by: None,
        decided_at: is_done.then_some(context.at),
        reason: None,
    };
    let effect = effect(id, &proposal.change).filter(|_| is_done);
    let published = published.filter(|_| is_done);
    Ok(Some(Decided { proposal, event, effect, published, requests: Vec::new() }))
}

/// A definition is proposed once: the same text that waits for a second person already is confirmed, and not proposed
/// beside itself. Whoever may not propose it is told that first.
pub fn check_anew<'a>(
    context: &Context<'_>,
    mut known: impl Iterator<Item = &'a Proposal>,
    change: &Change,
) -> Result<(), Refusal> {
    if !matches!(change, Change::PublishDefinition { .. }) {
        return Ok(());
    }
    check_proposer(context.world, context.actor.person.id, change)?;
    match known.find(|it| it.state == ProposalState::Open && it.change == *change) {
        Some(same) => Err(Why::Office(Objection::ProposedAlready { proposal: same.id, by: same.by }).into()),
        None => Ok(()),
    }
}

/// A second person confirms it: the rules are asked anew, about the change, about who proposed it and about who
/// confirms it.
pub fn confirm(context: &Context<'_>, books: &Books, proposal: &Proposal) -> Result<Decided, Refusal> {
    context.check_no_program()?;
    check_open(proposal)?;
    check_confirmer(context, proposal)?;
    check_proposer(context.world, proposal.by, &proposal.change).map_err(|refusal| {
        if matches!(refusal.why, Why::Office(Objection::ChangeRoleMissing { .. })) {
            return Why::Office(Objection::ProposerMayNot { person: proposal.by }).into();
        }
        refusal
    })?;
    let sound = check(context, books, &proposal.change)?;
    let (is_fresh, published) = match sound {
        Sound::Fresh(published) => (true, published),
        Sound::SoAlready => (false, None),
    };
    Ok(Decided {
        effect: outcome(context, proposal).filter(|_| is_fresh),
        published,
        requests: repaired(context, books, proposal)?,
        ..decided(context, proposal, ProposalState::Confirmed, ProposalEvent::Confirmed)
    })
}

/// What the change does on this day.
fn outcome(context: &Context<'_>, proposal: &Proposal) -> Option<Effect> {
    let plain = effect(proposal.id, &proposal.change)?;
    let Change::LiftFreeze { freeze } = &proposal.change else { return Some(plain) };
    let known = context.world.policy.freeze.iter().find(|it| it.id == Some(*freeze));
    Some(known.and_then(|known| lifted(known, context.today())).unwrap_or(plain))
}

/// What happens to the request that a repair is about.
fn repaired(
    context: &Context<'_>,
    books: &Books,
    proposal: &Proposal,
) -> Result<Vec<(RequestId, Event)>, Refusal> {
    let Change::Repair { request, to, reason } = &proposal.change else { return Ok(Vec::new()) };
    let case = books.case(context, *request)?;
    Ok(vec![(*request, repair::repair(&case, proposal.by, to, Some(*reason))?)])
}

/// Somebody who could confirm it, or whom it concerns, says no.
pub fn decline(
    context: &Context<'_>,
    proposal: &Proposal,
    reason: Option<NoteRef>,
) -> Result<Decided, Refusal> {
    context.check_no_program()?;
    check_open(proposal)?;
    let by = context.actor.person;
    if by.id == proposal.by {
        return Err(Why::NeedsSecond { person: by.id }.into());
    }
    let touched = [proposal.change.gainer(), super::who::concerned(&context.world.roster, &proposal.change)];
    if !by.active || !touched.contains(&Some(by.id)) {
        let could = who_could_confirm(context, proposal);
        if !could.contains(&by.id) {
            check_confirmer(context, proposal)?;
        }
    }
    let event = ProposalEvent::Declined { reason };
    let mut decided = decided(context, proposal, ProposalState::Declined, event);
    decided.proposal.reason = reason;
    Ok(decided)
}

/// Whoever proposed it takes it back.
pub fn withdraw(context: &Context<'_>, proposal: &Proposal) -> Result<Decided, Refusal> {
    check_open(proposal)?;
    if context.actor.person.id != proposal.by {
        let why = Why::Office(Objection::NotItsProposer { person: proposal.by });
        return Err(Refusal { why, who_could: vec![proposal.by] });
    }
    Ok(decided(context, proposal, ProposalState::Withdrawn, ProposalEvent::Withdrawn))
}

fn check_open(proposal: &Proposal) -> Result<(), Refusal> {
    if proposal.state == ProposalState::Open {
        return Ok(());
    }
    Err(Why::Office(Objection::ProposalClosed { state: proposal.state }).into())
}

fn decided(
    context: &Context<'_>,
    proposal: &Proposal,
    state: ProposalState,
    event: ProposalEvent,
) -> Decided {
    let proposal = Proposal {
        state,
        decided_by: Some(context.actor.person.id),
        decided_at: Some(context.at),
        ..proposal.clone()
    };
    Decided { proposal, event, effect: None, published: None, requests: Vec::new() }
}
