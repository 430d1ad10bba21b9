//! Drawings as the usual modellers write them, and drawings that somebody wrote to do harm.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use salur_core::workflow::{ActionKind, Workflow};

use super::*;

mod samples;

const OURS: [&str; 4] = [
    include_str!("../../reviewed/disaster.bpmn"),
    include_str!("../../reviewed/kube.bpmn"),
    include_str!("../../reviewed/lks.bpmn"),
    include_str!("../../reviewed/wrse.bpmn"),
];
const SHIPPED: [&str; 4] = [
    include_str!("../../../../workflows/disaster.toml"),
    include_str!("../../../../workflows/kube.toml"),
    include_str!("../../../../workflows/lks.toml"),
    include_str!("../../../../workflows/wrse.toml"),
];

/// A drawing with this prefix, the lanes and nodes inside one process.
fn drawing(prefix: &str, inside: &str) -> String {
    let (colon, space) = if prefix.is_empty() { ("", "") } else { (":", ":") };
    let inside = inside.replace("</", "\u{1}").replace('<', &format!("<{prefix}{colon}"));
    let inside = inside.replace('\u{1}', &format!("</{prefix}{colon}"));
    let p = format!("{prefix}{colon}");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{p}definitions xmlns{space}{prefix}=\"{}\" \
         xmlns:camunda=\"http://camunda.org/schema/1.0/bpmn\">\n<{p}process id=\"P\" name=\"Bantuan sosial\">\
         {inside}</{p}process></{p}definitions>",
        crate::bpmn::MODEL
    )
}

const LINEAR: &str = r#"
<laneSet id="ls">
<lane id="l1" name="Petugas"><flowNodeRef>s</flowNodeRef><flowNodeRef>a</flowNodeRef></lane>
<lane id="l2" name="Kepala Bidang"><flowNodeRef> b </flowNodeRef></lane>
<lane id="l3" name="Gubernur"><flowNodeRef>c</flowNodeRef></lane>
<lane id="l4" name="Bendahara"><flowNodeRef>d</flowNodeRef><flowNodeRef>e</flowNodeRef></lane>
</laneSet>
<startEvent id="s"><outgoing>f1</outgoing></startEvent>
<userTask id="a" name="Isi permohonan"/>
<task id="b" name="Periksa berkas"/>
<userTask id="c" name="Setujui permohonan"/>
<manualTask id="d" name="Bayarkan bantuan"/>
<endEvent id="e" name="Selesai"/>
<sequenceFlow id="f1" sourceRef="s" targetRef="a"/>
<sequenceFlow id="f2" sourceRef="a" targetRef="b"/>
<sequenceFlow id="f3" sourceRef="b" targetRef="c"/>
<sequenceFlow id="f4" sourceRef="c" targetRef="d"/>
<sequenceFlow id="f5" sourceRef="d" targetRef="e"/>
"#;

fn codes(reading: &Reading) -> Vec<&'static str> {
    reading.report.iter().map(|note| note.code).collect()
}

#[test]
fn a_simple_drawing_becomes_a_definition_that_holds_together_under_any_prefix() {
    let mut first = None;
    for prefix in ["bpmn", "bpmn2", "semantic", "model", ""] {
        let reading = read(drawing(prefix, LINEAR).as_bytes(), &BTreeMap::new()).unwrap();
        let workflow =
            Workflow::parse(&reading.draft).unwrap_or_else(|error| panic!("{error}\n{}", reading.draft));
        assert_eq!(workflow.start.as_str(), "isi_permohonan");
        assert_eq!(workflow.stages.len(), 5);
        let kinds = |kind| workflow.actions.values().filter(|action| action.kind == kind).count();
        assert_eq!((kinds(ActionKind::Approval), kinds(ActionKind::Payment)), (1, 1));
        let roles: Vec<_> = workflow.hold.by.iter().map(salur_core::Role::as_str).collect();
        assert_eq!(roles, ["bendahara", "gubernur", "kepala_bidang", "petugas"]);
        assert!(reading.draft.contains("# to be decided"));
        for code in
            ["approval_guessed", "payment_guessed", "form_missing", "task_stage", "lane_role", "end_end"]
        {
            assert!(codes(&reading).contains(&code), "{code}");
        }
        assert!(first.get_or_insert_with(|| reading.draft.clone()) == &reading.draft);
    }
}

