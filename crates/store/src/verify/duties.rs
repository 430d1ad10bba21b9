//! The duties of a definition, on all that was done to a request.

use std::collections::{BTreeMap, BTreeSet};

use salur_core::request::{Act, Request};
use salur_core::workflow::{ActionKind, Workflow};
use salur_core::{ActionName, PersonId, StageName};

use super::{Stop, broken};

/// Nobody did two acts that are kept apart, nor one of them and a part in a repair; and what is one person's was done by
/// the same persons.
pub(super) fn check(workflow: &Workflow, request: &Request) -> Result<(), Stop> {
    for duty in &workflow.duties {
        for Act(name, person) in request.acts.iter().filter(|act| duty.distinct.contains(&act.0)) {
            let clashes = |act: &&Act| act.is_repair() || (act.0 != *name && duty.distinct.contains(&act.0));
            let mut theirs = request.acts.iter().filter(|act| act.1 == *person);
            if let Some(Act(other, _)) = theirs.find(clashes) {
                return Err(broken("duties_kept", request.id, format!("{person} did {name} and {other}")));
            }
        }
        let mut by: BTreeMap<&ActionName, BTreeSet<PersonId>> = BTreeMap::new();
        for Act(name, person) in request.acts.iter().filter(|act| duty.same_person.contains(&act.0)) {
            by.entry(name).or_default().insert(*person);
        }
        let mut all = by.iter();
        if let Some((name, persons)) = all.next()
            && let Some((other, _)) = all.find(|(_, others)| *others != persons)
        {
            return Err(broken("duties_kept", request.id, format!("others did {other} than {name}")));
        }
    }
    Ok(())
}

/// True for two persons' word on a payment in doubt: it tells what has happened, whoever took part in it.
pub(super) fn is_ruling(workflow: &Workflow, action: &ActionName) -> bool {
    workflow.actions.get(action).is_some_and(|action| action.kind == ActionKind::Ruling)
}

/// As many persons as were promised had acted with their own hands when a request was paid.
pub(super) fn check_paid(workflow: &Workflow, request: &Request, to: &StageName) -> Result<(), Stop> {
    let acted = request.acts.iter().filter(|act| !act.is_repair()).map(|Act(_, person)| *person);
    let persons: BTreeSet<PersonId> = acted.filter(|person| !request.stood_in_for.contains(person)).collect();
    for duty in workflow.duties.iter().filter(|duty| duty.before.as_ref() == Some(to)) {
        let need = duty.min_persons.unwrap_or(0);
        if usize::try_from(need).is_ok_and(|need| persons.len() < need) {
            return Err(broken(
                "persons_kept",
                request.id,
                format!("{} paid, {need} promised", persons.len()),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use salur_core::event::{Entered, Entry, Event, FactsRef, Pin};
    use salur_core::request::{REPAIR, apply};
    use salur_core::workflow::{BenefitKind, Duty};
    use salur_core::{Digest, RecipientId, RequestId, Rupiah};
    use uuid::Uuid;

    use super::*;

    const KUBE: &str = include_str!("../../../../workflows/kube.toml");

    fn person(number: u128) -> PersonId {
        PersonId(Uuid::from_u128(number))
    }

    /// A request that its first person entered, with what else was done to it.
    fn done(acts: &[(&str, u128)]) -> Request {
        let digest = Digest::ZERO;
        let event = Event::Entered(Box::new(Entered {
            scheme: "kube".into(),
            year: 2026,
            definition: Pin { version: 1, digest },
            region: "64".into(),
            recipient: RecipientId(Uuid::nil()),
            facts: FactsRef { version: 1, digest, account: digest },
            amount: Rupiah(1),
            benefit: BenefitKind::Cash,
            line: "2026/kube/apbd".into(),
            stage: "input".into(),
            due_on: None,
            closes: false,
            duty: "submit".into(),
            origin: None,
        }));
        let entry = Entry { seq: 1, at: Timestamp::UNIX_EPOCH, actor: person(1), for_whom: None, event };
        let mut request = apply(None, RequestId(Uuid::nil()), &entry).unwrap();
        request.acts.extend(acts.iter().map(|(duty, by)| Act((*duty).into(), person(*by))));
        request
    }

    fn found(workflow: &Workflow, acts: &[(&str, u128)]) -> Option<&'static str> {
        check(workflow, &done(acts)).err().map(|stop| match stop {
            Stop::Broken(broken) => broken.invariant,
            Stop::Store(error) => panic!("{error}"),
        })
    }

    #[test]
    fn a_duty_that_was_broken_is_found() {
        let mut workflow = Workflow::parse(KUBE).unwrap();
        let sound = [("verify", 2), ("approve", 3), ("pay", 4)];
        assert_eq!(found(&workflow, &sound), None);
        assert_eq!(found(&workflow, &[("verify", 1)]), Some("duties_kept"), "kept apart");
        // Whoever put it back has judged nothing of it, before or after.
        assert_eq!(found(&workflow, &[("verify", 2), (REPAIR, 5)]), None);
        assert_eq!(found(&workflow, &[("verify", 2), (REPAIR, 2)]), Some("duties_kept"));
        workflow.duties.push(Duty { same_person: vec!["approve".into(), "sign".into()], ..Duty::default() });
        assert_eq!(found(&workflow, &[("approve", 3), ("sign", 3)]), None);
        assert_eq!(found(&workflow, &[("approve", 3)]), None, "the other is yet to come");
        assert_eq!(found(&workflow, &[("approve", 3), ("sign", 6)]), Some("duties_kept"));
        assert_eq!(found(&workflow, &[("approve", 3), ("sign", 3), ("sign", 6)]), Some("duties_kept"));
    }

    #[test]
    fn a_payment_by_too_few_is_found_and_who_was_stood_in_for_counts_for_nobody() {
        let workflow = Workflow::parse(KUBE).unwrap();
        let paid = |request: &Request| check_paid(&workflow, request, &"paid".into()).is_ok();
        let mut request = done(&[("verify", 2), ("approve", 3), ("pay", 4)]);
        assert!(paid(&request));
        request.stood_in_for.insert(person(3));
        assert!(!paid(&request));
        assert!(!paid(&done(&[("verify", 2), ("approve", 3), (REPAIR, 5)])), "a repair is no part in it");
        assert!(is_ruling(&workflow, &"rule_payment".into()) && !is_ruling(&workflow, &"pay".into()));
    }
}
