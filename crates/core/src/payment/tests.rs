mod binding;
mod frozen;

use super::*;
use crate::RequestId;
use crate::refusal::{Refusal, Why};
use crate::request::PaymentState;
use crate::testing::*;
use Payout::{Failed, Paid, Unknown};
use jiff::civil::date;

fn state(desk: &Desk, id: RequestId) -> PaymentState {
    desk.request(id).payment.as_ref().unwrap().state.clone()
}

fn outcomes(desk: &Desk, place: usize) -> Vec<&'static str> {
    desk.orders[place].1.iter().map(|line| line.outcome.as_str()).collect()
}

fn codes(left_out: &[(RequestId, Refusal)]) -> Vec<&'static str> {
    left_out.iter().map(|(_, refusal)| refusal.why.code()).collect()
}

fn under(reference: &str, result: BankResult) -> BankResult {
    BankResult { reference: Some(reference.to_owned()), ..result }
}

#[test]
fn each_line_ends_paid_or_failed_and_the_counts_add_up() {
    let mut desk = Desk::new();
    let ids: Vec<_> = (0..3).map(|_| desk.at("disbursement")).collect();
    let place = desk.order("Tono", &ids).unwrap();
    assert_eq!(desk.orders[place].0.total, Rupiah(60_000_000));
    let results = [word(1, Paid), word(2, Failed), word(3, Unknown)];
    assert!(desk.settle("Tono", place, &results).unwrap().is_empty());
    assert_eq!(outcomes(&desk, place), ["paid", "failed", "unknown"]);
    let order = &desk.orders[place].0;
    assert_eq!(
        (order.paid.count, order.failed.count, order.unknown.count, order.state),
        (1, 1, 1, OrderState::Exported)
    );
    assert_eq!(state(&desk, ids[1]), PaymentState::Failed("AC04".into()));
    assert_eq!(desk.money(ids[0]), (0, 40, 20));
    // Sent again it changes nothing.
    let (before, versions) = (desk.orders[place].clone(), versions(&desk, &ids));
    assert!(desk.settle("Tuti", place, &results).unwrap().is_empty());
    assert_eq!((&desk.orders[place], self::versions(&desk, &ids)), (&before, versions));
    desk.settle("Tono", place, &[word(3, Failed)]).unwrap();
    let order = &desk.orders[place].0;
    assert_eq!(
        (order.paid.count, order.failed.count, order.unknown.count, order.state),
        (1, 2, 0, OrderState::Settled)
    );
}

fn versions(desk: &Desk, ids: &[RequestId]) -> Vec<u32> {
    ids.iter().map(|id| desk.request(*id).version).collect()
}

#[test]
fn a_line_that_failed_is_ordered_again_with_the_account_as_it_is_then() {
    let mut desk = Desk::new();
    let id = desk.at("disbursement");
    let first = desk.order("Tono", &[id]).unwrap();
    desk.settle("Tono", first, &[word(1, Failed)]).unwrap();
    for who in ["Cici", "Vera"] {
        desk.ask(who, id, &correction(facts(2, 9, 9))).unwrap();
    }
    let second = desk.order("Tuti", &[id]).unwrap();
    let line = &desk.orders[second].1[0];
    assert_eq!((line.account, line.facts_version), (facts(2, 9, 9).account, 2));
    desk.settle("Tono", second, &[word(1, Paid)]).unwrap();
    assert_eq!((desk.stage(id), desk.money(id)), ("paid", (0, 0, 20)));
}

#[test]
fn two_orders_cannot_hold_one_request() {
    let mut desk = Desk::new();
    let ids = [desk.at("disbursement"), desk.at("disbursement")];
    desk.order("Tono", &ids[..1]).unwrap();
    assert_eq!(why(desk.order("Tuti", &ids[..1])), "in_payment_order");
    let place = desk.order("Tuti", &[ids[0], ids[1], ids[1]]).unwrap();
    assert_eq!(desk.orders[place].0.count, 1);
    for payout in [Unknown, Failed, Paid] {
        desk.settle("Tono", place, &[word(1, payout)]).unwrap();
        let again = desk.order("Tuti", &ids[1..]);
        match payout {
            Unknown => assert_eq!(why(again), "in_payment_order"),
            Paid => assert_eq!(why(again), "request_closed"),
            Failed | Payout::Pending | Payout::Released => {
                let place = again.unwrap();
                desk.cancel_order("Tuti", place).unwrap();
            }
        }
        if payout == Failed {
            break;
        }
    }
}

