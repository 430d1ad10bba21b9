//! A workflow as a picture for pages, paper and letters: one SVG file that needs nothing beside it.
//!
//! It says nothing by colour alone, works on white and in print, and tells a screen reader in words what it shows.

mod parts;

use std::collections::BTreeMap;

use salur_core::workflow::Workflow;
use salur_core::{Label, Lang, Role, StageName};

use crate::layout::{HEAD, Lane, Layout, MARGIN};
use crate::text::{self, escape, line, put};
use crate::words::{self, pick};

/// Height of the strip that explains the signs.
const LEGEND: i32 = 34;
pub(crate) const INK: &str = "#1b1f24";

/// How a picture is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// The language of its words.
    pub lang: Lang,
    /// What the roles are called; a role that is not here shows its bare name.
    pub roles: &'a BTreeMap<Role, Label>,
    /// How many requests are at each stage, where that is to be shown.
    pub counts: Option<&'a BTreeMap<StageName, u64>>,
}

/// Writes a workflow as an SVG file of its own.
#[must_use]
pub fn svg(workflow: &Workflow, layout: &Layout, look: Look<'_>) -> String {
    let (width, height) = (layout.width, layout.height + LEGEND);
    let id: String = workflow.scheme.as_str().chars().filter(char::is_ascii_alphanumeric).collect();
    let mut out = String::new();
    line(
        &mut out,
        format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\" \
             font-family=\"system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif\" \
             fill=\"{INK}\">"
        ),
    );
    let title = escape(workflow.title.in_lang(look.lang));
    line(&mut out, format_args!("<title id=\"{id}-title\">{title}</title>"));
    line(&mut out, format_args!("<desc id=\"{id}-desc\">{}</desc>", escape(&told(workflow, layout, look))));
    line(&mut out, format_args!("<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>"));
    for lane in &layout.lanes {
        draw_lane(&mut out, lane, width, look);
    }
    for path in &layout.paths {
        parts::way(&mut out, path);
    }
    parts::start(&mut out, workflow, layout);
    for node in &layout.nodes {
        parts::node(&mut out, workflow, node, look);
    }
    for path in &layout.paths {
        parts::way_name(&mut out, path, look.lang);
    }
    legend(&mut out, workflow, layout, look.lang);
    out.push_str("</svg>\n");
    out
}

/// The picture in words: each stage with who serves it, how many wait there, and where its actions lead.
fn told(workflow: &Workflow, layout: &Layout, look: Look<'_>) -> String {
    let lang = look.lang;
    let mut said = Vec::new();
    for node in &layout.nodes {
        let mut sentence = workflow.stage_title(&node.stage, lang).to_owned();
        if let Some(role) = crate::graph::role_of(workflow, &node.stage) {
            put(&mut sentence, format_args!(" ({})", words::role(Some(role), look.roles, lang)));
        }
        if let Some(count) = look.counts.and_then(|counts| counts.get(&node.stage)) {
            let requests = pick(lang, "permohonan", if *count == 1 { "request" } else { "requests" });
            put(&mut sentence, format_args!(", {} {requests}", words::count(*count, lang)));
        }
        let ways: Vec<String> = layout
            .paths
            .iter()
            .filter(|path| path.edge.from == node.stage)
            .map(|path| {
                let to = workflow.stage_title(&path.edge.to, lang);
                format!("{} → {to}", path.edge.title.in_lang(lang))
            })
            .collect();
        if ways.is_empty() {
            put(&mut sentence, format_args!(": {}.", pick(lang, "selesai", "the end")));
        } else {
            put(&mut sentence, format_args!(": {}.", ways.join("; ")));
        }
        said.push(sentence);
    }
    said.join(" ")
}

fn draw_lane(out: &mut String, lane: &Lane, width: i32, look: Look<'_>) {
    let (x, y, h) = (MARGIN, lane.y, lane.h);
    let w = width - 2 * MARGIN;
    line(
        out,
        format_args!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" fill=\"none\" stroke=\"#c3c9d1\"/>\
             <rect x=\"{x}\" y=\"{y}\" width=\"{HEAD}\" height=\"{h}\" fill=\"#eef1f5\" stroke=\"#c3c9d1\"/>"
        ),
    );
    let title = words::role(lane.role.as_ref(), look.roles, look.lang);
    let lines = text::wrap(title, 13, h - 10);
    let count = i32::try_from(lines.len()).unwrap_or(1);
    for (place, words) in (0..).zip(&lines) {
        let at = x + HEAD / 2 + 5 - (count - 1) * 7 + place * 14;
        let middle = y + h / 2;
        line(
            out,
            format_args!(
                "<text x=\"{at}\" y=\"{middle}\" transform=\"rotate(-90 {at} {middle})\" text-anchor=\"middle\" \
                 font-size=\"13\" font-weight=\"600\">{}</text>",
                escape(words)
            ),
        );
    }
}

fn legend(out: &mut String, workflow: &Workflow, layout: &Layout, lang: Lang) {
    let y = layout.height + LEGEND / 2 - 6;
    let mut x = MARGIN;
    for phase in words::PHASES.into_iter().filter(|phase| workflow.stages_of(*phase).next().is_some()) {
        let (fill, stroke) = parts::colours(phase);
        let name = words::phase(phase, lang);
        line(
            out,
            format_args!(
                "<rect x=\"{x}\" y=\"{}\" width=\"16\" height=\"12\" rx=\"3\" fill=\"{fill}\" stroke=\"{stroke}\"/>\
                 <text x=\"{}\" y=\"{}\" font-size=\"12\">{}</text>",
                y - 6,
                x + 22,
                y + 4,
                escape(name)
            ),
        );
        x += 22 + text::width(name, 12) + 20;
    }
    let signs = [
        ("", pick(lang, "maju", "onwards")),
        (" stroke-dasharray=\"6 4\"", pick(lang, "kembali atau tetap di tempat", "back, or staying there")),
    ];
    for (dashes, name) in signs {
        line(
            out,
            format_args!(
                "<path d=\"M{x} {y}h28\" stroke=\"{}\" stroke-width=\"1.5\"{dashes}/>\
                 <text x=\"{}\" y=\"{}\" font-size=\"12\">{}</text>",
                parts::LINE,
                x + 34,
                y + 4,
                escape(name)
            ),
        );
        x += 34 + text::width(name, 12) + 20;
    }
}
