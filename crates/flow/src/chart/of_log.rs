//! What a foreign log gives for charts. It knows no calendar and no end: days are the calendar's, in UTC, and a case is
//! finished when it ends with an activity that ends cases.

use std::collections::{BTreeMap, HashSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::{
    AgeStage, Aged, Ages, Cumulative, Finished, Histogram, Levels, MapPath, MapStage, ProcessMap, Scatter,
    WeekDone, Weekly,
};
use crate::log::{EventLog, LogEvent};
use crate::number::{float, floor};
use crate::time::calendar_days;
use crate::{follows, stages};

/// The most activities that get a band or a column of their own: those of most cases.
const SHOWN: usize = 8;

/// A log, and what ends its cases.
#[derive(Debug)]
pub struct OfLog<'a> {
    log: &'a EventLog,
    ends: HashSet<u32>,
    until: Timestamp,
}

impl<'a> OfLog<'a> {
    /// Takes the named activities for ends; without names, those that most cases they occur in end with. Gives back a name
    /// that no activity has.
    pub fn new(log: &'a EventLog, ends: &[String]) -> Result<OfLog<'a>, String> {
        let until = log.events.iter().map(|event| event.at).max().unwrap_or_default();
        let mut found = HashSet::new();
        for name in ends {
            let place = log.activities.iter().position(|known| known == name);
            let place = place.and_then(|place| u32::try_from(place).ok()).ok_or_else(|| name.clone())?;
            found.insert(place);
        }
        if ends.is_empty() {
            let mut counts: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
            for trace in log.traces() {
                let inside: HashSet<u32> = trace.iter().map(|event| event.activity).collect();
                for activity in inside {
                    counts.entry(activity).or_default().0 += 1;
                }
                if let Some(last) = trace.last() {
                    counts.entry(last.activity).or_default().1 += 1;
                }
            }
            let mostly = counts.into_iter().filter(|(_, (cases, last))| last * 2 > *cases);
            found.extend(mostly.map(|(activity, _)| activity));
        }
        Ok(OfLog { log, ends: found, until })
    }

    /// The activities that end cases.
    #[must_use]
    pub fn ends(&self) -> Vec<&'a str> {
        let mut names: Vec<&str> = self.ends.iter().map(|place| self.log.activities.name(*place)).collect();
        names.sort_unstable();
        names
    }

    /// How many have reached each of the most frequent activities, and the end, which is called `end`.
    #[must_use]
    pub fn cumulative(&self, end: &str) -> Cumulative {
        let shown = self.shown();
        let stage = |activity: u32| shown.iter().position(|known| *known == activity);
        let mut names: Vec<String> =
            shown.iter().map(|place| self.log.activities.name(*place).to_owned()).collect();
        names.push(end.to_owned());
        let ways = self.log.traces().map(|trace| {
            let mut way: Vec<(usize, Date)> =
                trace.iter().filter_map(|event| Some((stage(event.activity)?, date(event.at)))).collect();
            way.extend(self.finished(trace).map(|(at, _)| (shown.len(), date(at))));
            way
        });
        Cumulative::of(names, ways)
    }

    /// How old what is open is at the log's end, by the last activity; the levels are those of finished cases.
    #[must_use]
    pub fn ages(&self) -> Ages {
        let levels =
            Levels::of(self.log.traces().filter_map(|trace| Some(self.finished(trace)?.1)).collect());
        let mut open: BTreeMap<u32, Vec<Aged>> = BTreeMap::new();
        for (trace, days) in self.open() {
            if let Some(last) = trace.last() {
                let label = self.log.cases.name(last.case).to_owned();
                open.entry(last.activity).or_default().push(Aged { days, label, href: None });
            }
        }
        let mut columns: Vec<(u32, Vec<Aged>)> = open.into_iter().collect();
        columns.sort_by_key(|(activity, open)| (std::cmp::Reverse(open.len()), *activity));
        columns.truncate(SHOWN);
        let order = self.positions();
        columns.sort_by(|one, other| position(&order, one.0).total_cmp(&position(&order, other.0)));
        let stages = columns.into_iter().map(|(activity, open)| AgeStage {
            name: self.log.activities.name(activity).to_owned(),
            levels,
            open,
        });
        Ages { stages: stages.collect() }
    }

