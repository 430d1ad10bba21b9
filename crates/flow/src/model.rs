//! The office as it is today, out of its definition and what was measured: one model for forecast and what-if.
//!
//! A figure is taken from the history where there is enough of it, else from the definition, else it is assumed; which of
//! the three is told for each. Nothing is read here: who calls brings queues, measures, absences and freezes.

mod measured;
mod outlook;

use std::collections::BTreeMap;

use jiff::civil::Date;
use salur_core::Span;
use salur_core::calendar::Calendar;
use salur_core::workflow::{ActionKind, Phase, Station, Weekday, Workflow};
use salur_core::{Role, StageName};
use serde::Serialize;

use crate::forecast::{EXITS_MIN, WEEKS_MIN};
use crate::number::float;
use crate::simulate::{Arrivals, Ends, Every, Model, Service, Stage, Work, days};

pub use measured::{Measured, arrival_weeks};
pub use outlook::{Emptied, Outlook, Reached, outlook};

/// Persons of a role who are away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Away {
    /// The role.
    pub role: Role,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// How many.
    pub people: u32,
}

/// What is known of an office today.
#[derive(Debug, Clone)]
pub struct Office<'a> {
    /// The definition.
    pub workflow: &'a Workflow,
    /// Its working days.
    pub calendar: &'a Calendar,
    /// Today: the first day simulated is the working day after it.
    pub today: Date,
    /// The last day simulated.
    pub to: Date,
    /// Working minutes of a day.
    pub day_minutes: u32,
    /// By stage, how many wait.
    pub waiting: BTreeMap<StageName, u32>,
    /// By stage, what was measured.
    pub measured: BTreeMap<StageName, Measured>,
    /// Past weeks of new requests by weekday, the oldest first ([`arrival_weeks`]).
    pub arrivals: Vec<[u32; 5]>,
    /// New requests a working day that are expected where too few weeks are known.
    pub expected: Option<f64>,
    /// Who is away.
    pub away: Vec<Away>,
    /// Times in which nothing is approved or paid: first day, last day.
    pub freezes: Vec<(Date, Date)>,
    /// The last day on which money goes out.
    pub cut_off: Option<Date>,
}

/// Where a figure is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// From so many observations.
    Measured(usize),
    /// From the definition, or from who called.
    Declared,
    /// From nowhere: the most harmless value was taken.
    Assumed,
}

/// What a figure tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Persons.
    People,
    /// Working days that one request takes.
    Touch,
    /// The most on one list.
    Most,
    /// Sessions a week.
    Sessions,
    /// Working days a session takes before its first request.
    Setup,
    /// The share that goes on at the first visit.
    Forward,
    /// The share that is sent back at the first visit.
    Back,
    /// New requests a working day.
    Arrivals,
}

/// A figure of the model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// The stage.
    pub stage: StageName,
    /// What it tells.
    pub what: What,
    /// The figure.
    pub value: f64,
    /// Where it is from.
    pub source: Source,
}

/// A model, and where its figures are from.
#[derive(Debug, Clone)]
pub struct Modelled {
    /// The model; its stages are called as in the definition.
    pub model: Model,
    /// Its figures.
    pub figures: Vec<Figure>,
    /// Stages with requests that are not on the way, by how many: the model does not know them.
    pub beside: BTreeMap<StageName, u32>,
}

impl Modelled {
    /// The figures that nothing stands behind.
    pub fn assumed(&self) -> impl Iterator<Item = &Figure> {
        self.figures.iter().filter(|figure| figure.source == Source::Assumed)
    }
}

/// Why there is no model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoModel {
    /// No working day lies between today and the last day.
    #[error("no working day lies ahead")]
    NoDays,
    /// The way has no stage that somebody serves.
    #[error("the definition has no way to be modelled")]
    NoWay,
}

/// The model of an office.
pub fn model(office: &Office<'_>) -> Result<Modelled, NoModel> {
    let days = days(office.calendar, office.today, office.to);
    if days.is_empty() {
        return Err(NoModel::NoDays);
    }
    let way = straight_way(office.workflow);
    let Some(first) = way.first() else { return Err(NoModel::NoWay) };
    let dates: Vec<Date> = days.iter().map(|day| day.date).collect();
    let mut figures = Vec::new();
    let arrivals = arrivals(office, first, &mut figures);
    let stages = way.iter().map(|name| stage(office, &way, name, &dates, &mut figures)).collect();
    let beside = office.waiting.iter().filter(|(name, count)| **count > 0 && !way.contains(*name));
    Ok(Modelled {
        model: Model { days, stages, arrivals },
        figures,
        beside: beside.map(|(name, count)| (name.clone(), *count)).collect(),
    })
}

