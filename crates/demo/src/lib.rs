//! What the product ships: the office's data ([`shipped`]), and a filled office of invented people to try it on
//! ([`load`]).
//!
//! The demo's history is made by real jobs at past times, so the rules decide everything in it; nothing is inserted
//! around them. What it looks like is data: `plan.toml` and `names.toml` beside this crate.

mod agenda;
mod author;
mod backlog;
mod days;
mod dice;
mod error;
mod found;
mod invent;
mod office;
mod plan;
mod play;
mod served;
pub mod shipped;
mod tasks;
mod write;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use salur_core::workflow::Workflow;
use salur_core::{Lang, SchemeId, StageName};
use salur_store::Store;
use salur_store::requests::Scope;

pub use error::DemoError;

use crate::author::Size;
use crate::days::Days;
use crate::invent::{Inventor, Names};
use crate::plan::Plan;
use crate::play::Play;

/// How the demo is made.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The instant that counts as now: the history ends on the evening of the working day before.
    pub as_of: Timestamp,
    /// How many times as many requests.
    pub scale: u32,
    /// One of how many requests is kept; for tests.
    pub shrink: u32,
    /// What chance starts from: the same seed and day give the same people, amounts and dates.
    pub seed: u64,
    /// Until when the sign-ins last.
    pub signed_in_until: Timestamp,
}

impl Options {
    /// The whole office as of an instant, with sign-ins for a year from then.
    #[must_use]
    pub fn at(as_of: Timestamp) -> Options {
        let year = SignedDuration::from_hours(365 * 24);
        let signed_in_until = as_of.checked_add(year).unwrap_or(Timestamp::MAX);
        Options { as_of, scale: 1, shrink: 1, seed: 64, signed_in_until }
    }
}

/// How far the loading has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub phase: Phase,
    /// How much of it is done.
    pub done: u64,
    /// How much there is.
    pub total: u64,
}

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// People, budget and definitions are set up.
    Founding,
    /// Recipients are invented, and their facts sealed; counted in requests.
    Sealing,
    /// The history is made; counted in acts on a request.
    History,
    /// Sign-ins are opened.
    SigningIn,
}

impl Phase {
    /// What is being done, in words.
    #[must_use]
    pub fn text(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Phase::Founding, Lang::Id) => "menyiapkan kantor",
            (Phase::Founding, Lang::En) => "setting up the office",
            (Phase::Sealing, Lang::Id) => "menyusun penerima rekaan",
            (Phase::Sealing, Lang::En) => "inventing recipients",
            (Phase::History, Lang::Id) => "menjalankan riwayat",
            (Phase::History, Lang::En) => "making the history",
            (Phase::SigningIn, Lang::Id) => "membuka sesi",
            (Phase::SigningIn, Lang::En) => "opening sign-ins",
        }
    }
}

/// The demo as it was loaded.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// Who may sign in, and with what.
    pub sign_ins: Vec<SignIn>,
    /// How many requests are where.
    pub requests: BTreeMap<SchemeId, BTreeMap<StageName, i64>>,
    /// How many events the audit chain holds.
    pub events: i64,
}

/// A person's session.
#[derive(Clone)]
pub struct SignIn {
    /// What the demo calls the person, as `clerk.6472`.
    pub key: String,
    /// The person's name.
    pub name: String,
    /// The bearer token.
    pub token: String,
}

/// Shows whose it is, never the token.
impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignIn({})", self.key)
    }
}

/// Fills an empty office.
pub async fn load(
    store: &Store,
    options: &Options,
    mut progress: impl FnMut(Progress),
) -> Result<Loaded, DemoError> {
    if store.world().roster.people().next().is_some() {
        return Err(DemoError::NotEmpty);
    }
    fill(store, options, &mut progress).await
}

async fn fill(
    store: &Store,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<Loaded, DemoError> {
    let plan = Plan::shipped()?;
    let names = Names::shipped()?;
    let regencies = shipped::regencies()?;
    let days = Days::until(&store.world().calendar, options.as_of, plan.early_days)?;
    progress(Progress { phase: Phase::Founding, done: 0, total: 1 });
    let staff = found::found(store, &plan, &days, options).await?;
    let workflows = workflows_of(store, &plan)?;
    let size = Size { scale: options.scale, shrink: options.shrink, seed: options.seed };
    let agenda = author::write(&plan, &days, &regencies, &workflows, size)?;
    let inventor = Inventor {
        plan: &plan,
        names: &names,
        regencies: &regencies,
        agenda: &agenda,
        days: &days,
        seed: options.seed,
    };
    Play::new(store, &inventor, &workflows, &staff, progress)?.run().await?;
    office::arrange(store, &plan, &staff, &days, options.seed).await?;
    // Otherwise the first server would find all that became due in the history at once.
    store.run_timers(options.as_of, None).await?;
    progress(Progress { phase: Phase::SigningIn, done: 0, total: 1 });
    let sign_ins = found::sign_in(store, &plan, &staff, &days, options).await?;
    let mut requests: BTreeMap<SchemeId, BTreeMap<StageName, i64>> = BTreeMap::new();
    let today = store.world().calendar.date_of(options.as_of);
    for count in store.stage_counts(&Scope::Everywhere, today).await? {
        *requests.entry(count.scheme).or_default().entry(count.stage).or_default() += count.count;
    }
    let events = *store.position().borrow();
    Ok(Loaded { sign_ins, requests, events })
}

fn workflows_of(store: &Store, plan: &Plan) -> Result<Vec<Arc<Workflow>>, DemoError> {
    let world = store.world();
    let current = |scheme: &plan::Scheme| {
        let unfit = || DemoError::Unfit(format!("no definition is shipped for {}", scheme.id));
        world.workflows.current(&scheme.id).cloned().ok_or_else(unfit)
    };
    plan.scheme.iter().map(current).collect()
}

impl Loaded {
    /// Writes the tokens to `demo-tokens.json` in a folder, for its owner's eyes only: `{"governor": "token", ..}`.
    pub fn write_tokens(&self, dir: &Path) -> Result<(), DemoError> {
        use std::io::Write as _;
        let tokens: BTreeMap<_, _> =
            self.sign_ins.iter().map(|sign_in| (sign_in.key.as_str(), sign_in.token.as_str())).collect();
        let text = serde_json::to_vec_pretty(&tokens)?;
        // A file of its own first: an older one may be readable by others, and keeps its mode when written over.
        let (fresh, name) = (dir.join("demo-tokens.json.new"), dir.join("demo-tokens.json"));
        if fresh.exists() {
            std::fs::remove_file(&fresh)?;
        }
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&fresh)?;
        file.write_all(&text)?;
        file.sync_all()?;
        std::fs::rename(&fresh, &name)?;
        Ok(())
    }
}