    /// When each case finished, and how long it took.
    #[must_use]
    pub fn scatter(&self) -> Scatter {
        let finished = self.log.traces().filter_map(|trace| {
            let ((at, days), first) = (self.finished(trace)?, trace.first()?);
            let label = self.log.cases.name(first.case).to_owned();
            Some(Finished { on: date(at), days, label, href: None })
        });
        Scatter { finished: finished.collect(), promise: None }
    }

    /// How long finished cases took, and how old open ones are.
    #[must_use]
    pub fn histogram(&self) -> Histogram {
        Histogram {
            days: self.log.traces().filter_map(|trace| Some(self.finished(trace)?.1)).collect(),
            open: self.open().map(|(_, days)| days).collect(),
        }
    }

    /// How many finished each week. Its working days are not known: all weeks are taken for whole.
    #[must_use]
    pub fn weekly(&self) -> Weekly {
        let mut weeks: BTreeMap<Date, u32> = BTreeMap::new();
        for (at, _) in self.log.traces().filter_map(|trace| self.finished(trace)) {
            let day = date(at);
            let since = i64::from(day.weekday().to_monday_zero_offset());
            *weeks.entry(day.checked_sub(since.days()).unwrap_or(day)).or_default() += 1;
        }
        let weeks = weeks.into_iter().map(|(monday, done)| WeekDone { monday, done, working_days: 5 });
        Weekly { weeks: weeks.collect() }
    }

    /// How often one activity follows another. Ways that are less than `rare` of all are left out.
    #[must_use]
    pub fn process_map(&self, rare: f64) -> ProcessMap {
        let order = self.positions();
        let mut activities: Vec<u32> = order.keys().copied().collect();
        activities.sort_by(|one, other| position(&order, *one).total_cmp(&position(&order, *other)));
        let rows = stages(self.log);
        let (mut starts, mut ends): (BTreeMap<u32, u32>, BTreeMap<u32, u32>) = Default::default();
        for trace in self.log.traces() {
            if let (Some(first), Some(last)) = (trace.first(), trace.last()) {
                *starts.entry(first.activity).or_default() += 1;
                *ends.entry(last.activity).or_default() += 1;
            }
        }
        let listed = activities.iter().map(|activity| {
            let name = self.log.activities.name(*activity);
            let row = rows.iter().find(|row| row.activity == name);
            MapStage {
                name: name.to_owned(),
                count: row.map_or(0, |row| count(row.events)),
                median_days: row.and_then(|row| row.p50_seconds).map(|seconds| seconds / 86_400.0),
                starts: starts.get(activity).copied().unwrap_or(0),
                ends: ends.get(activity).copied().unwrap_or(0),
            }
        });
        let stands = |activity: u32| activities.iter().position(|known| *known == activity);
        let paths = follows(self.log).into_iter().filter_map(|((from, to), n)| {
            Some(MapPath { from: stands(from)?, to: stands(to)?, count: count(n) })
        });
        ProcessMap { stages: listed.collect(), paths: paths.collect(), rare }
    }

    /// When a case finished and how many days it took, if it did.
    fn finished(&self, trace: &[LogEvent]) -> Option<(Timestamp, f64)> {
        let (first, last) = (trace.first()?, trace.last()?);
        self.ends.contains(&last.activity).then(|| (last.at, calendar_days(first.at, last.at)))
    }

    fn open(&self) -> impl Iterator<Item = (&'a [LogEvent], f64)> {
        let open = self.log.traces().filter(|trace| self.finished(trace).is_none());
        open.filter_map(|trace| Some((trace, calendar_days(trace.first()?.at, self.until))))
    }

