//! Where everything stands in a BPMN file's own diagram.
//!
//! It is the picture's layout with room made right of each column for the gateways.

use salur_core::Lang;
use salur_core::workflow::Workflow;

use super::Ids;
use crate::layout::{Layout, MARGIN, NAME, NAME_LINE, Node, Path, Point, START};
use crate::text::{self, line};

/// Width of the strip that names the pool.
const POOL: i32 = 30;
/// Size of a gateway.
const GATEWAY: i32 = 50;
/// Room between a stage and its gateway.
const GAP: i32 = 24;
/// Where the ways fan out, right of the stage.
const FAN: i32 = GAP + GATEWAY + 10;
/// What each column is wider by than in the picture.
const WIDER: i32 = FAN + 4;
/// Radius of an event, and how far it stands from the left of its place.
const EVENT: i32 = START;
const EVENT_LEFT: i32 = 18;

/// Moves a picture's points apart.
struct Stretch(Vec<i32>);

impl Stretch {
    fn of(layout: &Layout) -> Stretch {
        let mut rights: Vec<i32> = layout.nodes.iter().map(Node::right).collect();
        rights.sort_unstable();
        rights.dedup();
        Stretch(rights)
    }

    fn x(&self, x: i32) -> i32 {
        let passed = self.0.iter().filter(|right| **right < x).count();
        x + POOL + WIDER * i32::try_from(passed).unwrap_or(0)
    }
}

pub(super) fn diagram(out: &mut String, workflow: &Workflow, layout: &Layout, ids: &Ids<'_>, lang: Lang) {
    let stretch = Stretch::of(layout);
    line(
        out,
        format_args!(
            "  <bpmndi:BPMNDiagram id=\"BPMNDiagram_1\">\n    \
             <bpmndi:BPMNPlane id=\"BPMNPlane_1\" bpmnElement=\"Collaboration_1\">"
        ),
    );
    let right = stretch.x(layout.width - MARGIN);
    let (top, bottom) = layout
        .lanes
        .iter()
        .fold((i32::MAX, 0), |(top, bottom), lane| (top.min(lane.y), bottom.max(lane.y + lane.h)));
    shape(out, "Participant_1", [MARGIN, top, right - MARGIN, bottom - top], " isHorizontal=\"true\"", None);
    for (place, lane) in (1..).zip(&layout.lanes) {
        let bounds = [MARGIN + POOL, lane.y, right - MARGIN - POOL, lane.h];
        shape(out, &format!("Lane_{place}"), bounds, " isHorizontal=\"true\"", None);
    }
    let Point { x, y } = layout.start;
    let x = stretch.x(x);
    let name = words_box(super::start_name(lang), x, y + EVENT + 4, 84);
    shape(out, "Start_1", [x - EVENT, y - EVENT, 2 * EVENT, 2 * EVENT], "", Some(name));
    for node in &layout.nodes {
        node_shapes(out, workflow, node, &stretch, ids, lang);
    }
    edges(out, workflow, layout, ids, lang, &stretch);
    line(out, format_args!("    </bpmndi:BPMNPlane>\n  </bpmndi:BPMNDiagram>"));
}

fn node_shapes(
    out: &mut String,
    workflow: &Workflow,
    node: &Node,
    stretch: &Stretch,
    ids: &Ids<'_>,
    lang: Lang,
) {
    let (id, x) = (ids.node(&node.stage), stretch.x(node.x));
    if workflow.end_of(&node.stage).is_some() {
        let left = x + EVENT_LEFT;
        let name = workflow.stage_title(&node.stage, lang);
        let high = 2 * NAME_LINE;
        let label = [left + 2 * EVENT + 6, node.axis - high / 2, node.w - EVENT_LEFT - 2 * EVENT - 8, high];
        let label = (!name.is_empty()).then_some(label);
        shape(out, id, [left, node.axis - EVENT, 2 * EVENT, 2 * EVENT], "", label);
        return;
    }
    shape(out, id, [x, node.y, node.w, node.h], "", None);
    if let Some(gateway) = ids.gateways.get(&node.stage) {
        let left = x + node.w + GAP;
        let bounds = [left, node.axis - GATEWAY / 2, GATEWAY, GATEWAY];
        let name = words_box(super::gateway_name(lang), left + GATEWAY / 2, node.axis + 28, 56);
        shape(out, gateway, bounds, " isMarkerVisible=\"true\"", Some(name));
    }
}

