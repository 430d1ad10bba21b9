//! What a drawing means: which of its parts become stages, ends, roles and actions, and what is told of the others.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::guess::{self, Roles};
use super::model::{Kind, Model, Named, Node};
use super::notes::{Note, note};
use super::ways::{Graph, Part, Way};
use super::{ReadError, ReadErrorCode, WAYS_MAX};

/// Most stages and actions of a definition.
const STAGES_MAX: usize = 32;
const ACTIONS_MAX: usize = 64;

/// What a draft is written from.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) scheme: String,
    pub(super) title: String,
    pub(super) stages: Vec<Stage>,
    pub(super) actions: Vec<Action>,
    pub(super) referred: Option<String>,
    pub(super) strike_to: Option<String>,
}

/// A stage or an end. The first one is where requests enter.
#[derive(Debug, Clone)]
pub(super) struct Stage {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) role: Option<String>,
    /// Others who may act there.
    pub(super) others: Vec<String>,
    pub(super) phase: String,
    /// How it ends, for an end.
    pub(super) end: Option<String>,
    pub(super) is_lane_missing: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Action {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) from: Vec<String>,
    pub(super) to: String,
    pub(super) by: Vec<String>,
    pub(super) kind: String,
    pub(super) is_guessed: bool,
    pub(super) conditions: Vec<String>,
}

/// A process as it is being read.
pub(super) struct Found<'a> {
    pub(super) graph: Graph<'a>,
    /// Stages and ends, from the start on.
    pub(super) order: Vec<usize>,
    pub(super) ways: BTreeMap<usize, Vec<Way>>,
    /// Steps from the start.
    pub(super) far: BTreeMap<usize, usize>,
}

pub(super) fn analyse(model: &Model, roles: &Roles) -> Result<(Plan, Vec<Note>), ReadError> {
    let mut report = Vec::new();
    let process = chosen(model).ok_or_else(|| ReadError::new(ReadErrorCode::NothingToDo, 1))?;
    let mut index: BTreeMap<&str, usize> = BTreeMap::new();
    for (place, node) in model.nodes.iter().enumerate() {
        if index.contains_key(node.named.id.as_str()) {
            report.push(note("id_twice", &node.named, ""));
        } else {
            index.insert(&node.named.id, place);
        }
    }
    let graph = Graph::of(model, process, &index);
    let found = follow(graph, &mut report)?;
    let plan = guess::plan(&found, roles, &mut report);
    tell(&found, &plan, roles, &mut report);
    tell_around(model, process, &index, &mut report);
    for code in ["form_missing", "duties_guessed", "texts_once"] {
        report.push(note(code, &Named::default(), ""));
    }
    let open = plan.stages.len();
    if open > STAGES_MAX || plan.actions.len() > ACTIONS_MAX {
        let more = format!("{open}/{STAGES_MAX}, {}/{ACTIONS_MAX}", plan.actions.len());
        report.push(note("too_many_stages", &Named::default(), &more));
    }
    Ok((plan, report))
}

/// The process with the most work for people.
fn chosen(model: &Model) -> Option<usize> {
    let mut work: BTreeMap<usize, usize> = BTreeMap::new();
    for node in &model.nodes {
        *work.entry(node.process).or_default() += usize::from(node.kind == Kind::Work) * 1_000 + 1;
    }
    work.into_iter().max_by_key(|(process, count)| (*count, usize::MAX - process)).map(|(process, _)| process)
}

/// Follows the ways from the start.
fn follow<'a>(graph: Graph<'a>, report: &mut Vec<Note>) -> Result<Found<'a>, ReadError> {
    let mut entries: Vec<usize> = Vec::new();
    for begin in graph.begins(None) {
        if graph.part(begin) == Part::Stage {
            entries.push(begin);
        } else {
            let ways = graph.ways_from(begin);
            entries.extend(ways.iter().map(|way| way.to).filter(|to| graph.part(*to) == Part::Stage));
        }
    }
    let Some(first) = entries.first().copied() else {
        return Err(ReadError::new(ReadErrorCode::NothingToDo, 1));
    };
    if let (Some(node), true) = (graph.node(first), entries.iter().any(|entry| *entry != first)) {
        report.push(note("several_starts", &node.named, ""));
    }
    let mut found =
        Found { graph, order: Vec::new(), ways: BTreeMap::new(), far: BTreeMap::from([(first, 0)]) };
    let mut open = VecDeque::from([first]);
    let mut count = 0_usize;
    while let Some(place) = open.pop_front() {
        found.order.push(place);
        if found.graph.part(place) != Part::Stage {
            continue;
        }
        let steps = found.far.get(&place).copied().unwrap_or_default();
        let ways = found.graph.ways_from(place);
        count += ways.len();
        if count > WAYS_MAX {
            return Err(ReadError::new(ReadErrorCode::TooManyElements, 1));
        }
        for way in &ways {
            found.far.entry(way.to).or_insert_with(|| {
                open.push_back(way.to);
                steps + 1
            });
        }
        found.ways.insert(place, ways);
    }
    Ok(found)
}

