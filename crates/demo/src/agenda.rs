//! What happens when, to whom: the whole history as it is planned, before any of it is done.

use std::collections::BTreeMap;

use jiff::Timestamp;
use salur_core::payment::Payout;

use crate::days::{Days, Hour};

/// Everything that happens.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    pub(crate) lists: Vec<List>,
    pub(crate) lives: Vec<Life>,
    pub(crate) moves: BTreeMap<Move, Vec<usize>>,
    pub(crate) singles: Vec<(Timestamp, Single)>,
    pub(crate) decrees: BTreeMap<DecreeKey, DecreePlan>,
    pub(crate) orders: BTreeMap<OrderKey, OrderPlan>,
}

/// A list that is sent in: the requests of one regency on one day.
#[derive(Debug)]
pub(crate) struct List {
    pub(crate) scheme: usize,
    pub(crate) regency: usize,
    pub(crate) clerk: usize,
    pub(crate) verifier: usize,
    pub(crate) day: usize,
    pub(crate) year: i16,
    pub(crate) at: Timestamp,
    pub(crate) lives: Vec<usize>,
}

/// One request.
#[derive(Debug)]
pub(crate) struct Life {
    pub(crate) list: usize,
    pub(crate) referred: bool,
}

/// What somebody does to many requests at once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Deed {
    Resume,
    Submit,
    Withdraw,
    Return,
    SendBack,
    Reject,
    Hold(String),
    Verify,
}

impl Deed {
    /// The hour at which it is done.
    pub(crate) fn hour(&self) -> Hour {
        match self {
            Deed::Resume => Hour::RESUME,
            Deed::Submit => Hour::SUBMIT,
            Deed::Withdraw | Deed::Return | Deed::SendBack | Deed::Reject | Deed::Hold(_) => Hour::RETURN,
            Deed::Verify => Hour::VERIFY,
        }
    }

    fn salt(&self) -> u64 {
        match self {
            Deed::Resume => 1,
            Deed::Submit => 2,
            Deed::Withdraw => 3,
            Deed::Return => 4,
            Deed::SendBack => 5,
            Deed::Reject => 6,
            Deed::Hold(_) => 7,
            Deed::Verify => 8,
        }
    }
}

/// Who does what when, in which scheme.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Move {
    pub(crate) at: Timestamp,
    pub(crate) scheme: usize,
    pub(crate) actor: usize,
    pub(crate) deed: Deed,
    pub(crate) day: usize,
}

/// What is done to one request by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Single {
    /// The clerk mends its facts.
    Amend(usize),
    /// One of two persons mends its account.
    Correct(usize, usize),
}

/// A decree: the day it is signed (none for a draft), the scheme and year, and its place among several of that day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DecreeKey {
    pub(crate) drafted: usize,
    pub(crate) signed: Option<usize>,
    pub(crate) scheme: usize,
    pub(crate) year: i16,
    pub(crate) part: usize,
}

#[derive(Debug, Default)]
pub(crate) struct DecreePlan {
    pub(crate) lives: Vec<usize>,
    pub(crate) struck: Vec<usize>,
}

/// A payment order: its day, and whether the bank still has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OrderKey {
    pub(crate) day: usize,
    pub(crate) at_bank: bool,
}

#[derive(Debug, Default)]
pub(crate) struct OrderPlan {
    pub(crate) lines: Vec<(usize, Payout)>,
    /// Lines that the bank answers for later, by their place.
    pub(crate) late: BTreeMap<usize, Vec<usize>>,
}

impl OrderKey {
    /// The day on which the bank's results are taken.
    pub(crate) fn settled(self) -> usize {
        settled(self.day)
    }
}

/// The day on which the bank's results of a day's order are taken: the next working day, or the one after.
pub(crate) fn settled(day: usize) -> usize {
    day + 1 + day % 2
}

impl Agenda {
    /// The list that a request came in.
    pub(crate) fn list_of(&self, life: usize) -> Option<&List> {
        self.lives.get(life).and_then(|life| self.lists.get(life.list))
    }

    /// Adds a request to a list.
    pub(crate) fn add(&mut self, list: usize) -> usize {
        let life = self.lives.len();
        self.lives.push(Life { list, referred: false });
        if let Some(list) = self.lists.get_mut(list) {
            list.lives.push(life);
        }
        life
    }

    /// Somebody does something to a request, together with all that they do likewise on that day.
    pub(crate) fn act(&mut self, days: &Days, life: usize, day: usize, actor: usize, deed: Deed) {
        let Some(scheme) = self.list_of(life).map(|list| list.scheme) else { return };
        let salt = [scheme, actor].map(|salt| u64::try_from(salt).unwrap_or_default());
        let at = days.at(day, deed.hour(), &[salt[0], salt[1], deed.salt()]);
        self.moves.entry(Move { at, scheme, actor, deed, day }).or_default().push(life);
    }

    /// Puts a request on the decree of a day, or on the next one of that day where a decree is full.
    pub(crate) fn decree(&mut self, mut key: DecreeKey, most: usize, life: usize) -> &mut DecreePlan {
        while self.decrees.get(&key).is_some_and(|decree| decree.lives.len() >= most.max(1)) {
            key.part += 1;
        }
        let decree = self.decrees.entry(key).or_default();
        decree.lives.push(life);
        decree
    }

    /// Puts a request on the payment order of a day; answers its place on it.
    pub(crate) fn order(&mut self, key: OrderKey, life: usize, outcome: Payout) -> usize {
        let order = self.orders.entry(key).or_default();
        order.lines.push((life, outcome));
        order.lines.len() - 1
    }
}
