//! What a new version of a definition does to a request that runs under an older one: it stays where it is, moves to the
//! stage that takes its place, or keeps its version, with the reason why. A request gains nothing by it: it crosses no
//! approval, nobody's duty is weakened, and it still takes as many persons as was promised.

mod duties;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::case::{Case, Through};
use crate::decide::due_on;
use crate::event::{Event, Migrated, Pin};
use crate::proof;
use crate::refusal::{Refusal, Why};
use crate::request::{Act, Request};
use crate::timer::standing_back;
use crate::value::Value;
use crate::workflow::{Duty, Field, FieldKind, Phase, Workflow};
use crate::{ActionName, PersonId, StageName};

/// What a new version does to a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Preview {
    /// It runs under the new version at the same stage.
    Stays,
    /// It runs under the new version at the same stage, which has another name there; it is due when it was due.
    Renamed {
        /// Which.
        to: StageName,
    },
    /// It runs under the new version at another stage, whose time begins anew.
    Moves {
        /// Which.
        to: StageName,
        /// The last day that stage should take, once its time runs.
        due_on: Option<Date>,
    },
    /// It keeps the version it has.
    Blocked {
        /// Why.
        why: Why,
    },
}

impl Preview {
    /// Its name in data.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Preview::Stays => "stays",
            Preview::Renamed { .. } => "renamed",
            Preview::Moves { .. } => "moves",
            Preview::Blocked { .. } => "blocked",
        }
    }
}

/// What a version would do to a request that runs under an older one. The case is the request under its own definition.
#[must_use]
pub fn preview(case: &Case<'_>, new: &Workflow) -> Preview {
    match target(case, new) {
        Ok(to) if to == case.request.stage => Preview::Stays,
        Ok(to) if is_same_stage(case, new, &to) => Preview::Renamed { to },
        Ok(to) => Preview::Moves { due_on: due_on(&case.context, new, &to), to },
        Err(why) => Preview::Blocked { why },
    }
}

/// Brings a request under another version.
pub fn migrate(case: &Case<'_>, new: &Workflow) -> Result<Event, Refusal> {
    let to = target(case, new)?;
    let request = case.request;
    let same_stage = is_same_stage(case, new, &to);
    let stays = same_stage || to == request.stage;
    let under_new = Case { workflow: new, ..*case };
    let due_on = if stays { request.due_on } else { due_on(&case.context, new, &to) };
    Ok(Event::Migrated(Box::new(Migrated {
        definition: Pin { version: new.version, digest: new.digest },
        from: request.stage.clone(),
        renamed: renamed(request, new),
        same_stage,
        due_on,
        budget: standing_back(&under_new, &to),
        to,
    })))
}

/// The stage that a request comes to, or why it keeps its version.
fn target(case: &Case<'_>, new: &Workflow) -> Result<StageName, Why> {
    let (old, request) = (case.workflow, case.request);
    case.check_open().map_err(|refusal| refusal.why)?;
    let is_later = new.version > request.definition.version;
    if new.scheme != request.scheme || !is_later {
        return Err(Why::VersionNotLater { version: new.version });
    }
    case.check_locks(Through::Itself).map_err(|refusal| refusal.why)?;
    let to = mapped(request, new, &request.stage);
    if new.phase_of(&to).is_none() {
        let (stage, version) = (request.stage.clone(), new.version);
        return Err(Why::StageUnmapped { stage, version });
    }
    if crosses_approval(old, &request.stage, new, &to) {
        return Err(Why::ApprovalCrossed { stage: to });
    }
    check_sent_back(request, new)?;
    if old.fund != new.fund || old.benefit != new.benefit {
        return Err(Why::OtherMoney { version: new.version });
    }
    check_fields(request, new)?;
    duties::check(request, old, new, &to)?;
    check_persons(request, old, new, &to)?;
    Ok(to)
}

/// True if to go from a stage of one version to a stage of another would decide about money, or undo what was decided.
pub(crate) fn crosses_approval(old: &Workflow, from: &StageName, new: &Workflow, to: &StageName) -> bool {
    approved(old.phase_of(from)) != approved(new.phase_of(to))
        || (!old.is_granted(from) && !new.ungranted().contains(to))
}

/// How far money has come at a phase: a new version takes no request over any of these steps.
fn approved(phase: Option<Phase>) -> u8 {
    match phase {
        Some(Phase::Input | Phase::Verification) => 0,
        Some(Phase::Approval) => 1,
        Some(Phase::Disbursement) => 2,
        Some(Phase::Accountability) => 3,
        None => 4,
    }
}

