//! `salur serve`: the server of one office.

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use clap::Args;
use jiff::Span;
use jiff::civil::Date;
use salur_access::Passkeys;
use salur_api::access::{Access, Cookies, StepUp};
use salur_api::{App, Clock, Config};
use salur_core::calendar::Calendar;
use salur_store::Store;
use salur_store::job::{Ask, Job};
use tokio::net::TcpListener;

use crate::config::Configured;

/// Serve an office from its database.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The database, as `sqlite://FILE` or `postgres://USER@HOST/NAME`; a password belongs into PGPASSWORD or .pgpass.
    #[arg(long, env = "SALUR_DATABASE")]
    database: String,
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    #[command(flatten)]
    configured: Configured,
    #[command(flatten)]
    door: Door,
}

/// How people get in.
#[derive(Debug, Args)]
pub(crate) struct Door {
    /// The address that people open in their browsers, as `https://salur.example.go.id`: passkeys are bound to it, and
    /// there are none without it.
    #[arg(long, env = "SALUR_ORIGIN", value_name = "URL")]
    origin: Option<String>,
    /// Send session cookies over plain HTTP: for development on this machine only.
    #[arg(long)]
    plain_http: bool,
    /// Ask nobody for a second factor: for offices of invented people only.
    #[arg(long, env = "SALUR_NO_SECOND_FACTOR")]
    no_second_factor: bool,
    /// A proxy before this server, whose word on a caller's address is taken. May be said several times.
    #[arg(long = "proxy", value_name = "ADDRESS")]
    proxies: Vec<std::net::IpAddr>,
}

impl Door {
    fn access(self, listen: SocketAddr) -> Result<Access> {
        anyhow::ensure!(
            !self.plain_http || listen.ip().is_loopback(),
            "--plain-http is for this machine only: listen on 127.0.0.1, or let a proxy speak HTTPS"
        );
        if self.no_second_factor {
            eprintln!("Nobody is asked for a second factor: never run an office of real people like that.");
        }
        let passkeys = self.origin.as_deref().map(|origin| Passkeys::new(origin, "Salur")).transpose()?;
        Ok(Access {
            step_up: if self.no_second_factor { StepUp::Demo } else { StepUp::Required },
            cookies: if self.plain_http { Cookies::Plain } else { Cookies::Secure },
            passkeys,
            proxies: self.proxies.into(),
            ..Access::default()
        })
    }
}

impl Serve {
    #[tokio::main]
    pub(crate) async fn run(self) -> Result<ExitCode> {
        log();
        let access = self.door.access(self.listen)?;
        let store = Store::open(&self.database, self.configured.office()?).await?;
        if store.world().workflows.all_current().next().is_none() {
            eprintln!(
                "This office has no workflows and no people yet; `salur setup` sets it up from a file."
            );
        }
        warn_of_calendar(&store);
        let listener = bind(self.listen).await?;
        announce(&listener)?;
        serve(store, listener, access).await
    }
}

/// Logs go to standard error; `SALUR_LOG` filters them.
pub(crate) fn log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("SALUR_LOG").unwrap_or_else(|_| {
        tracing_subscriber::EnvFilter::new("warn,salur=info,salur_api=info,salur_store=info")
    });
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
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

/// How many days the calendar must reach ahead: about as long as a request takes.
const CALENDAR_AHEAD: i64 = 60;

/// Says so where the calendar ends soon: deadlines beyond it are reckoned without holidays, so they come too early.
pub(crate) fn warn_of_calendar(store: &Store) {
    let world = store.world();
    let today = world.calendar.date_of(Clock::System.now());
    if let Some(day) = first_unknown(&world.calendar, today) {
        eprintln!(
            "The holidays of {day} are not known: the calendar does not cover it, and deadlines after it come too early. \
             Name a newer list as `holidays` in the file of --config."
        );
    }
}

/// The first of the coming days that the calendar does not cover.
fn first_unknown(calendar: &Calendar, today: Date) -> Option<Date> {
    (0..=CALENDAR_AHEAD)
        .map_while(|days| today.checked_add(Span::new().days(days)).ok())
        .find(|day| !calendar.covers(*day))
}

