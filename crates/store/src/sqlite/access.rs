//! Who gets in, on SQLite: the statements are the same as PostgreSQL's.

use rusqlite::types::ToSqlOutput;
use rusqlite::{ToSql, Transaction, params_from_iter};

use crate::access::{AccessLoaded, AccessNeeds, Cell};
use crate::batch::Changes;
use crate::error::StoreError;

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Cell::Id(id) => Ok(ToSqlOutput::from(id.as_bytes().as_slice())),
            Cell::Bytes(bytes) => bytes.to_sql(),
            Cell::Text(text) => text.to_sql(),
            Cell::At(at) => at.to_sql(),
        }
    }
}

pub(super) fn load(
    transaction: &Transaction<'_>,
    needs: AccessNeeds,
    loaded: &mut AccessLoaded,
) -> Result<(), StoreError> {
    for question in needs.questions() {
        let mut statement = transaction.prepare_cached(question.sql)?;
        let texts = statement.query_map(params_from_iter(&question.cells), |row| row.get(0))?;
        let texts = texts.collect::<Result<Vec<String>, _>>()?;
        loaded.take(&question, texts)?;
    }
    Ok(())
}

pub(super) fn write(transaction: &Transaction<'_>, changes: &Changes) -> Result<(), StoreError> {
    for change in &changes.access {
        for (sql, cells) in change.statements()? {
            run(transaction, sql, cells)?;
        }
    }
    Ok(())
}

pub(super) fn run(
    transaction: &Transaction<'_>,
    sql: &'static str,
    cells: Vec<Cell>,
) -> Result<(), StoreError> {
    transaction.prepare_cached(sql)?.execute(params_from_iter(cells))?;
    Ok(())
}
