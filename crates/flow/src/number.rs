//! Counts as floats, sums that lose nothing on the way, and percentiles.

use jiff::SignedDuration;

/// A count as a float: exact below 2^53, which no log reaches.
#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "exact for every count below 2^53")]
pub(crate) fn float(count: usize) -> f64 {
    count as f64
}

/// Seconds of a duration, its whole seconds and its fraction each exact before they meet.
#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "10,000 years of seconds are below 2^53"
)]
pub(crate) fn seconds(duration: SignedDuration) -> f64 {
    duration.as_secs() as f64 + f64::from(duration.subsec_nanos()) / 1e9
}

/// The sum of many floats as if no step had rounded (Neumaier's compensation).
pub(crate) fn sum(values: &[f64]) -> f64 {
    let (mut total, mut lost) = (0.0_f64, 0.0_f64);
    for value in values {
        let next = total + value;
        lost += if total.abs() >= value.abs() { (total - next) + value } else { (value - next) + total };
        total = next;
    }
    total + lost
}

/// The mean; nothing where there is nothing to average.
pub(crate) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| sum(values) / float(values.len()))
}

/// The value below which a share `q` (0 to 1) of `sorted` lies, by linear interpolation between neighbours (type 7 of
/// Hyndman and Fan, as spreadsheets and `NumPy` have it); nothing where there are no values.
///
/// The two ways to interpolate are chosen as `NumPy` chooses them, so that the last digit is the same.
#[must_use]
pub fn percentile(sorted: &[f64], q: f64) -> Option<f64> {
    let place = q.clamp(0.0, 1.0) * float(sorted.len().checked_sub(1)?);
    let below = floor(place).min(sorted.len() - 1);
    let low = *sorted.get(below)?;
    let high = sorted.get(below + 1).copied().unwrap_or(low);
    let part = place - float(below);
    let step = high - low;
    Some(if part >= 0.5 { high - step * (1.0 - part) } else { low + step * part })
}

/// The whole part of a float that is no less than 0 as a place in a list.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float becomes the nearest place there is: `as` saturates"
)]
pub(crate) fn floor(value: f64) -> usize {
    value.floor() as usize
}

/// Sorts floats of which none is NaN.
pub(crate) fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_unstable_by(f64::total_cmp);
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_interpolate_between_neighbours() {
        let values = [1.0, 2.0, 3.0, 10.0];
        assert_eq!(percentile(&values, 0.5), Some(2.5));
        assert_eq!(percentile(&values, 0.0), Some(1.0));
        assert_eq!(percentile(&values, 1.0), Some(10.0));
        assert_eq!(percentile(&values[..1], 0.85), Some(1.0));
        assert_eq!(percentile(&[], 0.5), None);
    }

    #[test]
    fn sums_keep_what_plain_adding_loses() {
        assert_eq!(Some(sum(&[1e16, 1.0, -1e16])), Some(1.0));
        assert_eq!(mean(&[]), None);
    }
}
