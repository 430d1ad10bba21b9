use super::*;
use crate::RequestId;
use crate::event::Acted;
use crate::testing::*;
use crate::world::Workflows;

mod named;

/// The next version of the shipped definition, changed in places.
fn version(number: u32, changes: &[(&str, &str)]) -> String {
    let text = changed(KUBE, &[("\nversion = 1\n", &format!("\nversion = {number}\n"))]);
    changed(&text, changes)
}

fn desk_with(texts: &[String]) -> Desk {
    let mut desk = Desk::new();
    let all = std::iter::once(KUBE.to_owned()).chain(texts.iter().cloned());
    desk.world.workflows = Workflows::new(all.map(|text| Workflow::parse(&text).unwrap()));
    desk
}

/// What version 2 does to a request that has come to this stage under version 1.
fn shown(stage: &str, changes: &[(&str, &str)]) -> Preview {
    let mut desk = Desk::new();
    let id = desk.at(stage);
    preview(&desk.case("Adi", id), &Workflow::parse(&version(2, changes)).unwrap())
}

fn blocked(preview: &Preview) -> &'static str {
    match preview {
        Preview::Blocked { why } => why.code(),
        Preview::Stays | Preview::Renamed { .. } | Preview::Moves { .. } => {
            panic!("not blocked: {preview:?}")
        }
    }
}

const STAGES: [&str; 4] = ["input", "verification", "approval", "disbursement"];
/// The stage `verification` has another name.
const RENAMED: [(&str, &str); 3] = [
    ("stage.verification]", "stage.check]"),
    ("\"verification\"", "\"check\""),
    ("phase = \"check\"", "phase = \"verification\""),
];

fn renamed_with(map: &str) -> Vec<(&'static str, String)> {
    let mut changes: Vec<_> = RENAMED.iter().map(|(from, to)| (*from, (*to).to_owned())).collect();
    changes.push(("[hold]", format!("{map}\n[hold]")));
    changes
}

fn shown_renamed(stage: &str, map: &str) -> Preview {
    let changes = renamed_with(map);
    let changes: Vec<_> = changes.iter().map(|(from, to)| (*from, to.as_str())).collect();
    shown(stage, &changes)
}

#[test]
fn a_request_stays_moves_or_keeps_its_version_and_why() {
    for stage in STAGES {
        assert_eq!(shown(stage, &[]), Preview::Stays);
    }
    assert_eq!(
        shown_renamed("verification", "[migrate.1]\nverification = \"check\"\n"),
        Preview::Renamed { to: "check".into() }
    );
    assert_eq!(shown_renamed("input", ""), Preview::Stays);
    assert_eq!(blocked(&shown_renamed("verification", "")), "stage_unmapped");
    for (stage, map, code) in [
        ("verification", "verification = \"approval\"", "approval_crossed"),
        ("verification", "verification = \"disbursement\"", "approval_crossed"),
        ("approval", "approval = \"disbursement\"", "approval_crossed"),
        ("disbursement", "disbursement = \"approval\"", "approval_crossed"),
        ("disbursement", "disbursement = \"paid\"", "stage_unmapped"),
        ("verification", "verification = \"rejected\"", "stage_unmapped"),
    ] {
        // No definition may say so; whatever a definition says, it does not happen.
        let (from, to) = map.split_once(" = ").unwrap();
        let mut new = Workflow::parse(&version(2, &[])).unwrap();
        new.migrations.insert(1, BTreeMap::from([(from.into(), to.trim_matches('"').into())]));
        let mut desk = Desk::new();
        let id = desk.at(stage);
        let found = preview(&desk.case("Adi", id), &new);
        assert_eq!(blocked(&found), code, "{map}");
    }
}

#[test]
fn what_two_have_done_does_not_become_one_persons() {
    let mut new = Workflow::parse(&version(2, &[])).unwrap();
    let mut rule = new.duties.first().unwrap().clone();
    (rule.distinct, rule.min_persons, rule.before) = (Vec::new(), None, None);
    rule.same_person = vec!["submit".into(), "verify".into()];
    new.duties.push(rule);
    let mut desk = Desk::new();
    let id = desk.at("approval");
    assert_eq!(blocked(&preview(&desk.case("Adi", id), &new)), "same_person");
    let id = desk.at("verification");
    assert_eq!(preview(&desk.case("Adi", id), &new), Preview::Stays);
}

