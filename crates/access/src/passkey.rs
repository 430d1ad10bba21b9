//! Passkeys: registered, shown, and used to sign. `webauthn-rs-core` does the checking; a challenge that signs a decree
//! is not random but derived from the decree's digest, the person and a nonce, so that what is kept proves what was
//! signed to anybody, without this server.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use salur_core::{Digest, PersonId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::Url;
use webauthn_rs_core::WebauthnCore;
use webauthn_rs_core::proto::{
    AuthenticationState, COSEKey, Credential, PublicKeyCredential, RegisterPublicKeyCredential,
    RegistrationState, UserVerificationPolicy,
};

/// How long an authenticator is waited for.
const PATIENCE: Duration = Duration::from_mins(5);

/// A passkey was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    /// The office's address is no origin.
    #[error("`{0}` is no address that passkeys can be bound to")]
    Origin(String),
    /// What came is not what an authenticator sends, or does not fit what was asked.
    #[error("the passkey was not accepted: {0}")]
    Refused(String),
}

fn refused(error: impl std::fmt::Display) -> PasskeyError {
    PasskeyError::Refused(error.to_string())
}

/// The office as authenticators know it.
#[derive(Debug, Clone)]
pub struct Passkeys {
    core: WebauthnCore,
    site: String,
}

/// Something that was asked of an authenticator.
#[derive(Debug, Clone)]
pub struct Begun {
    /// What the browser is handed, as JSON: `{"publicKey": ..}`.
    pub options: Value,
    /// What the server keeps until the answer comes.
    pub state: String,
}

/// A passkey that was shown.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The passkey's id.
    pub id: String,
    /// The passkey as it is kept from now on, its counter included.
    pub credential: String,
    /// What was shown, to be kept where it signs something.
    pub kept: Kept,
}

/// What an authenticator has signed, with all that is needed to check it later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Whose passkey it is.
    pub person: PersonId,
    /// The passkey's id.
    pub credential: String,
    /// Its public key: a COSE key as JSON.
    pub public_key: Value,
    /// The site that it belongs to.
    pub site: String,
    /// The authenticator's data, in Base64url.
    pub authenticator_data: String,
    /// The browser's data, in Base64url: it holds the challenge and the origin.
    pub client_data_json: String,
    /// The signature over both, in Base64url.
    pub signature: String,
    /// The nonce that the challenge was derived with, in hexadecimal digits.
    pub nonce: String,
}

/// Why what was kept proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    /// It cannot be read.
    #[error("it cannot be read")]
    Malformed,
    /// It was not made to show a passkey.
    #[error("it was made for something else")]
    OtherPurpose,
    /// It signs something else.
    #[error("it signs something else")]
    OtherChallenge,
    /// It belongs to another site.
    #[error("it belongs to another site")]
    OtherSite,
    /// Nobody was there, or the authenticator did not make sure who.
    #[error("the authenticator did not verify its user")]
    NotVerified,
    /// The signature is not the key's.
    #[error("the signature is not that key's")]
    Forged,
}

/// The challenge by which a person's passkey signs a decree: SHA-256 over `salur decree signature 1\n`, the decree's
/// digest (32 bytes), the person's id (16 bytes) and the nonce (32 bytes).
#[must_use]
pub fn sign_challenge(digest: Digest, person: PersonId, nonce: [u8; 32]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"salur decree signature 1\n");
    hash.update(digest.0);
    hash.update(person.0.as_bytes());
    hash.update(nonce);
    hash.finalize().into()
}

impl Passkeys {
    /// An office at an address, as `https://salur.example.go.id`. Passkeys are bound to its host.
    pub fn new(origin: &str, office: &str) -> Result<Passkeys, PasskeyError> {
        let bad = || PasskeyError::Origin(origin.to_owned());
        let url = Url::parse(origin).map_err(|_| bad())?;
        let site = url.host_str().ok_or_else(bad)?.to_owned();
        if url.scheme() != "https" && site != "localhost" {
            return Err(bad());
        }
        let core = WebauthnCore::new_unsafe_experts_only(office, &site, vec![url], PATIENCE, None, None);
        Ok(Passkeys { core, site })
    }

    /// Asks an authenticator for a new passkey of a person, who has these already.
    pub fn begin_registration(
        &self,
        person: PersonId,
        login: &str,
        name: &str,
        known: &[String],
    ) -> Result<Begun, PasskeyError> {
        let known = credentials(known)?.into_iter().map(|it| it.cred_id).collect();
        let wanted =
            self.core.new_challenge_register_builder(person.0.as_bytes(), login, name).map_err(refused)?;
        let wanted = wanted
            .user_verification_policy(UserVerificationPolicy::Required)
            .exclude_credentials(Some(known));
        let (options, state) = self.core.generate_challenge_register(wanted).map_err(refused)?;
        begun(&options, &state)
    }

    /// Takes a new passkey: its id, and what is kept of it.
    pub fn finish_registration(&self, answer: &Value, state: &str) -> Result<(String, String), PasskeyError> {
        let state: RegistrationState = serde_json::from_str(state).map_err(refused)?;
        let answer: RegisterPublicKeyCredential = Deserialize::deserialize(answer).map_err(refused)?;
        let made = self.core.register_credential(&answer, &state, None).map_err(refused)?;
        Ok((URL_SAFE_NO_PAD.encode(&made.cred_id), serde_json::to_string(&made).map_err(refused)?))
    }

