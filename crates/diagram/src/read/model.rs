//! What a BPMN file holds, as far as it matters here.

use std::collections::BTreeMap;

/// A process drawing.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) pools: Vec<Pool>,
    pub(super) processes: Vec<Process>,
    pub(super) nodes: Vec<Node>,
    pub(super) flows: Vec<Flow>,
    pub(super) lanes: Vec<Lane>,
    /// The lane of a node by the node's id, and how deep the lane is nested.
    pub(super) lane_of: BTreeMap<String, (usize, usize)>,
    pub(super) message_flows: Vec<Named>,
    pub(super) annotations: Vec<Named>,
}

/// An element's id, name and line.
#[derive(Debug, Clone, Default)]
pub(super) struct Named {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) line: u32,
}

/// A participant, and the process it shows.
#[derive(Debug)]
pub(super) struct Pool {
    pub(super) named: Named,
    pub(super) process: String,
}

#[derive(Debug)]
pub(super) struct Process {
    pub(super) named: Named,
    pub(super) own: Own,
}

#[derive(Debug)]
pub(super) struct Lane {
    pub(super) named: Named,
    pub(super) own: Own,
}

/// Our own attributes, where the file is one of ours.
#[derive(Debug, Clone, Default)]
pub(super) struct Own(pub(super) BTreeMap<String, String>);

impl Own {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// A task, gateway, event or sub-process.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) named: Named,
    pub(super) kind: Kind,
    pub(super) own: Own,
    pub(super) process: usize,
    /// The sub-process it stands in.
    pub(super) inside: Option<usize>,
    /// What an event waits for or throws: `timer`, `message` and so on.
    pub(super) events: Vec<String>,
    /// Done several times over.
    pub(super) repeats: bool,
    /// The node a boundary event stands on.
    pub(super) attached: Option<String>,
    /// The groups that may take it on, as the modeller notes them.
    pub(super) groups: String,
    /// A sub-process that an event starts.
    pub(super) by_event: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Done by a person: a user task, a manual one, or one of no kind.
    Work,
    Service,
    Script,
    Rule,
    Send,
    Receive,
    Call,
    Sub,
    Exclusive,
    Parallel,
    Inclusive,
    EventBased,
    Complex,
    Start,
    End,
    Intermediate,
    Boundary,
}

impl Kind {
    /// The kind of an element by its name in BPMN.
    pub(super) fn of(local: &str) -> Option<Kind> {
        Some(match local {
            "task" | "userTask" | "manualTask" => Kind::Work,
            "serviceTask" => Kind::Service,
            "scriptTask" => Kind::Script,
            "businessRuleTask" => Kind::Rule,
            "sendTask" => Kind::Send,
            "receiveTask" => Kind::Receive,
            "callActivity" => Kind::Call,
            "subProcess" | "transaction" | "adHocSubProcess" => Kind::Sub,
            "exclusiveGateway" => Kind::Exclusive,
            "parallelGateway" => Kind::Parallel,
            "inclusiveGateway" => Kind::Inclusive,
            "eventBasedGateway" => Kind::EventBased,
            "complexGateway" => Kind::Complex,
            "startEvent" => Kind::Start,
            "endEvent" => Kind::End,
            "intermediateCatchEvent" | "intermediateThrowEvent" => Kind::Intermediate,
            "boundaryEvent" => Kind::Boundary,
            _ => return None,
        })
    }
}

/// A sequence flow.
#[derive(Debug)]
pub(super) struct Flow {
    pub(super) named: Named,
    pub(super) own: Own,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) condition: String,
}
