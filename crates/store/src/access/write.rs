//! Writes what was decided about who gets in. One text serves both databases.

use salur_core::{DecreeId, Digest, PersonId};
use serde::Serialize;
use uuid::Uuid;

use super::{Account, Cell, Ceremony, Guesses, Link, Purpose, Session};
use crate::error::StoreError;

/// Something to write.
#[derive(Debug, Clone)]
pub enum AccessWrite {
    /// An account from now on.
    Account(Account),
    /// Guesses from now on.
    Guesses(Guesses),
    /// Guesses that were right in the end.
    NoGuesses(Digest),
    /// A one-time link.
    Link(Link),
    /// Links of a person that work no longer.
    NoLinks(PersonId),
    /// A new session.
    Session(Session),
    /// A session from now on, by another token.
    Raised(Session),
    /// A session that is over.
    NoSession(Uuid),
    /// A session was used.
    Seen(Digest, i64),
    /// Something asked of an authenticator.
    Ceremony(Ceremony),
    /// Nothing more is asked of it.
    NoCeremony(Uuid, Purpose),
    /// What a passkey signed under a decree.
    Assertion(DecreeId, String),
    /// The person is a program.
    Program(PersonId),
}

/// A statement with its values.
pub(crate) type Statement = (&'static str, Vec<Cell>);

const ACCOUNT: &str = "insert into account (person, login, body, factors) values ($1, $2, $3, $4)
    on conflict (person) do update set login = excluded.login, body = excluded.body, factors = excluded.factors";
const GUESSES: &str = "insert into guess (key, at, body) values ($1, $2, $3)
    on conflict (key) do update set at = excluded.at, body = excluded.body";
const LINK: &str = "insert into one_time_link (digest, person, expires_at, body) values ($1, $2, $3, $4)";
const SESSION: &str =
    "insert into session (digest, id, person, expires_at, seen_at, body) values ($1, $2, $3, $4, $5, $6)";
const RAISED: &str = "update session set digest = $1, expires_at = $2, seen_at = $3, body = $4 where id = $5";
const SEEN: &str = "update session set seen_at = $1 where digest = $2 and seen_at < $1";
const CEREMONY: &str = "insert into ceremony (session, purpose, expires_at, body) values ($1, $2, $3, $4)
    on conflict (session, purpose) do update set expires_at = excluded.expires_at, body = excluded.body";
const ASSERTION: &str = "insert into assertion (decree, body) values ($1, $2)";
const PROGRAM: &str = "update person set program = true where id = $1";

impl AccessWrite {
    /// True if it changes what decisions are made in.
    pub(crate) fn is_of_office(&self) -> bool {
        matches!(self, AccessWrite::Program(_))
    }

    /// The statements that write it, in order.
    pub(crate) fn statements(&self) -> Result<Vec<Statement>, StoreError> {
        Ok(match self {
            AccessWrite::Account(account) => {
                let body = Account { factors: super::Factors::default(), ..account.clone() };
                let cells = vec![
                    Cell::Id(account.person.0),
                    Cell::Text(account.login.clone()),
                    text(&body)?,
                    text(&account.factors)?,
                ];
                vec![(ACCOUNT, cells)]
            }
            AccessWrite::Guesses(guesses) => {
                vec![(GUESSES, vec![Cell::digest(guesses.key), Cell::at(guesses.last), text(guesses)?])]
            }
            AccessWrite::NoGuesses(key) => {
                vec![("delete from guess where key = $1", vec![Cell::digest(*key)])]
            }
            AccessWrite::Link(link) => {
                let (digest, person) = (Cell::digest(link.digest), Cell::Id(link.person.0));
                vec![(LINK, vec![digest, person, Cell::at(link.expires_at), text(link)?])]
            }
            AccessWrite::NoLinks(person) => {
                vec![("delete from one_time_link where person = $1", vec![Cell::Id(person.0)])]
            }
            AccessWrite::Session(it) => {
                let (digest, id, person) = (Cell::digest(it.digest), Cell::Id(it.id), Cell::Id(it.person.0));
                let cells =
                    vec![digest, id, person, Cell::at(it.expires_at), Cell::at(it.seen_at), text(it)?];
                vec![(SESSION, cells)]
            }
            AccessWrite::Raised(it) => {
                let times = (Cell::at(it.expires_at), Cell::at(it.seen_at));
                vec![(RAISED, vec![Cell::digest(it.digest), times.0, times.1, text(it)?, Cell::Id(it.id)])]
            }
            AccessWrite::NoSession(id) => vec![
                ("delete from ceremony where session = $1", vec![Cell::Id(*id)]),
                ("delete from session where id = $1", vec![Cell::Id(*id)]),
            ],
            AccessWrite::Seen(digest, at) => vec![(SEEN, vec![Cell::At(*at), Cell::digest(*digest)])],
            AccessWrite::Ceremony(it) => {
                let (session, purpose) = (Cell::Id(it.session), Cell::Text(it.purpose.as_str().into()));
                let cells = vec![session, purpose, Cell::at(it.expires_at), Cell::Text(it.body.clone())];
                vec![(CEREMONY, cells)]
            }
            AccessWrite::NoCeremony(session, purpose) => {
                let cells = vec![Cell::Id(*session), Cell::Text(purpose.as_str().into())];
                vec![("delete from ceremony where session = $1 and purpose = $2", cells)]
            }
            AccessWrite::Assertion(decree, body) => {
                vec![(ASSERTION, vec![Cell::Id(decree.0), Cell::Text(body.clone())])]
            }
            AccessWrite::Program(person) => vec![(PROGRAM, vec![Cell::Id(person.0)])],
        })
    }
}

fn text(value: &impl Serialize) -> Result<Cell, StoreError> {
    Ok(Cell::Text(serde_json::to_string(value)?))
}

/// What ends with a person who leaves: they come in no more, by whatever they have.
pub(crate) fn gone(person: PersonId) -> Vec<Statement> {
    [
        "delete from ceremony where session in (select id from session where person = $1)",
        "delete from session where person = $1",
        "delete from one_time_link where person = $1",
        "delete from account where person = $1",
    ]
    .map(|sql| (sql, vec![Cell::Id(person.0)]))
    .into()
}

/// What nobody asks for any more: what is over since before a time.
pub(crate) fn forgotten(before: i64) -> Vec<Statement> {
    [
        "delete from guess where at < $1",
        "delete from ceremony where expires_at < $1",
        "delete from one_time_link where expires_at < $1",
        "delete from session where expires_at < $1",
    ]
    .map(|sql| (sql, vec![Cell::At(before)]))
    .into()
}
