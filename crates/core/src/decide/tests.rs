use super::*;
use crate::case::Through;
use crate::request::PaymentState;
use crate::testing::*;
use crate::{DecreeId, Lang, LineId, RequestId, Role};
use serde_json::json;

fn roles(names: &[&str]) -> Vec<Role> {
    names.iter().map(|name| Role::from(*name)).collect()
}

#[test]
fn a_request_goes_from_input_to_paid_and_its_money_with_it() {
    let mut desk = Desk::new();
    let id = desk.entered("kube");
    let mut seen = vec![(desk.stage(id).to_owned(), desk.money(id))];
    desk.act("Cici", id, "submit").unwrap();
    seen.push((desk.stage(id).to_owned(), desk.money(id)));
    desk.act("Vera", id, "verify").unwrap();
    seen.push((desk.stage(id).to_owned(), desk.money(id)));
    desk.decide_all(&[id]);
    seen.push((desk.stage(id).to_owned(), desk.money(id)));
    let order = desk.order("Tono", &[id]).unwrap();
    desk.settle("Tono", order, &[word(1, crate::payment::Payout::Paid)]).unwrap();
    seen.push((desk.stage(id).to_owned(), desk.money(id)));
    let way = [
        ("input", (0, 0, 0)),
        ("verification", (0, 0, 0)),
        ("approval", (20, 0, 0)),
        ("disbursement", (0, 20, 0)),
        ("paid", (0, 0, 20)),
    ];
    assert_eq!(seen, way.map(|(stage, money)| (stage.to_owned(), money)));
    assert!(desk.request(id).closed);
    assert_eq!(desk.wait_of(id, Lang::Id), None);
}

#[test]
fn every_scheme_goes_its_way_with_the_same_checklist() {
    for scheme in ["kube", "wrse", "lks", "disaster"] {
        let mut desk = Desk::new();
        let id = desk.entered(scheme);
        desk.act("Cici", id, "submit").unwrap();
        desk.act("Vera", id, "verify").unwrap();
        desk.decide_all(&[id]);
        let order = desk.order("Tono", &[id]).unwrap();
        desk.settle("Tono", order, &[word(1, crate::payment::Payout::Paid)]).unwrap();
        assert_eq!(desk.stage(id), "paid", "{scheme}");
    }
}

#[test]
fn whom_others_serve_goes_to_an_end_at_once_where_the_scheme_knows_that() {
    let desk = Desk::new();
    for (scheme, stage, closes) in [("disaster", "referred", true), ("kube", "input", false)] {
        let Event::Entered(entered) = desk.enter("Cici", scheme, 1, true).unwrap() else { panic!() };
        assert_eq!((entered.stage.as_str(), entered.closes), (stage, closes));
    }
}

#[test]
fn entering_needs_the_role_for_that_region_and_a_positive_amount() {
    let desk = Desk::new();
    let (why, who) = refused(&desk, desk.enter("Cahya", "kube", 1, false));
    assert_eq!(why, Why::RoleMissing { action: "submit".into(), roles: roles(&["clerk"]) });
    assert_eq!(who, ["Cici", "Coki", "Semua"]);
    for amount in [0, -1, i64::MIN] {
        assert_eq!(self::why(desk.enter("Cici", "kube", amount, false)), "field_invalid");
    }
}

#[test]
fn a_closed_request_refuses_everything_but_words_and_files() {
    let mut desk = Desk::new();
    let id = desk.at("verification");
    desk.act("Vera", id, "reject").unwrap();
    for act in ["submit", "verify", "withdraw", "rule_payment", "nonsense", "hold", "resume", "claim"] {
        assert_eq!(why(desk.act("Semua", id, act)), "request_closed", "{act}");
    }
    assert_eq!(why(desk.act("Semua", id, "release")), "not_claimed");
    assert_eq!(why(desk.ask("Cici", id, &amendment(facts(2, 2, 2), 1))), "request_closed");
    desk.act("Cici", id, "comment").unwrap();
}

