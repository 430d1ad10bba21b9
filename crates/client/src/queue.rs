//! `salur queue` and `salur stuck`: what waits, and why.

use clap::Args;

use crate::desk::{Desk, Ending, Part};
use crate::error::ClientError;
use crate::filter::{Pairs, add};
use crate::request;
use crate::screen::{Grid, count, money, say};
use crate::wire;

/// See what waits at each stage
#[derive(Debug, Clone, Args)]
pub struct Queue {
    /// Of this scheme
    #[arg(long)]
    pub scheme: Option<String>,
    /// The oldest requests at this stage
    #[arg(long)]
    pub stage: Option<String>,
    /// Of this region, by its code
    #[arg(long)]
    pub region: Option<String>,
    /// Which part, with --stage
    #[command(flatten)]
    pub part: Part,
}

/// See what is stuck, why, and what unblocks it
#[derive(Debug, Clone, Args)]
pub struct Stuck {
    /// Of this scheme
    #[arg(long)]
    pub scheme: Option<String>,
    /// Of this region, by its code
    #[arg(long)]
    pub region: Option<String>,
    /// For this cause
    #[arg(long)]
    pub code: Option<String>,
    /// At most so many requests
    #[arg(long)]
    pub limit: Option<u32>,
    /// From where an earlier answer ended
    #[arg(long)]
    pub cursor: Option<String>,
}

pub(crate) fn queue(desk: &mut Desk<'_, '_>, queue: &Queue) -> Result<Ending, ClientError> {
    let mut query = Pairs::new();
    add(&mut query, "scheme", queue.scheme.as_deref());
    add(&mut query, "stage", queue.stage.as_deref());
    add(&mut query, "region", queue.region.as_deref());
    if queue.stage.is_some() {
        return oldest(desk, &query, &queue.part);
    }
    let Some(rows) = desk.rows::<wire::Queue>(&["stages"], &query, &queue.part)? else {
        return Ok(Ending::Done);
    };
    if rows.is_empty() {
        return desk.nothing();
    }
    let mut grid = Grid::new(&[
        desk.pick("skema", "scheme"),
        desk.pick("tahun", "year"),
        desk.pick("tahap", "stage"),
        desk.pick("fase", "phase"),
        desk.pick(">jumlah", ">count"),
        desk.pick(">lewat batas", ">overdue"),
        desk.pick("tertua", "oldest"),
    ]);
    for row in rows {
        grid.row([
            row.scheme.or_dash(),
            row.year.or_dash(),
            row.stage_title.or_else(|| row.stage.or_dash()),
            row.phase.or_dash(),
            count(desk.lang, row.count),
            count(desk.lang, row.overdue),
            desk.screen.instant(&row.oldest.or_dash()),
        ]);
    }
    desk.screen.table(&grid)?;
    Ok(Ending::Done)
}

fn oldest(desk: &mut Desk<'_, '_>, query: &Pairs, part: &Part) -> Result<Ending, ClientError> {
    let Some(mut requests) = desk.rows::<wire::Request>(&["requests"], query, part)? else {
        return Ok(Ending::Done);
    };
    requests.sort_by_key(|request| request.entered_at.to_string());
    request::table(desk, &requests)
}

pub(crate) fn stuck(desk: &mut Desk<'_, '_>, stuck: &Stuck) -> Result<Ending, ClientError> {
    let mut query = Pairs::new();
    add(&mut query, "scheme", stuck.scheme.as_deref());
    add(&mut query, "region", stuck.region.as_deref());
    add(&mut query, "code", stuck.code.as_deref());
    query.extend(stuck.limit.map(|limit| ("limit", limit.to_string())));
    add(&mut query, "cursor", stuck.cursor.as_deref());
    let answer = desk.get(&["stuck"], query)?;
    if desk.printed(&answer)? {
        return Ok(Ending::Done);
    }
    let found: wire::Stuck = answer.parse()?;
    if found.groups.is_empty() && found.requests.is_empty() {
        desk.screen.line(&say!(desk.lang, "Tidak ada yang macet.", "Nothing is stuck."))?;
        return Ok(Ending::Done);
    }
    groups(desk, &found.groups)?;
    for request in &found.requests {
        explained(desk, request)?;
    }
    if let Some(next) = found.next_cursor {
        desk.screen.note(&say!(
            desk.lang,
            "masih ada lagi: --cursor {next}",
            "there are more: --cursor {next}"
        ))?;
    }
    Ok(Ending::Done)
}

fn groups(desk: &mut Desk<'_, '_>, groups: &[wire::StuckGroup]) -> Result<(), ClientError> {
    let mut grid = Grid::new(&[
        desk.pick("sebab", "cause"),
        desk.pick("skema", "scheme"),
        desk.pick("tahap", "stage"),
        desk.pick(">jumlah", ">count"),
    ]);
    for group in groups {
        grid.row([
            group.code.or_dash(),
            group.scheme.or_dash(),
            group.stage.or_dash(),
            count(desk.lang, group.count),
        ]);
    }
    desk.screen.table(&grid)
}

fn explained(desk: &mut Desk<'_, '_>, request: &wire::Request) -> Result<(), ClientError> {
    let (id, scheme, region) = (&request.id, &request.scheme, &request.region);
    let (name, amount) = (request.name(), money(request.amount));
    desk.screen.line(&format!("\n{id}  {scheme}  {region}  {name}  {amount}"))?;
    request::waiting(desk, request, "  ")
}
