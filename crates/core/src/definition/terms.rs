//! Times, stations, goals, repair and migration agree with the rest of the definition.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::Findings;
use super::names;
use super::read::suggestion;
use crate::migrate::crosses_approval;
use crate::workflow::{BenefitKind, End, GoalTime, Phase, Stage, Station, Track, Via, Workflow};
use crate::{Role, StageName, WorkingDays};

pub(super) fn check(workflow: &Workflow, findings: &mut Findings<'_>) {
    if let Some(track) = workflow.track
        && (track == Track::Goods) != (workflow.benefit == BenefitKind::Goods)
    {
        let id = "jalur `goods` untuk barang (`benefit = \"goods\"`), dua lainnya untuk uang".into();
        let en = "the track `goods` is for goods (`benefit = \"goods\"`), the other two for money".into();
        findings.error("track_benefit", "workflow.track", id, en);
    }
    check_fields(workflow, findings);
    for (name, stage) in &workflow.stages {
        check_times(name, stage, findings);
        if let Some(station) = &stage.served_by {
            check_station(workflow, name, station, findings);
        }
    }
    check_roles(workflow, findings);
    check_repair(workflow, findings);
    check_goals(workflow, findings);
    check_migrations(workflow, findings);
}

/// What is noted down has a name of its own: a guard that reads `amount` means the amount.
fn check_fields(workflow: &Workflow, findings: &mut Findings<'_>) {
    let (form, account) = (&workflow.form, &workflow.form.account);
    let money = [&form.amount, &account.bank, &account.number, &account.holder];
    for name in workflow.fields.keys() {
        if matches!(name.as_str(), "amount" | "year" | "params") || money.contains(&name) {
            let id = format!("`{name}` sudah ada artinya; pakai nama lain");
            let en = format!("`{name}` means something already; use another name");
            findings.error("field_shadows", format!("field.{name}"), id, en);
        }
    }
}

fn check_times(name: &StageName, stage: &Stage, findings: &mut Findings<'_>) {
    let Some(sla) = &stage.sla else { return };
    let place = format!("stage.{name}.sla");
    let target = sla.target;
    if target == WorkingDays(0) {
        let id = "target paling sedikit 1wd".into();
        findings.error("target_zero", format!("{place}.target"), id, "a target is 1wd at least".into());
    }
    // Against a target that cannot be read, nothing can be said.
    if findings.is_hole(&format!("{place}.target")) {
        return;
    }
    if let Some(remind) = sla.remind.filter(|remind| *remind >= target) {
        let id = format!("pengingat ({remind}) harus datang sebelum target ({target}), tetapi tidak");
        let en = format!("the reminder ({remind}) must come before the target ({target}), and does not");
        findings.error("remind_late", format!("{place}.remind"), id, en);
    }
    if let Some(escalate) = sla.escalate.as_ref().filter(|escalate| escalate.after < target) {
        let after = escalate.after;
        let id = format!("eskalasi ({after}) tidak boleh datang sebelum target ({target})");
        let en = format!("escalation ({after}) may not come before the target ({target})");
        findings.error("escalate_early", format!("{place}.escalate.after"), id, en);
    }
}

fn check_station(workflow: &Workflow, name: &StageName, station: &Station, findings: &mut Findings<'_>) {
    let place = format!("stage.{name}.served_by");
    let mut here = workflow.actions.values().filter(|action| action.from.contains(name)).peekable();
    if let Some(batch) = station.batch {
        if !here.clone().any(|action| action.via == Some(batch)) {
            let means = if batch == Via::Decree { "decree" } else { "payment_order" };
            let id = format!("di sini tidak ada tindakan lewat `{means}`");
            let en = format!("no action here goes by `{means}`");
            findings.error("station_batch", format!("{place}.batch"), id, en);
        }
    } else {
        let only = [
            ("every", station.every.is_some()),
            ("max", station.max.is_some()),
            ("setup", station.setup.is_some()),
        ];
        for (key, _) in only.into_iter().filter(|(_, said)| *said) {
            let id = format!("`{key}` hanya untuk yang dilayani per daftar (`batch`)");
            let en = format!("`{key}` is for what is served in batches (`batch`) only");
            findings.error("station_batch", format!("{place}.{key}"), id, en);
        }
    }
    if station.people.is_none() && station.batch.is_none() {
        let id = "tulis berapa orang yang melayani (`people`), atau bahwa dilayani per daftar (`batch`)";
        let en = "say how many people serve it (`people`), or that it is served in batches (`batch`)";
        findings.warning("station_unsized", place.clone(), id.into(), en.into());
    }
    if here.peek().is_some() && !here.any(|action| action.by.contains_key(&station.role)) {
        let doers = workflow.actions.values().flat_map(|action| action.by.keys());
        let (id, en) = suggestion(station.role.as_str(), doers.map(Role::as_str));
        let id =
            format!("`{}` melayani tahap ini tetapi tidak boleh melakukan apa pun di sini{id}", station.role);
        let en = format!("`{}` serves this stage, yet may take no action here{en}", station.role);
        findings.warning("station_idle", format!("{place}.role"), id, en);
    }
}

