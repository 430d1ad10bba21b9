use super::*;
use crate::event::{Acted, Event};
use crate::testing::*;
use crate::timer::tests::timed;
use crate::workflow::Standing;
use crate::{Lang, RequestId};

fn mend(desk: &mut Desk, by: &str, second: &str, id: RequestId, to: &str) -> Result<(), Refusal> {
    ask(&desk.case(by, id), &to.into(), Some(note()))?;
    let event = repair(&desk.case(second, id), person(by), &to.into(), Some(note()))?;
    desk.record(second, id, Acted { for_whom: None, event });
    Ok(())
}

#[test]
fn two_persons_put_a_stuck_request_back_and_its_money_goes_back_with_it() {
    let mut desk = timed();
    let id = desk.at("disbursement");
    let mut acts = desk.request(id).acts.clone();
    assert_eq!(desk.money(id), (0, 20, 0));
    desk.act("Tono", id, "claim").unwrap();
    desk.act("Adi", id, "hold").unwrap();
    mend(&mut desk, "Adi", "Olah", id, "verification").unwrap();
    acts.extend(["Adi", "Olah"].map(|who| Act("repair".into(), person(who))));
    let request = desk.request(id);
    assert_eq!((request.stage.as_str(), request.budget), ("verification", Standing::None));
    assert_eq!((desk.money(id), &request.acts), ((0, 0, 0), &acts), "who did what is not forgotten");
    assert!(request.claimed_by.is_none() && request.hold.is_none() && request.decree.is_none());
    assert!(request.due_on.is_some() && request.checked.is_none());
    // Whoever verified it may verify it again, and nobody else's act becomes theirs.
    assert_eq!(why(desk.act("Cici", id, "verify")), "role_missing");
    desk.act("Vera", id, "verify").unwrap();
    desk.decide_all(&[id]);
    assert_eq!(desk.money(id), (0, 20, 0));
}

#[test]
fn a_repair_takes_two_persons_with_the_roles_who_have_done_nothing_to_it() {
    let mut desk = timed();
    let id = desk.at("approval");
    for (by, second, code) in [
        ("Adi", "Adi", "already_endorsed"),
        ("Adi", "Ani", "role_missing"),
        ("Vera", "Olah", "role_missing"),
        ("Olah", "Adi", "role_missing"),
        ("Semua", "Semua", "already_endorsed"),
    ] {
        assert_eq!(why(mend(&mut desk, by, second, id, "verification")), code, "{by} and {second}");
    }
    desk.for_whom = Some(person("Adi"));
    let event = repair(&desk.case("Olah", id), person("Adi"), &"verification".into(), Some(note()));
    assert_eq!(why(event), "already_endorsed", "nor the person acted for");
    desk.for_whom = None;
    // Adi puts it on a decree: that is an act on it.
    desk.draft("Adi", &[id]).unwrap();
    assert_eq!(why(mend(&mut desk, "Ani", "Olah", id, "verification")), "in_decree");
    desk.cancel_decree("Adi").unwrap();
    assert_eq!(why(mend(&mut desk, "Adi", "Olah", id, "verification")), "duty_conflict");
    let (_, others) = refused(&desk, ask(&desk.case("Adi", id), &"verification".into(), Some(note())));
    assert_eq!(others, ["Ani", "Semua"], "who could instead");
    assert_eq!(why(ask(&desk.case("Ani", id), &"verification".into(), None)), "reason_missing");
    assert_eq!(
        why(repair(&desk.case("Olah", id), person("Ani"), &"verification".into(), None)),
        "reason_missing"
    );
    mend(&mut desk, "Ani", "Olah", id, "verification").unwrap();
}

#[test]
fn a_repair_never_goes_on_nor_to_where_money_waits_whatever_the_definition_says() {
    let mut desk = timed();
    let ids = ["input", "verification", "approval", "disbursement"].map(|stage| (stage, desk.at(stage)));
    for (stage, id) in ids {
        let may: Vec<_> = stages(&desk.case("Adi", id)).into_iter().map(ToString::to_string).collect();
        let expected: &[&str] = match stage {
            "input" => &[],
            "verification" => &["input"],
            _ => &["input", "verification"],
        };
        assert_eq!(may, expected, "from {stage}");
        for to in ["approval", "disbursement", "paid", "rejected", "nowhere", stage] {
            assert_eq!(why(mend(&mut desk, "Adi", "Olah", id, to)), "repair_not_allowed", "{stage} to {to}");
        }
    }
    let mut plain = timed();
    let mut unsaid = crate::timer::tests::timed_workflow();
    unsaid.repair = None;
    plain.world.workflows = crate::world::Workflows::new([unsaid]);
    let id = plain.at("approval");
    assert_eq!(why(mend(&mut plain, "Adi", "Olah", id, "input")), "repair_not_allowed");
}

#[test]
fn a_repair_never_puts_a_request_where_only_an_approval_leads() {
    let mut workflow = crate::timer::tests::timed_workflow();
    // Whatever a definition says of the phase of a stage behind the approval.
    let stage = workflow.stages["verification"].clone();
    workflow.stages.insert("after".into(), stage);
    workflow.actions.get_mut("approve").unwrap().to = Some("after".into());
    let mut onward = workflow.actions["submit"].clone();
    (onward.from, onward.to) = ([StageName::from("after")].into(), Some("disbursement".into()));
    workflow.actions.insert("onward".into(), onward);
    workflow.repair.as_mut().unwrap().may_enter.insert("after".into());
    let mut desk = timed();
    let id = desk.at("disbursement");
    desk.world.workflows = crate::world::Workflows::new([workflow]);
    assert_eq!(why(mend(&mut desk, "Adi", "Olah", id, "after")), "repair_not_allowed");
    let may: Vec<_> = stages(&desk.case("Adi", id)).into_iter().map(ToString::to_string).collect();
    assert_eq!(may, ["input", "verification"]);
}

