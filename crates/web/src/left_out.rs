//! What a list leaves out, by its cause.

use std::collections::BTreeMap;

use salur_api::batch_actions::OutcomeBody;
use uuid::Uuid;

/// Requests that are named for a cause.
const NAMED: usize = 20;

/// Requests that are left out for one cause.
#[derive(Debug)]
pub(crate) struct LeftOut {
    pub(crate) why: String,
    pub(crate) count: usize,
    /// Some of them.
    pub(crate) ids: Vec<Uuid>,
}

impl LeftOut {
    /// By cause, most first.
    pub(crate) fn of(outcomes: &[OutcomeBody]) -> Vec<LeftOut> {
        let mut by_cause: BTreeMap<&str, Vec<Uuid>> = BTreeMap::new();
        for outcome in outcomes {
            by_cause.entry(outcome.detail.as_deref().unwrap_or_default()).or_default().push(outcome.id);
        }
        let mut all: Vec<LeftOut> = by_cause
            .into_iter()
            .map(|(why, mut ids)| {
                let count = ids.len();
                ids.truncate(NAMED);
                LeftOut { why: why.to_owned(), count, ids }
            })
            .collect();
        all.sort_by_key(|it| std::cmp::Reverse(it.count));
        all
    }
}
