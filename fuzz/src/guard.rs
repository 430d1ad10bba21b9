//! A guard is refused with a code and a place, or it answers whatever the fields hold. The bytes are the guard's text
//! and, behind a NUL, which no guard may contain, what the fields hold.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use salur_core::guard::{Atom, Condition, Guard, Schema};
use salur_core::{FieldName, Lang, Type, Value};

use crate::check_code;

type Values = BTreeMap<&'static str, Value>;

/// Every type twice, so that fields can be compared with one another.
static FIELDS: LazyLock<Vec<(&str, Type)>> = LazyLock::new(|| {
    let identity = Type::one_of(&["match", "differs", "unknown"]);
    vec![
        ("amount", Type::Money),
        ("ceiling", Type::Money),
        ("visits", Type::Int),
        ("members", Type::Int),
        ("complete", Type::Bool),
        ("urgent", Type::Bool),
        ("deadline", Type::Date),
        ("entered", Type::Date),
        ("identity", identity.clone()),
        ("documents", identity),
        ("note", Type::Text),
        ("remark", Type::Text),
    ]
});

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let mut schema = Schema::new()
        .with_param("below", Value::Money(5_000_000))
        .with_param("most", Value::Int(3))
        .with_param("cut_off", day(150))
        .with_param("fund", Value::from("match"))
        .with_param("strict", Value::Bool(true));
    for (name, of) in FIELDS.iter() {
        schema = schema.with_field(*name, of.clone());
    }
    schema
});

/// Reads bytes as a guard and asks it.
pub fn guard(bytes: &[u8]) {
    let mut parts = bytes.splitn(2, |byte| *byte == 0);
    let Ok(text) = std::str::from_utf8(parts.next().unwrap_or_default()) else { return };
    let guard = match Guard::parse(text, &SCHEMA) {
        Ok(guard) => guard,
        Err(error) => {
            check_code(error.code());
            assert!(text.is_char_boundary(error.place.offset), "{error:?}");
            assert!(error.place.line > 0 && error.place.column > 0, "{error:?}");
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    assert_eq!(guard.text(), text);
    assert_eq!(Guard::parse(guard.text(), &SCHEMA).as_ref(), Ok(&guard));
    let (all, some, odd) = values(parts.next().unwrap_or_default());
    let [with_all, with_some, _] = [&all, &some, &odd].map(|values| ask(&guard, values));
    // What is missing can only make a guard fail.
    assert!(with_all || !with_some, "{text:?} passes on {some:?} and fails on {all:?}");
    // With brackets around it a guard may be too long or too deep.
    if let Ok(negated) = Guard::parse(&format!("!({text})"), &SCHEMA) {
        assert_ne!(with_all, ask(&negated, &all), "{text:?} and its negation agree on {all:?}");
        assert!(!(with_some && ask(&negated, &some)), "{text:?} and its negation pass on {some:?}");
    }
    guard.condition().each_atom(&mut |atom| check_atom(atom, &all));
}

/// Whether a guard passes; where it does not, it says why.
fn ask(guard: &Guard, values: &Values) -> bool {
    let answer = guard.check(&|name| values.get(name).cloned());
    let Err(failed) = answer else { return true };
    assert!(!failed.is_empty(), "{:?} fails for no reason on {values:?}", guard.text());
    for atom in &failed {
        assert!(guard.text().contains(&*atom.text), "{atom:?}");
        assert!(!atom.sentence(Lang::Id).is_empty() && !atom.sentence(Lang::En).is_empty(), "{atom:?}");
    }
    false
}

/// The text of a comparison is that comparison by itself, or what its negation stood before.
fn check_atom(atom: &Atom, all: &Values) {
    let alone = Guard::parse(&atom.text, &SCHEMA).unwrap_or_else(|error| panic!("{atom:?}: {error}"));
    let Condition::Atom(read) = alone.condition() else { panic!("{atom:?} is read as {alone:?}") };
    assert_eq!((&read.subject, &read.of), (&atom.subject, &atom.of));
    assert_eq!(alone.names().collect::<Vec<_>>(), atom.fields().collect::<Vec<&FieldName>>());
    ask(&alone, all);
}

/// What the fields hold: every one something that fits, some of them missing, and some of them unfit.
fn values(bytes: &[u8]) -> (Values, Values, Values) {
    let mut bytes = bytes.iter().copied();
    let (mut all, mut some, mut odd) = (Values::new(), Values::new(), Values::new());
    for (name, of) in FIELDS.iter() {
        let (how, what) = (bytes.next().unwrap_or_default(), bytes.next().unwrap_or_default());
        let value = fitting(of, what);
        all.insert(name, value.clone());
        if how & 1 == 1 {
            some.insert(name, value);
        }
        if how & 2 == 2 {
            odd.insert(name, fitting(&FIELDS[usize::from(how) % FIELDS.len()].1, what));
        }
    }
    (all, some, odd)
}

fn fitting(of: &Type, what: u8) -> Value {
    let edges = [i64::MIN, i64::MAX, -1, 0, 1, 5_000_000, 4_999_999, 5_000_001];
    let number = edges.get(usize::from(what)).copied().unwrap_or_else(|| i64::from(what) - 8);
    match of {
        Type::Bool => Value::Bool(what & 1 == 1),
        Type::Int => Value::Int(number),
        Type::Money => Value::Money(number),
        Type::Date => day(what),
        Type::Enum(values) => Value::Text(values[usize::from(what) % values.len()].clone()),
        Type::Text => Value::from(["", "a", "match", "tiga é", "\u{0}\n\"'\\"][usize::from(what) % 5]),
    }
}

/// A day of the year, with the first and the last that there are.
fn day(number: u8) -> Value {
    let text = match number {
        0 => "-9999-01-01".to_owned(),
        1 => "9999-12-31".to_owned(),
        _ => format!("2026-{:02}-{:02}", number % 12 + 1, number % 28 + 1),
    };
    // jiff spells years before the first with six digits.
    Value::Date(text.parse().unwrap_or_default())
}
