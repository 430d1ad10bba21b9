//! The duties of a definition, on all that was done to a request.

use std::collections::{BTreeMap, BTreeSet};

use salur_core::request::{Act, Request};
use salur_core::workflow::Workflow;
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
