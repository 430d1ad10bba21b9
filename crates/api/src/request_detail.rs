//! One request with all that is known of it, as it stood after one of its events.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::header::ETAG;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use salur_core::case::Case;
use salur_core::request::Request;
use salur_core::workflow::{BenefitKind, Standing, Workflow};
use salur_core::world::{Context, World};
use salur_core::{NoteId, RequestId, repair};
use salur_store::lists::AttachmentRow;
use salur_store::requests::Listed;
use salur_store::{ExecuteError, StoreError};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::problem::{Problem, Somebody};
use crate::proposals::context;
use crate::request_body::{RequestBody, Telling, label_of, payment_state, shown};
use crate::{App, Caller};

/// One request with all that is known of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct RequestDetailBody {
    #[serde(flatten)]
    /// What lists show of it.
    pub request: RequestBody,
    /// The recipient's facts by the form's field names; NIK, family card and account numbers cut to the last four.
    #[schema(value_type = std::collections::HashMap<String, serde_json::Value>)]
    pub facts: BTreeMap<String, serde_json::Value>,
    /// A group's members, each as the form's member fields.
    #[schema(value_type = Vec<serde_json::Value>)]
    pub members: Vec<BTreeMap<String, serde_json::Value>>,
    /// What was noted down on the way, such as a verifier's checklist.
    #[schema(value_type = std::collections::HashMap<String, serde_json::Value>)]
    pub fields: BTreeMap<String, serde_json::Value>,
    /// `cash` or `goods`.
    pub benefit: &'static str,
    /// The budget line it is paid from.
    pub budget_line: String,
    /// Where its money stands in that line: `none`, `reserved`, `committed`, `paid`.
    pub budget: &'static str,
    /// The version of the definition it runs under.
    pub definition: u32,
    /// Set aside, and why.
    pub hold: Option<HoldBody>,
    /// Sent back for correction, and why.
    pub returned: Option<ReturnedBody>,
    /// Who has taken it on.
    pub claimed_by: Option<Somebody>,
    /// Who has agreed to an action that needs more persons.
    pub endorsements: Vec<EndorsementBody>,
    /// The decree that freezes or approved it.
    pub decree: Option<Uuid>,
    /// True while a draft decree freezes it.
    pub in_decree: bool,
    /// What is known of its payment.
    pub payment: Option<PaymentBody>,
    /// A payment that the bank reported against what was known before: two persons must rule.
    pub incident: Option<IncidentBody>,
    /// The files attached to it.
    pub attachments: Vec<AttachedBody>,
    /// The stages that a repair by two persons may put it back to.
    pub repair_to: Vec<String>,
}

/// A request set aside.
#[derive(Debug, Serialize, ToSchema)]
pub struct HoldBody {
    /// A cause of the office's policy.
    pub cause: String,
    /// The cause in words.
    pub title: String,
    /// True if the clock stands still.
    pub blameless: bool,
    /// Why.
    pub reason: Option<String>,
    /// Since when.
    #[schema(format = DateTime)]
    pub since: String,
    /// By whom.
    pub by: Somebody,
}

/// A request sent back for correction.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReturnedBody {
    /// The stage that sent it back.
    pub from: String,
    /// By whom.
    pub by: Somebody,
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
    /// Why.
    pub reason: Option<String>,
    /// The fields changed since.
    pub changed: Vec<String>,
}

/// A person's word for an action that needs more than one.
#[derive(Debug, Serialize, ToSchema)]
pub struct EndorsementBody {
    /// The action.
    pub action: String,
    /// Who.
    pub by: Somebody,
}

/// What is known of a payment.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaymentBody {
    /// The payment order.
    pub order: Uuid,
    /// The line in it.
    pub line: u32,
    /// `ordered`, `unknown`, `failed` or `paid`.
    pub state: &'static str,
    /// The bank's cause of a failure.
    pub cause: Option<String>,
    /// Since when.
    #[schema(format = DateTime)]
    pub since: String,
}

/// A payment reported against what was known before.
#[derive(Debug, Serialize, ToSchema)]
pub struct IncidentBody {
    /// The payment order.
    pub order: Uuid,
    /// The line that the bank reported paid.
    pub line: u32,
    /// Since when.
    #[schema(format = DateTime)]
    pub since: String,
}

