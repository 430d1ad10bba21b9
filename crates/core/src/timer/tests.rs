use std::collections::BTreeMap;

use jiff::civil::Date;
use proptest::prelude::*;

use super::*;
use crate::command::Command;
use crate::testing::*;
use crate::workflow::Escalate;
use crate::{Lang, RequestId};

/// The shipped definition, its times said here: reminded after two working days, brought before the administrator after
/// four, checked anew after six.
pub(crate) fn timed_workflow() -> Workflow {
    let mut workflow = Workflow::parse(KUBE).unwrap();
    for (name, stage) in &mut workflow.stages {
        let Some(sla) = &mut stage.sla else { continue };
        sla.target = WorkingDays(3);
        sla.remind = Some(WorkingDays(2));
        let is_late = matches!(name.as_str(), "verification" | "approval");
        sla.escalate = is_late.then(|| Escalate { after: WorkingDays(4), to: "admin".into() });
    }
    workflow.actions.get_mut(&ActionName::from("verify")).unwrap().valid_for = Some(WorkingDays(6));
    let repair = "by = [\"admin\"]\nconfirm_by = [\"auditor\"]\nmay_enter = [\"input\", \"verification\", \"approval\"]";
    workflow.repair = Some(toml::from_str(repair).unwrap());
    workflow
}

pub(crate) fn timed() -> Desk {
    let mut desk = Desk::new();
    desk.world.workflows = crate::world::Workflows::new([timed_workflow()]);
    let mut policy = (*desk.world.policy).clone();
    for cause in policy.hold.values_mut() {
        cause.review = Some(WorkingDays(2));
    }
    desk.world.policy = std::sync::Arc::new(policy);
    desk
}

fn kinds(events: &[Event]) -> Vec<&'static str> {
    events.iter().map(Event::kind).collect()
}

#[test]
fn who_serves_a_stage_is_reminded_once_and_then_it_is_brought_before_somebody_else() {
    let mut desk = timed();
    let id = desk.at("verification");
    // Monday: two working days have passed when Wednesday is over.
    for (days, fired) in
        [(0, vec![]), (2, vec![]), (1, vec!["reminded"]), (1, vec![]), (3, vec!["escalated"]), (30, vec![])]
    {
        desk.wait_days(days);
        assert_eq!(kinds(&desk.tick(id)), fired, "{}", desk.at);
    }
    let wait = desk.wait_of(id, Lang::Id).unwrap();
    assert_eq!(
        wait.escalated.as_ref().map(|to| (to.role.as_str(), to.title.as_str())),
        Some(("admin", "Administrator"))
    );
    assert!(wait.reminded.is_some() && wait.reminded < wait.escalated.map(|to| to.at));
    // A jump back fires nothing, and neither does the way forward again.
    desk.wait_days(-36);
    assert!(desk.tick(id).is_empty());
    desk.wait_days(40);
    assert!(desk.tick(id).is_empty());
    // Another visit begins anew, and a long jump fires each once.
    desk.act("Vera", id, "return").unwrap();
    desk.act("Cici", id, "submit").unwrap();
    desk.wait_days(50);
    assert_eq!(kinds(&desk.tick(id)), ["reminded", "escalated"]);
}

#[test]
fn whoever_saw_a_request_before_it_was_reminded_of_still_knows_it() {
    let mut desk = timed();
    let id = desk.at("verification");
    let seen = desk.request(id).version;
    for days in [3, 4] {
        desk.wait_days(days);
        assert_eq!(desk.tick(id).len(), 1);
        assert!(!desk.request(id).is_stale(seen));
    }
    assert!(desk.request(id).is_stale(seen - 1), "what happened before the reminder they do not know");
    assert!(desk.request(id).is_stale(seen + 9), "nor what has not happened yet");
    desk.act("Vera", id, "claim").unwrap();
    assert!(desk.request(id).is_stale(seen) && desk.request(id).is_stale(seen + 1));
    assert!(!desk.request(id).is_stale(desk.request(id).version));
}

#[test]
fn time_that_is_nobodys_fault_counts_for_nothing() {
    let mut desk = timed();
    let id = desk.at("verification");
    desk.wait_days(1);
    desk.act("Vera", id, "hold").unwrap();
    desk.wait_days(20);
    assert_eq!(kinds(&desk.tick(id)), ["hold_review_due"]);
    desk.wait_days(20);
    assert!(desk.tick(id).is_empty(), "a hold is looked at once");
    desk.act("Vera", id, "resume").unwrap();
    assert!(desk.tick(id).is_empty());
    // One day before the hold, and two after it.
    desk.wait_days(1);
    assert!(desk.tick(id).is_empty());
    desk.wait_days(1);
    assert_eq!(kinds(&desk.tick(id)), ["reminded"]);
    let wait = desk.wait_of(id, Lang::Id).unwrap();
    assert_eq!((wait.working_days, wait.days_late), (3, 0));
    desk.wait_days(1);
    assert_eq!(desk.wait_of(id, Lang::Id).unwrap().days_late, 1);
}

