//! Decrees: frozen lists that one signature approves.

use axum::Json;
use axum::extract::{DefaultBodyLimit, State};
use jiff::civil::Date;
use salur_core::decree::{Decree, Signing};
use salur_core::{DecreeId, Digest};
use salur_store::ExecuteError;
use salur_store::job::{Answer, Job};
use salur_store::requests::{Place, Scope};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::decree_body::{DecreeBody, DecreeLineBody, LeftOut, body, line_bodies};
use crate::extract::{BodyOf, IdOf, LIST_BYTES_MAX, QueryOf};
use crate::filter::{FilterBody, known_scheme, named};
use crate::page::{Cursors, LINES_AT_ONCE, PageBody, limit_of, lines_after};
use crate::problem::Problem;
use crate::request_detail::Created;
use crate::{App, Caller, Idempotency, decree_overview, reason};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, draft))
        .routes(routes!(look))
        .routes(routes!(one))
        .routes(routes!(lines))
        .routes(routes!(decree_overview::overview))
        .routes(routes!(strike))
        .routes(routes!(sign))
        .routes(routes!(sign_options))
        .routes(routes!(assertion))
        .routes(routes!(cancel))
        .layer(DefaultBodyLimit::max(LIST_BYTES_MAX))
}

/// A decree to draft.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftDecreeBody {
    /// The scheme.
    pub scheme: String,
    /// The fiscal year.
    pub year: i16,
    /// The requests, at most 20,000. Either these or a filter.
    #[serde(default)]
    #[schema(max_items = 20000)]
    pub ids: Option<Vec<Uuid>>,
    /// Which requests, at most 20,000; all that wait for approval unless it says otherwise. Either this or ids.
    #[serde(default)]
    pub filter: Option<FilterBody>,
}

/// Lines to take off a draft.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StrikeBody {
    /// The requests.
    pub ids: Vec<Uuid>,
    /// Why, 1 to 2,000 characters.
    #[schema(max_length = 2000)]
    pub reason: String,
}

/// A signature.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignBody {
    /// The digest of the list as the signer saw it.
    pub digest: String,
    /// The decree's number.
    #[schema(max_length = 100)]
    pub number: String,
    /// The decree's date.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// What the browser answered to the options of `POST /decrees/{id}/sign/options`: a passkey's signature over this very
    /// list. Without it, a second factor was shown within the last five minutes.
    #[serde(default)]
    pub assertion: Option<serde_json::Value>,
}

/// Which page of decrees.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// How many, 1 to 100.
    #[param(default = 50, minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Which lines of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LinesQuery {
    /// Only lines with this outcome.
    pub outcome: Option<String>,
    /// How many, 1 to 100.
    #[param(default = 50, minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Drafts a decree: freezes the requests that can go on it, and tells which cannot and why.
#[utoipa::path(post, path = "/decrees", tag = "decrees", request_body = DraftDecreeBody,
    responses((status = 201, description = "The draft", body = DecreeBody,
        headers(("Location" = String, description = "Where it is")))))]
pub async fn draft(
    State(app): State<App>,
    caller: Caller,
    key: Idempotency,
    body: BodyOf<DraftDecreeBody>,
) -> Result<Created<Json<DecreeBody>>, Problem> {
    let BodyOf { value: asked, bytes } = body;
    let job = drafting(&app, &caller, &asked, false).await?;
    let told = app.store.execute(caller.ask(key.over(&bytes), job)).await;
    let body = answered(&app, &caller, told, &asked.scheme).await?;
    Ok(Created { path: "decrees", id: body.id, body })
}

/// Tells what a draft would hold and what it would leave out, and drafts nothing.
#[utoipa::path(post, path = "/decrees/look", tag = "decrees", request_body = DraftDecreeBody,
    responses((status = 200, description = "What the draft would be; its id names nothing", body = DecreeBody)))]
pub async fn look(
    State(app): State<App>,
    caller: Caller,
    body: BodyOf<DraftDecreeBody>,
) -> Result<Json<DecreeBody>, Problem> {
    let asked = body.value;
    let job = drafting(&app, &caller, &asked, true).await?;
    let told = app.store.execute(caller.ask(None, job)).await;
    answered(&app, &caller, told, &asked.scheme).await
}

/// The job of drafting what was asked for.
async fn drafting(
    app: &App,
    caller: &Caller,
    asked: &DraftDecreeBody,
    dry_run: bool,
) -> Result<Job, Problem> {
    let scheme = known_scheme(app, &asked.scheme, caller.lang)?;
    let filter = asked.filter.clone().map(|mut filter| {
        filter.scheme = Some(asked.scheme.clone());
        filter.year = Some(asked.year);
        if filter.stage.is_none() && filter.phase.is_none() {
            filter.phase = Some("approval".into());
        }
        filter
    });
    let requests = named(app, caller, asked.ids.as_deref(), filter.as_ref()).await?;
    let id = DecreeId(app.clock.new_id());
    Ok(Job::DraftDecree { id, scheme, year: asked.year, requests, dry_run })
}

