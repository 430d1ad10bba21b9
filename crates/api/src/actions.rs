//! Acts on one request: what is allowed now, and doing it.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use salur_core::case::{Case, Through};
use salur_core::command::{BUILT_IN, Command};
use salur_core::decide::decide;
use salur_core::event::NoteRef;
use salur_core::refusal::Refusal;
use salur_core::workflow::{Action, ActionKind, Field, FieldKind};
use salur_core::world::{Actor, Context, World};
use salur_core::{ActionName, Digest, FieldName, Lang, NoteId};
use salur_store::job::{Act, Job};
use salur_store::requests::Listed;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::extract::{BodyOf, IdOf, IfMatch};
use crate::problem::{Problem, Somebody, pick};
use crate::request_body::somebody;
use crate::request_detail::{RequestDetailBody, Tagged, answered, visible};
use crate::{App, Caller, Idempotency, correction, reason};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, act))
}

/// Something to do to a request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionBody {
    /// The action: one of the workflow's, or `hold`, `resume`, `claim`, `release`, `comment`.
    #[schema(example = "verify")]
    pub action: String,
    /// Why, or for `comment` the text: 1 to 2,000 characters. Kept where the act records one.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub reason: Option<String>,
    /// What is noted down, by field; for `hold` its `cause`; for a correction `bank`, `account_no`, `account_name`.
    #[serde(default)]
    #[schema(value_type = std::collections::HashMap<String, serde_json::Value>)]
    pub fields: BTreeMap<String, serde_json::Value>,
}

/// What the caller may do to a request now, and for the rest why not.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActionsBody {
    /// What the caller may do now, content aside.
    pub allowed: Vec<AllowedBody>,
    /// What the caller may not do now, and why not.
    pub others: Vec<OtherBody>,
}

/// An action that is allowed.
#[derive(Debug, Serialize, ToSchema)]
pub struct AllowedBody {
    /// The action.
    pub action: String,
    /// What it is called.
    pub title: String,
    /// What is to be filled in.
    pub needs: Vec<NeedBody>,
    /// True if a reason must be given.
    pub needs_reason: bool,
}

/// Something to fill in.
#[derive(Debug, Serialize, ToSchema)]
pub struct NeedBody {
    /// The field.
    pub name: String,
    /// What it holds: `bool`, `int`, `money`, `date`, `enum` or `text`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The values of an `enum`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// What each of the values is called.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = std::collections::HashMap<String, String>)]
    pub value_titles: BTreeMap<String, String>,
    /// What it is called.
    pub title: String,
    /// True if the action does not go without it.
    pub required: bool,
}

/// An action that is not allowed.
#[derive(Debug, Serialize, ToSchema)]
pub struct OtherBody {
    /// The action.
    pub action: String,
    /// What it is called.
    pub title: String,
    /// Why not, as a stable code.
    pub code: String,
    /// Why not, as a sentence.
    pub why: String,
    /// Who could act instead.
    pub who_could: Vec<Somebody>,
}

/// Tells what the caller may do to a request now, and for the rest why not.
#[utoipa::path(get, path = "/requests/{id}/actions", tag = "requests",
    params(("id" = Uuid, Path, description = "The request")),
    responses((status = 200, description = "What is allowed, and the rest", body = ActionsBody)))]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    IdOf(id): IdOf,
) -> Result<Json<ActionsBody>, Problem> {
    let listed = visible(&app, &caller, id).await?;
    let world = app.store.world();
    let lines = app.store.budget_lines().await.map_err(|error| Problem::broken(&error, caller.lang))?;
    let request = &listed.request;
    let workflow = world.workflows.pinned(&request.scheme, &request.definition);
    let workflow = workflow.ok_or_else(|| Problem::unexpected(caller.lang))?;
    let actor = Actor { person: &caller.person, for_whom: None };
    let case = Case {
        context: Context { world: &world, actor, at: caller.at },
        workflow,
        request,
        line: lines.iter().find(|line| line.id == request.line),
    };
    let mut body = ActionsBody { allowed: Vec::new(), others: Vec::new() };
    for (name, action) in &workflow.actions {
        let title = action.title.in_lang(caller.lang).to_owned();
        match case.permit(name, Through::Itself) {
            Ok(_) => body.allowed.push(AllowedBody {
                action: name.to_string(),
                title,
                needs: needs(&case, action, caller.lang),
                needs_reason: action.needs_reason,
            }),
            Err(refusal) => body.others.push(other(&case, name, title, &refusal, caller.lang)),
        }
    }
    for name in BUILT_IN {
        let title = built_in_title(name, caller.lang);
        match decide(&case, &probe(name, &world)) {
            Ok(_) => body.allowed.push(AllowedBody {
                action: name.to_owned(),
                title,
                needs: if name == "hold" { vec![causes(&world, caller.lang)] } else { Vec::new() },
                needs_reason: name == "comment",
            }),
            Err(refusal) => body.others.push(other(&case, &name.into(), title, &refusal, caller.lang)),
        }
    }
    Ok(Json(body))
}

/// The command that asks whether a built-in act is allowed, its content aside.
fn probe(name: &str, world: &World) -> Command {
    let note = NoteRef { id: NoteId(Uuid::nil()), digest: Digest::ZERO };
    let cause = world.policy.hold.keys().next().cloned().unwrap_or_default();
    let fields = BTreeMap::from([(FieldName::from("cause"), serde_json::Value::from(cause))]);
    Command::named(name.into(), Some(note), fields)
}

