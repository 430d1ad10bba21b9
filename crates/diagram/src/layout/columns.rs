//! In which layer each stage stands: one more than the furthest stage that leads to it; ends stand in the last one.

use std::collections::{BTreeMap, BTreeSet};

use salur_core::StageName;
use salur_core::workflow::Workflow;

use crate::graph::Edge;

pub(super) fn columns(workflow: &Workflow, edges: &[Edge]) -> BTreeMap<StageName, usize> {
    let is_end = |stage: &StageName| workflow.end_of(stage).is_some();
    let mut next: BTreeMap<&StageName, Vec<&StageName>> = BTreeMap::new();
    for edge in edges.iter().filter(|edge| edge.kind.leads_on() && !is_end(&edge.to)) {
        next.entry(&edge.from).or_default().push(&edge.to);
    }
    let order = order(workflow, &next);
    let place: BTreeMap<&StageName, usize> =
        order.iter().enumerate().map(|(place, stage)| (*stage, place)).collect();
    let mut columns: BTreeMap<StageName, usize> = BTreeMap::new();
    for stage in &order {
        let own = *columns.entry((*stage).clone()).or_default();
        for to in next.get(stage).into_iter().flatten() {
            // What leads to an earlier place in the order closes a circle and moves nothing.
            if place.get(to) > place.get(stage) {
                let column = columns.entry((*to).clone()).or_default();
                *column = (*column).max(own + 1);
            }
        }
    }
    let last = columns.values().max().map_or(0, |last| last + 1);
    columns.extend(workflow.stages.keys().filter(|stage| is_end(stage)).map(|stage| (stage.clone(), last)));
    columns
}

/// The open stages so that each stands after those that lead to it, as far as there are no circles.
fn order<'a>(
    workflow: &'a Workflow,
    next: &BTreeMap<&'a StageName, Vec<&'a StageName>>,
) -> Vec<&'a StageName> {
    let open = workflow.stages.iter().filter(|(_, stage)| stage.end.is_none()).map(|(name, _)| name);
    let mut roots: Vec<&StageName> = open.collect();
    roots.sort_by_key(|stage| (**stage != workflow.start, workflow.phase_of(stage)));
    let mut seen: BTreeSet<&StageName> = BTreeSet::new();
    let mut left: Vec<&StageName> = Vec::new();
    for root in roots {
        let mut way: Vec<(&StageName, usize)> = Vec::new();
        if seen.insert(root) {
            way.push((root, 0));
        }
        while let Some((stage, tried)) = way.last_mut() {
            let to = next.get(*stage).and_then(|next| next.get(*tried));
            *tried += 1;
            match to {
                Some(to) if seen.insert(to) => way.push((to, 0)),
                Some(_) => {}
                None => {
                    left.push(stage);
                    way.pop();
                }
            }
        }
    }
    left.reverse();
    left
}
