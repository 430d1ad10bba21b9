//! Charts of a scheme: drawn from the same visits and days as its figures.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use jiff::civil::Date;
use salur_core::calendar::Calendar;
use salur_core::workflow::{End, Workflow};
use salur_core::{Lang, RegionCode, StageName};
use salur_flow::chart::fan::FanFrom;
use salur_flow::chart::{
    self, AgeStage, Aged, Ages, Chart, Cumulative, CumulativeDay, Fan, Finished, Heat, HeatCell, Histogram,
    Levels, Look, MapPath, MapStage, ProcessMap, Scatter, WeekDone, Weekly,
};
use salur_flow::forecast::{DRAWS, Week};
use salur_flow::time::OfficeTime;
use salur_store::visits::{Closed, DayCount, OfStage};
use serde::Serialize;
use utoipa::ToSchema;

use super::targets::{ahead, weeks};
use super::{FlowQuery, scheme};
use crate::extract::{NameOf, QueryOf};
use crate::problem::{Problem, pick};
use crate::{App, Caller};

/// The names of the charts of a scheme, in the order in which they are shown.
pub const CHARTS: [&str; 8] =
    ["cumulative", "ages", "lead", "histogram", "throughput", "forecast", "heat", "map"];

/// Forecasts are drawn with one seed: the same data give the same cone.
const SEED: u64 = 1;
/// Paths that take less than this share of the moves are left out of the map.
const RARE: f64 = 0.01;
/// Characters of an id that name a request in a chart.
const LABEL: usize = 8;

/// A chart, the sentence that reads it, and the figures behind it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChartBody {
    /// Its name.
    pub name: String,
    /// What it shows.
    pub title: String,
    /// What it says, in one sentence.
    pub reading: String,
    /// The picture: an SVG that takes its colours from the page around it.
    pub svg: String,
    /// The names of the columns of the figures.
    pub header: Vec<String>,
    /// The figures, in words and numbers of the caller's language.
    pub rows: Vec<Vec<String>>,
}

/// Draws a chart of a scheme: cumulative, ages, lead, histogram, throughput, forecast, heat or map.
#[utoipa::path(get, path = "/flow/charts/{name}", tag = "flow",
    params(("name" = String, Path, description = "The chart"), FlowQuery),
    responses((status = 200, description = "The chart", body = ChartBody)))]
pub async fn one(
    State(app): State<App>,
    caller: Caller,
    NameOf(name): NameOf,
    QueryOf(query): QueryOf<FlowQuery>,
) -> Result<Json<ChartBody>, Problem> {
    let looked = query.read(&app, &caller)?;
    let [workflow] = looked.workflows.as_slice() else {
        let what = pick(caller.lang, "scheme: sebut satu program", "scheme: name one scheme");
        return Err(Problem::query_malformed(caller.lang, &what));
    };
    let told = scheme(&app, &looked, workflow, caller.lang).await?;
    let chart = told.charts.iter().find(|(known, _)| *known == name);
    let (_, chart) = chart.ok_or_else(|| Problem::not_found(caller.lang))?;
    Ok(Json(ChartBody {
        name,
        title: chart.title.clone(),
        reading: chart.reading.clone(),
        svg: chart.svg.clone(),
        header: chart.table.header.clone(),
        rows: chart.table.rows.clone(),
    }))
}

/// What the charts of a scheme are drawn from.
pub(super) struct Material<'a> {
    pub(super) workflow: &'a Workflow,
    pub(super) calendar: &'a Calendar,
    pub(super) time: OfficeTime<'a>,
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    pub(super) stages: &'a [(StageName, OfStage)],
    pub(super) closed: &'a [Closed],
    pub(super) days: &'a [DayCount],
    /// How many were at each stage on the eve of the first day.
    pub(super) before: &'a [(StageName, i64)],
    pub(super) region_names: &'a BTreeMap<RegionCode, String>,
    pub(super) lang: Lang,
}

