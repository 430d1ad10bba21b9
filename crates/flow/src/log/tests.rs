use std::io::{Cursor, Write as _};

use proptest::prelude::*;

use super::*;
use crate::summary;

fn of(text: impl AsRef<[u8]>) -> Result<EventLog, LogError> {
    read(Cursor::new(text.as_ref()), &LogOptions::default())
}

fn refused(text: impl AsRef<[u8]>) -> (LogErrorCode, Place) {
    let error = of(text).err().unwrap();
    (error.code, error.place)
}

fn event(activity: &str, time: &str) -> String {
    format!(
        "<event><string key=\"concept:name\" value=\"{activity}\"/><date key=\"time:timestamp\" value=\"{time}\"/></event>"
    )
}

fn trace(name: &str, events: &[(&str, &str)]) -> String {
    let events: String = events.iter().map(|(activity, time)| event(activity, time)).collect();
    format!("<trace><string key=\"concept:name\" value=\"{name}\"/>{events}</trace>")
}

fn xes(inside: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><log xes.version=\"1.0\">{inside}</log>")
}

fn sequence(log: &EventLog, case: &str) -> Vec<String> {
    let of_case = log.events.iter().filter(|event| log.cases.name(event.case) == case);
    of_case.map(|event| log.activities.name(event.activity).to_owned()).collect()
}

#[test]
fn events_stand_by_case_then_time_then_place() {
    let log = of(xes(&(trace(
        "a",
        &[
            ("late", "2026-01-02T00:00:00Z"),
            ("first", "2026-01-01T08:00:00+08:00"),
            ("second", "2026-01-01T00:00:00Z"),
        ],
    ) + &trace("b", &[("only", "2026-01-01T00:00:00Z")]))))
    .unwrap();
    assert_eq!(sequence(&log, "a"), ["first", "second", "late"]);
    let found = summary(&log);
    assert_eq!((found.cases, found.events, found.activities, found.variants), (2, 4, 4, 2));
    assert!((found.throughput_seconds.max - 86_400.0).abs() < f64::EPSILON);
}

#[test]
fn traces_of_one_name_are_one_case_and_empty_ones_none() {
    let text = xes(&[
        trace("a", &[("two", "2026-01-02T00:00:00Z")]),
        trace("b", &[]),
        "<trace/>".to_owned(),
        trace("a", &[("one", "2026-01-01T00:00:00Z")]),
        "<trace>".to_owned() + &event("x", "2026-01-01T00:00:00Z") + "</trace>",
    ]
    .concat());
    let log = of(text).unwrap();
    assert_eq!(sequence(&log, "a"), ["one", "two"]);
    assert_eq!(log.empty_traces, 2);
    assert_eq!(summary(&log).cases, 2);
    assert_eq!(sequence(&log, "(trace 5)"), ["x"]);
}

#[test]
fn defaults_and_nested_attributes_are_none_of_an_event() {
    let text = xes(&("<global scope=\"event\"><string key=\"concept:name\" value=\"DEFAULT\"/>\
         <date key=\"time:timestamp\" value=\"1970-01-01T00:00:00Z\"/></global>\
         <string key=\"concept:name\" value=\"the log\"/>\
         <trace><event><string key=\"note\" value=\"\"><string key=\"concept:name\" value=\"nested\"/></string>\
         <date value=\"2026-01-01T00:00:00Z\" key=\"time:timestamp\"></date>\
         <string key=\"concept:name\" value=\"A &amp; &#66;\"/><string key=\"lifecycle:transition\" value=\"start\"/></event>"
        .to_owned()
        + "<string key=\"concept:name\" value=\"named last\"/></trace>"));
    let log = of(text).unwrap();
    assert_eq!(sequence(&log, "named last"), ["A & B"]);
}

#[test]
fn what_is_missing_is_told_with_its_place() {
    let missing =
        xes("<trace><event><date key=\"time:timestamp\" value=\"2026-01-01T00:00:00Z\"/></event></trace>");
    let (code, place) = refused(missing);
    assert_eq!(code, LogErrorCode::ActivityMissing);
    assert!(matches!(place, Place::Event { trace: 1, event: 1, .. }), "{place:?}");
    let second =
        event("x", "2026-01-01T00:00:00Z") + "<event><string key=\"concept:name\" value=\"y\"/></event>";
    let error = of(xes(&format!("<trace/><trace>{second}</trace>"))).err().unwrap();
    assert_eq!(error.code, LogErrorCode::TimeMissing);
    assert!(matches!(error.place, Place::Event { trace: 2, event: 2, .. }), "{error}");
    assert!(error.text(salur_core::Lang::Id).contains("trace 2, kejadian 2"), "{error}");
    assert_eq!(refused(xes(&trace("a", &[("x", "soon")]))).0, LogErrorCode::TimeUnclear);
    assert_eq!(refused(xes(&event("x", "2026-01-01T00:00:00Z"))).0, LogErrorCode::EventOutsideTrace);
    assert_eq!(refused(xes("")).0, LogErrorCode::NoEvents);
    assert_eq!(
        refused("case,activity,time\n1,a,2026-01-01\n2,,2026-01-01\n"),
        (LogErrorCode::ActivityMissing, Place::Line(3))
    );
    assert_eq!(refused("case,activity,time\n,a,2026-01-01\n"), (LogErrorCode::CaseMissing, Place::Line(2)));
    assert_eq!(refused("case,activity,time\n1,a,\n"), (LogErrorCode::TimeMissing, Place::Line(2)));
    assert_eq!(refused("case,activity,time\n1,a\n"), (LogErrorCode::RowBroken, Place::Line(2)));
    assert_eq!(
        refused("case,activity,when\n1,a,2026-01-01\n"),
        (LogErrorCode::ColumnMissing, Place::Line(1))
    );
    assert_eq!(refused("case,activity,time\n"), (LogErrorCode::NoEvents, Place::File));
    assert_eq!(refused(""), (LogErrorCode::FormatUnknown, Place::File));
    assert_eq!(refused("<html><body/></html>").0, LogErrorCode::FormatUnknown);
}

