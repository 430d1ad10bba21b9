//! The values a field of a request may have, and their types.

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::Rupiah;

/// The value of a field or parameter. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Yes or no.
    Bool(bool),
    /// A whole number that is no money.
    Int(i64),
    /// Whole rupiah.
    Money(i64),
    /// A day.
    Date(Date),
    /// A text, or one of the values of an enum.
    Text(Arc<str>),
}

/// The type of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Type {
    /// Yes or no.
    Bool,
    /// A whole number that is no money.
    Int,
    /// Whole rupiah.
    Money,
    /// A day.
    Date,
    /// One of these texts.
    Enum(Arc<[Arc<str>]>),
    /// Any text.
    Text,
}

impl Type {
    /// An enum with these values.
    #[must_use]
    pub fn one_of(values: &[&str]) -> Type {
        Type::Enum(values.iter().map(|value| Arc::from(*value)).collect())
    }

    /// True if a field of this type may hold the value; for an enum, if it declares it.
    #[must_use]
    pub fn admits(&self, value: &Value) -> bool {
        match (self, value) {
            (Type::Bool, Value::Bool(_))
            | (Type::Int, Value::Int(_))
            | (Type::Money, Value::Money(_))
            | (Type::Date, Value::Date(_))
            | (Type::Text, Value::Text(_)) => true,
            (Type::Enum(declared), Value::Text(text)) => declared.contains(text),
            _ => false,
        }
    }

    /// The type as a noun in a sentence to the author of a definition.
    #[must_use]
    pub fn noun(&self) -> &'static str {
        match self {
            Type::Bool => "a yes or no",
            Type::Int => "a number",
            Type::Money => "money",
            Type::Date => "a date",
            Type::Enum(_) => "an enum",
            Type::Text => "a text",
        }
    }

    /// True if its values can be put in order.
    #[must_use]
    pub fn is_ordered(&self) -> bool {
        matches!(self, Type::Int | Type::Money | Type::Date)
    }
}

impl Value {
    /// The type of the value alone: a text is never known to be an enum.
    #[must_use]
    pub fn type_of(&self) -> Type {
        match self {
            Value::Bool(_) => Type::Bool,
            Value::Int(_) => Type::Int,
            Value::Money(_) => Type::Money,
            Value::Date(_) => Type::Date,
            Value::Text(_) => Type::Text,
        }
    }
}

impl Value {
    /// The value as plain JSON, its type known from the field.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Value::Bool(yes) => (*yes).into(),
            Value::Int(number) | Value::Money(number) => (*number).into(),
            Value::Date(date) => date.to_string().into(),
            Value::Text(text) => (&**text).into(),
        }
    }
}

impl From<Rupiah> for Value {
    fn from(amount: Rupiah) -> Value {
        Value::Money(amount.0)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.into())
    }
}

/// As a definition writes it, save for money, which is shown as people write it.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Bool(yes) => write!(f, "{yes}"),
            Value::Int(number) => write!(f, "{number}"),
            Value::Money(rupiah) => write!(f, "{}", Rupiah(*rupiah)),
            Value::Date(date) => write!(f, "{date}"),
            Value::Text(text) => write!(f, "\"{text}\""),
        }
    }
}
