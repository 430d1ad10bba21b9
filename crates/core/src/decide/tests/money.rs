//! Reservations, accounts and payments nobody is sure of.

use crate::decide::*;
use crate::request::PaymentState;
use crate::testing::*;
use crate::{LineId, RequestId};

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
