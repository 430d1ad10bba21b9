//! What a scheme is to reach: so many served by the end of each quarter.

use jiff::civil::Date;
use serde::Deserialize;

use crate::{RegionCode, SchemeId};

/// A year's target.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The scheme.
    pub scheme: SchemeId,
    /// The fiscal year.
    pub year: i16,
    /// In this regency or city; everywhere where none is named.
    #[serde(default)]
    pub region: Option<RegionCode>,
    /// How many are to be served by the end of each quarter, counted from the beginning of the year.
    pub by_quarter: [u32; 4],
    /// Where the figures come from.
    pub source: String,
}

/// What is wrong with a target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the target of {scheme} for {year} falls from one quarter to the next: by_quarter counts from the beginning of the \
     year, so write for example [4250, 8500, 15000, 17000]"
)]
pub struct Falls {
    scheme: SchemeId,
    year: i16,
}

impl Target {
    /// Refuses what counts each quarter for itself.
    pub fn check(&self) -> Result<(), Falls> {
        if self.by_quarter.is_sorted() {
            return Ok(());
        }
        Err(Falls { scheme: self.scheme.clone(), year: self.year })
    }

    /// The quarter in which a day lies, from 0, and its last day.
    #[must_use]
    pub fn quarter(day: Date) -> (usize, Date) {
        let (quarter, last_month) = match day.month() {
            ..=3 => (0, 3),
            4..=6 => (1, 6),
            7..=9 => (2, 9),
            10.. => (3, 12),
        };
        (quarter, Date::new(day.year(), last_month, 1).map_or(day, Date::last_of_month))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn quarters_end_where_the_year_says() {
        assert_eq!(Target::quarter(date(2026, 1, 1)), (0, date(2026, 3, 31)));
        assert_eq!(Target::quarter(date(2026, 9, 30)), (2, date(2026, 9, 30)));
        assert_eq!(Target::quarter(date(2028, 12, 5)), (3, date(2028, 12, 31)));
    }

    #[test]
    fn a_target_that_falls_is_refused() {
        let target = |by_quarter| Target {
            scheme: "aid".into(),
            year: 2026,
            region: None,
            by_quarter,
            source: "invented".to_owned(),
        };
        assert!(target([10, 20, 20, 40]).check().is_ok());
        assert!(target([10, 20, 15, 40]).check().unwrap_err().to_string().contains("by_quarter"));
    }
}
