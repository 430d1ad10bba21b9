//! Opens a store: the database, its tables, the office's key, the world, the writer.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use arc_swap::ArcSwap;
use object_store::local::LocalFileSystem;
use salur_core::calendar::Calendar;
use salur_core::form::Regions;
use salur_core::roster::Roster;
use salur_core::world::{Policy, Workflows, World};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use tokio::sync::watch;

use crate::error::StoreError;
use crate::job::{Answer, Ask};
use crate::sessions::Sessions;
use crate::vault::{self, Vault};
use crate::writer::Writer;
use crate::{ExecuteError, sqlite};

/// What a store needs besides its database: data with their sources, read by the binary.
#[derive(Debug, Clone)]
pub struct Office {
    /// The working days.
    pub calendar: Arc<Calendar>,
    /// The office's words and causes.
    pub policy: Arc<Policy>,
    /// The regions.
    pub regions: Arc<Regions>,
}

/// The store: one database, one office.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) pool: SqlitePool,
    pub(crate) vault: Arc<Vault>,
    pub(crate) blobs: Arc<LocalFileSystem>,
    pub(crate) world: Arc<ArcSwap<World>>,
    pub(crate) sessions: Arc<ArcSwap<Sessions>>,
    pub(crate) regions: Arc<Regions>,
    writer: Option<Writer>,
    thread: Arc<Mutex<Option<std::thread::JoinHandle<()>>>>,
    position: watch::Receiver<i64>,
    _lock: Arc<Option<std::fs::File>>,
}

/// Readers beside the one writer.
const READERS: u32 = 4;

impl Store {
    /// Opens `sqlite://FILE`, brings its tables up to date and starts the writer. The office's key stands beside the
    /// database (`FILE.key`) or in `SALUR_KEY`; it is made for a new database only.
    pub async fn open(url: &str, office: Office) -> Result<Store, StoreError> {
        let path = path_of(url)?;
        let is_new = !path.exists();
        let lock = lock(&path)?;
        let mut connection = sqlite::open(&path)?;
        let pool = readers(&path);
        migrate(&path).await?;
        let vault = Arc::new(vault_of(&path, is_new)?);
        sqlite::check_key(&connection, vault.key_id())?;
        let blobs = path.with_extension("files");
        std::fs::create_dir_all(&blobs).map_err(|error| {
            StoreError::Unfit(format!("cannot make the folder {}: {error}", blobs.display()))
        })?;
        let empty = World {
            workflows: Workflows::default(),
            roster: Arc::new(Roster::default()),
            calendar: office.calendar,
            policy: office.policy,
        };
        let world = Arc::new(ArcSwap::from_pointee(sqlite::load_world(&connection, &empty)?));
        let (position, watching) = watch::channel(sqlite::position(&mut connection)?);
        let sessions = Arc::new(ArcSwap::from_pointee(sqlite::load_sessions(&connection)?));
        let (writer, thread) =
            Writer::start(connection, Arc::clone(&world), Arc::clone(&sessions), position)?;
        Ok(Store {
            pool,
            vault,
            blobs: Arc::new(LocalFileSystem::new_with_prefix(&blobs)?.with_fsync(true)),
            world,
            sessions,
            regions: office.regions,
            writer: Some(writer),
            thread: Arc::new(Mutex::new(Some(thread))),
            position: watching,
            _lock: Arc::new(Some(lock)),
        })
    }

    /// Does a job: decided, committed, then answered.
    pub async fn execute(&self, ask: Ask) -> Result<Answer, ExecuteError> {
        match &self.writer {
            Some(writer) => writer.execute(ask).await,
            None => Err(StoreError::WriterGone.into()),
        }
    }

    /// The snapshot that decisions are made in.
    #[must_use]
    pub fn world(&self) -> Arc<World> {
        self.world.load_full()
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

    /// The position of the last event, told anew after each commit.
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

    /// True once the store is being closed: work in the background stops at its next step.
    #[must_use]
    pub fn is_closing(&self) -> bool {
        self.pool.is_closed()
    }

    /// Waits until the store is being closed.
    pub async fn closing(&self) {
        self.pool.close_event().await;
    }

    /// Stops taking jobs, finishes those taken, and closes the database.
    pub async fn close(mut self) {
        self.writer = None;
        self.pool.close().await;
        let thread = self.thread.lock().ok().and_then(|mut thread| thread.take());
        if let Some(thread) = thread {
            // The thread ends once the last handle of the queue is gone.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

fn path_of(url: &str) -> Result<PathBuf, StoreError> {
    let path = url.strip_prefix("sqlite://").ok_or_else(|| {
        StoreError::Unfit(format!("`{url}` is no database address this program knows; write sqlite://FILE"))
    })?;
    Ok(PathBuf::from(path))
}

/// One server on one file: a second one is told so.
fn lock(path: &Path) -> Result<std::fs::File, StoreError> {
    let name = path.with_extension("lock");
    let file = std::fs::File::create(&name)
        .map_err(|error| StoreError::Unfit(format!("cannot make {}: {error}", name.display())))?;
    file.try_lock().map_err(|_| {
        StoreError::Unfit(format!("another server is running on {}; stop it first", path.display()))
    })?;
    Ok(file)
}

fn readers(path: &Path) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .pragma("trusted_schema", "0")
        .pragma("cache_size", "-2000")
        .busy_timeout(std::time::Duration::from_secs(5));
    SqlitePoolOptions::new().max_connections(READERS).connect_lazy_with(options)
}

async fn migrate(path: &Path) -> Result<(), StoreError> {
    let options = SqliteConnectOptions::new().filename(path);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    sqlx::migrate!("../../migrations/sqlite").run(&pool).await?;
    pool.close().await;
    Ok(())
}

/// The vault of a database, where its key is at hand.
pub(crate) fn known_vault(path: &Path) -> Option<Vault> {
    vault_of(path, false).ok()
}

fn vault_of(path: &Path, is_new: bool) -> Result<Vault, StoreError> {
    let name = path.with_extension("key");
    let text = match std::env::var("SALUR_KEY") {
        Ok(text) => text,
        Err(_) if name.exists() => std::fs::read_to_string(&name)
            .map_err(|error| StoreError::Key(format!("cannot read {}: {error}", name.display())))?,
        Err(_) if is_new => make_key(&name)?,
        Err(_) => {
            return Err(StoreError::Key(format!(
                "the office's key is missing: {} is not there and SALUR_KEY is not set",
                name.display()
            )));
        }
    };
    let key = salur_core::Digest::from_hex(text.trim())
        .ok_or_else(|| StoreError::Key("the office's key is not 64 hexadecimal digits".into()))?;
    Ok(Vault::new(&key.0))
}

fn make_key(name: &Path) -> Result<String, StoreError> {
    use std::io::Write as _;
    let text = salur_core::Digest(vault::random()?).to_string();
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(name)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .map_err(|error| StoreError::Key(format!("cannot write {}: {error}", name.display())))?;
    Ok(text)
}
