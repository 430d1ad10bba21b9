//! Workflows: the stages, actions and duties that requests run under, and the definition's own text.

use axum::Json;
use axum::extract::{DefaultBodyLimit, State};
use salur_core::definition::{Checked, Finding};
use salur_core::workflow::{Duty, End, Stage, Via, Workflow};
use salur_core::{Lang, SchemeId, StageName};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{BodyOf, NameOf};
use crate::problem::Problem;
use crate::proof::{RosterFindingBody, roster_findings};
use crate::proposals::DEFINITION_BYTES_MAX;
use crate::{App, Caller};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(one))
        .routes(routes!(check))
        .layer(DefaultBodyLimit::max(DEFINITION_BYTES_MAX))
}

/// The workflows.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkflowsBody {
    /// The current one of each scheme.
    pub data: Vec<WorkflowHeadBody>,
}

/// A workflow in short.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkflowHeadBody {
    /// The scheme.
    pub scheme: String,
    /// Its version.
    pub version: u32,
    /// What it is called.
    pub title: String,
    /// SHA-256 of its text.
    pub digest: String,
}

/// A workflow.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkflowBody {
    #[serde(flatten)]
    /// What lists show of it.
    pub head: WorkflowHeadBody,
    /// The stage a request enters at.
    pub start: String,
    /// Its stages, in the order of the way.
    pub stages: Vec<StageTextBody>,
    /// Its actions.
    pub actions: Vec<ActionTextBody>,
    /// Who must differ from whom.
    pub duties: Vec<DutyBody>,
    /// The definition as it was published.
    pub text: String,
}

/// A stage of a workflow.
#[derive(Debug, Serialize, ToSchema)]
pub struct StageTextBody {
    /// The stage.
    pub name: String,
    /// What it is called.
    pub title: String,
    /// Its phase; null at an end.
    pub phase: Option<&'static str>,
    /// How a request ends here: `success`, `rejected`, `withdrawn` or `referred`; null before an end.
    pub end: Option<&'static str>,
    /// The role that serves it.
    pub served_by: Option<String>,
    /// Done within this many working days.
    pub target: Option<u32>,
}

/// An action of a workflow.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActionTextBody {
    /// The action.
    pub name: String,
    /// What it is called.
    pub title: String,
    /// `forward`, `rework`, `approval`, `payment`, `close`, `correction` or `ruling`.
    pub kind: &'static str,
    /// The stages it is taken at.
    pub from: Vec<String>,
    /// The stage it leads to; null where the request stays.
    pub to: Option<String>,
    /// The roles that may take it.
    pub by: Vec<String>,
    /// `decree` or `payment_order`, where it is taken through one only.
    pub via: Option<&'static str>,
    /// How many different persons must take it.
    pub persons: u32,
    /// True if a reason must be given.
    pub needs_reason: bool,
    /// Fields that must be filled in.
    pub needs: Vec<String>,
    /// Fields that may be filled in.
    pub notes: Vec<String>,
    /// The condition, as the definition writes it.
    pub guard: Option<String>,
}

/// Who must differ from whom.
#[derive(Debug, Serialize, ToSchema)]
pub struct DutyBody {
    /// Acts that no person may take two of on one request.
    pub distinct: Vec<String>,
    /// Acts that one person takes all of on one request.
    pub same_person: Vec<String>,
    /// Roles that no person may hold two of.
    pub exclusive_roles: Vec<String>,
    /// The fewest different persons ...
    pub min_persons: Option<u32>,
    /// ... before a request may come to this stage.
    pub before: Option<String>,
}

/// Lists the workflows that new requests run under.
#[utoipa::path(get, path = "/workflows", tag = "office",
    responses((status = 200, description = "The workflows", body = WorkflowsBody)))]
pub async fn list(State(app): State<App>, caller: Caller) -> Json<WorkflowsBody> {
    let world = app.store.world();
    Json(WorkflowsBody {
        data: world.workflows.all_current().map(|workflow| head(workflow, caller.lang)).collect(),
    })
}

/// Shows the workflow that a scheme's new requests run under.
#[utoipa::path(get, path = "/workflows/{scheme}", tag = "office",
    params(("scheme" = String, Path, description = "The scheme")),
    responses((status = 200, description = "The workflow", body = WorkflowBody)))]
pub async fn one(
    State(app): State<App>,
    caller: Caller,
    NameOf(scheme): NameOf,
) -> Result<Json<WorkflowBody>, Problem> {
    let world = app.store.world();
    let workflow = world.workflows.current(&SchemeId::from(&*scheme));
    let workflow = workflow.ok_or_else(|| Problem::not_found(caller.lang))?;
    let text = app.store.definition_text(&workflow.scheme, workflow.version).await;
    let text = text.map_err(|error| Problem::broken(&error, caller.lang))?;
    let lang = caller.lang;
    let mut stages: Vec<_> = workflow.stages.iter().collect();
    stages.sort_by_key(|(_, stage)| (stage.phase.is_none(), stage.phase));
    Ok(Json(WorkflowBody {
        head: head(workflow, lang),
        start: workflow.start.to_string(),
        stages: stages.into_iter().map(|(name, stage)| stage_text(name, stage, lang)).collect(),
        actions: action_texts(workflow, lang),
        duties: workflow.duties.iter().map(duty_text).collect(),
        text: text.unwrap_or_default(),
    }))
}

