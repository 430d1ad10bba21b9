//! One-time codes by time, as authenticator apps make them: RFC 6238, six digits, 30 seconds, one step to either side.

use jiff::Timestamp;
use totp_rs::Builder;

use crate::random::{NoRandom, fresh};

/// A secret that no code can be made of.
#[derive(Debug, thiserror::Error)]
#[error("the secret is not fit for one-time codes")]
pub struct TotpError;

/// A new secret of 160 bits.
pub fn new_secret() -> Result<Vec<u8>, NoRandom> {
    Ok(fresh::<20>()?.to_vec())
}

/// The step of time that a code is of, if it is of this one or of one beside it. Whoever accepts it keeps the step, and
/// accepts none that is not later: a code works once.
pub fn matched_step(secret: &[u8], code: &str, at: Timestamp) -> Result<Option<i64>, TotpError> {
    let plain: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if plain.len() != 6 || !plain.bytes().all(|c| c.is_ascii_digit()) {
        return Ok(None);
    }
    let totp = Builder::new().with_secret(secret).build().map_err(|_| TotpError)?;
    let Ok(seconds) = u64::try_from(at.as_second()) else { return Ok(None) };
    Ok(totp.check(&plain, seconds).and_then(|step| i64::try_from(step).ok()))
}

/// The secret as people type it.
#[must_use]
pub fn secret_text(secret: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits = secret.iter().flat_map(|byte| (0..8).rev().map(move |bit| (byte >> bit) & 1));
    let bits: Vec<u8> = bits.collect();
    let letters = bits.chunks(5).map(|five| {
        let number = (0..5).fold(0, |number, place| number << 1 | five.get(place).copied().unwrap_or(0));
        char::from(ALPHABET.get(usize::from(number)).copied().unwrap_or(b'A'))
    });
    letters.collect()
}

/// The address that authenticator apps read from a picture.
#[must_use]
pub fn otpauth_url(secret: &[u8], office: &str, login: &str) -> String {
    let plain = |text: &str| -> String {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        text.bytes()
            .map(|byte| if fits(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
            .collect()
    };
    let (office, login) = (plain(office), plain(login));
    format!("otpauth://totp/{office}:{login}?secret={}&issuer={office}", secret_text(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: the secret and two of its times, six digits of eight.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = b"12345678901234567890";
        let at = |second| Timestamp::from_second(second).unwrap();
        assert_eq!(matched_step(secret, "287082", at(59)).unwrap(), Some(1));
        assert_eq!(matched_step(secret, "081 804", at(1_111_111_109)).unwrap(), Some(37_037_036));
        assert_eq!(secret_text(secret), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn a_code_is_of_its_step_or_one_beside_it() {
        let secret = b"12345678901234567890";
        let at = |second| Timestamp::from_second(second).unwrap();
        for (second, step) in [(29, Some(1)), (60, Some(1)), (89, Some(1)), (90, None), (150, None)] {
            assert_eq!(matched_step(secret, "287082", at(second)).unwrap(), step, "{second}");
        }
        for no_code in ["", "28708", "2870822", "28708a", "２８７０８２"] {
            assert_eq!(matched_step(secret, no_code, at(59)).unwrap(), None);
        }
        assert!(matched_step(b"short", "287082", at(59)).is_err());
    }

    #[test]
    fn an_address_for_apps_holds_no_stray_characters() {
        let url = otpauth_url(b"12345678901234567890", "Dinas Sosial", "a&b");
        assert!(url.starts_with("otpauth://totp/Dinas%20Sosial:a%26b?secret=GEZDGN"), "{url}");
    }
}
