//! Every way to a payment passes an approval, no way passes two payments, nothing changes between them, and nobody
//! moves money alone.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::{CounterExample, Finding, Findings, Severity};
use super::graph::{Graph, Reached};
use crate::proof;
use crate::workflow::{Action, ActionKind, BenefitKind, FieldKind, Phase, Standing, Via, Workflow};
use crate::{ActionName, FieldName};

/// Every way to a payment passes an approval; after a payment there is none.
pub(super) fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let workflow = graph.workflow;
    let unapproved = graph.reach([&workflow.start], |step| !step.is(ActionKind::Approval));
    let paying = || workflow.actions.iter().filter(|(_, action)| moves_money(action));
    for (name, action) in paying() {
        let place = format!("action.{name}");
        if let Some(stage) = action.from.iter().find(|stage| unapproved.has(stage)) {
            let id = format!("permohonan bisa sampai ke `{stage}` dan dibayar di sana tanpa persetujuan");
            let en = format!("a request can come to `{stage}`, and be paid there, without an approval");
            let shown = unapproved.shows(stage, name.as_str());
            findings.add(Finding::error("payment_unapproved", place.clone(), id, en).shown_by(shown));
        }
        let Some(to) = &action.to else { continue };
        if !matches!(workflow.standing_at(to), Standing::Committed | Standing::Paid) {
            let id = format!("pembayaran menuju `{to}`, padahal di sana uang dianggap tidak jadi keluar");
            let en = format!("the payment leads to `{to}`, where the money counts as not given");
            findings.error("payment_target", format!("{place}.to"), id, en);
        }
        let after = graph.reach([to], |_| true);
        let again = paying().find_map(|(other, paid)| {
            paid.from.iter().find(|stage| after.has(stage)).map(|stage| (other, stage))
        });
        if let Some((again, stage)) = again {
            let id = format!("sesudahnya, `{again}` bisa membayar permohonan yang sama lagi");
            let en = format!("after it, `{again}` could pay the same request again");
            let mut way = vec![name.to_string()];
            way.extend(after.way(stage));
            way.push(again.to_string());
            let shown = CounterExample::Way(way);
            findings.add(Finding::error("payment_twice", place, id, en).shown_by(shown));
        }
    }
    check_paid(graph, findings);
    check_frozen(graph, &unapproved, findings);
    check_persons(workflow, findings);
}

fn moves_money(action: &Action) -> bool {
    matches!(action.kind, ActionKind::Payment | ActionKind::Ruling)
}

/// Where a request's money counts as paid, a payment came before.
fn check_paid(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let workflow = graph.workflow;
    let unpaid = graph.reach([&workflow.start], |step| !step.pays());
    let counted = |stage: &&crate::StageName| workflow.standing_at(stage) == Standing::Paid;
    if let Some(stage) = unpaid.stages().find(counted) {
        let id =
            format!("di `{stage}` uang dianggap sudah dibayar, tetapi ada jalan ke sana tanpa pembayaran");
        let en = format!("at `{stage}` the money counts as paid, yet a way leads there without a payment");
        let shown = CounterExample::Way(unpaid.way(stage));
        findings
            .add(Finding::error("paid_without_payment", format!("stage.{stage}"), id, en).shown_by(shown));
    }
}

/// Amount and payee stay as they were approved.
fn check_frozen(graph: &Graph<'_>, unapproved: &Reached<'_>, findings: &mut Findings<'_>) {
    let workflow = graph.workflow;
    let granted = workflow.actions.values().filter(|action| action.kind == ActionKind::Approval);
    let granted = granted.filter_map(|action| action.to.as_ref());
    let after = graph.reach(granted, |step| !step.is(ActionKind::Rework) && step.action.is_some());
    let form = &workflow.form;
    let payee = [&form.account.bank, &form.account.number, &form.account.holder];
    for (name, action) in &workflow.actions {
        let Some(stage) = action.from.iter().find(|stage| after.has(stage)) else { continue };
        // Mending the account is what a correction is for: two persons do it, neither of them the payer.
        let frozen = |field: &&FieldName| {
            **field == form.amount
                || field.as_str() == "amount"
                || (action.kind != ActionKind::Correction && payee.contains(field))
        };
        if let Some(field) = action.needs.iter().chain(&action.notes).find(frozen) {
            let id = format!("`{name}` mengubah `{field}` di `{stage}`, sesudah persetujuan");
            let en = format!("`{name}` changes `{field}` at `{stage}`, after the approval");
            let shown = after.shows(stage, name.as_str());
            let place = format!("action.{name}");
            findings.add(Finding::error("amount_after_approval", place, id, en).shown_by(shown));
        }
    }
    // At a stage of input everything can be amended, so what was approved before no longer holds.
    for open in workflow.stages_of(Phase::Input).filter(|stage| !unapproved.has(stage)) {
        let again = graph.reach([open], |step| !step.is(ActionKind::Approval));
        let paid = workflow.actions.iter().filter(|(_, action)| moves_money(action));
        let paid = paid.flat_map(|(name, action)| action.from.iter().map(move |stage| (name, stage)));
        if let Some((name, stage)) = paid.into_iter().find(|(_, stage)| again.has(stage)) {
            let id = format!(
                "di `{open}` jumlah bisa diubah sesudah persetujuan, lalu dibayar tanpa persetujuan baru"
            );
            let en = format!(
                "at `{open}` the amount can be changed after the approval, and paid without a new one"
            );
            let place = format!("stage.{open}");
            let shown = again.shows(stage, name.as_str());
            findings.add(Finding::error("amount_after_approval", place, id, en).shown_by(shown));
        }
    }
}

