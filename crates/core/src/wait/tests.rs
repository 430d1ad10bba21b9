use std::fmt::Write as _;

use crate::command::Command;
use crate::payment::Payout::{Failed, Paid, Unknown};
use crate::testing::*;
use crate::{Lang, RequestId, Rupiah};

/// What a request may wait for, from input to its end.
const WAITS: [&str; 21] = [
    "input",
    "verification",
    "claimed",
    "nobody left",
    "returned",
    "no decree",
    "unsigned",
    "frozen approval",
    "frozen payment",
    "budget short",
    "not budgeted",
    "no signer",
    "payment",
    "in an order",
    "failed",
    "half corrected",
    "unknown",
    "ruled unpaid",
    "incident",
    "half ruled",
    "paid twice",
];

/// A request that waits for this, as it is on Monday, 9 March 2026.
fn waiting(what: &str) -> (Desk, RequestId) {
    let mut desk = Desk::new();
    let id = match what {
        "input" => desk.entered("kube"),
        "verification" | "claimed" | "nobody left" => desk.at("verification"),
        "payment" | "frozen payment" => desk.at("disbursement"),
        "returned" | "no decree" | "unsigned" | "frozen approval" | "not budgeted" | "no signer" => {
            desk.at("approval")
        }
        "budget short" => {
            desk.books.lines.get_mut("2026/kube/apbd").unwrap().ceiling = Rupiah(8_000_000);
            desk.at("approval")
        }
        paid => ordered(&mut desk, paid),
    };
    match what {
        "claimed" => desk.act("Vito", id, "claim").unwrap(),
        "nobody left" => leave(&mut desk, "verifier"),
        "returned" => desk.act("Gita", id, "return").unwrap(),
        "unsigned" => assert!(desk.draft("Vera", &[id]).unwrap().is_empty()),
        "frozen approval" => desk.freeze("2026-03-05", "2026-03-27"),
        "frozen payment" => desk.freeze("2026-03-01", "2026-03-27"),
        "not budgeted" => {
            desk.books.requests.get_mut(&id).unwrap().budget = crate::workflow::Standing::None;
            desk.books.lines.clear();
        }
        "no signer" => leave(&mut desk, "governor"),
        _ => {}
    }
    desk.at = "2026-03-09T10:00:00+08:00".parse().unwrap();
    (desk, id)
}

/// Whoever holds a role leaves the office.
fn leave(desk: &mut Desk, role: &str) {
    let people = desk.world.roster.people().cloned().map(|mut person| {
        person.active = !person.roles().contains(role);
        person
    });
    desk.world.roster = std::sync::Arc::new(crate::roster::Roster::new(people.collect::<Vec<_>>()));
}

/// A request on a payment order, and what the bank and two persons said of it.
fn ordered(desk: &mut Desk, what: &str) -> RequestId {
    let id = desk.at("disbursement");
    let order = desk.order("Tono", &[id]).unwrap();
    let outcomes: &[_] = match what {
        "failed" | "half corrected" | "paid twice" => &[Failed],
        "unknown" | "ruled unpaid" => &[Unknown],
        "incident" | "half ruled" => &[Failed, Paid],
        _ => &[],
    };
    for outcome in outcomes {
        desk.settle("Tono", order, &[word(1, *outcome)]).unwrap();
    }
    match what {
        "half corrected" => desk.ask("Cici", id, &correction(facts(2, 9, 9))).unwrap(),
        "half ruled" => desk.ask("Vera", id, &ruling(true)).unwrap(),
        "ruled unpaid" => {
            desk.ask("Vera", id, &ruling(false)).unwrap();
            desk.ask("Adi", id, &ruling(false)).unwrap();
        }
        "paid twice" => {
            let again = desk.order("Tono", &[id]).unwrap();
            desk.settle("Tono", again, &[word(1, Paid)]).unwrap();
            desk.settle("Tono", order, &[word(1, Paid)]).unwrap();
        }
        _ => {}
    }
    id
}

#[test]
fn every_wait_is_one_sentence_in_both_languages() {
    let mut told = String::new();
    for what in WAITS {
        let (desk, id) = waiting(what);
        writeln!(told, "== {what}").unwrap();
        for lang in [Lang::Id, Lang::En] {
            let wait = desk.wait_of(id, lang).unwrap();
            let actions: Vec<_> = wait.actions.iter().map(crate::ActionName::as_str).collect();
            if lang == Lang::Id {
                let (code, days, late) = (&wait.code, wait.working_days, wait.days_late);
                writeln!(told, "{code} [{}] {days} {late}", actions.join(" ")).unwrap();
            }
            writeln!(told, "{}\n  > {}", wait.sentence, wait.unblock).unwrap();
        }
    }
    crate::testing::check_text("src/wait/sentences.txt", &told);
}

#[test]
fn every_hold_of_the_policy_ends_the_sentence() {
    let causes: Vec<String> = Desk::new().world.policy.hold.keys().cloned().collect();
    let mut told = String::new();
    for cause in causes {
        let mut desk = Desk::new();
        let id = desk.at("verification");
        desk.ask("Vera", id, &Command::Hold { cause: cause.clone(), reason: None }).unwrap();
        desk.wait_days(7);
        let [id_, en] = [Lang::Id, Lang::En].map(|lang| desk.wait_of(id, lang).unwrap());
        assert_eq!((id_.code.as_str(), id_.working_days), (cause.as_str(), 5));
        assert_eq!(id_.due_on.is_none(), desk.request(id).hold.as_ref().unwrap().blameless);
        writeln!(told, "== {cause}\n{}\n  > {}", id_.sentence, id_.unblock).unwrap();
        writeln!(told, "{}\n  > {}", en.sentence, en.unblock).unwrap();
    }
    crate::testing::check_text("src/wait/holds.txt", &told);
}

#[test]
fn a_wait_names_the_persons_who_could_end_it() {
    let mut desk = Desk::new();
    let id = desk.entered("kube");
    desk.act("Semua", id, "submit").unwrap();
    let wait = desk.wait_of(id, Lang::Id).unwrap();
    assert_eq!(wait.persons, [person("Vera"), person("Vito")]);
    let id = desk.at("disbursement");
    desk.ask("Cici", id, &correction(facts(2, 9, 9))).unwrap();
    // Half a correction keeps nobody from paying.
    assert_eq!(desk.code_of(id), "waiting_person");
}
