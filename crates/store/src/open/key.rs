//! The office's key: in a file or in `SALUR_KEY`.

use std::path::Path;

use salur_core::Digest;

use crate::error::StoreError;
use crate::vault::{self, Vault};

/// The vault whose key is at hand.
pub(crate) fn known_vault(name: &Path) -> Option<Vault> {
    vault_of(name, false).ok()
}

/// The vault of a database; for a new one its key is made.
pub(super) fn vault_of(name: &Path, is_new: bool) -> Result<Vault, StoreError> {
    let text = match std::env::var("SALUR_KEY") {
        Ok(text) => text,
        Err(_) if name.exists() => std::fs::read_to_string(name)
            .map_err(|error| StoreError::Key(format!("cannot read {}: {error}", name.display())))?,
        Err(_) if is_new => make_key(name)?,
        Err(_) => {
            return Err(StoreError::Key(format!(
                "the office's key is missing: {} is not there and SALUR_KEY is not set",
                name.display()
            )));
        }
    };
    let key = Digest::from_hex(text.trim())
        .ok_or_else(|| StoreError::Key("the office's key is not 64 hexadecimal digits".into()))?;
    Ok(Vault::new(&key.0))
}

fn make_key(name: &Path) -> Result<String, StoreError> {
    use std::io::Write as _;
    let text = Digest(vault::random()?).to_string();
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(name)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .map_err(|error| StoreError::Key(format!("cannot write {}: {error}", name.display())))?;
    Ok(text)
}
