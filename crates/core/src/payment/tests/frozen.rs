//! An order that a freeze came upon.

use crate::payment::{OrderState, Payout};
use crate::testing::*;
use jiff::civil::date;

fn sp2d(desk: &Desk, place: usize) -> Result<crate::payment::OrderChange, crate::refusal::Refusal> {
    let (order, lines) = &desk.orders[place];
    crate::payment::enter_sp2d(&desk.context("Tono"), order, lines, &desk.books, "1/LS", date(2026, 3, 4))
}

#[test]
fn an_order_drafted_before_a_freeze_does_not_go_to_the_bank_during_it() {
    let mut desk = Desk::new();
    let ids = [desk.at("disbursement"), desk.at("disbursement")];
    let place = desk.order("Tono", &ids).unwrap();
    let other = desk.at("disbursement");
    let open = desk.order("Tono", &[other]).unwrap();
    desk.freeze("2026-03-02", "2026-03-27");
    assert_eq!(why(desk.export("Tono", place)), "frozen");
    assert_eq!(why(sp2d(&desk, place)), "frozen");
    // Giving it up lets no money go.
    desk.cancel_order("Tono", open).unwrap();
    desk.wait_days(26);
    desk.export("Tono", place).unwrap();
    assert_eq!(desk.orders[place].0.state, OrderState::Exported);
    assert!(sp2d(&desk, place).unwrap().event.is_some());
}

#[test]
fn what_the_bank_has_and_says_is_a_fact_that_no_freeze_stops() {
    let mut desk = Desk::new();
    let ids = [desk.at("disbursement"), desk.at("disbursement")];
    let place = desk.order("Tono", &ids).unwrap();
    desk.export("Tono", place).unwrap();
    desk.freeze("2026-03-02", "2026-03-27");
    desk.export("Tono", place).unwrap();
    desk.settle("Tono", place, &[word(1, Payout::Paid)]).unwrap();
    assert_eq!(why(sp2d(&desk, place)), "frozen", "the other line is open");
    desk.settle("Tono", place, &[word(2, Payout::Paid)]).unwrap();
    assert!(sp2d(&desk, place).unwrap().event.is_some());
}

#[test]
fn a_decree_drafted_before_a_freeze_is_not_signed_during_it_and_may_be_given_up() {
    let mut desk = Desk::new();
    let id = desk.at("approval");
    desk.draft("Vera", &[id]).unwrap();
    desk.freeze("2026-03-02", "2026-03-27");
    assert_eq!(why(desk.sign("Gita")), "frozen");
    desk.cancel_decree("Vera").unwrap();
    assert_eq!(desk.stage(id), "approval");
}
