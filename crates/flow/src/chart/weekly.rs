//! How many were finished each week: weeks without any are weeks too, and short weeks are told apart.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::axis::{Frame, Scale, Sign, dates, legend, place, upright};
use super::pen::{At, Pen, Sheet, nothing};
use super::words::{self, say};
use super::{Chart, Look, Table};
use crate::number::{float, percentile, sorted};

/// The most weeks that are drawn: the last ones.
const WEEKS_MAX: usize = 156;

/// How many were finished each week.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Weekly {
    /// The weeks, in order. Weeks that are left out between two others were empty, and are shown so.
    pub weeks: Vec<WeekDone>,
}

/// A week and what was finished in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeekDone {
    /// The Monday it begins on.
    pub monday: Date,
    /// How many were finished.
    pub done: u32,
    /// Its working days: fewer than five are shaded.
    pub working_days: u32,
}

impl Weekly {
    /// All weeks from the first to the last, those without anything finished among them.
    fn filled(&self) -> Vec<WeekDone> {
        let by_monday: BTreeMap<Date, WeekDone> =
            self.weeks.iter().map(|week| (week.monday, *week)).collect();
        let (Some(first), Some(last)) = (by_monday.keys().next(), by_monday.keys().last()) else {
            return Vec::new();
        };
        let mut weeks = Vec::new();
        let mut monday = *first;
        // A list that spans ages is cut from its end backwards, so only the last weeks are walked through.
        if let Ok(earliest) = last.checked_sub((7 * i64::try_from(WEEKS_MAX - 1).unwrap_or(0)).days()) {
            monday = monday.max(earliest);
        }
        while monday <= *last {
            let empty = WeekDone { monday, done: 0, working_days: 5 };
            weeks.push(by_monday.get(&monday).copied().unwrap_or(empty));
            match monday.checked_add(7.days()) {
                Ok(next) => monday = next,
                Err(_) => break,
            }
        }
        weeks
    }
}

/// Draws what was finished each week.
#[must_use]
pub fn weekly(weekly: &Weekly, look: Look) -> Chart {
    let lang = look.lang;
    let title = say(lang, "Keluaran mingguan", "Weekly throughput");
    let mut table = Table::new(match lang {
        salur_core::Lang::Id => ["Minggu mulai", "Selesai", "Hari kerja"],
        salur_core::Lang::En => ["Week from", "Finished", "Working days"],
    });
    let weeks = weekly.filled();
    let (Some(first), Some(last)) = (weeks.first(), weeks.last()) else {
        return nothing(title, say(lang, "Belum ada yang selesai.", "Nothing is finished yet."), table, look);
    };
    for week in &weeks {
        let done = words::count(week.done, lang);
        table.row([words::date(week.monday, lang), done, words::count(week.working_days, lang)]);
    }
    let mut pen = Pen::default();
    let frame = Frame::plain();
    let high = f64::from(weeks.iter().map(|week| week.done).max().unwrap_or(0).max(1));
    let heading = format!("{} {}", say(lang, "Selesai per minggu,", "Finished per week,"), words::all(look));
    let mut ground = Pen::default();
    let y = upright(&mut ground, frame, high, true, &heading, look);
    let end = last.monday.checked_add(7.days()).unwrap_or(last.monday);
    let x = dates(&mut ground, frame, (first.monday, end), look);
    let wide = (frame.right - frame.left) / float(weeks.len());
    let (bars, short) = bars(&mut pen, (frame, x, y), wide, &weeks);
    pen.put_all(&ground);
    pen.path(&bars, "c-1");
    let counts = sorted(weeks.iter().map(|week| f64::from(week.done)).collect());
    let median = percentile(&counts, 0.5).unwrap_or(0.0);
    pen.line((frame.left, y.at(median)), (frame.right, y.at(median)), "c-p85");
    let said = format!("{}: {}", "median", words::number(median, lang));
    let mut names = vec![(Sign::Stroke("c-p85"), said)];
    if short {
        let said = say(lang, "minggu dengan hari libur", "week with holidays");
        names.push((Sign::Patch("c-track"), said.to_owned()));
    }
    if weekly.weeks.first().is_some_and(|week| week.monday < first.monday) {
        let said = say(lang, "hanya {} minggu terakhir", "only the last {} weeks");
        names.push((Sign::Bare, said.replace("{}", &words::count(weeks.len(), lang))));
    }
    let height = legend(&mut pen, frame.below(), &names);
    let reading = reading(&weeks, median, look);
    Sheet { title: title.to_owned(), reading, table, pen, height }.chart(look)
}

/// The bars as one path, with shade drawn behind short weeks; true if there are any.
fn bars(
    pen: &mut Pen,
    (frame, x, y): (Frame, Scale, Scale),
    wide: f64,
    weeks: &[WeekDone],
) -> (String, bool) {
    let (mut bars, mut short) = (String::new(), false);
    for week in weeks {
        let left = x.at(place(week.monday));
        if week.working_days < 5 {
            short = true;
            pen.rect((left, frame.top), (wide, frame.bottom - frame.top), "c-shade");
        }
        let (from, to) = (left + wide * 0.12, left + wide * 0.88);
        if week.done > 0 {
            let top = y.at(f64::from(week.done));
            let _ = write!(
                bars,
                "M{} {}V{}H{}V{}Z",
                At(from),
                At(frame.bottom),
                At(top),
                At(to),
                At(frame.bottom)
            );
        } else {
            // A week without any is a stroke on the ground, so that it does not look like no week.
            let _ = write!(
                bars,
                "M{} {}H{}V{}H{}Z",
                At(from),
                At(frame.bottom),
                At(to),
                At(frame.bottom - 2.0),
                At(from)
            );
        }
    }
    (bars, short)
}

/// The middle, the range and the last four weeks beside those before.
fn reading(weeks: &[WeekDone], median: f64, look: Look) -> String {
    let lang = look.lang;
    let empty = weeks.iter().filter(|week| week.done == 0).count();
    let most = weeks.iter().map(|week| week.done).max().unwrap_or(0);
    let late: u32 = weeks.iter().rev().take(4).map(|week| week.done).sum();
    let before: u32 = weeks.iter().rev().skip(4).take(4).map(|week| week.done).sum();
    let (n, empty, most) =
        (words::count(weeks.len(), lang), words::count(empty, lang), words::count(most, lang));
    let (late, before) = (words::count(late, lang), words::count(before, lang));
    let median = words::number(median, lang);
    let all = words::all(look);
    say(
        lang,
        format!(
            "Dalam {n} minggu, median {median} {all} per minggu (paling banyak {most}, {empty} minggu tanpa hasil); empat minggu terakhir {late}, empat sebelumnya {before}."
        ),
        format!(
            "Over {n} weeks, a median of {median} {all} a week (most {most}, {empty} weeks without any); the last four {late}, the four before {before}."
        ),
    )
}
