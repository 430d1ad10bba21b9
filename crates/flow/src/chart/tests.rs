//! The nine charts of invented figures, kept as reviewed files (`SALUR_BLESS=1` writes them anew), and what must hold for
//! any figures.

mod figures;

use std::io::Write as _;

use jiff::civil::date;
use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use salur_core::Lang;

use self::figures::*;
use super::pen::width;
use super::*;

fn look(lang: Lang, setting: Setting) -> Look {
    Look { lang, setting, measured: Measured::Requests }
}

/// Every chart, small or with as much as there may be.
fn all(n: usize, look: Look) -> Vec<(&'static str, Chart)> {
    let days = spread(n, 3);
    let histogram = Histogram { days, open: spread(90, 8) };
    vec![
        ("cumulative", cumulative::cumulative(&flow_of(n), look)),
        ("ages", ages::ages(&ages_of(n), look)),
        ("scatter", scatter::scatter(&scatter_of(n), look)),
        ("histogram", histogram::histogram(&histogram, look)),
        ("weekly", weekly::weekly(&weekly_of(n.clamp(6, 400) / 6), look)),
        ("fan", fan::fan(&fan_of(u32::try_from(n).unwrap()), look)),
        ("heat", heat::heat(&heat_of(10), look)),
        ("map", map::process_map(&map_of(), look)),
        ("targets", targets::targets(&targets_of(), look)),
    ]
}

fn nothing_at_all(look: Look) -> Vec<Chart> {
    let fan = Fan { past: Vec::new(), steps: Vec::new(), target: None, odds: None, held: None };
    vec![
        cumulative::cumulative(&Cumulative::default(), look),
        ages::ages(&Ages::default(), look),
        scatter::scatter(&Scatter::default(), look),
        histogram::histogram(&Histogram::default(), look),
        weekly::weekly(&Weekly::default(), look),
        fan::fan(&fan, look),
        heat::heat(&Heat::default(), look),
        map::process_map(&ProcessMap { stages: Vec::new(), paths: Vec::new(), rare: 0.0 }, look),
        targets::targets(&Targets::default(), look),
    ]
}

fn check(name: &str, found: &str) {
    let path = format!("{}/reviewed/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("SALUR_BLESS").is_some() {
        std::fs::write(&path, found).unwrap();
    }
    let reviewed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == reviewed, "{path} differs; SALUR_BLESS=1 writes it anew");
}

#[test]
fn the_charts_are_as_reviewed() {
    for (lang, mark) in [(Lang::Id, "id"), (Lang::En, "en")] {
        let mut readings = String::new();
        for (name, chart) in all(100, look(lang, Setting::File)) {
            if lang == Lang::Id {
                check(&format!("{name}.svg"), &chart.svg);
            }
            readings += &["# ", name, ": ", &chart.title, "\n", &chart.reading, "\n"].concat();
            readings += &(chart.table.header.join(" | ") + "\n");
            for row in chart.table.rows.iter().take(6) {
                readings += &(row.join(" | ") + "\n");
            }
            readings.push('\n');
        }
        check(&format!("readings.{mark}.txt"), &readings);
    }
}

/// Walks through an SVG: well-formed, no number that is none, and nothing outside of the view box.
fn walk(svg: &str) {
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    let mut reader = Reader::from_str(svg);
    let (mut open, mut bounds, mut text) = (Vec::new(), None, None);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) => {
                let name = tag.name().as_ref().to_owned();
                if name == "svg" {
                    let view: Vec<f64> = value(&tag, "viewBox")
                        .unwrap()
                        .split(' ')
                        .map(|part| part.parse().unwrap())
                        .collect();
                    // Links inside of an image would be hidden from those who cannot see.
                    let role = if svg.contains("<a ") { "group" } else { "img" };
                    assert_eq!(value(&tag, "role").as_deref(), Some(role));
                    bounds = Some([view[0], view[1], view[0] + view[2], view[1] + view[3]]);
                }
                inside(&tag, bounds.unwrap());
                text = (name == "text").then(|| place_of(&tag));
                open.push(name);
            }
            Event::Empty(tag) => inside(&tag, bounds.unwrap()),
            Event::Text(words) => {
                if let Some((x, hold, size)) = text.take() {
                    let words: &str = &words;
                    let wide = width(words, size) * 0.9;
                    let left = x - wide * hold;
                    assert!(left > -2.0 && left + wide < 402.0, "{words:?} at {x} is cut off");
                }
            }
            Event::End(tag) => {
                assert_eq!(open.pop().unwrap(), tag.name().as_ref());
            }
            Event::Eof => break,
            Event::GeneralRef(_) => {}
            other @ (Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_)) => {
                panic!("{other:?} has no place in a chart")
            }
        }
    }
    assert!(open.is_empty());
}

fn value(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.try_get_attribute(name).unwrap()?;
    Some(found.value.into_owned())
}

fn place_of(tag: &BytesStart<'_>) -> (f64, f64, f64) {
    let hold = match value(tag, "text-anchor").as_deref() {
        Some("middle") => 0.5,
        Some("end") => 1.0,
        _ => 0.0,
    };
    let number = |name| value(tag, name).unwrap().parse().unwrap();
    (number("x"), hold, number("font-size"))
}

