//! One replication. Within a day each stage is served exactly, request by request, in the order of the way; so a day
//! takes as many steps as requests move in it, and no event list is kept.

use std::collections::VecDeque;

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution as _, Exp1, Poisson, StandardNormal};

use super::{Arrivals, Ends, Model, Service, Stage, Work};
use crate::number::{float, floor};
use crate::random::{one_of, share, stream};

/// What one replication came to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Run {
    /// By day, the requests that have passed the last stage by its end.
    pub done: Vec<u32>,
    /// By day, those of today's requests that have left, whichever way, by its end.
    pub backlog_gone: Vec<u32>,
    /// By stage, the working days waited there and how many waited.
    pub waits: Vec<(f64, u32)>,
    /// By stage, what waits there at the end.
    pub left: Vec<u32>,
    /// What came in.
    pub came: u32,
    /// What waited at the beginning.
    pub backlog: u32,
    /// By stage, the request-days that lay there at the end of a day.
    pub item_days_at: Vec<f64>,
    /// The request-days of all stages together.
    pub item_days: f64,
    /// By stage, the place of the first day at whose end nothing of what waited at the beginning lies there any more, for
    /// good; the number of days where there is no such day.
    pub old_until: Vec<usize>,
}

#[derive(Debug, Clone, Copy)]
struct Job {
    came: f64,
    visits: u8,
    is_old: bool,
}

struct Line<'a> {
    stage: &'a Stage,
    sessions: Vec<bool>,
    queue: VecDeque<Job>,
    /// How many in the queue waited somewhere at the beginning.
    old: u32,
    free: Vec<f64>,
    work: ChaCha8Rng,
    ends: ChaCha8Rng,
}

/// Runs the model once. Equal seeds and numbers are equal runs.
#[must_use]
pub fn run(model: &Model, seed: u64, replication: u64) -> Run {
    let count = model.stages.len();
    let mut lines = lines(model, seed, replication);
    let mut tally = Tally {
        done: vec![0; model.days.len()],
        gone: vec![0; model.days.len()],
        waits: vec![(0.0, 0); count],
        moved: Vec::new(),
        back: Vec::new(),
    };
    let (mut item_days_at, mut old_until) = (vec![0.0; count], vec![0; count]);
    let mut arrivals = stream(seed, replication, 0);
    let (mut week, mut block, mut came) = (u32::MAX, [0; 5], 0);
    for (place, day) in model.days.iter().enumerate() {
        if day.week != week {
            week = day.week;
            block = draw_week(&model.arrivals, &mut arrivals);
        }
        let start = f64::from(u32::try_from(place).unwrap_or(u32::MAX));
        let incoming = draw_day(&model.arrivals, block, day.weekday, start, &mut arrivals);
        came += u32::try_from(incoming.len()).unwrap_or(u32::MAX);
        for at in incoming {
            arrive(&mut lines, 0, Job { came: at, visits: 0, is_old: false }, &mut tally);
        }
        for stage in 0..count {
            tally.moved.clear();
            if let Some(line) =
                lines.get_mut(stage).filter(|line| line.stage.until.is_none_or(|until| place <= until))
            {
                let waits = tally.waits.get_mut(stage);
                serve(line, place, start, waits, &mut tally.moved);
            }
            let moved = std::mem::take(&mut tally.moved);
            for job in &moved {
                leave(&mut lines, stage, *job, &mut tally);
            }
            tally.moved = moved;
        }
        for (to, job) in std::mem::take(&mut tally.back) {
            arrive(&mut lines, to, job, &mut tally);
        }
        for ((days, until), line) in item_days_at.iter_mut().zip(&mut old_until).zip(&lines) {
            *days += float(line.queue.len());
            if line.old > 0 {
                *until = place + 1;
            }
        }
    }
    Run {
        done: added_up(tally.done),
        backlog_gone: added_up(tally.gone),
        waits: tally.waits,
        left: lines.iter().map(|line| u32::try_from(line.queue.len()).unwrap_or(u32::MAX)).collect(),
        came,
        backlog: model.backlog(),
        item_days: item_days_at.iter().sum(),
        item_days_at,
        old_until,
    }
}

