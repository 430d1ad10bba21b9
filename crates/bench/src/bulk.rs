//! One decree over 17,000 requests, guards, events and per-line results included, against hand-written writes of
//! the same rows in one transaction.

use std::path::Path;
use std::time::Instant;

use anyhow::{Result, bail};
use salur_core::DecreeId;
use salur_core::command::Command;
use salur_core::decree::Signing;
use salur_store::Store;
use salur_store::job::{Answer, Job};
use uuid::Uuid;

use crate::fixture::{self, CLERK, GOVERNOR, SCHEME, VERIFIER, YEAR, ask, request_id};
use crate::{cpu, median, raw};

pub(crate) const REQUESTS: u64 = 17_000;

/// Prints the figures of one decree.
pub(crate) async fn measure(folder: &Path, rounds: usize) -> Result<()> {
    println!("\n## One decree over {REQUESTS} requests, one transaction, SQLite");
    let base = folder.join("bulk.db");
    let store = fixture::found(&base).await?;
    fixture::enter(&store, 0, REQUESTS).await?;
    let decree = prepare(&store).await?;
    store.close().await;
    let (mut walls, mut cpus, mut ratios, mut cpu_ratios) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let copy = folder.join("run.db");
        fixture::copy(&base, &copy)?;
        let store = fixture::open(&copy).await?;
        let (started, before) = (Instant::now(), cpu());
        sign(&store, decree).await?;
        let (wall, used) = (started.elapsed().as_secs_f64(), cpu().saturating_sub(before).as_secs_f64());
        store.close().await;
        let rows = raw::rows(&copy, REQUESTS)?;
        if rows.len() < 17_000 {
            bail!("only {} rows to compare with", rows.len());
        }
        let again = folder.join("raw.db");
        fixture::copy(&base, &again)?;
        let written = raw::write(&again, &rows, rows.len())?;
        walls.push(wall);
        cpus.push(used);
        ratios.push(wall / written.wall.as_secs_f64());
        cpu_ratios.push(used * 1e6 / 17_000.0 / written.cpu_micros);
    }
    println!(
        "signed in {:.2} s (CPU {:.2} s); against hand-written writes: **{:.2}** in time, {:.2} in CPU",
        median(walls),
        median(cpus),
        median(ratios),
        median(cpu_ratios)
    );
    Ok(())
}

pub(crate) async fn prepare(store: &Store) -> Result<DecreeId> {
    let requests: Vec<_> = (0..REQUESTS).map(request_id).collect();
    let fields = [("identity", "match"), ("documents", "complete")]
        .into_iter()
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    for (actor, action, fields) in
        [(CLERK, "submit", std::collections::BTreeMap::new()), (VERIFIER, "verify", fields)]
    {
        let command = Command::named(action.into(), None, fields);
        let job = Job::Many { requests: requests.clone(), command, note: None, dry_run: false };
        let Answer::Many(outcomes) = store.execute(ask(actor, None, job)).await? else {
            bail!("no outcomes")
        };
        if let Some(refused) = outcomes.iter().find_map(|outcome| outcome.refusal.as_ref()) {
            bail!("{action} was refused: {}", refused.why.code());
        }
    }
    let id = DecreeId(Uuid::from_u128(77));
    let job = Job::DraftDecree { id, scheme: SCHEME.into(), year: YEAR, requests, dry_run: false };
    store.execute(ask(VERIFIER, None, job)).await?;
    Ok(id)
}

pub(crate) async fn sign(store: &Store, id: DecreeId) -> Result<()> {
    let Some(decree) = store.decree(id).await? else { bail!("the decree is gone") };
    let signing =
        Signing { digest: decree.digest, number: "BENCH/1".into(), date: jiff::civil::date(2026, 11, 24) };
    let Answer::Decree(decree, _) =
        store.execute(ask(GOVERNOR, None, Job::SignDecree { id, signing, assertion: None })).await?
    else {
        bail!("no decree")
    };
    if u64::from(decree.approved.count) != REQUESTS {
        bail!("only {} approved", decree.approved.count);
    }
    Ok(())
}
