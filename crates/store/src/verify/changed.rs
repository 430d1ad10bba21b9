//! What the audit chain says of the office itself: people, papers, definitions, ceilings, and the proposals that they
//! come from. What takes two persons was proposed by one and confirmed by another, neither of whom gained by it.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::civil::Date;
use salur_core::office::{Change, Effect, PaperKind, Proposal, ProposalEvent, ProposalState, effect};
use salur_core::roster::Grant;
use salur_core::workflow::BudgetLine;
use salur_core::world::Freeze;
use salur_core::{Digest, PersonId, ProposalId};
use serde::Deserialize;
use uuid::Uuid;

use super::rows::EventRow;
use super::{Stop, broken};
use crate::batch::subject_of;

/// People with their roles, and whether they are still here.
pub(super) type People = HashMap<Uuid, (bool, Vec<Grant>)>;
/// Papers by kind and key.
pub(super) type Papers = BTreeMap<(String, String), String>;

/// What the audit chain says of the office itself.
#[derive(Debug, Default)]
pub(super) struct OfficeTold {
    pub(super) people: People,
    pub(super) papers: Papers,
    pub(super) ceilings: HashMap<String, i64>,
    /// Digests by the definition's id in the chain.
    pub(super) definitions: HashMap<Uuid, String>,
    /// How many events each subject has.
    pub(super) seqs: HashMap<Uuid, i32>,
    pub(super) proposals: HashMap<Uuid, Heard>,
    pub(super) used: HashSet<Uuid>,
}

/// A proposal as its events tell of it.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) change: Change,
    digest: Digest,
    persons: u8,
    pub(super) by: Uuid,
    pub(super) state: ProposalState,
    pub(super) decided_by: Option<Uuid>,
}

#[derive(Deserialize)]
struct Registered {
    grants: Vec<Grant>,
}

#[derive(Deserialize)]
struct Published {
    digest: String,
}

#[derive(Deserialize)]
struct Effected {
    proposal: Uuid,
    change: Change,
    /// The last day of a freeze that was lifted once it had begun.
    last: Option<Date>,
}

const OF_THE_OFFICE: [&str; 8] =
    ["person", "budget_line", "definition", "office", "acting", "delegation", "absence", "freeze"];

impl OfficeTold {
    /// Takes down what an event says.
    pub(super) fn hear(&mut self, row: &EventRow) -> Result<(), Stop> {
        if row.subject_kind == "proposal" {
            return self.hear_proposal(row);
        }
        if !OF_THE_OFFICE.contains(&row.subject_kind.as_str()) {
            return Ok(());
        }
        if row.subject_kind != "definition" {
            *self.seqs.entry(row.subject_id).or_default() += 1;
        }
        // The office is founded by nobody, and before anybody proposes anything.
        let founds = row.actor.is_nil() && self.proposals.is_empty();
        match row.kind.as_str() {
            "person_registered" if founds => {
                let Registered { grants } = serde_json::from_str(&row.data)?;
                self.people.insert(row.subject_id, (true, grants));
            }
            "budget_line_opened" if founds => {
                let line: BudgetLine = serde_json::from_str(&row.data)?;
                self.ceilings.insert(line.id.to_string(), line.ceiling.0);
            }
            "definition_published" if founds => {
                let Published { digest } = serde_json::from_str(&row.data)?;
                self.definitions.insert(row.subject_id, digest);
            }
            _ => self.hear_effect(row)?,
        }
        Ok(())
    }

    fn hear_proposal(&mut self, row: &EventRow) -> Result<(), Stop> {
        let event: ProposalEvent = serde_json::from_str(&row.data)?;
        let (state, known) = match event {
            ProposalEvent::Made { change, digest, persons } => {
                let state = if persons == 1 { ProposalState::Confirmed } else { ProposalState::Open };
                let heard =
                    Heard { change: *change, digest, persons, by: row.actor, state, decided_by: None };
                if self.proposals.insert(row.subject_id, heard).is_some() {
                    return Err(broken("proposal_follows", row.subject_id, "it is made twice"));
                }
                return Ok(());
            }
            ProposalEvent::Confirmed => (ProposalState::Confirmed, self.proposals.get_mut(&row.subject_id)),
            ProposalEvent::Declined { .. } => {
                (ProposalState::Declined, self.proposals.get_mut(&row.subject_id))
            }
            ProposalEvent::Withdrawn => (ProposalState::Withdrawn, self.proposals.get_mut(&row.subject_id)),
        };
        match known.filter(|heard| heard.state == ProposalState::Open) {
            Some(heard) => {
                heard.state = state;
                heard.decided_by = Some(row.actor);
                Ok(())
            }
            None => {
                Err(broken("proposal_follows", row.subject_id, format!("{} of none that is open", row.kind)))
            }
        }
    }

