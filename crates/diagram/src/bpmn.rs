//! A workflow as BPMN 2.0 with its diagram, for the modellers and readers that others use.
//!
//! A stage is a user task; where several ways leave it, an exclusive gateway follows. What BPMN has no word for (which
//! role, which action, which phase) stands in attributes of a namespace of our own, which other programs keep or skip.
//! Engines want a condition on each way out of a gateway: it names the action that the person at the task chose.

mod diagram;

use std::collections::BTreeMap;

use salur_core::guard::Guard;
use salur_core::workflow::{Action, End, Stage, Via, Workflow};
use salur_core::{ActionName, Label, Lang, Role, StageName};

use crate::layout::{Layout, Node, Path};
use crate::text::{escape, line};
use crate::words::{self, pick};

pub(crate) const MODEL: &str = "http://www.omg.org/spec/BPMN/20100524/MODEL";
/// The namespace of our own attributes.
pub(crate) const OWN: &str = "urn:salur:bpmn:1";

/// How a condition says which action a person chose, and what joins it to a guard.
const CHOSEN: &str = "action == ";
const AND: &str = " && ";

/// A sequence flow: its id, its ends, and the way it stands for, if it does.
struct Flow<'a> {
    id: String,
    from: String,
    to: String,
    path: Option<&'a Path>,
}

/// The ids of everything in the file.
struct Ids<'a> {
    nodes: BTreeMap<&'a StageName, String>,
    gateways: BTreeMap<&'a StageName, String>,
    flows: Vec<Flow<'a>>,
}

/// Writes a workflow as a BPMN 2.0 file with its diagram.
#[must_use]
pub fn bpmn(workflow: &Workflow, layout: &Layout, roles: &BTreeMap<Role, Label>, lang: Lang) -> String {
    let ids = Ids::of(workflow, layout);
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    line(
        &mut out,
        format_args!(
            "<bpmn:definitions xmlns:bpmn=\"{MODEL}\" \
             xmlns:bpmndi=\"http://www.omg.org/spec/BPMN/20100524/DI\" \
             xmlns:dc=\"http://www.omg.org/spec/DD/20100524/DC\" \
             xmlns:di=\"http://www.omg.org/spec/DD/20100524/DI\" \
             xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:salur=\"{OWN}\" \
             id=\"Definitions_1\" targetNamespace=\"{OWN}\" exporter=\"Salur\" exporterVersion=\"{}\">",
            env!("CARGO_PKG_VERSION")
        ),
    );
    let title = escape(workflow.title.in_lang(lang));
    line(
        &mut out,
        format_args!(
            "  <bpmn:collaboration id=\"Collaboration_1\">\n    \
             <bpmn:participant id=\"Participant_1\" name=\"{title}\" processRef=\"Process_1\"/>\n  \
             </bpmn:collaboration>\n  \
             <bpmn:process id=\"Process_1\" name=\"{title}\" isExecutable=\"true\" salur:scheme=\"{}\">",
            escape(workflow.scheme.as_str())
        ),
    );
    lanes(&mut out, workflow, layout, roles, &ids, lang);
    start(&mut out, &ids, lang);
    for node in &layout.nodes {
        match workflow.stage(&node.stage) {
            Some(stage) if stage.end.is_some() => end(&mut out, node, stage, &ids, lang),
            Some(stage) => task(&mut out, workflow, node, stage, &ids, lang),
            None => {}
        }
    }
    for flow in &ids.flows {
        let is_choice = ids.gateways.values().any(|gateway| *gateway == flow.from);
        sequence(&mut out, workflow, flow, is_choice, lang);
    }
    line(&mut out, format_args!("  </bpmn:process>"));
    diagram::diagram(&mut out, workflow, layout, &ids, lang);
    line(&mut out, format_args!("</bpmn:definitions>"));
    out
}

impl<'a> Ids<'a> {
    fn of(workflow: &'a Workflow, layout: &'a Layout) -> Ids<'a> {
        let mut nodes = BTreeMap::new();
        let mut gateways = BTreeMap::new();
        let mut flows = Vec::new();
        for (place, node) in (1..).zip(&layout.nodes) {
            let is_end = workflow.end_of(&node.stage).is_some();
            let kind = if is_end { "End" } else { "Stage" };
            nodes.insert(&node.stage, format!("{kind}_{place}"));
            if !is_end && layout.ways_from(&node.stage) > 1 {
                gateways.insert(&node.stage, format!("Gateway_{place}"));
            }
        }
        let id = |stage: &StageName| nodes.get(stage).cloned().unwrap_or_default();
        flows.push(Flow { id: "Flow_0".into(), from: "Start_1".into(), to: id(&workflow.start), path: None });
        for (stage, gateway) in &gateways {
            let flow = format!("Flow_to_{gateway}");
            flows.push(Flow { id: flow, from: id(stage), to: gateway.clone(), path: None });
        }
        for (place, path) in (1..).zip(&layout.paths) {
            let from = gateways.get(&path.edge.from).cloned().unwrap_or_else(|| id(&path.edge.from));
            flows.push(Flow { id: format!("Flow_{place}"), from, to: id(&path.edge.to), path: Some(path) });
        }
        Ids { nodes, gateways, flows }
    }

    fn node(&self, stage: &StageName) -> &str {
        self.nodes.get(stage).map_or("", String::as_str)
    }
}

