//! What the audit chain says of things that have tables of their own, to compare the tables with.

use std::collections::HashMap;

use salur_core::decree::{Decree, DecreeEvent, DecreeState};
use salur_core::payment::{Order, OrderEvent};
use uuid::Uuid;

use super::changed::OfficeTold;
use super::rows::EventRow;
use super::{Stop, broken};

/// What the audit chain says.
#[derive(Debug, Default)]
pub(super) struct Told {
    decrees: HashMap<Uuid, Vec<DecreeEvent>>,
    orders: HashMap<Uuid, Vec<OrderEvent>>,
    /// What it says of the office itself.
    pub(super) office: OfficeTold,
}

impl Told {
    /// Takes down what an event says.
    pub(super) fn hear(&mut self, row: &EventRow) -> Result<(), Stop> {
        let id = row.subject_id;
        match row.subject_kind.as_str() {
            "decree" => self.decrees.entry(id).or_default().push(serde_json::from_str(&row.data)?),
            "payment_order" => self.orders.entry(id).or_default().push(serde_json::from_str(&row.data)?),
            _ => self.office.hear(row)?,
        }
        Ok(())
    }

    /// A decree is what its events say.
    pub(super) fn take_decree(&mut self, decree: &Decree) -> Result<(), Stop> {
        let events = self.decrees.remove(&decree.id.0).unwrap_or_default();
        let mut state = None;
        let mut holds = usize::try_from(decree.version) == Ok(events.len());
        for event in &events {
            match event {
                DecreeEvent::Drafted { scheme, year, count, total, .. } => {
                    state = Some(DecreeState::Draft);
                    holds &= (scheme, *year, *count, *total)
                        == (&decree.scheme, decree.year, decree.count, decree.total);
                }
                DecreeEvent::Struck { .. } => {}
                DecreeEvent::Signed { number, date, digest, approved, refused } => {
                    state = Some(DecreeState::Signed);
                    let signed =
                        decree.signature.as_ref().map(|signature| (&signature.number, signature.date));
                    holds &= signed == Some((number, *date))
                        && (*digest, *approved, *refused) == (decree.digest, decree.approved, decree.refused);
                }
                DecreeEvent::Cancelled => state = Some(DecreeState::Cancelled),
            }
        }
        if holds && state == Some(decree.state) {
            Ok(())
        } else {
            Err(broken("decree_as_told", decree.id, decree.state.as_str()))
        }
    }

    /// Every decree told of is there.
    pub(super) fn no_decree_left(&self) -> Result<(), Stop> {
        self.decrees.keys().next().map_or(Ok(()), |id| Err(broken("decree_as_told", id, "gone")))
    }

    /// A payment order is what its events say.
    pub(super) fn take_order(&mut self, order: &Order) -> Result<(), Stop> {
        let events = self.orders.remove(&order.id.0).unwrap_or_default();
        let mut holds = usize::try_from(order.version) == Ok(events.len());
        let (mut sp2d, mut tallies) = (None, None);
        for event in &events {
            match event {
                OrderEvent::Drafted { count, total, digest }
                | OrderEvent::Exported { count, total, digest } => {
                    holds &= (*count, *total, *digest) == (order.count, order.total, order.digest);
                }
                OrderEvent::Sp2dEntered { number, date } => sp2d = Some((number, *date)),
                OrderEvent::ResultsTaken { paid, failed, unknown } => {
                    tallies = Some((*paid, *failed, *unknown));
                }
                OrderEvent::Cancelled => {}
            }
        }
        holds &= sp2d == order.sp2d.as_ref().map(|sp2d| (&sp2d.number, sp2d.date));
        holds &= tallies.unwrap_or_default() == (order.paid, order.failed, order.unknown);
        if holds { Ok(()) } else { Err(broken("order_as_told", order.id, order.state.as_str())) }
    }

    /// Every payment order told of is there.
    pub(super) fn no_order_left(&self) -> Result<(), Stop> {
        self.orders.keys().next().map_or(Ok(()), |id| Err(broken("order_as_told", id, "gone")))
    }
}
