//! Does what the agenda says, by real jobs, each at its time.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use salur_core::decree::Signing;
use salur_core::payment::{BankResult, BankWord, Payout};
use salur_core::workflow::Workflow;
use salur_core::{DecreeId, Digest, ImportId, OrderId, PersonId, RecipientId, RequestId};
use salur_store::job::{Answer, Ask, Entry, ImportPhase, ImportState, Job, Outcome};
use salur_store::{ExecuteError, Store};
use uuid::Uuid;

use crate::agenda::{DecreeKey, OrderKey};
use crate::dice::Dice;
use crate::invent::Inventor;
use crate::tasks::{Task, in_order};
use crate::write::sealed;
use crate::{DemoError, Phase, Progress};

/// The history while it is made.
pub(crate) struct Play<'a> {
    pub(crate) store: &'a Store,
    pub(crate) inventor: &'a Inventor<'a>,
    pub(crate) workflows: &'a [Arc<Workflow>],
    pub(crate) staff: &'a [PersonId],
    progress: &'a mut dyn FnMut(Progress),
    /// Every request before it is entered.
    entries: Vec<Option<Entry>>,
    pub(crate) requests: Vec<(RequestId, RecipientId)>,
    /// What a decree's signer sees.
    digests: BTreeMap<DecreeKey, (DecreeId, Digest)>,
    orders: BTreeMap<OrderKey, OrderId>,
    /// The last number given, by pattern and year.
    numbers: BTreeMap<String, u32>,
    /// The file that each scheme's lists came in.
    files: Vec<Digest>,
    pub(crate) dice: Dice,
}

