//! Whose results a bank's file is.

use super::*;
use crate::{Digest, OrderId};

/// Two orders of two lines each, both with the bank.
fn two_orders() -> (Desk, usize, usize) {
    let mut desk = Desk::new();
    let ids: Vec<_> = (0..4).map(|_| desk.at("disbursement")).collect();
    let first = desk.order("Tono", &ids[..2]).unwrap();
    let second = desk.order("Tono", &ids[2..]).unwrap();
    desk.export("Tono", first).unwrap();
    desk.export("Tono", second).unwrap();
    (desk, first, second)
}

fn settle(desk: &Desk, place: usize, told: &BankWord) -> Result<(), Why> {
    let (order, lines) = &desk.orders[place];
    let change = super::settle(&desk.context("Tuti"), order, lines, told, &desk.books);
    change.map(|_| ()).map_err(|refusal| refusal.why)
}

#[test]
fn a_file_that_names_no_order_is_refused_while_another_order_could_be_meant() {
    let (mut desk, first, second) = two_orders();
    desk.books.at_bank = desk.orders.iter().map(|(order, _)| order.clone()).collect();
    let other = desk.orders[second].0.id;
    let bare = BankWord { results: vec![word(1, Paid), word(2, Paid)], ..BankWord::default() };
    assert_eq!(settle(&desk, first, &bare), Err(Why::ResultsUnbound { other }));
    let digest = Some(desk.orders[first].0.digest);
    assert_eq!(settle(&desk, first, &BankWord { digest, ..bare.clone() }), Ok(()));
    // Once the other is answered, in part at least, only this one can be meant.
    desk.books.at_bank[1].unknown.count = 1;
    assert_eq!(settle(&desk, first, &bare), Ok(()));
}

#[test]
fn a_file_of_another_order_is_refused_whole() {
    let (desk, first, second) = two_orders();
    let results = vec![word(1, Paid), word(2, Failed)];
    let of_second = desk.orders[second].0.clone();
    let told = BankWord { digest: Some(of_second.digest), results: results.clone(), ..BankWord::default() };
    assert!(matches!(settle(&desk, first, &told), Err(Why::OtherOrder { .. })));
    let told = BankWord { order: Some(of_second.id), results: results.clone(), ..BankWord::default() };
    assert!(matches!(settle(&desk, first, &told), Err(Why::OtherOrder { .. })));
    let request = desk.orders[second].1[1].request;
    let mut named = results;
    named[0].request = Some(desk.orders[first].1[0].request);
    named[1].request = Some(request);
    let told = BankWord { results: named, ..BankWord::default() };
    assert_eq!(settle(&desk, first, &told), Err(Why::NotOnLine { line: 2, request }));
    let told = BankWord { digest: Some(Digest::ZERO), ..BankWord::default() };
    assert!(matches!(settle(&desk, first, &told), Err(Why::OtherOrder { .. })));
}

#[test]
fn an_sp2d_number_is_one_orders_and_may_be_entered_before_the_bank_file_is_out() {
    let mut desk = Desk::new();
    let id = desk.at("disbursement");
    let place = desk.order("Tono", &[id]).unwrap();
    let (order, lines) = desk.orders[place].clone();
    let enter = |desk: &Desk| {
        crate::payment::enter_sp2d(
            &desk.context("Tuti"),
            &order,
            &lines,
            &desk.books,
            "1/ls",
            date(2026, 3, 4),
        )
        .map(|change| change.list.number_key())
        .map_err(|refusal| refusal.why)
    };
    assert_eq!(enter(&desk), Ok(Some("2026/1/LS".into())));
    let other = OrderId(uuid::Uuid::from_u128(9));
    desk.books.sp2d_numbers.insert("2026/1/LS".into(), other);
    assert_eq!(enter(&desk), Err(Why::Sp2dNumberTaken { number: "1/ls".into(), order: other }));
}
