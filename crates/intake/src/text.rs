//! Text files: their encoding and their delimiter.

use std::borrow::Cow;

use crate::refusal::{FileRefusal, RefusalCode};

/// How a text file is laid out, so that what goes back looks like what came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CsvStyle {
    /// What stands between cells.
    pub delimiter: u8,
    /// True for a byte order mark in front, which spreadsheets need to read UTF-8.
    pub bom: bool,
}

impl Default for CsvStyle {
    /// What spreadsheets of the office open as a table.
    fn default() -> CsvStyle {
        CsvStyle { delimiter: b',', bom: true }
    }
}

impl CsvStyle {
    /// The style of a file; the default for spreadsheets and what else is no text.
    #[must_use]
    pub fn of(bytes: &[u8]) -> CsvStyle {
        if bytes.starts_with(b"PK") || bytes.starts_with(b"\xD0\xCF") {
            return CsvStyle::default();
        }
        let bom = bytes.starts_with(BOM);
        Text::read(bytes)
            .map_or_else(|_| CsvStyle::default(), |text| CsvStyle { delimiter: text.delimiter, bom })
    }
}

const BOM: &[u8] = b"\xEF\xBB\xBF";
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The text of a file, decoded.
#[derive(Debug)]
pub(crate) struct Text<'a> {
    pub(crate) content: Cow<'a, str>,
    pub(crate) delimiter: u8,
    /// Lines that are not part of the table: the `sep=;` that spreadsheets write.
    pub(crate) skipped: u32,
}

impl<'a> Text<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Text<'a>, FileRefusal> {
        let content = decode(bytes)?;
        let (declared, rest) = declared_delimiter(&content);
        if let Some(delimiter) = declared {
            let rest = content.len().saturating_sub(rest.len());
            let content = match content {
                Cow::Borrowed(text) => Cow::Borrowed(text.get(rest..).unwrap_or_default()),
                Cow::Owned(text) => Cow::Owned(text.get(rest..).unwrap_or_default().to_owned()),
            };
            return Ok(Text { content, delimiter, skipped: 1 });
        }
        let delimiter = sniff(&content);
        Ok(Text { content, delimiter, skipped: 0 })
    }
}

/// UTF-8, UTF-16 with its mark, else Windows-1252 where every byte has a meaning in it.
fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, FileRefusal> {
    for encoding in [encoding_rs::UTF_16LE, encoding_rs::UTF_16BE] {
        let mark: &[u8] = if encoding == encoding_rs::UTF_16LE { b"\xFF\xFE" } else { b"\xFE\xFF" };
        if let Some(rest) = bytes.strip_prefix(mark) {
            let (text, broken) = encoding.decode_without_bom_handling(rest);
            return if broken || has_controls(text.as_bytes()) {
                Err(RefusalCode::EncodingUnknown.into())
            } else {
                Ok(text)
            };
        }
    }
    let bytes = bytes.strip_prefix(BOM).unwrap_or(bytes);
    let bytes = bytes.strip_suffix(b"\x1A").unwrap_or(bytes);
    if has_controls(bytes) {
        return Err(FileRefusal::new(RefusalCode::NotATable).with("kind", "biner/binary"));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Cow::Borrowed(text)),
        Err(error) if error.error_len().is_none() => Err(RefusalCode::Truncated.into()),
        Err(error) => {
            let is_utf8_so_far = bytes.get(..error.valid_up_to()).is_some_and(|start| !start.is_ascii());
            let has_no_meaning = bytes.iter().any(|byte| matches!(byte, 0x81 | 0x8D | 0x8F | 0x90 | 0x9D));
            if is_utf8_so_far || has_no_meaning {
                return Err(RefusalCode::EncodingUnknown.into());
            }
            Ok(encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0)
        }
    }
}

fn has_controls(bytes: &[u8]) -> bool {
    bytes.iter().any(|byte| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0B | 0x0C))
        || bytes.contains(&0x7F)
}

/// The delimiter of a first line `sep=;`, and what follows that line.
fn declared_delimiter(text: &str) -> (Option<u8>, &str) {
    let Some((first, rest)) = text.split_once('\n') else {
        return (None, text);
    };
    match first.trim_end_matches('\r').strip_prefix("sep=").map(str::as_bytes) {
        Some([delimiter]) if DELIMITERS.contains(delimiter) => (Some(*delimiter), rest),
        _ => (None, text),
    }
}

/// The delimiter that stands most often outside quotation marks in the first rows. Commas in addresses and
/// amounts lose against it, for there are more columns than those.
fn sniff(text: &str) -> u8 {
    let mut counts = [0_u32; DELIMITERS.len()];
    let mut quoted = false;
    let mut lines = 0;
    for byte in text.bytes().take(64 * 1024) {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => lines += 1,
            _ if !quoted => {
                if let Some(count) =
                    DELIMITERS.iter().position(|own| *own == byte).and_then(|at| counts.get_mut(at))
                {
                    *count += 1;
                }
            }
            _ => {}
        }
        if lines >= 20 {
            break;
        }
    }
    let mut best = (0, b',');
    for (delimiter, count) in DELIMITERS.into_iter().zip(counts) {
        if count > best.0 {
            best = (count, delimiter);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::{CsvStyle, Text};
    use crate::refusal::RefusalCode;

    fn refused(bytes: &[u8]) -> RefusalCode {
        Text::read(bytes).unwrap_err().code
    }

    #[test]
    fn the_delimiter_is_the_one_between_columns() {
        for (text, delimiter) in [
            ("a;b;c\n1;\"x, y\";Rp2.000,00\n", b';'),
            ("a,b,c\n1,\"x; y; z; w\",2\n", b','),
            ("a\tb\tc\n", b'\t'),
            ("a\n", b','),
            ("sep=;\na,b;c\n", b';'),
        ] {
            assert_eq!(Text::read(text.as_bytes()).unwrap().delimiter, delimiter, "{text:?}");
        }
        assert_eq!(CsvStyle::of(b"\xEF\xBB\xBFa;b\n"), CsvStyle { delimiter: b';', bom: true });
    }

    #[test]
    fn encodings_are_read_or_refused() {
        assert_eq!(Text::read(b"\xEF\xBB\xBFnama\n").unwrap().content, "nama\n");
        assert_eq!(Text::read(b"caf\xE9,b\n").unwrap().content, "caf\u{E9},b\n");
        assert_eq!(Text::read(b"\xFF\xFEa\0,\0b\0\n\0").unwrap().content, "a,b\n");
        assert_eq!(refused(b"a\x81b"), RefusalCode::EncodingUnknown);
        assert_eq!(
            refused("caf\u{E9} ".as_bytes().iter().chain(b"\xE9 x").copied().collect::<Vec<_>>().as_slice()),
            RefusalCode::EncodingUnknown
        );
        assert_eq!(refused(b"caf\xC3"), RefusalCode::Truncated);
        assert_eq!(refused(b"a\0b"), RefusalCode::NotATable);
    }
}
