use jiff::civil::date;

use super::*;
use crate::number::sum;
use crate::simulate::{Arrivals, Day, Ends, Work};

/// Weeks of five days from a Monday on.
fn weeks(count: u32) -> Vec<Day> {
    (0..count * 5)
        .map(|place| Day {
            date: date(2026, 1, 5) + jiff::ToSpan::days(i64::from(place / 5 * 7 + place % 5)),
            week: place / 5,
            weekday: u8::try_from(place % 5).unwrap(),
        })
        .collect()
}

fn stage(name: &str, service: Service, queue: u32) -> Stage {
    let (ends, passes) = (Ends::ALL, 0.0);
    Stage { name: name.to_owned(), service, ends, ends_again: ends, passes, until: None, queue }
}

fn pool(people: u32, mean: f64) -> Service {
    Service::Pool { people, away: Vec::new(), work: Work::Exponential(mean) }
}

fn tuesdays(most: u32) -> Service {
    let every = Every::Weekdays([false, true, false, false, false]);
    Service::Lists { every, away: Vec::new(), most, least: 1, at: 0.5, setup: 0.0, each: 0.0 }
}

fn aim(goal: Goal, model: &Model) -> Aim {
    Aim { goal, by: model.days.last().unwrap().date }
}

/// 300 wait for lists of 50: six Tuesdays; with two sessions a week three weeks are enough, with lists of 100 as well.
#[test]
fn what_can_be_counted_comes_out_as_counted() {
    let model = Model {
        days: weeks(20),
        stages: vec![stage("approval", tuesdays(50), 300)],
        arrivals: Arrivals::None,
    };
    let amounts = Amounts::default();
    let aim = Aim { goal: Goal::Backlog, by: date(2026, 1, 23) };
    let as_is = Trials::of(&model, aim.goal, 1, 20);
    let tried = |change: Change| what_if(&model, &as_is, &change, &amounts, aim).unwrap();
    let name = || "approval".to_owned();
    let more = tried(Change::Sessions { stage: name(), more: 1 });
    // Tuesdays and Thursdays: the sixth session is the Thursday of the third week, day 13 instead of 26.
    assert_eq!((more.days_gained_p50, more.days_gained_p85), (Some(13), Some(13)));
    assert_eq!((more.before.hits, more.after.hits, more.price.sessions), (0, 20, 20));
    assert!((more.odds_gained.unwrap().mean - 1.0).abs() < 1e-12);
    let larger = tried(Change::LargerLists { stage: name(), more: 50 });
    assert_eq!((larger.days_gained_p50, larger.price), (Some(15), Price::default()));
    let away = Change::Away { stage: name(), from: date(2026, 1, 5), to: date(2026, 1, 9), people: 1 };
    assert_eq!((tried(away.clone()).days_gained_p50, tried(away).price.sessions), (Some(-5), -1));
    let cut = tried(Change::CutOff { stage: name(), last: date(2026, 1, 16) });
    assert_eq!((cut.after.hits, cut.days_gained_p50), (0, None));
    let nobody = Change::People { stage: name(), more: 1 };
    assert_eq!(what_if(&model, &as_is, &nobody, &amounts, aim), Err(Impossible::NotServedSo(name())));
    let nowhere = Change::TenPercent { stage: "elsewhere".to_owned() };
    assert!(matches!(what_if(&model, &as_is, &nowhere, &amounts, aim), Err(Impossible::NoStage(_))));
}

