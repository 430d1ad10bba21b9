//! The order in which requests pass the stages.

use std::collections::BTreeMap;

use salur_core::StageName;
use salur_core::workflow::{ActionKind, Workflow};

/// The stages of a definition in the order of the way: by phase, and within it by how far from the start they are. Ends
/// are left out.
#[must_use]
pub fn way(workflow: &Workflow) -> Vec<StageName> {
    let mut far: BTreeMap<&StageName, usize> = BTreeMap::from([(&workflow.start, 0)]);
    let mut front = vec![&workflow.start];
    while !front.is_empty() {
        let mut next = Vec::new();
        for from in front {
            let steps = far.get(from).map_or(0, |steps| steps + 1);
            let leaving = workflow.actions.values().filter(|action| action.from.contains(from));
            for to in leaving
                .filter(|action| action.kind != ActionKind::Rework)
                .filter_map(|action| action.to.as_ref())
            {
                if !far.contains_key(to) {
                    far.insert(to, steps);
                    next.push(to);
                }
            }
        }
        front = next;
    }
    let mut stages: Vec<_> = workflow
        .stages
        .iter()
        .filter_map(|(name, stage)| Some((stage.phase?, far.get(name).copied().unwrap_or(usize::MAX), name)))
        .collect();
    stages.sort_unstable();
    stages.into_iter().map(|(.., name)| name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_come_in_the_order_of_the_way() {
        let workflow = Workflow::parse(include_str!("../../../workflows/disaster.toml")).unwrap();
        let way: Vec<_> = way(&workflow).iter().map(ToString::to_string).collect();
        assert_eq!(way, ["input", "verification", "approval", "disbursement"]);
    }
}
