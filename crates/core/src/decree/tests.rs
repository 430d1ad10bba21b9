mod numbers;

use super::*;
use crate::event::{Event, Unlisting};
use crate::refusal::Why;
use crate::testing::*;
use crate::workflow::Standing;
use crate::{RequestId, StageName};
use jiff::civil::date;

fn outcomes(desk: &Desk) -> Vec<String> {
    let (_, lines) = desk.decree.as_ref().unwrap();
    lines.iter().map(|line| line.outcome.as_str().to_owned()).collect()
}

fn decree(desk: &Desk) -> &Decree {
    &desk.decree.as_ref().unwrap().0
}

/// Every line ends in one tally, and the tallies add up.
fn check_sums(desk: &Desk) {
    let (decree, lines) = desk.decree.as_ref().unwrap();
    assert_eq!(usize::try_from(decree.count).unwrap(), lines.len());
    let tallies = [decree.approved, decree.struck, decree.refused];
    assert_eq!(tallies.iter().map(|tally| tally.count).sum::<u32>(), decree.count);
    assert_eq!(Rupiah::sum(tallies.map(|tally| tally.total)), Some(decree.total));
    assert_eq!(Rupiah::sum(lines.iter().map(|line| line.amount)), Some(decree.total));
}

#[test]
fn a_draft_freezes_what_can_be_listed_and_says_why_the_rest_cannot() {
    let mut desk = Desk::new();
    let (good, young, held) = (desk.at("approval"), desk.at("verification"), desk.at("approval"));
    desk.act("Vera", held, "hold").unwrap();
    let other = desk.entered("wrse");
    let unknown = RequestId(uuid::Uuid::from_u128(999));
    let left_out = desk.draft("Vera", &[good, young, held, other, unknown, good]).unwrap();
    let codes: Vec<_> = left_out.iter().map(|(id, refusal)| (*id, refusal.why.code())).collect();
    let wanted =
        [(young, "not_at_this_stage"), (held, "on_hold"), (other, "other_scheme"), (unknown, "not_found")];
    assert_eq!(codes, wanted);
    assert_eq!((decree(&desk).count, decree(&desk).total), (1, Rupiah(20_000_000)));
    assert!(desk.request(good).in_decree);
    assert_eq!(why(desk.draft("Vito", &[good])), "in_decree");
}

#[test]
fn nothing_to_list_is_told_by_what_keeps_the_first_one_off() {
    let mut desk = Desk::new();
    let id = desk.at("approval");
    assert_eq!(why(desk.draft("Cici", &[id])), "role_missing");
    let young = desk.at("verification");
    assert_eq!(why(desk.draft("Vera", &[young])), "not_at_this_stage");
    let empty = super::draft(
        &desk.context("Vera"),
        DecreeId(uuid::Uuid::nil()),
        &"kube".into(),
        2026,
        &[],
        &desk.books,
    );
    assert_eq!(empty.unwrap_err().why, Why::ListEmpty);
    let other_year = super::draft(
        &desk.context("Vera"),
        DecreeId(uuid::Uuid::nil()),
        &"kube".into(),
        2027,
        &[id],
        &desk.books,
    );
    assert_eq!(other_year.unwrap_err().why, Why::OtherScheme { scheme: "kube".into(), year: 2026 });
}

#[test]
fn one_signature_approves_every_line_and_signing_again_changes_nothing() {
    let mut desk = Desk::new();
    let ids: Vec<_> = (0..3).map(|_| desk.at("approval")).collect();
    desk.draft("Vera", &ids).unwrap();
    let signing = desk.signing();
    desk.sign("Gita").unwrap();
    assert_eq!(outcomes(&desk), ["approved"; 3]);
    assert_eq!(desk.money(ids[0]), (0, 60, 0));
    check_sums(&desk);
    let versions: Vec<_> = ids.iter().map(|id| desk.request(*id).version).collect();
    let before = desk.decree.clone();
    desk.sign_with("Gita", &signing).unwrap();
    assert_eq!(desk.decree, before);
    assert_eq!(ids.iter().map(|id| desk.request(*id).version).collect::<Vec<_>>(), versions);
    let other = Signing { number: "2".into(), ..signing.clone() };
    assert_eq!(why(desk.sign_with("Gita", &other)), "signed_otherwise");
    assert_eq!(why(desk.sign_with("Gita", &Signing { digest: Digest::ZERO, ..signing })), "signed_otherwise");
    assert_eq!(why(desk.strike("Gita", &ids)), "list_closed");
    assert_eq!(why(desk.cancel_decree("Vera")), "list_closed");
}

