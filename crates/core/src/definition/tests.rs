use std::time::{Duration, Instant};

use super::*;
use crate::proof::{prove, weakest_way};
use crate::testing::*;

mod keys;
mod slips;
mod steps;

/// The codes found in `kube.toml` with texts replaced, each once, in order of the alphabet.
fn codes(changes: &[(&str, &str)]) -> Vec<&'static str> {
    let error = Workflow::parse(&changed(KUBE, changes)).expect_err("it should be refused");
    let codes: std::collections::BTreeSet<_> = error.findings.iter().map(|finding| finding.code).collect();
    for finding in &error.findings {
        assert!(!finding.place.is_empty() && finding.line.is_some(), "{finding:?}");
        for text in [&finding.id, &finding.en] {
            assert!(!text.is_empty() && !text.contains('\n'), "{text}");
        }
    }
    codes.into_iter().collect()
}

/// `kube.toml` with more at its end of actions.
fn with_action(text: &str) -> String {
    changed(KUBE, &[("[action.submit]", &format!("{text}\n[action.submit]"))])
}

/// A code, and the mistake that it tells of: a text of `kube.toml` and what stands in its place.
const MISTAKES: [(&str, &str, &str); 44] = [
    ("toml_invalid", "schema = 1", "schema = "),
    ("value_unknown", "kind = \"close\"", "kind = \"shut\""),
    ("key_unknown", "max_visits = 5", "max_visit = 5"),
    ("not_working_days", "target = \"5wd\"", "target = 5"),
    ("schema_unknown", "schema = 1", "schema = 2"),
    ("stage_unknown", "to = \"approval\"", "to = \"aproval\""),
    ("stage_unknown", "start = \"input\"", "start = \"inbox\""),
    ("stage_unknown", "strike_to = \"input\"", "strike_to = \"inbox\""),
    ("stage_unknown", "before = \"paid\"", "before = \"paied\""),
    ("stage_unknown", "start = \"input\"", "start = \"input\"\nreferred = \"away\""),
    ("stage_kind", "end = \"rejected\"", "end = \"rejected\"\nphase = \"input\""),
    ("stage_unserved", "sla = { target = \"5wd\", share = 0.9 }", ""),
    ("stage_not_input", "strike_to = \"input\"", "strike_to = \"verification\""),
    ("referred_open", "start = \"input\"", "start = \"input\"\nreferred = \"verification\""),
    ("action_reserved", "[action.reject]", "[action.hold]"),
    ("action_reserved", "[action.reject]", "[action.strike]"),
    ("nobody", "by = [\"clerk\"]", "by = []"),
    (
        "nobody",
        "strike = { governor = \"approve\", verifier = \"verify\", admin = \"verify\" }",
        "strike = {}",
    ),
    ("never_enabled", "from = [\"input\", \"verification\"]", "from = []"),
    (
        "number_range",
        "reason = \"required\"\n\n[action.withdraw]",
        "reason = \"required\"\npersons = 0\n\n[action.withdraw]",
    ),
    ("from_end", "from = [\"input\", \"verification\"]", "from = [\"input\", \"paid\"]"),
    ("action_to", "to = \"withdrawn\"\n", ""),
    ("action_to", "counts_as = \"correct\"", "counts_as = \"correct\"\nto = \"disbursement\""),
    ("rework_endless", "max_visits = 5", ""),
    ("field_unknown", "notes = [", "notes = [\"moon\", "),
    ("field_never_set", "documents == \"complete\"'", "group_visited'"),
    ("guard_invalid", "documents == \"complete\"'", "papers == \"complete\"'"),
    ("guard_invalid", "documents == \"complete\"'", "documents == \"completed\"'"),
    ("guard_invalid", "documents == \"complete\"'", "'"),
    ("enum_empty", "values = [\"match\", \"differs\"]", "values = []"),
    ("label_missing", "labels.differs = ", "labels.other = "),
    ("label_empty", "title = { id = \"Tolak\", en = \"Reject\" }", "title = { id = \"\", en = \"Reject\" }"),
    (
        "entry_unclear",
        "to = \"verification\"\nby = [\"clerk\"]",
        "to = \"verification\"\nby = [\"clerk\"]\nkind = \"rework\"\nmax_visits = 1",
    ),
    ("duty_unknown", "distinct = [\"rule\", \"pay\"]", "distinct = [\"rule\", \"pay\", \"payed\"]"),
    ("duty_half", "min_persons = 4\n", ""),
    ("via_kind", "kind = \"approval\"", "kind = \"forward\""),
    ("list_asks", "kind = \"approval\"", "kind = \"approval\"\nreason = \"required\""),
    (
        "payer_unclear",
        "settle = { treasurer = \"pay\" }",
        "settle = { treasurer = \"pay\", admin = \"pay\" }",
    ),
    ("ruling_asks", "needs = [\"payment_happened\"]", "needs = [\"identity\"]"),
    ("acts_alone", "kind = \"correction\"\npersons = 2", "kind = \"correction\""),
    ("acts_alone", "kind = \"ruling\"\npersons = 2", "kind = \"ruling\"\npersons = 1"),
    ("payer_decides", "[[duty]]\ndistinct = [\"correct\", \"pay\"]", ""),
    ("too_few_persons", "min_persons = 4", "min_persons = 5"),
    ("no_success", "end = \"success\"", "end = \"rejected\""),
];

