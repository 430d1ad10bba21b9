//! How each way runs, in which order the ways leave a stage, and where they come in.

use std::collections::BTreeMap;

use salur_core::{Lang, StageName};

use super::super::NAME;
use super::super::rows::{Cell, Cells};
use crate::graph::Edge;
use crate::text;

/// How a way runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    /// Straight on in its row.
    Straight,
    /// Up or down beside its stage, then straight on.
    Across,
    /// Beside its stage, between two rows past what stands in the way, and beside its target.
    Around { channel: usize },
    /// Beside its stage, between two rows back, and into its target from above or below.
    Back { channel: usize },
}

/// One way.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) stage: StageName,
    pub(super) from: Cell,
    pub(super) to: Cell,
    pub(super) route: Route,
    /// Its place among the ways out of its stage, from the top.
    pub(super) exit: usize,
    /// The place of the one that leaves at the axis.
    pub(super) main: usize,
    /// Steps from the axis of the target, or from the middle of its upper or lower side.
    pub(super) port: i32,
    /// How many come in beside it from above or below.
    pub(super) crowd: i32,
}

/// The size of a stage around its axis.
#[derive(Debug, Clone, Default)]
pub(super) struct Shape {
    pub(super) above: i32,
    pub(super) below: i32,
    /// With the name of the uppermost way.
    pub(super) room_above: i32,
    pub(super) pitch: i32,
}

pub(super) fn plans(edges: &[Edge], cells: &Cells) -> Vec<Plan> {
    let nowhere = Cell { column: 0, row: 0, lane: 0 };
    let cell = |stage: &StageName| cells.of.get(stage).copied().unwrap_or(nowhere);
    let mut plans: Vec<Plan> = edges
        .iter()
        .map(|edge| {
            let (from, to) = (cell(&edge.from), cell(&edge.to));
            let route = route(cells, from, to);
            Plan { stage: edge.from.clone(), from, to, route, exit: 0, main: 0, port: 0, crowd: 1 }
        })
        .collect();
    for stage in cells.of.keys() {
        exits(stage, &mut plans);
    }
    for to in cells.of.values() {
        ports(*to, &mut plans);
        feet(*to, &mut plans);
    }
    plans
}

fn route(cells: &Cells, from: Cell, to: Cell) -> Route {
    if to.column <= from.column {
        let channel = if to.row > from.row { to.row } else { to.row + 1 };
        return Route::Back { channel };
    }
    match (cells.is_clear(to.row, from.column, to.column), from.row == to.row) {
        (true, true) => Route::Straight,
        (true, false) => Route::Across,
        (false, _) => Route::Around { channel: if from.row < to.row { to.row } else { to.row + 1 } },
    }
}

/// Where the first upright part of a way ends, in half rows.
fn end_of(plan: &Plan) -> usize {
    match plan.route {
        Route::Straight | Route::Across => plan.to.row * 2 + 1,
        Route::Around { channel } | Route::Back { channel } => channel * 2,
    }
}

/// Orders the ways out of a stage so that they do not cross one another: the shallower of those that turn up first,
/// then what goes straight on, then those that turn down, and last what comes back from below.
fn exits(stage: &StageName, plans: &mut [Plan]) {
    let mut ways: Vec<usize> = (0..plans.len()).collect();
    ways.retain(|way| plans.get(*way).is_some_and(|plan| plan.stage == *stage));
    ways.sort_by_key(|way| {
        plans.get(*way).map(|plan| {
            let (own, end) = (plan.from.row * 2 + 1, end_of(plan));
            let back = matches!(plan.route, Route::Back { .. });
            match end.cmp(&own) {
                std::cmp::Ordering::Less => (0, false, usize::MAX - end),
                std::cmp::Ordering::Equal => (1, false, 0),
                std::cmp::Ordering::Greater => (2, back, end),
            }
        })
    });
    // One way only can run along the axis; a second one to the same place bends.
    let mut straight: Option<usize> = None;
    for (exit, way) in ways.iter().enumerate() {
        if let Some(plan) = plans.get_mut(*way) {
            plan.exit = exit;
            if plan.route == Route::Straight {
                match straight {
                    None => straight = Some(exit),
                    Some(_) => plan.route = Route::Across,
                }
            }
        }
    }
    let main = straight.unwrap_or(ways.len().saturating_sub(1) / 2);
    for way in ways {
        if let Some(plan) = plans.get_mut(way) {
            plan.main = main;
        }
    }
}

