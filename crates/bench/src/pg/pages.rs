//! Pages and counts on PostgreSQL as the office grows, and with ten million events behind it.

use std::path::Path;

use anyhow::Result;

use super::{drop_database, server, settle};
use crate::pages::{SIZES, grow, look, print, print_ratio};

/// As many events as ten years of an office of this size would have.
const EVENTS: u64 = 10_000_000;

/// Old events, in a year of their own as an office would have them. They are of no request here; what is measured is
/// whether pages feel the size of the table.
const FILL: &str = "select make_event_year(2025::smallint);
    insert into event (year, pos, at, actor, subject_kind, subject_id, seq, kind, data, prev_hash, hash)
    select 2025, -n, '2025-06-01', '00000000-0000-0000-0000-000000000001', 'request', gen_random_uuid(), 1, 'advanced',
        repeat('x', 200), '\\x00', '\\x00' from generate_series(1, {}) as n";

/// Prints a row for each size.
pub(crate) async fn measure(folder: &Path) -> Result<()> {
    let server = server()?;
    let (address, store) = super::found(&server, "bench_pages", folder).await?;
    let base = grow(&store, "PostgreSQL").await?;
    let last = SIZES[SIZES.len() - 1];
    salur_testbed::home::run(&address, &FILL.replace("{}", &(EVENTS - last).to_string()))?;
    settle(&address)?;
    let row = look(&store, last).await?;
    print(&format!("{last}, {EVENTS} events"), row);
    print_ratio(row, base);
    store.close().await;
    drop_database(&server, "bench_pages")
}
