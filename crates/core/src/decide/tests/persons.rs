//! Who may act, and who must differ from whom.

use crate::Role;
use crate::decide::*;
use crate::testing::*;

fn roles(names: &[&str]) -> Vec<Role> {
    names.iter().map(|name| Role::from(*name)).collect()
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

/// An order of one payment under a definition that promises more persons than any sound one of these duties can.
fn promising(need: u32) -> (Desk, crate::RequestId, usize) {
    let mut desk = Desk::new();
    let id = desk.at("disbursement");
    let order = desk.order("Tono", &[id]).unwrap();
    let mut workflow = crate::workflow::Workflow::clone(desk.case("Tono", id).workflow);
    workflow.duties.iter_mut().filter(|duty| duty.min_persons.is_some()).for_each(|duty| {
        duty.min_persons = Some(need);
    });
    desk.world.workflows = crate::world::Workflows::new([workflow]);
    (desk, id, order)
}

#[test]
fn money_does_not_go_out_for_fewer_persons_than_promised_though_the_definition_was_proved() {
    let (mut desk, _, place) = promising(5);
    let why = desk.export("Tono", place).unwrap_err().why;
    assert_eq!(why, Why::TooFewPersons { have: 4, need: 5 });
    let (order, lines) = &desk.orders[place];
    let day = jiff::civil::date(2026, 3, 4);
    let told = crate::payment::enter_sp2d(&desk.context("Tono"), order, lines, &desk.books, "1/LS", day);
    assert_eq!(told.unwrap_err().why, Why::TooFewPersons { have: 4, need: 5 });
}

#[test]
fn what_the_bank_has_paid_for_too_few_persons_is_for_two_persons_to_look_into() {
    // Five with the two who rule, and more than there are: what has happened is ruled on either way.
    for (need, happened, stage) in
        [(5, true, "paid"), (5, false, "disbursement"), (9, true, "paid"), (9, false, "disbursement")]
    {
        let (mut desk, id, place) = promising(need);
        let left_out = desk.settle("Tono", place, &[word(1, crate::payment::Payout::Paid)]).unwrap();
        assert!(left_out.is_empty(), "{left_out:?}");
        assert_eq!(desk.orders[place].0.state, crate::payment::OrderState::Settled);
        assert_eq!((desk.stage(id), desk.code_of(id).as_str()), ("disbursement", "payment_incident"));
        for who in ["Vera", "Adi"] {
            desk.ask(who, id, &ruling(happened)).unwrap();
        }
        assert_eq!(desk.stage(id), stage);
        if happened {
            assert!(desk.request(id).closed && desk.request(id).incident.is_none());
        }
        if !happened {
            desk.order("Tono", &[id]).unwrap();
        }
    }
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
