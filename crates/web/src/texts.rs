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
