//! Days in the notations of the office: `31/12/1980`, `31-12-1980`, `1980-12-31`.

use jiff::civil::{Date, date};

use super::cell::{tidy, unquoted, whole};
use super::codes::FaultCode;

/// The first and the last year that a date may name.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2100;

/// Reads a day. Day before month, always; a year has four digits.
pub fn parse(text: &str) -> Result<Date, FaultCode> {
    let (text, _) = tidy(unquoted(text));
    let text = text.strip_suffix(" 00:00:00").unwrap_or(&text);
    let mark = text.find(['/', '-', '.']).and_then(|at| text.get(at..)?.chars().next());
    let mut parts = text.split(mark.ok_or(FaultCode::DateInvalid)?);
    let (Some(first), Some(month), Some(last), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(FaultCode::DateInvalid);
    };
    let (year, day) = if first.len() == 4 { (first, last) } else { (last, first) };
    if year.len() != 4 || day.len() > 2 || month.len() > 2 {
        return Err(FaultCode::DateInvalid);
    }
    let (Some(year), Some(month), Some(day)) = (number(year), number(month), number(day)) else {
        return Err(FaultCode::DateInvalid);
    };
    let (Ok(month), Ok(day)) = (i8::try_from(month), i8::try_from(day)) else {
        return Err(FaultCode::DateInvalid);
    };
    within_years(Date::new(year, month, day).map_err(|_| FaultCode::DateInvalid)?)
}

/// Reads a spreadsheet's day number (1 January 1900 is 1), from 1910 on.
pub(crate) fn of_serial(serial: f64) -> Result<Date, FaultCode> {
    let days = whole(serial).filter(|days| (3_654..=73_415).contains(days)).ok_or(FaultCode::DateInvalid)?;
    let span = jiff::Span::new().try_days(days).map_err(|_| FaultCode::DateInvalid)?;
    date(1899, 12, 30).checked_add(span).map_err(|_| FaultCode::DateInvalid)
}

/// The day itself, unless it is out of every living person's time.
pub(crate) fn within_years(day: Date) -> Result<Date, FaultCode> {
    if YEARS.contains(&day.year()) { Ok(day) } else { Err(FaultCode::DateInvalid) }
}

fn number(text: &str) -> Option<i16> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{of_serial, parse};

    #[test]
    fn three_notations_are_read() {
        for text in [
            "24/02/1980",
            "24-02-1980",
            "1980-02-24",
            "24.02.1980",
            "24/2/1980",
            " 1980-02-24 00:00:00 ",
            "'24/02/1980",
        ] {
            assert_eq!(parse(text), Ok(date(1980, 2, 24)), "{text:?}");
        }
        assert_eq!(parse("04/03/2024"), Ok(date(2024, 3, 4)));
    }

    #[test]
    fn days_that_never_were_are_refused() {
        for text in [
            "31/02/1980",
            "30/02/2024",
            "2024-13-01",
            "12/25/2024",
            "kemarin",
            "",
            "24/02/80",
            "24/02",
            "24/02/1980/1",
            "24-02/1980",
            "00/01/2024",
            "1/1/0001",
            "01/01/1899",
            "01/01/2101",
            "+1/01/2024",
            "45000",
            "२४/०२/१९८०",
        ] {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn day_numbers_count_from_1900() {
        assert_eq!(of_serial(45_292.0), Ok(date(2024, 1, 1)));
        for serial in [0.0, 2_024.0, 45_292.5, 1e9, f64::NAN] {
            assert!(of_serial(serial).is_err(), "{serial}");
        }
    }
}
