//! What guards come to, taken together: conditions that never or always hold, fields read before they are filled in,
//! values that no action takes on, and values that two actions take on.
//!
//! Fields are split into the spots that guards tell apart, and every combination is tried. That a value is left out is
//! said of combinations that a request can really come with; a guard that compares two fields is never proved.

mod cover;
mod flow;
mod grid;

use std::collections::{BTreeMap, BTreeSet};

use super::build::type_of;
use super::finding::{CounterExample, Finding, Findings};
use super::graph::{Graph, Reached};
use super::names::noted;
use crate::guard::Guard;
use crate::workflow::{Action, ActionKind, Phase};
use crate::{ActionName, FieldName, StageName, Type, Value};
use flow::{Filled, is_fact};
use grid::{Cell, Spot, Truth, truth};

/// Most steps that are taken for one definition: comparisons evaluated, and steps between stages followed.
pub(super) const STEPS_MAX: u32 = 100_000;

/// Everything about guards. Answers with the steps it took.
pub(super) fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) -> u32 {
    let workflow = graph.workflow;
    let guarded =
        || workflow.actions.iter().filter_map(|(name, action)| Some((name, action, action.guard.as_ref()?)));
    let constants = grid::constants(guarded().map(|(_, _, guard)| guard.condition()));
    let mut search = Search {
        graph,
        filled: Filled::of(graph),
        reached: graph.all(),
        constants,
        left: STEPS_MAX,
        idle: BTreeSet::new(),
        unset: BTreeSet::new(),
    };
    for (name, action, guard) in guarded() {
        search.check_truth(name, action, guard, findings);
        search.check_reads(name, action, guard, findings);
    }
    for stage in workflow.stages.keys() {
        search.check_stage(stage, findings);
    }
    STEPS_MAX.saturating_sub(search.left)
}

struct Search<'a> {
    graph: &'a Graph<'a>,
    filled: Filled<'a>,
    reached: Reached<'a>,
    /// What guards compare each field with.
    constants: BTreeMap<FieldName, Vec<Value>>,
    left: u32,
    /// Actions that were told to be never enabled.
    idle: BTreeSet<&'a ActionName>,
    /// Stages at which a field was told to be read too early.
    unset: BTreeSet<&'a StageName>,
}

/// True for an action that takes a request nearer to its money.
fn leads_on(action: &Action) -> bool {
    matches!(action.kind, ActionKind::Forward | ActionKind::Approval | ActionKind::Payment)
}

impl<'a> Search<'a> {
    /// False, and nothing more is proved, where too many steps were taken.
    fn spend(&mut self, steps: usize) -> bool {
        let left = u32::try_from(steps).ok().and_then(|steps| self.left.checked_sub(steps));
        self.left = left.unwrap_or(0);
        left.is_some()
    }

