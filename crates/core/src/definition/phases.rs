//! Phases come in their order: an approval leads from where it is waited for to where the money waits, a payment goes
//! from there, and nothing that leads on leads back.

use super::finding::Findings;
use crate::workflow::{Action, ActionKind, Phase, Workflow};
use crate::{ActionName, StageName};

pub(super) fn check(workflow: &Workflow, findings: &mut Findings<'_>) {
    for (name, action) in &workflow.actions {
        check_backward(workflow, name, action, findings);
        check_granting(workflow, name, action, findings);
    }
}

/// What leads on never leads to an earlier phase.
fn check_backward(workflow: &Workflow, name: &ActionName, action: &Action, findings: &mut Findings<'_>) {
    let Some(to) = action.to.as_ref().filter(|_| leads_on(action.kind)) else { return };
    let earlier = |from: &&StageName| {
        workflow.phase_of(to).zip(workflow.phase_of(from)).is_some_and(|(to, from)| to < from)
    };
    if let Some(from) = action.from.iter().find(earlier) {
        let id = format!(
            "membawa permohonan mundur dari `{from}` ke `{to}`, fase sebelumnya; mundur hanya dengan `kind = \"rework\"`"
        );
        let en = format!(
            "it leads a request back from `{from}` to `{to}`, of an earlier phase; only `kind = \"rework\"` leads back"
        );
        findings.error("phase_backward", format!("action.{name}.to"), id, en);
    }
}

fn leads_on(kind: ActionKind) -> bool {
    matches!(kind, ActionKind::Forward | ActionKind::Approval | ActionKind::Payment)
}

/// An approval stands between the phases of approval and disbursement, and a payment follows the latter.
fn check_granting(workflow: &Workflow, name: &ActionName, action: &Action, findings: &mut Findings<'_>) {
    let not_of = |phase: Phase| action.from.iter().find(move |from| workflow.phase_of(from) != Some(phase));
    match action.kind {
        ActionKind::Approval => {
            if let Some(from) = not_of(Phase::Approval) {
                let id = format!("persetujuan diberikan di fase `approval`, dan `{from}` bukan fase itu");
                let en = format!("an approval is given in the phase `approval`, and `{from}` is not of it");
                findings.error("approval_phase", format!("action.{name}.from"), id, en);
            }
            let Some(to) = &action.to else { return };
            if workflow.phase_of(to).is_none_or(|phase| phase < Phase::Disbursement) {
                let id = format!("persetujuan menuju fase `disbursement`, dan `{to}` bukan fase itu");
                let en = format!("an approval leads to the phase `disbursement`, and `{to}` is not of it");
                findings.error("approval_phase", format!("action.{name}.to"), id, en);
            }
        }
        ActionKind::Payment => {
            if let Some(from) = not_of(Phase::Disbursement) {
                let id = format!("pembayaran dilakukan di fase `disbursement`, dan `{from}` bukan fase itu");
                let en = format!("a payment is made in the phase `disbursement`, and `{from}` is not of it");
                findings.error("payment_phase", format!("action.{name}.from"), id, en);
            }
        }
        ActionKind::Forward
        | ActionKind::Rework
        | ActionKind::Close
        | ActionKind::Correction
        | ActionKind::Ruling => {}
    }
}