/// Every place an element names is inside.
fn inside(tag: &BytesStart<'_>, [left, top, right, bottom]: [f64; 4]) {
    let number = |name: &str| value(tag, name).map(|text| text.parse::<f64>().unwrap());
    let x = |x: f64| assert!(x >= left - 0.1 && x <= right + 0.1, "x {x} is outside: {tag:?}");
    let y = |y: f64| assert!(y >= top - 0.1 && y <= bottom + 0.1, "y {y} is outside: {tag:?}");
    if tag.name().as_ref() != "svg" {
        for name in ["x", "cx"] {
            if let Some(at) = number(name) {
                x(at);
                x(at + number("width").unwrap_or(0.0));
            }
        }
        for name in ["y", "cy"] {
            if let Some(at) = number(name) {
                y(at);
                y(at + number("height").unwrap_or(0.0));
            }
        }
    }
    let Some(way) = value(tag, "d") else { return };
    let spaced: String = way
        .chars()
        .map(|letter| if letter.is_ascii_alphabetic() { format!(" {letter} ") } else { letter.to_string() })
        .collect();
    let mut parts = spaced.split_whitespace();
    while let Some(sign) = parts.next() {
        let mut next = || parts.next().unwrap().parse::<f64>().unwrap();
        match sign {
            "M" | "L" => {
                x(next());
                y(next());
            }
            "H" => x(next()),
            "V" => y(next()),
            "h" => assert!(next().abs() < f64::EPSILON),
            "Z" => {}
            other => panic!("unknown sign {other} in {way}"),
        }
    }
}

fn packed(text: &str) -> usize {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(text.as_bytes()).unwrap();
    packer.finish().unwrap().len()
}

#[test]
fn two_thousand_are_as_light_as_a_few_and_nothing_is_cut_off() {
    for lang in [Lang::Id, Lang::En] {
        for setting in [Setting::Page, Setting::File] {
            for n in [3, 40, 2_000] {
                for (name, chart) in all(n, look(lang, setting)) {
                    walk(&chart.svg);
                    let size = packed(&chart.svg);
                    assert!(size <= 12 * 1024, "{name} of {n} takes {size} bytes");
                    assert!(!chart.reading.is_empty() && chart.reading.ends_with('.'), "{name}");
                    let wide = chart.table.header.len();
                    assert!(!chart.table.rows.is_empty(), "{name}");
                    assert!(chart.table.rows.iter().all(|row| row.len() == wide), "{name}");
                }
            }
        }
    }
}

#[test]
fn a_chart_in_a_page_has_no_style_of_its_own_and_one_in_a_file_has() {
    for (name, chart) in all(60, look(Lang::Id, Setting::Page)) {
        assert!(!chart.svg.contains("style"), "{name}");
    }
    for (name, chart) in all(60, look(Lang::Id, Setting::File)) {
        assert!(chart.svg.contains("<style>") && chart.svg.contains("prefers-color-scheme: dark"), "{name}");
        assert!(!chart.svg.contains("<script") && !chart.svg.contains("url("), "{name}");
    }
}

#[test]
fn every_class_that_is_drawn_has_a_rule() {
    for (name, chart) in all(2_000, look(Lang::Id, Setting::Page)) {
        for class in chart.svg.split("class=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(CSS.contains(&format!(".{class}")), "{name}: no rule for {class}");
        }
    }
}

#[test]
fn nothing_is_said_in_words() {
    for lang in [Lang::Id, Lang::En] {
        for chart in nothing_at_all(look(lang, Setting::File)) {
            walk(&chart.svg);
            assert!(chart.table.rows.is_empty() && chart.reading.ends_with('.'), "{}", chart.title);
            assert!(chart.svg.matches(&chart.reading).count() >= 2, "{}", chart.title);
        }
    }
}

#[test]
fn what_others_wrote_is_harmless() {
    let name = "<script>\"a\" & 'b'\u{0}\u{7}</script>".to_owned();
    let bars = vec![TargetBar { name: name.clone(), target: 10, served: 4, forecast: None }];
    let chart = targets::targets(&Targets { bars }, Look::default());
    walk(&chart.svg);
    assert!(!chart.svg.contains("<script"));
    let aged = Aged { days: 3.0, label: name.clone(), href: Some("\"><b>".to_owned()) };
    let chart = ages::ages(
        &Ages { stages: vec![AgeStage { name, levels: None, open: vec![aged] }] },
        Look::default(),
    );
    walk(&chart.svg);
    assert!(!chart.svg.contains("<script") && !chart.svg.contains("<b>"));
}

