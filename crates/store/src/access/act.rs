//! What is asked for: signing in, links, sessions, factors, tokens.

use salur_core::PersonId;
use uuid::Uuid;

use super::{Ceremony, Digest, Link, Passkey, Raise, Session, SessionKind, SessionState, Used};

/// What is asked about who gets in. The person it is about is the one who asks, unless it says otherwise.
#[derive(Debug, Clone)]
pub enum AccessAct {
    /// A guess at a password or code begins. `event` is the id of what is told of it.
    Guess {
        /// What it is at.
        key: Digest,
        /// Whose it is, if that is known.
        person: Option<PersonId>,
        /// The id of the event that tells of a lock.
        event: Uuid,
    },
    /// A guess was wrong.
    Failed {
        /// Whose it was, if that is known.
        person: Option<PersonId>,
        /// The event's id.
        event: Uuid,
        /// What it was at: `password` or `factor`.
        what: &'static str,
    },
    /// A guess was right, and nothing follows from it.
    Right(Digest),
    /// The password was right: a session opens.
    SignIn {
        /// The session.
        session: Box<Session>,
        /// The guess that was right.
        key: Digest,
        /// The password hashed anew, where it was kept more cheaply.
        rehashed: Option<String>,
        /// True where second factors are asked for at all.
        factors: bool,
    },
    /// A second factor was right: the session is full, or stepped up, and has another token.
    ShowFactor {
        /// In which session.
        raise: Raise,
        /// What was shown.
        used: Used,
        /// The guess that was right.
        key: Option<Digest>,
    },
    /// An account is made, as the demo does.
    MakeAccount {
        /// For whom.
        person: PersonId,
        /// The name they sign in under.
        login: String,
        /// The password as it is kept.
        password: String,
    },
    /// A one-time link is made for somebody; those before it work no longer.
    MakeLink(Link),
    /// Somebody sets a password by a link.
    Redeem {
        /// The link.
        link: Link,
        /// The password as it is kept.
        password: String,
    },
    /// Somebody changes their password; their other sessions end.
    ChangePassword {
        /// The session that goes on.
        session: Uuid,
        /// The password as it is kept.
        password: String,
        /// The guess at the old one that was right.
        key: Digest,
    },
    /// Something is asked of an authenticator.
    Begin(Ceremony),
    /// A passkey is added.
    AddPasskey {
        /// In which session.
        raise: Raise,
        /// The passkey.
        passkey: Passkey,
    },
    /// One-time codes are set up, with the step of the first one.
    SetTotp {
        /// In which session.
        raise: Raise,
        /// The secret, sealed.
        sealed: Vec<u8>,
        /// The step whose code was shown.
        step: i64,
    },
    /// Recovery codes take the place of those before.
    SetRecovery {
        /// In which session.
        session: Uuid,
        /// Their hashes.
        hashes: Vec<Digest>,
    },
    /// A factor is removed.
    RemoveFactor {
        /// In which session.
        session: Uuid,
        /// The passkey; one-time codes where none is named.
        passkey: Option<String>,
        /// True where second factors are asked for at all.
        factors: bool,
    },
    /// A session ends: one's own, or anybody's where the actor runs accounts.
    EndSession {
        /// Whose.
        person: PersonId,
        /// Which; all where none is named.
        session: Option<Uuid>,
    },
    /// A session was used.
    Touch(Digest),
    /// A program gets a token; the person it acts under is none from then on.
    MakeToken(Box<Session>),
}

/// A session as it is opened without anybody signing in.
pub(crate) fn token_session(row: &crate::job::SessionRow, id: Uuid) -> Session {
    Session {
        digest: row.digest,
        id,
        person: row.person,
        kind: SessionKind::Token,
        label: row.label.clone(),
        opened_at: row.opened_at,
        expires_at: row.expires_at,
        seen_at: row.opened_at,
        state: SessionState::Full,
        factor: None,
        step_up_at: None,
        scopes: Vec::new(),
        seq: 1,
    }
}