#[test]
fn what_we_draw_is_read_back_as_the_same_stages_roles_and_actions() {
    for (model, text) in OURS.into_iter().zip(SHIPPED) {
        let was = Workflow::parse(text).unwrap();
        let reading = read(model.as_bytes(), &BTreeMap::new()).unwrap();
        let now =
            Workflow::parse(&reading.draft).unwrap_or_else(|error| panic!("{error}\n{}", reading.draft));
        assert_eq!((&now.scheme, &now.start, &now.referred), (&was.scheme, &was.start, &was.referred));
        assert!(now.stages.keys().eq(was.stages.keys()));
        for (name, stage) in &was.stages {
            let read = &now.stages[name];
            assert_eq!((read.phase, read.end), (stage.phase, stage.end), "{name}");
            let role =
                |stage: &salur_core::workflow::Stage| stage.served_by.as_ref().map(|by| by.role.clone());
            assert_eq!(role(read), role(stage), "{name}");
        }
        assert!(now.actions.keys().eq(was.actions.keys()));
        for (name, action) in &was.actions {
            let read = &now.actions[name];
            assert_eq!((&read.from, &read.to, read.kind), (&action.from, &action.to, action.kind), "{name}");
            assert!(read.by.keys().eq(action.by.keys()), "{name}");
        }
    }
}

#[test]
fn each_part_that_does_not_map_is_told_with_its_line() {
    let reading = read(
        drawing(
            "bpmn",
            r#"
<startEvent id="s"><timerEventDefinition id="t"/></startEvent>
<userTask id="a" name="Enter"><multiInstanceLoopCharacteristics/></userTask>
<exclusiveGateway id="g" name="Complete?"/>
<serviceTask id="m" name="Check register"/>
<subProcess id="sub" name="Review"><startEvent id="s2"/><userTask id="b" name="Look"/><endEvent id="e2"/>
<sequenceFlow id="i1" sourceRef="s2" targetRef="b"/><sequenceFlow id="i2" sourceRef="b" targetRef="e2"/></subProcess>
<parallelGateway id="p"/>
<boundaryEvent id="be" attachedToRef="sub"><timerEventDefinition id="t2"/></boundaryEvent>
<callActivity id="c" name="Elsewhere"/>
<intermediateCatchEvent id="ic"><messageEventDefinition id="md"/></intermediateCatchEvent>
<endEvent id="no" name="Rejected"/>
<userTask id="lost" name="Never"/><sequenceFlow id="q" sourceRef="lost" targetRef="a"/>
<userTask id="last" name="Pay out"/>
<sequenceFlow id="f1" sourceRef="s" targetRef="a"/><sequenceFlow id="f2" sourceRef="a" targetRef="g"/>
<sequenceFlow id="f3" sourceRef="g" targetRef="m" name="yes"><conditionExpression>${ok
 == true}</conditionExpression></sequenceFlow>
<sequenceFlow id="f4" sourceRef="g" targetRef="no" name="no"/><sequenceFlow id="f5" sourceRef="m" targetRef="sub"/>
<sequenceFlow id="f6" sourceRef="sub" targetRef="p"/><sequenceFlow id="f7" sourceRef="p" targetRef="c"/>
<sequenceFlow id="f8" sourceRef="c" targetRef="ic"/><sequenceFlow id="f9" sourceRef="ic" targetRef="last"/>
<sequenceFlow id="f10" sourceRef="p" targetRef="a" name="again"/>
<sequenceFlow id="fx" sourceRef="nowhere" targetRef="a"/><textAnnotation id="ta"><text>Mind the date</text></textAnnotation>
"#,
        )
        .as_bytes(),
        &BTreeMap::new(),
    )
    .unwrap();
    let codes = codes(&reading);
    for code in [
        "timer_event",
        "repeats",
        "gateway_actions",
        "service_task",
        "subprocess_opened",
        "parallel_gateway",
        "boundary_event",
        "call_activity",
        "intermediate_event",
        "end_end",
        "unreachable",
        "condition_text",
        "lanes_missing",
        "rework",
        "end_missing",
        "flow_broken",
        "annotation",
        "payment_guessed",
        "approval_undecided",
    ] {
        assert!(codes.contains(&code), "{code} of {codes:?}");
    }
    assert!(reading.report.iter().all(|note| !note.en.contains('{') || note.code == "condition_text"));
    assert!(reading.draft.contains("# to be decided: the guard; the drawing says: ${ok == true}"));
    let draft = toml::from_str::<toml::Table>(&reading.draft).unwrap();
    let stages: Vec<_> = draft["stage"].as_table().unwrap().keys().map(String::as_str).collect();
    assert_eq!(stages, ["done", "elsewhere", "enter", "look", "pay_out", "rejected"]);
    let findings = Workflow::parse(&reading.draft).unwrap_err();
    assert!(findings.findings.iter().all(|finding| finding.code == "payment_unapproved"), "{findings}");
}

