//! Which stage comes after which.

use std::collections::BTreeSet;

use super::{ActionKind, Via, Workflow};
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

    /// The stages that a request may come to without an approval.
    #[must_use]
    pub fn ungranted(&self) -> BTreeSet<&StageName> {
        self.reached(self.entries(), |kind| kind != ActionKind::Approval)
    }

    /// True for a stage that a request may come to, and never without an approval.
    #[must_use]
    pub fn is_granted(&self, stage: &StageName) -> bool {
        self.reached(self.entries(), |_| true).contains(stage) && !self.ungranted().contains(stage)
    }

    /// The stages that a request at this one may yet be at, this one included.
    pub(crate) fn onward<'a>(&'a self, from: &'a StageName) -> BTreeSet<&'a StageName> {
        self.reached(vec![from], |_| true)
    }

    fn entries(&self) -> Vec<&StageName> {
        std::iter::once(&self.start).chain(&self.referred).collect()
    }

    /// The stages that a request may come to from others by actions of these kinds.
    fn reached<'a>(
        &'a self,
        mut open: Vec<&'a StageName>,
        takes: impl Fn(ActionKind) -> bool,
    ) -> BTreeSet<&'a StageName> {
        let mut reached: BTreeSet<&StageName> = open.iter().copied().collect();
        while let Some(stage) = open.pop() {
            for action in self.actions.values().filter(|action| action.from.contains(stage)) {
                let struck = (action.via == Some(Via::Decree)).then_some(&self.decree.strike_to);
                let next = action.to.as_ref().filter(|_| takes(action.kind)).into_iter().chain(struck);
                open.extend(next.filter(|next| reached.insert(*next)));
            }
        }
        reached
    }
}
