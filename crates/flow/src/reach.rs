//! How many will be done by a day, out of past weeks alone: the counterpart of [`crate::forecast`], which asks when so
//! many will be.

use serde::Serialize;

use crate::forecast::{EXITS_MIN, TooLittle, WEEKS_BACK, WEEKS_MIN, Week};
use crate::number::{float, percentile, sorted};
use crate::odds::Odds;
use crate::random::{one_of, stream};

/// How many more will be done within the weeks to come.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reach {
    /// The seed of the draws.
    pub seed: u64,
    /// How many draws.
    pub draws: usize,
    /// At least so many with odds of 85 %.
    pub at_least: f64,
    /// As likely more as fewer.
    pub middle: f64,
    /// At most so many with odds of 85 %.
    pub at_most: f64,
    #[serde(skip)]
    drawn: Vec<f64>,
}

impl Reach {
    /// Draws a past week for each week to come, as long as that week's working days say.
    pub fn of(past: &[Week], ahead: &[u32], seed: u64, draws: usize) -> Result<Reach, TooLittle> {
        let past = past.get(past.len().saturating_sub(WEEKS_BACK)..).unwrap_or(past);
        if past.len() < WEEKS_MIN {
            return Err(TooLittle::Weeks { found: past.len() });
        }
        let exits = past.iter().map(|week| week.done).sum();
        if exits < EXITS_MIN {
            return Err(TooLittle::Exits { found: exits });
        }
        let mut random = stream(seed, 0, 0);
        let mut one = || {
            let weeks = ahead.iter().map(|days| {
                let drawn = one_of(&mut random, past).copied().unwrap_or(Week { done: 0, days: 1 });
                f64::from(drawn.done) * f64::from(*days) / f64::from(drawn.days.max(1))
            });
            weeks.sum::<f64>()
        };
        let drawn = sorted((0..draws).map(|_| one()).collect());
        let at = |q| percentile(&drawn, q).unwrap_or(0.0);
        Ok(Reach { seed, draws, at_least: at(0.15), middle: at(0.5), at_most: at(0.85), drawn })
    }

    /// The odds that at least so many are done.
    #[must_use]
    pub fn odds_of(&self, count: u32) -> Odds {
        let short = self.drawn.partition_point(|drawn| *drawn < f64::from(count));
        Odds::of(self.drawn.len() - short, self.drawn.len())
    }

    /// The mean of the draws.
    #[must_use]
    pub fn mean(&self) -> f64 {
        crate::number::sum(&self.drawn) / float(self.drawn.len().max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_weeks_leave_nothing_to_chance_and_short_weeks_count_less() {
        let past = [Week { done: 10, days: 5 }; 10];
        let reach = Reach::of(&past, &[5, 5, 2], 1, 500).unwrap();
        assert!((reach.at_least - 24.0).abs() < 1e-9 && (reach.at_most - 24.0).abs() < 1e-9);
        assert_eq!((reach.odds_of(24).hits, reach.odds_of(25).hits), (500, 0));
    }

    #[test]
    fn uneven_weeks_spread_and_their_mean_stays() {
        let past: Vec<Week> =
            (0..20).map(|place| Week { done: if place % 2 == 0 { 20 } else { 0 }, days: 5 }).collect();
        let reach = Reach::of(&past, &[5; 8], 3, 20_000).unwrap();
        assert!((reach.mean() - 80.0).abs() < 1.0, "{}", reach.mean());
        assert!(reach.at_least < 80.0 && reach.at_most > 80.0);
        assert!(Reach::of(&past[..7], &[5], 3, 10).is_err());
    }
}