#[test]
fn an_action_is_taken_where_the_workflow_says_and_how_it_says() {
    let mut desk = Desk::new();
    let id = desk.at("approval");
    assert_eq!(why(desk.act("Cici", id, "fly")), "action_unknown");
    let (reason, _) = {
        let told = desk.act("Vera", id, "verify");
        refused(&desk, told)
    };
    assert_eq!(reason, Why::NotAtThisStage { action: "verify".into(), stage: "approval".into() });
    assert_eq!(why(desk.act("Gita", id, "approve")), "only_by_decree");
    let id = desk.at("disbursement");
    assert_eq!(why(desk.act("Tono", id, "pay")), "only_by_payment_order");
    let decree = Through::Decree(DecreeId(uuid::Uuid::nil()));
    assert_eq!(
        desk.case("Cici", id).permit(&"correct_account".into(), decree).unwrap_err().why.code(),
        "action_unknown"
    );
}

#[test]
fn an_action_needs_a_role_for_the_region_and_names_who_holds_it() {
    let mut desk = Desk::new();
    let id = desk.at("verification");
    let told = desk.act("Tono", id, "verify");
    let (why, who) = refused(&desk, told);
    assert_eq!(why, Why::RoleMissing { action: "verify".into(), roles: roles(&["verifier"]) });
    assert_eq!(who, ["Vera", "Vito", "Semua"]);
    let told = desk.act("Cahya", id, "withdraw");
    assert_eq!(refused(&desk, told).1, ["Cici", "Coki", "Semua"]);
}

#[test]
fn nobody_takes_two_duties_on_one_request_whatever_roles_they_hold() {
    let mut desk = Desk::new();
    let id = desk.entered("kube");
    desk.act("Semua", id, "submit").unwrap();
    let told = desk.act("Semua", id, "verify");
    let (why, who) = refused(&desk, told);
    let semua = person("Semua");
    assert_eq!(why, Why::DutyConflict { duty: "verify".into(), earlier: "submit".into(), person: semua });
    assert_eq!(who, ["Vera", "Vito"]);
    desk.act("Vera", id, "verify").unwrap();
    let left_out = self::why(desk.draft("Semua", &[id]));
    assert_eq!(left_out, "duty_conflict");
    desk.draft("Adi", &[id]).unwrap();
    let told = desk.sign("Semua");
    assert_eq!(refused(&desk, told).1, ["Gita"]);
    desk.sign("Gita").unwrap();
    assert_eq!(self::why(desk.order("Semua", &[id])), "duty_conflict");
}

#[test]
fn an_administrator_who_drafted_has_verified_and_may_not_pay_or_submit() {
    let mut desk = Desk::new();
    let id = desk.at("approval");
    desk.draft("Semua", &[id]).unwrap();
    desk.sign("Gita").unwrap();
    let told = desk.order("Semua", &[id]);
    let (why, who) = refused(&desk, told);
    assert_eq!(
        why,
        Why::DutyConflict { duty: "pay".into(), earlier: "verify".into(), person: person("Semua") }
    );
    assert_eq!(who, ["Tono", "Tuti"]);
}

#[test]
fn who_stands_in_for_somebody_carries_that_persons_duties_and_gives_theirs() {
    let mut desk = Desk::new();
    let id = desk.at("verification");
    desk.for_whom = Some(person("Cici"));
    let told = desk.act("Vera", id, "verify");
    let (why, who) = refused(&desk, told);
    let cici = person("Cici");
    assert_eq!(why, Why::DutyConflict { duty: "verify".into(), earlier: "submit".into(), person: cici });
    assert_eq!(who, ["Vito", "Semua"]);
    desk.for_whom = Some(person("Tono"));
    desk.act("Vera", id, "verify").unwrap();
    desk.for_whom = None;
    desk.decide_all(&[id]);
    let told = desk.order("Tono", &[id]);
    assert_eq!(refused(&desk, told).1, ["Tuti", "Semua"]);
}

