//! The routes under `/session`, `/links` and `/tokens`.

mod bodies;
mod people;

use axum::Json;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::bodies::{
    AnswerBody, ChangePasswordBody, CodeBody, FactorsBody, NewPasskeyBody, OpenedBody, PasswordBody,
    RecoveryBody, RedeemBody, SessionBody, SignInBody, TotpBody,
};
use super::{Arrival, Opened, SignedIn, is_same_origin};
use crate::extract::{BodyOf, IdOf, NameOf};
use crate::problem::{Problem, pick};
use crate::{App, access};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(sign_in, one, sign_out))
        .routes(routes!(all))
        .routes(routes!(end))
        .routes(routes!(code))
        .routes(routes!(passkey_options))
        .routes(routes!(passkey))
        .routes(routes!(password))
        .routes(routes!(redeem))
        .routes(routes!(factors))
        .routes(routes!(new_passkey_options))
        .routes(routes!(new_passkey))
        .routes(routes!(remove_passkey))
        .routes(routes!(new_totp))
        .routes(routes!(totp, remove_totp))
        .routes(routes!(recovery))
        .merge(people::routes())
}

/// A session as it goes on: its token in the body, or in a cookie where it came in one.
fn handed_over(app: &App, opened: &Opened, by_cookie: bool, status: StatusCode) -> Response {
    let body = Json(OpenedBody::of(opened, !by_cookie));
    let mut response = (status, body).into_response();
    if by_cookie {
        response.headers_mut().insert(SET_COOKIE, app.config.access.cookies.set(&opened.token));
    }
    response
}

/// Signs in with a name and a password. Where `state` is not `full`, a second factor is shown or set up next, by the same
/// token. Whatever is wrong, the answer is the same.
#[utoipa::path(post, path = "/session", tag = "session", request_body = SignInBody, security(()),
    responses((status = 201, description = "The session", body = OpenedBody)))]
async fn sign_in(
    State(app): State<App>,
    mut arrival: Arrival,
    headers: HeaderMap,
    body: BodyOf<SignInBody>,
) -> Result<Response, Problem> {
    let asked = body.value;
    if asked.cookie && !is_same_origin(&headers) {
        let detail = pick(
            arrival.lang,
            "Masuk dengan cookie hanya dari halaman kantor ini.",
            "A cookie is handed to pages of this office only.",
        );
        return Err(Problem::new(StatusCode::FORBIDDEN, "other_origin", detail));
    }
    if let Some(device) = &asked.device {
        arrival.device = access::address::plain(device);
    }
    let opened = access::sign_in(&app, &arrival, &asked.login, asked.password).await?;
    Ok(handed_over(&app, &opened, asked.cookie, StatusCode::CREATED))
}

/// Tells of the session that asks, whatever it still misses.
#[utoipa::path(get, path = "/session", tag = "session",
    responses((status = 200, description = "The session", body = SessionBody)))]
async fn one(signed: SignedIn) -> Json<SessionBody> {
    Json(SessionBody::of(&signed.session, &signed))
}

/// Ends the session that asks.
#[utoipa::path(delete, path = "/session", tag = "session",
    responses((status = 204, description = "It has ended")))]
async fn sign_out(State(app): State<App>, signed: SignedIn) -> Result<Response, Problem> {
    access::sign_out(&app, &signed).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    if signed.by_cookie {
        response.headers_mut().insert(SET_COOKIE, app.config.access.cookies.clear());
    }
    Ok(response)
}

/// Lists one's own sessions.
#[utoipa::path(get, path = "/sessions", tag = "session",
    responses((status = 200, description = "The sessions", body = Vec<SessionBody>)))]
async fn all(State(app): State<App>, signed: SignedIn) -> Result<Json<Vec<SessionBody>>, Problem> {
    signed.check_full(&app)?;
    let sessions = access::sessions(&app, &signed).await?;
    Ok(Json(sessions.iter().map(|session| SessionBody::of(session, &signed)).collect()))
}

/// Ends one of one's own sessions.
#[utoipa::path(delete, path = "/sessions/{id}", tag = "session",
    params(("id" = Uuid, Path, description = "The session")),
    responses((status = 204, description = "It has ended")))]
async fn end(State(app): State<App>, signed: SignedIn, IdOf(id): IdOf) -> Result<StatusCode, Problem> {
    signed.check_full(&app)?;
    access::end_session(&app, &signed, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shows a one-time code or a recovery code: to finish signing in, or to confirm who one is before an act that weighs
/// much. The session goes on by another token.
#[utoipa::path(post, path = "/session/code", tag = "session", request_body = CodeBody,
    responses((status = 200, description = "The session from now on", body = OpenedBody)))]
async fn code(State(app): State<App>, signed: SignedIn, body: BodyOf<CodeBody>) -> Result<Response, Problem> {
    let opened = access::show_code(&app, &signed, &body.value.code).await?;
    Ok(handed_over(&app, &opened, signed.by_cookie, StatusCode::OK))
}

/// Asks for a passkey: answers what `navigator.credentials.get` takes.
#[utoipa::path(post, path = "/session/passkey/options", tag = "session",
    responses((status = 200, description = "The options", body = Value)))]
async fn passkey_options(State(app): State<App>, signed: SignedIn) -> Result<Json<Value>, Problem> {
    Ok(Json(access::begin_passkey(&app, &signed).await?))
}

