//! The project's chores, run as `cargo xtask NAME`:
//!
//! - `test`: every test of the workspace, on SQLite and on PostgreSQL;
//! - `ci`: formatting, lints, tests, documentation;
//! - `bench [NAME ..]`: the measurements, in release.

mod postgres;
mod tool;

use std::process::ExitCode;

use salur_testbed::Settings;

use crate::postgres::Postgres;
use crate::tool::cargo;

const HELP: &str = "cargo xtask test | ci | bench [core|single|bulk|pages|import|http|memory ...]";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (name, rest) = words.split_first().map_or(("", &[][..]), |(name, rest)| (name.as_str(), rest));
    let done = match name {
        "test" => test(rest),
        "ci" => ci(),
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

/// Every test, on SQLite and then, as far as a database matters, on PostgreSQL. What is named after `test` narrows
/// both, as `cargo test` understands it.
fn test(rest: &[String]) -> Result<(), String> {
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
    cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"], &[])?;
    test(&[])?;
    cargo(&["doc", "--workspace", "--no-deps", "--locked"], &[("RUSTDOCFLAGS", "-D warnings".as_ref())])
}

fn bench(rest: &[String]) -> Result<(), String> {
    // The measurements over HTTP and of memory start the server as users do.
    cargo(&["build", "--release", "--locked", "-p", "salur", "-p", "salur-bench"], &[])?;
    let settings = Settings::default().with("shared_buffers", "1GB").with("max_wal_size", "4GB");
    let postgres = Postgres::named_or_new("SALUR_BENCH_POSTGRES", &settings)?;
    let mut arguments = vec!["run", "--release", "--locked", "--quiet", "-p", "salur-bench", "--"];
    arguments.extend(rest.iter().map(String::as_str));
    cargo(&arguments, &postgres.variables())
}
