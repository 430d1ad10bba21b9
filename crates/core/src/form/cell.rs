//! A cell as it arrived: typed, so that a number that lost digits is told from a text that kept them.

use std::borrow::Cow;
use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// One cell of a table somebody sent in.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// Nothing in it.
    #[default]
    Empty,
    /// Text, as written.
    Text(String),
    /// A number of a spreadsheet: exact to 15 digits only.
    Number(f64),
    /// A date of a spreadsheet.
    Date(Date),
    /// True or false.
    Bool(bool),
    /// An error of a formula, as `#REF!`.
    Error(String),
}

/// The greatest whole number that a spreadsheet or an `f64` keeps exactly.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

impl Cell {
    /// The cell as a person would see it.
    #[must_use]
    pub fn shown(&self) -> Cow<'_, str> {
        match self {
            Cell::Empty => Cow::Borrowed(""),
            Cell::Text(text) | Cell::Error(text) => Cow::Borrowed(text),
            Cell::Number(number) => Cow::Owned(number.to_string()),
            Cell::Date(date) => Cow::Owned(date.to_string()),
            Cell::Bool(true) => Cow::Borrowed("TRUE"),
            Cell::Bool(false) => Cow::Borrowed("FALSE"),
        }
    }

    /// True where nothing but blanks is written.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Cell::Empty => true,
            Cell::Text(text) => text.chars().all(is_blank),
            Cell::Number(_) | Cell::Date(_) | Cell::Bool(_) | Cell::Error(_) => false,
        }
    }
}

/// Shows what kind of cell it is, never what it holds: logs carry no personal data.
impl fmt::Debug for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Empty => f.write_str("Empty"),
            Cell::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Cell::Number(_) => f.write_str("Number"),
            Cell::Date(_) => f.write_str("Date"),
            Cell::Bool(_) => f.write_str("Bool"),
            Cell::Error(error) => write!(f, "Error({error})"),
        }
    }
}

/// A spreadsheet's number as a whole number, where it is one and is exact.
pub(crate) fn whole(number: f64) -> Option<i64> {
    if number.fract() != 0.0 || number.abs() > EXACT_MAX {
        return None;
    }
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        reason = "whole and within 2^53, as checked"
    )]
    Some(number as i64)
}

/// Blanks, the invisible ones that copying from a page brings along included.
pub(crate) fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || is_invisible(letter)
}

/// Characters nobody sees: zero-width ones, byte order marks, soft hyphens, controls.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{00AD}')
        || (letter.is_control() && !letter.is_whitespace())
}

/// The text without the apostrophe that spreadsheets (and our own export) put before a value that is to stay
/// text. An apostrophe before a letter belongs to the name.
pub(crate) fn unquoted(text: &str) -> &str {
    let trimmed = text.trim_start_matches(is_blank);
    match trimmed.strip_prefix('\'') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit() || "=+-@\t\r".contains(c)) => rest,
        _ => text,
    }
}

/// The text with outer blanks gone and inner ones collapsed, and whether an invisible character was dropped.
pub(crate) fn tidy(text: &str) -> (Cow<'_, str>, bool) {
    let trimmed = text.trim_matches(is_blank);
    let plain = trimmed.bytes().all(|byte| (0x20..0x7F).contains(&byte)) && !trimmed.contains("  ");
    if plain {
        return (Cow::Borrowed(trimmed), false);
    }
    let mut invisible = false;
    let mut tidied = String::with_capacity(trimmed.len());
    let mut gap = false;
    for letter in trimmed.chars() {
        if is_invisible(letter) {
            invisible = true;
        } else if letter.is_whitespace() {
            invisible |= letter == '\u{A0}';
            gap = true;
        } else {
            if gap {
                tidied.push(' ');
                gap = false;
            }
            tidied.push(letter);
        }
    }
    (Cow::Owned(tidied), invisible)
}

#[cfg(test)]
mod tests {
    use super::{Cell, tidy, unquoted, whole};

    #[test]
    fn blanks_nobody_sees_are_dropped() {
        for (text, tidied, invisible) in [
            ("  Siti  Aminah ", "Siti Aminah", false),
            ("Siti\u{A0}Aminah", "Siti Aminah", true),
            ("Si\u{200B}ti", "Siti", true),
            ("Siti\nAminah", "Siti Aminah", false),
            ("\u{FEFF}", "", false),
        ] {
            assert_eq!(tidy(text), (tidied.into(), invisible), "{text:?}");
        }
    }

    #[test]
    fn only_an_apostrophe_that_guards_a_value_goes() {
        for (text, rest) in
            [("'123", "123"), ("'=1", "=1"), ("'-5", "-5"), ("'Aisyiyah", "'Aisyiyah"), ("'", "'")]
        {
            assert_eq!(unquoted(text), rest);
        }
    }

    #[test]
    fn numbers_are_whole_only_while_exact() {
        assert_eq!(whole(2_500_000.0), Some(2_500_000));
        assert_eq!(whole(-1.0), Some(-1));
        for number in [1.5, f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(whole(number), None);
        }
    }

    #[test]
    fn what_a_cell_holds_is_not_shown_to_developers() {
        assert_eq!(format!("{:?}", Cell::Text("6472004611013068".into())), "Text(16 bytes)");
    }
}
