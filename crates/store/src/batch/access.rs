//! Decides who gets in: on accounts, sessions and guesses as they are when it is committed, so that a code is used once
//! and a thousand guesses at once are no more than five.

mod factor;
mod password;
mod session;

use jiff::Timestamp;
use salur_core::PersonId;
use salur_core::access::Denied;
use salur_core::refusal::{Refusal, Why};
use salur_core::roster::Person;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Batch, Told};
use crate::access::{AccessAct, AccessWrite, Account, Session};
use crate::chain::{NewEvent, named_subject};
use crate::job::Answer;

/// Who asks, and when.
#[derive(Debug, Clone, Copy)]
struct Asked {
    actor: PersonId,
    at: Timestamp,
}

fn denied<T>(denied: Denied) -> Result<T, Refusal> {
    Err(denied.into())
}

impl Batch<'_> {
    pub(super) fn access(&mut self, actor: PersonId, at: Timestamp, act: AccessAct) -> Told {
        let asked = Asked { actor, at };
        match act {
            AccessAct::Guess { key, person, event } => self.guess(asked, key, person, event)?,
            AccessAct::Failed { person, event, what } => {
                self.tell_of_sign_in(asked, event, "sign_in_failed", person, what);
            }
            AccessAct::Right(key) => self.guessed(key),
            AccessAct::SignIn { session, key, rehashed, factors } => {
                self.sign_in(asked, *session, key, rehashed, factors)?;
            }
            AccessAct::ShowFactor { raise, used, key } => self.show_factor(asked, raise, used, key)?,
            AccessAct::MakeAccount { person, login, password } => {
                self.make_account(asked, person, login, password)?;
            }
            AccessAct::MakeLink(link) => self.make_link(asked, link)?,
            AccessAct::Redeem { link, password } => self.redeem(asked, &link, password)?,
            AccessAct::ChangePassword { session, password, key } => {
                self.change_password(asked, session, password, key)?;
            }
            AccessAct::Begin(ceremony) => {
                self.session(asked, ceremony.session)?;
                self.changes.access.push(AccessWrite::Ceremony(ceremony));
            }
            AccessAct::AddPasskey { raise, passkey } => self.add_passkey(asked, raise, passkey)?,
            AccessAct::SetTotp { raise, sealed, step } => self.set_totp(asked, raise, sealed, step)?,
            AccessAct::SetRecovery { session, hashes } => self.set_recovery(asked, session, hashes)?,
            AccessAct::RemoveFactor { session, passkey, factors } => {
                self.remove_factor(asked, session, passkey.as_deref(), factors)?;
            }
            AccessAct::EndSession { person, session } => self.end_session(asked, person, session)?,
            AccessAct::Touch(digest) => {
                self.changes.access.push(AccessWrite::Seen(digest, at.as_microsecond()));
            }
            AccessAct::MakeToken(session) => self.make_token(asked, *session)?,
        }
        Ok(Answer::Kept)
    }

    /// Somebody of the office who is still here.
    fn active(&self, person: PersonId) -> Result<&Person, Refusal> {
        let known = self.world.roster.person(person).filter(|person| person.active);
        known.ok_or_else(|| Why::NotFound.into())
    }

    /// The actor runs accounts: whoever may register people, or the operator at the machine, who is nobody in the office.
    fn check_runs_accounts(&self, asked: Asked) -> Result<(), Refusal> {
        if asked.actor.0.is_nil() || self.world.runs_accounts(self.active(asked.actor)?) {
            return Ok(());
        }
        denied(Denied::MayNotRunAccounts)
    }

    /// A session of the actor's that is not over.
    fn session(&self, asked: Asked, id: Uuid) -> Result<Session, Refusal> {
        let sessions = self.loaded.access.sessions.get(&asked.actor);
        let found = sessions.and_then(|sessions| sessions.iter().find(|session| session.id == id));
        // How long it was idle was asked when it was read.
        found.filter(|it| it.expires_at > asked.at).cloned().ok_or_else(|| Denied::SessionEnded.into())
    }

    /// The actor's account.
    fn account(&self, person: PersonId) -> Result<Account, Refusal> {
        self.loaded.access.accounts.get(&person).cloned().ok_or_else(|| Denied::NoAccount.into())
    }

    /// Keeps an account as it is from now on, and tells what happened to it.
    fn keep_account(&mut self, asked: Asked, mut account: Account, kind: &'static str, mut data: Value) {
        account.seq = account.seq.saturating_add(1);
        if let Some(data) = data.as_object_mut() {
            data.insert("person".into(), json!(account.person));
        }
        let id = named_subject("account", &account.person.to_string());
        self.tell_of_access(asked, "account", id, account.seq, kind, &data);
        self.changes.access.push(AccessWrite::Account(account.clone()));
        self.loaded.access.accounts.insert(account.person, account);
    }

    /// What happened to something about who gets in.
    fn tell_of_access(
        &mut self,
        asked: Asked,
        subject_kind: &'static str,
        subject_id: Uuid,
        seq: u32,
        kind: &'static str,
        data: &Value,
    ) {
        self.changes.events.push(NewEvent {
            at: asked.at.as_microsecond(),
            actor: asked.actor,
            for_whom: None,
            subject_kind,
            subject_id,
            seq,
            kind,
            data: data.to_string(),
        });
    }

    /// What happened at the door: whose name was named is told if it is somebody's, and never the name itself.
    fn tell_of_sign_in(
        &mut self,
        asked: Asked,
        event: Uuid,
        kind: &'static str,
        person: Option<PersonId>,
        what: &'static str,
    ) {
        let data = json!({ "person": person, "what": what });
        self.tell_of_access(asked, "sign_in", event, 1, kind, &data);
    }
}