/// A role that is told of late requests, and never acts, may be a slip of the keys.
fn check_roles(workflow: &Workflow, findings: &mut Findings<'_>) {
    let lists = [
        &workflow.decree.draft,
        &workflow.decree.strike,
        &workflow.payment_order.draft,
        &workflow.payment_order.settle,
    ];
    let acting = workflow.actions.values().flat_map(|action| action.by.keys());
    let acting: Vec<&Role> =
        acting.chain(lists.into_iter().flat_map(|list| list.keys())).chain(&workflow.hold.by).collect();
    let serving = workflow.stages.values().filter_map(|stage| stage.served_by.as_ref());
    let named: Vec<&Role> = acting.iter().copied().chain(serving.map(|station| &station.role)).collect();
    for (name, action) in &workflow.actions {
        for role in action.by.keys() {
            if let Some(meant) = slip(role, &named) {
                let id = format!("peran `{role}` hanya disebut di sini; maksudnya `{meant}`?");
                let en = format!("the role `{role}` is named here only; did you mean `{meant}`?");
                findings.error("role_unknown", format!("action.{name}.by"), id, en);
            }
        }
    }
    let mut told = |place: String, role: &Role| {
        if !acting.contains(&role) {
            let (id, en) = suggestion(role.as_str(), acting.iter().map(|role| role.as_str()));
            let id = format!("peran `{role}` tidak melakukan apa pun di alur ini{id}");
            let en = format!("the role `{role}` takes no action in this workflow{en}");
            findings.warning("role_idle", place, id, en);
        }
    };
    for (name, stage) in &workflow.stages {
        if let Some(escalate) = stage.sla.as_ref().and_then(|sla| sla.escalate.as_ref()) {
            told(format!("stage.{name}.sla.escalate.to"), &escalate.to);
        }
    }
}

/// The role that was meant, where one that is named once differs by a slip of the keys from one that is named more.
/// Which roles an office has is for its policy to say; but nobody holds a role that is misspelt.
fn slip<'a>(role: &Role, named: &[&'a Role]) -> Option<&'a Role> {
    let times = |role: &Role| named.iter().filter(|named| **named == role).count();
    let is_word =
        |role: &Role| role.as_str().len() >= 6 && !role.as_str().contains(|c: char| c.is_ascii_digit());
    if times(role) > 1 || !is_word(role) {
        return None;
    }
    let others = named.iter().filter(|other| **other != role && is_word(other) && times(other) > 1);
    others.copied().find(|other| crate::guard::edits(role.as_str(), other.as_str()) <= 2)
}

fn check_repair(workflow: &Workflow, findings: &mut Findings<'_>) {
    let Some(repair) = &workflow.repair else { return };
    for (place, roles) in [("repair.by", &repair.by), ("repair.confirm_by", &repair.confirm_by)] {
        if roles.is_empty() {
            let id = "sebutkan peran yang boleh".into();
            findings.error("nobody", place, id, "name the roles that may".into());
        }
    }
    for name in &repair.may_enter {
        names::stage(workflow, "repair.may_enter".into(), name, findings);
        let before = matches!(workflow.phase_of(name), Some(Phase::Input | Phase::Verification));
        if workflow.stages.contains_key(name) && (!before || workflow.is_granted(name)) {
            let id = format!(
                "perbaikan tidak boleh membawa permohonan ke `{name}`: hanya ke tahap sebelum menunggu persetujuan"
            );
            let en = format!(
                "a repair may not put a request to `{name}`: only to a stage before it waits for approval"
            );
            findings.error("repair_past_approval", "repair.may_enter", id, en);
        }
    }
}

/// True for a stage where a request counts as approved.
pub(super) fn is_past_approval(workflow: &Workflow, name: &StageName) -> bool {
    matches!(workflow.phase_of(name), Some(Phase::Disbursement | Phase::Accountability))
        || workflow.end_of(name) == Some(End::Success)
}

