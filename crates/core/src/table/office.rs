//! An office with one person for each role, and a request at any standing: what the checks say there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use super::{Row, State};
use crate::calendar::Calendar;
use crate::case::{Case, DRAFTING, Through};
use crate::command::Command;
use crate::decide::{decide, line_id};
use crate::digest::Digest;
use crate::event::{FactsRef, NoteRef, OrderLine, Pin};
use crate::refusal::Refusal;
use crate::repair;
use crate::request::{Hold, Incident, Payment, PaymentState, Request, Timers};
use crate::roster::{Grant, Person, Roster};
use crate::workflow::{Action, ActionKind, Via, Workflow};
use crate::world::{Actor, Context, Policy, Workflows, World};
use crate::{
    ActionName, AttachmentId, DecreeId, NoteId, OrderId, PersonId, RecipientId, RequestId, Role, Rupiah,
    StageName,
};

const DECREE: DecreeId = DecreeId(Uuid::nil());
const AT: OrderLine = OrderLine { order: OrderId(Uuid::nil()), line: 1 };
/// Somebody who is none of the office's people.
const STRANGER: PersonId = PersonId(Uuid::max());

/// Reasons that say only that an act has no place here: its row is left out.
const ELSEWHERE: [&str; 5] =
    ["role_missing", "not_at_this_stage", "request_closed", "nothing_to_rule", "action_unknown"];

pub(super) struct Office<'a> {
    workflow: &'a Workflow,
    world: World,
    roles: Vec<(Role, Person)>,
}

impl<'a> Office<'a> {
    pub(super) fn new(workflow: &'a Workflow, policy: &Policy) -> Office<'a> {
        let lists = [
            &workflow.decree.draft,
            &workflow.decree.strike,
            &workflow.payment_order.draft,
            &workflow.payment_order.settle,
        ];
        let acting = workflow.actions.values().map(|action| &action.by).chain(lists).flat_map(BTreeMap::keys);
        let all: BTreeSet<_> = acting.chain(&workflow.hold.by).chain(policy.role.keys()).cloned().collect();
        let roles: Vec<_> =
            (1..).zip(all).map(|(number, role)| (role.clone(), holder(number, role))).collect();
        let people: Vec<_> = roles.iter().map(|(_, person)| person.clone()).collect();
        let world = World {
            workflows: Workflows::default(),
            roster: Arc::new(Roster::new(people)),
            calendar: Arc::new(Calendar::utc()),
            policy: Arc::new(Policy { freeze: Vec::new(), ..policy.clone() }),
            regions: Arc::default(),
        };
        Office { workflow, world, roles }
    }

    /// What can be done at this standing; an action that is refused to all is told with why.
    pub(super) fn rows(&self, at: &StageName, state: State) -> Vec<Row> {
        let request = self.request(at, state);
        let mut rows: Vec<Row> = Vec::new();
        for (name, action) in &self.workflow.actions {
            let row =
                self.row(&request, name, action.to.as_ref(), |case| permitted(case, name, action, state));
            rows.extend(Some(row).filter(|row| row.why.is_none_or(|why| !ELSEWHERE.contains(&why))));
        }
        for to in self.workflow.repair.iter().flat_map(|policy| &policy.may_enter) {
            let row =
                self.row(&request, &"repair".into(), Some(to), |case| repair::ask(case, to, Some(NOTE)));
            rows.extend(Some(row).filter(|row| row.why.is_none()));
        }
        for (name, to, may) in self.around(state) {
            let row = self.row(&request, &name.into(), to, may);
            rows.extend(Some(row).filter(|row| row.why.is_none()));
        }
        rows
    }

    /// Who may write on a request, wherever it stands.
    pub(super) fn notes(&self) -> [Row; 2] {
        let request = self.request(&self.workflow.start, State::Plain);
        let comment = |case: &Case<'_>| decide(case, &Command::Comment { note: Some(NOTE) }).map(|_| ());
        let attach = |case: &Case<'_>| {
            let (attachment, media_type) = (AttachmentId(Uuid::nil()), String::new());
            decide(case, &Command::Attach { attachment, media_type, size: 1, digest: Digest::ZERO })
                .map(|_| ())
        };
        [
            self.row(&request, &"comment".into(), None, comment),
            self.row(&request, &"attach".into(), None, attach),
        ]
    }

