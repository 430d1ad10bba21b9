//! What those who run accounts do for others: links, sessions, tokens of programs.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use salur_core::PersonId;
use salur_store::access::{AccessAct, Session, TokenScope};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::extract::{BodyOf, IdOf};
use crate::problem::Problem;
use crate::{App, Caller, access};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(make_link))
        .routes(routes!(end_sessions))
        .routes(routes!(tokens, make_token))
        .routes(routes!(revoke_token))
}

/// A link to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewLinkBody {
    /// For whom; never for oneself.
    person: Uuid,
    /// The name they will sign in under, where they have no account; their staff number if it is not said.
    #[serde(default)]
    #[schema(max_length = 100)]
    login: Option<String>,
}

/// A link as it was made.
#[derive(Serialize, ToSchema)]
struct LinkBody {
    /// Its token; it is shown once, here.
    token: String,
    /// The name that its person signs in under.
    login: String,
    /// Until when it works.
    expires_at: String,
}

/// Makes a one-time link by which somebody of the office sets a password, within 24 hours. Links made for them before
/// work no longer. It leaves their second factors as they are.
#[utoipa::path(post, path = "/links", tag = "session", request_body = NewLinkBody,
    responses((status = 201, description = "The link", body = LinkBody)))]
async fn make_link(
    State(app): State<App>,
    caller: Caller,
    body: BodyOf<NewLinkBody>,
) -> Result<(StatusCode, Json<LinkBody>), Problem> {
    let login = body.value.login.as_deref().filter(|login| !login.trim().is_empty());
    let made = access::make_link(&app, &caller, PersonId(body.value.person), login).await?;
    let expires_at = made.expires_at.to_string();
    Ok((StatusCode::CREATED, Json(LinkBody { token: made.token, login: made.login, expires_at })))
}

/// Ends all sessions of somebody of the office.
#[utoipa::path(delete, path = "/people/{id}/sessions", tag = "session",
    params(("id" = Uuid, Path, description = "The person")),
    responses((status = 204, description = "They have ended")))]
async fn end_sessions(State(app): State<App>, caller: Caller, IdOf(id): IdOf) -> Result<StatusCode, Problem> {
    let ends = AccessAct::EndSession { person: PersonId(id), session: None };
    access::act(&app, caller.person.id, caller.lang, ends).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A token to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTokenBody {
    /// Under whose name the program acts: somebody registered for it, who never signs in. From now on it is a program,
    /// which never approves, pays or changes the office, whatever roles it has.
    person: Uuid,
    /// What the token is for.
    #[schema(max_length = 100)]
    name: String,
    /// What it is good for: `read`, `write`.
    scopes: Vec<String>,
    /// Until when, a year at most.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// A token of a program.
#[derive(Serialize, ToSchema)]
struct TokenBody {
    /// The id.
    id: Uuid,
    /// The token; it is shown once, when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    /// Under whose name the program acts.
    person: Uuid,
    /// What it is for.
    name: String,
    /// What it is good for.
    scopes: Vec<&'static str>,
    /// Since when.
    made_at: String,
    /// When it was last used, to the minute.
    seen_at: String,
    /// Until when.
    expires_at: String,
}

fn token_body(session: &Session, token: Option<String>) -> TokenBody {
    let scope = |scope: &TokenScope| match scope {
        TokenScope::Read => "read",
        TokenScope::Write => "write",
    };
    TokenBody {
        id: session.id,
        token,
        person: session.person.0,
        name: session.label.clone(),
        scopes: session.scopes.iter().map(scope).collect(),
        made_at: session.opened_at.to_string(),
        seen_at: session.seen_at.to_string(),
        expires_at: session.expires_at.to_string(),
    }
}

/// Lists the tokens of all programs.
#[utoipa::path(get, path = "/tokens", tag = "session",
    responses((status = 200, description = "The tokens", body = Vec<TokenBody>)))]
async fn tokens(State(app): State<App>, caller: Caller) -> Result<Json<Vec<TokenBody>>, Problem> {
    let tokens = access::program_tokens(&app, &caller).await?;
    Ok(Json(tokens.iter().map(|token| token_body(token, None)).collect()))
}

/// Makes a token for a program.
#[utoipa::path(post, path = "/tokens", tag = "session", request_body = NewTokenBody,
    responses((status = 201, description = "The token", body = TokenBody)))]
async fn make_token(
    State(app): State<App>,
    caller: Caller,
    body: BodyOf<NewTokenBody>,
) -> Result<(StatusCode, Json<TokenBody>), Problem> {
    let asked = body.value;
    let scopes = asked.scopes.iter().map(|scope| match scope.as_str() {
        "read" => Ok(TokenScope::Read),
        "write" => Ok(TokenScope::Write),
        other => Err(Problem::query_malformed(caller.lang, &format!("scopes: {other}"))),
    });
    let mut scopes = scopes.collect::<Result<Vec<_>, _>>()?;
    scopes.sort();
    scopes.dedup();
    let person = PersonId(asked.person);
    let made = access::make_token(&app, &caller, person, &asked.name, scopes, asked.expires_at).await?;
    Ok((StatusCode::CREATED, Json(token_body(&made.session, Some(made.token)))))
}

/// Ends a program's token.
#[utoipa::path(delete, path = "/tokens/{id}", tag = "session",
    params(("id" = Uuid, Path, description = "The token")),
    responses((status = 204, description = "It has ended")))]
async fn revoke_token(State(app): State<App>, caller: Caller, IdOf(id): IdOf) -> Result<StatusCode, Problem> {
    access::revoke_token(&app, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
