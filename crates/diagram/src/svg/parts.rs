//! The parts of a picture: stages, ends, ways, badges.

use salur_core::Lang;
use salur_core::workflow::{End, Phase, Workflow};

use super::{INK, Look};
use crate::graph::EdgeKind;
use crate::layout::{BOLD, Layout, NAME, NAME_LINE, Node, Path, Point, TITLE};
use crate::text::{self, escape, line, put};
use crate::words;

pub(super) const LINE: &str = "#4a5460";
/// How round the corners of a line are.
const ROUND: i32 = 5;

/// The tint of a phase and its edge. Dark text on each tint has a contrast of more than 12 to 1.
pub(super) fn colours(phase: Phase) -> (&'static str, &'static str) {
    match phase {
        Phase::Input => ("#e3eefc", "#2b5c9b"),
        Phase::Verification => ("#fff1cf", "#8a6100"),
        Phase::Approval => ("#efe5fa", "#69399b"),
        Phase::Disbursement => ("#dcf3e4", "#1d6f42"),
        Phase::Accountability => ("#def1f3", "#1f6b75"),
    }
}

/// The colour of an end, and a sign that says the same without colour.
fn end_look(end: End) -> (&'static str, &'static str) {
    match end {
        End::Success => ("#1d6f42", "M-5 0l3.5 4L5-4"),
        End::Rejected => ("#a4262c", "M-4-4L4 4M4-4L-4 4"),
        End::Withdrawn => ("#5a5f66", "M5 3c0-6-7-6-9-2M-5-4v4h4"),
        End::Referred => ("#2b5c9b", "M-5 0H5M1-4l4 4-4 4"),
    }
}

pub(super) fn way(out: &mut String, path: &Path) {
    let dashes = if path.edge.kind.leads_on() { "" } else { " stroke-dasharray=\"6 4\"" };
    let (colour, thick) = match path.edge.kind {
        EdgeKind::Forward => (INK, "2"),
        EdgeKind::Close => ("#7a3a3e", "1.5"),
        EdgeKind::Rework | EdgeKind::Stay | EdgeKind::Strike | EdgeKind::Referral => (LINE, "1.5"),
    };
    let Some((head, line_end)) = arrow(&path.points) else { return };
    let mut points = path.points.clone();
    if let Some(last) = points.last_mut() {
        *last = line_end;
    }
    line(
        out,
        format_args!(
            "<path d=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{thick}\"{dashes}/>\
             <path d=\"{head}\" fill=\"{colour}\"/>",
            rounded(&points)
        ),
    );
}

/// The arrow's head at the end of a line, and where the line itself ends.
fn arrow(points: &[Point]) -> Option<(String, Point)> {
    let [.., before, Point { x, y }] = points else { return None };
    let (dx, dy) = ((x - before.x).signum(), (y - before.y).signum());
    let back = Point { x: x - 8 * dx, y: y - 8 * dy };
    let head =
        format!("M{x} {y}L{} {}L{} {}Z", back.x + 4 * dy, back.y + 4 * dx, back.x - 4 * dy, back.y - 4 * dx);
    Some((head, Point { x: x - 6 * dx, y: y - 6 * dy }))
}

/// A line through points, with round corners where there is room.
fn rounded(points: &[Point]) -> String {
    let mut line = String::new();
    if let Some(first) = points.first() {
        line = format!("M{} {}", first.x, first.y);
    }
    for corner in points.windows(3) {
        let [a, b, c] = corner else { continue };
        let near = |from: &Point| {
            let far = (b.x - from.x).abs() + (b.y - from.y).abs();
            let reach = ROUND.min(far / 2);
            (b.x - reach * (b.x - from.x).signum(), b.y - reach * (b.y - from.y).signum())
        };
        let ((ax, ay), (cx, cy)) = (near(a), near(c));
        put(&mut line, format_args!("L{ax} {ay}Q{} {} {cx} {cy}", b.x, b.y));
    }
    if let [_, .., last] = points {
        put(&mut line, format_args!("L{} {}", last.x, last.y));
    }
    line
}

pub(super) fn way_name(out: &mut String, path: &Path, lang: Lang) {
    let lines = text::wrap(path.edge.title.in_lang(lang), NAME, path.name_width.max(40));
    let last = i32::try_from(lines.len()).unwrap_or(1) - 1;
    for (place, words) in (0..).zip(&lines) {
        let (x, y) = (path.name.x, path.name.y - 4 - (last - place) * NAME_LINE);
        line(out, format_args!("<text x=\"{x}\" y=\"{y}\" font-size=\"{NAME}\">{}</text>", escape(words)));
    }
}

