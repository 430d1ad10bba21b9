//! What a workflow looks like as a graph: every way from one stage to another, with what it is called.

use salur_core::workflow::{Action, ActionKind, Via, Workflow};
use salur_core::{ActionName, Label, Lang, Role, StageName, words};

/// The act by which a line is struck out of a decree.
const STRIKE: &str = "strike";

/// A way from one stage to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// The action that takes it; none where it goes by itself.
    pub action: Option<ActionName>,
    /// What kind of way it is.
    pub kind: EdgeKind,
    /// Where it starts.
    pub from: StageName,
    /// Where it leads.
    pub to: StageName,
    /// What it is called.
    pub title: Label,
}

/// What kind of way an edge is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EdgeKind {
    /// Onwards.
    Forward,
    /// To an end without aid.
    Close,
    /// Back for correction.
    Rework,
    /// The request stays where it is.
    Stay,
    /// Back because a decree's list was struck.
    Strike,
    /// To the end of those whom another level of government serves, seen at entry.
    Referral,
}

impl EdgeKind {
    /// True for what leads on; the layers follow from these.
    #[must_use]
    pub fn leads_on(self) -> bool {
        matches!(self, EdgeKind::Forward | EdgeKind::Close | EdgeKind::Referral)
    }

    /// Its name in data.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            EdgeKind::Forward => "forward",
            EdgeKind::Close => "close",
            EdgeKind::Rework => "rework",
            EdgeKind::Stay => "stay",
            EdgeKind::Strike => "strike",
            EdgeKind::Referral => "referral",
        }
    }
}

/// Every way of a workflow whose two stages exist, in the order of the actions' names.
pub(crate) fn edges(workflow: &Workflow) -> Vec<Edge> {
    let known = |stage: &StageName| workflow.stages.contains_key(stage);
    let mut edges = Vec::new();
    for (name, action) in &workflow.actions {
        for from in action.from.iter().filter(|from| known(from)) {
            let to = action.to.as_ref().unwrap_or(from);
            if known(to) {
                edges.push(Edge {
                    action: Some(name.clone()),
                    kind: kind_of(action),
                    from: from.clone(),
                    to: to.clone(),
                    title: action.title.clone(),
                });
            }
            if action.via == Some(Via::Decree) && known(&workflow.decree.strike_to) {
                edges.push(struck(from, &workflow.decree.strike_to));
            }
        }
    }
    if let Some(to) = workflow.referred.as_ref().filter(|to| known(to) && known(&workflow.start)) {
        let title = Label { id: "Dialihkan saat masuk".into(), en: "Referred on entry".into() };
        let (from, to) = (workflow.start.clone(), to.clone());
        edges.push(Edge { action: None, kind: EdgeKind::Referral, from, to, title });
    }
    edges
}

fn struck(from: &StageName, to: &StageName) -> Edge {
    let title = |lang| words::act(STRIKE, lang).unwrap_or(STRIKE).to_owned();
    Edge {
        action: None,
        kind: EdgeKind::Strike,
        from: from.clone(),
        to: to.clone(),
        title: Label { id: title(Lang::Id), en: title(Lang::En) },
    }
}

fn kind_of(action: &Action) -> EdgeKind {
    match action.kind {
        _ if action.to.is_none() => EdgeKind::Stay,
        ActionKind::Forward | ActionKind::Approval | ActionKind::Payment | ActionKind::Ruling => {
            EdgeKind::Forward
        }
        ActionKind::Rework => EdgeKind::Rework,
        ActionKind::Close => EdgeKind::Close,
        ActionKind::Correction => EdgeKind::Stay,
    }
}

/// The role whose lane a stage stands in; an end has none of its own.
pub(crate) fn role_of<'a>(workflow: &'a Workflow, stage: &StageName) -> Option<&'a Role> {
    workflow.stage(stage).and_then(|stage| stage.served_by.as_ref()).map(|station| &station.role)
}