/// A file attached to a request.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttachedBody {
    /// The id.
    pub id: Uuid,
    /// When it was attached.
    #[schema(format = DateTime)]
    pub at: String,
    /// Its type by content.
    pub media_type: String,
    /// Its size in bytes.
    pub size: i64,
    /// SHA-256 of its bytes.
    pub digest: String,
}

/// A request that the caller may see, or the same answer as where there is none.
pub(crate) async fn visible(app: &App, caller: &Caller, id: Uuid) -> Result<Listed, Problem> {
    let listed =
        app.store.request(RequestId(id)).await.map_err(|error| Problem::broken(&error, caller.lang))?;
    let listed = listed.filter(|listed| caller.sees(&listed.request.region));
    listed.ok_or_else(|| Problem::not_found(caller.lang))
}

/// What an act on one request is answered: the request after it. A repetition is told as it was the first time.
pub(crate) async fn answered(
    app: &App,
    caller: &Caller,
    told: Result<salur_store::job::Answer, ExecuteError>,
    scheme: Option<&salur_core::SchemeId>,
) -> Result<(Uuid, Tagged), Problem> {
    use salur_store::job::Answer;
    let world = app.store.world();
    let refused = |error: &ExecuteError| {
        let workflow = scheme.and_then(|scheme| world.workflows.current(scheme));
        Problem::of(error, caller.lang, &world, workflow.map(|workflow| &**workflow))
    };
    // The act is done: who is told that the database went away must not take it for undone.
    let broken = |error: StoreError| {
        let done = if error.is_unreachable() { StoreError::Unreachable { maybe_done: true } } else { error };
        Problem::broken(&done, caller.lang)
    };
    let Answer::Request { id, version, now } = told.map_err(|error| refused(&error))? else {
        return Err(Problem::unexpected(caller.lang));
    };
    let (request, at) = if let Some(request) = now {
        (*request, caller.at)
    } else {
        let request = app.store.request_at(id, version).await.map_err(broken)?;
        let request = request.ok_or_else(|| Problem::not_found(caller.lang))?;
        let history = app.store.history(id).await.map_err(broken)?;
        let last = history.iter().find(|told| told.entry.seq == version);
        (request, last.map_or(caller.at, |told| told.entry.at))
    };
    let body = detail_body(app, caller, &request, at).await.map_err(broken)?;
    Ok((id.0, Tagged(body)))
}

/// One request with all that is known of it, under its `ETag`.
pub(crate) async fn detail(
    app: &App,
    caller: &Caller,
    request: &Request,
    at: Timestamp,
) -> Result<Tagged, Problem> {
    let body = detail_body(app, caller, request, at).await;
    Ok(Tagged(body.map_err(|error| Problem::broken(&error, caller.lang))?))
}

/// A request under its `ETag`.
#[derive(Debug)]
pub struct Tagged(pub RequestDetailBody);

impl IntoResponse for Tagged {
    fn into_response(self) -> Response {
        let tag = HeaderValue::from_str(&format!("\"{}\"", self.0.request.version));
        let mut response = Json(self.0).into_response();
        if let Ok(tag) = tag {
            response.headers_mut().insert(ETAG, tag);
        }
        response
    }
}