#[test]
fn a_freeze_stops_the_clock_of_what_waits_for_money_only() {
    let mut desk = timed();
    let [waiting, checked] = [desk.at("approval"), desk.at("verification")];
    desk.freeze("2026-03-03", "2026-03-13");
    desk.wait_days(11);
    assert!(desk.tick(waiting).is_empty());
    assert_eq!(kinds(&desk.tick(checked)), ["reminded", "escalated"]);
    desk.wait_days(4);
    assert!(desk.tick(waiting).is_empty(), "Monday and Tuesday");
    desk.wait_days(8);
    assert_eq!(kinds(&desk.tick(waiting)), ["reminded"], "Nyepi and Idul Fitri are days off");
}

#[test]
fn a_check_that_runs_out_is_made_anew_and_gives_back_its_reservation() {
    let mut desk = timed();
    let id = desk.at("approval");
    assert_eq!(desk.money(id), (20, 0, 0));
    desk.draft("Vera", &[id]).unwrap();
    desk.wait_days(9);
    assert_eq!(kinds(&desk.tick(id)), ["reminded", "escalated"], "a list holds it");
    // Nothing is approved on a check that has run out.
    assert_eq!(why(desk.sign("Gita")), "verification_expired");
    desk.cancel_decree("Vera").unwrap();
    assert_eq!(why(desk.draft("Vera", &[id])), "verification_expired");
    assert_eq!(kinds(&desk.tick(id)), ["verification_expired"]);
    assert_eq!((desk.stage(id), desk.money(id)), ("verification", (0, 0, 0)));
    assert!(desk.tick(id).is_empty());
    desk.act("Vera", id, "verify").unwrap();
    assert_eq!((desk.stage(id), desk.money(id)), ("approval", (20, 0, 0)));
    desk.decide_all(&[id]);
    desk.wait_days(60);
    assert!(desk.tick(id).iter().all(|event| event.kind() != "verification_expired"), "approved is approved");
}

#[test]
fn a_request_sent_back_does_not_go_on_from_a_check_that_has_run_out() {
    let mut desk = timed();
    for (days, stage) in [(2, "approval"), (20, "verification")] {
        let id = desk.at("approval");
        desk.act("Vito", id, "return").unwrap();
        desk.wait_days(days);
        desk.act("Cici", id, "submit").unwrap();
        assert_eq!(desk.stage(id), stage);
    }
}

/// Something that happens to a request, or to the clock.
#[derive(Debug, Clone)]
enum Turn {
    Act(&'static str, &'static str),
    Hold(&'static str),
    Days(i64),
    Freeze(i64, i64),
    Tick,
}

fn turn() -> impl Strategy<Value = Turn> {
    let acts = [
        ("Cici", "submit"),
        ("Vera", "verify"),
        ("Vito", "return"),
        ("Gita", "return"),
        ("Vera", "resume"),
        ("Adi", "resume"),
    ];
    prop_oneof![
        6 => prop::sample::select(acts.to_vec()).prop_map(|(who, act)| Turn::Act(who, act)),
        2 => prop::sample::select(vec!["missing_document", "duplicate_suspected"]).prop_map(Turn::Hold),
        6 => (-3..9_i64).prop_map(Turn::Days),
        1 => prop_oneof![Just(-200_i64), Just(300_i64)].prop_map(Turn::Days),
        1 => (0..20_i64, 0..15_i64).prop_map(|(from, days)| Turn::Freeze(from, days)),
        8 => Just(Turn::Tick),
    ]
}

/// What has fired on this visit, and on this hold.
#[derive(Default)]
struct Seen {
    fired: BTreeMap<&'static str, u32>,
    reviewed: bool,
    /// Working days on which the clock ran, counted one by one.
    days: BTreeMap<Date, bool>,
    jumped: bool,
}

fn run(turns: &[Turn]) -> Vec<&'static str> {
    let mut desk = timed();
    let id = desk.entered("kube");
    let (mut seen, mut all) = (Seen::default(), Vec::new());
    for turn in turns {
        let (seq, before) = (desk.request(id).version, desk.request(id).visits.clone());
        match turn {
            Turn::Act(who, act) => drop(desk.act(who, id, act)),
            Turn::Hold(cause) => {
                let hold = Command::Hold { cause: (*cause).into(), reason: None };
                seen.reviewed &= desk.ask("Adi", id, &hold).is_err();
            }
            Turn::Days(days) => pass(&mut desk, id, &mut seen, *days),
            Turn::Freeze(from, days) => {
                let from = desk.world.calendar.date_of(desk.at) + jiff::ToSpan::days(*from);
                desk.freeze(&from.to_string(), &(from + jiff::ToSpan::days(*days)).to_string());
                let mut policy = (*desk.world.policy).clone();
                policy.hold.values_mut().for_each(|cause| cause.review = Some(WorkingDays(2)));
                desk.world.policy = std::sync::Arc::new(policy);
                seen.jumped = true; // What was counted before is another's count now.
            }
            Turn::Tick => all.extend(tick(&mut desk, id, &mut seen)),
        }
        if desk.request(id).visits != before {
            seen = Seen { reviewed: seen.reviewed, ..Seen::default() };
        }
        assert!(desk.request(id).version >= seq);
    }
    all
}