fn check_goals(workflow: &Workflow, findings: &mut Findings<'_>) {
    let mut seen = BTreeSet::new();
    let soonest = soonest(workflow);
    for (place, goal) in workflow.goals.iter().enumerate() {
        let place = format!("goal[{place}]");
        names::stage(workflow, format!("{place}.when"), &goal.when, findings);
        if !seen.insert(&goal.id) {
            let id = format!("tujuan `{}` ditulis dua kali", goal.id);
            findings.error("goal_twice", place.clone(), id, format!("the goal `{}` is said twice", goal.id));
        }
        let Some((within, least)) = (match goal.by {
            GoalTime::Within(within) => Some(within).zip(soonest.get(&goal.when)),
            GoalTime::Day { .. } => None,
        }) else {
            continue;
        };
        if u64::from(within.0) < *least {
            let id = format!("jalan tercepat ke `{}` menjanjikan {least}wd, lebih dari {within}", goal.when);
            let en = format!("the quickest way to `{}` promises {least}wd, more than {within}", goal.when);
            findings.warning("goal_too_soon", place, id, en);
        }
    }
}

/// The least sum of the targets of the stages before each stage.
fn soonest(workflow: &Workflow) -> BTreeMap<&StageName, u64> {
    let mut soonest = BTreeMap::from([(&workflow.start, 0_u64)]);
    // Each round settles one stage more at least, so as many rounds as there are stages settle all.
    for _ in 0..workflow.stages.len() {
        for action in workflow.actions.values() {
            let Some(to) = &action.to else { continue };
            for from in &action.from {
                let target = workflow.stage(from).and_then(|stage| stage.sla.as_ref());
                let target = target.map_or(0, |sla| u64::from(sla.target.0));
                let Some(sum) = soonest.get(from).map(|before| before.saturating_add(target)) else {
                    continue;
                };
                let known = soonest.entry(to).or_insert(sum);
                *known = sum.min(*known);
            }
        }
    }
    soonest
}

/// What can be told without the versions that came before.
fn check_migrations(workflow: &Workflow, findings: &mut Findings<'_>) {
    for (version, stages) in &workflow.migrations {
        for (old, new) in stages {
            check_mapping(workflow, format!("migrate.{version}.{old}"), (old, new), findings);
        }
    }
}

fn check_mapping(
    workflow: &Workflow,
    place: String,
    (old, new): (&StageName, &StageName),
    findings: &mut Findings<'_>,
) {
    if !workflow.stages.contains_key(new) {
        let (id, en) = suggestion(new.as_str(), workflow.stages.keys().map(StageName::as_str));
        let id = format!("tahap `{new}` tidak ada di versi ini{id}");
        let en = format!("this version has no stage `{new}`{en}");
        findings.error("migrate_unknown_stage", place, id, en);
        return;
    }
    let is_here = workflow.stages.contains_key(old);
    if is_here && is_past_approval(workflow, new) && !is_past_approval(workflow, old) {
        let id =
            format!("pemindahan tidak boleh membawa permohonan dari `{old}` ke `{new}`, sesudah persetujuan");
        let en = format!("a migration may not put a request from `{old}` to `{new}`, after the approval");
        findings.error("migrate_past_approval", place, id, en);
    } else if workflow.phase_of(new).is_none() {
        let id = format!("`{new}` adalah akhir; permohonan hanya dipindahkan ke tahap yang masih berjalan");
        let en = format!("`{new}` is an end; a request is only moved to a stage under way");
        findings.error("migrate_to_end", place, id, en);
    } else if workflow.phase_of(old).is_some() && crosses_approval(workflow, old, workflow, new) {
        let id = format!(
            "`{old}` dan `{new}` tidak di sisi yang sama dari persetujuan; permohonan tidak dipindahkan melewatinya"
        );
        let en = format!(
            "`{old}` and `{new}` are not on the same side of the approval; no request is moved across it"
        );
        findings.error("migrate_crosses_approval", place, id, en);
    } else if is_here {
        let id = format!(
            "tahap `{old}` masih ada; tanpa baris ini permohonan di sana tetap di tahapnya dan waktunya berlanjut, dengan baris ini pindah ke `{new}` dan waktunya dihitung dari awal"
        );
        let en = format!(
            "the stage `{old}` is still there; without this line requests there stay and their time goes on, with it they move to `{new}` and their time begins anew"
        );
        findings.warning("migrate_stage_kept", place, id, en);
    }
}
