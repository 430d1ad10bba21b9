//! Signing in with a name and a password, and leaving.

use jiff::Timestamp;
use salur_access::{fold_login, fresh_token};
use salur_core::{Digest, PersonId};
use salur_store::access::{AccessAct, FactorKind, SESSION_LONGEST, Session, SessionKind, SessionState};
use salur_store::chain::named_subject;
use salur_store::job::{Ask, Job};
use salur_store::token_digest;
use uuid::Uuid;

use super::{Arrival, SignedIn, act, broken, busy, is_used_up, not_let_in, told_no};
use crate::App;
use crate::problem::Problem;

/// A session as it was opened, or goes on by another token.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The token: it is shown once, here.
    pub token: String,
    /// Whose it is.
    pub person: PersonId,
    /// What it still misses.
    pub state: SessionState,
    /// With what it can be made full.
    pub factors: Vec<FactorKind>,
    /// Until when it lasts at most.
    pub expires_at: Timestamp,
}

/// A guess at somebody's password or code: it is counted before it is looked at, and looked at only if there were not
/// too many.
pub(super) struct Guess {
    pub(super) key: Digest,
    person: Option<PersonId>,
}

impl Guess {
    /// Refused where guesses are used up; the words are the same as for a wrong one.
    pub(super) async fn begin(
        app: &App,
        arrival: (salur_core::Lang, Timestamp),
        what: &str,
        person: Option<PersonId>,
        refused: impl FnOnce() -> Problem,
    ) -> Result<Guess, Problem> {
        let key = app.store.guess_key(what);
        let begins = AccessAct::Guess { key, person, event: app.clock.new_id() };
        let told = app.store.execute(ask(person, arrival.1, begins)).await;
        match told {
            Ok(_) => Ok(Guess { key, person }),
            Err(error) if is_used_up(&error) => Err(refused()),
            Err(error) => Err(told_no(app, &error, arrival.0)),
        }
    }

    /// The guess was wrong.
    pub(super) async fn fail(
        self,
        app: &App,
        arrival: (salur_core::Lang, Timestamp),
        what: &'static str,
        refused: impl FnOnce() -> Problem,
    ) -> Problem {
        let failed = AccessAct::Failed { person: self.person, event: app.clock.new_id(), what };
        match app.store.execute(ask(self.person, arrival.1, failed)).await {
            Ok(_) => refused(),
            Err(error) => told_no(app, &error, arrival.0),
        }
    }
}

fn ask(person: Option<PersonId>, at: Timestamp, act: AccessAct) -> Ask {
    let actor = person.unwrap_or(PersonId(Uuid::nil()));
    Ask { actor, for_whom: None, at, key: None, job: Job::Access(Box::new(act)) }
}

/// Signs somebody in. Whatever is wrong, the words and the work are the same: an unknown name costs a hash and a commit
/// too, and is locked after as many failures.
pub async fn sign_in(app: &App, arrival: &Arrival, login: &str, password: String) -> Result<Opened, Problem> {
    let lang = arrival.lang;
    let no = || not_let_in(lang);
    arrival.admit(app)?;
    let (login, moment) = (fold_login(login), (lang, arrival.at));
    let account = app.store.account_by_login(&login).await.map_err(|error| Problem::broken(&error, lang))?;
    let world = app.store.world();
    let account =
        account.filter(|account| world.roster.person(account.person).is_some_and(|person| person.active));
    let person = account.as_ref().map(|account| account.person);
    let guess = Guess::begin(app, moment, &format!("password {login}"), person, no).await?;
    let kept = account.as_ref().and_then(|account| account.password.clone());
    let (fits, rehashed) = app.config.access.hasher.verify(password, kept).await.map_err(|_| busy(lang))?;
    let Some(account) = account.filter(|_| fits) else {
        return Err(guess.fail(app, moment, "password", no).await);
    };
    let token = fresh_token().map_err(|error| broken(&error, lang))?;
    let digest = token_digest(&token);
    let session = Session {
        digest,
        id: named_subject("session", &digest.to_string()),
        person: account.person,
        kind: SessionKind::Person,
        label: arrival.device.clone(),
        opened_at: arrival.at,
        expires_at: arrival.at.saturating_add(SESSION_LONGEST).unwrap_or(arrival.at),
        seen_at: arrival.at,
        state: SessionState::Full,
        factor: None,
        step_up_at: None,
        scopes: Vec::new(),
        seq: 1,
    };
    let factors = app.config.access.asks_for_factors();
    let opens = AccessAct::SignIn { session: Box::new(session), key: guess.key, rehashed, factors };
    let told = app.store.execute(ask(person, arrival.at, opens)).await;
    told.map_err(|error| told_no(app, &error, lang))?;
    opened(app, token, lang).await
}

/// A session by its token, as it is now.
pub(super) async fn opened(app: &App, token: String, lang: salur_core::Lang) -> Result<Opened, Problem> {
    let failed = |error: salur_store::StoreError| Problem::broken(&error, lang);
    let session = app.store.session_of(&token, app.clock.now()).await.map_err(failed)?;
    let session = session.ok_or_else(|| Problem::unauthenticated(lang))?;
    let account = app.store.account_of(session.person).await.map_err(failed)?;
    let factors = account.map(|account| SignedIn::kinds(&account.factors)).unwrap_or_default();
    let Session { person, state, expires_at, .. } = session;
    Ok(Opened { token, person, state, factors, expires_at })
}

/// Ends the session that somebody leaves.
pub async fn sign_out(app: &App, signed: &SignedIn) -> Result<(), Problem> {
    end_session(app, signed, signed.session.id).await
}

/// One's own sessions, this one among them.
pub async fn sessions(app: &App, signed: &SignedIn) -> Result<Vec<Session>, Problem> {
    let listed = app.store.sessions_of(signed.person.id, signed.at).await;
    listed.map_err(|error| Problem::broken(&error, signed.lang))
}

/// Ends one of one's own sessions.
pub async fn end_session(app: &App, signed: &SignedIn, session: Uuid) -> Result<(), Problem> {
    let ends = AccessAct::EndSession { person: signed.person.id, session: Some(session) };
    act(app, signed.person.id, signed.lang, ends).await
}
