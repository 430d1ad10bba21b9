//! Cumulative flow: how many have reached each stage, as bands in step order. A band that widens is a queue that grows.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::axis::{Frame, Sign, dates, legend, place, upright};
use super::pen::{Hold, Pen, Sheet, nothing, way};
use super::words::{self, say};
use super::{Chart, Look, Table};
use crate::number::{float, floor};

/// More days than this are drawn as so many, each the last of several: the chart says so.
const DAYS_MAX: usize = 180;
/// The classes of bands, from the first on again when there are more.
pub(super) const BANDS: [&str; 8] = ["c-1", "c-2", "c-3", "c-4", "c-5", "c-6", "c-7", "c-8"];

/// How many have reached each stage, day by day.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cumulative {
    /// What the stages are called, in step order; the last is the end.
    pub stages: Vec<String>,
    /// How many there were before the first day, by stage; empty for none.
    pub before: Vec<u32>,
    /// The days on which some stage was reached, in order. Days on which nothing happened may be left out.
    pub days: Vec<CumulativeDay>,
}

/// How many reached each stage for the first time on a day. A request that comes back is not counted again; one that
/// skips a stage counts as having reached it when it reaches a later one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CumulativeDay {
    /// The day.
    pub date: Date,
    /// How many, by stage.
    pub reached: Vec<u32>,
}

impl Cumulative {
    /// Out of the ways of single requests: the stage each came to, as a place in the list, and the day.
    pub fn of<W>(stages: Vec<String>, ways: impl IntoIterator<Item = W>) -> Cumulative
    where
        W: IntoIterator<Item = (usize, Date)>,
    {
        let n = stages.len();
        let mut days: BTreeMap<Date, Vec<u32>> = BTreeMap::new();
        for way in ways {
            let mut first: Vec<Option<Date>> = vec![None; n];
            for (stage, date) in way {
                if let Some(known) = first.get_mut(stage) {
                    *known = Some(known.map_or(date, |known| known.min(date)));
                }
            }
            // Whoever is further on has passed the stages before, whether seen there or not.
            let mut reached: Option<Date> = None;
            for (stage, date) in first.into_iter().enumerate().rev() {
                reached = match (reached, date) {
                    (Some(one), Some(other)) => Some(one.min(other)),
                    (one, other) => one.or(other),
                };
                let day = reached.map(|date| days.entry(date).or_insert_with(|| vec![0; n]));
                if let Some(count) = day.and_then(|day| day.get_mut(stage)) {
                    *count += 1;
                }
            }
        }
        let days = days.into_iter().map(|(date, reached)| CumulativeDay { date, reached }).collect();
        Cumulative { stages, before: Vec::new(), days }
    }

    /// For each day, how many have reached each stage or a later one. Nothing here ever falls.
    pub(super) fn totals(&self) -> Vec<(Date, Vec<u32>)> {
        let n = self.stages.len();
        let mut sums: Vec<u32> = self.before.iter().copied().chain(std::iter::repeat(0)).take(n).collect();
        let mut totals: Vec<(Date, Vec<u32>)> = Vec::with_capacity(self.days.len());
        for day in &self.days {
            for (sum, more) in sums.iter_mut().zip(&day.reached) {
                *sum = sum.saturating_add(*more);
            }
            let mut nested = sums.clone();
            let mut least = 0;
            for total in nested.iter_mut().rev() {
                *total = (*total).max(least);
                least = *total;
            }
            totals.push((day.date, nested));
        }
        totals
    }
}

