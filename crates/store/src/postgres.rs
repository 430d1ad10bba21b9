//! The write path on PostgreSQL: one connection on a thread of its own, a few statements for a whole batch.
//!
//! Any number of servers write to one database. Each batch locks the one row of `head` first, so batches follow one
//! another whoever sends them: positions are gap-free, what is decided on is what is there, and when a connection broke
//! while its commit was under way, locking `head` again waits for the outcome and the chain tells it.

mod access;
mod begin;
mod keep;
mod load;
mod office;
mod outcome;
mod visits;
mod write;
mod years;

use std::sync::Arc;
use std::time::{Duration, Instant};

use salur_core::Digest;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::batch::{Batch, Needs, Told};
use crate::current::Current;
use crate::error::StoreError;
use crate::job::Ask;
use crate::writer::{Backend, Committed};
use begin::Head;
use outcome::Failure;

pub(crate) use begin::{Fitness, check_fit, check_key, connect};
pub(crate) use outcome::is_lost;
pub(crate) use years::{keep_ahead, make_ahead, year_of};

/// The longest that a batch may take, a bulk one included; beyond it the connection is given up.
const BATCH_LONGEST: Duration = Duration::from_mins(2);
/// How long a commit may take: longer, and it waits for a standby that hangs.
const COMMITTING: Duration = Duration::from_secs(10);
/// How long callers are kept waiting for a database that has gone.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long one attempt to connect may take.
const CONNECTING: Duration = Duration::from_secs(3);
/// Pause between two attempts to connect.
const PAUSE: Duration = Duration::from_millis(100);
/// How long a statement's plan is kept: one made for an empty table reads it whole once it is large.
const PLANS_KEPT: Duration = Duration::from_secs(2);
/// How often a batch that lost a race is decided again.
const RACES: u32 = 20;

/// The one connection that writes, and what is known of the last commit.
pub(crate) struct Postgres {
    runtime: Arc<Runtime>,
    options: PgConnectOptions,
    current: Arc<Current>,
    /// Poked after each commit.
    written: Arc<Notify>,
    connection: Option<PgConnection>,
    /// A commit that was sent and not answered.
    doubt: Option<Doubt>,
    /// The lock that the transaction under way holds.
    head: Option<Head>,
    /// When the statements were planned.
    planned_at: Instant,
    /// When the database was found out of reach: for the first time in a row, and for the last.
    lost: Option<(Instant, Instant)>,
}

/// A commit that was sent: the last event in it, and what its callers are to be told.
struct Doubt {
    pos: i64,
    hash: Digest,
    told: Vec<Told>,
    /// True if it has events, by which it can be found in the chain. Without any it may be done again: answers are
    /// found by their keys, the rest is the same the second time.
    is_written: bool,
    /// Version of people, definitions and sessions after it.
    office: i64,
}

