use std::time::{Duration, Instant};

use super::*;
use crate::proof::{prove, weakest_way};
use crate::testing::*;

/// The codes found in `kube.toml` with texts replaced, each once, in order of the alphabet.
fn codes(changes: &[(&str, &str)]) -> Vec<&'static str> {
    let error = Workflow::parse(&changed(KUBE, changes)).expect_err("it should be refused");
    let codes: BTreeSet<_> = error.findings.iter().map(|finding| finding.code).collect();
    for finding in &error.findings {
        assert!(!finding.place.is_empty() && !finding.text.is_empty() && !finding.text.contains('\n'));
    }
    codes.into_iter().collect()
}

/// `kube.toml` with more at its end of actions.
fn with_action(text: &str) -> String {
    changed(KUBE, &[("[action.submit]", &format!("{text}\n[action.submit]"))])
}

#[test]
fn every_mistake_has_its_code() {
    let title = "title = { id = \"a\", en = \"b\" }";
    for (code, changes) in [
        ("toml_invalid", vec![("schema = 1", "schema = ")]),
        ("toml_invalid", vec![("kind = \"close\"", "kind = \"shut\"")]),
        ("toml_invalid", vec![("max_visits = 5", "max_visit = 5")]),
        ("toml_invalid", vec![("target = \"5wd\"", "target = 5")]),
        ("schema_unknown", vec![("schema = 1", "schema = 2")]),
        ("stage_unknown", vec![("to = \"approval\"", "to = \"aproval\"")]),
        ("stage_unknown", vec![("start = \"input\"", "start = \"inbox\"")]),
        ("stage_unknown", vec![("strike_to = \"input\"", "strike_to = \"inbox\"")]),
        ("stage_unknown", vec![("before = \"paid\"", "before = \"paied\"")]),
        ("stage_unknown", vec![("start = \"input\"", "start = \"input\"\nreferred = \"away\"")]),
        ("stage_kind", vec![("end = \"rejected\"", "end = \"rejected\"\nphase = \"input\"")]),
        ("stage_unserved", vec![("sla = { target = \"5wd\", share = 0.9 }", "")]),
        ("stage_not_input", vec![("strike_to = \"input\"", "strike_to = \"verification\"")]),
        ("referred_open", vec![("start = \"input\"", "start = \"input\"\nreferred = \"verification\"")]),
        ("action_reserved", vec![("[action.reject]", "[action.hold]")]),
        ("action_reserved", vec![("[action.reject]", "[action.strike]")]),
        ("nobody", vec![("by = [\"clerk\"]", "by = []")]),
        ("nobody", vec![("strike = { governor = \"approve\", verifier = \"verify\", admin = \"verify\" }", "strike = {}")]),
        ("never_enabled", vec![("from = [\"input\", \"verification\"]", "from = []")]),
        ("persons_zero", vec![("reason = \"required\"\n\n[action.withdraw]", "reason = \"required\"\npersons = 0\n\n[action.withdraw]")]),
        ("from_end", vec![("from = [\"input\", \"verification\"]", "from = [\"input\", \"paid\"]")]),
        ("action_to", vec![("to = \"withdrawn\"\n", "")]),
        ("action_to", vec![("counts_as = \"correct\"", "counts_as = \"correct\"\nto = \"disbursement\"")]),
        ("rework_endless", vec![("max_visits = 5", "")]),
        ("field_unknown", vec![("notes = [", "notes = [\"moon\", ")]),
        ("field_never_set", vec![("documents == \"complete\"'", "group_visited'")]),
        ("guard_invalid", vec![("documents == \"complete\"'", "papers == \"complete\"'")]),
        ("guard_invalid", vec![("documents == \"complete\"'", "documents == \"completed\"'")]),
        ("guard_invalid", vec![("documents == \"complete\"'", "'")]),
        ("enum_empty", vec![("values = [\"match\", \"differs\"]", "values = []")]),
        ("label_missing", vec![("labels.differs = ", "labels.other = ")]),
        ("label_empty", vec![("title = { id = \"Tolak\", en = \"Reject\" }", "title = { id = \"\", en = \"Reject\" }")]),
        ("entry_unclear", vec![("to = \"verification\"\nby = [\"clerk\"]", "to = \"verification\"\nby = [\"clerk\"]\nkind = \"rework\"\nmax_visits = 1")]),
        ("duty_unknown", vec![("distinct = [\"rule\", \"pay\"]", "distinct = [\"rule\", \"pay\", \"payed\"]")]),
        ("duty_half", vec![("min_persons = 4\n", "")]),
        ("stage_unreachable", vec![("start = \"input\"", "start = \"input\"\n[stage.attic]\ntitle = { id = \"a\", en = \"b\" }\nend = \"rejected\"\n[workflow2]")]),
        ("via_kind", vec![("kind = \"approval\"", "kind = \"forward\"")]),
        ("list_asks", vec![("kind = \"approval\"", "kind = \"approval\"\nreason = \"required\"")]),
        ("payer_unclear", vec![("settle = { treasurer = \"pay\" }", "settle = { treasurer = \"pay\", admin = \"pay\" }")]),
        ("ruling_asks", vec![("needs = [\"payment_happened\"]", "needs = [\"identity\"]")]),
        ("acts_alone", vec![("kind = \"correction\"\npersons = 2", "kind = \"correction\"")]),
        ("acts_alone", vec![("kind = \"ruling\"\npersons = 2", "kind = \"ruling\"\npersons = 1")]),
        ("payer_decides", vec![("[[duty]]\ndistinct = [\"correct\", \"pay\"]", "")]),
        ("too_few_persons", vec![("min_persons = 4", "min_persons = 5")]),
        ("no_success", vec![("end = \"success\"", "end = \"rejected\"")]),
    ] {
        let changes: Vec<_> = changes
            .into_iter()
            .map(|(from, to)| (from, to.replace("\n[workflow2]", "")))
            .collect();
        let changes: Vec<_> = changes.iter().map(|(from, to)| (*from, to.as_str())).collect();
        if code == "stage_unreachable" {
            continue;
        }
        assert!(codes(&changes).contains(&code), "{code}: {:?}", codes(&changes));
    }
    let attic = with_action(&format!("[stage.attic]\n{title}\nend = \"rejected\"\n"));
    assert_eq!(Workflow::parse(&attic).unwrap_err().findings[0].code, "stage_unreachable");
    let twice = with_action(&format!(
        "[action.approve2]\n{title}\nfrom = [\"approval\"]\nto = \"disbursement\"\nby = [\"governor\"]\nkind = \"approval\"\nvia = \"decree\"\n"
    ));
    assert_eq!(Workflow::parse(&twice).unwrap_err().findings[0].code, "via_twice");
    let trap = format!(
        "[stage.trap]\n{title}\nphase = \"input\"\nserved_by = {{ role = \"clerk\" }}\nsla = {{ target = \"1wd\" }}\n\
         [action.fall]\n{title}\nfrom = [\"verification\"]\nto = \"trap\"\nby = [\"clerk\"]\nkind = \"close\"\n"
    );
    assert_eq!(Workflow::parse(&with_action(&trap)).unwrap_err().findings[0].code, "stage_cannot_end");
    let many: String =
        (0..70).map(|place| format!("[action.a{place}]\n{title}\nfrom = [\"input\"]\nto = \"withdrawn\"\nby = [\"clerk\"]\nkind = \"close\"\n")).collect();
    assert_eq!(Workflow::parse(&with_action(&many)).unwrap_err().findings[0].code, "too_many");
}

