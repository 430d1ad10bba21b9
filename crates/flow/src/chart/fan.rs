//! What will be left, as a cone of odds: when all will be done, and how sure that is.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::axis::{Frame, Scale, Sign, dates, legend, name_on, place, upright};
use super::pen::{Pen, SMALL, Sheet, WIDTH, nothing, way, width};
use super::words::{self, say};
use super::{Chart, Look, Table};
use crate::forecast::{Outlook, TooLittle, WEEKS_BACK, Week};
use crate::number::{percentile, sorted};
use crate::random::{one_of, stream};

/// No cone goes further than this.
const WEEKS_AHEAD: usize = 156;

/// What will be left, week by week.
#[derive(Debug, Clone, PartialEq)]
pub struct Fan {
    /// What was left at the end of past days, in order; the last is where the forecast begins.
    pub past: Vec<(Date, u32)>,
    /// What will be left, in order; begins where the past ends.
    pub steps: Vec<FanStep>,
    /// The day by which all should be done.
    pub target: Option<Date>,
    /// The odds that all are done by then, from 0 to 1.
    pub odds: Option<f64>,
    /// How often past forecasts at 85 % held: hits, of so many.
    pub held: Option<(usize, usize)>,
}

/// What will be left at the end of a day: no more than this, with such odds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FanStep {
    /// The day.
    pub date: Date,
    /// With odds of one half.
    pub p50: f64,
    /// With odds of 85 %.
    pub p85: f64,
    /// With odds of 95 %.
    pub p95: f64,
}

/// What a cone is drawn from.
#[derive(Debug, Clone, Copy)]
pub struct FanFrom<'a> {
    /// What was done in past weeks, the last [`WEEKS_BACK`] of which are drawn from.
    pub weeks: &'a [Week],
    /// The working days of each week to come; weeks beyond it have five.
    pub ahead: &'a [u32],
    /// The day the forecast begins.
    pub from: Date,
    /// How many are left on it.
    pub left: u32,
    /// The day by which all should be done.
    pub target: Option<Date>,
    /// The seed of the draws.
    pub seed: u64,
    /// How many draws.
    pub draws: usize,
}

impl Fan {
    /// Draws whole past weeks until all is done, as [`Outlook`] does, and keeps what is left after each week.
    pub fn of(given: FanFrom<'_>) -> Result<Fan, TooLittle> {
        let FanFrom { weeks, ahead, from, left, target, seed, draws } = given;
        let outlook = Outlook::of(weeks, ahead, left, seed, draws)?;
        let odds = target.map(|target| outlook.within((place(target) - place(from)) / 7.0).share);
        let back = weeks.get(weeks.len().saturating_sub(WEEKS_BACK)..).unwrap_or(weeks);
        let mut random = stream(seed, 1, 0);
        let mut runs = vec![f64::from(left); draws];
        let mut steps =
            vec![FanStep { date: from, p50: f64::from(left), p85: f64::from(left), p95: f64::from(left) }];
        for week in 0..WEEKS_AHEAD {
            let days = ahead.get(week).copied().unwrap_or(5);
            for run in &mut runs {
                if let Some(drawn) = one_of(&mut random, back) {
                    let done = f64::from(drawn.done) * f64::from(days) / f64::from(drawn.days.max(1));
                    *run = (*run - done).max(0.0);
                }
            }
            let after = i64::try_from(week).unwrap_or(0) + 1;
            let Ok(date) = from.checked_add((after * 7).days()) else { break };
            let now = sorted(runs.clone());
            let at = |q| percentile(&now, q).unwrap_or(0.0);
            let step = FanStep { date, p50: at(0.5), p85: at(0.85), p95: at(0.95) };
            steps.push(step);
            if step.p95 <= 0.0 {
                break;
            }
        }
        Ok(Fan { past: vec![(from, left)], steps, target, odds, held: None })
    }
}

/// The first day on which nothing is left by one of the odds, between the steps where it falls there.
fn done_by(fan: &Fan, of: fn(&FanStep) -> f64) -> Option<Date> {
    fan.steps.iter().find(|step| of(step) <= 0.0).map(|step| step.date)
}

