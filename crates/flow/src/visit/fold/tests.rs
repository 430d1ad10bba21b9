use serde_json::{Value, json};

use super::*;
use crate::testing::{at, request};

const ID: &str = "00000000000000000000000000000001";
const DIGEST: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// An event as it is stored.
#[expect(clippy::needless_pass_by_value, reason = "a history reads as a list")]
fn entry(seq: u32, when: &str, kind: &str, told: Value) -> Entry {
    let event = if told.is_null() { json!(kind) } else { json!({ kind: told }) };
    let text = json!({ "seq": seq, "at": at(when), "actor": ID, "for_whom": null, "event": event });
    serde_json::from_value(text).unwrap()
}

fn entered() -> Value {
    let facts = json!({ "version": 1, "digest": DIGEST, "account": DIGEST });
    json!({
        "scheme": "kube", "year": 2026, "definition": { "version": 1, "digest": DIGEST }, "region": "6472",
        "recipient": ID, "facts": facts, "amount": 1, "benefit": "cash", "line": "2026/kube/apbd",
        "stage": "input", "due_on": null, "duty": "submit",
    })
}

fn advanced(action: &str, from: &str, to: &str) -> Value {
    json!({ "action": action, "from": from, "to": to, "duty": action, "budget": "none" })
}

fn with(mut value: Value, name: &str, told: Value) -> Value {
    value[name] = told;
    value
}

fn desks() -> Desks {
    let role = |stage: &str, role: &str| (StageName::from(stage), Holder::Role(role.into()));
    let stages = [role("input", "clerk"), role("verification", "verifier"), role("approval", "governor")];
    Desks { stages: stages.into_iter().collect(), ..Desks::default() }
}

#[test]
fn a_history_becomes_visits_and_holders_are_told_apart() {
    let back = with(advanced("return", "verification", "input"), "returns", json!(true));
    let decree = with(advanced("approve", "approval", "paid"), "decree", json!(ID));
    let history = [
        entry(1, "2026-11-02T08:00", "entered", entered()),
        entry(2, "2026-11-02T09:00", "advanced", advanced("submit", "input", "verification")),
        entry(3, "2026-11-02T10:00", "claimed", Value::Null),
        entry(
            4,
            "2026-11-03T08:00",
            "held",
            json!({ "cause": "missing_document", "blameless": true, "reason": null }),
        ),
        entry(5, "2026-11-05T08:00", "resumed", json!({ "due_on": null, "stood_still": true })),
        entry(6, "2026-11-05T09:00", "advanced", back),
        entry(7, "2026-11-06T08:00", "advanced", advanced("submit", "input", "verification")),
        entry(8, "2026-11-06T09:00", "advanced", advanced("verify", "verification", "approval")),
        entry(
            9,
            "2026-11-09T09:00",
            "held",
            json!({ "cause": "no_competent_signer", "blameless": false, "reason": null }),
        ),
        entry(
            10,
            "2026-11-10T09:00",
            "advanced",
            with(with(decree, "closes", json!(true)), "budget", json!("paid")),
        ),
    ];
    let visits = visits(request(1), &history, &desks());
    let stages: Vec<(&str, u32, &Holder)> =
        visits.iter().map(|visit| (visit.stage.as_str(), visit.number, &visit.holder)).collect();
    let role = |name: &str| Holder::Role(name.into());
    assert_eq!(
        stages,
        [
            ("input", 1, &role("clerk")),
            ("verification", 1, &role("verifier")),
            ("input", 2, &Holder::Recipient),
            ("verification", 2, &role("verifier")),
            ("approval", 1, &role("governor")),
        ]
    );
    assert_eq!(visits[1].claimed, Some(at("2026-11-02T10:00")));
    assert_eq!(visits[1].pauses[0].holder, Holder::Recipient);
    assert_eq!(visits[1].pauses[0].period.to, Some(at("2026-11-05T08:00")));
    assert_eq!(visits[1].outcome.as_ref().unwrap().kind, OutcomeKind::Returned);
    assert_eq!(visits[2].claimed, None);
    let last = &visits[4];
    assert_eq!(last.pauses[0].holder, Holder::Elsewhere("no_competent_signer".to_owned()));
    assert_eq!(last.pauses[0].period.to, last.exit, "leaving ends a hold");
    assert_eq!(last.outcome.as_ref().unwrap().kind, OutcomeKind::Forward, "paid is no refusal");
    assert!(last.last && matches!(last.batch, Some(Batch::Decree(_))));
    let joints = visits.windows(2).all(|pair| pair[0].exit == Some(pair[1].enabled));
    assert!(joints, "no time is lost between visits");
}

#[test]
fn a_request_that_is_open_has_an_open_visit_and_one_that_is_referred_has_none() {
    let open = [entry(1, "2026-11-02T08:00", "entered", entered())];
    let found = visits(request(1), &open, &desks());
    assert!(found.len() == 1 && found[0].exit.is_none() && found[0].is_open_at(at("2027-01-01T00:00")));
    let closed = [entry(1, "2026-11-02T08:00", "entered", with(entered(), "closes", json!(true)))];
    assert!(visits(request(1), &closed, &desks()).is_empty());
    assert!(visits(request(1), &[], &desks()).is_empty());
}

#[test]
fn a_definition_says_who_has_a_request_where() {
    let text = include_str!("../../../../../workflows/kube.toml");
    let workflow = salur_core::workflow::Workflow::parse(text).unwrap();
    let desks = Desks::of(&workflow);
    assert_eq!(desks.at(&"approval".into()), Holder::Role("governor".into()));
    assert_eq!(desks.under("account_rejected"), Holder::Recipient);
    let changed = text.replace("waits = \"entry_backlog\"", "waits = \"initials_pending\"");
    let workflow = salur_core::workflow::Workflow::parse(&changed).unwrap();
    assert_eq!(Desks::of(&workflow).at(&"input".into()), Holder::Initials);
}