/// What is told of the nodes of the process that is read.
fn tell(found: &Found<'_>, plan: &Plan, roles: &Roles, report: &mut Vec<Note>) {
    let graph = &found.graph;
    let reached: BTreeSet<usize> = found.order.iter().copied().collect();
    let has_lanes = plan.stages.iter().any(|stage| stage.end.is_none() && !stage.is_lane_missing);
    if !has_lanes {
        report.push(note("lanes_missing", &Named::default(), ""));
    }
    for (place, stage) in found.order.iter().zip(&plan.stages) {
        let Some(node) = graph.node(*place) else { continue };
        match (&stage.end, &stage.role) {
            (Some(end), _) => report.push(note("end_end", &node.named, end)),
            (None, role) => {
                let role = role.as_deref().unwrap_or_default();
                report.push(note("task_stage", &node.named, role));
                tell_groups(node, roles, report);
                if stage.is_lane_missing && has_lanes {
                    report.push(note("lane_missing", &node.named, ""));
                }
            }
        }
    }
    for (place, node) in graph.model.nodes.iter().enumerate() {
        if node.process == graph.process {
            tell_node(graph, place, node, &reached, report);
        }
    }
    for lane in used_lanes(found) {
        let role = guess::role_of_lane(lane, roles);
        report.push(note("lane_role", &lane.named, &role));
        if !guess::is_held(&role, roles) {
            report.push(note("role_unheld", &lane.named, &role));
        }
    }
    for place in found.ways.values().flatten().flat_map(|way| &way.conditions).collect::<BTreeSet<_>>() {
        if let Some(flow) = graph.flow(*place).filter(|flow| !guess::condition_of(flow).is_empty()) {
            report.push(note("condition_text", &flow.named, guess::condition_of(flow)));
        }
    }
}

/// What is told of the groups that may take a task on.
fn tell_groups(node: &Node, roles: &Roles, report: &mut Vec<Note>) {
    if node.groups.is_empty() {
        return;
    }
    match guess::groups(&node.groups) {
        None => report.push(note("group_expression", &node.named, &node.groups)),
        Some(groups) => {
            for role in groups.iter().map(|group| guess::role_called(group, roles)) {
                report.push(note("group_role", &node.named, &role));
                if !guess::is_held(&role, roles) {
                    report.push(note("role_unheld", &node.named, &role));
                }
            }
        }
    }
}

fn used_lanes<'a>(found: &Found<'a>) -> Vec<&'a super::model::Lane> {
    let model = found.graph.model;
    let nodes = found.order.iter().filter_map(|place| found.graph.node(*place));
    let lanes: BTreeSet<usize> =
        nodes.filter_map(|node| model.lane_of.get(&node.named.id)).map(|(lane, _)| *lane).collect();
    lanes.into_iter().filter_map(|lane| model.lanes.get(lane)).collect()
}

fn tell_node(
    graph: &Graph<'_>,
    place: usize,
    node: &Node,
    reached: &BTreeSet<usize>,
    report: &mut Vec<Note>,
) {
    let timed = node.events.iter().any(|event| event == "timer");
    let code = match node.kind {
        Kind::Work | Kind::End if graph.part(place) != Part::Through && !reached.contains(&place) => {
            Some("unreachable")
        }
        Kind::Sub if node.by_event => Some("event_subprocess"),
        Kind::Sub if graph.is_opened(place) => Some("subprocess_opened"),
        Kind::Call | Kind::Sub => Some("call_activity"),
        Kind::Exclusive if graph.leaving(place) > 1 => Some("gateway_actions"),
        Kind::Parallel => Some("parallel_gateway"),
        Kind::Inclusive => Some("inclusive_gateway"),
        Kind::EventBased => Some("event_gateway"),
        Kind::Complex => Some("complex_gateway"),
        Kind::Service if graph.part(place) == Part::Stage => Some("service_payment"),
        Kind::Service => Some("service_task"),
        Kind::Script => Some("script_task"),
        Kind::Rule => Some("rule_task"),
        Kind::Send => Some("send_task"),
        Kind::Receive => Some("receive_task"),
        Kind::Start | Kind::Intermediate | Kind::Boundary if timed => Some("timer_event"),
        Kind::Boundary => Some("boundary_event"),
        Kind::Intermediate => Some("intermediate_event"),
        Kind::Work | Kind::Exclusive | Kind::Start | Kind::End => None,
    };
    report.extend(code.map(|code| note(code, &node.named, "")));
    if node.kind == Kind::Boundary && timed && node.attached.is_some() {
        report.push(note("boundary_event", &node.named, ""));
    }
    if node.repeats {
        report.push(note("repeats", &node.named, ""));
    }
}

/// What is told of what stands around the process.
fn tell_around(model: &Model, process: usize, index: &BTreeMap<&str, usize>, report: &mut Vec<Note>) {
    for (place, other) in model.processes.iter().enumerate().filter(|(place, _)| *place != process) {
        let pool = model.pools.iter().find(|pool| pool.process == other.named.id);
        let named = pool.map_or(&other.named, |pool| &pool.named);
        // A black box in a drawing of several pools is an empty process to some modellers.
        if model.nodes.iter().any(|node| node.process == place) {
            report.push(note("other_process", named, ""));
        }
    }
    report.extend(model.message_flows.iter().map(|flow| note("message_flow", flow, "")));
    let said = model.annotations.iter().filter(|annotation| !annotation.name.is_empty());
    report.extend(said.map(|annotation| note("annotation", annotation, "")));
    let known = |id: &str| index.contains_key(id);
    let broken = model.flows.iter().filter(|flow| !known(&flow.from) || !known(&flow.to));
    report.extend(broken.map(|flow| note("flow_broken", &flow.named, "")));
}
