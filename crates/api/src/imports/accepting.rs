//! Accepts an import: each sound row becomes a request. A stop costs nothing: what is committed says how far it came.

use salur_core::PersonId;
use salur_core::form::Cell;
use salur_core::refusal::Refusal;
use salur_core::{RecipientId, RegionCode, RequestId};
use salur_intake::{Judged, Located};
use salur_store::StoreError;
use salur_store::facts::{seal_new, subject_key};
use salur_store::job::{Answer, Entry, ImportPhase, ImportState, Job, SealedFault};
use std::collections::{HashMap, HashSet};

use super::located;
use super::work::{Halted, Work, flow};

/// Rows that are entered in one transaction.
const ENTERED: usize = 500;

/// Accepts what is left of an import.
pub(crate) fn accept(work: &Work, state: ImportState) -> Result<(), Halted> {
    let faulty = work.wait(work.app.store.faulty_rows(state.id))?;
    let reached = state.row_reached;
    let mut accepting = Accepting {
        work,
        actor: state.accepted_by.unwrap_or(state.by),
        faulty,
        reached,
        state,
        entries: Vec::with_capacity(ENTERED),
        rows: HashMap::with_capacity(ENTERED),
        faults: Vec::new(),
    };
    let mut halted = None;
    let outcome = work.judge(&mut |judged| flow(accepting.take(judged), &mut halted));
    match (halted, outcome) {
        (Some(why), _) => Err(why),
        (None, Ok(_)) => accepting.finish(),
        (None, Err(refusal)) => Err(Halted::Refused(refusal)),
    }
}

struct Accepting<'a> {
    work: &'a Work,
    actor: PersonId,
    /// Rows with a fault: no request comes of them.
    faulty: HashSet<u32>,
    /// The last row that an earlier attempt looked at.
    reached: u32,
    state: ImportState,
    /// Requests to enter.
    entries: Vec<Entry>,
    /// Their rows, in case one is turned away.
    rows: HashMap<RequestId, Judged>,
    /// Faults that are still to be noted.
    faults: Vec<SealedFault>,
}

impl Accepting<'_> {
    fn take(&mut self, judged: Judged) -> Result<(), Halted> {
        if judged.row <= self.reached {
            return match self.state.turned_away.remove(&judged.row) {
                Some(refusal) => self.turn_away(&judged, &refusal),
                None => Ok(()),
            };
        }
        self.state.row_reached = judged.row;
        if self.faulty.contains(&judged.row) {
            return Ok(());
        }
        if judged.is_sound() {
            self.put(judged)?;
        } else {
            // The form has changed since the list was judged.
            self.state.refused = self.state.refused.saturating_add(1);
            self.keep(judged.row, &judged.faults)?;
        }
        if self.entries.len() < ENTERED && self.faults.len() < ENTERED {
            return Ok(());
        }
        self.work.go_on()?;
        self.enter()
    }

    /// Makes a request of a sound row.
    fn put(&mut self, mut judged: Judged) -> Result<(), Halted> {
        let (store, clock) = (&self.work.app.store, &self.work.app.clock);
        let form = &self.work.workflow.form;
        let facts = &judged.facts;
        let amount = facts.money(&form.amount);
        let region = facts.text(&form.region).map(RegionCode::from);
        let regency = region.as_ref().and_then(|code| store.regions().regency_of(code));
        let subject = subject_key(store.vault(), form, facts);
        // A form requires all three, so a sound row has them.
        let (Some(amount), Some((regency, _)), Some(subject_key)) = (amount, regency, subject) else {
            return Err(StoreError::Unfit(format!("row {} is sound and lacks a fact", judged.row)).into());
        };
        let request = RequestId(clock.new_id());
        let facts = seal_new(store.vault(), RecipientId(clock.new_id()), form, facts)?;
        self.entries.push(Entry {
            request,
            scheme: self.state.scheme.clone(),
            year: self.state.year,
            region: regency.clone(),
            amount,
            referred: judged.referred,
            facts,
            subject_key,
            row: Some(judged.row),
            import: Some(self.state.id),
        });
        // Of five hundred rows only what a refusal would repeat is held on to.
        let region = judged.columns.column(&form.fields, &form.region);
        for (_, cell) in judged.cells.iter_mut().enumerate().filter(|(at, _)| Some(*at) != region) {
            *cell = Cell::Empty;
        }
        judged.facts.members = Vec::new();
        judged.facts.fields.retain(|name, _| *name == form.key);
        self.rows.insert(request, judged);
        Ok(())
    }

    /// Enters what is waiting, with how far the list is accepted from then on: both or neither.
    fn enter(&mut self) -> Result<(), Halted> {
        let entries = std::mem::take(&mut self.entries);
        let rows = std::mem::take(&mut self.rows);
        let count = u32::try_from(entries.len()).unwrap_or(u32::MAX);
        let state = ImportState { faults: std::mem::take(&mut self.faults), ..self.state.clone() };
        let answer = self.work.execute(self.actor, Job::Accept { entries, state })?;
        let Answer::Many(turned_away) = answer else {
            return Err(StoreError::Unfit("an import was accepted and not counted".into()).into());
        };
        let refused = u32::try_from(turned_away.len()).unwrap_or(u32::MAX);
        self.state.revision = self.state.revision.saturating_add(1);
        self.state.accepted = self.state.accepted.saturating_add(count.saturating_sub(refused));
        self.state.refused = self.state.refused.saturating_add(refused);
        self.state.turned_away.clear();
        for outcome in turned_away {
            if let (Some(judged), Some(refusal)) = (rows.get(&outcome.id), &outcome.refusal) {
                self.turn_away(judged, refusal)?;
            }
        }
        Ok(())
    }

    fn turn_away(&mut self, judged: &Judged, refusal: &Refusal) -> Result<(), Halted> {
        let world = self.work.app.store.world();
        let found = located::turned_away(&world, &self.work.workflow, judged, refusal);
        self.keep(judged.row, &[found])
    }

    fn keep(&mut self, row: u32, found: &[Located]) -> Result<(), Halted> {
        for located in found {
            let count = self.state.codes.entry(located.fault.code).or_default();
            *count = count.saturating_add(1);
        }
        self.faults.extend(located::seal_late(self.work.app.store.vault(), row, found)?);
        Ok(())
    }

    fn finish(mut self) -> Result<(), Halted> {
        if !self.entries.is_empty() {
            self.enter()?;
        }
        self.state.state = ImportPhase::Done;
        self.state.version = self.state.version.saturating_add(1);
        self.state.turned_away.clear();
        self.work.note(self.actor, &mut self.state, &mut self.faults)
    }
}
