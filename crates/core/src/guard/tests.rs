mod properties;

use std::time::Instant;

use jiff::civil::date;

use super::*;
use crate::Lang;

fn schema() -> Schema {
    Schema::new()
        .with_field("amount", Type::Money)
        .with_field("ceiling", Type::Money)
        .with_field("visits", Type::Int)
        .with_field("complete", Type::Bool)
        .with_field("urgent", Type::Bool)
        .with_field("deadline", Type::Date)
        .with_field("identity_match", Type::one_of(&["cocok", "beda", "belum"]))
        .with_field("fund", Type::one_of(&["apbd", "apbn"]))
        .with_field("note", Type::Text)
        .with_param("delegate_below", Value::Money(5_000_000))
        .with_param("visits_max", Value::Int(3))
        .with_param("cut_off", Value::Date(date(2026, 12, 15)))
        .with_param("fund_source", Value::from("apbd"))
        .with_param("strict", Value::Bool(true))
}

fn facts(name: &str) -> Option<Value> {
    match name {
        "amount" => Some(Value::Money(7_500_000)),
        "ceiling" => Some(Value::Money(7_000_000)),
        "visits" => Some(Value::Int(2)),
        "complete" => Some(Value::Bool(true)),
        "deadline" => Some(Value::Date(date(2026, 11, 24))),
        "identity_match" => Some(Value::from("beda")),
        "fund" => Some(Value::from("hibah")),
        "note" => Some(Value::from("tiga é")),
        _ => None,
    }
}

