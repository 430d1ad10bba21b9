//! Event logs and forecasts: CPU time and peak memory, for logs of a large office. Nothing is compared with a database
//! here, so one round tells.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::Path;

use anyhow::Result;
use salur_flow::log::{LogOptions, read};
use salur_flow::simulate::{Arrivals, Day, Ends, Every, Forecast, Goal, Model, Service, Stage, Work};
use salur_flow::summary;

use crate::cpu;

const CASES: u64 = 150_000;
const EVENTS: u64 = 561_470;
const ACTIVITIES: [&str; 11] = [
    "Create Fine",
    "Send Fine",
    "Insert Fine Notification",
    "Add penalty",
    "Send for Credit Collection",
    "Payment",
    "Insert Date Appeal to Prefecture",
    "Send Appeal to Prefecture",
    "Receive Result Appeal from Prefecture",
    "Notify Result Appeal to Offender",
    "Appeal to Judge",
];

pub(crate) fn measure(folder: &Path) -> Result<()> {
    let file = folder.join("log.xes");
    make(&file)?;
    let size = file.metadata()?.len();
    // Lets the peak be counted anew.
    std::fs::write("/proc/self/clear_refs", "5")?;
    let before = cpu();
    let log = read(BufReader::with_capacity(64 * 1024, File::open(&file)?), &LogOptions::default())?;
    let found = summary(&log);
    let took = cpu().saturating_sub(before);
    println!(
        "a XES log of {} cases and {} events ({} MB), read and measured: {:.2} s of CPU, {} MB at most",
        found.cases,
        found.events,
        size / 1_000_000,
        took.as_secs_f64(),
        peak_kb() / 1_000,
    );
    Ok(())
}

/// The most memory this process had since the count began, in kB.
fn peak_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// A log with as many attributes an event as those that offices publish. The same each time.
fn make(file: &Path) -> Result<()> {
    let mut out = BufWriter::new(File::create(file)?);
    out.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<log xes.version=\"1.0\">\n")?;
    let mut state = 20_261_124_u64;
    let mut draw = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut written = 0;
    for case in 0..CASES {
        let left = CASES - case;
        let share = (EVENTS - written) / left;
        let events = if left == 1 { EVENTS - written } else { (share + draw(3)).saturating_sub(1).max(1) };
        written += events;
        let mut at = jiff::Timestamp::from_second(946_684_800 + i64::try_from(draw(400_000_000))?)?;
        let mut trace = format!("<trace>\n\t<string key=\"concept:name\" value=\"A{case}\"/>\n");
        for place in 0..events {
            at += jiff::SignedDuration::from_secs(i64::try_from(draw(9_000_000))?);
            let activity = ACTIVITIES[if place == 0 { 0 } else { usize::try_from(draw(10))? + 1 }];
            let (amount, resource) = (draw(90), draw(150));
            writeln!(
                trace,
                "\t<event>\n\t\t<float key=\"amount\" value=\"{amount}.0\"/>\n\t\t<string key=\"org:resource\" value=\"{resource}\"/>\n\
                 \t\t<string key=\"dismissal\" value=\"NIL\"/>\n\t\t<string key=\"concept:name\" value=\"{activity}\"/>\n\
                 \t\t<string key=\"vehicleClass\" value=\"A\"/>\n\t\t<float key=\"totalPaymentAmount\" value=\"0.0\"/>\n\
                 \t\t<string key=\"lifecycle:transition\" value=\"complete\"/>\n\t\t<date key=\"time:timestamp\" value=\"{at}\"/>\n\
                 \t\t<int key=\"article\" value=\"157\"/>\n\t\t<int key=\"points\" value=\"0\"/>\n\t</event>"
            )?;
        }
        trace += "</trace>\n";
        out.write_all(trace.as_bytes())?;
    }
    out.write_all(b"</log>\n")?;
    Ok(out.flush()?)
}

/// The office's year from a backlog of 20,000 requests, a thousand times over.
pub(crate) fn simulate() {
    let model = office();
    let before = cpu();
    let forecast = Forecast::of(&model, Goal::Backlog, 1, 1_000);
    let took = cpu().saturating_sub(before);
    let day = forecast.p85.map_or_else(|| "later".to_owned(), |day| day.to_string());
    println!(
        "{} runs of a year of {} working days from a backlog of {}: {:.2} s of CPU (the backlog is gone by {day}, 85 %)",
        forecast.runs,
        model.days.len(),
        model.backlog(),
        took.as_secs_f64(),
    );
}

fn office() -> Model {
    let days = (0..245_u16).map(|place| Day {
        date: jiff::civil::date(2026, 1, 1) + jiff::ToSpan::days(i32::from(place) * 7 / 5),
        week: u32::from(place / 5),
        weekday: u8::try_from(place % 5).unwrap_or(0),
    });
    let ends = |forward, back, back_to| Ends { forward, back, back_to };
    let stage = |name: &str, service, ends, queue| Stage {
        name: name.to_owned(),
        service,
        ends,
        ends_again: ends,
        passes: 0.0,
        until: None,
        queue,
    };
    let pool =
        |people, mean| Service::Pool { people, away: Vec::new(), work: Work::LogNormal { mean, cv: 1.0 } };
    let lists = |weekday: usize| {
        let mut weekdays = [false; 5];
        if let Some(day) = weekdays.get_mut(weekday) {
            *day = true;
        }
        let every = Every::Weekdays(weekdays);
        Service::Lists { every, away: Vec::new(), most: 2_000, least: 1, at: 0.5, setup: 0.2, each: 0.0 }
    };
    Model {
        days: days.collect(),
        stages: vec![
            stage("input", pool(10, 0.04), ends(1.0, 0.0, 0), 8_000),
            stage("verification", pool(4, 0.02), ends(0.85, 0.1, 0), 6_000),
            stage("approval", lists(1), ends(0.95, 0.03, 0), 4_000),
            stage("disbursement", lists(3), ends(0.99, 0.0, 0), 2_000),
        ],
        arrivals: Arrivals::Weeks(vec![[80, 60, 40, 60, 20], [10, 0, 0, 30, 200], [0; 5], [50; 5]]),
    }
}
