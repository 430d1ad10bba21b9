//! `salur serve`: the server of one office.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use clap::Args;
use salur_api::{App, Clock, Config};
use salur_store::Store;
use salur_store::job::{Ask, Job};
use tokio::net::TcpListener;

/// Serve an office from its database.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The database, as `sqlite://FILE`.
    #[arg(long)]
    database: String,
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

impl Serve {
    #[tokio::main]
    pub(crate) async fn run(self) -> Result<ExitCode> {
        log();
        let store = Store::open(&self.database, salur_demo::shipped::office()?).await?;
        if store.world().workflows.all_current().next().is_none() {
            eprintln!(
                "This office has no workflows and no people yet; `salur setup` sets it up from a file."
            );
        }
        let listener = bind(self.listen).await?;
        announce(&listener)?;
        serve(store, listener).await
    }
}

/// Logs go to standard error; `SALUR_LOG` filters them.
pub(crate) fn log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("SALUR_LOG").unwrap_or_else(|_| {
        tracing_subscriber::EnvFilter::new("warn,salur=info,salur_api=info,salur_store=info")
    });
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

pub(crate) async fn bind(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}; another program may: choose another with --listen")
    })
}

pub(crate) fn announce(listener: &TcpListener) -> Result<()> {
    println!("listening on http://{}", listener.local_addr()?);
    Ok(())
}

/// Serves until told to stop, then finishes what was taken on.
pub(crate) async fn serve(store: Store, listener: TcpListener) -> Result<ExitCode> {
    let forgetting = tokio::spawn(forget(store.clone()));
    let (stop, mut stopping) = tokio::sync::watch::channel(false);
    let config = Config { sheet_reader: std::env::current_exe().ok(), stopping: Some(stopping.clone()) };
    let app = App { store: store.clone(), clock: Clock::System, config: Arc::new(config) };
    salur_api::resume_unfinished(&app).await?;
    let router = salur_api::router(app);
    let server = tokio::spawn(async move {
        axum::serve(listener, router)
            .with_graceful_shutdown(async move {
                let _ = stopping.wait_for(|stop| *stop).await;
            })
            .await
    });
    told_to_stop().await;
    let _ = stop.send(true);
    forgetting.abort();
    // Long-lived answers, such as live events, do not end by themselves.
    let _ = tokio::time::timeout(std::time::Duration::from_secs(5), server).await;
    let _ = tokio::time::timeout(std::time::Duration::from_secs(20), store.close()).await;
    Ok(ExitCode::SUCCESS)
}

/// How long an answer is kept under its idempotency key.
const ANSWERS_KEPT: jiff::SignedDuration = jiff::SignedDuration::from_hours(24 * 30);

/// Forgets old answers, now and then.
async fn forget(store: Store) {
    loop {
        let at = Clock::System.now();
        if let Ok(before) = at.checked_sub(ANSWERS_KEPT) {
            let nobody = salur_core::PersonId(uuid::Uuid::nil());
            let ask = Ask { actor: nobody, for_whom: None, at, key: None, job: Job::Forget { before } };
            if let Err(error) = store.execute(ask).await {
                tracing::warn!(%error, "old answers could not be forgotten");
            }
        }
        tokio::time::sleep(std::time::Duration::from_mins(10)).await;
    }
}

async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}