fn lanes(
    out: &mut String,
    workflow: &Workflow,
    layout: &Layout,
    roles: &BTreeMap<Role, Label>,
    ids: &Ids<'_>,
    lang: Lang,
) {
    line(out, format_args!("    <bpmn:laneSet id=\"LaneSet_1\">"));
    for (place, lane) in layout.lanes.iter().enumerate() {
        let name = escape(words::role(lane.role.as_ref(), roles, lang));
        let role = lane.role.as_ref().map(|role| format!(" salur:role=\"{}\"", escape(role.as_str())));
        let role = role.unwrap_or_default();
        line(out, format_args!("      <bpmn:lane id=\"Lane_{}\" name=\"{name}\"{role}>", place + 1));
        if layout.node(&workflow.start).is_some_and(|node| node.lane == place) {
            line(out, format_args!("        <bpmn:flowNodeRef>Start_1</bpmn:flowNodeRef>"));
        }
        for node in layout.nodes.iter().filter(|node| node.lane == place) {
            let gateway = ids.gateways.get(&node.stage).map(String::as_str);
            for id in std::iter::once(ids.node(&node.stage)).chain(gateway) {
                line(out, format_args!("        <bpmn:flowNodeRef>{id}</bpmn:flowNodeRef>"));
            }
        }
        line(out, format_args!("      </bpmn:lane>"));
    }
    line(out, format_args!("    </bpmn:laneSet>"));
}

/// What comes in and goes out, as BPMN says it inside each node.
fn refs(out: &mut String, ids: &Ids<'_>, own: &str) {
    for flow in ids.flows.iter().filter(|flow| flow.to == own) {
        line(out, format_args!("      <bpmn:incoming>{}</bpmn:incoming>", flow.id));
    }
    for flow in ids.flows.iter().filter(|flow| flow.from == own) {
        line(out, format_args!("      <bpmn:outgoing>{}</bpmn:outgoing>", flow.id));
    }
}

pub(crate) fn start_name(lang: Lang) -> &'static str {
    pick(lang, "Permohonan masuk", "A request comes in")
}

pub(crate) fn gateway_name(lang: Lang) -> &'static str {
    pick(lang, "Tindakan?", "Which action?")
}

fn start(out: &mut String, ids: &Ids<'_>, lang: Lang) {
    line(out, format_args!("    <bpmn:startEvent id=\"Start_1\" name=\"{}\">", start_name(lang)));
    refs(out, ids, "Start_1");
    line(out, format_args!("    </bpmn:startEvent>"));
}

fn end(out: &mut String, node: &Node, stage: &Stage, ids: &Ids<'_>, lang: Lang) {
    let (id, name) = (ids.node(&node.stage), escape(stage.title.in_lang(lang)));
    let how = match stage.end {
        Some(End::Success) | None => "success",
        Some(End::Rejected) => "rejected",
        Some(End::Withdrawn) => "withdrawn",
        Some(End::Referred) => "referred",
    };
    let own = escape(node.stage.as_str());
    line(
        out,
        format_args!(
            "    <bpmn:endEvent id=\"{id}\" name=\"{name}\" salur:stage=\"{own}\" salur:end=\"{how}\">"
        ),
    );
    refs(out, ids, id);
    line(out, format_args!("    </bpmn:endEvent>"));
}

fn task(out: &mut String, workflow: &Workflow, node: &Node, stage: &Stage, ids: &Ids<'_>, lang: Lang) {
    let (id, name) = (ids.node(&node.stage), escape(stage.title.in_lang(lang)));
    let phase = stage.phase.map_or("", salur_core::workflow::Phase::as_str);
    let own = escape(node.stage.as_str());
    line(
        out,
        format_args!(
            "    <bpmn:userTask id=\"{id}\" name=\"{name}\" salur:stage=\"{own}\" salur:phase=\"{phase}\">"
        ),
    );
    let told = escape(&told(workflow, node, stage, lang));
    line(out, format_args!("      <bpmn:documentation>{told}</bpmn:documentation>"));
    refs(out, ids, id);
    line(out, format_args!("    </bpmn:userTask>"));
    if let Some(gateway) = ids.gateways.get(&node.stage) {
        line(
            out,
            format_args!(
                "    <bpmn:exclusiveGateway id=\"{gateway}\" name=\"{}\" gatewayDirection=\"Diverging\">",
                gateway_name(lang)
            ),
        );
        refs(out, ids, gateway);
        line(out, format_args!("    </bpmn:exclusiveGateway>"));
    }
}

