//! Every way through a workflow, by the acts that duties bind. Acts once done stay done, and to do one again takes no
//! person more, so a way is known by where it is and by the set of what was done: a cycle adds nothing, and of two
//! ways to a stage the one whose acts are among the other's stands for both.

use std::collections::{BTreeMap, VecDeque};

use super::step::{Choice, PERSONS_MAX, Step, choices_of, entering, striking};
use crate::workflow::{Action, ActionKind, Via, Workflow};
use crate::{ActionName, StageName};

/// Most states that are searched, and most acts that duties bind; beyond that nothing is proved.
const STATES_MAX: usize = 20_000;
const BOUND_MAX: usize = 128;

/// A set of bound acts.
pub(super) type Acts = u128;

/// Where the ways lead that are looked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Goal<'a> {
    /// To a stage.
    Stage(&'a StageName),
    /// To a payment.
    Payment,
}

/// The acts of a workflow, each once.
#[derive(Debug)]
pub(super) struct Acting<'a> {
    pub(super) workflow: &'a Workflow,
    all: bool,
    pub(super) steps: Vec<Step>,
    /// The place of each act among the bound ones.
    bits: Vec<Option<u32>>,
    enters: Vec<Vec<usize>>,
    /// What each action takes, once for each choice.
    pub(super) takes: BTreeMap<&'a ActionName, Vec<Vec<usize>>>,
    /// What striking a line out of a decree takes, once for each choice.
    strikes: Vec<Vec<usize>>,
    cut: bool,
}

impl<'a> Acting<'a> {
    /// The acts of a workflow; those that no duty binds may be anybody's.
    pub(super) fn of(workflow: &'a Workflow) -> Acting<'a> {
        Acting::noting(workflow, false)
    }

    /// The acts of a workflow, each of which somebody must do.
    pub(super) fn of_all(workflow: &'a Workflow) -> Acting<'a> {
        Acting::noting(workflow, true)
    }

    fn noting(workflow: &'a Workflow, all: bool) -> Acting<'a> {
        let mut acting = Acting {
            workflow,
            all,
            steps: Vec::new(),
            bits: Vec::new(),
            enters: Vec::new(),
            takes: BTreeMap::new(),
            strikes: Vec::new(),
            cut: false,
        };
        acting.enters = acting.note(entering(workflow));
        for (name, action) in &workflow.actions {
            let taken = acting.note(choices_of(workflow, name, action));
            acting.takes.insert(name, taken);
            // More words than are told apart would be taken for fewer.
            acting.cut |= usize::try_from(action.persons).map_or(true, |persons| persons > PERSONS_MAX);
        }
        acting.strikes = acting.note(striking(workflow));
        acting
    }

    fn note(&mut self, choices: Vec<Choice>) -> Vec<Vec<usize>> {
        choices.into_iter().map(|acts| acts.into_iter().map(|step| self.place_of(step)).collect()).collect()
    }

    fn place_of(&mut self, mut step: Step) -> usize {
        step.bound |= self.all;
        if let Some(known) = self.steps.iter().position(|known| *known == step) {
            return known;
        }
        let bound = self.bits.iter().flatten().count();
        let bit = u32::try_from(bound).ok().filter(|_| step.bound && bound < BOUND_MAX);
        self.cut |= step.bound && bit.is_none();
        self.bits.push(bit);
        self.steps.push(step);
        self.steps.len().saturating_sub(1)
    }

    pub(super) fn bit(&self, step: usize) -> Acts {
        let bit = self.bits.get(step).copied().flatten();
        bit.and_then(|bit| 1_u128.checked_shl(bit)).unwrap_or(0)
    }

    /// The bound acts of a set, by their places.
    pub(super) fn bound(&self, acts: Acts) -> Vec<usize> {
        (0..self.steps.len()).filter(|step| self.bit(*step) & acts != 0).collect()
    }
}

/// A way, as far as it has come.
#[derive(Debug)]
pub(super) struct State<'a> {
    at: &'a StageName,
    pub(super) acts: Acts,
    before: Option<usize>,
    did: Vec<usize>,
    paid: bool,
}

/// The ways found.
#[derive(Debug)]
pub(super) struct Ways<'a> {
    states: Vec<State<'a>>,
    /// The ways that lead there, each with acts that no other's are among, the shortest first.
    pub(super) goals: Vec<usize>,
    /// True if not all were searched.
    pub(super) cut: bool,
}

impl Ways<'_> {
    /// The bound acts of a way.
    pub(super) fn acts(&self, way: usize) -> Acts {
        self.states.get(way).map_or(0, |state| state.acts)
    }

    /// All acts of a way, in their order.
    pub(super) fn story(&self, way: usize) -> Vec<usize> {
        let back = std::iter::successors(self.states.get(way), |state| self.states.get(state.before?));
        let mut parts: Vec<_> = back.map(|state| &state.did).collect();
        parts.reverse();
        parts.into_iter().flatten().copied().collect()
    }
}

