//! Texts that people write: tidied, measured, sealed before they are queued.

use salur_core::Lang;
use salur_core::command::Command;
use salur_store::facts::seal_note;
use salur_store::job::SealedNote;

use crate::problem::{Fault, Problem, pick};
use crate::{App, Caller};

/// Most characters of a reason or comment.
const REASON_CHARS_MAX: usize = 2_000;
/// Most characters of a decree's or SP2D's number.
const NUMBER_CHARS_MAX: usize = 100;

/// Seals a reason, if there is one.
pub(crate) fn sealed(
    app: &App,
    caller: &Caller,
    reason: Option<&str>,
) -> Result<Option<SealedNote>, Problem> {
    let Some(reason) = reason else { return Ok(None) };
    let text = tidied(caller.lang, "/reason", reason)?;
    let note = seal_note(app.store.vault(), app.clock.new_id(), text);
    note.map(Some).map_err(|error| Problem::broken(&error, caller.lang))
}

/// A reason without the space around it, of a length that can be kept.
pub(crate) fn tidied<'a>(lang: Lang, pointer: &str, reason: &'a str) -> Result<&'a str, Problem> {
    let text = reason.trim();
    let length = text.chars().count();
    if length == 0 || length > REASON_CHARS_MAX {
        let detail = pick(
            lang,
            &format!("Alasan harus 1 sampai {REASON_CHARS_MAX} karakter."),
            &format!("A reason must be 1 to {REASON_CHARS_MAX} characters."),
        );
        return Err(faulty(pointer, "reason_length", detail));
    }
    Ok(text)
}

/// The text, where the command refers to one: nothing is kept that no event names.
pub(crate) fn kept(command: &Command, note: Option<SealedNote>) -> Option<SealedNote> {
    match command {
        Command::Act { .. } | Command::Hold { .. } | Command::Comment { .. } => note,
        Command::Amend { .. }
        | Command::Resume
        | Command::Claim
        | Command::Release
        | Command::Attach { .. } => None,
    }
}

/// The number of a decree or SP2D.
pub(crate) fn number(text: &str, lang: Lang) -> Result<String, Problem> {
    let text = text.trim();
    let length = text.chars().count();
    if length == 0 || length > NUMBER_CHARS_MAX || text.chars().any(char::is_control) {
        let detail = pick(
            lang,
            &format!("Nomor harus 1 sampai {NUMBER_CHARS_MAX} karakter yang tampak."),
            &format!("A number must be 1 to {NUMBER_CHARS_MAX} visible characters."),
        );
        return Err(faulty("/number", "number_malformed", detail));
    }
    Ok(text.to_owned())
}

fn faulty(pointer: &str, code: &str, detail: String) -> Problem {
    let fault = Fault { pointer: pointer.into(), code: code.into(), detail: detail.clone() };
    Problem::malformed(code, detail).with_errors(vec![fault])
}