/// What the new version calls a stage of the old one.
fn mapped(request: &Request, new: &Workflow, stage: &StageName) -> StageName {
    let map = new.migrations.get(&request.definition.version);
    map.and_then(|map| map.get(stage)).unwrap_or(stage).clone()
}

/// True if a stage of the new version is the one the request is at, by another name: the old version knows no stage of
/// that name, no other of its stages becomes this one, and it is in the same phase. Where the name was there before, or
/// several stages become one, the work is another.
fn is_same_stage(case: &Case<'_>, new: &Workflow, to: &StageName) -> bool {
    let (old, request) = (case.workflow, case.request);
    let becomes_it = |stage: &&StageName| mapped(request, new, stage) == *to;
    *to != request.stage
        && old.stage(to).is_none()
        && old.phase_of(&request.stage) == new.phase_of(to)
        && old.stages.keys().filter(becomes_it).count() == 1
}

/// Stages that the request has been at and that have another name from now on.
fn renamed(request: &Request, new: &Workflow) -> BTreeMap<StageName, StageName> {
    let named = request.visits.keys().map(|stage| (stage.clone(), mapped(request, new, stage)));
    named.filter(|(was, is)| was != is).collect()
}

/// A request that was sent back goes on from where it was sent back: that place must be there.
fn check_sent_back(request: &Request, new: &Workflow) -> Result<(), Why> {
    let checks = request.timers.checks.values().map(|check| &check.stage);
    for stage in request.returned.iter().map(|returned| &returned.from).chain(checks) {
        if new.phase_of(&mapped(request, new, stage)).is_none() {
            return Err(Why::StageUnmapped { stage: stage.clone(), version: new.version });
        }
    }
    Ok(())
}

/// What was noted down must still be what the field holds.
fn check_fields(request: &Request, new: &Workflow) -> Result<(), Why> {
    for (name, value) in &request.fields {
        if new.fields.get(name).is_some_and(|field| !fits(field, value)) {
            return Err(Why::FieldChanged { field: name.clone() });
        }
    }
    Ok(())
}

fn fits(field: &Field, value: &Value) -> bool {
    match (field.kind, value) {
        (FieldKind::Bool, Value::Bool(_))
        | (FieldKind::Int, Value::Int(_))
        | (FieldKind::Money, Value::Money(_))
        | (FieldKind::Date, Value::Date(_)) => true,
        (FieldKind::Enum, Value::Text(text)) => field.values.iter().any(|known| **known == **text),
        _ => false,
    }
}

/// As many persons as were promised, over what was done under the old version and what is left under the new one.
fn check_persons(request: &Request, old: &Workflow, new: &Workflow, to: &StageName) -> Result<(), Why> {
    for duty in &old.duties {
        let (Some(need), Some(before)) = (duty.min_persons, &duty.before) else { continue };
        let before = mapped(request, new, before);
        let keeps = |duty: &Duty| duty.before.as_ref() == Some(&before) && duty.min_persons >= Some(need);
        if !new.duties.iter().any(keeps) {
            let have = new.duties.iter().filter(|duty| duty.before.as_ref() == Some(&before));
            let have = have.filter_map(|duty| duty.min_persons).max().unwrap_or(0);
            return Err(Why::PersonsWeakened { have: have.try_into().unwrap_or(usize::MAX), need });
        }
    }
    // Somebody whom another stood in for has seen nothing of it, and counts for nobody.
    // Nor do those count who put it back: they have judged nothing of it.
    let acted = request.acts.iter().filter(|act| !act.is_repair() && !request.stood_in_for.contains(&act.1));
    let acts: BTreeSet<(ActionName, PersonId)> =
        acted.map(|Act(duty, person)| (duty.clone(), *person)).collect();
    for duty in &new.duties {
        let (Some(need), Some(before)) = (duty.min_persons, &duty.before) else { continue };
        let mix = proof::prove_from(new, to, before, &acts);
        let have = match (mix.cut, mix.persons) {
            // Nothing is proved.
            (true, _) => 0,
            (false, Some(persons)) => persons,
            // No way leads there.
            (false, None) => continue,
        };
        if usize::try_from(need).is_ok_and(|need| have < need) {
            return Err(Why::PersonsWeakened { have, need });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
