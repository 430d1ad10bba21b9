//! What kinds of work a person has, by roles of their own and by papers in force alike. It decides nothing: it says
//! with what a person's pages begin, and which of them there is a way to.

use jiff::civil::Date;

use crate::Role;
use crate::roster::Person;
use crate::workflow::{ActionKind, Via, Workflow};
use crate::world::World;

/// The kinds of work that a person has on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each kind of work is had or not, whatever the others are")]
pub struct Desk {
    /// Enters requests, or takes them on before they are approved.
    pub advances: bool,
    /// Enters requests.
    pub enters: bool,
    /// Drafts decrees or strikes lines from them.
    pub drafts: bool,
    /// Signs decrees.
    pub signs: bool,
    /// Drafts payment orders or settles them.
    pub pays: bool,
    /// May propose a change of the office, or confirm one.
    pub administers: bool,
    /// Sees everything of the office itself.
    pub sees_office: bool,
}

impl Desk {
    /// True if the page of the office itself is for them: people, papers, budget.
    #[must_use]
    pub fn reads_office(self) -> bool {
        self.administers || self.signs || self.sees_office
    }

    /// True if the audit trail is for them.
    #[must_use]
    pub fn reads_audit(self) -> bool {
        self.sees_office
    }

    /// What the person has to do on the day.
    #[must_use]
    pub fn of(world: &World, person: &Person, day: Date) -> Desk {
        let holds = |role: &Role| world.roster.holds_anywhere(person, role, day);
        let mut desk = Desk {
            administers: world
                .policy
                .change
                .values()
                .any(|rule| rule.propose.union(&rule.confirm).any(holds)),
            sees_office: world.policy.office.see_all.iter().any(holds),
            ..Desk::default()
        };
        for workflow in world.workflows.all_current() {
            desk.join(workflow, holds);
        }
        desk
    }

    fn join(&mut self, workflow: &Workflow, holds: impl Fn(&Role) -> bool + Copy) {
        let entry = workflow.action_of(ActionKind::Forward, &workflow.start);
        self.enters |= entry.is_some_and(|(_, action)| action.by.keys().any(holds));
        self.advances |= workflow.actions.values().any(|action| {
            action.kind == ActionKind::Forward && action.via.is_none() && action.by.keys().any(holds)
        });
        let signing = workflow.action_via(Via::Decree);
        self.signs |= signing.is_some_and(|(_, action)| action.by.keys().any(holds));
        self.drafts |= workflow.decree.draft.keys().any(holds);
        let order = &workflow.payment_order;
        self.pays |= order.draft.keys().chain(order.settle.keys()).any(holds);
    }
}
