//! One request under its workflow, met by one actor: the checks that `decide`, the explanation and the lists share,
//! so that none of them can disagree with another.

use std::collections::BTreeSet;

use crate::event::OrderLine;
use crate::refusal::{Refusal, Why};
use crate::request::{Act, Request};
use crate::workflow::{Action, ActionKind, BudgetLine, Standing, Via, Workflow};
use crate::world::Context;
use crate::{ActionName, DecreeId, PersonId, Role, Rupiah, StageName};

/// One request under its workflow, met by one actor.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// Who, when, in what world.
    pub context: Context<'a>,
    /// The definition the request pins.
    pub workflow: &'a Workflow,
    /// The request.
    pub request: &'a Request,
    /// Its budget line, if the office has it.
    pub line: Option<&'a BudgetLine>,
}

/// The list through which an action is taken, if it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Through {
    /// By itself.
    Itself,
    /// By signing this decree.
    Decree(DecreeId),
    /// By this line of a payment order.
    Order(OrderLine),
}

/// An action that this actor may take now, content aside.
#[derive(Debug)]
pub struct Permit<'a> {
    /// The action's name.
    pub name: &'a ActionName,
    /// The action.
    pub action: &'a Action,
    /// The duty it counts under for this actor.
    pub duty: &'a ActionName,
}

impl<'a> Case<'a> {
    /// May this actor take this action now, content aside? The order of the checks is a contract.
    pub fn permit(&self, name: &ActionName, through: Through) -> Result<Permit<'a>, Refusal> {
        let request = self.request;
        if request.closed {
            return Err(Why::RequestClosed { stage: request.stage.clone() }.into());
        }
        let Some((name, action)) = self.workflow.actions.get_key_value(name) else {
            return Err(Why::ActionUnknown { action: name.clone() }.into());
        };
        if !action.from.contains(&request.stage) {
            return Err(Why::NotAtThisStage { action: name.clone(), stage: request.stage.clone() }.into());
        }
        check_means(name, action, through)?;
        let duty = self.duty_of(name, &action.by).map_err(|refusal| self.with_who_could(refusal, action))?;
        if action.kind != ActionKind::Ruling {
            self.check_locks(through)?;
        }
        self.check_hold(action)?;
        self.check_claim()?;
        self.check_freeze(action)?;
        self.check_visits(action)?;
        if action.is_shared() && self.endorsed_by_actor(name) {
            return Err(self.with_who_could(Why::AlreadyEndorsed { action: name.clone() }.into(), action));
        }
        Ok(Permit { name, action, duty })
    }

    /// The duty that the actor's act counts under, if a role allows it and no duty forbids it.
    pub fn duty_of(
        &self,
        name: &ActionName,
        by: &'a std::collections::BTreeMap<Role, ActionName>,
    ) -> Result<&'a ActionName, Refusal> {
        let mut conflict = None;
        for (role, duty) in by {
            if self.context.actor.person.holds(role, &self.request.region) {
                match self.conflict(duty, self.context.actor.persons()) {
                    None => return Ok(duty),
                    Some(why) => conflict = Some(why),
                }
            }
        }
        Err(conflict
            .unwrap_or_else(|| Why::RoleMissing { action: name.clone(), roles: by.keys().cloned().collect() })
            .into())
    }

    /// The duty conflict that one of these persons would run into.
    pub fn conflict(&self, duty: &ActionName, persons: impl Iterator<Item = PersonId>) -> Option<Why> {
        for person in persons {
            for rule in self.workflow.duties.iter().filter(|rule| rule.distinct.contains(duty)) {
                let earlier = self
                    .request
                    .acts
                    .iter()
                    .find(|Act(done, by)| *by == person && done != duty && rule.distinct.contains(done));
                if let Some(Act(earlier, person)) = earlier {
                    return Some(Why::DutyConflict {
                        duty: duty.clone(),
                        earlier: earlier.clone(),
                        person: *person,
                    });
                }
            }
        }
        None
    }

    /// Who holds a role for the action here and no duty against it.
    #[must_use]
    pub fn who_could(&self, by: &std::collections::BTreeMap<Role, ActionName>) -> Vec<PersonId> {
        self.context
            .world
            .roster
            .holders(by.keys(), &self.request.region)
            .filter(|person| {
                by.iter().any(|(role, duty)| {
                    person.holds(role, &self.request.region)
                        && self.conflict(duty, std::iter::once(person.id)).is_none()
                })
            })
            .map(|person| person.id)
            .collect()
    }

    fn with_who_could(&self, refusal: Refusal, action: &Action) -> Refusal {
        let mut who_could = self.who_could(&action.by);
        who_could.retain(|person| *person != self.context.actor.person.id);
        who_could.truncate(5);
        Refusal { who_could, ..refusal }
    }

    /// A list that freezes the request lets nothing else happen to it.
    pub fn check_locks(&self, through: Through) -> Result<(), Refusal> {
        if let Some(decree) = self.request.decree.filter(|_| self.request.in_decree)
            && through != Through::Decree(decree)
        {
            return Err(Why::InDecree { decree }.into());
        }
        match self.request.locked_in_order() {
            Some(at) if through != Through::Order(at) => {
                Err(Why::InPaymentOrder { order: at.order, line: at.line }.into())
            }
            _ => Ok(()),
        }
    }

    fn check_hold(&self, action: &Action) -> Result<(), Refusal> {
        match &self.request.hold {
            Some(hold) if action.kind != ActionKind::Close => {
                Err(Why::OnHold { cause: hold.cause.clone() }.into())
            }
            _ => Ok(()),
        }
    }

    fn check_claim(&self) -> Result<(), Refusal> {
        match self.request.claimed_by {
            Some(by) if by != self.context.actor.person.id => {
                Err(Refusal { why: Why::ClaimedByOther { by }, who_could: vec![by] })
            }
            _ => Ok(()),
        }
    }

    fn check_freeze(&self, action: &Action) -> Result<(), Refusal> {
        match action.kind {
            ActionKind::Approval | ActionKind::Payment => match self.freeze() {
                Some(freeze) => Err(Why::Frozen { source: freeze.source.clone(), until: freeze.to }.into()),
                None => Ok(()),
            },
            ActionKind::Forward
            | ActionKind::Rework
            | ActionKind::Close
            | ActionKind::Correction
            | ActionKind::Ruling => Ok(()),
        }
    }

    /// The freeze that stops this request's money today.
    #[must_use]
    pub fn freeze(&self) -> Option<&'a crate::world::Freeze> {
        self.context.world.policy.freeze_on(&self.workflow.fund, &self.request.scheme, self.context.today())
    }

    fn check_visits(&self, action: &Action) -> Result<(), Refusal> {
        let (Some(most), Some(to)) = (action.max_visits, &action.to) else {
            return Ok(());
        };
        if self.request.visits.get(to).is_some_and(|visits| *visits >= most) {
            return Err(Why::VisitsUsedUp { stage: to.clone(), most }.into());
        }
        Ok(())
    }

    fn endorsed_by_actor(&self, name: &ActionName) -> bool {
        let actor = self.context.actor.person.id;
        self.request.endorsements.iter().any(|word| word.action == *name && word.by == actor)
    }

    /// Fewer different persons than a duty asks for before a stage.
    pub fn check_persons(&self, to: &StageName) -> Result<(), Refusal> {
        for duty in &self.workflow.duties {
            let (Some(need), Some(before)) = (duty.min_persons, &duty.before) else {
                continue;
            };
            if before != to {
                continue;
            }
            let mut persons: BTreeSet<PersonId> =
                self.request.acts.iter().map(|Act(_, person)| *person).collect();
            persons.extend(self.context.actor.persons());
            if usize::try_from(need).is_ok_and(|need| persons.len() < need) {
                return Err(Why::TooFewPersons { have: persons.len(), need }.into());
            }
        }
        Ok(())
    }

    /// Where the money will stand at a stage. A reservation waits for room; an obligation must have it.
    pub fn standing_at(&self, to: &StageName) -> Result<Standing, Refusal> {
        let wanted = self.workflow.standing_at(to);
        match wanted {
            Standing::None | Standing::Paid => Ok(wanted),
            Standing::Reserved => Ok(match self.shortfall() {
                Some(Rupiah::ZERO) => Standing::Reserved,
                _ => Standing::None,
            }),
            Standing::Committed => match self.shortfall() {
                Some(Rupiah::ZERO) => Ok(Standing::Committed),
                Some(missing) => Err(Why::BudgetShort { line: self.request.line.clone(), missing }.into()),
                None => Err(Why::NotBudgeted { line: self.request.line.clone() }.into()),
            },
        }
    }

    /// What the budget line lacks to owe this request; none where there is no line.
    #[must_use]
    pub fn shortfall(&self) -> Option<Rupiah> {
        let line = self.line?;
        let need = if self.request.budget == Standing::None { self.request.amount } else { Rupiah::ZERO };
        Some(line.shortfall(need))
    }
}