/// A box for words around a middle.
fn words_box(words: &str, middle: i32, top: i32, widest: i32) -> [i32; 4] {
    let lines = i32::try_from(text::wrap(words, NAME, widest).len()).unwrap_or(1).max(1);
    [middle - widest / 2, top, widest, lines * NAME_LINE]
}

fn bounds(out: &mut String, indent: &str, [x, y, w, h]: [i32; 4]) {
    line(out, format_args!("{indent}<dc:Bounds x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\"/>"));
}

fn shape(out: &mut String, id: &str, place: [i32; 4], more: &str, label: Option<[i32; 4]>) {
    line(out, format_args!("      <bpmndi:BPMNShape id=\"{id}_di\" bpmnElement=\"{id}\"{more}>"));
    bounds(out, "        ", place);
    labelled(out, label);
    line(out, format_args!("      </bpmndi:BPMNShape>"));
}

fn labelled(out: &mut String, label: Option<[i32; 4]>) {
    if let Some(place) = label {
        line(out, format_args!("        <bpmndi:BPMNLabel>"));
        bounds(out, "          ", place);
        line(out, format_args!("        </bpmndi:BPMNLabel>"));
    }
}

fn edge(out: &mut String, id: &str, points: &[Point], label: Option<[i32; 4]>) {
    line(out, format_args!("      <bpmndi:BPMNEdge id=\"{id}_di\" bpmnElement=\"{id}\">"));
    for Point { x, y } in points {
        line(out, format_args!("        <di:waypoint x=\"{x}\" y=\"{y}\"/>"));
    }
    labelled(out, label);
    line(out, format_args!("      </bpmndi:BPMNEdge>"));
}

fn edges(
    out: &mut String,
    workflow: &Workflow,
    layout: &Layout,
    ids: &Ids<'_>,
    lang: Lang,
    stretch: &Stretch,
) {
    for flow in &ids.flows {
        let Some(path) = flow.path else { continue };
        let words = path.edge.title.in_lang(lang);
        let lines = text::wrap(words, NAME, path.name_width.max(40));
        let high = i32::try_from(lines.len()).unwrap_or(1).max(1) * NAME_LINE;
        // As wide as its lines are, so that a modeller breaks it where we do.
        let wide = lines.iter().map(|words| text::width(words, NAME)).max().unwrap_or(0).max(20);
        let label = [stretch.x(path.name.x), path.name.y - high - 3, wide, high];
        let label = (!words.is_empty()).then_some(label);
        edge(out, &flow.id, &line_of(workflow, layout, ids, path, stretch), label);
    }
    let start = Point { x: stretch.x(layout.start.x) + EVENT, y: layout.start.y };
    if let Some(node) = layout.node(&workflow.start) {
        edge(out, "Flow_0", &[start, Point { x: stretch.x(node.x), y: start.y }], None);
    }
    for (stage, gateway) in &ids.gateways {
        let Some(node) = layout.node(stage) else { continue };
        let right = stretch.x(node.x) + node.w;
        let points = [Point { x: right, y: node.axis }, Point { x: right + GAP, y: node.axis }];
        edge(out, &format!("Flow_to_{gateway}"), &points, None);
    }
}

/// A way's line: out of the gateway's right corner if there is one, and into the middle of an event.
fn line_of(
    workflow: &Workflow,
    layout: &Layout,
    ids: &Ids<'_>,
    path: &Path,
    stretch: &Stretch,
) -> Vec<Point> {
    let mut points: Vec<Point> =
        path.points.iter().map(|point| Point { x: stretch.x(point.x), y: point.y }).collect();
    if let (true, Some(node)) = (ids.gateways.contains_key(&path.edge.from), layout.node(&path.edge.from)) {
        let right = stretch.x(node.x) + node.w;
        let exit = points.first().map_or(node.axis, |point| point.y);
        let mut fan = vec![Point { x: right + GAP + GATEWAY, y: node.axis }];
        if exit != node.axis {
            fan.push(Point { x: right + FAN, y: node.axis });
            fan.push(Point { x: right + FAN, y: exit });
        }
        points.splice(0..1, fan);
    }
    if let (true, Some(node)) = (workflow.end_of(&path.edge.to).is_some(), layout.node(&path.edge.to)) {
        let (left, middle) = (stretch.x(node.x), node.axis);
        if let Some(last) = points.pop() {
            if last.y != middle {
                points.push(Point { x: left + EVENT_LEFT / 3, y: last.y });
                points.push(Point { x: left + EVENT_LEFT / 3, y: middle });
            }
            points.push(Point { x: left + EVENT_LEFT, y: middle });
        }
    }
    points
}