pub(super) fn start(out: &mut String, workflow: &Workflow, layout: &Layout) {
    let Some(node) = layout.node(&workflow.start) else { return };
    let Point { x, y } = layout.start;
    let end = Point { x: node.x, y };
    let Some((head, stop)) = arrow(&[Point { x, y }, end]) else { return };
    line(
        out,
        format_args!(
            "<circle cx=\"{x}\" cy=\"{y}\" r=\"9\" fill=\"{LINE}\"/>\
             <path d=\"M{x} {y}H{}\" stroke=\"{LINE}\" stroke-width=\"1.5\"/><path d=\"{head}\" fill=\"{LINE}\"/>",
            stop.x
        ),
    );
}

pub(super) fn node(out: &mut String, workflow: &Workflow, node: &Node, look: Look<'_>) {
    let Some(stage) = workflow.stage(&node.stage) else { return };
    let title = stage.title.in_lang(look.lang);
    let Node { x, y, w, h, .. } = *node;
    let middle = x + w / 2;
    if let Some(end) = stage.end {
        let (colour, sign) = end_look(end);
        let round = (h / 2).min(20);
        line(
            out,
            format_args!(
                "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"{round}\" fill=\"#ffffff\" \
                 stroke=\"{colour}\" stroke-width=\"2\"/>\
                 <g transform=\"translate({} {})\"><circle r=\"10\" fill=\"{colour}\"/>\
                 <path d=\"{sign}\" fill=\"none\" stroke=\"#ffffff\" stroke-width=\"2\" stroke-linecap=\"round\"/></g>",
                x + 20,
                y + h / 2
            ),
        );
        let lines = text::wrap(title, BOLD, w - 44);
        words_in(out, &lines, None, x + 36 + (w - 44) / 2, y + h / 2);
    } else {
        let (fill, stroke) = stage.phase.map_or(("#f4f4f4", LINE), colours);
        line(
            out,
            format_args!(
                "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"8\" fill=\"{fill}\" \
                 stroke=\"{stroke}\" stroke-width=\"1.5\"/>"
            ),
        );
        let lines = text::wrap(title, BOLD, w - 20);
        let within = stage.sla.as_ref().map(|sla| words::working_days(sla.target.0, look.lang));
        words_in(out, &lines, within.as_deref(), middle, y + h / 2);
    }
    if let Some(count) = look.counts.and_then(|counts| counts.get(&node.stage)) {
        // An end is low: its count stands clear of its words.
        let y = if stage.end.is_some() { y - 6 } else { y };
        badge(out, &words::count(*count, look.lang), x + w - 10, y);
    }
}

/// Lines of a title around a middle, and a smaller line below them.
fn words_in(out: &mut String, lines: &[String], below: Option<&str>, x: i32, y: i32) {
    let count = i32::try_from(lines.len()).unwrap_or(1);
    let whole = count * 17 + below.map_or(0, |_| 17);
    let first = y - whole / 2 + 13;
    for (place, words) in (0..).zip(lines) {
        line(
            out,
            format_args!(
                "<text x=\"{x}\" y=\"{}\" text-anchor=\"middle\" font-size=\"{TITLE}\" font-weight=\"600\">{}</text>",
                first + place * 17,
                escape(words)
            ),
        );
    }
    if let Some(words) = below {
        line(
            out,
            format_args!(
                "<text x=\"{x}\" y=\"{}\" text-anchor=\"middle\" font-size=\"11\" fill=\"#3d454e\">{}</text>",
                first + count * 17,
                escape(words)
            ),
        );
    }
}

/// A count on the upper edge of a stage.
fn badge(out: &mut String, count: &str, right: i32, y: i32) {
    let w = (text::width(count, 12) + 14).max(24);
    line(
        out,
        format_args!(
            "<rect x=\"{}\" y=\"{}\" width=\"{w}\" height=\"20\" rx=\"10\" fill=\"{INK}\" stroke=\"#ffffff\" \
             stroke-width=\"2\"/><text x=\"{}\" y=\"{}\" text-anchor=\"middle\" font-size=\"12\" \
             font-weight=\"700\" fill=\"#ffffff\">{count}</text>",
            right - w,
            y - 10,
            right - w / 2,
            y + 4
        ),
    );
}
