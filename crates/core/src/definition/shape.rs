//! Every stage can be reached, every one comes to an end, and no request goes round for ever.

use std::collections::BTreeSet;

use super::finding::{CounterExample, Finding, Findings};
use super::graph::{Graph, Reached, Step};
use crate::StageName;
use crate::workflow::{ActionKind, End, Phase};

pub(super) fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let stages = &graph.workflow.stages;
    let reached = graph.all();
    for name in stages.keys().filter(|name| !reached.has(name)) {
        let id = format!("tidak ada tindakan yang membawa permohonan ke tahap `{name}`");
        let en = format!("no action leads a request to the stage `{name}`");
        findings.error("stage_unreachable", format!("stage.{name}"), id, en);
    }
    let ending = ending(graph, |_| true);
    for name in stages.keys().filter(|name| !ending.contains(name)) {
        let id = format!("dari tahap `{name}` tidak ada jalan ke tahap akhir");
        let en = format!("no way leads from the stage `{name}` to an end");
        let finding = Finding::error("stage_cannot_end", format!("stage.{name}"), id, en);
        let shown = reached.has(name).then(|| CounterExample::Way(reached.way(name)));
        findings.add(Finding { counter_example: shown, ..finding });
    }
    if !stages.values().any(|stage| stage.end == Some(End::Success)) {
        let id = "tidak ada tahap dengan `end = \"success\"`".into();
        let en = "no stage has `end = \"success\"`".into();
        findings.error("no_success", "stage", id, en);
    }
    check_cycles(graph, findings);
    check_visits(graph, &reached, &ending, findings);
    for name in reached.stages().filter(|name| !graph.from(name).is_empty()) {
        if graph.from(name).iter().all(|step| step.is(ActionKind::Rework)) {
            let id = format!(
                "dari `{name}` permohonan hanya bisa dikembalikan; setelah `max_visits` habis, tidak ada jalan"
            );
            let en = format!(
                "from `{name}` a request can only be sent back; once `max_visits` is used up there is no way"
            );
            let shown = CounterExample::Way(reached.way(name));
            findings.add(Finding::error("rework_no_exit", format!("stage.{name}"), id, en).shown_by(shown));
        }
    }
    check_valid(graph, findings);
    for (name, action) in &graph.workflow.actions {
        // A request has come to the start once when it is entered.
        if action.to.as_ref() == Some(&graph.workflow.start) && action.max_visits.is_some_and(|most| most < 2)
        {
            let id =
                "permohonan sudah sekali di tahap itu saat dimasukkan; `max_visits` paling sedikit 2".into();
            let en =
                "a request was at that stage once when it was entered; `max_visits` is 2 at least".into();
            findings.error("never_enabled", format!("action.{name}.max_visits"), id, en);
        }
    }
}

/// A request that has used up its visits still comes to an end.
fn check_visits(
    graph: &Graph<'_>,
    reached: &Reached<'_>,
    ending: &BTreeSet<&StageName>,
    findings: &mut Findings<'_>,
) {
    let unbounded = self::ending(graph, |step| step.action.is_none_or(|it| it.max_visits.is_none()));
    // Where a request can only be sent back, that is told by itself.
    let only_back = |name: &StageName| graph.from(name).iter().all(|step| step.is(ActionKind::Rework));
    let stuck = reached.stages().filter(|name| ending.contains(name) && !unbounded.contains(name));
    for name in stuck.filter(|name| !only_back(name)) {
        let id = format!(
            "dari `{name}` setiap jalan ke tahap akhir dibatasi `max_visits`; jika habis, permohonan tidak bisa selesai"
        );
        let en = format!(
            "every way from `{name}` to an end is bounded by `max_visits`; once used up, a request cannot be finished"
        );
        let shown = CounterExample::Way(reached.way(name));
        findings.add(Finding::error("visits_run_out", format!("stage.{name}"), id, en).shown_by(shown));
    }
}

/// The stages from which an end can be reached by the steps that pass.
fn ending<'a>(graph: &Graph<'a>, pass: impl Fn(&Step<'_>) -> bool) -> BTreeSet<&'a StageName> {
    let stages = &graph.workflow.stages;
    let mut ending: BTreeSet<&StageName> =
        stages.iter().filter(|(_, stage)| stage.end.is_some()).map(|(name, _)| name).collect();
    loop {
        let leads =
            |name: &&StageName| graph.from(name).iter().any(|step| pass(step) && ending.contains(step.to));
        let more: Vec<_> = stages.keys().filter(|name| !ending.contains(name) && leads(name)).collect();
        if more.is_empty() {
            return ending;
        }
        ending.extend(more);
    }
}

/// What holds for a time only is what a check found: of any other action it would never run out.
fn check_valid(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let workflow = graph.workflow;
    for (name, action) in workflow.actions.iter().filter(|(_, action)| action.valid_for.is_some()) {
        let checks = action.kind == ActionKind::Forward
            && action.from.iter().all(|from| workflow.phase_of(from) == Some(Phase::Verification));
        if !checks {
            let id = "`valid_for` tidak pernah habis di sini; hanya untuk tindakan `forward` dari fase `verification`";
            let en =
                "`valid_for` never runs out here; it is for a `forward` action from the phase `verification`";
            findings.error("valid_for_idle", format!("action.{name}.valid_for"), id.into(), en.into());
        }
    }
}

/// A round of actions that may be taken again and again. Rework without `max_visits` is told by itself; striking a
/// line out of a decree is the approver's own act.
fn check_cycles(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let endless = |step: &Step<'_>| {
        step.action.is_some_and(|action| action.kind != ActionKind::Rework && action.max_visits.is_none())
    };
    let mut told: BTreeSet<&StageName> = BTreeSet::new();
    for start in graph.workflow.stages.keys() {
        if told.contains(start) {
            continue;
        }
        for first in graph.from(start).iter().filter(|step| endless(step)) {
            let round = graph.reach([first.to], |step| endless(step) && !told.contains(step.to));
            if !round.has(start) {
                continue;
            }
            let mut way = vec![start.to_string(), first.act.to_owned()];
            way.extend(round.way(start));
            told.extend(round.stages());
            let id = format!(
                "permohonan bisa berputar tanpa akhir lewat `{start}`; beri `max_visits` pada salah satu tindakan"
            );
            let en = format!(
                "a request can go round through `{start}` for ever; give one of the actions `max_visits`"
            );
            let place = format!("action.{}", first.act);
            findings.add(Finding::error("cycle_endless", place, id, en).shown_by(CounterExample::Way(way)));
            break;
        }
    }
}
