//! Invented figures to draw: of no office and of no people.

use jiff::ToSpan as _;
use jiff::civil::{Date, date};

use super::super::*;
use crate::number::floor;

pub(super) const STAGES: [&str; 6] =
    ["Kelengkapan", "Verifikasi lapangan", "Penetapan penerima", "SK Gubernur", "Pencairan", "Selesai"];

pub(super) fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

pub(super) fn whole(value: f64) -> u32 {
    u32::try_from(floor(value)).unwrap()
}

/// The same numbers each time, spread like the time that work takes: many short, few long.
pub(super) fn spread(n: usize, seed: u32) -> Vec<f64> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1 << 24)
    };
    (0..n).map(|_| 1.0 - 9.0 * (1.0 - next() * 0.999).ln()).collect()
}

pub(super) fn day(n: usize) -> Date {
    date(2026, 1, 5).checked_add(i64::try_from(n).unwrap().days()).unwrap()
}

pub(super) fn flow_of(n: usize) -> Cumulative {
    let took = spread(n * 6, 7);
    let ways = (0..n).map(|one| {
        let mut at = one * 200 / n;
        let reached = took[one * 6..one * 6 + 6].iter().enumerate();
        let way: Vec<(usize, Date)> = reached
            .map(|(stage, took)| {
                at += if stage == 0 { 0 } else { floor(*took) };
                (stage, day(at))
            })
            .filter(|(_, day)| *day < date(2026, 8, 1))
            .collect();
        way
    });
    Cumulative::of(names(&STAGES), ways.collect::<Vec<_>>())
}

pub(super) fn ages_of(n: usize) -> Ages {
    let stages = STAGES.iter().take(5).enumerate().map(|(place, name)| AgeStage {
        name: (*name).to_owned(),
        levels: Levels::of(spread(80, 40 + u32::try_from(place).unwrap())),
        open: spread(n / 5 + place, 9 + u32::try_from(place).unwrap())
            .into_iter()
            .enumerate()
            .map(|(one, days)| Aged {
                days,
                label: format!("{}-{one}", place + 1),
                href: Some(format!("/requests/{place}{one}")),
            })
            .collect(),
    });
    Ages { stages: stages.collect() }
}

pub(super) fn scatter_of(n: usize) -> Scatter {
    let finished = spread(n, 3).into_iter().enumerate().map(|(one, days)| Finished {
        on: day(one * 300 / n),
        days,
        label: format!("2026-{one}"),
        href: Some(format!("/requests/{one}")),
    });
    Scatter { finished: finished.collect(), promise: Some(20.0) }
}

pub(super) fn weekly_of(n: usize) -> Weekly {
    let done = spread(n, 11).into_iter().enumerate().filter(|(week, _)| week % 9 != 4);
    let weeks = done.map(|(week, done)| WeekDone {
        monday: day(week * 7),
        done: whole(done * 3.0),
        working_days: if week % 11 == 3 { 3 } else { 5 },
    });
    Weekly { weeks: weeks.collect() }
}

pub(super) fn fan_of(n: u32) -> Fan {
    let weeks: Vec<crate::forecast::Week> = spread(26, 5)
        .into_iter()
        .map(|done| crate::forecast::Week { done: whole(done * 4.0), days: 5 })
        .collect();
    let from = date(2026, 8, 3);
    let given = fan::FanFrom {
        weeks: &weeks,
        ahead: &[5, 4, 5],
        from,
        left: n,
        target: Some(date(2026, 12, 31)),
        seed: 1,
        draws: 1_000,
    };
    let mut fan = Fan::of(given).unwrap();
    let past = (1..12).rev().map(|week: u32| {
        (from.checked_sub((i64::from(week) * 7).days()).unwrap(), n + week * 31 - week % 3 * 20)
    });
    fan.past = past.chain([(from, n)]).collect();
    fan.held = Some((21, 24));
    fan
}

pub(super) fn heat_of(regions: usize) -> Heat {
    const REGIONS: [&str; 10] = [
        "Paser",
        "Kutai Kartanegara",
        "Berau",
        "Kutai Barat",
        "Kutai Timur",
        "Penajam Paser Utara",
        "Mahakam Ulu",
        "Balikpapan",
        "Samarinda",
        "Bontang",
    ];
    let values = spread(regions * 5, 21);
    let cells = values.chunks(5).map(|row| {
        let cell = |days: &f64| HeatCell { median_days: *days, n: whole(*days * 2.0) };
        row.iter().map(|days| (*days < 25.0).then(|| cell(days))).collect()
    });
    Heat {
        stages: names(&STAGES[..5]),
        regions: REGIONS.iter().cycle().take(regions).map(|name| (*name).to_owned()).collect(),
        cells: cells.collect(),
    }
}

pub(super) fn map_of() -> ProcessMap {
    let stage = |(place, name): (usize, &&str)| MapStage {
        name: (*name).to_owned(),
        count: 1_300 - u32::try_from(place).unwrap() * 90,
        median_days: (place < 5).then(|| 2.5 * (u32::try_from(place).map(f64::from).unwrap() + 1.0)),
        starts: if place == 0 { 1_200 } else { 0 },
        ends: if place == 5 { 850 } else { 0 },
    };
    let path = |(from, to, count)| MapPath { from, to, count };
    ProcessMap {
        stages: STAGES.iter().enumerate().map(stage).collect(),
        paths: [
            (0, 1, 1_180),
            (1, 2, 1_010),
            (2, 3, 990),
            (3, 4, 950),
            (4, 5, 850),
            (1, 0, 140),
            (2, 0, 30),
            (3, 2, 61),
            (4, 4, 44),
            (0, 5, 75),
            (1, 3, 22),
            (2, 5, 3),
        ]
        .map(path)
        .into(),
        rare: 0.002,
    }
}

pub(super) fn targets_of() -> Targets {
    let bar = |(name, target, served, forecast): (&str, u32, u32, Option<(u32, u32, u32)>)| TargetBar {
        name: name.to_owned(),
        target,
        served,
        forecast,
    };
    Targets {
        bars: [
            ("Skema A, triwulan I", 200, 204, None),
            ("Skema A, triwulan II", 250, 180, Some((190, 214, 239))),
            ("Skema B, triwulan II", 1_200, 655, Some((700, 810, 990))),
            (
                "Skema dengan nama yang panjang sekali untuk sebuah batang, triwulan II",
                90,
                12,
                Some((20, 31, 44)),
            ),
        ]
        .map(bar)
        .into(),
    }
}
