//! Recovery codes: for the day the telephone is lost. Each works once.

use salur_core::{Digest, PersonId};
use sha2::{Digest as _, Sha256};

use crate::random::{NoRandom, fresh};

/// How many codes are made at once.
pub const RECOVERY_CODES: usize = 10;

/// Letters and digits that cannot be taken for one another.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";

/// New codes of 80 bits, as `xxxx-xxxx-xxxx-xxxx`.
pub fn recovery_codes() -> Result<Vec<String>, NoRandom> {
    (0..RECOVERY_CODES).map(|_| code()).collect()
}

fn code() -> Result<String, NoRandom> {
    let mut code = String::with_capacity(19);
    for (place, byte) in fresh::<16>()?.iter().enumerate() {
        if place > 0 && place % 4 == 0 {
            code.push('-');
        }
        let letter = ALPHABET.get(usize::from(byte % 32)).copied().unwrap_or(b'x');
        code.push(char::from(letter));
    }
    Ok(code)
}

/// What is kept of a code, however it is typed. With 80 random bits a fast hash is enough: nobody can try them all.
#[must_use]
pub fn recovery_hash(person: PersonId, code: &str) -> Digest {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    let mut hash = Sha256::new();
    hash.update(b"salur recovery code 1\n");
    hash.update(person.0.as_bytes());
    hash.update(plain.to_ascii_lowercase());
    Digest(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_differ_and_are_known_however_they_are_typed() {
        let codes = recovery_codes().unwrap();
        let all: std::collections::BTreeSet<_> = codes.iter().collect();
        assert_eq!((codes.len(), all.len()), (RECOVERY_CODES, RECOVERY_CODES));
        let person = PersonId(uuid::Uuid::from_u128(1));
        let typed = codes[0].to_uppercase().replace('-', " ");
        assert_eq!(recovery_hash(person, &codes[0]), recovery_hash(person, &typed));
        assert_ne!(recovery_hash(person, &codes[0]), recovery_hash(person, &codes[1]));
        let other = PersonId(uuid::Uuid::from_u128(2));
        assert_ne!(recovery_hash(person, &codes[0]), recovery_hash(other, &codes[0]));
    }
}
