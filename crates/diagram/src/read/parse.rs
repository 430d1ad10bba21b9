//! From XML to a model, within bounds. Prefixes mean nothing, namespaces do: each modeller has prefixes of its own.

use std::collections::BTreeMap;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::model::{Flow, Kind, Lane, Model, Named, Node, Own, Pool, Process};
use super::{ATTRIBUTES_MAX, DEPTH_MAX, ELEMENTS_MAX, FLOWS_MAX, NODES_MAX, ReadError, ReadErrorCode};
use crate::bpmn::{MODEL, OWN};

/// The longest name that is kept, in letters.
const NAME_MAX: usize = 200;

/// Engines whose files say which groups may take a task on.
const ENGINES: [&str; 4] = [
    "http://camunda.org/schema/1.0/bpmn",
    "http://camunda.org/schema/zeebe/1.0",
    "http://activiti.org/bpmn",
    "http://flowable.org/bpmn",
];

pub(super) fn parse(text: &str) -> Result<Model, ReadError> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut build = Build { text, ..Build::default() };
    loop {
        let event = reader.read_event();
        build.advance(reader.buffer_position());
        let event = event.map_err(|_| build.refused(ReadErrorCode::XmlBroken))?;
        match event {
            Event::Start(element) => build.start(&element)?,
            Event::End(_) => build.end(),
            Event::Text(text) => build.text(&text.xml10_content()),
            Event::CData(text) => build.text(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let letter = match (reference.resolve_char_ref(), &*reference.xml10_content()) {
                    (Ok(Some(letter)), _) => letter,
                    (_, "amp") => '&',
                    (_, "lt") => '<',
                    (_, "gt") => '>',
                    (_, "quot") => '"',
                    (_, "apos") => '\'',
                    _ => return Err(build.refused(ReadErrorCode::DoctypeRefused)),
                };
                build.text(letter.encode_utf8(&mut [0; 4]));
            }
            Event::DocType(_) => return Err(build.refused(ReadErrorCode::DoctypeRefused)),
            Event::Eof => break,
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
    if !build.open.is_empty() {
        return Err(build.refused(ReadErrorCode::XmlBroken));
    }
    if !build.rooted {
        return Err(build.refused(ReadErrorCode::NotBpmn));
    }
    Ok(build.model)
}

/// An element that is open.
#[derive(Default)]
struct Frame {
    /// Its name, where it is of BPMN.
    local: String,
    /// The node, flow or lane it began.
    began: Option<Began>,
    text: String,
}

#[derive(Clone, Copy)]
enum Began {
    Process,
    Node(usize),
    Flow(usize),
    Lane(usize),
    Annotation(usize),
}

#[derive(Default)]
struct Build<'a> {
    text: &'a str,
    model: Model,
    open: Vec<Frame>,
    /// Namespaces in force: at which depth, for which prefix, which.
    spaces: Vec<(usize, String, Space)>,
    /// True within what a modeller keeps for itself.
    foreign: Option<usize>,
    rooted: bool,
    elements: usize,
    line: u32,
    read: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Space {
    Bpmn,
    Own,
    /// An engine's, which says who may take a task on.
    Engine,
    Other,
}

/// An element's attributes: those of BPMN, and ours.
struct Attributes {
    plain: BTreeMap<String, String>,
    own: Own,
    /// Who may take a task on, as an engine notes it.
    groups: String,
}

impl Attributes {
    fn take(&mut self, name: &str) -> String {
        self.plain.remove(name).unwrap_or_default()
    }
}

impl Build<'_> {
    fn refused(&self, code: ReadErrorCode) -> ReadError {
        ReadError::new(code, self.line + 1)
    }

    /// Counts the lines up to here.
    fn advance(&mut self, position: u64) {
        let here = usize::try_from(position).unwrap_or(usize::MAX).min(self.text.len());
        let lines = self.text.get(self.read..here).unwrap_or_default().matches('\n').count();
        self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.read = here;
    }

    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), ReadError> {
        self.elements += 1;
        if self.elements > ELEMENTS_MAX {
            return Err(self.refused(ReadErrorCode::TooManyElements));
        }
        if self.open.len() >= DEPTH_MAX {
            return Err(self.refused(ReadErrorCode::TooDeep));
        }
        let attributes = self.attributes(element)?;
        let name = element.name();
        let local = match self.space(name.prefix().map_or("", |prefix| prefix.into_inner())) {
            Space::Bpmn if self.foreign.is_none() => name.local_name().into_inner().to_owned(),
            Space::Bpmn | Space::Own | Space::Engine | Space::Other => String::new(),
        };
        if self.open.is_empty() {
            if local != "definitions" || self.rooted {
                return Err(self.refused(ReadErrorCode::NotBpmn));
            }
            self.rooted = true;
        }
        self.assigned(element, &attributes);
        if local == "extensionElements" {
            self.foreign = Some(self.open.len());
        }
        let began = self.begin(&local, attributes)?;
        self.open.push(Frame { local, began, text: String::new() });
        Ok(())
    }

    /// Some engines note who may take a task on in an element of their own.
    fn assigned(&mut self, element: &BytesStart<'_>, attributes: &Attributes) {
        let name = element.name();
        let space = self.space(name.prefix().map_or("", |prefix| prefix.into_inner()));
        if space != Space::Engine || name.local_name().into_inner() != "assignmentDefinition" {
            return;
        }
        let Some(groups) = attributes.plain.get("candidateGroups") else { return };
        if let Some(node) = self.surrounding().and_then(|node| self.model.nodes.get_mut(node)) {
            node.groups.clone_from(groups);
        }
    }

    fn space(&self, prefix: &str) -> Space {
        let found = self.spaces.iter().rev().find(|(_, known, _)| known == prefix);
        found.map_or(Space::Other, |(_, _, space)| *space)
    }

    fn attributes(&mut self, element: &BytesStart<'_>) -> Result<Attributes, ReadError> {
        let mut raw: Vec<(String, String)> = Vec::new();
        // The library's own search for doubles takes a time that grows with the square of their number.
        for attribute in element.attributes().with_checks(false) {
            let attribute = attribute.map_err(|_| self.refused(ReadErrorCode::XmlBroken))?;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|_| self.refused(ReadErrorCode::DoctypeRefused))?;
            raw.push((attribute.key.0.to_owned(), value.chars().take(2 * NAME_MAX).collect()));
            if raw.len() > ATTRIBUTES_MAX {
                return Err(self.refused(ReadErrorCode::TooManyElements));
            }
        }
        let depth = self.open.len();
        for (name, value) in &raw {
            let prefix = if name == "xmlns" { Some("") } else { name.strip_prefix("xmlns:") };
            if let Some(prefix) = prefix {
                let space = match value.as_str() {
                    MODEL => Space::Bpmn,
                    OWN => Space::Own,
                    engine if ENGINES.contains(&engine) => Space::Engine,
                    _ => Space::Other,
                };
                self.spaces.push((depth, prefix.to_owned(), space));
            }
        }
        if self.spaces.len() > ATTRIBUTES_MAX {
            return Err(self.refused(ReadErrorCode::TooManyElements));
        }
        let (mut plain, mut own, mut groups) = (BTreeMap::new(), BTreeMap::new(), String::new());
        for (name, value) in raw {
            match name.split_once(':') {
                None => {
                    plain.insert(name, value);
                }
                Some((prefix, local)) if self.space(prefix) == Space::Own => {
                    own.insert(local.to_owned(), value);
                }
                Some((prefix, "candidateGroups")) if self.space(prefix) == Space::Engine => {
                    groups = value;
                }
                Some(_) => {}
            }
        }
        Ok(Attributes { plain, own: Own(own), groups })
    }

    fn begin(&mut self, local: &str, mut attributes: Attributes) -> Result<Option<Began>, ReadError> {
        let name: String = attributes.take("name").split_whitespace().collect::<Vec<_>>().join(" ");
        let named = Named {
            id: attributes.take("id"),
            name: name.chars().take(NAME_MAX).collect(),
            line: self.line + 1,
        };
        if let Some(kind) = Kind::of(local) {
            return self.node(kind, named, attributes).map(Some);
        }
        let model = &mut self.model;
        let began = match local {
            "process" => {
                model.processes.push(Process { named, own: attributes.own });
                Some(Began::Process)
            }
            "participant" => {
                model.pools.push(Pool { named, process: attributes.take("processRef") });
                None
            }
            "lane" => {
                model.lanes.push(Lane { named, own: attributes.own });
                Some(Began::Lane(model.lanes.len() - 1))
            }
            "messageFlow" => {
                model.message_flows.push(named);
                None
            }
            "textAnnotation" => {
                model.annotations.push(named);
                Some(Began::Annotation(model.annotations.len() - 1))
            }
            "sequenceFlow" => {
                let (from, to) = (attributes.take("sourceRef"), attributes.take("targetRef"));
                model.flows.push(Flow { named, own: attributes.own, from, to, condition: String::new() });
                Some(Began::Flow(model.flows.len() - 1))
            }
            _ => {
                self.detail(local);
                None
            }
        };
        let model = &self.model;
        let counts = [
            model.processes.len(),
            model.pools.len(),
            model.lanes.len(),
            model.message_flows.len(),
            model.annotations.len(),
        ];
        if model.flows.len() > FLOWS_MAX || counts.into_iter().any(|count| count > NODES_MAX) {
            return Err(self.refused(ReadErrorCode::TooManyElements));
        }
        Ok(began)
    }

    fn node(&mut self, kind: Kind, named: Named, mut attributes: Attributes) -> Result<Began, ReadError> {
        let Some(process) = self.model.processes.len().checked_sub(1) else {
            return Err(self.refused(ReadErrorCode::NotBpmn));
        };
        if self.model.nodes.len() >= NODES_MAX {
            return Err(self.refused(ReadErrorCode::TooManyElements));
        }
        let attached = attributes.take("attachedToRef");
        self.model.nodes.push(Node {
            named,
            kind,
            process,
            inside: self.surrounding(),
            events: Vec::new(),
            repeats: false,
            attached: (!attached.is_empty()).then_some(attached),
            groups: std::mem::take(&mut attributes.groups),
            by_event: attributes.take("triggeredByEvent") == "true",
            own: attributes.own,
        });
        Ok(Began::Node(self.model.nodes.len() - 1))
    }

    /// The innermost node that is open.
    fn surrounding(&self) -> Option<usize> {
        self.open.iter().rev().find_map(|frame| match frame.began {
            Some(Began::Node(node)) => Some(node),
            Some(Began::Process | Began::Flow(_) | Began::Lane(_) | Began::Annotation(_)) | None => None,
        })
    }

    /// What stands inside a node and says more of it.
    fn detail(&mut self, local: &str) {
        let Some(node) = self.surrounding().and_then(|node| self.model.nodes.get_mut(node)) else { return };
        if let Some(event) = local.strip_suffix("EventDefinition") {
            if node.events.len() < 8 {
                node.events.push(event.to_owned());
            }
        } else if matches!(local, "standardLoopCharacteristics" | "multiInstanceLoopCharacteristics") {
            node.repeats = true;
        }
    }

    fn text(&mut self, text: &str) {
        let wanted = |local: &str| matches!(local, "flowNodeRef" | "conditionExpression" | "text");
        if let Some(frame) = self.open.last_mut().filter(|frame| wanted(&frame.local)) {
            let room = 4 * NAME_MAX;
            let left = room.saturating_sub(frame.text.chars().count());
            frame.text.extend(text.chars().take(left));
        }
    }

    fn end(&mut self) {
        let Some(Frame { local, text, .. }) = self.open.pop() else { return };
        let depth = self.open.len();
        self.spaces.retain(|(own, ..)| *own < depth);
        if self.foreign.is_some_and(|own| own >= depth) {
            self.foreign = None;
        }
        let said = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let parent = self.open.last().and_then(|frame| frame.began);
        let model = &mut self.model;
        match (local.as_str(), parent) {
            ("conditionExpression", Some(Began::Flow(flow))) => {
                if let Some(flow) = model.flows.get_mut(flow) {
                    flow.condition = said;
                }
            }
            ("flowNodeRef", Some(Began::Lane(lane))) => {
                // The innermost lane of several that name a node is its own.
                let known = model.lane_of.get(&said).is_some_and(|(_, known)| *known > depth);
                if !known && model.lane_of.len() < 2 * NODES_MAX {
                    model.lane_of.insert(said, (lane, depth));
                }
            }
            ("text", Some(Began::Annotation(place))) => {
                if let Some(annotation) = model.annotations.get_mut(place) {
                    annotation.name = said.chars().take(NAME_MAX).collect();
                }
            }
            _ => {}
        }
    }
}
