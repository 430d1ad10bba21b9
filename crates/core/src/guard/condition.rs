//! What a guard asks, once read: comparisons joined by *all* and *any*. Negation is gone: it was pushed into the
//! comparisons when the guard was read, so a missing field can only make a guard fail.

use std::cmp::Ordering;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{FieldName, Type, Value};

/// Comparisons joined by *all* and *any*.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Holds if every one holds.
    All(Vec<Condition>),
    /// Holds if at least one holds.
    Any(Vec<Condition>),
    /// Holds if the comparison does.
    Atom(Atom),
}

/// One comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Atom {
    /// The comparison as it was written, without a negation around it.
    pub text: Arc<str>,
    /// What is compared; a field rather than a constant wherever there is one.
    pub subject: Term,
    /// The type both sides have.
    pub of: Type,
    /// What must be true of the subject.
    pub wanted: Wanted,
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Term {
    /// A constant or a parameter.
    Value(Value),
    /// A field of the request.
    Field(FieldName),
    /// The number of characters of a text field.
    Size(FieldName),
}

/// What must be true of the subject of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// It compares so with this.
    Compare(Op, Term),
    /// It is one of these.
    In(Vec<Value>),
    /// It is none of these.
    NotIn(Vec<Value>),
}

/// A comparison operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

impl Condition {
    /// Calls `each` with every comparison, in the order they were written.
    pub fn each_atom<'a>(&'a self, each: &mut dyn FnMut(&'a Atom)) {
        match self {
            Condition::All(parts) | Condition::Any(parts) => {
                for part in parts {
                    part.each_atom(each);
                }
            }
            Condition::Atom(atom) => each(atom),
        }
    }

    pub(super) fn holds(&self, lookup: &dyn Fn(&str) -> Option<Value>) -> bool {
        match self {
            Condition::All(parts) => parts.iter().all(|part| part.holds(lookup)),
            Condition::Any(parts) => parts.iter().any(|part| part.holds(lookup)),
            Condition::Atom(atom) => atom.holds(lookup),
        }
    }
}

impl Atom {
    /// The fields it reads, the subject first.
    pub fn fields(&self) -> impl Iterator<Item = &FieldName> {
        let object = match &self.wanted {
            Wanted::Compare(_, term) => term.field(),
            Wanted::In(_) | Wanted::NotIn(_) => None,
        };
        self.subject.field().into_iter().chain(object.filter(|field| self.subject.field() != Some(*field)))
    }

    pub(crate) fn holds(&self, lookup: &dyn Fn(&str) -> Option<Value>) -> bool {
        match &self.wanted {
            Wanted::Compare(op, object) => self
                .with(&self.subject, lookup, |left| self.with(object, lookup, |right| op.holds(left, right))),
            Wanted::In(values) => self.with(&self.subject, lookup, |value| values.contains(value)),
            Wanted::NotIn(values) => self.with(&self.subject, lookup, |value| !values.contains(value)),
        }
    }

    /// Asks `question` of the value of a term; no if there is none, or one of the wrong type.
    fn with(
        &self,
        term: &Term,
        lookup: &dyn Fn(&str) -> Option<Value>,
        question: impl FnOnce(&Value) -> bool,
    ) -> bool {
        match term {
            Term::Value(value) => question(value),
            Term::Field(field) => {
                lookup(field.as_str()).is_some_and(|value| self.of.admits(&value) && question(&value))
            }
            Term::Size(field) => lookup(field.as_str())
                .and_then(|value| size(&value))
                .is_some_and(|size| question(&Value::Int(size))),
        }
    }
}

impl Term {
    /// The field it reads.
    #[must_use]
    pub fn field(&self) -> Option<&FieldName> {
        match self {
            Term::Value(_) => None,
            Term::Field(field) | Term::Size(field) => Some(field),
        }
    }
}

impl Op {
    /// The operator that holds exactly where this one does not.
    #[must_use]
    pub fn negated(self) -> Op {
        match self {
            Op::Equal => Op::NotEqual,
            Op::NotEqual => Op::Equal,
            Op::Less => Op::AtLeast,
            Op::AtMost => Op::More,
            Op::More => Op::AtMost,
            Op::AtLeast => Op::Less,
        }
    }

    /// The operator with its sides exchanged.
    #[must_use]
    pub fn flipped(self) -> Op {
        match self {
            Op::Equal | Op::NotEqual => self,
            Op::Less => Op::More,
            Op::AtMost => Op::AtLeast,
            Op::More => Op::Less,
            Op::AtLeast => Op::AtMost,
        }
    }

    /// True for `==` and `!=`, which need no order.
    #[must_use]
    pub fn is_equality(self) -> bool {
        matches!(self, Op::Equal | Op::NotEqual)
    }

    /// False for values of different types; guards are type-checked, so that does not happen.
    fn holds(self, left: &Value, right: &Value) -> bool {
        let ordering = match (left, right) {
            (Value::Bool(left), Value::Bool(right)) => left.cmp(right),
            (Value::Int(left), Value::Int(right)) | (Value::Money(left), Value::Money(right)) => {
                left.cmp(right)
            }
            (Value::Date(left), Value::Date(right)) => left.cmp(right),
            (Value::Text(left), Value::Text(right)) => left.cmp(right),
            _ => return false,
        };
        match self {
            Op::Equal => ordering == Ordering::Equal,
            Op::NotEqual => ordering != Ordering::Equal,
            Op::Less => ordering == Ordering::Less,
            Op::AtMost => ordering != Ordering::Greater,
            Op::More => ordering == Ordering::Greater,
            Op::AtLeast => ordering != Ordering::Less,
        }
    }
}

/// The number of characters of a text.
pub(super) fn size(value: &Value) -> Option<i64> {
    match value {
        Value::Text(text) => i64::try_from(text.chars().count()).ok(),
        Value::Bool(_) | Value::Int(_) | Value::Money(_) | Value::Date(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operator_negated_or_flipped_says_what_its_name_says() {
        for op in [Op::Equal, Op::NotEqual, Op::Less, Op::AtMost, Op::More, Op::AtLeast] {
            for (left, right) in [(1, 2), (2, 2), (3, 2)] {
                let (left, right) = (Value::Money(left), Value::Money(right));
                let holds = op.holds(&left, &right);
                assert_eq!(op.negated().holds(&left, &right), !holds, "{op:?} {left} {right}");
                assert_eq!(op.flipped().holds(&right, &left), holds, "{op:?} {left} {right}");
            }
        }
    }
}