/// Draws the cone.
#[must_use]
pub fn fan(fan: &Fan, look: Look) -> Chart {
    let lang = look.lang;
    let title = say(lang, "Perkiraan yang tersisa", "Forecast of what is left");
    let mut table = Table::new(match lang {
        salur_core::Lang::Id => ["Tanggal", "Sisa, peluang 50%", "Sisa, peluang 85%", "Sisa, peluang 95%"],
        salur_core::Lang::En => ["Date", "Left, odds 50%", "Left, odds 85%", "Left, odds 95%"],
    });
    for step in &fan.steps {
        let cells = [step.p50, step.p85, step.p95].map(|left| words::number(left.round(), lang));
        let [p50, p85, p95] = cells;
        table.row([words::date(step.date, lang), p50, p85, p95]);
    }
    let (Some(first), Some(last)) = (fan.steps.first(), fan.steps.last()) else {
        let said = say(lang, "Data terlalu sedikit untuk perkiraan.", "Too little data to forecast from.");
        return nothing(title, said, table, look);
    };
    let from = fan.past.first().map_or(first.date, |(date, _)| *date).min(first.date);
    let to = fan.target.map_or(last.date, |target| target.max(last.date));
    let mut pen = Pen::default();
    let frame = Frame { top: 40.0, ..Frame::plain() };
    let high = fan.steps.iter().map(|step| step.p95).chain(fan.past.iter().map(|(_, left)| f64::from(*left)));
    let high = high.fold(1.0, f64::max);
    let heading = format!("{} ({})", say(lang, "Sisa", "Left"), words::all(look));
    let mut ground = Pen::default();
    // The heading stands higher than the cone: the target's name needs a line of its own.
    let y = upright(&mut ground, Frame { top: 24.0, ..frame }, high * 1.08, true, &heading, look);
    let x = dates(&mut ground, frame, (from, to), look);
    cone(&mut pen, fan, (x, y));
    let past = fan.past.iter().map(|(date, left)| (x.at(place(*date)), y.at(f64::from(*left))));
    let past = way(past.chain([(x.at(place(first.date)), y.at(first.p50))]));
    pen.path(&past, "c-line");
    pen.put_all(&ground);
    if let Some(target) = fan.target {
        let at = x.at(place(target));
        pen.line((at, 26.0), (at, frame.bottom), "c-goal");
        let said = format!("{} {}", say(lang, "sasaran", "target"), words::date(target, lang));
        let right = WIDTH - 6.0 - width(&said, SMALL);
        name_on(&mut pen, ((at + 5.0).min(right), 37.0), &said);
    }
    let name = |share: &str, done: Option<Date>| {
        let done = done
            .map_or_else(|| say(lang, "belum habis", "not done").to_owned(), |day| words::date(day, lang));
        format!("{share}: {done}")
    };
    let names = [
        (Sign::Patch("c-cone1"), name("50%", done_by(fan, |step| step.p50))),
        (Sign::Patch("c-cone2"), name("85%", done_by(fan, |step| step.p85))),
        (Sign::Patch("c-cone3"), name("95%", done_by(fan, |step| step.p95))),
    ];
    let height = legend(&mut pen, frame.below(), &names);
    let reading = reading(fan, first, look);
    Sheet { title: title.to_owned(), reading, table, pen, height }.chart(look)
}

/// Three wedges, the widest first, each with its edge.
fn cone(pen: &mut Pen, fan: &Fan, (x, y): (Scale, Scale)) {
    let edge = |of: fn(&FanStep) -> f64| -> Vec<(f64, f64)> {
        fan.steps.iter().map(|step| (x.at(place(step.date)), y.at(of(step)))).collect()
    };
    let (p50, p85, p95) = (edge(|step| step.p50), edge(|step| step.p85), edge(|step| step.p95));
    let floor = y.at(0.0);
    for (upper, class) in [(&p95, "c-cone3"), (&p85, "c-cone2"), (&p50, "c-cone1")] {
        let (Some(first), Some(last)) = (upper.first(), upper.last()) else { continue };
        let ground = [(last.0, floor), (first.0, floor)];
        pen.path(&(way(upper.iter().copied().chain(ground)) + "Z"), class);
    }
    for (edge, class) in [(p50, "c-p50"), (p85, "c-p85"), (p95, "c-p95")] {
        pen.path(&way(edge), class);
    }
}

fn reading(fan: &Fan, first: &FanStep, look: Look) -> String {
    let lang = look.lang;
    let left = words::many(round(first.p50), look);
    let mut said = match (done_by(fan, |step| step.p85), done_by(fan, |step| step.p95)) {
        (Some(p85), Some(p95)) => {
            let (p85, p95) = (words::date(p85, lang), words::date(p95, lang));
            say(
                lang,
                format!("{left} tersisa: dengan peluang 85% selesai {p85}, dengan 95% selesai {p95}"),
                format!("{left} left: with odds of 85% done by {p85}, with 95% by {p95}"),
            )
        }
        (Some(p85), None) => {
            let p85 = words::date(p85, lang);
            say(
                lang,
                format!("{left} tersisa: dengan peluang 85% selesai {p85}"),
                format!("{left} left: with odds of 85% done by {p85}"),
            )
        }
        (None, _) => say(
            lang,
            format!("{left} tersisa: dalam rentang gambar ini peluang selesai belum mencapai 85%"),
            format!("{left} left: within what is drawn the odds of being done stay below 85%"),
        ),
    };
    if let (Some(target), Some(odds)) = (fan.target, fan.odds) {
        let (target, odds) = (words::date(target, lang), words::odds(odds));
        said += &say(
            lang,
            format!("; peluang selesai sampai {target}: {odds}"),
            format!("; odds of being done by {target}: {odds}"),
        );
    }
    if let Some((hits, n)) = fan.held {
        said += &say(
            lang,
            format!("; perkiraan 85% di masa lalu terpenuhi {hits} dari {n} kali"),
            format!("; past forecasts at 85% held {hits} of {n} times"),
        );
    }
    said + "."
}

fn round(value: f64) -> u64 {
    u64::try_from(crate::number::floor(value.max(0.0) + 0.5)).unwrap_or(u64::MAX)
}
