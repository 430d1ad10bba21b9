//! Finds out what a file is, whatever it is called, and hands out its rows.

use std::fs;
use std::io::{BufRead, Read};
use std::path::Path;

use crate::limits::Limits;
use crate::line::{Halt, Sink, each_json_line};
use crate::refusal::{FileRefusal, RefusalCode};
use crate::text::Text;
use crate::{csv_rows, guard, ods, sheet};

/// Where a table comes from.
pub enum Source<'a> {
    /// The bytes of a file of any kind.
    Bytes(&'a [u8]),
    /// A file of any kind.
    File(&'a Path),
    /// What [`crate::read_sheet`] wrote in another process.
    JsonLines(Box<dyn BufRead + 'a>),
}

/// What a file shows itself to be.
#[derive(Debug, PartialEq, Eq)]
enum Kind {
    /// An archive: XLSX, ODS or neither.
    Zip,
    /// An old office container: XLS, or a locked new one.
    Container,
    /// Perhaps text.
    Text,
    /// Surely no table; what it is.
    Other(&'static str),
}

impl<'a> Source<'a> {
    /// What [`crate::read_sheet`] wrote in another process.
    pub fn json_lines(input: impl BufRead + 'a) -> Source<'a> {
        Source::JsonLines(Box::new(input))
    }

    /// Hands out each line of the table, within the limits. The file's bytes are held in memory; rows are not.
    pub fn each(self, limits: &Limits, sink: &mut Sink<'_>) -> Result<(), Halt> {
        match self {
            Source::JsonLines(mut input) => each_json_line(&mut *input, limits, sink),
            Source::Bytes(bytes) => each_row(bytes, limits, sink),
            Source::File(path) => each_row(&read_file(path, limits)?, limits, sink),
        }
    }
}

/// True for what only a spreadsheet library can read, by its first bytes: best read in a process of its own.
#[must_use]
pub fn is_spreadsheet(bytes: &[u8]) -> bool {
    matches!(kind(bytes), Kind::Zip | Kind::Container)
}

/// Reads a file, one byte past the limit at most.
fn read_file(path: &Path, limits: &Limits) -> Result<Vec<u8>, FileRefusal> {
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(limits.file_bytes.saturating_add(1)).read_to_end(&mut bytes))
        .map_err(|_| FileRefusal::new(RefusalCode::Unreadable))?;
    Ok(bytes)
}

fn each_row(bytes: &[u8], limits: &Limits, sink: &mut Sink<'_>) -> Result<(), Halt> {
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limits.file_bytes {
        let max = limits.file_bytes / (1024 * 1024);
        return Err(FileRefusal::new(RefusalCode::FileTooLarge).with("max", max).into());
    }
    match kind(bytes) {
        Kind::Other(kind) => Err(FileRefusal::new(RefusalCode::NotATable).with("kind", kind).into()),
        Kind::Text => csv_rows::each(&Text::read(bytes)?, limits, sink),
        Kind::Container if guard::is_locked_container(bytes) => Err(RefusalCode::Encrypted.into()),
        Kind::Container if !limits.old_workbooks => {
            Err(FileRefusal::new(RefusalCode::NotATable).with("kind", "XLS").into())
        }
        Kind::Container => sheet::each_of_xls(bytes, limits, sink),
        Kind::Zip => match guard::check(bytes, limits)? {
            guard::Archive::Xlsx => sheet::each_of_xlsx(bytes, limits, sink),
            guard::Archive::Ods => ods::each(bytes, limits, sink),
        },
    }
}

fn kind(bytes: &[u8]) -> Kind {
    const SIGNATURES: &[(&[u8], Kind)] = &[
        (b"PK\x03\x04", Kind::Zip),
        (b"PK\x05\x06", Kind::Zip),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", Kind::Container),
        (b"%PDF", Kind::Other("PDF")),
        (b"\x89PNG", Kind::Other("PNG")),
        (b"\xFF\xD8\xFF", Kind::Other("JPEG")),
        (b"GIF8", Kind::Other("GIF")),
        (b"\x1F\x8B", Kind::Other("GZIP")),
        (b"7z\xBC\xAF", Kind::Other("7Z")),
        (b"Rar!", Kind::Other("RAR")),
        (b"{\\rtf", Kind::Other("RTF")),
    ];
    for (signature, kind) in SIGNATURES {
        if bytes.starts_with(signature) {
            return match kind {
                Kind::Zip => Kind::Zip,
                Kind::Container => Kind::Container,
                Kind::Text => Kind::Text,
                Kind::Other(name) => Kind::Other(name),
            };
        }
    }
    let start = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    if start.starts_with(b"<") {
        return Kind::Other(if start.starts_with(b"<?xml") { "XML" } else { "HTML" });
    }
    Kind::Text
}

#[cfg(test)]
mod tests {
    use super::{Kind, kind};

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        for (bytes, expected) in [
            (&b"PK\x03\x04"[..], Kind::Zip),
            (b"PKH,NIK\n", Kind::Text),
            (b"%PDF-1.7", Kind::Other("PDF")),
            (b"\xEF\xBB\xBF \n<table>", Kind::Other("HTML")),
            (b"<?xml version=\"1.0\"?>", Kind::Other("XML")),
            (b"", Kind::Text),
        ] {
            assert_eq!(kind(bytes), expected);
        }
    }
}
