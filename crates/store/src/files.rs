//! Files that came in, sealed, by the digest of their content: in a folder, or in a table that every server reaches.

use std::path::Path;
use std::sync::Arc;

use object_store::ObjectStoreExt as _;
use object_store::local::LocalFileSystem;
use salur_core::Digest;
use sha2::{Digest as _, Sha256};
use sqlx::PgPool;

use crate::Store;
use crate::error::StoreError;

/// Where files are kept.
#[derive(Debug, Clone)]
pub(crate) enum Files {
    Folder(Arc<LocalFileSystem>),
    Table(PgPool),
}

const PUT: &str = "insert into file (digest, sealed) values ($1, $2) on conflict (digest) do nothing";
const GET: &str = "select sealed from file where digest = $1";

impl Files {
    pub(crate) fn folder(folder: &Path) -> Result<Files, StoreError> {
        std::fs::create_dir_all(folder).map_err(|error| {
            StoreError::Unfit(format!("cannot make the folder {}: {error}", folder.display()))
        })?;
        let files = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Files::Folder(Arc::new(files)))
    }

    async fn put(&self, digest: Digest, sealed: Vec<u8>) -> Result<(), StoreError> {
        match self {
            Files::Folder(folder) => {
                folder.put(&digest.to_string().into(), sealed.into()).await?;
            }
            Files::Table(pool) => {
                sqlx::query(PUT).bind(digest.0).bind(sealed).execute(pool).await?;
            }
        }
        Ok(())
    }

    async fn get(&self, digest: Digest) -> Result<Vec<u8>, StoreError> {
        match self {
            Files::Folder(folder) => Ok(folder.get(&digest.to_string().into()).await?.bytes().await?.into()),
            Files::Table(pool) => {
                let row: Option<(Vec<u8>,)> = sqlx::query_as(GET).bind(digest.0).fetch_optional(pool).await?;
                row.map(|(sealed,)| sealed)
                    .ok_or_else(|| StoreError::inconsistent("file", format!("no {digest}")))
            }
        }
    }
}

impl Store {
    /// Keeps a file sealed, by the digest of its bytes.
    pub async fn keep_file(&self, bytes: &[u8]) -> Result<Digest, StoreError> {
        let digest = Digest(Sha256::digest(bytes).into());
        self.files.put(digest, self.vault.seal(bytes)?).await?;
        Ok(digest)
    }

    /// Fetches a file by its digest, and checks it.
    pub async fn fetch_file(&self, digest: Digest) -> Result<Vec<u8>, StoreError> {
        let bytes = self.vault.open_in_place(self.files.get(digest).await?)?;
        if Digest(Sha256::digest(&bytes).into()) != digest {
            return Err(StoreError::inconsistent("file", digest));
        }
        Ok(bytes)
    }
}
