//! At each stage: values that no action takes on, and values that two actions take on.

use std::collections::{BTreeMap, BTreeSet};

use super::grid::{self, Cell, Spot, Truth, truth};
use super::{Search, atoms_of, leads_on, ranges, too_large, values};
use crate::definition::finding::{Finding, Findings};
use crate::guard::Guard;
use crate::workflow::{Action, ActionKind, Phase};
use crate::{ActionName, FieldName, StageName};

/// The actions of a stage, and the fields their guards read.
struct Here<'a> {
    actions: Vec<(&'a ActionName, &'a Action)>,
    /// What is known of a request before anybody acts here.
    facts: BTreeMap<FieldName, Vec<Spot>>,
    /// What is filled in by the actions themselves: whoever acts judges.
    judged: BTreeMap<FieldName, Vec<Spot>>,
}

/// What was found at a stage; each is told once.
#[derive(Default)]
struct Told {
    nothing: bool,
    rework: bool,
    pairs: BTreeSet<(ActionName, ActionName)>,
}

impl<'a> Search<'a> {
    pub(super) fn check_stage(&mut self, stage: &'a StageName, findings: &mut Findings<'_>) {
        let workflow = self.graph.workflow;
        let moving = |action: &&Action| action.from.contains(stage) && action.to.is_some();
        let actions: Vec<_> = workflow.actions.iter().filter(|(_, action)| moving(action)).collect();
        let guards: Vec<_> = actions.iter().filter_map(|(_, action)| action.guard.as_ref()).collect();
        if guards.is_empty() || !self.reached.has(stage) || self.unset.contains(stage) {
            return;
        }
        let place = format!("stage.{stage}");
        if guards.iter().any(|guard| grid::compares_fields(guard.condition())) {
            let id = "satu syarat membandingkan isian dengan isian; cakupan di sini tidak dibuktikan".into();
            let en = "a guard compares a field with a field; coverage is not proved here".into();
            findings.warning("coverage_unknown", place.clone(), id, en);
        }
        let given = |field: &FieldName| {
            actions.iter().any(|(_, action)| action.needs.contains(field) || action.notes.contains(field))
        };
        let read: BTreeSet<&FieldName> = guards.iter().flat_map(|guard| guard.names()).collect();
        let (judged, facts): (Vec<_>, Vec<_>) = read.into_iter().partition(|field| given(field));
        let judged = judged.into_iter().map(|field| (field.clone(), self.spots(field))).collect();
        let facts = facts.into_iter().map(|field| (field.clone(), self.spots_at(stage, field))).collect();
        let here = Here { actions, facts, judged };
        if self.check_cells(stage, &here, findings).is_none() {
            too_large(place, findings);
        }
    }

    /// The spots of a field when a request comes to a stage.
    fn spots_at(&self, stage: &StageName, field: &FieldName) -> Vec<Spot> {
        let mut spots = if self.filled.perhaps(stage, field) { self.spots(field) } else { Vec::new() };
        if !self.filled.surely(stage, field) {
            spots.push(grid::missing(field));
        }
        spots
    }

    /// Nothing where there are too many combinations to say anything.
    fn check_cells(
        &mut self,
        stage: &'a StageName,
        here: &Here<'a>,
        findings: &mut Findings<'_>,
    ) -> Option<()> {
        let (facts, judged) = (self.cells(&here.facts)?, self.cells(&here.judged)?);
        let atoms = here.actions.iter().map(|(_, action)| action.guard.as_ref().map_or(1, atoms_of));
        let atoms = atoms.fold(0, usize::saturating_add);
        let (mut told, mut halted) = (Told::default(), Vec::new());
        for fact in &facts {
            if !self.comes(stage, fact)? {
                continue;
            }
            let mut leads = false;
            for judgement in &judged {
                if !self.spend(atoms) {
                    return None;
                }
                let cell: Cell<'_> =
                    fact.iter().chain(judgement).map(|(field, spot)| (*field, *spot)).collect();
                leads |= self.check_cell(stage, here, &cell, &mut told, findings);
            }
            if !leads {
                halted.push(fact);
            }
        }
        if let Some(fact) = halted.first() {
            self.tell_halted(stage, here, fact, &told, findings);
        }
        Some(())
    }

    /// True if a request with these values comes to a stage, each of them filled in on its way. Nothing where there
    /// were too many steps.
    fn comes(&mut self, stage: &'a StageName, fact: &Cell<'_>) -> Option<bool> {
        let workflow = self.graph.workflow;
        let reached = self.reach(vec![&workflow.start], fact)?;
        if !reached.has(stage) {
            return Some(false);
        }
        for (field, spot) in fact {
            if spot.value.is_none() || self.filled.surely(stage, field) {
                continue;
            }
            let fills = |action: &&Action| {
                (action.needs.contains(field) || action.notes.contains(field))
                    && action.from.iter().any(|from| reached.has(from))
                    && action.guard.as_ref().is_none_or(|guard| truth(guard.condition(), fact) != Truth::No)
            };
            let filled = workflow.actions.values().filter(fills).filter_map(|action| action.to.as_ref());
            let filled = filled.collect();
            if !self.reach(filled, fact)?.has(stage) {
                return Some(false);
            }
        }
        Some(true)
    }

