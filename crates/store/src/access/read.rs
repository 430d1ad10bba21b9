//! Reads of who gets in.

use jiff::Timestamp;
use salur_core::{DecreeId, Digest, PersonId};
use uuid::Uuid;

use super::load::{self, account};
use super::{AccessAct, Account, Ceremony, Link, Purpose, Session};
use crate::Store;
use crate::db::Ts;
use crate::error::StoreError;
use crate::job::{Ask, Job};
use crate::lists::timestamp;
use crate::sessions::token_digest;

const LOGIN: &str =
    "select '{\"account\":' || body || ',\"factors\":' || factors || '}' from account where login = $1";
const SESSION: &str = "select body, seen_at from session where digest = $1";
const SESSIONS: &str = "select body, seen_at from session where person = $1 order by id";
const PROGRAMS: &str =
    "select s.body, s.seen_at from session s join person p on p.id = s.person where p.program order by s.id";
const LINK: &str = "select body from one_time_link where digest = $1";
const CEREMONY: &str = "select body, expires_at from ceremony where session = $1 and purpose = $2";
const ASSERTION: &str = "select body from assertion where decree = $1";

impl Store {
    /// The session of a token, whatever it still misses; none once it is over. It is read each time, so that it ends
    /// everywhere at once.
    pub async fn session_of(&self, token: &str, at: Timestamp) -> Result<Option<Session>, StoreError> {
        let digest = token_digest(token).0.to_vec();
        let row: Option<(String, Ts)> = self.db.maybe(SESSION, (digest,)).await?;
        let session = row.map(|row| session(&row)).transpose()?;
        Ok(session.filter(|session| !session.is_over(at)))
    }

    /// A person's sessions that are not over.
    pub async fn sessions_of(&self, person: PersonId, at: Timestamp) -> Result<Vec<Session>, StoreError> {
        let rows: Vec<(String, Ts)> = self.db.all(SESSIONS, (person.0,)).await?;
        let sessions = rows.iter().map(session).collect::<Result<Vec<_>, _>>()?;
        Ok(sessions.into_iter().filter(|session| !session.is_over(at)).collect())
    }

    /// The tokens of all programs.
    pub async fn program_tokens(&self, at: Timestamp) -> Result<Vec<Session>, StoreError> {
        let rows: Vec<(String, Ts)> = self.db.all(PROGRAMS, ()).await?;
        let sessions = rows.iter().map(session).collect::<Result<Vec<_>, _>>()?;
        Ok(sessions.into_iter().filter(|session| !session.is_over(at)).collect())
    }

    /// Notes that a session was used, at most once a minute, and waits for nothing.
    pub fn touch(&self, session: &Session, at: Timestamp) {
        if session.seen_at.duration_until(at).as_secs() < 60 {
            return;
        }
        let act = AccessAct::Touch(session.digest);
        let ask =
            Ask { actor: session.person, for_whom: None, at, key: None, job: Job::Access(Box::new(act)) };
        let store = self.clone();
        // Where it fails, the next request does it.
        tokio::spawn(async move { store.execute(ask).await });
    }

    /// The account of a name, which is in small letters.
    pub async fn account_by_login(&self, login: &str) -> Result<Option<Account>, StoreError> {
        let row: Option<(String,)> = self.db.maybe(LOGIN, (login.to_owned(),)).await?;
        row.map(|(text,)| account(&text)).transpose()
    }

    /// A person's account.
    pub async fn account_of(&self, person: PersonId) -> Result<Option<Account>, StoreError> {
        let row: Option<(String,)> = self.db.maybe(load::ACCOUNT, (person.0,)).await?;
        row.map(|(text,)| account(&text)).transpose()
    }

    /// A one-time link that still works.
    pub async fn link(&self, token: &str, at: Timestamp) -> Result<Option<Link>, StoreError> {
        let row: Option<(String,)> = self.db.maybe(LINK, (token_digest(token).0.to_vec(),)).await?;
        let link: Option<Link> = row.map(|(text,)| serde_json::from_str(&text)).transpose()?;
        Ok(link.filter(|link| link.expires_at > at))
    }

    /// What was asked of an authenticator in a session, while it is waited for.
    pub async fn ceremony(
        &self,
        session: Uuid,
        purpose: Purpose,
        at: Timestamp,
    ) -> Result<Option<Ceremony>, StoreError> {
        let row: Option<(String, Ts)> =
            self.db.maybe(CEREMONY, (session, purpose.as_str().to_owned())).await?;
        let Some((body, expires_at)) = row else { return Ok(None) };
        let expires_at = timestamp(expires_at)?;
        Ok(Some(Ceremony { session, purpose, expires_at, body }).filter(|it| it.expires_at > at))
    }

    /// What a passkey signed under a decree.
    pub async fn assertion(&self, decree: DecreeId) -> Result<Option<String>, StoreError> {
        let row: Option<(String,)> = self.db.maybe(ASSERTION, (decree.0,)).await?;
        Ok(row.map(|(body,)| body))
    }

    /// What guesses at something are counted under: it tells nobody what they were at.
    #[must_use]
    pub fn guess_key(&self, what: &str) -> Digest {
        self.vault.note_digest(format!("guess {what}").as_bytes())
    }
}

fn session((body, seen_at): &(String, Ts)) -> Result<Session, StoreError> {
    let session: Session = serde_json::from_str(body)?;
    Ok(Session { seen_at: timestamp(*seen_at)?, ..session })
}