/// Draws the cumulative flow.
#[must_use]
pub fn cumulative(flow: &Cumulative, look: Look) -> Chart {
    let lang = look.lang;
    let title = say(lang, "Alur kumulatif", "Cumulative flow");
    let mut totals = flow.totals();
    totals.sort_by_key(|(date, _)| *date);
    let table = table(flow, &totals, look);
    let (Some((from, _)), Some((to, last))) = (totals.first(), totals.last()) else {
        return nothing(title, say(lang, "Belum ada yang masuk.", "Nothing has come in yet."), table, look);
    };
    let (from, to, last) = (*from, *to, last.clone());
    let reading = reading(flow, &totals, look);
    let mut pen = Pen::default();
    let frame = Frame::plain();
    let high = f64::from(last.iter().copied().max().unwrap_or(0));
    let heading = format!("{} {}", say(lang, "Banyaknya", "Number of"), words::all(look));
    let y = upright(&mut pen, frame, high, true, &heading, look);
    let x = dates(&mut pen, frame, (from, to), look);
    let (few, sampled) = thin(&totals);
    let edge = |stage: usize| {
        few.iter().map(move |(date, totals)| {
            (x.at(place(*date)), y.at(f64::from(totals.get(stage).copied().unwrap_or(0))))
        })
    };
    for (stage, class) in (0..flow.stages.len()).zip(BANDS.into_iter().cycle()) {
        let mut points: Vec<(f64, f64)> = edge(stage).collect();
        if stage + 1 < flow.stages.len() {
            let mut below: Vec<(f64, f64)> = edge(stage + 1).collect();
            below.reverse();
            points.extend(below);
        } else {
            points.extend([(frame.right, frame.bottom), (frame.left, frame.bottom)]);
        }
        pen.path(&(way(points) + "Z"), class);
    }
    for (stage, total) in last.iter().enumerate() {
        let next = last.get(stage + 1).copied().unwrap_or(0);
        let (top, bottom) = (y.at(f64::from(*total)), y.at(f64::from(next)));
        if bottom - top >= 14.0 {
            let class = if stage % 2 == 0 { "c-light" } else { "c-dark" };
            let at = (frame.right - 5.0, f64::midpoint(top, bottom) + 4.0);
            // Near the end a band may be thick only there; the number stands where it is.
            pen.text(at, Hold::End, class, &format!("{}", stage + 1));
        }
    }
    let mut names: Vec<(Sign, String)> = flow
        .stages
        .iter()
        .enumerate()
        .zip(BANDS.into_iter().cycle())
        .map(|((stage, name), class)| {
            let here = last.get(stage).copied().unwrap_or(0) - last.get(stage + 1).copied().unwrap_or(0);
            (Sign::Patch(class), format!("{} {name}: {}", stage + 1, words::count(here, lang)))
        })
        .collect();
    if sampled {
        let said = say(lang, "digambar {} dari {} hari", "{} of {} days drawn");
        let said = said.replacen("{}", &words::count(few.len(), lang), 1);
        names.push((Sign::Bare, said.replacen("{}", &words::count(totals.len(), lang), 1)));
    }
    let height = legend(&mut pen, frame.below(), &names);
    Sheet { title: title.to_owned(), reading, table, pen, height }.chart(look)
}

/// No more days than can be told apart, the first and the last among them; true if some were left out.
fn thin(totals: &[(Date, Vec<u32>)]) -> (Vec<&(Date, Vec<u32>)>, bool) {
    if totals.len() <= DAYS_MAX {
        return (totals.iter().collect(), false);
    }
    let step = float(totals.len() - 1) / float(DAYS_MAX - 1);
    ((0..DAYS_MAX).filter_map(|n| totals.get(floor(float(n) * step + 0.5))).collect(), true)
}

/// Which stage holds most at the end, and how that was four weeks before.
fn reading(flow: &Cumulative, totals: &[(Date, Vec<u32>)], look: Look) -> String {
    let lang = look.lang;
    let held = |totals: &[u32], stage: usize| {
        totals.get(stage).copied().unwrap_or(0) - totals.get(stage + 1).copied().unwrap_or(0)
    };
    let Some((to, last)) = totals.last() else { return String::new() };
    let (came, done) = (last.first().copied().unwrap_or(0), last.last().copied().unwrap_or(0));
    let (came, done) = (words::many(came, look), words::count(done, lang));
    let waiting = (0..flow.stages.len().saturating_sub(1)).rev().max_by_key(|stage| held(last, *stage));
    let Some(stage) = waiting.filter(|stage| held(last, *stage) > 0) else {
        return say(
            lang,
            format!("{came} masuk, {done} selesai; tidak ada yang tertinggal di tengah jalan."),
            format!("{came} came in, {done} finished; none is left on the way."),
        );
    };
    let ago = totals.iter().rev().find(|(date, _)| to.duration_since(*date).as_hours() >= 28 * 24);
    let before = ago.map_or(0, |(_, totals)| held(totals, stage));
    let name = flow.stages.get(stage).map_or("", String::as_str);
    let (here, before) = (words::count(held(last, stage), lang), words::count(before, lang));
    say(
        lang,
        format!(
            "{came} masuk, {done} selesai; terbanyak menumpuk di {name}: {here} (empat minggu sebelumnya {before})."
        ),
        format!(
            "{came} came in, {done} finished; most pile up at {name}: {here} (four weeks before {before})."
        ),
    )
}

/// The last day of each week, so that the table can be read.
fn table(flow: &Cumulative, totals: &[(Date, Vec<u32>)], look: Look) -> Table {
    let mut table = Table::default();
    table.header.push(say(look.lang, "Minggu sampai", "Week until").to_owned());
    table.header.extend(flow.stages.iter().cloned());
    for (at, (date, counts)) in totals.iter().enumerate() {
        let week = |date: Date| date.iso_week_date().week();
        let next = totals.get(at + 1).map(|(date, _)| *date);
        let same = |next: Date| week(next) == week(*date) && next.duration_since(*date).as_hours() < 168;
        if next.is_some_and(same) {
            continue;
        }
        let mut row = vec![words::date(*date, look.lang)];
        row.extend(counts.iter().map(|count| words::count(*count, look.lang)));
        table.rows.push(row);
    }
    table
}