fn many_of(count: usize, each: &dyn Fn(usize) -> String) -> String {
    (0..count).map(each).collect::<Vec<_>>().concat()
}

fn refused(bytes: &[u8]) -> &'static str {
    let started = Instant::now();
    let code = read(bytes, &BTreeMap::new()).unwrap_err().code.as_str();
    // Milliseconds when built for use; the bound leaves room for a busy machine and a build for tests.
    assert!(started.elapsed() < Duration::from_secs(10), "{code} took {:?}", started.elapsed());
    code
}

#[test]
fn harm_is_refused_with_a_code_and_soon() {
    let bomb = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE d [<!ENTITY a \"{}\"><!ENTITY b \"&a;&a;&a;&a;\">]>{}",
        "x".repeat(1000),
        drawing("bpmn", "<userTask id=\"a\" name=\"&b;\"/>")
    );
    assert_eq!(refused(bomb.as_bytes()), "doctype_refused");
    assert_eq!(refused(drawing("bpmn", "<task id=\"a\" name=\"&b;\"/>").as_bytes()), "doctype_refused");
    assert_eq!(refused(&vec![b'<'; BYTES_MAX + 1]), "file_too_large");
    let deep = drawing("bpmn", &"<subProcess>".repeat(BYTES_MAX / 20));
    assert_eq!(refused(deep.as_bytes()), "too_deep");
    assert_eq!(refused("<a>".repeat(300_000).as_bytes()), "not_bpmn");
    let many = many_of(10_000, &|n| format!("<userTask id=\"t{n}\" name=\"T\"/>\n"));
    assert_eq!(refused(drawing("bpmn", &many).as_bytes()), "too_many_elements");
    let flows = many_of(10_000, &|n| format!("<sequenceFlow id=\"f{n}\"/>"));
    assert_eq!(refused(drawing("bpmn", &flows).as_bytes()), "too_many_elements");
    assert_eq!(refused(drawing("bpmn", &"<x/>".repeat(100_000)).as_bytes()), "too_many_elements");
    let attributes = many_of(100_000, &|n| format!(" a{n}=\"\""));
    assert_eq!(refused(drawing("bpmn", &format!("<task{attributes}/>")).as_bytes()), "too_many_elements");
    let spaces = many_of(101, &|n| format!(" xmlns:n{n}=\"x\""));
    assert_eq!(refused(drawing("bpmn", &format!("<task{spaces}/>")).as_bytes()), "too_many_elements");
    let whole = drawing("bpmn", LINEAR);
    assert_eq!(refused(&whole.as_bytes()[..whole.len() - 30]), "xml_broken");
    let wide: Vec<u8> = whole.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(refused(&wide), "xml_broken");
    assert_eq!(
        refused(b"<?xml version=\"1.0\" encoding=\"windows-1252\"?><a b=\"\xe9\"/>"),
        "encoding_unknown"
    );
    for text in ["", "PK\u{3}\u{4}", "{}", "<definitions/>", "<bpmn:definitions/>", "<html></html>"] {
        assert_eq!(refused(text.as_bytes()), "not_bpmn", "{text}");
    }
    assert_eq!(refused(drawing("bpmn", "<startEvent id=\"s\"/>").as_bytes()), "nothing_to_do");
    assert_eq!(refused(drawing("bpmn", "").as_bytes()), "nothing_to_do");
}