#[test]
fn tables_are_read_as_spreadsheets_write_them() {
    let text = "\u{feff}Case ID;Activity;Complete Timestamp;Resource\r\n\
                1;\"check;\r\nagain\";2026-01-01 08:00:00;\"Ani \"\"A\"\"\"\r\n1;pay;2026-01-02 08:00:00;\r\n";
    let log = of(text).unwrap();
    assert_eq!(sequence(&log, "1"), ["check;\r\nagain", "pay"]);
    assert_eq!(log.resources.iter().collect::<Vec<_>>(), ["Ani \"A\""]);
    assert_eq!((log.events[1].resource, log.without_zone), (None, 2));
    let options = LogOptions {
        case: Some("no".to_owned()),
        activity: Some("langkah kerja".to_owned()),
        time: Some("tgl".to_owned()),
        time_format: Some("%d/%m/%Y".to_owned()),
        ..LogOptions::default()
    };
    let log = read(Cursor::new("no\ttgl\tlangkah kerja\n7\t24/11/2026\tbayar\n"), &options).unwrap();
    assert_eq!(sequence(&log, "7"), ["bayar"]);
    assert_eq!(log.events[0].at, "2026-11-24T00:00:00Z".parse().unwrap());
}

#[test]
fn gzip_is_known_by_its_bytes_and_other_encodings_by_their_name() {
    let text = xes(&trace("a", &[("x", "2026-01-01T00:00:00Z")]));
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    assert_eq!(of(&packed).unwrap().events, of(&text).unwrap().events);
    assert_eq!(refused(&packed[..packed.len() - 12]).0, LogErrorCode::Unreadable);
    let latin = text.replace("UTF-8", "ISO-8859-1").replace("\"x\"", "\"caf#\"");
    let latin: Vec<u8> = latin.bytes().map(|byte| if byte == b'#' { 0xe9 } else { byte }).collect();
    assert_eq!(sequence(&of(&latin).unwrap(), "a"), ["café"]);
    let broken: Vec<u8> = text
        .replace("\"x\"", "\"caf#\"")
        .bytes()
        .map(|byte| if byte == b'#' { 0xe9 } else { byte })
        .collect();
    assert_eq!(refused(&broken).0, LogErrorCode::EncodingUnknown);
    assert_eq!(
        refused(b"case,activity,time\n1,caf\xe9,2026-01-01\n"),
        (LogErrorCode::EncodingUnknown, Place::Line(2))
    );
}

#[test]
fn hostile_files_are_refused_early() {
    let entities = "<!DOCTYPE log [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>".to_owned() + &xes("");
    assert_eq!(refused(entities).0, LogErrorCode::DoctypeRefused);
    assert_eq!(refused(xes(&trace("&custom;", &[]))).0, LogErrorCode::XmlBroken);
    let huge = xes(&trace(&"a".repeat(2 * PIECE_MAX), &[]));
    assert_eq!(refused(huge).0, LogErrorCode::PieceTooLarge);
    let long = xes(&trace(&"a".repeat(NAME_MAX + 1), &[]));
    assert_eq!(refused(long).0, LogErrorCode::NameTooLong);
    let deep = xes(&format!("<trace>{}", "<list key=\"a\">".repeat(DEPTH_MAX + 2)));
    assert_eq!(refused(deep).0, LogErrorCode::TooDeep);
    let cut = xes(&trace("a", &[("x", "2026-01-01T00:00:00Z")]));
    assert_eq!(refused(&cut[..cut.len() - 9]).0, LogErrorCode::XmlBroken);
    let open = format!("case,activity,time\n1,\"{}", "x\n".repeat(PIECE_MAX));
    assert_eq!(refused(open).0, LogErrorCode::PieceTooLarge);
    let spaces = xes(&" ".repeat(2 * PIECE_MAX));
    assert!(of(spaces).is_err());
}

proptest! {
    /// Whatever the bytes, an answer and no panic.
    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = of(&bytes);
        let _ = of(xes(&String::from_utf8_lossy(&bytes)));
        let _ = of([b"case,activity,time\n", &bytes[..]].concat());
    }

    /// The order of traces in a file changes no figure.
    #[test]
    fn the_order_of_traces_changes_nothing(hours in prop::collection::vec(0_u32..24, 1..12), turn in 0_usize..12) {
        let mut traces: Vec<String> = hours
            .chunks(3)
            .enumerate()
            .map(|(place, hours)| {
                let times: Vec<String> = hours.iter().map(|hour| format!("2026-01-01T{hour:02}:00:00Z")).collect();
                let events: Vec<(&str, &str)> = ["a", "b", "c"].into_iter().zip(times.iter().map(String::as_str)).collect();
                trace(&place.to_string(), &events)
            })
            .collect();
        let straight = summary(&of(xes(&traces.concat())).unwrap());
        let turn = turn % traces.len();
        traces.rotate_left(turn);
        let turned = summary(&of(xes(&traces.concat())).unwrap());
        prop_assert!((straight.throughput_seconds.mean - turned.throughput_seconds.mean).abs() < 1e-6);
        prop_assert_eq!((straight.variants, straight.dfg_edges, straight.start), (turned.variants, turned.dfg_edges, turned.start));
    }
}
