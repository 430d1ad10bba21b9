//! How long it takes, where some are not done yet: Kaplan and Meier (1958) for the time, Aalen and Johansen (1978) for
//! outcomes that compete. Whoever leaves out the open ones promises too much.

use crate::number::float;

/// One stay: how long it has lasted, and how it ended. Without an outcome it still lasts (right-censored).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stay<K> {
    /// The age at which it came under observation; 0 where it was seen from its beginning (left truncation).
    pub since: f64,
    /// The age at its end, or now.
    pub age: f64,
    /// How it ended.
    pub outcome: Option<K>,
}

/// One step of a curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// From this age on.
    pub age: f64,
    /// How many were there just before.
    pub at_risk: usize,
    /// How many ended at it.
    pub ended: usize,
    /// The share that lasts longer.
    pub survival: f64,
    /// Greenwood's standard error of that share.
    pub error: f64,
}

/// The share that still lasts, by age.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Survival {
    /// The steps, by age.
    pub steps: Vec<Step>,
}

impl Survival {
    /// The curve of Kaplan and Meier. At one age, ends come before those that are still open.
    #[must_use]
    pub fn of<K: Copy>(stays: &[Stay<K>]) -> Survival {
        let (mut survival, mut variance) = (1.0, 0.0);
        let steps = ends(stays).into_iter().map(|end| {
            let (n, d) = (float(end.at_risk), float(end.outcomes.len()));
            survival *= 1.0 - d / n;
            variance += if n > d { d / (n * (n - d)) } else { 0.0 };
            let error = survival * f64::sqrt(variance);
            Step { age: end.age, at_risk: end.at_risk, ended: end.outcomes.len(), survival, error }
        });
        Survival { steps: steps.collect() }
    }

    /// The share that lasts longer than an age.
    #[must_use]
    pub fn after(&self, age: f64) -> f64 {
        let place = self.steps.partition_point(|step| step.age <= age);
        place.checked_sub(1).and_then(|place| self.steps.get(place)).map_or(1.0, |step| step.survival)
    }

    /// The share that lasts longer than an age, low and high, at 95 %.
    #[must_use]
    pub fn band(&self, age: f64) -> (f64, f64) {
        let place = self.steps.partition_point(|step| step.age <= age);
        let step = place.checked_sub(1).and_then(|place| self.steps.get(place));
        step.map_or((1.0, 1.0), |step| {
            let reach = 1.96 * step.error;
            ((step.survival - reach).max(0.0), (step.survival + reach).min(1.0))
        })
    }

    /// The age within which a share `q` has ended; nothing where so many have not ended yet.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<f64> {
        self.steps.iter().find(|step| step.survival <= 1.0 - q + 1e-12).map(|step| step.age)
    }

    /// The odds that what has lasted `age` ends within `more`; nothing where nothing ever lasted so long.
    #[must_use]
    pub fn within(&self, age: f64, more: f64) -> Option<f64> {
        let now = self.after(age);
        (now > 0.0).then(|| 1.0 - self.after(age + more) / now)
    }
}

/// For each outcome, the share that has ended by it, by age: `(age, share)` from the first end of that kind on.
///
/// The shares of all outcomes and the share that lasts add up to 1 at every age.
#[must_use]
pub fn incidence<K: Copy + Ord>(stays: &[Stay<K>]) -> Vec<(K, Vec<(f64, f64)>)> {
    let mut kinds: Vec<K> = stays.iter().filter_map(|stay| stay.outcome).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let ends = ends(stays);
    kinds
        .into_iter()
        .map(|kind| {
            let (mut survival, mut share) = (1.0, 0.0);
            let mut curve = Vec::new();
            for end in &ends {
                let n = float(end.at_risk);
                let of_kind = end.outcomes.iter().filter(|outcome| **outcome == kind).count();
                share += survival * float(of_kind) / n;
                survival *= 1.0 - float(end.outcomes.len()) / n;
                if of_kind > 0 {
                    curve.push((end.age, share));
                }
            }
            (kind, curve)
        })
        .collect()
}

struct End<K> {
    age: f64,
    at_risk: usize,
    outcomes: Vec<K>,
}