    fn row(
        &self,
        request: &Request,
        act: &ActionName,
        to: Option<&StageName>,
        may: impl Fn(&Case<'_>) -> Result<(), Refusal>,
    ) -> Row {
        let (mut roles, mut whys) = (Vec::new(), Vec::new());
        for (role, person) in &self.roles {
            let actor = Actor { person, for_whom: None };
            let context = Context { world: &self.world, actor, at: Timestamp::UNIX_EPOCH };
            match may(&Case { context, workflow: self.workflow, request, line: None }) {
                Ok(()) => roles.push(role.clone()),
                Err(refusal) => whys.push(refusal.why.code()),
            }
        }
        let why = roles.is_empty().then(|| {
            whys.iter()
                .find(|why| !ELSEWHERE.contains(why))
                .or(whys.first())
                .copied()
                .unwrap_or("role_missing")
        });
        Row { act: act.clone(), to: to.cloned(), roles, why }
    }

    /// The acts around a workflow, and on its lists.
    fn around(&self, state: State) -> Vec<Around<'_>> {
        let workflow = self.workflow;
        let mut around: Vec<Around<'_>> = Vec::new();
        match state {
            State::Plain | State::Failed => {
                around.push(("draft_decree", None, listing(Via::Decree)));
                around.push(("order_payment", None, listing(Via::PaymentOrder)));
            }
            State::InDecree => {
                let to = Some(&workflow.decree.strike_to);
                around.push(("strike", to, |case| {
                    case.footing(&"strike".into(), &case.workflow.decree.strike, ActionKind::Rework)
                        .map(|_| ())
                }));
                around.push(("cancel_decree", None, |case| {
                    case.check_role(&"cancel_decree".into(), &case.workflow.decree.draft).map(|_| ())
                }));
            }
            State::Ordered => {
                around.push(("export", None, |case| settles(case, "export")));
                around.push(("sp2d", None, |case| settles(case, "sp2d")));
                around.push(("cancel_order", None, |case| {
                    case.check_role(&"cancel_order".into(), &case.workflow.payment_order.draft).map(|_| ())
                }));
            }
            State::Held | State::Unknown | State::Incident => {}
        }
        around.push(("amend", None, |case| {
            let request = case.request;
            let changed = vec![case.workflow.form.key.clone()];
            let (facts, amount, region) = (request.facts, request.amount, request.region.clone());
            decide(case, &Command::Amend { facts, amount, region, changed }).map(|_| ())
        }));
        around.push(("hold", None, |case| {
            let known = case.context.world.policy.hold.keys().next().cloned().unwrap_or_default();
            decide(case, &Command::Hold { cause: known, reason: None }).map(|_| ())
        }));
        around.push(("resume", None, |case| decide(case, &Command::Resume).map(|_| ())));
        around.push(("claim", None, |case| decide(case, &Command::Claim).map(|_| ())));
        around
    }

    fn request(&self, at: &StageName, state: State) -> Request {
        let workflow = self.workflow;
        let since = Timestamp::UNIX_EPOCH;
        // It came by every stage that leads here.
        let passed = workflow.stages.keys().filter(|stage| *stage == at || workflow.leads_on(stage, at));
        let payment = |known| Some(Payment { at: AT, state: known, since, failed_before: None });
        Request {
            id: RequestId(Uuid::nil()),
            scheme: workflow.scheme.clone(),
            year: 1970,
            definition: Pin { version: workflow.version, digest: workflow.digest },
            region: REGION.into(),
            recipient: RecipientId(Uuid::nil()),
            facts: FactsRef { version: 1, digest: Digest::ZERO, account: Digest::ZERO },
            amount: Rupiah(1),
            benefit: workflow.benefit,
            line: line_id(workflow, 1970),
            budget: workflow.standing_at(at),
            stage: at.clone(),
            entered_at: since,
            due_on: None,
            closed: workflow.end_of(at).is_some(),
            version: 1,
            acts: BTreeSet::new(),
            stood_in_for: BTreeSet::new(),
            visits: passed.map(|stage| (stage.clone(), 1)).collect(),
            fields: BTreeMap::new(),
            claimed_by: None,
            hold: (state == State::Held).then(|| Hold {
                cause: String::new(),
                blameless: true,
                reason: None,
                since,
                by: STRANGER,
                due_on: None,
                review: None,
            }),
            returned: None,
            checked: None,
            endorsements: Vec::new(),
            decree: (state == State::InDecree).then_some(DECREE),
            in_decree: state == State::InDecree,
            payment: match state {
                State::Ordered => payment(PaymentState::Ordered),
                State::Failed | State::Incident => payment(PaymentState::Failed(String::new())),
                State::Unknown => payment(PaymentState::Unknown),
                State::Plain | State::Held | State::InDecree => None,
            },
            incident: (state == State::Incident).then_some(Incident { at: AT, since }),
            timers: Timers::default(),
        }
    }
}

/// An act around a workflow: its name, where it leads, and whether an actor may.
type Around<'a> = (&'static str, Option<&'a StageName>, fn(&Case<'_>) -> Result<(), Refusal>);

/// Any reason.
const NOTE: NoteRef = NoteRef { id: NoteId(Uuid::nil()), digest: Digest::ZERO };
const REGION: &str = "0";

fn holder(number: u128, role: Role) -> Person {
    Person {
        id: PersonId(Uuid::from_u128(number)),
        staff_no: String::new(),
        name: String::new(),
        active: true,
        grants: vec![Grant { role, region: REGION.into() }],
    }
}

/// By a decree where it is on one, by a bank result where it is on an order, by itself elsewhere.
fn permitted(case: &Case<'_>, name: &ActionName, action: &Action, state: State) -> Result<(), Refusal> {
    match (action.via, state) {
        (Some(Via::Decree), State::InDecree) => case.permit(name, Through::Decree(DECREE)).map(|_| ()),
        (Some(Via::PaymentOrder), State::Ordered | State::Unknown) => {
            case.footing(name, &case.workflow.payment_order.settle, ActionKind::Payment).map(|_| ())
        }
        _ => case.permit(name, Through::Itself).map(|_| ()),
    }
}

/// Works on a payment order: whoever does pays.
fn settles(case: &Case<'_>, act: &str) -> Result<(), Refusal> {
    case.footing(&act.into(), &case.workflow.payment_order.settle, ActionKind::Payment).map(|_| ())
}

fn listing(via: Via) -> fn(&Case<'_>) -> Result<(), Refusal> {
    match via {
        Via::Decree => |case| {
            case.footing(&"draft_decree".into(), &case.workflow.decree.draft, DRAFTING)?;
            case.check_list(Via::Decree)
        },
        Via::PaymentOrder => |case| {
            let by = &case.workflow.payment_order.draft;
            case.footing(&"order_payment".into(), by, ActionKind::Payment)?;
            case.check_list(Via::PaymentOrder)
        },
    }
}
