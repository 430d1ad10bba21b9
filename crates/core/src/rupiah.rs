//! Whole rupiah, checked: money is never a float and never wraps.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount of money in whole rupiah.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rupiah(pub i64);

impl Rupiah {
    /// No money.
    pub const ZERO: Rupiah = Rupiah(0);

    /// The sum, or nothing where it would not fit.
    #[must_use]
    pub fn plus(self, other: Rupiah) -> Option<Rupiah> {
        self.0.checked_add(other.0).map(Rupiah)
    }

    /// The difference, or nothing where it would not fit.
    #[must_use]
    pub fn minus(self, other: Rupiah) -> Option<Rupiah> {
        self.0.checked_sub(other.0).map(Rupiah)
    }

    /// The sum of many, or nothing where it would not fit.
    pub fn sum(amounts: impl IntoIterator<Item = Rupiah>) -> Option<Rupiah> {
        amounts.into_iter().try_fold(Rupiah::ZERO, Rupiah::plus)
    }

    /// True for more than nothing.
    #[must_use]
    pub fn is_positive(self) -> bool {
        self.0 > 0
    }
}

/// The local notation: `Rp1.872.000.000`.
impl fmt::Display for Rupiah {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.unsigned_abs().to_string();
        let mut grouped = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && digits.len().saturating_sub(place).is_multiple_of(3) {
                grouped.push('.');
            }
            grouped.push(digit);
        }
        write!(f, "{}Rp{grouped}", if self.0 < 0 { "-" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::Rupiah;

    #[test]
    fn thousands_are_set_apart_by_points() {
        for (amount, text) in [
            (0, "Rp0"),
            (999, "Rp999"),
            (1_000, "Rp1.000"),
            (1_872_000_000, "Rp1.872.000.000"),
            (-5_000, "-Rp5.000"),
            (i64::MIN, "-Rp9.223.372.036.854.775.808"),
        ] {
            assert_eq!(Rupiah(amount).to_string(), text);
        }
    }

    #[test]
    fn sums_that_do_not_fit_are_nothing() {
        assert_eq!(Rupiah(i64::MAX).plus(Rupiah(1)), None);
        assert_eq!(Rupiah(i64::MIN).minus(Rupiah(1)), None);
        assert_eq!(Rupiah::sum([Rupiah(i64::MAX), Rupiah(1)]), None);
        assert_eq!(Rupiah::sum([Rupiah(2), Rupiah(3)]), Some(Rupiah(5)));
    }
}
