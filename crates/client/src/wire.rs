//! The server's answers as far as people are shown them. Fields unknown here are passed over, and any may be missing:
//! an older client reads a newer server and the reverse.

mod office;

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

pub(crate) use office::{Checked, Freeze, Proposal, Roster, Workflow};

/// Something to show, whatever its shape: a text, a number, a list of names, an object with a name.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Text(Value);

impl Text {
    /// The first of these members of an object that says something.
    pub(crate) fn of(object: &Value, names: &[&str]) -> Text {
        let said = names.iter().filter_map(|name| object.get(name)).find(|value| !shown(value).is_empty());
        Text(said.cloned().unwrap_or_default())
    }

    /// True if there is nothing to show.
    pub(crate) fn is_blank(&self) -> bool {
        shown(&self.0).is_empty()
    }

    /// What there is to show, or something else where there is nothing.
    pub(crate) fn or_else(&self, other: impl FnOnce() -> String) -> String {
        let shown = shown(&self.0);
        if shown.is_empty() { other() } else { shown }
    }

    /// What there is to show, or a dash.
    pub(crate) fn or_dash(&self) -> String {
        self.or_else(|| "-".to_owned())
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Text(text.into())
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown(&self.0))
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => yes.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(list) => {
            list.iter().map(shown).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
        }
        Value::Object(object) => {
            let names = ["name", "title", "sentence", "detail", "code", "id"];
            names
                .iter()
                .filter_map(|name| object.get(*name))
                .map(shown)
                .find(|text| !text.is_empty())
                .unwrap_or_default()
        }
    }
}

