use jiff::civil::date;

use super::*;
use crate::testing::{at, calendar, visit};
use crate::time::OfficeTime;
use crate::visit::{Outcome, OutcomeKind, Period, Visit};

fn workflow() -> Workflow {
    Workflow::parse(include_str!("../../../../workflows/kube.toml")).unwrap()
}

fn name(text: &str) -> StageName {
    text.into()
}

fn office<'a>(workflow: &'a Workflow, calendar: &'a Calendar) -> Office<'a> {
    Office {
        workflow,
        calendar,
        today: date(2026, 11, 27),
        to: date(2027, 1, 29),
        day_minutes: 480,
        waiting: BTreeMap::from([
            (name("verification"), 30),
            (name("approval"), 3_000),
            (name("rejected"), 7),
        ]),
        measured: BTreeMap::new(),
        arrivals: Vec::new(),
        expected: Some(2.0),
        away: Vec::new(),
        freezes: Vec::new(),
        cut_off: None,
    }
}

#[test]
fn an_office_without_a_history_is_the_one_declared() {
    let (workflow, calendar) = (workflow(), calendar());
    let found = model(&office(&workflow, &calendar)).unwrap();
    let names: Vec<&str> = found.model.stages.iter().map(|stage| stage.name.as_str()).collect();
    assert_eq!(names, ["input", "verification", "approval", "disbursement"]);
    assert_eq!(found.model.arrivals, Arrivals::Poisson(2.0));
    assert_eq!(found.beside, BTreeMap::from([(name("rejected"), 7)]));
    let Service::Pool { people, work, .. } = &found.model.stages[1].service else { panic!("no pool") };
    assert_eq!((*people, *work), (4, Work::Exponential(45.0 / 480.0)));
    let Service::Lists { every, most, setup, .. } = &found.model.stages[2].service else {
        panic!("no lists")
    };
    assert_eq!((*every, *most), (Every::Weekdays([false, true, false, false, false]), 2_000));
    assert!((setup - 90.0 / 480.0).abs() < 1e-12);
    let assumed: Vec<What> = found.assumed().map(|figure| figure.what).collect();
    assert_eq!(assumed, [What::Forward; 4], "nothing declares how many are sent on");
    let mut late = office(&workflow, &calendar);
    late.to = late.today;
    assert_eq!(model(&late).err(), Some(NoModel::NoDays));
}

#[test]
fn what_was_measured_often_enough_goes_before_what_is_declared() {
    let (workflow, calendar) = (workflow(), calendar());
    let mut known = office(&workflow, &calendar);
    let first = measured::Decisions { decided: 40, forward: 30, back: 6 };
    let touch = Measured { touched: 29, touch_mean: 0.2, touch_cv: 0.5, first, ..Measured::default() };
    known.measured.insert(name("verification"), touch);
    known.arrivals = vec![[1, 2, 3, 4, 5]; 8];
    let found = model(&known).unwrap();
    let stage = &found.model.stages[1];
    assert_eq!(stage.ends, Ends { forward: 0.75, back: 0.15, back_to: 0 });
    assert!(matches!(&stage.service, Service::Pool { work: Work::Exponential(_), .. }), "29 are too few");
    assert_eq!(found.model.arrivals, Arrivals::Weeks(vec![[1, 2, 3, 4, 5]; 8]));
    known.measured.get_mut(&name("verification")).unwrap().touched = 30;
    let found = model(&known).unwrap();
    let Service::Pool { work, .. } = &found.model.stages[1].service else { panic!("no pool") };
    assert_eq!(*work, Work::LogNormal { mean: 0.2, cv: 0.5 });
    let told = found
        .figures
        .iter()
        .find(|figure| figure.stage == name("verification") && figure.what == What::Touch);
    assert_eq!(told.unwrap().source, Source::Measured(30));
}

