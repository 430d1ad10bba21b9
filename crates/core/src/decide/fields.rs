//! Reads what is noted down with an action: only what the action asks for, each value of its declared type.

use std::collections::BTreeMap;

use crate::FieldName;
use crate::refusal::{Refusal, Why};
use crate::value::Value;
use crate::workflow::{Action, Field, FieldKind, Workflow};

/// The fields that came with an action. Another action's fields are refused: a clerk cannot fill in the verifier's
/// checklist, and what was noted on an earlier visit is asked again.
pub(super) fn read(
    workflow: &Workflow,
    action: &Action,
    given: &BTreeMap<FieldName, serde_json::Value>,
) -> Result<BTreeMap<FieldName, Value>, Refusal> {
    let asked = || action.needs.iter().chain(&action.notes);
    let mut fields = BTreeMap::new();
    for (name, found) in given {
        let Some(field) = workflow.fields.get(name).filter(|_| asked().any(|asked| asked == name)) else {
            return Err(Why::FieldUnknown { field: name.clone(), known: asked().cloned().collect() }.into());
        };
        let value = value(field, found).ok_or_else(|| Why::FieldInvalid {
            field: name.clone(),
            found: found.to_string(),
            wanted: wanted(field),
        })?;
        fields.insert(name.clone(), value);
    }
    let missing: Vec<_> = action.needs.iter().filter(|name| !fields.contains_key(*name)).cloned().collect();
    if missing.is_empty() { Ok(fields) } else { Err(Why::FieldMissing { fields: missing }.into()) }
}

fn value(field: &Field, found: &serde_json::Value) -> Option<Value> {
    match field.kind {
        FieldKind::Bool => found.as_bool().map(Value::Bool),
        FieldKind::Int => found.as_i64().map(Value::Int),
        FieldKind::Money => found.as_i64().map(Value::Money),
        FieldKind::Date => found.as_str().and_then(|text| text.parse().ok()).map(Value::Date),
        FieldKind::Enum => {
            let text = found.as_str()?;
            field.values.iter().any(|value| value == text).then(|| Value::Text(text.into()))
        }
    }
}

fn wanted(field: &Field) -> String {
    match field.kind {
        FieldKind::Bool => "true | false".into(),
        FieldKind::Int => "1, 2, 3 ...".into(),
        FieldKind::Money => "1500000".into(),
        FieldKind::Date => "2026-11-24".into(),
        FieldKind::Enum => field.values.join(" | "),
    }
}
