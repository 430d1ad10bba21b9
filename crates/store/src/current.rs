//! What decisions are made in, as the database has it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use salur_core::office::Paper;
use salur_core::roster::{Grant, Papers, Person, Roster};
use salur_core::workflow::Workflow;
use salur_core::world::{Freeze, Policy, Workflows, World};
use salur_core::{FreezeId, PersonId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::db::On;
use crate::error::StoreError;

/// The world of the moment. A newer state takes the place of an older one, never the other way round.
#[derive(Debug)]
pub(crate) struct Current {
    world: ArcSwap<World>,
    version: Mutex<i64>,
    /// The office's policy as it was read, without the freezes that the database holds.
    policy: Arc<Policy>,
}

impl Current {
    /// Before anything is loaded: calendar and policy, and nobody in it.
    pub(crate) fn new(world: World) -> Current {
        let policy = Arc::clone(&world.policy);
        Current { world: ArcSwap::from_pointee(world), version: Mutex::new(-1), policy }
    }

    pub(crate) fn world(&self) -> Arc<World> {
        self.world.load_full()
    }

    /// The policy with the freezes that were set since.
    fn policy_with(&self, freezes: Vec<Freeze>) -> Arc<Policy> {
        if freezes.is_empty() {
            return Arc::clone(&self.policy);
        }
        let mut policy = Policy::clone(&self.policy);
        policy.freeze.extend(freezes);
        Arc::new(policy)
    }

    pub(crate) fn version(&self) -> i64 {
        *self.version.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Loads what the database has under a version of it.
    pub(crate) async fn load(&self, on: impl Reads, version: i64) -> Result<(), StoreError> {
        let Read { roster, workflows, freezes } = load(on).await?;
        let mut known = self.version.lock().unwrap_or_else(PoisonError::into_inner);
        if *known < version {
            let before = self.world();
            self.world.store(Arc::new(World {
                workflows,
                roster: Arc::new(roster),
                calendar: before.calendar.clone(),
                policy: self.policy_with(freezes),
                regions: before.regions.clone(),
            }));
            *known = version;
        }
        Ok(())
    }
}

/// Something that reads can be sent to again and again.
pub(crate) trait Reads: Send {
    fn on(&mut self) -> On<'_>;
}

impl Reads for &crate::db::Db {
    fn on(&mut self) -> On<'_> {
        crate::db::Db::on(self)
    }
}

impl Reads for &mut sqlx::PgConnection {
    fn on(&mut self) -> On<'_> {
        On::PgOne(self)
    }
}

#[derive(FromRow)]
struct PersonRow {
    id: Uuid,
    staff_no: String,
    name: String,
    active: bool,
    program: bool,
}

const GRANTS: &str = "select person, role, region from person_grant order by person, role, region";
const PEOPLE: &str = "select id, staff_no, name, active, program from person";
const DEFINITIONS: &str = "select text from definition order by scheme, version";
const PAPERS: &str = "select kind, key, body from paper order by kind, key";

/// What is read in one go.
struct Read {
    roster: Roster,
    workflows: Workflows,
    freezes: Vec<Freeze>,
}

async fn load(mut on: impl Reads) -> Result<Read, StoreError> {
    let mut grants: HashMap<Uuid, Vec<Grant>> = HashMap::new();
    let rows: Vec<(Uuid, String, String)> = on.on().all(GRANTS, ()).await?;
    for (person, role, region) in rows {
        let grant = Grant { role: role.as_str().into(), region: region.as_str().into() };
        grants.entry(person).or_default().push(grant);
    }
    let people: Vec<PersonRow> = on.on().all(PEOPLE, ()).await?;
    let programs = people.iter().filter(|row| row.program).map(|row| PersonId(row.id)).collect();
    let people: Vec<Person> = people
        .into_iter()
        .map(|row| Person {
            id: PersonId(row.id),
            staff_no: row.staff_no,
            name: row.name,
            active: row.active,
            grants: grants.remove(&row.id).unwrap_or_default(),
        })
        .collect();
    let texts: Vec<(String,)> = on.on().all(DEFINITIONS, ()).await?;
    let definitions = texts
        .iter()
        .map(|(text,)| Workflow::reread(text).map_err(|error| StoreError::inconsistent("definition", error)));
    let definitions: Vec<Workflow> = definitions.collect::<Result<_, _>>()?;
    let (papers, freezes) = papers(on.on()).await?;
    let roster = Roster::new(people).with_papers(papers).with_programs(programs);
    Ok(Read { roster, workflows: Workflows::new(definitions), freezes })
}

/// The papers that people act by, and the freezes, each with its id.
async fn papers(on: On<'_>) -> Result<(Papers, Vec<Freeze>), StoreError> {
    let rows: Vec<(String, String, String)> = on.all(PAPERS, ()).await?;
    let (mut papers, mut freezes) = (Papers::default(), Vec::new());
    for (kind, key, body) in rows {
        let unfit = || StoreError::inconsistent("paper", format!("{kind} {key}"));
        match Paper::parse(&kind, &body)?.ok_or_else(unfit)? {
            Paper::Office(office) => papers.offices.push(office),
            Paper::Acting(acting) => papers.actings.push(acting),
            Paper::Delegation(delegation) => papers.delegations.push(delegation),
            Paper::Absence(absence) => papers.absences.push(absence),
            Paper::Freeze(freeze) => {
                let id = Some(FreezeId(key.parse().map_err(|_| unfit())?));
                freezes.push(Freeze { id, ..freeze });
            }
        }
    }
    Ok((papers, freezes))
}