#[test]
fn every_mistake_has_its_code() {
    for (code, from, to) in MISTAKES {
        let found = codes(&[(from, to)]);
        assert!(found.contains(&code), "{code}: {found:?}");
    }
}

#[test]
fn what_is_too_much_has_its_code() {
    for (code, action) in [
        ("stage_unreachable", stage("attic", "end = \"rejected\"")),
        (
            "via_twice",
            action("approve2", "approval", "disbursement", "kind = \"approval\"\nvia = \"decree\""),
        ),
        (
            "stage_cannot_end",
            stage("trap", &open("input")) + &action("fall", "verification", "trap", "kind = \"close\""),
        ),
        (
            "too_many",
            (0..70).fold(String::new(), |all, place| {
                all + &action(&format!("a{place}"), "input", "withdrawn", "kind = \"close\"")
            }),
        ),
    ] {
        assert_eq!(Workflow::parse(&with_action(&action)).unwrap_err().findings[0].code, code);
    }
}

fn stage(name: &str, rest: &str) -> String {
    format!("[stage.{name}]\ntitle = {{ id = \"a\", en = \"b\" }}\n{rest}\n")
}

fn open(phase: &str) -> String {
    format!("phase = \"{phase}\"\nserved_by = {{ role = \"clerk\" }}\nsla = {{ target = \"1wd\" }}")
}

/// An action of clerks.
fn action(name: &str, from: &str, to: &str, rest: &str) -> String {
    format!(
        "[action.{name}]\ntitle = {{ id = \"a\", en = \"b\" }}\nfrom = [\"{from}\"]\nto = \"{to}\"\n\
         by = [\"clerk\"]\n{rest}\n"
    )
}

#[test]
fn money_goes_out_once_and_after_an_approval() {
    let error =
        Workflow::parse(&with_action(&action("hurry", "verification", "disbursement", ""))).unwrap_err();
    let found: Vec<_> = error.findings.iter().map(|finding| (finding.code, finding.place.as_str())).collect();
    let unapproved = [("payment_unapproved", "action.pay"), ("payment_unapproved", "action.rule_payment")];
    assert_eq!(found, [&unapproved[..], &[("too_few_persons", "duty[3]")]].concat());
    // After the payment the recipient reports; nothing leads back to where it could be paid again.
    let paid = "[stage.paid]\ntitle = { id = \"Sudah dibayar\", en = \"Paid\" }\nend = \"success\"";
    let reported = stage("done", "end = \"success\"") + &stage("paid", &open("accountability"));
    let report = action("report", "paid", "done", "");
    Workflow::parse(&changed(&with_action(&report), &[(paid, &reported)])).unwrap();
    let back = report + &action("back", "paid", "disbursement", "");
    let error = Workflow::parse(&changed(&with_action(&back), &[(paid, &reported)])).unwrap_err();
    assert!(error.findings.iter().any(|finding| finding.code == "payment_twice"), "{error}");
}

