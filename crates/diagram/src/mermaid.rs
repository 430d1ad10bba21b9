//! A workflow as Mermaid text, which many wikis and code hosts draw by themselves.

use std::collections::BTreeMap;

use salur_core::workflow::Workflow;
use salur_core::{Label, Lang, Role, StageName};

use crate::graph::EdgeKind;
use crate::layout::Layout;
use crate::text::{line, put};
use crate::words;

/// Writes a workflow as a Mermaid flow chart: one group per role, returns as dotted lines.
#[must_use]
pub fn mermaid(workflow: &Workflow, layout: &Layout, roles: &BTreeMap<Role, Label>, lang: Lang) -> String {
    let names: BTreeMap<&StageName, String> =
        layout.nodes.iter().enumerate().map(|(place, node)| (&node.stage, format!("s{place}"))).collect();
    let name = |stage: &StageName| names.get(stage).map_or("s", String::as_str);
    let mut out = String::new();
    line(&mut out, format_args!("---\ntitle: {}\n---", front_matter(workflow.title.in_lang(lang))));
    line(&mut out, format_args!("flowchart LR"));
    line(&mut out, format_args!("    start((\" \")) --> {}", name(&workflow.start)));
    for (place, lane) in layout.lanes.iter().enumerate() {
        let title = quoted(words::role(lane.role.as_ref(), roles, lang));
        line(&mut out, format_args!("    subgraph lane{place}[{title}]"));
        for node in layout.nodes.iter().filter(|node| node.lane == place) {
            let title = quoted(workflow.stage_title(&node.stage, lang));
            let (open, close) =
                if workflow.end_of(&node.stage).is_some() { ("([", "])") } else { ("[", "]") };
            line(&mut out, format_args!("        {}{open}{title}{close}", name(&node.stage)));
        }
        line(&mut out, format_args!("    end"));
    }
    for path in &layout.paths {
        let arrow = match path.edge.kind {
            EdgeKind::Forward | EdgeKind::Close | EdgeKind::Referral => "-->",
            EdgeKind::Rework | EdgeKind::Stay | EdgeKind::Strike => "-.->",
        };
        let title = quoted(path.edge.title.in_lang(lang));
        line(
            &mut out,
            format_args!("    {} {arrow}|{title}| {}", name(&path.edge.from), name(&path.edge.to)),
        );
    }
    out
}

/// A text in quotes. Whatever means something to Mermaid, Markdown or HTML becomes an entity of Mermaid's own.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '#' | '&' | '<' | '>' | '`' | '*' | '_' | '~' | '[' | ']' | '{' | '}' | '|' | '\\'
            | ';' | '%' | '$' => put(&mut out, format_args!("#{};", u32::from(letter))),
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    if out.trim_matches(['"', ' ']).is_empty() {
        out.push(' ');
    }
    out.push('"');
    out
}

/// A text in the head of the file, which is YAML.
fn front_matter(text: &str) -> String {
    let plain: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    format!("\"{}\"", plain.replace('\\', "\\\\").replace('"', "\\\""))
}
