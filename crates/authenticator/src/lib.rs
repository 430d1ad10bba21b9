//! A passkey in software: it answers what a browser would hand to `navigator.credentials`, signs with P-256, and says
//! that it has verified its user.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// A passkey in software.
#[derive(Debug, Clone)]
pub struct Authenticator {
    key: SigningKey,
    id: Vec<u8>,
    origin: String,
    counter: u32,
    /// False for one that does not ask who is there.
    pub verifies: bool,
}

/// Somebody is there, verified; and, at registration, the key comes with it.
const PRESENT: u8 = 0b0000_0001;
const VERIFIED: u8 = 0b0000_0100;
const WITH_KEY: u8 = 0b0100_0000;

impl Authenticator {
    /// A passkey of its own for each seed, used at an origin.
    #[must_use]
    pub fn new(seed: u8, origin: &str) -> Option<Authenticator> {
        let secret: [u8; 32] = Sha256::digest([seed, 1]).into();
        let key = SigningKey::from_slice(&secret).ok()?;
        let id = Sha256::digest([seed, 2]).to_vec();
        Some(Authenticator { key, id, origin: origin.to_owned(), counter: 0, verifies: true })
    }

    /// Answers `navigator.credentials.create`.
    #[must_use]
    pub fn create(&mut self, options: &Value) -> Value {
        let asked = &options["publicKey"];
        let client = self.client_data("webauthn.create", &asked["challenge"]);
        let mut data = self.data(asked["rp"]["id"].as_str().unwrap_or_default(), WITH_KEY);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap_or_default().to_be_bytes());
        data.extend(&self.id);
        data.extend(self.cose_key());
        // {"fmt": "none", "attStmt": {}, "authData": bytes}
        let mut object = vec![0xa3, 0x63];
        object.extend(b"fmt\x64none\x67attStmt\xa0\x68authData\x59");
        object.extend(u16::try_from(data.len()).unwrap_or_default().to_be_bytes());
        object.extend(data);
        json!({
            "id": base64(&self.id), "rawId": base64(&self.id), "type": "public-key",
            "response": { "attestationObject": base64(&object), "clientDataJSON": base64(&client) },
            "extensions": {},
        })
    }

    /// Answers `navigator.credentials.get`.
    #[must_use]
    pub fn get(&mut self, options: &Value) -> Value {
        let asked = &options["publicKey"];
        let client = self.client_data("webauthn.get", &asked["challenge"]);
        let data = self.data(asked["rpId"].as_str().unwrap_or_default(), 0);
        let signed = [data.as_slice(), Sha256::digest(&client).as_slice()].concat();
        let signature: Signature = self.key.sign(&signed);
        json!({
            "id": base64(&self.id), "rawId": base64(&self.id), "type": "public-key",
            "response": {
                "authenticatorData": base64(&data), "clientDataJSON": base64(&client),
                "signature": base64(signature.to_der().as_bytes()), "userHandle": null,
            },
            "extensions": {},
        })
    }

    fn client_data(&self, kind: &str, challenge: &Value) -> Vec<u8> {
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false })
            .to_string()
            .into_bytes()
    }

    fn data(&mut self, site: &str, flags: u8) -> Vec<u8> {
        self.counter += 1;
        let mut data = Sha256::digest(site.as_bytes()).to_vec();
        data.push(flags | PRESENT | if self.verifies { VERIFIED } else { 0 });
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// `{1: 2, 3: -7, -1: 1, -2: x, -3: y}`: a key on P-256.
    fn cose_key(&self) -> Vec<u8> {
        let point = self.key.verifying_key().to_sec1_point(false);
        let point = point.as_bytes();
        let mut key = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
        key.extend(&point[1..33]);
        key.extend([0x22, 0x58, 0x20]);
        key.extend(&point[33..]);
        key
    }
}

fn base64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