#[test]
fn a_line_struck_goes_back_on_its_own_and_what_is_signed_is_the_rest() {
    let mut desk = Desk::new();
    let ids: Vec<_> = (0..3).map(|_| desk.at("approval")).collect();
    desk.draft("Vera", &ids).unwrap();
    let stale = desk.signing();
    assert_eq!(why(desk.strike("Cici", &ids[..1])), "role_missing");
    assert_eq!(why(desk.strike("Gita", &[RequestId(uuid::Uuid::nil())])), "not_on_list");
    let (list, lines) = desk.decree.clone().unwrap();
    let told = super::strike(&desk.context("Gita"), &list, &lines, &ids, None, &desk.books);
    assert_eq!(told.unwrap_err().why, Why::ReasonMissing { action: "strike".into() });
    assert_eq!(why(desk.strike("Gita", &[])), "list_empty");
    desk.strike("Gita", &[ids[1], ids[1]]).unwrap();
    assert_eq!(
        (desk.stage(ids[1]), desk.request(ids[1]).in_decree, desk.request(ids[1]).decree),
        ("input", false, None)
    );
    assert_eq!(desk.code_of(ids[1]), "returned_untouched");
    assert_eq!(desk.money(ids[0]), (40, 0, 0));
    assert_ne!(decree(&desk).digest, stale.digest);
    assert_eq!(why(desk.strike("Gita", &ids[1..2])), "not_on_list");
    let told = desk.sign_with("Gita", &stale);
    let current = decree(&desk).digest.to_string();
    assert_eq!(refused(&desk, told).0, Why::DigestStale { found: stale.digest.to_string(), current });
    desk.sign("Gita").unwrap();
    assert_eq!(outcomes(&desk), ["approved", "struck", "approved"]);
    check_sums(&desk);
    // It comes again unchanged: to approval, and on the next decree.
    desk.act("Cici", ids[1], "submit").unwrap();
    assert_eq!(desk.stage(ids[1]), "approval");
    desk.decide_all(&ids[1..2]);
    assert_eq!(desk.stage(ids[1]), "disbursement");
}

#[test]
fn a_strike_counts_as_the_duty_the_definition_names() {
    let mut desk = Desk::new();
    let id = desk.at("approval");
    desk.draft("Adi", &[id]).unwrap();
    desk.strike("Ani", &[id]).unwrap();
    assert!(desk.request(id).has_acted(&"verify".into(), person("Ani")));
    let id = desk.entered("kube");
    desk.act("Semua", id, "submit").unwrap();
    desk.act("Vera", id, "verify").unwrap();
    desk.draft("Vera", &[id]).unwrap();
    assert_eq!(why(desk.strike("Semua", &[id])), "duty_conflict");
}

#[test]
fn the_digest_can_be_rebuilt_after_the_signature_whatever_became_of_the_lines() {
    let mut desk = Desk::new();
    let mine = desk.entered("kube");
    desk.act("Cici", mine, "submit").unwrap();
    desk.act("Semua", mine, "verify").unwrap();
    let ids = [desk.at("approval"), mine, desk.at("approval")];
    desk.draft("Vera", &ids).unwrap();
    desk.strike("Vera", &ids[2..]).unwrap();
    desk.sign("Semua").unwrap();
    assert_eq!(outcomes(&desk), ["approved", "refused", "struck"]);
    let (list, lines) = desk.decree.as_ref().unwrap();
    assert_eq!(digest(list, lines), list.digest);
}