#[test]
fn money_goes_out_once_and_after_an_approval() {
    let title = "title = { id = \"a\", en = \"b\" }";
    let short_cut = format!("[action.hurry]\n{title}\nfrom = [\"verification\"]\nto = \"disbursement\"\nby = [\"verifier\"]\n");
    let error = Workflow::parse(&with_action(&short_cut)).unwrap_err();
    let codes: Vec<_> = error.findings.iter().map(|finding| (finding.code, finding.place.as_str())).collect();
    assert_eq!(
        codes,
        [
            ("payment_unapproved", "action.pay"),
            ("payment_unapproved", "action.rule_payment"),
            ("too_few_persons", "duty[3]")
        ]
    );
    let again = [("[stage.paid]\ntitle = { id = \"Sudah dibayar\", en = \"Paid\" }\nend = \"success\"",
        "[stage.done]\ntitle = { id = \"a\", en = \"b\" }\nend = \"success\"\n[stage.paid]\ntitle = { id = \"a\", en = \"b\" }\nphase = \"accountability\"\nserved_by = { role = \"clerk\" }\nsla = { target = \"1wd\" }")];
    let report = format!("[action.report]\n{title}\nfrom = [\"paid\"]\nto = \"done\"\nby = [\"clerk\"]\n");
    Workflow::parse(&changed(&with_action(&report), &again)).unwrap();
    let back = format!("{report}[action.back]\n{title}\nfrom = [\"paid\"]\nto = \"disbursement\"\nby = [\"clerk\"]\n");
    let error = Workflow::parse(&changed(&with_action(&back), &again)).unwrap_err();
    assert!(error.findings.iter().any(|finding| finding.code == "payment_twice"), "{error}");
}

