//! Pages and counts on PostgreSQL as the office grows, and with ten million events behind it.

use std::path::Path;

use anyhow::Result;

use super::{drop_database, server, settle};
use crate::pages::{SIZES, grow, look, print, print_ratio};

/// As many events as ten years of an office of this size would have.
const EVENTS: u64 = 10_000_000;

/// Old events, in a year of their own as an office would have them: nine more of each request, copies of one that the
/// office wrote, so that a history has something to read.
const FILL: &str = "select make_event_year(2025::smallint);
    insert into event (year, pos, at, actor, subject_kind, subject_id, seq, kind, data, prev_hash, hash)
    select 2025, -n, '2025-06-01', e.actor, 'request',
        ('01990000-0000-7000-8000-' || lpad(to_hex((n % {size})::bigint), 12, '0'))::uuid, 100 + (n / {size})::int, e.kind,
        e.data, e.prev_hash, e.hash
    from generate_series(1, {more}) as n,
        (select * from event where subject_kind = 'request' order by pos desc limit 1) as e";

/// Prints a row for each size.
pub(crate) async fn measure(folder: &Path) -> Result<()> {
    let server = server()?;
    let (address, store) = super::found(&server, "bench_pages", folder).await?;
    let base = grow(&store, "PostgreSQL").await?;
    let last = SIZES[SIZES.len() - 1];
    let fill = FILL.replace("{size}", &last.to_string()).replace("{more}", &(EVENTS - last).to_string());
    salur_testbed::home::run(&address, &fill)?;
    settle(&address)?;
    let row = look(&store, last).await?;
    print(&format!("{last}, {EVENTS} events"), row);
    print_ratio(row, base);
    store.close().await;
    drop_database(&server, "bench_pages")
}