/// Serves until told to stop, then finishes what was taken on; told a second time, it ends at once.
pub(crate) async fn serve(store: Store, listener: TcpListener, access: Access) -> Result<ExitCode> {
    let mut told = Told::listen().context("cannot listen for signals")?;
    let forgetting = tokio::spawn(forget(store.clone()));
    let timing = tokio::spawn(run_timers(store.clone(), timers_every()));
    let keeping = tokio::spawn(keep_visits(store.clone()));
    let (stop, mut stopping) = tokio::sync::watch::channel(false);
    let (reader, stops) = (std::env::current_exe().ok(), stopping.clone());
    let config = Config { sheet_reader: reader, stopping: Some(stops), access, ..Config::default() };
    let app = App { store: store.clone(), clock: Clock::System, config: Arc::new(config) };
    salur_api::resume_unfinished(&app).await?;
    let taking_up = tokio::spawn(take_up(app.clone()));
    let viewing = tokio::spawn(note_viewings(app.clone()));
    let closing = app.clone();
    let router = salur_web::router(app);
    let server = tokio::spawn(async move {
        axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
            .with_graceful_shutdown(async move {
                let _ = stopping.wait_for(|stop| *stop).await;
            })
            .await
    });
    told.stop().await;
    tokio::spawn(async move {
        told.stop().await;
        // Somebody does not want to wait. Nothing acknowledged is lost by that: an answer is sent only after its
        // transaction is on the disk, the database undoes an unfinished one when it is opened again, and imports that
        // were under way are taken up at the next start. It is what a power cut does, which the tests do with SIGKILL.
        std::process::exit(ENDED_BY_SIGNAL);
    });
    tracing::info!("told to stop: what is under way is finished first");
    let _ = stop.send(true);
    forgetting.abort();
    timing.abort();
    keeping.abort();
    taking_up.abort();
    viewing.abort();
    // Long-lived answers, such as live events, do not end by themselves.
    let _ = tokio::time::timeout(std::time::Duration::from_secs(5), server).await;
    if let Err(error) = salur_api::viewings::note_viewings(&closing).await {
        tracing::warn!(%error, "who looked at what in the last second was not noted");
    }
    if tokio::time::timeout(std::time::Duration::from_secs(20), store.close()).await.is_ok() {
        tracing::info!("stopped");
    } else {
        tracing::warn!("stopped before the store was closed; it is taken up as after a power cut");
    }
    Ok(ExitCode::SUCCESS)
}

/// How long an answer is kept under its idempotency key.
const ANSWERS_KEPT: jiff::SignedDuration = jiff::SignedDuration::from_hours(24 * 30);

/// Forgets old answers now and then: one server of a database at a time.
async fn forget(store: Store) {
    loop {
        match store.lease("forget").await {
            Ok(Some(_lease)) => forget_all(&store).await,
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "old answers could not be forgotten"),
        }
        tokio::time::sleep(std::time::Duration::from_mins(10)).await;
    }
}

/// A piece at a time, with a pause between, until nothing old is left.
async fn forget_all(store: &Store) {
    loop {
        let at = Clock::System.now();
        let Ok(before) = at.checked_sub(ANSWERS_KEPT) else { return };
        let nobody = salur_core::PersonId(uuid::Uuid::nil());
        let ask = Ask { actor: nobody, for_whom: None, at, key: None, job: Job::Forget { before } };
        let left = match store.execute(ask).await {
            Ok(_) => store.has_answers_before(before).await,
            Err(error) => Err(salur_store::StoreError::Unfit(error.to_string())),
        };
        match left {
            Ok(true) => tokio::time::sleep(std::time::Duration::from_millis(500)).await,
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(%error, "old answers could not be forgotten");
                return;
            }
        }
    }
}

/// How often a server looks for what time does to requests, in seconds: `SALUR_TIMERS_EVERY`.
fn timers_every() -> std::time::Duration {
    let said = std::env::var("SALUR_TIMERS_EVERY").ok().and_then(|text| text.parse().ok());
    std::time::Duration::from_secs(said.unwrap_or(60).max(1))
}

/// Between two looks through everything on the same day: what became due in between had stood still before.
const LOOKED_THROUGH: std::time::Duration = std::time::Duration::from_mins(15);

