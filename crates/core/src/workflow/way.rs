//! Which stage comes after which.

use std::collections::BTreeSet;

use super::{ActionKind, Workflow};
use crate::StageName;

impl Workflow {
    /// True if a request that only goes forward comes from one stage to the other; a stage does not come to itself.
    #[must_use]
    pub fn leads_on(&self, from: &StageName, to: &StageName) -> bool {
        let forward = |kind| matches!(kind, ActionKind::Forward | ActionKind::Approval | ActionKind::Payment);
        let (mut reached, mut open) = (BTreeSet::from([from]), vec![from]);
        while let Some(stage) = open.pop() {
            for action in self.actions.values().filter(|it| forward(it.kind) && it.from.contains(stage)) {
                if let Some(next) = action.to.as_ref().filter(|next| reached.insert(next)) {
                    if next == to {
                        return true;
                    }
                    open.push(next);
                }
            }
        }
        false
    }
}
