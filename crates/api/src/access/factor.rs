//! Codes and passwords of somebody who is signed in: shown, set up, changed, removed.

use axum::http::StatusCode;
use salur_access::{
    RECOVERY_CODES, Weakness, check_password, fresh_token, matched_step, new_secret, otpauth_url,
    recovery_codes, recovery_hash, secret_text,
};
use salur_core::Lang;
use salur_core::access::Denied;
use salur_core::roster::Person;
use salur_store::access::{AccessAct, Account, CEREMONY_LASTS, Ceremony, Factors, Purpose, Raise, Used};
use salur_store::token_digest;

use super::door::{Guess, opened};
use super::{Opened, SignedIn, act, broken, busy, denied};
use crate::App;
use crate::problem::{Fault, Problem, pick};

/// One-time codes that are being set up.
#[derive(Debug, Clone)]
pub struct TotpSetup {
    /// The secret as people type it.
    pub secret: String,
    /// The address that apps read from a picture.
    pub url: String,
}

/// The account of somebody who is signed in.
pub(super) async fn account_of(app: &App, signed: &SignedIn) -> Result<Account, Problem> {
    let account = app.store.account_of(signed.person.id).await;
    let account = account.map_err(|error| Problem::broken(&error, signed.lang))?;
    account.ok_or_else(|| denied(app, Denied::NoAccount, signed.lang))
}

/// What somebody has set up.
pub async fn factors(app: &App, signed: &SignedIn) -> Result<Factors, Problem> {
    Ok(account_of(app, signed).await?.factors)
}

/// A session goes on by another token.
pub(super) fn raise(signed: &SignedIn) -> Result<(String, Raise), Problem> {
    let token = fresh_token().map_err(|error| broken(&error, signed.lang))?;
    let next = token_digest(&token);
    Ok((token, Raise { id: signed.session.id, next }))
}

/// Shows a one-time code or a recovery code: to finish signing in, or just before an act that weighs much. Wrong ones
/// are counted like passwords.
pub async fn show_code(app: &App, signed: &SignedIn, code: &str) -> Result<Opened, Problem> {
    let (lang, moment) = (signed.lang, (signed.lang, signed.at));
    let no = || denied(app, Denied::CodeInvalid, lang);
    let what = format!("factor {}", signed.person.id);
    let guess = Guess::begin(app, moment, &what, Some(signed.person.id), no).await?;
    let account = account_of(app, signed).await?;
    let Some(used) = used(app, signed, &account, code)? else {
        return Err(guess.fail(app, moment, "factor", no).await);
    };
    let (token, raise) = raise(signed)?;
    let shows = AccessAct::ShowFactor { raise, used, key: Some(guess.key) };
    act(app, signed.person.id, lang, shows).await?;
    opened(app, token, lang).await
}

fn used(app: &App, signed: &SignedIn, account: &Account, code: &str) -> Result<Option<Used>, Problem> {
    if let Some(totp) = &account.factors.totp {
        let secret = app.store.vault().open(&totp.sealed);
        let secret = secret.map_err(|error| Problem::broken(&error, signed.lang))?;
        let step = matched_step(&secret, code, signed.at).map_err(|error| broken(&error, signed.lang))?;
        if let Some(step) = step.filter(|step| *step > totp.last_step) {
            return Ok(Some(Used::Totp(step)));
        }
    }
    let hash = recovery_hash(signed.person.id, code);
    Ok(account.factors.recovery.contains(&hash).then_some(Used::Recovery(hash)))
}

/// Begins to set up one-time codes.
pub async fn begin_totp(
    app: &App,
    signed: &SignedIn,
    password: Option<String>,
) -> Result<TotpSetup, Problem> {
    let account = check_again(app, signed, password).await?;
    let secret = new_secret().map_err(|error| broken(&error, signed.lang))?;
    let sealed = app.store.vault().seal(&secret).map_err(|error| Problem::broken(&error, signed.lang))?;
    let body = serde_json::to_string(&sealed).map_err(|error| broken(&error, signed.lang))?;
    begin(app, signed, Purpose::Totp, body).await?;
    let url = otpauth_url(&secret, app.config.access.office_name(), &account.login);
    Ok(TotpSetup { secret: secret_text(&secret), url })
}

/// Keeps what an authenticator or app was asked for until it answers.
pub(super) async fn begin(
    app: &App,
    signed: &SignedIn,
    purpose: Purpose,
    body: String,
) -> Result<(), Problem> {
    let expires_at = signed.at.saturating_add(CEREMONY_LASTS).unwrap_or(signed.at);
    let ceremony = Ceremony { session: signed.session.id, purpose, expires_at, body };
    act(app, signed.person.id, signed.lang, AccessAct::Begin(ceremony)).await
}

/// What was asked for.
pub(super) async fn begun(app: &App, signed: &SignedIn, purpose: Purpose) -> Result<String, Problem> {
    let begun = app.store.ceremony(signed.session.id, purpose, signed.at).await;
    let begun = begun.map_err(|error| Problem::broken(&error, signed.lang))?;
    begun.map(|it| it.body).ok_or_else(|| denied(app, Denied::CeremonyGone, signed.lang))
}

