//! Shares and differences with their intervals, from established formulas (`statrs`).

use serde::Serialize;
use statrs::distribution::{Beta, ContinuousCDF as _, StudentsT};

use crate::number::{float, mean, sum};

/// A share of some trials, with the interval in which the true share lies with 95 % confidence (Clopper and Pearson 1934).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Odds {
    /// Trials.
    pub n: usize,
    /// Trials in which it happened.
    pub hits: usize,
    /// The share.
    pub share: f64,
    /// No lower than this.
    pub low: f64,
    /// No higher than this.
    pub high: f64,
}

impl Odds {
    /// The share of `hits` out of `n`.
    #[must_use]
    pub fn of(hits: usize, n: usize) -> Odds {
        let (hits, missed) = (hits.min(n), n.saturating_sub(hits));
        let bound =
            |a: usize, b: usize, at: f64| Beta::new(float(a), float(b)).map(|beta| beta.inverse_cdf(at)).ok();
        let low = if hits == 0 { None } else { bound(hits, missed + 1, 0.025) };
        let high = if missed == 0 { None } else { bound(hits + 1, missed, 0.975) };
        Odds {
            n,
            hits,
            share: if n == 0 { f64::NAN } else { float(hits) / float(n) },
            low: low.unwrap_or(0.0),
            high: high.unwrap_or(1.0),
        }
    }

    /// True if a share lies within the interval.
    #[must_use]
    pub fn covers(&self, share: f64) -> bool {
        self.low <= share && share <= self.high
    }
}

/// A mean with the interval in which the true one lies with 95 % confidence (Student 1908).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Mean {
    /// Values.
    pub n: usize,
    /// Their mean.
    pub mean: f64,
    /// No lower than this.
    pub low: f64,
    /// No higher than this.
    pub high: f64,
}

impl Mean {
    /// The mean of some values; nothing where there are fewer than two.
    #[must_use]
    pub fn of(values: &[f64]) -> Option<Mean> {
        let n = values.len();
        let middle = mean(values).filter(|_| n > 1)?;
        let squares: Vec<f64> = values.iter().map(|value| (value - middle).powi(2)).collect();
        let error = (sum(&squares) / float(n - 1) / float(n)).sqrt();
        let reach = StudentsT::new(0.0, 1.0, float(n - 1)).ok()?.inverse_cdf(0.975) * error;
        Some(Mean { n, mean: middle, low: middle - reach, high: middle + reach })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_those_of_the_tables() {
        let odds = Odds::of(8, 10);
        assert!((odds.low - 0.443_905).abs() < 1e-5 && (odds.high - 0.974_789).abs() < 1e-5, "{odds:?}");
        let sure = Odds::of(10, 10);
        assert!((sure.low - 0.691_503).abs() < 1e-5 && sure.high >= 1.0);
        assert!(Odds::of(0, 0).covers(0.5));
        let mean = Mean::of(&[1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
        assert!((mean.high - mean.mean - 1.963_243).abs() < 1e-5, "{mean:?}");
        assert_eq!(Mean::of(&[1.0]), None);
    }
}