/// Time passes, day by day where it goes forward.
fn pass(desk: &mut Desk, id: RequestId, seen: &mut Seen, days: i64) {
    seen.jumped |= days < 0;
    for _ in 0..days {
        desk.wait_days(1);
        let today = desk.world.calendar.date_of(desk.at);
        let workflow = desk.world.workflows.current(&"kube".into()).unwrap().clone();
        let still = clock::stands_still(&desk.world, &workflow, desk.request(id), desk.at);
        seen.days.insert(today, desk.world.calendar.is_working_day(today) && !still);
    }
    desk.wait_days(days.min(0));
}

#[expect(clippy::wildcard_enum_match_arm, reason = "time does nothing else")]
fn tick(desk: &mut Desk, id: RequestId, seen: &mut Seen) -> Vec<&'static str> {
    let entered = desk.request(id).entered_at;
    let events = desk.tick(id);
    for event in &events {
        let raw = desk
            .world
            .calendar
            .working_days_between(desk.world.calendar.date_of(entered), desk.world.calendar.date_of(desk.at));
        let counted = seen.days.values().filter(|counts| **counts).count();
        let span = match event {
            Event::HoldReviewDue { .. } => {
                assert!(!std::mem::replace(&mut seen.reviewed, true), "a hold is looked at once");
                continue;
            }
            Event::Reminded { .. } => 2,
            Event::Escalated { .. } => 4,
            _ => continue,
        };
        assert!(raw > span, "{event:?} after {raw} days");
        assert!(seen.jumped || counted > usize::try_from(span).unwrap(), "{event:?}: {counted} days counted");
        let times = seen.fired.entry(event.kind()).or_default();
        *times += 1;
        assert_eq!(*times, 1, "{event:?} fired twice on one visit");
    }
    kinds(&events)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_fires_twice_and_nothing_before_its_time(turns in prop::collection::vec(turn(), 1..60)) {
        run(&turns);
    }

    /// Late is late, whoever asks: the day it is due and the time that has passed agree.
    #[test]
    fn what_is_late_has_taken_longer_than_promised(
        turns in prop::collection::vec(
            prop_oneof![(0..5_i64).prop_map(Turn::Days), Just(Turn::Hold("missing_document")), Just(Turn::Act("Adi", "resume"))],
            1..30,
        ),
        freeze in prop::option::of((0..20_i64, 0..20_i64)),
        stage in prop::sample::select(vec!["verification", "approval"]),
    ) {
        let mut desk = timed();
        if let Some((from, days)) = freeze {
            let from = desk.world.calendar.date_of(desk.at) + jiff::ToSpan::days(from);
            desk.freeze(&from.to_string(), &(from + jiff::ToSpan::days(days)).to_string());
        }
        let id = desk.at(stage);
        for turn in &turns {
            match turn {
                Turn::Days(days) => desk.wait_days(*days),
                Turn::Hold(cause) => drop(desk.ask("Adi", id, &Command::Hold { cause: (*cause).into(), reason: None })),
                Turn::Act(who, act) => drop(desk.act(who, id, act)),
                Turn::Freeze(..) | Turn::Tick => {}
            }
            let request = desk.request(id);
            let workflow = desk.world.workflows.current(&"kube".into()).unwrap();
            let passed = elapsed(&desk.world, workflow, request, request.entered_at, desk.at);
            let wait = desk.wait_of(id, Lang::En).unwrap();
            if wait.due_on.is_some() {
                prop_assert_eq!(wait.days_late, passed.0.saturating_sub(3));
            }
        }
    }
}

#[test]
fn random_turns_come_to_every_timer() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = prop::collection::vec(turn(), 40..60);
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..100 {
        seen.extend(run(&strategy.new_tree(&mut runner).unwrap().current()));
    }
    let all = ["escalated", "hold_review_due", "reminded", "verification_expired"];
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), all);
}

#[test]
fn a_cutoff_leaves_out_only_what_cannot_be_due() {
    let mut desk = timed();
    let workflow = desk.world.workflows.current(&"kube".into()).unwrap().clone();
    for _ in 0..40 {
        let cutoff = cutoff(&desk.world, &workflow, &"input".into(), desk.at).unwrap();
        let passed = |since| {
            let calendar = &desk.world.calendar;
            calendar.working_days_between(calendar.date_of(since), calendar.date_of(desk.at))
        };
        assert!(passed(cutoff) <= 2 || cutoff == desk.at, "what came just after it cannot be due");
        assert!(passed(cutoff - jiff::SignedDuration::from_secs(1)) > 2, "{cutoff}");
        desk.wait_days(1);
    }
    assert_eq!(super::cutoff(&desk.world, &workflow, &"paid".into(), desk.at), None);
    assert_eq!(super::cutoff(&desk.world, &workflow, &"approval".into(), desk.at), Some(desk.at));
}
