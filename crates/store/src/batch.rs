//! Decides a batch of jobs in memory: what is loaded goes in, what is to be written comes out. Knows no database.

use std::collections::{BTreeMap, HashMap};

use salur_core::command::Command;
use salur_core::decide::{Draft, decide, enter};
use salur_core::decree::{self, Books, Decree, DecreeChange, DecreeLine};
use salur_core::event::{Event, Origin};
use salur_core::payment::{self, Order, OrderChange, PayLine};
use salur_core::refusal::{Refusal, Why};
use salur_core::request::{PaymentState, Request, apply};
use salur_core::workflow::{Phase, Standing, Workflow};
use salur_core::world::{Actor, Context, World};
use salur_core::{
    AttachmentId, DecreeId, Digest, LineId, OrderId, PersonId, RegionCode, RequestId, SchemeId, StageName,
};

use crate::chain::NewEvent;
use crate::error::{ExecuteError, StoreError};
use crate::job::{Act, Answer, Ask, Entry, ImportPhase, ImportState, Job, Outcome, SealedFacts, SealedNote};

/// What is loaded before a batch is decided.
#[derive(Debug, Default)]
pub struct Loaded {
    /// Requests and budget lines by id.
    pub books: Books,
    /// Answers given before, by principal and key.
    pub answered: HashMap<(PersonId, String), StoredAnswer>,
    /// Who is in already, by scheme, year and subject key.
    pub subjects: HashMap<(SchemeId, i16, String), RequestId>,
    /// Decrees with their lines.
    pub decrees: HashMap<DecreeId, (Decree, Vec<DecreeLine>)>,
    /// Payment orders with their lines.
    pub orders: HashMap<OrderId, (Order, Vec<PayLine>)>,
}

/// An answer given before.
#[derive(Debug, Clone)]
pub struct StoredAnswer {
    /// Of the command it answered.
    pub fingerprint: Digest,
    /// The answer or refusal, as JSON.
    pub outcome: String,
}

/// What is to be written.
#[derive(Debug, Default)]
pub struct Changes {
    /// Events in order.
    pub events: Vec<NewEvent>,
    /// Requests that change, each with the version it had when loaded (0 for a new one). As they stand from now
    /// on they are in the books.
    pub requests: BTreeMap<RequestId, u32>,
    /// Subject keys that change.
    pub subject_keys: HashMap<RequestId, String>,
    /// Budget lines that change.
    pub lines: std::collections::BTreeSet<LineId>,
    /// How many requests more are where.
    pub counts: BTreeMap<Place, i64>,
    /// How many open requests more are due on which day.
    pub dues: BTreeMap<(Place, jiff::civil::Date), i64>,
    /// How many requests more have which snag, and where.
    pub snags: BTreeMap<(Place, String), i64>,
    /// Facts to keep.
    pub facts: Vec<(RequestId, SealedFacts)>,
    /// Texts to keep.
    pub notes: Vec<SealedNote>,
    /// Attachments to list.
    pub attachments: Vec<Attachment>,
    /// Decrees from now on.
    pub decrees: Vec<(Decree, Vec<DecreeLine>)>,
    /// Payment orders from now on.
    pub orders: Vec<(Order, Vec<PayLine>)>,
    /// Answers to keep.
    pub answers: Vec<(PersonId, String, StoredAnswer, i64)>,
    /// Imports from now on.
    pub imports: Vec<ImportState>,
    /// What to tell outside: an index into `events`.
    pub outbox: Vec<usize>,
    /// What founds the office.
    pub founding: Vec<crate::job::Founding>,
    /// Sessions to open.
    pub sessions: Vec<crate::job::SessionRow>,
}

impl Changes {
    /// True if there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
            && self.answers.is_empty()
            && self.imports.is_empty()
            && self.founding.is_empty()
            && self.sessions.is_empty()
    }
}

/// A file attached to a request; its bytes are kept by digest.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Attachment {
    pub id: AttachmentId,
    pub request: RequestId,
    pub at: i64,
    pub media_type: String,
    pub size: u64,
    pub digest: Digest,
}