/// Sets up one-time codes with the first of them.
pub async fn finish_totp(app: &App, signed: &SignedIn, code: &str) -> Result<Opened, Problem> {
    let (lang, moment) = (signed.lang, (signed.lang, signed.at));
    let sealed = begun(app, signed, Purpose::Totp).await?;
    let sealed: Vec<u8> = serde_json::from_str(&sealed).map_err(|error| broken(&error, lang))?;
    let secret = app.store.vault().open(&sealed).map_err(|error| Problem::broken(&error, lang))?;
    let no = || denied(app, Denied::CodeInvalid, lang);
    let step = matched_step(&secret, code, signed.at).map_err(|error| broken(&error, lang))?;
    let Some(step) = step else {
        let what = format!("factor {}", signed.person.id);
        let guess = Guess::begin(app, moment, &what, Some(signed.person.id), no).await?;
        return Err(guess.fail(app, moment, "factor", no).await);
    };
    let (token, raise) = raise(signed)?;
    act(app, signed.person.id, lang, AccessAct::SetTotp { raise, sealed, step }).await?;
    opened(app, token, lang).await
}

/// Makes ten recovery codes in place of those before; they are shown once, here.
pub async fn new_recovery_codes(app: &App, signed: &SignedIn) -> Result<Vec<String>, Problem> {
    signed.check_full(app)?;
    let codes = recovery_codes().map_err(|error| broken(&error, signed.lang))?;
    debug_assert_eq!(codes.len(), RECOVERY_CODES);
    let hashes = codes.iter().map(|code| recovery_hash(signed.person.id, code)).collect();
    let sets = AccessAct::SetRecovery { session: signed.session.id, hashes };
    act(app, signed.person.id, signed.lang, sets).await?;
    Ok(codes)
}

/// Removes a passkey, or one-time codes where none is named.
pub async fn remove_factor(app: &App, signed: &SignedIn, passkey: Option<String>) -> Result<(), Problem> {
    signed.check_full(app)?;
    let factors = app.config.access.asks_for_factors();
    let removes = AccessAct::RemoveFactor { session: signed.session.id, passkey, factors };
    act(app, signed.person.id, signed.lang, removes).await
}

/// Makes sure that it is still the same person before a factor is added: by a factor just shown, which the commit loop
/// asks for, or by the password where there is none yet. Right after signing in the password was just given.
pub(super) async fn check_again(
    app: &App,
    signed: &SignedIn,
    password: Option<String>,
) -> Result<Account, Problem> {
    let account = account_of(app, signed).await?;
    let just_in = signed.session.state == salur_store::access::SessionState::WantsEnrolment;
    if account.factors.is_enrolled() {
        if !signed.session.is_stepped_up(signed.at) {
            return Err(denied(app, Denied::StepUpNeeded, signed.lang));
        }
    } else if !just_in {
        let key = check_password_of(app, signed, &account, password.unwrap_or_default()).await?;
        act(app, signed.person.id, signed.lang, AccessAct::Right(key)).await?;
    }
    Ok(account)
}

/// The password of somebody who is signed in; the guess is to be forgotten with what follows.
async fn check_password_of(
    app: &App,
    signed: &SignedIn,
    account: &Account,
    password: String,
) -> Result<salur_core::Digest, Problem> {
    let (lang, moment) = (signed.lang, (signed.lang, signed.at));
    let no = || wrong_password(lang);
    let what = format!("password {}", account.login);
    let guess = Guess::begin(app, moment, &what, Some(account.person), no).await?;
    let kept = account.password.clone();
    let (fits, _) = app.config.access.hasher.verify(password, kept).await.map_err(|_| busy(lang))?;
    if fits { Ok(guess.key) } else { Err(guess.fail(app, moment, "password", no).await) }
}

fn wrong_password(lang: Lang) -> Problem {
    let detail = pick(
        lang,
        "Kata sandi sekarang tidak cocok; periksa lagi.",
        "The current password does not fit; check it.",
    );
    Problem::malformed("password_wrong", detail)
}

/// Changes one's password; one's other sessions end.
pub async fn change_password(
    app: &App,
    signed: &SignedIn,
    current: String,
    new: String,
) -> Result<(), Problem> {
    signed.check_full(app)?;
    let account = account_of(app, signed).await?;
    check_new(app, &signed.person, &account.login, &new, signed.lang)?;
    let key = check_password_of(app, signed, &account, current).await?;
    let password = app.config.access.hasher.hash(new).await.map_err(|_| busy(signed.lang))?;
    let changes = AccessAct::ChangePassword { session: signed.session.id, password, key };
    act(app, signed.person.id, signed.lang, changes).await
}

/// Refuses a password that is too short, common, or made of what everybody knows of the person.
pub(super) fn check_new(
    app: &App,
    person: &Person,
    login: &str,
    password: &str,
    lang: Lang,
) -> Result<(), Problem> {
    let office = app.config.access.office_name();
    let served = app.store.regions().served_name().unwrap_or_default();
    let words = [login, &person.name, &person.staff_no, office, served, "salur", "gubernur", "bendahara"];
    let Err(weakness) = check_password(password, words) else { return Ok(()) };
    let detail = match weakness {
        Weakness::TooShort => {
            pick(lang, "Kata sandi paling sedikit 12 karakter.", "A password has at least 12 characters.")
        }
        Weakness::TooLong => {
            pick(lang, "Kata sandi paling banyak 128 karakter.", "A password has at most 128 characters.")
        }
        Weakness::Common => pick(
            lang,
            "Kata sandi ini termasuk yang paling dahulu dicoba orang; pilih yang lain.",
            "This password is among those that are tried first; choose another.",
        ),
        Weakness::Guessable => pick(
            lang,
            "Kata sandi ini tersusun dari nama Anda atau kantor; pilih yang lain.",
            "This password is made of your name or the office's; choose another.",
        ),
    };
    let fault = Fault { pointer: "/password".into(), code: weakness.code().into(), detail: detail.clone() };
    let mut problem = Problem::malformed(weakness.code(), detail).with_errors(vec![fault]);
    problem.status = StatusCode::UNPROCESSABLE_ENTITY.as_u16();
    Err(problem)
}