/// A definition to check.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TextBody {
    /// The definition, as TOML.
    pub text: String,
}

/// What a check of a definition finds.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckedBody {
    /// True if it could be published.
    pub sound: bool,
    /// What names it, where it is sound.
    pub workflow: Option<WorkflowHeadBody>,
    /// What is to mend and what is doubtful, in the order of the text.
    pub findings: Vec<FindingBody>,
    /// What today's roster does not give to it, errors first; null where it is not sound, and for whoever does not work
    /// for all regions.
    pub roster: Option<Vec<RosterFindingBody>>,
}

/// Something to mend, or doubtful.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingBody {
    /// A stable code.
    pub code: &'static str,
    /// `error` or `warning`; a warning does not keep it from being published.
    pub severity: &'static str,
    /// The place in the text, as `action.verify.to`.
    pub place: String,
    /// The line of that place, from 1.
    pub line: Option<usize>,
    /// Its column in characters, from 1.
    pub column: Option<usize>,
    /// What is wrong and how to mend it, in the language that is asked for.
    pub text: String,
    /// The same in Indonesian.
    pub id: String,
    /// The same in English.
    pub en: String,
    /// What shows it: `values` of fields, a `way` of stages and actions, or `persons` with what each does.
    pub counter_example: Option<serde_json::Value>,
    /// The same as one line.
    pub shown: Option<String>,
}

/// Checks a definition by the code that publishes it, and changes nothing. Publishing goes by `POST /proposals`.
#[utoipa::path(post, path = "/workflows/check", tag = "office", request_body = TextBody,
    responses((status = 200, description = "What was found", body = CheckedBody)))]
pub async fn check(
    State(app): State<App>,
    caller: Caller,
    body: BodyOf<TextBody>,
) -> Result<Json<CheckedBody>, Problem> {
    let lang = caller.lang;
    // Work for a processor, not for a thread that serves others.
    let world = app.store.world();
    let checked = tokio::task::spawn_blocking(move || {
        let versions: Vec<&Workflow> = world.workflows.all().map(|it| &**it).collect();
        Workflow::check_beside(&body.value.text, &versions)
    });
    let Checked { workflow, findings } = checked.await.map_err(|_| Problem::unexpected(lang))?;
    let findings = findings.into_iter().map(|found| finding(found, lang)).collect();
    let head = workflow.as_ref().map(|workflow| head(workflow, lang));
    let roster = match workflow {
        Some(workflow) => roster_findings(&app, &caller, workflow).await?,
        None => None,
    };
    Ok(Json(CheckedBody { sound: head.is_some(), workflow: head, findings, roster }))
}

fn finding(found: Finding, lang: Lang) -> FindingBody {
    FindingBody {
        code: found.code,
        severity: found.severity.as_str(),
        text: found.text(lang).to_owned(),
        counter_example: found.counter_example.as_ref().and_then(|it| serde_json::to_value(it).ok()),
        shown: found.counter_example.as_ref().map(|it| it.text(lang)),
        place: found.place,
        line: found.line,
        column: found.column,
        id: found.id,
        en: found.en,
    }
}

fn duty_text(duty: &Duty) -> DutyBody {
    DutyBody {
        distinct: duty.distinct.iter().map(ToString::to_string).collect(),
        same_person: duty.same_person.iter().map(ToString::to_string).collect(),
        exclusive_roles: duty.exclusive_roles.iter().map(ToString::to_string).collect(),
        min_persons: duty.min_persons,
        before: duty.before.as_ref().map(ToString::to_string),
    }
}

fn head(workflow: &Workflow, lang: Lang) -> WorkflowHeadBody {
    WorkflowHeadBody {
        scheme: workflow.scheme.to_string(),
        version: workflow.version,
        title: workflow.title.in_lang(lang).to_owned(),
        digest: workflow.digest.to_string(),
    }
}

fn stage_text(name: &StageName, stage: &Stage, lang: Lang) -> StageTextBody {
    StageTextBody {
        name: name.to_string(),
        title: stage.title.in_lang(lang).to_owned(),
        phase: stage.phase.map(salur_core::workflow::Phase::as_str),
        end: stage.end.map(|end| match end {
            End::Success => "success",
            End::Rejected => "rejected",
            End::Withdrawn => "withdrawn",
            End::Referred => "referred",
        }),
        served_by: stage.served_by.as_ref().map(|station| station.role.to_string()),
        target: stage.sla.as_ref().map(|sla| sla.target.0),
    }
}

/// A workflow's actions as they are answered.
pub(crate) fn action_texts(workflow: &Workflow, lang: Lang) -> Vec<ActionTextBody> {
    let actions = workflow.actions.iter().map(|(name, action)| ActionTextBody {
        name: name.to_string(),
        title: action.title.in_lang(lang).to_owned(),
        kind: action.kind.as_str(),
        from: action.from.iter().map(ToString::to_string).collect(),
        to: action.to.as_ref().map(ToString::to_string),
        by: action.by.keys().map(ToString::to_string).collect(),
        via: action.via.map(|via| match via {
            Via::Decree => "decree",
            Via::PaymentOrder => "payment_order",
        }),
        persons: action.persons,
        needs_reason: action.needs_reason,
        needs: action.needs.iter().map(ToString::to_string).collect(),
        notes: action.notes.iter().map(ToString::to_string).collect(),
        guard: action.guard.as_ref().map(|guard| guard.text().to_owned()),
    });
    actions.collect()
}