    /// Asks for one of these passkeys; where a challenge is named, it is that one that is signed.
    pub fn begin(&self, known: &[String], challenge: Option<[u8; 32]>) -> Result<Begun, PasskeyError> {
        let wanted = self
            .core
            .new_challenge_authenticate_builder(credentials(known)?, Some(UserVerificationPolicy::Required))
            .map_err(refused)?;
        let (mut options, state) = self.core.generate_challenge_authenticate(wanted).map_err(refused)?;
        let Some(challenge) = challenge else { return begun(&options, &state) };
        options.public_key.challenge = challenge.to_vec();
        // The state cannot be changed from outside, but for being written down and read again.
        let mut state = serde_json::to_value(&state).map_err(refused)?;
        let place = state.get_mut("challenge").ok_or_else(|| refused("the state has no challenge"))?;
        *place = URL_SAFE_NO_PAD.encode(challenge).into();
        begun(&options, &state)
    }

    /// Takes a passkey that was shown.
    pub fn finish(
        &self,
        person: PersonId,
        answer: &Value,
        state: &str,
        nonce: [u8; 32],
    ) -> Result<Shown, PasskeyError> {
        let state: AuthenticationState = serde_json::from_str(state).map_err(refused)?;
        let answer: PublicKeyCredential = Deserialize::deserialize(answer).map_err(refused)?;
        let shown = self.core.authenticate_credential(&answer, &state).map_err(refused)?;
        if !shown.user_verified() {
            return Err(refused("its user was not verified"));
        }
        let known = serde_json::to_value(&state).map_err(refused)?;
        let known: Vec<Credential> = known
            .get("credentials")
            .map(Deserialize::deserialize)
            .transpose()
            .map_err(refused)?
            .unwrap_or_default();
        let mut used = known
            .into_iter()
            .find(|it| it.cred_id == *shown.cred_id())
            .ok_or_else(|| refused("it is not one of those asked for"))?;
        used.counter = shown.counter();
        used.backup_state = shown.backup_state();
        used.backup_eligible = shown.backup_eligible();
        let id = URL_SAFE_NO_PAD.encode(&used.cred_id);
        let kept = Kept {
            person,
            credential: id.clone(),
            public_key: serde_json::to_value(&used.cred).map_err(refused)?,
            site: self.site.clone(),
            authenticator_data: URL_SAFE_NO_PAD.encode(&answer.response.authenticator_data),
            client_data_json: URL_SAFE_NO_PAD.encode(&answer.response.client_data_json),
            signature: URL_SAFE_NO_PAD.encode(&answer.response.signature),
            nonce: Digest(nonce).to_string(),
        };
        Ok(Shown { id, credential: serde_json::to_string(&used).map_err(refused)?, kept })
    }
}

fn begun(options: &impl Serialize, state: &impl Serialize) -> Result<Begun, PasskeyError> {
    let options = serde_json::to_value(options).map_err(refused)?;
    Ok(Begun { options, state: serde_json::to_string(state).map_err(refused)? })
}

fn credentials(kept: &[String]) -> Result<Vec<Credential>, PasskeyError> {
    kept.iter().map(|it| serde_json::from_str(it).map_err(refused)).collect()
}

/// The part of the browser's data that is looked at.
#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
}

/// The flags of the authenticator's data: somebody was there, and it made sure who.
const PRESENT_AND_VERIFIED: u8 = 0b101;

/// Checks what was kept of a signature, from nothing but that and the digest of the decree: the person's passkey has
/// signed exactly this list.
pub fn verify_kept(kept: &Kept, digest: Digest) -> Result<(), Unproven> {
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| Unproven::Malformed);
    let (data, client) = (bytes(&kept.authenticator_data)?, bytes(&kept.client_data_json)?);
    let said: ClientData = serde_json::from_slice(&client).map_err(|_| Unproven::Malformed)?;
    if said.kind != "webauthn.get" {
        return Err(Unproven::OtherPurpose);
    }
    let nonce = Digest::from_hex(&kept.nonce).ok_or(Unproven::Malformed)?.0;
    if said.challenge != URL_SAFE_NO_PAD.encode(sign_challenge(digest, kept.person, nonce)) {
        return Err(Unproven::OtherChallenge);
    }
    let site: [u8; 32] = Sha256::digest(kept.site.as_bytes()).into();
    if data.get(..32) != Some(site.as_slice()) {
        return Err(Unproven::OtherSite);
    }
    if data.get(32).is_none_or(|flags| flags & PRESENT_AND_VERIFIED != PRESENT_AND_VERIFIED) {
        return Err(Unproven::NotVerified);
    }
    let key: COSEKey = Deserialize::deserialize(&kept.public_key).map_err(|_| Unproven::Malformed)?;
    let signed = [data.as_slice(), Sha256::digest(&client).as_slice()].concat();
    match key.verify_signature(&bytes(&kept.signature)?, &signed) {
        Ok(true) => Ok(()),
        Ok(false) | Err(_) => Err(Unproven::Forged),
    }
}

#[cfg(test)]
mod tests;