#[test]
fn a_request_that_no_approval_was_given_to_comes_nowhere_that_only_an_approval_leads_to() {
    // A stage of the same phase as where the money waits, which a request comes to unapproved.
    let waits = "[stage.waits]\ntitle = { id = \"A\", en = \"A\" }\nphase = \"disbursement\"\nserved_by = { role = \"clerk\", people = 1 }\nsla = { target = \"1wd\" }\n\n[action.wait]\ntitle = { id = \"A\", en = \"A\" }\nfrom = [\"verification\"]\nto = \"waits\"\nby = [\"verifier\"]\n\n[action.give_up]\ntitle = { id = \"A\", en = \"A\" }\nfrom = [\"waits\"]\nto = \"rejected\"\nby = [\"clerk\"]\nkind = \"close\"\n\n[action.submit]";
    let old = changed(KUBE, &[("[action.submit]", waits)]);
    let mut desk = Desk::of(world_of(&[&old], POLICY));
    let (id, granted) = (desk.at("verification"), desk.at("disbursement"));
    desk.act("Vera", id, "wait").unwrap();
    assert_eq!(desk.stage(id), "waits");
    let new = Workflow::parse(&version(2, &[("[action.submit]", waits)])).unwrap();
    assert_eq!(preview(&desk.case("Adi", id), &new), Preview::Stays);
    assert_eq!(preview(&desk.case("Adi", granted), &new), Preview::Stays);
    let mut crossing = new.clone();
    crossing.migrations.insert(1, BTreeMap::from([("waits".into(), "disbursement".into())]));
    assert_eq!(blocked(&preview(&desk.case("Adi", id), &crossing)), "approval_crossed");
}

#[test]
fn nobody_gains_by_a_new_version() {
    let distinct = "distinct = [\"submit\", \"verify\", \"approve\", \"pay\"]";
    let weaker = (distinct, "distinct = [\"submit\", \"approve\", \"pay\"]");
    let fewer = ("min_persons = 4", "min_persons = 3");
    assert_eq!(blocked(&shown("approval", &[weaker, fewer])), "duty_weakened");
    assert_eq!(blocked(&shown("input", &[weaker, fewer])), "duty_weakened", "its clerk has relied on it");
    assert_eq!(blocked(&shown("approval", &[fewer])), "persons_weakened");
    assert_eq!(blocked(&shown("approval", &[("fund = \"apbd\"", "fund = \"btt\"")])), "other_money");
    let values = (
        "values = [\"match\", \"differs\"]\nlabels.match = { id = \"cocok\", en = \"match\" }",
        "values = [\"same\", \"differs\"]\nlabels.same = { id = \"sama\", en = \"same\" }",
    );
    let guard = ("identity == \"match\"", "identity == \"same\"");
    assert_eq!(blocked(&shown("approval", &[values, guard])), "field_changed");
    assert_eq!(shown("verification", &[values, guard]), Preview::Stays, "nothing was noted down yet");
}

#[test]
fn who_has_done_what_the_new_version_keeps_apart_holds_it_back() {
    let mut desk = Desk::new();
    let id = desk.at("disbursement");
    // Under version 1 whoever verified may correct the account.
    desk.ask("Vera", id, &correction(facts(2, 9, 9))).unwrap();
    let apart = ("distinct = [\"correct\", \"pay\"]", "distinct = [\"correct\", \"pay\", \"verify\"]");
    let new = Workflow::parse(&version(2, &[apart])).unwrap();
    assert_eq!(blocked(&preview(&desk.case("Adi", id), &new)), "duty_conflict");
    assert_eq!(
        blocked(&preview(&desk.case("Adi", id), &Workflow::parse(KUBE).unwrap())),
        "version_not_later"
    );
}

#[test]
fn as_many_persons_take_part_as_were_promised_over_both_versions() {
    // Version 1 has two checks by two persons and promises five; the next one has the second check only.
    let two_checks = [
        (
            "[stage.paid]",
            "[stage.second]\ntitle = { id = \"Kedua\", en = \"Second\" }\nphase = \"verification\"\nserved_by = { role = \"verifier\", people = 4, touch = \"45m\" }\nsla = { target = \"10wd\", share = 0.85 }\n\n[stage.paid]",
        ),
        ("to = \"approval\"\nby = [\"verifier\"]", "to = \"second\"\nby = [\"verifier\"]"),
        (
            "[action.return]",
            "[action.confirm]\ntitle = { id = \"Pastikan\", en = \"Confirm\" }\nfrom = [\"second\"]\nto = \"approval\"\nby = [\"verifier\"]\n\n[action.return]",
        ),
        ("\"submit\", \"verify\", \"approve\"", "\"submit\", \"verify\", \"confirm\", \"approve\""),
        ("min_persons = 4", "min_persons = 5"),
        ("draft = { verifier = \"verify\", admin = \"verify\" }", "draft = { verifier = \"confirm\" }"),
    ];
    let old = changed(KUBE, &two_checks);
    let skip = [("[hold]", "[migrate.1]\nverification = \"second\"\n[hold]")];
    let mut next = two_checks.to_vec();
    next.extend(skip);
    let new = Workflow::parse(&version(2, &next)).unwrap();
    let mut desk = Desk::of(world_of(&[&old], POLICY));
    let id = desk.entered("kube");
    desk.act("Cici", id, "submit").unwrap();
    let found = preview(&desk.case("Adi", id), &new);
    assert_eq!(found, Preview::Blocked { why: Why::PersonsWeakened { have: 4, need: 5 } });
    desk.act("Vera", id, "verify").unwrap();
    assert_eq!(preview(&desk.case("Adi", id), &new), Preview::Stays);
    // Sent back under version 1 with one check and four persons, it passes over none of the two checks.
    let mut desk = Desk::new();
    let id = desk.at("approval");
    desk.act("Gita", id, "return").unwrap();
    desk.world.workflows = Workflows::new(
        [KUBE.to_owned(), version(2, &two_checks)].map(|text| Workflow::parse(&text).unwrap()),
    );
    moved(&mut desk, id, 2);
    for (who, act, to) in
        [("Cici", "submit", "verification"), ("Vera", "verify", "second"), ("Vito", "confirm", "approval")]
    {
        desk.act(who, id, act).unwrap();
        assert_eq!(desk.stage(id), to);
    }
}

