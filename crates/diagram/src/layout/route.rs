//! From cells to pixels: rows and columns get their sizes, ways their lines.

mod plan;
mod tracks;

use std::collections::BTreeMap;

use salur_core::StageName;
use salur_core::workflow::Workflow;

use super::rows::{Cell, Cells};
use super::{BOLD, END, HEAD, Lane, Layout, MARGIN, NAME_LINE, Node, Path, Point, STAGE, START};
use crate::graph::Edge;
use crate::text;
use plan::{Plan, Route, Shape};
use tracks::{Span, assign};

/// Distance between two lines that run side by side.
const TRACK: i32 = 12;
/// Distance between two lines that come in at the left side.
pub(super) const PORT: i32 = 12;
/// Distance between two lines that come in from above or below.
const FOOT: i32 = 18;
/// Room between a stage and the names of its ways.
const NAME_GAP: i32 = 10;
/// Room for an arrow's head.
const ARROW: i32 = 18;

/// What has been measured so far.
struct Sketch<'a> {
    cells: &'a Cells,
    plans: Vec<Plan>,
    shapes: BTreeMap<StageName, Shape>,
    /// The axis of each row.
    axes: Vec<i32>,
    /// The height of each way's track between rows, by the way's place.
    across: BTreeMap<usize, i32>,
    /// The left edge of each column, and where its channel begins.
    lefts: Vec<i32>,
    /// The tracks between columns, by the way's place and whether it is its second one.
    upright: BTreeMap<(usize, bool), i32>,
}

pub(super) fn draw(workflow: &Workflow, edges: Vec<Edge>, cells: &Cells) -> Layout {
    let plans = plan::plans(&edges, cells);
    let zones = plan::zones(&edges, cells);
    let shapes = cells
        .of
        .keys()
        .map(|stage| (stage.clone(), plan::shape(stage, &edges, &plans, &zones, box_height(workflow, stage))))
        .collect();
    let mut sketch = Sketch {
        cells,
        plans,
        shapes,
        axes: Vec::new(),
        across: BTreeMap::new(),
        lefts: Vec::new(),
        upright: BTreeMap::new(),
    };
    let (lanes, height) = sketch.rows();
    let width = sketch.columns(&zones);
    let nodes = sketch.nodes();
    let paths = edges.into_iter().enumerate().map(|(place, edge)| sketch.path(place, edge, &zones)).collect();
    let start = cells.of.get(&workflow.start).and_then(|cell| sketch.axes.get(cell.row));
    let start = Point { x: MARGIN + HEAD + 12 + START, y: start.copied().unwrap_or(MARGIN + START) };
    Layout { width, height, lanes, nodes, paths, start }
}

/// The height that a stage's own words need, in the longer of the two languages.
fn box_height(workflow: &Workflow, stage: &StageName) -> i32 {
    let Some(known) = workflow.stage(stage) else { return 0 };
    let (room, least) = if known.end.is_some() { (END - 44, 40) } else { (STAGE - 20, 64) };
    let lines = [&known.title.id, &known.title.en].map(|title| text::wrap(title, BOLD, room).len());
    let lines = i32::try_from(lines.into_iter().max().unwrap_or(1)).unwrap_or(i32::MAX / 100);
    let below = if known.end.is_some() { 14 } else { 38 };
    least.max(lines * 17 + below)
}