/// The stages in the order in which a request passes them that is never sent back.
#[must_use]
pub fn straight_way(workflow: &Workflow) -> Vec<StageName> {
    let mut way: Vec<StageName> = Vec::new();
    let mut at = Some(&workflow.start);
    while let Some(name) = at.filter(|name| !way.contains(name) && workflow.phase_of(name).is_some()) {
        way.push(name.clone());
        let onward = workflow.actions.values().filter(|action| {
            let forward =
                matches!(action.kind, ActionKind::Forward | ActionKind::Approval | ActionKind::Payment);
            forward && action.from.contains(name)
        });
        // Of several ways on, the one that leaves nothing out: to the earliest phase.
        at = onward
            .filter_map(|action| action.to.as_ref())
            .filter(|to| !way.contains(to))
            .min_by_key(|to| (workflow.phase_of(to).is_none(), workflow.phase_of(to)));
    }
    way
}

fn arrivals(office: &Office<'_>, first: &StageName, figures: &mut Vec<Figure>) -> Arrivals {
    let weeks = office.arrivals.len();
    let mut tell =
        |value, source| figures.push(Figure { stage: first.clone(), what: What::Arrivals, value, source });
    if weeks >= WEEKS_MIN {
        let came: f64 = office.arrivals.iter().flatten().map(|count| f64::from(*count)).sum();
        tell(came / float(weeks) / 5.0, Source::Measured(weeks));
        return Arrivals::Weeks(office.arrivals.clone());
    }
    if let Some(expected) = office.expected.filter(|expected| *expected > 0.0) {
        tell(expected, Source::Declared);
        return Arrivals::Poisson(expected);
    }
    tell(0.0, if office.expected.is_some() { Source::Declared } else { Source::Assumed });
    Arrivals::None
}

fn stage(
    office: &Office<'_>,
    way: &[StageName],
    name: &StageName,
    dates: &[Date],
    figures: &mut Vec<Figure>,
) -> Stage {
    let declared = office.workflow.stage(name);
    let station = declared.and_then(|stage| stage.served_by.as_ref());
    let phase = office.workflow.phase_of(name);
    let measured = office.measured.get(name);
    let mut tell = |what, (value, source): (f64, Source)| {
        figures.push(Figure { stage: name.clone(), what, value, source });
        value
    };
    let places = |from: Date, to: Date| {
        let first = dates.partition_point(|date| *date < from);
        let last = dates.partition_point(|date| *date <= to).checked_sub(1)?;
        (first <= last).then_some((first, last))
    };
    let away = || office.away.iter().filter(|away| station.is_some_and(|station| station.role == away.role));
    let frozen =
        office.freezes.iter().filter(|_| matches!(phase, Some(Phase::Approval | Phase::Disbursement)));
    let people = station.and_then(|station| station.people);
    let service = if station.is_some_and(|station| station.batch.is_some()) {
        // A session is off only when all who hold it are away.
        let alone = away().filter(|away| away.people >= people.unwrap_or(1));
        let off = alone.map(|away| (away.from, away.to)).chain(frozen.copied());
        lists(station, office, off.filter_map(|(from, to)| places(from, to)).collect(), &mut tell)
    } else {
        let people = tell(
            What::People,
            people.map_or((1.0, Source::Assumed), |people| (f64::from(people), Source::Declared)),
        );
        let people = u32::try_from(crate::number::floor(people)).unwrap_or(u32::MAX);
        let off = away().map(|away| (away.from, away.to, away.people));
        let off = off.chain(frozen.map(|(from, to)| (*from, *to, people)));
        let work = work(station, measured, office, &mut tell);
        let off =
            off.filter_map(|(from, to, count)| places(from, to).map(|(first, last)| (first, last, count)));
        Service::Pool { people, away: off.collect(), work }
    };
    let (ends, ends_again) = ends(office.workflow, way, name, measured, &mut tell);
    // A cut-off before the first day leaves no day: the place before the first is told by all days off.
    let cut = office.cut_off.filter(|_| phase == Some(Phase::Disbursement));
    let (mut service, mut until) = (service, None);
    if let Some(cut) = cut {
        until = dates.partition_point(|date| *date <= cut).checked_sub(1);
        if until.is_none() {
            let last = dates.len().saturating_sub(1);
            match &mut service {
                Service::Pool { away, people, .. } => away.push((0, last, *people)),
                Service::Lists { away, .. } => away.push((0, last)),
            }
        }
    }
    let queue = office.waiting.get(name).copied().unwrap_or(0);
    Stage { name: name.as_str().to_owned(), service, ends, ends_again, passes: 0.0, until, queue }
}

