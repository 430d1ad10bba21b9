//! Writes the agenda: courses of requests, each counted backwards from the decree it is on or from today, so that the
//! figures of the plan come out whatever the day.

use std::sync::Arc;

use salur_core::payment::Payout;
use salur_core::workflow::{Phase, Workflow};

use crate::DemoError;
use crate::agenda::{Agenda, DecreeKey, Deed, List, OrderKey, Single, settled};
use crate::days::{Days, Hour, weekday};
use crate::dice::Dice;
use crate::plan::{Plan, Scheme, Spread};
use crate::shipped::{Regency, SERVED};

/// A decree's days: drafted, signed, and the two days on which its payments are ordered.
#[derive(Debug, Clone)]
pub(crate) struct Sitting {
    pub(crate) drafted: usize,
    pub(crate) signed: usize,
    pub(crate) paid: Vec<usize>,
}

/// When the requests of a list came to each stage.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Course {
    pub(crate) entered: usize,
    pub(crate) submitted: usize,
    pub(crate) verified: usize,
}

/// Writes the agenda.
pub(crate) struct Author<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) days: &'a Days,
    pub(crate) regencies: &'a [Regency],
    pub(crate) agenda: Agenda,
    pub(crate) dice: Dice,
    scale: u64,
    shrink: u64,
    pub(crate) pay_days: Vec<usize>,
    verifiers: Vec<usize>,
    governor: usize,
    treasurer: usize,
    /// The scheme that is being written.
    pub(crate) at: usize,
    /// Most lines of one of its decrees.
    most: usize,
    pub(crate) sittings: Vec<Sitting>,
    /// How many of its sittings have all their payments answered.
    pub(crate) finished: usize,
    /// How many of its requests each regency has.
    shares: Vec<u64>,
}

/// How large the demo is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) scale: u32,
    pub(crate) shrink: u32,
    pub(crate) seed: u64,
}

/// The whole history.
pub(crate) fn write(
    plan: &Plan,
    days: &Days,
    regencies: &[Regency],
    workflows: &[Arc<Workflow>],
    size: Size,
) -> Result<Agenda, DemoError> {
    let pay_days: Vec<_> = plan.pay_days.iter().copied().map(weekday).collect();
    let mut author = Author {
        plan,
        days,
        regencies,
        agenda: Agenda::default(),
        dice: Dice::of(size.seed, &[0]),
        scale: u64::from(size.scale.max(1)),
        shrink: u64::from(size.shrink.max(1)),
        pay_days: days.on(&pay_days),
        verifiers: plan.holders("verifier"),
        governor: plan.staff("governor")?,
        treasurer: plan.staff("treasurer.1")?,
        at: 0,
        most: 1,
        sittings: Vec::new(),
        finished: 0,
        shares: Vec::new(),
    };
    for (at, (scheme, workflow)) in plan.scheme.iter().zip(workflows).enumerate() {
        author.dice = Dice::of(size.seed, &[1, u64::try_from(at).unwrap_or_default()]);
        author.turn_to(at, scheme, workflow)?;
        let cohorts = author.serve_all(scheme);
        author.end_otherwise(scheme, &cohorts);
        author.leave_backlog(scheme, &cohorts);
    }
    Ok(author.agenda)
}

