//! Who gets in: accounts, sessions, one-time links, guesses, and what passkeys signed. What is asked for is decided in
//! the commit loop like everything else, and leaves its event in the audit chain.

mod act;
mod cell;
mod load;
mod read;
mod write;

use jiff::{SignedDuration, Timestamp};
use salur_core::{Digest, PersonId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use act::AccessAct;
pub(crate) use act::token_session;
pub(crate) use cell::Cell;
pub use load::AccessLoaded;
pub(crate) use load::AccessNeeds;
pub use write::AccessWrite;
pub(crate) use write::{forgotten, gone};

/// How long somebody's session lasts at most.
pub const SESSION_LONGEST: SignedDuration = SignedDuration::from_hours(12);
/// How long it lasts while nothing is done in it.
pub const SESSION_IDLE: SignedDuration = SignedDuration::from_mins(30);
/// How long the second factor is waited for, once the password was right.
pub const FACTOR_WAITS: SignedDuration = SignedDuration::from_mins(15);
/// How many sessions somebody has at once.
pub const SESSIONS_MAX: usize = 3;
/// For how long a second factor that was just shown counts for what weighs much.
pub const STEP_UP_LASTS: SignedDuration = SignedDuration::from_mins(5);
/// How long an authenticator is waited for.
pub const CEREMONY_LASTS: SignedDuration = SignedDuration::from_mins(5);
/// How long a one-time link works.
pub const LINK_LASTS: SignedDuration = SignedDuration::from_hours(24);
/// How long a program's token works at most.
pub const TOKEN_LONGEST: SignedDuration = SignedDuration::from_hours(365 * 24);
/// How many passkeys somebody has.
pub const PASSKEYS_MAX: usize = 10;

/// Somebody who may sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Who.
    pub person: PersonId,
    /// The name they sign in under, in small letters.
    pub login: String,
    /// The password as it is kept.
    pub password: Option<String>,
    /// Since when the account is there.
    pub made_at: Timestamp,
    /// Since when the password is this one.
    pub password_at: Option<Timestamp>,
    /// How many events the audit chain has of it.
    pub seq: u32,
    /// What else they show, beside the password.
    #[serde(default)]
    pub factors: Factors,
}

/// What somebody shows beside the password.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factors {
    /// Passkeys.
    #[serde(default)]
    pub passkeys: Vec<Passkey>,
    /// One-time codes by time.
    #[serde(default)]
    pub totp: Option<Totp>,
    /// Hashes of the recovery codes that are left.
    #[serde(default)]
    pub recovery: Vec<Digest>,
}

impl Factors {
    /// True if there is one that somebody can go on using: recovery codes are for the day it is lost.
    #[must_use]
    pub fn is_enrolled(&self) -> bool {
        !self.passkeys.is_empty() || self.totp.is_some()
    }
}

/// A passkey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkey {
    /// The credential's id, in Base64url.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// The credential, with its counter.
    pub credential: String,
    /// Since when.
    pub made_at: Timestamp,
    /// When it was last shown.
    pub used_at: Option<Timestamp>,
}

/// One-time codes by time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totp {
    /// The secret, sealed under the office's key.
    pub sealed: Vec<u8>,
    /// The last step of time whose code was used.
    pub last_step: i64,
    /// Since when.
    pub made_at: Timestamp,
}

/// Whom a session or token speaks for, and how far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// SHA-256 of the token.
    pub digest: Digest,
    /// Its id, whichever token it has.
    pub id: Uuid,
    /// Whom it speaks for.
    pub person: PersonId,
    /// What kind of session it is.
    pub kind: SessionKind,
    /// The device, or what it is for.
    pub label: String,
    /// Since when.
    pub opened_at: Timestamp,
    /// Until when at most.
    pub expires_at: Timestamp,
    /// When it was last used, to the minute.
    #[serde(skip)]
    pub seen_at: Timestamp,
    /// What is still missing.
    pub state: SessionState,
    /// The second factor that was shown.
    #[serde(default)]
    pub factor: Option<FactorKind>,
    /// When a second factor was last shown.
    #[serde(default)]
    pub step_up_at: Option<Timestamp>,
    /// What a program's token is good for.
    #[serde(default)]
    pub scopes: Vec<TokenScope>,
    /// How many events the audit chain has of it.
    pub seq: u32,
}

/// What kind of session it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionKind {
    /// Somebody has signed in: it ends when nothing is done in it.
    Person,
    /// A token that the office's setup or the demo has given to somebody: it ends when it expires.
    Token,
    /// A program's.
    Program,
}

/// What a session still misses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionState {
    /// Nothing.
    Full,
    /// The second factor that its person has.
    WantsFactor,
    /// A second factor, which its person must have and has not.
    WantsEnrolment,
}

/// A kind of second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactorKind {
    /// A passkey.
    Passkey,
    /// A one-time code by time.
    Totp,
    /// A recovery code.
    Recovery,
}

