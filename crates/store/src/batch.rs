//! Decides a batch of jobs in memory: what is loaded goes in, what is to be written comes out. Knows no database.

mod access;
mod changes;
mod found;
mod imports;
mod lists;
mod needs;
mod office;
mod record;
mod turn;

use salur_core::command::Command;
use salur_core::decide::{Draft, decide, enter};
use salur_core::decree::{self, Books};
use salur_core::event::{Acted, Event, Origin};
use salur_core::payment;
use salur_core::refusal::{Refusal, Why};
use salur_core::request::Request;
use salur_core::world::{Actor, Context, World};
use salur_core::{RegionCode, RequestId};

use crate::error::{ExecuteError, StoreError};
use crate::job::{Act, Answer, Ask, Entry, Job, Outcome, SealedFacts, SealedNote};

pub(crate) use changes::frees_recipient;
use lists::outcomes;
pub(crate) use needs::Needs;
pub(crate) use office::subject_of;

pub use changes::{Attachment, Changes, Loaded, Place, StoredAnswer};

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

    /// Decides jobs in order; a failure of the store ends it.
    pub fn decide_all(&mut self, asks: &[Ask]) -> Result<Vec<Told>, StoreError> {
        let decided = asks.iter().map(|ask| match self.decide(ask.clone()) {
            Err(ExecuteError::Store(error)) => Err(error),
            told => Ok(told),
        });
        decided.collect()
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
        let dry = matches!(
            ask.job,
            Job::Many { dry_run: true, .. }
                | Job::DraftDecree { dry_run: true, .. }
                | Job::DraftOrder { dry_run: true, .. }
        );
        let told = self.work(ask);
        if let (Some(key), false) = (key, dry) {
            let outcome: Result<&Answer, &Refusal> = match &told {
                Ok(answer) => Ok(answer),
                Err(ExecuteError::Refused(refusal)) => Err(refusal),
                Err(ExecuteError::KeyReused | ExecuteError::Overtaken | ExecuteError::Store(_)) => {
                    return told;
                }
            };
            let outcome = serde_json::to_string(&outcome).map_err(StoreError::from)?;
            let stored = StoredAnswer { fingerprint: key.fingerprint, outcome };
            self.loaded.answered.insert((actor, key.text.clone()), stored.clone());
            self.changes.answers.push((actor, key.text, stored, at));
        }
        told
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "all others are a person's")]
    fn work(&mut self, ask: Ask) -> Told {
        let at = ask.at.as_microsecond();
        match ask.job {
            Job::NoteImport(state) => {
                let id = state.id;
                self.note_import(ask.actor, at, *state)?;
                Ok(Answer::Import(id))
            }
            Job::Found(founding) => {
                self.found(*founding)?;
                Ok(Answer::Kept)
            }
            Job::OpenSession(session) => {
                self.open_session(&session);
                Ok(Answer::Kept)
            }
            Job::Access(act) => self.access(ask.actor, ask.at, *act),
            Job::Deny(denied) => Err(Refusal::from(denied).into()),
            Job::Forget { before } => {
                self.changes.forget = Some(before.as_microsecond());
                Ok(Answer::Kept)
            }
            Job::NoteViewings(viewings) => {
                self.changes.viewings.extend(viewings);
                Ok(Answer::Kept)
            }
            Job::KeepVisits(piece) => {
                self.changes.visits = Some(*piece);
                Ok(Answer::Kept)
            }
            Job::NoteArchive { id, archived } => {
                self.note_archive(at, id, &archived);
                Ok(Answer::Kept)
            }
            Job::Timers { requests } => self.timers(ask.at, &requests),
            job => self.work_of(Ask { job, ..ask }),
        }
    }

    /// A job of a person's.
    fn work_of(&mut self, ask: Ask) -> Told {
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
            Job::DraftDecree { id, scheme, year, requests, dry_run } => {
                let change = decree::draft(&context, id, &scheme, year, &requests, &self.loaded.books)?;
                if dry_run {
                    return Ok(Answer::Decree(Box::new(change.list), outcomes(change.left_out)));
                }
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
            Job::SignDecree { id, signing, assertion } => self.sign(&context, id, &signing, assertion),
            Job::CancelDecree { id } => self.with_decree(&context, id, |decree, lines, books| {
                decree::cancel(&context, decree, lines, books)
            }),
            Job::DraftOrder { id, requests, dry_run } => self.draft_order(&context, id, &requests, dry_run),
            Job::ExportOrder { id } => self.with_order(&context, id, |order, lines, books| {
                payment::export(&context, order, lines, books)
            }),
            Job::EnterSp2d { id, number, date } => self.with_order(&context, id, |order, lines, books| {
                payment::enter_sp2d(&context, order, lines, books, &number, date)
            }),
            Job::SettleOrder { id, told } => self.with_order(&context, id, |order, lines, books| {
                payment::settle(&context, order, lines, &told, books)
            }),
            Job::CancelOrder { id } => self.with_order(&context, id, |order, lines, books| {
                payment::cancel(&context, order, lines, books)
            }),
            Job::Propose { id, change, digest, note } => {
                let told = self.propose(&context, id, *change, digest)?;
                self.changes.notes.extend(note);
                Ok(told)
            }
            Job::Confirm { id } => self.confirm(&context, id),
            Job::Decline { id, note } => self.decline(&context, id, note),
            Job::Withdraw { id } => self.withdraw(&context, id),
            Job::NoteReading { id, what, of, note } => self.note_reading(&context, id, what, of, note),
            Job::Migrate { proposal, requests } => self.migrate(&context, proposal, &requests),
            Job::NoteImport(_)
            | Job::Timers { .. }
            | Job::Found(_)
            | Job::OpenSession(_)
            | Job::Access(_)
            | Job::Deny(_)
            | Job::NoteArchive { .. }
            | Job::KeepVisits(_)
            | Job::NoteViewings(_)
            | Job::Forget { .. } => Ok(Answer::Kept),
        }
    }

    /// Somebody is about to be shown what lists mask.
    fn note_reading(
        &mut self,
        context: &Context<'_>,
        id: uuid::Uuid,
        what: &'static str,
        of: uuid::Uuid,
        note: Option<SealedNote>,
    ) -> Told {
        let reason = note.as_ref().map(|note| serde_json::to_value(note.note)).transpose();
        let data = match reason.map_err(StoreError::from)? {
            Some(reason) => serde_json::json!({ "of": of, "reason": reason }),
            None => serde_json::json!({ "of": of }),
        };
        self.changes.notes.extend(note);
        self.tell(context, "reading", id, 1, what, data.to_string());
        Ok(Answer::Kept)
    }

    fn enter(&mut self, context: &Context<'_>, entry: Entry) -> Told {
        let subject = (entry.scheme.clone(), entry.year, entry.subject_key.clone());
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
        // Only who may enter a recipient here is told that somebody has.
        if let Some(known) = self.loaded.subjects.get(&subject) {
            return Err(duplicate(context, known).into());
        }
        let id = entry.request;
        self.record(context, id, event)?;
        if let Some(request) = self.loaded.books.requests.get(&id) {
            self.loaded.subjects.insert(subject, (id, request.region.clone()));
        }
        self.changes.subject_keys.insert(id, entry.subject_key);
        self.changes.facts.push((id, entry.facts));
        Ok(self.answer(id))
    }

    fn act(&mut self, context: &Context<'_>, act: Act) -> Told {
        let id = act.request;
        if let (Some(seen), Some(request)) = (act.seen, self.visible(context, id))
            && request.is_stale(seen)
        {
            return Err(Refusal::from(Why::Stale { seen, actual: request.version }).into());
        }
        let events = self.judge(context, id, &act.command, act.facts.as_ref())?;
        if let Some(key) = &act.subject_key {
            self.check_subject(context, id, key)?;
        }
        let mut keeps_facts = false;
        for event in events {
            keeps_facts |= matches!(event.event, Event::Amended { .. } | Event::Corrected { .. });
            self.record(context, id, event)?;
        }
        self.changes.notes.extend(act.note);
        if keeps_facts {
            self.changes.facts.extend(act.facts.map(|facts| (id, facts)));
            if let Some(key) = act.subject_key {
                self.loaded.subjects.retain(|_, (request, _)| *request != id);
                if let Some(request) = self.loaded.books.requests.get(&id) {
                    let subject = (request.scheme.clone(), request.year, key.clone());
                    self.loaded.subjects.insert(subject, (id, request.region.clone()));
                }
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
    ) -> Result<Vec<Acted>, Refusal> {
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
        self.loaded.books.requests.get(&id).filter(|request| context.sees(&request.region))
    }

    fn check_subject(&self, context: &Context<'_>, id: RequestId, key: &str) -> Result<(), Refusal> {
        let Some(request) = self.loaded.books.requests.get(&id) else {
            return Err(Why::NotFound.into());
        };
        let subject = (request.scheme.clone(), request.year, key.to_owned());
        match self.loaded.subjects.get(&subject) {
            Some(other) if other.0 != id => Err(duplicate(context, other)),
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
}

/// The recipient is in already: with which request is for those who may see it.
fn duplicate(context: &Context<'_>, (request, region): &(RequestId, RegionCode)) -> Refusal {
    Why::DuplicateExisting { request: context.sees(region).then_some(*request) }.into()
}
