//! The invariants, recomputed from the stored bytes: the chain is unbroken, every history replays to its projection,
//! budgets are whole at every point of time, no duty is broken, nobody is paid twice, counters and lists add up.

mod lists;
mod rows;
mod sums;
mod told;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use salur_core::event::{Event, FactsRef};
use salur_core::request::{Act, Request, apply};
use salur_core::workflow::{End, Standing, Workflow};
use salur_core::world::Workflows;
use salur_core::{Digest, RecipientId, RequestId};
use serde::Serialize;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{Sqlite, Transaction};
use uuid::Uuid;

use self::rows::{
    COUNTS, CountRow, DUES, EVENTS, EventRow, HISTORY, LINES, LineRow, SNAGS, STATES, StateRow,
};
use self::sums::{Books, Totals};
use self::told::Told;
use crate::chain::link;
use crate::error::StoreError;
use crate::facts::{FACTS, FactsRow};
use crate::lists::digest;
use crate::vault::Vault;

/// What was checked, and the first thing that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Report {
    /// Events in the chain.
    pub events: u64,
    /// Requests replayed.
    pub requests: u64,
    /// Position of the last event.
    pub position: i64,
    /// Hash of the last event: write it down outside to know later that nothing was cut off.
    pub head: String,
    /// The first thing that does not hold.
    pub broken: Option<Broken>,
}

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Broken {
    /// Which invariant.
    pub invariant: &'static str,
    /// Where.
    pub place: String,
    /// What was found.
    pub found: String,
}

/// Why a check stopped.
enum Stop {
    Broken(Broken),
    Store(StoreError),
}

impl<E: Into<StoreError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Stop::Store(error.into())
    }
}

fn broken(invariant: &'static str, place: impl std::fmt::Display, found: impl std::fmt::Display) -> Stop {
    Stop::Broken(Broken { invariant, place: place.to_string(), found: found.to_string() })
}

/// Checks a SQLite database, from one snapshot.
pub async fn verify(path: &Path) -> Result<Report, StoreError> {
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    let mut check = Check {
        tx: pool.begin().await?,
        report: Report::default(),
        totals: Totals::default(),
        told: Told::default(),
        vault: crate::open::known_vault(path),
    };
    let outcome = check.run().await;
    let mut report = check.report;
    drop(check.tx);
    pool.close().await;
    match outcome {
        Ok(()) => Ok(report),
        Err(Stop::Broken(broken)) => {
            report.broken = Some(broken);
            Ok(report)
        }
        Err(Stop::Store(error)) => Err(error),
    }
}

struct Check {
    tx: Transaction<'static, Sqlite>,
    report: Report,
    totals: Totals,
    /// What the chain says of things that have tables of their own.
    told: Told,
    /// The office's key, where it is at hand: then facts are compared with their digests.
    vault: Option<Vault>,
}

impl Check {
    async fn run(&mut self) -> Result<(), Stop> {
        self.integrity().await?;
        let workflows = self.workflows().await?;
        let ceilings: HashMap<String, i64> =
            self.lines().await?.into_iter().map(|row| (row.id, row.ceiling)).collect();
        self.chain(&ceilings).await?;
        self.requests(&workflows).await?;
        self.budgets().await?;
        self.counters().await?;
        self.office(&ceilings).await?;
        self.decrees().await?;
        self.orders().await
    }

    async fn integrity(&mut self) -> Result<(), Stop> {
        let (word,): (String,) = sqlx::query_as("pragma quick_check(1)").fetch_one(&mut *self.tx).await?;
        if word == "ok" { Ok(()) } else { Err(broken("database_sound", "file", word)) }
    }

    async fn workflows(&mut self) -> Result<Workflows, Stop> {
        let rows: Vec<(String, i64, Vec<u8>, String)> =
            sqlx::query_as("select scheme, version, digest, text from definition")
                .fetch_all(&mut *self.tx)
                .await?;
        let mut definitions = Vec::new();
        for (scheme, version, stored, text) in rows {
            let workflow = Workflow::parse(&text)
                .map_err(|error| broken("definition_sound", format!("{scheme} {version}"), error))?;
            if workflow.digest != digest(stored)? {
                return Err(broken("definition_unchanged", format!("{scheme} {version}"), workflow.digest));
            }
            definitions.push(workflow);
        }
        Ok(Workflows::new(definitions))
    }

