//! The project's chores, run as `cargo xtask NAME`:
//!
//! - `test`: every test of the workspace, on SQLite and on PostgreSQL, and ten seconds of each fuzz target;
//! - `ci`: formatting, lints, tests, documentation;
//! - `fuzz [TARGET] [--for SECONDS]`: hostile input for longer, a minute each if nothing else is said;
//! - `bench [NAME ..]`: the measurements, in release.

mod fuzz;
mod postgres;
mod tool;

use std::ffi::OsStr;
use std::process::ExitCode;

use salur_testbed::Settings;

use crate::postgres::Postgres;
use crate::tool::{cargo, ensure_browser};

const HELP: &str = "cargo xtask test | ci | fuzz [definition|guard|bpmn] [--for SECONDS] \
                    | bench [core|flow|single|bulk|pages|import|http|memory ...]";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (name, rest) = words.split_first().map_or(("", &[][..]), |(name, rest)| (name.as_str(), rest));
    let done = match name {
        "test" => test(rest),
        "ci" => ci(),
        "fuzz" => fuzz::at_length(rest),
        "bench" => bench(rest),
        _ => {
            eprintln!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(what) => {
            eprintln!("xtask: {what}");
            ExitCode::FAILURE
        }
    }
}

/// The crates whose tests run on PostgreSQL as well: those that touch the store.
const ON_POSTGRES: [&str; 8] = ["-p", "salur-store", "-p", "salur-api", "-p", "salur-demo", "-p", "salur"];
/// Their tests, without the store's `faults`, which are on PostgreSQL in the first run already.
const TARGETS: [&str; 10] =
    ["--lib", "--bins", "--test", "store", "--test", "api", "--test", "demo", "--test", "system"];

/// Every test, on SQLite and then, as far as a database matters, on PostgreSQL; then the fuzz targets. What is named
/// after `test` narrows both runs of the tests, as `cargo test` understands it, and is not about the targets.
fn test(rest: &[String]) -> Result<(), String> {
    tests(rest)?;
    if rest.is_empty() { fuzz::shortly() } else { Ok(()) }
}

fn tests(rest: &[String]) -> Result<(), String> {
    ensure_browser()?;
    let postgres = Postgres::named_or_new(salur_testbed::SERVER, &Settings::default())?;
    let rest = || rest.iter().map(String::as_str);
    let everything: Vec<_> = ["test", "--locked", "--workspace"].into_iter().chain(rest()).collect();
    cargo(&everything, &postgres.variables())?;
    let again = ["test", "--locked"].into_iter().chain(ON_POSTGRES).chain(TARGETS);
    let again: Vec<_> = again.chain(rest()).collect();
    let [server, bin] = postgres.variables();
    cargo(&again, &[server, bin, (salur_testbed::home::DATABASE, "postgres".as_ref())])
}

fn ci() -> Result<(), String> {
    cargo(&["fmt", "--all", "--check"], &[])?;
    cargo(&["fmt", "--check", "--manifest-path", &fuzz::manifest()], &[])?;
    cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"], &[])?;
    test(&[])?;
    cargo(&["doc", "--workspace", "--no-deps", "--locked"], &[("RUSTDOCFLAGS", "-D warnings".as_ref())])
}

fn bench(rest: &[String]) -> Result<(), String> {
    if !rest.is_empty() && rest.iter().all(|name| matches!(name.as_str(), "core" | "flow")) {
        return measured(rest, &[]);
    }
    // The measurements over HTTP and of memory start the server as users do.
    cargo(&["build", "--release", "--locked", "-p", "salur", "-p", "salur-bench"], &[])?;
    let settings = Settings::default().with("shared_buffers", "1GB").with("max_wal_size", "4GB");
    let postgres = Postgres::named_or_new("SALUR_BENCH_POSTGRES", &settings)?;
    measured(rest, &postgres.variables())
}

/// Runs the measurements. What touches no database needs no server.
fn measured(rest: &[String], variables: &[(&str, &OsStr)]) -> Result<(), String> {
    let mut arguments = vec!["run", "--release", "--locked", "--quiet", "-p", "salur-bench", "--"];
    arguments.extend(rest.iter().map(String::as_str));
    cargo(&arguments, variables)
}
