//! The programs the chores need: cargo, PostgreSQL's, and a browser.

use std::ffi::OsStr;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::Command;

/// Runs cargo to its end.
pub(crate) fn cargo(arguments: &[&str], variables: &[(&str, &OsStr)]) -> Result<(), String> {
    eprintln!("xtask: cargo {}", arguments.join(" "));
    finish("cargo", Command::new(program()).args(arguments).envs(variables.iter().copied()))
}

/// The cargo that runs this.
pub(crate) fn program() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".into())
}

/// The folder of PostgreSQL's programs. Where they are missing, and this is root on a Debian, they are installed.
pub(crate) fn ensure_postgres() -> Result<PathBuf, String> {
    let missing = match salur_testbed::bin() {
        Ok(bin) => return Ok(bin),
        Err(error) => error.to_string(),
    };
    // Whoever named a folder wants that one.
    if std::env::var_os(salur_testbed::FOLDER).is_some_and(|named| !named.is_empty()) || !may_install() {
        return Err(missing);
    }
    eprintln!("xtask: {missing}");
    // Old lists may do.
    if let Err(error) = apt_get(&["update"]) {
        eprintln!("xtask: {error}; going on with the lists there are");
    }
    apt_get(&["install", "-y", "--no-install-recommends", "postgresql"])?;
    salur_testbed::bin().map_err(|error| error.to_string())
}

/// The browser that tests drive, and what drives it. Where they are missing, and this is root on a Debian, they are
/// installed.
pub(crate) fn ensure_browser() -> Result<(), String> {
    const PROGRAMS: [(&str, &str); 2] = [("chromium", "chromium"), ("chromedriver", "chromium-driver")];
    let is_there = |program: &str| {
        let folders = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&folders).any(|folder| folder.join(program).is_file())
    };
    let missing = || PROGRAMS.iter().filter(|(program, _)| !is_there(program)).collect::<Vec<_>>();
    let wanted: Vec<&str> = missing().into_iter().map(|(_, package)| *package).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    if may_install() {
        if let Err(error) = apt_get(&["update"]) {
            eprintln!("xtask: {error}; going on with the lists there are");
        }
        apt_get(&[&["install", "-y", "--no-install-recommends"][..], &wanted].concat())?;
    }
    match missing().first() {
        None => Ok(()),
        Some((program, package)) => {
            Err(format!("{program} is missing, which the tests of the pages need; install {package}"))
        }
    }
}

fn may_install() -> bool {
    let root = std::fs::metadata("/proc/self").is_ok_and(|this| this.uid() == 0);
    root && PathBuf::from("/usr/bin/apt-get").is_file()
}

fn apt_get(arguments: &[&str]) -> Result<(), String> {
    eprintln!("xtask: apt-get {}", arguments.join(" "));
    finish("apt-get", Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
}

fn finish(name: &str, command: &mut Command) -> Result<(), String> {
    let status = command.status().map_err(|error| format!("failed to start {name}: {error}"))?;
    let words: Vec<_> = command.get_args().map(OsStr::to_string_lossy).collect();
    if status.success() { Ok(()) } else { Err(format!("{name} {} failed", words.join(" "))) }
}