    /// True if some action that leads on may be taken with these values.
    fn check_cell(
        &self,
        stage: &'a StageName,
        here: &Here<'a>,
        cell: &Cell<'_>,
        told: &mut Told,
        findings: &mut Findings<'_>,
    ) -> bool {
        let found = |action: &Action| {
            action.guard.as_ref().map_or(Truth::Yes, |guard| truth(guard.condition(), cell))
        };
        let taken: Vec<_> =
            here.actions.iter().map(|(name, action)| (*name, *action, found(action))).collect();
        let open = || taken.iter().filter(|(_, _, found)| *found != Truth::No);
        let is_input = self.graph.workflow.phase_of(stage) == Some(Phase::Input);
        if open().next().is_none() && !told.nothing {
            told.nothing = true;
            let at = ranges(cell);
            let id = format!("di `{stage}` tidak ada tindakan yang bisa dilakukan jika {at}");
            let en = format!("at `{stage}` no action can be taken where {at}");
            let place = format!("stage.{stage}");
            let shown = values(cell);
            // Where facts can be amended, whoever is stuck amends them.
            let finding = if is_input && here.judged.is_empty() {
                Finding::warning("no_forward", place, id, en)
            } else {
                Finding::error("coverage_gap", place, id, en)
            };
            findings.add(finding.shown_by(shown));
        }
        if !told.rework
            && open().next().is_some()
            && open().all(|(_, action, _)| action.kind == ActionKind::Rework)
        {
            told.rework = true;
            let at = ranges(cell);
            let id = format!(
                "di `{stage}` jika {at} permohonan hanya bisa dikembalikan; setelah `max_visits` habis, tidak ada jalan"
            );
            let en = format!(
                "at `{stage}` where {at} a request can only be sent back; once `max_visits` is used up there is no way"
            );
            let finding = Finding::warning("rework_only", format!("stage.{stage}"), id, en);
            findings.add(finding.shown_by(values(cell)));
        }
        let sure: Vec<_> =
            taken.iter().filter(|(_, action, found)| *found == Truth::Yes && leads_on(action)).collect();
        for (at, (one, first, _)) in sure.iter().enumerate() {
            for (other, second, _) in sure.iter().skip(at.saturating_add(1)) {
                let pair = ((*one).clone(), (*other).clone());
                if !told.pairs.contains(&pair) && tell_overlap((one, first), (other, second), cell, findings)
                {
                    told.pairs.insert(pair);
                }
            }
        }
        open().any(|(_, action, _)| leads_on(action))
    }

    /// Facts that no action leads on from, whatever is judged here.
    fn tell_halted(
        &self,
        stage: &'a StageName,
        here: &Here<'a>,
        fact: &Cell<'_>,
        told: &Told,
        findings: &mut Findings<'_>,
    ) {
        let forward: Vec<_> = here.actions.iter().filter(|(_, action)| leads_on(action)).collect();
        let idle = forward.iter().all(|(name, _)| self.idle.contains(*name));
        if forward.is_empty() || fact.is_empty() || told.nothing || idle {
            return;
        }
        let at = ranges(fact);
        let id = format!("di `{stage}` tidak ada tindakan maju jika {at}");
        let en = format!("at `{stage}` no action leads on where {at}");
        // One condition alone is a bound by which somebody is turned away. Several are meant to share the values out
        // between them, so that what none of them takes is a mistake.
        // Nobody judges the values of a request that waits for approval, nor amends them: it would wait for ever.
        let phase = self.graph.workflow.phase_of(stage);
        let shares = forward.len() > 1 && phase != Some(Phase::Input);
        let finding = if shares || phase == Some(Phase::Approval) {
            Finding::error("coverage_gap", format!("stage.{stage}"), id, en)
        } else {
            Finding::warning("no_forward", format!("stage.{stage}"), id, en)
        };
        findings.add(finding.shown_by(values(fact)));
    }
}

/// Two actions that both lead on with the same values. Two conditions on the same field are meant to part the values;
/// an action without a condition beside one with is a choice, and only told.
fn tell_overlap(
    (one, first): (&ActionName, &Action),
    (other, second): (&ActionName, &Action),
    cell: &Cell<'_>,
    findings: &mut Findings<'_>,
) -> bool {
    let granting = |action: &Action| matches!(action.kind, ActionKind::Approval | ActionKind::Payment);
    let apart = first.to != second.to;
    let names = |guard: &Guard| guard.names().cloned().collect::<BTreeSet<_>>();
    let common = match (&first.guard, &second.guard) {
        (Some(first), Some(second)) => !names(first).is_disjoint(&names(second)),
        (None, None) => return false,
        _ => false,
    };
    let at = ranges(cell);
    let id = format!("`{one}` dan `{other}` dua-duanya bisa dilakukan jika {at}");
    let en = format!("both `{one}` and `{other}` can be taken where {at}");
    let place = format!("action.{other}.guard");
    let finding = if common && (apart || granting(first) || granting(second)) {
        Finding::error("overlap", place, id, en)
    } else if apart {
        Finding::warning("overlap_open", place, id, en)
    } else {
        return false;
    };
    findings.add(finding.shown_by(values(cell)));
    true
}
