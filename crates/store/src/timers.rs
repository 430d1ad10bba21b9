//! Runs what time does to requests: looks through the stages in the order in which requests came to them, a piece at a
//! time, and asks the commit loop to do what is due. Each is decided again there, on what the request is then, so that it
//! happens once however many servers look.

use jiff::Timestamp;
use salur_core::request::Request;
use salur_core::timer;
use salur_core::world::{Context, World};
use salur_core::{PersonId, RequestId, SchemeId, StageName};
use sqlx::FromRow;
use uuid::Uuid;

use crate::Store;
use crate::db::Ts;
use crate::error::{ExecuteError, StoreError};
use crate::job::{Answer, Ask, Job};
use crate::leases::Lease;

/// Requests that are looked at in one go, and the most that one transaction changes.
const PIECE: i64 = 500;
/// The pause after a piece in which something fired: others write too.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(20);

/// Used with the index of the queue of one stage.
const CAME_BEFORE: &str = "select id, entered_at, state from request
    where scheme = $1 and year = $2 and stage = $3 and entered_at < $4 and (entered_at, id) > ($5, $6)
    order by entered_at, id limit $7";
/// Used with the index of what is open.
const HELD: &str = "select id, entered_at, state from request
    where scheme = $1 and (not closed or snag is not null) and snag = $2 and (entered_at, id) > ($3, $4)
    order by entered_at, id limit $5";
const YEARS: &str =
    "select distinct year from stage_count where scheme = $1 and stage = $2 and n <> 0 order by year";

#[derive(FromRow)]
struct Candidate {
    id: Uuid,
    entered_at: Ts,
    state: String,
}

/// Where to look.
enum Place {
    Stage { scheme: SchemeId, year: i32, stage: StageName, cutoff: Timestamp },
    Hold { scheme: SchemeId, cause: String },
}

impl Store {
    /// Does what time does to requests by this moment; the answer is how many timers fired. With a lease it stops once
    /// that may be another server's.
    pub async fn run_timers(&self, at: Timestamp, lease: Option<&Lease>) -> Result<u64, ExecuteError> {
        let mut fired = 0;
        for place in self.places(at).await? {
            let mut after = (Ts(0), Uuid::nil());
            loop {
                if self.is_closing() || lease.is_some_and(|lease| !lease.is_held()) {
                    return Ok(fired);
                }
                let found = self.candidates(&place, after).await?;
                let Some(last) = found.last() else { break };
                after = (last.entered_at, last.id);
                let is_last = i64::try_from(found.len()).is_ok_and(|found| found < PIECE);
                let due = due(&self.world(), &found, at)?;
                if !due.is_empty() {
                    let count = self.fire(due, at).await?;
                    fired += u64::from(count);
                    tokio::time::sleep(PAUSE).await;
                }
                if is_last {
                    break;
                }
            }
        }
        Ok(fired)
    }

    async fn fire(&self, requests: Vec<RequestId>, at: Timestamp) -> Result<u32, ExecuteError> {
        let nobody = PersonId(Uuid::nil());
        let job = Job::Timers { requests };
        let told = self.execute(Ask { actor: nobody, for_whom: None, at, key: None, job }).await?;
        Ok(if let Answer::Fired(count) = told { count } else { 0 })
    }

    /// Every stage at which something may be due, and every cause of holds that are looked at.
    async fn places(&self, at: Timestamp) -> Result<Vec<Place>, StoreError> {
        let world = self.world();
        let mut cutoffs = std::collections::BTreeMap::new();
        for workflow in world.workflows.all() {
            for name in workflow.stages.keys() {
                let Some(cutoff) = timer::cutoff(&world, workflow, name, at) else { continue };
                // A stage of the same name in another version may have shorter times.
                let known = cutoffs.entry((workflow.scheme.clone(), name.clone())).or_insert(cutoff);
                *known = cutoff.max(*known);
            }
        }
        let mut places = Vec::new();
        for ((scheme, stage), cutoff) in cutoffs {
            let wanted = (scheme.to_string(), stage.to_string());
            let years: Vec<(i32,)> = self.db.all(YEARS, wanted).await?;
            places.extend(years.into_iter().map(|(year,)| Place::Stage {
                scheme: scheme.clone(),
                year,
                stage: stage.clone(),
                cutoff,
            }));
        }
        for workflow in world.workflows.all_current() {
            let causes = world.policy.hold.iter().filter(|(_, cause)| cause.review.is_some());
            places.extend(
                causes
                    .map(|(cause, _)| Place::Hold { scheme: workflow.scheme.clone(), cause: cause.clone() }),
            );
        }
        Ok(places)
    }

    async fn candidates(&self, place: &Place, (at, id): (Ts, Uuid)) -> Result<Vec<Candidate>, StoreError> {
        match place {
            Place::Stage { scheme, year, stage, cutoff } => {
                let wanted = (scheme.to_string(), *year, stage.to_string(), Ts::from(*cutoff), at, id, PIECE);
                self.db.all(CAME_BEFORE, wanted).await
            }
            Place::Hold { scheme, cause } => {
                self.db.all(HELD, (scheme.to_string(), cause.clone(), at, id, PIECE)).await
            }
        }
    }
}

/// Those for which something is due.
fn due(world: &World, found: &[Candidate], at: Timestamp) -> Result<Vec<RequestId>, StoreError> {
    let context = Context::of_nobody(world, at);
    let mut due = Vec::new();
    for candidate in found {
        let request: Request = serde_json::from_str(&candidate.state)?;
        let Some(workflow) = world.workflows.pinned(&request.scheme, &request.definition) else { continue };
        let case = salur_core::case::Case { context, workflow, request: &request, line: None };
        if !timer::due(&case).is_empty() {
            due.push(request.id);
        }
    }
    Ok(due)
}