#[test]
fn absences_freezes_and_the_cut_off_close_what_they_concern() {
    let (workflow, calendar) = (workflow(), calendar());
    let mut closed = office(&workflow, &calendar);
    let away = |role: &str, people| Away {
        role: role.into(),
        from: date(2026, 11, 30),
        to: date(2026, 12, 4),
        people,
    };
    closed.away = vec![away("governor", 1), away("treasurer", 1), away("verifier", 2)];
    closed.freezes = vec![(date(2026, 12, 7), date(2026, 12, 8))];
    closed.cut_off = Some(date(2026, 12, 18));
    let found = model(&closed).unwrap();
    let away: Vec<String> = found
        .model
        .stages
        .iter()
        .map(|stage| match &stage.service {
            Service::Pool { away, .. } => format!("{away:?}"),
            Service::Lists { away, .. } => format!("{away:?}"),
        })
        .collect();
    assert_eq!(
        away,
        ["[]", "[(0, 4, 2)]", "[(0, 4), (5, 6)]", "[(5, 6)]"],
        "one of two treasurers still pays"
    );
    assert_eq!(found.model.stages[3].until, Some(14));
    assert_eq!(found.model.stages[2].until, None);
    closed.cut_off = Some(date(2026, 11, 1));
    let found = model(&closed).unwrap();
    assert!(found.model.sessions(&found.model.stages[3]).iter().all(|held| !held), "the cut-off has passed");
}

#[test]
fn visits_tell_work_ends_and_weeks() {
    let calendar = calendar();
    let time: OfficeTime<'_> = crate::testing::office(&calendar);
    let mut one = visit(1, "2026-11-23T08:00", Some("2026-11-24T09:00"));
    one.touched = vec![Period { from: at("2026-11-24T08:00"), to: Some(at("2026-11-24T09:00")) }];
    let mut other = visit(2, "2026-11-17T08:00", Some("2026-11-18T09:00"));
    other.outcome = Some(Outcome { action: None, kind: OutcomeKind::Returned, to: "input".into() });
    let mut moved = visit(3, "2026-11-09T08:00", Some("2026-11-18T09:00"));
    moved.outcome = Some(Outcome { action: None, kind: OutcomeKind::Moved, to: "input".into() });
    let visits: Vec<&Visit> = vec![&one, &other, &moved];
    let found = Measured::of(&visits, &time, at("2026-12-01T00:00"));
    assert_eq!((found.touched, found.first), (1, measured::Decisions { decided: 2, forward: 1, back: 1 }));
    assert!((found.touch_mean - 0.125).abs() < 1e-12);
    let weeks = arrival_weeks(&visits, &name("verification"), &time, date(2026, 11, 30));
    assert_eq!(weeks, [[0, 1, 0, 0, 0], [1, 0, 0, 0, 0]]);
}

/// 3,000 wait for two Tuesdays of 2,000; then payments on Thursday.
#[test]
fn the_outlook_says_when_each_stage_is_empty() {
    let (workflow, calendar) = (workflow(), calendar());
    let mut today = office(&workflow, &calendar);
    (today.expected, today.waiting) = (Some(0.0), BTreeMap::from([(name("approval"), 3_000)]));
    let modelled = model(&today).unwrap();
    let found = outlook(&modelled, date(2026, 12, 31), Some(2_000), 1, 20);
    assert!(found.shortfalls.is_empty(), "{:?}", found.shortfalls);
    let emptied: Vec<Option<Date>> = found.stages.iter().map(|stage| stage.p85).collect();
    assert_eq!(emptied[2..], [Some(date(2026, 12, 8)), Some(date(2026, 12, 10))]);
    assert_eq!((found.all.forecast.p85, found.all.odds.hits), (Some(date(2026, 12, 10)), 20));
    assert_eq!(found.count.unwrap().forecast.p50, Some(date(2026, 12, 3)));
    let short = outlook(&modelled, date(2026, 12, 4), None, 1, 20);
    assert_eq!((short.shortfalls[0].stage.as_str(), short.shortfalls[0].sessions), ("approval", Some(1)));
    assert_eq!((short.all.odds.hits, short.count), (0, None));
}