#[test]
fn a_list_takes_only_what_is_at_its_stage_and_free() {
    let mut desk = Desk::new();
    let (young, held) = (desk.at("approval"), desk.at("disbursement"));
    assert_eq!(why(desk.order("Tono", &[young])), "not_at_this_stage");
    assert_eq!(why(desk.order("Vera", &[held])), "role_missing");
    desk.act("Tono", held, "hold").unwrap();
    assert_eq!(why(desk.order("Tono", &[held])), "on_hold");
    desk.act("Tono", held, "resume").unwrap();
    desk.act("Tono", held, "claim").unwrap();
    assert_eq!(why(desk.order("Tuti", &[held])), "claimed_by_other");
    desk.order("Tono", &[held]).unwrap();
    assert_eq!(why(desk.act("Tono", held, "hold")), "in_payment_order");
    assert_eq!(why(desk.act("Tono", held, "claim")), "in_payment_order");
}

#[test]
fn an_order_is_given_up_before_the_bank_has_seen_it_and_not_after() {
    let mut desk = Desk::new();
    let id = desk.at("disbursement");
    let place = desk.order("Tono", &[id]).unwrap();
    assert_eq!(why(desk.cancel_order("Vera", place)), "role_missing");
    desk.cancel_order("Tuti", place).unwrap();
    assert_eq!((outcomes(&desk, place), &desk.request(id).payment), (vec!["released"], &None));
    desk.cancel_order("Tuti", place).unwrap();
    assert_eq!(why(desk.export("Tono", place)), "list_closed");
    assert_eq!(why(desk.settle("Tono", place, &[word(1, Paid)])), "list_closed");
    let place = desk.order("Tono", &[id]).unwrap();
    assert_eq!(why(desk.export("Cici", place)), "role_missing");
    desk.export("Tono", place).unwrap();
    let exported = desk.orders[place].0.clone();
    desk.wait_days(1);
    desk.export("Tuti", place).unwrap();
    let again = desk.orders[place].0.clone();
    assert_eq!((again.state, again.exported_at), (exported.state, exported.exported_at));
    assert_eq!(again.version, exported.version + 1, "each fetch is noted");
    assert_eq!(why(desk.cancel_order("Tono", place)), "bank_file_is_out");
}

#[test]
fn a_failure_is_remembered_when_the_next_try_is_given_up() {
    let mut desk = Desk::new();
    let id = desk.at("disbursement");
    let first = desk.order("Tono", &[id]).unwrap();
    desk.settle("Tono", first, &[word(1, Failed)]).unwrap();
    let second = desk.order("Tono", &[id]).unwrap();
    desk.cancel_order("Tono", second).unwrap();
    assert_eq!(state(&desk, id), PaymentState::Failed("AC04".into()));
    assert_eq!(desk.code_of(id), "account_rejected");
    desk.order("Tono", &[id]).unwrap();
}

#[test]
fn the_bank_cannot_answer_before_it_has_the_file() {
    let mut desk = Desk::new();
    let id = desk.at("disbursement");
    let place = desk.order("Tono", &[id]).unwrap();
    let (order, lines) = desk.orders[place].clone();
    let told = BankWord { results: vec![word(1, Paid)], ..BankWord::default() };
    let settled = super::settle(&desk.context("Tono"), &order, &lines, &told, &desk.books);
    assert_eq!(why(settled), "bank_file_not_out");
}

#[test]
fn who_has_checked_a_request_may_neither_fetch_its_bank_file_nor_enter_its_sp2d() {
    let mut desk = Desk::new();
    let id = desk.at("disbursement");
    let place = desk.order("Tono", &[id]).unwrap();
    desk.books
        .requests
        .get_mut(&id)
        .unwrap()
        .acts
        .insert(crate::request::Act("verify".into(), person("Tuti")));
    assert_eq!(why(desk.export("Tuti", place)), "duty_conflict");
    let (order, lines) = desk.orders[place].clone();
    let entered =
        super::enter_sp2d(&desk.context("Tuti"), &order, &lines, &desk.books, "1/LS", date(2026, 3, 4));
    assert_eq!(why(entered), "duty_conflict");
}

#[test]
fn the_sp2d_is_entered_once() {
    let mut desk = Desk::new();
    let id = desk.at("disbursement");
    let place = desk.order("Tono", &[id]).unwrap();
    let order = desk.orders[place].0.clone();
    let enter = |who: &str, order: &Order, number: &str| {
        let (lines, books) = (&desk.orders[place].1, &desk.books);
        super::enter_sp2d(&desk.context(who), order, lines, books, number, date(2026, 3, 4))
    };
    assert_eq!(why(enter("Vera", &order, "1/LS")), "role_missing");
    assert_eq!(why(enter("Tono", &order, " ")), "field_missing");
    let entered = enter("Tono", &order, "1/LS").unwrap();
    assert!(entered.event.is_some());
    let again = enter("Tuti", &entered.list, "1/LS").unwrap();
    assert_eq!((again.event, &again.list), (None, &entered.list));
    let other = enter("Tono", &entered.list, "2/LS").unwrap_err();
    assert_eq!(other.why, Why::Sp2dOtherwise { number: "1/LS".into() });
    let cancelled = Order { state: OrderState::Cancelled, ..order };
    assert_eq!(why(enter("Tono", &cancelled, "1/LS")), "list_closed");
}

