//! The commit loop: jobs of all callers go through one queue; the next batch is whatever queued while the last one
//! committed. Callers only wait, so one who hangs up cannot leave a transaction open.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwap;
use rusqlite::Connection;
use salur_core::refusal::{Refusal, Why};
use salur_core::world::World;
use tokio::sync::{mpsc, oneshot, watch};

use crate::batch::Told;
use crate::error::{ExecuteError, StoreError};
use crate::job::{Ask, Job};
use crate::sessions::Sessions;
use crate::sqlite;

/// Most jobs in one transaction.
const BATCH_MAX: usize = 1_000;
/// Most jobs waiting; a caller beyond that waits to be let in.
const QUEUE_MAX: usize = 8_192;

/// A job and the caller who waits for its answer.
struct Waiting {
    ask: Ask,
    answer: oneshot::Sender<Told>,
}

/// What the writer's thread is handed.
enum Message {
    Job(Box<Waiting>),
    /// Commits are flushed one by one, or only with the next checkpoint; the answer comes once that holds.
    Flush(Flush, oneshot::Sender<Result<(), StoreError>>),
}

/// When a commit reaches the disk for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flush {
    /// Before it is told: what is told survives a loss of power.
    Each,
    /// Some time later. Allowed while the office is empty only: a loss of power costs what can be made again.
    Later,
}

/// Where jobs are handed in.
#[derive(Debug, Clone)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Message>,
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
        connection: Connection,
        world: Arc<ArcSwap<World>>,
        sessions: Arc<ArcSwap<Sessions>>,
        position: watch::Sender<i64>,
    ) -> Result<(Writer, std::thread::JoinHandle<()>), StoreError> {
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        let commits = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&commits);
        let thread = std::thread::Builder::new()
            .name("salur-writer".into())
            .spawn(move || Loop { connection, world, sessions, position, commits: counted }.run(waiting))
            .map_err(|error| StoreError::Unfit(format!("failed to start the writer: {error}")))?;
        Ok((Writer { queue, commits }, thread))
    }

    /// How many batches were committed since the start.
    pub(crate) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Hands a job in and waits for its answer, which comes after its commit.
    pub(crate) async fn execute(&self, ask: Ask) -> Told {
        let (answer, told) = oneshot::channel();
        let message = Message::Job(Box::new(Waiting { ask, answer }));
        self.queue.send(message).await.map_err(|_| StoreError::WriterGone)?;
        told.await.map_err(|_| StoreError::WriterGone)?
    }

    /// Says when commits are flushed from now on.
    pub(crate) async fn flush(&self, flush: Flush) -> Result<(), StoreError> {
        let (answer, told) = oneshot::channel();
        self.queue.send(Message::Flush(flush, answer)).await.map_err(|_| StoreError::WriterGone)?;
        told.await.map_err(|_| StoreError::WriterGone)?
    }
}

/// What the writer's thread owns.
struct Loop {
    connection: Connection,
    world: Arc<ArcSwap<World>>,
    sessions: Arc<ArcSwap<Sessions>>,
    position: watch::Sender<i64>,
    commits: Arc<AtomicU64>,
}

impl Loop {
    fn run(mut self, mut queue: mpsc::Receiver<Message>) {
        let mut held_back = None;
        while let Some(first) = held_back.take().or_else(|| queue.blocking_recv()) {
            let first = match first {
                Message::Job(waiting) => *waiting,
                Message::Flush(flush, answer) => {
                    let _ = answer.send(sqlite::set_flush(&mut self.connection, flush));
                    continue;
                }
            };
            let mut batch = vec![first];
            if !batch.iter().any(|waiting| waiting.ask.job.is_bulk()) {
                while batch.len() < BATCH_MAX {
                    match queue.try_recv() {
                        Ok(Message::Job(next)) if !next.ask.job.is_bulk() => batch.push(*next),
                        Ok(message) => {
                            held_back = Some(message);
                            break;
                        }
                        Err(_) => break,
                    }
                }
            }
            self.answer(batch);
        }
    }

    fn answer(&mut self, batch: Vec<Waiting>) {
        let (asks, callers): (Vec<_>, Vec<_>) =
            batch.into_iter().map(|waiting| (waiting.ask, waiting.answer)).unzip();
        let many = asks.len() > 1;
        let again = if many { asks.clone() } else { Vec::new() };
        match self.commit(asks) {
            Ok(told) => {
                for (caller, told) in callers.into_iter().zip(told) {
                    // A caller who has gone does not need the answer; the job is done all the same.
                    let _ = caller.send(told);
                }
            }
            // One job that the database refuses must not take the others with it.
            Err(_) if many => {
                for (caller, ask) in callers.into_iter().zip(again) {
                    let told = self.commit(vec![ask]).map_or_else(|error| Err(error.into()), first);
                    let _ = caller.send(told);
                }
            }
            Err(error) => {
                let mut error = Some(error);
                for caller in callers {
                    let error = error.take().unwrap_or(StoreError::WriterGone);
                    let _ = caller.send(Err(error.into()));
                }
            }
        }
    }

    fn commit(&mut self, asks: Vec<Ask>) -> Result<Vec<Told>, StoreError> {
        let world = self.world.load_full();
        let founds = asks.iter().any(|ask| matches!(ask.job, Job::Found(_)));
        let opens = founds || asks.iter().any(|ask| matches!(ask.job, Job::OpenSession(_)));
        let (told, pos) = sqlite::commit(&mut self.connection, &world, asks)?;
        if founds {
            self.world.store(Arc::new(sqlite::load_world(&self.connection, &world)?));
        }
        if opens {
            self.sessions.store(Arc::new(sqlite::load_sessions(&self.connection)?));
        }
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.position.send_if_modified(|last| std::mem::replace(last, pos) != pos);
        Ok(told)
    }
}

fn first(told: Vec<Told>) -> Told {
    told.into_iter().next().unwrap_or_else(|| Err(ExecuteError::from(Refusal::from(Why::NotFound))))
}