/// The ages at which something ended, what ended, and how many were there just before. The others fall out by age.
fn ends<K: Copy>(stays: &[Stay<K>]) -> Vec<End<K>> {
    let mut ended: Vec<&Stay<K>> = stays.iter().filter(|stay| stay.outcome.is_some()).collect();
    ended.sort_by(|one, other| one.age.total_cmp(&other.age));
    let mut leaving: Vec<f64> = stays.iter().map(|stay| stay.age).collect();
    leaving.sort_unstable_by(f64::total_cmp);
    let mut coming: Vec<f64> = stays.iter().map(|stay| stay.since).collect();
    coming.sort_unstable_by(f64::total_cmp);
    let groups = ended.chunk_by(|one, other| one.age.total_cmp(&other.age).is_eq());
    let ends = groups.filter_map(|group| {
        let age = group.first()?.age;
        let come = coming.partition_point(|since| *since < age || *since <= 0.0);
        let gone = leaving.partition_point(|left| *left < age);
        let outcomes = group.iter().filter_map(|stay| stay.outcome).collect();
        Some(End { age, at_risk: come.saturating_sub(gone), outcomes })
    });
    ends.filter(|end| end.at_risk > 0).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stays(ages: &[(f64, bool)]) -> Vec<Stay<u8>> {
        ages.iter().map(|(age, ended)| Stay { since: 0.0, age: *age, outcome: ended.then_some(1) }).collect()
    }

    /// Remission under 6-MP (Freireich 1963), the textbook's example: the curve and its errors are known.
    #[test]
    fn the_curve_of_a_textbook_comes_out() {
        let (yes, no) = (true, false);
        let ages = [
            (6.0, yes),
            (6.0, yes),
            (6.0, yes),
            (6.0, no),
            (7.0, yes),
            (9.0, no),
            (10.0, yes),
            (10.0, no),
            (11.0, no),
            (13.0, yes),
            (16.0, yes),
            (17.0, no),
            (19.0, no),
            (20.0, no),
            (22.0, yes),
            (23.0, yes),
            (25.0, no),
            (32.0, no),
            (32.0, no),
            (34.0, no),
            (35.0, no),
        ];
        let curve = Survival::of(&stays(&ages));
        let expected = [
            (6.0, 21, 0.857_143, 0.076_360),
            (7.0, 17, 0.806_723, 0.086_935),
            (10.0, 15, 0.752_941, 0.096_350),
            (13.0, 12, 0.690_196, 0.106_815),
            (16.0, 11, 0.627_451, 0.114_054),
            (22.0, 7, 0.537_815, 0.128_234),
            (23.0, 6, 0.448_179, 0.134_591),
        ];
        assert_eq!(curve.steps.len(), expected.len());
        for (step, (age, at_risk, survival, error)) in curve.steps.iter().zip(expected) {
            assert_eq!((step.age.to_bits(), step.at_risk), (f64::to_bits(age), at_risk));
            assert!((step.survival - survival).abs() < 1e-6 && (step.error - error).abs() < 1e-6, "{step:?}");
        }
        assert_eq!(curve.quantile(0.5), Some(23.0));
        assert_eq!(curve.quantile(0.85), None);
        assert!((curve.within(10.0, 6.0).unwrap() - (1.0 - 0.627_451 / 0.752_941)).abs() < 1e-5);
        assert!((curve.after(5.9) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn what_came_under_observation_late_counts_only_from_then() {
        let late = [
            Stay { since: 0.0, age: 2.0, outcome: Some(1_u8) },
            Stay { since: 3.0, age: 5.0, outcome: Some(1) },
            Stay { since: 0.0, age: 4.0, outcome: None },
        ];
        let curve = Survival::of(&late);
        assert_eq!(curve.steps.iter().map(|step| step.at_risk).collect::<Vec<_>>(), [2, 1]);
        assert!((curve.after(2.0) - 0.5).abs() < 1e-12);
    }

    proptest! {
        /// Shares of competing outcomes and of what lasts add up; without any open ones they are plain shares.
        #[test]
        fn shares_add_up(drawn in prop::collection::vec((0_u32..30, 0_u8..4), 1..60)) {
            let stays: Vec<Stay<u8>> = drawn
                .iter()
                .map(|(age, kind)| Stay { since: 0.0, age: f64::from(*age), outcome: (*kind > 0).then_some(*kind) })
                .collect();
            let curve = Survival::of(&stays);
            let last = curve.steps.last().map_or(1.0, |step| step.survival);
            let ended: f64 = incidence(&stays).iter().filter_map(|(_, curve)| curve.last()).map(|(_, share)| share).sum();
            prop_assert!((ended + last - 1.0).abs() < 1e-9);
            prop_assert!(curve.steps.windows(2).all(|pair| pair[0].survival >= pair[1].survival));
            if drawn.iter().all(|(_, kind)| *kind > 0) {
                for (kind, curve) in incidence(&stays) {
                    let plain = float(drawn.iter().filter(|(_, other)| *other == kind).count()) / float(drawn.len());
                    prop_assert!((curve.last().unwrap().1 - plain).abs() < 1e-9);
                }
            }
        }
    }
}
