//! What the largest shipped list costs, judged and accepted, in a process of its own.

use std::process::Command;

use super::support::{CSV, Desk, head_of};

/// Tells a process of these tests to do the work.
const MARK: &str = "SALUR_TEST_COST";
/// Most processor time of an optimised build, in milliseconds.
const CPU_MAX: u64 = 4_000;
/// The pages that the store's writer keeps, in KiB: they fill up to this bound, whatever is written.
const PAGES_KEPT: u64 = 32_000;
/// Most that memory may grow by, in KiB: the pages, and what the import itself takes.
const GROWTH_MAX: u64 = PAGES_KEPT + 16 * 1024;

#[test]
fn a_large_list_costs_little() {
    let mut work = Command::new(std::env::current_exe().unwrap());
    work.args(["imports::tests::cost::the_work", "--exact", "--nocapture"]).env(MARK, "1");
    let output = work.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let figure = |name: &str| -> u64 {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("no {name} in {text}")).trim().parse().unwrap()
    };
    let (judging, accepting, growth) = (figure("judging ms"), figure("accepting ms"), figure("growth KiB"));
    println!("{text}");
    if !cfg!(debug_assertions) {
        assert!(judging + accepting < CPU_MAX, "{judging} + {accepting} ms");
        assert!(growth < GROWTH_MAX, "{growth} KiB");
    }
}

/// Not a test: the work of the test above, in a process of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_work() {
    if std::env::var_os(MARK).is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::found(folder.path()).await;
    // Not optimised, it would only take long.
    let rows = if cfg!(debug_assertions) { 2_000 } else { 17_000 };
    let list = head_of("bencana.csv", rows);
    let (start, memory) = (cpu(), peak());
    let import = desk.judged("province", "disaster", CSV, list).await;
    let judged = cpu();
    let done = desk.accepted("province", &import).await;
    let accepted = cpu();
    assert_eq!((done["rows"].as_u64(), &done["accepted"]), (u64::try_from(rows).ok(), &done["sound"]));
    println!("\njudging ms {}", judged - start);
    println!("accepting ms {}", accepted - judged);
    println!("growth KiB {}", peak() - memory);
}

/// Processor time of this process in milliseconds, its own and the system's.
fn cpu() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    // A hundred ticks a second on every Linux that this runs on.
    fields.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap() * 10).sum()
}

/// The most memory this process has had, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