/// Where a request is counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Place {
    pub scheme: SchemeId,
    pub year: i16,
    pub stage: StageName,
    pub region: RegionCode,
}

impl Place {
    fn of(request: &Request) -> Place {
        Place {
            scheme: request.scheme.clone(),
            year: request.year,
            stage: request.stage.clone(),
            region: request.region.clone(),
        }
    }
}

/// What a caller is told.
pub type Told = Result<Answer, ExecuteError>;

/// Decides jobs one after the other against what is loaded.
#[derive(Debug)]
pub struct Batch<'a> {
    world: &'a World,
    loaded: Loaded,
    changes: Changes,
}

impl<'a> Batch<'a> {
    /// A batch over what is loaded.
    #[must_use]
    pub fn new(world: &'a World, loaded: Loaded) -> Batch<'a> {
        Batch { world, loaded, changes: Changes::default() }
    }

    /// What is to be written, and the budget lines and requests as they stand after it.
    #[must_use]
    pub fn into_changes(self) -> (Changes, Books) {
        (self.changes, self.loaded.books)
    }

    /// Decides one job and answers it; the answer is kept with its key, a refusal too.
    pub fn decide(&mut self, ask: Ask) -> Told {
        if let Some(key) = &ask.key
            && let Some(stored) = self.loaded.answered.get(&(ask.actor, key.text.clone()))
        {
            if stored.fingerprint != key.fingerprint {
                return Err(ExecuteError::KeyReused);
            }
            let outcome: Result<Answer, Refusal> =
                serde_json::from_str(&stored.outcome).map_err(StoreError::from)?;
            return Ok(outcome?);
        }
        let (actor, at, key) = (ask.actor, ask.at.as_microsecond(), ask.key.clone());
        let dry = matches!(ask.job, Job::Many { dry_run: true, .. });
        let told = self.work(ask);
        if let (Some(key), false) = (key, dry) {
            let outcome: Result<&Answer, &Refusal> = match &told {
                Ok(answer) => Ok(answer),
                Err(ExecuteError::Refused(refusal)) => Err(refusal),
                Err(ExecuteError::KeyReused | ExecuteError::Store(_)) => return told,
            };
            let outcome = serde_json::to_string(&outcome).map_err(StoreError::from)?;
            let stored = StoredAnswer { fingerprint: key.fingerprint, outcome };
            self.loaded.answered.insert((actor, key.text.clone()), stored.clone());
            self.changes.answers.push((actor, key.text, stored, at));
        }
        told
    }

    fn work(&mut self, ask: Ask) -> Told {
        if let Job::NoteImport(state) = ask.job {
            let id = state.id;
            self.note_import(ask.actor, ask.at.as_microsecond(), *state)?;
            return Ok(Answer::Import(id));
        }
        if let Job::Found(founding) = ask.job {
            self.changes.founding.push(*founding);
            return Ok(Answer::Kept);
        }
        if let Job::OpenSession(session) = ask.job {
            self.changes.sessions.push(session);
            return Ok(Answer::Kept);
        }
        let world = self.world;
        let Some(person) = world.roster.person(ask.actor) else {
            return Err(Refusal::from(Why::NotFound).into());
        };
        let context = Context { world, actor: Actor { person, for_whom: ask.for_whom }, at: ask.at };
        match ask.job {
            Job::Enter(entry) => self.enter(&context, *entry),
            Job::Act(act) => self.act(&context, *act),
            Job::Many { requests, command, note, dry_run } => {
                self.many(&context, &requests, &command, note, dry_run)
            }
            Job::Accept { entries, state } => self.accept(&context, entries, state),
            Job::DraftDecree { id, scheme, year, requests } => {
                let change = decree::draft(&context, id, &scheme, year, &requests, &self.loaded.books)?;
                self.decree(&context, change)
            }
            Job::StrikeDecree { id, requests, note } => {
                let reason = note.as_ref().map(|note| note.note);
                let told = self.with_decree(&context, id, |decree, lines, books| {
                    decree::strike(&context, decree, lines, &requests, reason, books)
                })?;
                self.changes.notes.extend(note);
                Ok(told)
            }
            Job::SignDecree { id, signing } => self.with_decree(&context, id, |decree, lines, books| {
                decree::sign(&context, decree, lines, &signing, books)
            }),
            Job::CancelDecree { id } => self.with_decree(&context, id, |decree, lines, books| {
                decree::cancel(&context, decree, lines, books)
            }),
            Job::DraftOrder { id, requests } => {
                let change = payment::draft(&context, id, &requests, &self.loaded.books)?;
                self.order(&context, change)
            }
            Job::ExportOrder { id } => {
                self.with_order(&context, id, |order, _, _| payment::export(&context, order))
            }
            Job::EnterSp2d { id, number, date } => self
                .with_order(&context, id, |order, _, _| payment::enter_sp2d(&context, order, &number, date)),
            Job::SettleOrder { id, results } => self.with_order(&context, id, |order, lines, books| {
                payment::settle(&context, order, lines, &results, books)
            }),
            Job::CancelOrder { id } => self.with_order(&context, id, |order, lines, books| {
                payment::cancel(&context, order, lines, books)
            }),
            Job::NoteImport(_) | Job::Found(_) | Job::OpenSession(_) => Ok(Answer::Kept),
        }
    }

    fn enter(&mut self, context: &Context<'_>, entry: Entry) -> Told {
        if !context.actor.person.sees(&entry.region) && entry.import.is_none() {
            return Err(Refusal::from(Why::NotFound).into());
        }
        let subject = (entry.scheme.clone(), entry.year, entry.subject_key.clone());
        if let Some(request) = self.loaded.subjects.get(&subject) {
            return Err(Refusal::from(Why::DuplicateExisting { request: *request }).into());
        }
        let workflow =
            self.world.workflows.current(&entry.scheme).ok_or(Refusal::from(Why::DefinitionMissing))?;
        let draft = Draft {
            year: entry.year,
            region: entry.region,
            recipient: entry.facts.recipient,
            facts: entry.facts.facts,
            amount: entry.amount,
            referred: entry.referred,
            origin: entry.import.zip(entry.row).map(|(import, row)| Origin { import, row }),
        };
        let event = enter(context, workflow, &draft)?;
        let id = entry.request;
        self.record(context, id, event)?;
        self.loaded.subjects.insert(subject, id);
        self.changes.subject_keys.insert(id, entry.subject_key);
        self.changes.facts.push((id, entry.facts));
        Ok(self.answer(id))
    }

    fn act(&mut self, context: &Context<'_>, act: Act) -> Told {
        let id = act.request;
        if let (Some(seen), Some(request)) = (act.seen, self.visible(context, id))
            && request.version != seen
        {
            return Err(Refusal::from(Why::Stale { seen, actual: request.version }).into());
        }
        if let Some(key) = &act.subject_key {
            self.check_subject(id, key)?;
        }
        let events = self.judge(context, id, &act.command, act.facts.as_ref())?;
        let mut keeps_facts = false;
        for event in events {
            keeps_facts |= matches!(event, Event::Amended { .. } | Event::Corrected { .. });
            self.record(context, id, event)?;
        }
        self.changes.notes.extend(act.note);
        if keeps_facts {
            self.changes.facts.extend(act.facts.map(|facts| (id, facts)));
            if let Some(key) = act.subject_key {
                self.changes.subject_keys.insert(id, key);
            }
        }
        Ok(self.answer(id))
    }

    /// The rules' word on a command, for somebody who may know that the request exists.
    fn judge(
        &self,
        context: &Context<'_>,
        id: RequestId,
        command: &Command,
        facts: Option<&SealedFacts>,
    ) -> Result<Vec<Event>, Refusal> {
        let request = self.visible(context, id).ok_or(Why::NotFound)?;
        if let Some(facts) = facts
            && facts.facts.version != request.facts.version.saturating_add(1)
        {
            let (seen, actual) = (facts.facts.version.saturating_sub(1), request.facts.version);
            return Err(Why::Stale { seen, actual }.into());
        }
        let case = self.loaded.books.case(context, id)?;
        decide(&case, command)
    }

    fn visible(&self, context: &Context<'_>, id: RequestId) -> Option<&Request> {
        self.loaded.books.requests.get(&id).filter(|request| context.actor.person.sees(&request.region))
    }

    fn check_subject(&self, id: RequestId, key: &str) -> Result<(), Refusal> {
        let Some(request) = self.loaded.books.requests.get(&id) else {
            return Err(Why::NotFound.into());
        };
        let subject = (request.scheme.clone(), request.year, key.to_owned());
        match self.loaded.subjects.get(&subject) {
            Some(other) if *other != id => Err(Why::DuplicateExisting { request: *other }.into()),
            _ => Ok(()),
        }
    }

    fn many(
        &mut self,
        context: &Context<'_>,
        requests: &[RequestId],
        command: &Command,
        note: Option<SealedNote>,
        dry_run: bool,
    ) -> Told {
        let mut seen = std::collections::HashSet::new();
        let mut outcomes = Vec::with_capacity(requests.len());
        for id in requests.iter().filter(|id| seen.insert(**id)) {
            let refusal = match self.judge(context, *id, command, None) {
                Ok(events) if !dry_run => {
                    for event in events {
                        self.record(context, *id, event)?;
                    }
                    None
                }
                Ok(_) => None,
                Err(refusal) => Some(refusal),
            };
            outcomes.push(Outcome { id: *id, refusal });
        }
        if !dry_run && !self.changes.requests.is_empty() {
            self.changes.notes.extend(note);
        }
        Ok(Answer::Many(outcomes))
    }

    fn accept(&mut self, context: &Context<'_>, entries: Vec<Entry>, mut state: ImportState) -> Told {
        let mut outcomes = Vec::new();
        for entry in entries {
            let (id, row) = (entry.request, entry.row);
            match self.enter(context, entry) {
                Ok(_) => state.accepted = state.accepted.saturating_add(1),
                Err(ExecuteError::Refused(refusal)) => {
                    state.refused = state.refused.saturating_add(1);
                    state.turned_away.extend(row.map(|row| (row, (*refusal).clone())));
                    outcomes.push(Outcome { id, refusal: Some(*refusal) });
                }
                Err(error) => return Err(error),
            }
        }
        self.note_import(context.actor.person.id, context.at.as_microsecond(), state)?;
        Ok(Answer::Many(outcomes))
    }

    fn note_import(&mut self, actor: PersonId, at: i64, state: ImportState) -> Result<(), ExecuteError> {
        let kind = match state.state {
            ImportPhase::Judging | ImportPhase::Accepting => None,
            ImportPhase::Ready => Some("import_judged"),
            ImportPhase::Done => Some("import_done"),
            ImportPhase::Failed => Some("import_failed"),
        };
        if let Some(kind) = kind {
            let data = serde_json::json!({
                "scheme": state.scheme, "year": state.year, "rows": state.rows, "sound": state.sound,
                "faulty": state.faulty, "referred": state.referred, "accepted": state.accepted,
                "refused": state.refused,
            });
            self.changes.events.push(NewEvent {
                at,
                actor,
                for_whom: None,
                subject_kind: "import",
                subject_id: state.id.0,
                seq: state.version,
                kind,
                data: data.to_string(),
            });
        }
        self.changes.imports.push(state);
        Ok(())
    }

    fn with_decree(
        &mut self,
        context: &Context<'_>,
        id: DecreeId,
        act: impl FnOnce(&Decree, &[DecreeLine], &mut Books) -> Result<DecreeChange, Refusal>,
    ) -> Told {
        let (decree, lines) = self.loaded.decrees.remove(&id).ok_or(Refusal::from(Why::NotFound))?;
        let change = act(&decree, &lines, &mut self.loaded.books)?;
        self.decree(context, change)
    }

    fn decree(&mut self, context: &Context<'_>, change: DecreeChange) -> Told {
        let outcomes = self.listed(context, change.requests, change.left_out)?;
        if let Some(event) = change.event {
            let data = serde_json::to_string(&event).map_err(StoreError::from)?;
            self.tell(context, "decree", change.list.id.0, change.list.version, event.kind(), data);
            self.changes.decrees.push((change.list.clone(), change.lines));
        }
        Ok(Answer::Decree(Box::new(change.list), outcomes))
    }

    fn with_order(
        &mut self,
        context: &Context<'_>,
        id: OrderId,
        act: impl FnOnce(&Order, &[PayLine], &Books) -> Result<OrderChange, Refusal>,
    ) -> Told {
        let (order, lines) = self.loaded.orders.remove(&id).ok_or(Refusal::from(Why::NotFound))?;
        let change = act(&order, &lines, &self.loaded.books)?;
        self.order(context, change)
    }

    fn order(&mut self, context: &Context<'_>, change: OrderChange) -> Told {
        let outcomes = self.listed(context, change.requests, change.left_out)?;
        if let Some(event) = change.event {
            let data = serde_json::to_string(&event).map_err(StoreError::from)?;
            self.tell(context, "payment_order", change.list.id.0, change.list.version, event.kind(), data);
            self.changes.orders.push((change.list.clone(), change.lines));
        }
        Ok(Answer::Order(Box::new(change.list), outcomes))
    }

    fn listed(
        &mut self,
        context: &Context<'_>,
        requests: Vec<(RequestId, Event)>,
        left_out: Vec<(RequestId, Refusal)>,
    ) -> Result<Vec<Outcome>, ExecuteError> {
        for (id, event) in requests {
            self.record(context, id, event)?;
        }
        Ok(left_out.into_iter().map(|(id, refusal)| Outcome { id, refusal: Some(refusal) }).collect())
    }

    fn tell(
        &mut self,
        context: &Context<'_>,
        subject: &'static str,
        id: uuid::Uuid,
        seq: u32,
        kind: &'static str,
        data: String,
    ) {
        self.changes.outbox.push(self.changes.events.len());
        self.changes.events.push(NewEvent {
            at: context.at.as_microsecond(),
            actor: context.actor.person.id,
            for_whom: context.actor.for_whom,
            subject_kind: subject,
            subject_id: id,
            seq,
            kind,
            data,
        });
    }

    fn answer(&self, id: RequestId) -> Answer {
        let now = self.loaded.books.requests.get(&id).cloned();
        Answer::Request {
            id,
            version: now.as_ref().map_or(0, |request| request.version),
            now: now.map(Box::new),
        }
    }

    /// Folds an event into its request and notes all that must be written for it.
    fn record(&mut self, context: &Context<'_>, id: RequestId, event: Event) -> Result<(), ExecuteError> {
        let before = self.loaded.books.requests.remove(&id);
        let was = before.as_ref().map(|request| Was {
            place: Place::of(request),
            due_on: request.due_on.filter(|_| !request.closed),
            budget: request.budget,
            version: request.version,
            snag: self.snag(request),
        });
        let seq = was.as_ref().map_or(0, |was| was.version).saturating_add(1);
        let entry = salur_core::event::Entry {
            seq,
            at: context.at,
            actor: context.actor.person.id,
            for_whom: context.actor.for_whom,
            event,
        };
        let after = apply(before, id, &entry).map_err(StoreError::from)?;
        self.count(was.as_ref(), &after);
        self.move_money(was.as_ref(), &after, &entry.event)?;
        if after.closed
            && self
                .workflow_of(&after)
                .and_then(|flow| flow.end_of(&after.stage))
                .is_some_and(|end| end.frees_recipient())
        {
            self.loaded.subjects.retain(|_, request| *request != id);
        }
        if let Event::Attached { attachment, media_type, size, digest } = &entry.event {
            self.changes.attachments.push(Attachment {
                id: *attachment,
                request: id,
                at: context.at.as_microsecond(),
                media_type: media_type.clone(),
                size: *size,
                digest: *digest,
            });
        }
        let data = serde_json::to_string(&entry.event).map_err(StoreError::from)?;
        self.tell(context, "request", id.0, seq, entry.event.kind(), data);
        self.changes.requests.entry(id).or_insert_with(|| was.map_or(0, |was| was.version));
        self.loaded.books.requests.insert(id, after);
        Ok(())
    }

    fn workflow_of(&self, request: &Request) -> Option<&'a Workflow> {
        self.world.workflows.pinned(&request.scheme, &request.definition).map(|workflow| &**workflow)
    }

