//! Reads a file along the grammar: every key that is unknown or missing and every value of the wrong kind is told at
//! once. What could not be read is filled with something harmless, so that the rest can be checked too.

use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

use super::finding::{Finding, Findings};
use super::grammar::{Key, Shape};
use super::say;
use crate::guard::nearest;
use crate::{Span, WorkingDays};

/// Most errors of TOML itself that are told of one file.
const SYNTAX_MAX: usize = 10;
/// Longer texts are told one error of TOML only: finding them all takes memory for each.
const SYNTAX_TEXT_MAX: usize = 64 * 1024;
/// Longest name of anything.
const NAME_CHARS_MAX: usize = 64;
/// Most entries of a list.
const LIST_MAX: usize = 256;

/// Most lines that begin a table. A definition as large as may be has some hundreds.
const TABLES_MAX: usize = 2_000;

/// The file as a tree, or nothing where it is no TOML.
pub(super) fn read(text: &str, keys: &[Key], findings: &mut Findings) -> Option<Table> {
    // Told before the tables are made: each of them takes time and memory.
    let begins = |(line, _): &(&str, usize)| line.trim_start().starts_with('[');
    let mut offset = 0_usize;
    let lines = text.split_inclusive('\n').map(|line| {
        let here = offset;
        offset = offset.saturating_add(line.len());
        (line, here)
    });
    let mut tables = lines.filter(begins).skip(TABLES_MAX);
    if let Some((_, first)) = tables.next() {
        let (id, en) = say::too_many("[..]", tables.count().saturating_add(TABLES_MAX + 1), TABLES_MAX);
        findings.put(Finding::error("too_many", "file", id, en), Some(first));
        return None;
    }
    let file = match DeTable::parse(text) {
        Ok(file) => file,
        Err(first) => {
            let mut errors = vec![first];
            if text.len() <= SYNTAX_TEXT_MAX {
                errors = DeTable::parse_recoverable(text).1;
            }
            for error in errors.into_iter().take(SYNTAX_MAX) {
                let (id, en) = say::no_toml(error.message());
                findings.put(Finding::error("toml_invalid", "file", id, en), error.span().map(|at| at.start));
            }
            return None;
        }
    };
    Some(Reader { findings }.table("", keys, file.get_ref()))
}

struct Reader<'a, 'b> {
    findings: &'a mut Findings<'b>,
}

impl Reader<'_, '_> {
    fn table(&mut self, path: &str, keys: &[Key], table: &DeTable<'_>) -> Table {
        let mut read = Table::new();
        for (name, value) in table {
            let written: &str = name.get_ref();
            let known = keys.iter().find(|key| key.name == written);
            if known.is_none() && self.findings.is_full() {
                self.findings.untold();
                continue;
            }
            let place = inner(path, &shown(written));
            self.findings.stands(&place, name.span().start);
            if let Some(key) = known {
                let value = self.value(&place, key.shape, value);
                read.insert(written.to_owned(), value);
            } else {
                let known: Vec<_> = keys.iter().map(|key| key.name).collect();
                let (id, en) = say::key_unknown(&shown(written), &known);
                self.findings.error("key_unknown", place, id, en);
            }
        }
        for key in keys.iter().filter(|key| key.required) {
            if read.contains_key(key.name) {
                continue;
            }
            // Of a table that is left out, that is told and not each of its keys.
            let place = inner(path, key.name);
            let (id, en) = say::key_missing(key.name, key.note);
            let code = if matches!(key.shape, Shape::Label) { "label_missing" } else { "key_missing" };
            self.findings.error(code, place.clone(), id, en);
            self.findings.hole(place);
            read.insert(key.name.to_owned(), neutral(key.shape));
        }
        read
    }

    fn value(&mut self, place: &str, shape: Shape, value: &Spanned<DeValue<'_>>) -> Value {
        let value = value.get_ref();
        let read = match (shape, value) {
            (Shape::Either(shapes), _) => {
                let fits = shapes.iter().find(|shape| written_as(**shape).contains(&value.type_str()));
                fits.map(|shape| self.inside(place, *shape, value))
            }
            _ => written_as(shape).contains(&value.type_str()).then(|| self.inside(place, shape, value)),
        };
        read.unwrap_or_else(|| {
            let (id, en) = match (shape, value) {
                (Shape::Length | Shape::Days, DeValue::Integer(number)) => {
                    return self.length(place, shape, &shown(number.as_str()));
                }
                _ => say::wrong_kind(&expected(shape), value.type_str()),
            };
            self.findings.error("type_wrong", place, id, en);
            self.findings.hole(place.to_owned());
            neutral(shape)
        })
    }

