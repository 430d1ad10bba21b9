//! The values of fields as far as guards can tell them apart: enums and booleans value by value, numbers and days
//! split at every constant that a guard compares them with.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};

use crate::guard::{Atom, Condition, Term, Wanted};
use crate::{FieldName, Type, Value};

/// Most cells of one grid.
pub(super) const CELLS_MAX: usize = 4_096;

/// A part of the values of a field, within which no guard tells one from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    /// One of them; none for a field that was never filled in.
    pub(super) value: Option<Value>,
    /// All of them, as a guard would write it.
    pub(super) range: String,
}

/// A choice of one spot for each of some fields.
pub(super) type Cell<'a> = BTreeMap<&'a FieldName, &'a Spot>;

/// What is known of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Truth {
    No,
    Maybe,
    Yes,
}

/// What a condition comes to in a cell. A field that the cell does not have may hold anything; of two fields that are
/// compared with one another nothing is known.
pub(super) fn truth(condition: &Condition, cell: &Cell<'_>) -> Truth {
    match condition {
        Condition::All(parts) => parts.iter().map(|part| truth(part, cell)).min().unwrap_or(Truth::Yes),
        Condition::Any(parts) => parts.iter().map(|part| truth(part, cell)).max().unwrap_or(Truth::No),
        Condition::Atom(atom) => of_atom(atom, cell),
    }
}

fn of_atom(atom: &Atom, cell: &Cell<'_>) -> Truth {
    let mut known = 0_usize;
    let mut fields = 0_usize;
    for field in atom.fields() {
        fields = fields.saturating_add(1);
        match cell.get(field) {
            Some(Spot { value: None, .. }) => return Truth::No,
            Some(_) => known = known.saturating_add(1),
            None => {}
        }
    }
    if fields > 1 || known < fields || matches!(atom.subject, Term::Size(_)) {
        return Truth::Maybe;
    }
    let lookup = |name: &str| cell.get(&FieldName::from(name)).and_then(|spot| spot.value.clone());
    if atom.holds(&lookup) { Truth::Yes } else { Truth::No }
}

/// True if a condition compares fields with one another, so that no grid says all about it.
pub(super) fn compares_fields(condition: &Condition) -> bool {
    let mut found = false;
    condition.each_atom(&mut |atom| {
        found |= atom.fields().count() > 1 || matches!(atom.subject, Term::Size(_));
    });
    found
}

/// The constants that guards compare each field with.
pub(super) fn constants<'a>(
    conditions: impl Iterator<Item = &'a Condition>,
) -> BTreeMap<FieldName, Vec<Value>> {
    let mut all: BTreeMap<FieldName, Vec<Value>> = BTreeMap::new();
    for condition in conditions {
        condition.each_atom(&mut |atom| {
            let Term::Field(field) = &atom.subject else { return };
            let here = all.entry(field.clone()).or_default();
            match &atom.wanted {
                Wanted::Compare(_, Term::Value(value)) => here.push(value.clone()),
                Wanted::Compare(_, Term::Field(_) | Term::Size(_)) => {}
                Wanted::In(values) | Wanted::NotIn(values) => here.extend(values.iter().cloned()),
            }
        });
    }
    all
}

/// The spots of a field of this type, split at these constants.
pub(super) fn spots(name: &FieldName, of: &Type, constants: &[Value]) -> Vec<Spot> {
    let one = |value: Value| Spot { range: format!("{name} == {}", written(&value)), value: Some(value) };
    match of {
        Type::Bool => vec![one(Value::Bool(false)), one(Value::Bool(true))],
        Type::Enum(values) => values.iter().map(|value| one(Value::Text(value.clone()))).collect(),
        Type::Int => whole(name, constants, Value::Int),
        Type::Money => whole(name, constants, Value::Money),
        Type::Date => {
            let at = constants.iter().filter_map(|value| match value {
                Value::Date(date) => Some(*date),
                Value::Bool(_) | Value::Int(_) | Value::Money(_) | Value::Text(_) => None,
            });
            let next = |day: Date| day.tomorrow().ok();
            split(name, at.collect(), |day| day.yesterday().ok(), next, date(2024, 1, 1), Value::Date)
        }
        Type::Text => Vec::new(),
    }
}

fn whole(name: &FieldName, constants: &[Value], value: impl Fn(i64) -> Value) -> Vec<Spot> {
    // What the office knows of every request: the amount is above nothing, the year a year.
    let (least, most) = match name.as_str() {
        "amount" => (1, i64::MAX),
        "year" => (1, 9_999),
        _ => (i64::MIN, i64::MAX),
    };
    let at = constants.iter().filter_map(|value| match value {
        Value::Int(number) | Value::Money(number) => Some(*number),
        Value::Bool(_) | Value::Date(_) | Value::Text(_) => None,
    });
    let at = at.filter(|number| (least..=most).contains(number)).collect();
    let below = |number: i64| number.checked_sub(1).filter(|number| *number >= least);
    let above = |number: i64| number.checked_add(1).filter(|number| *number <= most);
    split(name, at, below, above, least.max(1), value)
}

