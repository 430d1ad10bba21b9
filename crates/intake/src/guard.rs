//! Looks into an archive before a spreadsheet library does: counts what it really unpacks to, entry by entry,
//! keeping nothing. Sizes that an archive declares are not believed.

use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

use crate::limits::Limits;
use crate::refusal::{FileRefusal, RefusalCode};

/// An archive small enough not to be judged by its ratio.
const SMALL: u64 = 4 * 1024 * 1024;

/// What an archive holds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Archive {
    /// A workbook of today.
    Xlsx,
    /// An open document.
    Ods,
}

/// Tells what the archive is, or why it is not read.
pub(crate) fn check(bytes: &[u8], limits: &Limits) -> Result<Archive, FileRefusal> {
    let entries = declared_entries(bytes).ok_or_else(|| FileRefusal::new(RefusalCode::Truncated))?;
    if entries > limits.entries {
        return Err(RefusalCode::UnpacksTooLarge.into());
    }
    let mut archive =
        ZipArchive::new(Cursor::new(bytes)).map_err(|_| FileRefusal::new(RefusalCode::Truncated))?;
    if archive.len() > limits.entries {
        return Err(RefusalCode::UnpacksTooLarge.into());
    }
    let mut unpacked = 0;
    let mut names = Vec::with_capacity(archive.len());
    for at in 0..archive.len() {
        let entry = archive.by_index(at).map_err(|error| refused(&error))?;
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        count(entry, &name, &mut unpacked, limits)?;
        names.push(name);
    }
    let packed = u64::try_from(bytes.len()).unwrap_or(u64::MAX).max(1);
    if unpacked > SMALL && unpacked / packed > limits.ratio {
        return Err(RefusalCode::UnpacksTooLarge.into());
    }
    kind(&names)
}

/// Reads an entry through, and looks for what a table has no need of.
fn count<R: Read>(
    mut entry: ZipFile<'_, R>,
    name: &str,
    unpacked: &mut u64,
    limits: &Limits,
) -> Result<(), FileRefusal> {
    // What add-ins keep beside a workbook may be UTF-16, and no reader of sheets opens it.
    let is_xml = has_ending(name, &["xml", "rels"]) && !name.starts_with("customXml/item");
    let mut buffer = vec![0; 64 * 1024];
    let mut tail = Vec::new();
    loop {
        let read = entry.read(&mut buffer).map_err(|_| FileRefusal::new(RefusalCode::Truncated))?;
        if read == 0 {
            return Ok(());
        }
        *unpacked = unpacked.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        if *unpacked > limits.unpacked_bytes {
            return Err(RefusalCode::UnpacksTooLarge.into());
        }
        if is_xml {
            tail.extend_from_slice(buffer.get(..read).unwrap_or_default());
            let kept = look(name, &tail)?;
            tail.drain(..kept);
        }
    }
}

/// Looks at a piece of XML; answers from where on it must be seen again together with what follows.
fn look(name: &str, xml: &[u8]) -> Result<usize, FileRefusal> {
    let not_allowed = |kind: &str| FileRefusal::new(RefusalCode::UnsafeContent).with("kind", kind);
    if xml.contains(&0) {
        return Err(not_allowed("UTF-16")); // what is looked for below could hide in it
    }
    if contains(xml, b"<!DOCTYPE") || contains(xml, b"<!ENTITY") {
        return Err(not_allowed("DTD"));
    }
    if name == "META-INF/manifest.xml" && contains(xml, b"encryption-data") {
        return Err(RefusalCode::Encrypted.into());
    }
    let mut seen_again = xml.len().saturating_sub(32);
    for at in all(xml, COUNT) {
        match declared_count(xml.get(at..).unwrap_or_default()) {
            Count::Some(count) if count > COUNT_MAX => return Err(not_allowed("uniqueCount")),
            Count::CutOff if xml.len().saturating_sub(at) > 4_096 => return Err(not_allowed("uniqueCount")),
            Count::CutOff => seen_again = seen_again.min(at),
            Count::Some(_) | Count::None => {}
        }
    }
    Ok(seen_again)
}

/// The attribute by which a workbook declares its texts; calamine reserves memory for as many.
const COUNT: &[u8] = b"uniqueCount";
/// More texts than the unpacked bytes could hold.
const COUNT_MAX: u64 = 5_000_000;

