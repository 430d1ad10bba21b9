//! Every name in a definition means something.

use std::collections::BTreeSet;

use super::finding::{Finding, Findings, Severity};
use super::read::suggestion;
use crate::command::BUILT_IN;
use crate::guard::Guard;
use crate::request::REPAIR;
use crate::workflow::{Action, ActionKind, Duty, Phase, Workflow};
use crate::{ActionName, FieldName, Lang, Role, StageName, words};

/// True if every stage that is named exists.
pub(super) fn check(workflow: &Workflow, findings: &mut Findings<'_>) -> bool {
    let before = findings.errors();
    stages_named(workflow, findings);
    let known = findings.errors() == before;
    stages(workflow, findings);
    for (name, action) in &workflow.actions {
        check_action(workflow, name, action, findings);
    }
    let forward =
        |action: &&Action| action.kind == ActionKind::Forward && action.from.contains(&workflow.start);
    if workflow.actions.values().filter(forward).count() != 1 {
        let start = &workflow.start;
        let id = format!("tepat satu tindakan berjenis `forward` membawa permohonan dari `{start}`");
        let en = format!("one action of the kind `forward` leads on from `{start}`; no other number");
        findings.error("entry_unclear", "workflow.start", id, en);
    }
    duties(workflow, findings);
    known
}

/// Tells of a stage that does not exist.
pub(super) fn stage(workflow: &Workflow, place: String, name: &StageName, findings: &mut Findings<'_>) {
    if !workflow.stages.contains_key(name) {
        let known: Vec<_> = workflow.stages.keys().map(StageName::as_str).collect();
        let (near_id, near_en) = suggestion(name.as_str(), known.iter().copied());
        let (name, known) = (super::read::shown(name.as_str()), known.join(", "));
        let id = format!("tahap `{name}` tidak ada{near_id}; yang ada: {known}");
        let en = format!("there is no stage `{name}`{near_en}; there are {known}");
        findings.error("stage_unknown", place, id, en);
    }
}

fn stages_named(workflow: &Workflow, findings: &mut Findings<'_>) {
    stage(workflow, "workflow.start".into(), &workflow.start, findings);
    stage(workflow, "decree.strike_to".into(), &workflow.decree.strike_to, findings);
    if let Some(referred) = &workflow.referred {
        stage(workflow, "workflow.referred".into(), referred, findings);
    }
    for (name, action) in &workflow.actions {
        for from in &action.from {
            stage(workflow, format!("action.{name}.from"), from, findings);
        }
        if let Some(to) = &action.to {
            stage(workflow, format!("action.{name}.to"), to, findings);
        }
    }
    for (place, duty) in workflow.duties.iter().enumerate() {
        if let Some(before) = &duty.before {
            stage(workflow, format!("duty[{place}].before"), before, findings);
        }
    }
}

fn stages(workflow: &Workflow, findings: &mut Findings<'_>) {
    for (name, stage) in &workflow.stages {
        let place = format!("stage.{name}");
        match (stage.phase, stage.end) {
            (Some(_), Some(_)) | (None, None) => {
                let id = "tahap itu terbuka (`phase`) atau akhir (`end`): tulis salah satu".into();
                let en = "a stage is either open (`phase`) or an end (`end`): say one of them".into();
                findings.error("stage_kind", place, id, en);
            }
            (Some(_), None) if stage.served_by.is_none() || stage.sla.is_none() => {
                let id =
                    "tahap terbuka menyebut siapa yang melayani (`served_by`) dan seberapa cepat (`sla`)";
                let en = "an open stage says who serves it (`served_by`) and how soon (`sla`)";
                findings.error("stage_unserved", place, id.into(), en.into());
            }
            _ => {}
        }
    }
    let phase = |name: &StageName| workflow.stage(name).map(|stage| stage.phase);
    for (place, name) in
        [("workflow.start", &workflow.start), ("decree.strike_to", &workflow.decree.strike_to)]
    {
        if phase(name).is_some_and(|phase| phase != Some(Phase::Input)) {
            let id = format!("`{name}` bukan fase `input`, jadi permohonan tidak bisa diperbaiki di sana");
            let en = format!("`{name}` is not of the phase `input`, so nobody could mend a request there");
            findings.error("stage_not_input", place, id, en);
        }
    }
    if let Some(name) =
        workflow.referred.as_ref().filter(|name| phase(name).is_some_and(|phase| phase.is_some()))
    {
        let id = format!("`{name}` terbuka; yang dilayani pihak lain masuk ke tahap akhir");
        let en = format!("`{name}` is open; whom others serve goes to an end");
        findings.error("referred_open", "workflow.referred", id, en);
    }
}