impl Sketch<'_> {
    fn shape(&self, stage: &StageName) -> Shape {
        self.shapes.get(stage).cloned().unwrap_or_default()
    }

    /// Sizes rows and the channels between them; answers with the lanes and the whole height.
    fn rows(&mut self) -> (Vec<Lane>, i32) {
        let mut lanes: Vec<Lane> =
            self.cells.lanes.iter().map(|role| Lane { role: role.clone(), y: 0, h: 0 }).collect();
        let count = self.cells.rows.len();
        let mut y = MARGIN;
        let mut before: Option<usize> = None;
        for channel in 0..=count {
            let here = self.cells.rows.get(channel).copied();
            let spans = self.channel(channel);
            let tracks = assign(&spans);
            let used = tracks.values().map(|track| track + 1).max().unwrap_or(0);
            if here != before {
                let edge = if channel == 0 || channel == count { y } else { y + 8 };
                let edge = if channel == count { edge + 12 + used * TRACK } else { edge };
                if let Some(above) = before.and_then(|lane| lanes.get_mut(lane)) {
                    above.h = edge - above.y;
                }
                if let Some(below) = here.and_then(|lane| lanes.get_mut(lane)) {
                    below.y = edge;
                }
                before = here;
            }
            for (way, track) in tracks {
                self.across.insert(way, y + 20 + track * TRACK);
            }
            y += if used > 0 { 24 + used * TRACK } else { 18 };
            if channel < count {
                let shapes = || self.cells.of.iter().filter(|(_, cell)| cell.row == channel);
                let above = shapes().map(|(stage, _)| self.shape(stage).room_above).max().unwrap_or(0);
                let below = shapes().map(|(stage, _)| self.shape(stage).below).max().unwrap_or(0);
                self.axes.push(y + above);
                y += above + below;
            }
        }
        let height = lanes.iter().map(|lane| lane.y + lane.h).max().unwrap_or(y);
        (lanes, height + MARGIN)
    }

    /// What runs between two rows, from the top. Columns are even numbers there, channels odd ones.
    fn channel(&self, channel: usize) -> Vec<Span> {
        let mut found: Vec<((i32, i32, i32), Span)> = Vec::new();
        for (way, plan) in self.plans.iter().enumerate() {
            let column = |cell: &Cell| i32::try_from(cell.column).unwrap_or(i32::MAX / 8) * 2;
            let (from, to) = (column(&plan.from), column(&plan.to));
            let exit = i32::try_from(plan.exit).unwrap_or(0);
            let (key, span) = match plan.route {
                Route::Back { channel: own } if own == channel && plan.to.row < own => {
                    ((0, -from, -exit), (to, from + 1))
                }
                Route::Around { channel: own } if own == channel => ((1, to, exit), (from + 1, to - 1)),
                Route::Back { channel: own } if own == channel => ((2, from, exit), (to, from + 1)),
                Route::Straight | Route::Across | Route::Around { .. } | Route::Back { .. } => continue,
            };
            found.push((key, Span { way, from: span.0, to: span.1 }));
        }
        found.sort_by_key(|(key, span)| (*key, span.way));
        found.into_iter().map(|(_, span)| span).collect()
    }

    /// Sizes columns and the channels between them; answers with the whole width.
    fn columns(&mut self, zones: &[i32]) -> i32 {
        let mut x = MARGIN + HEAD + 12 + 2 * START + 26;
        for column in 0..self.cells.columns {
            self.lefts.push(x);
            x += self.cells.wide(column);
            let zone = zones.get(column).copied().unwrap_or(0);
            let spans = self.uprights(column);
            let tracks = tracks::assign_pairs(&spans);
            let used = tracks.values().map(|track| track + 1).max().unwrap_or(0);
            if zone == 0 && used == 0 {
                x += 16;
                continue;
            }
            x += NAME_GAP + zone + 8;
            for (way, track) in tracks {
                self.upright.insert(way, x + track * TRACK);
            }
            x += used * TRACK + ARROW;
        }
        x + MARGIN
    }

    /// What runs upright right of a column, from the left: first what goes up, from the top; then what goes down, from
    /// the bottom; then what comes from elsewhere.
    fn uprights(&self, column: usize) -> Vec<((usize, bool), i32, i32)> {
        let mut found = Vec::new();
        for (way, plan) in self.plans.iter().enumerate() {
            let (start, port) = (self.exit_height(plan), self.port_height(plan));
            let track = self.across.get(&way).copied();
            if plan.from.column == column {
                let end = match plan.route {
                    Route::Straight => continue,
                    Route::Across => port,
                    Route::Around { .. } | Route::Back { .. } => track.unwrap_or(port),
                };
                let key = if end < start { (0, start) } else { (1, -start) };
                found.push((key, ((way, false), start.min(end), start.max(end))));
            }
            if matches!(plan.route, Route::Around { .. }) && plan.to.column == column + 1 {
                let start = track.unwrap_or(port);
                let key = (2, if port < start { start } else { -start });
                found.push((key, ((way, true), start.min(port), start.max(port))));
            }
        }
        found.sort_unstable();
        found.into_iter().map(|(_, span)| span).collect()
    }

    fn axis(&self, cell: &Cell) -> i32 {
        self.axes.get(cell.row).copied().unwrap_or(0)
    }

    fn exit_height(&self, plan: &Plan) -> i32 {
        let shape = self.shape(&plan.stage);
        let steps = |place: usize| i32::try_from(place).unwrap_or(0);
        self.axis(&plan.from) + (steps(plan.exit) - steps(plan.main)) * shape.pitch
    }

    fn port_height(&self, plan: &Plan) -> i32 {
        self.axis(&plan.to) + plan.port * PORT
    }

    fn nodes(&self) -> Vec<Node> {
        let mut nodes: Vec<Node> = Vec::new();
        for (stage, cell) in &self.cells.of {
            let shape = self.shape(stage);
            let axis = self.axis(cell);
            nodes.push(Node {
                stage: stage.clone(),
                lane: cell.lane,
                column: cell.column,
                x: self.left(cell),
                y: axis - shape.above,
                w: self.cells.wide(cell.column),
                h: shape.above + shape.below,
                axis,
            });
        }
        nodes.sort_by(|a, b| (a.column, a.y, &a.stage).cmp(&(b.column, b.y, &b.stage)));
        nodes
    }

    fn left(&self, cell: &Cell) -> i32 {
        self.lefts.get(cell.column).copied().unwrap_or(0)
    }

    fn path(&self, place: usize, edge: Edge, zones: &[i32]) -> Path {
        let Some(plan) = self.plans.get(place) else {
            return Path { edge, points: Vec::new(), name: Point { x: 0, y: 0 }, name_width: 0 };
        };
        let from = self.left(&plan.from) + self.cells.wide(plan.from.column);
        let (exit, port) = (self.exit_height(plan), self.port_height(plan));
        let to = self.left(&plan.to);
        let upright = |second| self.upright.get(&(place, second)).copied().unwrap_or(from + NAME_GAP);
        let track = self.across.get(&place).copied().unwrap_or(exit);
        let (first, second) = (upright(false), upright(true));
        let line: Vec<(i32, i32)> = match plan.route {
            Route::Straight => vec![(from, exit), (to, exit)],
            Route::Across => vec![(from, exit), (first, exit), (first, port), (to, port)],
            Route::Around { .. } => {
                vec![(from, exit), (first, exit), (first, track), (second, track), (second, port), (to, port)]
            }
            Route::Back { channel } => {
                let shape = self.shape(&edge.to);
                let axis = self.axis(&plan.to);
                let side = if channel > plan.to.row { axis + shape.below } else { axis - shape.above };
                let wide = self.cells.wide(plan.to.column);
                // A crowd moves together, so that each of them still meets the stage.
                let apart = FOOT.min((wide - FOOT) / plan.crowd.max(1));
                let foot = to + wide / 2 + plan.port * apart / 2;
                vec![(from, exit), (first, exit), (first, track), (foot, track), (foot, side)]
            }
        };
        let points = line.into_iter().map(|(x, y)| Point { x, y }).collect();
        let name = Point { x: from + NAME_GAP, y: exit };
        Path { edge, points, name, name_width: zones.get(plan.from.column).copied().unwrap_or(0) }
    }
}

/// The height of so many lines of a way's name, and the room to the next one.
pub(super) fn pitch(lines: usize) -> i32 {
    (i32::try_from(lines).unwrap_or(1) * NAME_LINE + 10).max(28)
}
