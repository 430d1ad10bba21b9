//! How pages write amounts, days and times.

use std::cell::Cell;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use salur_core::{Lang, Rupiah, words};

thread_local! {
    /// The language of the page that this thread is writing: numbers look as its readers write them.
    static WRITING: Cell<Lang> = const { Cell::new(Lang::Id) };
}

/// Writes a page in a language.
pub(crate) fn writing<T>(lang: Lang, write: impl FnOnce() -> T) -> T {
    let before = WRITING.replace(lang);
    let written = write();
    WRITING.set(before);
    written
}

/// Whole rupiah as `Rp1.872.000.000`, in English `Rp1,872,000,000`.
pub(crate) fn rupiah(amount: i64) -> String {
    let text = Rupiah(amount).to_string();
    match WRITING.get() {
        Lang::Id => text,
        Lang::En => text.replace('.', ","),
    }
}

/// A number with its thousands apart.
pub(crate) fn count(number: impl Into<i64>) -> String {
    rupiah(number.into()).replacen("Rp", "", 1)
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
    unreachable_pub,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart_as_the_reader_s_language_has_it() {
        assert_eq!(rupiah(1_872_000), "Rp1.872.000");
        assert_eq!(
            writing(Lang::En, || (rupiah(1_872_000), count(17_000))),
            ("Rp1,872,000".into(), "17,000".into())
        );
        assert_eq!(count(17_000), "17.000");
    }
}
