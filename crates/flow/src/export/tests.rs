use std::collections::BTreeMap;
use std::io::Cursor;

use proptest::prelude::*;
use salur_core::workflow::Workflow;
use serde_json::{Value, json};

use super::csv::neutral;
use super::*;
use crate::conformance::{ActivityMap, conformance};
use crate::log::{EventLog, LogOptions, read};
use crate::testing::{at, request};
use crate::{summary, variants};

const DIGEST: &str = "0000000000000000000000000000000000000000000000000000000000000000";
const DECREE: &str = "000000000000000000000000000000d1";
const ORDER: &str = "000000000000000000000000000000b1";

fn entry(seq: u32, when: &str, person: u8, kind: &str, told: &Value) -> Entry {
    let event = if told.is_null() { json!(kind) } else { json!({ kind: told }) };
    let other = (kind == "claimed").then(|| format!("{:032x}", 99));
    let text = json!({
        "seq": seq, "at": at(when), "actor": format!("{person:032x}"), "for_whom": other, "event": event,
    });
    serde_json::from_value(text).unwrap()
}

fn advanced(action: &str, from: &str, to: &str) -> Value {
    json!({ "action": action, "from": from, "to": to, "duty": action, "budget": "none" })
}

/// Invented: two requests, one of them sent back, on one decree and one payment order.
fn cases() -> Vec<Case> {
    let facts = json!({ "version": 1, "digest": DIGEST, "account": DIGEST });
    let entered = |scheme: &str| {
        json!({
            "scheme": scheme, "year": 2026, "definition": { "version": 1, "digest": DIGEST }, "region": "64.72",
            "recipient": ORDER, "facts": facts, "amount": 2_000_000, "benefit": "cash", "line": "2026/contoh/apbd",
            "stage": "input", "due_on": null, "duty": "submit",
        })
    };
    let mut approve = advanced("approve", "approval", "payment");
    approve["decree"] = json!(DECREE);
    let mut pay = advanced("pay", "payment", "paid");
    pay["order"] = json!({ "order": ORDER, "line": 1 });
    let amended =
        json!({ "facts": facts, "amount": 2_500_000, "region": "64.74", "changed": [], "duty": "submit" });
    let one = vec![
        entry(1, "2026-11-02T08:00", 1, "entered", &entered("contoh")),
        entry(2, "2026-11-02T08:30", 1, "amended", &amended),
        entry(3, "2026-11-02T09:00", 1, "advanced", &advanced("submit", "input", "verification")),
        entry(4, "2026-11-02T10:00", 2, "claimed", &Value::Null),
        entry(
            5,
            "2026-11-03T08:00",
            2,
            "held",
            &json!({"cause": "missing_document", "blameless": true, "reason": null}),
        ),
        entry(6, "2026-11-05T08:00", 2, "resumed", &json!({ "due_on": null, "stood_still": true })),
        entry(7, "2026-11-05T09:00", 2, "advanced", &advanced("return", "verification", "input")),
        entry(8, "2026-11-06T08:00", 1, "advanced", &advanced("submit", "input", "verification")),
        entry(9, "2026-11-06T09:00", 2, "advanced", &advanced("verify", "verification", "approval")),
        entry(10, "2026-11-09T09:00", 3, "listed", &json!({ "decree": DECREE, "duty": "draft" })),
        entry(11, "2026-11-10T09:00", 4, "advanced", &approve),
        entry(12, "2026-11-12T09:00", 5, "advanced", &pay),
    ];
    let two = vec![
        entry(1, "2026-11-02T08:00", 1, "entered", &entered("contoh")),
        entry(2, "2026-11-02T09:00", 1, "advanced", &advanced("submit", "input", "verification")),
        entry(3, "2026-11-06T09:00", 2, "advanced", &advanced("verify", "verification", "approval")),
        entry(4, "2026-11-09T09:00", 3, "listed", &json!({ "decree": DECREE, "duty": "draft" })),
        entry(5, "2026-11-10T09:00", 4, "advanced", &approve),
    ];
    vec![Case { request: request(1), entries: one }, Case { request: request(2), entries: two }]
}

fn doer(person: PersonId) -> Doer {
    let number = person.0.as_u128();
    Doer { pseudonym: format!("p{number:x}"), role: (number < 5).then(|| format!("role <{number}>")) }
}

fn stage(_: &SchemeId, stage: &StageName) -> String {
    format!("={stage} \"&\"")
}

const NAMING: Naming<'static> = Naming { doer: &doer, stage: &stage };

fn read_back(bytes: &[u8]) -> EventLog {
    read(Cursor::new(bytes), &LogOptions::default()).unwrap()
}

/// Cases, events in order and who did them, without regard to where names stand.
fn rows(log: &EventLog) -> Vec<(String, String, String, Timestamp)> {
    let row = |event: &LogEvent| {
        let (activity, resource) = of_log(log, event);
        (log.cases.name(event.case).to_owned(), activity.to_owned(), resource.into_owned(), event.at)
    };
    log.events.iter().map(row).collect()
}

