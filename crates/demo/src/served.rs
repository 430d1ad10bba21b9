//! Courses that have come to an end: paid, most of them straight, some after a detour; and the few that ended otherwise.

use salur_core::payment::Payout;
use salur_core::workflow::Phase;

use crate::agenda::{Deed, OrderKey, settled};
use crate::author::{Author, Course};
use crate::plan::Scheme;

/// A list of which most were served: the list, its course, the sitting whose decree it is on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cohort {
    pub(crate) list: usize,
    pub(crate) course: Course,
    pub(crate) sitting: usize,
}

impl Author<'_> {
    /// Everybody who has been paid: as many on each decree as the plan's year pays between it and the one before.
    pub(crate) fn serve_all(&mut self, scheme: &Scheme) -> Vec<Cohort> {
        let since = self.days.first_year();
        let mut cohorts = Vec::new();
        let mut before = 0;
        for at in 0..self.finished {
            let Some(sitting) = self.sittings.get(at).cloned() else { continue };
            let is_last = at + 1 == self.finished;
            let until =
                if is_last { self.days.last() } else { sitting.paid.last().copied().unwrap_or_default() };
            let served = self.scaled(scheme.served_until(since, self.days.date(until)));
            let served = if is_last { served.max(2) } else { served };
            for size in self.cut(served.saturating_sub(before), scheme.list) {
                let verified = self.back(sitting.drafted, scheme.wait_in(Phase::Approval));
                let course = self.course(scheme, verified);
                let list = self.open_list(scheme, course.entered, size);
                cohorts.push(Cohort { list, course, sitting: at });
                for _ in 0..size {
                    let life = self.agenda.add(list);
                    self.serve(scheme, life, course, at);
                }
            }
            before = before.max(served);
        }
        cohorts
    }

    fn serve(&mut self, scheme: &Scheme, life: usize, course: Course, sitting: usize) {
        self.submit(life, course.submitted);
        let (verified, sitting) = self.detour(scheme, life, course, sitting);
        self.verify(life, verified);
        let sitting = self.approve(scheme, life, sitting);
        self.pay(scheme, life, sitting);
    }

    /// The day it is verified and the sitting it comes to: later ones after a detour.
    fn detour(&mut self, scheme: &Scheme, life: usize, course: Course, sitting: usize) -> (usize, usize) {
        let (returned, held) = (scheme.detours.returned, scheme.detours.held);
        let roll = self.dice.below(1_000);
        let first = course.verified;
        if roll < returned {
            let again = first + self.dice.between(1, 4);
            let verified = again + self.dice.between(1, 2);
            if let Some(later) = self.sitting_for(verified, sitting) {
                self.stop(life, first, Deed::Return);
                if self.dice.chance(1, 4) {
                    self.amend(life, again);
                }
                self.submit(life, again);
                return (verified, later);
            }
        } else if roll < returned + held {
            let resumed = first + self.dice.between(2, 9);
            let verified = resumed + self.dice.between(0, 1);
            let causes: Vec<_> =
                scheme.hold.iter().filter(|hold| hold.phase == Phase::Verification).collect();
            let cause = causes.get(self.dice.below(causes.len()));
            if let (Some(cause), Some(later)) = (cause, self.sitting_for(verified, sitting)) {
                self.hold(life, first, Phase::Verification, &cause.cause);
                self.stop(life, resumed, Deed::Resume);
                return (verified, later);
            }
        }
        (first, sitting)
    }

    /// The first finished sitting, from one on, whose decree is drafted no earlier than a day.
    fn sitting_for(&self, verified: usize, from: usize) -> Option<usize> {
        (from..self.finished)
            .find(|at| self.sittings.get(*at).is_some_and(|sitting| sitting.drafted >= verified))
    }

    /// On a decree; the few that are struck come back unchanged and go on the next one.
    fn approve(&mut self, scheme: &Scheme, life: usize, sitting: usize) -> usize {
        let next = sitting + 1;
        let again = self.sittings.get(sitting).map_or(0, |sitting| sitting.signed) + 2;
        let may_strike = next < self.finished
            && self.sittings.get(next).is_some_and(|next| next.drafted >= again)
            && self.dice.chance(scheme.detours.struck, 1_000);
        self.put_on_decree(life, sitting, may_strike);
        if !may_strike {
            return sitting;
        }
        self.submit(life, again);
        self.put_on_decree(life, next, false);
        next
    }

    /// Paid on one of the sitting's two days; a few fail and are ordered again, a few are answered late.
    fn pay(&mut self, scheme: &Scheme, life: usize, sitting: usize) {
        let second = usize::from(self.dice.chance(4, 10));
        let Some(day) = self.sittings.get(sitting).and_then(|sitting| sitting.paid.get(second)).copied()
        else {
            return;
        };
        let roll = self.dice.below(1_000);
        let last = self.days.last();
        if roll < scheme.detours.failed {
            let mended = settled(day) + self.dice.between(1, 3);
            let again = self.pay_days.iter().copied().find(|day| *day >= mended);
            if let Some(again) = again.filter(|again| settled(*again) <= last) {
                self.order(life, day, Payout::Failed);
                if self.dice.chance(1, 3) {
                    self.correct(life, mended);
                }
                self.order(life, again, Payout::Paid);
                return;
            }
        } else if roll < scheme.detours.failed + scheme.detours.unknown {
            let late = settled(day) + self.dice.between(3, 7);
            if late <= last {
                let place = self.order(life, day, Payout::Unknown);
                let key = OrderKey { day, at_bank: false };
                self.agenda.orders.entry(key).or_default().late.entry(late).or_default().push(place);
                return;
            }
        }
        self.order(life, day, Payout::Paid);
    }

    /// Rejected, withdrawn and referred ones among the served.
    pub(crate) fn end_otherwise(&mut self, scheme: &Scheme, cohorts: &[Cohort]) {
        let served = scheme.served_until(self.days.first_year(), self.days.date(self.days.last()));
        for (rate, deed) in [
            (scheme.ended.rejected, Some(Deed::Reject)),
            (scheme.ended.withdrawn, Some(Deed::Withdraw)),
            (scheme.ended.referred, None),
        ] {
            let count = self.scaled_least(served * rate / 1_000, 1);
            for _ in 0..count {
                let Some(cohort) = cohorts.get(self.dice.below(cohorts.len())).copied() else { return };
                let life = self.agenda.add(cohort.list);
                match &deed {
                    Some(Deed::Withdraw) => self.stop(life, cohort.course.submitted, Deed::Withdraw),
                    Some(deed) => {
                        self.submit(life, cohort.course.submitted);
                        self.stop(life, cohort.course.verified, deed.clone());
                    }
                    None => {
                        if let Some(life) = self.agenda.lives.get_mut(life) {
                            life.referred = true;
                        }
                    }
                }
            }
        }
    }
}
