//! The invariants, recomputed from the stored bytes: the chain is unbroken, every history replays to its projection,
//! budgets are whole at every point of time, no duty is broken, nobody is paid twice, counters and lists add up.

mod rows;
mod sums;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use salur_core::decree::{Decree, DecreeLine, DecreeState, LineOutcome};
use salur_core::event::Event;
use salur_core::payment::{Order, OrderState, PayLine, Payout};
use salur_core::request::{Act, Request, apply};
use salur_core::workflow::{Standing, Workflow};
use salur_core::world::Workflows;
use salur_core::{Digest, RequestId, Rupiah};
use serde::Serialize;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{Sqlite, Transaction};
use uuid::Uuid;

use self::rows::{
    COUNTS, CountRow, DUES, EVENTS, EventRow, HISTORY, LINES, LineRow, SNAGS, STATES, StateRow,
};
use self::sums::{Books, Totals};
use crate::batch::Batch;
use crate::chain::link;
use crate::error::StoreError;
use crate::lists::digest;

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
    let mut check = Check { tx: pool.begin().await?, report: Report::default(), totals: Totals::default() };
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
                self.request(&row, history, workflows)?;
                self.report.requests += 1;
            }
        }
    }

    fn request(&mut self, row: &StateRow, history: Vec<EventRow>, workflows: &Workflows) -> Result<(), Stop> {
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
        let snag = Batch::snag_of(workflow, &request);
        let columns = (
            row.scheme.as_str(),
            row.region.as_str(),
            row.stage.as_str(),
            row.entered_at,
            row.due_on.clone(),
            row.closed,
            row.version,
            row.snag.clone(),
        );
        let wanted = (
            request.scheme.as_str(),
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
        Ok(())
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

    /// Every decree: its lines give its digest and its tallies.
    async fn decrees(&mut self) -> Result<(), Stop> {
        let bodies: Vec<(String,)> =
            sqlx::query_as("select body from decree").fetch_all(&mut *self.tx).await?;
        for (body,) in bodies {
            let decree: Decree = serde_json::from_str(&body)?;
            let rows: Vec<(String,)> =
                sqlx::query_as("select body from decree_line where decree = $1 order by line")
                    .bind(decree.id.0)
                    .fetch_all(&mut *self.tx)
                    .await?;
            let lines = rows
                .iter()
                .map(|(body,)| serde_json::from_str(body))
                .collect::<Result<Vec<DecreeLine>, _>>()?;
            let tally = |code: &str| {
                let amounts: Vec<_> = lines
                    .iter()
                    .filter(|line| line.outcome.as_str() == code)
                    .map(|line| line.amount)
                    .collect();
                (amounts.len().try_into().unwrap_or(u32::MAX), Rupiah::sum(amounts).unwrap_or_default())
            };
            for (code, kept) in
                [("approved", decree.approved), ("struck", decree.struck), ("refused", decree.refused)]
            {
                if tally(code) != (kept.count, kept.total) {
                    return Err(broken("decree_adds_up", decree.id, format!("{code}: {:?}", tally(code))));
                }
            }
            let open = lines.iter().any(|line| line.outcome == LineOutcome::Listed);
            if usize::try_from(decree.count) != Ok(lines.len())
                || (open && decree.state != DecreeState::Draft)
            {
                return Err(broken("decree_adds_up", decree.id, format!("{} lines", lines.len())));
            }
            let same = salur_core::decree::digest(&decree, &lines) == decree.digest;
            if decree.state == DecreeState::Draft && !same {
                return Err(broken("decree_digest", decree.id, decree.digest));
            }
        }
        Ok(())
    }

    /// Every payment order: its lines give its digest and its tallies.
    async fn orders(&mut self) -> Result<(), Stop> {
        let bodies: Vec<(String,)> =
            sqlx::query_as("select body from payment_order").fetch_all(&mut *self.tx).await?;
        for (body,) in bodies {
            let order: Order = serde_json::from_str(&body)?;
            let rows: Vec<(String,)> =
                sqlx::query_as("select body from payment_line where payment_order = $1 order by line")
                    .bind(order.id.0)
                    .fetch_all(&mut *self.tx)
                    .await?;
            let lines =
                rows.iter().map(|(body,)| serde_json::from_str(body)).collect::<Result<Vec<PayLine>, _>>()?;
            for (outcome, kept) in
                [(Payout::Paid, order.paid), (Payout::Failed, order.failed), (Payout::Unknown, order.unknown)]
            {
                let amounts: Vec<_> =
                    lines.iter().filter(|line| line.outcome == outcome).map(|line| line.amount).collect();
                let sums =
                    (amounts.len().try_into().unwrap_or(u32::MAX), Rupiah::sum(amounts).unwrap_or_default());
                if sums != (kept.count, kept.total) {
                    return Err(broken("order_adds_up", order.id, format!("{}: {sums:?}", outcome.as_str())));
                }
            }
            let same = salur_core::payment::digest(&order, &lines) == order.digest;
            let whole = usize::try_from(order.count) == Ok(lines.len());
            if !same || (!whole && order.state != OrderState::Cancelled) {
                return Err(broken("order_digest", order.id, order.digest));
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
