//! What is proved of a workflow: how many persons a payment takes, and with the roster who they could be, whom
//! something hangs on, and what a day's absence stops.

use axum::Json;
use axum::extract::State;
use salur_core::proof::{Drill, Fewest, RosterFinding, RosterProof, Standing, prove_payment, prove_with};
use salur_core::words::act_title;
use salur_core::workflow::Workflow;
use salur_core::world::World;
use salur_core::{Lang, PersonId, RegionCode, SchemeId};
use salur_store::requests::Scope;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::NameOf;
use crate::problem::{Problem, Somebody};
use crate::request_body::somebody;
use crate::{App, Caller};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(proof))
}

/// What is proved of a workflow.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProofBody {
    /// The scheme.
    pub scheme: String,
    /// The version of its definition.
    pub version: u32,
    /// The fewest different persons on every way to a payment; null where nothing is proved.
    pub persons: Option<usize>,
    /// What is proved, in a sentence.
    pub sentence: String,
    /// The weakest way: who could do what. Null where there is none.
    pub story: Option<String>,
    /// How many would have to work together if administrators abused what they may grant, in a sentence.
    pub collusion: String,
    /// The same with the people of the office; null for whoever does not work for all regions.
    pub roster: Option<StandingBody>,
}

/// A workflow under the office's roster, today.
#[derive(Debug, Serialize, ToSchema)]
pub struct StandingBody {
    /// The fewest real persons who can bring a payment about; null where nobody can.
    pub fewest: Option<FewestBody>,
    /// What the roster does not give, errors first.
    pub findings: Vec<RosterFindingBody>,
    /// For each person whom something waits for, what their absence stops.
    pub absences: Vec<DrillBody>,
}

/// The fewest real persons who can bring a payment about.
#[derive(Debug, Serialize, ToSchema)]
pub struct FewestBody {
    /// Where.
    pub region: String,
    /// How many they are.
    pub count: usize,
    /// Who does what.
    pub acts: Vec<DoneBy>,
}

/// An act and who could do it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DoneBy {
    /// The duty that it counts under.
    pub duty: String,
    /// What it is called.
    pub title: String,
    /// Who.
    pub person: Somebody,
}

/// Something that the roster does not give.
#[derive(Debug, Serialize, ToSchema)]
pub struct RosterFindingBody {
    /// `nobody_eligible`, `unsatisfiable`, `single_point_of_failure`, `too_few_persons` or `proof_too_large`.
    pub code: &'static str,
    /// `error` or `warning`.
    pub severity: &'static str,
    /// The finding in a sentence.
    pub detail: String,
    /// The stage, where it is about one.
    pub stage: Option<String>,
    /// The action, where it is about one.
    pub action: Option<String>,
    /// The regions.
    pub regions: Vec<String>,
    /// The persons.
    pub persons: Vec<Somebody>,
}

/// What a day's absence of a person stops.
#[derive(Debug, Serialize, ToSchema)]
pub struct DrillBody {
    /// Who is away.
    pub person: Somebody,
    /// What stops.
    pub stops: Vec<StopBody>,
}

/// Something that stops, and where.
#[derive(Debug, Serialize, ToSchema)]
pub struct StopBody {
    /// The action that nobody else could take; null where each has somebody, but there are too few different persons.
    pub action: Option<String>,
    /// What it is called.
    pub title: Option<String>,
    /// Where.
    pub regions: Vec<String>,
}

/// Proves the workflow that a scheme's new requests run under: how many persons a payment takes, and who they could be.
#[utoipa::path(get, path = "/workflows/{scheme}/proof", tag = "office",
    params(("scheme" = String, Path, description = "The scheme")),
    responses((status = 200, description = "What is proved", body = ProofBody), (status = 404, body = Problem)))]