#[test]
fn readings_say_what_the_figures_are() {
    let look = look(Lang::Id, Setting::Page);
    let days = (1..=101).map(f64::from).collect();
    let chart = histogram::histogram(&Histogram { days, open: vec![10.0, 86.0, 87.0, 200.0] }, look);
    assert_eq!(
        chart.reading,
        "85% selesai dalam 86 hari kerja; 2 permohonan yang berjalan sudah melewatinya."
    );
    let week = |n: usize, done| WeekDone { monday: day(n * 7), done, working_days: 5 };
    let chart = weekly::weekly(&Weekly { weeks: vec![week(0, 6), week(3, 2)] }, look);
    assert_eq!(chart.table.rows.len(), 4, "the two weeks between are shown");
    assert!(chart.reading.contains("2 minggu tanpa hasil"), "{}", chart.reading);
    let english = histogram::histogram(
        &Histogram { days: vec![1_234.5], open: Vec::new() },
        Look { lang: Lang::En, setting: Setting::Page, measured: Measured::Cases },
    );
    assert!(english.reading.starts_with("85% finish within 1,234.5 days; 0 cases"), "{}", english.reading);
}

#[test]
fn the_cone_agrees_with_the_forecast() {
    let weeks: Vec<crate::forecast::Week> =
        (0_u32..20).map(|week| crate::forecast::Week { done: 10 + week % 7, days: 5 }).collect();
    let from = date(2026, 11, 23);
    let given =
        fan::FanFrom { weeks: &weeks, ahead: &[], from, left: 300, target: None, seed: 4, draws: 10_000 };
    let fan = Fan::of(given).unwrap();
    let outlook = crate::forecast::Outlook::of(&weeks, &[], 300, 4, 10_000).unwrap();
    let done = |of: fn(&FanStep) -> f64| {
        let place = fan.steps.iter().position(|step| of(step) <= 0.0).unwrap();
        u32::try_from(place).map(f64::from).unwrap()
    };
    assert!((done(|step| step.p50) - outlook.p50_weeks.ceil()).abs() <= 1.0);
    assert!((done(|step| step.p95) - outlook.p95_weeks.ceil()).abs() <= 1.0);
    assert!(fan.steps.windows(2).all(|pair| pair[1].p95 <= pair[0].p95 && pair[1].p50 <= pair[1].p95));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever ways requests go, back and skipping stages: no band falls, and none is deeper than the one it lies on.
    #[test]
    fn bands_never_fall(ways in prop::collection::vec(prop::collection::vec((0_usize..6, 0_usize..300), 0..9), 0..40)) {
        let ways = ways.into_iter().map(|way| way.into_iter().map(|(stage, at)| (stage, day(at))).collect::<Vec<_>>());
        let flow = Cumulative::of(names(&STAGES), ways.collect::<Vec<_>>());
        let totals = flow.totals();
        for pair in totals.windows(2) {
            prop_assert!(pair[0].1.iter().zip(&pair[1].1).all(|(before, after)| before <= after));
        }
        for (_, totals) in &totals {
            prop_assert!(totals.windows(2).all(|pair| pair[0] >= pair[1]));
        }
        walk(&cumulative::cumulative(&flow, Look::default()).svg);
    }

    /// Whatever the figures, even those that are none: a picture that is well-formed and inside.
    #[test]
    fn any_figures_are_drawn_inside(
        days in prop::collection::vec(prop_oneof![0.0_f64..400.0, Just(0.0), Just(f64::NAN), Just(1e9), Just(1e-9)], 0..60),
        name in "\\PC{0,40}",
        count in 0_u32..u32::MAX / 64,
        rare in 0.0_f64..0.5,
    ) {
        let look = look(Lang::Id, Setting::File);
        walk(&histogram::histogram(&Histogram { days: days.clone(), open: days.clone() }, look).svg);
        let finished = days.iter().enumerate().map(|(at, days)| Finished {
            on: day(at * 40), days: *days, label: name.clone(), href: None,
        });
        walk(&scatter::scatter(&Scatter { finished: finished.collect(), promise: days.first().copied() }, look).svg);
        let open = days.iter().map(|days| Aged { days: *days, label: name.clone(), href: None }).collect();
        let stage = AgeStage { name: name.clone(), levels: Levels::of(days.clone()), open };
        walk(&ages::ages(&Ages { stages: vec![stage.clone(), stage] }, look).svg);
        let cells = days.iter().map(|days| vec![Some(HeatCell { median_days: *days, n: count })]).collect();
        let regions = days.iter().map(|_| name.clone()).collect();
        walk(&heat::heat(&Heat { stages: vec![name.clone()], regions, cells }, look).svg);
        let weeks = days.iter().enumerate().map(|(at, _)| WeekDone { monday: day(at * 21), done: count, working_days: 4 });
        walk(&weekly::weekly(&Weekly { weeks: weeks.collect() }, look).svg);
        let bar = TargetBar { name: name.clone(), target: count, served: count / 2, forecast: Some((1, count, count)) };
        walk(&targets::targets(&Targets { bars: vec![bar; days.len().min(20)] }, look).svg);
        let stages = days.iter().map(|days| MapStage { name: name.clone(), count, median_days: Some(*days), starts: 1, ends: 0 });
        let n = days.len().max(1);
        let paths = (0..n * 3).map(|at| MapPath { from: at % n, to: (at * 7) % n, count: count / 50 }).collect();
        walk(&map::process_map(&ProcessMap { stages: stages.collect(), paths, rare }, look).svg);
    }
}