#[test]
fn all_findings_of_a_file_are_told_at_once_with_their_places() {
    let error = Workflow::parse(&changed(
        KUBE,
        &[("max_visits = 5", ""), ("min_persons = 4", "min_persons = 9"), ("needs = [\"identity\", ", "needs = [\"moon\", \"identity\", "), ("end = \"success\"", "end = \"rejected\"")],
    ))
    .unwrap_err();
    let found: Vec<_> = error.findings.iter().map(|finding| (finding.code, finding.place.as_str())).collect();
    assert_eq!(
        found,
        [
            ("rework_endless", "action.return"),
            ("field_unknown", "action.verify"),
            ("no_success", "stage"),
            ("too_few_persons", "duty[3]"),
        ]
    );
    let error = Workflow::parse(&changed(KUBE, &[("schema = 1", "schema = one")])).unwrap_err();
    assert!(error.findings[0].place.starts_with("line "), "{error}");
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
        String::new(),
    ] {
        assert_eq!(Workflow::parse(&text).unwrap_err().findings[0].code, "toml_invalid");
    }
    let guard = format!("guard = '{}identity == \"match\"'", "(".repeat(20_000));
    let found = codes(&[("guard = 'identity == \"match\" && documents == \"complete\"'", &guard)]);
    assert_eq!(found, ["guard_invalid"]);
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}

#[test]
fn a_definition_with_more_ways_than_can_be_searched_proves_nothing() {
    let title = "title = { id = \"a\", en = \"b\" }";
    let mut maze = String::new();
    for one in 0..9 {
        maze += &format!(
            "[stage.s{one}]\n{title}\nphase = \"verification\"\nserved_by = {{ role = \"clerk\" }}\nsla = {{ target = \"1wd\" }}\n\
             [action.in{one}]\n{title}\nfrom = [\"verification\"]\nto = \"s{one}\"\nby = [\"clerk\"]\n\
             [action.out{one}]\n{title}\nfrom = [\"s{one}\"]\nto = \"approval\"\nby = [\"clerk\"]\n\
             [action.next{one}]\n{title}\nfrom = [{}]\nto = \"s{one}\"\nby = [\"clerk\"]\n",
            (0..9).filter(|other| *other != one).map(|other| format!("\"s{other}\"")).collect::<Vec<_>>().join(", ")
        );
    }
    let started = Instant::now();
    let error = Workflow::parse(&with_action(&maze)).unwrap_err();
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
    let loose = Workflow::parse(&changed(KUBE, &[(separate, ""), (promise, "")])).unwrap();
    let way = weakest_way(&loose, &"paid".into()).unwrap();
    assert_eq!(way.persons(), 1);
    assert_eq!(way.to_string(), "person 1 does submit, person 1 does verify, person 1 does approve, person 1 does pay");
    let pair = "[[duty]]\ndistinct = [\"submit\", \"approve\"]\n";
    let way = weakest_way(&Workflow::parse(&changed(KUBE, &[(separate, pair), (promise, "")])).unwrap(), &"paid".into());
    assert_eq!(way.unwrap().persons(), 2);
    let error = Workflow::parse(&changed(KUBE, &[(separate, pair)])).unwrap_err();
    assert_eq!(
        error.findings[0].text,
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
            ("draft = { verifier = \"verify\", admin = \"verify\" }", "draft = { verifier = \"verify\", admin = \"list\" }"),
            ("\"approve\", \"pay\"]", "\"approve\", \"pay\", \"list\"]"),
        ],
    );
    assert_eq!(weakest_way(&Workflow::parse(&text).unwrap(), &"paid".into()).unwrap().persons(), 4);
}
