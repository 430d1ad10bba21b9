//! Tokens of programs: each acts under a name of its own, which two persons have registered and given its roles, and
//! never approves, pays or changes the office.

use jiff::Timestamp;
use salur_access::fresh_token;
use salur_core::PersonId;
use salur_store::access::{AccessAct, Session, SessionKind, SessionState, TOKEN_LONGEST, TokenScope};
use salur_store::chain::named_subject;
use salur_store::token_digest;
use uuid::Uuid;

use super::address::plain;
use super::{act, broken};
use crate::problem::{Problem, pick};
use crate::{App, Caller};

/// What a program's token begins with, so that one that was lost is known for what it is.
pub(crate) const PREFIX: &str = "salur_";

/// A token as it was made.
#[derive(Debug, Clone)]
pub struct MadeToken {
    /// The token: it is shown once, here.
    pub token: String,
    /// What is kept of it.
    pub session: Session,
}

/// Makes a token for a program. Whoever it acts under signs in no more.
pub async fn make_token(
    app: &App,
    caller: &Caller,
    person: PersonId,
    name: &str,
    scopes: Vec<TokenScope>,
    expires_at: Timestamp,
) -> Result<MadeToken, Problem> {
    caller.check_step_up(app)?;
    let latest = caller.at.saturating_add(TOKEN_LONGEST).unwrap_or(caller.at);
    if expires_at <= caller.at || expires_at > latest || scopes.is_empty() {
        let detail = pick(
            caller.lang,
            "Token berlaku sampai paling lama satu tahun, untuk sedikitnya satu hal.",
            "A token lasts for at most a year, and is good for at least one thing.",
        );
        return Err(Problem::malformed("token_terms", detail));
    }
    let token = fresh_token().map_err(|error| broken(&error, caller.lang))?;
    let token = format!("{PREFIX}{token}");
    let digest = token_digest(&token);
    let session = Session {
        digest,
        id: named_subject("session", &digest.to_string()),
        person,
        kind: SessionKind::Program,
        label: plain(name),
        opened_at: caller.at,
        expires_at,
        seen_at: caller.at,
        state: SessionState::Full,
        factor: None,
        step_up_at: None,
        scopes,
        seq: 1,
    };
    act(app, caller.person.id, caller.lang, AccessAct::MakeToken(Box::new(session.clone()))).await?;
    Ok(MadeToken { token, session })
}

/// The tokens of all programs, for who runs accounts.
pub async fn program_tokens(app: &App, caller: &Caller) -> Result<Vec<Session>, Problem> {
    caller.check_runs_accounts(app)?;
    let listed = app.store.program_tokens(caller.at).await;
    listed.map_err(|error| Problem::broken(&error, caller.lang))
}

/// Ends a program's token.
pub async fn revoke_token(app: &App, caller: &Caller, id: Uuid) -> Result<(), Problem> {
    let known = program_tokens(app, caller).await?.into_iter().find(|token| token.id == id);
    let known = known.ok_or_else(|| Problem::not_found(caller.lang))?;
    let ends = AccessAct::EndSession { person: known.person, session: Some(id) };
    act(app, caller.person.id, caller.lang, ends).await
}
