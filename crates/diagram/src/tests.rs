//! The pictures of the shipped workflows, kept as reviewed texts; `SALUR_BLESS=1` writes them anew.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use quick_xml::events::Event;
use salur_core::workflow::{ActionKind, Workflow};
use salur_core::world::Policy;
use salur_core::{ActionName, Label, Lang, Role, StageName};

use crate::{Layout, Look, Node, Point, STAGES_MAX, bpmn, layout, mermaid, svg, text};

const SHIPPED: [&str; 4] = [
    include_str!("../../../workflows/disaster.toml"),
    include_str!("../../../workflows/kube.toml"),
    include_str!("../../../workflows/lks.toml"),
    include_str!("../../../workflows/wrse.toml"),
];

fn roles() -> BTreeMap<Role, Label> {
    Policy::parse(include_str!("../../../data/policy.toml")).unwrap().role
}

fn check(name: &str, found: &str) {
    let path = format!("{}/reviewed/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("SALUR_BLESS").is_some() {
        std::fs::write(&path, found).unwrap();
    }
    let reviewed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == reviewed, "{path} differs; SALUR_BLESS=1 writes it anew");
}

#[test]
fn the_pictures_are_the_reviewed_ones() {
    let roles = roles();
    for text in SHIPPED {
        let workflow = Workflow::parse(text).unwrap();
        let layout = layout(&workflow).unwrap();
        let scheme = workflow.scheme.as_str();
        let counts: BTreeMap<StageName, u64> = workflow
            .stages
            .keys()
            .zip([12_480, 0, 7, 1_204, 311])
            .map(|(stage, n)| (stage.clone(), n))
            .collect();
        let look = |lang, counts| Look { lang, roles: &roles, counts };
        check(&format!("{scheme}.svg"), &svg(&workflow, &layout, look(Lang::Id, None)));
        check(&format!("{scheme}-counts.en.svg"), &svg(&workflow, &layout, look(Lang::En, Some(&counts))));
        check(&format!("{scheme}.mmd"), &mermaid(&workflow, &layout, &roles, Lang::Id));
        let model = bpmn(&workflow, &layout, &roles, Lang::Id);
        check_bpmn(&model);
        check(&format!("{scheme}.bpmn"), &model);
    }
}

/// True if an upright or level line meets the inside of a stage.
fn enters(node: &Node, a: Point, b: Point) -> bool {
    let (left, right) = (a.x.min(b.x), a.x.max(b.x));
    let (top, bottom) = (a.y.min(b.y), a.y.max(b.y));
    left < node.right() && right > node.x && top < node.y + node.h && bottom > node.y
}

fn boxes_meet(a: [i32; 4], b: [i32; 4]) -> bool {
    a[0] < b[0] + b[2] && b[0] < a[0] + a[2] && a[1] < b[1] + b[3] && b[1] < a[1] + a[3]
}

fn check_layout(layout: &Layout) {
    for path in &layout.paths {
        for pair in path.points.windows(2) {
            assert!(pair[0].x == pair[1].x || pair[0].y == pair[1].y, "not level nor upright: {path:?}");
            let entered = layout.nodes.iter().find(|node| enters(node, pair[0], pair[1]));
            assert!(entered.is_none(), "{:?} crosses {entered:?}", path.edge);
        }
        let (first, last) = (path.points.first().unwrap(), path.points.last().unwrap());
        for (end, stage) in [(first, &path.edge.from), (last, &path.edge.to)] {
            let node = layout.node(stage).unwrap();
            assert!((node.x..=node.right()).contains(&end.x) && (node.y..=node.y + node.h).contains(&end.y));
        }
        assert!(path.points.iter().all(|point| (0..layout.width).contains(&point.x)));
        assert!(path.points.iter().all(|point| (0..layout.height).contains(&point.y)));
    }
    let names: Vec<[i32; 4]> = layout
        .paths
        .iter()
        .map(|path| {
            let wraps = [Lang::Id, Lang::En]
                .map(|lang| text::wrap(path.edge.title.in_lang(lang), 12, path.name_width.max(40)).len());
            let high = i32::try_from(*wraps.iter().max().unwrap()).unwrap() * 13;
            [path.name.x, path.name.y - high - 3, path.name_width, high]
        })
        .collect();
    let stages: Vec<_> = layout.nodes.iter().map(|node| [node.x, node.y, node.w, node.h]).collect();
    for (place, a) in names.iter().chain(&stages).enumerate() {
        for b in names.iter().chain(&stages).skip(place + 1) {
            assert!(!boxes_meet(*a, *b), "{a:?} meets {b:?}");
        }
    }
    for node in &layout.nodes {
        let lane = &layout.lanes[node.lane];
        assert!(lane.y <= node.y && node.y + node.h <= lane.y + lane.h, "{node:?} leaves {lane:?}");
    }
}

#[test]
fn no_line_crosses_a_stage_and_no_name_meets_another() {
    for text in SHIPPED {
        check_layout(&layout(&Workflow::parse(text).unwrap()).unwrap());
    }
}