    fn count(&mut self, was: Option<&Was>, after: &Request) {
        let place = Place::of(after);
        let due = after.due_on.filter(|_| !after.closed);
        if was.is_none_or(|was| was.place != place) {
            if let Some(was) = was {
                *self.changes.counts.entry(was.place.clone()).or_default() -= 1;
            }
            *self.changes.counts.entry(place.clone()).or_default() += 1;
        }
        if was.is_none_or(|was| was.place != place || was.due_on != due) {
            if let Some((was, due)) = was.and_then(|was| was.due_on.map(|due| (was, due))) {
                *self.changes.dues.entry((was.place.clone(), due)).or_default() -= 1;
            }
            if let Some(due) = due {
                *self.changes.dues.entry((place.clone(), due)).or_default() += 1;
            }
        }
        let snag = self.snag(after);
        if let Some((was, snag)) = was.and_then(|was| was.snag.clone().map(|snag| (was, snag))) {
            *self.changes.snags.entry((was.place.clone(), snag)).or_default() -= 1;
        }
        if let Some(snag) = snag {
            *self.changes.snags.entry((place, snag)).or_default() += 1;
        }
    }

    fn snag(&self, request: &Request) -> Option<String> {
        self.workflow_of(request).and_then(|workflow| Batch::snag_of(workflow, request))
    }

