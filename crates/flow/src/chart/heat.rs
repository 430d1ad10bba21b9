//! Where waiting sits: the median wait by stage and region, the number in each cell.

use super::axis::{Sign, legend};
use super::pen::{Hold, Pen, SMALL, Sheet, WIDTH, fit, nothing};
use super::words::{self, say};
use super::{Chart, Look, Table};
use crate::number::float;

/// The height of a row, and the room for the regions' names.
const ROW: f64 = 24.0;
const NAMES: f64 = 140.0;
/// What more stages or regions are left out: the chart says how many.
const STAGES_MAX: usize = 9;
const REGIONS_MAX: usize = 20;
/// A cell that rests on fewer than this is told by brackets.
const FEW: u32 = 5;

/// The median wait by stage and region.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Heat {
    /// What the stages are called, in step order.
    pub stages: Vec<String>,
    /// What the regions are called.
    pub regions: Vec<String>,
    /// A row for each region, with a cell for each stage; nothing where nobody waited.
    pub cells: Vec<Vec<Option<HeatCell>>>,
}

/// The wait at one stage in one region.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeatCell {
    /// Half waited no longer, in days.
    pub median_days: f64,
    /// How many that rests on.
    pub n: u32,
}

impl Heat {
    fn cell(&self, region: usize, stage: usize) -> Option<HeatCell> {
        let cell = self.cells.get(region).and_then(|row| row.get(stage)).copied().flatten();
        cell.filter(|cell| cell.median_days.is_finite())
    }
}

/// Draws the heat map.
#[must_use]
pub fn heat(heat: &Heat, look: Look) -> Chart {
    let lang = look.lang;
    let title = say(lang, "Median waktu tunggu per tahap dan wilayah", "Median wait by stage and region");
    let table = table(heat, look);
    let worst = (0..heat.regions.len())
        .flat_map(|region| (0..heat.stages.len()).map(move |stage| (region, stage)))
        .filter_map(|(region, stage)| Some((region, stage, heat.cell(region, stage)?)))
        .rev()
        .max_by(|(.., one), (.., other)| one.median_days.total_cmp(&other.median_days));
    let Some((region, stage, longest)) = worst else {
        return nothing(title, say(lang, "Belum ada yang menunggu.", "Nobody has waited yet."), table, look);
    };
    let (stages, regions) = (heat.stages.len().min(STAGES_MAX), heat.regions.len().min(REGIONS_MAX));
    let wide = (WIDTH - NAMES - 4.0) / float(stages);
    let mut pen = Pen::default();
    for stage in 0..stages {
        let x = NAMES + wide * (float(stage) + 0.5);
        pen.text((x, 16.0), Hold::Middle, "c-bold", &format!("{}", stage + 1));
    }
    for (region, name) in heat.regions.iter().take(regions).enumerate() {
        let top = 24.0 + ROW * float(region);
        pen.text((2.0, top + 16.0), Hold::Start, "c-small", &fit(name, NAMES - 8.0, SMALL));
        for stage in 0..stages {
            let left = NAMES + wide * float(stage);
            square(&mut pen, (left, top), wide, heat.cell(region, stage), longest.median_days, look);
        }
    }
    let mut names: Vec<(Sign, String)> = heat
        .stages
        .iter()
        .take(stages)
        .enumerate()
        .map(|(place, name)| (Sign::Bare, format!("{} {name}", place + 1)))
        .collect();
    let unit = words::unit(look);
    let few = say(lang, "(…): kurang dari lima yang selesai", "(…): fewer than five finished");
    names.push((Sign::Bare, format!("{}: {unit}; {few}", say(lang, "Angka", "Numbers"))));
    let (left_out, rest) = (heat.stages.len() - stages, heat.regions.len() - regions);
    if left_out + rest > 0 {
        names.push((
            Sign::Bare,
            say(
                lang,
                format!("Tidak digambar: {left_out} tahap, {rest} wilayah"),
                format!("Not drawn: stages {left_out}, regions {rest}"),
            ),
        ));
    }
    let height = legend(&mut pen, 24.0 + ROW * float(regions) + 2.0, &names);
    let (there, at) = (name(&heat.regions, region), name(&heat.stages, stage));
    let (days, n) = (words::days(longest.median_days, look), words::many(longest.n, look));
    let reading = say(
        lang,
        format!("Terlama menunggu: {at} di {there}, median {days} dari {n}."),
        format!("The longest wait: {at} in {there}, a median of {days} over {n}."),
    );
    Sheet { title: title.to_owned(), reading, table, pen, height }.chart(look)
}

fn name(names: &[String], place: usize) -> &str {
    names.get(place).map_or("", String::as_str)
}

/// A cell: the darker the longer, and its number in any case.
fn square(
    pen: &mut Pen,
    (left, top): (f64, f64),
    wide: f64,
    cell: Option<HeatCell>,
    longest: f64,
    look: Look,
) {
    let share = cell.map_or(0.0, |cell| cell.median_days / longest.max(f64::MIN_POSITIVE));
    let (class, ink) = match share {
        _ if cell.is_none() => ("c-h0", "c-small"),
        _ if share > 0.75 => ("c-h4", "c-light"),
        _ if share > 0.5 => ("c-h3", "c-dark"),
        _ if share > 0.25 => ("c-h2", "c-dark"),
        _ => ("c-h1", "c-dark"),
    };
    pen.rect((left + 1.0, top + 1.0), (wide - 2.0, ROW - 2.0), class);
    let said = match cell {
        None => "–".to_owned(),
        Some(cell) => {
            let exact = words::number(cell.median_days, look.lang);
            // A narrow cell holds no digit after the comma; the table does.
            let short = if super::pen::width(&exact, SMALL) > wide - 14.0 {
                words::number(cell.median_days.round(), look.lang)
            } else {
                exact
            };
            if cell.n < FEW { format!("({short})") } else { short }
        }
    };
    pen.text((left + wide / 2.0, top + 16.0), Hold::Middle, ink, &fit(&said, wide, SMALL));
}

fn table(heat: &Heat, look: Look) -> Table {
    let mut table = Table::default();
    table.header.push(say(look.lang, "Wilayah", "Region").to_owned());
    for stage in &heat.stages {
        table.header.push(stage.clone());
        table.header.push(format!("{stage} (n)"));
    }
    for (region, name) in heat.regions.iter().enumerate() {
        let mut row = vec![name.clone()];
        for stage in 0..heat.stages.len() {
            let cell = heat.cell(region, stage);
            row.push(cell.map_or_else(|| "-".to_owned(), |cell| words::number(cell.median_days, look.lang)));
            row.push(words::count(cell.map_or(0, |cell| cell.n), look.lang));
        }
        table.rows.push(row);
    }
    table
}
