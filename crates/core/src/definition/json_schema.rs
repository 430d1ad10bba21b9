//! The grammar as JSON Schema (draft 2020-12), for editors that complete and check while somebody writes.

use serde_json::{Map, Value, json};

use super::grammar::{FILE, Key, Shape};

/// The schema of a definition file.
#[must_use]
pub fn json_schema() -> Value {
    let mut schema = Map::new();
    schema.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
    schema.insert("title".into(), "Salur workflow definition".into());
    schema.extend(table(FILE));
    Value::Object(schema)
}

fn table(keys: &[Key]) -> Map<String, Value> {
    let property = |key: &Key| {
        let mut of = schema_of(key.shape);
        of.insert("description".into(), key.note.into());
        (key.name.to_owned(), Value::Object(of))
    };
    let required: Vec<_> = keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    let mut table = object(json!({ "type": "object", "additionalProperties": false }));
    table.insert("properties".into(), Value::Object(keys.iter().map(property).collect()));
    table.insert("required".into(), json!(required));
    table
}

fn schema_of(shape: Shape) -> Map<String, Value> {
    match shape {
        Shape::Text | Shape::Name => object(json!({ "type": "string" })),
        Shape::OneOf(words) => object(json!({ "enum": words })),
        Shape::Length => object(json!({ "type": "string", "pattern": "^[0-9]+(wd|wh|m)$" })),
        Shape::Days => object(json!({ "type": "string", "pattern": "^[0-9]+wd$" })),
        Shape::Whole(least) if least < 0 => object(json!({ "type": "integer" })),
        Shape::Whole(least) => object(json!({ "type": "integer", "minimum": least, "maximum": u32::MAX })),
        Shape::Share => object(json!({ "type": "number", "exclusiveMinimum": 0, "maximum": 1 })),
        Shape::Flag => object(json!({ "type": "boolean" })),
        Shape::Label => object(json!({
            "type": "object",
            "properties": { "id": { "type": "string" }, "en": { "type": "string" } },
            "required": ["id", "en"],
            "additionalProperties": false,
        })),
        Shape::Day => object(json!({ "type": "string", "format": "date" })),
        Shape::Two(shape) => object(json!({
            "type": "array", "items": schema_of(*shape), "minItems": 2, "maxItems": 2,
        })),
        Shape::List(shape) => object(json!({ "type": "array", "items": schema_of(*shape) })),
        Shape::Map(most, Shape::Label) => object(json!({
            "type": "object", "maxProperties": most, "additionalProperties": schema_of(Shape::Label),
        })),
        Shape::Map(most, shape) => object(json!({
            "type": "object",
            "propertyNames": { "pattern": "^[A-Za-z0-9_-]{1,64}$" },
            "maxProperties": most,
            "additionalProperties": schema_of(*shape),
        })),
        Shape::Table(keys) => table(keys),
        Shape::ByKind(kinds) => {
            let of = |(kind, keys): &(&str, &[Key])| {
                let mut table = table(keys);
                if let Some(Value::Object(properties)) = table.get_mut("properties") {
                    properties.insert("kind".into(), json!({ "const": kind }));
                }
                if let Some(Value::Array(required)) = table.get_mut("required") {
                    required.push("kind".into());
                }
                table
            };
            object(json!({ "oneOf": kinds.iter().map(of).collect::<Vec<_>>() }))
        }
        Shape::Either(shapes) => {
            object(json!({ "anyOf": shapes.iter().map(|shape| schema_of(*shape)).collect::<Vec<_>>() }))
        }
    }
}

fn object(value: Value) -> Map<String, Value> {
    if let Value::Object(object) = value { object } else { Map::new() }
}