/// Where ways come in at the left side of a stage: what comes from above above the axis, the nearest one uppermost.
fn ports(to: Cell, plans: &mut [Plan]) {
    let (mut above, mut below): (Vec<_>, Vec<_>) = (Vec::new(), Vec::new());
    let mut straight = false;
    for (way, plan) in plans.iter().enumerate().filter(|(_, plan)| plan.to == to) {
        let (height, column) = match plan.route {
            Route::Straight => {
                straight = true;
                continue;
            }
            Route::Across => (plan.from.row * 2 + 1, plan.from.column),
            Route::Around { channel } => (channel * 2, to.column.saturating_sub(1)),
            Route::Back { .. } => continue,
        };
        if height < to.row * 2 + 1 {
            above.push((usize::MAX - column, plan.from.row, way));
        } else {
            below.push((usize::MAX - column, usize::MAX - plan.from.row, way));
        }
    }
    // The innermost comes last.
    above.sort_unstable();
    below.sort_unstable();
    let middle = if straight {
        None
    } else if above.len() >= below.len() {
        above.pop()
    } else {
        below.pop()
    };
    let mut set = |way: usize, port: i32| {
        if let Some(plan) = plans.get_mut(way) {
            plan.port = port;
        }
    };
    if let Some((.., way)) = middle {
        set(way, 0);
    }
    for (step, (.., way)) in (1..).zip(above.iter().rev()) {
        set(*way, -step);
    }
    for (step, (.., way)) in (1..).zip(below.iter().rev()) {
        set(*way, step);
    }
}

/// Where ways come back in from above or below: the one from furthest right at the right.
fn feet(to: Cell, plans: &mut [Plan]) {
    for upper in [false, true] {
        let comes_in = |plan: &Plan| match plan.route {
            Route::Back { channel } => plan.to == to && (channel <= to.row) == upper,
            Route::Straight | Route::Across | Route::Around { .. } => false,
        };
        let mut ways: Vec<(usize, usize, usize)> = plans
            .iter()
            .enumerate()
            .filter(|(_, plan)| comes_in(plan))
            .map(|(way, plan)| (plan.from.column, plan.exit, way))
            .collect();
        ways.sort_unstable();
        let last = i32::try_from(ways.len()).unwrap_or(1) - 1;
        for (place, (.., way)) in (0..).zip(ways) {
            if let Some(plan) = plans.get_mut(way) {
                plan.port = 2 * place - last;
                plan.crowd = last + 1;
            }
        }
    }
}

/// The room for names right of each column.
pub(super) fn zones(edges: &[Edge], cells: &Cells) -> Vec<i32> {
    let mut zones = vec![0; cells.columns];
    for edge in edges {
        let column = cells.of.get(&edge.from).map_or(0, |cell| cell.column);
        if let Some(zone) = zones.get_mut(column) {
            let needs = [Lang::Id, Lang::En].map(|lang| text::width_in_two(edge.title.in_lang(lang), NAME));
            *zone = needs.into_iter().fold(*zone, i32::max).clamp(56, 124);
        }
    }
    zones
}

pub(super) fn shape(stage: &StageName, edges: &[Edge], plans: &[Plan], zones: &[i32], needed: i32) -> Shape {
    let out: Vec<(&Edge, &Plan)> = edges.iter().zip(plans).filter(|(edge, _)| edge.from == *stage).collect();
    let lines = |edge: &Edge, plan: &Plan| {
        let zone = zones.get(plan.from.column).copied().unwrap_or(60);
        let lines = [Lang::Id, Lang::En].map(|lang| text::wrap(edge.title.in_lang(lang), NAME, zone).len());
        lines.into_iter().max().unwrap_or(1)
    };
    let pitch = super::pitch(out.iter().map(|(edge, plan)| lines(edge, plan)).max().unwrap_or(1));
    let count = |number: usize| i32::try_from(number).unwrap_or(0);
    let main = out.first().map_or(0, |(_, plan)| plan.main);
    let (up, down) = (count(main) * pitch, count(out.len().saturating_sub(main + 1)) * pitch);
    let mut ports: BTreeMap<bool, i32> = BTreeMap::new();
    for (edge, plan) in edges.iter().zip(plans).filter(|(edge, _)| edge.to == *stage) {
        if !matches!(plan.route, Route::Back { .. }) && edge.from != edge.to {
            let reach = ports.entry(plan.port < 0).or_default();
            *reach = (*reach).max(plan.port.abs() * super::PORT);
        }
    }
    let port = |above: bool| ports.get(&above).copied().unwrap_or(0) + 14;
    let mut above = (up + 16).max(port(true)).max(needed / 2);
    let mut below = (down + 14).max(port(false)).max(needed - needed / 2);
    // A stage without ways out or with one is as large as its words, around the axis.
    if out.is_empty() {
        above = port(true).max(needed / 2);
        below = port(false).max(needed - needed / 2);
    }
    let named = if out.is_empty() { 0 } else { up + pitch };
    Shape { above, below, room_above: above.max(named), pitch }
}
