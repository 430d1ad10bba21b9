//! Judges a request entered by program or page: the same rules, from a JSON object.

use serde_json::{Map, Value as Json};

use super::Context;
use super::cell::Cell;
use super::codes::FaultCode;
use super::define::{Field, Form};
use super::fault::{Fault, Problem};
use super::header::Columns;
use super::judge::Verdict;
use crate::FieldName;

/// The entry's key under which the members of a group stand.
const MEMBERS: &str = "members";

/// The most members one entry may have.
const MEMBERS_MAX: usize = 1_000;

impl Form {
    /// Judges an object of field name to text, number or truth value; a group's `members` is a list of such.
    #[must_use]
    pub fn judge_entry(&self, context: &Context<'_>, entry: &Map<String, Json>) -> Verdict {
        let (columns, cells, unknown) = laid_out(&self.fields, entry, self.members.as_ref().map(|_| MEMBERS));
        let mut verdict = self.judge(context, &columns, &cells);
        verdict.faults.extend(unknown);
        let Some(rules) = &self.members else {
            return verdict;
        };
        let list = match entry.get(MEMBERS) {
            None if !rules.required => return verdict,
            Some(Json::Array(list)) if list.len() <= MEMBERS_MAX => list.as_slice(),
            _ => &[],
        };
        let mut members = Vec::with_capacity(list.len());
        for (at, member) in list.iter().enumerate() {
            let empty = Map::new();
            let (columns, cells, unknown) =
                laid_out(&rules.fields, member.as_object().unwrap_or(&empty), Some(rules.group.as_str()));
            let mut judged = rules.judge(context, &columns, &cells);
            judged.faults.retain(|fault| fault.name != rules.group);
            judged.faults.extend(unknown);
            if judged.is_sound() {
                members.push(judged.facts.fields);
            }
            let place = |mut fault: Fault| {
                fault.field = format!("{MEMBERS}[{at}].{}", fault.field);
                fault
            };
            verdict.faults.extend(judged.faults.into_iter().map(place));
            verdict.warnings.extend(judged.warnings.into_iter().map(place));
        }
        self.twice_among_members(&members, &mut verdict);
        self.join(&columns, &cells, members, list.len(), &mut verdict);
        verdict
    }

    fn twice_among_members(&self, members: &[super::Fields], verdict: &mut Verdict) {
        let Some(rules) = &self.members else {
            return;
        };
        let mut seen = std::collections::HashMap::new();
        for (at, member) in members.iter().enumerate() {
            let Some(nik) = member.get(&rules.nik).and_then(super::Value::as_text) else {
                continue;
            };
            if let Some(first) = seen.insert(nik, at) {
                let problem = Problem::from(FaultCode::DuplicateInFile).with("row", first);
                verdict.faults.push(Fault::new(
                    &format!("{MEMBERS}[{at}].{}", rules.nik),
                    &rules.nik,
                    problem,
                    nik,
                ));
            }
        }
    }
}

/// The entry as a row with a column for each field, and the faults of keys that no field has.
fn laid_out(
    fields: &[Field],
    entry: &Map<String, Json>,
    also: Option<&str>,
) -> (Columns, Vec<Cell>, Vec<Fault>) {
    let columns = Columns {
        headers: fields.iter().map(|field| field.name.as_str().to_owned()).collect(),
        of_field: (0..fields.len()).map(Some).collect(),
    };
    let mut faults = Vec::new();
    let mut cells = Vec::with_capacity(fields.len());
    for field in fields {
        let name = &field.name;
        cells.push(match entry.get(name.as_str()).map(cell) {
            None => Cell::Empty,
            Some(Ok(cell)) => cell,
            Some(Err(code)) => {
                faults.push(Fault::new(name.as_str(), name, code.into(), ""));
                Cell::Empty
            }
        });
    }
    for (key, value) in entry {
        let is_known = Some(key.as_str()) == also || fields.iter().any(|field| field.name.as_str() == key);
        if !is_known {
            let found = value.as_str().unwrap_or_default();
            let shown: String = key.chars().take(64).collect();
            faults.push(Fault::new(&shown, &FieldName::from(&*shown), FaultCode::FieldUnknown.into(), found));
        }
    }
    (columns, cells, faults)
}

fn cell(value: &Json) -> Result<Cell, FaultCode> {
    match value {
        Json::Null => Ok(Cell::Empty),
        Json::Bool(truth) => Ok(Cell::Bool(*truth)),
        Json::String(text) => Ok(Cell::Text(text.clone())),
        Json::Number(number) => number.as_f64().map(Cell::Number).ok_or(FaultCode::ValueInvalid),
        Json::Array(_) | Json::Object(_) => Err(FaultCode::ValueInvalid),
    }
}
