//! Numbers that are names: family cards, accounts, tax numbers. Kept as text, every digit as written.

use super::cell::{is_blank, unquoted, whole};
use super::codes::FaultCode;
use super::fault::Problem;

/// The digits of a text once blanks, points, hyphens and strokes between them are gone.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Digits {
    /// Nothing but digits.
    Only(String),
    /// Something else stands among them.
    Foreign(char),
}

impl Digits {
    pub(crate) fn of(text: &str) -> Digits {
        let mut digits = String::with_capacity(text.len());
        for letter in unquoted(text).chars() {
            if letter.is_ascii_digit() {
                digits.push(letter);
            } else if !is_blank(letter) && !matches!(letter, '.' | '-' | '/') {
                return Digits::Foreign(letter);
            }
        }
        Digits::Only(digits)
    }
}

/// True for `6.472E+15`: a number that a spreadsheet wrote in its own notation.
pub(crate) fn looks_scientific(text: &str) -> bool {
    let text = text.trim();
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return false;
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    digits(exponent.trim_start_matches('+'))
        && mantissa.starts_with(|letter: char| letter.is_ascii_digit())
        && mantissa.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b',')
}

/// A number of `min` to `max` digits, else `code` with the reason.
pub(crate) fn parse(text: &str, min: usize, max: usize, code: FaultCode) -> Result<String, Problem> {
    match Digits::of(text) {
        Digits::Only(digits) if (min..=max).contains(&digits.len()) => Ok(digits),
        Digits::Only(digits) => {
            let length = digits.len();
            Err(Problem::from(code).why(format!("{length} angka"), format!("{length} digits")))
        }
        Digits::Foreign(letter) => {
            Err(Problem::from(code).why(format!("memuat '{letter}'"), format!("it holds '{letter}'")))
        }
    }
}

/// The digits of a spreadsheet's number, if it kept them all: whole and of at most 15 digits.
pub(crate) fn of_number(number: f64) -> Option<String> {
    let text = whole(number).filter(|number| *number >= 0)?.to_string();
    (text.len() <= 15).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::{looks_scientific, of_number, parse};
    use crate::form::FaultCode;

    #[test]
    fn separators_go_and_zeros_stay() {
        for (text, digits) in [
            ("0123-01-012345-50-1", "012301012345501"),
            ("'0698752578", "0698752578"),
            ("12.345.678", "12345678"),
        ] {
            assert_eq!(parse(text, 5, 20, FaultCode::AccountMalformed).unwrap(), digits);
        }
    }

    #[test]
    fn letters_and_wrong_lengths_are_refused() {
        for text in ["12AB", "1234", "123456789012345678901", "", "１２３４５６"] {
            let problem = parse(text, 5, 20, FaultCode::AccountMalformed).unwrap_err();
            assert_eq!(problem.code, FaultCode::AccountMalformed, "{text:?}");
        }
    }

    #[test]
    fn numbers_past_fifteen_digits_are_not_trusted() {
        assert_eq!(of_number(6_228_741_300.0).as_deref(), Some("6228741300"));
        assert_eq!(of_number(6_472_004_611_013_068.0), None);
        assert_eq!(of_number(1.5), None);
        assert_eq!(of_number(-5.0), None);
    }

    #[test]
    fn only_a_spreadsheets_notation_looks_scientific() {
        assert!(looks_scientific("6,47E+15"));
        for text in ["KUBE-6401", "640200550783620X", "E5", "12E", "1e-5"] {
            assert!(!looks_scientific(text), "{text}");
        }
    }
}
