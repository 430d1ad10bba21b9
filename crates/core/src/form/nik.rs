//! The national identity number (NIK): `PPKKCC DDMMYY SSSS`, the day plus 40 for women. It has no check digit:
//! its structure proves nothing, but a wrong structure proves a slip. The first six digits tell where it was
//! issued, not where its holder lives, so they are never a fault.

use std::fmt;

use jiff::civil::{Date, date};

use super::codes::FaultCode;
use super::digits::{Digits, looks_scientific};
use super::fault::Problem;

/// A NIK whose structure holds.
#[derive(Clone, PartialEq, Eq)]
pub struct Nik {
    digits: String,
    day: i8,
    month: i8,
    year: i16,
    female: bool,
}

/// Shows that it is a NIK, never which.
impl fmt::Debug for Nik {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nik")
    }
}

impl Nik {
    /// Reads a NIK; blanks, points, hyphens and a leading apostrophe are tolerated.
    pub fn parse(text: &str) -> Result<Nik, Problem> {
        if looks_scientific(text) {
            return Err(FaultCode::NikNumber.into());
        }
        let malformed = |id: String, en: String| Problem::from(FaultCode::NikMalformed).why(id, en);
        let digits = match Digits::of(text) {
            Digits::Only(digits) if digits.len() == 16 => digits,
            Digits::Only(digits) => {
                let length = digits.len();
                return Err(malformed(
                    format!("{length} angka, bukan 16"),
                    format!("{length} digits, not 16"),
                ));
            }
            Digits::Foreign(letter) => {
                return Err(malformed(format!("memuat '{letter}'"), format!("it holds '{letter}'")));
            }
        };
        let pair = |at: usize| digits.get(at..at.saturating_add(2)).and_then(|pair| pair.parse::<i8>().ok());
        let (Some(day), Some(month), Some(year)) = (pair(6), pair(8), pair(10)) else {
            return Err(malformed(String::new(), String::new()));
        };
        let (female, day) = if day > 40 { (true, day.saturating_sub(40)) } else { (false, day) };
        let year = i16::from(year);
        let exists = |century: i16| Date::new(century.saturating_add(year), month, day).is_ok();
        if !exists(1900) && !exists(2000) {
            let told = digits.get(6..12).unwrap_or_default();
            return Err(malformed(format!("tanggal {told} tidak ada"), format!("there is no date {told}")));
        }
        if digits.ends_with("0000") {
            return Err(malformed("nomor urut 0000".to_owned(), "serial number 0000".to_owned()));
        }
        Ok(Nik { digits, day, month, year, female })
    }

    /// The sixteen digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.digits
    }

    /// The sixteen digits, owned.
    #[must_use]
    pub fn into_string(self) -> String {
        self.digits
    }

    /// True where the day is moved by 40.
    #[must_use]
    pub fn is_female(&self) -> bool {
        self.female
    }

    /// True if its holder was born on that day; the NIK leaves the century open.
    #[must_use]
    pub fn is_born_on(&self, day: Date) -> bool {
        (self.day, self.month, self.year) == (day.day(), day.month(), day.year().rem_euclid(100))
    }

    /// The birth date it tells, as `dd/mm/yy`.
    #[must_use]
    pub fn birth_date_told(&self) -> String {
        format!("{:02}/{:02}/{:02}", self.day, self.month, self.year)
    }

    /// Code of the regency or city that issued it, as `64.72`.
    #[must_use]
    pub fn issued_in(&self) -> String {
        let part = |from: usize, to: usize| self.digits.get(from..to).unwrap_or_default();
        format!("{}.{}", part(0, 2), part(2, 4))
    }

    /// The latest day it can mean that is not after `today`.
    #[must_use]
    pub fn birth_date(&self, today: Date) -> Option<Date> {
        [2000, 1900]
            .into_iter()
            .filter_map(|century: i16| {
                Date::new(century.saturating_add(self.year), self.month, self.day).ok()
            })
            .find(|day| *day <= today && *day >= date(1900, 1, 1))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::Nik;
    use crate::form::FaultCode;

    #[test]
    fn blanks_and_apostrophes_are_tolerated() {
        for text in
            ["6472004611013068", "'6472004611013068", " 647200 461101 3068 ", "\u{A0}6472-0046-1101-3068"]
        {
            assert_eq!(Nik::parse(text).unwrap().as_str(), "6472004611013068", "{text:?}");
        }
    }

    #[test]
    fn broken_structure_is_malformed() {
        for text in [
            "640800020169801",   // fifteen digits
            "64720046110130681", // seventeen
            "640200550783620X",
            "6402",
            "6472003202013068", // day 32
            "6472007202013068", // day 72, hence 32
            "6472000001013068", // day 0
            "6472004001013068", // day 40: neither a man's nor a woman's
            "6472001113013068", // month 13
            "6472003002013068", // 30 February
            "6472004611010000", // serials begin with 0001
            "٦٤٧٢٠٠٤٦١١٠١٣٠٦٨",
            "",
        ] {
            assert_eq!(Nik::parse(text).unwrap_err().code, FaultCode::NikMalformed, "{text:?}");
        }
    }

    #[test]
    fn a_number_of_a_spreadsheet_is_not_repaired() {
        for text in ["6.472E+15", "6,47200461101307E+15", "6472004611013060e0"] {
            assert_eq!(Nik::parse(text).unwrap_err().code, FaultCode::NikNumber, "{text:?}");
        }
    }

    #[test]
    fn the_day_tells_the_sex() {
        assert!(Nik::parse("6472004611013068").unwrap().is_female());
        assert!(!Nik::parse("6401002607003067").unwrap().is_female());
    }

    #[test]
    fn the_century_is_open() {
        let nik = Nik::parse("6472004611013068").unwrap();
        assert!(nik.is_born_on(date(2001, 11, 6)));
        assert!(nik.is_born_on(date(1901, 11, 6)));
        assert!(!nik.is_born_on(date(2001, 6, 11)));
        assert_eq!(nik.birth_date(date(2024, 1, 1)), Some(date(2001, 11, 6)));
        assert_eq!(nik.birth_date(date(2001, 1, 1)), Some(date(1901, 11, 6)));
        assert_eq!(nik.birth_date_told(), "06/11/01");
        assert_eq!(nik.issued_in(), "64.72");
    }

    #[test]
    fn a_leap_day_needs_one_leap_century() {
        assert!(Nik::parse("6472002902003068").is_ok()); // 2000 was a leap year, 1900 was not
        assert!(Nik::parse("6472002902013068").is_err()); // neither 1901 nor 2001
    }
}