    async fn lines(&mut self) -> Result<Vec<LineRow>, Stop> {
        Ok(sqlx::query_as(LINES).fetch_all(&mut *self.tx).await?)
    }

    /// Every link of the chain, and the budgets after every event.
    async fn chain(&mut self, ceilings: &HashMap<String, i64>) -> Result<(), Stop> {
        let mut prev = Digest::ZERO;
        let mut pos = 0;
        let mut books = Books::over(ceilings);
        loop {
            let rows: Vec<EventRow> = sqlx::query_as(EVENTS).bind(pos).fetch_all(&mut *self.tx).await?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                if row.pos != pos + 1 {
                    return Err(broken(
                        "chain_gap_free",
                        format!("position {}", pos + 1),
                        format!("{}", row.pos),
                    ));
                }
                pos = row.pos;
                let stored = (digest(row.prev_hash.clone())?, digest(row.hash.clone())?);
                let hash = link(pos, &row.as_link()?, &prev);
                if stored != (prev, hash) {
                    return Err(broken(
                        "chain_unbroken",
                        format!("position {pos}"),
                        format!("{} {}", row.kind, stored.1),
                    ));
                }
                prev = hash;
                if row.subject_kind == "request" {
                    books.see(&row)?;
                } else {
                    self.told.hear(&row)?;
                }
                self.report.events += 1;
            }
        }
        let (last, hash): (i64, Vec<u8>) =
            sqlx::query_as("select pos, hash from head where one = 1").fetch_one(&mut *self.tx).await?;
        if (last, digest(hash)?) != (pos, prev) {
            return Err(broken(
                "chain_complete",
                format!("position {last}"),
                format!("the chain ends at {pos}"),
            ));
        }
        self.report.position = pos;
        self.report.head = prev.to_string();
        Ok(())
    }

    /// Every request: its history replays to its projection, byte for byte, and no duty is broken.
    async fn requests(&mut self, workflows: &Workflows) -> Result<(), Stop> {
        let mut after = Uuid::nil();
        loop {
            let rows: Vec<StateRow> = sqlx::query_as(STATES).bind(after).fetch_all(&mut *self.tx).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = last.id;
            for row in rows {
                let history: Vec<EventRow> =
                    sqlx::query_as(HISTORY).bind(row.id).fetch_all(&mut *self.tx).await?;
                let facts = self.request(&row, history, workflows)?;
                self.facts(facts.0, facts.1).await?;
                self.report.requests += 1;
            }
        }
    }

    fn request(
        &mut self,
        row: &StateRow,
        history: Vec<EventRow>,
        workflows: &Workflows,
    ) -> Result<(RecipientId, FactsRef), Stop> {
        let id = RequestId(row.id);
        let mut request: Option<Request> = None;
        let mut payments = 0;
        for event in history {
            let entry = event.as_entry()?;
            if let Event::Advanced(step) = &entry.event
                && step.budget == Standing::Paid
            {
                payments += 1;
            }
            let next =
                apply(request.take(), id, &entry).map_err(|error| broken("history_follows", id, error))?;
            request = Some(next);
        }
        let Some(request) = request else { return Err(broken("history_there", id, "no event")) };
        if serde_json::to_string(&request)? != row.state {
            return Err(broken(
                "replay_equals_projection",
                id,
                "the stored state differs from the replayed one",
            ));
        }
        if payments > 1 {
            return Err(broken("paid_once", id, format!("{payments} payments")));
        }
        let Some(workflow) = workflows.pinned(&request.scheme, &request.definition) else {
            return Err(broken("definition_there", id, request.definition.digest));
        };
        let snag = salur_core::wait::snag(workflow, &request);
        let frees = request.closed && workflow.end_of(&request.stage).is_some_and(End::frees_recipient);
        let columns = (
            (row.scheme.as_str(), row.year, row.frees),
            row.region.as_str(),
            row.stage.as_str(),
            row.entered_at,
            row.due_on.clone(),
            row.closed,
            row.version,
            row.snag.clone(),
        );
        let wanted = (
            (request.scheme.as_str(), i64::from(request.year), frees),
            request.region.as_str(),
            request.stage.as_str(),
            request.entered_at.as_microsecond(),
            request.due_on.map(|due| due.to_string()),
            request.closed,
            i64::from(request.version),
            snag.clone(),
        );
        if columns != wanted {
            return Err(broken("columns_equal_state", id, format!("{columns:?}")));
        }
        check_duties(workflow, &request)?;
        self.totals.add(&request, snag);
        Ok((request.recipient, request.facts))
    }

    /// The facts that count are there, and are those that the events speak of.
    async fn facts(&mut self, recipient: RecipientId, facts: FactsRef) -> Result<(), Stop> {
        let query = sqlx::query_as(FACTS).bind(recipient.0).bind(i64::from(facts.version));
        let row: Option<FactsRow> = query.fetch_optional(&mut *self.tx).await?;
        let Some(row) = row else { return Err(broken("facts_there", recipient, facts.version)) };
        let Some(vault) = &self.vault else { return Ok(()) };
        let opened =
            vault.open_recipient(&row.sealed_key).and_then(|key| Ok(key.digest(&key.open(&row.sealed)?)));
        match opened {
            Ok(found) if found == facts.digest => Ok(()),
            Ok(found) => Err(broken("facts_unchanged", recipient, found)),
            Err(error) => Err(broken("facts_unchanged", recipient, error)),
        }
    }

    async fn budgets(&mut self) -> Result<(), Stop> {
        for row in self.lines().await? {
            let sums = self.totals.lines.remove(&row.id).unwrap_or_default();
            if sums != [row.reserved, row.committed, row.paid] {
                let found =
                    format!("{:?} stored, {sums:?} by its requests", [row.reserved, row.committed, row.paid]);
                return Err(broken("budget_equals_requests", row.id, found));
            }
        }
        match self.totals.lines.iter().find(|(_, sums)| **sums != [0; 3]) {
            None => Ok(()),
            Some((line, sums)) => Err(broken("budget_line_there", line, format!("{sums:?}"))),
        }
    }

    async fn counters(&mut self) -> Result<(), Stop> {
        for (name, sql) in [("stage_count", COUNTS), ("stage_due", DUES), ("snag_count", SNAGS)] {
            let rows: Vec<CountRow> = sqlx::query_as(sql).fetch_all(&mut *self.tx).await?;
            let stored: BTreeMap<[String; 5], i64> = rows
                .into_iter()
                .map(|row| ([row.scheme, row.year.to_string(), row.stage, row.region, row.extra], row.n))
                .collect();
            let counted = match name {
                "stage_count" => &self.totals.counts,
                "stage_due" => &self.totals.dues,
                _ => &self.totals.snags,
            };
            if let Some((place, n)) = stored.iter().find(|(place, n)| counted.get(*place) != Some(n)) {
                return Err(broken("counters_equal_requests", format!("{name} {place:?}"), n));
            }
            if let Some((place, n)) = counted.iter().find(|(place, _)| !stored.contains_key(*place)) {
                return Err(broken(
                    "counters_equal_requests",
                    format!("{name} {place:?}"),
                    format!("0, not {n}"),
                ));
            }
        }
        Ok(())
    }
}

fn check_duties(workflow: &Workflow, request: &Request) -> Result<(), Stop> {
    for duty in &workflow.duties {
        for Act(name, person) in request.acts.iter().filter(|act| duty.distinct.contains(&act.0)) {
            let clash = request
                .acts
                .iter()
                .find(|Act(other, by)| by == person && other != name && duty.distinct.contains(other));
            if let Some(Act(other, _)) = clash {
                return Err(broken("duties_kept", request.id, format!("{person} did {name} and {other}")));
            }
        }
    }
    Ok(())
}