/// Reminds, escalates and lets checks run out: one server of a database at a time. Time is counted in days, so once
/// everything was looked through there is little to find before the next day.
async fn run_timers(store: Store, every: std::time::Duration) {
    let mut last: Option<(Date, std::time::Instant)> = None;
    // Whatever was said of versions by now is followed by the first look.
    let mut ordered = store.migrations_ordered().await.unwrap_or_default();
    loop {
        let at = Clock::System.now();
        let today = store.world().calendar.date_of(at);
        let again = LOOKED_THROUGH.min(every.saturating_mul(15));
        if last.is_none_or(|(day, when)| day != today || when.elapsed() >= again) {
            let looked = match store.lease("timers").await {
                Ok(Some(lease)) => run_both(&store, at, &lease).await,
                Ok(None) => Ok(()),
                Err(error) => Err(error.into()),
            };
            match looked {
                Ok(()) => last = Some((today, std::time::Instant::now())),
                // Tried again in a while.
                Err(error) => tracing::warn!(%error, "timers could not be run"),
            }
        }
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            () = store.migration_confirmed() => {}
        }
        // Another server's is found by looking.
        match store.migrations_ordered().await {
            Ok(count) if count != ordered => (last, ordered) = (None, count),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "what was said of versions could not be looked for"),
        }
    }
}

/// What time does to requests, and what was said of their versions.
async fn run_both(
    store: &Store,
    at: jiff::Timestamp,
    lease: &salur_store::Lease,
) -> Result<(), salur_store::ExecuteError> {
    store.run_timers(at, Some(lease)).await?;
    store.run_migrations(at, Some(lease)).await?;
    Ok(())
}

/// The pause between two looks for events to make visits of: what comes meanwhile is read together.
const VISITS_EVERY: std::time::Duration = std::time::Duration::from_millis(500);

/// Makes visits out of what is committed: one server of a database at a time.
async fn keep_visits(store: Store) {
    let mut position = store.position();
    loop {
        let kept = match store.lease("visits").await {
            Ok(Some(lease)) => store.keep_visits(Clock::System.now(), Some(&lease)).await.map(|_| ()),
            Ok(None) => Ok(()),
            Err(error) => Err(error.into()),
        };
        if let Err(error) = kept {
            // Tried again in a while.
            tracing::warn!(%error, "visits could not be kept");
        }
        tokio::time::sleep(VISITS_EVERY).await;
        // Another server that had the lease may have left something: looked for after a while without any commit, too.
        let _ = tokio::time::timeout(LEFT_BEHIND, position.changed()).await;
    }
}

/// How often it is noted who looked at what.
const VIEWINGS_EVERY: std::time::Duration = std::time::Duration::from_secs(1);

/// Notes who looked at what.
async fn note_viewings(app: App) {
    loop {
        tokio::time::sleep(VIEWINGS_EVERY).await;
        if let Err(error) = salur_api::viewings::note_viewings(&app).await {
            tracing::warn!(%error, "who looked at what could not be noted yet");
        }
    }
}

/// How often a server looks for work that another one has left behind.
const LEFT_BEHIND: std::time::Duration = std::time::Duration::from_secs(10);

/// Where several servers share a database: takes up what one of them has left behind when it died.
async fn take_up(app: App) {
    while app.store.is_shared() {
        tokio::time::sleep(LEFT_BEHIND).await;
        if let Err(error) = salur_api::resume_unfinished(&app).await {
            tracing::warn!(%error, "unfinished imports could not be looked for");
        }
    }
}

/// The code of a process that a person broke off: 128 and the number of SIGINT.
const ENDED_BY_SIGNAL: i32 = 130;

/// Whoever tells the server to stop: Ctrl-C or, on Unix, SIGTERM. It listens all the time, so that no signal is lost
/// between two waits.
struct Told {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Told {
    fn listen() -> std::io::Result<Told> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Ok(Told {
                interrupt: signal(SignalKind::interrupt())?,
                terminate: signal(SignalKind::terminate())?,
            })
        }
        #[cfg(not(unix))]
        Ok(Told {})
    }

    #[cfg(unix)]
    async fn stop(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    #[cfg(not(unix))]
    async fn stop(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::first_unknown;

    #[test]
    fn a_calendar_that_ends_soon_is_told_with_the_first_day_it_lacks() {
        let calendar = salur_demo::shipped::office().unwrap().calendar;
        let last = date(2027, 12, 31);
        assert!(calendar.covers(last) && !calendar.covers(last.tomorrow().unwrap()));
        assert_eq!(first_unknown(&calendar, date(2027, 11, 1)), None);
        assert_eq!(first_unknown(&calendar, date(2027, 11, 2)), Some(date(2028, 1, 1)));
        assert_eq!(first_unknown(&calendar, date(2023, 12, 30)), Some(date(2023, 12, 30)));
    }
}
