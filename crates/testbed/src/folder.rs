//! A folder of its own, removed when dropped.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::{Error, Result};

static COUNTER: AtomicU32 = AtomicU32::new(0);

#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Result<Folder> {
        loop {
            let number = COUNTER.fetch_add(1, Ordering::Relaxed);
            let path = std::env::temp_dir().join(format!("salur-testbed-{}-{number}", std::process::id()));
            match std::fs::create_dir(&path) {
                Ok(()) => {
                    let folder = Folder(path);
                    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o700))
                        .map_err(Error::doing("protect a temporary folder"))?;
                    return Ok(folder);
                }
                // Left by an earlier process of the same number.
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(Error::doing(format!("create {}", path.display()))(error)),
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Whom this process is: a new folder belongs to its maker.
    pub(crate) fn owner(&self) -> Result<u32> {
        let data = self.0.metadata().map_err(Error::doing("look at a temporary folder"))?;
        Ok(data.uid())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