#[test]
fn what_was_sent_back_and_comes_unchanged_resumes_where_it_was_sent_back() {
    let mut desk = Desk::new();
    let id = desk.at("approval");
    desk.act("Gita", id, "return").unwrap();
    assert_eq!((desk.stage(id), desk.money(id)), ("input", (0, 0, 0)));
    let returned = desk.request(id).returned.as_ref().unwrap();
    assert_eq!(
        (returned.from.as_str(), returned.by, returned.reason),
        ("approval", person("Gita"), Some(note()))
    );
    desk.act("Coki", id, "submit").unwrap();
    assert_eq!((desk.stage(id), desk.money(id)), ("approval", (20, 0, 0)));
    assert_eq!(desk.request(id).returned, None);
}

#[test]
fn what_was_sent_back_and_changed_is_verified_again() {
    let mut desk = Desk::new();
    let id = desk.at("approval");
    desk.act("Gita", id, "return").unwrap();
    desk.ask("Cici", id, &amendment(facts(2, 2, 1), 20_000_000)).unwrap();
    let changed = &desk.request(id).returned.as_ref().unwrap().changed;
    assert_eq!(changed.iter().map(FieldName::as_str).collect::<Vec<_>>(), ["name"]);
    desk.act("Cici", id, "submit").unwrap();
    assert_eq!(desk.stage(id), "verification");
    // What the verifier noted before does not count for what has changed since.
    assert_eq!(
        why(desk.ask("Vera", id, &Command::named("verify".into(), None, fields(&[])))),
        "field_missing"
    );
    desk.act("Vera", id, "verify").unwrap();
    assert_eq!(desk.stage(id), "approval");
}

#[test]
fn another_amount_is_another_request_to_the_verifier_whatever_the_digest_says() {
    let mut desk = Desk::new();
    let id = desk.at("approval");
    desk.act("Gita", id, "return").unwrap();
    desk.ask("Cici", id, &amendment(facts(2, 1, 1), 90_000_000)).unwrap();
    desk.act("Cici", id, "submit").unwrap();
    assert_eq!(desk.stage(id), "verification");
}

#[test]
fn what_was_sent_back_before_it_was_verified_is_verified_first() {
    let mut desk = Desk::new();
    let id = desk.at("verification");
    desk.act("Vera", id, "return").unwrap();
    desk.act("Cici", id, "submit").unwrap();
    assert_eq!(desk.stage(id), "verification");
}

#[test]
fn a_request_comes_back_so_often_and_no_more() {
    let mut desk = Desk::new();
    let id = desk.entered("kube");
    for _ in 1..5 {
        desk.act("Cici", id, "submit").unwrap();
        desk.act("Vera", id, "return").unwrap();
    }
    desk.act("Cici", id, "submit").unwrap();
    let told = desk.act("Vera", id, "return");
    assert_eq!(refused(&desk, told).0, Why::VisitsUsedUp { stage: "input".into(), most: 5 });
    desk.act("Vera", id, "reject").unwrap();
}

#[test]
fn facts_change_in_the_input_phase_only_by_who_may_submit() {
    let mut desk = Desk::new();
    let id = desk.entered("kube");
    let amend = |amount| amendment(facts(2, 2, 2), amount);
    assert_eq!(why(desk.ask("Vera", id, &amend(1))), "role_missing");
    assert_eq!(why(desk.ask("Cici", id, &amend(0))), "field_invalid");
    desk.ask("Cici", id, &amend(7)).unwrap();
    assert_eq!((desk.request(id).amount, desk.request(id).facts), (Rupiah(7), facts(2, 2, 2)));
    desk.act("Cici", id, "submit").unwrap();
    assert_eq!(why(desk.ask("Cici", id, &amend(1))), "facts_frozen");
    // Amending counts as submitting.
    let id = desk.entered("kube");
    desk.ask("Semua", id, &amend(7)).unwrap();
    desk.act("Cici", id, "submit").unwrap();
    assert_eq!(why(desk.act("Semua", id, "verify")), "duty_conflict");
}

