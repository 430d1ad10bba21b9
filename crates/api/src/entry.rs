//! Requests entered and amended by hand: judged by the same form as a row of a list.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use salur_core::command::Command;
use salur_core::form::{Facts, Form, Verdict};
use salur_core::workflow::Workflow;
use salur_core::{FieldName, RecipientId, RegionCode, RequestId, Rupiah};
use salur_store::facts::{seal_new, subject_key};
use salur_store::job::{Act, Entry, Job};
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::correction::{check, current, judged, sealed_again};
use crate::extract::{BodyOf, IdOf, IfMatch};
use crate::filter::known_scheme;
use crate::problem::{Fault, Problem, pick};
use crate::request_detail::{Created, RequestDetailBody, Tagged, answered, visible};
use crate::{App, Caller, Idempotency};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(enter)).routes(routes!(amend))
}

/// A request to enter.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnterBody {
    /// The scheme of aid.
    #[schema(example = "disaster")]
    pub scheme: String,
    /// The fiscal year.
    #[schema(example = 2026)]
    pub year: i16,
    /// The region's code, unless it is among the fields.
    #[serde(default)]
    pub region: Option<String>,
    /// The amount in whole rupiah, unless it is among the fields.
    #[serde(default)]
    pub amount: Option<i64>,
    /// The answers to the scheme's form by field name; a group's `members` is a list of such. `GET /schemes` tells the
    /// fields.
    #[schema(value_type = std::collections::HashMap<String, serde_json::Value>)]
    pub fields: BTreeMap<String, Json>,
}

/// Facts to change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AmendBody {
    /// The fields that change, by name; null takes an answer back.
    #[schema(value_type = std::collections::HashMap<String, serde_json::Value>)]
    pub fields: BTreeMap<String, Json>,
}

/// Fiscal years that a request may be of.
const YEARS: std::ops::RangeInclusive<i16> = 2000..=2100;

/// Enters a request. What is wrong with it is told field by field, each with its mend.
#[utoipa::path(post, path = "/requests", tag = "requests", request_body = EnterBody,
    responses((status = 201, description = "The request", body = RequestDetailBody,
        headers(("ETag" = String, description = "Its version"), ("Location" = String, description = "Where it is")))))]
pub async fn enter(
    State(app): State<App>,
    caller: Caller,
    key: Idempotency,
    body: BodyOf<EnterBody>,
) -> Result<Created<Tagged>, Problem> {
    let BodyOf { value: asked, bytes } = body;
    let scheme = known_scheme(&app, &asked.scheme, caller.lang)?;
    let world = app.store.world();
    let workflow = world.workflows.current(&scheme).ok_or_else(|| Problem::unexpected(caller.lang))?;
    let entry = entry_of_enter(&asked, &workflow.form, &caller)?;
    let verdict = judged(&app, &caller, workflow, &entry);
    check(&verdict, &caller)?;
    let entry = entry_job(&app, &caller, workflow, asked.year, &verdict)?;
    let told = app.store.execute(caller.ask(key.over(&bytes), Job::Enter(Box::new(entry)))).await;
    let (id, body) = answered(&app, &caller, told, Some(&scheme)).await?;
    Ok(Created { path: "requests", id, body })
}

/// Judges a request that is to be entered, without entering it: what is wrong is told field by field.
pub fn judge(app: &App, caller: &Caller, asked: &EnterBody) -> Result<(), Problem> {
    let scheme = known_scheme(app, &asked.scheme, caller.lang)?;
    let world = app.store.world();
    let workflow = world.workflows.current(&scheme).ok_or_else(|| Problem::unexpected(caller.lang))?;
    let entry = entry_of_enter(asked, &workflow.form, caller)?;
    check(&judged(app, caller, workflow, &entry), caller)
}

/// The fields, with what stands beside them put in its place.
fn entry_of_enter(asked: &EnterBody, form: &Form, caller: &Caller) -> Result<Map<String, Json>, Problem> {
    if !YEARS.contains(&asked.year) {
        let detail = pick(caller.lang, "Tahun anggaran tidak masuk akal.", "The fiscal year makes no sense.");
        let fault = Fault { pointer: "/year".into(), code: "year_invalid".into(), detail: detail.clone() };
        return Err(Problem::malformed("entry_faulty", detail).with_errors(vec![fault]));
    }
    let mut entry: Map<_, _> = asked.fields.clone().into_iter().collect();
    let beside =
        [(&form.region, asked.region.clone().map(Json::from)), (&form.amount, asked.amount.map(Json::from))];
    for (name, value) in beside {
        if let Some(value) = value {
            entry.insert(name.to_string(), value);
        }
    }
    Ok(entry)
}