#[test]
fn all_findings_of_a_file_are_told_at_once_with_their_places() {
    let error = Workflow::parse(&changed(
        KUBE,
        &[
            ("max_visits = 5", ""),
            ("min_persons = 4", "min_persons = 9"),
            ("needs = [\"identity\", ", "needs = [\"moon\", \"identity\", "),
            ("end = \"success\"", "end = \"rejected\""),
        ],
    ))
    .unwrap_err();
    let found: Vec<_> = error.findings.iter().map(|finding| (finding.code, finding.place.as_str())).collect();
    assert_eq!(
        found,
        [
            ("no_success", "stage"),
            ("field_unknown", "action.verify"),
            ("rework_endless", "action.return"),
            ("payment_target", "action.pay.to"),
            ("payment_target", "action.rule_payment.to"),
            ("too_few_persons", "duty[3]"),
        ]
    );
    let error = Workflow::parse(&changed(KUBE, &[("schema = 1", "schema = one")])).unwrap_err();
    let first = &error.findings[0];
    assert_eq!((first.code, first.line, first.column), ("toml_invalid", Some(10), Some(10)), "{error}");
    assert!(error.to_string().contains("(line 10, column 10)"), "{error}");
}

#[test]
fn a_hostile_file_is_refused_fast() {
    let started = Instant::now();
    let nested = format!("a = {}", "[".repeat(1024 * 1024));
    assert_eq!(Workflow::parse(&nested).unwrap_err().findings[0].code, "file_too_large");
    for text in [
        format!("a = {}", "[".repeat(TEXT_MAX - 10)),
        "[a.".repeat(TEXT_MAX / 3),
        format!("a = {}", "{ b = ".repeat(TEXT_MAX / 7)),
        "a.".repeat(TEXT_MAX / 2 - 10),
        "\0".repeat(1000),
    ] {
        assert_eq!(Workflow::parse(&text).unwrap_err().findings[0].code, "toml_invalid");
    }
    assert_eq!(Workflow::parse("").unwrap_err().findings[0].code, "key_missing");
    let many = (0..10_000).fold(String::new(), |all, one| all + &format!("[stage.s{one}]\n"));
    let found = codes(&[("[stage.input]", &format!("{many}[stage.input]"))]);
    assert_eq!(found, ["too_many"]);
    let guard = format!("guard = '{}identity == \"match\"'", "(".repeat(20_000));
    let found = codes(&[("guard = 'identity == \"match\" && documents == \"complete\"'", &guard)]);
    assert_eq!(found, ["guard_invalid"]);
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}

#[test]
fn a_definition_with_more_ways_than_can_be_searched_proves_nothing() {
    let maze = (0..12).fold(String::new(), |all, one| {
        let here = format!("s{one}");
        let others: Vec<_> = (0..12).filter(|other| *other != one).map(|other| format!("s{other}")).collect();
        all + &stage(&here, &open("verification"))
            + &action(&format!("in{one}"), "verification", &here, "")
            + &action(&format!("out{one}"), &here, "approval", "")
            + &action(&format!("next{one}"), &others.join("\", \""), &here, "")
    });
    // Where no duty binds them, the many ways are one: only their going round is refused.
    let error = Workflow::parse(&with_action(&maze)).unwrap_err();
    assert!(error.findings.iter().all(|finding| finding.code == "cycle_endless"), "{error}");
    // Where each of many steps may be one of two acts that duties bind, no two ways are alike.
    let fork = (0..16).fold(String::new(), |all, one| {
        let here = format!("s{one}");
        let (before, next) = match one {
            0 => ("verification".to_owned(), "s1".to_owned()),
            15 => (here.clone(), "approval".to_owned()),
            _ => (here.clone(), format!("s{}", one + 1)),
        };
        let opened = if one == 0 { String::new() } else { stage(&here, &open("verification")) };
        all + &opened
            + &action(&format!("this{one}"), &before, &next, "")
            + &action(&format!("that{one}"), &before, &next, "")
    });
    let acts = (0..16).flat_map(|one| ["this", "that"].map(|act| format!("\"{act}{one}\"")));
    let bound = format!("[[duty]]\ndistinct = [{}]\n", acts.collect::<Vec<_>>().join(", "));
    let started = Instant::now();
    let error = Workflow::parse(&(with_action(&fork) + &bound)).unwrap_err();
    assert!(error.findings.iter().any(|finding| finding.code == "proof_too_large"), "{error}");
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}

