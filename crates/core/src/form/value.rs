//! What is known about a recipient, in one canonical shape: its bytes are digested, so they never vary.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use serde::de::{Error, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{FieldName, Rupiah};

/// One fact. In JSON a text, a whole number or a truth value stands as itself, money is `{"rupiah":1}` and a
/// date `{"date":"2024-02-29"}`, so that each comes back as what it was.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// A text, tidied; numbers that are names (NIK, account) too.
    Text(String),
    /// A count.
    Int(i64),
    /// Whole rupiah.
    Money(Rupiah),
    /// A day.
    Date(Date),
    /// Yes or no.
    Bool(bool),
}

impl Value {
    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            Value::Int(_) | Value::Money(_) | Value::Date(_) | Value::Bool(_) => None,
        }
    }
}

/// Shows the kind of value only: logs carry no personal data.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Value::Text(_) => "Text",
            Value::Int(_) => "Int",
            Value::Money(_) => "Money",
            Value::Date(_) => "Date",
            Value::Bool(_) => "Bool",
        })
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Text(text) => serializer.serialize_str(text),
            Value::Int(number) => serializer.serialize_i64(*number),
            Value::Bool(truth) => serializer.serialize_bool(*truth),
            Value::Money(amount) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("rupiah", &amount.0)?;
                map.end()
            }
            Value::Date(date) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("date", date)?;
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a whole number, a truth value, {\"rupiah\": ..} or {\"date\": ..}")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Int(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        i64::try_from(number).map(Value::Int).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let kind: Option<String> = map.next_key()?;
        let value = match kind.as_deref() {
            Some("rupiah") => Value::Money(map.next_value()?),
            Some("date") => Value::Date(map.next_value()?),
            _ => return Err(A::Error::custom("neither rupiah nor date")),
        };
        match map.next_key::<String>()? {
            None => Ok(value),
            Some(_) => Err(A::Error::custom("more than one key in a value")),
        }
    }
}

/// The fields of one recipient, or of one member of a group.
pub type Fields = BTreeMap<FieldName, Value>;

/// Everything a form found out about one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// By field, in the order of their names.
    pub fields: Fields,
    /// The members of a group, in the order they were sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Fields>,
}

impl Facts {
    /// One fact.
    #[must_use]
    pub fn get(&self, field: &FieldName) -> Option<&Value> {
        self.fields.get(field)
    }

    /// One fact, if it is a text.
    #[must_use]
    pub fn text(&self, field: &FieldName) -> Option<&str> {
        self.get(field)?.as_text()
    }

    /// One fact, if it is money.
    #[must_use]
    pub fn money(&self, field: &FieldName) -> Option<Rupiah> {
        match self.get(field)? {
            Value::Money(amount) => Some(*amount),
            Value::Text(_) | Value::Int(_) | Value::Date(_) | Value::Bool(_) => None,
        }
    }

    /// The bytes to keep and to digest: compact JSON, keys sorted, the same for the same facts for ever.
    pub fn canonical(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{Facts, Fields, Value};
    use crate::{FieldName, Rupiah};

    fn facts() -> Facts {
        let fields: Fields = [
            ("nik", Value::Text("6472004611013068".into())),
            ("amount", Value::Money(Rupiah(2_500_000))),
            ("birth_date", Value::Date(date(2001, 11, 6))),
            ("in_institution", Value::Bool(false)),
            ("member_count", Value::Int(10)),
        ]
        .into_iter()
        .map(|(name, value)| (FieldName::from(name), value))
        .collect();
        Facts { members: vec![fields.clone()], fields }
    }

    #[test]
    fn the_bytes_never_change() {
        let mut one = facts();
        one.members.clear();
        assert_eq!(
            String::from_utf8(one.canonical().unwrap()).unwrap(),
            r#"{"fields":{"amount":{"rupiah":2500000},"birth_date":{"date":"2001-11-06"},"in_institution":false,"member_count":10,"nik":"6472004611013068"}}"#
        );
    }

    #[test]
    fn facts_come_back_as_they_were() {
        let bytes = facts().canonical().unwrap();
        let read: Facts = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(read, facts());
        assert_eq!(read.canonical().unwrap(), bytes);
    }

    #[test]
    fn other_shapes_are_refused() {
        for text in ["1.5", "null", "{}", r#"{"rupiah":1,"date":"2024-01-01"}"#, r#"{"euro":1}"#, "[]"] {
            assert!(serde_json::from_str::<Value>(text).is_err(), "{text}");
        }
    }
}
