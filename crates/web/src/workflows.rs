//! Workflows: the picture with what is at each stage, what is proved, the definition, and the next version.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Router, routing};
use salur_api::change_body::ChangeBody;
use salur_api::extract::{BodyOf, NameOf, QueryOf};
use salur_api::proof::{self, ProofBody};
use salur_api::proposals::{self, ProposeBody};
use salur_api::stages::{self, StagesQuery};
use salur_api::workflows::{self, CheckedBody, TextBody, WorkflowBody, WorkflowHeadBody};
use salur_api::{App, Problem};
use salur_core::desk::Desk;
use salur_core::{SchemeId, StageName};
use salur_diagram::{Look, layout, svg};

use crate::page::{Frame, Visitor, show};
use crate::sent::{Filled, Sent};
use crate::texts::t;

/// Largest form with a definition: its text may double when it is encoded.
const FORM_BYTES_MAX: usize = 2 * 1024 * 1024;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/workflows", routing::get(list))
        .route(
            "/workflows/check",
            routing::get(blank).post(check).layer(DefaultBodyLimit::max(FORM_BYTES_MAX)),
        )
        .route("/workflows/publish", routing::post(publish).layer(DefaultBodyLimit::max(FORM_BYTES_MAX)))
        .route("/workflows/{scheme}", routing::get(one))
}

#[derive(Template)]
#[template(path = "workflows.html")]
struct ListPage {
    frame: Frame,
    desk: Desk,
    data: Vec<WorkflowHeadBody>,
}

async fn list(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    let Visitor { caller, desk, frame } = visitor;
    let lang = caller.lang;
    let data = workflows::list(State(app), caller).await.0.data;
    show(&ListPage { frame, desk, data }, lang)
}

#[derive(Template)]
#[template(path = "workflow.html")]
struct OnePage {
    frame: Frame,
    desk: Desk,
    it: WorkflowBody,
    proof: ProofBody,
    /// An SVG of our own making.
    picture: Option<String>,
    /// What stages and roles are called.
    names: BTreeMap<String, String>,
}

impl OnePage {
    /// Stages or roles by what they are called.
    fn said(&self, names: &[String]) -> String {
        let titles = names.iter().map(|name| self.names.get(name).unwrap_or(name).as_str());
        titles.collect::<Vec<_>>().join(", ")
    }
}

async fn one(
    State(app): State<App>,
    visitor: Visitor,
    Path(scheme): Path<String>,
) -> Result<Response, Problem> {
    let Visitor { caller, desk, frame } = visitor;
    let lang = caller.lang;
    let it = workflows::one(State(app.clone()), caller.clone(), NameOf(scheme.clone())).await?.0;
    let proof = proof::proof(State(app.clone()), caller.clone(), NameOf(scheme.clone())).await?.0;
    let query = StagesQuery { scheme: Some(scheme.clone()), region: None, year: None };
    let counted = stages::stages(State(app.clone()), caller, QueryOf(query)).await?.0.data;
    let mut counts: BTreeMap<StageName, u64> = BTreeMap::new();
    for stage in counted {
        let count = counts.entry(stage.stage.as_str().into()).or_default();
        *count = count.saturating_add(u64::try_from(stage.count).unwrap_or_default());
    }
    let world = app.store.world();
    let picture = world.workflows.current(&SchemeId::from(&*scheme)).and_then(|workflow| {
        let placed = layout(workflow).ok()?;
        Some(svg(workflow, &placed, Look { lang, roles: &world.policy.role, counts: Some(&counts) }))
    });
    let stages = it.stages.iter().map(|stage| (stage.name.clone(), stage.title.clone()));
    let roles = world.policy.role.iter();
    let roles = roles.map(|(role, title)| (role.to_string(), title.in_lang(lang).to_owned()));
    let names = roles.chain(stages).collect();
    show(&OnePage { frame, desk, it, proof, picture, names }, lang)
}

#[derive(Template)]
#[template(path = "workflow_check.html")]
struct CheckPage {
    frame: Frame,
    text: String,
    checked: Option<CheckedBody>,
    wrong: Option<Problem>,
}

async fn blank(visitor: Visitor) -> Result<Response, Problem> {
    let lang = visitor.caller.lang;
    show(&CheckPage { frame: visitor.frame, text: String::new(), checked: None, wrong: None }, lang)
}

/// Checks a definition by the code that publishes it.
async fn check(State(app): State<App>, visitor: Visitor, sent: Sent<Filled>) -> Result<Response, Problem> {
    let Visitor { caller, frame, .. } = visitor;
    let lang = caller.lang;
    let text = sent.value.first("text").replace("\r\n", "\n");
    let body = BodyOf { value: TextBody { text: text.clone() }, bytes: sent.bytes };
    let (checked, wrong) = match workflows::check(State(app), caller, body).await {
        Ok(checked) => (Some(checked.0), None),
        Err(problem) => (None, Some(problem)),
    };
    show(&CheckPage { frame, text, checked, wrong }, lang)
}

/// Proposes a definition; a second person publishes it.
async fn publish(State(app): State<App>, visitor: Visitor, sent: Sent<Filled>) -> Result<Response, Problem> {
    let text = sent.value.first("text").replace("\r\n", "\n");
    let change = ChangeBody::PublishDefinition { text: text.clone() };
    let body = BodyOf { value: ProposeBody { change }, bytes: sent.bytes };
    match proposals::propose(State(app), visitor.caller.clone(), sent.key, body).await {
        Ok(_) => Ok(Redirect::to("/office").into_response()),
        Err(problem) => {
            let lang = visitor.caller.lang;
            show(&CheckPage { frame: visitor.frame, text, checked: None, wrong: Some(problem) }, lang)
        }
    }
}
