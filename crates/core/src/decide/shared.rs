//! Acts that take more than one person: each gives a word for the same content, and the last one does it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::advance;
use crate::FieldName;
use crate::case::{Case, Permit, Through};
use crate::digest::Digest;
use crate::event::{Event, FactsRef};
use crate::refusal::{Refusal, Why};
use crate::value::Value;

/// What a person agrees to: the facts as they stand, the payment in doubt, and what is noted down.
pub(super) fn content(case: &Case<'_>, fields: &BTreeMap<FieldName, Value>) -> Digest {
    let mut text = format!("{}\n", case.request.facts.digest);
    if let Some(at) = case.request.doubtful_at() {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{} {}", at.order, at.line);
    }
    for (name, value) in fields {
        let _ = writeln!(text, "{name}={value}");
    }
    Digest(Sha256::digest(text.as_bytes()).into())
}

/// One word more, where others are still needed after it; none where this is the last word.
pub(super) fn word(case: &Case<'_>, permit: &Permit<'_>, content: Digest) -> Result<Option<Event>, Refusal> {
    if !permit.action.is_shared() {
        return Ok(None);
    }
    let given = || {
        case.request.endorsements.iter().filter(|word| word.action == *permit.name && word.content == content)
    };
    if given().any(|word| word.persons().any(|by| permit.footing.persons().any(|actor| actor == by))) {
        let why = Why::AlreadyEndorsed { action: permit.name.clone() };
        return Err(case.refuse_for(why, permit.name, &permit.action.by, Some(permit.action.kind)));
    }
    let words = given().count().saturating_add(1);
    let enough = usize::try_from(permit.action.persons).is_ok_and(|persons| words >= persons);
    let (action, duty) = (permit.name.clone(), permit.footing.duty.clone());
    Ok((!enough).then_some(Event::Endorsed { action, duty, content }))
}

/// Mends the payee's account: the persons must send the very same facts.
pub(super) fn correct(
    case: &Case<'_>,
    permit: &Permit<'_>,
    facts: Option<FactsRef>,
) -> Result<Vec<Event>, Refusal> {
    let Some(facts) = facts else {
        return Err(Why::FieldMissing { fields: vec![case.workflow.form.account.number.clone()] }.into());
    };
    if facts.account == case.request.facts.account {
        return Ok(Vec::new());
    }
    Ok(vec![match word(case, permit, facts.digest)? {
        Some(event) => event,
        None => Event::Corrected { action: permit.name.clone(), duty: permit.footing.duty.clone(), facts },
    }])
}

/// Rules whether a doubtful payment happened: what the action's first need says.
pub(super) fn rule(
    case: &Case<'_>,
    permit: &Permit<'_>,
    fields: BTreeMap<FieldName, Value>,
) -> Result<Vec<Event>, Refusal> {
    let Some(at) = case.request.doubtful_at() else {
        return Err(Why::NothingToRule.into());
    };
    if let Some(event) = word(case, permit, content(case, &fields))? {
        return Ok(vec![event]);
    }
    let happened = permit.action.needs.first().and_then(|name| fields.get(name)) == Some(&Value::Bool(true));
    let (action, duty) = (permit.name.clone(), permit.footing.duty.clone());
    match (happened, case.request.closed) {
        (false, _) => Ok(vec![Event::RuledUnpaid { action, duty }]),
        (true, true) => Ok(vec![Event::RuledPaidTwice { action, duty }]),
        (true, false) => advance(case, permit, Through::Order(at), None, fields),
    }
}
