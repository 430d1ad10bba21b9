//! Who speaks: sessions by the digest of their token. Roles and regions are read from the world at each request.

use std::collections::HashMap;

use jiff::Timestamp;
use salur_core::{Digest, PersonId};
use sha2::{Digest as _, Sha256};

use crate::Store;
use crate::current::session_of;
use crate::error::StoreError;
use crate::job::SessionRow;

/// Open sessions by the digest of their token.
pub(crate) type Sessions = HashMap<Digest, SessionRow>;

impl Store {
    /// The person that a bearer token speaks for, while its session lasts. A session that another server opened a
    /// moment ago is looked up.
    pub async fn session(&self, token: &str, at: Timestamp) -> Result<Option<PersonId>, StoreError> {
        let digest = token_digest(token);
        let known = self.current.sessions().get(&digest).map(|session| (session.expires_at, session.person));
        let found = match known {
            Some(session) => Some(session),
            None => session_of(self.db.on(), digest)
                .await?
                .filter(|session| self.world().roster.person(session.person).is_some())
                .map(|session| (session.expires_at, session.person)),
        };
        Ok(found.filter(|(expires_at, _)| *expires_at > at).map(|(_, person)| person))
    }
}

/// What is kept of a token.
#[must_use]
pub fn token_digest(token: &str) -> Digest {
    Digest(Sha256::digest(token.as_bytes()).into())
}
