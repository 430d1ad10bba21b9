//! Passkeys of somebody who is signed in: registered, shown, and used to sign a decree.

use axum::http::StatusCode;
use salur_access::{Begun, PasskeyError, Passkeys, fresh, sign_challenge};
use salur_core::Digest;
use salur_core::access::Denied;
use salur_core::decree::Decree;
use salur_store::access::{AccessAct, Account, Assertion, Passkey, Purpose, Used};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::address::plain;
use super::door::opened;
use super::factor::{account_of, begin, begun, check_again, raise};
use super::{Opened, SignedIn, act, broken, denied};
use crate::App;
use crate::problem::{Problem, pick};

/// What is kept while a decree is being signed.
#[derive(Serialize, Deserialize)]
struct Signing {
    decree: salur_core::DecreeId,
    digest: Digest,
    nonce: Digest,
    state: String,
}

fn passkeys<'a>(app: &'a App, signed: &SignedIn) -> Result<&'a Passkeys, Problem> {
    app.config.access.passkeys.as_ref().ok_or_else(|| {
        let detail = pick(
            signed.lang,
            "Passkey belum tersedia: alamat kantor belum ditetapkan di server; pakai kode sekali pakai.",
            "Passkeys are not to be had: the office's address is not set on the server; use one-time codes.",
        );
        Problem::new(StatusCode::CONFLICT, "passkeys_off", detail)
    })
}

fn refused(error: &PasskeyError, signed: &SignedIn) -> Problem {
    tracing::info!(%error, "a passkey was not accepted");
    let detail = pick(
        signed.lang,
        "Passkey tidak diterima; mulai lagi, dan pakai passkey dari akun ini.",
        "The passkey was not accepted; begin again, and use one of this account.",
    );
    Problem::malformed("passkey_refused", detail)
}

fn known(account: &Account) -> Vec<String> {
    account.factors.passkeys.iter().map(|passkey| passkey.credential.clone()).collect()
}

/// Begins to register a passkey: answers what `navigator.credentials.create` takes.
pub async fn begin_registration(
    app: &App,
    signed: &SignedIn,
    password: Option<String>,
) -> Result<Value, Problem> {
    let passkeys = passkeys(app, signed)?;
    let account = check_again(app, signed, password).await?;
    let begins =
        passkeys.begin_registration(signed.person.id, &account.login, &signed.person.name, &known(&account));
    let Begun { options, state } = begins.map_err(|error| refused(&error, signed))?;
    begin(app, signed, Purpose::Register, state).await?;
    Ok(options)
}

/// Registers a passkey that the browser has made.
pub async fn finish_registration(
    app: &App,
    signed: &SignedIn,
    name: &str,
    answer: &Value,
) -> Result<Opened, Problem> {
    let state = begun(app, signed, Purpose::Register).await?;
    let made = passkeys(app, signed)?.finish_registration(answer, &state);
    let (id, credential) = made.map_err(|error| refused(&error, signed))?;
    let passkey = Passkey { id, name: plain(name), credential, made_at: signed.at, used_at: None };
    let (token, raise) = raise(signed)?;
    act(app, signed.person.id, signed.lang, AccessAct::AddPasskey { raise, passkey }).await?;
    opened(app, token, signed.lang).await
}

/// Asks for a passkey, to finish signing in or just before an act that weighs much: answers what
/// `navigator.credentials.get` takes.
pub async fn begin_passkey(app: &App, signed: &SignedIn) -> Result<Value, Problem> {
    let account = account_of(app, signed).await?;
    if account.factors.passkeys.is_empty() {
        return Err(denied(app, Denied::FactorUnknown, signed.lang));
    }
    let begins = passkeys(app, signed)?.begin(&known(&account), None);
    let Begun { options, state } = begins.map_err(|error| refused(&error, signed))?;
    begin(app, signed, Purpose::Show, state).await?;
    Ok(options)
}

/// Takes the passkey that was asked for.
pub async fn finish_passkey(app: &App, signed: &SignedIn, answer: &Value) -> Result<Opened, Problem> {
    let state = begun(app, signed, Purpose::Show).await?;
    let shown = passkeys(app, signed)?.finish(signed.person.id, answer, &state, [0; 32]);
    let shown = shown.map_err(|error| refused(&error, signed))?;
    let (token, raise) = raise(signed)?;
    let used = Used::Passkey(shown.id, shown.credential);
    act(app, signed.person.id, signed.lang, AccessAct::ShowFactor { raise, used, key: None }).await?;
    opened(app, token, signed.lang).await
}

/// Asks for a passkey to sign this very list: what it signs is derived from the decree's digest.
pub async fn begin_signature(app: &App, signed: &SignedIn, decree: &Decree) -> Result<Value, Problem> {
    let account = account_of(app, signed).await?;
    if account.factors.passkeys.is_empty() {
        return Err(denied(app, Denied::FactorUnknown, signed.lang));
    }
    let nonce = fresh::<32>().map_err(|error| broken(&error, signed.lang))?;
    let challenge = sign_challenge(decree.digest, signed.person.id, nonce);
    let begins = passkeys(app, signed)?.begin(&known(&account), Some(challenge));
    let Begun { options, state } = begins.map_err(|error| refused(&error, signed))?;
    let body = Signing { decree: decree.id, digest: decree.digest, nonce: Digest(nonce), state };
    let body = serde_json::to_string(&body).map_err(|error| broken(&error, signed.lang))?;
    begin(app, signed, Purpose::Sign, body).await?;
    Ok(options)
}

/// Takes the signature of a passkey over a list. It is kept with the decree's signature.
pub async fn finish_signature(
    app: &App,
    signed: &SignedIn,
    decree: &Decree,
    answer: &Value,
) -> Result<Assertion, Problem> {
    let body = begun(app, signed, Purpose::Sign).await?;
    let Signing { decree: asked, digest, nonce, state } =
        serde_json::from_str(&body).map_err(|error| broken(&error, signed.lang))?;
    if asked != decree.id || digest != decree.digest {
        return Err(denied(app, Denied::CeremonyGone, signed.lang));
    }
    let shown = passkeys(app, signed)?.finish(signed.person.id, answer, &state, nonce.0);
    let shown = shown.map_err(|error| refused(&error, signed))?;
    salur_access::verify_kept(&shown.kept, digest).map_err(|error| broken(&error, signed.lang))?;
    Ok(Assertion {
        session: signed.session.id,
        passkey: shown.id,
        credential: shown.credential,
        body: serde_json::to_string(&shown.kept).map_err(|error| broken(&error, signed.lang))?,
    })
}