/// Tasks that all lead to one another, and gateways in circles.
#[test]
fn circles_and_crowds_are_read_or_refused_soon() {
    let circle = r#"<startEvent id="s"/><exclusiveGateway id="g"/><exclusiveGateway id="h"/><task id="a" name="A"/>
        <sequenceFlow id="1" sourceRef="s" targetRef="g"/><sequenceFlow id="2" sourceRef="g" targetRef="h"/>
        <sequenceFlow id="3" sourceRef="h" targetRef="g"/><sequenceFlow id="4" sourceRef="h" targetRef="a"/>
        <sequenceFlow id="5" sourceRef="a" targetRef="g"/>"#;
    let reading = read(drawing("", circle).as_bytes(), &BTreeMap::new()).unwrap();
    assert!(codes(&reading).contains(&"rework"));
    toml::from_str::<toml::Table>(&reading.draft).unwrap();
    let crowd = many_of(900, &|n| {
        format!(
            "<task id=\"t{n}\"/><sequenceFlow sourceRef=\"g\" targetRef=\"t{n}\"/>\
             <sequenceFlow sourceRef=\"t{n}\" targetRef=\"g\"/>"
        )
    });
    let crowd = format!(
        "<startEvent id=\"s\"/><exclusiveGateway id=\"g\"/>{crowd}<sequenceFlow sourceRef=\"s\" targetRef=\"g\"/>"
    );
    assert_eq!(refused(drawing("bpmn", &crowd).as_bytes()), "too_many_elements");
    // A sub-process that names itself, and ends within ends.
    let odd = r#"<subProcess id="x"><subProcess id="y"><task id="a" name="A"/></subProcess></subProcess>
        <sequenceFlow id="1" sourceRef="x" targetRef="y"/><sequenceFlow id="2" sourceRef="y" targetRef="x"/>
        <sequenceFlow id="3" sourceRef="a" targetRef="a"/>"#;
    let _ = read(drawing("", odd).as_bytes(), &BTreeMap::new());
}

#[test]
fn a_name_cannot_break_out_of_a_draft() {
    let evil = LINEAR.replace("Periksa berkas", "x&quot; }&#10;[stage.evil]&#10;'''\\ {more} {}");
    let evil = evil.replace(
        "<sequenceFlow id=\"f3\" sourceRef=\"b\" targetRef=\"c\"/>",
        "<sequenceFlow id=\"f3\" sourceRef=\"b\" targetRef=\"c\"><conditionExpression>a&#10;[stage.evil]&#13;b</conditionExpression></sequenceFlow>",
    );
    let reading = read(drawing("bpmn", &evil).as_bytes(), &BTreeMap::new()).unwrap();
    let draft = toml::from_str::<toml::Table>(&reading.draft).unwrap();
    assert_eq!(draft["stage"].as_table().unwrap().len(), 5);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn a_damaged_drawing_never_panics(
        which in 0_usize..5,
        cuts in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>(), 0_usize..40), 1..12),
    ) {
        let linear = drawing("bpmn", LINEAR);
        let mut bytes = OURS.get(which).copied().unwrap_or(&linear).as_bytes().to_vec();
        for (place, byte, long) in cuts {
            let at = place.index(bytes.len());
            match byte % 4 {
                0 => bytes[at] = byte,
                1 => { bytes.drain(at..(at + long).min(bytes.len() - 1)); }
                2 => bytes.insert(at, byte),
                _ => {
                    let piece: Vec<u8> = bytes[at..(at + long * 20).min(bytes.len())].to_vec();
                    bytes.splice(at..at, piece);
                }
            }
        }
        if let Ok(reading) = read(&bytes, &BTreeMap::new()) {
            prop_assert!(toml::from_str::<toml::Table>(&reading.draft).is_ok(), "{}", reading.draft);
        }
    }

    #[test]
    fn any_text_of_any_tags_never_panics(
        parts in proptest::collection::vec(
            prop_oneof![
                (0_usize..8, "[a-d]").prop_map(|(kind, id)| {
                    let kinds = ["task", "userTask", "exclusiveGateway", "startEvent", "endEvent", "subProcess", "boundaryEvent", "callActivity"];
                    format!("<{} id=\"{id}\">", kinds[kind])
                }),
                ("[a-d]", "[a-d]").prop_map(|(a, b)| format!("<sequenceFlow sourceRef=\"{a}\" targetRef=\"{b}\"/>")),
                Just("</subProcess>".to_owned()),
                Just("</userTask>".to_owned()),
                Just("<userTask id=\"b\"/>".to_owned()),
                "[<>&;a\"]{0,3}",
            ],
            0..20,
        ),
    ) {
        let mut inside = parts.concat();
        let _ = read(drawing("", &inside).as_bytes(), &BTreeMap::new());
        // The same, closed: well-formed more often.
        inside = parts.iter().filter(|part| part.ends_with("/>")).cloned().collect();
        if let Ok(reading) = read(drawing("", &inside).as_bytes(), &BTreeMap::new()) {
            prop_assert!(toml::from_str::<toml::Table>(&reading.draft).is_ok(), "{}", reading.draft);
        }
    }
}
