//! What is wrong with a value, said so that a clerk can mend it.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::codes::FaultCode;
use crate::{FieldName, Lang};

/// How much of a faulty value is repeated.
const FOUND_MAX: usize = 80;

/// One thing wrong (or, as a warning, odd) in one row.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The column's header as the file writes it, or the field's name for a request entered by program.
    pub field: String,
    /// The field's name in the form.
    pub name: FieldName,
    /// What is wrong; stable.
    pub code: FaultCode,
    /// The value as it was found, shortened.
    pub found: String,
    /// What the sentences need besides: lengths, dates, rows, suggestions.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
}

impl Fault {
    /// A fault in a value.
    #[must_use]
    pub fn new(field: &str, name: &FieldName, problem: Problem, found: &str) -> Fault {
        Fault {
            field: field.to_owned(),
            name: name.clone(),
            code: problem.code,
            found: found.chars().take(FOUND_MAX).collect(),
            args: problem.args,
        }
    }

    /// One sentence: what is wrong.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        self.filled(self.code.words().message(lang), lang)
    }

    /// One sentence: what to do about it.
    #[must_use]
    pub fn mend(&self, lang: Lang) -> String {
        match (self.args.get("suggestion"), lang) {
            (Some(suggestion), Lang::Id) => format!("Mungkin maksudnya {suggestion}."),
            (Some(suggestion), Lang::En) => format!("Perhaps {suggestion} is meant."),
            (None, _) => self.filled(self.code.words().mend(lang), lang),
        }
    }

    /// The sentence with each `{word}` replaced.
    fn filled(&self, template: &str, lang: Lang) -> String {
        let mut sentence = String::with_capacity(template.len());
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            sentence.push_str(before);
            let Some((word, after)) = after.split_once('}') else {
                break;
            };
            sentence.push_str(match word {
                "field" => &self.field,
                "found" => &self.found,
                "why" => self.args.get(why(lang)).map_or("?", String::as_str),
                _ => self.args.get(word).map_or("?", String::as_str),
            });
            rest = after;
        }
        sentence.push_str(rest);
        sentence
    }
}

/// Shows where and what, never the value found: logs carry no personal data.
impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.code, self.name)
    }
}

/// A fault that does not know yet in which column it stands.
#[derive(Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub code: FaultCode,
    /// What the sentences need besides.
    pub args: BTreeMap<String, String>,
}

impl Problem {
    /// Adds what a sentence needs.
    #[must_use]
    pub fn with(mut self, word: &str, value: impl fmt::Display) -> Problem {
        self.args.insert(word.to_owned(), value.to_string());
        self
    }

    /// Adds the reason, in both languages.
    #[must_use]
    pub fn why(self, id: impl fmt::Display, en: impl fmt::Display) -> Problem {
        self.with(why(Lang::Id), id).with(why(Lang::En), en)
    }
}

/// The argument that holds the reason.
fn why(lang: Lang) -> &'static str {
    match lang {
        Lang::Id => "why_id",
        Lang::En => "why_en",
    }
}

impl From<FaultCode> for Problem {
    fn from(code: FaultCode) -> Problem {
        Problem { code, args: BTreeMap::new() }
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.code, f)
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Problem};
    use crate::form::FaultCode;
    use crate::{FieldName, Lang};

    #[test]
    fn sentences_name_the_column_as_the_file_does() {
        let problem = Problem::from(FaultCode::NikMalformed).why("15 angka", "15 digits");
        let fault = Fault::new("NIK Ketua", &FieldName::from("leader_nik"), problem, "640800020169801");
        assert_eq!(fault.message(Lang::Id), "NIK Ketua bukan NIK yang sah: 15 angka.");
        assert_eq!(fault.message(Lang::En), "NIK Ketua is not a valid NIK: 15 digits.");
    }

    #[test]
    fn a_suggestion_is_the_mend() {
        let problem = Problem::from(FaultCode::UnknownRegion).with("suggestion", "64.02 (Kutai Kartanegara)");
        let fault = Fault::new("kode", &FieldName::from("region"), problem, "64.99");
        assert_eq!(fault.mend(Lang::Id), "Mungkin maksudnya 64.02 (Kutai Kartanegara).");
    }

    #[test]
    fn logs_do_not_show_what_was_found() {
        let fault =
            Fault::new("NIK", &FieldName::from("nik"), FaultCode::NikMalformed.into(), "6408000201698");
        assert_eq!(format!("{fault:?}"), "nik_malformed in nik");
    }

    #[test]
    fn every_code_has_words_in_both_languages() {
        for code in FaultCode::ALL {
            for lang in [Lang::Id, Lang::En] {
                for sentence in [code.words().message(lang), code.words().mend(lang)] {
                    assert!(sentence.ends_with('.'), "{code}: {sentence}");
                }
            }
            let json = serde_json::to_string(&code).unwrap();
            assert_eq!(json, format!("\"{code}\""));
            assert_eq!(serde_json::from_str::<FaultCode>(&json).unwrap(), *code);
        }
    }
}