#[test]
fn a_repair_never_puts_a_request_where_it_has_not_been() {
    let mut workflow = crate::timer::tests::timed_workflow();
    // A second way in, with a check of its own that leads to the same approval.
    let stage = workflow.stages["verification"].clone();
    workflow.stages.insert("beside".into(), stage);
    let mut enters = workflow.actions["return"].clone();
    enters.to = Some("beside".into());
    workflow.actions.insert("aside".into(), enters);
    let mut leads_on = workflow.actions["submit"].clone();
    (leads_on.from, leads_on.to) = ([StageName::from("beside")].into(), Some("approval".into()));
    workflow.actions.insert("beside_on".into(), leads_on);
    workflow.repair.as_mut().unwrap().may_enter.insert("beside".into());
    let mut desk = timed();
    desk.world.workflows = crate::world::Workflows::new([workflow]);
    let id = desk.at("approval");
    assert_eq!(why(mend(&mut desk, "Adi", "Olah", id, "beside")), "repair_not_allowed");
    desk.act("Vito", id, "aside").unwrap();
    desk.act("Cici", id, "beside_on").unwrap();
    mend(&mut desk, "Adi", "Olah", id, "beside").unwrap();
}

#[test]
fn what_the_bank_may_have_paid_is_not_repaired() {
    use crate::payment::Payout;
    let mut desk = timed();
    let id = desk.at("disbursement");
    let order = desk.order("Tono", &[id]).unwrap();
    assert_eq!(why(mend(&mut desk, "Adi", "Olah", id, "verification")), "in_payment_order");
    for (outcome, code) in [
        (Payout::Unknown, "in_payment_order"),
        (Payout::Failed, "payment_begun"),
        (Payout::Paid, "in_payment_order"),
    ] {
        desk.settle("Tono", order, &[word(1, outcome)]).unwrap();
        assert_eq!(why(mend(&mut desk, "Adi", "Olah", id, "verification")), code);
    }
    let id = desk.at("disbursement");
    let order = desk.order("Tono", &[id]).unwrap();
    desk.settle("Tono", order, &[word(1, Payout::Paid)]).unwrap();
    assert_eq!(why(mend(&mut desk, "Adi", "Olah", id, "verification")), "request_closed");
}

#[test]
fn a_stored_repair_by_one_person_is_a_broken_history() {
    let mut desk = timed();
    let id = desk.at("approval");
    let event = repair(&desk.case("Olah", id), person("Adi"), &"input".into(), Some(note())).unwrap();
    let before = desk.request(id).clone();
    let entry = |actor| crate::event::Entry {
        seq: before.version + 1,
        at: desk.at,
        actor: person(actor),
        for_whom: None,
        event: event.clone(),
    };
    assert!(crate::request::apply(Some(before.clone()), id, &entry("Olah")).is_ok());
    assert!(crate::request::apply(Some(before.clone()), id, &entry("Adi")).is_err());
    assert!(matches!(event, Event::Repaired(repaired) if repaired.asked_by == person("Adi")));
    assert!(desk.wait_of(id, Lang::Id).is_some());
}

#[test]
fn who_put_a_request_back_takes_no_part_in_it_afterwards() {
    let mut desk = timed();
    let people = desk.world.roster.people().cloned().map(|mut it| {
        if it.name == "Adi" || it.name == "Olah" {
            for role in ["verifier", "treasurer"] {
                it.grants.push(crate::roster::Grant { role: role.into(), region: "64".into() });
            }
        }
        it
    });
    let people: Vec<_> = people.collect();
    desk.world.roster = std::sync::Arc::new(crate::roster::Roster::new(people));
    let id = desk.at("approval");
    mend(&mut desk, "Adi", "Olah", id, "verification").unwrap();
    for who in ["Adi", "Olah"] {
        let told = desk.act(who, id, "verify");
        let (why, others) = refused(&desk, told);
        let (duty, earlier) = ("verify".into(), "repair".into());
        assert_eq!(why, Why::DutyConflict { duty, earlier, person: person(who) });
        assert!(!others.is_empty() && !others.iter().any(|one| one == "Adi" || one == "Olah"), "{others:?}");
    }
    // Nor by standing in for somebody, nor with somebody standing in for them.
    for (from, to) in [("Vera", "Adi"), ("Olah", "Vito")] {
        let delegations = vec![delegation(from, to, "verifier")];
        desk.papers(crate::roster::Papers { delegations, ..crate::roster::Papers::default() });
        desk.for_whom = Some(person(from));
        assert_eq!(why(desk.act(to, id, "verify")), "duty_conflict", "{to} for {from}");
    }
    desk.papers(crate::roster::Papers::default());
    desk.for_whom = None;
    // They may judge it again, and are not two of the persons whom it takes.
    mend(&mut desk, "Adi", "Olah", id, "input").unwrap();
    desk.act("Cici", id, "submit").unwrap();
    desk.act("Vera", id, "verify").unwrap();
    assert_eq!(why(desk.draft("Adi", &[id])), "duty_conflict");
    assert_eq!(why(desk.case("Tono", id).check_persons(&"paid".into())), "too_few_persons");
    desk.decide_all(&[id]);
    assert_eq!(why(desk.order("Olah", &[id])), "duty_conflict");
    assert_eq!(why(desk.order("Adi", &[id])), "duty_conflict");
    let order = desk.order("Tono", &[id]).unwrap();
    desk.settle("Tono", order, &[word(1, crate::payment::Payout::Paid)]).unwrap();
    assert_eq!(desk.stage(id), "paid");
}
