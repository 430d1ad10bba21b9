//! How pages write amounts, days and times.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use salur_core::{Lang, Rupiah, words};

/// Whole rupiah as `Rp1.872.000.000`.
pub(crate) fn rupiah(amount: i64) -> String {
    Rupiah(amount).to_string()
}

/// A number with its thousands apart.
pub(crate) fn count(number: impl Into<i64>) -> String {
    Rupiah(number.into()).to_string().replacen("Rp", "", 1)
}

/// An RFC 3339 time as a day and a time of day in the office's zone.
pub(crate) fn time(text: &str, zone: &TimeZone, lang: Lang) -> String {
    let Ok(at) = text.parse::<Timestamp>() else { return text.to_owned() };
    let local = zone.to_datetime(at);
    format!("{} {:02}.{:02}", words::date(local.date(), lang), local.hour(), local.minute())
}

/// A day as `24 November 2026`.
pub(crate) fn day(text: &str, zone: &TimeZone, lang: Lang) -> String {
    if let Ok(at) = text.parse::<Timestamp>() {
        return words::date(zone.to_datetime(at).date(), lang);
    }
    text.parse::<Date>().map_or_else(|_| text.to_owned(), |day| words::date(day, lang))
}

/// The same within templates: `{{ amount|rupiah }}`.
#[expect(
    clippy::inline_always,
    clippy::unused_self,
    clippy::trivially_copy_pass_by_ref,
    clippy::unnecessary_wraps,
    reason = "the shape that filters of templates must have"
)]
pub(crate) mod filters {
    use askama::Values;

    /// Whole rupiah.
    #[askama::filter_fn]
    pub(crate) fn rupiah(amount: &i64, _: &dyn Values) -> askama::Result<String> {
        Ok(super::rupiah(*amount))
    }

    /// A number with its thousands apart.
    #[askama::filter_fn]
    pub(crate) fn count(number: impl std::fmt::Display, _: &dyn Values) -> askama::Result<String> {
        let text = number.to_string();
        Ok(text.parse::<i64>().map_or(text, super::count))
    }
}