type Tell<'t> = dyn FnMut(What, (f64, Source)) -> f64 + 't;

fn lists(
    station: Option<&Station>,
    office: &Office<'_>,
    away: Vec<(usize, usize)>,
    tell: &mut Tell<'_>,
) -> Service {
    let every = station.and_then(|station| station.every);
    tell(What::Sessions, (1.0, every.map_or(Source::Assumed, |_| Source::Declared)));
    let most = station.and_then(|station| station.max);
    tell(
        What::Most,
        most.map_or((f64::INFINITY, Source::Assumed), |most| (f64::from(most), Source::Declared)),
    );
    let length = |span: Option<Span>| {
        span.map_or((0.0, Source::Assumed), |span| (in_days(span, office), Source::Declared))
    };
    let setup = tell(What::Setup, length(station.and_then(|station| station.setup)));
    let each = station.and_then(|station| station.touch).map_or(0.0, |touch| in_days(touch, office));
    let every = every.map_or(Every::Days(5), |day| {
        let days = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
        Every::Weekdays(days.map(|other| other == day))
    });
    Service::Lists { every, away, most: most.unwrap_or(u32::MAX), least: 1, at: 0.5, setup, each }
}

fn work(
    station: Option<&Station>,
    measured: Option<&Measured>,
    office: &Office<'_>,
    tell: &mut Tell<'_>,
) -> Work {
    let enough = measured.filter(|measured| measured.touched >= enough());
    if let Some(measured) = enough {
        let mean = tell(What::Touch, (measured.touch_mean, Source::Measured(measured.touched)));
        return Work::LogNormal { mean: mean.max(1e-6), cv: measured.touch_cv.max(0.01) };
    }
    let touch = station.and_then(|station| station.touch);
    let touch = touch.map_or((0.0, Source::Assumed), |touch| (in_days(touch, office), Source::Declared));
    // How work varies is not in a definition: work without memory is the usual guess.
    Work::Exponential(tell(What::Touch, touch).max(1e-6))
}

fn enough() -> usize {
    usize::try_from(EXITS_MIN).unwrap_or(usize::MAX)
}

fn ends(
    workflow: &Workflow,
    way: &[StageName],
    name: &StageName,
    measured: Option<&Measured>,
    tell: &mut Tell<'_>,
) -> (Ends, Ends) {
    let back = workflow.action_of(ActionKind::Rework, name).and_then(|(_, action)| action.to.as_ref());
    let back_to = back.and_then(|back| way.iter().position(|other| other == back)).unwrap_or(0);
    let Some(measured) = measured.filter(|measured| measured.first.decided >= enough()) else {
        tell(What::Forward, (1.0, Source::Assumed));
        return (Ends { back_to, ..Ends::ALL }, Ends { back_to, ..Ends::ALL });
    };
    let of = |counts: &measured::Decisions| Ends {
        forward: counts.share(counts.forward),
        back: counts.share(counts.back),
        back_to,
    };
    let first = of(&measured.first);
    tell(What::Forward, (first.forward, Source::Measured(measured.first.decided)));
    tell(What::Back, (first.back, Source::Measured(measured.first.decided)));
    let again = if measured.again.decided >= enough() { of(&measured.again) } else { first };
    (first, again)
}

fn in_days(span: Span, office: &Office<'_>) -> f64 {
    let day = f64::from(office.day_minutes.max(1));
    match span {
        Span::Minutes(minutes) => f64::from(minutes) / day,
        Span::WorkingHours(hours) => f64::from(hours) * 60.0 / day,
        Span::WorkingDays(days) => f64::from(days),
    }
}

#[cfg(test)]
mod tests;