fn check_persons(workflow: &Workflow, findings: &mut Findings<'_>) {
    let mut cut = false;
    for (place, duty) in workflow.duties.iter().enumerate() {
        let (Some(need), Some(before)) = (duty.min_persons, &duty.before) else {
            continue;
        };
        let place = format!("duty[{place}]");
        let proof = proof::prove(workflow, before);
        if proof.cut {
            cut = true;
            let id = format!("jalan ke `{before}` terlalu banyak untuk dibuktikan apa pun");
            let en = format!("there are too many ways to `{before}` to prove anything about them");
            findings.error("proof_too_large", place.clone(), id, en);
        }
        let Some(weakest) = proof.weakest else {
            continue;
        };
        if weakest.persons() < usize::try_from(need).unwrap_or(usize::MAX) {
            let shown = persons_of(&weakest);
            let (id, en) = (shown.text(crate::Lang::Id), shown.text(crate::Lang::En));
            let persons = weakest.persons();
            let id = format!(
                "dijanjikan {need} orang berbeda sebelum `{before}`, tetapi {persons} orang sudah cukup: {id}"
            );
            let en = format!(
                "{need} different persons are promised before `{before}`, but the duties allow {persons}: {en}"
            );
            findings.add(Finding::error("too_few_persons", place, id, en).shown_by(shown));
        }
    }
    check_alone(workflow, cut, findings);
    if workflow.benefit == BenefitKind::Cash && workflow.duties.iter().all(|duty| duty.min_persons.is_none())
    {
        let id = "tidak dijanjikan berapa orang berbeda ikut sebelum uang keluar: tulis `min_persons` dan `before`";
        let en = "nothing promises how many different persons take part before money goes out: say \
                  `min_persons` and `before`";
        findings.warning("persons_unpromised", "workflow.benefit", id.into(), en.into());
    }
}

fn persons_of(way: &proof::Way) -> CounterExample {
    let acts = way.acts.iter().map(|(act, person)| (act.to_string(), person.saturating_add(1)));
    CounterExample::Persons(acts.collect())
}

/// Whatever is promised, nobody brings a payment about alone; `told` where it was said that ways are too many.
fn check_alone(workflow: &Workflow, told: bool, findings: &mut Findings<'_>) {
    let Some((pays, _)) = workflow.actions.iter().find(|(_, action)| moves_money(action)) else { return };
    let place = format!("action.{pays}");
    let proof = proof::prove_payment(workflow);
    if proof.cut && !told {
        let id = "jalan ke pembayaran terlalu banyak untuk dibuktikan apa pun".into();
        let en = "there are too many ways to a payment to prove anything about them".into();
        findings.error("proof_too_large", place.clone(), id, en);
    }
    if let Some(acts) = &proof.contradiction {
        let acts = acts.iter().map(ActionName::as_str).collect::<Vec<_>>().join(", ");
        let same = workflow.duties.iter().position(|duty| !duty.same_person.is_empty());
        let place = same.map_or_else(|| place.clone(), |same| format!("duty[{same}].same_person"));
        let id = format!(
            "jalan ini tidak dapat ditempuh siapa pun, karena satu orang harus berbeda dari dirinya: {acts}"
        );
        let en = format!(
            "nobody can go this way, because one person would have to differ from themselves: {acts}"
        );
        let finding = Finding::error("duties_contradict", place, id, en);
        // Where another way is left, only this one is closed.
        let severity = if proof.weakest.is_some() { Severity::Warning } else { Severity::Error };
        findings.add(Finding { severity, ..finding });
    }
    if let Some(weakest) = proof.weakest.filter(|weakest| weakest.persons() < 2) {
        let shown = persons_of(&weakest);
        let (id, en) = (shown.text(crate::Lang::Id), shown.text(crate::Lang::En));
        let id =
            format!("satu orang sendirian bisa mengeluarkan uang: {id}; pisahkan dengan [[duty]] `distinct`");
        let en = format!(
            "one person alone can bring a payment about: {en}; keep acts apart by a duty's `distinct`"
        );
        findings.add(Finding::error("one_person_pays", place, id, en).shown_by(shown));
    }
}

