//! The words of pages, from the catalogues in `i18n/`. The Indonesian one is checked when the program is built: a word
//! that a page asks for and the catalogue lacks does not compile. A test asks that the English one has the same.

use std::sync::LazyLock;

use i18n_embed::LanguageLoader as _;
use i18n_embed::fluent::FluentLanguageLoader;
use rust_embed::RustEmbed;
use salur_core::Lang;
use unic_langid::LanguageIdentifier;

#[derive(RustEmbed)]
#[folder = "i18n"]
struct Catalogues;

static INDONESIAN: LazyLock<FluentLanguageLoader> = LazyLock::new(|| load("id"));
static ENGLISH: LazyLock<FluentLanguageLoader> = LazyLock::new(|| load("en"));

fn load(language: &str) -> FluentLanguageLoader {
    let fallback: LanguageIdentifier = "id".parse().unwrap_or_default();
    let loader = FluentLanguageLoader::new("salur-web", fallback.clone());
    let wanted: LanguageIdentifier = language.parse().unwrap_or(fallback);
    if let Err(error) = loader.load_languages(&Catalogues, &[wanted]) {
        // They are part of the program and tested; a page then shows the names of its words.
        tracing::error!(%error, language, "a catalogue of words could not be read");
    }
    loader.set_use_isolating(false);
    loader
}

/// The catalogue of a language.
pub(crate) fn of(lang: Lang) -> &'static FluentLanguageLoader {
    match lang {
        Lang::Id => &INDONESIAN,
        Lang::En => &ENGLISH,
    }
}

/// A word or sentence of the catalogue, in the language of a page.
macro_rules! t {
    ($page:expr, $id:tt) => { i18n_embed_fl::fl!($page.texts(), $id) };
    ($page:expr, $id:tt, $($name:ident = $value:expr),+) => {
        i18n_embed_fl::fl!($page.texts(), $id, $($name = $value),+)
    };
}
pub(crate) use t;

/// The words of a language where there is no page yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words(pub(crate) Lang);

impl Words {
    /// The words.
    pub(crate) fn texts(self) -> &'static FluentLanguageLoader {
        of(self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use fluent_syntax::ast::{Entry, Expression, InlineExpression, PatternElement};

    use super::of;
    use salur_core::Lang;

    const INDONESIAN: &str = include_str!("../i18n/id/salur-web.ftl");
    const ENGLISH: &str = include_str!("../i18n/en/salur-web.ftl");

    /// Each message of a catalogue with the names that it is filled with.
    fn messages(text: &'static str) -> BTreeMap<&'static str, BTreeSet<&'static str>> {
        let catalogue = fluent_syntax::parser::parse(text).unwrap_or_else(|(_, faults)| panic!("{faults:?}"));
        let mut messages = BTreeMap::new();
        for entry in catalogue.body {
            let Entry::Message(message) = entry else { continue };
            let mut names = BTreeSet::new();
            collect(&message.value.expect("a message says something").elements, &mut names);
            let before = messages.insert(message.id.name, names);
            assert!(before.is_none(), "{} is there twice", message.id.name);
        }
        messages
    }

    fn collect(elements: &[PatternElement<&'static str>], names: &mut BTreeSet<&'static str>) {
        for element in elements {
            let PatternElement::Placeable { expression } = element else { continue };
            let inner = match expression {
                Expression::Inline(inner) => inner,
                Expression::Select { selector, variants } => {
                    for variant in variants {
                        collect(&variant.value.elements, names);
                    }
                    selector
                }
            };
            if let InlineExpression::VariableReference { id } = inner {
                names.insert(id.name);
            }
        }
    }

    #[test]
    fn both_catalogues_have_the_same_messages_with_the_same_names() {
        assert_eq!(messages(INDONESIAN), messages(ENGLISH));
    }

    #[test]
    fn each_language_speaks_its_own_words() {
        let said = [Lang::Id, Lang::En].map(|lang| i18n_embed_fl::fl!(of(lang), "days-late", days = 1));
        assert_eq!(said, ["1 hari kerja lewat", "1 working day late"]);
        assert_eq!(i18n_embed_fl::fl!(of(Lang::En), "days-late", days = 2), "2 working days late");
    }
}
