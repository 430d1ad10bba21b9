//! A stage by another name, another stage, and what a version says of the stages before it.

use super::*;

#[test]
fn a_reminder_that_was_given_is_not_given_again_under_a_new_name() {
    let changes = renamed_with("[migrate.1]\nverification = \"check\"\n");
    let changes: Vec<_> = changes.iter().map(|(from, to)| (*from, to.as_str())).collect();
    let mut desk = desk_with(&[version(2, &changes)]);
    let new = desk.world.workflows.current(&"kube".into()).unwrap().clone();
    desk.world.workflows = Workflows::new([Workflow::parse(KUBE).unwrap()]);
    let id = desk.at("verification");
    desk.wait_days(60);
    desk.tick(id);
    let timers = desk.request(id).timers.clone();
    assert!(timers.reminded.is_some(), "its day has come");
    desk.world.workflows = Workflows::new([Workflow::parse(KUBE).unwrap(), Workflow::clone(&new)]);
    moved(&mut desk, id, 2);
    assert_eq!(desk.request(id).timers.reminded, timers.reminded);
    assert_eq!(desk.request(id).timers.escalated, timers.escalated);
    assert!(crate::timer::due(&desk.case("Adi", id)).is_empty());
}

#[test]
fn time_begins_anew_at_another_stage_and_the_preview_says_when_it_is_due() {
    // `second` was there before: whoever comes to it comes to other work.
    let second = "[stage.second]\ntitle = { id = \"Kedua\", en = \"Second\" }\nphase = \"verification\"\nserved_by = { role = \"verifier\", people = 4, touch = \"45m\" }\nsla = { target = \"10wd\", share = 0.85 }\n\n[stage.paid]";
    let confirm = "[action.confirm]\ntitle = { id = \"Pastikan\", en = \"Confirm\" }\nfrom = [\"second\"]\nto = \"approval\"\nby = [\"verifier\"]\n\n[action.return]";
    let more = ("to = \"approval\"\nby = [\"verifier\"]", "to = \"second\"\nby = [\"verifier\"]");
    let two = [more, ("[stage.paid]", second), ("[action.return]", confirm)];
    let old = Workflow::parse(&changed(KUBE, &two)).unwrap_or_else(|error| panic!("{error}"));
    let mut new = Workflow::parse(&version(2, &two)).unwrap();
    new.migrations.insert(1, BTreeMap::from([("verification".into(), "second".into())]));
    let mut desk = Desk::new();
    desk.world.workflows = Workflows::new([old]);
    let id = desk.at("verification");
    desk.wait_days(60);
    let found = preview(&desk.case("Adi", id), &new);
    let Preview::Moves { to, due_on: Some(due) } = found else { panic!("{found:?}") };
    assert_eq!(to.as_str(), "second");
    let today = desk.world.calendar.date_of(desk.at);
    assert_eq!(desk.world.calendar.working_days_between(today, due), 10);
    desk.world.workflows = Workflows::new([Workflow::parse(&changed(KUBE, &two)).unwrap(), new]);
    moved(&mut desk, id, 2);
    assert_eq!((desk.request(id).due_on, desk.request(id).entered_at), (Some(due), desk.at));
}

/// What is found in version 2 beside version 1.
fn found(changes: &[(&str, &str)]) -> Vec<(&'static str, crate::definition::Severity, String)> {
    let old = Workflow::parse(KUBE).unwrap();
    let checked = Workflow::check_beside(&version(2, changes), &[&old]);
    assert!(checked.findings.iter().all(|it| it.line.is_some()), "{:?}", checked.findings);
    checked.findings.into_iter().map(|it| (it.code, it.severity, it.en)).collect()
}

fn found_renamed(map: &str) -> Vec<(&'static str, crate::definition::Severity, String)> {
    let changes = renamed_with(map);
    let changes: Vec<_> = changes.iter().map(|(from, to)| (*from, to.as_str())).collect();
    found(&changes)
}

#[test]
fn a_version_that_the_engine_would_not_follow_is_told_so_before_it_is_published() {
    use crate::definition::Severity::{Error, Warning};
    assert_eq!(found(&[]), Vec::new());
    assert_eq!(found_renamed("[migrate.1]\nverification = \"check\"\n"), Vec::new());
    for (map, code, severity) in [
        ("", "stage_vanished", Warning),
        ("[migrate.1]\ninput = \"check\"\n", "stage_vanished", Warning),
        ("[migrate.1]\nverification = \"check\"\ninput = \"check\"\n", "migrate_stage_kept", Warning),
        ("[migrate.1]\nverification = \"approval\"\n", "migrate_crosses_approval", Error),
        ("[migrate.1]\nverification = \"disbursement\"\n", "migrate_crosses_approval", Error),
        ("[migrate.1]\nverification = \"paid\"\n", "migrate_to_end", Error),
        ("[migrate.1]\nverfication = \"check\"\n", "migrate_unknown_stage", Error),
    ] {
        let found = found_renamed(map);
        assert!(found.iter().any(|it| (it.0, it.1) == (code, severity)), "{map}: {found:?}");
    }
    let vanished = found_renamed("");
    assert!(vanished[0].2.contains("`[migrate.1]` with `verification = \"check\"`"), "{vanished:?}");
    // What is decided is not decided again, and what waits for it does not pass it.
    for map in ["disbursement = \"approval\"", "disbursement = \"verification\"", "input = \"approval\""] {
        let found = found(&[("[hold]", &format!("[migrate.1]\n{map}\n[hold]"))]);
        assert!(found.iter().any(|it| it.1 == Error), "{map}: {found:?}");
    }
    // The engine and the check are of one mind.
    let mut desk = Desk::new();
    for stage in STAGES {
        let id = desk.at(stage);
        for to in STAGES.iter().filter(|to| **to != stage) {
            let mut new = Workflow::parse(&version(2, &[])).unwrap();
            new.migrations.insert(1, BTreeMap::from([(stage.into(), (*to).into())]));
            let is_blocked = matches!(
                preview(&desk.case("Adi", id), &new),
                Preview::Blocked { why: Why::ApprovalCrossed { .. } }
            );
            let map = format!("[migrate.1]\n{stage} = \"{to}\"\n[hold]");
            let is_refused = found(&[("[hold]", &map)]).iter().any(|it| it.1 == Error);
            assert_eq!(is_refused, is_blocked, "{stage} to {to}");
        }
    }
}

#[test]
fn a_mapping_past_the_approval_is_not_published() {
    let desk = Desk::new();
    let changes = renamed_with("[migrate.1]\nverification = \"approval\"\n");
    let changes: Vec<_> = changes.iter().map(|(from, to)| (*from, to.as_str())).collect();
    let flaws = crate::office::read_definition(&version(2, &changes), &desk.world.workflows).unwrap_err();
    assert_eq!(flaws.iter().map(|it| it.code.as_str()).collect::<Vec<_>>(), ["migrate_crosses_approval"]);
}