/// Lists the decrees that the caller may read, newest first. A page may hold fewer than asked for.
#[utoipa::path(get, path = "/decrees", tag = "decrees", params(ListQuery),
    responses((status = 200, description = "A page of decrees", body = PageBody<DecreeBody>)))]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    QueryOf(query): QueryOf<ListQuery>,
) -> Result<Json<PageBody<DecreeBody>>, Problem> {
    let limit = limit_of(query.limit, caller.lang)?;
    let cursors = Cursors::new(&app, "decrees", caller.lang);
    let newest = Place { at: i64::MAX, id: Uuid::max() };
    let before = cursors.read(query.cursor.as_deref(), newest)?;
    let page =
        app.store.decrees(before, limit).await.map_err(|error| Problem::broken(&error, caller.lang))?;
    let full = u32::try_from(page.len()).is_ok_and(|length| length == limit);
    let next = page
        .last()
        .filter(|_| full)
        .map(|last| cursors.write(Place { at: last.drafted_at.as_microsecond(), id: last.id.0 }));
    let world = app.store.world();
    let data =
        page.iter().filter(|decree| may_read(&caller, decree)).map(|decree| body(&world, decree, None));
    Ok(Json(PageBody::new(data.collect(), next)))
}

/// Shows one decree, its lines apart.
#[utoipa::path(get, path = "/decrees/{id}", tag = "decrees",
    params(("id" = Uuid, Path, description = "The decree")),
    responses((status = 200, description = "The decree", body = DecreeBody)))]
pub async fn one(
    State(app): State<App>,
    caller: Caller,
    IdOf(id): IdOf,
) -> Result<Json<DecreeBody>, Problem> {
    let decree = readable(&app, &caller, id).await?;
    Ok(Json(body(&app.store.world(), &decree, None)))
}

/// Lists a decree's lines in order.
#[utoipa::path(get, path = "/decrees/{id}/lines", tag = "decrees",
    params(("id" = Uuid, Path, description = "The decree"), LinesQuery),
    responses((status = 200, description = "A page of lines", body = PageBody<DecreeLineBody>)))]
pub async fn lines(
    State(app): State<App>,
    caller: Caller,
    IdOf(id): IdOf,
    QueryOf(query): QueryOf<LinesQuery>,
) -> Result<Json<PageBody<DecreeLineBody>>, Problem> {
    let broken = |error| Problem::broken(&error, caller.lang);
    let decree = readable(&app, &caller, id).await?;
    let limit = limit_of(query.limit, caller.lang)?;
    let cursors = Cursors::new(&app, format!("decree {id} {:?}", query.outcome), caller.lang);
    let after = cursors.read(query.cursor.as_deref(), Place { at: 0, id })?.at;
    let read = |after| app.store.decree_lines(decree.id, after, LINES_AT_ONCE);
    let fits = |outcome: &str| query.outcome.as_ref().is_none_or(|wanted| wanted == outcome);
    let wanted =
        lines_after(after, limit, read, |line| i64::from(line.line), |line| fits(line.outcome.as_str()));
    let (found, next) = wanted.await.map_err(broken)?;
    let next = next.map(|at| cursors.write(Place { at, id }));
    Ok(Json(PageBody::new(line_bodies(&app, &caller, found).await?, next)))
}

/// Takes lines off a draft; their requests go back for correction.
#[utoipa::path(post, path = "/decrees/{id}/strikes", tag = "decrees",
    params(("id" = Uuid, Path, description = "The decree")), request_body = StrikeBody,
    responses((status = 200, description = "The decree after it", body = DecreeBody)))]
pub async fn strike(
    State(app): State<App>,
    caller: Caller,
    IdOf(id): IdOf,
    key: Idempotency,
    body: BodyOf<StrikeBody>,
) -> Result<Json<DecreeBody>, Problem> {
    let decree = readable(&app, &caller, id).await?;
    let note = reason::sealed(&app, &caller, Some(&body.value.reason))?;
    let requests = named(&app, &caller, Some(&body.value.ids), None).await?;
    let job = Job::StrikeDecree { id: decree.id, requests, note };
    let told = app.store.execute(caller.ask(key.over(&body.bytes), job)).await;
    answered(&app, &caller, told, decree.scheme.as_str()).await
}

/// Signs a decree: every line still listed is approved or refused, and the counts add up. Where a budget line does
/// not suffice, nothing is signed. Signing the same again changes nothing.
#[utoipa::path(post, path = "/decrees/{id}/sign", tag = "decrees",
    params(("id" = Uuid, Path, description = "The decree")), request_body = SignBody,
    responses((status = 200, description = "The decree after it", body = DecreeBody)))]
