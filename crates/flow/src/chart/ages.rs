//! How old what is open is, by stage: what will be late next.

use super::axis::{Frame, Scale, Sign, legend, upright};
use super::pen::{Hold, Pen, SMALL, Sheet, nothing, width};
use super::words::{self, say};
use super::{Chart, Levels, Look, Table};
use crate::number::{float, floor};

/// More dots than this in all, or in one column, and they are counted by age instead.
const DOTS_MAX: usize = 150;
const COLUMN_MAX: usize = 40;
/// How many steps of age are counted apart.
const BINS: usize = 12;

/// What is open, by the stage it is at. Its age and the levels are measured alike: both over the whole way, or both at
/// the stage.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ages {
    /// The stages, in step order.
    pub stages: Vec<AgeStage>,
}

/// A stage and what is open there.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AgeStage {
    /// What the stage is called.
    pub name: String,
    /// How long finished ones took; nothing where none is finished.
    pub levels: Option<Levels>,
    /// What is open there.
    pub open: Vec<Aged>,
}

/// One that is open.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Aged {
    /// Its age in days.
    pub days: f64,
    /// What it is called: a number, never a name.
    pub label: String,
    /// Its page.
    pub href: Option<String>,
}

/// Draws the ages of what is open.
#[must_use]
pub fn ages(ages: &Ages, look: Look) -> Chart {
    let lang = look.lang;
    let title = say(lang, "Umur yang masih berjalan", "Age of work in progress");
    let table = table(ages, look);
    let open: usize = ages.stages.iter().map(|stage| stage.open.len()).sum();
    if open == 0 {
        let said = match look.measured {
            super::Measured::Requests => {
                say(lang, "Tidak ada permohonan yang berjalan.", "No request is open.")
            }
            super::Measured::Cases => say(lang, "Tidak ada kasus yang berjalan.", "No case is open."),
        };
        return nothing(title, said, table, look);
    }
    let oldest = ages.stages.iter().flat_map(|stage| &stage.open).map(|aged| aged.days).fold(0.0, f64::max);
    let level = ages.stages.iter().filter_map(|stage| stage.levels).map(|levels| levels.p95);
    let high = level.filter(|_| oldest > 0.0).fold(oldest, |high, level| high.max(level.min(oldest * 2.0)));
    let mut pen = Pen::default();
    let frame = Frame::plain();
    let counted = open > DOTS_MAX || ages.stages.iter().any(|stage| stage.open.len() > COLUMN_MAX);
    let heading = format!("{} ({})", say(lang, "Umur", "Age"), words::unit(look));
    let y = upright(&mut pen, frame, high, false, &heading, look);
    let wide = (frame.right - frame.left) / float(ages.stages.len());
    for (place, stage) in ages.stages.iter().enumerate() {
        let left = frame.left + wide * float(place);
        let number = format!("{}", place + 1);
        pen.text((left + wide / 2.0, frame.bottom + 17.0), Hold::Middle, "c-bold", &number);
        if let Some(levels) = stage.levels {
            draw_levels(&mut pen, (left + 1.0, left + wide - 1.0), y, levels);
        }
        if counted {
            bins(&mut pen, (left, wide), y, &stage.open, look);
        } else {
            dots(&mut pen, (left, wide), y, &stage.open, look);
        }
    }
    let mut names: Vec<(Sign, String)> = ages
        .stages
        .iter()
        .enumerate()
        .map(|(place, stage)| {
            let count = words::count(stage.open.len(), lang);
            (Sign::Bare, format!("{} {}: {count}", place + 1, stage.name))
        })
        .collect();
    if ages.stages.iter().any(|stage| stage.levels.is_some()) {
        for (class, share) in [("c-p50", "50%"), ("c-p85", "85%"), ("c-p95", "95%")] {
            names.push((Sign::Stroke(class), format!("{share} {}", say(lang, "selesai", "finished"))));
        }
    }
    if counted {
        let said = say(lang, "Angka: banyaknya per rentang umur", "Numbers: how many of that age");
        names.push((Sign::Bare, said.to_owned()));
    }
    let height = legend(&mut pen, frame.below(), &names);
    let reading = reading(ages, open, look);
    Sheet { title: title.to_owned(), reading, table, pen, height }.chart(look)
}