#[test]
fn nobody_moves_a_request_into_a_region_they_do_not_serve() {
    let mut desk = Desk::new();
    let id = desk.entered("kube");
    let region = "64.72".into();
    let moved =
        Command::Amend { facts: facts(2, 2, 2), amount: Rupiah(7), region, changed: vec!["region".into()] };
    desk.ask("Cici", id, &moved).unwrap();
    assert_eq!(why(desk.ask("Cahya", id, &amendment(facts(3, 3, 3), 7))), "role_missing");
}

#[test]
fn an_amendment_that_changes_nothing_is_no_event() {
    let mut desk = Desk::new();
    let id = desk.entered("kube");
    let same =
        Command::Amend { facts: facts(2, 1, 1), amount: Rupiah(7), region: "64.71".into(), changed: vec![] };
    desk.ask("Cici", id, &same).unwrap();
    assert_eq!(desk.request(id).version, 1);
}

#[test]
fn an_action_asks_for_its_own_fields_each_of_its_type() {
    let mut desk = Desk::new();
    let id = desk.entered("kube");
    let verify = |pairs: &[(&str, serde_json::Value)]| Command::named("verify".into(), None, fields(pairs));
    // A clerk cannot fill in the verifier's checklist beforehand.
    let submit = Command::named("submit".into(), None, checklist());
    assert_eq!(why(desk.ask("Cici", id, &submit)), "field_unknown");
    desk.act("Cici", id, "submit").unwrap();
    let told = desk.ask("Vera", id, &verify(&[("identity", json!("match"))]));
    assert_eq!(refused(&desk, told).0, Why::FieldMissing { fields: vec!["documents".into()] });
    let told = desk.ask("Vera", id, &verify(&[("payment_happened", json!(true))]));
    let known = ["identity", "documents", "group_visited", "grant_before"].map(FieldName::from).to_vec();
    assert_eq!(refused(&desk, told).0, Why::FieldUnknown { field: "payment_happened".into(), known });
    for (field, found) in
        [("identity", json!("maybe")), ("identity", json!(1)), ("group_visited", json!("yes"))]
    {
        let mut given = checklist();
        given.insert(field.into(), found);
        assert_eq!(why(desk.ask("Vera", id, &Command::named("verify".into(), None, given))), "field_invalid");
    }
    let differs = verify(&[("identity", json!("differs")), ("documents", json!("incomplete"))]);
    let told = desk.ask("Vera", id, &differs);
    let Why::GuardFailed { atoms } = refused(&desk, told).0 else { panic!() };
    assert_eq!(atoms.len(), 2);
    let mut given = checklist();
    given.insert("group_visited".into(), json!(true));
    desk.ask("Vera", id, &Command::named("verify".into(), None, given)).unwrap();
    assert_eq!(desk.request(id).fields.len(), 3);
}

#[test]
fn an_act_that_needs_a_reason_is_refused_without() {
    let mut desk = Desk::new();
    let id = desk.at("verification");
    for (who, act) in [("Vera", "return"), ("Vera", "reject"), ("Cici", "withdraw"), ("Cici", "comment")] {
        let told = desk.ask(who, id, &Command::named(act.into(), None, fields(&[])));
        assert_eq!(refused(&desk, told).0, Why::ReasonMissing { action: act.into() });
    }
}

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

#[test]
fn a_reservation_waits_for_room_and_a_line_that_is_not_there_reserves_nothing() {
    let mut desk = Desk::new();
    let ids: Vec<_> = (0..6).map(|_| desk.at("approval")).collect();
    assert_eq!(desk.money(ids[0]), (100, 0, 0));
    assert_eq!(desk.request(ids[5]).budget, Standing::None);
    desk.act("Gita", ids[0], "reject").unwrap();
    assert_eq!(desk.money(ids[0]), (80, 0, 0));
    desk.decide_all(&[ids[5]]);
    assert_eq!(desk.money(ids[5]), (80, 20, 0));
    let line = LineId("2026/kube/apbd".into());
    let mut books = std::mem::take(&mut desk.books);
    books.lines.remove(&line);
    desk.books = books;
    assert_eq!(desk.case("Vera", ids[0]).standing_at(&"approval".into()), Ok(Standing::None));
    assert_eq!(
        desk.case("Vera", ids[0]).standing_at(&"disbursement".into()).unwrap_err().why.code(),
        "not_budgeted"
    );
}

