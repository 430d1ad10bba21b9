//! A request as it is answered: what everybody on the way needs, personal numbers cut to their last four digits.

use std::collections::BTreeMap;

use salur_core::form::{Facts, Field, Fields, Kind};
use salur_core::request::{PaymentState, Request};
use salur_core::workflow::{BudgetLine, Workflow};
use salur_core::world::{Context, World};
use salur_core::{Lang, PersonId};
use salur_store::requests::Label;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::App;
use crate::problem::Somebody;

/// A request as lists show it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RequestBody {
    /// The id.
    pub id: Uuid,
    /// The scheme of aid, as `disaster`.
    pub scheme: String,
    /// The fiscal year.
    pub year: i16,
    /// The regency or city, by its code, as `64.72`.
    pub region: String,
    /// What the regency or city is called.
    pub region_name: String,
    /// Who the aid is for.
    pub recipient: RecipientBody,
    /// How much, in whole rupiah.
    pub amount: i64,
    /// The stage, as `verification`.
    pub stage: String,
    /// What the stage is called.
    pub stage_title: String,
    /// The phase of the stage; null at an end.
    pub phase: Option<String>,
    /// Counts the request's events: what `ETag` says and `If-Match` sends back.
    pub version: u32,
    /// When it came to its stage.
    #[schema(format = DateTime)]
    pub entered_at: String,
    /// The end of the day it is due; null while the clock stands still.
    #[schema(format = DateTime)]
    pub due_at: Option<String>,
    /// True once it is at an end.
    pub closed: bool,
    /// What it waits for; null at an end.
    pub waits_for: Option<WaitBody>,
}

/// Who aid is for.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RecipientBody {
    /// The recipient's id.
    pub id: Uuid,
    /// The name.
    pub name: String,
    /// What identifies the recipient (a NIK, a group's code), cut to its last four characters.
    #[schema(example = "************3281")]
    pub nik: String,
}

/// What a request waits for, on whom, since when, and what unblocks it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WaitBody {
    /// The cause, a stable code.
    pub code: String,
    /// The one sentence.
    pub sentence: String,
    /// On whom, in words.
    pub on: String,
    /// Since when.
    #[schema(format = DateTime)]
    pub since: String,
    /// Working days since then.
    pub working_days: u32,
    /// What unblocks it, in words.
    pub unblock: String,
    /// The last day the stage should take; null while the clock stands still.
    #[schema(format = Date)]
    pub due_on: Option<String>,
    /// Working days past that day.
    pub days_late: u32,
    /// The actions that unblock it.
    pub actions: Vec<String>,
    /// When who serves the stage was reminded; null where nobody was on this visit.
    #[schema(format = DateTime)]
    pub reminded_at: Option<String>,
    /// The role it was brought before because it took too long; null where it was not on this visit.
    pub escalated_to: Option<String>,
    /// What that role is called.
    pub escalated_to_title: Option<String>,
    /// When it was brought before that role.
    #[schema(format = DateTime)]
    pub escalated_at: Option<String>,
    /// The persons it waits for, at most ten.
    pub persons: Vec<Somebody>,
}

/// Most persons named in a wait.
const PERSONS_MAX: usize = 10;

/// Tells requests in one language, as of one time.
#[derive(Debug)]
pub(crate) struct Telling<'a> {
    pub(crate) app: &'a App,
    pub(crate) world: &'a World,
    pub(crate) lines: Vec<BudgetLine>,
    pub(crate) context: Context<'a>,
    pub(crate) lang: Lang,
}