/// A workflow of any shape, sound or not: what is drawn may be a draft.
fn any_workflow(stages: usize, ways: &[(usize, usize, u8)]) -> Workflow {
    let mut workflow = Workflow::parse(SHIPPED[1]).unwrap();
    let open = workflow.stages[&StageName::from("input")].clone();
    let end = workflow.stages[&StageName::from("paid")].clone();
    let action = workflow.actions["submit"].clone();
    let name = |place: usize| StageName::from(&*format!("s{place}"));
    workflow.stages = (0..stages)
        .map(|place| {
            let mut stage = if place % 4 == 3 { end.clone() } else { open.clone() };
            if let Some(station) = &mut stage.served_by {
                station.role = Role::from(&*format!("r{}", place % 5));
            }
            (name(place), stage)
        })
        .collect();
    workflow.start = name(0);
    workflow.decree.strike_to = name(0);
    workflow.actions = (0..)
        .zip(ways)
        .map(|(number, (from, to, kind)): (usize, _)| {
            let mut action = action.clone();
            action.from = [name(from % stages)].into();
            action.to = (kind % 7 != 6).then(|| name(to % stages));
            action.kind = [ActionKind::Forward, ActionKind::Rework, ActionKind::Close][usize::from(kind % 3)];
            (ActionName::from(&*format!("a{number}")), action)
        })
        .collect();
    workflow
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn any_workflow_is_drawn_without_lines_over_stages(
        stages in 1_usize..14,
        ways in proptest::collection::vec((0_usize..14, 0_usize..14, any::<u8>()), 0..24),
    ) {
        let workflow = any_workflow(stages, &ways);
        let drawn = layout(&workflow).unwrap();
        check_layout(&drawn);
        let roles = BTreeMap::new();
        let picture = svg(&workflow, &drawn, Look { lang: Lang::Id, roles: &roles, counts: None });
        prop_assert!(picture.ends_with("</svg>
"));
        check_bpmn(&bpmn(&workflow, &drawn, &roles, Lang::En));
    }
}

#[test]
fn too_much_is_refused_and_much_is_drawn_soon() {
    let chain: Vec<(usize, usize, u8)> = (0..STAGES_MAX).map(|place| (place, place + 1, 0)).collect();
    let started = std::time::Instant::now();
    layout(&any_workflow(STAGES_MAX, &chain)).unwrap();
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    let refused = layout(&any_workflow(10_000, &[])).unwrap_err();
    assert_eq!((refused.code(), refused.found), ("picture_too_large", 10_000));
}

#[test]
fn words_of_a_definition_cannot_break_out_of_a_picture() {
    let mut workflow = Workflow::parse(SHIPPED[1]).unwrap();
    let evil = "\"]<script>alert(1)</script>&x; --> end\n%%{init}%%";
    workflow.title.id = evil.into();
    for stage in workflow.stages.values_mut() {
        stage.title.id = evil.into();
    }
    for action in workflow.actions.values_mut() {
        action.title.id = evil.into();
    }
    let drawn = layout(&workflow).unwrap();
    let roles: BTreeMap<Role, Label> =
        roles().into_keys().map(|role| (role, Label { id: evil.into(), en: evil.into() })).collect();
    let picture = svg(&workflow, &drawn, Look { lang: Lang::Id, roles: &roles, counts: None });
    let model = bpmn(&workflow, &drawn, &roles, Lang::Id);
    for text in [&picture, &model] {
        assert!(!text.contains("<script") && !text.contains("&x;"), "{text}");
    }
    check_bpmn(&model);
    let chart = mermaid(&workflow, &drawn, &roles, Lang::Id);
    for line in chart.lines().skip(3) {
        assert!(line.matches('"').count() <= 2 && !line.contains('<') && !line.contains("%%"), "{line}");
    }
}

/// Every id is unique and a name, every reference resolves, every element stands in the diagram.
fn check_bpmn(text: &str) {
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let (mut ids, mut refs, mut drawn, mut shown) =
        (BTreeSet::new(), Vec::new(), BTreeSet::new(), Vec::new());
    let mut wants_text = false;
    loop {
        match reader.read_event().unwrap() {
            Event::Start(element) => {
                let tag = element.name().0.to_owned();
                wants_text = ["bpmn:flowNodeRef", "bpmn:incoming", "bpmn:outgoing"].contains(&tag.as_str());
                for attribute in element.attributes() {
                    let attribute = attribute.unwrap();
                    let value = attribute.value.to_string();
                    match attribute.key.0 {
                        "id" => {
                            let mut letters = value.chars();
                            assert!(letters.next().is_some_and(|first| first.is_ascii_alphabetic()));
                            assert!(letters.all(|c| c.is_ascii_alphanumeric() || c == '_'), "{value}");
                            assert!(ids.insert(value.clone()), "{value} twice");
                            let nodes = ["participant", "lane", "startEvent", "endEvent", "userTask"];
                            let nodes = nodes.iter().chain(&["exclusiveGateway", "sequenceFlow"]);
                            if nodes.map(|node| format!("bpmn:{node}")).any(|node| node == tag) {
                                shown.push(value);
                            }
                        }
                        "bpmnElement" => {
                            drawn.insert(value.clone());
                            refs.push(value);
                        }
                        "sourceRef" | "targetRef" | "processRef" => refs.push(value),
                        _ => {}
                    }
                }
            }
            Event::Text(text) if wants_text && !text.xml10_content().trim().is_empty() => {
                refs.push(text.xml10_content().to_string());
            }
            Event::End(_) => wants_text = false,
            Event::Eof => break,
            Event::DocType(_) | Event::PI(_) | Event::Comment(_) | Event::CData(_) => panic!("not ours"),
            Event::Text(_) | Event::Decl(_) | Event::GeneralRef(_) | Event::Empty(_) => {}
        }
    }
    assert!(refs.iter().all(|id| ids.contains(id)), "{refs:?}");
    assert!(shown.iter().all(|id| drawn.contains(id)), "{shown:?}");
}