async fn detail_body(
    app: &App,
    caller: &Caller,
    request: &Request,
    at: Timestamp,
) -> Result<RequestDetailBody, StoreError> {
    let store = &app.store;
    let world = store.world();
    let telling = Telling {
        app,
        world: &world,
        lines: store.budget_lines().await?,
        context: Context::of_nobody(&world, at),
        lang: caller.lang,
    };
    let facts = store.facts(request.recipient, request.facts.version).await?.unwrap_or_default();
    let reasons = [
        request.hold.as_ref().and_then(|hold| hold.reason),
        request.returned.as_ref().and_then(|returned| returned.reason),
    ];
    let notes = store.notes(reasons.into_iter().flatten().map(|note| note.id)).await?;
    let text = |id: NoteId| notes.get(&id).cloned();
    let attachments = store.attachments(request.id).await?;
    let workflow = telling.workflow(request);
    let members = workflow.and_then(|workflow| workflow.form.members.as_ref());
    Ok(RequestDetailBody {
        request: telling
            .request(request, &workflow.map(|workflow| label_of(workflow, &facts)).unwrap_or_default()),
        facts: workflow.map(|workflow| shown(&workflow.form.fields, &facts.fields)).unwrap_or_default(),
        members: members
            .map(|rules| facts.members.iter().map(|member| shown(&rules.fields, member)).collect())
            .unwrap_or_default(),
        fields: request.fields.iter().map(|(name, value)| (name.to_string(), value.to_json())).collect(),
        benefit: benefit(request.benefit),
        budget_line: request.line.to_string(),
        budget: standing(request.budget),
        definition: request.definition.version,
        hold: request.hold.as_ref().map(|hold| HoldBody {
            cause: hold.cause.clone(),
            title: world
                .policy
                .hold
                .get(&hold.cause)
                .map_or_else(|| hold.cause.clone(), |cause| cause.title.in_lang(caller.lang).to_owned()),
            blameless: hold.blameless,
            reason: hold.reason.and_then(|note| text(note.id)),
            since: hold.since.to_string(),
            by: telling.somebody(hold.by),
        }),
        returned: request.returned.as_ref().map(|returned| ReturnedBody {
            from: returned.from.to_string(),
            by: telling.somebody(returned.by),
            at: returned.at.to_string(),
            reason: returned.reason.and_then(|note| text(note.id)),
            changed: returned.changed.iter().map(ToString::to_string).collect(),
        }),
        claimed_by: request.claimed_by.map(|by| telling.somebody(by)),
        endorsements: request
            .endorsements
            .iter()
            .map(|word| EndorsementBody { action: word.action.to_string(), by: telling.somebody(word.by) })
            .collect(),
        decree: request.decree.map(|decree| decree.0),
        in_decree: request.in_decree,
        payment: request.payment.as_ref().map(payment),
        incident: request.incident.map(|incident| IncidentBody {
            order: incident.at.order.0,
            line: incident.at.line,
            since: incident.since.to_string(),
        }),
        attachments: attachments.iter().filter(|row| row.at <= at).map(attached).collect(),
        repair_to: repair_to(caller, &world, workflow, request),
    })
}

fn repair_to(caller: &Caller, world: &World, workflow: Option<&Workflow>, request: &Request) -> Vec<String> {
    let Some(workflow) = workflow else { return Vec::new() };
    let case = Case { context: context(world, caller), workflow, request, line: None };
    repair::stages(&case).into_iter().map(ToString::to_string).collect()
}

fn payment(payment: &salur_core::request::Payment) -> PaymentBody {
    let (state, cause) = payment_state(&payment.state);
    PaymentBody {
        order: payment.at.order.0,
        line: payment.at.line,
        state,
        cause: cause.map(str::to_owned),
        since: payment.since.to_string(),
    }
}

fn attached(row: &AttachmentRow) -> AttachedBody {
    AttachedBody {
        id: row.id.0,
        at: row.at.to_string(),
        media_type: row.media_type.clone(),
        size: row.size,
        digest: row.digest.to_string(),
    }
}

fn benefit(kind: BenefitKind) -> &'static str {
    match kind {
        BenefitKind::Cash => "cash",
        BenefitKind::Goods => "goods",
    }
}

fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::None => "none",
        Standing::Reserved => "reserved",
        Standing::Committed => "committed",
        Standing::Paid => "paid",
    }
}

/// Something new: 201, and where it is.
#[derive(Debug)]
pub struct Created<T> {
    /// The collection it is in, as `decrees`.
    pub path: &'static str,
    /// Its id.
    pub id: Uuid,
    /// What is answered.
    pub body: T,
}

impl<T: IntoResponse> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        let mut response = self.body.into_response();
        *response.status_mut() = StatusCode::CREATED;
        if let Ok(place) = HeaderValue::from_str(&format!("/api/v1/{}/{}", self.path, self.id)) {
            response.headers_mut().insert(axum::http::header::LOCATION, place);
        }
        response
    }
}
