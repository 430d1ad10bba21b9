//! What is stuck, as far as the request alone tells.

use crate::request::{PaymentState, RULED_UNPAID, Request};
use crate::workflow::{Phase, Standing, Workflow};

/// The causes that follow from a request alone, beside those of the policy's holds.
pub const SNAGS: [&str; 5] =
    ["payment_incident", "bank_no_result", "account_rejected", "returned_untouched", "budget_short"];

/// The cause that keeps a request from its plain course, as far as it follows from the request alone: what the list of
/// what is stuck is kept by. In the order of [`wait`](super::wait()).
#[must_use]
pub fn snag(workflow: &Workflow, request: &Request) -> Option<String> {
    if request.incident.is_some() {
        return Some("payment_incident".into());
    }
    if request.closed {
        return None;
    }
    if let Some(hold) = &request.hold {
        return Some(hold.cause.clone());
    }
    match request.payment.as_ref().map(|payment| &payment.state) {
        Some(PaymentState::Unknown) => return Some("bank_no_result".into()),
        Some(PaymentState::Failed(why)) if why != RULED_UNPAID => return Some("account_rejected".into()),
        _ => {}
    }
    if request.returned.as_ref().is_some_and(|returned| returned.changed.is_empty()) {
        return Some("returned_untouched".into());
    }
    let is_unreserved =
        request.budget == Standing::None && workflow.phase_of(&request.stage) == Some(Phase::Approval);
    is_unreserved.then(|| "budget_short".into())
}
