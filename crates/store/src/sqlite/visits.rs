//! Writes visits.

use rusqlite::{Transaction, params};

use crate::error::StoreError;
use crate::visits::VisitPiece;

const VISIT: &str = "insert into visit (request, n, scheme, year, region, stage, number, began_at, entered_at, sent_back,
        claimed_at, left_at, by_whom, action, kind, to_stage, list_kind, list, closes, pauses)
    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)
    on conflict (request, n) do update set region = excluded.region, stage = excluded.stage,
        claimed_at = excluded.claimed_at, left_at = excluded.left_at, by_whom = excluded.by_whom,
        action = excluded.action, kind = excluded.kind, to_stage = excluded.to_stage,
        list_kind = excluded.list_kind, list = excluded.list, closes = excluded.closes, pauses = excluded.pauses";
const DAY: &str =
    "insert into stage_day (scheme, year, stage, region, day, came, again, went, returned, gone)
    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
    on conflict (scheme, stage, day, region, year) do update set came = came + excluded.came,
        again = again + excluded.again, went = went + excluded.went, returned = returned + excluded.returned,
        gone = gone + excluded.gone";

pub(super) fn write(transaction: &Transaction<'_>, piece: &VisitPiece) -> Result<(), StoreError> {
    let mut mark = transaction.prepare_cached("update visit_mark set pos = ?2 where one = 1 and pos = ?1")?;
    if mark.execute(params![piece.from, piece.to])? != 1 {
        return Err(StoreError::inconsistent("visit_mark", format!("it is not at {}", piece.from)));
    }
    let mut visit = transaction.prepare_cached(VISIT)?;
    for row in &piece.visits {
        let row = row.stored()?;
        visit.execute(params![
            row.request.as_bytes(),
            row.n,
            row.scheme,
            row.year,
            row.region,
            row.stage,
            row.number,
            row.began_at.0,
            row.entered_at.0,
            row.sent_back,
            row.claimed_at.map(|at| at.0),
            row.left_at.map(|at| at.0),
            row.by_whom.as_ref().map(uuid::Uuid::as_bytes),
            row.action,
            row.kind,
            row.to_stage,
            row.list_kind,
            row.list.as_ref().map(uuid::Uuid::as_bytes),
            row.closes,
            row.pauses,
        ])?;
    }
    let mut day = transaction.prepare_cached(DAY)?;
    for (at, sum) in &piece.days {
        day.execute(params![
            at.scheme.as_str(),
            at.year,
            at.stage.as_str(),
            at.region.as_str(),
            at.day.to_string(),
            sum.came,
            sum.again,
            sum.went,
            sum.returned,
            sum.gone,
        ])?;
    }
    Ok(())
}