#[test]
fn who_put_a_request_back_has_done_nothing_that_the_new_version_keeps_apart() {
    let mut desk = Desk::new();
    let id = desk.at("disbursement");
    let mut request = desk.request(id).clone();
    request.acts.extend(["repair", "correct"].map(|duty| Act(duty.into(), person("Adi"))));
    let case = Case { request: &request, ..desk.case("Ani", id) };
    let old = Workflow::clone(case.workflow);
    let mut new = Workflow::parse(&version(2, &[])).unwrap();
    new.duties.retain(|duty| !duty.distinct.contains(&"correct".into()));
    let mut was = old.clone();
    was.duties.clone_from(&new.duties);
    let case = Case { workflow: &was, ..case };
    assert_eq!(preview(&case, &new), Preview::Stays);
    assert_eq!(blocked(&preview(&case, &Workflow::parse(&version(2, &[])).unwrap())), "duty_conflict");
}

#[test]
fn too_many_ways_to_prove_anything_are_no_proof() {
    let mut new = Workflow::parse(&version(2, &[])).unwrap();
    // More words than are told apart, and a way that nobody could go.
    new.actions.get_mut("approve").unwrap().persons = 13;
    new.duties.push(Duty { same_person: vec!["approve".into()], ..Duty::default() });
    let mut desk = Desk::new();
    let id = desk.at("approval");
    let why = Why::PersonsWeakened { have: 0, need: 4 };
    assert_eq!(preview(&desk.case("Adi", id), &new), Preview::Blocked { why });
}

#[test]
fn no_duty_is_weakened_in_any_of_its_ways() {
    let weakened = |duty: &str, change: &dyn Fn(&mut Workflow)| {
        let duty: Duty = toml::from_str(duty).unwrap();
        let [mut old, mut new] =
            [KUBE.to_owned(), version(2, &[])].map(|text| Workflow::parse(&text).unwrap());
        old.duties.push(duty.clone());
        new.duties.push(duty);
        let mut desk = Desk::new();
        desk.world.workflows = Workflows::new([old]);
        let id = desk.at("approval");
        assert_eq!(preview(&desk.case("Adi", id), &new), Preview::Stays);
        change(&mut new);
        blocked(&preview(&desk.case("Adi", id), &new))
    };
    let forget = |new: &mut Workflow| drop(new.duties.pop());
    let action = |new: &mut Workflow, name: &str, change: &dyn Fn(&mut crate::workflow::Action)| {
        change(new.actions.get_mut(name).unwrap());
    };
    assert_eq!(weakened("same_person = [\"verify\", \"correct\"]", &forget), "same_weakened");
    assert_eq!(weakened("exclusive_roles = [\"treasurer\", \"auditor\"]", &forget), "roles_weakened");
    let alone = |new: &mut Workflow| action(new, "correct_account", &|it| it.persons = 1);
    assert_eq!(weakened("", &alone), "action_weakened");
    let otherwise = |new: &mut Workflow| {
        action(new, "pay", &|it| it.by.values_mut().for_each(|duty| *duty = "payout".into()));
    };
    assert_eq!(weakened("", &otherwise), "duty_weakened", "what it counts as is kept apart from nothing");
    let renamed = |from: &'static str, change: &'static dyn Fn(&mut crate::workflow::Action)| {
        move |new: &mut Workflow| {
            let mut action = new.actions.remove(from).unwrap();
            change(&mut action);
            new.actions.insert("other".into(), action);
        }
    };
    assert_eq!(weakened("", &renamed("correct_account", &|it| it.persons = 1)), "action_weakened");
    let otherwise = renamed("pay", &|it| it.by.values_mut().for_each(|duty| *duty = "payout".into()));
    assert_eq!(weakened("", &otherwise), "duty_weakened", "by another name it is the same act");
    let drafted = |new: &mut Workflow| drop(new.payment_order.draft.insert("clerk".into(), "submit".into()));
    assert_eq!(weakened("", &drafted), "duty_weakened", "a clerk would order what a clerk entered");
}

