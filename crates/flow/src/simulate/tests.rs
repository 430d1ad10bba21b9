use jiff::civil::date;

use super::*;
use crate::number::float;
use crate::odds::Mean;
use crate::testing::calendar;

fn long() -> Vec<Day> {
    (0..2_400_u32)
        .map(|place| Day {
            date: date(2026, 1, 1),
            week: place / 5,
            weekday: u8::try_from(place % 5).unwrap(),
        })
        .collect()
}

fn pool(people: u32, work: Work) -> Stage {
    Stage {
        name: "pool".to_owned(),
        service: Service::Pool { people, away: Vec::new(), work },
        ends: Ends::ALL,
        ends_again: Ends::ALL,
        passes: 0.0,
        until: None,
        queue: 0,
    }
}

fn lists(every: Every, most: u32) -> Stage {
    let service = Service::Lists { every, away: Vec::new(), most, least: 1, at: 1.0, setup: 0.0, each: 0.0 };
    Stage { name: "lists".to_owned(), service, ..pool(0, Work::Fixed(0.0)) }
}

/// The mean wait at the first stage over some runs, with its interval. Each run is one observation.
fn wait(model: &Model) -> Mean {
    let means: Vec<f64> = (0..40)
        .map(|number| run(model, 7, number).waits[0])
        .map(|(sum, count)| sum / f64::from(count))
        .collect();
    Mean::of(&means).unwrap()
}

/// The true value may lie outside of a 95 % interval one time in twenty: twice the reach is asked for, as fixed seeds
/// either hold for good or not.
fn agrees(found: Mean, expected: f64) {
    let reach = 2.0 * (found.high - found.mean);
    assert!((found.mean - expected).abs() < reach, "{found:?} is not {expected}");
    assert!(reach < 0.15 * expected, "the interval says too little: {found:?}");
}

/// Erlang's formula: the mean wait with `c` servers, each doing `mu` a day.
fn erlang(c: u32, lambda: f64, mu: f64) -> f64 {
    let (load, servers) = (lambda / mu, f64::from(c));
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 1..c {
        term *= load / f64::from(k);
        sum += term;
    }
    let last = term * load / servers / (1.0 - load / servers);
    last / (sum + last) / (servers * mu - lambda)
}

#[test]
fn waits_are_those_of_the_closed_forms() {
    for (people, lambda) in [(1, 7.0), (2, 15.0), (5, 42.0)] {
        let model = Model {
            days: long(),
            stages: vec![pool(people, Work::Exponential(0.1))],
            arrivals: Arrivals::Poisson(lambda),
        };
        agrees(wait(&model), erlang(people, lambda, 10.0));
    }
    // M/D/1 (Pollaczek and Khinchine): half of what chance in the work would make of it.
    let model =
        Model { days: long(), stages: vec![pool(1, Work::Fixed(0.1))], arrivals: Arrivals::Poisson(8.0) };
    agrees(wait(&model), 0.8 * 0.1 / (2.0 * (1.0 - 0.8)));
    // M/G/1 with a long tail.
    let (mean, cv) = (0.1, 1.5);
    let work = Work::LogNormal { mean, cv };
    let model = Model { days: long(), stages: vec![pool(1, work)], arrivals: Arrivals::Poisson(6.0) };
    agrees(wait(&model), 6.0 * mean * mean * (1.0 + cv * cv) / (2.0 * (1.0 - 0.6)));
    // A session every five days with room to spare: half of that.
    let model =
        Model { days: long(), stages: vec![lists(Every::Days(5), 1_000)], arrivals: Arrivals::Poisson(9.0) };
    agrees(wait(&model), 2.5);
}

