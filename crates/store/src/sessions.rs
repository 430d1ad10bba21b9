//! Who speaks: sessions by the digest of their token. Roles and regions are read from the world at each request.

use jiff::Timestamp;
use salur_core::{Digest, PersonId};
use sha2::{Digest as _, Sha256};

use crate::Store;
use crate::access::SessionState;
use crate::error::StoreError;

impl Store {
    /// The person that a token speaks for, while its session lasts and misses nothing.
    pub async fn session(&self, token: &str, at: Timestamp) -> Result<Option<PersonId>, StoreError> {
        let session = self.session_of(token, at).await?;
        let session = session.filter(|session| session.state == SessionState::Full);
        let known = |person: &PersonId| self.world().roster.person(*person).is_some();
        Ok(session.map(|session| session.person).filter(known))
    }
}

/// What is kept of a token.
#[must_use]
pub fn token_digest(token: &str) -> Digest {
    Digest(Sha256::digest(token.as_bytes()).into())
}