pub async fn proof(
    State(app): State<App>,
    caller: Caller,
    NameOf(scheme): NameOf,
) -> Result<Json<ProofBody>, Problem> {
    let world = app.store.world();
    let lang = caller.lang;
    let workflow = world.workflows.current(&SchemeId::from(&*scheme)).cloned();
    let workflow = workflow.ok_or_else(|| Problem::not_found(lang))?;
    let with_roster = caller.scope() == Scope::Everywhere;
    let regions = served(&app);
    // Work for a processor, not for a thread that serves others.
    let body = tokio::task::spawn_blocking(move || {
        let day = world.calendar.date_of(caller.at);
        let standing = Standing { roster: &world.roster, policy: &world.policy, regions: &regions, day };
        let roster =
            with_roster.then(|| roster_body(prove_with(&workflow, &standing), &workflow, &world, lang));
        proof_body(&workflow, roster, lang)
    });
    Ok(Json(body.await.map_err(|_| Problem::unexpected(lang))?))
}

fn proof_body(workflow: &Workflow, roster: Option<StandingBody>, lang: Lang) -> ProofBody {
    let proof = prove_payment(workflow);
    ProofBody {
        scheme: workflow.scheme.to_string(),
        version: workflow.version,
        persons: proof.persons(),
        sentence: proof.sentence(workflow, lang),
        story: proof.weakest.as_ref().filter(|_| !proof.cut).map(|way| way.story(workflow, lang)),
        collusion: proof.collusion_sentence(lang),
        roster,
    }
}

/// What the roster does not give to a workflow, errors first; none for whoever does not work for all regions.
pub(crate) async fn roster_findings(
    app: &App,
    caller: &Caller,
    workflow: Workflow,
) -> Result<Option<Vec<RosterFindingBody>>, Problem> {
    if caller.scope() != Scope::Everywhere {
        return Ok(None);
    }
    let (world, lang, at) = (app.store.world(), caller.lang, caller.at);
    let regions = served(app);
    let found = tokio::task::spawn_blocking(move || {
        let day = world.calendar.date_of(at);
        let standing = Standing { roster: &world.roster, policy: &world.policy, regions: &regions, day };
        let person = |id: PersonId| somebody(&world, id);
        let findings = prove_with(&workflow, &standing).findings;
        findings.into_iter().map(|finding| finding_body(finding, &person, lang)).collect()
    });
    found.await.map(Some).map_err(|_| Problem::unexpected(lang))
}

/// The regions that the office serves, each of which has to have its people.
fn served(app: &App) -> Vec<RegionCode> {
    app.store.regions().served_regencies().map(|(code, _)| code.clone()).collect()
}

fn roster_body(proof: RosterProof, workflow: &Workflow, world: &World, lang: Lang) -> StandingBody {
    let person = |id: PersonId| somebody(world, id);
    StandingBody {
        fewest: proof.fewest.map(|Fewest { region, persons, acts }| FewestBody {
            region: region.to_string(),
            count: persons.len(),
            acts: acts
                .into_iter()
                .map(|(duty, by)| DoneBy {
                    title: act_title(Some(workflow), &duty, lang),
                    duty: duty.to_string(),
                    person: person(by),
                })
                .collect(),
        }),
        findings: proof.findings.into_iter().map(|finding| finding_body(finding, &person, lang)).collect(),
        absences: proof
            .drills
            .into_iter()
            .map(|Drill { person: away, stops }| DrillBody {
                person: person(away),
                stops: stops
                    .into_iter()
                    .map(|(action, regions)| StopBody {
                        title: action.as_ref().map(|action| act_title(Some(workflow), action, lang)),
                        action: action.map(|action| action.to_string()),
                        regions: regions.iter().map(ToString::to_string).collect(),
                    })
                    .collect(),
            })
            .collect(),
    }
}

fn finding_body(
    finding: RosterFinding,
    person: &impl Fn(PersonId) -> Somebody,
    lang: Lang,
) -> RosterFindingBody {
    RosterFindingBody {
        code: finding.code,
        severity: finding.severity.as_str(),
        detail: if lang == Lang::Id { finding.id } else { finding.en },
        stage: finding.stage.map(|stage| stage.to_string()),
        action: finding.action.map(|action| action.to_string()),
        regions: finding.regions.iter().map(ToString::to_string).collect(),
        persons: finding.persons.into_iter().map(person).collect(),
    }
}
