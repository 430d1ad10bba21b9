//! A desk in the office of the tests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::case::Case;
use crate::command::Command;
use crate::decide::{Draft, decide, enter, line_id};
use crate::decree::{self, Books, Decree, DecreeChange, DecreeLine, ListChange, Signing};
use crate::event::{Acted, Entry, Event};
use crate::payment::{self, BankResult, Order, OrderChange, PayLine};
use crate::refusal::Refusal;
use crate::request::{Act, Request, apply, replay};
use crate::roster::{Papers, Roster};
use crate::timer;
use crate::wait::{Wait, wait};
use crate::workflow::{BudgetLine, Standing, Workflow};
use crate::world::{Actor, Context, Policy, World};
use crate::{DecreeId, Lang, OrderId, PersonId, RecipientId, RequestId, Rupiah};

use super::{DISASTER, KUBE, LKS, POLICY, WRSE, changed, command, facts, note, person, world_of};

/// A desk in the office: decides, folds, keeps the books.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) world: World,
    pub(crate) books: Books,
    pub(crate) histories: BTreeMap<RequestId, Vec<Entry>>,
    pub(crate) decree: Option<(Decree, Vec<DecreeLine>)>,
    pub(crate) orders: Vec<(Order, Vec<PayLine>)>,
    pub(crate) at: Timestamp,
    /// Whom the next actors stand in for.
    pub(crate) for_whom: Option<PersonId>,
}

impl Desk {
    /// Monday, 2 March 2026, 9 o'clock; each request asks for Rp20.000.000, and the budget line has Rp100.000.000.
    pub(crate) fn new() -> Desk {
        Desk::of(world_of(&[KUBE, WRSE, LKS, DISASTER], POLICY))
    }

    pub(crate) fn of(world: World) -> Desk {
        let lines = world.workflows.all_current().map(|workflow| {
            let id = line_id(workflow, 2026);
            let line = BudgetLine {
                id: id.clone(),
                scheme: workflow.scheme.clone(),
                year: 2026,
                fund: workflow.fund.clone(),
                account: "5.1.06".into(),
                ceiling: Rupiah(100_000_000),
                reserved: Rupiah::ZERO,
                committed: Rupiah::ZERO,
                paid: Rupiah::ZERO,
            };
            (id, line)
        });
        let books = Books { lines: lines.collect(), ..Books::default() };
        Desk {
            world,
            books,
            histories: BTreeMap::new(),
            decree: None,
            orders: Vec::new(),
            at: "2026-03-02T09:00:00+08:00".parse().unwrap(),
            for_whom: None,
        }
    }

    /// A desk over one definition, changed in places.
    pub(crate) fn with(definition: &str, changes: &[(&str, &str)]) -> Desk {
        Desk::of(world_of(&[&changed(definition, changes)], POLICY))
    }

    pub(crate) fn freeze(&mut self, from: &str, to: &str) {
        let freeze = format!(
            "\n[[freeze]]\nsource = \"SE 1/2026\"\nfund = \"apbd\"\nexempt = [\"disaster\"]\nfrom = \"{from}\"\nto = \"{to}\"\n"
        );
        self.world.policy = Arc::new(Policy::parse(&format!("{POLICY}{freeze}")).unwrap());
    }

    /// The office with these papers in place of those it had.
    pub(crate) fn papers(&mut self, papers: Papers) {
        self.world.roster = Arc::new(Roster::clone(&self.world.roster).with_papers(papers));
    }

    pub(crate) fn wait_days(&mut self, days: i64) {
        self.at += SignedDuration::from_hours(24 * days);
    }

