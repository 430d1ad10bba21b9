//! Sessions open, go on under another token, and end.

use salur_core::access::Denied;
use salur_core::refusal::{Refusal, Why};
use salur_core::{Digest, PersonId};
use serde_json::json;
use uuid::Uuid;

use super::{Asked, denied};
use crate::access::{
    AccessWrite, FACTOR_WAITS, FactorKind, Raise, SESSION_LONGEST, SESSIONS_MAX, Session, SessionKind,
    SessionState, TOKEN_LONGEST,
};
use crate::batch::Batch;

impl Batch<'_> {
    /// The password was right. Whoever has a second factor shows it next; whoever must have one sets it up next.
    pub(super) fn sign_in(
        &mut self,
        asked: Asked,
        mut session: Session,
        key: Digest,
        rehashed: Option<String>,
        factors: bool,
    ) -> Result<(), Refusal> {
        let person = self.active(asked.actor)?;
        let weighs = self.world.needs_second_factor(person, self.world.calendar.date_of(asked.at));
        let mut account = self.account(asked.actor)?;
        session.state = match (factors, account.factors.is_enrolled(), weighs) {
            (true, true, _) => SessionState::WantsFactor,
            (true, false, true) => SessionState::WantsEnrolment,
            _ => SessionState::Full,
        };
        let lasts = if session.state == SessionState::Full { SESSION_LONGEST } else { FACTOR_WAITS };
        session.expires_at = asked.at.saturating_add(lasts).unwrap_or(session.expires_at);
        self.guessed(key);
        if let Some(rehashed) = rehashed {
            account.password = Some(rehashed);
            self.keep_account(asked, account, "password_rehashed", json!({}));
        }
        self.make_room(asked);
        let data = json!({
            "person": session.person, "state": session.state, "expires_at": session.expires_at,
        });
        self.tell_of_access(asked, "session", session.id, 1, "session_opened", &data);
        self.changes.access.push(AccessWrite::Session(session.clone()));
        self.loaded.access.sessions.entry(asked.actor).or_default().push(session);
        Ok(())
    }

    /// Only so many sessions at once: the oldest ends.
    fn make_room(&mut self, asked: Asked) {
        let sessions = self.loaded.access.sessions.get(&asked.actor).cloned().unwrap_or_default();
        let mut theirs: Vec<_> = sessions.into_iter().filter(|it| it.kind == SessionKind::Person).collect();
        theirs.sort_by_key(|session| session.opened_at);
        let beyond = (theirs.len() + 1).saturating_sub(SESSIONS_MAX);
        for session in theirs.into_iter().take(beyond) {
            self.end_one(asked, &session, "too_many");
        }
    }

    /// A factor was shown in a session: it misses nothing, and has another token from now on.
    pub(super) fn raise(
        &mut self,
        asked: Asked,
        raise: Raise,
        factor: FactorKind,
        kind: &'static str,
    ) -> Result<(), Refusal> {
        let mut session = self.session(asked, raise.id)?;
        if session.state != SessionState::Full {
            session.expires_at =
                session.opened_at.saturating_add(SESSION_LONGEST).unwrap_or(session.expires_at);
        }
        session.state = SessionState::Full;
        session.factor = Some(factor);
        session.step_up_at = Some(asked.at);
        session.digest = raise.next;
        session.seen_at = asked.at;
        session.seq = session.seq.saturating_add(1);
        let data = json!({ "person": session.person, "factor": factor });
        self.tell_of_access(asked, "session", session.id, session.seq, kind, &data);
        self.changes.access.push(AccessWrite::Raised(session.clone()));
        let sessions = self.loaded.access.sessions.entry(asked.actor).or_default();
        sessions.retain(|it| it.id != session.id);
        sessions.push(session);
        Ok(())
    }

    pub(super) fn end_session(
        &mut self,
        asked: Asked,
        person: PersonId,
        session: Option<Uuid>,
    ) -> Result<(), Refusal> {
        if person != asked.actor {
            self.check_runs_accounts(asked)?;
        }
        let sessions = self.loaded.access.sessions.get(&person).cloned().unwrap_or_default();
        let ending: Vec<_> = sessions.into_iter().filter(|it| session.is_none_or(|id| it.id == id)).collect();
        if ending.is_empty() && session.is_some() {
            return Err(Why::NotFound.into());
        }
        for session in ending {
            self.end_one(asked, &session, if person == asked.actor { "by_oneself" } else { "by_another" });
        }
        Ok(())
    }

    /// A person's sessions end, but for one.
    pub(super) fn end_all(&mut self, asked: Asked, person: PersonId, but: Option<Uuid>, why: &'static str) {
        let sessions = self.loaded.access.sessions.get(&person).cloned().unwrap_or_default();
        for session in sessions.into_iter().filter(|it| Some(it.id) != but) {
            self.end_one(asked, &session, why);
        }
    }

    fn end_one(&mut self, asked: Asked, session: &Session, why: &'static str) {
        let data = json!({ "person": session.person, "why": why });
        let seq = session.seq.saturating_add(1);
        self.tell_of_access(asked, "session", session.id, seq, "session_ended", &data);
        self.changes.access.push(AccessWrite::NoSession(session.id));
        if let Some(sessions) = self.loaded.access.sessions.get_mut(&session.person) {
            sessions.retain(|it| it.id != session.id);
        }
    }

    /// A program gets a token. Who acts under a program's name is nobody who signs in, and never will be.
    pub(super) fn make_token(&mut self, asked: Asked, mut session: Session) -> Result<(), Refusal> {
        self.check_runs_accounts(asked)?;
        self.active(session.person)?;
        if session.person == asked.actor {
            return denied(Denied::NotForOneself);
        }
        if self.loaded.access.accounts.contains_key(&session.person) {
            return denied(Denied::HasAccount);
        }
        let latest = asked.at.saturating_add(TOKEN_LONGEST).unwrap_or(session.expires_at);
        session.expires_at = session.expires_at.min(latest);
        if !self.world.roster.is_program(session.person) {
            // A person's own token ends: it would be a program's from now on.
            self.end_all(asked, session.person, None, "is_program");
            self.changes.access.push(AccessWrite::Program(session.person));
        }
        let data = json!({
            "person": session.person, "scopes": session.scopes, "expires_at": session.expires_at,
        });
        self.tell_of_access(asked, "session", session.id, 1, "token_made", &data);
        self.changes.access.push(AccessWrite::Session(session.clone()));
        self.loaded.access.sessions.entry(session.person).or_default().push(session);
        Ok(())
    }
}
