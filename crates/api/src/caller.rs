//! Who calls, in which language, under which key.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use jiff::Timestamp;
use salur_core::access::Denied;
use salur_core::roster::Person;
use salur_core::{Lang, RegionCode};
use salur_store::access::{Session, SessionKind, TokenScope};
use salur_store::job::{Ask, Job, Key, SealedNote};
use salur_store::requests::Scope;
use salur_store::vault::Vault;

use crate::App;
use crate::access::{self, SignedIn};
use crate::problem::{Problem, pick};

/// A person with an open session. The only way to act.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The person, roles as they are now.
    pub person: Person,
    /// The widest regions they see today, by a role held or by a paper in force.
    pub regions: BTreeSet<RegionCode>,
    /// When the request came in.
    pub at: Timestamp,
    /// The language of sentences.
    pub lang: Lang,
    /// What speaks for them.
    pub session: Session,
    /// True once they may do what a password is not enough for: a second factor was shown just before, or none is asked
    /// for. Whoever has checked a passkey's signature sets it.
    pub is_stepped_up: bool,
}

impl Caller {
    /// Whose requests the caller may see.
    #[must_use]
    pub fn scope(&self) -> Scope {
        Scope::of(self.regions.clone())
    }

    /// True if the caller may see what concerns the region.
    #[must_use]
    pub fn sees(&self, region: &RegionCode) -> bool {
        self.regions.iter().any(|mine| region.is_within(mine))
    }

    /// The caller as somebody with a session: what the functions of [`crate::access`] take.
    #[must_use]
    pub fn signed_in(&self) -> SignedIn {
        let (person, session) = (self.person.clone(), self.session.clone());
        SignedIn { person, session, by_cookie: false, at: self.at, lang: self.lang }
    }

    /// Refuses somebody who has not just shown a second factor.
    pub fn check_step_up(&self, app: &App) -> Result<(), Problem> {
        if self.is_stepped_up { Ok(()) } else { Err(access::denied(app, Denied::StepUpNeeded, self.lang)) }
    }

    /// Refuses somebody who does not run accounts.
    pub(crate) fn check_runs_accounts(&self, app: &App) -> Result<(), Problem> {
        if app.store.world().runs_accounts(&self.person) {
            return Ok(());
        }
        Err(access::denied(app, Denied::MayNotRunAccounts, self.lang))
    }

    /// Notes in the audit chain that the caller is shown what lists mask; without the note, nothing is shown.
    pub(crate) async fn note_reading(
        &self,
        app: &App,
        what: &'static str,
        of: uuid::Uuid,
    ) -> Result<(), Problem> {
        self.note_reading_for(app, what, of, None).await
    }

    /// The same with the reason that was given.
    pub(crate) async fn note_reading_for(
        &self,
        app: &App,
        what: &'static str,
        of: uuid::Uuid,
        note: Option<SealedNote>,
    ) -> Result<(), Problem> {
        let job = Job::NoteReading { id: app.clock.new_id(), what, of, note };
        let noted = app.store.execute(self.ask(None, job)).await;
        noted.map(drop).map_err(|error| Problem::of(&error, self.lang, &app.store.world(), None))
    }

    /// A job that the caller asks for. One that weighs much, of somebody who has not just shown a second factor, is asked
    /// for as what it is: refused, and not kept under the key, so that it can be repeated once the factor was shown.
    #[must_use]
    pub fn ask(&self, key: Option<Key>, job: Job) -> Ask {
        if job.weighs_much() && !self.is_stepped_up {
            let job = Job::Deny(Denied::StepUpNeeded);
            return Ask { actor: self.person.id, for_whom: None, at: self.at, key: None, job };
        }
        Ask { actor: self.person.id, for_whom: None, at: self.at, key, job }
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let signed = SignedIn::from_request_parts(parts, app).await?;
        signed.check_full(app)?;
        check_scope(&signed, &parts.method)?;
        let needs = signed.needs_factor(app);
        let SignedIn { person, session, at, lang, .. } = signed;
        let world = app.store.world();
        let regions = world.roster.regions_of(&person, world.calendar.date_of(at));
        let is_stepped_up = !needs || session.is_stepped_up(at);
        Ok(Caller { person, regions, at, lang, session, is_stepped_up })
    }
}

/// A program's token is good for what it was made for.
fn check_scope(signed: &SignedIn, method: &Method) -> Result<(), Problem> {
    let wanted =
        if *method == Method::GET || *method == Method::HEAD { TokenScope::Read } else { TokenScope::Write };
    if signed.session.kind != SessionKind::Program || signed.session.scopes.contains(&wanted) {
        return Ok(());
    }
    let detail = pick(
        signed.lang,
        "Token ini tidak dibuat untuk itu; minta token dengan cakupan yang sesuai.",
        "This token was not made for that; ask for one with the scope it takes.",
    );
    Err(Problem::new(StatusCode::FORBIDDEN, "scope_missing", detail))
}

/// The language that the caller asks for: Indonesian unless it is English.
#[derive(Debug, Clone, Copy, Default)]
pub struct Language(pub Lang);

impl<S: Sync> FromRequestParts<S> for Language {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Language(language_of(&parts.headers)))
    }
}

/// The cookie in which a browser keeps the language that was chosen on a page.
pub const LANGUAGE_COOKIE: &str = "salur-language";

/// The language that a request's headers ask for: the one chosen on a page, or the browser's.
#[must_use]
pub fn language_of(headers: &HeaderMap) -> Lang {
    if let Some(chosen) = cookie(headers, LANGUAGE_COOKIE) {
        return if chosen == "en" { Lang::En } else { Lang::Id };
    }
    let header = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let english = header.is_some_and(|value| value.trim_start().to_ascii_lowercase().starts_with("en"));
    if english { Lang::En } else { Lang::Id }
}

/// The value of a cookie.
#[must_use]
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// The key under which a repetition is recognised, if the caller sent one.
#[derive(Debug, Clone)]
pub struct Idempotency {
    key: Option<String>,
    target: String,
    vault: Arc<Vault>,
}

/// Most characters of a key.
const KEY_CHARS_MAX: usize = 200;

impl Idempotency {
    /// The key that a form brought along, for one target: method, path and query.
    #[must_use]
    pub fn of_form(app: &App, key: String, target: &str) -> Idempotency {
        Idempotency { key: Some(key), target: format!("{target}\n"), vault: app.store.shared_vault() }
    }

    /// The key with a keyed fingerprint of method, path and body: nobody can test it against a body they guess.
    #[must_use]
    pub fn over(&self, body: &[u8]) -> Option<Key> {
        let text = self.key.clone()?;
        Some(Key { text, fingerprint: self.vault.note_digest(&[self.target.as_bytes(), body].concat()) })
    }
}

impl FromRequestParts<App> for Idempotency {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Language(lang) = Language::from_request_parts(parts, app).await.unwrap_or_default();
        let key = match parts.headers.get("idempotency-key") {
            None => None,
            Some(value) => {
                let text = value.to_str().ok().map(str::trim).filter(|text| {
                    !text.is_empty()
                        && text.chars().count() <= KEY_CHARS_MAX
                        && text.chars().all(|c| !c.is_control())
                });
                Some(text.ok_or_else(|| Problem::key_malformed(lang))?.to_owned())
            }
        };
        let target = format!("{} {}\n", parts.method, parts.uri);
        Ok(Idempotency { key, target, vault: app.store.shared_vault() })
    }
}
