use crate::command::Command;
use crate::payment::Payout::{Failed, Paid, Unknown};
use crate::testing::*;
use crate::{Lang, RequestId, Rupiah};

/// A request for each thing it may wait for, with what somebody is told on Monday, 9 March 2026.
fn waiting() -> Vec<(&'static str, Desk, RequestId)> {
    let mut all = Vec::new();
    let mut tell = |what: &'static str, prepare: &dyn Fn(&mut Desk) -> RequestId| {
        let mut desk = Desk::new();
        let id = prepare(&mut desk);
        desk.at = "2026-03-09T10:00:00+08:00".parse().unwrap();
        all.push((what, desk, id));
    };
    let ordered = |desk: &mut Desk, outcomes: &[_]| {
        let id = desk.at("disbursement");
        let order = desk.order("Tono", &[id]).unwrap();
        for outcome in outcomes {
            desk.settle("Tono", order, &[word(1, *outcome)]).unwrap();
        }
        id
    };
    tell("input", &|desk| desk.entered("kube"));
    tell("verification", &|desk| desk.at("verification"));
    tell("claimed", &|desk| {
        let id = desk.at("verification");
        desk.act("Vito", id, "claim").unwrap();
        id
    });
    tell("nobody left", &|desk| {
        desk.world.roster = std::sync::Arc::default();
        let mut other = Desk::new();
        let id = other.at("verification");
        desk.books = std::mem::take(&mut other.books);
        id
    });
    tell("returned", &|desk| {
        let id = desk.at("approval");
        desk.act("Gita", id, "return").unwrap();
        id
    });
    tell("no decree", &|desk| desk.at("approval"));
    tell("unsigned", &|desk| {
        let id = desk.at("approval");
        desk.draft("Vera", &[id]).unwrap();
        id
    });
    tell("frozen approval", &|desk| {
        let id = desk.at("approval");
        desk.freeze("2026-03-05", "2026-03-27");
        id
    });
    tell("frozen payment", &|desk| {
        let id = desk.at("disbursement");
        desk.freeze("2026-03-01", "2026-03-27");
        id
    });
    tell("budget short", &|desk| {
        desk.books.lines.get_mut("2026/kube/apbd").unwrap().ceiling = Rupiah(8_000_000);
        desk.at("approval")
    });
    tell("not budgeted", &|desk| {
        let id = desk.at("approval");
        desk.books.requests.get_mut(&id).unwrap().budget = crate::workflow::Standing::None;
        desk.books.lines.clear();
        id
    });
    tell("no signer", &|desk| {
        let id = desk.at("approval");
        let people = desk.world.roster.people().cloned().map(|mut person| {
            person.active = !person.roles().contains("governor");
            person
        });
        desk.world.roster = std::sync::Arc::new(crate::roster::Roster::new(people.collect::<Vec<_>>()));
        id
    });
    tell("payment", &|desk| desk.at("disbursement"));
    tell("in an order", &|desk| ordered(desk, &[]));
    tell("failed", &|desk| ordered(desk, &[Failed]));
    tell("half corrected", &|desk| {
        let id = ordered(desk, &[Failed]);
        desk.ask("Cici", id, &correction(facts(2, 9, 9))).unwrap();
        id
    });
    tell("unknown", &|desk| ordered(desk, &[Unknown]));
    tell("ruled unpaid", &|desk| {
        let id = ordered(desk, &[Unknown]);
        desk.ask("Vera", id, &ruling(false)).unwrap();
        desk.ask("Adi", id, &ruling(false)).unwrap();
        id
    });
    tell("incident", &|desk| ordered(desk, &[Failed, Paid]));
    tell("half ruled", &|desk| {
        let id = ordered(desk, &[Failed, Paid]);
        desk.ask("Vera", id, &ruling(true)).unwrap();
        id
    });
    tell("paid twice", &|desk| {
        let id = ordered(desk, &[Failed]);
        let order = desk.order("Tono", &[id]).unwrap();
        desk.settle("Tono", order, &[word(1, Paid)]).unwrap();
        desk.settle("Tono", 0, &[word(1, Paid)]).unwrap();
        id
    });
    all
}

#[test]
fn every_wait_is_one_sentence_in_both_languages() {
    let mut told = String::new();
    for (what, desk, id) in waiting() {
        told += &format!("== {what}\n");
        for lang in [Lang::Id, Lang::En] {
            let wait = desk.wait_of(id, lang).unwrap();
            let actions: Vec<_> = wait.actions.iter().map(crate::ActionName::as_str).collect();
            if lang == Lang::Id {
                told += &format!("{} [{}] {} {}\n", wait.code, actions.join(" "), wait.working_days, wait.days_late);
            }
            told += &format!("{}\n  > {}\n", wait.sentence, wait.unblock);
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
        told += &format!("== {cause}\n{}\n  > {}\n{}\n  > {}\n", id_.sentence, id_.unblock, en.sentence, en.unblock);
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