/// One spot for each constant, one between two of them, one below and one above all.
fn split<T: Ord + Copy>(
    name: &FieldName,
    at: BTreeSet<T>,
    below: impl Fn(T) -> Option<T>,
    above: impl Fn(T) -> Option<T>,
    any: T,
    value: impl Fn(T) -> Value,
) -> Vec<Spot> {
    let text = |at: T| written(&value(at));
    let spot = |at: T, range: String| Spot { value: Some(value(at)), range };
    let (Some(first), Some(last)) = (at.first().copied(), at.last().copied()) else {
        return vec![spot(any, format!("{name}: *"))];
    };
    let mut spots: Vec<_> =
        below(first).map(|under| spot(under, format!("{name} < {}", text(first)))).into_iter().collect();
    let mut before: Option<T> = None;
    for here in at {
        if let Some((before, between)) = before.zip(before.and_then(&above).filter(|next| *next < here)) {
            let range = format!("{name} > {} && {name} < {}", text(before), text(here));
            spots.push(spot(between, range));
        }
        spots.push(spot(here, format!("{name} == {}", text(here))));
        before = Some(here);
    }
    spots.extend(above(last).map(|over| spot(over, format!("{name} > {}", text(last)))));
    spots
}

/// The spot of a field that was never filled in.
pub(super) fn missing(name: &FieldName) -> Spot {
    Spot { value: None, range: format!("{name}: -") }
}

/// A value as a guard writes it.
pub(super) fn written(value: &Value) -> String {
    match value {
        Value::Bool(yes) => yes.to_string(),
        Value::Int(number) | Value::Money(number) => number.to_string(),
        Value::Date(date) => format!("date(\"{date}\")"),
        Value::Text(text) => format!("\"{text}\""),
    }
}

/// How many choices there are of a spot for each field; nothing where they are too many.
pub(super) fn count(fields: &BTreeMap<FieldName, Vec<Spot>>) -> Option<usize> {
    let all = fields.values().try_fold(1_usize, |all, spots| all.checked_mul(spots.len()));
    all.filter(|all| *all <= CELLS_MAX)
}

/// All choices of a spot for each field; nothing where they are too many.
pub(super) fn cells<'a>(fields: &'a BTreeMap<FieldName, Vec<Spot>>) -> Option<Vec<Cell<'a>>> {
    let mut cells: Vec<Cell<'a>> = vec![Cell::new()];
    for (name, spots) in fields {
        if cells.len().saturating_mul(spots.len()) > CELLS_MAX {
            return None;
        }
        cells = cells
            .into_iter()
            .flat_map(|cell| {
                spots.iter().map(move |spot| {
                    let mut cell = cell.clone();
                    cell.insert(name, spot);
                    cell
                })
            })
            .collect();
    }
    Some(cells)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::Op;

    #[test]
    fn numbers_are_split_at_their_constants_and_nowhere_else() {
        let ranges = |name: &str, at: &[i64]| {
            let at: Vec<_> = at.iter().map(|number| Value::Money(*number)).collect();
            let spots = spots(&name.into(), &Type::Money, &at);
            spots.into_iter().map(|spot| spot.range).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(ranges("amount", &[]), "amount: *");
        assert_eq!(ranges("amount", &[5]), "amount < 5, amount == 5, amount > 5");
        assert_eq!(ranges("amount", &[1]), "amount == 1, amount > 1");
        assert_eq!(ranges("amount", &[0]), "amount: *");
        assert_eq!(ranges("x", &[6, 5, 6]), "x < 5, x == 5, x == 6, x > 6");
        assert_eq!(ranges("x", &[5, 7]), "x < 5, x == 5, x > 5 && x < 7, x == 7, x > 7");
        assert_eq!(ranges("x", &[i64::MIN, i64::MAX]).matches(',').count(), 2);
    }

    #[test]
    fn of_two_fields_nothing_is_known() {
        let atom = Atom {
            text: "a < b".into(),
            subject: Term::Field("a".into()),
            of: Type::Int,
            wanted: Wanted::Compare(Op::Less, Term::Field("b".into())),
        };
        let (a, b): (FieldName, FieldName) = ("a".into(), "b".into());
        let one = Spot { value: Some(Value::Int(1)), range: String::new() };
        let condition = Condition::Atom(atom);
        let both = Cell::from([(&a, &one), (&b, &one)]);
        assert_eq!(truth(&condition, &both), Truth::Maybe);
        let gone = missing(&b);
        assert_eq!(truth(&condition, &Cell::from([(&a, &one), (&b, &gone)])), Truth::No);
        assert!(compares_fields(&condition));
    }
}
