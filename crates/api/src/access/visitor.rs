//! Somebody with a session, whatever it still misses.

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use jiff::Timestamp;
use salur_core::Lang;
use salur_core::roster::Person;
use salur_store::access::{FactorKind, Session, SessionKind, SessionState};

use super::is_same_origin;
use crate::App;
use crate::caller::language_of;
use crate::problem::{Problem, pick};

/// Somebody with a session, whatever it still misses: enough to show a second factor, to set one up, and to leave.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The person, roles as they are now.
    pub person: Person,
    /// Their session.
    pub session: Session,
    /// True if it came by a cookie.
    pub by_cookie: bool,
    /// When the request came in.
    pub at: Timestamp,
    /// The language of sentences.
    pub lang: Lang,
}

impl SignedIn {
    /// True if the person approves, pays or changes the office, and the office asks those for a second factor.
    #[must_use]
    pub fn needs_factor(&self, app: &App) -> bool {
        let world = app.store.world();
        app.config.access.asks_for_factors()
            && world.needs_second_factor(&self.person, world.calendar.date_of(self.at))
    }

    /// Refuses a session that still misses something, with what that is.
    pub fn check_full(&self, app: &App) -> Result<(), Problem> {
        let missing = match self.session.state {
            SessionState::WantsFactor => Some("second_factor_required"),
            SessionState::WantsEnrolment => Some("second_factor_missing"),
            // A role that weighs much may have come after signing in.
            SessionState::Full => {
                let shown = self.session.factor.is_some() || self.session.kind != SessionKind::Person;
                (!shown && self.needs_factor(app)).then_some("second_factor_missing")
            }
        };
        let Some(code) = missing else { return Ok(()) };
        let detail = match code {
            "second_factor_required" => pick(
                self.lang,
                "Tunjukkan dahulu faktor kedua: passkey atau kode sekali pakai.",
                "Show your second factor first: a passkey or a one-time code.",
            ),
            _ => pick(
                self.lang,
                "Peran Anda mewajibkan faktor kedua; daftarkan passkey atau kode sekali pakai dahulu.",
                "Your role requires a second factor; set up a passkey or one-time codes first.",
            ),
        };
        Err(Problem::new(StatusCode::FORBIDDEN, code, detail))
    }

    /// The factors that this person's session may be asked for.
    #[must_use]
    pub fn kinds(factors: &salur_store::access::Factors) -> Vec<FactorKind> {
        let passkey = (!factors.passkeys.is_empty()).then_some(FactorKind::Passkey);
        let totp = factors.totp.as_ref().map(|_| FactorKind::Totp);
        let recovery = (!factors.recovery.is_empty()).then_some(FactorKind::Recovery);
        [passkey, totp, recovery].into_iter().flatten().collect()
    }
}

/// The token that a request brings, and whether by a cookie. A bearer token comes first: no other site can send it.
fn token<'a>(app: &App, headers: &'a HeaderMap) -> Option<(&'a str, bool)> {
    let bearer = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| (token.trim(), false));
    bearer.or_else(|| app.config.access.cookies.token(headers).map(|token| (token, true)))
}

/// True for methods that change nothing.
fn is_safe(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::OPTIONS].contains(method)
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let (lang, at) = (language_of(&parts.headers), app.clock.now());
        let (token, by_cookie) = token(app, &parts.headers).ok_or_else(|| Problem::unauthenticated(lang))?;
        if by_cookie && !is_safe(&parts.method) && !is_same_origin(&parts.headers) {
            let detail = pick(
                lang,
                "Permintaan ini tidak datang dari halaman kantor ini; buka halamannya, lalu ulangi di sana.",
                "This request does not come from a page of this office; open the page and repeat it there.",
            );
            return Err(Problem::new(StatusCode::FORBIDDEN, "other_origin", detail));
        }
        let session = app.store.session_of(token, at).await.map_err(|error| Problem::broken(&error, lang))?;
        let session = session.ok_or_else(|| Problem::unauthenticated(lang))?;
        let world = app.store.world();
        let person = world.roster.person(session.person).filter(|person| person.active);
        let person = person.ok_or_else(|| Problem::unauthenticated(lang))?.clone();
        app.store.touch(&session, at);
        Ok(SignedIn { person, session, by_cookie, at, lang })
    }
}
