//! The commit loop: jobs of all callers go through one queue; the next batch is whatever queued while the last one
//! committed. Callers only wait, so one who hangs up cannot leave a transaction open.

use std::panic::{AssertUnwindSafe, catch_unwind};
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

/// Where jobs are handed in.
#[derive(Debug, Clone)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Waiting>,
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
            .spawn(move || {
                Loop { connection, world, sessions, position, commits: counted, stale: false }.run(waiting);
            })
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
        self.queue.send(Waiting { ask, answer }).await.map_err(|_| StoreError::WriterGone)?;
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
    /// True while the world or the sessions are older than the database.
    stale: bool,
}

impl Loop {
    fn run(mut self, mut queue: mpsc::Receiver<Waiting>) {
        let mut held_back = None;
        while let Some(first) = held_back.take().or_else(|| queue.blocking_recv()) {
            let mut batch = vec![first];
            if !batch.iter().any(|waiting| waiting.ask.job.is_bulk()) {
                while batch.len() < BATCH_MAX {
                    match queue.try_recv() {
                        Ok(next) if next.ask.job.is_bulk() => {
                            held_back = Some(next);
                            break;
                        }
                        Ok(next) => batch.push(next),
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

    /// Commits a batch. A panic in it costs the batch, not the writer: its transaction is rolled back.
    fn commit(&mut self, asks: Vec<Ask>) -> Result<Vec<Told>, StoreError> {
        let world = self.world.load_full();
        self.stale |= asks.iter().any(|ask| matches!(ask.job, Job::Found(_) | Job::OpenSession(_)));
        let connection = &mut self.connection;
        let (told, pos) = catch_unwind(AssertUnwindSafe(|| sqlite::commit(connection, &world, asks)))
            .unwrap_or_else(|_| {
                Err(StoreError::Unfit("the writer panicked; its batch was rolled back".into()))
            })?;
        self.commits.fetch_add(1, Ordering::Relaxed);
        // The batch is durable: what fails from here on must not be told as its failure.
        if self.stale {
            self.stale = self.reload(&world).is_err();
        }
        self.position.send_if_modified(|last| std::mem::replace(last, pos) != pos);
        Ok(told)
    }

    fn reload(&self, world: &World) -> Result<(), StoreError> {
        self.world.store(Arc::new(sqlite::load_world(&self.connection, world)?));
        self.sessions.store(Arc::new(sqlite::load_sessions(&self.connection)?));
        Ok(())
    }
}

fn first(told: Vec<Told>) -> Told {
    told.into_iter().next().unwrap_or_else(|| Err(ExecuteError::from(Refusal::from(Why::NotFound))))
}
