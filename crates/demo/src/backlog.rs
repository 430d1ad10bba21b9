//! What waits today, stage by stage: as much as the plan says, as old as it says, some of it stuck.

use salur_core::payment::Payout;
use salur_core::workflow::Phase;

use crate::agenda::Deed;
use crate::author::{Author, Course};
use crate::plan::Scheme;
use crate::served::Cohort;

impl Author<'_> {
    /// Leaves the backlog of every phase.
    pub(crate) fn leave_backlog(&mut self, scheme: &Scheme, cohorts: &[Cohort]) {
        let recent = cohorts.get(cohorts.len() - cohorts.len().div_ceil(6)..).unwrap_or_default();
        let count = |author: &Author<'_>, phase| {
            author.scaled_least(scheme.backlog.get(&phase).copied().unwrap_or_default(), 2)
        };
        let returned = self.leave_returned(scheme, recent);
        let input = count(self, Phase::Input).saturating_sub(returned).max(1);
        self.leave_at_input(scheme, input);
        let verification = count(self, Phase::Verification);
        self.leave_at_verification(scheme, verification);
        let approval = count(self, Phase::Approval);
        self.leave_at_approval(scheme, approval);
        let doubtful = self.leave_doubtful(scheme, recent);
        let disbursement = count(self, Phase::Disbursement).saturating_sub(doubtful).max(1);
        self.leave_at_disbursement(scheme, disbursement);
    }

    /// Why each of so many is set aside, in random order; none for most.
    fn causes<'a>(&mut self, scheme: &'a Scheme, phase: Phase, count: usize) -> Vec<Option<&'a str>> {
        let mut causes = Vec::new();
        for hold in scheme.hold.iter().filter(|hold| hold.phase == phase) {
            let held = self.scaled_least(hold.count, 1);
            causes.extend(std::iter::repeat_n(Some(hold.cause.as_str()), held));
        }
        self.shuffle(&mut causes);
        causes.truncate(count / 2);
        causes.resize(count, None);
        self.shuffle(&mut causes);
        causes
    }

    fn shuffle<T>(&mut self, row: &mut [T]) {
        for at in (1..row.len()).rev() {
            row.swap(at, self.dice.below(at + 1));
        }
    }

    /// Sent back for correction, and nobody has touched it since: at input, from lists whose other requests went on.
    fn leave_returned(&mut self, scheme: &Scheme, recent: &[Cohort]) -> usize {
        let count = self.scaled_least(scheme.returned, 1);
        for number in 0..count {
            let Some(cohort) = recent.get(self.dice.below(recent.len())).copied() else { return 0 };
            let life = self.agenda.add(cohort.list);
            self.submit(life, cohort.course.submitted);
            if number % 5 == 4 {
                self.verify(life, cohort.course.verified);
                let day = cohort.course.verified + self.dice.between(1, 4);
                self.stop(life, day.min(self.days.last()), Deed::SendBack);
            } else {
                self.stop(life, cohort.course.verified, Deed::Return);
            }
        }
        count
    }

    fn leave_at_input(&mut self, scheme: &Scheme, count: usize) {
        let mut causes = self.causes(scheme, Phase::Input, count).into_iter();
        for size in self.cut(count, scheme.list) {
            // The smaller of two throws: more of it is fresh than old.
            let age = scheme.age_in(Phase::Input);
            let age = self.dice.between(0, age).min(self.dice.between(0, age));
            let entered = self.days.last().saturating_sub(age);
            let list = self.open_list(scheme, entered, size);
            for cause in causes.by_ref().take(size) {
                let life = self.agenda.add(list);
                if let Some(cause) = cause {
                    let day = entered + self.dice.between(0, 3);
                    self.hold(life, day.min(self.days.last()), Phase::Input, cause);
                }
            }
        }
    }

    fn leave_at_verification(&mut self, scheme: &Scheme, count: usize) {
        let mut causes = self.causes(scheme, Phase::Verification, count).into_iter();
        for size in self.cut(count, scheme.list) {
            let age = scheme.age_in(Phase::Verification);
            let entered = self.back(self.days.last(), (age / 2, age + scheme.wait_in(Phase::Input).1));
            let list = self.open_list(scheme, entered, size);
            let mut submitted = entered;
            for (place, cause) in causes.by_ref().take(size).enumerate() {
                // The clerk submits a list a part at a time.
                if place % 9 == 0 {
                    submitted = self.dice.between(entered, self.days.last());
                }
                let life = self.agenda.add(list);
                self.submit(life, submitted);
                if let Some(cause) = cause {
                    let day = submitted + self.dice.between(0, 2);
                    self.hold(life, day.min(self.days.last()), Phase::Verification, cause);
                }
            }
        }
    }

    /// The pile before the governor; a part of it on the draft decree, the oldest first.
    fn leave_at_approval(&mut self, scheme: &Scheme, count: usize) {
        let today = self.days.last();
        let mut causes = self.causes(scheme, Phase::Approval, count).into_iter();
        let mut free = Vec::new();
        for size in self.cut(count, scheme.list) {
            let verified = self.back(today - 1, (0, scheme.age_in(Phase::Approval)));
            let course = self.course(scheme, verified);
            let list = self.open_list(scheme, course.entered, size);
            let year = self.days.date(course.entered).year();
            for cause in causes.by_ref().take(size) {
                let life = self.agenda.add(list);
                self.submit(life, course.submitted);
                self.verify(life, verified);
                match cause {
                    Some(cause) => {
                        let day = verified + self.dice.between(1, 4);
                        self.hold(life, day.min(today), Phase::Approval, cause);
                    }
                    None => free.push((verified, life, year)),
                }
            }
        }
        free.sort_unstable();
        let drafted = (free.len() * scheme.drafted).div_ceil(100);
        let Some(&(_, _, year)) = free.first() else { return };
        for (_, life, _) in free.into_iter().filter(|(_, _, of)| *of == year).take(drafted) {
            self.put_on_draft(life, year);
        }
    }

    /// Payments that the bank refused and nobody ordered again, and payments it knows nothing of.
    fn leave_doubtful(&mut self, scheme: &Scheme, recent: &[Cohort]) -> usize {
        let mut left = 0;
        for (count, outcome) in [(scheme.failed, Payout::Failed), (scheme.unknown, Payout::Unknown)] {
            for _ in 0..self.scaled_least(count, 1) {
                let Some(cohort) = recent.get(self.dice.below(recent.len())).copied() else { return left };
                let Some(day) =
                    self.sittings.get(cohort.sitting).and_then(|sitting| sitting.paid.first()).copied()
                else {
                    return left;
                };
                let life = self.agenda.add(cohort.list);
                self.come_to_disbursement(life, cohort.course, cohort.sitting);
                self.order(life, day, outcome);
                left += 1;
            }
        }
        left
    }

    fn leave_at_disbursement(&mut self, scheme: &Scheme, count: usize) {
        let last_sitting = self.sittings.len() - 1;
        let at_bank = (count * scheme.at_bank).div_ceil(100);
        let pay_day = self.pay_days.last().copied().unwrap_or_default();
        let before_pay_day =
            |at: &usize| self.sittings.get(*at).is_some_and(|sitting| sitting.signed <= pay_day);
        let sitting_paid = (0..self.sittings.len()).rev().find(before_pay_day);
        if let Some(sitting) = sitting_paid {
            self.leave_approved(scheme, at_bank, sitting, |author, life| {
                author.order(life, pay_day, Payout::Pending);
            });
        }
        let waiting = count.saturating_sub(at_bank).max(1);
        let mut causes = self.causes(scheme, Phase::Disbursement, waiting).into_iter();
        let signed = self.sittings.get(last_sitting).map_or(0, |sitting| sitting.signed);
        self.leave_approved(scheme, waiting, last_sitting, |author, life| {
            if let Some(cause) = causes.next().flatten() {
                let day = signed + author.dice.between(0, 3);
                author.hold(life, day.min(author.days.last()), Phase::Disbursement, cause);
            }
        });
    }

    /// So many that a sitting approved, and what became of each since.
    fn leave_approved(
        &mut self,
        scheme: &Scheme,
        count: usize,
        sitting: usize,
        mut since: impl FnMut(&mut Self, usize),
    ) {
        let drafted = self.sittings.get(sitting).map_or(0, |sitting| sitting.drafted);
        for size in self.cut(count, scheme.list) {
            let verified = self.back(drafted, scheme.wait_in(Phase::Approval));
            let course = self.course(scheme, verified);
            let list = self.open_list(scheme, course.entered, size);
            for _ in 0..size {
                let life = self.agenda.add(list);
                self.come_to_disbursement(life, course, sitting);
                since(self, life);
            }
        }
    }

    fn come_to_disbursement(&mut self, life: usize, course: Course, sitting: usize) {
        self.submit(life, course.submitted);
        self.verify(life, course.verified);
        self.put_on_decree(life, sitting, false);
    }
}
