//! Changes of the office: proposed by one person, confirmed by another.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use salur_core::office::{self, Change, Proposal, ProposalState};
use salur_core::workflow::Workflow;
use salur_core::world::{Actor, Context, World};
use salur_core::{Lang, PersonId, ProposalId, words};
use salur_store::ExecuteError;
use salur_store::job::{Answer, Job};
use salur_store::requests::Place;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::change_body::ChangeBody;
use crate::extract::{BodyOf, IdOf, QueryOf};
use crate::page::{Cursors, PageBody, limit_of};
use crate::problem::{Problem, Somebody, pick};
use crate::request_body::somebody;
use crate::request_detail::Created;
use crate::{App, Caller, Idempotency, reason};

/// Largest body: a definition is part of one.
pub(crate) const DEFINITION_BYTES_MAX: usize = 1024 * 1024;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, propose))
        .routes(routes!(one))
        .routes(routes!(confirm))
        .routes(routes!(decline))
        .routes(routes!(withdraw))
        .layer(DefaultBodyLimit::max(DEFINITION_BYTES_MAX))
}

/// A change to propose.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposeBody {
    /// What is to change.
    pub change: ChangeBody,
}

/// Why not.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclineBody {
    /// Why, 1 to 2,000 characters.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub reason: Option<String>,
}

/// A proposed change of the office.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposalBody {
    /// The id, and the id of the paper it makes.
    pub id: Uuid,
    /// `open`, `confirmed`, `declined` or `withdrawn`.
    pub state: &'static str,
    /// What the change is called.
    pub title: &'static str,
    /// What is to change.
    pub change: ChangeBody,
    /// The same line by line in words, people by their names: what whoever confirms it has read.
    pub summary: Vec<String>,
    /// What to know of it while it is open, and in the answer to who proposed it: duties that come to one person, what stops.
    pub warnings: Vec<WarningBody>,
    /// For a move to another version: how many open requests still run under the versions it moves from. Once it is
    /// confirmed they are taken along piece by piece, but for those that keep their version. Null in lists.
    pub yet_to_move: Option<u64>,
    /// The person whom it registers, once it is confirmed.
    pub registers: Option<Uuid>,
    /// Who proposed it.
    pub by: Somebody,
    /// When, RFC 3339.
    pub at: String,
    /// Who confirmed, declined or withdrew it; null while it is open, and where one person sufficed.
    pub decided_by: Option<Somebody>,
    /// When, RFC 3339.
    pub decided_at: Option<String>,
    /// Why it was declined.
    pub reason: Option<String>,
    /// Who could confirm it, while it is open.
    pub who_could: Vec<Somebody>,
}

/// Nothing was proposed, since it is so already, to the letter.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnchangedBody {
    /// `unchanged`.
    pub state: &'static str,
}

/// Something to know of a change: it may be made all the same.
#[derive(Debug, Serialize, ToSchema)]
pub struct WarningBody {
    /// A stable code.
    pub code: &'static str,
    /// What it is.
    pub detail: String,
}

/// What came of proposing.
#[derive(Debug)]
pub enum Proposed {
    /// A proposal.
    Anew(Box<Created<Json<ProposalBody>>>),
    /// It is so already.
    Unchanged(Json<UnchangedBody>),
}

impl IntoResponse for Proposed {
    fn into_response(self) -> Response {
        match self {
            Proposed::Anew(created) => created.into_response(),
            Proposed::Unchanged(body) => body.into_response(),
        }
    }
}

/// Which proposals.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// `open`, `confirmed`, `declined` or `withdrawn`.
    pub state: Option<String>,
    /// How many, 1 to 100.
    #[param(default = 50, minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Proposes a change of the office. What gives somebody something waits for a second person; what only takes away may
/// be done at once. Publishing what is published already changes nothing and is answered 200.
#[utoipa::path(post, path = "/proposals", tag = "office", request_body = ProposeBody,
    responses((status = 201, description = "The proposal", body = ProposalBody,
        headers(("Location" = String, description = "Where it is"))),
        (status = 200, description = "It is so already", body = UnchangedBody)))]
pub async fn propose(
    State(app): State<App>,
    caller: Caller,
    key: Idempotency,
    body: BodyOf<ProposeBody>,
) -> Result<Proposed, Problem> {
    let job = body.value.change.proposing(&app, &caller)?;
    // What one person does at once is done when it is answered: what stops by it shows in the office as it was before.
    let before = app.store.world();
    let warnings =
        if let Job::Propose { change, .. } = &job { warned(&before, &caller, change) } else { Vec::new() };
    let told = app.store.execute(caller.ask(key.over(&body.bytes), job)).await;
    match answered(&app, &caller, told).await? {
        Some(mut body) => {
            body.warnings = warnings;
            Ok(Proposed::Anew(Box::new(Created { path: "proposals", id: body.id, body: Json(body) })))
        }
        None => Ok(Proposed::Unchanged(Json(UnchangedBody { state: "unchanged" }))),
    }
}

