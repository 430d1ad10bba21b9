//! An office with administrators, and what may be proposed in it.

use std::path::Path;

use jiff::civil::date;
use salur_core::office::{Change, Proposal};
use salur_core::roster::{Capacity, Grant, Person};
use salur_core::{Label, PersonId, ProposalId, Rupiah};
use salur_store::job::{Answer, Job};
use salur_store::{ExecuteError, Store};
use uuid::Uuid;

use crate::office::{AMOUNT, CLERK, ask, open, refusal, run};
use crate::shared::founding;

pub(crate) const ADMIN: PersonId = PersonId(Uuid::from_u128(21));
pub(crate) const OTHER: PersonId = PersonId(Uuid::from_u128(22));
pub(crate) const LOCAL: PersonId = PersonId(Uuid::from_u128(23));

/// An office with two administrators, and one of a single regency.
pub(crate) async fn found(folder: &Path) -> Store {
    let store = open(folder).await;
    let Job::Found(mut office) = founding(&[(2026, 100 * AMOUNT)]) else { panic!("not a founding") };
    for (id, number, region) in [(ADMIN, "A-1", "64"), (OTHER, "A-2", "64"), (LOCAL, "A-3", "64.01")] {
        office.people.push(Person {
            id,
            staff_no: number.into(),
            name: format!("Invented admin {number}"),
            active: true,
            grants: vec![Grant { role: "admin".into(), region: region.into() }],
        });
    }
    store.execute(ask(CLERK, None, Job::Found(office))).await.unwrap();
    store
}

pub(crate) fn proposal(n: u128) -> ProposalId {
    ProposalId(Uuid::from_u128(5_000_000 + n))
}

pub(crate) async fn propose(
    store: &Store,
    by: PersonId,
    n: u128,
    change: Change,
) -> Result<Answer, ExecuteError> {
    run(store, by, store.proposing(proposal(n), change).unwrap()).await
}

pub(crate) async fn confirm(store: &Store, by: PersonId, n: u128) -> Result<Answer, ExecuteError> {
    run(store, by, Job::Confirm { id: proposal(n) }).await
}

/// One administrator proposes it, the other confirms it.
pub(crate) async fn make(store: &Store, n: u128, change: Change) {
    propose(store, ADMIN, n, change).await.unwrap();
    confirm(store, OTHER, n).await.unwrap();
}

pub(crate) fn now_of(told: Result<Answer, ExecuteError>) -> Proposal {
    let Ok(Answer::Proposal { now: Some(now), .. }) = told else { panic!("not done: {told:?}") };
    *now
}

pub(crate) fn code(told: Result<Answer, ExecuteError>) -> &'static str {
    refusal(told).why.code()
}

pub(crate) fn grant(person: PersonId, role: &str) -> Change {
    Change::GrantRole { person, role: role.into(), region: "64".into() }
}

pub(crate) fn delegate(from: PersonId, to: PersonId, role: &str) -> Change {
    Change::Delegate {
        from,
        to,
        role: role.into(),
        region: "64".into(),
        schemes: None,
        amount_max: Some(Rupiah(AMOUNT)),
        from_day: date(2026, 11, 24),
        to_day: date(2026, 12, 1),
        source: "Invented letter 1".into(),
    }
}

pub(crate) fn acting(person: PersonId, capacity: Capacity, for_whom: Option<PersonId>) -> Change {
    Change::SetActing {
        person,
        role: "governor".into(),
        region: "64".into(),
        capacity,
        decree: "Invented decree 1".into(),
        from_day: date(2026, 11, 24),
        to_day: date(2026, 12, 1),
        for_whom,
    }
}

pub(crate) fn seat() -> Change {
    let title = Label { id: "Gubernur".into(), en: "Governor".into() };
    Change::SetOffice { office: "governor".into(), title, role: "governor".into(), region: "64".into() }
}

pub(crate) fn definition(version: u32) -> String {
    let text = include_str!("../../../../workflows/disaster.toml");
    text.replacen("version = 1", &format!("version = {version}"), 1)
}

pub(crate) fn publish(text: String) -> Change {
    Change::PublishDefinition { text }
}
