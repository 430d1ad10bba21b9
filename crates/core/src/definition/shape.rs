//! Every stage can be reached, and every one comes to an end.

use std::collections::BTreeSet;

use super::Findings;
use crate::StageName;
use crate::workflow::{End, Via, Workflow};

/// Every stage can be reached, and every one comes to an end.
pub(super) fn check(workflow: &Workflow, findings: &mut Findings) {
    let mut reached: BTreeSet<&StageName> = BTreeSet::new();
    let mut open: Vec<&StageName> =
        [Some(&workflow.start), workflow.referred.as_ref()].into_iter().flatten().collect();
    while let Some(stage) = open.pop() {
        if reached.insert(stage) {
            open.extend(edges(workflow, stage));
        }
    }
    for name in workflow.stages.keys().filter(|name| !reached.contains(name)) {
        findings.add("stage_unreachable", format!("stage.{name}"), "no action leads here".into());
    }
    let mut ending: BTreeSet<&StageName> =
        workflow.stages.iter().filter(|(_, stage)| stage.end.is_some()).map(|(name, _)| name).collect();
    loop {
        let more: Vec<_> = workflow
            .stages
            .keys()
            .filter(|name| {
                !ending.contains(name) && edges(workflow, name).iter().any(|to| ending.contains(to))
            })
            .collect();
        if more.is_empty() {
            break;
        }
        ending.extend(more);
    }
    for name in workflow.stages.keys().filter(|name| !ending.contains(name)) {
        findings.add("stage_cannot_end", format!("stage.{name}"), "no way leads from here to an end".into());
    }
    if !workflow.stages.values().any(|stage| stage.end == Some(End::Success)) {
        findings.add("no_success", "stage".into(), "no stage has `end = \"success\"`".into());
    }
}

/// Where a request may come from a stage.
fn edges<'a>(workflow: &'a Workflow, stage: &StageName) -> Vec<&'a StageName> {
    let here = || workflow.actions.values().filter(|action| action.from.contains(stage));
    let struck = here().any(|action| action.via == Some(Via::Decree)).then_some(&workflow.decree.strike_to);
    here().filter_map(|action| action.to.as_ref()).chain(struck).collect()
}
