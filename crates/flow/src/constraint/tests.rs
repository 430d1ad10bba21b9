//! Logs with a known constraint, or known to have none, drawn from many seeds: the hits are counted.

use std::fmt::Write as _;

use jiff::Timestamp;
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::log::{LogOptions, read};
use crate::random::stream;

/// How a stage of an invented office works; times in days.
#[derive(Clone, Copy)]
enum Made {
    /// So many servers, a mean time each, and from which day on how many.
    Pool(usize, f64, Option<(f64, usize)>),
    /// A time without a queue: mean, and fixed or without memory.
    Delay(f64, bool),
    /// A list every so many days, of at most so many.
    Lists(f64, usize),
}

#[derive(Clone, Copy, PartialEq)]
enum Noted {
    Ends,
    Both,
}

fn memoryless(random: &mut ChaCha8Rng, mean: f64) -> f64 {
    -mean * (1.0 - random.random::<f64>()).ln()
}

/// When each comes, and when work on each begins and ends.
fn pass(stage: Made, came: &[f64], random: &mut ChaCha8Rng) -> Vec<(f64, f64)> {
    let mut order: Vec<usize> = (0..came.len()).collect();
    order.sort_by(|one, other| came[*one].total_cmp(&came[*other]));
    let mut out = vec![(0.0, 0.0); came.len()];
    match stage {
        Made::Pool(servers, mean, change) => {
            let mut free = vec![0.0_f64; servers];
            for place in order {
                if change.is_some_and(|(day, fewer)| came[place] >= day && free.len() > fewer) {
                    free.sort_by(f64::total_cmp);
                    free.truncate(change.unwrap().1);
                }
                let next = free.iter_mut().min_by(|one, other| one.total_cmp(other)).unwrap();
                let begins = next.max(came[place]);
                *next = begins + memoryless(random, mean);
                out[place] = (begins, *next);
            }
        }
        Made::Delay(mean, fixed) => {
            for place in order {
                let long = if fixed { mean } else { memoryless(random, mean) };
                out[place] = (came[place], came[place] + long);
            }
        }
        Made::Lists(period, most) => {
            let (mut session, mut on) = (period, 0);
            for place in order {
                if came[place] > session {
                    session = (came[place] / period).ceil() * period;
                    on = 0;
                }
                if on == most {
                    session += period;
                    on = 0;
                }
                on += 1;
                out[place] = (session, session + 0.000_01 * f64::from(u32::try_from(on).unwrap()));
            }
        }
    }
    out
}

/// The log of an invented office with so many arrivals a day. What is not done by its last day is not in it.
fn office(stages: &[Made], rate: f64, days: f64, noted: Noted, seed: u64) -> EventLog {
    let mut random = stream(seed, 0, 0);
    let mut came = Vec::new();
    let mut at = 0.0;
    while at < days {
        at += memoryless(&mut random, 1.0 / rate);
        came.push(at);
    }
    let mut text = "case,activity,time,lifecycle\n".to_owned();
    let mut note = |case: usize, name: &str, at: f64, what: &str| {
        if at <= days {
            let at =
                Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_secs_f64(1_704_067_200.0 + at * 86_400.0);
            writeln!(text, "{case},{name},{at},{what}").unwrap();
        }
    };
    for (case, at) in came.iter().enumerate() {
        note(case, "masuk", *at, "complete");
    }
    for (place, stage) in stages.iter().enumerate() {
        let passed = pass(*stage, &came, &mut random);
        let name = format!("tahap {place}");
        for (case, (begins, ends)) in passed.iter().enumerate() {
            if noted == Noted::Both {
                note(case, &name, *begins, "start");
            }
            note(case, &name, *ends, "complete");
        }
        came = passed.iter().map(|(_, ends)| *ends).collect();
    }
    read(text.as_bytes(), &LogOptions::default()).unwrap()
}

