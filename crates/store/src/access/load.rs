//! What acts about who gets in are decided on.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use salur_core::{Digest, PersonId};
use serde::Deserialize;
use uuid::Uuid;

use super::{AccessAct, Account, Assertion, Cell, Factors, Guesses, Link, Purpose, Session, Used};
use crate::error::StoreError;

pub(super) const ACCOUNT: &str =
    "select '{\"account\":' || body || ',\"factors\":' || factors || '}' from account where person = $1";
const LOGIN: &str =
    "select '{\"account\":' || body || ',\"factors\":' || factors || '}' from account where login = $1";
const GUESSES: &str = "select body from guess where key = $1";
const LINK: &str = "select body from one_time_link where digest = $1";
const SESSIONS: &str = "select body from session where person = $1";
const CEREMONY: &str = "select body from ceremony where session = $1 and purpose = $2";

/// What acts about who gets in need loaded.
#[derive(Debug, Default)]
pub(crate) struct AccessNeeds {
    guesses: BTreeSet<[u8; 32]>,
    links: BTreeSet<[u8; 32]>,
    people: BTreeSet<PersonId>,
    logins: BTreeSet<String>,
    ceremonies: Vec<(Uuid, Purpose)>,
}

/// One question to the database, which answers with texts.
pub(crate) struct Question {
    pub(crate) sql: &'static str,
    pub(crate) cells: Vec<Cell>,
    kind: Kind,
}

enum Kind {
    Account,
    Guesses,
    Link,
    Sessions(PersonId),
    Ceremony(Uuid, Purpose),
}

impl AccessNeeds {
    /// What an act of an actor is decided on.
    pub(crate) fn act(&mut self, actor: PersonId, act: &AccessAct) {
        self.people.insert(actor);
        match act {
            AccessAct::Guess { key, person, .. } => {
                self.guesses.insert(key.0);
                self.people.extend(*person);
            }
            AccessAct::SignIn { key, .. } | AccessAct::ChangePassword { key, .. } => {
                self.guesses.insert(key.0);
            }
            AccessAct::ShowFactor { raise, used, key } => {
                self.guesses.extend(key.map(|key| key.0));
                if matches!(used, Used::Passkey(..)) {
                    self.ceremonies.push((raise.id, Purpose::Show));
                }
            }
            AccessAct::AddPasskey { raise, .. } => self.ceremonies.push((raise.id, Purpose::Register)),
            AccessAct::SetTotp { raise, .. } => self.ceremonies.push((raise.id, Purpose::Totp)),
            AccessAct::MakeAccount { person, login, .. } => {
                self.people.insert(*person);
                self.logins.insert(login.clone());
            }
            AccessAct::MakeLink(link) => {
                self.people.insert(link.person);
                self.logins.insert(link.login.clone());
            }
            AccessAct::Redeem { link, .. } => {
                self.links.insert(link.digest.0);
                self.people.insert(link.person);
                self.logins.insert(link.login.clone());
            }
            AccessAct::Begin(_)
            | AccessAct::Right(_)
            | AccessAct::Failed { .. }
            | AccessAct::SetRecovery { .. }
            | AccessAct::RemoveFactor { .. }
            | AccessAct::Touch(_) => {}
            AccessAct::EndSession { person, .. } => {
                self.people.insert(*person);
            }
            AccessAct::MakeToken(session) => {
                self.people.insert(session.person);
            }
        }
    }

    /// What a signature by passkey is decided on.
    pub(crate) fn assertion(&mut self, actor: PersonId, assertion: &Assertion) {
        self.people.insert(actor);
        self.ceremonies.push((assertion.session, Purpose::Sign));
    }

    /// The questions to ask.
    pub(crate) fn questions(self) -> Vec<Question> {
        let AccessNeeds { guesses, links, people, logins, ceremonies } = self;
        let ask = |sql, cells, kind| Question { sql, cells, kind };
        let mut questions = Vec::new();
        for key in guesses {
            questions.push(ask(GUESSES, vec![Cell::Bytes(key.to_vec())], Kind::Guesses));
        }
        for digest in links {
            questions.push(ask(LINK, vec![Cell::Bytes(digest.to_vec())], Kind::Link));
        }
        for person in people.into_iter().filter(|person| !person.0.is_nil()) {
            questions.push(ask(ACCOUNT, vec![Cell::Id(person.0)], Kind::Account));
            questions.push(ask(SESSIONS, vec![Cell::Id(person.0)], Kind::Sessions(person)));
        }
        for login in logins {
            questions.push(ask(LOGIN, vec![Cell::Text(login)], Kind::Account));
        }
        for (session, purpose) in ceremonies {
            let cells = vec![Cell::Id(session), Cell::Text(purpose.as_str().into())];
            questions.push(ask(CEREMONY, cells, Kind::Ceremony(session, purpose)));
        }
        questions
    }
}

/// What is known of who gets in, as far as a batch needs it; kept up while the batch is decided.
#[derive(Debug, Default)]
pub struct AccessLoaded {
    pub(crate) accounts: BTreeMap<PersonId, Account>,
    pub(crate) guesses: HashMap<Digest, Guesses>,
    pub(crate) links: HashMap<Digest, Link>,
    pub(crate) sessions: BTreeMap<PersonId, Vec<Session>>,
    pub(crate) ceremonies: HashMap<(Uuid, Purpose), String>,
}

impl AccessLoaded {
    /// Takes what the database answered.
    pub(crate) fn take(&mut self, question: &Question, texts: Vec<String>) -> Result<(), StoreError> {
        for text in texts {
            match &question.kind {
                Kind::Account => {
                    let account = account(&text)?;
                    self.accounts.insert(account.person, account);
                }
                Kind::Guesses => {
                    let guesses: Guesses = serde_json::from_str(&text)?;
                    self.guesses.insert(guesses.key, guesses);
                }
                Kind::Link => {
                    let link: Link = serde_json::from_str(&text)?;
                    self.links.insert(link.digest, link);
                }
                Kind::Sessions(person) => {
                    self.sessions.entry(*person).or_default().push(serde_json::from_str(&text)?);
                }
                Kind::Ceremony(session, purpose) => {
                    self.ceremonies.insert((*session, *purpose), text);
                }
            }
        }
        Ok(())
    }

    /// Who signs in under a name.
    pub(crate) fn login(&self, login: &str) -> Option<PersonId> {
        self.accounts.values().find(|account| account.login == login).map(|account| account.person)
    }
}

/// An account with its factors.
pub(super) fn account(text: &str) -> Result<Account, StoreError> {
    #[derive(Deserialize)]
    struct Both {
        account: Account,
        factors: Factors,
    }
    let Both { account, factors } = serde_json::from_str(text)?;
    Ok(Account { factors, ..account })
}