#[test]
fn every_shipped_workflow_needs_four_persons_for_a_payment() {
    for text in [KUBE, WRSE, LKS, DISASTER] {
        let workflow = Workflow::parse(text).unwrap();
        let proof = prove(&workflow, &"paid".into());
        let way = proof.weakest.unwrap();
        assert_eq!((way.persons(), proof.cut), (4, false), "{way}");
    }
    let way = weakest_way(&Workflow::parse(KUBE).unwrap(), &"paid".into()).unwrap();
    assert_eq!(
        way.to_string(),
        "person 1 does submit, person 2 does verify, person 3 does approve, person 4 does pay"
    );
}

#[test]
fn without_its_duties_a_workflow_needs_fewer_and_the_story_says_how() {
    let separate = "[[duty]]\ndistinct = [\"submit\", \"verify\", \"approve\", \"pay\"]\n";
    let promise = "[[duty]]\nmin_persons = 4\nbefore = \"paid\"\n";
    let loose = Workflow::reread(&changed(KUBE, &[(separate, ""), (promise, "")])).unwrap();
    let way = weakest_way(&loose, &"paid".into()).unwrap();
    assert_eq!(way.persons(), 1);
    assert_eq!(
        way.to_string(),
        "person 1 does submit, person 1 does verify, person 1 does approve, person 1 does pay"
    );
    let pair = "[[duty]]\ndistinct = [\"submit\", \"approve\"]\n";
    let way = weakest_way(
        &Workflow::parse(&changed(KUBE, &[(separate, pair), (promise, "")])).unwrap(),
        &"paid".into(),
    );
    assert_eq!(way.unwrap().persons(), 2);
    let error = Workflow::parse(&changed(KUBE, &[(separate, pair)])).unwrap_err();
    assert_eq!(
        error.findings[0].en,
        "4 different persons are promised before `paid`, but the duties allow 2: person 1 does submit, \
         person 1 does verify, person 2 does approve, person 1 does pay"
    );
}

#[test]
fn the_proof_counts_whoever_drafts_and_whoever_enters_the_result() {
    // If clerks draft decrees as a duty of their own, that is one act more on the way.
    let text = changed(
        KUBE,
        &[
            ("draft = { verifier = \"verify\", admin = \"verify\" }", "draft = { admin = \"list\" }"),
            ("\"approve\", \"pay\"]", "\"approve\", \"pay\", \"list\"]"),
            ("min_persons = 4", "min_persons = 5"),
        ],
    );
    assert_eq!(weakest_way(&Workflow::parse(&text).unwrap(), &"paid".into()).unwrap().persons(), 5);
    // Where one of two roles counts as another duty, the weaker of the two is what is proved.
    let text = changed(
        KUBE,
        &[
            (
                "draft = { verifier = \"verify\", admin = \"verify\" }",
                "draft = { verifier = \"verify\", admin = \"list\" }",
            ),
            ("\"approve\", \"pay\"]", "\"approve\", \"pay\", \"list\"]"),
        ],
    );
    assert_eq!(weakest_way(&Workflow::parse(&text).unwrap(), &"paid".into()).unwrap().persons(), 4);
}

