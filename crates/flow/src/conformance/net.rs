//! A definition as a net: its stages are places, its actions move the one token between them.

use std::collections::{BTreeMap, BTreeSet};

use salur_core::workflow::{ActionKind, Via, Workflow};
use salur_core::{ActionName, StageName};

use super::map::{Meaning, STRIKE, folded};

/// Stages, by their place in the net. A case is at one of them; where the log does not tell at which, at any of some.
pub(super) type Places = BTreeSet<usize>;

/// An action on the net.
#[derive(Debug)]
pub(super) struct Act {
    pub(super) name: ActionName,
    pub(super) from: Places,
    /// Where it leads; none where the request stays.
    pub(super) to: Option<usize>,
    /// True if it is a step of the way, which may be missing in a log.
    is_forward: bool,
}

/// What an activity does on the net.
#[derive(Debug, Clone)]
pub(super) enum Deed {
    /// The action at this place of the list.
    Act(usize),
    /// The case came to this stage.
    Arrive(usize),
    /// Something else than an action put the case to one of these stages, or left it where it was.
    Move { to: Places, may_stay: bool },
    /// Nothing.
    Nothing,
    /// Not known.
    Unknown,
}

impl Deed {
    pub(super) fn is_around(&self) -> bool {
        matches!(self, Deed::Nothing | Deed::Move { .. })
    }
}

/// The net.
#[derive(Debug)]
pub(super) struct Net {
    stages: Vec<StageName>,
    acts: Vec<Act>,
    pub(super) ends: Places,
    /// Where a case may begin: whom others serve is referred when it is entered.
    pub(super) begin: Places,
    expired: Places,
    repaired: Places,
    migrated: Places,
}

impl Net {
    pub(super) fn of(workflow: &Workflow) -> Net {
        let stages: Vec<StageName> = workflow.stages.keys().cloned().collect();
        let place = |name: &StageName| stages.binary_search(name).ok();
        let places =
            |names: &mut dyn Iterator<Item = &StageName>| -> Places { names.filter_map(place).collect() };
        let mut acts: Vec<Act> = workflow
            .actions
            .iter()
            .map(|(name, action)| Act {
                name: name.clone(),
                from: places(&mut action.from.iter()),
                to: action.to.as_ref().and_then(place),
                is_forward: matches!(
                    action.kind,
                    ActionKind::Forward | ActionKind::Approval | ActionKind::Payment
                ),
            })
            .collect();
        // Every workflow has it built in: a line is struck where decrees are signed.
        let decreed = workflow.actions.values().filter(|action| action.via == Some(Via::Decree));
        acts.push(Act {
            name: STRIKE.into(),
            from: places(&mut decreed.flat_map(|action| &action.from)),
            to: place(&workflow.decree.strike_to),
            is_forward: false,
        });
        let ends = workflow.stages.iter().filter(|(_, stage)| stage.end.is_some()).map(|(name, _)| name);
        let ending = workflow.actions.values().filter(|action| action.valid_for.is_some());
        Net {
            ends: places(&mut { ends }),
            begin: places(&mut [&workflow.start].into_iter().chain(&workflow.referred)),
            expired: places(&mut ending.flat_map(|action| &action.from)),
            repaired: places(&mut workflow.repair.iter().flat_map(|repair| &repair.may_enter)),
            migrated: places(&mut workflow.migrations.values().flat_map(BTreeMap::values)),
            acts,
            stages,
        }
    }

    pub(super) fn stage(&self, place: usize) -> Option<&StageName> {
        self.stages.get(place)
    }

    pub(super) fn act(&self, place: usize) -> Option<&Act> {
        self.acts.get(place)
    }

    /// What an activity does. Events of our own exports that move a request without an action do not tell where to; it is
    /// where such an event may put it.
    pub(super) fn deed(&self, meaning: &Meaning, guessed: bool, activity: &str) -> Deed {
        let moved = |to: &Places, may_stay| Deed::Move { to: to.clone(), may_stay };
        match meaning {
            Meaning::Action(name) => {
                self.acts.iter().position(|act| act.name == *name).map_or(Deed::Unknown, Deed::Act)
            }
            Meaning::Stage(name) => self.stages.binary_search(name).map_or(Deed::Unknown, Deed::Arrive),
            Meaning::Around if guessed => match folded(activity).as_str() {
                "verification_expired" => moved(&self.expired, false),
                "repaired" => moved(&self.repaired, false),
                "migrated" => moved(&self.migrated, true),
                _ => Deed::Nothing,
            },
            Meaning::Around => Deed::Nothing,
            Meaning::Unknown => Deed::Unknown,
        }
    }

    /// True if the case is at an end for sure.
    pub(super) fn is_over(&self, here: &Places) -> bool {
        here.is_subset(&self.ends)
    }

    /// The stages from which a single action leads to a stage.
    pub(super) fn before(&self, to: usize) -> Places {
        let leading = self.acts.iter().filter(|act| act.to == Some(to));
        leading.flat_map(|act| act.from.iter().copied()).collect()
    }

    /// The shortest way forward, at least one action long, from one of some stages to one of others; with several as
    /// short, the first by name.
    pub(super) fn way(&self, from: &Places, to: &Places) -> Option<Vec<usize>> {
        let mut seen = from.clone();
        let mut front: Vec<(usize, Vec<usize>)> = from.iter().map(|place| (*place, Vec::new())).collect();
        while !front.is_empty() {
            let mut next = Vec::new();
            for (here, way) in front {
                for (number, act) in self.acts.iter().enumerate() {
                    let Some(there) = act.to.filter(|_| act.is_forward && act.from.contains(&here)) else {
                        continue;
                    };
                    let way = [way.as_slice(), &[number]].concat();
                    if to.contains(&there) {
                        return Some(way);
                    }
                    if seen.insert(there) {
                        next.push((there, way));
                    }
                }
            }
            front = next;
        }
        None
    }
}
