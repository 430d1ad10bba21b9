//! When each one finished and how long it took: what can be promised, and what fell out of it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::civil::Date;

use super::axis::{Frame, Sign, dates, legend, levels, place, upright};
use super::pen::{At, Pen, Sheet, nothing};
use super::words::{self, say};
use super::{Chart, Levels, Look, Table};
use crate::number::{float, floor};

/// More dots than this and those that fall together are drawn as one, the larger the more there are.
const DOTS_MAX: usize = 300;
/// The side of the square within which dots fall together.
const CELL: f64 = 6.0;
/// The most that are told apart beyond the 95 % level.
const OUTLIERS_MAX: usize = 40;
/// The rows of the table: those that took longest.
const ROWS_MAX: usize = 50;

/// When each one finished, and how long it took.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scatter {
    /// The finished ones, in any order.
    pub finished: Vec<Finished>,
    /// The days that are promised.
    pub promise: Option<f64>,
}

/// One that is finished.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    /// When.
    pub on: Date,
    /// How long it took, in days.
    pub days: f64,
    /// What it is called: a number, never a name. Told for those beyond the 95 % level.
    pub label: String,
    /// Its page.
    pub href: Option<String>,
}

/// Draws when each one finished.
#[must_use]
pub fn scatter(scatter: &Scatter, look: Look) -> Chart {
    let lang = look.lang;
    let title = say(lang, "Waktu selesai", "Lead times");
    let mut table = Table::new(match lang {
        salur_core::Lang::Id => ["Nomor", "Selesai", "Lama"],
        salur_core::Lang::En => ["Number", "Finished", "Time"],
    });
    let mut finished: Vec<&Finished> = scatter.finished.iter().filter(|one| one.days.is_finite()).collect();
    finished.sort_by(|one, other| other.days.total_cmp(&one.days).then(one.on.cmp(&other.on)));
    let days = finished.iter().map(|one| one.days).collect();
    let from_to = (finished.iter().map(|one| one.on).min(), finished.iter().map(|one| one.on).max());
    let (Some(found), (Some(from), Some(to))) = (Levels::of(days), from_to) else {
        return nothing(title, say(lang, "Belum ada yang selesai.", "Nothing is finished yet."), table, look);
    };
    for one in finished.iter().take(ROWS_MAX) {
        table.row([one.label.clone(), words::date(one.on, lang), words::days(one.days, look)]);
    }
    let mut pen = Pen::default();
    let frame = Frame::plain();
    let longest = finished.first().map_or(1.0, |one| one.days);
    let heading = format!("{} ({})", say(lang, "Lama", "Time"), words::unit(look));
    let y = upright(&mut pen, frame, longest, false, &heading, look);
    let x = dates(&mut pen, frame, (from, to), look);
    let (beyond, within): (Vec<&Finished>, Vec<&Finished>) =
        finished.iter().partition(|one| one.days > found.p95);
    let told = beyond.iter().take(OUTLIERS_MAX);
    let rest: Vec<(f64, f64)> = within
        .iter()
        .chain(beyond.iter().skip(OUTLIERS_MAX))
        .map(|one| (x.at(place(one.on)), y.at(one.days)))
        .collect();
    let most = clouds(&mut pen, &rest);
    for one in told {
        let said = format!("{}: {}", one.label, words::days(one.days, look));
        pen.dot((x.at(place(one.on)), y.at(one.days)), &said, one.href.as_deref());
    }
    if let Some(promise) = scatter.promise.filter(|promise| *promise <= y.high) {
        pen.line((frame.left, y.at(promise)), (frame.right, y.at(promise)), "c-goal");
    }
    let mut names = Vec::new();
    for (value, class, name) in levels(found, look) {
        pen.line((frame.left, y.at(value)), (frame.right, y.at(value)), class);
        names.push(name);
    }
    if let Some(promise) = scatter.promise {
        let name = say(lang, "janji layanan", "promised");
        names.push((Sign::Stroke("c-goal"), format!("{name}: {}", words::days(promise, look))));
    }
    if let Some(most) = most {
        let most = words::count(most, lang);
        names.push((
            Sign::Bare,
            say(
                lang,
                format!("Titik digabung: makin besar makin banyak, sampai {most}"),
                format!("Dots are put together: the larger the more, up to {most}"),
            ),
        ));
    }
    let height = legend(&mut pen, frame.below(), &names);
    let reading = reading(scatter, &finished, found, look);
    Sheet { title: title.to_owned(), reading, table, pen, height }.chart(look)
}

fn reading(scatter: &Scatter, finished: &[&Finished], found: Levels, look: Look) -> String {
    let all = words::many(finished.len(), look);
    let (half, promised) = (words::days(found.p50, look), words::days(found.p85, look));
    let kept = scatter.promise.map(|promise| {
        let kept = finished.iter().filter(|one| one.days <= promise).count();
        let share = words::share(float(kept) / float(finished.len()));
        let promise = words::days(promise, look);
        say(
            look.lang,
            format!("; {share} menepati janji {promise}"),
            format!("; {share} kept the promised {promise}"),
        )
    });
    let kept = kept.unwrap_or_default();
    say(
        look.lang,
        format!("{all} selesai: separuhnya dalam {half}, 85% dalam {promised}{kept}."),
        format!("{all} finished: half within {half}, 85% within {promised}{kept}."),
    )
}

/// Draws dots as strokes of no length, which takes little room. Many are put together by where they fall, and the most
/// that are in one are told.
fn clouds(pen: &mut Pen, points: &[(f64, f64)]) -> Option<usize> {
    if points.len() <= DOTS_MAX {
        let dots = specks(points.iter().copied());
        if !dots.is_empty() {
            pen.wide(&dots, 5.0, "c-dots");
        }
        return None;
    }
    let mut cells: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (x, y) in points {
        *cells.entry((floor(x / CELL), floor(y / CELL))).or_default() += 1;
    }
    let most = cells.values().copied().max().unwrap_or(1);
    for (size, least, below) in [(3.0, 1, 2), (4.5, 2, 5), (6.0, 5, 20), (8.0, 20, usize::MAX)] {
        let inside = cells.iter().filter(|(_, count)| (least..below).contains(*count));
        let centre = |cell: usize| (float(cell) + 0.5) * CELL;
        let dots = specks(inside.map(|((x, y), _)| (centre(*x), centre(*y))));
        if !dots.is_empty() {
            pen.wide(&dots, size, "c-dots");
        }
    }
    Some(most)
}

fn specks(points: impl Iterator<Item = (f64, f64)>) -> String {
    let mut dots = String::new();
    for (x, y) in points {
        let _ = write!(dots, "M{} {}h0", At(x), At(y));
    }
    dots
}
