use std::fmt::Write as _;

use clap::Parser;

use super::*;

#[derive(Debug, Parser)]
struct Line {
    #[command(subcommand)]
    flow: FlowCommand,
}

fn run(words: &[&str]) -> Result<ExitCode> {
    Line::try_parse_from([&["flow"], words].concat())?.flow.run(true, Lang::Id)
}

#[test]
fn a_log_is_told_in_figures_and_a_broken_one_by_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.csv");
    std::fs::write(&file, "case,activity,time\n1,masuk,2026-01-01\n1,bayar,2026-01-03\n").unwrap();
    let path = file.to_str().unwrap();
    assert!(run(&["log", path]).is_ok() && run(&["stages", "--log", path]).is_ok());
    assert!(run(&["variants", "--log", path, "--zone", "Asia/Makassar"]).is_ok());
    assert!(run(&["log", path, "--zone", "Asia/Samarinda"]).is_err());
    let error = run(&["forecast", "--log", path, "--count", "5"]).unwrap_err().to_string();
    assert!(error.contains("minggu terlalu sedikit"), "{error}");
    std::fs::write(&file, "case,activity,time\n1,masuk,besok\n").unwrap();
    let error = run(&["log", path]).unwrap_err().to_string();
    assert!(error.contains("baris 2: waktu tidak terbaca"), "{error}");
}

#[test]
fn tables_line_up_in_both_languages() {
    let log = salur_flow::log::read(
        "case,activity,time\n1,masuk,2026-01-01T00:00Z\n1,bayar,2026-01-03T12:00Z\n2,masuk,2026-01-03T12:00Z\n".as_bytes(),
        &LogOptions::default(),
    )
    .unwrap();
    let told = stages::text(&constraint(&log), &salur_flow::stages(&log), Lang::Id);
    let expected = "aktivitas  kali  kasus  terakhir      50 %      85 %      95 %  total hari\n\
                    masuk         2      2         1  2,5 hari  2,5 hari  2,5 hari         2,5\n\
                    bayar         1      1         1         -         -         -         0,0\n";
    assert!(told.ends_with(expected), "{told}");
    assert!(of_variants(&variants(&log), Lang::En).contains("50.0 %  2.5 d  2.5 d  masuk → bayar"));
    assert!(of_log(&summary(&log), Lang::En).contains("time, longest           2.5 d"));
}

#[test]
fn a_log_becomes_a_picture_and_a_forecast_needs_a_count() {
    let folder = tempfile::tempdir().unwrap();
    let (file, out) = (folder.path().join("log.csv"), folder.path().join("out.svg"));
    let mut text = "case,activity,time\n".to_owned();
    for case in 0..60 {
        let (month, day) = (case / 14 + 1, case % 14 * 2 + 1);
        write!(
            text,
            "{case},masuk,2026-{month:02}-{day:02}\n{case},<bayar>,2026-{month:02}-{day:02}T09:00:00\n"
        )
        .unwrap();
    }
    std::fs::write(&file, text).unwrap();
    let (log, out) = (file.to_str().unwrap(), out.to_str().unwrap());
    for name in ["cumulative", "ages", "scatter", "histogram", "throughput", "process-map"] {
        assert!(run(&["chart", name, "--log", log, "--out", out]).is_ok(), "{name}");
        let svg = std::fs::read_to_string(out).unwrap();
        assert!(svg.starts_with("<svg ") && svg.contains("<style>") && !svg.contains("<bayar>"), "{name}");
    }
    assert!(run(&["chart", "forecast", "--log", log, "--out", out]).is_err());
    assert!(run(&["chart", "forecast", "--log", log, "--out", out, "--count", "20"]).is_ok());
    assert!(std::fs::read_to_string(out).unwrap().contains("85%"));
    assert!(run(&["chart", "ages", "--log", log, "--out", out, "--end", "lunas"]).is_err());
}

#[test]
fn a_log_is_written_in_another_form_and_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (one, two, three) = (file("one.csv"), file("two.xes"), file("three.csv"));
    std::fs::write(&one, "case,activity,time,user\n1,=masuk,2026-01-01,a\n1,bayar & \"b\",2026-01-03,\n")
        .unwrap();
    assert!(run(&["export", "--log", &one, "--to", "xes", "--out", &two]).is_ok());
    assert!(run(&["export", "--log", &two, "--to", "csv", "--out", &three]).is_ok());
    let text = std::fs::read_to_string(&three).unwrap();
    assert!(text.contains("1,'=masuk,2026-01-01T00:00:00Z,a\n"), "{text}");
    assert!(text.contains("1,\"bayar & \"\"b\"\"\",2026-01-03T00:00:00Z,\n"), "{text}");
    assert!(run(&["export", "--log", &one, "--to", "ocel", "--out", &two]).is_err());
}

#[test]
fn the_constraint_of_a_log_is_told_with_its_activities() {
    let log = "case,activity,time\n1,masuk,2026-01-01\n1,bayar,2026-01-02\n2,masuk,2026-01-02\n2,bayar,2026-01-05\n";
    let log = salur_flow::log::read(log.as_bytes(), &LogOptions::default()).unwrap();
    let (found, rows) = (constraint(&log), salur_flow::stages(&log));
    let told: serde_json::Value = serde_json::from_str(&stages::json(&found, &rows).unwrap()).unwrap();
    assert_eq!((&told["verdict"], &told["constraint"]), (&"cannot_tell".into(), &serde_json::Value::Null));
    assert_eq!(told["activities"].as_array().unwrap().len(), 2);
    assert_eq!(told["stages"].as_array().unwrap().len(), 2);
    assert!(stages::text(&found, &rows, Lang::Id).starts_with("Log ini terlalu sedikit"));
    assert!(stages::text(&found, &rows, Lang::En).starts_with("This log is too small"));
}

#[test]
fn a_log_is_held_against_a_definition() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (log, map) = (file("log.csv"), file("map.csv"));
    let rows = [
        "1,ajukan,2026-01-01",
        "1,verify,2026-01-02",
        "1,approve,2026-01-05",
        "1,pay,2026-01-06",
        "2,approve,2026-01-01",
    ];
    std::fs::write(&log, format!("case,activity,time\n{}\n", rows.join("\n"))).unwrap();
    let workflow = concat!(env!("CARGO_MANIFEST_DIR"), "/../../workflows/disaster.toml");
    let asked = ["conformance", "--log", &log, "--workflow", workflow];
    assert!(run(&asked).is_ok());
    std::fs::write(&map, "activity,action\najukan,submit\n").unwrap();
    assert!(run(&[&asked[..], &["--map", &map]].concat()).is_ok());
    std::fs::write(&map, "activity,action\najukan,fly\n").unwrap();
    assert!(run(&[&asked[..], &["--map", &map]].concat()).is_err(), "no such action");
    assert!(run(&["conformance", "--log", &log, "--workflow", &log]).is_err(), "no definition");
}