    /// Moves the money of a request within its budget line. A signed decree has moved it in the books already.
    fn move_money(&mut self, was: Option<&Was>, after: &Request, event: &Event) -> Result<(), ExecuteError> {
        let from = was.map_or(Standing::None, |was| was.budget);
        let through_decree = matches!(event, Event::Advanced(step) if step.decree.is_some());
        if from == after.budget && !through_decree {
            return Ok(());
        }
        let moved = match self.loaded.books.lines.get_mut(&after.line) {
            Some(line) => line.shift(after.amount, from, after.budget),
            None => from == after.budget,
        };
        if !moved {
            return Err(StoreError::inconsistent(
                "budget_line",
                format!("{} cannot take {}", after.line, after.id),
            )
            .into());
        }
        self.changes.lines.insert(after.line.clone());
        Ok(())
    }

    /// What keeps a request from its plain course, for the list of what is stuck.
    #[must_use]
    pub fn snag_of(workflow: &Workflow, request: &Request) -> Option<String> {
        if let Some(payment) = &request.payment {
            match payment.state {
                PaymentState::Incident => return Some("payment_incident".into()),
                PaymentState::Unknown => return Some("bank_no_result".into()),
                PaymentState::Failed(_) if !request.closed => return Some("account_rejected".into()),
                PaymentState::Ordered | PaymentState::Failed(_) | PaymentState::Paid => {}
            }
        }
        if request.closed {
            return None;
        }
        if let Some(hold) = &request.hold {
            return Some(hold.cause.clone());
        }
        if request.returned.is_some() {
            return Some("returned_untouched".into());
        }
        let unfunded =
            request.budget == Standing::None && workflow.phase_of(&request.stage) == Some(Phase::Approval);
        unfunded.then(|| "budget_short".into())
    }
}

/// A request before an event, as far as counters and money need it.
struct Was {
    place: Place,
    due_on: Option<jiff::civil::Date>,
    budget: Standing,
    version: u32,
    snag: Option<String>,
}