/// What an auditor asks of a stage: how soon, and for each action who, how many, and under which condition.
fn told(workflow: &Workflow, node: &Node, stage: &Stage, lang: Lang) -> String {
    let mut lines = Vec::new();
    if let Some(phase) = stage.phase {
        lines.push(format!("{}: {}", pick(lang, "Fase", "Phase"), words::phase(phase, lang)));
    }
    if let Some(sla) = &stage.sla {
        let within = words::working_days(sla.target.0, lang);
        lines.push(format!("{}: {within}", pick(lang, "Batas waktu", "Within")));
    }
    for action in workflow.actions.values().filter(|action| action.from.contains(&node.stage)) {
        lines.push(told_action(action, lang));
    }
    lines.join("\n")
}

fn told_action(action: &Action, lang: Lang) -> String {
    let by: Vec<&str> = action.by.keys().map(Role::as_str).collect();
    let mut parts = vec![format!("{} {}", pick(lang, "oleh", "by"), by.join(", "))];
    if action.is_shared() {
        parts.push(format!("{} {}", action.persons, pick(lang, "orang", "persons")));
    }
    match action.via {
        Some(Via::Decree) => parts.push(pick(lang, "lewat SK", "by decree").to_owned()),
        Some(Via::PaymentOrder) => {
            parts.push(pick(lang, "lewat perintah bayar", "by payment order").to_owned());
        }
        None => {}
    }
    if action.needs_reason {
        parts.push(pick(lang, "dengan alasan", "with a reason").to_owned());
    }
    if let Some(guard) = &action.guard {
        parts.push(format!("{} {}", pick(lang, "bila", "if"), guard.text()));
    }
    if let Some(most) = action.max_visits {
        parts.push(format!("{} {most}", pick(lang, "paling banyak", "at most")));
    }
    format!("{}: {}", action.title.in_lang(lang), parts.join("; "))
}

fn sequence(out: &mut String, workflow: &Workflow, flow: &Flow<'_>, is_choice: bool, lang: Lang) {
    let Flow { id, from, to, path } = flow;
    let head = format!("    <bpmn:sequenceFlow id=\"{id}\" sourceRef=\"{from}\" targetRef=\"{to}\"");
    let Some(path) = path else {
        return line(out, format_args!("{head}/>"));
    };
    let name = escape(path.edge.title.in_lang(lang));
    let action = path.edge.action.as_ref().and_then(|name| workflow.actions.get(name));
    let kind = action.map_or(path.edge.kind.as_str(), |action| action.kind.as_str());
    let own = path.edge.action.as_ref().map(|name| format!(" salur:action=\"{}\"", escape(name.as_str())));
    let by = action.map(|action| {
        let by: Vec<&str> = action.by.keys().map(Role::as_str).collect();
        format!(" salur:by=\"{}\"", escape(&by.join(" ")))
    });
    let (own, by) = (own.unwrap_or_default(), by.unwrap_or_default());
    let head = format!("{head} name=\"{name}\"{own} salur:kind=\"{kind}\"{by}");
    let chosen = format!("{CHOSEN}\"{}\"", path.edge.action.as_ref().map_or(kind, ActionName::as_str));
    let guard = action.and_then(|action| action.guard.as_ref()).map(Guard::text);
    let condition = match (is_choice, guard) {
        (false, None) => return line(out, format_args!("{head}/>")),
        (false, Some(guard)) => guard.to_owned(),
        (true, None) => chosen,
        (true, Some(guard)) => format!("{chosen}{AND}({guard})"),
    };
    line(
        out,
        format_args!(
            "{head}>\n      <bpmn:conditionExpression xsi:type=\"bpmn:tFormalExpression\">{}\
             </bpmn:conditionExpression>\n    </bpmn:sequenceFlow>",
            escape(&condition)
        ),
    );
}

/// The guard in a condition that we wrote; empty where there is none.
pub(crate) fn guard_of(condition: &str) -> &str {
    let Some(rest) = condition.strip_prefix(CHOSEN) else { return condition };
    let guard = rest.split_once(AND).map(|(_, guard)| guard);
    guard.and_then(|guard| guard.strip_prefix('(')?.strip_suffix(')')).unwrap_or_default()
}
