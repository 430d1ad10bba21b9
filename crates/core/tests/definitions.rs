//! A corpus of definitions with known verdicts. What is unsound is named by the code that it must give, and marks with
//! `#!` the line where the finding must point. What is sound gives nothing at all, save `CODE.warning.toml`, which must
//! give that warning. More of one code are told apart by what follows a `-` in the name.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use salur_core::definition::{Checked, Finding, Severity, json_schema};
use salur_core::workflow::Workflow;

fn folder(name: &str) -> Vec<(PathBuf, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/definitions").join(name);
    let listed = std::fs::read_dir(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut files: Vec<_> = listed.flatten().map(|entry| entry.path()).collect();
    files.sort();
    files.into_iter().map(|path| (path.clone(), read(&path))).collect()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn checked(path: &Path, text: &str) -> Checked {
    let checked = Workflow::check(text);
    for finding in &checked.findings {
        assert!(!finding.id.is_empty() && !finding.en.is_empty(), "{}: {finding:?}", path.display());
    }
    checked
}

fn told(findings: &[Finding]) -> String {
    let each = findings.iter().map(|one| {
        format!(
            "{:?}:{:?} {:?} {} at {}: {}",
            one.line, one.column, one.severity, one.code, one.place, one.en
        )
    });
    each.collect::<Vec<_>>().join("\n")
}

#[test]
fn what_is_sound_has_no_error() {
    let files = folder("sound");
    assert!(files.len() >= 8, "{}", files.len());
    for (path, text) in files {
        let Checked { workflow, findings } = checked(&path, &text);
        assert!(workflow.is_some(), "{}:\n{}", path.display(), told(&findings));
        let name = path.file_name().unwrap().to_str().unwrap();
        match name.strip_suffix(".warning.toml") {
            Some(code) => assert!(
                findings.iter().any(|finding| finding.code == code.split('-').next().unwrap()),
                "{name}:\n{}",
                told(&findings)
            ),
            None => assert!(findings.is_empty(), "{name}:\n{}", told(&findings)),
        }
    }
}

#[test]
fn what_is_unsound_is_refused_with_its_code_at_its_line() {
    let files = folder("unsound");
    assert!(files.len() >= 25, "{}", files.len());
    for (path, text) in files {
        let Checked { workflow, findings } = checked(&path, &text);
        let name = path.file_stem().unwrap().to_str().unwrap();
        let code = name.split('-').next().unwrap();
        assert!(workflow.is_none(), "{name} is taken");
        let found: Vec<_> = findings
            .iter()
            .filter(|finding| finding.code == code && finding.severity == Severity::Error)
            .collect();
        assert!(!found.is_empty(), "{name}:\n{}", told(&findings));
        let marked = text.lines().position(|line| line.contains("#!")).map(|line| line + 1);
        let at = |line: usize| found.iter().any(|finding| finding.line == Some(line));
        let marked = marked.unwrap_or_else(|| panic!("{name} marks no line"));
        assert!(at(marked), "{name}, line {marked}:\n{}", told(&findings));
    }
}

fn shipped() -> Vec<String> {
    ["kube", "wrse", "lks", "disaster"]
        .map(|scheme| format!("{}/../../workflows/{scheme}.toml", env!("CARGO_MANIFEST_DIR")))
        .map(|path| read(Path::new(&path)))
        .into()
}

#[test]
fn shipped_definitions_have_no_finding_at_all() {
    for text in shipped() {
        let findings = Workflow::check(&text).findings;
        assert!(findings.is_empty(), "{}", told(&findings));
    }
}

/// What is wrong with a value by a JSON Schema, as far as definitions use one.
fn faults(schema: &serde_json::Value, value: &serde_json::Value, place: &str, faults: &mut Vec<String>) {
    for many in ["anyOf", "oneOf"] {
        if let Some(choices) = schema[many].as_array() {
            let fits = |choice: &&serde_json::Value| {
                let mut found = Vec::new();
                self::faults(choice, value, place, &mut found);
                found.is_empty()
            };
            if choices.iter().filter(fits).count() == 0 {
                faults.push(format!("{place}: no choice fits"));
            }
        }
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
    {
        faults.push(format!("{place}: {value} is none of {words:?}"));
    }
    let fits = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64(),
        Some("number") => value.is_number(),
        _ => true,
    };
    if !fits {
        faults.push(format!("{place}: {value} is of another type"));
    }
    for (key, inner) in value.as_object().into_iter().flatten() {
        let place = format!("{place}.{key}");
        match (&schema["properties"][key], &schema["additionalProperties"]) {
            (known, _) if known.is_object() => self::faults(known, inner, &place, faults),
            (_, any) if any.is_object() => self::faults(any, inner, &place, faults),
            (_, serde_json::Value::Bool(false)) => faults.push(format!("{place}: unknown")),
            _ => {}
        }
    }
    for required in schema["required"].as_array().into_iter().flatten().filter_map(|key| key.as_str()) {
        if value[required].is_null() {
            faults.push(format!("{place}: no {required}"));
        }
    }
    for inner in value.as_array().into_iter().flatten() {
        self::faults(&schema["items"], inner, place, faults);
    }
}

/// The file as JSON; editors take a day for a text.
fn as_editors_see(text: &str) -> serde_json::Value {
    let file: toml::Value = toml::from_str(text).unwrap_or_else(|error| panic!("{error}"));
    let json = serde_json::to_string(&file).unwrap_or_else(|error| panic!("{error}"));
    let mut json: serde_json::Value = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}"));
    days(&mut json);
    json
}

fn days(value: &mut serde_json::Value) {
    if let Some(day) = value.get("$__toml_private_datetime") {
        *value = day.clone();
    }
    for inner in value.as_object_mut().into_iter().flat_map(|inner| inner.values_mut()) {
        days(inner);
    }
    for inner in value.as_array_mut().into_iter().flatten() {
        days(inner);
    }
}

#[test]
fn the_schema_for_editors_takes_what_the_reader_takes() {
    let schema = json_schema();
    let sound = folder("sound").into_iter().map(|(_, text)| text);
    for text in shipped().into_iter().chain(sound) {
        let value = as_editors_see(&text);
        let mut found = Vec::new();
        faults(&schema, &value, "", &mut found);
        assert!(found.is_empty(), "{found:#?}");
    }
    // And refuses what the reader refuses for how it is written.
    for (path, text) in folder("unsound") {
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        if ["key_unknown", "key_missing", "type_wrong", "value_unknown", "label_missing"].contains(&name) {
            let value = as_editors_see(&text);
            let mut found = Vec::new();
            faults(&schema, &value, "", &mut found);
            assert!(!found.is_empty(), "{name}");
        }
    }
}

/// A way to spoil a text.
#[derive(Debug, Clone)]
enum Slip {
    Drop(usize),
    Twice(usize),
    Swap(usize, usize),
    Cut(usize),
    Put(usize, char),
}

fn spoiled(text: &str, slips: &[Slip]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for slip in slips {
        if lines.is_empty() {
            break;
        }
        let at = |place: &usize| place % lines.len();
        match slip {
            Slip::Drop(place) => {
                let place = at(place);
                lines.remove(place);
            }
            Slip::Twice(place) => {
                let place = at(place);
                lines.insert(place, lines[place].clone());
            }
            Slip::Swap(one, other) => {
                // Two words of the file change places.
                let (one, other) = (at(one), at(other));
                let word = |line: &String| line.split_whitespace().last().unwrap_or_default().to_owned();
                let (first, second) = (word(&lines[one]), word(&lines[other]));
                if !first.is_empty() && !second.is_empty() {
                    lines[one] = lines[one].replacen(&first, &second, 1);
                    lines[other] = lines[other].replacen(&second, &first, 1);
                }
            }
            Slip::Cut(place) => lines.truncate(at(place) + 1),
            Slip::Put(place, char) => {
                let place = at(place);
                let middle = lines[place].chars().count() / 2;
                lines[place] = lines[place]
                    .chars()
                    .enumerate()
                    .flat_map(|(at, kept)| if at == middle { vec![*char, kept] } else { vec![kept] })
                    .collect();
            }
        }
    }
    lines.join("\n")
}

fn slip() -> impl Strategy<Value = Slip> {
    let place = || 0..400_usize;
    prop_oneof![
        4 => place().prop_map(Slip::Drop),
        2 => place().prop_map(Slip::Twice),
        4 => (place(), place()).prop_map(|(one, other)| Slip::Swap(one, other)),
        1 => place().prop_map(Slip::Cut),
        2 => (place(), prop::sample::select(vec!['"', '{', '[', '.', '=', '\'', '9', 'é', '\u{0}']))
            .prop_map(|(place, char)| Slip::Put(place, char)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is spoiled, a definition is taken or refused with codes, and each finding is a sentence with a place.
    #[test]
    fn a_spoiled_definition_is_never_a_panic(which in 0..4_usize, slips in prop::collection::vec(slip(), 1..6)) {
        let text = spoiled(&shipped()[which], &slips);
        let Checked { workflow, findings } = Workflow::check(&text);
        let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
        prop_assert_eq!(workflow.is_some(), errors == 0);
        for finding in &findings {
            prop_assert!(!finding.id.is_empty() && !finding.en.is_empty() && !finding.place.is_empty());
            prop_assert!(!finding.en.contains('\n'), "{}", finding.en);
            if let (Some(line), Some(column)) = (finding.line, finding.column) {
                prop_assert!(line >= 1 && column >= 1 && line <= text.lines().count() + 1, "{:?}", finding);
            }
        }
    }
}