#[test]
fn whoever_was_stood_in_for_is_not_counted() {
    let mut desk = Desk::new();
    let id = desk.at("disbursement");
    let new = Workflow::parse(&version(2, &[])).unwrap();
    let mut request = desk.request(id).clone();
    request.stood_in_for.insert(person("Vera"));
    let case = Case { request: &request, ..desk.case("Adi", id) };
    assert_eq!(preview(&desk.case("Adi", id), &new), Preview::Stays);
    let why = Why::PersonsWeakened { have: 3, need: 4 };
    assert_eq!(preview(&case, &new), Preview::Blocked { why });
}

fn moved(desk: &mut Desk, id: RequestId, version: u32) {
    let request = desk.request(id);
    let new =
        desk.world.workflows.all().find(|flow| flow.scheme == request.scheme && flow.version == version);
    let new = new.unwrap().clone();
    let event = migrate(&desk.case("Adi", id), &new).unwrap();
    desk.record("Adi", id, Acted { for_whom: None, event });
    assert_eq!(desk.request(id).definition.version, version);
}

#[test]
fn a_moved_request_goes_on_under_the_new_version_with_all_that_was_done() {
    let mut changes = renamed_with("[migrate.1]\nverification = \"check\"\n");
    changes.push(("action.withdraw", "action.withdraw".to_owned()));
    let changes: Vec<_> = changes.iter().map(|(from, to)| (*from, to.as_str())).collect();
    let mut desk = desk_with(&[]);
    let ids = STAGES.map(|stage| desk.at(stage));
    let back = desk.at("approval");
    desk.act("Vito", back, "return").unwrap();
    let held = desk.at("verification");
    desk.act("Vera", held, "hold").unwrap();
    desk.world.workflows =
        Workflows::new([KUBE.to_owned(), version(2, &changes)].map(|text| Workflow::parse(&text).unwrap()));
    desk.wait_days(30);
    for id in ids.into_iter().chain([back, held]) {
        let (money, acts) = (desk.money(id), desk.request(id).acts.clone());
        let was = desk.request(id).clone();
        moved(&mut desk, id, 2);
        let is = desk.request(id);
        assert_eq!((desk.money(id), &desk.request(id).acts), (money, &acts));
        // A new name is no new time: what was late is late.
        assert_eq!((is.entered_at, is.due_on, &is.hold), (was.entered_at, was.due_on, &was.hold));
        assert_eq!(is.visits.values().sum::<u32>(), was.visits.values().sum::<u32>());
        assert!(!is.visits.contains_key("verification"));
    }
    assert_eq!(desk.stage(ids[1]), "check");
    let today = desk.world.calendar.date_of(desk.at);
    assert!(desk.request(ids[1]).due_on.unwrap() < today, "overdue, and it still is");
    assert!(desk.request(held).due_on.is_none() && desk.request(held).hold.is_some());
    desk.wait_days(10);
    desk.act("Vera", held, "resume").unwrap();
    desk.act("Cici", back, "submit").unwrap();
    assert_eq!(desk.stage(back), "check", "unchanged, it is checked under the new version all the same");
    desk.act("Vera", ids[1], "verify").unwrap();
    desk.decide_all(&[ids[1]]);
    assert_eq!(desk.stage(ids[1]), "disbursement");
}

#[test]
fn a_list_keeps_what_is_on_it() {
    let mut desk = desk_with(&[version(2, &[])]);
    let new = desk.world.workflows.current(&"kube".into()).unwrap().clone();
    desk.world.workflows = Workflows::new([Workflow::parse(KUBE).unwrap()]);
    let (id, paid) = (desk.at("approval"), desk.at("disbursement"));
    desk.draft("Vera", &[id]).unwrap();
    let order = desk.order("Tono", &[paid]).unwrap();
    assert_eq!(blocked(&preview(&desk.case("Adi", id), &new)), "in_decree");
    assert_eq!(blocked(&preview(&desk.case("Adi", paid), &new)), "in_payment_order");
    desk.settle("Tono", order, &[word(1, crate::payment::Payout::Paid)]).unwrap();
    assert_eq!(blocked(&preview(&desk.case("Adi", paid), &new)), "request_closed");
}