enum Count {
    Some(u64),
    None,
    CutOff,
}

/// The number in `uniqueCount = "123"`.
fn declared_count(xml: &[u8]) -> Count {
    let rest = xml.get(COUNT.len()..).unwrap_or_default().trim_ascii_start();
    let Some((b'=', rest)) = rest.split_first() else {
        return if rest.is_empty() { Count::CutOff } else { Count::None };
    };
    let Some((b'"' | b'\'', rest)) = rest.trim_ascii_start().split_first() else {
        return if rest.trim_ascii_start().is_empty() { Count::CutOff } else { Count::None };
    };
    let mut count: u64 = 0;
    for byte in rest {
        match byte {
            b'0'..=b'9' => count = count.saturating_mul(10).saturating_add(u64::from(byte - b'0')),
            b'"' | b'\'' => return Count::Some(count),
            b'+' => {}
            _ => return Count::None,
        }
    }
    Count::CutOff
}

fn kind(names: &[String]) -> Result<Archive, FileRefusal> {
    let not = |kind: &str| FileRefusal::new(RefusalCode::NotATable).with("kind", kind);
    let has = |start: &str| names.iter().any(|name| name.starts_with(start));
    if has("xl/workbook.bin") {
        return Err(not("XLSB"));
    }
    if has("xl/") {
        return Ok(Archive::Xlsx);
    }
    if has("content.xml") {
        return Ok(Archive::Ods);
    }
    Err(not(if has("word/") {
        "DOCX"
    } else if has("ppt/") {
        "PPTX"
    } else {
        "ZIP"
    }))
}

/// How many entries the end of the archive declares; nothing where the end is missing.
fn declared_entries(bytes: &[u8]) -> Option<usize> {
    let from = bytes.len().saturating_sub(22 + 65_535);
    let end = bytes.get(from..)?;
    let at = end.windows(4).rposition(|window| window == b"PK\x05\x06")?;
    let count: [u8; 2] = end.get(at.checked_add(10)?..at.checked_add(12)?)?.try_into().ok()?;
    Some(usize::from(u16::from_le_bytes(count)))
}

fn refused(error: &ZipError) -> FileRefusal {
    let is_locked = matches!(error, ZipError::UnsupportedArchive(why) if why.to_string().to_lowercase().contains("password"));
    FileRefusal::new(if is_locked { RefusalCode::Encrypted } else { RefusalCode::Truncated })
}

/// True for an office file locked with a password: its container's directory names an encrypted package.
pub(crate) fn is_locked_container(bytes: &[u8]) -> bool {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    contains(bytes, &name)
}

fn has_ending(name: &str, endings: &[&str]) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, own)| endings.iter().any(|ending| own.eq_ignore_ascii_case(ending)))
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    all(bytes, wanted).next().is_some()
}

/// Every place where `wanted` stands.
fn all<'a>(bytes: &'a [u8], wanted: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    let first = wanted.first().copied();
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = bytes.get(from..)?;
            let at = from + rest.iter().position(|byte| Some(*byte) == first)?;
            from = at + 1;
            if bytes.get(at..)?.starts_with(wanted) {
                return Some(at);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::look;

    #[test]
    fn a_declared_count_is_seen_across_pieces() {
        for (xml, is_refused) in [
            (&b"<sst uniqueCount=\"12\">"[..], false),
            (b"<sst uniqueCount=\"99999999999\">", true),
            (b"<sst uniqueCount = '99999999999'>", true),
            (b"<t>uniqueCount</t>", false),
            (b"<a b=\"uniqueCount\">", false),
        ] {
            for cut in 0..xml.len() {
                let (start, end) = xml.split_at(cut);
                let refused =
                    look("x.xml", start).and_then(|again| look("x.xml", &[&start[again..], end].concat()));
                assert_eq!(refused.is_err(), is_refused, "{cut}");
            }
        }
        let padded = [b"<sst uniqueCount".to_vec(), vec![b' '; 5_000]].concat();
        assert!(look("x.xml", &padded).is_err());
        assert!(look("x.xml", b"\xFF\xFE<\0s\0").is_err());
    }
}
