//! What really happens: stages under each other in step order, and ways between them as wide as they are frequent.
//! Ways onwards that skip stages run on the left, ways back on the right and dashed.

use super::axis::{Sign, legend};
use super::pen::{At, Hold, Pen, SMALL, Sheet, TEXT, WIDTH, fit, nothing, width};
use super::words::{self, say};
use super::{Chart, Look, Table};
use crate::number::float;

/// A box: its left edge, width and height, and the distance from one to the next.
const LEFT: f64 = 96.0;
const WIDE: f64 = 208.0;
const HIGH: f64 = 40.0;
const STEP: f64 = 78.0;
/// The lanes beside the boxes, on each side.
const LANES: usize = 4;
const LANE: f64 = 20.0;
/// More stages than this are left out: those least come to.
const STAGES_MAX: usize = 12;

/// What really happens: how often one stage directly follows another.
#[derive(Debug, Clone, PartialEq)]
pub struct ProcessMap {
    /// The stages, in step order.
    pub stages: Vec<MapStage>,
    /// The ways between them.
    pub paths: Vec<MapPath>,
    /// Ways that are less than this share of all are left out (0 shows all); the chart says how many.
    pub rare: f64,
}

/// A stage of the map.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MapStage {
    /// What it is called.
    pub name: String,
    /// How often it was come to.
    pub count: u32,
    /// Half stayed no longer, in days.
    pub median_days: Option<f64>,
    /// How many began there.
    pub starts: u32,
    /// How many ended there.
    pub ends: u32,
}

/// A way from one stage to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MapPath {
    /// From where: a place in the list of stages.
    pub from: usize,
    /// To where.
    pub to: usize,
    /// How often.
    pub count: u32,
}

/// A way that is drawn, by where its stages stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Drawn {
    from: usize,
    to: usize,
    count: u32,
    lane: usize,
}

/// What is drawn of a map.
struct Laid {
    /// The stages, as places in the map's list.
    stages: Vec<usize>,
    straight: Vec<Drawn>,
    left: Vec<Drawn>,
    right: Vec<Drawn>,
    /// Ways that are not drawn: how many, and how often they were gone.
    cut: (usize, u32),
}

fn lay(map: &ProcessMap) -> Laid {
    let mut stages: Vec<usize> = (0..map.stages.len()).collect();
    stages.sort_by_key(|place| std::cmp::Reverse(map.stages.get(*place).map_or(0, |stage| stage.count)));
    stages.truncate(STAGES_MAX);
    stages.sort_unstable();
    let all: u32 = map.paths.iter().map(|path| path.count).fold(0, u32::saturating_add);
    let mut paths: Vec<MapPath> = map.paths.clone();
    paths.sort_by_key(|path| (std::cmp::Reverse(path.count), path.from, path.to));
    let mut laid = Laid { stages, straight: Vec::new(), left: Vec::new(), right: Vec::new(), cut: (0, 0) };
    for path in paths {
        let stands = |stage: usize| laid.stages.iter().position(|known| *known == stage);
        let rare = f64::from(path.count) < map.rare * f64::from(all);
        let placed = match (stands(path.from), stands(path.to)) {
            (Some(from), Some(to)) if !rare => {
                let way = Drawn { from, to, count: path.count, lane: 0 };
                if to == from + 1 {
                    laid.straight.push(way);
                    true
                } else if to > from {
                    put(&mut laid.left, way)
                } else {
                    put(&mut laid.right, way)
                }
            }
            _ => false,
        };
        if !placed {
            laid.cut = (laid.cut.0 + 1, laid.cut.1.saturating_add(path.count));
        }
    }
    laid
}

/// Puts a way into the first lane that is free along it; false if none is.
fn put(ways: &mut Vec<Drawn>, way: Drawn) -> bool {
    let span = |way: &Drawn| (way.from.min(way.to), way.from.max(way.to));
    let (low, high) = span(&way);
    let free = (0..LANES).find(|lane| {
        let beside = ways.iter().filter(|other| other.lane == *lane);
        beside.map(span).all(|(other_low, other_high)| high < other_low || other_high < low)
    });
    free.map(|lane| ways.push(Drawn { lane, ..way })).is_some()
}