/// What goes by a list is decided line by line, by one person, with nothing asked; what mends or rules on a payment
/// takes two, neither of them the payer.
pub(super) fn check_lists(workflow: &Workflow, findings: &mut Findings<'_>) {
    let mut by_list: BTreeMap<&str, u32> = BTreeMap::new();
    for (name, action) in &workflow.actions {
        let place = format!("action.{name}");
        let (means, kind) = match action.via {
            Some(Via::Decree) => ("decree", ActionKind::Approval),
            Some(Via::PaymentOrder) => ("payment_order", ActionKind::Payment),
            None => {
                check_two(workflow, name, action, findings);
                continue;
            }
        };
        let count = by_list.entry(means).or_default();
        *count = count.saturating_add(1);
        if *count > 1 {
            let id = format!("sudah ada tindakan lain lewat `{means}`; paling banyak satu");
            let en = format!("another action goes by `{means}` already; one is the most");
            findings.error("via_twice", format!("{place}.via"), id, en);
        }
        if action.kind != kind {
            let id = "yang lewat SK berjenis `approval`, yang lewat perintah bayar `payment`".into();
            let en = "what goes by decree is of the kind `approval`, by payment order `payment`".into();
            findings.error("via_kind", place.clone(), id, en);
        }
        if action.is_shared() || action.needs_reason || !action.needs.is_empty() || !action.notes.is_empty() {
            let id = "daftar tidak menanyakan apa pun per baris: tanpa `persons`, `reason`, `needs`, `notes`";
            let en = "a list asks nothing of its lines: no `persons`, `reason`, `needs`, `notes`";
            findings.error("list_asks", place.clone(), id.into(), en.into());
        }
        if action.via == Some(Via::PaymentOrder) && action.by != workflow.payment_order.settle {
            let id = "yang membayar ialah yang memasukkan hasil bank: tulis peran dan tugas yang sama di \
                      `payment_order.settle`";
            let en = "who pays is who enters the bank's results: say the same roles and duties in \
                      `payment_order.settle`";
            findings.error("payer_unclear", format!("{place}.by"), id.into(), en.into());
        }
    }
}

fn check_two(workflow: &Workflow, name: &ActionName, action: &Action, findings: &mut Findings<'_>) {
    let place = format!("action.{name}");
    match action.kind {
        ActionKind::Correction => {}
        ActionKind::Ruling => {
            let asked: Vec<_> = action.needs.iter().filter_map(|field| workflow.fields.get(field)).collect();
            if !matches!(asked.as_slice(), [field] if field.kind == FieldKind::Bool) {
                let id = "penetapan butuh satu isian `bool`: apakah pembayaran terjadi?".into();
                let en = "a ruling needs one field of the type `bool`: did the payment happen?".into();
                findings.error("ruling_asks", format!("{place}.needs"), id, en);
            }
        }
        ActionKind::Forward
        | ActionKind::Rework
        | ActionKind::Approval
        | ActionKind::Payment
        | ActionKind::Close => return,
    }
    if action.persons < 2 {
        let id = "memperbaiki atau menetapkan pembayaran butuh dua orang: tulis `persons = 2`".into();
        let en = "what mends or rules on a payment takes two persons: say `persons = 2`".into();
        findings.error("acts_alone", format!("{place}.persons"), id, en);
    }
    let order = &workflow.payment_order;
    let apart = |own: &ActionName, pays: &ActionName| {
        workflow.duties.iter().any(|duty| duty.distinct.contains(own) && duty.distinct.contains(pays))
    };
    for pays in order.draft.values().chain(order.settle.values()).collect::<BTreeSet<_>>() {
        if let Some(own) = action.by.values().find(|own| !apart(own, pays)) {
            let add = format!("`distinct = [\"{own}\", \"{pays}\"]`");
            let id = format!("pembayar bisa melakukannya juga: tambahkan [[duty]] dengan {add}");
            let en = format!("whoever pays could do it too: add a duty with {add}");
            findings.error("payer_decides", place.clone(), id, en);
        }
    }
}
