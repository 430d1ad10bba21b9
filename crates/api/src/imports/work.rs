//! What judging and accepting share: the files, the form, and the way to the store from a thread that may block.

use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::civil::Date;
use salur_core::form::Context;
use salur_core::workflow::Workflow;
use salur_core::{Digest, PersonId};
use salur_intake::{FileRefusal, Judged, Judgement};
use salur_store::job::{Answer, Ask, ImportState, Job, SealedFault};
use salur_store::{ExecuteError, StoreError};
use tokio::runtime::Handle;

use super::reader::Files;
use super::runner::Claim;
use crate::App;

/// Most faults in one note, so that the writer is never held long.
const NOTE_FAULTS_MAX: usize = 1_000;

/// Why work on an import ended before its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Halted {
    /// The server stops; the work is taken up at its next start.
    #[error("the server stops")]
    Closing,
    /// The right to the work could not be renewed in time: another server may have taken it up.
    #[error("another server may have taken the work up")]
    Lost,
    /// A file that could be read no longer can.
    #[error("the file could be read and no longer can")]
    Refused(#[source] FileRefusal),
    /// No workflow of that scheme, or no way to enter requests.
    #[error("the scheme has no workflow by which requests are entered")]
    NoWorkflow,
    /// The state does not name its file.
    #[error("the import does not name its file")]
    NoFile,
    /// The work ended without a word.
    #[error("the work on an import broke down")]
    Broken(#[from] tokio::task::JoinError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A job was not done.
    #[error(transparent)]
    Execute(#[from] ExecuteError),
}

/// An import on the bench.
pub(crate) struct Work {
    pub(crate) app: App,
    claim: Option<Arc<Claim>>,
    pub(crate) workflow: Arc<Workflow>,
    pub(crate) files: Files,
    /// The day the list was sent: judged again on another day, each row gets the same verdict.
    pub(crate) today: Date,
    runtime: Handle,
}

impl Work {
    /// Fetches an import's files.
    pub(crate) async fn take_up(
        app: &App,
        state: &ImportState,
        claim: Option<Arc<Claim>>,
    ) -> Result<Work, Halted> {
        let world = app.store.world();
        let workflow = world.workflows.current(&state.scheme).cloned().ok_or(Halted::NoWorkflow)?;
        let list = fetch(app, &state.list).await?;
        let members = match &state.members {
            Some(name) => Some(fetch(app, name).await?),
            None => None,
        };
        Ok(Work {
            app: app.clone(),
            claim,
            workflow,
            files: Files { list, members },
            today: world.calendar.date_of(state.at),
            runtime: Handle::current(),
        })
    }

    /// Judges the list and calls back with each row.
    pub(crate) fn judge(
        &self,
        sink: &mut dyn FnMut(Judged) -> ControlFlow<()>,
    ) -> Result<Judgement, FileRefusal> {
        let context = Context { regions: self.app.store.regions(), today: self.today };
        self.files.judge(self.app.config.sheet_reader.as_deref(), &self.workflow.form, &context, sink)
    }

    /// Waits for what the store does. Only for threads that may block.
    pub(crate) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Has a job done.
    pub(crate) fn execute(&self, actor: PersonId, job: Job) -> Result<Answer, Halted> {
        if self.claim.as_ref().is_some_and(|claim| !claim.is_held()) {
            return Err(Halted::Lost);
        }
        let ask = Ask { actor, for_whom: None, at: self.app.clock.now(), key: None, job };
        self.wait(self.app.store.execute(ask)).map_err(|error| match error {
            ExecuteError::Overtaken => Halted::Lost,
            error @ (ExecuteError::Refused(_) | ExecuteError::KeyReused | ExecuteError::Store(_)) => {
                error.into()
            }
        })
    }

    /// Keeps where an import stands, with faults found since.
    pub(crate) fn note(
        &self,
        actor: PersonId,
        state: &mut ImportState,
        faults: &mut Vec<SealedFault>,
    ) -> Result<(), Halted> {
        while faults.len() > NOTE_FAULTS_MAX {
            let rest = faults.split_off(NOTE_FAULTS_MAX);
            // Nothing but the faults changes before the last note: a stop in between leaves the state behind them.
            let before = self.wait(self.app.store.import(state.id))?.ok_or(Halted::NoFile)?;
            if before.revision != state.revision {
                return Err(Halted::Lost);
            }
            let part = ImportState { faults: std::mem::replace(faults, rest), ..before };
            self.execute(actor, Job::NoteImport(Box::new(part)))?;
            state.revision = state.revision.saturating_add(1);
        }
        let last = ImportState { faults: std::mem::take(faults), ..state.clone() };
        self.execute(actor, Job::NoteImport(Box::new(last)))?;
        state.revision = state.revision.saturating_add(1);
        Ok(())
    }

    /// Stops where the server stops.
    pub(crate) fn go_on(&self) -> Result<(), Halted> {
        if self.app.store.is_closing() { Err(Halted::Closing) } else { Ok(()) }
    }
}

/// Carries on, or breaks off and keeps why.
pub(crate) fn flow(outcome: Result<(), Halted>, halted: &mut Option<Halted>) -> ControlFlow<()> {
    match outcome {
        Ok(()) => ControlFlow::Continue(()),
        Err(why) => {
            *halted = Some(why);
            ControlFlow::Break(())
        }
    }
}

async fn fetch(app: &App, name: &str) -> Result<Vec<u8>, Halted> {
    let digest = Digest::from_hex(name).ok_or(Halted::NoFile)?;
    Ok(app.store.fetch_file(digest).await?)
}
