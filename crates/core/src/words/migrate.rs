//! What a new version does to a request that it takes along, as a sentence.

use jiff::civil::Date;

use super::{Words, date};
use crate::Lang;
use crate::migrate::Preview;
use crate::request::Request;
use crate::workflow::Workflow;

/// Where a request goes under a version, and what becomes of the day it is due on.
#[must_use]
pub fn taken_along(
    preview: &Preview,
    new: &Workflow,
    request: &Request,
    due: Option<Date>,
    lang: Lang,
) -> String {
    let words = Words { lang };
    let day = due.map(|due| date(due, lang));
    let was = request.due_on.map(|due| date(due, lang));
    match preview {
        Preview::Stays => {
            let due = kept(words, day);
            say!(words, "Tetap di tahapnya; {due}.", "It stays at its stage; {due}.")
        }
        Preview::Renamed { to } => {
            let (to, due) = (new.stage_title(to, lang), kept(words, day));
            say!(
                words,
                "Tetap di tahapnya, yang kini bernama {to}; {due}.",
                "It stays at its stage, which is now called {to}; {due}."
            )
        }
        Preview::Moves { to, .. } => {
            let (to, due) = (new.stage_title(to, lang), anew(words, was, day));
            say!(words, "Pindah ke tahap {to}; {due}.", "It moves to the stage {to}; {due}.")
        }
        Preview::Blocked { why } => why.code().to_owned(),
    }
}

fn kept(words: Words, day: Option<String>) -> String {
    match day {
        Some(day) => say!(words, "tenggatnya tetap {day}", "it is still due on {day}"),
        None => say!(words, "waktunya tetap berhenti", "its time still stands still"),
    }
}

fn anew(words: Words, was: Option<String>, day: Option<String>) -> String {
    match (was, day) {
        (Some(was), Some(day)) => say!(
            words,
            "waktunya dihitung dari awal, tenggatnya {day} (tadinya {was})",
            "its time begins anew, and it is due on {day} (before: {was})"
        ),
        (None, Some(day)) => {
            say!(
                words,
                "waktunya dihitung dari awal, tenggatnya {day}",
                "its time begins anew, and it is due on {day}"
            )
        }
        (_, None) => say!(
            words,
            "waktunya dihitung dari awal begitu berjalan lagi",
            "its time begins anew once it runs again"
        ),
    }
}