#[test]
fn what_is_written_is_read_back_the_same() {
    let (mut table, mut text) = (Vec::new(), Vec::new());
    csv(&mut table, cases(), NAMING).unwrap();
    xes(&mut text, cases(), NAMING).unwrap();
    let (table, text) = (read_back(&table), read_back(&text));
    assert_eq!(rows(&table), rows(&text));
    assert_eq!((summary(&table).cases, summary(&table).events, summary(&table).variants), (2, 17, 2));
    assert_eq!(variants(&table), variants(&text));
    let first: Vec<&str> =
        table.traces().next().unwrap().iter().map(|event| table.activities.name(event.activity)).collect();
    let way = ["entered", "amended", "submit", "claimed", "held", "resumed", "return", "submit", "verify"];
    assert_eq!(first[..9], way);
    assert_eq!(first[9..], ["listed", "approve", "pay"]);
    let expected: Vec<Timestamp> = cases()
        .iter()
        .flat_map(|case| case.entries.iter().map(|entry| entry.at).collect::<Vec<_>>())
        .collect();
    assert_eq!(table.events.iter().map(|event| event.at).collect::<Vec<_>>(), expected);
}

#[test]
fn xes_names_its_extensions_and_tells_who_and_how() {
    let mut text = Vec::new();
    xes(&mut text, cases(), NAMING).unwrap();
    let text = String::from_utf8(text).unwrap();
    for prefix in ["concept", "time", "org", "lifecycle"] {
        assert!(text.contains(&format!("prefix=\"{prefix}\"")), "{prefix}");
    }
    for piece in [
        "<classifier name=\"Activity\" keys=\"concept:name\"/>",
        "<string key=\"lifecycle:transition\" value=\"suspend\"/>",
        "<string key=\"lifecycle:transition\" value=\"assign\"/>",
        "<string key=\"org:role\" value=\"role &lt;1&gt;\"/>",
        "<string key=\"salur:for\" value=\"p63\"/>",
        "<int key=\"salur:amount\" value=\"2500000\"/>",
        "<string key=\"salur:region\" value=\"64.74\"/>",
        "value=\"=approval &quot;&amp;&quot;\"",
    ] {
        assert!(text.contains(piece), "{piece} is missing");
    }
}

#[test]
fn no_person_is_named_but_by_pseudonym() {
    let (mut table, mut text, mut objects) = (Vec::new(), Vec::new(), Vec::new());
    csv(&mut table, cases(), NAMING).unwrap();
    xes(&mut text, cases(), NAMING).unwrap();
    ocel(&mut objects, cases, NAMING).unwrap();
    for bytes in [table, text, objects] {
        let text = String::from_utf8(bytes).unwrap();
        let person = PersonId(serde_json::from_value(json!(format!("{:032x}", 1))).unwrap()).to_string();
        assert!(!text.contains(&person) && !text.contains(DIGEST), "{text}");
    }
}

#[test]
fn no_cell_begins_as_a_formula() {
    for (cell, written) in [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@a", "'@a"),
        ("\ta", "'\ta"),
        ("\ra", "'\ra"),
        ("a=", "a="),
    ] {
        assert_eq!(neutral(cell), written);
    }
    let mut table = Vec::new();
    csv(&mut table, cases(), NAMING).unwrap();
    let mut reader = ::csv::Reader::from_reader(table.as_slice());
    for row in reader.records() {
        let row = row.unwrap();
        assert!(row.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r'])), "{row:?}");
        assert!(row[8].starts_with("'="), "{row:?}");
    }
}

/// Draft 7 as far as the published schema of OCEL 2.0 uses it: types, what is required, and what is inside.
fn valid(schema: &Value, value: &Value, at: &str) {
    match schema["type"].as_str().unwrap() {
        "object" => {
            let object = value.as_object().unwrap_or_else(|| panic!("{at} is no object"));
            for name in schema["required"].as_array().into_iter().flatten() {
                assert!(object.contains_key(name.as_str().unwrap()), "{at} lacks {name}");
            }
            for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
                if let Some(inside) = object.get(name) {
                    valid(schema, inside, &format!("{at}/{name}"));
                }
            }
        }
        "array" => {
            for (place, inside) in
                value.as_array().unwrap_or_else(|| panic!("{at} is no list")).iter().enumerate()
            {
                valid(&schema["items"], inside, &format!("{at}/{place}"));
            }
        }
        "string" => {
            let text = value.as_str().unwrap_or_else(|| panic!("{at} is no text"));
            if schema["format"] == "date-time" {
                assert!(text.parse::<Timestamp>().is_ok(), "{at} is no time: {text}");
            }
        }
        other => panic!("the schema uses {other}, which is not checked here"),
    }
}

