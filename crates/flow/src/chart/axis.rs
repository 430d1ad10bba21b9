//! Scales, axes and legends: what all charts share.

use jiff::civil::{Date, date};

use super::pen::{Hold, Pen, SMALL, WIDTH, fit, width};
use super::words;
use super::{Levels, Look};
use crate::number::seconds;

/// From values to places, never outside.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) start: f64,
    pub(super) end: f64,
}

impl Scale {
    pub(super) fn new((low, high): (f64, f64), (start, end): (f64, f64)) -> Scale {
        let high = if high > low { high } else { low + 1.0 };
        Scale { low, high, start, end }
    }

    pub(super) fn at(&self, value: f64) -> f64 {
        let share = (value - self.low) / (self.high - self.low);
        let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
        self.start + share * (self.end - self.start)
    }
}

/// The part of a chart that shows values.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Frame {
    /// With room for numbers on the left, a heading above and dates below.
    pub(super) fn plain() -> Frame {
        Frame { left: 46.0, top: 24.0, right: WIDTH - 14.0, bottom: 224.0 }
    }

    /// Where the text below the axis ends.
    pub(super) fn below(&self) -> f64 {
        self.bottom + 22.0
    }
}

/// Round steps from 0 to at least `high`: 1, 2 or 5 times a power of ten, no more than six marks.
pub(super) fn steps(high: f64, whole: bool) -> Vec<f64> {
    let high = if high.is_finite() && high > 0.0 { high } else { 1.0 };
    let power = 10_f64.powf((high / 5.0).log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|times| times * power).into_iter().find(|step| high / step <= 5.0);
    let step = step.unwrap_or(high);
    let step = if whole { step.max(1.0) } else { step };
    let count = (high / step).ceil();
    std::iter::successors(Some(0.0), |place| Some(place + 1.0))
        .take_while(|place| *place <= count)
        .map(|place| place * step)
        .collect()
}

/// The scale, grid and marks on the left, with what they measure above them.
pub(super) fn upright(
    pen: &mut Pen,
    frame: Frame,
    high: f64,
    whole: bool,
    heading: &str,
    look: Look,
) -> Scale {
    let marks = steps(high, whole);
    let scale = Scale::new((0.0, marks.last().copied().unwrap_or(1.0)), (frame.bottom, frame.top));
    pen.text((2.0, frame.top - 10.0), Hold::Start, "c-soft", &fit(heading, WIDTH - 4.0, SMALL));
    for mark in marks {
        let y = scale.at(mark);
        let class = if mark > 0.0 { "c-grid" } else { "c-base" };
        pen.line((frame.left, y), (frame.right, y), class);
        let said = words::mark(mark, look.lang);
        pen.text((frame.left - 5.0, y + 4.0), Hold::End, "c-small", &said);
    }
    scale
}

/// A date as a value: days since 1970.
pub(super) fn place(day: Date) -> f64 {
    seconds(day.duration_since(date(1970, 1, 1))) / 86_400.0
}

/// The scale and marks of dates below: first days of months or years, no more than five.
pub(super) fn dates(pen: &mut Pen, frame: Frame, (from, to): (Date, Date), look: Look) -> Scale {
    let scale = Scale::new((place(from), place(to)), (frame.left, frame.right));
    let mut marks = months(from, to);
    if marks.len() < 2 {
        marks = vec![(from, words::date(from, look.lang))];
        if to > from {
            marks.push((to, words::date(to, look.lang)));
        }
    } else {
        for (date, said) in &mut marks {
            *said = month_year(*date, look);
        }
    }
    let mut free = 0.0;
    for (day, said) in marks {
        let half = width(&said, SMALL) / 2.0;
        let x = scale.at(place(day));
        let middle = x.clamp(half + 1.0, WIDTH - half - 1.0);
        if middle - half < free {
            continue;
        }
        free = middle + half + 6.0;
        pen.line((x, frame.bottom), (x, frame.bottom + 4.0), "c-base");
        pen.text((middle, frame.bottom + 17.0), Hold::Middle, "c-small", &said);
    }
    scale
}

fn month_year(day: Date, look: Look) -> String {
    format!("{} {}", words::month(day.month(), look.lang), day.year())
}

/// First days of months, each first, third or twelfth of them, or fewer, so that there are at most five.
fn months(from: Date, to: Date) -> Vec<(Date, String)> {
    let all: Vec<(i32, Date)> = (i32::from(from.year())..=i32::from(to.year()))
        .flat_map(|year| (1_i8..=12).map(move |month| (year, month)))
        .filter_map(|(year, month)| {
            let first = Date::new(i16::try_from(year).ok()?, month, 1).ok()?;
            Some((year * 12 + i32::from(month) - 1, first))
        })
        .filter(|(_, first)| *first >= from && *first <= to)
        .collect();
    for every in [1, 2, 3, 6, 12, 24, 60, 120, 600, 1_200, 12_000] {
        let marks: Vec<_> = all.iter().filter(|(number, _)| number % every == 0).collect();
        if marks.len() <= 5 {
            return marks.into_iter().map(|(_, first)| (*first, String::new())).collect();
        }
    }
    Vec::new()
}

/// The levels with their classes, and their names for a legend.
pub(super) fn levels(levels: Levels, look: Look) -> [(f64, &'static str, (Sign, String)); 3] {
    [(levels.p50, "50%", "c-p50"), (levels.p85, "85%", "c-p85"), (levels.p95, "95%", "c-p95")].map(
        |(value, share, class)| {
            let name = format!("{share}: {}", words::number(value, look.lang));
            (value, class, (Sign::Stroke(class), name))
        },
    )
}

/// A text on a ground of paper, so that it is readable over whatever is drawn.
pub(super) fn name_on(pen: &mut Pen, (x, y): (f64, f64), said: &str) {
    pen.rect((x - 2.0, y - 11.0), (width(said, SMALL) + 4.0, 14.0), "c-paper");
    pen.text((x, y), Hold::Start, "c-small", said);
}

/// The sign beside a name in a legend.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sign {
    /// A patch of a class.
    Patch(&'static str),
    /// A stroke of a class.
    Stroke(&'static str),
    /// None: the name carries its number.
    Bare,
}

/// Names with their signs, in rows below a chart. Returns where it ends.
pub(super) fn legend(pen: &mut Pen, top: f64, names: &[(Sign, String)]) -> f64 {
    let (mut x, mut y) = (4.0, top + 14.0);
    for (sign, name) in names {
        let lead = if matches!(sign, Sign::Bare) { 0.0 } else { 22.0 };
        let name = fit(name, WIDTH - 12.0 - lead, SMALL);
        let wide = lead + width(&name, SMALL);
        if x > 4.0 && x + wide > WIDTH - 4.0 {
            (x, y) = (4.0, y + 18.0);
        }
        match sign {
            Sign::Patch(class) => pen.rect((x, y - 10.0), (16.0, 11.0), class),
            Sign::Stroke(class) => pen.line((x, y - 4.0), (x + 17.0, y - 4.0), class),
            Sign::Bare => {}
        }
        pen.text((x + lead, y), Hold::Start, "c-small", &name);
        x += wide + 12.0;
    }
    y + 8.0
}