    /// All choices of a spot for each field; nothing where they are too many.
    fn cells<'b>(&mut self, fields: &'b BTreeMap<FieldName, Vec<Spot>>) -> Option<Vec<Cell<'b>>> {
        let count = grid::count(fields)?;
        if self.spend(count) { grid::cells(fields) } else { None }
    }

    /// The spots of a field.
    fn spots(&self, field: &FieldName) -> Vec<Spot> {
        let of = match field.as_str() {
            "amount" => Type::Money,
            "year" => Type::Int,
            _ => match self.graph.workflow.fields.get(field) {
                Some(field) => type_of(field),
                None => return Vec::new(),
            },
        };
        grid::spots(field, &of, self.constants.get(field).map_or(&[], Vec::as_slice))
    }

    /// Whether a guard can hold at all, and can fail at all.
    fn check_truth(
        &mut self,
        name: &'a ActionName,
        action: &'a Action,
        guard: &'a Guard,
        findings: &mut Findings<'_>,
    ) {
        let fields: BTreeMap<_, _> = guard.names().map(|field| (field.clone(), self.spots(field))).collect();
        let place = format!("action.{name}.guard");
        let Some(cells) = self.cells(&fields) else { return too_large(place, findings) };
        let atoms = atoms_of(guard);
        let (mut least, mut most, mut comes) = (Truth::Yes, Truth::No, false);
        for cell in &cells {
            if !self.spend(atoms) {
                return too_large(place, findings);
            }
            let found = truth(guard.condition(), cell);
            (least, most) = (least.min(found), most.max(found));
            if found != Truth::No && !comes {
                let Some(found) = self.can_come(action, cell) else { return too_large(place, findings) };
                comes = found;
            }
        }
        let met = action.from.iter().any(|stage| self.reached.has(stage));
        if most == Truth::No || (met && !comes) {
            self.idle.insert(name);
            let (id, en) = if most == Truth::No {
                ("syarat ini tidak pernah terpenuhi", "this guard never holds")
            } else {
                (
                    "syarat ini tidak terpenuhi oleh permohonan mana pun yang sampai di sini",
                    "no request that comes here can meet this guard",
                )
            };
            let finding = Finding::error("guard_never", place, id.into(), en.into());
            // A figure may be set so that an action is never taken: that is what figures are for.
            let by_figure = guard.text().contains("params.");
            findings.add(if by_figure {
                Finding { severity: super::finding::Severity::Warning, ..finding }
            } else {
                finding
            });
        } else if least == Truth::Yes {
            let id = "syarat ini selalu terpenuhi; hapus saja".into();
            findings.warning("guard_always", place, id, "this guard always holds; leave it out".into());
        }
    }

    /// True if a request with these values may come to a stage of the action. Values change on the way, so whatever
    /// may set one of them is taken as a beginning too. Nothing where there were too many steps.
    fn can_come(&mut self, action: &'a Action, cell: &Cell<'_>) -> Option<bool> {
        let given = |field: &FieldName| action.needs.contains(field) || action.notes.contains(field);
        let cell: Cell<'_> =
            cell.iter().filter(|(field, _)| !given(field)).map(|(field, spot)| (*field, *spot)).collect();
        let workflow = self.graph.workflow;
        let writes = |action: &&Action| {
            cell.keys().any(|field| action.needs.contains(field) || action.notes.contains(field))
        };
        let writers = workflow.actions.values().filter(writes).flat_map(|action| &action.from);
        let open = workflow.stages_of(Phase::Input);
        let roots: Vec<_> = [&workflow.start]
            .into_iter()
            .chain(writers)
            .chain(open)
            .filter(|at| self.reached.has(at))
            .collect();
        let reached = self.reach(roots, &cell)?;
        Some(action.from.iter().any(|stage| reached.has(stage)))
    }

    /// What a request with these values may reach.
    fn reach(&mut self, roots: Vec<&'a StageName>, cell: &Cell<'_>) -> Option<Reached<'a>> {
        let workflow = self.graph.workflow;
        let atoms = workflow.actions.values().map(|action| action.guard.as_ref().map_or(1, atoms_of));
        let steps = atoms.fold(0_usize, usize::saturating_add);
        if !self.spend(steps) {
            return None;
        }
        let passes = |action: &Action| {
            // A field that is missing in the end was never filled in.
            !action.needs.iter().any(|field| cell.get(field).is_some_and(|spot| spot.value.is_none()))
                && action.guard.as_ref().is_none_or(|guard| truth(guard.condition(), cell) != Truth::No)
        };
        let passing: BTreeSet<&str> = workflow
            .actions
            .iter()
            .filter(|(_, action)| passes(action))
            .map(|(name, _)| name.as_str())
            .collect();
        let mut followed = 0_usize;
        let reached = self.graph.reach(roots, |step| {
            followed = followed.saturating_add(1);
            step.action.is_none() || passing.contains(step.act)
        });
        self.spend(followed).then_some(reached)
    }

    /// Whether every field is filled in before a guard reads it.
    fn check_reads(
        &mut self,
        name: &'a ActionName,
        action: &'a Action,
        guard: &'a Guard,
        findings: &mut Findings<'_>,
    ) {
        let given = |field: &FieldName| action.needs.contains(field) || action.notes.contains(field);
        let early = guard
            .names()
            .filter(|field| !is_fact(field) && !given(field) && noted(self.graph.workflow, field));
        for field in early {
            let place = format!("action.{name}.guard");
            for stage in action.from.iter().filter(|stage| self.reached.has(stage)) {
                if self.filled.surely(stage, field) {
                    continue;
                }
                let sets = |action: &Action| action.needs.contains(field) || action.notes.contains(field);
                let bare = self.graph.reach([&self.graph.workflow.start], |step| {
                    step.action.is_none_or(|action| !sets(action))
                });
                if !self.filled.perhaps(stage, field) {
                    let id = format!("membaca `{field}`, yang belum diisi siapa pun sebelum `{stage}`");
                    let en = format!("it reads `{field}`, which nothing fills in before `{stage}`");
                    let shown = bare.shows(stage, name.as_str());
                    findings.add(Finding::error("field_unset", place.clone(), id, en).shown_by(shown));
                    self.unset.insert(stage);
                    break;
                }
                let gone = grid::missing(field);
                let cell = Cell::from([(field, &gone)]);
                if truth(guard.condition(), &cell) != Truth::No || !bare.has(stage) {
                    continue;
                }
                let id = format!("membaca `{field}`, yang pada satu jalan ke `{stage}` tidak diisi");
                let en = format!("it reads `{field}`, which one way to `{stage}` does not fill in");
                let shown = bare.shows(stage, name.as_str());
                let finding = Finding::error("field_unset", place.clone(), id, en).shown_by(shown);
                let other = |action: &&Action| {
                    leads_on(action)
                        && action.from.contains(stage)
                        && action
                            .guard
                            .as_ref()
                            .is_none_or(|guard| truth(guard.condition(), &cell) != Truth::No)
                };
                let stuck =
                    leads_on(action) && !self.graph.workflow.actions.values().any(|action| other(&action));
                if stuck {
                    self.unset.insert(stage);
                    findings.add(finding);
                } else {
                    findings.add(Finding { severity: super::finding::Severity::Warning, ..finding });
                }
                break;
            }
        }
    }
}

/// Tells that nothing can be proved of a place.
fn too_large(place: String, findings: &mut Findings<'_>) {
    let id = "kombinasi nilainya terlalu banyak untuk dibuktikan apa pun; sederhanakan syaratnya".into();
    let en = "there are too many combinations of values to prove anything; make the guards simpler".into();
    findings.error("guards_too_large", place, id, en);
}

fn atoms_of(guard: &Guard) -> usize {
    let mut atoms = 0_usize;
    guard.condition().each_atom(&mut |_| atoms = atoms.saturating_add(1));
    atoms.max(1)
}

/// The values of a cell, as what shows a finding.
fn values(cell: &Cell<'_>) -> CounterExample {
    let value = |spot: &Spot| spot.value.as_ref().map_or_else(|| "missing".to_owned(), grid::written);
    CounterExample::Values(cell.iter().map(|(field, spot)| (field.to_string(), value(spot))).collect())
}

/// The values of a cell, as a guard would write them.
fn ranges(cell: &Cell<'_>) -> String {
    let ranges: Vec<_> = cell.values().map(|spot| spot.range.as_str()).collect();
    ranges.join(" && ")
}
