//! From a drawing to stages and the ways between them: gateways, events and what machines do are passed through.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::guess;
use super::model::{Flow, Kind, Model, Node};

/// The chosen process as a graph.
pub(super) struct Graph<'a> {
    pub(super) model: &'a Model,
    pub(super) process: usize,
    /// The flows out of each node.
    out: BTreeMap<usize, Vec<usize>>,
    /// The node that each flow leads to.
    target: BTreeMap<usize, usize>,
    has_inner: BTreeSet<usize>,
    entered: BTreeSet<usize>,
    /// Where each opened sub-process begins.
    inner_starts: BTreeMap<usize, Vec<usize>>,
}

/// A way from a stage to a stage or an end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Way {
    pub(super) to: usize,
    /// The last flow on it that has a name.
    pub(super) named: Option<usize>,
    /// The flows on it that have a condition.
    pub(super) conditions: Vec<usize>,
}

/// What a node is to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Stage,
    End,
    Through,
}

impl<'a> Graph<'a> {
    pub(super) fn of(model: &'a Model, process: usize, index: &BTreeMap<&str, usize>) -> Graph<'a> {
        let mut out: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut target = BTreeMap::new();
        for (place, flow) in model.flows.iter().enumerate() {
            if let (Some(from), Some(to)) = (index.get(flow.from.as_str()), index.get(flow.to.as_str())) {
                out.entry(*from).or_default().push(place);
                target.insert(place, *to);
            }
        }
        let has_inner = model.nodes.iter().filter_map(|node| node.inside).collect();
        let entered: BTreeSet<usize> = target.values().copied().collect();
        let mut graph =
            Graph { model, process, out, target, has_inner, entered, inner_starts: BTreeMap::new() };
        graph.inner_starts = graph.has_inner.iter().map(|sub| (*sub, graph.begins(Some(*sub)))).collect();
        graph
    }

    pub(super) fn node(&self, place: usize) -> Option<&'a Node> {
        self.model.nodes.get(place)
    }

    pub(super) fn flow(&self, place: usize) -> Option<&'a Flow> {
        self.model.flows.get(place)
    }

    /// How many flows leave a node.
    pub(super) fn leaving(&self, node: usize) -> usize {
        self.out.get(&node).map_or(0, Vec::len)
    }

    /// Where a process or a sub-process begins: its start events, or else what nothing leads to.
    pub(super) fn begins(&self, inside: Option<usize>) -> Vec<usize> {
        let here = || {
            self.model
                .nodes
                .iter()
                .enumerate()
                .filter(|(_, node)| node.process == self.process && node.inside == inside)
        };
        let starts: Vec<usize> =
            here().filter(|(_, node)| node.kind == Kind::Start).map(|(place, _)| place).collect();
        if !starts.is_empty() {
            return starts;
        }
        here()
            .filter(|(place, node)| {
                !self.entered.contains(place) && node.kind != Kind::Boundary && !node.by_event
            })
            .map(|(place, _)| place)
            .collect()
    }

    pub(super) fn is_opened(&self, place: usize) -> bool {
        self.node(place).is_some_and(|node| node.kind == Kind::Sub && !node.by_event)
            && self.has_inner.contains(&place)
    }

    pub(super) fn part(&self, place: usize) -> Part {
        let Some(node) = self.node(place) else { return Part::Through };
        match node.kind {
            Kind::Work | Kind::Call => Part::Stage,
            // Whatever else a machine does is passed over; but money does not move unseen.
            Kind::Service if guess::pays(&node.named.name) => Part::Stage,
            Kind::Sub if !self.has_inner.contains(&place) && !node.by_event => Part::Stage,
            Kind::End if node.inside.is_none() => Part::End,
            Kind::Service
            | Kind::Script
            | Kind::Rule
            | Kind::Send
            | Kind::Receive
            | Kind::Sub
            | Kind::Exclusive
            | Kind::Parallel
            | Kind::Inclusive
            | Kind::EventBased
            | Kind::Complex
            | Kind::Start
            | Kind::End
            | Kind::Intermediate
            | Kind::Boundary => Part::Through,
        }
    }

    /// What comes after a node: by a flow, or into and out of a sub-process.
    fn next(&self, place: usize) -> Vec<(Option<usize>, usize)> {
        if self.is_opened(place) {
            let starts = self.inner_starts.get(&place).into_iter().flatten();
            return starts.map(|start| (None, *start)).collect();
        }
        let mut place = place;
        // What ends within a sub-process goes on after it.
        while self.leaving(place) == 0 {
            match self.node(place).and_then(|node| node.inside) {
                Some(sub) if self.is_opened(sub) => place = sub,
                Some(_) | None => break,
            }
        }
        let flows = self.out.get(&place).into_iter().flatten();
        flows.filter_map(|flow| self.target.get(flow).map(|to| (Some(*flow), *to))).collect()
    }

    /// Every way from a node to the stages and ends after it.
    pub(super) fn ways_from(&self, place: usize) -> Vec<Way> {
        let mut ways: Vec<Way> = Vec::new();
        let mut known: BTreeSet<Way> = BTreeSet::new();
        let mut passed: BTreeSet<usize> = BTreeSet::new();
        let mut open: VecDeque<(usize, Option<usize>, Vec<usize>)> =
            VecDeque::from([(place, None, Vec::new())]);
        while let Some((here, named, conditions)) = open.pop_front() {
            for (flow, to) in self.next(here) {
                let drawn = flow.and_then(|flow| self.flow(flow).map(|drawn| (flow, drawn)));
                let mut conditions = conditions.clone();
                let mut named = named;
                if let Some((flow, drawn)) = drawn {
                    if !drawn.named.name.is_empty() || drawn.own.get("action").is_some() {
                        named = Some(flow);
                    }
                    if !drawn.condition.is_empty() && conditions.len() < 4 {
                        conditions.push(flow);
                    }
                }
                if self.part(to) == Part::Through {
                    if passed.insert(to) {
                        open.push_back((to, named, conditions));
                    }
                    continue;
                }
                let way = Way { to, named, conditions };
                if known.insert(way.clone()) {
                    ways.push(way);
                }
            }
        }
        ways
    }
}