/// A request whose payment stands like this.
fn ordered(desk: &mut Desk, outcome: crate::payment::Payout) -> RequestId {
    let id = desk.at("disbursement");
    let order = desk.order("Tono", &[id]).unwrap();
    desk.settle("Tono", order, &[word(1, outcome)]).unwrap();
    id
}

#[test]
fn an_account_is_mended_by_two_persons_neither_of_them_the_payer() {
    let mut desk = Desk::new();
    let id = ordered(&mut desk, crate::payment::Payout::Failed);
    let new = facts(2, 9, 9);
    assert_eq!(why(desk.act("Cici", id, "correct_account")), "field_missing");
    assert_eq!(why(desk.ask("Tono", id, &correction(new))), "role_missing");
    desk.ask("Cici", id, &correction(new)).unwrap();
    let told = desk.ask("Cici", id, &correction(new));
    let (why_, who) = refused(&desk, told);
    assert_eq!(why_, Why::AlreadyEndorsed { action: "correct_account".into() });
    assert_eq!(who, ["Coki", "Vera", "Vito", "Adi", "Ani"]);
    assert_eq!(desk.request(id).facts.account, facts(1, 1, 1).account);
    desk.ask("Adi", id, &correction(new)).unwrap();
    assert_eq!((desk.request(id).facts, desk.stage(id)), (new, "disbursement"));
    desk.order("Tuti", &[id]).unwrap();
    // Whoever mended the account does not pay it.
    let id = desk.at("disbursement");
    desk.ask("Semua", id, &correction(new)).unwrap();
    assert_eq!(why(desk.order("Semua", &[id])), "duty_conflict");
}

#[test]
fn two_persons_who_say_different_things_do_not_agree() {
    let mut desk = Desk::new();
    let id = desk.at("disbursement");
    desk.ask("Cici", id, &correction(facts(2, 8, 9))).unwrap();
    // The same account, and yet other facts with it.
    desk.ask("Coki", id, &correction(facts(2, 9, 9))).unwrap();
    assert_eq!(desk.request(id).endorsements.len(), 1);
    // Who has changed their mind may say so.
    desk.ask("Coki", id, &correction(facts(2, 7, 7))).unwrap();
    desk.ask("Cici", id, &correction(facts(2, 7, 7))).unwrap();
    assert_eq!(desk.request(id).facts, facts(2, 7, 7));
}

#[test]
fn a_stand_in_and_who_is_stood_in_for_are_one_word() {
    let mut desk = Desk::new();
    let id = desk.at("disbursement");
    desk.for_whom = Some(person("Adi"));
    desk.ask("Cici", id, &correction(facts(2, 9, 9))).unwrap();
    desk.for_whom = None;
    assert_eq!(why(desk.ask("Adi", id, &correction(facts(2, 9, 9)))), "already_endorsed");
    desk.ask("Ani", id, &correction(facts(2, 9, 9))).unwrap();
    assert_eq!(desk.request(id).facts, facts(2, 9, 9));
}

#[test]
fn an_account_is_not_mended_while_the_bank_has_the_old_one() {
    let mut desk = Desk::new();
    let id = ordered(&mut desk, crate::payment::Payout::Unknown);
    assert_eq!(why(desk.ask("Cici", id, &correction(facts(2, 9, 9)))), "in_payment_order");
}

