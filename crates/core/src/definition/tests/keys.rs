//! The grammar and the types that are read along it know the same keys: a key that only one of them knew would be
//! refused for no reason, or taken and forgotten.

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::forward_to_deserialize_any;

use crate::definition::grammar::{FILE, Key, Shape};
use crate::form::{Account, Draft, Members, ReferWhen};
use crate::workflow::{
    DecreePolicy, Escalate, Field, HoldPolicy, OrderPolicy, RepairPolicy, Sla, Stage, Station,
};

/// Hands out nothing, and keeps the keys that a type asks for.
struct Asked<'a>(&'a mut Vec<&'static str>);

impl<'de> Deserializer<'de> for Asked<'_> {
    type Error = de::value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(de::Error::custom("nothing"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.0.extend(fields);
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

fn asked<T: for<'de> Deserialize<'de>>() -> Vec<&'static str> {
    let mut fields = Vec::new();
    assert!(T::deserialize(Asked(&mut fields)).is_err());
    fields.sort_unstable();
    fields
}

fn keys(shape: Shape) -> &'static [Key] {
    if let Shape::List(shape) | Shape::Map(_, shape) = shape {
        return keys(*shape);
    }
    let Shape::Table(keys) = shape else { panic!("{shape:?} is no table") };
    keys
}

fn known(path: &str) -> Vec<&'static str> {
    let mut here = FILE;
    for name in path.split('.').filter(|name| !name.is_empty()) {
        here = keys(here.iter().find(|key| key.name == name).unwrap_or_else(|| panic!("{path}")).shape);
    }
    let mut names: Vec<_> = here.iter().map(|key| key.name).collect();
    names.sort_unstable();
    names
}

#[test]
fn the_grammar_and_the_types_know_the_same_keys() {
    use crate::definition::build::{File, Head, RawAction, RawGoal};
    let file: Vec<_> = known("").into_iter().filter(|key| *key != "schema").collect();
    assert_eq!(file, asked::<File>());
    for (path, asked) in [
        ("workflow", asked::<Head>()),
        ("action", asked::<RawAction>()),
        ("goal", asked::<RawGoal>()),
        ("stage", asked::<Stage>()),
        ("stage.served_by", asked::<Station>()),
        ("stage.sla", asked::<Sla>()),
        ("stage.sla.escalate", asked::<Escalate>()),
        ("field", asked::<Field>()),
        ("hold", asked::<HoldPolicy>()),
        ("decree", asked::<DecreePolicy>()),
        ("payment_order", asked::<OrderPolicy>()),
        ("repair", asked::<RepairPolicy>()),
        ("form", asked::<Draft>()),
        ("form.account", asked::<Account>()),
        ("form.refer_when", asked::<ReferWhen>()),
        ("form.field", asked::<crate::form::Field>()),
        ("form.members", asked::<Members>()),
    ] {
        assert_eq!(known(path), asked, "{path}");
    }
}