impl<'a> Play<'a> {
    /// Invents everybody and seals their facts, on all cores.
    pub(crate) fn new(
        store: &'a Store,
        inventor: &'a Inventor<'a>,
        workflows: &'a [Arc<Workflow>],
        staff: &'a [PersonId],
        progress: &'a mut dyn FnMut(Progress),
    ) -> Result<Play<'a>, DemoError> {
        let total = number(inventor.agenda.lives.len());
        progress(Progress { phase: Phase::Sealing, done: 0, total });
        let entries = sealed(store.vault(), inventor, workflows)?;
        progress(Progress { phase: Phase::Sealing, done: total, total });
        let requests = entries.iter().map(|entry| (entry.request, entry.facts.recipient)).collect();
        Ok(Play {
            store,
            inventor,
            workflows,
            staff,
            progress,
            entries: entries.into_iter().map(Some).collect(),
            requests,
            digests: BTreeMap::new(),
            orders: BTreeMap::new(),
            numbers: BTreeMap::new(),
            files: Vec::new(),
            dice: Dice::of(inventor.seed, &[6]),
        })
    }

    /// Makes the history.
    pub(crate) async fn run(&mut self) -> Result<(), DemoError> {
        for workflow in self.workflows {
            let headers: Vec<_> =
                workflow.form.fields.iter().filter_map(|field| field.headers.first()).cloned().collect();
            self.files.push(self.store.keep_file(format!("{}\n", headers.join(",")).as_bytes()).await?);
        }
        let tasks = in_order(self.inventor.agenda, self.inventor.days);
        let total = tasks.iter().map(|(_, task)| self.weight(task)).sum();
        let mut done = 0;
        for (at, task) in tasks {
            (self.progress)(Progress { phase: Phase::History, done, total });
            self.perform(at, task).await?;
            done += self.weight(&task);
        }
        (self.progress)(Progress { phase: Phase::History, done, total });
        Ok(())
    }

    /// How many requests a task concerns.
    fn weight(&self, task: &Task<'_>) -> u64 {
        let agenda = self.inventor.agenda;
        let decree = |key: &DecreeKey| agenda.decrees.get(key).map_or(1, |decree| decree.lives.len());
        let order = |key: &OrderKey| agenda.orders.get(key).map_or(1, |order| order.lines.len());
        number(match task {
            Task::Accept(list) => agenda.lists.get(*list).map_or(1, |list| list.lives.len()),
            Task::Move(_, lives) => lives.len(),
            Task::Late(_, lines) => lines.len(),
            Task::Draft(key) | Task::Sign(key) => decree(key),
            Task::Order(key) | Task::Settle(key) => order(key),
            Task::Single(_) | Task::Strike(_) | Task::Export(_) | Task::Sp2d(_) => 1,
        })
    }

    async fn perform(&mut self, at: Timestamp, task: Task<'_>) -> Result<(), DemoError> {
        match task {
            Task::Accept(list) => self.accept(at, list).await,
            Task::Move(act, lives) => self.act(act, lives).await,
            Task::Single(single) => self.single(at, single).await,
            Task::Draft(key) => self.draft(at, key).await,
            Task::Strike(key) => self.strike(at, key).await,
            Task::Sign(key) => self.sign(at, key).await,
            Task::Order(key) => self.order(at, key).await,
            Task::Export(key) => {
                let id = self.order_id(key)?;
                self.treasury(at, 0, "export an order", Job::ExportOrder { id }).await
            }
            Task::Sp2d(key) => {
                let (id, date) = (self.order_id(key)?, self.inventor.days.date(key.day + 1));
                let number = self.numbered(&self.inventor.plan.sp2d_number, date.year());
                self.treasury(at, 1, "enter an SP2D", Job::EnterSp2d { id, number, date }).await
            }
            Task::Settle(key) => self.settle(at, key, None).await,
            Task::Late(key, lines) => self.settle(at, key, Some(lines)).await,
        }
    }

    /// The next number of a pattern within a year.
    fn numbered(&mut self, pattern: &str, year: i16) -> String {
        let text = pattern.replace("{year}", &year.to_string());
        let last = self.numbers.entry(text.clone()).or_default();
        *last += 1;
        text.replace("{n}", &format!("{last:03}"))
    }

    pub(crate) fn person(&self, place: usize) -> PersonId {
        self.staff.get(place).copied().unwrap_or(PersonId(Uuid::nil()))
    }

    /// A fresh id of an instant.
    pub(crate) fn id(&mut self, at: Timestamp) -> Uuid {
        id(at, &mut self.dice)
    }

    pub(crate) fn ids(&self, lives: &[usize]) -> Vec<RequestId> {
        lives.iter().filter_map(|life| self.requests.get(*life)).map(|(request, _)| *request).collect()
    }

    /// Does a job, all of it: a refusal of a part is an error too.
    pub(crate) async fn ask(
        &self,
        at: Timestamp,
        actor: PersonId,
        what: &'static str,
        job: Job,
    ) -> Result<Answer, DemoError> {
        let answer = match self.store.execute(Ask { actor, for_whom: None, at, key: None, job }).await {
            Err(ExecuteError::Refused(refusal)) => {
                return Err(DemoError::Refused { what, code: refusal.why.code().into() });
            }
            told => told?,
        };
        let outcomes: &[Outcome] = match &answer {
            Answer::Many(outcomes) | Answer::Decree(_, outcomes) | Answer::Order(_, outcomes) => outcomes,
            Answer::Request { .. }
            | Answer::Kept
            | Answer::Import(_)
            | Answer::Proposal { .. }
            | Answer::Fired(_) => &[],
        };
        match outcomes.iter().find_map(|outcome| outcome.refusal.as_ref()) {
            Some(refusal) => Err(DemoError::Refused { what, code: refusal.why.code().into() }),
            None => Ok(answer),
        }
    }

    async fn accept(&mut self, at: Timestamp, list: usize) -> Result<(), DemoError> {
        let Some(list) = self.inventor.agenda.lists.get(list) else { return Ok(()) };
        let import = ImportId(self.id(at));
        let entries: Vec<Entry> = (1..)
            .zip(&list.lives)
            .filter_map(|(row, life)| {
                let entry = self.entries.get_mut(*life)?.take()?;
                Some(Entry { row: Some(row), import: Some(import), ..entry })
            })
            .collect();
        let rows = u32::try_from(entries.len()).unwrap_or_default();
        let referred = entries.iter().filter(|entry| entry.referred).count();
        let actor = self.person(list.clerk);
        let Some(workflow) = self.workflows.get(list.scheme) else { return Ok(()) };
        let state = ImportState {
            state: ImportPhase::Ready,
            version: 1,
            list: self.files.get(list.scheme).map(ToString::to_string).unwrap_or_default(),
            rows,
            sound: rows,
            referred: u32::try_from(referred).unwrap_or_default(),
            row_reached: rows,
            ..ImportState::new(import, workflow.scheme.clone(), list.year, actor, at)
        };
        self.ask(at, actor, "judge a list", Job::NoteImport(Box::new(state.clone()))).await?;
        let state = ImportState { state: ImportPhase::Done, version: 2, revision: 1, ..state };
        self.ask(at, actor, "accept a list", Job::Accept { entries, state }).await?;
        Ok(())
    }

    async fn draft(&mut self, at: Timestamp, key: DecreeKey) -> Result<(), DemoError> {
        let Some(plan) = self.inventor.agenda.decrees.get(&key) else { return Ok(()) };
        let Some(workflow) = self.workflows.get(key.scheme) else { return Ok(()) };
        let verifiers = self.inventor.plan.holders("verifier");
        let drafter = verifiers.get(self.dice.below(verifiers.len())).copied().unwrap_or_default();
        let id = DecreeId(self.id(at));
        let (scheme, requests) = (workflow.scheme.clone(), self.ids(&plan.lives));
        let job = Job::DraftDecree { id, scheme, year: key.year, requests, dry_run: false };
        self.keep(key, self.ask(at, self.person(drafter), "draft a decree", job).await?);
        Ok(())
    }

    /// Keeps what a decree's signer sees.
    pub(crate) fn keep(&mut self, key: DecreeKey, answer: Answer) {
        if let Answer::Decree(decree, _) = answer {
            self.digests.insert(key, (decree.id, decree.digest));
        }
    }

    pub(crate) fn drafted(&self, key: DecreeKey) -> Result<(DecreeId, Digest), DemoError> {
        self.digests.get(&key).copied().ok_or_else(|| DemoError::Unfit("a decree was never drafted".into()))
    }

    async fn sign(&mut self, at: Timestamp, key: DecreeKey) -> Result<(), DemoError> {
        let (id, digest) = self.drafted(key)?;
        let date = self.inventor.days.date(key.signed.unwrap_or_default());
        let number = self.numbered(&self.inventor.plan.decree_number, date.year());
        let governor = self.person(self.inventor.plan.staff("governor")?);
        let job = Job::SignDecree { id, signing: Signing { digest, number, date }, assertion: None };
        let answer = self.ask(at, governor, "sign a decree", job).await?;
        if let Answer::Decree(decree, _) = answer
            && decree.refused.count > 0
        {
            let code = format!("{} lines refused", decree.refused.count);
            return Err(DemoError::Refused { what: "approve by decree", code });
        }
        Ok(())
    }

    async fn order(&mut self, at: Timestamp, key: OrderKey) -> Result<(), DemoError> {
        let Some(plan) = self.inventor.agenda.orders.get(&key) else { return Ok(()) };
        let id = OrderId(self.id(at));
        self.orders.insert(key, id);
        let lives: Vec<_> = plan.lines.iter().map(|(life, _)| *life).collect();
        let requests = self.ids(&lives);
        self.treasury(at, 0, "order payments", Job::DraftOrder { id, requests, dry_run: false }).await
    }

    fn order_id(&self, key: OrderKey) -> Result<OrderId, DemoError> {
        self.orders.get(&key).copied().ok_or_else(|| DemoError::Unfit("an order was never drafted".into()))
    }

    /// The bank's answers to all lines, or the late ones to these.
    async fn settle(
        &mut self,
        at: Timestamp,
        key: OrderKey,
        late: Option<&[usize]>,
    ) -> Result<(), DemoError> {
        let id = self.order_id(key)?;
        let Some(plan) = self.inventor.agenda.orders.get(&key) else { return Ok(()) };
        let mut results = Vec::with_capacity(plan.lines.len());
        for (place, (life, outcome)) in plan.lines.iter().enumerate() {
            if late.is_some_and(|late| !late.contains(&place)) {
                continue;
            }
            let outcome = if late.is_some() { Payout::Paid } else { *outcome };
            let failures = &self.inventor.plan.failures;
            let cause = failures.get(life % failures.len().max(1)).cloned();
            results.push(BankResult {
                line: u32::try_from(place + 1).unwrap_or(u32::MAX),
                request: self.ids(&[*life]).first().copied(),
                outcome,
                reference: (outcome == Payout::Paid).then(|| format!("DEMO{}", self.dice.digits(12))),
                cause: cause.filter(|_| outcome == Payout::Failed),
            });
        }
        let told = BankWord { results, ..BankWord::default() };
        self.treasury(at, 1, "take the bank's results", Job::SettleOrder { id, told }).await
    }

    async fn treasury(
        &self,
        at: Timestamp,
        which: usize,
        what: &'static str,
        job: Job,
    ) -> Result<(), DemoError> {
        let treasurer = self.inventor.plan.holders("treasurer").get(which).copied().unwrap_or_default();
        self.ask(at, self.person(treasurer), what, job).await.map(|_| ())
    }
}

/// An id of an instant: in order of time, as the store's ids are.
pub(crate) fn id(at: Timestamp, dice: &mut Dice) -> Uuid {
    let millis = u64::try_from(at.as_millisecond()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &dice.bytes()).into_uuid()
}

fn number(of: usize) -> u64 {
    u64::try_from(of).unwrap_or_default()
}
