//! Writes visits.

use sqlx::postgres::PgConnection;

use super::outcome::Failure;
use super::write::{Columns, column};
use crate::db::Day;
use crate::error::StoreError;
use crate::visits::VisitPiece;

const VISIT: &str = "insert into visit (request, n, scheme, year, region, stage, number, began_at, entered_at, sent_back,
        claimed_at, left_at, by_whom, action, kind, to_stage, list_kind, list, closes, pauses)
    select * from unnest($1::uuid[], $2::int[], $3::text[], $4::int[], $5::text[], $6::text[], $7::int[],
        $8::timestamptz[], $9::timestamptz[], $10::boolean[], $11::timestamptz[], $12::timestamptz[], $13::uuid[],
        $14::text[], $15::text[], $16::text[], $17::text[], $18::uuid[], $19::boolean[], $20::text[])
    on conflict (request, n) do update set region = excluded.region, stage = excluded.stage,
        claimed_at = excluded.claimed_at, left_at = excluded.left_at, by_whom = excluded.by_whom,
        action = excluded.action, kind = excluded.kind, to_stage = excluded.to_stage,
        list_kind = excluded.list_kind, list = excluded.list, closes = excluded.closes, pauses = excluded.pauses";
const DAY: &str = "insert into stage_day as d (scheme, year, stage, region, day, came, again, went, returned, gone)
    select * from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::date[], $6::bigint[], $7::bigint[],
        $8::bigint[], $9::bigint[], $10::bigint[])
    on conflict (scheme, stage, day, region, year) do update set came = d.came + excluded.came,
        again = d.again + excluded.again, went = d.went + excluded.went, returned = d.returned + excluded.returned,
        gone = d.gone + excluded.gone";

pub(super) async fn write(connection: &mut PgConnection, piece: &VisitPiece) -> Result<(), Failure> {
    let mark = sqlx::query("update visit_mark set pos = $2 where one = 1 and pos = $1");
    let moved = mark.bind(piece.from).bind(piece.to).execute(&mut *connection).await?.rows_affected();
    if moved != 1 {
        return Err(StoreError::inconsistent("visit_mark", format!("it is not at {}", piece.from)).into());
    }
    let rows = piece.visits.iter().map(crate::visits::VisitRow::stored).collect::<Result<Vec<_>, _>>()?;
    let mut columns = Columns::default();
    column!(columns, rows, row => row.request);
    column!(columns, rows, row => row.n);
    column!(columns, rows, row => row.scheme.as_str());
    column!(columns, rows, row => row.year);
    column!(columns, rows, row => row.region.as_str());
    column!(columns, rows, row => row.stage.as_str());
    column!(columns, rows, row => row.number);
    column!(columns, rows, row => row.began_at);
    column!(columns, rows, row => row.entered_at);
    column!(columns, rows, row => row.sent_back);
    column!(columns, rows, row => row.claimed_at);
    column!(columns, rows, row => row.left_at);
    column!(columns, rows, row => row.by_whom);
    column!(columns, rows, row => row.action.as_deref());
    column!(columns, rows, row => row.kind.as_deref());
    column!(columns, rows, row => row.to_stage.as_deref());
    column!(columns, rows, row => row.list_kind.as_deref());
    column!(columns, rows, row => row.list);
    column!(columns, rows, row => row.closes);
    column!(columns, rows, row => row.pauses.as_deref());
    columns.run(connection, VISIT).await?;
    let days = &piece.days;
    let mut columns = Columns::default();
    column!(columns, days, (at, _) => at.scheme.as_str());
    column!(columns, days, (at, _) => i32::from(at.year));
    column!(columns, days, (at, _) => at.stage.as_str());
    column!(columns, days, (at, _) => at.region.as_str());
    column!(columns, days, (at, _) => Day(at.day));
    column!(columns, days, (_, sum) => sum.came);
    column!(columns, days, (_, sum) => sum.again);
    column!(columns, days, (_, sum) => sum.went);
    column!(columns, days, (_, sum) => sum.returned);
    column!(columns, days, (_, sum) => sum.gone);
    columns.run(connection, DAY).await?;
    Ok(())
}
