//! Real people for the acts of a way: who may do each, with no two acts by one person that must be different persons'.

use std::collections::{BTreeMap, BTreeSet};

use super::fewest::Group;
use super::search::Acts;
use crate::PersonId;

/// Most tries to find people for one way.
const TRIES_MAX: u32 = 20_000;

/// Somebody who may act, by their own right or for somebody: both persons' duties count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hand {
    pub(super) person: PersonId,
    pub(super) for_whom: Option<PersonId>,
    /// The bound acts that they may do.
    pub(super) may: Acts,
}

impl Hand {
    fn meets(&self, other: &Hand) -> bool {
        let is = |one: PersonId| other.person == one || other.for_whom == Some(one);
        is(self.person) || self.for_whom.is_some_and(is)
    }
}

/// Everybody who may act somewhere on the way, and by act who may do it.
#[derive(Debug, Default)]
pub(super) struct Hands {
    pub(super) all: Vec<Hand>,
    by_act: Vec<Vec<usize>>,
}

impl Hands {
    pub(super) fn of(all: Vec<Hand>) -> Hands {
        let most = all.iter().map(|hand| Acts::BITS.saturating_sub(hand.may.leading_zeros())).max();
        let able = |bit: u32| {
            let does = |hand: &Hand| hand.may.checked_shr(bit).unwrap_or(0) & 1 == 1;
            all.iter().enumerate().filter(|(_, hand)| does(hand)).map(|(place, _)| place).collect()
        };
        let by_act = (0..most.unwrap_or(0)).map(able).collect();
        Hands { all, by_act }
    }

    /// Who may do one of these acts, at least: the one that the fewest may do.
    fn able(&self, acts: Acts) -> impl Iterator<Item = (usize, &Hand)> {
        let one = (0..Acts::BITS).filter(|bit| acts.checked_shr(*bit).unwrap_or(0) & 1 == 1);
        let lists = one.map(|bit| {
            usize::try_from(bit).ok().and_then(|bit| self.by_act.get(bit)).map_or(&[][..], Vec::as_slice)
        });
        let rarest = lists.min_by_key(|list| list.len()).unwrap_or(&[]);
        rarest.iter().filter_map(|place| Some((*place, self.all.get(*place)?)))
    }
}

/// The groups of a way, each with the bound acts that its person must be able to do.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) groups: Vec<Group>,
    pub(super) needs: Vec<Acts>,
}

/// Whether a way has people enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fit {
    /// Whom each group goes to.
    Found(Vec<usize>),
    /// There are not people enough.
    Nobody,
    /// There were more tries than are made: nothing is known.
    Cut,
}

/// Of several ways, the first that has people enough, somebody left out if that is asked; that there is none is only
/// said where every one was searched.
pub(super) fn any_fit(ways: &[Asked], hands: &Hands, but: Option<PersonId>) -> Fit {
    let mut none = Fit::Nobody;
    for asked in ways {
        match fit(asked, hands, but) {
            Fit::Nobody => {}
            Fit::Cut => none = Fit::Cut,
            found @ Fit::Found(_) => return found,
        }
    }
    none
}

/// Whom each group goes to. Somebody may be left out of it.
fn fit(asked: &Asked, hands: &Hands, but: Option<PersonId>) -> Fit {
    // Each of the others takes at most a few hands away: those of two persons, as a rule.
    match fit_among(asked, hands, but, 8) {
        // That nobody is left is said of all hands only.
        (Fit::Nobody, true) => fit_among(asked, hands, but, usize::MAX).0,
        (found, _) => found,
    }
}