/// One page of a list.
#[derive(Debug, Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
pub(crate) struct Page<T> {
    #[serde(rename = "data", default = "Vec::new")]
    pub(crate) rows: Vec<T>,
    #[serde(default)]
    pub(crate) next_cursor: Option<String>,
    /// How many rows lie in archives outside the server.
    #[serde(default)]
    pub(crate) archived: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Created {
    pub(crate) id: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Request {
    pub(crate) id: Text,
    pub(crate) scheme: Text,
    pub(crate) year: Text,
    pub(crate) region: Text,
    pub(crate) recipient: Option<Recipient>,
    pub(crate) amount: Option<i64>,
    pub(crate) stage: Text,
    pub(crate) stage_title: Text,
    pub(crate) phase: Text,
    pub(crate) version: Option<u64>,
    pub(crate) entered_at: Text,
    pub(crate) due_at: Text,
    pub(crate) hold: Text,
    pub(crate) returned: Text,
    pub(crate) decree: Text,
    pub(crate) payment: Text,
    pub(crate) waits_for: Option<WaitsFor>,
}

impl Request {
    /// The recipient's name, or a dash.
    pub(crate) fn name(&self) -> String {
        self.recipient.as_ref().map_or_else(|| "-".to_owned(), |recipient| recipient.name.or_dash())
    }

    /// The stage as the workflow calls it.
    pub(crate) fn stage(&self) -> String {
        self.stage_title.or_else(|| self.stage.or_dash())
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Recipient {
    pub(crate) name: Text,
    pub(crate) nik: Text,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct WaitsFor {
    pub(crate) code: Text,
    pub(crate) sentence: Text,
    pub(crate) working_days: Text,
    pub(crate) unblock: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Queue {
    pub(crate) scheme: Text,
    pub(crate) year: Text,
    pub(crate) stage: Text,
    pub(crate) stage_title: Text,
    pub(crate) phase: Text,
    pub(crate) count: Option<u64>,
    pub(crate) oldest: Text,
    pub(crate) overdue: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Import {
    pub(crate) id: Text,
    pub(crate) scheme: Text,
    pub(crate) year: Text,
    pub(crate) state: String,
    pub(crate) rows: Option<u64>,
    pub(crate) sound: Option<u64>,
    pub(crate) faulty: Option<u64>,
    pub(crate) referred: Option<u64>,
    pub(crate) accepted: Option<u64>,
    pub(crate) refused: Option<u64>,
    pub(crate) error: Option<Fate>,
    pub(crate) errors: Vec<RowFault>,
    pub(crate) next_cursor: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RowFault {
    pub(crate) row: Text,
    pub(crate) file: Text,
    pub(crate) field: Text,
    pub(crate) code: Text,
    pub(crate) found: Text,
    pub(crate) message: Text,
    pub(crate) mend: Text,
}

/// What became of one of many: of a request in a batch, a request left out of a list, a bank's line in conflict.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Fate {
    pub(crate) id: Text,
    pub(crate) line: Text,
    pub(crate) outcome: Text,
    pub(crate) code: Text,
    pub(crate) detail: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Batch {
    pub(crate) done: Option<u64>,
    pub(crate) refused: Option<u64>,
    pub(crate) results: Vec<Fate>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Decree {
    pub(crate) id: Text,
    pub(crate) scheme: Text,
    pub(crate) year: Text,
    pub(crate) state: Text,
    pub(crate) count: Option<u64>,
    pub(crate) total: Option<i64>,
    pub(crate) listed: Option<u64>,
    pub(crate) digest: String,
    pub(crate) approved: Option<u64>,
    pub(crate) struck: Option<u64>,
    pub(crate) refused: Option<u64>,
    pub(crate) approved_total: Option<i64>,
    pub(crate) struck_total: Option<i64>,
    pub(crate) refused_total: Option<i64>,
    pub(crate) number: Text,
    pub(crate) date: Text,
    pub(crate) left_out: Option<Vec<Fate>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Order {
    pub(crate) id: Text,
    pub(crate) state: Text,
    pub(crate) count: Option<u64>,
    pub(crate) total: Option<i64>,
    pub(crate) paid: Option<u64>,
    pub(crate) failed: Option<u64>,
    pub(crate) unknown: Option<u64>,
    pub(crate) pending: Option<u64>,
    pub(crate) paid_total: Option<i64>,
    pub(crate) digest: String,
    pub(crate) sp2d: Option<Sp2d>,
    pub(crate) conflicts: Option<Vec<Fate>>,
    pub(crate) left_out: Option<Vec<Fate>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Sp2d {
    pub(crate) number: Text,
    pub(crate) date: Text,
}

/// A line of a decree or of a payment order.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ListLine {
    pub(crate) line: Text,
    pub(crate) request: Text,
    pub(crate) recipient: Text,
    pub(crate) region: Text,
    pub(crate) amount: Option<i64>,
    pub(crate) outcome: Text,
    pub(crate) code: Text,
    pub(crate) reason: Text,
    pub(crate) cause: Text,
    pub(crate) reference: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Stuck {
    pub(crate) groups: Vec<StuckGroup>,
    #[serde(rename = "data")]
    pub(crate) requests: Vec<Request>,
    pub(crate) next_cursor: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct StuckGroup {
    pub(crate) scheme: Text,
    pub(crate) stage: Text,
    pub(crate) code: Text,
    pub(crate) count: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct BudgetLine {
    pub(crate) id: Text,
    pub(crate) scheme: Text,
    pub(crate) year: Text,
    pub(crate) fund: Text,
    pub(crate) account: Text,
    pub(crate) ceiling: Option<i64>,
    pub(crate) reserved: Option<i64>,
    pub(crate) committed: Option<i64>,
    pub(crate) paid: Option<i64>,
    pub(crate) room: Option<i64>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Decree, Page, Request, Text};

    #[test]
    fn unknown_missing_and_empty_fields_are_harmless() {
        let page: Page<Request> = serde_json::from_value(json!({
            "data": [{"id": "a", "novel": [1], "waits_for": null, "region": {"code": "64.72", "name": "Samarinda"}}, {}],
            "has_more": false
        }))
        .unwrap();
        assert_eq!(page.rows[0].region.to_string(), "Samarinda");
        assert_eq!(page.rows[1].name(), "-");
        assert!(
            serde_json::from_value::<Decree>(json!({"left_out": null, "number": null, "struck": null}))
                .is_ok()
        );
        assert_eq!(Text::of(&json!({"a": "", "b": 7}), &["a", "b"]).to_string(), "7");
    }
}
