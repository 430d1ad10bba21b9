//! What an event is called, and the duty that it counts under.

use super::Event;
use crate::ActionName;

impl Event {
    /// The event's name in lists and filters.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Event::Entered(_) => "entered",
            Event::Amended { .. } => "amended",
            Event::Advanced(_) => "advanced",
            Event::Endorsed { .. } => "endorsed",
            Event::Corrected { .. } => "corrected",
            Event::Held { .. } => "held",
            Event::Resumed { .. } => "resumed",
            Event::Claimed => "claimed",
            Event::Released => "released",
            Event::Commented { .. } => "commented",
            Event::Attached { .. } => "attached",
            Event::Listed { .. } => "listed",
            Event::Unlisted { .. } => "unlisted",
            Event::Ordered { .. } => "ordered",
            Event::OrderWorked { .. } => "order_worked",
            Event::Unordered { .. } => "unordered",
            Event::PaymentFailed { .. } => "payment_failed",
            Event::PaymentUnknown { .. } => "payment_unknown",
            Event::IncidentOpened { .. } => "incident_opened",
            Event::RuledUnpaid { .. } => "ruled_unpaid",
            Event::RuledPaidTwice { .. } => "ruled_paid_twice",
            Event::Reminded { .. } => "reminded",
            Event::Escalated { .. } => "escalated",
            Event::HoldReviewDue { .. } => "hold_review_due",
            Event::VerificationExpired(_) => "verification_expired",
            Event::Repaired(_) => "repaired",
            Event::Migrated(_) => "migrated",
        }
    }

    /// True where the clock told somebody something, and the request is what it was.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        matches!(self, Event::Reminded { .. } | Event::Escalated { .. } | Event::HoldReviewDue { .. })
    }

    /// The duty that the act counts under, if it counts as one.
    #[must_use]
    pub fn duty(&self) -> Option<&ActionName> {
        match self {
            Event::Entered(entered) => Some(&entered.duty),
            Event::Advanced(advanced) => Some(&advanced.duty),
            Event::Amended { duty, .. }
            | Event::Endorsed { duty, .. }
            | Event::Corrected { duty, .. }
            | Event::Listed { duty, .. }
            | Event::Ordered { duty, .. }
            | Event::OrderWorked { duty, .. }
            | Event::PaymentFailed { duty, .. }
            | Event::PaymentUnknown { duty, .. }
            | Event::IncidentOpened { duty, .. }
            | Event::RuledUnpaid { duty, .. }
            | Event::RuledPaidTwice { duty, .. } => Some(duty),
            Event::Held { .. }
            | Event::Resumed { .. }
            | Event::Claimed
            | Event::Released
            | Event::Commented { .. }
            | Event::Attached { .. }
            | Event::Unlisted { .. }
            | Event::Unordered { .. }
            | Event::Reminded { .. }
            | Event::Escalated { .. }
            | Event::HoldReviewDue { .. }
            | Event::VerificationExpired(_)
            | Event::Repaired(_)
            | Event::Migrated(_) => None,
        }
    }
}
