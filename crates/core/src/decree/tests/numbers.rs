//! What a decree may be called, and of which day it may be.

use super::*;

#[test]
fn a_number_names_one_decree_of_a_year() {
    let mut desk = Desk::new();
    let id = desk.at("approval");
    desk.draft("Vera", &[id]).unwrap();
    let signing = Signing { number: " 7/k  2026".into(), ..desk.signing() };
    let other = DecreeId(uuid::Uuid::from_u128(77));
    let key = number_key("7/K 2026", signing.date);
    desk.books.decree_numbers.insert(key.clone(), other);
    let told = desk.sign_with("Gita", &signing).unwrap_err();
    assert_eq!(told.why, Why::DecreeNumberTaken { number: signing.number.clone(), decree: other });
    assert_eq!(decree(&desk).state, DecreeState::Draft);
    // Another year has numbers of its own.
    desk.books.decree_numbers.remove(&key);
    desk.books.decree_numbers.insert(number_key("7/K 2026", date(2025, 3, 2)), other);
    desk.sign_with("Gita", &signing).unwrap();
    assert_eq!(decree(&desk).number_key(), Some(key));
}

#[test]
fn a_decree_is_dated_between_its_draft_and_the_day_it_is_signed() {
    let mut desk = Desk::new();
    let id = desk.at("approval");
    desk.draft("Vera", &[id]).unwrap();
    let drafted = desk.signing().date;
    desk.wait_days(2);
    let today = desk.world.calendar.date_of(desk.at);
    assert_ne!(drafted, today);
    let sign = |desk: &mut Desk, date| {
        let signing = Signing { date, ..desk.signing() };
        desk.sign_with("Gita", &signing).map_err(|refusal| refusal.why)
    };
    let ahead = today.tomorrow().unwrap();
    assert_eq!(sign(&mut desk, ahead), Err(Why::DateAhead { date: ahead, today }));
    let before = drafted.yesterday().unwrap();
    assert_eq!(sign(&mut desk, before), Err(Why::DateBeforeDraft { date: before, drafted }));
    assert_eq!(sign(&mut desk, drafted), Ok(()));
}