impl Telling<'_> {
    /// The definition a request runs under.
    pub(crate) fn workflow(&self, request: &Request) -> Option<&Workflow> {
        self.world.workflows.pinned(&request.scheme, &request.definition).map(|workflow| &**workflow)
    }

    /// A request as lists show it.
    pub(crate) fn request(&self, request: &Request, label: &Label) -> RequestBody {
        let workflow = self.workflow(request);
        let calendar = &self.world.calendar;
        RequestBody {
            id: request.id.0,
            scheme: request.scheme.to_string(),
            year: request.year,
            region: request.region.to_string(),
            region_name: self
                .app
                .store
                .regions()
                .name(request.region.as_str())
                .unwrap_or_default()
                .to_owned(),
            recipient: RecipientBody {
                id: request.recipient.0,
                name: label.name.clone(),
                nik: masked(&label.tail),
            },
            amount: request.amount.0,
            stage: request.stage.to_string(),
            stage_title: workflow.map_or_else(
                || request.stage.to_string(),
                |workflow| workflow.stage_title(&request.stage, self.lang).to_owned(),
            ),
            phase: workflow
                .and_then(|workflow| workflow.phase_of(&request.stage))
                .map(|phase| phase.as_str().to_owned()),
            version: request.version,
            entered_at: request.entered_at.to_string(),
            due_at: request.due_on.map(|due| calendar.end_of_day(due).to_string()),
            closed: request.closed,
            waits_for: workflow.and_then(|workflow| self.wait(workflow, request)),
        }
    }

    fn wait(&self, workflow: &Workflow, request: &Request) -> Option<WaitBody> {
        let line = self.lines.iter().find(|line| line.id == request.line);
        let case = salur_core::case::Case { context: self.context, workflow, request, line };
        let wait = salur_core::wait::wait(&case, self.lang)?;
        Some(WaitBody {
            code: wait.code,
            sentence: wait.sentence,
            on: wait.on,
            since: wait.since.to_string(),
            working_days: wait.working_days,
            unblock: wait.unblock,
            due_on: wait.due_on.map(|due| due.to_string()),
            days_late: wait.days_late,
            actions: wait.actions.iter().map(ToString::to_string).collect(),
            reminded_at: wait.reminded.map(|at| at.to_string()),
            escalated_to: wait.escalated.as_ref().map(|to| to.role.to_string()),
            escalated_to_title: wait.escalated.as_ref().map(|to| to.title.clone()),
            escalated_at: wait.escalated.as_ref().map(|to| to.at.to_string()),
            persons: wait.persons.iter().take(PERSONS_MAX).map(|id| self.somebody(*id)).collect(),
        })
    }

    /// A person by name.
    pub(crate) fn somebody(&self, id: PersonId) -> Somebody {
        somebody(self.world, id)
    }
}

/// A person by name.
pub(crate) fn somebody(world: &World, id: PersonId) -> Somebody {
    Somebody { id: id.0, name: world.roster.name(id) }
}

/// The last four characters behind twelve stars.
pub(crate) fn masked(text: &str) -> String {
    let length = text.chars().count();
    let tail: String = text.chars().skip(length.saturating_sub(4)).collect();
    if tail.is_empty() { tail } else { format!("************{tail}") }
}

/// Facts as they may be shown: numbers of persons and accounts cut to their last four digits.
pub(crate) fn shown(fields: &[Field], facts: &Fields) -> BTreeMap<String, serde_json::Value> {
    let private = |name: &salur_core::FieldName| {
        fields.iter().find(|field| field.name == *name).is_some_and(|field| match field.kind {
            Kind::Nik | Kind::FamilyCard | Kind::Account | Kind::TaxNo => true,
            Kind::Name
            | Kind::Text
            | Kind::Sex
            | Kind::Date
            | Kind::Region
            | Kind::RegionName
            | Kind::Money
            | Kind::Bank
            | Kind::Count
            | Kind::YesNo
            | Kind::Code => false,
        })
    };
    let shown = facts.iter().map(|(name, value)| {
        let text = value.as_text().filter(|_| private(name));
        let value = text.map_or_else(|| value.plain(), |text| masked(text).into());
        (name.to_string(), value)
    });
    shown.collect()
}

/// What lists show of a recipient, taken from the facts.
pub(crate) fn label_of(workflow: &Workflow, facts: &Facts) -> Label {
    let text = |name| facts.text(name).unwrap_or_default();
    let key = text(&workflow.form.key);
    let tail = key.chars().skip(key.chars().count().saturating_sub(4)).collect();
    Label { name: text(&workflow.form.display).to_owned(), tail }
}

/// A payment's state by its name, and the bank's cause.
pub(crate) fn payment_state(state: &PaymentState) -> (&'static str, Option<&str>) {
    match state {
        PaymentState::Ordered => ("ordered", None),
        PaymentState::Unknown => ("unknown", None),
        PaymentState::Failed(cause) => ("failed", Some(cause)),
        PaymentState::Paid => ("paid", None),
    }
}