impl FactorKind {
    /// Its name in data.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            FactorKind::Passkey => "passkey",
            FactorKind::Totp => "totp",
            FactorKind::Recovery => "recovery",
        }
    }
}

/// What a program's token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenScope {
    /// Reading.
    Read,
    /// Entering and handling requests, as far as the program's roles go.
    Write,
}

impl Session {
    /// True if it is over: expired, or nothing was done in it for too long.
    #[must_use]
    pub fn is_over(&self, at: Timestamp) -> bool {
        let idle = self.kind == SessionKind::Person && self.seen_at.duration_until(at) >= SESSION_IDLE;
        idle || self.expires_at <= at
    }

    /// True if a second factor was shown just before.
    #[must_use]
    pub fn is_stepped_up(&self, at: Timestamp) -> bool {
        self.step_up_at.is_some_and(|shown| shown <= at && shown.duration_until(at) < STEP_UP_LASTS)
    }
}

/// A link that lets somebody set a password, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// SHA-256 of its token.
    pub digest: Digest,
    /// For whom.
    pub person: PersonId,
    /// The name they will sign in under, where they have no account.
    pub login: String,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Guesses at one password or code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guesses {
    /// Keyed hash of what they are at.
    pub key: Digest,
    /// How many have failed, or are under way.
    pub failed: u32,
    /// The last one.
    pub last: Timestamp,
    /// No further ones until then.
    pub locked_until: Option<Timestamp>,
}

/// Failures before guesses must wait.
const FAILURES: u32 = 5;
/// How long the first wait is; it doubles with each failure after it.
const WAIT_FIRST: SignedDuration = SignedDuration::from_mins(1);
/// How long a wait is at most.
const WAIT_LONGEST: SignedDuration = SignedDuration::from_mins(15);
/// After so long without one, failures are forgotten.
const FAILURES_KEPT: SignedDuration = SignedDuration::from_hours(24);

impl Guesses {
    /// None yet.
    #[must_use]
    pub fn none(key: Digest, at: Timestamp) -> Guesses {
        Guesses { key, failed: 0, last: at, locked_until: None }
    }

    /// One more guess begins: it counts as failed until it is known not to be, so that a thousand at once are no more
    /// than five. Refused is when another may be made.
    pub(crate) fn begin(&mut self, at: Timestamp) -> Result<bool, Timestamp> {
        if let Some(until) = self.locked_until.filter(|until| *until > at) {
            return Err(until);
        }
        if self.last.duration_until(at) >= FAILURES_KEPT {
            self.failed = 0;
        }
        self.failed = self.failed.saturating_add(1);
        self.last = at;
        let Some(beyond) = self.failed.checked_sub(FAILURES) else { return Ok(false) };
        let wait = WAIT_FIRST.checked_mul(1 << beyond.min(4)).unwrap_or(WAIT_LONGEST).min(WAIT_LONGEST);
        self.locked_until = at.checked_add(wait).ok();
        Ok(true)
    }
}

/// What was asked of an authenticator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ceremony {
    /// In which session.
    pub session: Uuid,
    /// What for.
    pub purpose: Purpose,
    /// Until when it is waited for.
    pub expires_at: Timestamp,
    /// What the answer is checked against.
    pub body: String,
}

/// What an authenticator was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// A new passkey.
    Register,
    /// A passkey, to sign in or to confirm that it is still the same person.
    Show,
    /// A passkey, to sign a decree.
    Sign,
    /// The first code of one-time codes.
    Totp,
}

impl Purpose {
    /// Its name in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Purpose::Register => "register",
            Purpose::Show => "show",
            Purpose::Sign => "sign",
            Purpose::Totp => "totp",
        }
    }
}

/// A factor that was shown and fits; whether it still counts is decided when it is committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Used {
    /// A passkey: its id, and the credential from now on.
    Passkey(String, String),
    /// A code of a step of time.
    Totp(i64),
    /// A recovery code, by its hash.
    Recovery(Digest),
}

impl Used {
    /// Which kind it is.
    #[must_use]
    pub fn kind(&self) -> FactorKind {
        match self {
            Used::Passkey(..) => FactorKind::Passkey,
            Used::Totp(_) => FactorKind::Totp,
            Used::Recovery(_) => FactorKind::Recovery,
        }
    }
}

/// A session in which a factor is shown: it has another token from then on, so that nobody goes on with one they knew
/// before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Raise {
    /// The session.
    pub id: Uuid,
    /// SHA-256 of its token from now on.
    pub next: Digest,
}

/// What a passkey signed under a decree; it is kept with the decree's signature, or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// The session in which the passkey was asked for.
    pub session: Uuid,
    /// The passkey's id.
    pub passkey: String,
    /// The passkey from now on, its counter included.
    pub credential: String,
    /// What was signed, as JSON.
    pub body: String,
}

#[cfg(test)]
mod tests;
