//! Guesses, passwords, one-time links.

use salur_core::access::Denied;
use salur_core::refusal::Refusal;
use salur_core::{Digest, PersonId};
use serde_json::json;
use uuid::Uuid;

use super::{Asked, denied};
use crate::access::{AccessWrite, Account, Factors, Guesses, Link};
use crate::batch::Batch;

impl Batch<'_> {
    pub(super) fn guess(
        &mut self,
        asked: Asked,
        key: Digest,
        person: Option<PersonId>,
        event: Uuid,
    ) -> Result<(), Refusal> {
        let guesses = self.loaded.access.guesses.entry(key).or_insert_with(|| Guesses::none(key, asked.at));
        let locks = guesses.begin(asked.at).map_err(|until| Denied::GuessesUsedUp { until })?;
        self.changes.access.push(AccessWrite::Guesses(guesses.clone()));
        if locks {
            self.tell_of_sign_in(asked, event, "sign_in_locked", person, "guesses");
        }
        Ok(())
    }

    /// The guess was right: those before it are forgotten.
    pub(super) fn guessed(&mut self, key: Digest) {
        self.loaded.access.guesses.remove(&key);
        self.changes.access.push(AccessWrite::NoGuesses(key));
    }

    fn new_account(&self, asked: Asked, person: PersonId, login: String) -> Result<Account, Refusal> {
        self.active(person)?;
        if self.world.roster.is_program(person) {
            return denied(Denied::NotForPrograms);
        }
        if self.loaded.access.login(&login).is_some_and(|other| other != person) {
            return denied(Denied::LoginTaken);
        }
        Ok(Account {
            person,
            login,
            password: None,
            made_at: asked.at,
            password_at: None,
            seq: 0,
            factors: Factors::default(),
        })
    }

    pub(super) fn make_account(
        &mut self,
        asked: Asked,
        person: PersonId,
        login: String,
        password: String,
    ) -> Result<(), Refusal> {
        self.check_runs_accounts(asked)?;
        if self.loaded.access.accounts.contains_key(&person) {
            return denied(Denied::HasAccount);
        }
        let mut account = self.new_account(asked, person, login)?;
        account.password = Some(password);
        account.password_at = Some(asked.at);
        self.keep_account(asked, account, "account_made", json!({}));
        Ok(())
    }

    pub(super) fn make_link(&mut self, asked: Asked, link: Link) -> Result<(), Refusal> {
        self.check_runs_accounts(asked)?;
        if asked.actor == link.person {
            return denied(Denied::NotForOneself);
        }
        let account = match self.loaded.access.accounts.get(&link.person) {
            Some(account) => account.clone(),
            None => self.new_account(asked, link.person, link.login.clone())?,
        };
        self.active(link.person)?;
        self.changes.access.push(AccessWrite::NoLinks(link.person));
        let data = json!({ "expires_at": link.expires_at });
        self.keep_account(asked, account, "link_made", data);
        self.loaded.access.links.insert(link.digest, link.clone());
        self.changes.access.push(AccessWrite::Link(link));
        Ok(())
    }

    /// A password by a link: all sessions end, and what else the person shows stays as it was.
    pub(super) fn redeem(&mut self, asked: Asked, link: &Link, password: String) -> Result<(), Refusal> {
        let known = self.loaded.access.links.remove(&link.digest);
        if known.is_none_or(|known| known.expires_at <= asked.at || known.person != asked.actor) {
            return denied(Denied::LinkInvalid);
        }
        self.active(link.person)?;
        let mut account = self.account(link.person)?;
        account.password = Some(password);
        account.password_at = Some(asked.at);
        self.changes.access.push(AccessWrite::NoLinks(link.person));
        self.keep_account(asked, account, "password_set", json!({}));
        self.end_all(asked, link.person, None, "password_set");
        Ok(())
    }

    pub(super) fn change_password(
        &mut self,
        asked: Asked,
        session: Uuid,
        password: String,
        key: Digest,
    ) -> Result<(), Refusal> {
        self.session(asked, session)?;
        let mut account = self.account(asked.actor)?;
        account.password = Some(password);
        account.password_at = Some(asked.at);
        self.guessed(key);
        self.keep_account(asked, account, "password_changed", json!({}));
        self.end_all(asked, asked.actor, Some(session), "password_changed");
        Ok(())
    }
}