impl Material<'_> {
    /// Every chart, in the order of [`CHARTS`].
    pub(super) fn charts(&self, look: Look) -> Vec<(&'static str, Chart)> {
        CHARTS.into_iter().map(|name| (name, self.chart(name, look))).collect()
    }

    fn chart(&self, name: &str, look: Look) -> Chart {
        match name {
            "cumulative" => chart::cumulative::cumulative(&self.cumulative(), look),
            "ages" => chart::ages::ages(&self.ages(), look),
            "lead" => chart::scatter::scatter(&Scatter { finished: self.finished(), promise: None }, look),
            "histogram" => chart::histogram::histogram(&self.histogram(), look),
            "throughput" => chart::weekly::weekly(&self.weekly(), look),
            "forecast" => self.forecast(look),
            "heat" => chart::heat::heat(&self.heat(), look),
            _ => chart::map::process_map(&self.map(), look),
        }
    }

    fn title(&self, stage: &StageName) -> String {
        self.workflow.stage_title(stage, self.lang).to_owned()
    }

    fn today(&self) -> Date {
        self.calendar.date_of(self.to)
    }

    fn is_served(&self, stage: &StageName) -> bool {
        self.workflow.end_of(stage) == Some(End::Success)
    }

    /// The end that is told of: the one of those that are served.
    fn end_title(&self) -> String {
        let end = self.workflow.stages.keys().find(|stage| self.is_served(stage));
        end.map(|end| self.title(end)).unwrap_or_default()
    }

    /// A request has reached a stage once it is at none before it: so whoever ends on the way has left them all, and who
    /// comes back lets no band fall.
    fn cumulative(&self) -> Cumulative {
        let place = |stage: &StageName| self.stages.iter().position(|(name, _)| name == stage);
        let mut there = vec![0_i64; self.stages.len()];
        for (stage, n) in self.before {
            if let Some(there) = place(stage).and_then(|place| there.get_mut(place)) {
                *there += n;
            }
        }
        // What was there before counts as entered; what had ended before does not.
        let mut entered: i64 = there.iter().sum();
        let reached_now = |there: &[i64], entered: i64| -> Vec<i64> {
            let mut earlier = 0;
            let mut reached = Vec::with_capacity(there.len() + 1);
            for at in there {
                reached.push(entered - earlier);
                earlier += at;
            }
            reached.push(entered - earlier);
            reached
        };
        let count = |n: i64| u32::try_from(n).unwrap_or(0);
        let mut most = reached_now(&there, entered);
        let before = most.iter().map(|n| count(*n)).collect();
        let mut by_day: BTreeMap<Date, Vec<&DayCount>> = BTreeMap::new();
        for day in self.days {
            by_day.entry(day.day).or_default().push(day);
        }
        let mut days = Vec::with_capacity(by_day.len());
        for (date, counts) in by_day {
            for day in counts {
                let Some(place) = place(&day.stage) else { continue };
                if place == 0 {
                    entered += day.came;
                }
                if let Some(there) = there.get_mut(place) {
                    *there += day.came + day.again - day.went;
                }
            }
            let now = reached_now(&there, entered);
            let more = most.iter().zip(&now).map(|(most, now)| count((now - most).max(0))).collect();
            most = most.iter().zip(&now).map(|(most, now)| *most.max(now)).collect();
            days.push(CumulativeDay { date, reached: more });
        }
        let names = self.stages.iter().map(|(stage, _)| self.title(stage));
        Cumulative { stages: names.chain([self.end_title()]).collect(), before, days }
    }

    fn ages(&self) -> Ages {
        let stages = self.stages.iter().map(|(stage, found)| {
            let (mut open, mut ended) = (Vec::new(), Vec::new());
            for row in &found.visits {
                let days = self.time.days(row.visit.enabled, row.visit.until(self.to));
                if row.visit.exit.is_some() {
                    ended.push(days);
                } else {
                    let id = row.visit.request.to_string();
                    let label = id.chars().skip(id.len().saturating_sub(LABEL)).collect();
                    open.push(Aged { days, label, href: Some(format!("/requests/{id}")) });
                }
            }
            AgeStage { name: self.title(stage), levels: Levels::of(ended), open }
        });
        Ages { stages: stages.collect() }
    }

    fn finished(&self) -> Vec<Finished> {
        let served = self.closed.iter().filter(|it| self.is_served(&it.end));
        let finished = served.map(|it| {
            let id = it.request.to_string();
            Finished {
                on: self.calendar.date_of(it.at),
                days: self.time.days(it.began, it.at),
                label: id.chars().skip(id.len().saturating_sub(LABEL)).collect(),
                href: Some(format!("/requests/{id}")),
            }
        });
        let mut finished: Vec<Finished> = finished.collect();
        finished.reverse();
        finished
    }

    fn histogram(&self) -> Histogram {
        let open = self.stages.iter().flat_map(|(_, found)| &found.visits);
        Histogram {
            days: self.finished().into_iter().map(|it| it.days).collect(),
            open: open
                .filter(|row| row.visit.exit.is_none())
                .map(|row| self.time.days(row.began, self.to))
                .collect(),
        }
    }

    fn served(&self) -> Vec<&DayCount> {
        self.days.iter().filter(|day| self.is_served(&day.stage)).collect()
    }

    fn weekly(&self) -> Weekly {
        let served = self.served();
        let weeks = weeks(self.calendar, &served, self.today()).into_iter();
        let weeks = weeks.map(|(monday, week)| WeekDone { monday, done: week.done, working_days: week.days });
        Weekly { weeks: weeks.collect() }
    }

    fn forecast(&self, look: Look) -> Chart {
        let open = self.stages.iter().flat_map(|(_, found)| &found.visits);
        let left = u32::try_from(open.filter(|row| row.visit.exit.is_none()).count()).unwrap_or(u32::MAX);
        let today = self.today();
        let target = Date::new(today.year(), 12, 31).ok().filter(|last| *last > today);
        let served = self.served();
        let past: Vec<Week> =
            weeks(self.calendar, &served, today).into_iter().map(|(_, week)| week).collect();
        let far = today.checked_add(jiff::ToSpan::weeks(156)).unwrap_or(today);
        let given = FanFrom {
            weeks: &past,
            ahead: &ahead(self.calendar, today, far),
            from: today,
            left,
            target,
            seed: SEED,
            draws: DRAWS,
        };
        match Fan::of(given) {
            Ok(fan) => chart::fan::fan(&fan, look),
            Err(why) => {
                let empty = Fan { past: Vec::new(), steps: Vec::new(), target, odds: None, held: None };
                let mut none = chart::fan::fan(&empty, look);
                none.reading = super::targets::too_little(why, self.lang);
                none
            }
        }
    }

    fn heat(&self) -> Heat {
        let mut regions: Vec<&RegionCode> =
            self.stages.iter().flat_map(|(_, found)| &found.visits).map(|row| &row.visit.region).collect();
        regions.sort_unstable();
        regions.dedup();
        let by_stage = self.stages.iter().map(|(_, found)| {
            let mut by_region: BTreeMap<&RegionCode, Vec<f64>> = BTreeMap::new();
            for row in found.visits.iter().filter(|row| row.visit.exit.is_some()) {
                let days = self.time.days(row.visit.enabled, row.visit.until(self.to));
                by_region.entry(&row.visit.region).or_default().push(days);
            }
            by_region
        });
        let by_stage: Vec<BTreeMap<&RegionCode, Vec<f64>>> = by_stage.collect();
        let cells = regions.iter().map(|region| {
            let cell = |of_stage: &BTreeMap<&RegionCode, Vec<f64>>| {
                let days = of_stage.get(region)?.clone();
                let n = u32::try_from(days.len()).unwrap_or(u32::MAX);
                Some(HeatCell { median_days: Levels::of(days)?.p50, n })
            };
            by_stage.iter().map(cell).collect()
        });
        let name = |region: &&RegionCode| {
            self.region_names.get(*region).cloned().unwrap_or_else(|| region.to_string())
        };
        Heat {
            stages: self.stages.iter().map(|(stage, _)| self.title(stage)).collect(),
            cells: cells.collect(),
            regions: regions.iter().map(name).collect(),
        }
    }

    /// Every stage and end that was left or reached in the time looked at, and the moves between them.
    fn map(&self) -> ProcessMap {
        let ends = self.workflow.stages.keys().filter(|stage| self.workflow.end_of(stage).is_some());
        let places: Vec<&StageName> = self.stages.iter().map(|(stage, _)| stage).chain(ends).collect();
        let place = |stage: &StageName| places.iter().position(|known| *known == stage);
        let mut stages: Vec<MapStage> = places
            .iter()
            .map(|stage| MapStage {
                name: self.title(stage),
                count: 0,
                median_days: None,
                starts: 0,
                ends: 0,
            })
            .collect();
        let mut moves: BTreeMap<(usize, usize), u32> = BTreeMap::new();
        for (at, (_, found)) in self.stages.iter().enumerate() {
            let mut days = Vec::new();
            for row in &found.visits {
                let is_new = row.n == 1 && row.visit.enabled >= self.from;
                if let Some(stage) = stages.get_mut(at) {
                    stage.count += 1;
                    stage.starts += u32::from(is_new);
                }
                let Some(to) = row.visit.outcome.as_ref().and_then(|outcome| place(&outcome.to)) else {
                    continue;
                };
                days.push(self.time.days(row.visit.enabled, row.visit.until(self.to)));
                *moves.entry((at, to)).or_default() += 1;
                if let Some(end) = stages.get_mut(to).filter(|_| row.visit.last) {
                    end.count += 1;
                    end.ends += 1;
                }
            }
            if let Some(stage) = stages.get_mut(at) {
                stage.median_days = Levels::of(days).map(|levels| levels.p50);
            }
        }
        // An end that nothing came to is no part of what happened.
        let kept: Vec<usize> = (0..stages.len())
            .filter(|place| stages.get(*place).is_some_and(|stage| stage.count > 0))
            .collect();
        let renamed = |place: usize| kept.iter().position(|known| *known == place);
        let stages: Vec<MapStage> = kept.iter().filter_map(|place| stages.get(*place).cloned()).collect();
        let moves =
            moves.into_iter().filter_map(|((from, to), count)| Some(((renamed(from)?, renamed(to)?), count)));
        let paths = moves.map(|((from, to), count)| MapPath { from, to, count });
        ProcessMap { stages, paths: paths.collect(), rare: RARE }
    }
}
