//! In which lane and row each stage stands. A lane has as many rows as it has stages in one layer.

use std::collections::{BTreeMap, BTreeSet};

use salur_core::workflow::Workflow;
use salur_core::{Role, StageName};

use super::{END, STAGE};
use crate::graph::{Edge, role_of};

/// Every stage in its column and row.
pub(super) struct Cells {
    pub(super) of: BTreeMap<StageName, Cell>,
    /// The role of each lane.
    pub(super) lanes: Vec<Option<Role>>,
    /// The lane of each row.
    pub(super) rows: Vec<usize>,
    pub(super) columns: usize,
    /// The column of the ends, where there are any.
    ends: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) column: usize,
    pub(super) row: usize,
    pub(super) lane: usize,
}

impl Cells {
    /// The width of what stands in a column.
    pub(super) fn wide(&self, column: usize) -> i32 {
        if self.ends == Some(column) { END } else { STAGE }
    }

    /// True if nothing stands in a row between two columns.
    pub(super) fn is_clear(&self, row: usize, after: usize, before: usize) -> bool {
        !self.of.values().any(|cell| cell.row == row && cell.column > after && cell.column < before)
    }
}

pub(super) fn cells(workflow: &Workflow, edges: &[Edge], columns: &BTreeMap<StageName, usize>) -> Cells {
    let column = |stage: &StageName| columns.get(stage).copied().unwrap_or_default();
    // From left to right, the start first: a role's lane stands where it first has something to do.
    let mut stages: Vec<&StageName> = workflow.stages.keys().collect();
    stages.sort_by_key(|stage| (column(stage), **stage != workflow.start, workflow.phase_of(stage)));
    let mut lanes: Vec<Option<Role>> = Vec::new();
    let mut lane_of: BTreeMap<&StageName, usize> = BTreeMap::new();
    for stage in &stages {
        let role = match role_of(workflow, stage) {
            Some(role) => Some(role),
            None => last_before(workflow, edges, stage, &column).and_then(|from| role_of(workflow, from)),
        };
        let known = lanes.iter().position(|lane| lane.as_ref() == role);
        let lane = known.unwrap_or_else(|| {
            lanes.push(role.cloned());
            lanes.len() - 1
        });
        lane_of.insert(stage, lane);
    }
    let ends = workflow.stages.keys().find(|stage| workflow.end_of(stage).is_some()).map(&column);
    place(&stages, &lane_of, lanes, &column, ends)
}

/// The furthest stage that leads to an end; its lane is the end's.
fn last_before<'a>(
    workflow: &'a Workflow,
    edges: &'a [Edge],
    end: &StageName,
    column: &dyn Fn(&StageName) -> usize,
) -> Option<&'a StageName> {
    let leading = edges.iter().filter(|edge| edge.to == *end && workflow.end_of(&edge.from).is_none());
    leading.map(|edge| &edge.from).max_by_key(|from| column(from))
}

fn place(
    stages: &[&StageName],
    lane_of: &BTreeMap<&StageName, usize>,
    lanes: Vec<Option<Role>>,
    column: &dyn Fn(&StageName) -> usize,
    ends: Option<usize>,
) -> Cells {
    let mut of = BTreeMap::new();
    let mut rows = Vec::new();
    for lane in 0..lanes.len() {
        let first = rows.len();
        let mut taken: BTreeSet<(usize, usize)> = BTreeSet::new();
        for stage in stages.iter().filter(|stage| lane_of.get(**stage) == Some(&lane)) {
            let column = column(stage);
            let deep = (0..=taken.len()).find(|deep| !taken.contains(&(column, *deep))).unwrap_or_default();
            taken.insert((column, deep));
            of.insert((*stage).clone(), Cell { column, row: first + deep, lane });
        }
        let deep = taken.iter().map(|(_, deep)| deep + 1).max().unwrap_or(1);
        rows.extend(std::iter::repeat_n(lane, deep));
    }
    let columns = of.values().map(|cell| cell.column + 1).max().unwrap_or(1);
    Cells { of, lanes, rows, columns, ends }
}