fn guard(text: &str) -> Guard {
    Guard::parse(text, &schema()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn sentences(text: &str, lang: Lang) -> Vec<String> {
    let failed = guard(text).check(&facts).err().unwrap_or_default();
    failed.iter().map(|atom| atom.sentence(lang)).collect()
}

#[test]
fn what_holds_holds() {
    for text in [
        "amount >= params.delegate_below",
        "params.delegate_below < amount",
        "amount == 7500000 && amount != -1",
        "visits < 3 && visits <= params.visits_max",
        "complete",
        "!(!complete)",
        "complete == true && complete != false",
        "urgent || complete",
        "deadline < date(\"2026-12-15\") && deadline <= params.cut_off",
        "identity_match == 'beda' && identity_match in [\"beda\", 'belum']",
        "!(identity_match in [\"cocok\"])",
        "size(note) == 6 && note != \"\"",
        "size(params.fund_source) == 4",
        "note in ['tiga é']",
        "3 in [3, 4]",
        "((amount) > ((ceiling)))",
        "true && !false && params.strict",
        "fund == params.fund_source || complete",
    ] {
        assert_eq!(guard(text).check(&facts), Ok(()), "{text}");
    }
}

#[test]
fn what_fails_says_what_was_wanted_and_found() {
    for (text, id, en) in [
        (
            "identity_match == \"cocok\"",
            "identity_match harus \"cocok\", ditemukan \"beda\"",
            "identity_match must be \"cocok\", found \"beda\"",
        ),
        (
            "!(identity_match == \"beda\")",
            "identity_match tidak boleh \"beda\", ditemukan \"beda\"",
            "identity_match must not be \"beda\", found \"beda\"",
        ),
        (
            "params.delegate_below >= amount",
            "amount harus paling banyak Rp5.000.000, ditemukan Rp7.500.000",
            "amount must be at most Rp5.000.000, found Rp7.500.000",
        ),
        (
            "amount <= ceiling",
            "amount harus paling banyak ceiling (Rp7.000.000), ditemukan Rp7.500.000",
            "amount must be at most ceiling (Rp7.000.000), found Rp7.500.000",
        ),
        ("!complete", "complete harus tidak, ditemukan ya", "complete must be no, found yes"),
        ("urgent", "urgent harus ya, tetapi belum diisi", "urgent must be yes, but is not filled in"),
        ("!urgent", "urgent harus tidak, tetapi belum diisi", "urgent must be no, but is not filled in"),
        (
            "deadline > params.cut_off",
            "deadline harus sesudah 2026-12-15, ditemukan 2026-11-24",
            "deadline must be after 2026-12-15, found 2026-11-24",
        ),
        (
            "size(note) >= 10",
            "panjang note harus paling sedikit 10, ditemukan 6",
            "the length of note must be at least 10, found 6",
        ),
        (
            "identity_match in [\"cocok\", \"belum\"]",
            "identity_match harus salah satu dari \"cocok\", \"belum\", ditemukan \"beda\"",
            "identity_match must be one of \"cocok\", \"belum\", found \"beda\"",
        ),
        (
            "fund != 'apbn'",
            "fund tidak boleh \"apbn\", ditemukan nilai yang tidak dikenal, \"hibah\"",
            "fund must not be \"apbn\", found an unknown value, \"hibah\"",
        ),
    ] {
        assert_eq!(sentences(text, Lang::Id), [id], "{text}");
        assert_eq!(sentences(text, Lang::En), [en], "{text}");
    }
}

#[test]
fn each_failed_comparison_is_reported_with_its_own_text() {
    let guard = guard("complete && (visits > 5 ||\n  !((identity_match) == ('beda'))) && (size(note)) > 9");
    let failed = guard.check(&facts).unwrap_err();
    let told: Vec<(&str, bool)> = failed.iter().map(|atom| (&*atom.text, atom.is_alternative)).collect();
    assert_eq!(
        told,
        [("visits > 5", true), ("(identity_match) == ('beda')", true), ("(size(note)) > 9", false),]
    );
    let names: Vec<&str> = guard.names().map(FieldName::as_str).collect();
    assert_eq!(names, ["complete", "visits", "identity_match", "note"]);
    let json = serde_json::to_string(&failed).unwrap();
    assert_eq!(serde_json::from_str::<Vec<FailedAtom>>(&json).unwrap(), failed);
}

#[test]
fn what_the_subset_refuses_has_a_code_and_a_place() {
    for (text, code, offset) in [
        ("amuont > 1", "guard_field_unknown", 0),
        ("amount > params.delegate_belo", "guard_param_unknown", 9),
        ("identity_match == \"cocik\"", "guard_value_unknown", 0),
        ("identity_match in [\"cocok\", \"cocik\"]", "guard_value_unknown", 28),
        ("amount > \"x\"", "guard_type_mismatch", 0),
        ("amount > visits", "guard_type_mismatch", 0),
        ("amount > params.visits_max", "guard_type_mismatch", 0),
        ("deadline < '2026-12-15'", "guard_type_mismatch", 0),
        ("fund == identity_match", "guard_type_mismatch", 0),
        ("fund < 'apbn'", "guard_type_not_ordered", 0),
        ("complete && note < 'b'", "guard_type_not_ordered", 12),
        ("complete < true", "guard_type_not_ordered", 0),
        ("amount", "guard_not_a_condition", 0),
        ("complete && amount", "guard_not_a_condition", 12),
        ("(amount > 1) == true", "guard_not_a_value", 1),
        ("!complete == urgent", "guard_not_a_value", 0),
        ("amount > 1 > 2", "guard_comparison_chained", 11),
        ("amount + 1 > 2", "guard_construct_refused", 7),
        ("amount > -visits", "guard_construct_refused", 9),
        ("amount > 1.5", "guard_number_not_whole", 9),
        ("amount > 9223372036854775808", "guard_number_not_whole", 9),
        ("visits == 1u", "guard_number_not_whole", 10),
        ("note.size() > 3", "guard_construct_refused", 9),
        ("note.matches('a')", "guard_construct_refused", 12),
        ("[1].all(x, x > 0)", "guard_construct_refused", 3),
        ("has(amount)", "guard_function_unknown", 3),
        ("now() > deadline", "guard_function_unknown", 3),
        ("note[0] == 'a'", "guard_construct_refused", 4),
        ("{'a': 1} == note", "guard_construct_refused", 0),
        ("complete ? urgent : complete", "guard_construct_refused", 9),
        ("note == null", "guard_construct_refused", 8),
        ("note == r'a'", "guard_construct_refused", 9),
        ("note == '''a'''", "guard_construct_refused", 8),
        ("note == 'a\\n'", "guard_construct_refused", 8),
        ("note == 'a", "guard_text_unclosed", 8),
        ("complete // why", "guard_construct_refused", 9),
        ("complete = true", "guard_construct_refused", 9),
        ("note.a.b == 'a'", "guard_construct_refused", 6),
        ("note.a == 'a'", "guard_construct_refused", 0),
        ("params == 'a'", "guard_field_unknown", 0),
        ("note in []", "guard_list_malformed", 8),
        ("note in [note]", "guard_list_malformed", 9),
        ("note in note", "guard_list_malformed", 8),
        ("size(amount) > 3", "guard_size_argument", 0),
        ("size() > 3", "guard_size_argument", 0),
        ("size(note, note) > 3", "guard_size_argument", 0),
        ("deadline < date('2026-02-30')", "guard_date_malformed", 11),
        ("deadline < date(note)", "guard_date_malformed", 11),
        ("deadline < date('2026-12-15T00:00')", "guard_date_malformed", 11),
        ("(complete", "guard_bracket_unbalanced", 0),
        ("complete)", "guard_bracket_unbalanced", 8),
        ("note in ['a')", "guard_bracket_unbalanced", 12),
        ("", "guard_syntax", 0),
        ("complete urgent", "guard_syntax", 9),
        ("note == 'é'\n &&& urgent", "guard_construct_refused", 16),
        ("note == 'é'\n && && urgent", "guard_syntax", 17),
        ("for == 1", "guard_syntax", 0),
    ] {
        let told = Guard::parse(text, &schema()).map_err(|error| (error.code(), error.place.offset));
        assert_eq!(told, Err((code, offset)), "{text}");
    }
}

#[test]
fn an_error_names_its_line_its_column_and_the_mend() {
    let told = |text: &str| Guard::parse(text, &schema()).unwrap_err().to_string();
    assert_eq!(
        told("note == 'é' &&\n 'é' != note && amuont > 1"),
        "line 2, column 17: unknown field \"amuont\"; did you mean \"amount\"?"
    );
    assert_eq!(
        told("identity_match == \"cocik\""),
        "line 1, column 1: the values are \"cocok\", \"beda\", \"belum\", not \"cocik\"; did you mean \"cocok\"?"
    );
    assert_eq!(
        told("deadline < '2026-12-15'"),
        "line 1, column 1: a date cannot be compared with a text; write the day as date(\"2026-12-15\")"
    );
}

#[test]
fn hostile_text_is_refused_at_once() {
    let nested = |open: &str, depth: usize, close: &str| {
        format!("{}complete{}", open.repeat(depth), close.repeat(depth))
    };
    let many = |word: &str, times: usize, join: &str| vec![word; times].join(join);
    let cases = [
        ("a".repeat(1_000_000), "guard_too_long"),
        ("(".repeat(1_000_000), "guard_too_long"),
        ("é".repeat(2_001), "guard_too_long"),
        ("(".repeat(2_000), "guard_too_deep"),
        (nested("(", 33, ")"), "guard_too_deep"),
        (nested("[", 900, "]"), "guard_too_deep"),
        (nested("size(", 300, ")"), "guard_too_deep"),
        (nested("!(", 600, ")"), "guard_too_deep"),
        (nested("!", 1_900, ""), "guard_too_many_nodes"),
        (many("urgent", 129, "||"), "guard_too_many_nodes"),
        (many("a", 300, "<"), "guard_comparison_chained"),
        (many("a", 300, "."), "guard_construct_refused"),
        ("\"".repeat(2_000), "guard_construct_refused"),
        ("{1:".repeat(600), "guard_construct_refused"),
        ("-".repeat(1_999), "guard_construct_refused"),
    ];
    let started = Instant::now();
    for (text, code) in &cases {
        assert_eq!(Guard::parse(text, &schema()).unwrap_err().code(), *code, "{text:.20}");
    }
    assert!(started.elapsed().as_millis() < 200, "{:?}", started.elapsed());
    for text in [
        nested("(", 32, ")"),
        nested("!!(", 32, ")"),
        nested("(urgent || complete && ", 32, ")"),
        many("complete", 128, "&&"),
        many("urgent", 127, "||") + "|| complete",
    ] {
        assert_eq!(guard(&text).check(&facts), Ok(()), "{text:.20}");
    }
}

/// Prints what a check costs: `cargo test --release -p salur-core cost -- --nocapture`.
#[test]
fn the_cost_of_a_check_is_far_below_a_microsecond() {
    let guard =
        guard("amount >= params.delegate_below && identity_match == 'beda' && complete && visits in [1, 2]");
    let values = [Value::Money(7_500_000), Value::from("beda"), Value::Bool(true), Value::Int(2)];
    let lookup = |name: &str| match name {
        "amount" => Some(values[0].clone()),
        "identity_match" => Some(values[1].clone()),
        "complete" => Some(values[2].clone()),
        _ => Some(values[3].clone()),
    };
    let rounds = 100_000_u32;
    let started = Instant::now();
    for _ in 0..rounds {
        assert_eq!(std::hint::black_box(&guard).check(&lookup), Ok(()));
    }
    let each = started.elapsed().checked_div(rounds).unwrap();
    println!("a check of four atoms takes {each:?}");
    assert!(each.as_micros() < 20, "{each:?}");
}
