//! What two persons do to requests: each repair and each move to another version rests on a proposal of one person that
//! another has confirmed.

use salur_core::SchemeId;
use salur_core::event::{Event, Migrated, Repaired};
use salur_core::office::{Change, ProposalState};

use super::changed::OfficeTold;
use super::rows::EventRow;
use super::{Stop, broken};

impl OfficeTold {
    /// A request was repaired, or came under another version; `pinned` is its scheme and the version it ran under.
    pub(super) fn hear_turn(&mut self, row: &EventRow, pinned: Option<(&SchemeId, u32)>) -> Result<(), Stop> {
        if !matches!(row.kind.as_str(), "repaired" | "migrated") {
            return Ok(());
        }
        let event: Event = serde_json::from_str(&row.data)?;
        let confirmed = self.proposals.iter().filter(|(_, it)| {
            it.state == ProposalState::Confirmed
                && it.decided_by == Some(row.actor)
                && it.decided_by != Some(it.by)
        });
        let found = if let Event::Repaired(repaired) = &event {
            let mut fitting = confirmed.filter(|(id, it)| {
                it.by == repaired.asked_by.0 && repairs(&it.change, row, repaired) && !self.used.contains(*id)
            });
            fitting.next().map(|(id, _)| (*id, true))
        } else if let Event::Migrated(migrated) = &event {
            // One order moves many requests.
            let mut fitting = confirmed.filter(|(_, it)| migrates(&it.change, pinned, migrated));
            fitting.next().map(|(id, _)| (*id, false))
        } else {
            None
        };
        let Some((id, once)) = found else {
            let place = format!("position {}", row.pos);
            return Err(broken("change_by_two", place, format!("{} without two persons' word", row.kind)));
        };
        if once {
            self.used.insert(id);
        }
        Ok(())
    }
}

fn repairs(change: &Change, row: &EventRow, repaired: &Repaired) -> bool {
    matches!(change, Change::Repair { request, to, reason }
        if request.0 == row.subject_id && *to == repaired.to && *reason == repaired.reason)
}

fn migrates(change: &Change, pinned: Option<(&SchemeId, u32)>, migrated: &Migrated) -> bool {
    let Change::Migrate { scheme, from, to } = change else { return false };
    let Some((known, version)) = pinned else { return false };
    known == scheme
        && from.is_none_or(|from| version == from)
        && version < *to
        && *to == migrated.definition.version
}