    fn hear_effect(&mut self, row: &EventRow) -> Result<(), Stop> {
        let told: Effected = serde_json::from_str(&row.data)?;
        let place = format!("position {}", row.pos);
        let Some(heard) = self.proposals.get(&told.proposal) else {
            return Err(broken(
                "change_proposed",
                place,
                format!("{}: no proposal {}", row.kind, told.proposal),
            ));
        };
        let kind = told.change.kind();
        if heard.change != told.change || kind.effect() != row.kind || !self.used.insert(told.proposal) {
            return Err(broken("change_as_proposed", place, format!("{} of {}", row.kind, told.proposal)));
        }
        let is_two = heard.persons != 1 || kind.takes_two();
        let actors = if is_two { (heard.by, heard.decided_by) } else { (heard.by, Some(heard.by)) };
        let decided = heard.state == ProposalState::Confirmed && actors.1 == Some(row.actor);
        if !decided || (is_two && actors.1 == Some(heard.by)) {
            return Err(broken("change_by_two", place, format!("{} by {:?}", row.kind, actors)));
        }
        let gains = told.change.gainer().is_some_and(|it| it.0 == actors.0 || Some(it.0) == actors.1);
        if gains {
            return Err(broken("change_by_others", place, format!("{} by {:?}", row.kind, actors)));
        }
        let Some(effect) = effect(ProposalId(told.proposal), &told.change) else {
            return Err(broken("change_as_proposed", place, "it changes nothing in the office"));
        };
        if row.subject_kind != "definition" && subject_of(&effect).1 != row.subject_id {
            return Err(broken("change_as_proposed", place, "another subject"));
        }
        match (told.last, effect) {
            (Some(last), Effect::Ended { kind: PaperKind::Freeze, key }) => self.shorten(row, key, last),
            (_, effect) => self.apply(row, effect),
        }
    }

    /// A freeze that was lifted ended on the day before, in whatever zone the office is.
    fn shorten(&mut self, row: &EventRow, key: String, last: Date) -> Result<(), Stop> {
        let place = || format!("position {}", row.pos);
        let known = self.papers.get_mut(&(PaperKind::Freeze.as_str().to_owned(), key));
        let Some(body) = known else { return Err(broken("change_as_proposed", place(), "no such freeze")) };
        let mut freeze: Freeze = serde_json::from_str(body)?;
        let at = jiff::Timestamp::from_microsecond(row.at.0).unwrap_or_default();
        let day = at.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
        let days = day.duration_since(last).as_hours().div_euclid(24);
        if last < freeze.from || freeze.to <= last || !(0..=2).contains(&days) {
            return Err(broken("change_as_proposed", place(), format!("a freeze lifted with {last}")));
        }
        freeze.to = last;
        *body = serde_json::to_string(&freeze)?;
        Ok(())
    }

    fn apply(&mut self, row: &EventRow, effect: Effect) -> Result<(), Stop> {
        let gone = |what: PersonId| broken("grants_as_told", what, "of nobody");
        match effect {
            Effect::Registered { person, .. } => {
                self.people.insert(person.0, (true, Vec::new()));
            }
            Effect::Dismissed { person } => {
                self.people.get_mut(&person.0).ok_or_else(|| gone(person))?.0 = false;
            }
            Effect::Granted { person, grant } => {
                self.people.get_mut(&person.0).ok_or_else(|| gone(person))?.1.push(grant);
            }
            Effect::Revoked { person, grant } => {
                self.people.get_mut(&person.0).ok_or_else(|| gone(person))?.1.retain(|held| *held != grant);
            }
            Effect::Kept(paper) => {
                let key = (paper.kind().as_str().to_owned(), paper.key());
                self.papers.insert(key, paper.body()?);
            }
            Effect::Ended { kind, key } => {
                self.papers.remove(&(kind.as_str().to_owned(), key));
            }
            Effect::Published { .. } => {
                let Published { digest } = serde_json::from_str(&row.data)?;
                self.definitions.insert(row.subject_id, digest);
            }
            Effect::Opened(line) => {
                if self.ceilings.insert(line.id.to_string(), line.ceiling.0).is_some() {
                    let place = format!("position {}", row.pos);
                    return Err(broken("change_as_proposed", place, "the budget line was opened before"));
                }
            }
            Effect::Ceiling { line, ceiling } => {
                self.ceilings.insert(line.to_string(), ceiling.0);
            }
        }
        Ok(())
    }

    /// A proposal is what its events say; `digest` is that of its change, where the office's key is at hand.
    pub(super) fn take_proposal(&mut self, proposal: &Proposal, digest: Option<Digest>) -> Result<(), Stop> {
        let holds = self.proposals.remove(&proposal.id.0).is_some_and(|heard| {
            heard.change == proposal.change.told()
                && digest.is_none_or(|digest| digest == heard.digest)
                && heard.by == proposal.by.0
                && heard.state == proposal.state
                && heard.decided_by == proposal.decided_by.map(|person| person.0)
        });
        if holds { Ok(()) } else { Err(broken("proposal_as_told", proposal.id, proposal.state.as_str())) }
    }

    /// Every proposal told of is there.
    pub(super) fn no_proposal_left(&self) -> Result<(), Stop> {
        self.proposals.keys().next().map_or(Ok(()), |id| Err(broken("proposal_as_told", id, "gone")))
    }
}
