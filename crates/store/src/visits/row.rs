//! A visit as its row.

use std::collections::HashMap;

use jiff::Timestamp;
use salur_core::{DecreeId, OrderId, PersonId, RequestId, SchemeId};
use salur_flow::visit::{Batch, Desks, Holder, Outcome, OutcomeKind, Pause, Period, Visit};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

use crate::Store;
use crate::db::{Sql, Ts};
use crate::error::StoreError;
use crate::lists::timestamp;

/// A visit, and what its request keeps all its way.
#[derive(Debug, Clone, PartialEq)]
pub struct VisitRow {
    /// Counts the request's visits, at whatever stage, from 1.
    pub n: i32,
    /// The request's fiscal year.
    pub year: i16,
    /// When the request was entered.
    pub began: Timestamp,
    /// The visit.
    pub visit: Visit,
}

const OF_REQUESTS: Sql = Sql {
    lite: "select request, n, scheme, year, region, stage, number, began_at, entered_at, sent_back, claimed_at, left_at,
        by_whom, action, kind, to_stage, list_kind, list, closes, pauses from visit
        where request in (select unhex(value) from json_each($1)) order by request, n",
    pg: "select request, n, scheme, year, region, stage, number, began_at, entered_at, sent_back, claimed_at, left_at,
        by_whom, action, kind, to_stage, list_kind, list, closes, pauses from visit
        where request in (select value::uuid from json_array_elements_text($1::json)) order by request, n",
};

/// What a row holds.
#[derive(Debug, FromRow)]
pub(crate) struct Stored {
    pub(crate) request: Uuid,
    pub(crate) n: i32,
    pub(crate) scheme: String,
    pub(crate) year: i32,
    pub(crate) region: String,
    pub(crate) stage: String,
    pub(crate) number: i32,
    pub(crate) began_at: Ts,
    pub(crate) entered_at: Ts,
    pub(crate) sent_back: bool,
    pub(crate) claimed_at: Option<Ts>,
    pub(crate) left_at: Option<Ts>,
    pub(crate) by_whom: Option<Uuid>,
    pub(crate) action: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) to_stage: Option<String>,
    pub(crate) list_kind: Option<String>,
    pub(crate) list: Option<Uuid>,
    pub(crate) closes: bool,
    pub(crate) pauses: Option<String>,
}

/// A pause as it is written: who had the request is told by the cause.
#[derive(Serialize, Deserialize)]
struct Written {
    from: Timestamp,
    to: Option<Timestamp>,
    cause: String,
    blameless: bool,
}

impl Store {
    /// The visits of these requests, in order.
    pub(crate) async fn visits_of(
        &self,
        requests: &[RequestId],
        desks: &HashMap<SchemeId, Desks>,
    ) -> Result<HashMap<RequestId, Vec<VisitRow>>, StoreError> {
        let ids: Vec<_> = requests.iter().map(|id| id.0.simple().to_string()).collect();
        let rows: Vec<Stored> = self.db.all(OF_REQUESTS, (serde_json::to_string(&ids)?,)).await?;
        let mut visits: HashMap<RequestId, Vec<VisitRow>> = HashMap::new();
        for row in rows {
            visits.entry(RequestId(row.request)).or_default().push(row.read(desks)?);
        }
        Ok(visits)
    }
}

impl Stored {
    /// The visit, under the desks of today.
    pub(crate) fn read(self, desks: &HashMap<SchemeId, Desks>) -> Result<VisitRow, StoreError> {
        let unfit = |found: &str| StoreError::inconsistent("visit", format!("{} {found}", self.request));
        let scheme = SchemeId::from(self.scheme.as_str());
        let stage = self.stage.as_str().into();
        let nobody = Desks::default();
        let desks = desks.get(&scheme).unwrap_or(&nobody);
        let holder = if self.sent_back { Holder::Recipient } else { desks.at(&stage) };
        let pauses: Vec<Written> =
            self.pauses.as_deref().map_or_else(|| Ok(Vec::new()), serde_json::from_str)?;
        let outcome = match (self.kind.as_deref(), &self.to_stage) {
            (Some(kind), Some(to)) => Some(Outcome {
                action: self.action.as_deref().map(Into::into),
                kind: OutcomeKind::parse(kind).ok_or_else(|| unfit(kind))?,
                to: to.as_str().into(),
            }),
            _ => None,
        };
        let batch = match (self.list_kind.as_deref(), self.list) {
            (Some("decree"), Some(list)) => Some(Batch::Decree(DecreeId(list))),
            (Some("order"), Some(list)) => Some(Batch::Order(OrderId(list))),
            _ => None,
        };
        let visit = Visit {
            request: RequestId(self.request),
            scheme,
            stage,
            region: self.region.as_str().into(),
            holder,
            number: u32::try_from(self.number).map_err(|_| unfit("number"))?,
            enabled: timestamp(self.entered_at)?,
            claimed: self.claimed_at.map(timestamp).transpose()?,
            by: self.by_whom.map(PersonId),
            touched: Vec::new(),
            pauses: pauses
                .into_iter()
                .map(|it| Pause {
                    period: Period { from: it.from, to: it.to },
                    holder: desks.under(&it.cause),
                    cause: it.cause,
                    blameless: it.blameless,
                })
                .collect(),
            exit: self.left_at.map(timestamp).transpose()?,
            outcome,
            batch,
            last: self.closes,
        };
        let year = i16::try_from(self.year).map_err(|_| unfit("year"))?;
        Ok(VisitRow { n: self.n, year, began: timestamp(self.began_at)?, visit })
    }
}

impl VisitRow {
    /// The row that holds it.
    pub(crate) fn stored(&self) -> Result<Stored, StoreError> {
        let visit = &self.visit;
        let pauses: Vec<Written> = visit
            .pauses
            .iter()
            .map(|pause| Written {
                from: pause.period.from,
                to: pause.period.to,
                cause: pause.cause.clone(),
                blameless: pause.blameless,
            })
            .collect();
        let list = visit.batch.map(|batch| match batch {
            Batch::Decree(id) => ("decree", id.0),
            Batch::Order(id) => ("order", id.0),
        });
        Ok(Stored {
            request: visit.request.0,
            n: self.n,
            scheme: visit.scheme.to_string(),
            year: i32::from(self.year),
            region: visit.region.to_string(),
            stage: visit.stage.to_string(),
            number: i32::try_from(visit.number).unwrap_or(i32::MAX),
            began_at: Ts::from(self.began),
            entered_at: Ts::from(visit.enabled),
            sent_back: visit.holder == Holder::Recipient,
            claimed_at: visit.claimed.map(Ts::from),
            left_at: visit.exit.map(Ts::from),
            by_whom: visit.by.map(|person| person.0),
            action: visit.outcome.as_ref().and_then(|it| it.action.as_ref()).map(ToString::to_string),
            kind: visit.outcome.as_ref().map(|it| it.kind.as_str().to_owned()),
            to_stage: visit.outcome.as_ref().map(|it| it.to.to_string()),
            list_kind: list.map(|(kind, _)| kind.to_owned()),
            list: list.map(|(_, id)| id),
            closes: visit.last,
            pauses: (!pauses.is_empty()).then(|| serde_json::to_string(&pauses)).transpose()?,
        })
    }
}
