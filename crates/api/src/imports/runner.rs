//! Runs judging and accepting in the background, a few at a time, and takes up what a stop cut short.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use salur_core::ImportId;
use salur_intake::{FileRefusal, RefusalCode};
use salur_store::job::{Ask, ImportPhase, Job};
use salur_store::{Lease, StoreError};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::accepting::accept;
use super::judging::{failed, judge};
use super::work::{Halted, Work};
use crate::App;

// These three bound the memory of the process, not of one `App`, so they belong to the process.

/// Lists that are being received.
static RECEIVING: Semaphore = Semaphore::const_new(2);
/// Lists that are being judged or accepted.
static WORKING: Semaphore = Semaphore::const_new(2);
/// Works on imports that this process has taken.
static TAKEN: Mutex<BTreeSet<(ImportId, Kind)>> = Mutex::new(BTreeSet::new());

/// Pauses before a failed work is tried again.
const PAUSES: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(30)];

/// A turn to receive a list; more wait for theirs.
pub(crate) async fn turn_to_receive() -> Option<SemaphorePermit<'static>> {
    RECEIVING.acquire().await.ok()
}

/// What is done to an import in the background.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Judging,
    Accepting,
}

/// The sole right to judge or to accept an import, among all servers; given up when dropped.
#[derive(Debug)]
pub(crate) struct Claim {
    place: (ImportId, Kind),
    lease: Option<Lease>,
}

impl Claim {
    /// Takes the right, unless somebody has it.
    pub(crate) async fn take(app: &App, id: ImportId, kind: Kind) -> Result<Option<Claim>, StoreError> {
        let is_free = TAKEN.lock().unwrap_or_else(PoisonError::into_inner).insert((id, kind));
        if !is_free {
            return Ok(None);
        }
        let mut claim = Claim { place: (id, kind), lease: None };
        let work = match kind {
            Kind::Judging => format!("import {id} judging"),
            Kind::Accepting => format!("import {id} accepting"),
        };
        claim.lease = app.store.lease(&work).await?;
        Ok(claim.lease.is_some().then_some(claim))
    }

    /// True while no other server can have taken the work.
    pub(crate) fn is_held(&self) -> bool {
        self.lease.as_ref().is_some_and(Lease::is_held)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        TAKEN.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.place);
    }
}

/// Takes up the imports whose judging or accepting a stop cut short, here or on another server. To be called when the
/// server starts and, where several share a database, now and then; the answer is how many are unfinished.
pub async fn resume_unfinished(app: &App) -> Result<usize, StoreError> {
    let unfinished = app.store.unfinished_imports().await?;
    let count = unfinished.len();
    for state in unfinished {
        start(app, state.id, None);
    }
    Ok(count)
}

/// Starts what an import waits for, unless somebody is at it.
pub(crate) fn start(app: &App, id: ImportId, claim: Option<Claim>) {
    let app = app.clone();
    tokio::spawn(async move {
        let claim = match claim {
            Some(claim) => Some(claim),
            None => take_up(&app, id).await.unwrap_or_else(|error| {
                tracing::warn!(import = %id, %error, "work on an import could not be taken up");
                None
            }),
        };
        if let Some(claim) = claim {
            work_on(&app, id, &Arc::new(claim)).await;
        }
    });
}

async fn take_up(app: &App, id: ImportId) -> Result<Option<Claim>, StoreError> {
    match app.store.import(id).await?.map(|state| state.state) {
        Some(ImportPhase::Judging) => Claim::take(app, id, Kind::Judging).await,
        Some(ImportPhase::Accepting) => Claim::take(app, id, Kind::Accepting).await,
        Some(ImportPhase::Ready | ImportPhase::Done | ImportPhase::Failed) | None => Ok(None),
    }
}

async fn work_on(app: &App, id: ImportId, claim: &Arc<Claim>) {
    for pause in PAUSES.into_iter().map(Some).chain([None]) {
        let outcome = attempt(app, id, claim).await;
        let error = match outcome {
            Ok(()) | Err(Halted::Closing | Halted::Lost) => return,
            Err(_) if app.store.is_closing() => return,
            Err(error) => error,
        };
        let Some(pause) = pause else {
            tracing::error!(import = %id, error = %told(&error), "gave an import up");
            return give_up(app, id).await;
        };
        tracing::warn!(import = %id, error = %told(&error), "work on an import failed and is tried again");
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = app.store.closing() => return,
        }
    }
}

async fn attempt(app: &App, id: ImportId, claim: &Arc<Claim>) -> Result<(), Halted> {
    let _turn = tokio::select! {
        turn = WORKING.acquire() => turn.map_err(|_| Halted::Closing)?,
        () = app.store.closing() => return Err(Halted::Closing),
    };
    let Some(state) = app.store.import(id).await? else { return Ok(()) };
    let work: fn(&Work, _) -> _ = match state.state {
        ImportPhase::Judging => judge,
        ImportPhase::Accepting => accept,
        ImportPhase::Ready | ImportPhase::Done | ImportPhase::Failed => return Ok(()),
    };
    let bench = Work::take_up(app, &state, Some(Arc::clone(claim))).await?;
    tokio::task::spawn_blocking(move || work(&bench, state)).await?
}

/// A list that cannot be judged, time and again, is told to its sender; an accepting is left for the next start, or
/// for whoever asks again.
async fn give_up(app: &App, id: ImportId) {
    let Ok(Some(state)) = app.store.import(id).await else { return };
    if state.state != ImportPhase::Judging {
        return;
    }
    let actor = state.by;
    let job = Job::NoteImport(Box::new(failed(state, &FileRefusal::new(RefusalCode::Unreadable))));
    let ask = Ask { actor, for_whom: None, at: app.clock.now(), key: None, job };
    if let Err(error) = app.store.execute(ask).await {
        tracing::error!(import = %id, %error, "failed to note that an import failed");
    }
}

/// An error with its causes.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