fn entry_job(
    app: &App,
    caller: &Caller,
    workflow: &Workflow,
    year: i16,
    verdict: &Verdict,
) -> Result<Entry, Problem> {
    let (form, facts, vault) = (&workflow.form, &verdict.facts, app.store.vault());
    let (region, amount) = told(app, caller, form, facts)?;
    let sealed = seal_new(vault, RecipientId(app.clock.new_id()), form, facts);
    Ok(Entry {
        request: RequestId(app.clock.new_id()),
        scheme: workflow.scheme.clone(),
        year,
        region,
        amount,
        referred: verdict.referred,
        facts: sealed.map_err(|error| Problem::broken(&error, caller.lang))?,
        subject_key: subject_key(vault, form, facts).ok_or_else(|| Problem::unexpected(caller.lang))?,
        row: None,
        import: None,
    })
}

/// The regency and the amount that sound facts name.
fn told(app: &App, caller: &Caller, form: &Form, facts: &Facts) -> Result<(RegionCode, Rupiah), Problem> {
    let region = facts.text(&form.region).map(RegionCode::from);
    let region = region.and_then(|code| app.store.regions().regency_of(&code).map(|(code, _)| code.clone()));
    region.zip(facts.money(&form.amount)).ok_or_else(|| Problem::unexpected(caller.lang))
}

/// Amends facts before verification; the whole entry is judged anew. `If-Match` carries the version that was seen.
#[utoipa::path(post, path = "/requests/{id}/amend", tag = "requests",
    params(("id" = Uuid, Path, description = "The request")), request_body = AmendBody,
    responses((status = 200, description = "The request after it", body = RequestDetailBody,
        headers(("ETag" = String, description = "Its version from now on")))))]
pub async fn amend(
    State(app): State<App>,
    caller: Caller,
    IdOf(id): IdOf,
    IfMatch(seen): IfMatch,
    key: Idempotency,
    body: BodyOf<AmendBody>,
) -> Result<Tagged, Problem> {
    let BodyOf { value: asked, bytes } = body;
    let request = visible(&app, &caller, id).await?.request;
    let world = app.store.world();
    let workflow = world.workflows.pinned(&request.scheme, &request.definition);
    let workflow = workflow.ok_or_else(|| Problem::unexpected(caller.lang))?;
    let before = current(&app, &caller, &request).await?;
    let mut entry = before.as_entry();
    entry.extend(asked.fields);
    let verdict = judged(&app, &caller, workflow, &entry);
    check(&verdict, &caller)?;
    if verdict.referred {
        return Err(referred(&caller));
    }
    let facts = &verdict.facts;
    let (region, amount) = told(&app, &caller, &workflow.form, facts)?;
    let sealed = sealed_again(&app, &caller, workflow, &request, facts).await?;
    let act = Act {
        request: request.id,
        command: Command::Amend { facts: sealed.facts, amount, region, changed: changed(&before, facts) },
        seen,
        note: None,
        facts: Some(sealed),
        subject_key: subject_key(app.store.vault(), &workflow.form, facts),
    };
    let told = app.store.execute(caller.ask(key.over(&bytes), Job::Act(Box::new(act)))).await;
    Ok(answered(&app, &caller, told, Some(&request.scheme)).await?.1)
}

/// A request that another level of government serves ends there; it is not amended into that.
fn referred(caller: &Caller) -> Problem {
    let detail = pick(
        caller.lang,
        "Dengan isian ini penerima dilayani kabupaten/kota; tarik kembali permohonan, lalu masukkan lagi.",
        "With these answers the regency or city serves the recipient; withdraw the request, then enter it anew.",
    );
    Problem::new(StatusCode::CONFLICT, "referred_elsewhere", detail)
}

/// The fields that differ; a group's members count as one.
fn changed(before: &Facts, after: &Facts) -> Vec<FieldName> {
    let names: std::collections::BTreeSet<_> = before.fields.keys().chain(after.fields.keys()).collect();
    let differs = names.into_iter().filter(|name| before.get(name) != after.get(name)).cloned();
    let members = (before.members != after.members).then(|| FieldName::from("members"));
    differs.chain(members).collect()
}