    /// A value that is written in the way of its shape.
    fn inside(&mut self, place: &str, shape: Shape, value: &DeValue<'_>) -> Value {
        match (shape, value) {
            (Shape::Table(keys), DeValue::Table(table)) => Value::Table(self.table(place, keys, table)),
            (Shape::Label, DeValue::Table(table)) => Value::Table(self.label(place, table)),
            (Shape::ByKind(kinds), DeValue::Table(table)) => Value::Table(self.by_kind(place, kinds, table)),
            (Shape::Map(most, shape), DeValue::Table(table)) => {
                Value::Table(self.map(place, most, *shape, table))
            }
            (Shape::Two(_), DeValue::Array(list)) if list.len() != 2 => {
                self.refuse(place, shape, "type_wrong", say::not_two())
            }
            (Shape::Day, DeValue::Datetime(day)) => Value::String(day.to_string()),
            (Shape::List(shape) | Shape::Two(shape), DeValue::Array(list)) => {
                if list.len() > LIST_MAX {
                    let (id, en) = say::too_many(place, list.len(), LIST_MAX);
                    self.findings.error("too_many", place, id, en);
                    self.findings.cut();
                }
                let read = list.iter().take(LIST_MAX).enumerate().map(|(at, value)| {
                    let place = format!("{place}[{at}]");
                    self.findings.stands(&place, value.span().start);
                    self.value(&place, *shape, value)
                });
                Value::Array(read.collect())
            }
            (Shape::Whole(least), DeValue::Integer(number)) => {
                match i64::from_str_radix(number.as_str(), number.radix()) {
                    Ok(number) if number >= least && (least < 0 || u32::try_from(number).is_ok()) => {
                        Value::Integer(number)
                    }
                    _ => self.refuse(place, shape, "number_range", say::number_range(least)),
                }
            }
            (Shape::Share, DeValue::Float(_) | DeValue::Integer(_)) => {
                let whole = value.as_integer().and_then(|number| number.as_str().parse().ok());
                let number = value.as_float().and_then(|number| number.as_str().parse().ok()).or(whole);
                match number {
                    Some(share) if 0.0 < share && share <= 1.0 => Value::Float(share),
                    _ => self.refuse(place, shape, "share_range", say::share_range()),
                }
            }
            (Shape::Flag, DeValue::Boolean(yes)) => Value::Boolean(*yes),
            (Shape::Length | Shape::Days, DeValue::String(text)) => self.length(place, shape, text),
            (Shape::OneOf(words), DeValue::String(text)) => {
                if words.contains(&text.as_ref()) {
                    return Value::String(text.to_string());
                }
                self.refuse(place, shape, "value_unknown", say::value_unknown(&shown(text), words))
            }
            (_, DeValue::String(text)) => Value::String(text.to_string()),
            _ => neutral(shape),
        }
    }

    fn refuse(&mut self, place: &str, shape: Shape, code: &'static str, said: (String, String)) -> Value {
        self.findings.error(code, place, said.0, said.1);
        self.findings.hole(place.to_owned());
        neutral(shape)
    }

    fn length(&mut self, place: &str, shape: Shape, text: &str) -> Value {
        let days = matches!(shape, Shape::Days);
        let fault = if days { text.parse::<WorkingDays>().err() } else { text.parse::<Span>().err() };
        let Some(error) = fault else { return Value::String(text.to_owned()) };
        let code = if days { "not_working_days" } else { "length_invalid" };
        self.refuse(place, shape, code, say::no_length(&error))
    }

    fn label(&mut self, place: &str, table: &DeTable<'_>) -> Table {
        const LABEL: &[Key] = &[
            Key { name: "id", required: true, shape: Shape::Text, note: "Bahasa Indonesia" },
            Key { name: "en", required: true, shape: Shape::Text, note: "English" },
        ];
        let missing = LABEL.iter().any(|key| !table.contains_key(key.name));
        if missing {
            let (id, en) = say::label_missing();
            self.findings.error("label_missing", place, id, en);
            self.findings.hole(place.to_owned());
        }
        self.table(place, LABEL, table)
    }

