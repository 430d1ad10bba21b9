//! The same measurements on PostgreSQL, each beside what the database does without Salur.

pub(crate) mod bulk;
pub(crate) mod pages;
mod pgbench;
mod raw;
pub(crate) mod single;

use std::path::Path;

use anyhow::{Context as _, Result};
use salur_store::Store;
use salur_testbed::Server;

use crate::fixture;
use crate::server::{OVER_HTTP, over_http_at};

/// The server to measure on; `cargo xtask bench` starts one.
fn server() -> Result<Server> {
    let url = std::env::var("SALUR_BENCH_POSTGRES")
        .context("SALUR_BENCH_POSTGRES is not set; `cargo xtask bench` starts a PostgreSQL and sets it")?;
    Ok(Server::at(&url)?)
}

/// A new database of that name, empty or a copy of another that nobody is connected to.
fn fresh(server: &Server, name: &str, template: &str) -> Result<String> {
    drop_database(server, name)?;
    run(server, &format!("create database {name} template {template}"))?;
    Ok(server.url(name))
}

fn drop_database(server: &Server, name: &str) -> Result<()> {
    run(server, &format!("drop database if exists {name} with (force)"))
}

fn run(server: &Server, sql: &str) -> Result<()> {
    salur_testbed::home::run(&server.url("postgres"), sql)?;
    Ok(())
}

async fn open(address: &str, folder: &Path) -> Result<Store> {
    fixture::open_at(address, &folder.join("pg.key")).await
}

/// A founded office in a new database.
async fn found(server: &Server, name: &str, folder: &Path) -> Result<(String, Store)> {
    let address = fresh(server, name, "template0")?;
    let _ = std::fs::remove_file(folder.join("pg.key"));
    let store = open(&address, folder).await?;
    fixture::found_in(&store).await?;
    Ok((address, store))
}

/// What a database's planner and writer have left to do is done before anything is measured.
fn settle(address: &str) -> Result<()> {
    salur_testbed::home::run(address, "vacuum analyze; checkpoint")?;
    Ok(())
}

/// Prints the rate of acts over HTTP of a server on PostgreSQL.
pub(crate) async fn over_http(folder: &Path) -> Result<()> {
    let server = server()?;
    let (address, store) = found(&server, "bench_http", folder).await?;
    fixture::enter(&store, 0, OVER_HTTP).await?;
    store.close().await;
    settle(&address)?;
    over_http_at(&address, &folder.join("pg.key"))?;
    drop_database(&server, "bench_http")
}
