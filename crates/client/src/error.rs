//! What can go wrong, and what to tell the person: one sentence, a code, who could act.

use std::fmt::{self, Write as _};
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use salur_core::Lang;
use serde::Deserialize;

use crate::screen::{harmless, say};
use crate::wire::Text;

/// Why a command came to no good end.
#[derive(Debug)]
pub enum ClientError {
    /// The server says no.
    Refused {
        /// What it says.
        problem: Box<Problem>,
        /// The language to say it in.
        lang: Lang,
    },
    /// The server's answer is not what its API promises.
    Garbled {
        /// What was asked for.
        path: String,
        /// What is wrong with the answer.
        cause: String,
        /// The language to say it in.
        lang: Lang,
    },
    /// The command asks for something that cannot be asked.
    Usage(String),
    /// A file of the person's cannot be read or written.
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: io::Error,
        /// The language to say it in.
        lang: Lang,
    },
    /// Nothing answers.
    Unreachable {
        /// Where.
        server: String,
        /// Why.
        cause: String,
        /// The language to say it in.
        lang: Lang,
    },
    /// The output cannot be written.
    Output(io::Error),
}

impl ClientError {
    /// The code a process ends with: 1 refused, 2 usage, 3 cannot reach the server.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.status())
    }

    /// The same as a number.
    #[must_use]
    pub fn status(&self) -> u8 {
        match self {
            ClientError::Refused { .. } | ClientError::Garbled { .. } | ClientError::Output(_) => 1,
            ClientError::Usage(_) | ClientError::File { .. } => 2,
            ClientError::Unreachable { .. } => 3,
        }
    }

    /// True if whoever reads the output has gone away, as `head` does: no error to speak of.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        matches!(self, ClientError::Output(cause) if cause.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl std::error::Error for ClientError {}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            ClientError::Refused { problem, lang } => problem.told(*lang),
            ClientError::Garbled { path, cause, lang } => say!(
                lang,
                "jawaban server untuk {path} tidak dapat dibaca: {cause}; apakah alamatnya memang server Salur dengan versi yang sama?",
                "the server's answer to {path} cannot be read: {cause}; is the address a Salur server of the same version?"
            ),
            ClientError::Usage(text) => text.clone(),
            ClientError::File { path, cause, lang } => {
                let path = path.display();
                say!(lang, "berkas {path}: {cause}", "file {path}: {cause}")
            }
            ClientError::Unreachable { server, cause, lang } => say!(
                lang,
                "server {server} tidak dapat dihubungi: {cause}. Periksa apakah server berjalan (buka {server}/healthz), dan apakah alamat pada --server atau SALUR_SERVER benar; lalu ulangi.",
                "cannot reach the server {server}: {cause}. See whether it is running (open {server}/healthz) and whether the address in --server or SALUR_SERVER is right; then try again."
            ),
            ClientError::Output(cause) => format!("output: {cause}"),
        };
        f.write_str(&harmless(&text))
    }
}

/// An answer that is a refusal or a failure: `application/problem+json`, or whatever stands in for it.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// The stable code.
    pub code: String,
    /// The body as it came.
    pub body: Vec<u8>,
    told: Told,
}

/// The parts of a problem that are told; unknown ones are passed over.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Told {
    title: Text,
    detail: Text,
    code: Text,
    unblock: Text,
    who_could: Text,
    errors: Vec<Fault>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Fault {
    pointer: Text,
    field: Text,
    row: Text,
    id: Text,
    code: Text,
    detail: Text,
    message: Text,
    mend: Text,
    who_could: Text,
}

impl Problem {
    pub(crate) fn new(status: u16, location: Option<&str>, body: Vec<u8>) -> Problem {
        let mut told: Told = serde_json::from_slice(&body).unwrap_or_default();
        if let Some(location) = location.filter(|_| (300..400).contains(&status)) {
            told.detail = Text::from(&*format!("moved to {location}: give that address as --server"));
        }
        let code = told.code.or_else(|| format!("http_{status}"));
        Problem { status, code, body, told }
    }

    fn told(&self, lang: Lang) -> String {
        let status = self.status;
        let sentence = self.told.detail.or_else(|| {
            self.told.title.or_else(|| {
                say!(
                    lang,
                    "server menjawab {status} tanpa penjelasan",
                    "the server answered {status} and did not say why"
                )
            })
        });
        let mut text = format!("{sentence} ({})", self.code);
        if !self.told.unblock.is_blank() {
            let _ = write!(text, "\n  {}", self.told.unblock);
        }
        text.push_str(&who(&self.told.who_could, lang, "\n  "));
        for fault in &self.told.errors {
            text.push_str("\n- ");
            text.push_str(&fault.told(lang));
        }
        if status == 401 {
            text.push_str(&say!(
                lang,
                "\n  Isi SALUR_TOKEN dengan token Anda yang masih berlaku, atau pilih orangnya dengan --as.",
                "\n  Set SALUR_TOKEN to a token of yours that is still valid, or name the person with --as."
            ));
        }
        text
    }
}

impl Fault {
    fn told(&self, lang: Lang) -> String {
        let row = self.row.to_string();
        let row = if row.is_empty() { row } else { say!(lang, "baris {row}", "row {row}") };
        let field = self.field.or_else(|| self.pointer.or_else(|| self.id.to_string()));
        let place =
            [row, field].iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(", ");
        let sentence = self.detail.or_else(|| self.message.to_string());
        let mut text = match (place.is_empty(), sentence.is_empty()) {
            (true, _) => sentence,
            (false, true) => place,
            (false, false) => format!("{place}: {sentence}"),
        };
        if !self.code.is_blank() {
            let space = if text.is_empty() { "" } else { " " };
            let _ = write!(text, "{space}({})", self.code);
        }
        if !self.mend.is_blank() {
            let _ = write!(text, " {}", self.mend);
        }
        text.push_str(&who(&self.who_could, lang, "; "));
        text
    }
}

fn who(persons: &Text, lang: Lang, before: &str) -> String {
    if persons.is_blank() {
        return String::new();
    }
    say!(lang, "{before}yang dapat melakukannya: {persons}", "{before}who could act: {persons}")
}

#[cfg(test)]
mod tests {
    use salur_core::Lang;

    use super::Problem;

    fn told(status: u16, body: &str) -> String {
        Problem::new(status, None, body.as_bytes().to_vec()).told(Lang::En)
    }

    #[test]
    fn a_problem_is_a_sentence_a_code_and_a_line_for_each_error() {
        let body = r#"{"type":"x","status":403,"code":"duty_conflict","detail":"You verified this request.",
            "who_could":["Ibu R.",{"name":"Pak S.","id":"7"}],
            "errors":[{"field":"nik","code":"nik_length","detail":"15 digits, not 16.","mend":"Ask again."},
                      {"row":12,"pointer":"/fields/amount","code":"field_missing","who_could":["verifier.2"]},{}]}"#;
        let lines = [
            "You verified this request. (duty_conflict)",
            "  who could act: Ibu R., Pak S.",
            "- nik: 15 digits, not 16. (nik_length) Ask again.",
            "- row 12, /fields/amount (field_missing); who could act: verifier.2",
            "- ",
        ];
        assert_eq!(told(403, body), lines.join("\n"));
    }

    #[test]
    fn an_answer_that_is_no_problem_document_still_gets_a_code() {
        assert_eq!(told(502, "<html>"), "the server answered 502 and did not say why (http_502)");
        assert!(told(401, "").contains("SALUR_TOKEN"));
    }
}
