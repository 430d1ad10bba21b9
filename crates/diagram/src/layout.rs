//! Places a workflow: stages in layers from left to right, one lane for each role, ways between them as lines with
//! right angles.
//!
//! Lines never cross a stage: they run in the channels between columns and between rows, each on a track of its own.
//! Every way out of a stage leaves at its right side, at a height of its own, with its name above the line; so names
//! cannot meet either.

mod columns;
mod route;
mod rows;

use salur_core::workflow::Workflow;
use salur_core::{Role, StageName};

use crate::graph::{self, Edge};

/// Most stages that are drawn.
pub const STAGES_MAX: usize = 200;
/// Most ways between them.
pub const EDGES_MAX: usize = 1_000;

/// Width of the strip at the left that names a lane.
pub(crate) const HEAD: i32 = 36;
/// Width of a stage, and of an end.
pub(crate) const STAGE: i32 = 142;
pub(crate) const END: i32 = 160;
/// Size of the names of stages and of ways, in pixels.
pub(crate) const TITLE: i32 = 13;
pub(crate) const NAME: i32 = 12;
/// What the names of stages are measured as: bold letters are wider.
pub(crate) const BOLD: i32 = 14;
/// Height of a line of a way's name.
pub(crate) const NAME_LINE: i32 = 13;
/// Radius of the mark at the start.
pub(crate) const START: i32 = 18;
/// Space around the whole.
pub(crate) const MARGIN: i32 = 12;

/// There is too much to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{found} {what} are too many for a picture; {most} is the most")]
pub struct LayoutError {
    /// Of what there is too much: stages or ways.
    pub what: &'static str,
    /// How many there are.
    pub found: usize,
    /// How many may be.
    pub most: usize,
}

impl LayoutError {
    /// A stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "picture_too_large"
    }
}

/// A point of a picture, in pixels from its left upper corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Point {
    pub x: i32,
    pub y: i32,
}

/// Where everything stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Width of the whole.
    pub width: i32,
    /// Height of the whole.
    pub height: i32,
    /// The lanes, from the top.
    pub lanes: Vec<Lane>,
    /// The stages and ends, by layer.
    pub nodes: Vec<Node>,
    /// The ways.
    pub paths: Vec<Path>,
    /// The middle of the mark where a request enters.
    pub start: Point,
}

/// The strip of one role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// The role; none in a workflow that names nobody.
    pub role: Option<Role>,
    /// Its upper edge.
    pub y: i32,
    /// Its height.
    pub h: i32,
}

/// A stage or an end.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Node {
    pub stage: StageName,
    /// The place of its lane in `Layout::lanes`.
    pub lane: usize,
    /// Its layer, from the left.
    pub column: usize,
    pub x: i32,
    pub y: i32,
    pub w: i32,
    pub h: i32,
    /// The height at which its main way comes in and goes out.
    pub axis: i32,
}

impl Node {
    /// Its right edge.
    #[must_use]
    pub fn right(&self) -> i32 {
        self.x + self.w
    }
}

/// A way as it is drawn: a line with right angles from the right side of a stage to the side of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The way.
    pub edge: Edge,
    /// Where the line goes.
    pub points: Vec<Point>,
    /// The left end of the line that its name stands on.
    pub name: Point,
    /// The room for the name.
    pub name_width: i32,
}

impl Layout {
    /// A stage's place.
    #[must_use]
    pub fn node(&self, stage: &StageName) -> Option<&Node> {
        self.nodes.iter().find(|node| node.stage == *stage)
    }

    /// How many ways leave a stage.
    #[must_use]
    pub fn ways_from(&self, stage: &StageName) -> usize {
        self.paths.iter().filter(|path| path.edge.from == *stage).count()
    }
}

/// Places a workflow. The same workflow is placed the same way each time, in both languages.
pub fn layout(workflow: &Workflow) -> Result<Layout, LayoutError> {
    let stages = workflow.stages.len();
    if stages > STAGES_MAX {
        return Err(LayoutError { what: "stages", found: stages, most: STAGES_MAX });
    }
    let edges = graph::edges(workflow);
    if edges.len() > EDGES_MAX {
        return Err(LayoutError { what: "ways between stages", found: edges.len(), most: EDGES_MAX });
    }
    let columns = columns::columns(workflow, &edges);
    let cells = rows::cells(workflow, &edges, &columns);
    Ok(route::draw(workflow, edges, &cells))
}
