//! Who gets in, on PostgreSQL: the statements are the same as SQLite's.

use sqlx::postgres::PgConnection;

use super::outcome::Failure;
use super::write::Columns;
use crate::access::{AccessLoaded, AccessNeeds, Cell};
use crate::batch::Changes;
use crate::db::Ts;

fn columns(cells: Vec<Cell>) -> Result<Columns, Failure> {
    let mut columns = Columns::default();
    for cell in cells {
        match cell {
            Cell::Id(id) => columns.put(id)?,
            Cell::Bytes(bytes) => columns.put(bytes)?,
            Cell::Text(text) => columns.put(text)?,
            Cell::At(at) => columns.put(Ts(at))?,
        }
    }
    Ok(columns)
}

pub(super) async fn load(
    connection: &mut PgConnection,
    needs: AccessNeeds,
    loaded: &mut AccessLoaded,
) -> Result<(), Failure> {
    for question in needs.questions() {
        let query = sqlx::query_as_with(question.sql, columns(question.cells.clone())?.0);
        let rows: Vec<(String,)> = query.fetch_all(&mut *connection).await?;
        loaded.take(&question, rows.into_iter().map(|(text,)| text).collect())?;
    }
    Ok(())
}

pub(super) async fn write(connection: &mut PgConnection, changes: &Changes) -> Result<(), Failure> {
    for change in &changes.access {
        for (sql, cells) in change.statements()? {
            run(connection, sql, cells).await?;
        }
    }
    Ok(())
}

pub(super) async fn run(
    connection: &mut PgConnection,
    sql: &'static str,
    cells: Vec<Cell>,
) -> Result<(), Failure> {
    columns(cells)?.run(connection, sql).await?;
    Ok(())
}