#[test]
fn a_signer_who_may_not_for_one_line_has_that_line_refused() {
    let mut desk = Desk::new();
    let mine = desk.entered("kube");
    desk.act("Cici", mine, "submit").unwrap();
    desk.act("Semua", mine, "verify").unwrap();
    let ids = [desk.at("approval"), mine, desk.at("approval")];
    desk.draft("Vera", &ids).unwrap();
    desk.sign("Semua").unwrap();
    assert_eq!(outcomes(&desk), ["approved", "refused", "approved"]);
    assert_eq!(
        (decree(&desk).refused.count, desk.stage(mine), desk.request(mine).in_decree),
        (1, "approval", false)
    );
    let Event::Unlisted { why: Unlisting::Refused(code), .. } = &desk.histories[&mine].last().unwrap().event
    else {
        panic!()
    };
    assert_eq!(code, "duty_conflict");
    check_sums(&desk);
    desk.decide_all(&[mine]);
    assert_eq!(desk.stage(mine), "disbursement");
}

#[test]
fn who_may_sign_for_no_line_is_told_so_and_nothing_is_signed() {
    let mut desk = Desk::new();
    let id = desk.at("approval");
    desk.draft("Vera", &[id]).unwrap();
    let told = desk.sign("Vera");
    let (reason, who) = refused(&desk, told);
    assert_eq!((reason.code(), who), ("role_missing", vec!["Gita".to_owned(), "Semua".to_owned()]));
    let unnumbered = Signing { number: " ".into(), ..desk.signing() };
    assert_eq!(why(desk.sign_with("Gita", &unnumbered)), "field_missing");
    assert_eq!(decree(&desk).state, DecreeState::Draft);
}

#[test]
fn a_budget_line_that_is_short_refuses_the_decree_whole_and_says_what_is_missing() {
    let mut desk = Desk::new();
    let ids: Vec<_> = (0..7).map(|_| desk.at("approval")).collect();
    desk.draft("Vera", &ids).unwrap();
    let told = desk.sign("Gita");
    let line = desk.request(ids[0]).line.clone();
    let short = Why::BudgetShort { line: line.clone(), missing: Rupiah(40_000_000) };
    assert_eq!(refused(&desk, told).0, short);
    assert_eq!(outcomes(&desk), ["listed"; 7]);
    assert_eq!(desk.money(ids[0]), (100, 0, 0));
    assert_eq!(desk.code_of(ids[6]), "budget_short");
    desk.strike("Gita", &ids[5..]).unwrap();
    desk.sign("Gita").unwrap();
    assert_eq!(desk.money(ids[0]), (0, 100, 0));
    check_sums(&desk);
}

#[test]
fn without_a_budget_line_nothing_is_signed() {
    let mut desk = Desk::new();
    desk.books.lines.get_mut("2026/kube/apbd").unwrap().ceiling = Rupiah::ZERO;
    let id = desk.at("approval");
    desk.draft("Vera", &[id]).unwrap();
    assert_eq!(why(desk.sign("Gita")), "budget_short");
    desk.books.lines.remove("2026/kube/apbd");
    assert_eq!(why(desk.sign("Gita")), "not_budgeted");
    assert_eq!(desk.code_of(id), "not_budgeted");
}

#[test]
fn a_line_whose_ceiling_was_lowered_under_its_reservations_signs_nothing() {
    let mut desk = Desk::new();
    let ids = [desk.at("approval"), desk.at("approval")];
    desk.draft("Vera", &ids).unwrap();
    desk.books.lines.get_mut("2026/kube/apbd").unwrap().ceiling = Rupiah(30_000_000);
    assert_eq!(why(desk.sign("Gita")), "budget_short");
    assert_eq!(outcomes(&desk), ["listed"; 2]);
}