fn check_means(name: &ActionName, action: &Action, through: Through) -> Result<(), Refusal> {
    match (action.via, through) {
        (None, Through::Itself)
        | (Some(Via::Decree), Through::Decree(_))
        | (Some(Via::PaymentOrder), Through::Order(_)) => Ok(()),
        (Some(Via::Decree), _) => Err(Why::OnlyByDecree { action: name.clone() }.into()),
        (Some(Via::PaymentOrder), _) => Err(Why::OnlyByPaymentOrder { action: name.clone() }.into()),
        (None, _) => Err(Why::ActionUnknown { action: name.clone() }.into()),
    }
}

impl Case<'_> {
    /// May this request go on a list of this kind: at the right stage, free, and not set aside?
    pub fn check_list(&self, via: Via) -> Result<(), Refusal> {
        let request = self.request;
        if request.closed {
            return Err(Why::RequestClosed { stage: request.stage.clone() }.into());
        }
        let Some((name, action)) = self.workflow.action_via(via) else {
            return Err(Why::ActionUnknown { action: "list".into() }.into());
        };
        if !action.from.contains(&request.stage) {
            return Err(Why::NotAtThisStage { action: name.clone(), stage: request.stage.clone() }.into());
        }
        self.check_locks(Through::Itself)?;
        self.check_hold(action)?;
        self.check_claim()
    }
}