fn check_action(workflow: &Workflow, name: &ActionName, action: &Action, findings: &mut Findings<'_>) {
    let place = format!("action.{name}");
    let mut tell =
        |code, place: String, id: &str, en: &str| findings.error(code, place, id.into(), en.into());
    if BUILT_IN.contains(&name.as_str()) || words::act(name.as_str(), Lang::En).is_some() {
        let id = "setiap alur sudah punya tindakan ini; pakai nama lain";
        tell("action_reserved", place.clone(), id, "every workflow has this act built in; use another name");
    }
    if action.by.is_empty() {
        let (id, en) = ("sebutkan peran yang boleh", "name the roles that may take it");
        tell("nobody", format!("{place}.by"), id, en);
    }
    if action.from.is_empty() {
        let id = "sebutkan tahap asalnya; tanpa itu tidak pernah bisa dilakukan";
        let en = "name the stages it is taken at; it is never enabled";
        tell("never_enabled", format!("{place}.from"), id, en);
    }
    if action.to.is_none() != (action.kind == ActionKind::Correction) {
        let id = "setiap tindakan selain koreksi menuju satu tahap (`to`); koreksi tidak";
        let en = "every action but a correction leads to a stage (`to`), and a correction to none";
        tell("action_to", place.clone(), id, en);
    }
    if action.kind == ActionKind::Rework && action.max_visits.is_none() {
        let id = "pekerjaan yang dikembalikan harus ada akhirnya: tulis `max_visits`";
        let en = "work that comes back needs an end: say `max_visits`";
        tell("rework_endless", place.clone(), id, en);
    }
    for end in action.from.iter().filter(|from| workflow.end_of(from).is_some()) {
        let id = format!("`{end}` tahap akhir: tidak ada lagi yang dilakukan di sana");
        let en = format!("`{end}` is an end: nothing is done there");
        tell("from_end", format!("{place}.from"), &id, &en);
    }
    for field in
        action.needs.iter().chain(&action.notes).filter(|field| !workflow.fields.contains_key(*field))
    {
        let (id, en) = if workflow.form.field(field).is_some() {
            (
                format!("`{field}` data di formulir: diubah dengan perbaikan data, bukan dicatat di sini"),
                format!("`{field}` is a fact of the form: it is amended, and not noted here"),
            )
        } else {
            let (id, en) = suggestion(field.as_str(), workflow.fields.keys().map(FieldName::as_str));
            (format!("isian `{field}` tidak ada{id}"), format!("there is no field `{field}`{en}"))
        };
        tell("field_unknown", place.clone(), &id, &en);
    }
    for field in action.guard.iter().flat_map(Guard::names).filter(|name| !noted(workflow, name)) {
        let id =
            format!("membaca `{field}`, yang tidak diisi tindakan mana pun, jadi tidak pernah terpenuhi");
        let en = format!("it reads `{field}`, which no action needs, so it could never be met");
        tell("field_never_set", format!("{place}.guard"), &id, &en);
    }
}

/// True for a field that a guard can count on.
pub(super) fn noted(workflow: &Workflow, name: &FieldName) -> bool {
    matches!(name.as_str(), "amount" | "year")
        || workflow.actions.values().any(|action| action.needs.contains(name))
}

