//! Opens a store: the database, its tables, the office's key, the world, the writer.

mod key;
mod lite;
mod pg;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use salur_core::calendar::Calendar;
use salur_core::form::Regions;
use salur_core::roster::Roster;
use salur_core::world::{Policy, Workflows, World};
use tokio::sync::watch;

use crate::ExecuteError;
use crate::current::Current;
use crate::db::Db;
use crate::error::StoreError;
use crate::files::Files;
use crate::job::{Answer, Ask};
use crate::leases::{Held, give_all_back};
use crate::vault::Vault;
use crate::writer::Writer;

pub(crate) use key::known_vault;
pub(crate) use lite::path_of;

/// What a store needs besides its database: data with their sources, read by the binary.
#[derive(Debug, Clone)]
pub struct Office {
    /// The working days.
    pub calendar: Arc<Calendar>,
    /// The office's words and causes.
    pub policy: Arc<Policy>,
    /// The regions.
    pub regions: Arc<Regions>,
    /// Where things are, beside the database.
    pub places: Places,
}

/// Where things are, beside the database.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// The file of the office's key: beside an SQLite database, or `salur.key` in the working folder.
    pub key: Option<PathBuf>,
    /// The folder of files that came in: beside an SQLite database; PostgreSQL keeps them in a table instead.
    pub files: Option<PathBuf>,
    /// Connections to read through: 4 on SQLite, 10 on PostgreSQL.
    pub readers: Option<u32>,
}

/// The store: one database, one office.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) db: Db,
    pub(crate) vault: Arc<Vault>,
    pub(crate) files: Files,
    pub(crate) current: Arc<Current>,
    pub(crate) regions: Arc<Regions>,
    /// Connections for the little that is written beside the commit loop: files, leases, wake-ups.
    pub(crate) side: Option<sqlx::PgPool>,
    pub(crate) held: Held,
    /// Told when an order to migrate was confirmed here.
    pub(crate) migrates: Arc<tokio::sync::Notify>,
    writer: Option<Writer>,
    thread: Arc<Mutex<Option<std::thread::JoinHandle<()>>>>,
    position: watch::Receiver<i64>,
    /// Held while this server is at work on an SQLite file.
    lock: Arc<Mutex<Option<std::fs::File>>>,
}

impl Store {
    /// Opens `sqlite://FILE` or `postgres://USER@HOST/NAME`, brings its tables up to date and starts the writer. The
    /// office's key is in a file or in `SALUR_KEY`; it is made for a new database only.
    pub async fn open(url: &str, office: Office) -> Result<Store, StoreError> {
        if is_postgres(url) { pg::open(url, office).await } else { lite::open(url, office).await }
    }

    /// Does a job: decided, committed, then answered.
    pub async fn execute(&self, ask: Ask) -> Result<Answer, ExecuteError> {
        let Some(writer) = &self.writer else { return Err(StoreError::WriterGone.into()) };
        let told = writer.execute(ask).await?;
        self.heed(&told);
        Ok(told)
    }

    /// The snapshot that decisions are made in.
    #[must_use]
    pub fn world(&self) -> Arc<World> {
        self.current.world()
    }

    /// The regions.
    #[must_use]
    pub fn regions(&self) -> &Regions {
        &self.regions
    }

    /// The office's key.
    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// The office's key, to keep.
    #[must_use]
    pub fn shared_vault(&self) -> Arc<Vault> {
        Arc::clone(&self.vault)
    }

    /// The position of the last event, told anew after each commit, another server's included.
    #[must_use]
    pub fn position(&self) -> watch::Receiver<i64> {
        self.position.clone()
    }

    /// True while jobs are taken.
    #[must_use]
    pub fn is_writing(&self) -> bool {
        self.writer.as_ref().is_some_and(Writer::is_running)
    }

    /// How many batches were committed since the start.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.writer.as_ref().map_or(0, Writer::commits)
    }

    /// True if other servers may be at work on the same database.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.side.is_some()
    }

    /// True once the store is being closed: work in the background stops at its next step.
    #[must_use]
    pub fn is_closing(&self) -> bool {
        self.db.is_closed()
    }

    /// Waits until the store is being closed.
    pub async fn closing(&self) {
        self.db.closed().await;
    }

    /// Stops taking jobs, finishes those taken, and closes the database.
    pub async fn close(mut self) {
        if let Some(writer) = self.writer.take() {
            writer.stop().await;
        }
        // Readers first: the last connection to an SQLite file folds its log into it.
        self.db.close().await;
        let thread = self.thread.lock().ok().and_then(|mut thread| thread.take());
        if let Some(thread) = thread {
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
        // Nothing is written from here on: another server may have the file, whoever still has a handle of this one.
        drop(self.lock.lock().ok().and_then(|mut lock| lock.take()));
        if let Some(side) = &self.side {
            give_all_back(side, &self.held).await;
            side.close().await;
        }
    }
}

/// True for the address of a PostgreSQL database.
pub(crate) fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// The office's data, and nobody in it yet.
fn empty(office: &Office) -> World {
    World {
        workflows: Workflows::default(),
        roster: Arc::new(Roster::default()),
        calendar: office.calendar.clone(),
        policy: office.policy.clone(),
        regions: office.regions.clone(),
    }
}
