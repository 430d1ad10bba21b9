//! Requests set aside, taken on, and frozen.

use crate::Lang;
use crate::decide::*;
use crate::testing::*;

#[test]
fn a_hold_stops_the_clock_and_what_moves_on_and_lets_the_rest_be() {
    let mut desk = Desk::new();
    let id = desk.at("verification");
    let due = desk.request(id).due_on.unwrap();
    assert_eq!(why(desk.act("Gita", id, "hold")), "role_missing");
    assert_eq!(why(desk.act("Vera", id, "resume")), "not_on_hold");
    let unknown = Command::Hold { cause: "bad_mood".into(), reason: None };
    assert_eq!(why(desk.ask("Vera", id, &unknown)), "hold_cause_unknown");
    desk.wait_days(1);
    desk.act("Vera", id, "hold").unwrap();
    assert_eq!(desk.request(id).due_on, None);
    assert_eq!(why(desk.act("Vera", id, "verify")), "on_hold");
    assert_eq!(why(desk.act("Vera", id, "hold")), "on_hold");
    desk.wait_days(7);
    desk.act("Cici", id, "resume").unwrap();
    assert_eq!(desk.request(id).due_on, Some(desk.world.calendar.add_working_days(due, 5)));
    desk.act("Vera", id, "hold").unwrap();
    desk.act("Vera", id, "return").unwrap();
    assert_eq!((desk.stage(id), &desk.request(id).hold), ("input", &None));
    // Held for a missing document, and mended without being taken up first.
    desk.act("Cici", id, "hold").unwrap();
    desk.ask("Cici", id, &amendment(facts(2, 2, 2), 7)).unwrap();
    desk.act("Cici", id, "withdraw").unwrap();
}

#[test]
fn a_hold_the_office_is_to_blame_for_leaves_the_clock_running() {
    let mut desk = Desk::new();
    let id = desk.at("verification");
    let due = desk.request(id).due_on;
    desk.ask("Vera", id, &Command::Hold { cause: "duplicate_suspected".into(), reason: None }).unwrap();
    desk.wait_days(7);
    assert_eq!(desk.request(id).due_on, due);
    desk.act("Vera", id, "resume").unwrap();
    assert_eq!(desk.request(id).due_on, due);
}

#[test]
fn what_was_late_when_it_was_set_aside_is_as_late_when_it_is_taken_up() {
    let mut desk = Desk::new();
    let id = desk.at("verification");
    let late = |desk: &Desk| desk.wait_of(id, Lang::Id).unwrap().days_late;
    desk.wait_days(28);
    let before = late(&desk);
    assert!(before > 0);
    desk.act("Vera", id, "hold").unwrap();
    assert_eq!(late(&desk), 0);
    desk.wait_days(14);
    desk.act("Vera", id, "resume").unwrap();
    assert_eq!(late(&desk), before);
}

#[test]
fn a_request_at_approval_can_be_held_and_keeps_its_reservation() {
    let mut desk = Desk::new();
    let id = desk.at("approval");
    desk.act("Vera", id, "hold").unwrap();
    assert_eq!(desk.money(id), (20, 0, 0));
    assert_eq!(why(desk.draft("Vera", &[id])), "on_hold");
    desk.act("Vera", id, "resume").unwrap();
    desk.draft("Vera", &[id]).unwrap();
    assert_eq!(why(desk.act("Vera", id, "hold")), "in_decree");
    assert_eq!(why(desk.act("Gita", id, "return")), "in_decree");
}

#[test]
fn a_claim_keeps_others_off_until_it_is_put_back() {
    let mut desk = Desk::new();
    let id = desk.at("verification");
    assert_eq!(why(desk.act("Tono", id, "claim")), "role_missing");
    assert_eq!(why(desk.act("Vera", id, "release")), "not_claimed");
    desk.act("Vera", id, "claim").unwrap();
    desk.act("Vera", id, "claim").unwrap();
    let told = desk.act("Vito", id, "verify");
    assert_eq!(refused(&desk, told), (Why::ClaimedByOther { by: person("Vera") }, vec!["Vera".to_owned()]));
    assert_eq!(why(desk.act("Vito", id, "claim")), "claimed_by_other");
    assert_eq!(why(desk.act("Gita", id, "release")), "role_missing");
    desk.act("Adi", id, "release").unwrap();
    desk.act("Vito", id, "verify").unwrap();
    assert_eq!(desk.request(id).claimed_by, None);
}

#[test]
fn a_claim_does_not_outlive_a_list() {
    let mut desk = Desk::new();
    let id = desk.at("approval");
    desk.act("Vera", id, "claim").unwrap();
    assert_eq!(why(desk.draft("Vito", &[id])), "claimed_by_other");
    desk.draft("Vera", &[id]).unwrap();
    assert_eq!(why(desk.act("Vera", id, "claim")), "in_decree");
    desk.sign("Gita").unwrap();
    assert_eq!(desk.stage(id), "disbursement");
}

#[test]
fn a_freeze_stops_approval_and_payment_of_its_fund_and_nothing_else() {
    let mut desk = Desk::new();
    let paid = desk.at("disbursement");
    let id = desk.at("verification");
    desk.freeze("2026-03-01", "2026-03-31");
    desk.act("Vera", id, "verify").unwrap();
    desk.draft("Vera", &[id]).unwrap();
    let told = desk.sign("Gita");
    let until = Date::constant(2026, 3, 31);
    assert_eq!(refused(&desk, told).0, Why::Frozen { source: "SE 1/2026".into(), until });
    assert_eq!(desk.request(id).decree, desk.decree.as_ref().map(|(decree, _)| decree.id));
    assert_eq!(why(desk.order("Tono", &[paid])), "frozen");
    desk.at = "2026-04-01T08:00:00+08:00".parse().unwrap();
    desk.sign("Gita").unwrap();
    desk.order("Tono", &[paid]).unwrap();
}

#[test]
fn days_of_a_freeze_do_not_count_towards_the_day_it_is_due() {
    let mut desk = Desk::new();
    desk.freeze("2026-03-03", "2026-03-31");
    let id = desk.at("approval");
    // Ten working days from 1 April; 3 April is Good Friday.
    assert_eq!(desk.request(id).due_on, Some(Date::constant(2026, 4, 15)));
    desk.freeze("2026-03-03", "9999-12-31");
    let id = desk.at("approval");
    assert!(desk.request(id).due_on.is_some());
}
