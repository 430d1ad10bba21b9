//! One request under its workflow, met by one actor: the checks that `decide`, the explanation and the lists share,
//! so that none of them can disagree with another.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::OrderLine;
use crate::refusal::{Refusal, RefusalKind, Why};
use crate::request::{Act, Request};
use crate::timer;
use crate::value::Value;
use crate::workflow::{Action, ActionKind, BudgetLine, Standing, Via, Workflow};
use crate::world::{Context, Freeze};
use crate::{ActionName, DecreeId, FieldName, PersonId, Rupiah, StageName};

mod footing;

pub use footing::Footing;
pub(crate) use footing::{footings, holds_exclusive, no_footing};

/// Drafting a decree is routine work: it settles nothing.
pub(crate) const DRAFTING: ActionKind = ActionKind::Forward;

/// Most persons that a refusal names.
pub(crate) const WHO_COULD_MAX: usize = 5;

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
    /// On what footing this actor takes it: the duty it counts under, and the person acted for.
    pub footing: Footing<'a>,
}

impl<'a> Case<'a> {
    /// May this actor take this action now, content aside? The order of the checks is a contract: is the request
    /// there for it, is it you, is it free, is it the time.
    pub fn permit(&self, name: &ActionName, through: Through) -> Result<Permit<'a>, Refusal> {
        let request = self.request;
        let known = self.workflow.actions.get_key_value(name);
        let ruling = known.is_some_and(|(_, action)| action.kind == ActionKind::Ruling);
        // An incident is ruled on wherever the request is, even at its end.
        let on_incident = ruling && request.incident.is_some();
        if !on_incident {
            self.check_open()?;
        }
        let Some((name, action)) = known else {
            return Err(Why::ActionUnknown { action: crate::decide::plain(name.as_str()).into() }.into());
        };
        if !on_incident && !action.from.contains(&request.stage) {
            return Err(Why::NotAtThisStage { action: name.clone(), stage: request.stage.clone() }.into());
        }
        check_means(name, action, through)?;
        let footing = self.footing(name, &action.by, action.kind)?;
        if ruling && request.doubtful_at().is_none() {
            return Err(Why::NothingToRule.into());
        }
        if !ruling {
            self.check_locks(through)?;
        }
        self.check_hold(action)?;
        self.check_claim(through)?;
        self.check_freeze(action)?;
        self.check_visits(action)?;
        if action.kind == ActionKind::Approval {
            timer::check_fresh(self)?;
        }
        Ok(Permit { name, action, footing })
    }

    /// A request of a region that the actor does not serve is not there for them.
    pub(crate) fn check_seen(&self) -> Result<(), Refusal> {
        if self.context.sees(&self.request.region) { Ok(()) } else { Err(Why::NotFound.into()) }
    }

    /// Nothing but a ruling and a note happens to a request at its end.
    pub(crate) fn check_open(&self) -> Result<(), Refusal> {
        if self.request.closed {
            return Err(Why::RequestClosed { stage: self.request.stage.clone() }.into());
        }
        Ok(())
    }

    /// A refusal that has nobody to name yet, with who can move the request on from where it is.
    pub(crate) fn with_next_actors(&self, refusal: Refusal) -> Refusal {
        if !refusal.who_could.is_empty()
            || refusal.why.kind() == RefusalKind::NotLikeThis
            || self.request.closed
        {
            return refusal;
        }
        let (workflow, request) = (self.workflow, self.request);
        let mut next: BTreeSet<PersonId> = BTreeSet::new();
        if request.hold.is_some() {
            let roster = &self.context.world.roster;
            next.extend(roster.holders(workflow.hold.by.iter(), &request.region).map(|person| person.id));
        } else if request.ordered_at().is_some() {
            next.extend(self.who_could(&workflow.payment_order.settle, Some(ActionKind::Payment)));
        } else {
            for action in workflow.actions.values().filter(|action| action.from.contains(&request.stage)) {
                match (action.kind, action.via) {
                    (ActionKind::Forward, _) => next.extend(self.who_could(&action.by, Some(action.kind))),
                    (ActionKind::Approval, Some(Via::Decree)) if !request.in_decree => {
                        next.extend(self.who_could(&workflow.decree.draft, Some(DRAFTING)));
                    }
                    (ActionKind::Approval | ActionKind::Payment, _) => {
                        next.extend(self.who_could(&action.by, Some(action.kind)));
                    }
                    _ => {}
                }
            }
        }
        Refusal { who_could: next.into_iter().take(WHO_COULD_MAX).collect(), ..refusal }
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

    /// A request set aside moves no further; it may be sent back, mended, ruled on or ended.
    fn check_hold(&self, action: &Action) -> Result<(), Refusal> {
        let onward = match action.kind {
            ActionKind::Forward | ActionKind::Approval | ActionKind::Payment => true,
            ActionKind::Rework | ActionKind::Close | ActionKind::Correction | ActionKind::Ruling => false,
        };
        match &self.request.hold {
            Some(hold) if onward => Err(Why::OnHold { cause: hold.cause.clone() }.into()),
            _ => Ok(()),
        }
    }

    /// A claim keeps others off what is done by hand; a list has taken the request on already.
    pub(crate) fn check_claim(&self, through: Through) -> Result<(), Refusal> {
        match self.request.claimed_by {
            Some(by) if by != self.context.actor.person.id && through == Through::Itself => {
                Err(Refusal { why: Why::ClaimedByOther { by }, who_could: vec![by] })
            }
            _ => Ok(()),
        }
    }

    fn check_freeze(&self, action: &Action) -> Result<(), Refusal> {
        match action.kind {
            ActionKind::Approval | ActionKind::Payment => self.check_frozen(),
            ActionKind::Forward
            | ActionKind::Rework
            | ActionKind::Close
            | ActionKind::Correction
            | ActionKind::Ruling => Ok(()),
        }
    }

    pub(crate) fn check_frozen(&self) -> Result<(), Refusal> {
        match self.freeze() {
            Some(freeze) => Err(Why::Frozen { source: freeze.source.clone(), until: freeze.to }.into()),
            None => Ok(()),
        }
    }

    /// The freeze that stops this request's money today.
    #[must_use]
    pub fn freeze(&self) -> Option<&'a Freeze> {
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

    /// The action's condition, over what is given now and what was noted before.
    pub(crate) fn check_guard(
        &self,
        action: &Action,
        given: &BTreeMap<FieldName, Value>,
    ) -> Result<(), Refusal> {
        let Some(guard) = &action.guard else {
            return Ok(());
        };
        guard
            .check(&|name| match name {
                "amount" => Some(Value::Money(self.request.amount.0)),
                "year" => Some(Value::Int(self.request.year.into())),
                _ => given.get(name).or_else(|| self.request.fields.get(name)).cloned(),
            })
            .map_err(|atoms| Why::GuardFailed { atoms }.into())
    }

    /// Fewer different persons than a duty asks for before a stage. Counted are those who have acted with their own
    /// hands: somebody whom another stands in for has seen nothing of it, and who put it back has done nothing to it.
    pub fn check_persons(&self, to: &StageName) -> Result<(), Refusal> {
        for duty in &self.workflow.duties {
            let (Some(need), Some(before)) = (duty.min_persons, &duty.before) else {
                continue;
            };
            if before != to {
                continue;
            }
            let mut persons: BTreeSet<PersonId> =
                self.request.acts.iter().filter(|act| !act.is_repair()).map(|Act(_, by)| *by).collect();
            persons.retain(|person| !self.request.stood_in_for.contains(person));
            persons.insert(self.context.actor.person.id);
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

    /// May this request go on a list of this kind: at the right stage, free, fit, and not set aside?
    pub fn check_list(&self, via: Via) -> Result<(), Refusal> {
        self.check_open()?;
        let Some((name, action)) = self.workflow.action_via(via) else {
            return Err(Why::ActionUnknown { action: "list".into() }.into());
        };
        if !action.from.contains(&self.request.stage) {
            let stage = self.request.stage.clone();
            return Err(Why::NotAtThisStage { action: name.clone(), stage }.into());
        }
        self.check_locks(Through::Itself)?;
        self.check_hold(action)?;
        self.check_claim(Through::Itself)?;
        if action.kind == ActionKind::Approval {
            timer::check_fresh(self)?;
        }
        self.check_guard(action, &BTreeMap::new())
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
