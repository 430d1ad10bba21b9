//! Which fields are filled in when a request comes to a stage: on every way, and on some way.

use std::collections::{BTreeMap, BTreeSet};

use super::super::graph::Graph;
use crate::{FieldName, StageName};

/// What is filled in when a request comes to each stage that can be reached.
pub(super) struct Filled<'a> {
    must: BTreeMap<&'a StageName, BTreeSet<&'a FieldName>>,
    may: BTreeMap<&'a StageName, BTreeSet<&'a FieldName>>,
}

impl<'a> Filled<'a> {
    pub(super) fn of(graph: &Graph<'a>) -> Filled<'a> {
        let start = &graph.workflow.start;
        let mut must = BTreeMap::from([(start, BTreeSet::new())]);
        let mut may: BTreeMap<&StageName, BTreeSet<&FieldName>> = must.clone();
        let mut open = vec![start];
        // A set of `must` only shrinks and one of `may` only grows, so this comes to an end.
        while let Some(stage) = open.pop() {
            let (sure, maybe) =
                (must.get(stage).cloned().unwrap_or_default(), may.get(stage).cloned().unwrap_or_default());
            for step in graph.from(stage) {
                let (mut sure, mut maybe) = (sure.clone(), maybe.clone());
                if let Some(action) = step.action {
                    sure.extend(&action.needs);
                    maybe.extend(action.needs.iter().chain(&action.notes));
                }
                let known = must.get(step.to);
                let fewer = known.map_or(sure.clone(), |known| known.intersection(&sure).copied().collect());
                let more: BTreeSet<_> =
                    may.get(step.to).into_iter().flatten().copied().chain(maybe).collect();
                if known != Some(&fewer) || may.get(step.to) != Some(&more) {
                    must.insert(step.to, fewer);
                    may.insert(step.to, more);
                    open.push(step.to);
                }
            }
        }
        Filled { must, may }
    }

    /// True if the field is filled in on every way to the stage.
    pub(super) fn surely(&self, stage: &StageName, field: &FieldName) -> bool {
        is_fact(field) || self.must.get(stage).is_some_and(|fields| fields.contains(field))
    }

    /// True if the field is filled in on some way to the stage.
    pub(super) fn perhaps(&self, stage: &StageName, field: &FieldName) -> bool {
        is_fact(field) || self.may.get(stage).is_some_and(|fields| fields.contains(field))
    }
}

/// What every request has from the start.
pub(super) fn is_fact(field: &FieldName) -> bool {
    matches!(field.as_str(), "amount" | "year")
}