/// Searches every way to the goal, but for actions that cannot be taken.
pub(super) fn ways<'a>(
    acting: &Acting<'a>,
    goal: Goal<'_>,
    can: impl Fn(&'a ActionName, usize) -> bool,
) -> Ways<'a> {
    let workflow = acting.workflow;
    let places = || std::iter::once(&workflow.start).chain(&workflow.referred);
    let starts: Vec<_> = acting.enters.iter().flat_map(|did| places().map(move |at| (at, did))).collect();
    ways_from(acting, &starts, goal, can)
}

/// Searches every way to the goal from these stages, with what was done to come there.
pub(super) fn ways_from<'a>(
    acting: &Acting<'a>,
    starts: &[(&'a StageName, &Vec<usize>)],
    goal: Goal<'_>,
    can: impl Fn(&'a ActionName, usize) -> bool,
) -> Ways<'a> {
    let workflow = acting.workflow;
    let mut found = Ways { states: Vec::new(), goals: Vec::new(), cut: acting.cut };
    let mut seen: BTreeMap<&StageName, Vec<Acts>> = BTreeMap::new();
    let mut open = VecDeque::new();
    for (at, did) in starts {
        let acts = did.iter().fold(0, |acts, step| acts | acting.bit(*step));
        let state = State { at, acts, before: None, did: (*did).clone(), paid: false };
        found.visit(state, &mut seen, &mut open);
    }
    let leaving: BTreeMap<&StageName, Vec<(&ActionName, &'a crate::workflow::Action)>> = workflow
        .stages
        .keys()
        .map(|stage| (stage, workflow.actions.iter().filter(|(_, it)| it.from.contains(stage)).collect()))
        .collect();
    while let Some(place) = open.pop_front() {
        let Some(State { at, acts, paid, .. }) = found.states.get(place) else { continue };
        let (at, acts, paid) = (*at, *acts, *paid);
        let there = match goal {
            Goal::Stage(to) => at == to,
            Goal::Payment => paid,
        };
        if there {
            found.goals.push(place);
            continue;
        }
        for (name, action) in leaving.get(at).into_iter().flatten() {
            for Edge { to, did, paid } in edges(acting, name, action, &can) {
                if found.states.len() >= STATES_MAX {
                    found.cut = true;
                    break;
                }
                let acts = did.iter().fold(acts, |acts, step| acts | acting.bit(*step));
                let state = State { at: to, acts, before: Some(place), did: did.clone(), paid };
                found.visit(state, &mut seen, &mut open);
            }
        }
    }
    found.keep_smallest();
    found
}

/// Where an act leads, what was done for it, and whether money went out by it.
struct Edge<'e, 'a> {
    to: &'a StageName,
    did: &'e Vec<usize>,
    paid: bool,
}

/// Where an action leads, once for each choice; what waits for a decree may be struck out of it, too.
fn edges<'e, 'a>(
    acting: &'e Acting<'a>,
    name: &'a ActionName,
    action: &'a Action,
    can: impl Fn(&'a ActionName, usize) -> bool + Copy,
) -> impl Iterator<Item = Edge<'e, 'a>> {
    let paid = matches!(action.kind, ActionKind::Payment | ActionKind::Ruling);
    let takes = acting.takes.get(name).into_iter().flatten().enumerate();
    let takes = takes.filter(move |(choice, _)| can(name, *choice)).map(|(_, did)| did);
    let taken = action.to.iter().flat_map(move |to| takes.clone().map(move |did| Edge { to, did, paid }));
    let struck = acting.strikes.iter().filter(|_| action.via == Some(Via::Decree));
    let to = &acting.workflow.decree.strike_to;
    taken.chain(struck.map(move |did| Edge { to, did, paid: false }))
}

impl<'a> Ways<'a> {
    fn visit(
        &mut self,
        state: State<'a>,
        seen: &mut BTreeMap<&'a StageName, Vec<Acts>>,
        open: &mut VecDeque<usize>,
    ) {
        // What a payment leads to is a goal, not a place to go on from.
        let known = seen.entry(state.at).or_default();
        if !state.paid {
            if known.iter().any(|done| done & state.acts == *done) {
                return;
            }
            known.push(state.acts);
        }
        open.push_back(self.states.len());
        self.states.push(state);
    }

    fn keep_smallest(&mut self) {
        let all: Vec<Acts> = self.goals.iter().map(|way| self.acts(*way)).collect();
        let keeps = |place: usize, acts: Acts| {
            !all.iter().enumerate().any(|(other, of)| of & acts == *of && (*of != acts || other < place))
        };
        let kept = self.goals.iter().zip(&all).enumerate();
        self.goals =
            kept.filter(|(place, (_, acts))| keeps(*place, **acts)).map(|(_, (way, _))| *way).collect();
    }
}
