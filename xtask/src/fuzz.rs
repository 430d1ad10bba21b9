//! Hostile input for what reads text from outside: the targets of `fuzz/`, built with coverage by cargo-fuzz.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::tool::{cargo, program};

/// The targets, each with the longest input in bytes: a little more than what the shipped files need.
const TARGETS: [(&str, u32); 3] = [("definition", 16_384), ("guard", 2_100), ("bpmn", 32_768)];
/// The version of cargo-fuzz that the lock file of `fuzz/` was tried with.
const VERSION: &str = "0.13.2";
/// How long each target runs with the tests.
const WITH_TESTS: u32 = 10;
/// An input that takes longer than this, in seconds, is a finding.
const TIMEOUT: u32 = 5;
/// So is one that takes more memory than this, in megabytes.
const MEMORY: u32 = 1_024;

/// Every target for a few seconds over the kept inputs, from the same start each time.
pub(crate) fn shortly() -> Result<(), String> {
    build()?;
    for target in TARGETS {
        // What an earlier run found would make this one another.
        let found = found(target.0);
        if found.exists() {
            std::fs::remove_dir_all(&found).map_err(|error| format!("{}: {error}", found.display()))?;
        }
        run(target, WITH_TESTS, true)?;
    }
    Ok(())
}

/// `cargo xtask fuzz [TARGET] [--for SECONDS]`: one target or every one, from where the last such run got to.
pub(crate) fn at_length(rest: &[String]) -> Result<(), String> {
    let (mut only, mut seconds) = (None, 60);
    let mut words = rest.iter().map(String::as_str);
    while let Some(word) = words.next() {
        match word {
            "--for" => {
                let given = words.next().and_then(|given| given.parse().ok()).filter(|given| *given > 0);
                seconds = given.ok_or("--for takes a number of seconds")?;
            }
            name => only = Some(name),
        }
    }
    if let Some(name) = only
        && !TARGETS.iter().any(|(known, _)| *known == name)
    {
        let known: Vec<_> = TARGETS.iter().map(|(known, _)| *known).collect();
        return Err(format!("no target {name}; there are {}", known.join(", ")));
    }
    build()?;
    for target in TARGETS {
        if only.is_none_or(|only| only == target.0) {
            run(target, seconds, false)?;
        }
    }
    Ok(())
}

fn build() -> Result<(), String> {
    ensure_cargo_fuzz()?;
    let (folder, built) = (folder(), text(&built()));
    // cargo-fuzz cannot be told to keep to the lock file, so that it holds is asked first.
    cargo(&["fetch", "--locked", "--manifest-path", &manifest()], &[]).map_err(|error| {
        format!(
            "{error}; fuzz/Cargo.lock follows with: cargo update --workspace --manifest-path fuzz/Cargo.toml"
        )
    })?;
    cargo(&["fuzz", "build", "-s", "none", "--fuzz-dir", &folder, "--target-dir", &built], &[])
}

/// cargo-fuzz in its one version, installed to where cargo puts programs if it is not there.
fn ensure_cargo_fuzz() -> Result<(), String> {
    let asked = Command::new(program()).args(["fuzz", "--version"]).stderr(Stdio::null()).output();
    let there = asked.is_ok_and(|said| {
        String::from_utf8_lossy(&said.stdout).split_whitespace().any(|word| word == VERSION)
    });
    if there { Ok(()) } else { cargo(&["install", "--locked", &format!("cargo-fuzz@{VERSION}")], &[]) }
}

fn run((name, longest): (&str, u32), seconds: u32, same_start: bool) -> Result<(), String> {
    let (folder, built, found) = (folder(), text(&built()), found(name));
    std::fs::create_dir_all(&found).map_err(|error| format!("{}: {error}", found.display()))?;
    // New inputs go into the first folder, so the kept ones stay as they are.
    let kept = format!("{folder}/corpus/{name}");
    let mut arguments = ["fuzz", "run", "-s", "none", "--fuzz-dir", &folder, "--target-dir", &built, name]
        .map(str::to_owned)
        .to_vec();
    arguments.extend([text(&found), kept, "--".into()]);
    arguments.push(format!("-dict={folder}/dictionaries/{name}.dict"));
    for (option, value) in [
        ("max_total_time", seconds),
        ("max_len", longest),
        ("timeout", TIMEOUT),
        ("rss_limit_mb", MEMORY),
        ("print_final_stats", 1),
        ("verbosity", u32::from(!same_start)),
    ] {
        arguments.push(format!("-{option}={value}"));
    }
    if same_start {
        arguments.push("-seed=1".into());
    }
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    cargo(&arguments, &[]).map_err(|_| {
        format!(
            "the target {name} failed: what it says stands above, the input is the newest file of \
             {folder}/artifacts/{name}. Again with:\n  cargo fuzz run -s none --fuzz-dir {folder} --target-dir \
             {built} {name} INPUT\nMend it, and keep the input in {folder}/corpus/{name}."
        )
    })
}

/// The manifest of the targets, which are no members of the workspace.
pub(crate) fn manifest() -> String {
    format!("{}/Cargo.toml", folder())
}

fn folder() -> String {
    text(&root().join("fuzz"))
}

/// Where the targets are built: beside the rest, since they are compiled otherwise.
fn built() -> PathBuf {
    let named = std::env::var_os("CARGO_TARGET_DIR").filter(|named| !named.is_empty());
    named.map_or_else(|| root().join("target"), PathBuf::from).join("fuzz")
}

/// The inputs that runs on this machine found.
fn found(name: &str) -> PathBuf {
    built().join("found").join(name)
}

fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
