//! Names as a definition has them: small letters, digits and underscores, each once.

use std::collections::{BTreeMap, BTreeSet};

use salur_core::command::BUILT_IN;
use salur_core::{Lang, words};

/// The longest name, in letters.
const LONG: usize = 40;

/// A text as a name; empty where no letter of it can stand in one.
pub(super) fn slug(text: &str) -> String {
    let mut name = String::new();
    for letter in text.chars().flat_map(char::to_lowercase) {
        if name.len() >= LONG {
            break;
        }
        if letter.is_ascii_alphanumeric() {
            name.push(letter);
        } else if !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
    }
    name.trim_end_matches('_').to_owned()
}

/// The names that are taken.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: BTreeSet<String>,
    /// How often a name was asked for: a crowd of one name costs no search.
    asked: BTreeMap<String, u32>,
}

impl Names {
    /// A name for this text that nothing else has.
    pub(super) fn free(&mut self, text: &str) -> String {
        let name = slug(text);
        let name = if name.is_empty() { "step".to_owned() } else { name };
        let asked = self.asked.entry(name.clone()).or_default();
        loop {
            *asked += 1;
            let free = if *asked == 1 { name.clone() } else { format!("{name}_{asked}") };
            if self.taken.insert(free.clone()) {
                return free;
            }
        }
    }

    /// The same for an action, which may not be called as an act that every workflow has.
    pub(super) fn free_action(&mut self, text: &str) -> String {
        let name = slug(text);
        let reserved = BUILT_IN.contains(&name.as_str()) || words::act(&name, Lang::En).is_some();
        self.free(&if reserved { format!("{name}_step") } else { name })
    }
}