/// Shows the passkey that was asked for. The session goes on by another token.
#[utoipa::path(post, path = "/session/passkey", tag = "session", request_body = AnswerBody,
    responses((status = 200, description = "The session from now on", body = OpenedBody)))]
async fn passkey(
    State(app): State<App>,
    signed: SignedIn,
    body: BodyOf<AnswerBody>,
) -> Result<Response, Problem> {
    let opened = access::finish_passkey(&app, &signed, &body.value.credential).await?;
    Ok(handed_over(&app, &opened, signed.by_cookie, StatusCode::OK))
}

/// Changes one's password; one's other sessions end.
#[utoipa::path(post, path = "/session/password", tag = "session", request_body = ChangePasswordBody,
    responses((status = 204, description = "It is changed")))]
async fn password(
    State(app): State<App>,
    signed: SignedIn,
    body: BodyOf<ChangePasswordBody>,
) -> Result<StatusCode, Problem> {
    access::change_password(&app, &signed, body.value.current, body.value.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets a password by a one-time link. It signs nobody in, and leaves second factors as they are.
#[utoipa::path(post, path = "/links/redeem", tag = "session", request_body = RedeemBody, security(()),
    responses((status = 204, description = "The password is set")))]
async fn redeem(
    State(app): State<App>,
    arrival: Arrival,
    body: BodyOf<RedeemBody>,
) -> Result<StatusCode, Problem> {
    access::redeem(&app, &arrival, &body.value.token, body.value.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists one's second factors.
#[utoipa::path(get, path = "/session/factors", tag = "session",
    responses((status = 200, description = "The factors", body = FactorsBody)))]
async fn factors(State(app): State<App>, signed: SignedIn) -> Result<Json<FactorsBody>, Problem> {
    Ok(Json(FactorsBody::of(&access::factors(&app, &signed).await?)))
}

/// Begins to register a passkey: answers what `navigator.credentials.create` takes. Where there is a second factor
/// already, it was shown just before; where there is none, the password is given again.
#[utoipa::path(post, path = "/session/passkeys/options", tag = "session", request_body = PasswordBody,
    responses((status = 200, description = "The options", body = Value)))]
async fn new_passkey_options(
    State(app): State<App>,
    signed: SignedIn,
    body: BodyOf<PasswordBody>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(access::begin_registration(&app, &signed, body.value.password).await?))
}

/// Registers the passkey that was made. The session goes on by another token.
#[utoipa::path(post, path = "/session/passkeys", tag = "session", request_body = NewPasskeyBody,
    responses((status = 200, description = "The session from now on", body = OpenedBody)))]
async fn new_passkey(
    State(app): State<App>,
    signed: SignedIn,
    body: BodyOf<NewPasskeyBody>,
) -> Result<Response, Problem> {
    let opened = access::finish_registration(&app, &signed, &body.value.name, &body.value.credential).await?;
    Ok(handed_over(&app, &opened, signed.by_cookie, StatusCode::OK))
}

/// Removes a passkey; one's other sessions end.
#[utoipa::path(delete, path = "/session/passkeys/{id}", tag = "session",
    params(("id" = String, Path, description = "The passkey")),
    responses((status = 204, description = "It is removed")))]
async fn remove_passkey(
    State(app): State<App>,
    signed: SignedIn,
    NameOf(id): NameOf,
) -> Result<StatusCode, Problem> {
    access::remove_factor(&app, &signed, Some(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Begins to set up one-time codes.
#[utoipa::path(post, path = "/session/totp/secret", tag = "session", request_body = PasswordBody,
    responses((status = 200, description = "The secret", body = TotpBody)))]
async fn new_totp(
    State(app): State<App>,
    signed: SignedIn,
    body: BodyOf<PasswordBody>,
) -> Result<Json<TotpBody>, Problem> {
    let setup = access::begin_totp(&app, &signed, body.value.password).await?;
    Ok(Json(TotpBody { secret: setup.secret, url: setup.url }))
}

/// Sets up one-time codes with the first of them. The session goes on by another token.
#[utoipa::path(post, path = "/session/totp", tag = "session", request_body = CodeBody,
    responses((status = 200, description = "The session from now on", body = OpenedBody)))]
async fn totp(State(app): State<App>, signed: SignedIn, body: BodyOf<CodeBody>) -> Result<Response, Problem> {
    let opened = access::finish_totp(&app, &signed, &body.value.code).await?;
    Ok(handed_over(&app, &opened, signed.by_cookie, StatusCode::OK))
}

/// Gives one-time codes up; one's other sessions end.
#[utoipa::path(delete, path = "/session/totp", tag = "session",
    responses((status = 204, description = "They are given up")))]
async fn remove_totp(State(app): State<App>, signed: SignedIn) -> Result<StatusCode, Problem> {
    access::remove_factor(&app, &signed, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes ten recovery codes in place of those before. They are shown once, here.
#[utoipa::path(post, path = "/session/recovery-codes", tag = "session",
    responses((status = 200, description = "The codes", body = RecoveryBody)))]
async fn recovery(State(app): State<App>, signed: SignedIn) -> Result<Json<RecoveryBody>, Problem> {
    Ok(Json(RecoveryBody { codes: access::new_recovery_codes(&app, &signed).await? }))
}