#[test]
fn a_file_that_is_not_this_orders_is_refused_whole() {
    let mut desk = Desk::new();
    let ids = [desk.at("disbursement"), desk.at("disbursement")];
    let place = desk.order("Tono", &ids).unwrap();
    for results in [
        vec![word(1, Paid), word(3, Paid)],
        vec![word(0, Paid)],
        vec![word(1, Paid), word(2, Paid), word(2, Failed)],
    ] {
        assert_eq!(why(desk.settle("Tono", place, &results)), "field_invalid");
    }
    assert_eq!(outcomes(&desk, place), ["pending"; 2]);
    desk.settle("Tono", place, &[word(1, Paid), word(1, Paid)]).unwrap();
    assert_eq!(why(desk.settle("Vera", place, &[])), "role_missing");
}

#[test]
fn who_may_not_pay_for_one_line_leaves_that_line_to_somebody_else() {
    let mut desk = Desk::new();
    let ids = [desk.at("disbursement"), desk.at("disbursement")];
    desk.ask("Semua", ids[0], &correction(facts(2, 9, 9))).unwrap();
    let place = desk.order("Tono", &ids).unwrap();
    let left_out = desk.settle("Semua", place, &[word(1, Paid), word(2, Paid)]).unwrap();
    assert_eq!((codes(&left_out), left_out[0].0), (vec!["duty_conflict"], ids[0]));
    assert_eq!((desk.stage(ids[0]), desk.stage(ids[1])), ("disbursement", "paid"));
    desk.settle("Tuti", place, &[word(1, Paid)]).unwrap();
    assert_eq!(desk.stage(ids[0]), "paid");
}

#[test]
fn a_bank_file_cannot_undo_a_payment() {
    let mut desk = Desk::new();
    let id = desk.at("disbursement");
    let place = desk.order("Tono", &[id]).unwrap();
    desk.settle("Tono", place, &[word(1, Paid)]).unwrap();
    let left_out = desk.settle("Tono", place, &[word(1, Failed)]).unwrap();
    assert_eq!(left_out[0].1.why, Why::AlreadyPaid { line: 1 });
    assert_eq!(outcomes(&desk, place), ["paid"]);
}

#[test]
fn paid_after_failed_opens_an_incident_that_two_persons_rule() {
    for (happened, stage) in [(true, "paid"), (false, "disbursement")] {
        let mut desk = Desk::new();
        let id = desk.at("disbursement");
        let place = desk.order("Tono", &[id]).unwrap();
        desk.settle("Tono", place, &[word(1, Failed)]).unwrap();
        desk.settle("Tono", place, &[word(1, Paid)]).unwrap();
        assert_eq!((outcomes(&desk, place), desk.code_of(id).as_str()), (vec!["paid"], "payment_incident"));
        assert_eq!(why(desk.order("Tono", &[id])), "in_payment_order");
        assert_eq!(why(desk.ask("Cici", id, &correction(facts(2, 9, 9)))), "in_payment_order");
        for who in ["Vera", "Adi"] {
            desk.ask(who, id, &ruling(happened)).unwrap();
        }
        assert_eq!((desk.stage(id), desk.request(id).incident), (stage, None));
        if !happened {
            assert_eq!(state(&desk, id), PaymentState::Failed("AC04".into()));
            desk.order("Tono", &[id]).unwrap();
        }
    }
}

#[test]
fn a_late_payment_of_an_older_order_leaves_the_newer_one_its_own_result() {
    let mut desk = Desk::new();
    let id = desk.at("disbursement");
    let first = desk.order("Tono", &[id]).unwrap();
    desk.settle("Tono", first, &[word(1, Failed)]).unwrap();
    let second = desk.order("Tono", &[id]).unwrap();
    desk.settle("Tono", first, &[word(1, Paid)]).unwrap();
    assert_eq!(desk.code_of(id), "payment_incident");
    // The newer order may still be given up, and the incident stays.
    desk.cancel_order("Tono", second).unwrap();
    assert_eq!(desk.code_of(id), "payment_incident");
    for who in ["Vera", "Adi"] {
        desk.ask(who, id, &ruling(true)).unwrap();
    }
    assert_eq!((desk.stage(id), desk.request(id).incident), ("paid", None));
}

