//! What other servers have committed: a notification wakes, the position is read. Behind it stands a slow poll, since a
//! notification may be lost with its connection.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPool, PgPoolOptions};
use tokio::sync::{Notify, watch};

use crate::current::Current;
use crate::db::Db;
use crate::error::StoreError;

const CHANNEL: &str = "salur";
/// How often the position is read without being told.
const POLL: Duration = Duration::from_secs(1);
/// Shortest time between two wake-ups sent.
const BETWEEN: Duration = Duration::from_millis(20);

/// Tells other servers that something was committed. It is told after the commit, not within it, where it would make
/// every commit of the database wait for the others.
pub(crate) async fn wake_others(side: PgPool, written: Arc<Notify>) {
    loop {
        tokio::select! {
            () = written.notified() => {}
            () = side.close_event() => return,
        }
        // What is not told is found by the poll.
        let _ = sqlx::query("select pg_notify($1, '')").bind(CHANNEL).execute(&side).await;
        tokio::time::sleep(BETWEEN).await;
    }
}

/// Keeps position, world and sessions up to date with what other servers commit.
pub(crate) async fn listen(
    options: PgConnectOptions,
    db: Db,
    current: Arc<Current>,
    position: Arc<watch::Sender<i64>>,
) {
    let pool = PgPoolOptions::new().max_connections(1).connect_lazy_with(options);
    let mut listener = None;
    loop {
        tokio::select! {
            () = woken(&pool, &mut listener) => {}
            () = tokio::time::sleep(POLL) => {}
            () = db.closed() => break,
        }
        if let Err(error) = catch_up(&db, &current, &position).await
            && !db.is_closed()
        {
            tracing::warn!(%error, "failed to read what other servers have committed");
        }
    }
    drop(listener);
    pool.close().await;
}

/// Returns when woken; a connection that broke is opened again.
async fn woken(pool: &PgPool, listener: &mut Option<PgListener>) {
    if listener.is_none() {
        let opened = async {
            let mut listener = PgListener::connect_with(pool).await?;
            listener.listen(CHANNEL).await?;
            Ok::<_, sqlx::Error>(listener)
        };
        match opened.await {
            Ok(opened) => *listener = Some(opened),
            // The poll goes on meanwhile.
            Err(_) => return tokio::time::sleep(POLL).await,
        }
    }
    if let Some(open) = listener
        && open.try_recv().await.is_err()
    {
        *listener = None;
    }
}

async fn catch_up(db: &Db, current: &Current, position: &watch::Sender<i64>) -> Result<(), StoreError> {
    let (pos, version): (i64, i64) = db.on().one("select pos, office from head where one = 1", ()).await?;
    if version != current.version() {
        current.load(db, version).await?;
    }
    position.send_if_modified(|last| *last < pos && std::mem::replace(last, pos) != pos);
    Ok(())
}
