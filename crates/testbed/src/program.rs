//! Finds PostgreSQL's programs.

use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// Names the folder of PostgreSQL's programs.
pub const FOLDER: &str = "SALUR_PG_BIN";

/// Where Debian keeps a folder for each major version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// What a cluster needs, from one folder: they must be of one version.
const OF_A_SERVER: [&str; 5] = ["initdb", "postgres", "pg_ctl", "pg_basebackup", "psql"];

/// The folder of PostgreSQL's server programs: [`FOLDER`], else Debian's newest, else from `PATH`.
pub fn bin() -> Result<PathBuf> {
    holding(&OF_A_SERVER)
}

/// A single program, such as `psql` or `pgbench`, found in the same order.
pub fn program(name: &str) -> Result<PathBuf> {
    Ok(holding(&[name])?.join(name))
}

fn holding(names: &[&str]) -> Result<PathBuf> {
    let holds = |folder: &PathBuf| names.iter().all(|name| folder.join(name).is_file());
    let first = names.first().copied().unwrap_or_default();
    if let Some(named) = std::env::var_os(FOLDER).filter(|named| !named.is_empty()) {
        let named = PathBuf::from(named);
        let wrong = || Error::new(format!("{FOLDER} is {}, which lacks one of {names:?}", named.display()));
        return if holds(&named) { Ok(named) } else { Err(wrong()) };
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    debian(Path::new(DEBIAN)).into_iter().chain(std::env::split_paths(&path)).find(holds).ok_or_else(|| {
        Error::new(format!(
            "PostgreSQL's {first} was not found; install Debian's package postgresql, or name its folder in {FOLDER}"
        ))
    })
}

/// Debian's folders, newest version first.
fn debian(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut versions: Vec<(Vec<u32>, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            let numbers = name.to_str()?.split('.').map(str::parse).collect::<std::result::Result<_, _>>();
            Some((numbers.ok()?, entry.path().join("bin")))
        })
        .collect();
    versions.sort();
    versions.into_iter().rev().map(|(_, path)| path).collect()
}

#[cfg(test)]
mod tests {
    use super::debian;
    use crate::folder::Folder;

    #[test]
    fn the_newest_version_comes_first() {
        let folder = Folder::new().unwrap();
        for name in ["9.6", "15", "18", "common"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let found = debian(folder.path());
        assert_eq!(found, ["18/bin", "15/bin", "9.6/bin"].map(|name| folder.path().join(name)));
    }
}
