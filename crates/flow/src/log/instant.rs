//! Instants as logs write them: ISO 8601 with a zone, without one, with a space, with any number of fraction digits.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::TimeZone;

use super::LogOptions;

static PARSER: DateTimeParser = DateTimeParser::new();

/// Reads instants the way the options say.
pub(super) struct Instants<'a> {
    format: Option<&'a str>,
    zone: TimeZone,
    /// How many named no zone.
    pub(super) without_zone: usize,
}

impl<'a> Instants<'a> {
    pub(super) fn new(options: &'a LogOptions) -> Instants<'a> {
        let zone = options.zone.clone().unwrap_or(TimeZone::UTC);
        Instants { format: options.time_format.as_deref(), zone, without_zone: 0 }
    }

    /// The instant a text names; nothing where it names none.
    pub(super) fn read(&mut self, text: &str) -> Option<Timestamp> {
        let text = text.trim();
        if let Some(format) = self.format {
            return self.formatted(format, text);
        }
        if let Ok(at) = PARSER.parse_timestamp(text) {
            return Some(at);
        }
        let text = plain(text);
        PARSER.parse_timestamp(&*text).ok().or_else(|| self.local(PARSER.parse_datetime(&*text).ok()?))
    }

    fn formatted(&mut self, format: &str, text: &str) -> Option<Timestamp> {
        let broken = jiff::fmt::strtime::parse(format, text).ok()?;
        if broken.offset().is_some() || broken.iana_time_zone().is_some() {
            return broken.to_timestamp().ok();
        }
        let day = broken.to_date().ok()?;
        self.local(day.to_datetime(broken.to_time().unwrap_or_default()))
    }

    /// A time on the wall in the zone of the options. In the hour that a zone repeats, the first of the two counts.
    fn local(&mut self, wall: jiff::civil::DateTime) -> Option<Timestamp> {
        let at = self.zone.to_ambiguous_timestamp(wall).compatible().ok()?;
        self.without_zone += 1;
        Some(at)
    }
}

/// The same instant in signs that the parser knows: dashes, a point, at most nine digits after it, `Z` for `UTC`.
fn plain(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for name in [" UTC", "UTC", " GMT"] {
        if let Some(front) = text.strip_suffix(name) {
            text = Cow::Owned(format!("{front}Z"));
            break;
        }
    }
    if text.as_bytes().get(4) == Some(&b'/') {
        text = Cow::Owned(text.replacen('/', "-", 2));
    }
    let Some(point) = text.find(['.', ',']) else {
        return text;
    };
    let digits = text.bytes().skip(point + 1).take_while(u8::is_ascii_digit).count();
    if digits <= 9 && text.as_bytes().get(point) == Some(&b'.') {
        return text;
    }
    let (front, fraction) = text.split_at(point);
    let kept = fraction.get(1..=digits.min(9)).unwrap_or_default();
    let rest = fraction.get(1 + digits..).unwrap_or_default();
    let point = if kept.is_empty() { "" } else { "." };
    Cow::Owned(format!("{front}{point}{kept}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_as_logs_write_them() {
        let options = LogOptions::default();
        let mut instants = Instants::new(&options);
        for (text, at) in [
            ("2010-12-30T11:02:00.000+01:00", "2010-12-30T10:02:00Z"),
            ("2010-12-30T11:02:00+0100", "2010-12-30T10:02:00Z"),
            ("2010-12-30 11:02:00.25+01:00", "2010-12-30T10:02:00.25Z"),
            ("2010-12-30T11:02:00.1234567Z", "2010-12-30T11:02:00.1234567Z"),
            ("2010-12-30T11:02:00.123456789123Z", "2010-12-30T11:02:00.123456789Z"),
            ("2010-12-30T11:02:00,5Z", "2010-12-30T11:02:00.5Z"),
            ("2010-12-30T11:02Z", "2010-12-30T11:02:00Z"),
            ("2010-12-30 11:02:00 UTC", "2010-12-30T11:02:00Z"),
            ("2010/12/30 11:02:00+00:00", "2010-12-30T11:02:00Z"),
        ] {
            assert_eq!(instants.read(text), Some(at.parse().unwrap()), "{text}");
        }
        assert_eq!(instants.without_zone, 0);
        for text in ["2010-12-30T11:02:00", "2010-12-30 11:02", "2010-12-30"] {
            assert!(instants.read(text).is_some(), "{text}");
        }
        assert_eq!(instants.without_zone, 3);
        for text in ["", "30/12/2010", "yesterday", "2010-13-01T00:00:00Z", "2010-12-30T11:02:00."] {
            assert_eq!(instants.read(text), None, "{text}");
        }
    }

    #[test]
    fn a_form_and_a_zone_may_be_named() {
        let options = LogOptions {
            time_format: Some("%d/%m/%Y %H:%M".to_owned()),
            zone: Some(TimeZone::get("Asia/Makassar").unwrap()),
            ..LogOptions::default()
        };
        let mut instants = Instants::new(&options);
        assert_eq!(instants.read("24/11/2026 09:30"), Some("2026-11-24T01:30:00Z".parse().unwrap()));
        assert_eq!(instants.read("2026-11-24T09:30:00Z"), None);
    }
}
