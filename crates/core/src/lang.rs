//! The two languages people read here.

use serde::{Deserialize, Serialize};

/// A language a sentence is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lang {
    /// Indonesian: what the office works in.
    #[default]
    Id,
    /// English.
    En,
}

/// A short text in both languages, as a definition gives it: `{ id = "..", en = ".." }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// In Indonesian.
    pub id: String,
    /// In English.
    pub en: String,
}

impl Label {
    /// The text in one language.
    #[must_use]
    pub fn in_lang(&self, lang: Lang) -> &str {
        match lang {
            Lang::Id => &self.id,
            Lang::En => &self.en,
        }
    }
}
