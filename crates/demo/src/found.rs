//! Sets up the office: its people, its budget, its definitions; at the end, its sign-ins.

use jiff::SignedDuration;
use salur_core::roster::{Grant, Person};
use salur_core::workflow::{BudgetLine, Workflow};
use salur_core::{Digest, PersonId, Rupiah};
use salur_store::job::{Ask, Founding, Job, SessionRow};
use salur_store::{Store, token_digest, vault};

use crate::days::{Days, Hour};
use crate::dice::Dice;
use crate::plan::{Plan, Scheme};
use crate::{DemoError, Options, SignIn, shipped};

/// The first year that has budget lines whatever the day, so that a list of the article's year can be sent in.
const ARTICLE_YEAR: i16 = 2024;

/// Founds the office on the evening before its history; answers the people in the order of the plan.
pub(crate) async fn found(
    store: &Store,
    plan: &Plan,
    days: &Days,
    options: &Options,
) -> Result<Vec<PersonId>, DemoError> {
    let at = days.at(0, Hour::FOUND, &[]);
    let people = people(plan, at.as_millisecond(), options.seed);
    let ids = people.iter().map(|person| person.id).collect();
    let definitions: Vec<String> = shipped::definitions().map(str::to_owned).into();
    let mut lines = Vec::new();
    let this_year = store.world().calendar.date_of(options.as_of).year();
    let first_year = days.first_year().min(this_year - 1).min(ARTICLE_YEAR);
    for text in &definitions {
        let workflow = Workflow::parse(text).map_err(|error| DemoError::Unfit(error.to_string()))?;
        let Some(scheme) = plan.scheme.iter().find(|scheme| scheme.id == workflow.scheme) else { continue };
        for year in first_year..=this_year.max(ARTICLE_YEAR) {
            lines.push(line(&workflow, scheme, year, options.scale));
        }
    }
    let founding = Founding { at, people, lines, definitions, sessions: Vec::new() };
    let actor = PersonId(uuid::Uuid::nil());
    let job = Job::Found(Box::new(founding));
    store.execute(Ask { actor, for_whom: None, at, key: None, job }).await?;
    Ok(ids)
}

fn people(plan: &Plan, millis: i64, seed: u64) -> Vec<Person> {
    let mut dice = Dice::of(seed, &[5]);
    let millis = u64::try_from(millis).unwrap_or_default();
    let person = |(number, staff): (usize, &crate::plan::Staff)| Person {
        id: PersonId(uuid::Builder::from_unix_timestamp_millis(millis, &dice.bytes()).into_uuid()),
        staff_no: format!("DEMO-{:03}", number + 1),
        name: staff.name.clone(),
        active: true,
        grants: vec![Grant { role: staff.role.clone(), region: staff.region.clone() }],
    };
    plan.person.iter().enumerate().map(person).collect()
}

fn line(workflow: &Workflow, scheme: &Scheme, year: i16, scale: u32) -> BudgetLine {
    BudgetLine {
        id: salur_core::decide::line_id(workflow, year),
        scheme: workflow.scheme.clone(),
        year,
        fund: workflow.fund.clone(),
        account: scheme.account.clone(),
        ceiling: Rupiah(scheme.ceiling.saturating_mul(i64::from(scale.max(1)))),
        reserved: Rupiah::ZERO,
        committed: Rupiah::ZERO,
        paid: Rupiah::ZERO,
    }
}

/// Opens a session for everybody, at the end of the history.
pub(crate) async fn sign_in(
    store: &Store,
    plan: &Plan,
    staff: &[PersonId],
    days: &Days,
    options: &Options,
) -> Result<Vec<SignIn>, DemoError> {
    let at = days.at(days.last(), Hour::FOUND, &[])
        + SignedDuration::from_hours(8)
        + SignedDuration::from_mins(29);
    let mut sign_ins = Vec::with_capacity(staff.len());
    for (person, actor) in plan.person.iter().zip(staff) {
        let token = Digest(vault::random()?).to_string();
        let session = SessionRow {
            digest: token_digest(&token),
            person: *actor,
            label: "demo".into(),
            opened_at: at,
            expires_at: options.signed_in_until,
        };
        let job = Job::OpenSession(session);
        store.execute(Ask { actor: *actor, for_whom: None, at, key: None, job }).await?;
        sign_ins.push(SignIn { key: person.key.clone(), name: person.name.clone(), token });
    }
    Ok(sign_ins)
}
