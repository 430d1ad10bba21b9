//! What a version says of the open requests of the versions before it: whether the engine would take them along as it
//! says. Asked where the versions before it are at hand.

use std::collections::BTreeSet;

use super::finding::Findings;
use super::read::suggestion;
use super::terms::is_past_approval;
use crate::StageName;
use crate::migrate::crosses_approval;
use crate::workflow::{Phase, Workflow};

/// `before` are the versions of the same scheme that came earlier.
pub(super) fn check(workflow: &Workflow, before: &[&Workflow], findings: &mut Findings<'_>) {
    for old in before {
        if let Some(stages) = workflow.migrations.get(&old.version) {
            for (from, to) in stages {
                check_mapping(workflow, old, (from, to), findings);
            }
        }
        check_vanished(workflow, old, findings);
    }
    let known: BTreeSet<u32> = before.iter().map(|old| old.version).collect();
    for (version, stages) in &workflow.migrations {
        for (from, to) in stages.iter().filter(|_| !known.contains(version)) {
            check_unseen(workflow, *version, (from, to), findings);
        }
    }
}

fn check_mapping(
    workflow: &Workflow,
    old: &Workflow,
    (from, to): (&StageName, &StageName),
    findings: &mut Findings<'_>,
) {
    let version = old.version;
    let place = format!("migrate.{version}.{from}");
    if !old.stages.contains_key(from) {
        let (id, en) = suggestion(from.as_str(), old.stages.keys().map(StageName::as_str));
        let id = format!("versi {version} tidak mempunyai tahap `{from}`{id}");
        let en = format!("version {version} has no stage `{from}`{en}");
        findings.error("migrate_unknown_stage", place, id, en);
    } else if old.phase_of(from).is_some()
        && workflow.phase_of(to).is_some()
        && crosses_approval(old, from, workflow, to)
    {
        let id = format!(
            "`{from}` (versi {version}) dan `{to}` tidak di sisi yang sama dari persetujuan, pembayaran, atau pertanggungjawaban; permohonan tidak dipindahkan melewatinya: pilih tahap pada fase yang sama"
        );
        let en = format!(
            "`{from}` (version {version}) and `{to}` are not on the same side of the approval, the payment or the accounting; no request is moved across it: choose a stage of the same phase"
        );
        findings.error("migrate_crosses_approval", place, id, en);
    }
}

/// Requests of the old version at a stage that is gone keep their version, until somebody says where they go.
fn check_vanished(workflow: &Workflow, old: &Workflow, findings: &mut Findings<'_>) {
    let version = old.version;
    let map = workflow.migrations.get(&version);
    for (name, stage) in &old.stages {
        let is_mapped = map.is_some_and(|map| map.contains_key(name));
        let Some(phase) = stage.phase.filter(|_| !is_mapped && workflow.phase_of(name).is_none()) else {
            continue;
        };
        let (id, en) = match successor(workflow, old, name, phase) {
            Some(meant) => (
                format!("; misalnya `[migrate.{version}]` dengan `{name} = \"{meant}\"`"),
                format!("; for example `[migrate.{version}]` with `{name} = \"{meant}\"`"),
            ),
            None => (
                format!("; tulis penggantinya di `[migrate.{version}]`"),
                format!("; say in `[migrate.{version}]` what takes its place"),
            ),
        };
        let id = format!(
            "tahap `{name}` dari versi {version} tidak ada lagi, dan permohonan di sana tetap memakai versi itu{id}"
        );
        let en = format!(
            "the stage `{name}` of version {version} is gone, and requests there keep that version{en}"
        );
        let place = if map.is_some() { format!("migrate.{version}") } else { "workflow.version".to_owned() };
        findings.warning("stage_vanished", place, id, en);
    }
}

/// The stage that most likely takes the place of one that is gone: new, of the same phase, and on the same side of the approval.
fn successor<'a>(
    workflow: &'a Workflow,
    old: &Workflow,
    name: &StageName,
    phase: Phase,
) -> Option<&'a StageName> {
    let fits = |(stage, known): &(&'a StageName, &crate::workflow::Stage)| {
        known.phase == Some(phase) && !crosses_approval(old, name, workflow, stage)
    };
    let mut fitting: Vec<_> = workflow.stages.iter().filter(fits).map(|(stage, _)| stage).collect();
    fitting.sort_by_key(|stage| {
        (old.stages.contains_key(*stage), crate::guard::edits(name.as_str(), stage.as_str()))
    });
    fitting.first().copied()
}

/// A mapping from a version that is not at hand, of which the stage is not in this one: only that it leads past the
/// approval can be told.
fn check_unseen(
    workflow: &Workflow,
    version: u32,
    (from, to): (&StageName, &StageName),
    findings: &mut Findings<'_>,
) {
    if !workflow.stages.contains_key(from) && is_past_approval(workflow, to) {
        let place = format!("migrate.{version}.{from}");
        let id = format!("`{to}` sesudah persetujuan; pastikan `{from}` juga begitu");
        let en = format!("`{to}` is after the approval; make sure that `{from}` was, too");
        findings.warning("migrate_granted", place, id, en);
    }
}
