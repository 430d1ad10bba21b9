//! What whoever signs a decree should look at first. It refuses nothing: what may not be approved is refused by the
//! rules already; this is what a careful reader would ask about.

use serde::Serialize;

use crate::RequestId;
use crate::decree::{DecreeLine, LineOutcome};
use crate::request::Request;

/// Why a line is worth a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// The amount is more than twice the middle one of the list.
    AmountHigh,
    /// It was put on a list or before the approver earlier, and came back.
    CameBack,
    /// Its facts were changed after they were entered.
    Amended,
    /// It took so long that it was brought before somebody else.
    Escalated,
}

impl NoticeKind {
    /// The kinds, the weightiest first.
    pub const ALL: [NoticeKind; 4] =
        [NoticeKind::AmountHigh, NoticeKind::CameBack, NoticeKind::Amended, NoticeKind::Escalated];

    /// Its name, stable.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            NoticeKind::AmountHigh => "amount_high",
            NoticeKind::CameBack => "came_back",
            NoticeKind::Amended => "amended",
            NoticeKind::Escalated => "escalated",
        }
    }
}

/// Lines worth a look for one cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The cause.
    pub kind: NoticeKind,
    /// The requests, in the order of their lines.
    pub requests: Vec<RequestId>,
}

/// An amount is high beyond this many times the list's middle one.
const HIGH: i64 = 2;

/// What to look at in a list, the weightiest cause first; causes without a line are left out.
#[must_use]
pub fn notices(lines: &[(DecreeLine, Request)]) -> Vec<Notice> {
    let mut amounts: Vec<i64> = lines.iter().map(|(line, _)| line.amount.0).collect();
    amounts.sort_unstable();
    let middle = amounts.get(amounts.len() / 2).copied().unwrap_or_default();
    let found = NoticeKind::ALL.into_iter().map(|kind| {
        let listed = lines.iter().filter(|(line, _)| line.outcome == LineOutcome::Listed);
        let fits = listed.filter(|(line, request)| match kind {
            NoticeKind::AmountHigh => line.amount.0 > middle.saturating_mul(HIGH),
            NoticeKind::CameBack => request.visits.get(&request.stage).is_some_and(|visits| *visits > 1),
            NoticeKind::Amended => request.facts.version > 1,
            NoticeKind::Escalated => request.timers.escalated.is_some(),
        });
        Notice { kind, requests: fits.map(|(line, _)| line.request).collect() }
    });
    found.filter(|notice| !notice.requests.is_empty()).collect()
}