#[test]
fn a_decree_asks_the_condition_of_its_action_too() {
    let text = "kind = \"approval\"\n";
    let limit = format!("{text}guard = 'amount <= params.most'\n");
    // Above it two governors approve: no amount waits for ever.
    let above = "[action.approve_large]\ntitle = { id = \"Setujui\", en = \"Approve\" }\nfrom = [\"approval\"]\nto = \"disbursement\"\nby = [\"governor\"]\ncounts_as = \"approve\"\npersons = 2\nguard = 'amount > params.most'\nkind = \"approval\"\n\n[action.submit]";
    let params = ("schema = 1\n", "schema = 1\n[params]\nmost = 10000000\n");
    let mut desk = Desk::with(KUBE, &[(text, &limit), params, ("[action.submit]", above)]);
    let id = desk.at("approval");
    assert_eq!(why(desk.draft("Vera", &[id])), "guard_failed");
}

#[test]
fn a_draft_given_up_lets_its_requests_go() {
    let mut desk = Desk::new();
    let ids = [desk.at("approval"), desk.at("approval")];
    desk.draft("Vera", &ids).unwrap();
    desk.strike("Gita", &ids[..1]).unwrap();
    assert_eq!(why(desk.cancel_decree("Gita")), "role_missing");
    desk.cancel_decree("Vito").unwrap();
    assert_eq!(
        (decree(&desk).state, outcomes(&desk)),
        (DecreeState::Cancelled, vec!["struck".into(), "released".into()])
    );
    assert!(!desk.request(ids[1]).in_decree);
    let before = desk.decree.clone();
    desk.cancel_decree("Vito").unwrap();
    assert_eq!(desk.decree, before);
    assert_eq!(why(desk.sign("Gita")), "list_closed");
    desk.draft("Vera", &ids[1..]).unwrap();
}

#[test]
fn a_draft_struck_empty_is_not_everybodys_to_give_up_and_cannot_be_signed() {
    let mut desk = Desk::new();
    let id = desk.at("approval");
    desk.draft("Vera", &[id]).unwrap();
    desk.strike("Gita", &[id]).unwrap();
    assert_eq!(why(desk.sign("Gita")), "list_empty");
    assert_eq!(why(desk.cancel_decree("Olah")), "role_missing");
    desk.cancel_decree("Vera").unwrap();
}

#[test]
fn sums_that_do_not_fit_are_refused() {
    let mut desk = Desk::new();
    let ids = [desk.at("approval"), desk.at("approval")];
    for id in ids {
        desk.books.requests.get_mut(&id).unwrap().amount = Rupiah(i64::MAX);
    }
    assert_eq!(why(desk.draft("Vera", &ids)), "amount_too_large");
}

#[test]
fn a_decree_of_thousands_is_signed_at_once() {
    let mut desk = Desk::new();
    let id = desk.at("approval");
    desk.books.lines.get_mut("2026/kube/apbd").unwrap().ceiling = Rupiah(i64::MAX / 2);
    let base = desk.request(id).clone();
    let ids: Vec<_> = (0..17_000).map(|place| RequestId(uuid::Uuid::from_u128(10_000 + place))).collect();
    for id in &ids {
        let request = crate::request::Request { id: *id, budget: Standing::None, ..base.clone() };
        desk.books.requests.insert(*id, request);
    }
    let id = DecreeId(uuid::Uuid::nil());
    let drafted = super::draft(&desk.context("Vera"), id, &"kube".into(), 2026, &ids, &desk.books).unwrap();
    for (id, _) in &drafted.requests {
        let request = desk.books.requests.get_mut(id).unwrap();
        (request.in_decree, request.decree) = (true, Some(drafted.list.id));
    }
    let signing = Signing { digest: drafted.list.digest, number: "1".into(), date: date(2026, 3, 2) };
    let signed =
        super::sign(&desk.context("Gita"), &drafted.list, &drafted.lines, &signing, &desk.books).unwrap();
    assert_eq!((signed.list.approved.count, signed.requests.len()), (17_000, 17_000));
    let Event::Advanced(step) = &signed.requests[0].1.event else { panic!() };
    assert_eq!((&step.to, step.budget), (&StageName::from("disbursement"), Standing::Committed));
}
