//! People for a way, where there are more hands than are looked at first, or more tries than are made.

use crate::PersonId;
use crate::proof::fewest::Group;
use crate::proof::fit::{Asked, Fit, Hand, Hands, any_fit, fewest};

fn person(number: u128) -> PersonId {
    PersonId(uuid::Uuid::from_u128(number))
}

fn hand(number: u128, for_whom: Option<u128>, may: u128) -> Hand {
    Hand { person: person(number), for_whom: for_whom.map(person), may }
}

/// So many groups, each an act of its own and another person's than every other.
fn apart(groups: u32) -> Asked {
    let all = || 0..usize::try_from(groups).unwrap();
    Asked {
        groups: all()
            .map(|act| Group { acts: vec![act], apart: all().filter(|other| *other != act).collect() })
            .collect(),
        needs: (0..groups).map(|act| 1 << act).collect(),
    }
}

#[test]
fn that_there_is_nobody_is_said_of_all_hands_only() {
    // Only person 1 does the first act; thirty others do the second for person 1, the last one does it by right.
    let mut all = vec![hand(1, None, 0b01)];
    all.extend((2..32).map(|number| hand(number, Some(1), 0b10)));
    assert_eq!(any_fit(&[apart(2)], &Hands::of(all.clone()), None), Fit::Nobody);
    all.push(hand(32, None, 0b10));
    assert_eq!(any_fit(&[apart(2)], &Hands::of(all), None), Fit::Found(vec![0, 31]));
}

#[test]
fn a_search_for_the_fewest_that_runs_out_of_tries_says_so() {
    let asked = apart(8);
    let few: Vec<_> = (0..9).map(|number| hand(number, None, 0xff)).collect();
    let (found, cut) = fewest(&asked, &few, (8, usize::MAX));
    assert!(found.is_some() && !cut, "none can be fewer than eight");
    // Each stands in for one of many: no two are alike, and no choice of them is the last one.
    let many: Vec<_> = (0..40).map(|number| hand(number, Some(number + 100), 0xff)).collect();
    let (found, cut) = fewest(&asked, &many, (1, usize::MAX));
    assert!(found.is_some() && cut);
}
