//! The way of a request: forward, back, and to its end.

use crate::case::Through;
use crate::decide::*;
use crate::testing::*;
use crate::{DecreeId, Lang, RequestId};
use serde_json::json;

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
        let Event::Entered(entered) = desk.enter("Cici", scheme, 1, true).unwrap().event else { panic!() };
        assert_eq!((entered.stage.as_str(), entered.closes), (stage, closes));
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
fn a_definition_that_is_not_there_is_said() {
    let mut desk = Desk::new();
    let id = desk.entered("kube");
    desk.world = world_of(&[WRSE], POLICY);
    assert_eq!(desk.books.case(&desk.context("Cici"), id).unwrap_err().why, Why::DefinitionMissing);
    let other = RequestId(uuid::Uuid::from_u128(999));
    assert_eq!(desk.books.case(&desk.context("Cici"), other).unwrap_err().why, Why::NotFound);
}