#[test]
fn a_delegation_has_its_price() {
    let model = Model {
        days: weeks(20),
        stages: vec![stage("approval", tuesdays(2), 4), stage("payment", pool(1, 0.01), 0)],
        arrivals: Arrivals::None,
    };
    let amounts =
        Amounts { waiting: vec![1_000, 2_000, 5_000, 9_000], coming: vec![], one_person_decides: true };
    let change = Change::DelegateBelow { stage: "approval".to_owned(), below: 5_000 };
    let (after, price) = changed(&model, &change, &amounts).unwrap();
    assert_eq!((price.exposed, price.exposed_rupiah, price.leave_four_eyes), (2, 3_000, 2));
    assert_eq!((after.stages[0].queue, after.stages[1].queue, after.backlog()), (2, 2, 4));
    assert!((after.stages[0].passes - 0.5).abs() < 1e-12);
    assert_eq!(changed(&model, &change, &Amounts::default()), Err(Impossible::NoAmounts));
    let effect = what_if(
        &model,
        &Trials::of(&model, Goal::Backlog, 1, 20),
        &change,
        &amounts,
        aim(Goal::Backlog, &model),
    );
    assert_eq!(effect.unwrap().days_gained_p50, Some(5), "one list instead of two");
}

/// The stage that was planted as the constraint gains most, wherever it stands.
#[test]
fn the_constraint_is_the_planted_one() {
    for planted in 0..3 {
        let mut stages = vec![
            stage("input", pool(4, 0.2), 10),
            stage("verification", pool(2, 0.1), 10),
            stage("approval", tuesdays(400), 10),
        ];
        match &mut stages[planted].service {
            Service::Pool { people, work, .. } => *work = Work::Exponential(f64::from(*people) / 10.0 * 1.02),
            Service::Lists { most, .. } => *most = 50,
        }
        stages[planted].queue = 200;
        let model = Model { days: weeks(40), stages, arrivals: Arrivals::Poisson(10.0) };
        let found = constraint(&model, aim(Goal::Count(2_100), &model), 3, 100);
        assert_eq!(found[0].stage, model.stages[planted].name, "{found:#?}");
        assert!((found[0].utilisation.unwrap() - 1.0).abs() < 0.1, "{:?}", found[0]);
        assert!(found[1].utilisation.unwrap() < 0.7);
    }
}

/// The same chance for both makes differences surer than chance of their own would.
#[test]
fn paired_runs_vary_less_than_unpaired_ones() {
    let stages = vec![stage("input", pool(2, 0.18), 300), stage("approval", tuesdays(60), 300)];
    let model = Model { days: weeks(30), stages, arrivals: Arrivals::Poisson(8.0) };
    let change = Change::People { stage: "input".to_owned(), more: 1 };
    let (after, price) = changed(&model, &change, &Amounts::default()).unwrap();
    assert_eq!(price.people, 1);
    let leads = |model: &Model, seed| -> Vec<f64> {
        Trials::of(model, Goal::Backlog, seed, 200).runs.iter().map(lead).collect()
    };
    let variance = |one: &[f64], other: &[f64]| {
        let differences: Vec<f64> = one.iter().zip(other).map(|(one, other)| one - other).collect();
        let mean = sum(&differences) / float(differences.len());
        sum(&differences.iter().map(|value| (value - mean).powi(2)).collect::<Vec<_>>())
    };
    let was = leads(&model, 1);
    let (paired, unpaired) = (variance(&was, &leads(&after, 1)), variance(&was, &leads(&after, 2)));
    assert!(paired * 2.0 < unpaired, "{paired} {unpaired}");
}

#[test]
fn changes_are_ranked_by_what_they_gain() {
    let stages = vec![stage("input", pool(4, 0.1), 10), stage("approval", tuesdays(40), 400)];
    let model = Model { days: weeks(30), stages, arrivals: Arrivals::Poisson(5.0) };
    let aim = Aim { goal: Goal::Backlog, by: date(2026, 3, 6) };
    let found = rank(&model, &single_changes(&model), &Amounts::default(), aim, 1, 100);
    assert_eq!(found.len(), 3);
    assert_eq!(found[0].change, Change::Sessions { stage: "approval".to_owned(), more: 1 });
    assert!(found[0].odds_gained.unwrap().low > 0.9 && found[0].price.sessions > 0);
    assert_eq!(found[2].change.stage(), "input");
}