pub async fn sign(
    State(app): State<App>,
    mut caller: Caller,
    IdOf(id): IdOf,
    key: Idempotency,
    body: BodyOf<SignBody>,
) -> Result<Json<DecreeBody>, Problem> {
    let decree = readable(&app, &caller, id).await?;
    let number = reason::number(&body.value.number, caller.lang)?;
    let digest = Digest::from_hex(body.value.digest.trim());
    let digest = digest.ok_or_else(|| Problem::digest_malformed(caller.lang))?;
    // One that is signed already is answered as it stands, so it takes no further factor: a repetition is told the same.
    caller.is_stepped_up |= decree.signature.is_some();
    let assertion = match &body.value.assertion {
        Some(answer) if decree.signature.is_none() => {
            let signed = caller.signed_in();
            let assertion = crate::access::finish_signature(&app, &signed, &decree, answer).await?;
            caller.is_stepped_up = true;
            Some(Box::new(assertion))
        }
        _ => None,
    };
    let signing = Signing { digest, number, date: body.value.date };
    let job = Job::SignDecree { id: decree.id, signing, assertion };
    let told = app.store.execute(caller.ask(key.over(&body.bytes), job)).await;
    answered(&app, &caller, told, decree.scheme.as_str()).await
}

/// Asks for a passkey to sign this list: answers what `navigator.credentials.get` takes. What the passkey signs is derived
/// from the decree's digest, so that what is kept proves what was signed.
#[utoipa::path(post, path = "/decrees/{id}/sign/options", tag = "decrees",
    params(("id" = Uuid, Path, description = "The decree")),
    responses((status = 200, description = "The options", body = serde_json::Value)))]
pub async fn sign_options(
    State(app): State<App>,
    caller: Caller,
    IdOf(id): IdOf,
) -> Result<Json<serde_json::Value>, Problem> {
    let decree = readable(&app, &caller, id).await?;
    Ok(Json(crate::access::begin_signature(&app, &caller.signed_in(), &decree).await?))
}

/// What a passkey signed under a decree, with all that is needed to check it without this server.
#[utoipa::path(get, path = "/decrees/{id}/assertion", tag = "decrees",
    params(("id" = Uuid, Path, description = "The decree")),
    responses((status = 200, description = "What was signed", body = serde_json::Value)))]
pub async fn assertion(
    State(app): State<App>,
    caller: Caller,
    IdOf(id): IdOf,
) -> Result<Json<serde_json::Value>, Problem> {
    let decree = readable(&app, &caller, id).await?;
    let kept = app.store.assertion(decree.id).await.map_err(|error| Problem::broken(&error, caller.lang))?;
    let kept = kept.ok_or_else(|| Problem::not_found(caller.lang))?;
    serde_json::from_str(&kept).map(Json).map_err(|_| Problem::unexpected(caller.lang))
}

/// Gives a draft up; its requests go back to the queue.
#[utoipa::path(post, path = "/decrees/{id}/cancel", tag = "decrees",
    params(("id" = Uuid, Path, description = "The decree")),
    responses((status = 200, description = "The decree after it", body = DecreeBody)))]
pub async fn cancel(
    State(app): State<App>,
    caller: Caller,
    IdOf(id): IdOf,
    key: Idempotency,
) -> Result<Json<DecreeBody>, Problem> {
    let decree = readable(&app, &caller, id).await?;
    let told = app.store.execute(caller.ask(key.over(b""), Job::CancelDecree { id: decree.id })).await;
    answered(&app, &caller, told, decree.scheme.as_str()).await
}

async fn answered(
    app: &App,
    caller: &Caller,
    told: Result<Answer, ExecuteError>,
    scheme: &str,
) -> Result<Json<DecreeBody>, Problem> {
    let world = app.store.world();
    let workflow = world.workflows.current(&scheme.into()).map(|workflow| &**workflow);
    let told = told.map_err(|error| Problem::of(&error, caller.lang, &world, workflow))?;
    let Answer::Decree(decree, outcomes) = told else { return Err(Problem::unexpected(caller.lang)) };
    let left_out = LeftOut::of(app, caller, &world, &outcomes).await?;
    Ok(Json(body(&world, &decree, Some(left_out))))
}

/// A decree that the caller may read, or the same answer as where there is none.
pub(crate) async fn readable(app: &App, caller: &Caller, id: Uuid) -> Result<Decree, Problem> {
    let decree =
        app.store.decree(DecreeId(id)).await.map_err(|error| Problem::broken(&error, caller.lang))?;
    decree.filter(|decree| may_read(caller, decree)).ok_or_else(|| Problem::not_found(caller.lang))
}

/// Who sees every region may read a decree, and whoever drafted it.
fn may_read(caller: &Caller, decree: &Decree) -> bool {
    caller.scope() == Scope::Everywhere || decree.drafted_by == caller.person.id
}
