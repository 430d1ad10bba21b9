//! Runs judging and accepting in the background, a few at a time, and takes up what a stop cut short.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use salur_core::ImportId;
use salur_intake::{FileRefusal, RefusalCode};
use salur_store::StoreError;
use salur_store::job::{Ask, ImportPhase, Job};
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
/// Imports that are being accepted.
static ACCEPTING: Mutex<BTreeSet<ImportId>> = Mutex::new(BTreeSet::new());

/// Pauses before a failed work is tried again.
const PAUSES: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(30)];

/// A turn to receive a list; more wait for theirs.
pub(crate) async fn turn_to_receive() -> Option<SemaphorePermit<'static>> {
    RECEIVING.acquire().await.ok()
}

/// The sole right to accept an import, given up when dropped.
#[derive(Debug)]
pub(crate) struct Claim(ImportId);

impl Claim {
    /// Takes the right, unless somebody has it.
    pub(crate) fn take(id: ImportId) -> Option<Claim> {
        let mut claims = ACCEPTING.lock().unwrap_or_else(PoisonError::into_inner);
        claims.insert(id).then(|| Claim(id))
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        ACCEPTING.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

/// Takes up the imports whose judging or accepting a stop cut short. To be called once, when the server starts; the
/// answer is how many there are.
pub async fn resume_unfinished(app: &App) -> Result<usize, StoreError> {
    let unfinished = app.store.unfinished_imports().await?;
    let count = unfinished.len();
    for state in unfinished {
        match state.state {
            ImportPhase::Accepting => {
                if let Some(claim) = Claim::take(state.id) {
                    start(app, state.id, Some(claim));
                }
            }
            ImportPhase::Judging | ImportPhase::Ready | ImportPhase::Done | ImportPhase::Failed => {
                start(app, state.id, None);
            }
        }
    }
    Ok(count)
}

/// Starts what an import waits for.
pub(crate) fn start(app: &App, id: ImportId, claim: Option<Claim>) {
    let app = app.clone();
    tokio::spawn(async move {
        work_on(&app, id).await;
        drop(claim);
    });
}

async fn work_on(app: &App, id: ImportId) {
    for pause in PAUSES.into_iter().map(Some).chain([None]) {
        let outcome = attempt(app, id).await;
        let error = match outcome {
            Ok(()) | Err(Halted::Closing) => return,
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

async fn attempt(app: &App, id: ImportId) -> Result<(), Halted> {
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
    let bench = Work::take_up(app, &state).await?;
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