fn duties(workflow: &Workflow, findings: &mut Findings<'_>) {
    let (decree, order) = (&workflow.decree, &workflow.payment_order);
    let mut nobody = |place: &str, empty: bool| {
        if empty {
            let id = "sebutkan peran yang boleh, masing-masing dengan tugasnya".into();
            findings.error("nobody", place, id, "name the roles that may, each with its duty".into());
        }
    };
    nobody("decree.draft", decree.draft.is_empty());
    nobody("decree.strike", decree.strike.is_empty());
    nobody("payment_order.draft", order.draft.is_empty());
    nobody("payment_order.settle", order.settle.is_empty());
    nobody("hold.by", workflow.hold.by.is_empty());
    let lists = [&decree.draft, &decree.strike, &order.draft, &order.settle];
    let counted: BTreeSet<&ActionName> = workflow
        .actions
        .values()
        .flat_map(|action| action.by.values())
        .chain(lists.into_iter().flat_map(std::collections::BTreeMap::<Role, ActionName>::values))
        .collect();
    for (place, duty) in workflow.duties.iter().enumerate() {
        for (key, names) in [("distinct", &duty.distinct), ("same_person", &duty.same_person)] {
            for name in names.iter().filter(|name| !counted.contains(name)) {
                let (id, en) = suggestion(name.as_str(), counted.iter().map(|known| known.as_str()));
                let id = format!("tidak ada tindakan yang dihitung sebagai `{name}`{id}");
                let en = format!("no act counts as `{name}`{en}");
                findings.error("duty_unknown", format!("duty[{place}].{key}"), id, en);
            }
        }
        exclusive(workflow, place, duty, findings);
        if duty.min_persons.is_some() != duty.before.is_some() {
            let id = "`min_persons` dan `before` ditulis bersama".into();
            let en = "`min_persons` and `before` go together".into();
            findings.error("duty_half", format!("duty[{place}]"), id, en);
        }
    }
}

/// The engine notes the two persons of a repair under a duty of its own, which no definition may count under.
pub(super) fn reserved(workflow: &Workflow, findings: &mut Findings<'_>) {
    let (decree, order) = (&workflow.decree, &workflow.payment_order);
    let lists = [
        ("decree.draft", &decree.draft),
        ("decree.strike", &decree.strike),
        ("payment_order.draft", &order.draft),
        ("payment_order.settle", &order.settle),
    ];
    let actions =
        workflow.actions.iter().map(|(name, action)| (format!("action.{name}.counts_as"), &action.by));
    let lists = lists.into_iter().map(|(place, by)| (place.to_owned(), by));
    for (place, _) in actions.chain(lists).filter(|(_, by)| by.values().any(|duty| duty.as_str() == REPAIR)) {
        let id = format!("tugas `{REPAIR}` dipakai program untuk perbaikan oleh dua orang; pakai nama lain");
        let en =
            format!("the program notes repairs by two persons under the duty `{REPAIR}`; use another name");
        findings.error("duty_reserved", place, id, en);
    }
}

/// Roles that exclude each other may be those of another workflow; but a slip of the keys keeps nobody apart.
fn exclusive(workflow: &Workflow, place: usize, duty: &Duty, findings: &mut Findings<'_>) {
    let repair = workflow.repair.iter().flat_map(|policy| policy.by.iter().chain(&policy.confirm_by));
    let sla = workflow.stages.values().filter_map(|stage| stage.sla.as_ref());
    let told = sla.filter_map(|sla| sla.escalate.as_ref()).map(|escalate| &escalate.to);
    let doers = workflow.doers().map(|(role, _)| role);
    let known: BTreeSet<&Role> = doers.chain(&workflow.hold.by).chain(repair).chain(told).collect();
    for role in duty.exclusive_roles.iter().filter(|role| !known.contains(role)) {
        let (near_id, near_en) = suggestion(role.as_str(), known.iter().map(|known| known.as_str()));
        let id = format!("tidak ada yang bertindak sebagai `{role}` di sini{near_id}");
        let en = format!("nobody acts as `{role}` here{near_en}");
        let finding = Finding::error("role_unknown", format!("duty[{place}].exclusive_roles"), id, en);
        let slip = known.iter().any(|known| crate::guard::edits(role.as_str(), known.as_str()) <= 2);
        let severity = if slip { Severity::Error } else { Severity::Warning };
        findings.add(Finding { severity, ..finding });
    }
}
