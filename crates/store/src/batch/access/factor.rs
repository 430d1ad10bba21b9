//! Second factors: set up, shown, removed; and what a passkey signs.

use salur_core::access::Denied;
use salur_core::refusal::Refusal;
use salur_core::world::Context;
use salur_core::{DecreeId, Digest};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{Asked, denied};
use crate::access::{
    AccessWrite, Account, Assertion, PASSKEYS_MAX, Passkey, Purpose, Raise, Session, SessionState, Totp, Used,
};
use crate::batch::Batch;
use crate::chain::named_subject;

impl Batch<'_> {
    /// A factor counts once: a code is used up, an authenticator's answer was asked for and is asked for no longer.
    pub(super) fn show_factor(
        &mut self,
        asked: Asked,
        raise: Raise,
        used: Used,
        key: Option<Digest>,
    ) -> Result<(), Refusal> {
        let session = self.session(asked, raise.id)?;
        if session.state == SessionState::WantsEnrolment {
            return denied(Denied::FactorUnknown);
        }
        let kind = used.kind();
        match used {
            Used::Passkey(id, credential) => {
                self.consume(raise.id, Purpose::Show)?;
                self.used_passkey(asked, &id, credential)?;
            }
            Used::Totp(step) => {
                let mut account = self.account(asked.actor)?;
                let totp = account.factors.totp.as_mut().filter(|totp| step > totp.last_step);
                totp.ok_or(Denied::CodeInvalid)?.last_step = step;
                self.note_account(account);
            }
            Used::Recovery(hash) => {
                let mut account = self.account(asked.actor)?;
                let place = account.factors.recovery.iter().position(|it| *it == hash);
                account.factors.recovery.swap_remove(place.ok_or(Denied::CodeInvalid)?);
                let data = json!({ "left": account.factors.recovery.len() });
                self.keep_account(asked, account, "recovery_code_used", data);
            }
        }
        if let Some(key) = key {
            self.guessed(key);
        }
        let shown = if session.state == SessionState::Full { "stepped_up" } else { "signed_in" };
        self.raise(asked, raise, kind, shown)
    }

    /// What was asked of an authenticator is answered, once.
    fn consume(&mut self, session: Uuid, purpose: Purpose) -> Result<(), Refusal> {
        self.loaded.access.ceremonies.remove(&(session, purpose)).ok_or(Denied::CeremonyGone)?;
        self.changes.access.push(AccessWrite::NoCeremony(session, purpose));
        Ok(())
    }

    fn used_passkey(&mut self, asked: Asked, id: &str, credential: String) -> Result<(), Refusal> {
        let mut account = self.account(asked.actor)?;
        let passkey = account.factors.passkeys.iter_mut().find(|passkey| passkey.id == id);
        let passkey = passkey.ok_or(Denied::FactorUnknown)?;
        passkey.credential = credential;
        passkey.used_at = Some(asked.at);
        self.note_account(account);
        Ok(())
    }

    /// Keeps an account of which there is nothing to tell.
    fn note_account(&mut self, account: Account) {
        self.changes.access.push(AccessWrite::Account(account.clone()));
        self.loaded.access.accounts.insert(account.person, account);
    }

    /// Factors change in a session that misses nothing and, where there is one already, has just shown it; or in one
    /// that waits for the first.
    fn changing(&self, asked: Asked, id: Uuid) -> Result<(Session, Account), Refusal> {
        let (session, account) = (self.session(asked, id)?, self.account(asked.actor)?);
        let is_free = match session.state {
            SessionState::WantsFactor => false,
            SessionState::WantsEnrolment => !account.factors.is_enrolled(),
            SessionState::Full => !account.factors.is_enrolled() || session.is_stepped_up(asked.at),
        };
        if is_free { Ok((session, account)) } else { denied(Denied::StepUpNeeded) }
    }

    pub(super) fn add_passkey(
        &mut self,
        asked: Asked,
        raise: Raise,
        passkey: Passkey,
    ) -> Result<(), Refusal> {
        let (_, mut account) = self.changing(asked, raise.id)?;
        if account.factors.passkeys.len() >= PASSKEYS_MAX {
            return denied(Denied::FactorsFull);
        }
        if account.factors.passkeys.iter().any(|it| it.id == passkey.id) {
            return denied(Denied::FactorUnknown);
        }
        self.consume(raise.id, Purpose::Register)?;
        let data = json!({ "passkey": passkey.id });
        account.factors.passkeys.push(passkey);
        self.keep_account(asked, account, "passkey_added", data);
        self.raise(asked, raise, crate::access::FactorKind::Passkey, "signed_in")
    }

    pub(super) fn set_totp(
        &mut self,
        asked: Asked,
        raise: Raise,
        sealed: Vec<u8>,
        step: i64,
    ) -> Result<(), Refusal> {
        let (_, mut account) = self.changing(asked, raise.id)?;
        self.consume(raise.id, Purpose::Totp)?;
        account.factors.totp = Some(Totp { sealed, last_step: step, made_at: asked.at });
        self.keep_account(asked, account, "totp_set", json!({}));
        self.raise(asked, raise, crate::access::FactorKind::Totp, "signed_in")
    }

    pub(super) fn set_recovery(
        &mut self,
        asked: Asked,
        session: Uuid,
        hashes: Vec<Digest>,
    ) -> Result<(), Refusal> {
        let (_, mut account) = self.changing(asked, session)?;
        if !account.factors.is_enrolled() {
            return denied(Denied::FactorUnknown);
        }
        account.factors.recovery = hashes;
        let data = json!({ "codes": account.factors.recovery.len() });
        self.keep_account(asked, account, "recovery_codes_made", data);
        Ok(())
    }

    /// Whoever must have a second factor keeps one. The other sessions end: somebody may have lost what they showed
    /// there.
    pub(super) fn remove_factor(
        &mut self,
        asked: Asked,
        session: Uuid,
        passkey: Option<&str>,
        factors: bool,
    ) -> Result<(), Refusal> {
        let (_, mut account) = self.changing(asked, session)?;
        let kept = &mut account.factors;
        let (had, told) = match passkey {
            Some(id) => {
                let before = kept.passkeys.len();
                kept.passkeys.retain(|it| it.id != id);
                (kept.passkeys.len() < before, "passkey_removed")
            }
            None => (kept.totp.take().is_some(), "totp_removed"),
        };
        if !had {
            return denied(Denied::FactorUnknown);
        }
        let person = self.active(asked.actor)?;
        let must = factors && self.world.needs_second_factor(person, self.world.calendar.date_of(asked.at));
        if !account.factors.is_enrolled() {
            if must {
                return denied(Denied::LastFactor);
            }
            account.factors.recovery.clear();
        }
        self.keep_account(asked, account, told, json!({ "passkey": passkey }));
        self.end_all(asked, asked.actor, Some(session), told);
        Ok(())
    }

    pub(in crate::batch) fn check_assertion(
        &self,
        context: &Context<'_>,
        assertion: &Assertion,
    ) -> Result<(), Refusal> {
        let asked = Asked { actor: context.actor.person.id, at: context.at };
        self.session(asked, assertion.session)?;
        let waits = self.loaded.access.ceremonies.contains_key(&(assertion.session, Purpose::Sign));
        if !waits {
            return denied(Denied::CeremonyGone);
        }
        let known = self.account(asked.actor)?.factors.passkeys;
        if known.iter().any(|passkey| passkey.id == assertion.passkey) {
            return Ok(());
        }
        denied(Denied::FactorUnknown)
    }

    /// Keeps what a passkey signed; the audit chain has its digest, so that it cannot be put in another's place.
    pub(in crate::batch) fn keep_assertion(
        &mut self,
        context: &Context<'_>,
        decree: DecreeId,
        assertion: Assertion,
    ) {
        let asked = Asked { actor: context.actor.person.id, at: context.at };
        let Assertion { session, passkey, credential, body } = assertion;
        // Both were there when it was checked, in this same batch.
        let _ = self.consume(session, Purpose::Sign);
        let _ = self.used_passkey(asked, &passkey, credential);
        let digest = Digest(Sha256::digest(body.as_bytes()).into());
        let data = json!({ "decree": decree, "passkey": passkey, "digest": digest });
        let id = named_subject("assertion", &decree.to_string());
        self.tell_of_access(asked, "assertion", id, 1, "assertion_kept", &data);
        self.changes.access.push(AccessWrite::Assertion(decree, body));
    }
}
