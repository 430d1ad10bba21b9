//! A payment order as it is answered.

use std::collections::HashMap;

use salur_core::payment::{Order, OrderState, PayLine};
use salur_core::refusal::Why;
use salur_core::world::World;
use salur_core::{OrderId, RequestId};
use salur_store::job::Outcome;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::batch_actions::{OutcomeBody, tell};
use crate::decree_body::{LeftOut, who};
use crate::problem::{Problem, Somebody};
use crate::request_body::{RecipientBody, somebody};
use crate::{App, Caller};

/// A payment order, its lines apart.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderBody {
    /// The id.
    pub id: Uuid,
    /// `open`, `exported`, `settled` or `cancelled`.
    pub state: &'static str,
    /// How many lines: `paid + failed + unknown + pending`, unless it was cancelled.
    pub count: u32,
    /// What they sum up to, in whole rupiah.
    pub total: i64,
    /// How many lines the bank paid.
    pub paid: u32,
    /// How many lines the bank could not pay.
    pub failed: u32,
    /// How many lines the bank does not know about yet.
    pub unknown: u32,
    /// How many lines the bank has not reported on.
    pub pending: u32,
    /// What the paid lines sum up to.
    pub paid_total: i64,
    /// What the failed lines sum up to.
    pub failed_total: i64,
    /// What the unknown lines sum up to.
    pub unknown_total: i64,
    /// Digest of the frozen lines.
    pub digest: String,
    /// When the bank file was first fetched.
    #[schema(format = DateTime)]
    pub exported_at: Option<String>,
    /// The treasury's disbursement order, once entered.
    pub sp2d: Option<Sp2dBody>,
    /// Who drafted it.
    pub drafted_by: Somebody,
    /// When it was drafted.
    #[schema(format = DateTime)]
    pub drafted_at: String,
    /// Counts the order's events.
    pub version: u32,
    /// In the answer to an act: the requests that it left out, at most 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<Vec<OutcomeBody>>,
    /// In the answer to an act: how many it left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out_count: Option<usize>,
    /// In the answer to results: the lines whose result contradicts what is known; nothing was changed for them.
    pub conflicts: Vec<ConflictBody>,
}

/// The treasury's disbursement order.
#[derive(Debug, Serialize, ToSchema)]
pub struct Sp2dBody {
    /// Its number.
    pub number: String,
    /// Its date.
    #[schema(format = Date)]
    pub date: String,
    /// Who entered it.
    pub by: Somebody,
}

/// A result that contradicts what is known.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConflictBody {
    /// The request.
    pub id: Uuid,
    /// Its line in the order.
    pub line: Option<u32>,
    /// A stable code.
    pub code: String,
    /// What is contradicted, as a sentence.
    pub detail: String,
}

/// A line of a payment order.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderLineBody {
    /// Its place, from 1.
    pub line: u32,
    /// The request.
    pub request: Uuid,
    /// Who the aid is for; null where the caller may not see the request.
    pub recipient: Option<RecipientBody>,
    /// The regency or city; null where the caller may not see the request.
    pub region: Option<String>,
    /// How much, in whole rupiah.
    pub amount: i64,
    /// `pending`, `paid`, `failed`, `unknown` or `released`.
    pub outcome: &'static str,
    /// The bank's reference.
    pub reference: Option<String>,
    /// The bank's cause of a failure.
    pub cause: Option<String>,
}

/// A payment order as it is answered.
pub(crate) fn body(
    world: &World,
    order: &Order,
    left_out: Option<LeftOut>,
    conflicts: Vec<ConflictBody>,
) -> OrderBody {
    let known = [order.paid.count, order.failed.count, order.unknown.count];
    let known = known.into_iter().fold(0_u32, u32::saturating_add);
    let pending = match order.state {
        OrderState::Cancelled => 0,
        OrderState::Open | OrderState::Exported | OrderState::Settled => order.count.saturating_sub(known),
    };
    let (left_out, left_out_count) = left_out.map(|left| (left.sample, left.count)).unzip();
    OrderBody {
        id: order.id.0,
        state: order.state.as_str(),
        count: order.count,
        total: order.total.0,
        paid: order.paid.count,
        failed: order.failed.count,
        unknown: order.unknown.count,
        pending,
        paid_total: order.paid.total.0,
        failed_total: order.failed.total.0,
        unknown_total: order.unknown.total.0,
        digest: order.digest.to_string(),
        exported_at: order.exported_at.map(|at| at.to_string()),
        sp2d: order.sp2d.as_ref().map(|sp2d| Sp2dBody {
            number: sp2d.number.clone(),
            date: sp2d.date.to_string(),
            by: somebody(world, sp2d.by),
        }),
        drafted_by: somebody(world, order.drafted_by),
        drafted_at: order.drafted_at.to_string(),
        version: order.version,
        left_out,
        left_out_count,
        conflicts,
    }
}

/// What results contradict, in words, each with its line.
pub(crate) async fn conflicts(
    app: &App,
    caller: &Caller,
    order: OrderId,
    outcomes: &[Outcome],
) -> Result<Vec<ConflictBody>, Problem> {
    if outcomes.is_empty() {
        return Ok(Vec::new());
    }
    let lines = app.store.order_lines(order, 0, u32::MAX).await;
    let lines = lines.map_err(|error| Problem::broken(&error, caller.lang))?;
    let of: HashMap<RequestId, u32> = lines.iter().map(|line| (line.request, line.line)).collect();
    let world = app.store.world();
    let told = tell(app, caller, &world, outcomes).await?;
    let bodies = outcomes.iter().zip(told).map(|(outcome, told)| ConflictBody {
        id: told.id,
        line: match outcome.refusal.as_ref().map(|refusal| &refusal.why) {
            Some(Why::AlreadyPaid { line }) => Some(*line),
            _ => of.get(&outcome.id).copied(),
        },
        code: told.code.unwrap_or_default(),
        detail: told.detail.unwrap_or_default(),
    });
    Ok(bodies.collect())
}

/// Lines as they are answered, with what the caller may see of their requests.
pub(crate) async fn line_bodies(
    app: &App,
    caller: &Caller,
    lines: Vec<PayLine>,
) -> Result<Vec<OrderLineBody>, Problem> {
    let mut bodies = Vec::with_capacity(lines.len());
    for line in lines {
        let (recipient, region) = who(app, caller, line.request).await?.unzip();
        bodies.push(OrderLineBody {
            line: line.line,
            request: line.request.0,
            recipient,
            region,
            amount: line.amount.0,
            outcome: line.outcome.as_str(),
            reference: line.reference,
            cause: line.cause,
        });
    }
    Ok(bodies)
}