/// Lists the proposals that are for the caller's eyes, newest first. A page may hold fewer than asked for.
#[utoipa::path(get, path = "/proposals", tag = "office", params(ListQuery),
    responses((status = 200, description = "A page of proposals", body = PageBody<ProposalBody>)))]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    QueryOf(query): QueryOf<ListQuery>,
) -> Result<Json<PageBody<ProposalBody>>, Problem> {
    let broken = |error| Problem::broken(&error, caller.lang);
    let limit = limit_of(query.limit, caller.lang)?;
    let state = query.state.as_deref().map(|text| state_of(text, &caller)).transpose()?;
    let cursors = Cursors::new(&app, format!("proposals {:?}", query.state), caller.lang);
    let before = cursors.read(query.cursor.as_deref(), Place { at: 0, id: Uuid::max() })?;
    let page = app.store.proposals(state, before.id, limit).await.map_err(broken)?;
    let full = u32::try_from(page.len()).is_ok_and(|length| length == limit);
    let next = page.last().filter(|_| full).map(|last| cursors.write(Place { at: 0, id: last.id.0 }));
    let world = app.store.world();
    let context = context(&world, &caller);
    let mut data = Vec::new();
    for proposal in page.iter().filter(|proposal| office::may_see(&context, proposal)) {
        data.push(body_of(&app, &caller, &world, proposal).await?);
    }
    Ok(Json(PageBody::new(data, next)))
}

fn state_of(text: &str, caller: &Caller) -> Result<ProposalState, Problem> {
    ProposalState::ALL.into_iter().find(|state| state.as_str() == text).ok_or_else(|| {
        let known = ProposalState::ALL.map(ProposalState::as_str).join(", ");
        let what = pick(
            caller.lang,
            &format!("state harus salah satu dari {known}"),
            &format!("state must be one of {known}"),
        );
        Problem::query_malformed(caller.lang, &what)
    })
}

/// Shows one proposal.
#[utoipa::path(get, path = "/proposals/{id}", tag = "office",
    params(("id" = Uuid, Path, description = "The proposal")),
    responses((status = 200, description = "The proposal", body = ProposalBody)))]
pub async fn one(
    State(app): State<App>,
    caller: Caller,
    IdOf(id): IdOf,
) -> Result<Json<ProposalBody>, Problem> {
    let found = app.store.proposal(ProposalId(id)).await;
    let found = found.map_err(|error| Problem::broken(&error, caller.lang))?;
    let world = app.store.world();
    let found = found.filter(|proposal| office::may_see(&context(&world, &caller), proposal));
    let proposal = found.ok_or_else(|| Problem::not_found(caller.lang))?;
    Ok(Json(told_whole(&app, &caller, &world, &proposal).await?))
}

/// Confirms a proposal. The rules are asked again: about the change, about who proposed it, about who confirms it.
#[utoipa::path(post, path = "/proposals/{id}/confirm", tag = "office",
    params(("id" = Uuid, Path, description = "The proposal")),
    responses((status = 200, description = "The proposal after it", body = ProposalBody)))]
pub async fn confirm(
    State(app): State<App>,
    caller: Caller,
    IdOf(id): IdOf,
    key: Idempotency,
) -> Result<Json<ProposalBody>, Problem> {
    decide(&app, &caller, &key, b"", Job::Confirm { id: ProposalId(id) }).await
}

/// Declines a proposal.
#[utoipa::path(post, path = "/proposals/{id}/decline", tag = "office",
    params(("id" = Uuid, Path, description = "The proposal")), request_body = DeclineBody,
    responses((status = 200, description = "The proposal after it", body = ProposalBody)))]
pub async fn decline(
    State(app): State<App>,
    caller: Caller,
    IdOf(id): IdOf,
    key: Idempotency,
    body: BodyOf<DeclineBody>,
) -> Result<Json<ProposalBody>, Problem> {
    let note = reason::sealed(&app, &caller, body.value.reason.as_deref())?;
    decide(&app, &caller, &key, &body.bytes, Job::Decline { id: ProposalId(id), note }).await
}

/// Withdraws a proposal of one's own.
#[utoipa::path(post, path = "/proposals/{id}/withdraw", tag = "office",
    params(("id" = Uuid, Path, description = "The proposal")),
    responses((status = 200, description = "The proposal after it", body = ProposalBody)))]
pub async fn withdraw(
    State(app): State<App>,
    caller: Caller,
    IdOf(id): IdOf,
    key: Idempotency,
) -> Result<Json<ProposalBody>, Problem> {
    decide(&app, &caller, &key, b"", Job::Withdraw { id: ProposalId(id) }).await
}

async fn decide(
    app: &App,
    caller: &Caller,
    key: &Idempotency,
    body: &[u8],
    job: Job,
) -> Result<Json<ProposalBody>, Problem> {
    let told = app.store.execute(caller.ask(key.over(body), job)).await;
    let body = answered(app, caller, told).await?.ok_or_else(|| Problem::unexpected(caller.lang))?;
    Ok(Json(body))
}

