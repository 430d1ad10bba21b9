//! Who speaks: sessions by the digest of their token. Roles and regions are read from the world at each request.

use std::collections::HashMap;

use jiff::Timestamp;
use salur_core::{Digest, PersonId};
use sha2::{Digest as _, Sha256};

use crate::Store;
use crate::job::SessionRow;

/// Open sessions by the digest of their token.
pub(crate) type Sessions = HashMap<Digest, SessionRow>;

impl Store {
    /// The person that a bearer token speaks for, while its session lasts.
    #[must_use]
    pub fn session(&self, token: &str, at: Timestamp) -> Option<PersonId> {
        let sessions = self.sessions.load();
        let session = sessions.get(&token_digest(token))?;
        (session.expires_at > at).then_some(session.person)
    }
}

/// What is kept of a token.
#[must_use]
pub fn token_digest(token: &str) -> Digest {
    Digest(Sha256::digest(token.as_bytes()).into())
}
