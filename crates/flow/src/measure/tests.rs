use proptest::prelude::*;

use super::*;
use crate::testing::{at, calendar, office, visit};
use crate::visit::{Pause, Period};

fn lens<'a>(time: OfficeTime<'a>, from: &str, to: &str) -> Lens<'a> {
    Lens { time, from: at(from), to: at(to), touch: 0.25, servers: 1, lists: None, target: Some(2.0) }
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
}

/// Monday to Friday, four requests: one a day is done, in the order they came, and one was sent back.
#[test]
fn a_week_by_hand() {
    let calendar = calendar();
    let time = office(&calendar);
    let mut visits = [
        visit(1, "2026-11-02T08:00", Some("2026-11-02T16:00")),
        visit(2, "2026-11-02T08:00", Some("2026-11-03T16:00")),
        visit(3, "2026-11-02T08:00", Some("2026-11-05T16:00")),
        visit(4, "2026-11-04T08:00", None),
        visit(1, "2026-11-05T08:00", Some("2026-11-05T12:00")),
    ];
    visits[0].outcome.as_mut().unwrap().kind = OutcomeKind::Returned;
    visits[4].number = 2;
    let all: Vec<&Visit> = visits.iter().collect();
    let found = figures(&all, &lens(time, "2026-11-02T00:00", "2026-11-07T00:00"));
    assert_eq!((found.ended, found.open, found.stage.n), (4, 1, 4));
    near(found.stage.p50.unwrap(), 1.5);
    near(found.age.p50.unwrap(), 3.0);
    near(found.arrivals, 0.8);
    near(found.arrivals_again, 0.2);
    near(found.exits, 0.8);
    near(found.drift, 0.2);
    near(found.rework.unwrap(), 0.25);
    near(found.first_pass.unwrap(), 2.0 / 3.0);
    near(found.visits_mean.unwrap(), 4.0 / 3.0);
    near(found.again_days, 0.5);
    near(found.utilisation.unwrap(), 0.25);
    // Of five, those of 1, 2 and 0.5 days keep two days; the open one is three days old.
    let promise = found.promise.unwrap();
    near(promise.share, 0.6);
    near(promise.late_mean.unwrap(), 2.0);
    near(found.outcomes.values().sum::<f64>(), 1.0);
    near(found.outcomes[&OutcomeKind::Returned], 0.2);
    near(found.split.touch, 1.0);
    near(found.split.touch + found.split.wait(), 7.5);
    assert!(found.little.misleads, "a request that nobody takes is not in the times of those who left");
}

#[test]
fn what_is_waited_for_is_told_apart() {
    let calendar = calendar();
    let time = office(&calendar);
    let mut visits = [
        visit(1, "2026-11-02T08:00", Some("2026-11-02T12:00")),
        visit(2, "2026-11-02T08:00", Some("2026-11-02T16:00")),
        visit(3, "2026-11-02T10:00", Some("2026-11-02T14:00")),
    ];
    for (visit, (from, to)) in visits.iter_mut().zip([
        ("2026-11-02T08:00", "2026-11-02T12:00"),
        ("2026-11-02T14:00", "2026-11-02T16:00"),
        ("2026-11-02T12:00", "2026-11-02T14:00"),
    ]) {
        visit.touched.push(Period { from: at(from), to: Some(at(to)) });
    }
    let all: Vec<&Visit> = visits.iter().collect();
    let split: Vec<Split> = splits(&all, &lens(time, "2026-11-02T00:00", "2026-11-03T00:00"))
        .into_iter()
        .map(|(_, split)| split)
        .collect();
    near(split[0].touch, 0.5);
    near(split[0].wait(), 0.0);
    // The second waited for the first, and was then overtaken by the third.
    near(split[1].contention, 0.5);
    near(split[1].overtaking, 0.25);
    near(split[1].outside, 0.0);
    near(split[2].contention, 0.25);
    // A list: the first on it waited until the last had come, then for the session.
    let list =
        Batch::Decree(serde_json::from_value(serde_json::json!("00000000000000000000000000000001")).unwrap());
    let mut visits = [
        visit(1, "2026-11-02T08:00", Some("2026-11-05T16:00")),
        visit(2, "2026-11-04T08:00", Some("2026-11-05T16:00")),
    ];
    for visit in &mut visits {
        visit.batch = Some(list);
    }
    let pause = Period { from: at("2026-11-05T08:00"), to: Some(at("2026-11-05T12:00")) };
    visits[1].pauses.push(Pause {
        period: pause,
        cause: "missing_document".to_owned(),
        holder: Holder::Recipient,
        blameless: true,
    });
    let all: Vec<&Visit> = visits.iter().collect();
    let lens = lens(time, "2026-11-02T00:00", "2026-11-07T00:00");
    let split: Vec<Split> = splits(&all, &lens).into_iter().map(|(_, split)| split).collect();
    near(split[0].batching, 2.0);
    near(split[0].outside, 1.75);
    near(split[1].hold, 0.5);
    near(split[1].batching, 0.0);
    near(split[1].closed_calendar, 1.0 + 8.0 / 24.0 - 2.0 * 8.0 / 24.0);
    assert_eq!(lists(&all), BTreeMap::from([(list, 2)]));
    let held = by_holder(&all, &time, lens.from, lens.to);
    near(held[&Holder::Recipient], 0.5);
    near(held[&Holder::Role("verifier".into())], 5.5);
    let found = figures(&all, &lens);
    near(found.stage.p50.unwrap(), 3.0);
    near(found.stage_net.p50.unwrap(), 2.75);
}

