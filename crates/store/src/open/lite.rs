//! Opens an SQLite file: one server on it, its key and its files beside it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use tokio::sync::watch;

use super::{Office, Store, empty, key};
use crate::current::Current;
use crate::db::Db;
use crate::error::StoreError;
use crate::files::Files;
use crate::leases::Held;
use crate::sqlite::{self, Sqlite};
use crate::writer::Writer;

/// Readers beside the one writer.
const READERS: u32 = 4;

pub(super) async fn open(url: &str, office: Office) -> Result<Store, StoreError> {
    let path = path_of(url)?;
    let is_new = !path.exists();
    let lock = lock(&path)?;
    let mut connection = sqlite::open(&path)?;
    let db = Db::Lite(readers(&path, office.places.readers.unwrap_or(READERS)));
    migrate(&path).await?;
    let key_name = office.places.key.clone().unwrap_or_else(|| path.with_extension("key"));
    let vault = Arc::new(key::vault_of(&key_name, is_new)?);
    sqlite::check_key(&connection, vault.key_id())?;
    let folder = office.places.files.clone().unwrap_or_else(|| path.with_extension("files"));
    let current = Arc::new(Current::new(empty(&office)));
    current.load(&db, 0).await?;
    let (position, watching) = watch::channel(sqlite::position(&mut connection)?);
    let backend = Sqlite::new(connection, Arc::clone(&current), db.clone());
    let (writer, thread) = Writer::start(backend, Arc::new(position))?;
    Ok(Store {
        db,
        vault,
        files: Files::folder(&folder)?,
        current,
        regions: office.regions,
        side: None,
        held: Held::default(),
        migrates: Arc::default(),
        writer: Some(writer),
        thread: Arc::new(Mutex::new(Some(thread))),
        position: watching,
        lock: Arc::new(Mutex::new(Some(lock))),
    })
}

/// The file that an address names.
pub(crate) fn path_of(url: &str) -> Result<PathBuf, StoreError> {
    let path = url.strip_prefix("sqlite://").ok_or_else(|| {
        StoreError::Unfit(format!(
            "`{url}` is no database address this program knows; write sqlite://FILE or postgres://USER@HOST/NAME"
        ))
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

fn readers(path: &Path, count: u32) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .pragma("trusted_schema", "0")
        .pragma("cache_size", "-2000")
        .busy_timeout(std::time::Duration::from_secs(5));
    SqlitePoolOptions::new().max_connections(count).connect_lazy_with(options)
}

async fn migrate(path: &Path) -> Result<(), StoreError> {
    let options = SqliteConnectOptions::new().filename(path);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    sqlx::migrate!("../../migrations/sqlite").run(&pool).await?;
    pool.close().await;
    Ok(())
}