#[test]
fn two_persons_rule_on_a_payment_nobody_is_sure_of() {
    let mut desk = Desk::new();
    let id = desk.at("disbursement");
    assert_eq!(why(desk.ask("Vera", id, &ruling(true))), "nothing_to_rule");
    for (happened, stage, state) in [
        (true, "paid", PaymentState::Paid),
        (false, "disbursement", PaymentState::Failed("ruled_unpaid".into())),
    ] {
        let id = ordered(&mut desk, crate::payment::Payout::Unknown);
        assert_eq!(why(desk.ask("Tono", id, &ruling(happened))), "role_missing");
        assert_eq!(why(desk.act("Vera", id, "rule_payment")), "field_missing");
        desk.ask("Vera", id, &ruling(happened)).unwrap();
        assert_eq!(why(desk.ask("Vera", id, &ruling(happened))), "already_endorsed");
        desk.ask("Adi", id, &ruling(happened)).unwrap();
        assert_eq!((desk.stage(id), &desk.request(id).payment.as_ref().unwrap().state), (stage, &state));
    }
}

#[test]
fn a_word_on_one_payment_is_no_word_on_the_next() {
    let mut desk = Desk::new();
    let id = ordered(&mut desk, crate::payment::Payout::Unknown);
    desk.ask("Vera", id, &ruling(true)).unwrap();
    desk.settle("Tono", 0, &[word(1, crate::payment::Payout::Failed)]).unwrap();
    let order = desk.order("Tono", &[id]).unwrap();
    desk.settle("Tono", order, &[word(1, crate::payment::Payout::Unknown)]).unwrap();
    desk.ask("Adi", id, &ruling(true)).unwrap();
    assert_eq!(desk.stage(id), "disbursement");
    desk.ask("Vera", id, &ruling(true)).unwrap();
    assert_eq!(desk.stage(id), "paid");
}

#[test]
fn the_payer_does_not_rule() {
    let mut desk = Desk::new();
    let id = desk.at("disbursement");
    let order = desk.order("Semua", &[id]).unwrap();
    desk.settle("Tono", order, &[word(1, crate::payment::Payout::Unknown)]).unwrap();
    let told = desk.ask("Semua", id, &ruling(true));
    let (why, who) = refused(&desk, told);
    assert_eq!(
        why,
        Why::DutyConflict { duty: "rule".into(), earlier: "pay".into(), person: person("Semua") }
    );
    assert_eq!(who, ["Vera", "Vito", "Adi", "Ani"]);
}

#[test]
fn fewer_persons_than_promised_are_refused_though_the_definition_was_proved() {
    let mut desk = Desk::new();
    let id = desk.at("disbursement");
    let order = desk.order("Tono", &[id]).unwrap();
    let mut request = desk.request(id).clone();
    request.acts.retain(|act| &act.0 == "submit");
    desk.books.requests.insert(id, request);
    let left_out = desk.settle("Tono", order, &[word(1, crate::payment::Payout::Paid)]).unwrap();
    assert_eq!(left_out[0].1.why, Why::TooFewPersons { have: 2, need: 4 });
}

#[test]
fn a_shared_verification_takes_two_and_starts_again_when_it_was_sent_back() {
    let text = "to = \"approval\"\nby = [\"verifier\"]\n";
    let mut desk = Desk::with(KUBE, &[(text, &format!("{text}persons = 2\n"))]);
    let id = desk.entered("kube");
    desk.act("Cici", id, "submit").unwrap();
    desk.act("Vera", id, "verify").unwrap();
    assert_eq!((desk.stage(id), desk.code_of(id).as_str()), ("verification", "quorum"));
    assert_eq!(why(desk.act("Vera", id, "verify")), "already_endorsed");
    desk.act("Vito", id, "return").unwrap();
    desk.act("Cici", id, "submit").unwrap();
    desk.act("Vito", id, "verify").unwrap();
    assert_eq!(desk.stage(id), "verification");
    desk.act("Vera", id, "verify").unwrap();
    assert_eq!(desk.stage(id), "approval");
}

#[test]
fn a_definition_that_is_not_there_is_said() {
    let mut desk = Desk::new();
    let id = desk.entered("kube");
    desk.world = world_of(&[WRSE], POLICY);
    assert_eq!(desk.books.case(&desk.context("Cici"), id).unwrap_err().why, Why::DefinitionMissing);
    let other = RequestId(uuid::Uuid::from_u128(999));
    assert_eq!(desk.books.case(&desk.context("Cici"), other).unwrap_err().why, Why::NotFound);
}
