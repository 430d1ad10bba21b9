//! One case on the net, twice: as a machine with one active stage, which tells what deviates, and as a replay of
//! tokens, which tells how far.

use std::collections::BTreeMap;

use super::DeviationKind;
use super::net::{Deed, Net, Places};
use crate::number::float;

/// What deviates at one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) kind: DeviationKind,
    /// The step; none for what is missing at the end.
    pub(super) step: Option<usize>,
    /// The stage, where it is certain.
    pub(super) at: Option<usize>,
    /// The actions skipped.
    pub(super) missing: Vec<usize>,
}

/// A case replayed.
#[derive(Debug)]
pub(super) struct Replay {
    pub(super) found: Vec<Found>,
    pub(super) tokens: Tokens,
}

/// Tokens counted, as `PM4Py` counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tokens {
    pub(super) missing: usize,
    pub(super) consumed: usize,
    pub(super) remaining: usize,
    pub(super) produced: usize,
}

impl Tokens {
    pub(super) fn add(&mut self, other: &Tokens, times: usize) {
        self.missing += other.missing * times;
        self.consumed += other.consumed * times;
        self.remaining += other.remaining * times;
        self.produced += other.produced * times;
    }

    pub(super) fn fitness(&self) -> f64 {
        let share = |some: usize, all: usize| 1.0 - float(some) / float(all.max(1));
        0.5 * share(self.missing, self.consumed) + 0.5 * share(self.remaining, self.produced)
    }
}

pub(super) fn replay<'a>(net: &Net, steps: impl Iterator<Item = &'a Deed>) -> Replay {
    let mut here = net.begin.clone();
    let mut marking = Marking::of(net.begin.clone());
    let mut found = Vec::new();
    for (step, deed) in steps.enumerate() {
        marking.take(net, deed);
        let at = only(&here);
        if let Some((kind, missing)) = take(net, &mut here, deed) {
            found.push(Found { kind, step: Some(step), at, missing });
        }
    }
    if !net.is_over(&here) {
        let (kind, at) = (DeviationKind::Unfinished, only(&here));
        found.push(Found { kind, step: None, at, missing: Vec::new() });
    }
    Replay { found, tokens: marking.end(net) }
}

/// The stage, where there is just one that it can be.
fn only(here: &Places) -> Option<usize> {
    here.first().copied().filter(|_| here.len() == 1)
}

/// Takes a step, and tells how it deviates.
fn take(net: &Net, here: &mut Places, deed: &Deed) -> Option<(DeviationKind, Vec<usize>)> {
    let (from, to) = match deed {
        Deed::Nothing => return None,
        Deed::Unknown => return Some((DeviationKind::UnknownActivity, Vec::new())),
        Deed::Move { to, may_stay } => {
            *here = moved(net, here, to, *may_stay);
            return None;
        }
        Deed::Act(number) => {
            let act = net.act(*number)?;
            (act.from.clone(), act.to)
        }
        Deed::Arrive(stage) if here.contains(stage) => {
            *here = Places::from([*stage]);
            return None;
        }
        Deed::Arrive(stage) => (net.before(*stage), Some(*stage)),
    };
    let allowed: Places = here.intersection(&from).copied().collect();
    if !allowed.is_empty() {
        *here = to.map_or(allowed, |to| Places::from([to]));
        return None;
    }
    if net.is_over(here) {
        return Some((DeviationKind::AfterEnd, Vec::new()));
    }
    let way = match deed {
        // The last action of the way is the one that brought it there, and the event tells of it.
        Deed::Arrive(stage) => net.way(here, &Places::from([*stage])).map(|mut way| {
            way.pop();
            way
        }),
        Deed::Act(_) | Deed::Move { .. } | Deed::Nothing | Deed::Unknown => net.way(here, &from),
    };
    let last = way.as_ref().and_then(|way| way.last()).and_then(|last| net.act(*last)?.to);
    if let Some(to) = to.or(last) {
        *here = Places::from([to]);
    }
    Some(way.map_or((DeviationKind::NotAllowedHere, Vec::new()), |way| (DeviationKind::Skipped, way)))
}

/// Where a case may be that something else than an action has moved; an end is left by nothing.
fn moved(net: &Net, here: &Places, to: &Places, may_stay: bool) -> Places {
    match (net.is_over(here) || to.is_empty(), may_stay) {
        (true, _) => here.clone(),
        (false, true) => here.union(to).copied().collect(),
        (false, false) => to.clone(),
    }
}

/// Tokens by where they may be, and the one that moved last: of several that fit, that one moves on.
struct Marking {
    tokens: BTreeMap<Places, usize>,
    newest: Places,
    counted: Tokens,
}

impl Marking {
    fn of(begin: Places) -> Marking {
        let tokens = BTreeMap::from([(begin.clone(), 1)]);
        Marking { tokens, newest: begin, counted: Tokens { produced: 1, ..Tokens::default() } }
    }

    fn take(&mut self, net: &Net, deed: &Deed) {
        match deed {
            Deed::Nothing | Deed::Unknown => {}
            Deed::Move { to, may_stay } => {
                let there = moved(net, &self.newest, to, *may_stay);
                if self.remove(&self.newest.clone()) {
                    self.put(there);
                }
            }
            Deed::Act(number) => {
                if let Some(act) = net.act(*number) {
                    self.fire(&act.from, act.to);
                }
            }
            Deed::Arrive(stage) => {
                let there = Places::from([*stage]);
                match self.find(|token| token.contains(stage)) {
                    Some(token) => {
                        self.remove(&token);
                        self.put(there);
                    }
                    None => self.fire(&net.before(*stage), Some(*stage)),
                }
            }
        }
    }

    /// Takes a token from one of these stages, or notes that it is missing, and puts one where the action leads.
    fn fire(&mut self, from: &Places, to: Option<usize>) {
        let mut left: Places = from.first().copied().into_iter().collect();
        match self.find(|token| !token.is_disjoint(from)) {
            Some(token) => {
                self.remove(&token);
                left = token.intersection(from).copied().collect();
            }
            None => self.counted.missing += 1,
        }
        self.counted.consumed += 1;
        self.counted.produced += 1;
        self.put(to.map_or(left, |to| Places::from([to])));
    }

    fn find(&self, fits: impl Fn(&Places) -> bool) -> Option<Places> {
        let newest = [&self.newest].into_iter().filter(|newest| self.tokens.contains_key(*newest));
        newest.chain(self.tokens.keys()).find(|token| fits(token)).cloned()
    }

    fn put(&mut self, token: Places) {
        *self.tokens.entry(token.clone()).or_insert(0) += 1;
        self.newest = token;
    }

    fn remove(&mut self, token: &Places) -> bool {
        let Some(count) = self.tokens.get_mut(token) else { return false };
        *count -= 1;
        if *count == 0 {
            self.tokens.remove(token);
        }
        true
    }

    /// Takes the token of an end away; what is left then remains.
    fn end(mut self, net: &Net) -> Tokens {
        match self.find(|token| net.is_over(token)) {
            Some(token) => {
                self.remove(&token);
            }
            None => self.counted.missing += 1,
        }
        self.counted.consumed += 1;
        self.counted.remaining = self.tokens.values().sum();
        self.counted
    }
}
