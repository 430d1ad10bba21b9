//! What makes a password fit: its length, and that it is none of those that everybody tries first. No rules on what it
//! is composed of, and none on how often it is changed.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Fewest characters.
const CHARS_MIN: usize = 12;
/// Most characters; nothing is cut off.
const CHARS_MAX: usize = 128;
/// A word of fewer letters may be part of a password.
const WORD_CHARS_MIN: usize = 4;

/// Where the list comes from is said at its top.
static COMMON: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let lines = include_str!("../../../data/passwords/common.txt").lines();
    lines.filter(|line| !line.starts_with('#') && !line.is_empty()).collect()
});

/// Why a password is not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    /// It has fewer than 12 characters.
    TooShort,
    /// It has more than 128 characters.
    TooLong,
    /// It is among those that are tried first, or is one of them with digits and signs around it.
    Common,
    /// It is made of the login, the name, or a word of the office.
    Guessable,
}

impl Weakness {
    /// A stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Weakness::TooShort => "password_too_short",
            Weakness::TooLong => "password_too_long",
            Weakness::Common => "password_common",
            Weakness::Guessable => "password_guessable",
        }
    }
}

/// Checks a new password. `words` are what somebody who knows the person would try: the login, the name, the office.
pub fn check_password<'a>(password: &str, words: impl IntoIterator<Item = &'a str>) -> Result<(), Weakness> {
    let length = password.chars().count();
    if length < CHARS_MIN {
        return Err(Weakness::TooShort);
    }
    if length > CHARS_MAX {
        return Err(Weakness::TooLong);
    }
    let plain = password.to_lowercase();
    let mut different: Vec<char> = plain.chars().collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < 4 || COMMON.contains(plain.as_str()) || COMMON.contains(core_of(&plain)) {
        return Err(Weakness::Common);
    }
    // What is left once the words are taken out is all that somebody who knows them must guess.
    let mut rest = plain;
    let mut known: Vec<String> = words.into_iter().flat_map(parts).collect();
    known.sort_unstable_by_key(|word| std::cmp::Reverse(word.len()));
    let mut found = false;
    for word in &known {
        found |= rest.contains(word.as_str());
        rest = rest.replace(word.as_str(), "");
    }
    if found && rest.chars().filter(|c| c.is_alphabetic()).count() < 8 {
        return Err(Weakness::Guessable);
    }
    Ok(())
}

/// A password without the digits and signs that people put around a word.
fn core_of(plain: &str) -> &str {
    plain.trim_matches(|c: char| !c.is_alphabetic())
}

/// A text whole and its words, in small letters.
fn parts(text: &str) -> Vec<String> {
    let text = text.to_lowercase();
    let words = text.split(|c: char| !c.is_alphanumeric()).map(str::to_owned);
    let parts = words.chain([text.clone()]);
    parts.filter(|word| word.chars().count() >= WORD_CHARS_MIN).collect()
}

/// A login as it is looked up: without the spaces around it, in small letters.
#[must_use]
pub fn fold_login(login: &str) -> String {
    login.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_sentence_is_fit_whatever_it_is_made_of() {
        for fit in ["hujan di bulan juni", "correct horse battery", "kucing-oranye-terbang", "öäüß öäüß abcd"]
        {
            assert_eq!(check_password(fit, ["verifier.1", "Siti Aminah", "Dinas Sosial"]), Ok(()), "{fit}");
        }
        assert_eq!(check_password(&"ab cd".repeat(25), []), Ok(()));
    }

    #[test]
    fn short_common_and_guessable_ones_are_refused() {
        let words = ["siti.aminah", "Siti Aminah", "Dinas Sosial Kaltim", "salur"];
        for (password, why) in [
            ("hujan juni", Weakness::TooShort),
            (&"hujan ".repeat(30), Weakness::TooLong),
            ("password123456", Weakness::Common),
            ("Password!2026", Weakness::Common),
            ("111111111111111", Weakness::Common),
            ("ababababababab", Weakness::Common),
            ("siti.aminah2026", Weakness::Guessable),
            ("DinasSosial-2026", Weakness::Guessable),
            ("salursalursalur", Weakness::Guessable),
        ] {
            assert_eq!(check_password(password, words), Err(why), "{password}");
        }
        assert_eq!(check_password("hujan", []), Err(Weakness::TooShort));
    }

    #[test]
    fn the_list_is_there() {
        assert!(COMMON.len() > 5_000 && COMMON.contains("password") && COMMON.contains("1q2w3e4r5t6y"));
    }

    #[test]
    fn a_login_is_the_same_however_it_is_typed() {
        assert_eq!(fold_login(" Siti.AMINAH "), "siti.aminah");
    }
}
