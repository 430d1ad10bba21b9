//! `salur demo`: a filled office of invented people on an embedded database, served on this machine.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use jiff::civil::Date;
use salur_access::Passkeys;
use salur_api::Clock;
use salur_api::access::{Access, Cookies, StepUp};
use salur_core::{Lang, PersonId};
use salur_demo::{Loaded, Options};
use salur_store::Store;
use salur_store::access::AccessAct;
use salur_store::job::{Ask, Job};

use crate::serve;

/// Fill an office with invented people and requests, and serve it on this machine.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// The folder that the office is kept in.
    #[arg(long, default_value = "salur-demo")]
    dir: PathBuf,
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Throw the office in the folder away and fill a new one.
    #[arg(long)]
    fresh: bool,
    /// Fill it with this many times as many requests.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    scale: u32,
    /// The day the office's history ends; today if not said.
    #[arg(long)]
    as_of: Option<Date>,
    /// Keep one in so many requests: for tests.
    #[arg(long, default_value_t = 1, hide = true)]
    shrink: u32,
    /// The seed of the invented people.
    #[arg(long, default_value_t = 64)]
    seed: u64,
}

impl Demo {
    #[tokio::main]
    pub(crate) async fn run(self) -> Result<ExitCode> {
        serve::log();
        // A taken port is told before the office is filled.
        let listener = serve::bind(self.listen).await?;
        std::fs::create_dir_all(&self.dir)
            .with_context(|| format!("cannot make the folder {}", self.dir.display()))?;
        let (database, tokens) = (self.dir.join("salur.db"), self.dir.join("demo-tokens.json"));
        // The tokens are written last: an office without them was not filled to the end.
        if self.fresh || !tokens.exists() {
            clear(&database, &tokens)?;
        }
        let is_new = !database.exists();
        let store =
            Store::open(&format!("sqlite://{}", database.display()), salur_demo::shipped::office()?).await?;
        if is_new {
            let loaded = self.fill(&store).await?;
            make_accounts(&store, &loaded, &self.dir).await?;
            loaded.write_tokens(&self.dir)?;
            tell(&loaded);
        } else {
            println!("the office in {} goes on as it was; --fresh fills a new one", self.dir.display());
        }
        println!("sign-ins are in {}; act as one of them with --as KEY", tokens.display());
        if let Ok(password) = std::fs::read_to_string(self.dir.join(PASSWORD)) {
            println!("on the pages, sign in as any KEY, as governor, with the password {}", password.trim());
        }
        serve::warn_of_calendar(&store);
        serve::announce(&listener)?;
        let origin = format!("http://localhost:{}", listener.local_addr()?.port());
        let access = Access {
            step_up: StepUp::Demo,
            cookies: Cookies::Plain,
            passkeys: Some(Passkeys::new(&origin, "Salur")?),
            ..Access::default()
        };
        serve::serve(store, listener, access).await
    }

    async fn fill(&self, store: &Store) -> Result<Loaded> {
        let as_of = self.as_of()?;
        println!("filling an office with invented people and requests, as of {as_of} ...");
        let bar =
            ProgressBar::new(1).with_style(ProgressStyle::with_template("{bar:30} {percent:>3}% {msg}")?);
        let signed_in_until = Options::at(Clock::System.now()).signed_in_until;
        let options = Options {
            scale: self.scale,
            shrink: self.shrink,
            seed: self.seed,
            signed_in_until,
            ..Options::at(as_of)
        };
        let loaded = salur_demo::load(store, &options, |progress| {
            bar.set_length(progress.total);
            bar.set_position(progress.done);
            bar.set_message(progress.phase.text(Lang::En));
        })
        .await?;
        bar.finish_and_clear();
        Ok(loaded)
    }

    fn as_of(&self) -> Result<Timestamp> {
        let Some(day) = self.as_of else { return Ok(Clock::System.now()) };
        let noon = day.at(16, 0, 0, 0).in_tz("Asia/Makassar").context("the day is out of range")?;
        Ok(noon.timestamp())
    }
}

fn clear(database: &Path, tokens: &Path) -> Result<()> {
    for extension in ["db", "db-wal", "db-shm", "key", "lock"] {
        remove(&database.with_extension(extension))?;
    }
    remove(tokens)?;
    let files = database.with_extension("files");
    if files.exists() {
        std::fs::remove_dir_all(&files).with_context(|| format!("cannot remove {}", files.display()))?;
    }
    Ok(())
}

fn remove(file: &Path) -> Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", file.display()))
        }
        _ => Ok(()),
    }
}

/// The file with the password of everybody in the demo's office.
const PASSWORD: &str = "demo-password.txt";

/// Gives everybody who has a token an account too: the key is their name, and one password, made anew for each office, is
/// everybody's, since nobody in it exists.
async fn make_accounts(store: &Store, loaded: &Loaded, dir: &std::path::Path) -> Result<()> {
    let token = salur_access::fresh_token()?;
    let password = format!("contoh-{}", token.get(..12).unwrap_or(&token));
    let kept = salur_access::Hasher::default().hash(password.clone()).await?;
    let at = Clock::System.now();
    for sign_in in &loaded.sign_ins {
        let person = store.session(&sign_in.token, at).await?.context("a sign-in of the demo is nobody's")?;
        let makes = AccessAct::MakeAccount { person, login: sign_in.key.clone(), password: kept.clone() };
        let (actor, job) = (PersonId(uuid::Uuid::nil()), Job::Access(Box::new(makes)));
        store.execute(Ask { actor, for_whom: None, at, key: None, job }).await?;
    }
    std::fs::write(dir.join(PASSWORD), format!("{password}\n"))?;
    Ok(())
}

fn tell(loaded: &Loaded) {
    println!("\nsign-ins (bearer tokens of invented people):");
    for sign_in in &loaded.sign_ins {
        println!("  {:<16} {}  {}", sign_in.key, sign_in.token, sign_in.name);
    }
    println!("\nrequests by scheme and stage:");
    for (scheme, stages) in &loaded.requests {
        let counts: Vec<_> = stages.iter().map(|(stage, count)| format!("{stage} {count}")).collect();
        println!("  {:<10} {}", scheme.as_str(), counts.join(", "));
    }
    println!("\n{} events in the audit chain\n", loaded.events);
}