#[test]
fn lead_times_run_from_the_first_visit_to_the_end() {
    let calendar = calendar();
    let time = office(&calendar);
    let mut visits = [
        visit(1, "2026-11-02T08:00", Some("2026-11-03T08:00")),
        visit(1, "2026-11-03T08:00", Some("2026-11-06T16:00")),
        visit(2, "2026-11-02T08:00", Some("2026-11-06T16:00")),
    ];
    visits[1].last = true;
    let all: Vec<&Visit> = visits.iter().collect();
    let lead = lead(&all, &time, at("2026-11-01T00:00"), at("2026-12-01T00:00"));
    assert_eq!(lead.gross.n, 1, "the second request is not at its end");
    near(lead.gross.p50.unwrap(), 5.0);
    near(lead.net.p50.unwrap(), 5.0);
    near(lead.calendar.p50.unwrap(), 4.0 + 8.0 / 24.0);
    let known = visits[1].as_of(at("2026-11-04T08:00")).unwrap();
    assert!(known.exit.is_none() && !known.last);
    assert_eq!(visits[1].as_of(at("2026-11-01T08:00")), None);
}

proptest! {
    /// The number there, added up by walking, is the time spent inside: Little's law is an identity, and no bug hides.
    #[test]
    fn the_law_is_exact(drawn in prop::collection::vec((0_u8..5, 0_u8..24, 0_u8..5, 0_u8..24), 1..40)) {
        let calendar = calendar();
        let time = office(&calendar);
        let visits: Vec<Visit> = drawn
            .iter()
            .map(|(day, hour, later, exit_hour)| {
                let from = format!("2026-11-{:02}T{hour:02}:00", day + 2);
                let to = format!("2026-11-{:02}T{exit_hour:02}:00", day + 2 + later);
                visit(1, &from, (to > from).then_some(to.as_str()))
            })
            .collect();
        let all: Vec<&Visit> = visits.iter().collect();
        let lens = lens(time, "2026-11-03T10:00", "2026-11-06T12:00");
        let found = figures(&all, &lens);
        prop_assert!((found.little.wip_mean - found.little.inside).abs() < 1e-6, "{:?}", found.little);
        for (_, split) in splits(&all, &Lens { to: at("2026-12-01T00:00"), ..lens }) {
            let parts = [split.touch, split.hold, split.batching, split.contention, split.overtaking, split.outside];
            prop_assert!(parts.iter().all(|part| *part >= -1e-9), "{split:?}");
        }
        let whole: f64 = by_holder(&all, &time, lens.from, lens.to).values().sum();
        prop_assert!((whole - found.little.inside * time.days(lens.from, lens.to)).abs() < 1e-6);
    }
}
