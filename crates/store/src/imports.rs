//! Reads of imports, and the sealed files they came in.

use std::collections::HashSet;

use object_store::ObjectStoreExt;
use object_store::path::Path;
use salur_core::{Digest, ImportId, PersonId};
use sha2::{Digest as _, Sha256};
use sqlx::FromRow;
use uuid::Uuid;

use crate::Store;
use crate::error::StoreError;
use crate::job::{ImportState, SealedFault};

#[derive(FromRow)]
struct FaultRow {
    row: i64,
    n: i64,
    sealed: Vec<u8>,
}

const IMPORT: &str = "select body from import where id = $1";
const UNFINISHED: &str = "select body from import where state in ('judging', 'accepting') order by at";
const IMPORTS: &str = "select body from import where id < $1 order by id desc limit $2";
const OWN: &str = "select body from import where sender = $1 and id < $2 order by id desc limit $3";
const FAULTY: &str = "select distinct row from import_fault where import = $1";
const FAULTS: &str = "select row, n, sealed from import_fault where import = $1 and (row, n) >= ($2, $3)
    order by row, n limit $4";
const KNOWN: &str = "select subject_key, id from request
    where scheme = $1 and year = $2 and subject_key in (select value from json_each($3))";

impl Store {
    /// One import.
    pub async fn import(&self, id: ImportId) -> Result<Option<ImportState>, StoreError> {
        let row: Option<(String,)> = sqlx::query_as(IMPORT).bind(id.0).fetch_optional(&self.pool).await?;
        row.map(|(body,)| Ok(serde_json::from_str(&body)?)).transpose()
    }

    /// Imports, newest first, before one; those of one sender, or everybody's.
    pub async fn imports(
        &self,
        sender: Option<PersonId>,
        before: Uuid,
        limit: u32,
    ) -> Result<Vec<ImportState>, StoreError> {
        let query = match sender {
            Some(sender) => sqlx::query_as(OWN).bind(sender.0),
            None => sqlx::query_as(IMPORTS),
        };
        let rows: Vec<(String,)> = query.bind(before).bind(i64::from(limit)).fetch_all(&self.pool).await?;
        rows.into_iter().map(|(body,)| Ok(serde_json::from_str(&body)?)).collect()
    }

    /// Imports whose work a stop has cut short.
    pub async fn unfinished_imports(&self) -> Result<Vec<ImportState>, StoreError> {
        let rows: Vec<(String,)> = sqlx::query_as(UNFINISHED).fetch_all(&self.pool).await?;
        rows.into_iter().map(|(body,)| Ok(serde_json::from_str(&body)?)).collect()
    }

    /// Faults of an import from a row and its n-th fault on, opened.
    pub async fn faults(
        &self,
        id: ImportId,
        from: (u32, u32),
        limit: u32,
    ) -> Result<Vec<(SealedFault, Vec<u8>)>, StoreError> {
        let query = sqlx::query_as(FAULTS).bind(id.0).bind(i64::from(from.0)).bind(i64::from(from.1));
        let rows: Vec<FaultRow> = query.bind(i64::from(limit)).fetch_all(&self.pool).await?;
        rows.into_iter()
            .map(|row| {
                let number = |n: i64| {
                    u32::try_from(n).map_err(|error| StoreError::inconsistent("import_fault", error))
                };
                let fault = SealedFault { row: number(row.row)?, n: number(row.n)?, sealed: Vec::new() };
                Ok((fault, self.vault.open(&row.sealed)?))
            })
            .collect()
    }

    /// The rows of an import that have a fault.
    pub async fn faulty_rows(&self, id: ImportId) -> Result<HashSet<u32>, StoreError> {
        let rows: Vec<(i64,)> = sqlx::query_as(FAULTY).bind(id.0).fetch_all(&self.pool).await?;
        rows.into_iter()
            .map(|(row,)| u32::try_from(row).map_err(|error| StoreError::inconsistent("import_fault", error)))
            .collect()
    }

    /// Which of these subject keys are in already, and with which request.
    pub async fn known_subjects(
        &self,
        scheme: &str,
        year: i16,
        keys: &[String],
    ) -> Result<Vec<(String, Uuid)>, StoreError> {
        let keys = serde_json::to_string(keys)?;
        let query = sqlx::query_as(KNOWN).bind(scheme.to_owned()).bind(i64::from(year)).bind(keys);
        Ok(query.fetch_all(&self.pool).await?)
    }

    /// Keeps a file sealed, by the digest of its bytes.
    pub async fn keep_file(&self, bytes: &[u8]) -> Result<Digest, StoreError> {
        let digest = Digest(Sha256::digest(bytes).into());
        let sealed = self.vault.seal(bytes)?;
        self.blobs.put(&Path::from(digest.to_string()), sealed.into()).await?;
        Ok(digest)
    }

    /// Fetches a file by its digest, and checks it.
    pub async fn fetch_file(&self, digest: Digest) -> Result<Vec<u8>, StoreError> {
        let sealed = self.blobs.get(&Path::from(digest.to_string())).await?.bytes().await?;
        let bytes = self.vault.open_in_place(sealed.into())?;
        if Digest(Sha256::digest(&bytes).into()) != digest {
            return Err(StoreError::inconsistent("file", digest));
        }
        Ok(bytes)
    }
}