#[test]
fn whatever_is_wrong_is_told_at_once_with_line_column_and_a_suggestion() {
    let text = changed(
        KUBE,
        &[
            ("max_visits = 5", "max_visit = 5"),
            ("title = { id = \"Ajukan\", en = \"Submit\" }", "title = { id = \"Ajukan\" }"),
            ("target = \"5wd\", share = 0.85", "target = 5, share = 85"),
            ("to = \"approval\"", "to = \"aproval\""),
            ("guard = 'identity == \"match\"", "guard = 'identty == \"match\""),
            (
                "kind = \"close\"\nreason = \"required\"\n\n# By signing",
                "kind = \"close\"\nreason = \"requird\"\n\n# By signing",
            ),
            ("amount = \"amount\"", "amount = \"amuont\""),
            ("strike_to = \"input\"\n", ""),
        ],
    );
    let findings = Workflow::check(&text).findings;
    let told: Vec<_> = findings
        .iter()
        .map(|one| {
            let (line, column) = (one.line.unwrap(), one.column.unwrap());
            let text = text.lines().nth(line - 1).unwrap();
            let at: String = text.chars().skip(column - 1).take(7).collect();
            format!("{} at {}: {}", one.code, one.place, at.trim_end())
        })
        .collect();
    assert_eq!(
        told,
        [
            "not_working_days at stage.input.sla.target: target",
            "share_range at stage.input.sla.share: share =",
            "label_missing at action.submit.title: title =",
            "stage_unknown at action.verify.to: to = \"a",
            "guard_invalid at action.verify.guard: identty",
            "rework_endless at action.return: return]",
            "key_unknown at action.return.max_visit: max_vis",
            "value_unknown at action.withdraw.reason: reason",
            "key_missing at decree.strike_to: decree]",
            "form_field_unknown at form.amount: amount",
        ]
    );
    let near = |code: &str| findings.iter().find(|one| one.code == code).map(|one| one.en.as_str());
    assert!(
        near("key_unknown").unwrap().contains("did you mean `max_visits`?; the known ones are title, from")
    );
    assert!(near("value_unknown").unwrap().contains("did you mean `required`?"));
    assert!(near("stage_unknown").unwrap().contains("did you mean `approval`?"));
    assert!(findings.iter().any(|one| one.id.contains("maksudnya `approval`?")));
}

#[test]
fn what_shows_a_finding_comes_with_it() {
    let hurry = with_action(&action("hurry", "verification", "disbursement", ""));
    let shown = |text: &str, code: &str| {
        let findings = Workflow::check(text).findings;
        findings.into_iter().find(|one| one.code == code).and_then(|one| one.counter_example)
    };
    let way = ["input", "submit", "verification", "hurry", "disbursement", "pay"].map(str::to_owned);
    assert_eq!(shown(&hurry, "payment_unapproved"), Some(CounterExample::Way(way.into())));
    let two = changed(KUBE, &[("via = \"decree\"\n", "via = \"decree\"\nguard = 'amount > 5000000'\n")]);
    let small =
        action("small", "approval", "disbursement", "kind = \"approval\"\nguard = 'amount < 5000000'");
    let two = changed(&two, &[("[action.submit]", &format!("{small}\n[action.submit]"))]);
    let values = [("amount".to_owned(), "5000000".to_owned())].into();
    assert_eq!(shown(&two, "coverage_gap"), Some(CounterExample::Values(values)));
    let weak = changed(KUBE, &[("\"approve\", \"pay\"]", "\"approve\"]")]);
    let Some(CounterExample::Persons(acts)) = shown(&weak, "too_few_persons") else { panic!("no persons") };
    assert_eq!(acts.last(), Some(&("pay".to_owned(), 1)));
    assert!(CounterExample::Persons(acts).text(crate::Lang::Id).starts_with("orang 1 melakukan submit, "));
}

#[test]
fn what_was_published_can_be_read_again_whatever_later_checks_have_against_it() {
    let weak = changed(KUBE, &[("min_persons = 4", "min_persons = 5")]);
    assert!(Workflow::parse(&weak).is_err());
    assert_eq!(Workflow::reread(&weak).unwrap().version, 1);
    assert!(Workflow::reread(&changed(KUBE, &[("to = \"approval\"", "to = \"aproval\"")])).is_err());
    assert!(Workflow::reread("schema = ").is_err());
}
