//! Reads of imports, and the sealed files they came in.

use std::collections::HashSet;

use salur_core::{ImportId, PersonId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::Store;
use crate::db::Sql;
use crate::error::StoreError;
use crate::job::{ImportState, SealedFault};

#[derive(FromRow)]
struct FaultRow {
    line: i64,
    n: i32,
    sealed: Vec<u8>,
}

const IMPORT: &str = "select body from import where id = $1";
const UNFINISHED: &str = "select body from import where state in ('judging', 'accepting') order by at";
const IMPORTS: &str = "select body from import where id < $1 order by id desc limit $2";
const OWN: &str = "select body from import where sender = $1 and id < $2 order by id desc limit $3";
const FAULTY: &str = "select distinct line from import_fault where import = $1";
const FAULTS: &str = "select line, n, sealed from import_fault where import = $1 and (line, n) >= ($2, $3)
    order by line, n limit $4";
const KNOWN: Sql = Sql {
    lite: "select subject_key, id, region from request
        where scheme = $1 and year = $2 and subject_key in (select value from json_each($3))",
    pg: "select subject_key, id, region from request
        where scheme = $1 and year = $2 and subject_key in (select json_array_elements_text($3::json))",
};

impl Store {
    /// One import.
    pub async fn import(&self, id: ImportId) -> Result<Option<ImportState>, StoreError> {
        let row: Option<(String,)> = self.db.maybe(IMPORT, (id.0,)).await?;
        row.map(|(body,)| Ok(serde_json::from_str(&body)?)).transpose()
    }

    /// Imports, newest first, before one; those of one sender, or everybody's.
    pub async fn imports(
        &self,
        sender: Option<PersonId>,
        before: Uuid,
        limit: u32,
    ) -> Result<Vec<ImportState>, StoreError> {
        let limit = i64::from(limit);
        let rows: Vec<(String,)> = match sender {
            Some(sender) => self.db.all(OWN, (sender.0, before, limit)).await?,
            None => self.db.all(IMPORTS, (before, limit)).await?,
        };
        rows.into_iter().map(|(body,)| Ok(serde_json::from_str(&body)?)).collect()
    }

    /// Imports whose work a stop has cut short.
    pub async fn unfinished_imports(&self) -> Result<Vec<ImportState>, StoreError> {
        let rows: Vec<(String,)> = self.db.all(UNFINISHED, ()).await?;
        rows.into_iter().map(|(body,)| Ok(serde_json::from_str(&body)?)).collect()
    }

    /// Faults of an import from a row and its n-th fault on, opened.
    pub async fn faults(
        &self,
        id: ImportId,
        from: (u32, u32),
        limit: u32,
    ) -> Result<Vec<(SealedFault, Vec<u8>)>, StoreError> {
        let wanted = (id.0, i64::from(from.0), i64::from(from.1), i64::from(limit));
        let rows: Vec<FaultRow> = self.db.all(FAULTS, wanted).await?;
        rows.into_iter()
            .map(|row| {
                let number = |n: i64| {
                    u32::try_from(n).map_err(|error| StoreError::inconsistent("import_fault", error))
                };
                let fault =
                    SealedFault { row: number(row.line)?, n: number(row.n.into())?, sealed: Vec::new() };
                Ok((fault, self.vault.open(&row.sealed)?))
            })
            .collect()
    }

    /// The rows of an import that have a fault.
    pub async fn faulty_rows(&self, id: ImportId) -> Result<HashSet<u32>, StoreError> {
        let rows: Vec<(i64,)> = self.db.all(FAULTY, (id.0,)).await?;
        rows.into_iter()
            .map(|(row,)| u32::try_from(row).map_err(|error| StoreError::inconsistent("import_fault", error)))
            .collect()
    }

    /// Which of these subject keys are in already, with which request, and in which region.
    pub async fn known_subjects(
        &self,
        scheme: &str,
        year: i16,
        keys: &[String],
    ) -> Result<Vec<(String, Uuid, String)>, StoreError> {
        let keys = serde_json::to_string(keys)?;
        self.db.all(KNOWN, (scheme.to_owned(), i32::from(year), keys)).await
    }
}
