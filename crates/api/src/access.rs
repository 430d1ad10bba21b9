//! Who gets in: the functions that pages and routes share. Each asks the locks (`salur-access`), and the commit loop
//! decides; none of them lets anybody in by itself.

mod address;
mod cookie;
mod door;
mod factor;
mod link;
mod passkey;
mod routes;
mod tokens;
mod visitor;

use std::sync::Arc;

use axum::http::StatusCode;
use salur_access::{Hasher, Passkeys};
use salur_core::Lang;
use salur_core::access::Denied;
use salur_core::refusal::{Refusal, Why};
use salur_store::ExecuteError;
use salur_store::access::AccessAct;
use salur_store::job::{Ask, Job};

use crate::App;
use crate::problem::{Problem, pick};

pub use address::{Addresses, Arrival};
pub use cookie::{Cookies, is_same_origin};
pub use door::{Opened, end_session, sessions, sign_in, sign_out};
pub use factor::{
    TotpSetup, begin_totp, change_password, factors, finish_totp, new_recovery_codes, remove_factor,
    show_code,
};
pub use link::{MadeLink, link_for, make_link, operator_link, redeem};
pub use passkey::{
    begin_passkey, begin_registration, begin_signature, finish_passkey, finish_registration, finish_signature,
};
pub(crate) use routes::routes;
pub use tokens::{MadeToken, make_token, program_tokens, revoke_token};
pub use visitor::SignedIn;

/// How people get in.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// Whether a second factor is asked for.
    pub step_up: StepUp,
    /// How the cookie of a session is sent.
    pub cookies: Cookies,
    /// The office as authenticators know it; none where its address was not said, and then there are no passkeys.
    pub passkeys: Option<Passkeys>,
    /// What authenticator apps call the office.
    pub office: Option<String>,
    /// Proxies whose word on a caller's address is taken.
    pub proxies: Arc<[std::net::IpAddr]>,
    /// Checks passwords.
    pub hasher: Hasher,
    /// Counts attempts by address.
    pub addresses: Addresses,
}

/// Whether a second factor is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StepUp {
    /// Of whoever approves, pays or changes the office: at signing in, and again before such an act.
    #[default]
    Required,
    /// Of nobody: an office of invented people.
    Demo,
}

impl Access {
    pub(crate) fn asks_for_factors(&self) -> bool {
        self.step_up == StepUp::Required
    }

    /// What authenticator apps call the office.
    pub(crate) fn office_name(&self) -> &str {
        self.office.as_deref().unwrap_or("Salur")
    }
}

/// Does an act about who gets in.
pub(crate) async fn act(
    app: &App,
    actor: salur_core::PersonId,
    lang: Lang,
    act: AccessAct,
) -> Result<(), Problem> {
    let at = app.clock.now();
    let ask = Ask { actor, for_whom: None, at, key: None, job: Job::Access(Box::new(act)) };
    let told = app.store.execute(ask).await;
    told.map(drop).map_err(|error| told_no(app, &error, lang))
}

/// What the commit loop refused. Where guesses are used up, it is told like a wrong one, so that nobody learns anything.
fn told_no(app: &App, error: &ExecuteError, lang: Lang) -> Problem {
    Problem::of(error, lang, &app.store.world(), None)
}

/// True if it was refused because guesses are used up.
fn is_used_up(error: &ExecuteError) -> bool {
    matches!(error, ExecuteError::Refused(refusal)
        if matches!(refusal.why, Why::Denied(Denied::GuessesUsedUp { .. })))
}

/// An act that is refused before it is asked for.
pub(crate) fn denied(app: &App, denied: Denied, lang: Lang) -> Problem {
    Problem::refused(&Refusal::from(denied), lang, &app.store.world(), None)
}

/// Too many passwords are being checked.
fn busy(lang: Lang) -> Problem {
    let detail = pick(
        lang,
        "Terlalu banyak yang sedang masuk; coba lagi sebentar lagi.",
        "Too many are signing in; try again in a moment.",
    );
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail)
}

/// Name or password is wrong, or guesses are used up: always the same words.
fn not_let_in(lang: Lang) -> Problem {
    let detail = pick(
        lang,
        "Nama masuk atau kata sandi tidak cocok, atau terlalu sering dicoba; periksa lagi, atau tunggu beberapa menit.",
        "The name or the password does not fit, or was tried too often; check them, or wait a few minutes.",
    );
    Problem::new(StatusCode::UNAUTHORIZED, "not_let_in", detail)
}

/// The lock has failed, not the key.
pub(crate) fn broken(error: &dyn std::error::Error, lang: Lang) -> Problem {
    tracing::error!(%error, "a lock failed");
    Problem::unexpected(lang)
}