fn built_in_title(name: &str, lang: Lang) -> String {
    let (id, en) = match name {
        "hold" => ("Tahan", "Hold"),
        "resume" => ("Lanjutkan", "Resume"),
        "claim" => ("Tangani", "Claim"),
        "release" => ("Lepaskan", "Release"),
        _ => ("Beri catatan", "Comment"),
    };
    pick(lang, id, en)
}

fn causes(world: &World, lang: Lang) -> NeedBody {
    NeedBody {
        name: "cause".into(),
        kind: "enum",
        values: world.policy.hold.keys().cloned().collect(),
        value_titles: world
            .policy
            .hold
            .iter()
            .map(|(cause, known)| (cause.clone(), known.title.in_lang(lang).to_owned()))
            .collect(),
        title: pick(lang, "Sebab", "Cause"),
        required: true,
    }
}

fn needs(case: &Case<'_>, action: &Action, lang: Lang) -> Vec<NeedBody> {
    let form = &case.workflow.form;
    if action.kind == ActionKind::Correction {
        let account = [&form.account.bank, &form.account.number, &form.account.holder];
        let fields = account.into_iter().filter_map(|name| form.field(name));
        return fields
            .map(|field| NeedBody {
                name: field.name.to_string(),
                kind: "text",
                values: Vec::new(),
                value_titles: BTreeMap::new(),
                title: field.label.in_lang(lang).to_owned(),
                required: false,
            })
            .collect();
    }
    let required = action.needs.iter().map(|name| (name, true));
    let names = required.chain(action.notes.iter().map(|name| (name, false)));
    names
        .filter_map(|(name, required)| Some((name, case.workflow.fields.get(name)?, required)))
        .map(|(name, field, required)| NeedBody {
            name: name.to_string(),
            kind: field_kind(field.kind),
            values: field.values.clone(),
            value_titles: value_titles(field, lang),
            title: field.title.in_lang(lang).to_owned(),
            required,
        })
        .collect()
}

/// What the values of a checklist's field are called.
pub(crate) fn value_titles(field: &Field, lang: Lang) -> BTreeMap<String, String> {
    field.values.iter().map(|value| (value.clone(), field.label(value, lang).to_owned())).collect()
}

/// A checklist field's kind by its name in definitions.
pub(crate) fn field_kind(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Bool => "bool",
        FieldKind::Int => "int",
        FieldKind::Money => "money",
        FieldKind::Date => "date",
        FieldKind::Enum => "enum",
    }
}

fn other(case: &Case<'_>, name: &ActionName, title: String, refusal: &Refusal, lang: Lang) -> OtherBody {
    let world = case.context.world;
    OtherBody {
        action: name.to_string(),
        title,
        code: refusal.why.code().to_owned(),
        why: refusal.sentence(lang, world, Some(case.workflow)),
        who_could: refusal.who_could.iter().map(|person| somebody(world, *person)).collect(),
    }
}

/// Acts on a request. `If-Match` carries the version that was seen, or `*`. With an `Idempotency-Key` (recommended) a
/// repetition is done once and answered the same.
#[utoipa::path(post, path = "/requests/{id}/actions", tag = "requests",
    params(("id" = Uuid, Path, description = "The request")), request_body = ActionBody,
    responses((status = 200, description = "The request after the act", body = RequestDetailBody,
        headers(("ETag" = String, description = "Its version from now on")))))]
pub async fn act(
    State(app): State<App>,
    caller: Caller,
    IdOf(id): IdOf,
    IfMatch(seen): IfMatch,
    key: Idempotency,
    body: BodyOf<ActionBody>,
) -> Result<Tagged, Problem> {
    let listed = visible(&app, &caller, id).await?;
    let act = act_of(&app, &caller, &listed, &body.value, seen).await?;
    let told = app.store.execute(caller.ask(key.over(&body.bytes), Job::Act(Box::new(act)))).await;
    Ok(answered(&app, &caller, told, Some(&listed.request.scheme)).await?.1)
}

async fn act_of(
    app: &App,
    caller: &Caller,
    listed: &Listed,
    body: &ActionBody,
    seen: Option<u32>,
) -> Result<Act, Problem> {
    let request = &listed.request;
    let note = reason::sealed(app, caller, body.reason.as_deref())?;
    let fields = body.fields.iter().map(|(name, value)| (FieldName::from(&**name), value.clone())).collect();
    let name = ActionName::from(&*body.action);
    let world = app.store.world();
    let workflow = world.workflows.pinned(&request.scheme, &request.definition);
    let kind = workflow.and_then(|workflow| workflow.actions.get(&name)).map(|action| action.kind);
    let (command, facts) = match (workflow, kind) {
        (Some(workflow), Some(ActionKind::Correction)) => {
            correction::command(app, caller, workflow, request, name, note.as_ref(), &body.fields).await?
        }
        _ => (Command::named(name, note.as_ref().map(|note| note.note), fields), None),
    };
    let note = reason::kept(&command, note);
    Ok(Act { request: request.id, command, seen, note, facts, subject_key: None })
}
