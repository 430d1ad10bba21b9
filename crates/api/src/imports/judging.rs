//! Judges an import: each row by the form, then against who is in already and whose regions they are.

use std::collections::HashMap;

use salur_core::Lang;
use salur_core::RegionCode;
use salur_core::roster::Person;
use salur_core::workflow::Action;
use salur_intake::{FileRefusal, Judged, Judgement, Located};
use salur_store::facts::subject_key;
use salur_store::job::{ImportError, ImportPhase, ImportState, SealedFault};
use uuid::Uuid;

use super::located::{self, NO_ROW};
use super::work::{Halted, Work, flow};
use super::{enters_for, entry_action};

/// Rows whose recipients are looked up at once.
const LOOKED_UP: usize = 500;
/// Rows between two notes of how far judging has come.
const NOTED: u32 = 1_000;

/// Faulty rows of which each fault is kept. Of more only the first is, for a list in which nothing fits would otherwise
/// take many times its own size.
const TOLD_IN_FULL: u32 = 20_000;

/// Judges an import and keeps what it found.
pub(crate) fn judge(work: &Work, mut state: ImportState) -> Result<(), Halted> {
    if state.rows > 0 {
        // A stop cut an earlier judging short: begin again, and forget what it found.
        clear(&mut state);
        work.note(state.by, &mut state, &mut Vec::new())?;
    }
    let world = work.app.store.world();
    let (_, action) = entry_action(&work.workflow).ok_or(Halted::NoWorkflow)?;
    let sender = world.roster.person(state.by).unwrap_or_else(|| Person::nobody());
    let mut judging = Judging {
        work,
        action,
        sender,
        state,
        waiting: Vec::with_capacity(LOOKED_UP),
        faults: Vec::new(),
        noted: 0,
    };
    let mut halted = None;
    let outcome = work.judge(&mut |judged| flow(judging.take(judged), &mut halted));
    match (halted, outcome) {
        (Some(why), _) => Err(why),
        (None, Ok(judgement)) => judging.finish(&judgement),
        (None, Err(refusal)) => fail(work, judging.state, &refusal),
    }
}

/// Keeps that the file as a whole cannot be used.
pub(crate) fn fail(work: &Work, state: ImportState, refusal: &FileRefusal) -> Result<(), Halted> {
    let mut state = failed(state, refusal);
    work.note(state.by, &mut state, &mut Vec::new())
}

/// An import whose file cannot be used.
pub(crate) fn failed(mut state: ImportState, refusal: &FileRefusal) -> ImportState {
    clear(&mut state);
    let sentences = |lang| format!("{} {}", refusal.message(lang), refusal.mend(lang));
    state.error = Some(ImportError {
        code: refusal.code.to_string(),
        id: sentences(Lang::Id),
        en: sentences(Lang::En),
    });
    state.state = ImportPhase::Failed;
    state.version = state.version.saturating_add(1);
    state
}

fn clear(state: &mut ImportState) {
    (state.rows, state.sound, state.faulty, state.referred, state.row_reached) = (0, 0, 0, 0, 0);
    state.codes.clear();
    state.warnings.clear();
}

struct Judging<'a> {
    work: &'a Work,
    action: &'a Action,
    sender: &'a Person,
    state: ImportState,
    /// Rows that are still to be looked up.
    waiting: Vec<Judged>,
    /// Faults that are still to be noted.
    faults: Vec<SealedFault>,
    /// Rows that have been noted.
    noted: u32,
}

impl Judging<'_> {
    fn take(&mut self, judged: Judged) -> Result<(), Halted> {
        self.waiting.push(judged);
        if self.waiting.len() < LOOKED_UP {
            return Ok(());
        }
        self.work.go_on()?;
        self.look_up()?;
        if self.state.rows.saturating_sub(self.noted) >= NOTED {
            self.work.note(self.state.by, &mut self.state, &mut self.faults)?;
            self.noted = self.state.rows;
        }
        Ok(())
    }

    /// Finds out which of the waiting rows have a request already, and counts them all.
    fn look_up(&mut self) -> Result<(), Halted> {
        let rows = std::mem::take(&mut self.waiting);
        let store = &self.work.app.store;
        let form = &self.work.workflow.form;
        let keys: Vec<_> =
            rows.iter().map(|judged| subject_key(store.vault(), form, &judged.facts)).collect();
        let wanted: Vec<String> = keys.iter().flatten().cloned().collect();
        let known = store.known_subjects(self.state.scheme.as_str(), self.state.year, &wanted);
        let known = self.work.wait(known)?.into_iter();
        let known: HashMap<String, (Uuid, RegionCode)> =
            known.map(|(key, request, region)| (key, (request, region.as_str().into()))).collect();
        for (judged, key) in rows.into_iter().zip(keys) {
            let request = key.and_then(|key| known.get(&key));
            self.count(judged, request)?;
        }
        Ok(())
    }

    fn count(&mut self, mut judged: Judged, known: Option<&(Uuid, RegionCode)>) -> Result<(), Halted> {
        let form = &self.work.workflow.form;
        let mut found = std::mem::take(&mut judged.faults);
        if !self.is_of_sender(&judged) {
            found.push(located::region_not_yours(form, &judged));
        }
        if let Some((request, region)) = known {
            let request = self.sees(region).then(|| request.to_string());
            found.push(located::duplicate_existing(form, &judged, request.as_deref()));
        }
        let state = &mut self.state;
        state.rows = state.rows.saturating_add(1);
        state.row_reached = judged.row;
        if found.is_empty() {
            state.sound = state.sound.saturating_add(1);
            state.referred = state.referred.saturating_add(u32::from(judged.referred));
        } else {
            state.faulty = state.faulty.saturating_add(1);
        }
        for located in &judged.warnings {
            let count = state.warnings.entry(located.fault.code).or_default();
            *count = count.saturating_add(1);
        }
        self.keep(judged.row, &found)
    }

    fn keep(&mut self, row: u32, found: &[Located]) -> Result<(), Halted> {
        for located in found {
            let count = self.state.codes.entry(located.fault.code).or_default();
            *count = count.saturating_add(1);
        }
        let is_told_in_full = self.state.faulty <= TOLD_IN_FULL || row == NO_ROW;
        let kept = if is_told_in_full { found } else { found.get(..1).unwrap_or_default() };
        self.faults.extend(located::seal(self.work.app.store.vault(), row, kept)?);
        Ok(())
    }

    /// True unless the row is of a region that its sender may not enter requests for.
    fn is_of_sender(&self, judged: &Judged) -> bool {
        let region = judged.facts.text(&self.work.workflow.form.region).map(RegionCode::from);
        let regency = region.as_ref().and_then(|code| self.work.app.store.regions().regency_of(code));
        regency.is_none_or(|(regency, _)| enters_for(self.sender, self.action, regency))
    }

    /// True if the sender may see what concerns the region, by a role of their own or a paper of the day.
    fn sees(&self, region: &RegionCode) -> bool {
        let world = self.work.app.store.world();
        let regions = world.roster.regions_of(self.sender, self.work.today);
        regions.iter().any(|mine| region.is_within(mine))
    }

    fn finish(mut self, judgement: &Judgement) -> Result<(), Halted> {
        self.look_up()?;
        self.keep(NO_ROW, &judgement.loose)?;
        self.state.state = ImportPhase::Ready;
        self.state.version = self.state.version.saturating_add(1);
        self.work.note(self.state.by, &mut self.state, &mut self.faults)
    }
}
