//! How long finished ones took, as a histogram: what can be promised.

use super::axis::{Frame, Scale, legend, steps, upright};
use super::pen::{Hold, Pen, SMALL, Sheet, WIDTH, nothing, width};
use super::words::{self, say};
use super::{Chart, Levels, Look, Table};
use crate::number::{float, floor};

/// The most bars.
const BARS_MAX: usize = 20;

/// How long finished ones took.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Histogram {
    /// How long each finished one took, in days.
    pub days: Vec<f64>,
    /// How old each open one is, in days: those beyond the 85 % level are counted in the reading.
    pub open: Vec<f64>,
}

/// The bars: how wide each is in days, and how many are in it. The last holds all that took longer.
fn bars(days: &[f64], levels: Levels) -> (f64, Vec<usize>, bool) {
    let longest = days.iter().copied().fold(0.0, f64::max);
    // A single one that took years must not press all others into one bar.
    let high = longest.min(levels.p95 * 1.5).max(0.01);
    let marks = steps(high, false);
    let step = marks.get(1).copied().unwrap_or(1.0) / 4.0;
    let step = if high / step > 20.0 { step * 2.0 } else { step };
    let count = (floor(high / step) + 1).min(BARS_MAX);
    let mut bars = vec![0_usize; count];
    for days in days {
        if let Some(bar) = bars.get_mut(floor(days.max(0.0) / step).min(count - 1)) {
            *bar += 1;
        }
    }
    let open_ended = longest >= step * float(count);
    (step, bars, open_ended)
}

/// Draws the histogram.
#[must_use]
pub fn histogram(histogram: &Histogram, look: Look) -> Chart {
    let lang = look.lang;
    let title = say(lang, "Sebaran waktu selesai", "Distribution of lead times");
    let mut table = Table::new(match lang {
        salur_core::Lang::Id => ["Dari", "Sampai di bawah", "Selesai"],
        salur_core::Lang::En => ["From", "To below", "Finished"],
    });
    let days: Vec<f64> = histogram.days.iter().copied().filter(|days| days.is_finite()).collect();
    let Some(levels) = Levels::of(days.clone()) else {
        return nothing(title, say(lang, "Belum ada yang selesai.", "Nothing is finished yet."), table, look);
    };
    let late = histogram.open.iter().filter(|days| **days > levels.p85).count();
    let (promised, late) = (words::days(levels.p85, look), words::many(late, look));
    let reading = say(
        lang,
        format!("85% selesai dalam {promised}; {late} yang berjalan sudah melewatinya."),
        format!("85% finish within {promised}; {late} still open are already beyond it."),
    );
    let (step, bars, open_ended) = bars(&days, levels);
    let mut pen = Pen::default();
    let frame = Frame::plain();
    let high = float(bars.iter().copied().max().unwrap_or(1));
    let heading = format!("{} {}", say(lang, "Banyaknya", "Number of"), words::all(look));
    let y = upright(&mut pen, frame, high, true, &heading, look);
    let x = Scale::new((0.0, step * float(bars.len())), (frame.left, frame.right));
    for (place, count) in bars.iter().enumerate() {
        let (left, right) = (x.at(step * float(place)), x.at(step * float(place + 1)));
        let top = y.at(float(*count));
        pen.rect((left + 0.5, top), (right - left - 1.0, frame.bottom - top), "c-1");
        let to = step * float(place + 1);
        let last = open_ended && place + 1 == bars.len();
        let until =
            if last { say(lang, "dan lebih", "and longer").to_owned() } else { words::number2(to, lang) };
        table.row([words::number2(step * float(place), lang), until, words::count(*count, lang)]);
    }
    below(&mut pen, frame, x, open_ended, look);
    let mut names = Vec::new();
    for (value, class, name) in super::axis::levels(levels, look) {
        pen.line((x.at(value), frame.top), (x.at(value), frame.bottom), class);
        names.push(name);
    }
    let height = legend(&mut pen, frame.bottom + 42.0, &names);
    Sheet { title: title.to_owned(), reading, table, pen, height }.chart(look)
}

/// The marks of days below.
fn below(pen: &mut Pen, frame: Frame, x: Scale, open_ended: bool, look: Look) {
    for mark in steps(x.high, false).into_iter().filter(|mark| *mark <= x.high + 1e-9) {
        let said = words::mark(mark, look.lang);
        let at = x.at(mark);
        let half = width(&said, SMALL) / 2.0;
        pen.line((at, frame.bottom), (at, frame.bottom + 4.0), "c-base");
        pen.text((at.min(WIDTH - half - 1.0), frame.bottom + 17.0), Hold::Middle, "c-small", &said);
    }
    let unit = words::unit(look);
    let said = if open_ended {
        let rest = say(look.lang, "batang terakhir: dan lebih", "last bar: and longer");
        format!("{unit} ({rest})")
    } else {
        unit.to_owned()
    };
    pen.text((f64::midpoint(frame.left, frame.right), frame.bottom + 35.0), Hold::Middle, "c-soft", &said);
}
