//! The queue page of a stage and region at any depth, and the counts per stage, as the office grows.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result};
use salur_store::Store;
use salur_store::requests::{Filter, Place, Scope};

use crate::fixture::{self, SCHEME};
use crate::median;

pub(crate) const SIZES: [u64; 3] = [10_000, 100_000, 1_000_000];
pub(crate) const LOOKS: usize = 200;
/// p50 of each kind of look, in milliseconds.
pub(crate) type Looks = [f64; 6];

/// Prints a row for each size.
pub(crate) async fn measure(folder: &Path) -> Result<()> {
    let path = folder.join("pages.db");
    let store = fixture::found(&path).await?;
    grow(&store, "SQLite").await?;
    store.close().await;
    Ok(())
}

/// Lets an office grow, and prints how long its pages take.
pub(crate) async fn grow(store: &Store, name: &str) -> Result<Looks> {
    println!("\n## Reads, p50 in ms over {LOOKS} looks, {name}");
    println!(
        "| requests | oldest 50 of a region | middle | oldest 50 of all regions | middle | counts | a history |"
    );
    println!("|---|---|---|---|---|---|---|");
    let (mut entered, mut first) = (0, None);
    for size in SIZES {
        fixture::enter(store, entered, size).await?;
        entered = size;
        let row = look(store, size).await?;
        print(&size.to_string(), row);
        let base = *first.get_or_insert(row);
        if size == SIZES[SIZES.len() - 1] {
            print_ratio(row, base);
        }
    }
    first.context("nothing was looked at")
}

pub(crate) fn print(what: &str, row: Looks) {
    let looks: Vec<String> = row.iter().map(|look| format!("{look:.2}")).collect();
    println!("| {what} | {} |", looks.join(" | "));
}

pub(crate) fn print_ratio(row: Looks, base: Looks) {
    let ratios: Vec<String> =
        row.iter().zip(base).map(|(now, then)| format!("**{:.2}**", now / then)).collect();
    println!("| ratio to {} | {} |", SIZES[0], ratios.join(" | "));
}

pub(crate) async fn look(store: &Store, size: u64) -> Result<Looks> {
    let one = Filter {
        scheme: Some(SCHEME.into()),
        stage: Some("input".into()),
        region: Some("64.72".into()),
        ..Filter::default()
    };
    let all = Filter { region: None, ..one.clone() };
    let middle = Place { at: fixture::now().as_microsecond(), id: fixture::request_id(size / 2).0 };
    Ok([
        page(store, &one, Place::START).await?,
        page(store, &one, middle).await?,
        page(store, &all, Place::START).await?,
        page(store, &all, middle).await?,
        counts(store).await?,
        histories(store, size).await?,
    ])
}

async fn page(store: &Store, filter: &Filter, after: Place) -> Result<f64> {
    let today = jiff::civil::date(2026, 11, 24);
    let mut waits = Vec::new();
    for _ in 0..LOOKS {
        let before = Instant::now();
        let page = store.requests(filter, &Scope::Everywhere, today, after, 50).await?;
        anyhow::ensure!(page.data.len() == 50, "a page of {}", page.data.len());
        waits.push(before.elapsed().as_secs_f64() * 1e3);
    }
    Ok(median(waits))
}

/// The histories of requests all over the office.
async fn histories(store: &Store, size: u64) -> Result<f64> {
    let mut waits = Vec::new();
    for n in 0..LOOKS {
        let id = fixture::request_id(u64::try_from(n)? * size / u64::try_from(LOOKS)?);
        let before = Instant::now();
        let events = store.history(id).await?;
        anyhow::ensure!(!events.is_empty(), "no history");
        waits.push(before.elapsed().as_secs_f64() * 1e3);
    }
    Ok(median(waits))
}

async fn counts(store: &Store) -> Result<f64> {
    let today = jiff::civil::date(2026, 11, 24);
    let mut waits = Vec::new();
    for _ in 0..LOOKS {
        let before = Instant::now();
        let counts = store.stage_counts(&Scope::Everywhere, today).await?;
        anyhow::ensure!(!counts.is_empty(), "no counts");
        waits.push(before.elapsed().as_secs_f64() * 1e3);
    }
    Ok(median(waits))
}