/// The queues as they are at the beginning, each with streams of its own.
fn lines(model: &Model, seed: u64, replication: u64) -> Vec<Line<'_>> {
    let purpose = |place: usize| u64::try_from(place).unwrap_or(0) * 2 + 2;
    let line = |(place, stage)| Line {
        stage,
        sessions: model.sessions(stage),
        queue: (0..stage.queue).map(|_| Job { came: 0.0, visits: 0, is_old: true }).collect(),
        old: stage.queue,
        free: vec![0.0; people(stage)],
        work: stream(seed, replication, purpose(place)),
        ends: stream(seed, replication, purpose(place) + 1),
    };
    model.stages.iter().enumerate().map(line).collect()
}

struct Tally {
    done: Vec<u32>,
    gone: Vec<u32>,
    waits: Vec<(f64, u32)>,
    moved: Vec<Job>,
    back: Vec<(usize, Job)>,
}

fn people(stage: &Stage) -> usize {
    match &stage.service {
        Service::Pool { people, .. } => usize::try_from(*people).unwrap_or(0),
        Service::Lists { .. } => 0,
    }
}

fn added_up(mut counts: Vec<u32>) -> Vec<u32> {
    let mut total = 0;
    for count in &mut counts {
        total += *count;
        *count = total;
    }
    counts
}

fn draw_week(arrivals: &Arrivals, random: &mut ChaCha8Rng) -> [u32; 5] {
    match arrivals {
        Arrivals::Weeks(weeks) => one_of(random, weeks).copied().unwrap_or_default(),
        Arrivals::None | Arrivals::Poisson(_) => [0; 5],
    }
}

/// The instants at which requests come in on a day, in order.
fn draw_day(
    arrivals: &Arrivals,
    block: [u32; 5],
    weekday: u8,
    start: f64,
    random: &mut ChaCha8Rng,
) -> Vec<f64> {
    let count = match arrivals {
        Arrivals::None => 0,
        Arrivals::Poisson(mean) => Poisson::new(*mean).map_or(0, |drawn| floor(drawn.sample(random))),
        Arrivals::Weeks(_) => {
            block.get(usize::from(weekday)).and_then(|count| usize::try_from(*count).ok()).unwrap_or(0)
        }
    };
    let mut instants: Vec<f64> = (0..count).map(|_| start + random.random::<f64>()).collect();
    instants.sort_unstable_by(f64::total_cmp);
    instants
}

