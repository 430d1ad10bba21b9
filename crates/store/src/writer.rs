//! The commit loop: jobs of all callers go through one queue; the next batch is whatever queued while the last one
//! committed. Callers only wait, so one who hangs up cannot leave a transaction open.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use salur_core::refusal::{Refusal, Why};
use tokio::sync::{mpsc, oneshot, watch};

use crate::batch::Told;
use crate::error::{ExecuteError, StoreError};
use crate::job::Ask;

/// Most jobs in one transaction.
const BATCH_MAX: usize = 1_000;
/// Most jobs waiting; a caller beyond that waits to be let in.
const QUEUE_MAX: usize = 8_192;

/// The way a database is written: SQLite's or PostgreSQL's.
pub(crate) trait Backend: Send + 'static {
    /// Waits for its turn to write, where other servers write too: what queues meanwhile joins the batch.
    fn wait_for_turn(&mut self) {}

    /// Leaves the database as it should be found, once nothing more is written.
    fn finish(&mut self) {}

    /// Decides a batch and commits it: what is told here is durable once this returns. After an error nothing of the
    /// batch is kept, but for `Unreachable`, which says itself whether that is known.
    fn commit(&mut self, asks: &[Ask]) -> Result<Committed, StoreError>;
}

/// What became of a batch, and the position of the last event after it.
#[derive(Debug)]
pub(crate) struct Committed {
    pub(crate) told: Vec<Told>,
    pub(crate) pos: i64,
}

/// What is handed in: a job, or nothing: finish what was handed in before, and end.
type Handed = Option<Waiting>;

/// A job and the caller who waits for its answer.
struct Waiting {
    ask: Ask,
    answer: oneshot::Sender<Told>,
}

/// Where jobs are handed in.
#[derive(Debug, Clone)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Handed>,
    commits: Arc<AtomicU64>,
}

impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Waiting")
    }
}

impl Writer {
    /// Starts the thread that owns the writing connection.
    pub(crate) fn start(
        backend: impl Backend,
        position: Arc<watch::Sender<i64>>,
    ) -> Result<(Writer, std::thread::JoinHandle<()>), StoreError> {
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        let commits = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&commits);
        let thread = std::thread::Builder::new()
            .name("salur-writer".into())
            .spawn(move || Loop { backend, position, commits: counted }.run(waiting))
            .map_err(|error| StoreError::Unfit(format!("failed to start the writer: {error}")))?;
        Ok((Writer { queue, commits }, thread))
    }

    /// How many batches were committed since the start.
    pub(crate) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// True while jobs are taken.
    pub(crate) fn is_running(&self) -> bool {
        !self.queue.is_closed()
    }

    /// Hands a job in and waits for its answer, which comes after its commit.
    pub(crate) async fn execute(&self, ask: Ask) -> Told {
        let (answer, told) = oneshot::channel();
        self.queue.send(Some(Waiting { ask, answer })).await.map_err(|_| StoreError::WriterGone)?;
        told.await.map_err(|_| StoreError::WriterGone)?
    }
}

impl Writer {
    /// Ends the writer once it has done what was handed in before, whoever else still has a handle of it.
    pub(crate) async fn stop(&self) {
        // It has stopped already where this fails.
        let _ = self.queue.send(None).await;
    }
}

/// What the writer's thread owns.
struct Loop<B> {
    backend: B,
    position: Arc<watch::Sender<i64>>,
    commits: Arc<AtomicU64>,
}

impl<B: Backend> Loop<B> {
    fn run(mut self, mut queue: mpsc::Receiver<Handed>) {
        let mut held_back = None;
        while let Some(first) = held_back.take().or_else(|| next(&mut queue, mpsc::Receiver::blocking_recv)) {
            let mut batch = vec![first];
            self.wait_for_turn();
            if !batch.iter().any(|waiting| waiting.ask.job.is_bulk()) {
                while batch.len() < BATCH_MAX {
                    match next(&mut queue, |queue| queue.try_recv().ok()) {
                        Some(next) if next.ask.job.is_bulk() => {
                            held_back = Some(next);
                            break;
                        }
                        Some(next) => batch.push(next),
                        None => break,
                    }
                }
            }
            self.answer(batch);
        }
        self.backend.finish();
    }

    fn wait_for_turn(&mut self) {
        let backend = &mut self.backend;
        // What goes wrong here goes wrong again when the batch is committed, and is told then.
        let _ = catch_unwind(AssertUnwindSafe(|| backend.wait_for_turn()));
    }

    fn answer(&mut self, batch: Vec<Waiting>) {
        let (asks, callers): (Vec<_>, Vec<_>) =
            batch.into_iter().map(|waiting| (waiting.ask, waiting.answer)).unzip();
        let told = match self.commit(&asks) {
            Ok(told) => told,
            Err(StoreError::Unreachable { maybe_done }) => {
                asks.iter().map(|_| Err(StoreError::Unreachable { maybe_done }.into())).collect()
            }
            // One job that the database refuses must not take the others with it.
            Err(_) if asks.len() > 1 => asks.chunks(1).map(|ask| self.alone(ask)).collect(),
            Err(error) => vec![Err(error.into())],
        };
        for (caller, told) in callers.into_iter().zip(told) {
            // A caller who has gone does not need the answer; the job is done all the same.
            let _ = caller.send(told);
        }
    }

    fn alone(&mut self, ask: &[Ask]) -> Told {
        let told = self.commit(ask)?;
        told.into_iter().next().unwrap_or_else(|| Err(ExecuteError::from(Refusal::from(Why::NotFound))))
    }

    /// Commits a batch. A panic in it costs the batch, not the writer: its transaction is rolled back.
    fn commit(&mut self, asks: &[Ask]) -> Result<Vec<Told>, StoreError> {
        let backend = &mut self.backend;
        let Committed { told, pos } = catch_unwind(AssertUnwindSafe(|| backend.commit(asks)))
            .unwrap_or_else(|_| {
                Err(StoreError::Unfit("the writer panicked; its batch was rolled back".into()))
            })?;
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.position.send_if_modified(|last| *last < pos && std::mem::replace(last, pos) != pos);
        Ok(told)
    }
}

/// The next job; told to stop, the queue takes no more, and what is in it already is still handed out.
fn next(
    queue: &mut mpsc::Receiver<Handed>,
    take: impl Fn(&mut mpsc::Receiver<Handed>) -> Option<Handed>,
) -> Option<Waiting> {
    loop {
        match take(queue)? {
            Some(waiting) => return Some(waiting),
            None => queue.close(),
        }
    }
}
