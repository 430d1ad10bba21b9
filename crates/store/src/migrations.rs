//! Brings requests under a later version of their definition once two persons have said so: a piece at a time, each piece
//! whole, and again until nothing is left. What was blocked is taken once nothing blocks it any more.

use jiff::{SignedDuration, Timestamp};
use salur_core::event::Pin;
use salur_core::migrate::{self, Preview};
use salur_core::office::{Change, Proposal, ProposalState};
use salur_core::request::Request;
use salur_core::workflow::Workflow;
use salur_core::world::Context;
use salur_core::{PersonId, ProposalId, RequestId, SchemeId};
use serde::Deserialize;
use sqlx::FromRow;
use uuid::Uuid;

use crate::Store;
use crate::db::Ts;
use crate::error::{ExecuteError, StoreError};
use crate::job::{Answer, Ask, Job};
use crate::leases::Lease;
use crate::requests::{Page, Place};

/// Requests in one transaction.
const PIECE: u32 = 500;
/// How long an order to migrate is followed after it was confirmed.
const FOLLOWED: SignedDuration = SignedDuration::from_hours(24 * 30);
/// Most orders to migrate that are looked at, the newest of them.
const ORDERS_MAX: i64 = 1_000;

/// Used with the index of what is open.
const OPEN: &str = "select id, entered_at, state from request
    where scheme = $1 and (not closed or snag is not null) and not closed and (entered_at, id) > ($2, $3)
    order by entered_at, id limit $4";

const ORDERS: &str =
    "select body from proposal where state = 'confirmed' and kind = 'migrate' order by id desc limit $1";
const ORDERED: &str = "select count(*) from proposal where state = 'confirmed' and kind = 'migrate'";

#[derive(FromRow)]
struct OpenRow {
    id: Uuid,
    entered_at: Ts,
    state: String,
}

/// What pins a request's version, out of all that it is.
#[derive(Deserialize)]
struct Pinned {
    definition: Pin,
}

impl Store {
    /// What a version would do to the open requests of its scheme that run under one older version, or under any where
    /// none is named, oldest in their stage first.
    pub async fn migration_preview(
        &self,
        new: &Workflow,
        from: Option<u32>,
        at: Timestamp,
        after: Place,
        limit: u32,
    ) -> Result<Page<(Request, Preview)>, StoreError> {
        let world = self.world();
        let context = Context::of_nobody(&world, at);
        let wanted = (new.scheme.to_string(), Ts(after.at), after.id, i64::from(limit));
        let rows: Vec<OpenRow> = self.db.all(OPEN, wanted).await?;
        let is_full = u32::try_from(rows.len()) == Ok(limit);
        let next = rows.last().filter(|_| is_full).map(|row| Place { at: row.entered_at.0, id: row.id });
        let mut data = Vec::with_capacity(rows.len());
        for row in rows {
            let request: Request = serde_json::from_str(&row.state)?;
            let Some(workflow) = world.workflows.pinned(&request.scheme, &request.definition) else {
                continue;
            };
            let version = request.definition.version;
            if version >= new.version || from.is_some_and(|from| version != from) {
                continue;
            }
            let case = salur_core::case::Case { context, workflow, request: &request, line: None };
            let preview = migrate::preview(&case, new);
            data.push((request, preview));
        }
        Ok(Page { data, next })
    }

    /// How many open requests of a scheme run under one older version, or under any where none is named: those that an
    /// order to migrate has yet to take along, and those that keep their version.
    pub async fn open_under_older(
        &self,
        scheme: &SchemeId,
        from: Option<u32>,
        to: u32,
    ) -> Result<u64, StoreError> {
        let (mut after, mut count) = (Place::START, 0_u64);
        loop {
            let wanted = (scheme.to_string(), Ts(after.at), after.id, i64::from(PIECE));
            let rows: Vec<OpenRow> = self.db.all(OPEN, wanted).await?;
            for row in &rows {
                let Pinned { definition } = serde_json::from_str(&row.state)?;
                let is_older = definition.version < to && from.is_none_or(|from| definition.version == from);
                count = count.saturating_add(u64::from(is_older));
            }
            let is_full = u32::try_from(rows.len()) == Ok(PIECE);
            let Some(last) = rows.last().filter(|_| is_full) else { return Ok(count) };
            after = Place { at: last.entered_at.0, id: last.id };
        }
    }

    /// Waits until this server has confirmed that requests go on under another version.
    pub async fn migration_confirmed(&self) {
        self.migrates.notified().await;
    }

    /// How many orders to migrate were confirmed so far, by whichever server.
    pub async fn migrations_ordered(&self) -> Result<i64, StoreError> {
        let (count,): (i64,) = self.db.on().one(ORDERED, ()).await?;
        Ok(count)
    }

    /// Tells whoever waits for it that an order to migrate was confirmed here.
    pub(crate) fn heed(&self, told: &Answer) {
        let Answer::Proposal { now: Some(proposal), .. } = told else { return };
        if proposal.state == ProposalState::Confirmed && matches!(proposal.change, Change::Migrate { .. }) {
            self.migrates.notify_one();
        }
    }

    /// Follows what two persons have said of versions; the answer is how many requests came under another one. Whatever
    /// a server that died has left undone is done by the next one.
    pub async fn run_migrations(&self, at: Timestamp, lease: Option<&Lease>) -> Result<u64, ExecuteError> {
        let mut moved = 0;
        let rows: Vec<(String,)> = self.db.all(ORDERS, (ORDERS_MAX,)).await?;
        for (body,) in rows {
            let proposal: Proposal = serde_json::from_str(&body).map_err(StoreError::from)?;
            let Change::Migrate { scheme, from, to } = &proposal.change else { continue };
            let is_old = proposal.decided_at.is_none_or(|decided| at.duration_since(decided) > FOLLOWED);
            let Some(by) = proposal.decided_by.filter(|_| !is_old) else { continue };
            let world = self.world();
            let new = world.workflows.all().find(|it| it.scheme == *scheme && it.version == *to).cloned();
            let Some(new) = new else { continue };
            moved += self.follow(proposal.id, by, *from, &new, at, lease).await?;
        }
        Ok(moved)
    }

    async fn follow(
        &self,
        proposal: ProposalId,
        actor: PersonId,
        from: Option<u32>,
        new: &Workflow,
        at: Timestamp,
        lease: Option<&Lease>,
    ) -> Result<u64, ExecuteError> {
        let (mut after, mut moved) = (Place::START, 0);
        loop {
            if self.is_closing() || lease.is_some_and(|lease| !lease.is_held()) {
                return Ok(moved);
            }
            let page = self.migration_preview(new, from, at, after, PIECE).await?;
            let takes = |it: &&(Request, Preview)| !matches!(it.1, Preview::Blocked { .. });
            let requests: Vec<RequestId> = page.data.iter().filter(takes).map(|it| it.0.id).collect();
            if !requests.is_empty() {
                let job = Job::Migrate { proposal, requests };
                let told = self.execute(Ask { actor, for_whom: None, at, key: None, job }).await?;
                if let Answer::Many(outcomes) = told {
                    moved += outcomes.iter().map(|it| u64::from(it.refusal.is_none())).sum::<u64>();
                }
            }
            let Some(next) = page.next else { return Ok(moved) };
            after = next;
        }
    }
}
