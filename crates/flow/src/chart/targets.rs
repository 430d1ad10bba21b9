//! What was to be reached against what was, with the forecast beside it.

use super::axis::{Scale, Sign, legend, steps};
use super::pen::{Hold, Pen, SMALL, Sheet, WIDTH, fit, nothing, width};
use super::words::{self, say};
use super::{Chart, Look, Table};
use crate::number::float;

/// The height of one bar with its name above it.
const ROW: f64 = 46.0;
/// The most bars: the chart says how many are left out.
const BARS_MAX: usize = 16;

/// What was to be reached, and what was.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Targets {
    /// The bars, in the order they are shown.
    pub bars: Vec<TargetBar>,
}

/// A scheme in a quarter, or whatever else has a target.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TargetBar {
    /// What it is: scheme and quarter.
    pub name: String,
    /// How many were to be served.
    pub target: u32,
    /// How many have been.
    pub served: u32,
    /// How many will be by the end: at least this many with odds of 95 %, half, and 5 %.
    pub forecast: Option<(u32, u32, u32)>,
}

/// Draws the bars.
#[must_use]
pub fn targets(targets: &Targets, look: Look) -> Chart {
    let lang = look.lang;
    let title = say(lang, "Target dan realisasi", "Target and served");
    let table = table(targets, look);
    if targets.bars.is_empty() {
        return nothing(title, say(lang, "Belum ada target.", "There is no target yet."), table, look);
    }
    let drawn = targets.bars.len().min(BARS_MAX);
    let high = targets
        .bars
        .iter()
        .take(drawn)
        .map(|bar| f64::from(bar.target.max(bar.served).max(bar.forecast.map_or(0, |(.., most)| most))));
    let high = high.fold(1.0, f64::max);
    let marks: Vec<f64> = steps(high, true);
    let scale = Scale::new((0.0, marks.last().copied().unwrap_or(high)), (8.0, WIDTH - 20.0));
    let bottom = 6.0 + ROW * float(drawn);
    let mut pen = Pen::default();
    for (place, bar) in targets.bars.iter().take(drawn).enumerate() {
        draw(&mut pen, bar, 6.0 + ROW * float(place), scale, look);
    }
    pen.line((8.0, bottom), (WIDTH - 20.0, bottom), "c-base");
    let mut free = 0.0;
    for mark in marks {
        let said = words::mark(mark, lang);
        let half = width(&said, SMALL) / 2.0;
        let x = scale.at(mark).clamp(half + 1.0, WIDTH - half - 1.0);
        if x - half >= free {
            free = x + half + 8.0;
            pen.line((scale.at(mark), bottom), (scale.at(mark), bottom + 4.0), "c-base");
            pen.text((x, bottom + 17.0), Hold::Middle, "c-small", &said);
        }
    }
    let mut names = vec![
        (Sign::Patch("c-1"), say(lang, "terlayani", "served").to_owned()),
        (Sign::Stroke("c-goal"), "target".to_owned()),
    ];
    if targets.bars.iter().any(|bar| bar.forecast.is_some()) {
        let said = say(lang, "perkiraan akhir, 90%", "forecast of the end, 90%");
        names.push((Sign::Stroke("c-p95"), said.to_owned()));
    }
    if drawn < targets.bars.len() {
        let rest = words::count(targets.bars.len() - drawn, lang);
        names.push((
            Sign::Bare,
            say(lang, format!("{rest} lagi di tabel"), format!("{rest} more in the table")),
        ));
    }
    let height = legend(&mut pen, bottom + 22.0, &names);
    let reading = reading(targets, look);
    Sheet { title: title.to_owned(), reading, table, pen, height }.chart(look)
}

fn draw(pen: &mut Pen, bar: &TargetBar, top: f64, scale: Scale, look: Look) {
    let figures =
        format!("{} / {}", words::count(bar.served, look.lang), words::count(bar.target, look.lang));
    let room = WIDTH - 34.0 - width(&figures, SMALL);
    pen.text((8.0, top + 13.0), Hold::Start, "c-small", &fit(&bar.name, room, SMALL));
    pen.text((WIDTH - 14.0, top + 13.0), Hold::End, "c-small", &figures);
    let (high, low) = (top + 20.0, top + 36.0);
    pen.rect((8.0, high), (scale.end - 8.0, 16.0), "c-track");
    pen.rect((8.0, high), (scale.at(f64::from(bar.served)) - 8.0, 16.0), "c-1");
    if let Some((least, middle, most)) = bar.forecast {
        let [least, middle, most] = [least, middle, most].map(|end| scale.at(f64::from(end)));
        let y = top + 40.0;
        pen.path(&super::pen::way([(least, y), (most.max(least), y)]), "c-p95");
        for end in [least, middle, most] {
            pen.line((end, y - 3.0), (end, y + 3.0), "c-p95");
        }
    }
    let goal = scale.at(f64::from(bar.target));
    pen.line((goal, high - 3.0), (goal, low + 3.0), "c-goal");
}

/// How many keep up, and which is furthest behind.
fn reading(targets: &Targets, look: Look) -> String {
    let lang = look.lang;
    let share = |bar: &TargetBar| f64::from(bar.served) / f64::from(bar.target.max(1));
    let reached = targets.bars.iter().filter(|bar| bar.served >= bar.target).count();
    let (reached, all) = (words::count(reached, lang), words::count(targets.bars.len(), lang));
    let behind = targets.bars.iter().filter(|bar| bar.served < bar.target);
    let Some(worst) = behind.min_by(|one, other| share(one).total_cmp(&share(other))) else {
        return say(
            lang,
            format!("{reached} dari {all} target tercapai."),
            format!("{reached} of {all} targets are reached."),
        );
    };
    let (name, part) = (&worst.name, words::share(share(worst)));
    let (served, target) = (words::count(worst.served, lang), words::count(worst.target, lang));
    say(
        lang,
        format!(
            "{reached} dari {all} target tercapai; paling tertinggal {name}: {served} dari {target} ({part})."
        ),
        format!(
            "{reached} of {all} targets are reached; furthest behind {name}: {served} of {target} ({part})."
        ),
    )
}

fn table(targets: &Targets, look: Look) -> Table {
    let mut table = Table::new(match look.lang {
        salur_core::Lang::Id => {
            ["Apa", "Target", "Terlayani", "Perkiraan rendah", "Perkiraan tengah", "Perkiraan tinggi"]
        }
        salur_core::Lang::En => {
            ["What", "Target", "Served", "Forecast, low", "Forecast, middle", "Forecast, high"]
        }
    });
    for bar in &targets.bars {
        let end = |of: fn((u32, u32, u32)) -> u32| {
            bar.forecast.map_or_else(|| "-".to_owned(), |forecast| words::count(of(forecast), look.lang))
        };
        table.row([
            bar.name.clone(),
            words::count(bar.target, look.lang),
            words::count(bar.served, look.lang),
            end(|(low, ..)| low),
            end(|(_, middle, _)| middle),
            end(|(.., high)| high),
        ]);
    }
    table
}
