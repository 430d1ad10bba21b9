//! How long a request has been waited for: working days of the office's calendar, without the time in which it was set
//! aside and the office is not to blame, and without the days on which a freeze holds its money. What is due, what is
//! late and what the timers do is all counted here, so that none of them can disagree with another.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::calendar::Calendar;
use crate::request::Request;
use crate::workflow::{Phase, Workflow};
use crate::world::{Freeze, Policy, World};
use crate::{StageName, WorkingDays};

/// The working days that count for requests at a stage.
#[derive(Debug, Clone)]
pub struct Clock<'a> {
    calendar: &'a Calendar,
    /// Days on which a freeze holds the money, in order and apart from each other: first and last.
    frozen: Vec<(Date, Date)>,
}

impl<'a> Clock<'a> {
    /// The clock of a stage. A freeze stops approval and payment only.
    #[must_use]
    pub fn of(world: &'a World, workflow: &Workflow, stage: &StageName) -> Clock<'a> {
        let waits_for_money = matches!(workflow.phase_of(stage), Some(Phase::Approval | Phase::Disbursement));
        let frozen = if waits_for_money { frozen(&world.policy, workflow) } else { Vec::new() };
        Clock { calendar: &world.calendar, frozen }
    }

    /// The days that count after `from` up to and including `to`; 0 if `to` is not later.
    #[must_use]
    pub fn days_between(&self, from: Date, to: Date) -> u32 {
        let frozen = self.frozen.iter().map(|(first, last)| {
            let eve = first.yesterday().unwrap_or(*first);
            self.calendar.working_days_between(from.max(eve), to.min(*last))
        });
        self.calendar.working_days_between(from, to).saturating_sub(frozen.sum())
    }

    /// The `n`th day that counts after `from`; for 0 the day itself.
    #[must_use]
    pub fn add(&self, from: Date, n: u32) -> Date {
        let (mut day, mut left) = (from, n);
        for (first, last) in &self.frozen {
            let eve = first.yesterday().unwrap_or(*first);
            let before = self.calendar.working_days_between(day, eve);
            if *last <= day {
                continue;
            }
            if left <= before {
                break;
            }
            left = left.saturating_sub(before);
            day = day.max(*last);
        }
        self.calendar.add_working_days(day, left)
    }

    /// The days that count between two moments.
    fn between(&self, from: Timestamp, to: Timestamp) -> u32 {
        self.days_between(self.calendar.date_of(from), self.calendar.date_of(to))
    }
}

/// The days on which this scheme's money is frozen, put together where freezes overlap.
fn frozen(policy: &Policy, workflow: &Workflow) -> Vec<(Date, Date)> {
    let holds = |freeze: &&Freeze| freeze.fund == workflow.fund && freeze.stops(&workflow.scheme);
    let mut days: Vec<_> =
        policy.freeze.iter().filter(holds).map(|freeze| (freeze.from, freeze.to)).collect();
    days.retain(|(first, last)| first <= last);
    days.sort_unstable();
    let mut apart: Vec<(Date, Date)> = Vec::with_capacity(days.len());
    for (first, last) in days {
        match apart.last_mut() {
            Some((_, end)) if first <= *end => *end = last.max(*end),
            _ => apart.push((first, last)),
        }
    }
    apart
}

/// The working time that has passed for a request between two moments, at the stage where it is.
#[must_use]
pub fn elapsed(
    world: &World,
    workflow: &Workflow,
    request: &Request,
    since: Timestamp,
    now: Timestamp,
) -> WorkingDays {
    let clock = Clock::of(world, workflow, &request.stage);
    let paused = |from: Timestamp, to: Timestamp| clock.between(from.max(since), to.min(now));
    let before: u32 = request.timers.pauses.iter().map(|pause| paused(pause.from, pause.to)).sum();
    let hold = request.hold.as_ref().filter(|hold| hold.blameless);
    let still = before.saturating_add(hold.map_or(0, |hold| paused(hold.since, now)));
    WorkingDays(clock.between(since, now).saturating_sub(still))
}

/// True while the clock stands still: the request is set aside and the office is not to blame, or its money is frozen.
#[must_use]
pub fn stands_still(world: &World, workflow: &Workflow, request: &Request, now: Timestamp) -> bool {
    let today = world.calendar.date_of(now);
    let frozen = &Clock::of(world, workflow, &request.stage).frozen;
    request.hold.as_ref().is_some_and(|hold| hold.blameless)
        || frozen.iter().any(|(first, last)| *first <= today && today <= *last)
}

/// True once a span has passed: its last day is over. Whatever is due after it comes on the next working day.
#[must_use]
pub fn has_passed(span: WorkingDays, elapsed: WorkingDays) -> bool {
    elapsed > span
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::testing::*;

    fn days(clock: &Clock<'_>, from: Date, to: Date) -> u32 {
        let (mut day, mut count) = (from, 0);
        while day < to {
            day = day.tomorrow().unwrap();
            let is_frozen = clock.frozen.iter().any(|(first, last)| *first <= day && day <= *last);
            count += u32::from(clock.calendar.is_working_day(day) && !is_frozen);
        }
        count
    }

    proptest! {
        /// Against counting day by day, over freezes that overlap, touch and repeat.
        #[test]
        fn days_are_those_that_counting_finds(
            freezes in prop::collection::vec((0..120_i32, 0..30_i32), 0..5),
            from in 0..120_i32,
            n in 0..60_u32,
        ) {
            let mut world = world_of(&[KUBE], POLICY);
            let first = date(2026, 1, 1);
            let mut policy = (*world.policy).clone();
            policy.freeze = freezes
                .into_iter()
                .map(|(start, length)| Freeze {
                    id: None,
                    schemes: std::collections::BTreeSet::new(),
                    source: "SE".into(),
                    fund: "apbd".into(),
                    exempt: std::collections::BTreeSet::new(),
                    from: first + start.days(),
                    to: first + (start + length).days(),
                })
                .collect();
            world.policy = std::sync::Arc::new(policy);
            let workflow = world.workflows.current(&"kube".into()).unwrap();
            let from = first + from.days();
            let clock = Clock::of(&world, workflow, &"approval".into());
            let to = clock.add(from, n);
            prop_assert_eq!(days(&clock, from, to), n);
            prop_assert_eq!(clock.days_between(from, to), n);
            prop_assert!(n == 0 || days(&clock, from, to.yesterday().unwrap()) < n, "not the first such day");
            let free = Clock::of(&world, workflow, &"verification".into());
            prop_assert_eq!(free.add(from, n), world.calendar.add_working_days(from, n));
        }
    }
}
