//! `salur setup`: a new office from a file that people can read. It works on an empty database only.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use salur_api::Clock;
use salur_core::roster::{Grant, Person};
use salur_core::workflow::BudgetLine;
use salur_core::{PersonId, RegionCode, Role, Rupiah, SchemeId};
use salur_store::job::{Ask, Founding, Job, SessionRow};
use salur_store::{Store, token_digest};
use serde::Deserialize;

use crate::config::Configured;

/// Set up a new office.
#[derive(Debug, Args)]
pub(crate) struct Setup {
    /// The database, as `sqlite://FILE` or `postgres://USER@HOST/NAME`; a password belongs into PGPASSWORD or .pgpass.
    #[arg(long, env = "SALUR_DATABASE")]
    database: String,
    /// The office: its people, budget lines and workflow files (docs/office.example.toml shows one).
    #[arg(long)]
    office: PathBuf,
    /// Where the people's tokens are written, for whoever hands them out.
    #[arg(long)]
    tokens: PathBuf,
    #[command(flatten)]
    configured: Configured,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfficeFile {
    /// Workflow files, beside this one; the shipped ones if none are named.
    #[serde(default)]
    workflows: Vec<PathBuf>,
    person: Vec<PersonRow>,
    budget_line: Vec<LineRow>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonRow {
    /// Names the person's token in the file of tokens.
    key: String,
    staff_no: String,
    name: String,
    roles: Vec<Role>,
    regions: Vec<RegionCode>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LineRow {
    scheme: SchemeId,
    year: i16,
    fund: String,
    account: String,
    ceiling: i64,
}

/// What the database would refuse, or nobody could work with, told in the file's own words.
fn check(file: &OfficeFile) -> Result<()> {
    let mut staff = std::collections::BTreeSet::new();
    for person in &file.person {
        let who = &person.key;
        anyhow::ensure!(
            staff.insert(&person.staff_no),
            "{who}: staff_no {} is somebody else's",
            person.staff_no
        );
        anyhow::ensure!(!person.roles.is_empty(), "{who}: name at least one role");
        anyhow::ensure!(!person.regions.is_empty(), "{who}: name at least one region");
    }
    for line in &file.budget_line {
        anyhow::ensure!(
            line.ceiling >= 0,
            "budget line {} {}: a ceiling is not below zero",
            line.year,
            line.scheme
        );
    }
    Ok(())
}

/// Roles, regions and schemes that nothing knows would leave people who can do nothing.
fn check_names(founding: &Founding, store: &Store) -> Result<()> {
    let world = store.world();
    let known: std::collections::BTreeSet<_> = world.policy.role.keys().collect();
    for grant in founding.people.iter().flat_map(|person| &person.grants) {
        anyhow::ensure!(known.contains(&grant.role), "there is no role {}; there are {known:?}", grant.role);
        let region = grant.region.as_str();
        anyhow::ensure!(store.regions().name(region).is_some(), "there is no region {region}");
    }
    let schemes = founding
        .definitions
        .iter()
        .map(|text| Ok(salur_core::workflow::Workflow::parse(text)?.scheme))
        .collect::<Result<std::collections::BTreeSet<_>>>()?;
    for line in &founding.lines {
        anyhow::ensure!(
            schemes.contains(&line.scheme),
            "there is no scheme {}; there are {schemes:?}",
            line.scheme
        );
    }
    Ok(())
}

/// How long the first sessions last, in days.
const DAYS: i64 = 30;

impl Setup {
    #[cfg(test)]
    pub(crate) fn tokens(&self) -> &std::path::Path {
        &self.tokens
    }

    #[tokio::main]
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let name = self.office.display();
        let text = std::fs::read_to_string(&self.office).with_context(|| format!("failed to read {name}"))?;
        let file: OfficeFile =
            toml::from_str(&text).with_context(|| format!("failed to understand {name}"))?;
        let store = Store::open(&self.database, self.configured.office()?).await?;
        if store.world().workflows.all_current().next().is_some() {
            bail!("this office is set up already; nothing was changed");
        }
        let clock = Clock::System;
        let mut tokens = std::collections::BTreeMap::new();
        check(&file)?;
        let founding = founding(&self.office, file, &clock, &mut tokens)?;
        check_names(&founding, &store)?;
        write_tokens(&self.tokens, &tokens)?;
        let actor = founding.people.first().map(|person| person.id).context("name at least one person")?;
        let at = clock.now();
        let founded = store
            .execute(Ask { actor, for_whom: None, at, key: None, job: Job::Found(Box::new(founding)) })
            .await;
        store.close().await;
        if let Err(error) = founded {
            // Tokens of people who are not there would only be in the way of another try.
            std::fs::remove_file(&self.tokens)
                .context("cannot remove the tokens of an office that was not set up")?;
            return Err(error).context("the office was not set up");
        }
        println!("set up; the tokens of {} people are in {}", tokens.len(), self.tokens.display());
        println!(
            "for signing in with a password: salur admin-link --database ... prints the first administrator's link"
        );
        Ok(ExitCode::SUCCESS)
    }
}

fn founding(
    office: &std::path::Path,
    file: OfficeFile,
    clock: &Clock,
    tokens: &mut std::collections::BTreeMap<String, String>,
) -> Result<Founding> {
    let at = clock.now();
    let mut founding =
        Founding { at, people: Vec::new(), lines: Vec::new(), definitions: Vec::new(), sessions: Vec::new() };
    for row in file.person {
        let id = PersonId(clock.new_id());
        let token = salur_core::Digest(salur_store::vault::random()?).to_string();
        founding.sessions.push(SessionRow {
            digest: token_digest(&token),
            person: id,
            label: "setup".into(),
            opened_at: at,
            expires_at: at + jiff::SignedDuration::from_hours(24 * DAYS),
        });
        if tokens.insert(row.key.clone(), token).is_some() {
            bail!("two people have the key {}", row.key);
        }
        let grants = row
            .roles
            .iter()
            .flat_map(|role| {
                row.regions.iter().map(|region| Grant { role: role.clone(), region: region.clone() })
            })
            .collect();
        founding.people.push(Person { id, staff_no: row.staff_no, name: row.name, active: true, grants });
    }
    for row in file.budget_line {
        founding.lines.push(BudgetLine {
            id: format!("{}/{}/{}", row.year, row.scheme, row.fund).as_str().into(),
            scheme: row.scheme,
            year: row.year,
            fund: row.fund,
            account: row.account,
            ceiling: Rupiah(row.ceiling),
            reserved: Rupiah::ZERO,
            committed: Rupiah::ZERO,
            paid: Rupiah::ZERO,
        });
    }
    let beside = office.parent().map(PathBuf::from).unwrap_or_default();
    for path in &file.workflows {
        let path = beside.join(path);
        let text =
            std::fs::read_to_string(&path).with_context(|| format!("failed to read {}", path.display()))?;
        salur_core::workflow::Workflow::parse(&text)
            .with_context(|| format!("{} is not sound", path.display()))?;
        founding.definitions.push(text);
    }
    if founding.definitions.is_empty() {
        founding.definitions = salur_demo::shipped::definitions().into_iter().map(str::to_owned).collect();
    }
    Ok(founding)
}

/// Tokens are secrets: the file is readable by its owner alone.
fn write_tokens(path: &std::path::Path, tokens: &std::collections::BTreeMap<String, String>) -> Result<()> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file =
        options.open(path).with_context(|| format!("cannot write a new file {}", path.display()))?;
    file.write_all(serde_json::to_string_pretty(tokens)?.as_bytes())?;
    Ok(())
}