/// How often the stage at this place is named, or none is, over the seeds.
fn hits(what: &str, stages: &[Made], rate: f64, days: f64, expected: Option<usize>) -> f64 {
    let mut share = 1.0_f64;
    for noted in [Noted::Ends, Noted::Both] {
        let mut right = 0;
        for seed in 0..20 {
            let found = constraint(&office(stages, rate, days, noted, seed));
            let name = expected.map(|place| format!("tahap {place}"));
            if found.constraint == name {
                right += 1;
            } else {
                println!("{what} {seed}: {:?} {:#?}", found.constraint, found.stages);
            }
        }
        println!("{what}: {right} of 20");
        share = share.min(f64::from(right) / 20.0);
    }
    share
}

#[test]
fn a_stage_near_saturation_is_named_and_a_longer_delay_is_not() {
    let slow = [Made::Pool(3, 0.05, None), Made::Delay(12.0, false), Made::Pool(2, 0.19, None)];
    assert!(hits("two servers at 95 %", &slow, 10.0, 250.0, Some(2)) >= 0.95);
    let one = [Made::Delay(10.0, true), Made::Pool(1, 0.09, None), Made::Pool(4, 0.2, None)];
    assert!(hits("one server at 90 %", &one, 10.0, 250.0, Some(1)) >= 0.9);
    let many = [Made::Pool(8, 0.75, None), Made::Pool(2, 0.06, None), Made::Delay(20.0, false)];
    assert!(hits("eight servers at 94 %", &many, 10.0, 250.0, Some(0)) >= 0.9);
}

#[test]
fn a_queue_that_grows_is_named() {
    let over = [Made::Pool(2, 0.1, None), Made::Delay(30.0, true), Made::Pool(3, 0.33, None)];
    assert!(hits("three servers at 110 %", &over, 10.0, 200.0, Some(2)) >= 0.95);
    let fewer = [Made::Pool(4, 0.2, Some((100.0, 1))), Made::Delay(15.0, false), Made::Pool(3, 0.1, None)];
    assert!(hits("four servers, later one", &fewer, 10.0, 200.0, Some(0)) >= 0.95);
}

#[test]
fn a_weekly_list_is_named_for_its_wait() {
    let weekly = [Made::Pool(3, 0.1, None), Made::Lists(7.0, 10_000), Made::Delay(9.0, false)];
    assert!(hits("a weekly list", &weekly, 10.0, 250.0, Some(1)) >= 0.95);
    let full =
        [Made::Pool(3, 0.1, None), Made::Delay(9.0, true), Made::Lists(7.0, 72), Made::Pool(3, 0.1, None)];
    assert!(hits("a weekly list that is full", &full, 10.0, 250.0, Some(2)) >= 0.95);
}

#[test]
fn where_all_have_room_none_is_named() {
    let room = [Made::Pool(3, 0.1, None), Made::Delay(14.0, false), Made::Pool(2, 0.06, None)];
    assert!(hits("room everywhere", &room, 10.0, 250.0, None) >= 0.95);
    let fixed = [Made::Pool(2, 0.08, None), Made::Delay(30.0, true), Made::Pool(5, 0.2, None)];
    assert!(hits("a fixed delay", &fixed, 10.0, 250.0, None) >= 0.95);
    let only = [Made::Delay(3.0, false), Made::Delay(8.0, false)];
    assert!(hits("delays only", &only, 10.0, 250.0, None) >= 0.95);
}

#[test]
fn too_small_a_log_is_said_to_be() {
    let log = office(&[Made::Pool(1, 0.09, None)], 10.0, 3.0, Noted::Ends, 1);
    let found = constraint(&log);
    assert_eq!((found.verdict, found.constraint), (Verdict::CannotTell, None));
}

/// What is used and how many serve is what was planted, within the interval nearly always.
#[test]
fn the_use_of_capacity_is_the_one_planted() {
    let mut covered = 0;
    for seed in 0..20 {
        let log = office(&[Made::Pool(2, 0.18, None)], 10.0, 400.0, Noted::Ends, seed);
        let found = constraint(&log);
        let stage = found.stages.iter().find(|stage| stage.activity == "tahap 0").unwrap();
        let used = stage.utilisation.unwrap();
        covered += usize::from(used.low <= 0.9 && 0.9 <= used.high);
        assert!((used.share - 0.9).abs() < 0.12, "{stage:?}");
    }
    assert!(covered >= 17, "{covered}");
}
