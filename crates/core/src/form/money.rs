//! Amounts of rupiah in the notations of the office. What can be read in two ways is refused.

use super::cell::{is_blank, unquoted, whole};
use super::codes::FaultCode;
use crate::Rupiah;

/// Reads whole rupiah above zero: `2500000`, `Rp 2.500.000`, `Rp2.000.000,00`, `1,500,000`, `Rp 500.000,-`.
pub fn parse(text: &str) -> Result<Rupiah, FaultCode> {
    let squeezed: String = unquoted(text).chars().filter(|letter| !is_blank(*letter)).collect();
    let (negative, number) = sign(&squeezed);
    let digits = grouped(number).ok_or(FaultCode::AmountInvalid)?;
    let amount: i64 = digits.parse().map_err(|_| FaultCode::AmountInvalid)?;
    if negative || amount == 0 {
        return Err(FaultCode::AmountNotPositive);
    }
    Ok(Rupiah(amount))
}

/// Reads a spreadsheet's number.
pub fn of_number(number: f64) -> Result<Rupiah, FaultCode> {
    if number <= 0.0 {
        return Err(FaultCode::AmountNotPositive);
    }
    whole(number).map(Rupiah).ok_or(FaultCode::AmountInvalid)
}

/// Takes the sign, the currency and the closing `,-` off.
fn sign(text: &str) -> (bool, &str) {
    let (in_brackets, text) = match text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        Some(inner) => (true, inner),
        None => (false, text),
    };
    let (before, text) = minus(text);
    let text = currency(text);
    let (after, text) = minus(text);
    let text = text.strip_suffix(",-").or_else(|| text.strip_suffix(",--")).unwrap_or(text);
    (in_brackets || before || after, text)
}

fn minus(text: &str) -> (bool, &str) {
    match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest),
        None => (false, text),
    }
}

fn currency(text: &str) -> &str {
    for mark in ["Rp", "IDR"] {
        if let Some(start) = text.get(..mark.len())
            && start.eq_ignore_ascii_case(mark)
        {
            let rest = text.get(mark.len()..).unwrap_or_default();
            return rest.strip_prefix('.').unwrap_or(rest);
        }
    }
    text
}

/// The digits of the whole rupiah, if the notation leaves no doubt. A comma alone before three digits
/// (`1,500`) is a decimal comma here and a thousands mark elsewhere, so it is none of both.
fn grouped(number: &str) -> Option<String> {
    if is_digits(number) {
        return Some(number.to_owned());
    }
    for (mark, decimal, groups_min) in [('.', ',', 1), (',', '.', 2)] {
        let (whole_part, cents) = match number.split_once(decimal) {
            Some((whole_part, cents)) => (whole_part, Some(cents)),
            None => (number, None),
        };
        if cents.is_some_and(|cents| cents != "00") {
            continue;
        }
        let is_nothing = whole_part.bytes().all(|byte| byte == b'0');
        if is_digits(whole_part) && cents.is_some() && (whole_part.len() >= 3 || is_nothing) {
            return Some(whole_part.to_owned());
        }
        let mut groups = whole_part.split(mark);
        let first = groups.next()?;
        let rest: Vec<&str> = groups.collect();
        let in_threes = is_digits(first)
            && first.len() <= 3
            && !first.starts_with('0')
            && rest.len() >= groups_min
            && rest.iter().all(|group| group.len() == 3 && is_digits(group));
        if in_threes {
            return Some(format!("{first}{}", rest.concat()));
        }
    }
    None
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{of_number, parse};
    use crate::Rupiah;
    use crate::form::FaultCode::{AmountInvalid, AmountNotPositive};

    #[test]
    fn local_notations_are_read() {
        for (text, amount) in [
            ("2500000", 2_500_000),
            ("Rp 2.500.000", 2_500_000),
            ("Rp2.000.000,00", 2_000_000),
            ("2.500.000,00", 2_500_000),
            ("1,500,000", 1_500_000),
            ("1,500,000.00", 1_500_000),
            ("2500000,00", 2_500_000),
            ("2500000.00", 2_500_000),
            ("Rp. 500.000,-", 500_000),
            ("rp500000", 500_000),
            ("IDR 500.000", 500_000),
            ("  Rp\u{A0}1.500.000 ", 1_500_000),
            ("1.500", 1_500),
            ("999", 999),
            ("9223372036854775807", i64::MAX),
        ] {
            assert_eq!(parse(text), Ok(Rupiah(amount)), "{text:?}");
        }
    }

    #[test]
    fn what_is_unclear_is_refused() {
        for text in [
            "",
            " ",
            "-",
            "nol",
            "1e6",
            "2,5 juta",
            "2.500,000",
            "1.5",
            "1,5",
            "1,500",
            "Rp 2.000.00",
            "2.0000.000",
            "2..000",
            ".000",
            "0.500.000",
            "1.500.000,50",
            "2500.5",
            "12.34,00",
            "2.00",
            "Rp",
            "2 juta",
            "1,500.000",
            "9223372036854775808",
            "99999999999999999999",
            "Rp Rp 5",
            "5000000 x 2",
            "1.500,00,00",
            "٥٠٠",
        ] {
            assert_eq!(parse(text), Err(AmountInvalid), "{text:?}");
        }
    }

    #[test]
    fn nothing_or_less_is_not_positive() {
        for text in [
            "0",
            "Rp 0",
            "Rp0,00",
            "-20000000",
            "'-20000000",
            "(500.000)",
            "Rp -5.000",
            "-Rp5.000",
            "\u{2212}5",
            "000",
        ] {
            assert_eq!(parse(text), Err(AmountNotPositive), "{text:?}");
        }
    }

    #[test]
    fn numbers_must_be_whole_and_exact() {
        assert_eq!(of_number(76_800_000.0), Ok(Rupiah(76_800_000)));
        assert_eq!(of_number(0.5), Err(AmountInvalid));
        assert_eq!(of_number(1e18), Err(AmountInvalid));
        assert_eq!(of_number(f64::NAN), Err(AmountInvalid));
        assert_eq!(of_number(0.0), Err(AmountNotPositive));
        assert_eq!(of_number(-1.0), Err(AmountNotPositive));
    }
}