    pub(crate) fn context<'a>(&'a self, who: &str) -> Context<'a> {
        let person = self.world.roster.person(person(who)).unwrap();
        Context { world: &self.world, actor: Actor { person, for_whom: self.for_whom }, at: self.at }
    }

    pub(crate) fn request(&self, id: RequestId) -> &Request {
        &self.books.requests[&id]
    }

    pub(crate) fn case<'a>(&'a self, who: &str, id: RequestId) -> Case<'a> {
        self.books.case(&self.context(who), id).unwrap()
    }

    pub(crate) fn line(&self, id: RequestId) -> &BudgetLine {
        &self.books.lines[&self.request(id).line]
    }

    /// Reserved, committed and paid, in millions.
    pub(crate) fn money(&self, id: RequestId) -> (i64, i64, i64) {
        let line = self.line(id);
        (line.reserved.0 / 1_000_000, line.committed.0 / 1_000_000, line.paid.0 / 1_000_000)
    }

    pub(crate) fn stage(&self, id: RequestId) -> &str {
        self.request(id).stage.as_str()
    }

    pub(crate) fn wait_of(&self, id: RequestId, lang: Lang) -> Option<Wait> {
        let context = Context::of_nobody(&self.world, self.at);
        wait(&self.books.case(&context, id).unwrap(), lang)
    }

    pub(crate) fn code_of(&self, id: RequestId) -> String {
        self.wait_of(id, Lang::Id).map(|wait| wait.code).unwrap_or_default()
    }

    /// Enters a request of a scheme, by Cici.
    pub(crate) fn entered(&mut self, scheme: &str) -> RequestId {
        let id = RequestId(Uuid::from_u128(100 + u128::try_from(self.histories.len()).unwrap()));
        let acted = self.enter("Cici", scheme, 20_000_000, false).unwrap();
        self.record("Cici", id, acted);
        id
    }

    pub(crate) fn enter(
        &self,
        who: &str,
        scheme: &str,
        amount: i64,
        referred: bool,
    ) -> Result<Acted, Refusal> {
        let workflow = self.world.workflows.current(&scheme.into()).unwrap();
        let draft = Draft {
            year: 2026,
            region: "64.71".into(),
            recipient: RecipientId(Uuid::from_u128(1)),
            facts: facts(1, 1, 1),
            amount: Rupiah(amount),
            referred,
            origin: None,
        };
        enter(&self.context(who), workflow, &draft)
    }

    pub(crate) fn ask(&mut self, who: &str, id: RequestId, command: &Command) -> Result<(), Refusal> {
        let events = decide(&self.case(who, id), command)?;
        for acted in events {
            self.record(who, id, acted);
        }
        Ok(())
    }

    pub(crate) fn act(&mut self, who: &str, id: RequestId, act: &str) -> Result<(), Refusal> {
        self.ask(who, id, &command(act))
    }

    /// A request of the scheme `kube` that has come to a stage on the usual way.
    pub(crate) fn at(&mut self, stage: &str) -> RequestId {
        let id = self.entered("kube");
        for (who, act, to) in [("Cici", "submit", "verification"), ("Vera", "verify", "approval")] {
            if self.stage(id) == stage {
                return id;
            }
            self.act(who, id, act).unwrap();
            assert_eq!(self.stage(id), to);
        }
        if stage == "approval" {
            return id;
        }
        self.decide_all(&[id]);
        id
    }

    /// Vera drafts a decree, Gita signs it.
    pub(crate) fn decide_all(&mut self, ids: &[RequestId]) {
        self.draft("Vera", ids).unwrap();
        self.sign("Gita").unwrap();
    }

    pub(crate) fn draft(
        &mut self,
        who: &str,
        ids: &[RequestId],
    ) -> Result<Vec<(RequestId, Refusal)>, Refusal> {
        let (scheme, number) = (self.request(ids[0]).scheme.clone(), self.at.as_microsecond());
        let id = DecreeId(Uuid::from_u128(u128::try_from(number).unwrap()));
        let change = decree::draft(&self.context(who), id, &scheme, 2026, ids, &self.books)?;
        self.wait_seconds();
        Ok(self.take_decree(who, change))
    }

    fn wait_seconds(&mut self) {
        self.at += SignedDuration::from_secs(1);
    }

    pub(crate) fn strike(&mut self, who: &str, ids: &[RequestId]) -> Result<(), Refusal> {
        let (decree, lines) = self.decree.clone().unwrap();
        let change = decree::strike(&self.context(who), &decree, &lines, ids, Some(note()), &self.books)?;
        self.take_decree(who, change);
        Ok(())
    }

    pub(crate) fn signing(&self) -> Signing {
        let (decree, _) = self.decree.as_ref().unwrap();
        let date = self.world.calendar.date_of(decree.drafted_at);
        Signing { digest: decree.digest, number: "100.3.3.1/K.1/2026".into(), date }
    }

    pub(crate) fn sign(&mut self, who: &str) -> Result<(), Refusal> {
        self.sign_with(who, &self.signing())
    }

    pub(crate) fn sign_with(&mut self, who: &str, signing: &Signing) -> Result<(), Refusal> {
        let (decree, lines) = self.decree.clone().unwrap();
        let change = decree::sign(&self.context(who), &decree, &lines, signing, &self.books)?;
        self.take_decree(who, change);
        Ok(())
    }

    pub(crate) fn cancel_decree(&mut self, who: &str) -> Result<(), Refusal> {
        let (decree, lines) = self.decree.clone().unwrap();
        let change = decree::cancel(&self.context(who), &decree, &lines, &self.books)?;
        self.take_decree(who, change);
        Ok(())
    }

    fn take_decree(&mut self, who: &str, change: DecreeChange) -> Vec<(RequestId, Refusal)> {
        let ListChange { list, lines, requests, left_out, event, for_whom: _ } = change;
        assert!(event.is_some() || (lines.is_empty() && requests.is_empty()));
        let mut all =
            self.decree.take().filter(|(known, _)| known.id == list.id).map_or(Vec::new(), |(_, all)| all);
        merge(&mut all, lines, |line| line.line);
        self.decree = Some((list, all));
        for (id, acted) in requests {
            self.record(who, id, acted);
        }
        left_out
    }

    /// Drafts an order; its place among the orders.
    pub(crate) fn order(&mut self, who: &str, ids: &[RequestId]) -> Result<usize, Refusal> {
        let id = OrderId(Uuid::from_u128(1000 + u128::try_from(self.orders.len()).unwrap()));
        let change = payment::draft(&self.context(who), id, ids, &self.books)?;
        self.orders.push((change.list.clone(), Vec::new()));
        let place = self.orders.len() - 1;
        self.take_order(who, place, change);
        Ok(place)
    }

    pub(crate) fn export(&mut self, who: &str, place: usize) -> Result<(), Refusal> {
        let change =
            payment::export(&self.context(who), &self.orders[place].0, &self.orders[place].1, &self.books)?;
        self.take_order(who, place, change);
        Ok(())
    }

    pub(crate) fn cancel_order(&mut self, who: &str, place: usize) -> Result<(), Refusal> {
        let (order, lines) = self.orders[place].clone();
        let change = payment::cancel(&self.context(who), &order, &lines, &self.books)?;
        self.take_order(who, place, change);
        Ok(())
    }

    pub(crate) fn settle(
        &mut self,
        who: &str,
        place: usize,
        results: &[BankResult],
    ) -> Result<Vec<(RequestId, Refusal)>, Refusal> {
        // Whoever drafted the order has fetched the bank file, unless a test says otherwise.
        if self.orders[place].0.state == payment::OrderState::Open {
            self.orders[place].0.state = payment::OrderState::Exported;
        }
        let (order, lines) = self.orders[place].clone();
        let told = payment::BankWord { results: results.to_vec(), ..Default::default() };
        let change = payment::settle(&self.context(who), &order, &lines, &told, &self.books)?;
        Ok(self.take_order(who, place, change))
    }

    fn take_order(&mut self, who: &str, place: usize, change: OrderChange) -> Vec<(RequestId, Refusal)> {
        let ListChange { list, lines, requests, left_out, .. } = change;
        self.orders[place].0 = list;
        merge(&mut self.orders[place].1, lines, |line| line.line);
        for (id, acted) in requests {
            self.record(who, id, acted);
        }
        left_out
    }

    /// What time does to a request now.
    pub(crate) fn tick(&mut self, id: RequestId) -> Vec<Event> {
        let context = Context::of_nobody(&self.world, self.at);
        let events = timer::fire(&self.books.case(&context, id).unwrap());
        for event in &events {
            self.record_by(PersonId(Uuid::nil()), id, Acted { for_whom: None, event: event.clone() });
        }
        let context = Context::of_nobody(&self.world, self.at);
        let again = timer::fire(&self.books.case(&context, id).unwrap());
        assert!(again.is_empty(), "{events:?} and again {again:?}");
        events
    }

    pub(crate) fn record(&mut self, who: &str, id: RequestId, acted: Acted) {
        self.record_by(person(who), id, acted);
    }

    /// Folds an event, moves the money, and asks what must always hold.
    pub(crate) fn record_by(&mut self, actor: PersonId, id: RequestId, acted: Acted) {
        let Acted { for_whom, event } = acted;
        let history = self.histories.entry(id).or_default();
        let seq = u32::try_from(history.len()).unwrap() + 1;
        let entry = Entry { seq, at: self.at, actor, for_whom, event };
        history.push(entry.clone());
        let before = self.books.requests.remove(&id);
        let was = before.as_ref().map_or(Standing::None, |request| request.budget);
        let after = apply(before, id, &entry).unwrap_or_else(|broken| panic!("{broken}: {history:?}"));
        let line = self.books.lines.get_mut(&after.line).unwrap();
        assert!(
            line.shift(after.amount, was, after.budget),
            "the line cannot take {was:?} to {:?}",
            after.budget
        );
        assert!(line.is_whole());
        assert_eq!(replay(id, history.iter()).unwrap().as_ref(), Some(&after));
        let json = serde_json::to_string(&after).unwrap();
        assert_eq!(serde_json::from_str::<Request>(&json).unwrap(), after);
        let workflow = self.world.workflows.pinned(&after.scheme, &after.definition).unwrap();
        check_duties(workflow, &after);
        self.books.requests.insert(id, after);
    }
}

/// No person has done two acts that must be different persons', nor one of them and a repair.
fn check_duties(workflow: &Workflow, request: &Request) {
    for duty in &workflow.duties {
        let acts = || request.acts.iter().filter(|Act(done, _)| duty.distinct.contains(done));
        let persons: BTreeSet<_> = acts().map(|Act(_, person)| person).collect();
        assert_eq!(persons.len(), acts().count(), "{:?} under {:?}", request.acts, duty.distinct);
        let judges = || request.acts.iter().filter(|act| act.is_repair()).map(|Act(_, person)| person);
        assert!(judges().all(|judge| !persons.contains(judge)), "{:?}", request.acts);
    }
}

fn merge<T>(all: &mut Vec<T>, changed: Vec<T>, number: impl Fn(&T) -> u32) {
    for line in changed {
        match all.iter().position(|known| number(known) == number(&line)) {
            Some(place) => all[place] = line,
            None => all.push(line),
        }
    }
}
