//! The ways through a workflow: which stage leads to which, and by what.

use std::collections::{BTreeMap, VecDeque};

use super::finding::CounterExample;
use crate::StageName;
use crate::workflow::{Action, ActionKind, Via, Workflow};

/// A workflow as stages and steps between them.
pub(super) struct Graph<'a> {
    pub(super) workflow: &'a Workflow,
    steps: BTreeMap<&'a StageName, Vec<Step<'a>>>,
}

/// A step from one stage to another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step<'a> {
    pub(super) from: &'a StageName,
    pub(super) to: &'a StageName,
    /// The action's name, or `strike`.
    pub(super) act: &'a str,
    /// None where a line is struck out of a decree.
    pub(super) action: Option<&'a Action>,
}

impl Step<'_> {
    pub(super) fn is(&self, kind: ActionKind) -> bool {
        self.action.is_some_and(|action| action.kind == kind)
    }

    /// True if money goes out by it.
    pub(super) fn pays(&self) -> bool {
        self.is(ActionKind::Payment) || self.is(ActionKind::Ruling)
    }
}

/// What can be reached, each stage with the step that leads there first.
pub(super) struct Reached<'a>(BTreeMap<&'a StageName, Option<Step<'a>>>);

impl<'a> Graph<'a> {
    pub(super) fn of(workflow: &'a Workflow) -> Graph<'a> {
        let mut steps: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (name, action) in &workflow.actions {
            for from in &action.from {
                let here = steps.entry(from).or_default();
                if let Some(to) = &action.to {
                    here.push(Step { from, to, act: name.as_str(), action: Some(action) });
                }
                if action.via == Some(Via::Decree) {
                    here.push(Step { from, to: &workflow.decree.strike_to, act: "strike", action: None });
                }
            }
        }
        Graph { workflow, steps }
    }

    /// The steps from a stage.
    pub(super) fn from(&self, stage: &StageName) -> &[Step<'a>] {
        self.steps.get(stage).map_or(&[], Vec::as_slice)
    }

    /// What can be reached from some stages by the steps that pass.
    pub(super) fn reach(
        &self,
        roots: impl IntoIterator<Item = &'a StageName>,
        mut pass: impl FnMut(&Step<'a>) -> bool,
    ) -> Reached<'a> {
        let mut open: VecDeque<_> = roots.into_iter().collect();
        let mut reached: BTreeMap<_, _> = open.iter().map(|root| (*root, None)).collect();
        while let Some(stage) = open.pop_front() {
            for step in self.from(stage) {
                if !reached.contains_key(step.to) && pass(step) {
                    reached.insert(step.to, Some(*step));
                    open.push_back(step.to);
                }
            }
        }
        Reached(reached)
    }

    /// What a request can reach.
    pub(super) fn all(&self) -> Reached<'a> {
        self.reach([&self.workflow.start].into_iter().chain(&self.workflow.referred), |_| true)
    }
}

impl<'a> Reached<'a> {
    pub(super) fn has(&self, stage: &StageName) -> bool {
        self.0.contains_key(stage)
    }

    pub(super) fn stages(&self) -> impl Iterator<Item = &'a StageName> {
        self.0.keys().copied()
    }

    /// The shortest way to a stage: stages and acts in turn.
    pub(super) fn way(&self, to: &StageName) -> Vec<String> {
        let mut way = vec![to.to_string()];
        let mut at = to;
        while let Some(Some(step)) = self.0.get(at) {
            way.push(step.act.to_owned());
            way.push(step.from.to_string());
            at = step.from;
        }
        way.reverse();
        way
    }

    /// The way to a stage and one act more, as what shows a finding.
    pub(super) fn shows(&self, to: &StageName, act: &str) -> CounterExample {
        let mut way = self.way(to);
        way.push(act.to_owned());
        CounterExample::Way(way)
    }
}
