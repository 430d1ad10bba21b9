//! Seals personal facts and texts. A recipient's facts are sealed under a key of their own, which is sealed under
//! the office's key: whoever erases the recipient's key erases the facts, and the audit chain still verifies.
//!
//! XChaCha20-Poly1305 with random nonces; digests and look-up hashes are HMAC-SHA256 under derived keys.

use chacha20poly1305::aead::{Aead, AeadInOut, KeyInit};
use chacha20poly1305::{Tag, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use salur_core::Digest;
use sha2::Sha256;

use crate::error::StoreError;

const NONCE_LENGTH: usize = 24;
const TAG_LENGTH: usize = 16;

/// The office's key, and what is derived from it.
#[derive(Clone)]
pub struct Vault {
    key_id: String,
    sealing: XChaCha20Poly1305,
    lookup: [u8; 32],
    notes: [u8; 32],
}

/// The key of one recipient.
#[derive(Clone, Copy)]
pub struct RecipientKey([u8; 32]);

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Vault({})", self.key_id)
    }
}

impl std::fmt::Debug for RecipientKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecipientKey")
    }
}

impl Vault {
    /// A vault of a key. Its id is the first sixteen digits of a digest of the key, so that data says which key
    /// sealed it.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Vault {
        let mut key_id = mac(key, b"key id").to_string();
        key_id.truncate(16);
        Vault {
            key_id,
            sealing: XChaCha20Poly1305::new((&mac(key, b"seal").0).into()),
            lookup: mac(key, b"look up").0,
            notes: mac(key, b"notes").0,
        }
    }

    /// The key's id.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// A new recipient's key, and the same sealed for the database.
    pub fn new_recipient(&self) -> Result<(RecipientKey, Vec<u8>), StoreError> {
        let key = RecipientKey(random()?);
        Ok((key, self.seal(&key.0)?))
    }

    /// A recipient's key as the database keeps it.
    pub fn open_recipient(&self, sealed: &[u8]) -> Result<RecipientKey, StoreError> {
        let key = self.open(sealed)?;
        key.try_into()
            .map(RecipientKey)
            .map_err(|_| StoreError::inconsistent("recipient", "a key of another length"))
    }

    /// Seals a text or file of the office.
    pub fn seal(&self, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        seal(&self.sealing, plain)
    }

    /// Opens what `seal` sealed.
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        open(&self.sealing, sealed)
    }

    /// Opens what `seal` sealed, in the place where it is: a file of many megabytes is not to be there twice.
    pub fn open_in_place(&self, mut sealed: Vec<u8>) -> Result<Vec<u8>, StoreError> {
        let (nonce, rest) = sealed.split_first_chunk_mut::<NONCE_LENGTH>().ok_or_else(broken)?;
        let (text, tag) = rest.split_last_chunk_mut::<TAG_LENGTH>().ok_or_else(broken)?;
        self.sealing
            .decrypt_inout_detached(&XNonce::from(*nonce), b"", text.into(), &Tag::from(*tag))
            .map_err(|_| broken())?;
        sealed.truncate(sealed.len() - TAG_LENGTH);
        sealed.drain(..NONCE_LENGTH);
        Ok(sealed)
    }

    /// A keyed digest of a text.
    #[must_use]
    pub fn note_digest(&self, text: &[u8]) -> Digest {
        mac(&self.notes, text)
    }

    /// What a recipient is looked up by, within a scheme and year: half of a keyed hash.
    #[must_use]
    pub fn subject_key(&self, subject: &str) -> String {
        let mut key = mac(&self.lookup, subject.as_bytes()).to_string();
        key.truncate(32);
        key
    }

    /// What a word is found by.
    #[must_use]
    pub fn word(&self, word: &str) -> i64 {
        let hash = mac(&self.lookup, format!("word {}", word.to_lowercase()).as_bytes()).0;
        i64::from_be_bytes(hash.first_chunk().copied().unwrap_or_default())
    }
}

impl RecipientKey {
    /// Seals the recipient's facts.
    pub fn seal(&self, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        seal(&XChaCha20Poly1305::new((&self.0).into()), plain)
    }

    /// Opens the recipient's facts.
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        open(&XChaCha20Poly1305::new((&self.0).into()), sealed)
    }

    /// A keyed digest of the recipient's facts.
    #[must_use]
    pub fn digest(&self, plain: &[u8]) -> Digest {
        mac(&self.0, plain)
    }
}

fn mac(key: &[u8; 32], text: &[u8]) -> Digest {
    let mut block = [0; 64];
    block[..32].copy_from_slice(key);
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new(&block.into());
    mac.update(text);
    Digest(mac.finalize().into_bytes().into())
}

/// Thirty-two bytes from the operating system.
pub fn random() -> Result<[u8; 32], StoreError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| StoreError::Key(format!("no random bytes to be had: {error}")))?;
    Ok(bytes)
}

fn seal(cipher: &XChaCha20Poly1305, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
    let mut nonce = [0; NONCE_LENGTH];
    getrandom::fill(&mut nonce)
        .map_err(|error| StoreError::Key(format!("no random bytes to be had: {error}")))?;
    // In place, for a file of many megabytes is not to be there three times.
    let mut sealed = Vec::with_capacity(NONCE_LENGTH + plain.len() + TAG_LENGTH);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(plain);
    let (_, text) = sealed.split_at_mut(NONCE_LENGTH);
    let tag = cipher
        .encrypt_inout_detached(&XNonce::from(nonce), b"", text.into())
        .map_err(|_| StoreError::Key("failed to seal".into()))?;
    sealed.extend_from_slice(&tag);
    Ok(sealed)
}

fn broken() -> StoreError {
    StoreError::Key("a sealed text does not open with this office's key".into())
}

fn open(cipher: &XChaCha20Poly1305, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LENGTH>().ok_or_else(broken)?;
    cipher.decrypt(&XNonce::from(*nonce), sealed).map_err(|_| broken())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_its_key_and_no_other() {
        let (one, other) = (Vault::new(&[1; 32]), Vault::new(&[2; 32]));
        let sealed = one.seal(b"6472").unwrap();
        assert_eq!(one.open(&sealed).unwrap(), b"6472");
        assert!(other.open(&sealed).is_err());
        assert!(one.open(&sealed[..10]).is_err());
        assert_eq!(one.open_in_place(sealed.clone()).unwrap(), b"6472");
        assert!(other.open_in_place(sealed.clone()).is_err());
        for end in [0, 10, 39, sealed.len() - 1] {
            assert!(one.open_in_place(sealed[..end].to_vec()).is_err());
        }
        assert_ne!(one.key_id(), other.key_id());
        assert_ne!(one.seal(b"6472").unwrap(), sealed, "the nonce is new each time");
    }

    #[test]
    fn a_recipient_key_comes_back_from_the_database() {
        let vault = Vault::new(&[1; 32]);
        let (key, sealed) = vault.new_recipient().unwrap();
        let again = vault.open_recipient(&sealed).unwrap();
        assert_eq!(again.open(&key.seal(b"facts").unwrap()).unwrap(), b"facts");
        assert_eq!(again.digest(b"facts"), key.digest(b"facts"));
    }
}