    fn by_kind(&mut self, place: &str, kinds: &[(&str, &'static [Key])], table: &DeTable<'_>) -> Table {
        let kind = table.get("kind").and_then(|kind| kind.get_ref().as_str());
        let words: Vec<_> = kinds.iter().map(|(name, _)| *name).collect();
        let Some((name, keys)) = kinds.iter().find(|(name, _)| Some(*name) == kind) else {
            let (id, en) = say::value_unknown(&shown(kind.unwrap_or_default()), &words);
            self.findings.error("value_unknown", inner(place, "kind"), id, en);
            self.findings.hole(place.to_owned());
            return Table::new();
        };
        let rest = table.iter().filter(|(name, _)| name.get_ref() != "kind");
        let rest: DeTable<'_> = rest.map(|(name, value)| (name.clone(), value.clone())).collect();
        let mut read = self.table(place, keys, &rest);
        read.insert("kind".to_owned(), Value::String((*name).to_owned()));
        read
    }

    fn map(&mut self, place: &str, most: usize, shape: Shape, table: &DeTable<'_>) -> Table {
        if table.len() > most {
            let (id, en) = say::too_many(place, table.len(), most);
            self.findings.error("too_many", place, id, en);
            self.findings.cut();
            return Table::new();
        }
        let mut read = Table::new();
        for (name, value) in table {
            let written: &str = name.get_ref();
            let place = inner(place, &shown(written));
            self.findings.stands(&place, name.span().start);
            // A label stands under the value it is for, which is any text.
            if !is_name(written) && !matches!(shape, Shape::Label) {
                let (id, en) = say::name_invalid(&shown(written));
                self.findings.error("name_invalid", place, id, en);
                self.findings.cut();
                continue;
            }
            read.insert(written.to_owned(), self.value(&place, shape, value));
        }
        read
    }
}

pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= NAME_CHARS_MAX
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

fn inner(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// How TOML calls the kinds of value that a shape is written as.
fn written_as(shape: Shape) -> &'static [&'static str] {
    match shape {
        Shape::Text | Shape::Name | Shape::OneOf(_) | Shape::Length | Shape::Days => &["string"],
        Shape::Whole(_) => &["integer"],
        Shape::Share => &["float", "integer"],
        Shape::Flag => &["boolean"],
        Shape::List(_) | Shape::Two(_) => &["array"],
        Shape::Day => &["datetime"],
        Shape::Label | Shape::Map(..) | Shape::Table(_) | Shape::ByKind(_) => &["table"],
        Shape::Either(_) => &[],
    }
}

/// The kinds of value that fit, in the words of `say`.
fn expected(shape: Shape) -> Vec<&'static str> {
    match shape {
        Shape::Either(shapes) => shapes.iter().flat_map(|shape| expected(*shape)).collect(),
        Shape::Length | Shape::Days => vec!["length"],
        Shape::Label => vec!["label"],
        Shape::Share => vec!["share"],
        Shape::Text
        | Shape::Name
        | Shape::OneOf(_)
        | Shape::Whole(_)
        | Shape::Flag
        | Shape::Day
        | Shape::Two(_)
        | Shape::List(_)
        | Shape::Map(..)
        | Shape::Table(_)
        | Shape::ByKind(_) => written_as(shape).to_vec(),
    }
}

/// Something harmless in the place of what could not be read.
fn neutral(shape: Shape) -> Value {
    match shape {
        Shape::Text | Shape::Name => Value::String("?".into()),
        Shape::OneOf(words) => Value::String(words.first().copied().unwrap_or_default().into()),
        Shape::Length | Shape::Days => Value::String("1wd".into()),
        Shape::Whole(least) => Value::Integer(least.max(1)),
        Shape::Share => Value::Float(1.0),
        Shape::Flag => Value::Boolean(false),
        Shape::Day => Value::String("2024-01-01".into()),
        Shape::Two(shape) => Value::Array(vec![neutral(*shape), neutral(*shape)]),
        Shape::List(_) => Value::Array(Vec::new()),
        Shape::Map(..) => Value::Table(Table::new()),
        Shape::Label => {
            Value::Table(["id", "en"].map(|lang| (lang.into(), "?".into())).into_iter().collect())
        }
        Shape::Table(keys) => {
            let required = keys.iter().filter(|key| key.required);
            Value::Table(required.map(|key| (key.name.to_owned(), neutral(key.shape))).collect())
        }
        Shape::ByKind(kinds) => kinds.first().map_or_else(
            || Value::Table(Table::new()),
            |(name, keys)| {
                let mut table = neutral(Shape::Table(keys));
                if let Value::Table(table) = &mut table {
                    table.insert("kind".into(), (*name).into());
                }
                table
            },
        ),
        Shape::Either(shapes) => {
            shapes.first().map_or_else(|| Value::Boolean(false), |shape| neutral(*shape))
        }
    }
}

/// The start of a text, so that a finding stays one line however long the text.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(60).map(|char| if char.is_control() { ' ' } else { char }).collect()
}

/// ` (did you mean ..)` in both languages, where a known name is near.
pub(super) fn suggestion<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> (String, String) {
    nearest(name, known)
        .map(|near| (format!("; maksudnya `{near}`?"), format!("; did you mean `{near}`?")))
        .unwrap_or_default()
}
