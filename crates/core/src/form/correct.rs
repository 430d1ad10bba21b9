//! A correction of the payee's account: the only builder of facts that count from then on in place of those decided on.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::define::Form;
use super::judge::Verdict;
use super::value::{Facts, Fields, Value};
use super::{Account, Context};
use crate::FieldName;
use crate::refusal::Why;

impl Account {
    /// The fields that a correction may touch.
    #[must_use]
    pub fn names(&self) -> [&FieldName; 3] {
        [&self.bank, &self.number, &self.holder]
    }
}

impl Form {
    /// These facts with another account, and nothing else changed: money goes elsewhere, and to nobody else. Told is
    /// what is wrong with the account; what else this form has against the facts was judged when they came in.
    pub fn correct(
        &self,
        context: &Context<'_>,
        facts: &Facts,
        given: &BTreeMap<String, Json>,
    ) -> Result<Verdict, Why> {
        let names = self.account.names();
        if let Some(other) = given.keys().find(|name| !names.iter().any(|known| known.as_str() == **name)) {
            let known = names.into_iter().cloned().collect();
            return Err(Why::FieldUnknown { field: FieldName::from(&**other), known });
        }
        let mut entry = facts.as_entry();
        entry.extend(given.iter().map(|(name, value)| (name.clone(), value.clone())));
        let mut verdict = self.judge_entry(context, &entry);
        verdict.faults.retain(|fault| names.contains(&&fault.name));
        let mut corrected = facts.clone();
        for name in names {
            if let Some(value) = verdict.facts.get(name) {
                corrected.fields.insert(name.clone(), value.clone());
            }
        }
        Ok(Verdict { facts: corrected, ..verdict })
    }
}

impl Facts {
    /// An entry that says the same.
    #[must_use]
    pub fn as_entry(&self) -> Map<String, Json> {
        let mut entry = object(&self.fields);
        if !self.members.is_empty() {
            let members = self.members.iter().map(|member| Json::Object(object(member))).collect();
            entry.insert("members".into(), Json::Array(members));
        }
        entry
    }
}

fn object(fields: &Fields) -> Map<String, Json> {
    fields.iter().map(|(name, value)| (name.to_string(), value.plain())).collect()
}

impl Value {
    /// It as plain JSON, its kind known from the form.
    #[must_use]
    pub fn plain(&self) -> Json {
        match self {
            Value::Text(text) => text.as_str().into(),
            Value::Int(number) => (*number).into(),
            Value::Money(amount) => amount.0.into(),
            Value::Date(date) => date.to_string().into(),
            Value::Bool(truth) => (*truth).into(),
        }
    }
}
