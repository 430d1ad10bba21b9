//! Guards: the conditions under which an action may be taken, in a typed subset of CEL. A guard is checked when
//! the definition is read and cannot fail, loop or allocate without bound when a request meets it; it never
//! passes on a field that is missing.

mod condition;
mod error;
mod failed;
mod nearest;
mod scan;
mod source;
mod translate;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use condition::{Atom, Condition, Op, Term, Wanted};
pub use error::{GuardError, GuardFault, Place};
pub use failed::{FailedAtom, Finding, Found};
pub(crate) use nearest::{edits, nearest};
pub use scan::{GUARD_CHARS_MAX, GUARD_DEPTH_MAX, GUARD_NODES_MAX};

use crate::{FieldName, Type, Value};

/// What a guard may name: the fields with their types, and the parameters with their values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema {
    fields: BTreeMap<FieldName, Type>,
    params: BTreeMap<FieldName, Value>,
}

impl Schema {
    /// A schema that names nothing.
    #[must_use]
    pub fn new() -> Schema {
        Schema::default()
    }

    /// With a field. A name that is no CEL name, or that CEL reserves, can be declared but never written.
    #[must_use]
    pub fn with_field(mut self, name: impl Into<FieldName>, of: Type) -> Schema {
        self.fields.insert(name.into(), of);
        self
    }

    /// With a parameter, written `params.name`. Its value is fixed when the guard is read.
    #[must_use]
    pub fn with_param(mut self, name: impl Into<FieldName>, value: Value) -> Schema {
        self.params.insert(name.into(), value);
        self
    }

    /// The type of a field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Type> {
        self.fields.get(name)
    }

    /// The value of a parameter.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&Value> {
        self.params.get(name)
    }
}

/// A condition that was read, type-checked and made ready to ask of requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    text: Arc<str>,
    condition: Condition,
    names: Vec<FieldName>,
}

impl Guard {
    /// Reads a guard.
    pub fn parse(text: &str, schema: &Schema) -> Result<Guard, GuardError> {
        let condition = translate::translate(text, schema)?;
        let mut names = Vec::new();
        condition.each_atom(&mut |atom| {
            for field in atom.fields() {
                if !names.contains(field) {
                    names.push(field.clone());
                }
            }
        });
        Ok(Guard { text: text.into(), condition, names })
    }

    /// The guard as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The fields it reads, each once, in the order it names them first.
    pub fn names(&self) -> impl Iterator<Item = &FieldName> {
        self.names.iter()
    }

    /// What it asks, for the proofs over a definition.
    #[must_use]
    pub fn condition(&self) -> &Condition {
        &self.condition
    }

    /// Asks the guard of a request whose fields `lookup` knows, and answers with the atoms that fail.
    ///
    /// An atom that reads a missing field fails, negated or not: `!(a == b)` does not pass on a missing `a`.
    /// `x || y` passes if either does, and reports both if neither does.
    pub fn check(&self, lookup: &dyn Fn(&str) -> Option<Value>) -> Result<(), Vec<FailedAtom>> {
        if self.condition.holds(lookup) {
            return Ok(());
        }
        let mut failed = Vec::new();
        failed::explain(&self.condition, false, lookup, &mut failed);
        Err(failed)
    }
}

#[cfg(test)]
mod tests;