impl Postgres {
    pub(crate) fn new(
        options: PgConnectOptions,
        current: Arc<Current>,
        written: Arc<Notify>,
    ) -> Result<Postgres, StoreError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| StoreError::Unfit(format!("failed to start the writer: {error}")))?;
        Ok(Postgres {
            runtime: Arc::new(runtime),
            options,
            current,
            written,
            connection: None,
            doubt: None,
            head: None,
            planned_at: Instant::now(),
            lost: None,
        })
    }

    /// Decides a batch and commits it, once. The connection is kept only if all went well: dropped, its transaction is
    /// rolled back.
    async fn attempt(&mut self, asks: &[Ask]) -> Result<Committed, Failure> {
        let mut connection = if let Some(connection) = self.connection.take() {
            connection
        } else {
            self.head = None;
            timeout(CONNECTING, self.connect()).await.map_err(|_| Failure::Lost)??
        };
        let done = self.within(&mut connection, asks).await?;
        self.connection = Some(connection);
        Ok(done)
    }

    /// Connects to the primary, and makes sure that it still keeps what it acknowledges: after a failover it is another.
    /// A standby may be the primary soon.
    async fn connect(&self) -> Result<PgConnection, Failure> {
        let mut connection = begin::connect(&self.options).await?;
        match begin::check_fit(&mut connection).await? {
            Fitness::Standby => Err(Failure::Lost),
            Fitness::Primary => Ok(connection),
        }
    }

    /// Begins a transaction and locks `head`.
    async fn lock_head(&mut self, connection: &mut PgConnection) -> Result<Head, Failure> {
        let plans_anew = self.planned_at.elapsed() > PLANS_KEPT;
        if plans_anew {
            self.planned_at = Instant::now();
        }
        begin::begin(connection, plans_anew).await
    }

    async fn within(&mut self, connection: &mut PgConnection, asks: &[Ask]) -> Result<Committed, Failure> {
        let head = if let Some(head) = self.head.take() {
            head
        } else {
            // A commit that hangs keeps the lock: whoever comes after it must not wait for ever.
            let is_troubled = self.doubt.is_some() || self.lost.is_some();
            let longest = if is_troubled { PATIENCE } else { BATCH_LONGEST };
            timeout(longest, self.lock_head(connection)).await.map_err(|_| Failure::Lost)??
        };
        // Kept until it is known: the connection may be lost again while this is found out.
        if let Some(doubt) = &self.doubt
            && doubt.is_written
            && begin::has_event(connection, doubt.pos, doubt.hash).await?
        {
            // It may stand on this database alone, its wait for a standby broken off: this commit waits for both.
            begin::touch(connection).await?;
            commit(connection).await?;
            if let Some(doubt) = self.doubt.take() {
                return Ok(self.settle(connection, doubt).await);
            }
        }
        self.doubt = None;
        if head.office != self.current.version() {
            self.current.load(&mut *connection, head.office).await?;
        }
        let world = self.current.world();
        let loaded = load::load(connection, Needs::of(&world, asks), asks).await?;
        let mut batch = Batch::new(&world, loaded);
        let told = batch.decide_all(asks)?;
        let (changes, books) = batch.into_changes();
        if changes.is_empty() {
            if asks.iter().any(|ask| ask.key.is_some()) {
                // It may be an answer given before, by a commit that no standby has yet: this one waits for both, and
                // until then nobody may be told that nothing was done.
                let (pos, hash, office) = (head.pos, head.hash, head.office);
                self.doubt = Some(Doubt { pos, hash, told: Vec::new(), is_written: false, office });
                begin::touch(connection).await?;
                commit(connection).await?;
                self.doubt = None;
            } else {
                begin::rollback(connection).await?;
            }
            return Ok(Committed { told, pos: head.pos });
        }
        let written = write::write(connection, &world, &changes, &books, &head).await;
        let (pos, hash) = years::or_make(written, connection, &self.options, &changes).await?;
        let office = head.office.saturating_add(i64::from(changes.is_of_office()));
        self.doubt = Some(Doubt { pos, hash, told, is_written: pos != head.pos, office });
        if let Err(failure) = commit(connection).await {
            if !matches!(failure, Failure::Lost) {
                // The database has answered: it is not done.
                self.doubt = None;
            }
            return Err(failure);
        }
        match self.doubt.take() {
            Some(doubt) => Ok(self.settle(connection, doubt).await),
            None => Ok(Committed { told: Vec::new(), pos }),
        }
    }

    /// What follows a commit that is known to be done.
    async fn settle(&self, connection: &mut PgConnection, doubt: Doubt) -> Committed {
        self.written.notify_one();
        if doubt.office != self.current.version() {
            // The batch is durable: a failure here is made good by the next batch, which sees the version.
            let _ = self.current.load(connection, doubt.office).await;
        }
        Committed { told: doubt.told, pos: doubt.pos }
    }

    /// Gives a batch up, with what can be said of it.
    fn give_up(&mut self) -> StoreError {
        StoreError::Unreachable { maybe_done: self.doubt.take().is_some() }
    }
}

/// Commits, unless that hangs.
async fn commit(connection: &mut PgConnection) -> Result<(), Failure> {
    timeout(COMMITTING, begin::commit(connection)).await.map_err(|_| Failure::Lost)?.map_err(Failure::from)
}

impl Backend for Postgres {
    fn wait_for_turn(&mut self) {
        self.head = None;
        let Some(mut connection) = self.connection.take() else { return };
        let runtime = Arc::clone(&self.runtime);
        let locked =
            runtime.block_on(async { timeout(BATCH_LONGEST, self.lock_head(&mut connection)).await });
        // A connection that failed is not kept: the commit opens another.
        if let Ok(Ok(head)) = locked {
            self.head = Some(head);
            self.connection = Some(connection);
        }
    }

    fn commit(&mut self, asks: &[Ask]) -> Result<Committed, StoreError> {
        // What an earlier batch left in doubt its callers have been told; and a panic must not leave one behind.
        self.doubt = None;
        let runtime = Arc::clone(&self.runtime);
        let (mut races, started) = (0, Instant::now());
        loop {
            let outcome = runtime.block_on(async { timeout(BATCH_LONGEST, self.attempt(asks)).await });
            let failure = match outcome {
                Ok(Ok(done)) => {
                    self.lost = None;
                    return Ok(done);
                }
                Ok(Err(failure)) => failure,
                Err(_) => Failure::Lost,
            };
            match failure {
                Failure::Race if races < RACES && started.elapsed() < BATCH_LONGEST => races += 1,
                // Neither is an answer to whether the commit was done.
                Failure::Race | Failure::Store(_) if self.doubt.is_some() => return Err(self.give_up()),
                Failure::Race => return Err(StoreError::Unfit("a batch lost one race after another".into())),
                Failure::Lost => {
                    // Those who come while it is away need not wait as long again as those before them.
                    let before = self.lost.filter(|(_, last)| last.elapsed() < PATIENCE * 2);
                    let now = Instant::now();
                    let first = before.map_or(now, |(first, _)| first);
                    self.lost = Some((first, now));
                    if first.elapsed() > PATIENCE {
                        return Err(self.give_up());
                    }
                    std::thread::sleep(PAUSE);
                }
                Failure::Store(error) => return Err(error),
            }
        }
    }
}