/// The proposal after an act; a repetition reads it again.
async fn answered(
    app: &App,
    caller: &Caller,
    told: Result<Answer, ExecuteError>,
) -> Result<Option<ProposalBody>, Problem> {
    let broken = |error| Problem::broken(&error, caller.lang);
    let told = told.map_err(|error| Problem::of(&error, caller.lang, &app.store.world(), None))?;
    let Answer::Proposal { id, now } = told else { return Err(Problem::unexpected(caller.lang)) };
    let Some(id) = id else { return Ok(None) };
    let proposal = if let Some(now) = now {
        *now
    } else {
        let read = app.store.proposal(id).await.map_err(broken)?;
        read.ok_or_else(|| Problem::unexpected(caller.lang))?
    };
    told_whole(app, caller, &app.store.world(), &proposal).await.map(Some)
}

/// A proposal with what is counted for it.
async fn told_whole(
    app: &App,
    caller: &Caller,
    world: &World,
    proposal: &Proposal,
) -> Result<ProposalBody, Problem> {
    let mut body = body_of(app, caller, world, proposal).await?;
    if let Change::Migrate { scheme, from, to } = &proposal.change {
        // What was done is done, whether or not it can be counted.
        body.yet_to_move = app.store.open_under_older(scheme, *from, *to).await.ok();
    }
    Ok(body)
}

/// What to know of a change, for those who have a part in it.
fn warned(world: &World, caller: &Caller, change: &Change) -> Vec<WarningBody> {
    let context = context(world, caller);
    if office::check_part(&context, change).is_err() {
        return Vec::new();
    }
    let told = office::warnings(&context, change).into_iter();
    told.map(|it| WarningBody { code: it.code(), detail: it.sentence(caller.lang, world) }).collect()
}

/// The caller's own context.
pub(crate) fn context<'a>(world: &'a World, caller: &'a Caller) -> Context<'a> {
    Context { world, actor: Actor { person: &caller.person, for_whom: None }, at: caller.at }
}

async fn body_of(
    app: &App,
    caller: &Caller,
    world: &World,
    proposal: &Proposal,
) -> Result<ProposalBody, Problem> {
    let repaired = if let Change::Repair { reason, .. } = &proposal.change { Some(reason.id) } else { None };
    let declined = proposal.reason.map(|note| note.id);
    let mut texts = if repaired.is_none() && declined.is_none() {
        HashMap::new()
    } else {
        let texts = app.store.notes(repaired.into_iter().chain(declined)).await;
        texts.map_err(|error| Problem::broken(&error, caller.lang))?
    };
    let change = ChangeBody::of(&proposal.change, &texts, caller.lang)?;
    let reason = declined.and_then(|id| texts.remove(&id));
    let named = |id: PersonId| somebody(world, id);
    let is_open = proposal.state == ProposalState::Open;
    let could =
        if is_open { office::who_could_confirm(&context(world, caller), proposal) } else { Vec::new() };
    let registers = match (&proposal.change, proposal.state) {
        (Change::RegisterPerson { .. }, ProposalState::Confirmed) => Some(office::person_of(proposal.id).0),
        _ => None,
    };
    Ok(ProposalBody {
        id: proposal.id.0,
        state: proposal.state.as_str(),
        title: words::change(proposal.change.kind(), caller.lang),
        summary: summary(app, world, &change, caller.lang),
        change,
        warnings: if is_open { warned(world, caller, &proposal.change) } else { Vec::new() },
        yet_to_move: None,
        registers,
        by: named(proposal.by),
        at: proposal.at.to_string(),
        decided_by: proposal.decided_by.map(named),
        decided_at: proposal.decided_at.map(|at| at.to_string()),
        reason,
        who_could: could.into_iter().map(named).collect(),
    })
}

/// A change line by line: each field with its value in words.
fn summary(app: &App, world: &World, change: &ChangeBody, lang: Lang) -> Vec<String> {
    if let ChangeBody::PublishDefinition { text } = change {
        let Ok(workflow) = Workflow::reread(text) else { return Vec::new() };
        let title = workflow.title.in_lang(lang);
        return vec![format!("{}, version {}: {title}", workflow.scheme, workflow.version)];
    }
    let Ok(serde_json::Value::Object(fields)) = serde_json::to_value(change) else { return Vec::new() };
    let told = fields.iter().filter(|(name, value)| *name != "kind" && !value.is_null());
    told.map(|(name, value)| format!("{name}: {}", in_words(app, world, value, lang))).collect()
}

fn in_words(app: &App, world: &World, value: &serde_json::Value, lang: Lang) -> String {
    use serde_json::Value;
    match value {
        Value::String(text) => {
            let id = text.parse::<Uuid>().ok();
            let person = id.and_then(|id| world.roster.person(PersonId(id)));
            let role = world.policy.role.get(text.as_str());
            let region = app.store.regions().name(text);
            match (person, role, region) {
                (Some(person), ..) => format!("{} ({})", person.name, person.staff_no),
                (_, Some(role), _) => role.in_lang(lang).to_owned(),
                (.., Some(region)) => format!("{text} {region}"),
                _ => text.clone(),
            }
        }
        Value::Array(all) => {
            all.iter().map(|value| in_words(app, world, value, lang)).collect::<Vec<_>>().join(", ")
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}
