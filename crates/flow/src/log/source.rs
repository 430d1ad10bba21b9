//! What the bytes are: gzipped or not, XML or a table, and in which encoding; and a bound on what is read at once.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use encoding_rs::Encoding;
use flate2::bufread::MultiGzDecoder;
use quick_xml::encoding::DecodingReader;

use super::fault::{LogError, LogErrorCode, Place};
use super::{EventLog, LogOptions, PIECE_MAX, table, xes};

const GZIP: &[u8] = &[0x1f, 0x8b];
const BOM: &[u8] = b"\xef\xbb\xbf";
/// What is looked at before it is decided how to read on.
const HEAD: u64 = 16 * 1024;

/// A log of whichever form.
pub(super) fn read(mut input: impl BufRead, options: &LogOptions) -> Result<EventLog, LogError> {
    let head = head(&mut input)?;
    if head.starts_with(GZIP) {
        let packed = MultiGzDecoder::new(Cursor::new(head).chain(input));
        let mut unpacked = BufReader::with_capacity(64 * 1024, packed);
        let head = self::head(&mut unpacked)?;
        return sniff(&head, Cursor::new(&head).chain(unpacked), options);
    }
    sniff(&head, Cursor::new(&head).chain(input), options)
}

fn head(input: &mut impl BufRead) -> Result<Vec<u8>, LogError> {
    let mut head = Vec::new();
    let done = input.take(HEAD).read_to_end(&mut head);
    done.map_err(|error| LogError::new(LogErrorCode::Unreadable, Place::File, &error.to_string()))?;
    Ok(head)
}

fn sniff(head: &[u8], mut input: impl BufRead, options: &LogOptions) -> Result<EventLog, LogError> {
    let text = head.strip_prefix(BOM).unwrap_or(head).trim_ascii_start();
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return xes::read(DecodingReader::new(input), options);
    }
    if let Some(named) = encoding(text) {
        let found = Encoding::for_label(named.as_bytes());
        let found = found.ok_or_else(|| LogError::new(LogErrorCode::EncodingUnknown, Place::File, &named))?;
        if found != encoding_rs::UTF_8 {
            let mut input = DecodingReader::new(input);
            input.set_encoding(found);
            return xes::read(input, options);
        }
    }
    if head.starts_with(BOM) {
        input.consume(BOM.len());
    }
    if text.starts_with(b"<") {
        return xes::read(input, options);
    }
    if text.is_empty() || text.contains(&0) {
        return Err(LogError::new(LogErrorCode::FormatUnknown, Place::File, ""));
    }
    table::read(head.strip_prefix(BOM).unwrap_or(head), input, options)
}

/// The encoding that an XML declaration names.
fn encoding(text: &[u8]) -> Option<String> {
    let declaration = text.strip_prefix(b"<?xml")?;
    let end = declaration.iter().position(|byte| *byte == b'>')?;
    let declaration = String::from_utf8_lossy(declaration.get(..end)?);
    let named = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = named.chars().next().filter(|sign| matches!(sign, '"' | '\''))?;
    Some(named.get(1..)?.split_once(quote)?.0.to_owned())
}

/// A reader that gives no more than is allowed until it is allowed more: a single tag of a gigabyte is refused and not
/// kept in memory.
pub(super) struct Bounded<R> {
    input: R,
    left: usize,
}

impl<R> Bounded<R> {
    pub(super) fn new(input: R) -> Bounded<R> {
        Bounded { input, left: PIECE_MAX }
    }

    /// Allows the next piece.
    pub(super) fn renew(&mut self) {
        self.left = PIECE_MAX;
    }

    /// True if the last piece was too large.
    pub(super) fn is_spent(&self) -> bool {
        self.left == 0
    }
}

impl<R: BufRead> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut there = self.fill_buf()?;
        let count = there.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Bounded<R> {
    #[inline]
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a piece is too large"));
        }
        let there = self.input.fill_buf()?;
        Ok(there.get(..self.left).unwrap_or(there))
    }

    #[inline]
    fn consume(&mut self, count: usize) {
        self.left = self.left.saturating_sub(count);
        self.input.consume(count);
    }
}