/// Draws the map.
#[must_use]
pub fn process_map(map: &ProcessMap, look: Look) -> Chart {
    let lang = look.lang;
    let title = say(lang, "Peta proses", "Process map");
    let table = table(map, look);
    if map.stages.is_empty() {
        return nothing(title, say(lang, "Belum ada yang berjalan.", "Nothing has run yet."), table, look);
    }
    let laid = lay(map);
    let most = map.paths.iter().map(|path| path.count).max().unwrap_or(1).max(1);
    let thick = |count: u32| 1.0 + 6.0 * (f64::from(count) / f64::from(most)).sqrt();
    let mut pen = Pen::default();
    let mut said = Vec::new();
    for way in &laid.straight {
        let (from, to) = (top(way.from) + HIGH, top(way.to));
        let x = LEFT + WIDE / 2.0;
        arrow(
            &mut pen,
            &format!("M{} {}L{} {}", At(x), At(from), At(x), At(to - 6.0)),
            (x, to),
            thick(way.count),
            Head::Down,
        );
        said.push(((x + 10.0, f64::midpoint(from, to) + 4.0), Hold::Start, way.count));
    }
    for (ways, side) in [(&laid.left, -1.0), (&laid.right, 1.0)] {
        for way in ways {
            let (line, head, label) = around(way, side);
            let down = if side < 0.0 { Head::Right } else { Head::Left };
            arrow(&mut pen, &line, head, thick(way.count), down);
            said.push((label, if way.from == way.to { Hold::Start } else { Hold::Middle }, way.count));
        }
    }
    for (place, stage) in laid.stages.iter().enumerate() {
        if let Some(stage) = map.stages.get(*stage) {
            draw(&mut pen, stage, top(place), look);
        }
    }
    for (at, hold, count) in said {
        let words = words::mark(f64::from(count), lang);
        let wide = width(&words, SMALL);
        let left = match hold {
            Hold::Start => at.0,
            Hold::Middle => at.0 - wide / 2.0,
            Hold::End => at.0 - wide,
        };
        let left = left.clamp(2.0, WIDTH - wide - 2.0);
        pen.rect((left - 1.0, at.1 - 11.0), (wide + 2.0, 14.0), "c-paper");
        pen.text((left, at.1), Hold::Start, "c-small", &words);
    }
    let bottom = top(laid.stages.len().saturating_sub(1)) + HIGH + 8.0;
    let height = legend(&mut pen, bottom, &names(map, &laid, look));
    let reading = reading(map, look);
    Sheet { title: title.to_owned(), reading, table, pen, height }.chart(look)
}

fn top(place: usize) -> f64 {
    6.0 + STEP * float(place)
}

/// Where an arrow points.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Head {
    Down,
    Left,
    Right,
}

fn arrow(pen: &mut Pen, line: &str, (x, y): (f64, f64), thick: f64, to: Head) {
    let class = if to == Head::Left { "c-back" } else { "c-edge" };
    pen.wide(line, thick, class);
    let half = (thick * 0.9).max(4.0);
    let (one, other) = match to {
        Head::Down => ((x - half, y - 8.0), (x + half, y - 8.0)),
        Head::Left => ((x + 8.0, y - half), (x + 8.0, y + half)),
        Head::Right => ((x - 8.0, y - half), (x - 8.0, y + half)),
    };
    let class = if to == Head::Left { "c-backhead" } else { "c-head" };
    pen.path(&(super::pen::way([(x, y), one, other]) + "Z"), class);
}

/// A way around other boxes: its line, its head, and where its count stands.
fn around(way: &Drawn, side: f64) -> (String, (f64, f64), (f64, f64)) {
    let edge = if side < 0.0 { LEFT } else { LEFT + WIDE };
    let lane = edge + side * (13.0 + LANE * float(way.lane));
    // Ways leave in the lower half of a box and come in in the upper one, so that both can be told apart.
    let (from, to) = (top(way.from) + HIGH * 0.75, top(way.to) + HIGH * 0.25);
    let line = format!("M{} {}H{}V{}H{}", At(edge), At(from), At(lane), At(to), At(edge + side * 6.0));
    // Labels of lanes beside each other stand at different heights.
    let middle = f64::midpoint(from, to) + 16.0 * (float(way.lane % 3) - 1.0) + 4.0;
    let label = if way.from == way.to { (lane + 4.0, from - 5.0) } else { (lane, middle) };
    (line, (edge, to), label)
}