impl Author<'_> {
    fn turn_to(&mut self, at: usize, scheme: &Scheme, workflow: &Workflow) -> Result<(), DemoError> {
        let unfit = || DemoError::Unfit(format!("{} has no stage served by decree", scheme.id));
        let station = workflow
            .stages_of(Phase::Approval)
            .find_map(|stage| workflow.stage(stage)?.served_by.as_ref())
            .ok_or_else(unfit)?;
        let day = weekday(station.every.ok_or_else(unfit)?);
        self.at = at;
        self.most = station.max.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
        self.shares = vec![0; self.regencies.len()];
        let longest =
            [Phase::Input, Phase::Verification, Phase::Approval].map(|phase| scheme.wait_in(phase).1);
        let lead = (longest.into_iter().sum::<usize>() + 1).min(self.days.last() / 2);
        let mut signed: Vec<_> =
            self.days.on(&[day]).into_iter().rev().step_by(scheme.decree_weeks.max(1)).collect();
        signed.reverse();
        self.sittings = signed
            .into_iter()
            .filter(|signed| *signed >= lead)
            .map(|signed| Sitting {
                drafted: signed - 1,
                signed,
                paid: self.pay_days.iter().copied().filter(|day| *day > signed).take(2).collect(),
            })
            .collect();
        let is_finished =
            |sitting: &&Sitting| sitting.paid.get(1).is_some_and(|day| settled(*day) <= self.days.last());
        self.finished = self.sittings.iter().filter(is_finished).count();
        if self.sittings.is_empty() { Err(unfit()) } else { Ok(()) }
    }

    /// A figure of the plan at this demo's size.
    pub(crate) fn scaled(&self, count: u64) -> usize {
        usize::try_from(count.saturating_mul(self.scale) / self.shrink).unwrap_or(usize::MAX)
    }

    /// The same, but at least so many where the plan has any.
    pub(crate) fn scaled_least(&self, count: u64, least: usize) -> usize {
        if count == 0 { 0 } else { self.scaled(count).max(least) }
    }

    /// A number of requests cut into lists.
    pub(crate) fn cut(&mut self, mut count: usize, (low, high): (usize, usize)) -> Vec<usize> {
        let mut sizes = Vec::new();
        while count > 0 {
            let size = self.dice.between(low, high);
            let size = if count < size + low / 2 { count } else { size };
            sizes.push(size);
            count -= size;
        }
        sizes
    }

    /// So many working days before, never before the first.
    pub(crate) fn back(&mut self, day: usize, wait: (usize, usize)) -> usize {
        day.saturating_sub(self.dice.between(wait.0, wait.1))
    }

    /// The course of a list that was verified on a day.
    pub(crate) fn course(&mut self, scheme: &Scheme, verified: usize) -> Course {
        let submitted = self.back(verified, scheme.wait_in(Phase::Verification));
        let entered = self.back(submitted, scheme.wait_in(Phase::Input));
        Course { entered, submitted, verified }
    }

    /// A new list, of the regency that is furthest behind its share.
    pub(crate) fn open_list(&mut self, scheme: &Scheme, entered: usize, size: usize) -> usize {
        let weight = |at: usize| match scheme.spread {
            Spread::Equal => 1,
            Spread::Population => self.regencies.get(at).map_or(1, |regency| regency.people),
        };
        let size = u64::try_from(size).unwrap_or_default();
        let all: u64 = (0..self.shares.len()).map(weight).sum();
        let given = self.shares.iter().sum::<u64>() + size;
        let behind = |at: usize| {
            let due = i128::from(given) * i128::from(weight(at));
            let has = i128::from(self.shares.get(at).copied().unwrap_or_default()) * i128::from(all);
            due - has
        };
        let regency = (0..self.shares.len()).max_by_key(|at| behind(*at)).unwrap_or_default();
        if let Some(share) = self.shares.get_mut(regency) {
            *share += size;
        }
        let of_province = self.dice.chance(self.plan.sent_by_province, 1_000);
        let region = match self.regencies.get(regency) {
            Some(regency) if !of_province => regency.code.as_str(),
            _ => SERVED,
        };
        let is_clerk = |person: &usize| {
            self.plan.person.get(*person).is_some_and(|person| person.region.as_str() == region)
        };
        let clerk = self.plan.holders("clerk").into_iter().find(is_clerk).unwrap_or_default();
        let verifier = self.dice.below(self.verifiers.len());
        let verifier = self.verifiers.get(verifier).copied().unwrap_or_default();
        let number = self.agenda.lists.len();
        let at = self.days.at(entered, Hour::ENTER, &[u64::try_from(number).unwrap_or_default()]);
        let year = self.days.date(entered).year();
        let lives = Vec::new();
        self.agenda.lists.push(List {
            scheme: self.at,
            regency,
            clerk,
            verifier,
            day: entered,
            year,
            at,
            lives,
        });
        number
    }

    fn actors(&self, life: usize) -> (usize, usize) {
        self.agenda.list_of(life).map(|list| (list.clerk, list.verifier)).unwrap_or_default()
    }

    pub(crate) fn submit(&mut self, life: usize, day: usize) {
        self.agenda.act(self.days, life, day, self.actors(life).0, Deed::Submit);
    }

    pub(crate) fn verify(&mut self, life: usize, day: usize) {
        self.agenda.act(self.days, life, day, self.actors(life).1, Deed::Verify);
    }

    /// The verifier returns or rejects it, the governor sends it back, the clerk withdraws it.
    pub(crate) fn stop(&mut self, life: usize, day: usize, deed: Deed) {
        let (clerk, verifier) = self.actors(life);
        let actor = match deed {
            Deed::Withdraw => clerk,
            Deed::SendBack => self.governor,
            Deed::Resume | Deed::Submit | Deed::Return | Deed::Reject | Deed::Hold(_) | Deed::Verify => {
                verifier
            }
        };
        self.agenda.act(self.days, life, day, actor, deed);
    }

    /// Whoever works at the phase sets it aside.
    pub(crate) fn hold(&mut self, life: usize, day: usize, phase: Phase, cause: &str) {
        let (clerk, verifier) = self.actors(life);
        let actor = match phase {
            Phase::Input => clerk,
            Phase::Verification | Phase::Approval => verifier,
            Phase::Disbursement | Phase::Accountability => self.treasurer,
        };
        self.agenda.act(self.days, life, day, actor, Deed::Hold(cause.to_owned()));
    }

    pub(crate) fn amend(&mut self, life: usize, day: usize) {
        let salt = u64::try_from(life).unwrap_or_default();
        self.agenda.singles.push((self.days.at(day, Hour::AMEND, &[salt]), Single::Amend(life)));
    }

    /// The clerk proposes another account, the verifier agrees.
    pub(crate) fn correct(&mut self, life: usize, day: usize) {
        let salt = u64::try_from(life).unwrap_or_default();
        let (clerk, verifier) = self.actors(life);
        for (hour, actor) in [(Hour::CORRECT, clerk), (Hour::AGREE, verifier)] {
            self.agenda.singles.push((self.days.at(day, hour, &[salt]), Single::Correct(life, actor)));
        }
    }

    /// Puts it on the decree of a sitting, and strikes it where asked.
    pub(crate) fn put_on_decree(&mut self, life: usize, sitting: usize, strike: bool) {
        let year = self.agenda.list_of(life).map_or(0, |list| list.year);
        let Some(sitting) = self.sittings.get(sitting) else { return };
        let key = DecreeKey {
            drafted: sitting.drafted,
            signed: Some(sitting.signed),
            scheme: self.at,
            year,
            part: 0,
        };
        let decree = self.agenda.decree(key, self.most, life);
        if strike {
            decree.struck.push(life);
        }
    }

    /// Puts it on the decree that is still a draft today.
    pub(crate) fn put_on_draft(&mut self, life: usize, year: i16) {
        let key = DecreeKey { drafted: self.days.last(), signed: None, scheme: self.at, year, part: 0 };
        self.agenda.decree(key, self.most, life);
    }

    /// Puts it on the payment order of a day.
    pub(crate) fn order(&mut self, life: usize, day: usize, outcome: Payout) -> usize {
        self.agenda.order(OrderKey { day, at_bank: outcome == Payout::Pending }, life, outcome)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use salur_core::payment::Payout;

    use super::*;
    use crate::shipped;

    #[test]
    fn the_whole_office_has_the_figures_of_the_article() {
        let plan = Plan::shipped().unwrap();
        let office = shipped::office().unwrap();
        let as_of = "2026-11-24T03:20:00Z".parse().unwrap();
        let days = Days::until(&office.calendar, as_of, plan.early_days).unwrap();
        let all: Vec<_> = shipped::definitions().map(|text| Workflow::parse(text).unwrap()).into();
        let find =
            |scheme: &Scheme| all.iter().find(|workflow| workflow.scheme == scheme.id).unwrap().clone();
        let workflows: Vec<_> = plan.scheme.iter().map(|scheme| Arc::new(find(scheme))).collect();
        let size = Size { scale: 1, shrink: 1, seed: 64 };
        let agenda = write(&plan, &days, &shipped::regencies().unwrap(), &workflows, size).unwrap();
        let of = |scheme| agenda.lists.iter().filter(move |list| list.scheme == scheme);
        let requests: Vec<usize> =
            (0..plan.scheme.len()).map(|at| of(at).map(|list| list.lives.len()).sum()).collect();
        assert!((17_000..17_400).contains(&requests[0]), "{requests:?}");
        assert!((195..=205).contains(&requests[1]), "{requests:?}");
        assert!((425..=435).contains(&requests[2]), "{requests:?}");
        assert!((62..=66).contains(&requests[3]), "{requests:?}");
        let autumn = |key: &OrderKey| days.date(key.settled()) <= date(2026, 9, 30);
        let paid = agenda.orders.iter().filter(|(key, _)| autumn(key)).flat_map(|(_, order)| &order.lines);
        let of_first = |life: usize| agenda.list_of(life).is_some_and(|list| list.scheme == 0);
        let paid = paid.filter(|(life, outcome)| *outcome == Payout::Paid && of_first(*life)).count();
        assert!((14_600..15_200).contains(&paid), "{paid} paid by the end of September");
        let shares: Vec<usize> = (0..10)
            .map(|at| of(1).filter(|list| list.regency == at).map(|list| list.lives.len()).sum())
            .collect();
        assert!(shares.iter().all(|share| (14..=26).contains(share)), "{shares:?}");
    }
}