fn reading(ages: &Ages, open: usize, look: Look) -> String {
    let beyond = |stage: &AgeStage| {
        let limit = stage.levels.map_or(f64::INFINITY, |levels| levels.p85);
        stage.open.iter().filter(|aged| aged.days > limit).count()
    };
    let late: usize = ages.stages.iter().map(beyond).sum();
    let worst = ages.stages.iter().rev().max_by_key(|stage| beyond(stage));
    let all = words::many(open, look);
    let lang = look.lang;
    if ages.stages.iter().all(|stage| stage.levels.is_none()) {
        return say(
            lang,
            format!("{all} berjalan; belum ada yang selesai sebagai pembanding."),
            format!("{all} open; none is finished yet to compare with."),
        );
    }
    let Some(worst) = worst.filter(|_| late > 0) else {
        return say(
            lang,
            format!("{all} berjalan; tidak ada yang melewati batas 85%."),
            format!("{all} open; none is beyond the 85% level."),
        );
    };
    let (late, there, name) = (words::count(late, lang), words::count(beyond(worst), lang), &worst.name);
    say(
        lang,
        format!("{all} berjalan; {late} sudah melewati batas 85%, terbanyak di {name} ({there})."),
        format!("{all} open; {late} beyond the 85% level, most of them at {name} ({there})."),
    )
}

fn draw_levels(pen: &mut Pen, (left, right): (f64, f64), y: Scale, levels: Levels) {
    for (value, class) in [(levels.p50, "c-p50"), (levels.p85, "c-p85"), (levels.p95, "c-p95")] {
        // What lies beyond the scale is not drawn: at its edge it would say something false.
        if value <= y.high {
            pen.line((left, y.at(value)), (right, y.at(value)), class);
        }
    }
}

/// A dot for each, beside each other where they are of one age.
fn dots(pen: &mut Pen, (left, wide): (f64, f64), y: Scale, open: &[Aged], look: Look) {
    let mut sorted: Vec<&Aged> = open.iter().collect();
    sorted.sort_by(|one, other| one.days.total_cmp(&other.days));
    for (place, aged) in sorted.into_iter().enumerate() {
        // Five lanes, the middle one first.
        let lane = [0.0, -1.0, 1.0, -2.0, 2.0].get(place % 5).copied().unwrap_or(0.0);
        let x = left + wide * (0.5 + lane * 0.16);
        let said = format!("{}: {}", aged.label, words::days(aged.days, look));
        pen.dot((x, y.at(aged.days)), &said, aged.href.as_deref());
    }
}

/// A bar for each step of age, as long as how many there are, with the number on it.
fn bins(pen: &mut Pen, (left, wide): (f64, f64), y: Scale, open: &[Aged], look: Look) {
    let step = (y.high - y.low) / float(BINS);
    let mut counts = [0_usize; BINS];
    for aged in open {
        if let Some(count) = counts.get_mut(floor(aged.days.max(0.0) / step).min(BINS - 1)) {
            *count += 1;
        }
    }
    let most = float(counts.iter().copied().max().unwrap_or(0).max(1));
    for (place, count) in counts.into_iter().enumerate().filter(|(_, count)| *count > 0) {
        let (bottom, top) = (y.at(step * float(place)), y.at(step * float(place + 1)));
        let long = ((wide - 6.0) * float(count) / most).max(2.0);
        pen.rect((left + 3.0, top + 1.0), (long, bottom - top - 2.0), "c-2");
        let said = words::count(count, look.lang);
        // Inside of the bar where it fits, and beside it otherwise, each in the ink of its ground.
        let (words, middle) = (width(&said, SMALL), f64::midpoint(bottom, top) + 4.0);
        if words + 6.0 < long {
            pen.text((left + 5.0, middle), Hold::Start, "c-dark", &said);
        } else if long + words + 8.0 < wide {
            pen.text((left + long + 6.0, middle), Hold::Start, "c-small", &said);
        }
    }
}

fn table(ages: &Ages, look: Look) -> Table {
    let mut table = Table::new(match look.lang {
        salur_core::Lang::Id => ["Tahap", "Berjalan", "Melewati 85%", "Tertua", "50%", "85%", "95%"],
        salur_core::Lang::En => ["Stage", "Open", "Beyond 85%", "Oldest", "50%", "85%", "95%"],
    });
    for stage in &ages.stages {
        let level = |of: fn(&Levels) -> f64| {
            stage
                .levels
                .as_ref()
                .map_or_else(|| "-".to_owned(), |levels| words::number(of(levels), look.lang))
        };
        let beyond = stage.levels.map_or_else(
            || "-".to_owned(),
            |levels| {
                let late = stage.open.iter().filter(|aged| aged.days > levels.p85).count();
                words::count(late, look.lang)
            },
        );
        let oldest = stage.open.iter().map(|aged| aged.days).reduce(f64::max);
        table.row([
            stage.name.clone(),
            words::count(stage.open.len(), look.lang),
            beyond,
            oldest.map_or_else(|| "-".to_owned(), |days| words::number(days, look.lang)),
            level(|levels| levels.p50),
            level(|levels| levels.p85),
            level(|levels| levels.p95),
        ]);
    }
    table
}
