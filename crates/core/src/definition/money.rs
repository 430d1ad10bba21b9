//! Every way to a payment passes an approval, no way passes two payments, and nobody moves money alone.

use std::collections::{BTreeMap, BTreeSet};

use super::Findings;
use crate::proof;
use crate::workflow::{Action, ActionKind, FieldKind, Via, Workflow};
use crate::{ActionName, StageName};

/// Every way to a payment passes an approval; after a payment there is none.
pub(super) fn check(workflow: &Workflow, findings: &mut Findings) {
    let reach = |from: &StageName, pass: &dyn Fn(&Action) -> bool| -> BTreeSet<StageName> {
        let mut reached = BTreeSet::new();
        let mut open = vec![from.clone()];
        while let Some(stage) = open.pop() {
            if reached.insert(stage.clone()) {
                let next =
                    workflow.actions.values().filter(|action| action.from.contains(&stage) && pass(action));
                open.extend(next.filter_map(|action| action.to.clone()));
            }
        }
        reached
    };
    let unapproved = reach(&workflow.start, &|action| action.kind != ActionKind::Approval);
    for (name, action) in workflow.actions.iter().filter(|(_, action)| moves_money(action)) {
        if let Some(stage) = action.from.iter().find(|stage| unapproved.contains(*stage)) {
            let text = format!("a request can come to `{stage}`, and be paid there, without an approval");
            findings.add("payment_unapproved", format!("action.{name}"), text);
        }
        let Some(to) = &action.to else { continue };
        let after = reach(to, &|_| true);
        if let Some((again, _)) = workflow
            .actions
            .iter()
            .find(|(_, other)| moves_money(other) && other.from.iter().any(|stage| after.contains(stage)))
        {
            let text = format!("after it, `{again}` could pay the same request again");
            findings.add("payment_twice", format!("action.{name}"), text);
        }
    }
    check_persons(workflow, findings);
}

fn moves_money(action: &Action) -> bool {
    matches!(action.kind, ActionKind::Payment | ActionKind::Ruling)
}

fn check_persons(workflow: &Workflow, findings: &mut Findings) {
    for (place, duty) in workflow.duties.iter().enumerate() {
        let (Some(need), Some(before)) = (duty.min_persons, &duty.before) else {
            continue;
        };
        let place = format!("duty[{place}]");
        let proof = proof::prove(workflow, before);
        if proof.cut {
            let text = format!("there are too many ways to `{before}` to prove anything about them");
            findings.add("proof_too_large", place.clone(), text);
        }
        let Some(weakest) = proof.weakest else {
            continue;
        };
        if weakest.persons() < usize::try_from(need).unwrap_or(usize::MAX) {
            let text = format!(
                "{need} different persons are promised before `{before}`, but the duties allow {}: {weakest}",
                weakest.persons()
            );
            findings.add("too_few_persons", place, text);
        }
    }
}

/// What goes by a list is decided line by line, by one person, with nothing asked; what mends or rules on a payment
/// takes two, neither of them the payer.
pub(super) fn check_lists(workflow: &Workflow, findings: &mut Findings) {
    let mut by_list: BTreeMap<&str, u32> = BTreeMap::new();
    for (name, action) in &workflow.actions {
        let place = format!("action.{name}");
        let (means, kind) = match action.via {
            Some(Via::Decree) => ("decree", ActionKind::Approval),
            Some(Via::PaymentOrder) => ("payment_order", ActionKind::Payment),
            None => {
                check_two(workflow, name, action, findings);
                continue;
            }
        };
        let count = by_list.entry(means).or_default();
        *count = count.saturating_add(1);
        if *count > 1 {
            let text = format!("another action goes by `{means}` already; one is the most");
            findings.add("via_twice", format!("{place}.via"), text);
        }
        if action.kind != kind {
            let text = "what goes by decree is of the kind `approval`, by payment order `payment`".into();
            findings.add("via_kind", place.clone(), text);
        }
        if action.is_shared() || action.needs_reason || !action.needs.is_empty() || !action.notes.is_empty() {
            let text = "a list asks nothing of its lines: no `persons`, `reason`, `needs`, `notes`".into();
            findings.add("list_asks", place.clone(), text);
        }
        if action.via == Some(Via::PaymentOrder) && action.by != workflow.payment_order.settle {
            let text = "who pays is who enters the bank's results: say the same roles and duties in \
                        `payment_order.settle`";
            findings.add("payer_unclear", format!("{place}.by"), text.into());
        }
    }
}

fn check_two(workflow: &Workflow, name: &ActionName, action: &Action, findings: &mut Findings) {
    let place = format!("action.{name}");
    match action.kind {
        ActionKind::Correction => {}
        ActionKind::Ruling => {
            let asked: Vec<_> = action.needs.iter().filter_map(|field| workflow.fields.get(field)).collect();
            if !matches!(asked.as_slice(), [field] if field.kind == FieldKind::Bool) {
                let text = "a ruling needs one field of the type `bool`: did the payment happen?".into();
                findings.add("ruling_asks", format!("{place}.needs"), text);
            }
        }
        ActionKind::Forward
        | ActionKind::Rework
        | ActionKind::Approval
        | ActionKind::Payment
        | ActionKind::Close => return,
    }
    if action.persons < 2 {
        let text = "what mends or rules on a payment takes two persons: say `persons = 2`".into();
        findings.add("acts_alone", format!("{place}.persons"), text);
    }
    let order = &workflow.payment_order;
    let apart = |own: &ActionName, pays: &ActionName| {
        workflow.duties.iter().any(|duty| duty.distinct.contains(own) && duty.distinct.contains(pays))
    };
    for pays in order.draft.values().chain(order.settle.values()).collect::<BTreeSet<_>>() {
        if let Some(own) = action.by.values().find(|own| !apart(own, pays)) {
            let text =
                format!("whoever pays could do it too: add a duty with `distinct = [\"{own}\", \"{pays}\"]`");
            findings.add("payer_decides", place.clone(), text);
        }
    }
}