/// A request comes to a stage. What passes without waiting goes on at once.
fn arrive(lines: &mut [Line<'_>], to: usize, mut job: Job, tally: &mut Tally) {
    let Some(line) = lines.get_mut(to) else {
        count(&mut tally.done, job.came);
        if job.is_old {
            count(&mut tally.gone, job.came);
        }
        return;
    };
    if line.stage.passes > 0.0 && share(&mut line.ends) < line.stage.passes {
        job.visits = 0;
        return arrive(lines, to + 1, job, tally);
    }
    line.old += u32::from(job.is_old);
    match line.queue.back() {
        Some(last) if last.came > job.came => {
            let place = line.queue.partition_point(|other| other.came <= job.came);
            line.queue.insert(place, job);
        }
        _ => line.queue.push_back(job),
    }
}

/// What ends with a day belongs to it, and not to the next one.
fn count(days: &mut [u32], at: f64) {
    if let Some(count) = days.get_mut(floor((at - 1e-9).max(0.0))) {
        *count += 1;
    }
}

/// A request leaves a stage: forward, back, or for good.
fn leave(lines: &mut [Line<'_>], from: usize, job: Job, tally: &mut Tally) {
    let Some(line) = lines.get_mut(from) else { return };
    let Ends { forward, back, back_to } =
        if job.visits == 0 { line.stage.ends } else { line.stage.ends_again };
    let drawn = if forward >= 1.0 { 0.0 } else { share(&mut line.ends) };
    if drawn < forward {
        arrive(lines, from + 1, Job { visits: 0, ..job }, tally);
    } else if drawn < forward + back {
        tally.back.push((back_to, Job { visits: job.visits.saturating_add(1), ..job }));
    } else if job.is_old {
        count(&mut tally.gone, job.came);
    }
}

/// Serves one stage through one day; what is finished goes into `moved`, with the instant of its end.
fn serve(
    line: &mut Line<'_>,
    place: usize,
    start: f64,
    waits: Option<&mut (f64, u32)>,
    moved: &mut Vec<Job>,
) {
    let mut none = (0.0, 0);
    let waits = waits.unwrap_or(&mut none);
    match &line.stage.service {
        Service::Pool { people, away, work } => {
            let off = away.iter().filter(|(first, last, _)| (*first..=*last).contains(&place));
            let there = people.saturating_sub(off.map(|(_, _, count)| *count).sum());
            let there = usize::try_from(there).unwrap_or(0).min(line.free.len());
            let Some(free) = line.free.get_mut(..there).filter(|free| !free.is_empty()) else { return };
            let spread = spread(*work);
            while let Some(job) = line.queue.front().copied() {
                let Some(server) = earliest(free) else { return };
                let begins = server.max(job.came).max(start);
                if begins >= start + 1.0 {
                    break;
                }
                *server = begins + draw_work(*work, spread, &mut line.work);
                line.queue.pop_front();
                line.old -= u32::from(job.is_old);
                *waits = (waits.0 + (begins - job.came).max(0.0), waits.1 + 1);
                moved.push(Job { came: *server, ..job });
            }
        }
        Service::Lists { most, least, at, setup, each, .. } => {
            let session = start + at.clamp(0.0, 1.0);
            let there = line.queue.partition_point(|job| job.came <= session);
            let size = there.min(usize::try_from(*most).unwrap_or(usize::MAX));
            let enough = size > 0 && size >= usize::try_from(*least).unwrap_or(0);
            if !enough || line.sessions.get(place) != Some(&true) {
                return;
            }
            let listed = u32::try_from(size).unwrap_or(u32::MAX);
            let signed = session + setup + each * f64::from(listed);
            for job in line.queue.drain(..size) {
                line.old -= u32::from(job.is_old);
                *waits = (waits.0 + (session - job.came), waits.1 + 1);
                moved.push(Job { came: signed, ..job });
            }
        }
    }
}

/// The server that is free first.
fn earliest(free: &mut [f64]) -> Option<&mut f64> {
    let mut first = None;
    for server in free {
        if first.as_ref().is_none_or(|first: &&mut f64| *server < **first) {
            first = Some(server);
        }
    }
    first
}

/// Mean and deviation of the logarithm of what has a long tail: found once a day, and not for each request.
fn spread(work: Work) -> (f64, f64) {
    match work {
        Work::LogNormal { mean, cv } => {
            let variance = (1.0 + cv * cv).ln();
            (mean.ln() - variance / 2.0, variance.sqrt())
        }
        Work::Fixed(_) | Work::Exponential(_) => (0.0, 0.0),
    }
}

fn draw_work(work: Work, (middle, deviation): (f64, f64), random: &mut ChaCha8Rng) -> f64 {
    match work {
        Work::Fixed(mean) => mean,
        Work::Exponential(mean) => {
            let drawn: f64 = Exp1.sample(random);
            mean * drawn
        }
        Work::LogNormal { .. } => {
            let drawn: f64 = StandardNormal.sample(random);
            (deviation * drawn + middle).exp()
        }
    }
}
