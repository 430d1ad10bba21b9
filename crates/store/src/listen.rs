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
    let (woken, mut wakes) = watch::channel(());
    // Of its own, since connecting may take longer than a poll is apart.
    let listening = tokio::spawn(listen_on(pool, woken));
    loop {
        tokio::select! {
            Ok(()) = wakes.changed() => {}
            () = tokio::time::sleep(POLL) => {}
            () = db.closed() => break,
        }
        if let Err(error) = catch_up(&db, &current, &position).await
            && !db.is_closed()
        {
            tracing::warn!(%error, "failed to read what other servers have committed");
        }
    }
    listening.abort();
}

/// Passes on what is told; a connection that broke is opened again.
async fn listen_on(pool: PgPool, woken: watch::Sender<()>) {
    loop {
        match heard(&pool, &woken).await {
            Ok(()) => return,
            // The poll goes on meanwhile.
            Err(error) => tracing::debug!(%error, "what other servers commit is not told just now"),
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Ends with the connection, or when nobody is there to be woken any more.
async fn heard(pool: &PgPool, woken: &watch::Sender<()>) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    while woken.send(()).is_ok() {
        listener.recv().await?;
    }
    Ok(())
}

async fn catch_up(db: &Db, current: &Current, position: &watch::Sender<i64>) -> Result<(), StoreError> {
    let (pos, version): (i64, i64) = db.on().one("select pos, office from head where one = 1", ()).await?;
    if version != current.version() {
        current.load(db, version).await?;
    }
    position.send_if_modified(|last| *last < pos && std::mem::replace(last, pos) != pos);
    Ok(())
}
