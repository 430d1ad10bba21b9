//! Lengths of time as definitions write them: a number with its unit. A bare number is never a length, because
//! nobody can tell later whether it meant days or working days.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A length of time with its unit: `20m`, `4wh`, `3wd`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Span {
    /// Minutes by the clock: `20m`.
    Minutes(u32),
    /// Hours within office hours: `4wh`.
    WorkingHours(u32),
    /// Working days of the office's calendar: `3wd`.
    WorkingDays(u32),
}

/// A number of working days: `10wd`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct WorkingDays(pub u32);

/// Why a text is no length of time; each sentence names the mend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpanError {
    /// A number without a unit.
    #[error(
        "{text} has no unit; write {text}wd (working days), {text}wh (working hours) or {text}m (minutes)"
    )]
    NoUnit {
        /// The text that was given.
        text: String,
    },
    /// A unit other than `wd`, `wh` and `m`.
    #[error("unknown unit {unit:?}; write wd (working days), wh (working hours) or m (minutes), as 3wd")]
    UnknownUnit {
        /// The unit that was given.
        unit: String,
    },
    /// A blank before the unit.
    #[error("a length has no blank in it; write {meant}")]
    Blank {
        /// The length that is meant.
        meant: Span,
    },
    /// A unit in words, whose name here is another.
    #[error("{unit:?} is no unit here; write {meant}")]
    OtherUnit {
        /// The unit that was given.
        unit: String,
        /// The length that is meant.
        meant: Span,
    },
    /// No number, or one too large.
    #[error("{text:?} does not start with a whole number up to {}; write for example 3wd", u32::MAX)]
    NoNumber {
        /// The text that was given.
        text: String,
    },
    /// A length where only working days are meant.
    #[error("{span} is not in working days; write for example 3wd")]
    NotWorkingDays {
        /// The length that was given.
        span: Span,
    },
}

impl SpanError {
    /// The length that is meant, where it is only written otherwise.
    fn meant(&self) -> Option<Span> {
        if let SpanError::OtherUnit { meant, .. } | SpanError::Blank { meant } = self {
            return Some(*meant);
        }
        None
    }
}

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Span, SpanError> {
        let digits_end = text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len());
        let (digits, unit) = text.split_at(digits_end);
        let number = digits.parse().map_err(|_| SpanError::NoNumber { text: shown(text) })?;
        match unit {
            "m" => Ok(Span::Minutes(number)),
            "wh" => Ok(Span::WorkingHours(number)),
            "wd" => Ok(Span::WorkingDays(number)),
            "" => Err(SpanError::NoUnit { text: shown(text) }),
            other => Err(match meant(number, other.trim()) {
                Some(meant) if meant.to_string() == format!("{number}{}", other.trim()) => {
                    SpanError::Blank { meant }
                }
                Some(meant) => SpanError::OtherUnit { unit: shown(other.trim()), meant },
                None => SpanError::UnknownUnit { unit: shown(unit) },
            }),
        }
    }
}

/// The length that words for a unit mean, in Indonesian or English; an hour and a day are those of the office.
fn meant(number: u32, unit: &str) -> Option<Span> {
    match unit.to_lowercase().as_str() {
        "m" | "menit" | "mnt" | "min" | "mins" | "minute" | "minutes" => Some(Span::Minutes(number)),
        "wh" | "jam" | "jam kerja" | "h" | "hr" | "hour" | "hours" | "working hours" => {
            Some(Span::WorkingHours(number))
        }
        "wd" | "hari" | "hari kerja" | "hk" | "d" | "day" | "days" | "working days" => {
            Some(Span::WorkingDays(number))
        }
        _ => None,
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Span::Minutes(number) => write!(f, "{number}m"),
            Span::WorkingHours(number) => write!(f, "{number}wh"),
            Span::WorkingDays(number) => write!(f, "{number}wd"),
        }
    }
}

impl FromStr for WorkingDays {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<WorkingDays, SpanError> {
        let span = text.parse::<Span>().map_err(|error| match error.meant() {
            Some(span @ (Span::Minutes(_) | Span::WorkingHours(_))) => SpanError::NotWorkingDays { span },
            Some(Span::WorkingDays(_)) | None => error,
        })?;
        match span {
            Span::WorkingDays(number) => Ok(WorkingDays(number)),
            // Whatever the words for it, it is no number of working days.
            span @ (Span::Minutes(_) | Span::WorkingHours(_)) => Err(SpanError::NotWorkingDays { span }),
        }
    }
}

impl fmt::Display for WorkingDays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Span::WorkingDays(self.0).fmt(f)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Span, D::Error> {
        deserializer.deserialize_any(Text(std::marker::PhantomData))
    }
}

impl Serialize for WorkingDays {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for WorkingDays {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<WorkingDays, D::Error> {
        deserializer.deserialize_any(Text(std::marker::PhantomData))
    }
}

/// Reads a length from text, and answers a bare number with the mend and not with "expected a string".
struct Text<T>(std::marker::PhantomData<T>);

impl<T: FromStr<Err = SpanError>> de::Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a length of time with its unit, as \"3wd\", \"4wh\" or \"20m\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }
}

/// The start of a text, so that an error stays one line however long the text.
fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_a_number_with_its_unit() {
        for (text, span) in [
            ("20m", Span::Minutes(20)),
            ("4wh", Span::WorkingHours(4)),
            ("3wd", Span::WorkingDays(3)),
            ("0wd", Span::WorkingDays(0)),
        ] {
            assert_eq!(text.parse(), Ok(span));
            assert_eq!(span.to_string(), text);
            let json = serde_json::to_string(&span).unwrap();
            assert_eq!(json, format!("{text:?}"));
            assert_eq!(serde_json::from_str::<Span>(&json).unwrap(), span);
        }
        assert_eq!("10wd".parse(), Ok(WorkingDays(10)));
        assert_eq!(serde_json::from_str::<WorkingDays>("\"10wd\"").unwrap(), WorkingDays(10));
    }

    #[test]
    fn what_is_no_length_names_the_mend() {
        for (text, mend) in [
            ("10", "10 has no unit; write 10wd (working days), 10wh (working hours) or 10m (minutes)"),
            ("3x", "unknown unit \"x\"; write wd (working days), wh (working hours) or m (minutes), as 3wd"),
            ("3d", "\"d\" is no unit here; write 3wd"),
            ("15 menit", "\"menit\" is no unit here; write 15m"),
            ("2 jam", "\"jam\" is no unit here; write 2wh"),
            ("wd", "\"wd\" does not start with a whole number up to 4294967295; write for example 3wd"),
            ("-3wd", "\"-3wd\" does not start with a whole number up to 4294967295; write for example 3wd"),
            (
                "4294967296m",
                "\"4294967296m\" does not start with a whole number up to 4294967295; write for example 3wd",
            ),
            ("", "\"\" does not start with a whole number up to 4294967295; write for example 3wd"),
            ("3 wd", "a length has no blank in it; write 3wd"),
        ] {
            assert_eq!(text.parse::<Span>().unwrap_err().to_string(), mend);
        }
        let hours = "4wh".parse::<WorkingDays>().unwrap_err();
        assert_eq!(hours.to_string(), "4wh is not in working days; write for example 3wd");
        let bare = serde_json::from_str::<WorkingDays>("10").unwrap_err().to_string();
        assert!(bare.starts_with("10 has no unit; write 10wd"), "{bare}");
    }
}
