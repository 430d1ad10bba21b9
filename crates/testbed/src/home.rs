//! The database of a test's own, by its folder: the same body of tests runs on SQLite and, where the environment says
//! so, on PostgreSQL.

use std::path::Path;

use crate::{Result, Server, psql};

/// Says which database tests run on: `sqlite`, which is also meant where it is not set, or `postgres`.
pub const DATABASE: &str = "SALUR_TEST_DATABASE";

/// True if this run is on PostgreSQL.
#[must_use]
pub fn is_postgres() -> bool {
    std::env::var(DATABASE).is_ok_and(|name| name == "postgres")
}

/// The address of the database that belongs to a folder: `FOLDER/NAME.db`, or a PostgreSQL database named after the
/// folder. Asked twice it is the same one, as it was left.
pub fn address(folder: &Path, name: &str) -> Result<String> {
    if !is_postgres() {
        return Ok(format!("sqlite://{}", folder.join(name).with_extension("db").display()));
    }
    let server = Server::from_env()?;
    let database = database_of(folder, name);
    let known = psql::plain(
        &server.url("postgres"),
        &format!("select count(*) from pg_database where datname = '{database}'"),
    )?;
    if known.trim() == "0" {
        psql::plain(&server.url("postgres"), &format!("create database {database} template template0"))?;
    }
    Ok(server.url(&database))
}

/// Runs SQL on a PostgreSQL database by its address.
pub fn run(address: &str, sql: &str) -> Result<String> {
    psql::plain(address, sql)
}

fn database_of(folder: &Path, name: &str) -> String {
    // FNV-1a: the folder's name is different for each test.
    let bytes = folder.as_os_str().as_encoded_bytes().iter().chain(name.as_bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("salur_test_{hash:016x}")
}
