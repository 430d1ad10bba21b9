//! The invariants, recomputed from the stored bytes: the chain is unbroken, every history replays to its projection,
//! budgets are whole at every point of time, no duty is broken, nobody is paid twice, counters and lists add up.

mod changed;
mod duties;
mod lists;
mod office;
mod rows;
mod source;
mod sums;
mod told;
mod turns;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use salur_core::event::{Event, FactsRef};
use salur_core::request::{Request, apply};
use salur_core::workflow::{End, Standing, Workflow};
use salur_core::world::Workflows;
use salur_core::{Digest, RecipientId, RequestId};
use serde::Serialize;
use uuid::Uuid;

use self::rows::{COUNTS, CountRow, DUES, EventRow, LINES, LineRow, SNAGS, STATES, StateRow};
use self::source::Source;
use self::sums::{Books, Totals};
use self::told::Told;
use crate::chain::link;
use crate::db::Ts;
use crate::error::StoreError;
use crate::facts::{FACTS, FactsRow};
use crate::lists::digest;
use crate::open::{is_postgres, known_vault, path_of};
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
    /// True if every recipient's facts were compared with the digest that was decided on: the office's key was at hand.
    pub facts_compared: bool,
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

/// Checks a database from one snapshot, the archives of closed years included. `key` is the file of the office's key,
/// where it is not in its usual place.
pub async fn verify(url: &str, key: Option<&Path>, archives: &[PathBuf]) -> Result<Report, StoreError> {
    let usual =
        if is_postgres(url) { PathBuf::from("salur.key") } else { path_of(url)?.with_extension("key") };
    let mut check = Check {
        source: Source::open(url, archives).await?,
        report: Report::default(),
        totals: Totals::default(),
        told: Told::default(),
        vault: known_vault(key.unwrap_or(&usual)),
    };
    let outcome = check.run().await;
    let mut report = check.report;
    report.facts_compared = check.vault.is_some();
    check.source.close().await;
    match outcome {
        Ok(()) => Ok(report),
        Err(Stop::Broken(broken)) => {
            report.broken = Some(broken);
            Ok(report)
        }
        Err(Stop::Store(error)) => Err(error),
    }
}

const HEAD: &str = "select pos, hash from head where one = 1";
const DEFINITIONS: &str = "select scheme, version, digest, text from definition";
const UNFIT_INDEXES: &str = "select i.indexrelid::regclass::text from pg_index i
    join pg_class c on c.oid = i.indexrelid where not i.indisvalid and c.relnamespace = 'public'::regnamespace";

struct Check {
    source: Source,
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
        self.chain().await?;
        self.requests(&workflows).await?;
        self.budgets().await?;
        self.counters().await?;
        self.office(&ceilings).await?;
        self.decrees().await?;
        self.orders().await
    }

    async fn integrity(&mut self) -> Result<(), Stop> {
        if self.source.is_lite() {
            let (word,): (String,) = self.source.on().one("pragma quick_check(1)", ()).await?;
            return if word == "ok" { Ok(()) } else { Err(broken("database_sound", "file", word)) };
        }
        // What a failed build of an index leaves behind finds nothing and guards nothing.
        let unfit: Vec<(String,)> = self.source.all(UNFIT_INDEXES, ()).await?;
        unfit
            .first()
            .map_or(Ok(()), |(name,)| Err(broken("database_sound", name, "an index that is not valid")))
    }

    async fn workflows(&mut self) -> Result<Workflows, Stop> {
        let rows: Vec<(String, i32, Vec<u8>, String)> = self.source.all(DEFINITIONS, ()).await?;
        let mut definitions = Vec::new();
        for (scheme, version, stored, text) in rows {
            let workflow = Workflow::reread(&text)
                .map_err(|error| broken("definition_sound", format!("{scheme} {version}"), error))?;
            if workflow.digest != digest(stored)? {
                return Err(broken("definition_unchanged", format!("{scheme} {version}"), workflow.digest));
            }
            definitions.push(workflow);
        }
        Ok(Workflows::new(definitions))
    }

    async fn lines(&mut self) -> Result<Vec<LineRow>, Stop> {
        Ok(self.source.all(LINES, ()).await?)
    }

    /// Every link of the chain, and the budgets after every event.
    async fn chain(&mut self) -> Result<(), Stop> {
        let mut prev = Digest::ZERO;
        let mut pos = 0;
        let mut books = Books::default();
        loop {
            let rows = self.source.events(pos).await?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                if row.pos != pos + 1 {
                    return Err(broken(
                        "chain_gap_free",
                        format!("position {}", pos + 1),
                        format!("{}; name the archives of closed years, if there are any", row.pos),
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
                    self.told.office.hear_turn(&row, books.pinned(row.subject_id))?;
                    books.see(&row)?;
                } else {
                    self.told.hear(&row)?;
                    if row.subject_kind == "budget_line" {
                        books.hold_to(row.pos, &self.told.office.ceilings)?;
                    }
                }
                self.report.events += 1;
            }
        }
        let (last, hash): (i64, Vec<u8>) = self.source.on().one(HEAD, ()).await?;
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
            let rows: Vec<StateRow> = self.source.all(STATES, (after,)).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = last.id;
            for row in rows {
                let history = self.source.history(row.id).await?;
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
            let next =
                apply(request.take(), id, &entry).map_err(|error| broken("history_follows", id, error))?;
            if let Event::Advanced(step) = &entry.event
                && step.budget == Standing::Paid
            {
                payments += 1;
                let workflow = workflows.pinned(&next.scheme, &next.definition);
                if let Some(workflow) = workflow.filter(|it| !duties::is_ruling(it, &step.action)) {
                    duties::check_paid(workflow, &next, &step.to)?;
                }
            }
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
            row.due_on.map(|due| due.0),
            row.closed,
            row.version,
            row.snag.clone(),
        );
        let wanted = (
            (request.scheme.as_str(), i32::from(request.year), frees),
            request.region.as_str(),
            request.stage.as_str(),
            Ts::from(request.entered_at),
            request.due_on,
            request.closed,
            i32::try_from(request.version).unwrap_or(i32::MAX),
            snag.clone(),
        );
        if columns != wanted {
            return Err(broken("columns_equal_state", id, format!("{columns:?}")));
        }
        duties::check(workflow, &request)?;
        self.totals.add(&request, snag);
        Ok((request.recipient, request.facts))
    }

    /// The facts that count are there, and are those that the events speak of.
    async fn facts(&mut self, recipient: RecipientId, facts: FactsRef) -> Result<(), Stop> {
        let wanted = (recipient.0, i64::from(facts.version));
        let row: Option<FactsRow> = self.source.on().maybe(FACTS, wanted).await?;
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
            let rows: Vec<CountRow> = self.source.all(sql, ()).await?;
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
