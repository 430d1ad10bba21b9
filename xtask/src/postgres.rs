//! The PostgreSQL that tests and measurements use.

use std::ffi::OsStr;
use std::path::PathBuf;

use salur_testbed::{Cluster, Settings};

use crate::tool::ensure_postgres;

/// A server on which databases may be created, there for as long as this value.
pub(crate) struct Postgres {
    /// The environment variable that names it.
    variable: &'static str,
    url: String,
    bin: PathBuf,
    /// Stops when dropped. None when the environment named another.
    _cluster: Option<Cluster>,
}

impl Postgres {
    /// The server that `variable` names, else a throw-away one. PostgreSQL's programs are there either way, because
    /// some tests start clusters of their own to kill them.
    pub(crate) fn named_or_new(variable: &'static str, settings: &Settings) -> Result<Postgres, String> {
        let bin = ensure_postgres()?;
        if let Some(url) = std::env::var(variable).ok().filter(|url| !url.is_empty()) {
            return Ok(Postgres { variable, url, bin, _cluster: None });
        }
        let cluster = Cluster::start(settings).map_err(|error| error.to_string())?;
        let url = cluster.url("postgres");
        eprintln!("xtask: started PostgreSQL, {variable}={url}");
        Ok(Postgres { variable, url, bin, _cluster: Some(cluster) })
    }

    /// What tells the children of it.
    pub(crate) fn variables(&self) -> [(&str, &OsStr); 2] {
        [(self.variable, self.url.as_ref()), (salur_testbed::FOLDER, self.bin.as_os_str())]
    }
}