    /// Where in its cases an activity first stands, on average: from 0 for the beginning to 1 for the end.
    fn positions(&self) -> BTreeMap<u32, (f64, f64)> {
        let mut sums: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
        for trace in self.log.traces() {
            let mut seen = HashSet::new();
            for (place, event) in trace.iter().enumerate() {
                if seen.insert(event.activity) {
                    let sum = sums.entry(event.activity).or_default();
                    *sum = (sum.0 + float(place) / float(trace.len().max(2) - 1), sum.1 + 1.0);
                }
            }
        }
        sums
    }

    /// The activities of most cases, in the order in which they mostly come.
    fn shown(&self) -> Vec<u32> {
        let order = self.positions();
        let mut shown: Vec<u32> = order.keys().copied().collect();
        shown.sort_by_key(|activity| {
            std::cmp::Reverse(order.get(activity).map_or(0, |(_, cases)| floor(*cases)))
        });
        shown.truncate(SHOWN - 1);
        shown.sort_by(|one, other| position(&order, *one).total_cmp(&position(&order, *other)));
        shown
    }
}

fn position(order: &BTreeMap<u32, (f64, f64)>, activity: u32) -> f64 {
    order.get(&activity).map_or(f64::INFINITY, |(sum, cases)| sum / cases)
}

fn date(at: Timestamp) -> Date {
    at.to_zoned_datetime(TimeZone::UTC).date()
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::log::{LogOptions, read};

    fn log() -> EventLog {
        let text = "case,activity,time\n\
            1,masuk,2026-01-05\n1,cek,2026-01-06\n1,masuk,2026-01-07\n1,cek,2026-01-08\n1,bayar,2026-01-15\n\
            2,masuk,2026-01-05\n2,bayar,2026-01-26\n3,masuk,2026-01-20\n3,cek,2026-01-30\n";
        read(Cursor::new(text), &LogOptions::default()).unwrap()
    }

    #[test]
    fn what_mostly_ends_cases_is_found_or_said() {
        let log = log();
        let of = OfLog::new(&log, &[]).unwrap();
        assert_eq!(of.ends(), ["bayar"]);
        assert_eq!(OfLog::new(&log, &["cek".to_owned()]).unwrap().ends(), ["cek"]);
        assert_eq!(OfLog::new(&log, &["lunas".to_owned()]).err().as_deref(), Some("lunas"));
    }

    #[test]
    fn a_log_gives_each_chart_its_figures() {
        let log = log();
        let of = OfLog::new(&log, &[]).unwrap();
        assert_eq!(of.histogram(), Histogram { days: vec![10.0, 21.0], open: vec![10.0] });
        let ages = of.ages();
        assert_eq!(
            (ages.stages.len(), ages.stages[0].name.as_str(), ages.stages[0].open[0].label.as_str()),
            (1, "cek", "3")
        );
        let weeks: Vec<(u32, u32)> = of
            .weekly()
            .weeks
            .iter()
            .map(|week| (u32::from(week.monday.day().unsigned_abs()), week.done))
            .collect();
        assert_eq!(weeks, [(12, 1), (26, 1)]);
        let flow = of.cumulative("selesai");
        assert_eq!(flow.stages, ["masuk", "cek", "bayar", "selesai"]);
        assert_eq!(flow.totals().last().unwrap().1, [3, 3, 2, 2], "who skips a stage has passed it");
        let map = of.process_map(0.0);
        let path = |from: &str, to: &str| {
            let place = |name: &str| map.stages.iter().position(|stage| stage.name == name).unwrap();
            map.paths
                .iter()
                .find(|path| (path.from, path.to) == (place(from), place(to)))
                .map(|path| path.count)
        };
        assert_eq!(
            (path("masuk", "cek"), path("cek", "masuk"), path("bayar", "cek")),
            (Some(3), Some(1), None)
        );
    }
}