#[test]
fn equal_seeds_are_equal_runs_and_nothing_is_lost() {
    let mut stages =
        vec![pool(2, Work::Exponential(0.2)), lists(Every::Weekdays([false, true, false, false, false]), 30)];
    stages[0].queue = 100;
    stages[1].queue = 50;
    stages[0].ends = Ends { forward: 0.7, back: 0.2, back_to: 0 };
    stages[1].ends = Ends { forward: 0.8, back: 0.1, back_to: 0 };
    let weeks = vec![[3, 0, 8, 2, 1], [0, 0, 0, 0, 40]];
    let model = Model { days: long(), stages, arrivals: Arrivals::Weeks(weeks) };
    let one = run(&model, 1, 3);
    assert_eq!(one, run(&model, 1, 3));
    assert_ne!(one, run(&model, 2, 3));
    assert_ne!(one, run(&model, 1, 4));
    let closed_or_done = model.backlog() + one.came - one.left.iter().sum::<u32>();
    assert!(*one.done.last().unwrap() <= closed_or_done);
    assert!(one.done.is_sorted() && one.backlog_gone.is_sorted());
    assert_eq!(one.backlog_gone.last(), Some(&150), "today's requests are all gone after ten years");
}

#[test]
fn sessions_follow_the_calendar_and_the_cut_off() {
    let calendar = calendar();
    // 24 December 2026, a Thursday, is off.
    let days = days(&calendar, date(2026, 12, 11), date(2027, 1, 8));
    assert_eq!(days.first().unwrap().date, date(2026, 12, 14));
    assert!(days.iter().all(|day| day.date != date(2026, 12, 24)));
    let mut stage = lists(Every::Weekdays([false, false, false, true, false]), 10);
    let model = Model { days, stages: Vec::new(), arrivals: Arrivals::None };
    let held = |stage: &Stage| -> Vec<i8> {
        let sessions = model.sessions(stage);
        model.days.iter().zip(sessions).filter(|(_, held)| *held).map(|(day, _)| day.date.day()).collect()
    };
    assert_eq!(held(&stage), [17, 25, 31, 7], "the day off is made up for on Friday");
    stage.until = Some(11);
    assert_eq!(held(&stage), [17, 25]);
    if let Service::Lists { away, .. } = &mut stage.service {
        away.push((0, 4));
    }
    assert_eq!(held(&stage), [25]);
}

#[test]
fn what_arithmetic_forbids_is_said_first() {
    let calendar = calendar();
    let days = days(&calendar, date(2026, 11, 27), date(2026, 12, 31));
    let mut stages =
        vec![pool(2, Work::Fixed(0.1)), lists(Every::Weekdays([false, true, false, false, false]), 100)];
    stages[0].queue = 300;
    stages[1].queue = 300;
    let model = Model { days, stages, arrivals: Arrivals::None };
    let short = shortfalls(&model, date(2026, 12, 31), 0.0);
    assert_eq!(short.len(), 1);
    assert_eq!((short[0].stage.as_str(), short[0].sessions), ("lists", Some(5)));
    assert!((short[0].needed - 600.0).abs() < 1e-9 && (short[0].room - 500.0).abs() < 1e-9);
    let forecast = Forecast::of(&model, Goal::Backlog, 1, 20);
    assert_eq!((forecast.p50, forecast.by(date(2026, 12, 31)).hits), (None, 0));
    let forecast = Forecast::of(&model, Goal::Count(500), 1, 20);
    assert_eq!(forecast.p95, Some(date(2026, 12, 29)));
    assert!(forecast.by(date(2026, 12, 28)).hits == 0 && forecast.by(date(2026, 12, 29)).hits == 20);
    assert!(shortfalls(&model, date(2026, 12, 31), 200.0).len() == 1 + usize::from(float(500) > 460.0));
}

#[test]
fn what_is_away_and_what_passes_change_the_wait() {
    let mut stages = vec![pool(2, Work::Fixed(0.5)), lists(Every::Days(10), 50)];
    stages[0].queue = 40;
    let model = Model { days: long(), stages, arrivals: Arrivals::None };
    let day = |model: &Model| Goal::Backlog.reached(&run(model, 1, 0), model).unwrap();
    assert_eq!(day(&model), 9, "ten days of work for two, then the session at the end of the tenth");
    let mut away = model.clone();
    if let Service::Pool { away, .. } = &mut away.stages[0].service {
        away.push((0, 99, 1));
    }
    assert_eq!(day(&away), 19);
    let mut passes = model.clone();
    passes.stages[1].passes = 1.0;
    assert_eq!(day(&passes), 9);
    let mut cut = model;
    cut.stages[1].until = Some(5);
    assert_eq!(Goal::Backlog.reached(&run(&cut, 1, 0), &cut), None);
}