/// Whom each group goes to, of so many hands for each group that it is kept apart from; and true where there were more.
fn fit_among(asked: &Asked, hands: &Hands, but: Option<PersonId>, most: usize) -> (Fit, bool) {
    let (all, hands) = (hands, hands.all.as_slice());
    let free = |hand: &Hand| but.is_none_or(|but| hand.person != but && hand.for_whom != Some(but));
    let mut more = false;
    let lists: Vec<Vec<usize>> = asked
        .needs
        .iter()
        .zip(&asked.groups)
        .map(|(needs, group)| {
            let able = all.able(*needs).filter(|(_, it)| it.may & needs == *needs && free(it));
            let mut able = able.map(|(place, _)| place);
            let most = group.apart.len().saturating_mul(most).saturating_add(1);
            let list = able.by_ref().take(most).collect();
            more |= !group.apart.is_empty() && able.next().is_some();
            list
        })
        .collect();
    if lists.iter().any(Vec::is_empty) {
        return (Fit::Nobody, false);
    }
    let mut order: Vec<usize> = (0..lists.len()).collect();
    order.sort_by_key(|group| lists.get(*group).map_or(0, Vec::len));
    let mut given = BTreeMap::new();
    let mut tries = TRIES_MAX;
    let mut search = Search { asked, hands, lists: &lists, order: &order, tries: &mut tries };
    let found = match search.assign(&mut given) {
        Some(true) => Fit::Found((0..lists.len()).filter_map(|group| given.get(&group).copied()).collect()),
        Some(false) => Fit::Nobody,
        None => Fit::Cut,
    };
    (found, more)
}

struct Search<'a> {
    asked: &'a Asked,
    hands: &'a [Hand],
    lists: &'a [Vec<usize>],
    order: &'a [usize],
    tries: &'a mut u32,
}

impl Search<'_> {
    /// None where the tries are used up.
    fn assign(&mut self, given: &mut BTreeMap<usize, usize>) -> Option<bool> {
        let Some(group) = self.order.get(given.len()).copied() else { return Some(true) };
        for hand in self.lists.get(group).into_iter().flatten() {
            *self.tries = self.tries.checked_sub(1)?;
            if self.clashes(group, *hand, given) {
                continue;
            }
            given.insert(group, *hand);
            if self.assign(given)? {
                return Some(true);
            }
            given.remove(&group);
        }
        Some(false)
    }

    fn clashes(&self, group: usize, hand: usize, given: &BTreeMap<usize, usize>) -> bool {
        clashes(self.asked, self.hands, group, hand, |other| given.get(&other).copied())
    }
}

fn clashes(
    asked: &Asked,
    hands: &[Hand],
    group: usize,
    hand: usize,
    given: impl Fn(usize) -> Option<usize>,
) -> bool {
    let Some(one) = hands.get(hand) else { return true };
    asked.groups.get(group).is_some_and(|group| {
        group.apart.iter().any(|other| {
            given(*other).and_then(|other| hands.get(other)).is_some_and(|other| one.meets(other))
        })
    })
}

/// Whom each group goes to with the fewest persons, if fewer than `below`; none can be fewer than `least`. And true
/// where the tries did not suffice to say that there are none fewer.
pub(super) fn fewest(
    asked: &Asked,
    hands: &[Hand],
    (least, below): (usize, usize),
) -> (Option<Vec<usize>>, bool) {
    let mut best = Fewest { asked, hands, tries: TRIES_MAX, least, below, found: None, cut: false };
    best.assign(&mut Vec::new(), &mut BTreeSet::new());
    (best.found, best.cut && best.below > least)
}

struct Fewest<'a> {
    asked: &'a Asked,
    hands: &'a [Hand],
    tries: u32,
    least: usize,
    below: usize,
    found: Option<Vec<usize>>,
    cut: bool,
}

impl Fewest<'_> {
    fn assign(&mut self, given: &mut Vec<usize>, persons: &mut BTreeSet<PersonId>) {
        if persons.len() >= self.below || self.below <= self.least {
            return;
        }
        let group = given.len();
        let Some(needs) = self.asked.needs.get(group).copied() else {
            self.below = persons.len();
            self.found = Some(given.clone());
            return;
        };
        // Of those who have done nothing yet and may do the same, one is as good as another.
        let mut alike = BTreeSet::new();
        for (place, hand) in self.hands.iter().enumerate() {
            let is_new = !persons.contains(&hand.person);
            let plain = is_new && hand.for_whom.is_none();
            if hand.may & needs != needs || (plain && alike.contains(&hand.may)) {
                continue;
            }
            let Some(left) = self.tries.checked_sub(1) else {
                self.cut = true;
                return;
            };
            self.tries = left;
            if clashes(self.asked, self.hands, group, place, |other| given.get(other).copied()) {
                continue;
            }
            if plain {
                alike.insert(hand.may);
            }
            given.push(place);
            persons.insert(hand.person);
            self.assign(given, persons);
            given.pop();
            if is_new {
                persons.remove(&hand.person);
            }
        }
    }
}
