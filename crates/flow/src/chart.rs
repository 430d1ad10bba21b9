//! Charts of the flow: figures in, one SVG text out, with a sentence that reads it and the table behind it.
//!
//! A chart says nothing by colour alone, is readable on a phone and in print, and needs no script. In a page it takes
//! its colours from the page's stylesheet ([`CSS`] holds the rules); a file of its own carries them with it.

pub mod ages;
mod axis;
pub mod cumulative;
pub mod fan;
pub mod heat;
pub mod histogram;
pub mod map;
pub mod of_log;
mod pen;
pub mod scatter;
pub mod targets;
pub mod weekly;
mod words;

use salur_core::Lang;
use serde::Serialize;

use crate::number::{percentile, sorted};

pub use ages::{AgeStage, Aged, Ages};
pub use cumulative::{Cumulative, CumulativeDay};
pub use fan::{Fan, FanStep};
pub use heat::{Heat, HeatCell};
pub use histogram::Histogram;
pub use map::{MapPath, MapStage, ProcessMap};
pub use scatter::{Finished, Scatter};
pub use targets::{TargetBar, Targets};
pub use weekly::{WeekDone, Weekly};

/// The rules for the classes of charts. A page's stylesheet includes them; a file of its own carries them.
pub const CSS: &str = include_str!("chart/chart.css");

/// Where a chart is to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Setting {
    /// Inside a page, whose heading and stylesheet serve it: no style of its own, as the page's policy forbids that.
    #[default]
    Page,
    /// As a file: with its own title, reading and style, for light and dark.
    File,
}

/// What the chart counts, and in which days it measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Measured {
    /// The office's requests, in working days.
    #[default]
    Requests,
    /// Cases of a foreign log, in days by the calendar.
    Cases,
}

/// How a chart is wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Look {
    /// The language of its words and numbers.
    pub lang: Lang,
    /// Where it is to stand.
    pub setting: Setting,
    /// What it counts.
    pub measured: Measured,
}

/// A chart, the sentence that reads it, and the figures behind it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// What it says, in one sentence; for empty data, that there is none.
    pub reading: String,
    /// The picture.
    pub svg: String,
    /// The figures behind it, in words and numbers of its language.
    pub table: Table,
}

/// The figures behind a chart. Each row has as many cells as the header.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Table {
    /// The names of the columns.
    pub header: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    fn new<const N: usize>(header: [&str; N]) -> Table {
        Table { header: header.map(str::to_owned).into(), rows: Vec::new() }
    }

    fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }
}

/// The levels that lines are drawn at, in days: half, 85 % and 95 % of what is finished took no longer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Levels {
    /// Half took no longer.
    pub p50: f64,
    /// 85 % took no longer.
    pub p85: f64,
    /// 95 % took no longer.
    pub p95: f64,
}

impl Levels {
    /// The levels of what is finished; nothing where nothing is.
    #[must_use]
    pub fn of(days: Vec<f64>) -> Option<Levels> {
        let days = sorted(days.into_iter().filter(|days| days.is_finite()).collect());
        let at = |q| percentile(&days, q);
        Some(Levels { p50: at(0.5)?, p85: at(0.85)?, p95: at(0.95)? })
    }
}

#[cfg(test)]
mod tests;