#[test]
fn ocel_is_valid_and_relates_only_what_is_there() {
    let mut bytes = Vec::new();
    ocel(&mut bytes, cases, NAMING).unwrap();
    let log: Value = serde_json::from_slice(&bytes).unwrap();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/event-logs");
    let schema = std::fs::read_to_string(format!("{folder}/schema_ocel2.json")).unwrap();
    valid(&serde_json::from_str(&schema).unwrap(), &log, "");
    let objects: BTreeMap<&str, &str> = log["objects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|object| (object["id"].as_str().unwrap(), object["type"].as_str().unwrap()))
        .collect();
    assert_eq!(objects.len(), log["objects"].as_array().unwrap().len(), "an id stands twice");
    let types = |key: &str| -> Vec<&str> {
        log[key].as_array().unwrap().iter().map(|kind| kind["name"].as_str().unwrap()).collect()
    };
    assert!(objects.values().all(|kind| types("objectTypes").contains(kind)));
    let events = log["events"].as_array().unwrap();
    assert_eq!(events.len(), 17);
    for kind in ["request", "decree", "payment_order", "budget_line", "person", "role"] {
        assert!(objects.values().any(|known| *known == kind), "no {kind}");
    }
    for one in events.iter().chain(log["objects"].as_array().unwrap()) {
        for related in one["relationships"].as_array().unwrap() {
            assert!(objects.contains_key(related["objectId"].as_str().unwrap()), "{related} is not there");
        }
    }
    assert!(events.iter().all(|event| types("eventTypes").contains(&event["type"].as_str().unwrap())));
    let decree = objects.keys().find(|id| id.starts_with("decree:")).unwrap();
    let touched = events.iter().filter(|event| {
        let related = event["relationships"].as_array().unwrap();
        related.iter().any(|related| related["objectId"] == json!(decree))
    });
    assert_eq!(touched.count(), 4, "one decree, two requests, listed and approved");
}

#[test]
fn an_empty_office_is_a_log_too() {
    let (mut table, mut text, mut objects) = (Vec::new(), Vec::new(), Vec::new());
    csv(&mut table, Vec::new(), NAMING).unwrap();
    xes(&mut text, Vec::new(), NAMING).unwrap();
    ocel(&mut objects, Vec::new, NAMING).unwrap();
    assert!(String::from_utf8(table).unwrap().starts_with("case_id,"));
    assert!(String::from_utf8(text).unwrap().ends_with("</log>\n"));
    let log: Value = serde_json::from_slice(&objects).unwrap();
    assert_eq!((log["events"].as_array().unwrap().len(), log["objects"].as_array().unwrap().len()), (0, 0));
}

proptest! {
    /// A foreign log, converted, is the same log, whatever its names; a formula's sign alone is made harmless.
    #[test]
    fn a_foreign_log_converts_without_loss(
        events in prop::collection::vec(("[a-c]", "[a-z<&\"', ;é]{1,6}[a-z]", "[a-z]{0,2}", 0_i64..4_000_000_000), 1..30)
    ) {
        let mut text = ::csv::Writer::from_writer(Vec::new());
        text.write_record(["case", "activity", "time", "resource"]).unwrap();
        for (case, activity, resource, at) in &events {
            let at = Timestamp::from_second(*at).unwrap().to_string();
            text.write_record([case.as_str(), activity, &at, resource]).unwrap();
        }
        let log = read_back(&text.into_inner().unwrap());
        let (mut table, mut text) = (Vec::new(), Vec::new());
        log_csv(&mut table, &log).unwrap();
        log_xes(&mut text, &log).unwrap();
        prop_assert_eq!(rows(&read_back(&table)), rows(&log));
        prop_assert_eq!(rows(&read_back(&text)), rows(&log));
    }
}

/// Entered, claimed, set aside, listed: all that is around the workflow is told as such, and the rest goes its way.
#[test]
fn what_is_exported_conforms_to_its_definition() {
    let workflow = Workflow::parse(include_str!("../../../../workflows/disaster.toml")).unwrap();
    let mut three = cases().remove(1);
    three.entries.truncate(1);
    three.request = request(3);
    let Event::Entered(entered) = &mut three.entries[0].event else { panic!("it begins with an entry") };
    (entered.stage, entered.closes) = ("referred".into(), true);
    let (mut table, mut text) = (Vec::new(), Vec::new());
    csv(&mut table, cases().into_iter().chain([three.clone()]), NAMING).unwrap();
    xes(&mut text, cases().into_iter().chain([three]), NAMING).unwrap();
    for bytes in [table, text] {
        let told = conformance(&read_back(&bytes), &workflow, &ActivityMap::default());
        assert_eq!((told.cases, told.fitting, told.only_unfinished), (3, 2, 1), "{told:?}");
        assert_eq!(told.around, 8, "{told:?}");
    }
}