#[test]
fn two_payments_of_one_request_are_both_on_record_and_ruled_on_at_its_end() {
    for happened in [true, false] {
        let mut desk = Desk::new();
        let id = desk.at("disbursement");
        let first = desk.order("Tono", &[id]).unwrap();
        desk.settle("Tono", first, &[word(1, Failed)]).unwrap();
        let second = desk.order("Tono", &[id]).unwrap();
        desk.settle("Tono", first, &[word(1, Paid)]).unwrap();
        desk.settle("Tono", second, &[word(1, Paid)]).unwrap();
        assert_eq!((outcomes(&desk, first), outcomes(&desk, second)), (vec!["paid"], vec!["paid"]));
        assert!(desk.request(id).closed);
        assert_eq!(desk.code_of(id), "payment_incident");
        for who in ["Vera", "Adi"] {
            desk.ask(who, id, &ruling(happened)).unwrap();
        }
        let kind = if happened { "ruled_paid_twice" } else { "ruled_unpaid" };
        assert_eq!(desk.histories[&id].last().unwrap().event.kind(), kind);
        assert_eq!((desk.wait_of(id, crate::Lang::Id), desk.money(id)), (None, (0, 0, 20)));
        assert_eq!(why(desk.ask("Vito", id, &ruling(true))), "request_closed");
    }
}

#[test]
fn a_ruling_and_a_later_word_of_the_bank_do_not_lose_each_other() {
    // Ruled unpaid, and the bank says paid: an incident.
    let mut desk = Desk::new();
    let id = desk.at("disbursement");
    let place = desk.order("Tono", &[id]).unwrap();
    desk.settle("Tono", place, &[word(1, Unknown)]).unwrap();
    for who in ["Vera", "Adi"] {
        desk.ask(who, id, &ruling(false)).unwrap();
    }
    desk.settle("Tono", place, &[word(1, Paid)]).unwrap();
    assert_eq!((desk.code_of(id).as_str(), outcomes(&desk, place)), ("payment_incident", vec!["paid"]));
    // Ruled unpaid, and the bank says failed: the order is settled, the request knew.
    let mut desk = Desk::new();
    let id = desk.at("disbursement");
    let place = desk.order("Tono", &[id]).unwrap();
    desk.settle("Tono", place, &[word(1, Unknown)]).unwrap();
    for who in ["Vera", "Adi"] {
        desk.ask(who, id, &ruling(false)).unwrap();
    }
    let version = desk.request(id).version;
    desk.settle("Tono", place, &[word(1, Failed)]).unwrap();
    assert_eq!((desk.orders[place].0.state, desk.request(id).version), (OrderState::Settled, version));
    // Ruled paid: the bank may confirm it, and cannot undo it.
    let mut desk = Desk::new();
    let id = desk.at("disbursement");
    let place = desk.order("Tono", &[id]).unwrap();
    desk.settle("Tono", place, &[word(1, Unknown)]).unwrap();
    for who in ["Vera", "Adi"] {
        desk.ask(who, id, &ruling(true)).unwrap();
    }
    assert_eq!(codes(&desk.settle("Tono", place, &[word(1, Failed)]).unwrap()), ["already_paid"]);
    desk.settle("Tono", place, &[word(1, Paid)]).unwrap();
    assert_eq!((outcomes(&desk, place), desk.request(id).incident), (vec!["paid"], None));
}

#[test]
fn a_word_for_an_order_overtaken_by_a_ruling_breaks_no_history() {
    for late in [Paid, Failed, Unknown] {
        let mut desk = Desk::new();
        let id = desk.at("disbursement");
        let first = desk.order("Tono", &[id]).unwrap();
        desk.settle("Tono", first, &[word(1, Failed)]).unwrap();
        let second = desk.order("Tono", &[id]).unwrap();
        desk.settle("Tono", first, &[word(1, Paid)]).unwrap();
        for who in ["Vera", "Adi"] {
            desk.ask(who, id, &ruling(true)).unwrap();
        }
        desk.settle("Tono", second, &[word(1, late)]).unwrap();
        assert_eq!(outcomes(&desk, second), [late.as_str()]);
        assert_eq!(desk.request(id).incident.is_some(), late == Paid);
    }
}

#[test]
fn paid_under_another_reference_is_one_payment_more() {
    let mut desk = Desk::new();
    let id = desk.at("disbursement");
    let place = desk.order("Tono", &[id]).unwrap();
    desk.settle("Tono", place, &[word(1, Paid)]).unwrap();
    desk.settle("Tono", place, &[under("R1", word(1, Paid))]).unwrap();
    assert_eq!((desk.orders[place].1[0].reference.as_deref(), desk.request(id).incident), (Some("R1"), None));
    desk.settle("Tono", place, &[under("R2", word(1, Paid))]).unwrap();
    assert_eq!(desk.code_of(id), "payment_incident");
    for who in ["Vera", "Adi"] {
        desk.ask(who, id, &ruling(true)).unwrap();
    }
    // Both are known from now on, in either file.
    for reference in ["R1", "R2"] {
        desk.settle("Tono", place, &[under(reference, word(1, Paid))]).unwrap();
        assert_eq!(desk.request(id).incident, None);
    }
}