fn draw(pen: &mut Pen, stage: &MapStage, y: f64, look: Look) {
    pen.rect((LEFT, y), (WIDE, HIGH), "c-box");
    let middle = LEFT + WIDE / 2.0;
    pen.text((middle, y + 16.0), Hold::Middle, "c-bold", &fit(&stage.name, WIDE - 10.0, TEXT * 1.05));
    let mut figures = words::count(stage.count, look.lang);
    if let Some(median) = stage.median_days {
        figures += " · median ";
        figures += &words::days(median, look);
    }
    pen.text((middle, y + 33.0), Hold::Middle, "c-soft", &fit(&figures, WIDE + 10.0, SMALL));
}

fn names(map: &ProcessMap, laid: &Laid, look: Look) -> Vec<(Sign, String)> {
    let lang = look.lang;
    let mut names = vec![
        (Sign::Stroke("c-line"), say(lang, "maju", "onwards").to_owned()),
        (Sign::Stroke("c-back"), say(lang, "kembali atau berulang", "back or again").to_owned()),
    ];
    let (ways, times) = laid.cut;
    if ways > 0 {
        let (ways, times) = (words::count(ways, lang), words::count(times, lang));
        names.push((
            Sign::Bare,
            say(
                lang,
                format!("Tidak digambar: {ways} jalan ({times} kali)"),
                format!("Ways not drawn: {ways} (gone {times} times)"),
            ),
        ));
    }
    let stages = map.stages.len() - laid.stages.len();
    if stages > 0 {
        let stages = words::count(stages, lang);
        names.push((
            Sign::Bare,
            say(lang, format!("Tidak digambar: {stages} tahap"), format!("Stages not drawn: {stages}")),
        ));
    }
    names
}

/// The busiest way, and how many go back.
fn reading(map: &ProcessMap, look: Look) -> String {
    let lang = look.lang;
    let name = |place: usize| map.stages.get(place).map_or("", |stage| stage.name.as_str());
    let all: u32 = map.paths.iter().map(|path| path.count).fold(0, u32::saturating_add);
    let back = map.paths.iter().filter(|path| path.to <= path.from).map(|path| path.count);
    let back: u32 = back.fold(0, u32::saturating_add);
    let Some(busiest) = map.paths.iter().rev().max_by_key(|path| path.count) else {
        return say(
            lang,
            "Belum ada perpindahan antar tahap.",
            "Nothing has gone from one stage to another yet.",
        )
        .to_owned();
    };
    let (from, to, count) = (name(busiest.from), name(busiest.to), words::count(busiest.count, lang));
    let (share, back) = (words::share(f64::from(back) / f64::from(all.max(1))), words::count(back, lang));
    say(
        lang,
        format!(
            "Paling sering: {from} → {to} ({count} kali); {back} perpindahan ({share}) kembali atau berulang."
        ),
        format!("Most frequent: {from} → {to} ({count} times); {back} moves ({share}) go back or repeat."),
    )
}

fn table(map: &ProcessMap, look: Look) -> Table {
    let name = |place: usize| map.stages.get(place).map_or_else(String::new, |stage| stage.name.clone());
    let mut table = Table::new(match look.lang {
        salur_core::Lang::Id => ["Dari", "Ke", "Kali"],
        salur_core::Lang::En => ["From", "To", "Times"],
    });
    for stage in map.stages.iter().filter(|stage| stage.starts > 0) {
        let start = say(look.lang, "(awal)", "(start)").to_owned();
        table.row([start, stage.name.clone(), words::count(stage.starts, look.lang)]);
    }
    let mut paths = map.paths.clone();
    paths.sort_by_key(|path| (path.from, std::cmp::Reverse(path.count), path.to));
    for path in paths {
        table.row([name(path.from), name(path.to), words::count(path.count, look.lang)]);
    }
    for stage in map.stages.iter().filter(|stage| stage.ends > 0) {
        let end = say(look.lang, "(akhir)", "(end)").to_owned();
        table.row([stage.name.clone(), end, words::count(stage.ends, look.lang)]);
    }
    table
}
