//! Which comparisons of a guard failed, on what, and the sentence that says so.

use std::fmt::Write;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::condition::size;
use super::{Atom, Condition, Op, Term, Wanted};
use crate::{FieldName, Lang, Type, Value};

/// One comparison of a guard that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedAtom {
    /// The comparison as it was written, without a negation around it; `wanted` has that resolved.
    pub text: Arc<str>,
    /// What was compared.
    pub subject: Term,
    /// What had to be true of it.
    pub wanted: Wanted,
    /// Each field that was read, with what it held; the subject's first.
    pub found: Vec<Finding>,
    /// True if another failed comparison could have passed in its stead (`x || y`).
    pub is_alternative: bool,
}

/// A field and what it held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The field.
    pub field: FieldName,
    /// What it held.
    pub found: Found,
}

/// What a field held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// Nothing.
    Missing,
    /// A value; for `size(field)` the size.
    Value(Value),
    /// A value of another type than the schema says, or that its enum does not declare.
    Unfit(Value),
}

/// Adds the comparisons that fail to `failed`.
pub(super) fn explain(
    condition: &Condition,
    is_alternative: bool,
    lookup: &dyn Fn(&str) -> Option<Value>,
    failed: &mut Vec<FailedAtom>,
) {
    if condition.holds(lookup) {
        return;
    }
    match condition {
        Condition::All(parts) => {
            for part in parts {
                explain(part, is_alternative, lookup, failed);
            }
        }
        Condition::Any(parts) => {
            for part in parts {
                explain(part, true, lookup, failed);
            }
        }
        Condition::Atom(atom) => failed.push(FailedAtom {
            text: Arc::clone(&atom.text),
            subject: atom.subject.clone(),
            wanted: atom.wanted.clone(),
            found: findings(atom, lookup),
            is_alternative,
        }),
    }
}

fn findings(atom: &Atom, lookup: &dyn Fn(&str) -> Option<Value>) -> Vec<Finding> {
    let object = match &atom.wanted {
        Wanted::Compare(_, term) => Some(term),
        Wanted::In(_) | Wanted::NotIn(_) => None,
    };
    let mut findings: Vec<Finding> = Vec::new();
    for term in [Some(&atom.subject), object].into_iter().flatten() {
        if let Some(field) = term.field() {
            findings
                .push(Finding { field: field.clone(), found: found(term, &atom.of, lookup(field.as_str())) });
        }
    }
    findings
}

fn found(term: &Term, of: &Type, value: Option<Value>) -> Found {
    match (term, value) {
        (_, None) => Found::Missing,
        (Term::Size(_), Some(value)) => match size(&value) {
            Some(size) => Found::Value(Value::Int(size)),
            None => Found::Unfit(value),
        },
        (_, Some(value)) if of.admits(&value) => Found::Value(value),
        (_, Some(value)) => Found::Unfit(value),
    }
}

impl FailedAtom {
    /// The fields it read, the subject's first.
    pub fn fields(&self) -> impl Iterator<Item = &FieldName> {
        self.found.iter().map(|finding| &finding.field)
    }

    /// The failure as a sentence without its full stop: `identity_match harus "cocok", ditemukan "beda"`.
    #[must_use]
    pub fn sentence(&self, lang: Lang) -> String {
        self.sentence_with(lang, &|field| field.to_string())
    }

    /// The same sentence, each field called by its label.
    #[must_use]
    pub fn sentence_with(&self, lang: Lang, label: &dyn Fn(&FieldName) -> String) -> String {
        let word = |id: &'static str, en: &'static str| match lang {
            Lang::Id => id,
            Lang::En => en,
        };
        let name = |term: &Term| match term {
            Term::Value(value) => shown(value, lang),
            Term::Field(field) => label(field),
            Term::Size(field) => format!("{} {}", word("panjang", "the length of"), label(field)),
        };
        let mut sentence = name(&self.subject);
        let mut found = self.found.iter();
        let subject = self.subject.field().and_then(|_| found.next()).map(|finding| &finding.found);
        match &self.wanted {
            Wanted::Compare(op, object) => {
                let _ =
                    write!(sentence, " {} {}", demand(*op, self.is_about_days(object), lang), name(object));
                if let Some(finding) = found.next() {
                    let _ = match &finding.found {
                        Found::Missing => write!(sentence, " ({})", word("belum diisi", "not filled in")),
                        Found::Value(value) | Found::Unfit(value) => {
                            write!(sentence, " ({})", shown(value, lang))
                        }
                    };
                }
            }
            Wanted::In(values) | Wanted::NotIn(values) => {
                let demand = if matches!(self.wanted, Wanted::In(_)) {
                    word("harus salah satu dari", "must be one of")
                } else {
                    word("tidak boleh salah satu dari", "must not be one of")
                };
                let values: Vec<String> = values.iter().map(|value| shown(value, lang)).collect();
                let _ = write!(sentence, " {demand} {}", values.join(", "));
            }
        }
        let _ = match subject {
            None => Ok(()),
            Some(Found::Missing) => {
                write!(sentence, ", {}", word("tetapi belum diisi", "but is not filled in"))
            }
            Some(Found::Value(value)) => {
                write!(sentence, ", {} {}", word("ditemukan", "found"), shown(value, lang))
            }
            Some(Found::Unfit(value)) => {
                let unfit = word("ditemukan nilai yang tidak dikenal,", "found an unknown value,");
                write!(sentence, ", {unfit} {}", shown(value, lang))
            }
        };
        sentence
    }

    fn is_about_days(&self, object: &Term) -> bool {
        matches!(object, Term::Value(Value::Date(_)))
            || self.found.iter().any(|finding| matches!(finding.found, Found::Value(Value::Date(_))))
    }
}

/// The verb between subject and object; days are earlier and later, not less and more.
fn demand(op: Op, is_date: bool, lang: Lang) -> &'static str {
    let (id, en) = match (op, is_date) {
        (Op::Equal, _) => ("harus", "must be"),
        (Op::NotEqual, _) => ("tidak boleh", "must not be"),
        (Op::Less, false) => ("harus kurang dari", "must be less than"),
        (Op::AtMost, false) => ("harus paling banyak", "must be at most"),
        (Op::More, false) => ("harus lebih dari", "must be more than"),
        (Op::AtLeast, false) => ("harus paling sedikit", "must be at least"),
        (Op::Less, true) => ("harus sebelum", "must be before"),
        (Op::AtMost, true) => ("harus paling lambat", "must be no later than"),
        (Op::More, true) => ("harus sesudah", "must be after"),
        (Op::AtLeast, true) => ("harus paling awal", "must be no earlier than"),
    };
    match lang {
        Lang::Id => id,
        Lang::En => en,
    }
}

/// A value as a person reads it: short, on one line.
fn shown(value: &Value, lang: Lang) -> String {
    match (value, lang) {
        (Value::Bool(true), Lang::Id) => "ya".to_owned(),
        (Value::Bool(false), Lang::Id) => "tidak".to_owned(),
        (Value::Bool(true), Lang::En) => "yes".to_owned(),
        (Value::Bool(false), Lang::En) => "no".to_owned(),
        (Value::Text(text), _) => {
            let mut short: String =
                text.chars().take(60).map(|char| if char.is_control() { ' ' } else { char }).collect();
            if short.len() < text.len() {
                short.push('…');
            }
            format!("\"{short}\"")
        }
        (value, _) => value.to_string(),
    }
}
